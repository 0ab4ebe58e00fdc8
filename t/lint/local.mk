# House rules as tests: each is a program of its own (t/lint/sizes.py runs one).
LINT = \
	t/lint/banned.py \
	t/lint/circles.py \
	t/lint/completions.py \
	t/lint/documented.py \
	t/lint/headers.py \
	t/lint/layers.py \
	t/lint/manual.py \
	t/lint/mentioned.py \
	t/lint/named.py \
	t/lint/phrases.py \
	t/lint/pipes.py \
	t/lint/plurals.py \
	t/lint/purity.py \
	t/lint/python.py \
	t/lint/rooms.py \
	t/lint/scripts.py \
	t/lint/selftest.py \
	t/lint/sizes.py \
	t/lint/texts.py
dist_check_SCRIPTS = $(LINT)
TESTS += $(LINT)
EXTRA_DIST += t/lint/house.py t/lint/retired-ids t/lint/tsconfig.json

AM_TESTS_ENVIRONMENT += CC='$(CC)'; export CC; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE;

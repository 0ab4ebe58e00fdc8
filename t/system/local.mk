# The package on a real system, in a container; needs root.  Not part of make
# check, but of ./quickstart test: it fetches a Debian root the first time.
EXTRA_DIST += t/system/run t/system/packages \
	t/system/inside.sh t/system/load.py

check-system:
	@'$(srcdir)/t/system/run'; status=$$?; \
	test $$status -eq 77 || exit $$status

.PHONY: check-system

# The observer's page without a browser: its scripts in node, where that is
# there.  t/data holds vectors that several programs read.
dist_check_SCRIPTS += t/page/run
TESTS += t/page/run
EXTRA_DIST += t/data/freshness.tsv t/page/colours.mjs t/page/expected.mjs \
	t/page/freshness.mjs t/page/model.mjs \
	t/page/told.mjs

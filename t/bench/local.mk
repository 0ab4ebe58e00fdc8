# The C programs of the benchmark are built with the tests, so that they cannot
# rot; nothing of it runs in `make check` but the arithmetic.
check_PROGRAMS += t/bench/floor t/bench/headload t/bench/steps
t_bench_floor_SOURCES = t/bench/floor.c
t_bench_headload_SOURCES = t/bench/headload.c
t_bench_steps_SOURCES = t/bench/steps.c

TESTS += t/bench/selftest
EXTRA_DIST += t/bench/selftest t/bench/run t/bench/report t/bench/instructions t/bench/fairness \
	t/bench/README.md t/bench/HISTORY.md t/bench/wrk.lua \
	t/bench/conf/nginx.conf t/bench/conf/apache.conf \
	t/bench/conf/lighttpd.conf t/bench/conf/lighttpd-coded.conf \
	t/bench/conf/lighttpd-mix.conf t/bench/conf/lighttpd-listing.conf \
	t/bench/conf/h2o.conf t/bench/conf/apache-coded.conf t/bench/conf/etagd.conf \
	t/bench/conf/mime.types \
	t/bench/benchlib/__init__.py t/bench/benchlib/cases.py \
	t/bench/benchlib/chart.py t/bench/benchlib/figures.py t/bench/instructions.json \
	t/bench/benchlib/glance.py t/bench/benchlib/goals.py t/bench/benchlib/load.py \
	t/bench/benchlib/measure.py t/bench/benchlib/mix.py t/bench/benchlib/net.py \
	t/bench/benchlib/proc.py \
	t/bench/benchlib/report.py t/bench/benchlib/servers.py \
	t/bench/benchlib/special.py t/bench/benchlib/stats.py \
	t/bench/benchlib/tree.py t/bench/benchlib/wire.py

# Live tests: the built server over real sockets (t/live/live.test), and in a
# browser.
LIVE_FILES = t/live/wire.py t/live/linter.py t/live/harness.py \
	t/live/sites.py t/live/conftest.py t/live/pytest.sh \
	t/live/test_00_start.py t/live/test_05_faults.py \
	t/live/test_10_requests.py t/live/test_15_conformance.py \
	t/live/test_20_conditions.py t/live/test_30_ranges.py \
	t/live/test_35_codings.py t/live/test_40_types.py \
	t/live/test_50_config.py t/live/test_55_processes.py \
	t/live/test_60_logs.py t/live/test_70_limits.py \
	t/live/conformance/__init__.py t/live/conformance/case.py \
	t/live/conformance/codings.py t/live/conformance/conditions.py \
	t/live/conformance/connection.py t/live/conformance/fields.py \
	t/live/conformance/framing.py t/live/conformance/host.py \
	t/live/conformance/ranges.py t/live/conformance/request_line.py \
	t/live/conformance/target.py t/live/differential/peers.py
EXTRA_DIST += $(LIVE_FILES) t/live/live.test
TESTS += t/live/live.test

include t/browser/local.mk

# SPDX-License-Identifier: MIT
"""The fixtures of t/live: the same harness, under worse conditions."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import harness  # noqa: E402
import pytest  # noqa: E402
from sites import close  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, "report_" + outcome.get_result().when, outcome.get_result())


@pytest.fixture
def serve(request):
    servers = []

    def start(**options):
        servers.append(harness.Server(**options))
        return servers[-1]

    yield start
    failed = getattr(request.node, "report_call", None)
    failed = failed is None or failed.failed
    faults = []
    for server in reversed(servers):
        try:
            close(server, failed)
        except BaseException as fault:  # each of them is to be ended
            faults.append(fault)
    if faults:
        raise faults[0]

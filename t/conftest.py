# SPDX-License-Identifier: MIT
"""What all tests of the running server share: t/live/harness.py and a server
that is looked over when its test has ended."""
import os
import pathlib
import re
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "live"))
sys.dont_write_bytecode = True
os.umask(0o022)  # what tests make is for a server with another user

import harness  # noqa: E402
from parts import NEEDS  # noqa: E402
from sites import close  # noqa: E402


@pytest.fixture
def program():
    """The path of etagd."""
    try:
        return str(harness.binary())
    except RuntimeError as why:
        harness.need(str(why))


@pytest.fixture
def short():
    """A folder whose path fits a socket's address."""
    folder = tempfile.mkdtemp(prefix="etagd-s-")
    yield pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items):
    try:
        said = harness.run("--version").stdout
    except (RuntimeError, OSError):
        return
    lacks = set(re.findall(r"^built without (\w+):", said, re.M))
    for parts, tests in NEEDS:
        missing = ", ".join(sorted(lacks & parts))
        for item in items:
            if missing and not tests.isdisjoint({
                    item.path.stem, item.name, item.name.partition("[")[0]}):
                item.add_marker(pytest.mark.skip(
                    reason="etagd was built without " + missing))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, "report_" + outcome.get_result().when, outcome.get_result())


@pytest.fixture
def serve(request, program):
    """serve(conf=..., files=..., ...) starts a Server; each is stopped and
    looked over at the end of the test."""
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


def pytest_report_header(config):
    try:
        return "etagd: %s" % harness.binary()
    except RuntimeError as missing:
        return "etagd: %s" % missing

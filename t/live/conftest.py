# SPDX-License-Identifier: MIT
"""Fixtures of the live tests: see harness.py for what they stand for."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import harness  # noqa: E402
from sites import close, make_site  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, "report_" + outcome.get_result().when, outcome.get_result())


@pytest.fixture
def serve(request):
    """serve(conf=..., files=..., ...) starts a Server; each is stopped and
    looked over at the end of the test."""
    servers = []

    def start(**options):
        server = harness.Server(**options)
        servers.append(server)
        return server

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


@pytest.fixture
def short():
    """A folder whose path fits a socket's address."""
    folder = tempfile.mkdtemp(prefix="etagd-s-")
    yield pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def site_server():
    server = make_site()
    yield server
    close(server, False)


@pytest.fixture
def site(site_server):
    """The shared site; nobody changes its files or its configuration."""
    yield site_server
    site_server.close_connections()
    site_server.check_no_alarm()


def pytest_report_header(config):
    try:
        return "etagd: %s" % harness.binary()
    except RuntimeError as missing:
        return "etagd: %s" % missing


def pytest_collection_modifyitems(config, items):
    if os.environ.get("CI"):
        return
    try:
        harness.binary()
    except RuntimeError as missing:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=str(missing)))

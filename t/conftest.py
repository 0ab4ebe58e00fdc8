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


# What needs parts that configure can leave out: files of tests, and single tests
# of others.
NEEDS = (
    ({"brotli", "zstd"}, {
        "test_15_conformance", "test_21_cross", "test_28_precompress",
        "test_34_nodes", "test_35_codings", "test_41_agreement",
        "test_87_tags", "test_90_differential"}),
    ({"brotli"}, {
        "test_the_first_request_gets_the_coded_form",
        "test_so_it_is_after_a_reload_with_another_preparer",
        "test_so_it_is_after_an_upgrade"}),
    ({"crypt"}, {"test_78_access", "test_79_passwd",
                 "test_seeded[password-in-shared-cache]"}),
)


def pytest_collection_modifyitems(items):
    try:
        said = harness.run("--version").stdout
    except (RuntimeError, OSError):
        return
    lacks = set(re.findall(r"^built without (\w+):", said, re.M))
    for parts, tests in NEEDS:
        missing = ", ".join(sorted(lacks & parts))
        for item in items:
            if missing and not tests.isdisjoint({item.path.stem, item.name}):
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

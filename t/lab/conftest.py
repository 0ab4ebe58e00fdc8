# SPDX-License-Identifier: MIT
"""Fixtures of the lab's tests: the servers of t/live, captures, frames made by
hand."""
import os
import pathlib
import re
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "t" / "live"))
sys.path.insert(0, str(TOP / "lab"))
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import harness  # noqa: E402
from etagdlab import capture, tools  # noqa: E402
from sites import close  # noqa: E402


def english(html):
    """What a report says in three English words or more, but for what programs
    and browsers say (PRE, CODE, the versions)."""
    text = re.sub(r"(?s)<(style|pre|code|title|dd)\b.*?</\1>", " ", html)
    text = re.sub(r"(?s)<section id=\"versions\".*?</section>", " ", text)
    text = re.sub(r"<[^>]*>", "\n", text)
    return re.findall(r"[A-Za-z]{2,},? [A-Za-z]{2,},? [A-Za-z]{2,}.*", text)


def need(why):
    """Skips, but not where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture
def tshark():
    if not tools.TSHARK.path():
        need(tools.TSHARK.missing())
    return tools.TSHARK.path()


@pytest.fixture
def chromium():
    if not tools.BROWSER.path():
        need(tools.BROWSER.missing())
    return tools.BROWSER.path()


@pytest.fixture
def program():
    try:
        return str(harness.binary())
    except RuntimeError as why:
        need(str(why))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, "report_" + outcome.get_result().when, outcome.get_result())


@pytest.fixture
def serve(request, program):
    servers = []

    def start(**options):
        servers.append(harness.Server(**options))
        return servers[-1]
    yield start
    report = getattr(request.node, "report_call", None)
    for server in reversed(servers):
        close(server, report is None or report.failed)


@pytest.fixture(params=["dumpcap", "socket"])
def way(request):
    return request.param


@pytest.fixture
def captured(tmp_path, way):
    """captured(port) begins; the test ends it by finish()."""
    running = []

    def begin(port):
        try:
            running.append(capture.Capture(port, tmp_path, way))
        except capture.NoCapture as why:
            need(str(why))
        return running[-1]
    yield begin
    for c in running:
        try:
            c.source.end()
        except (OSError, ValueError):
            pass              # finish() has ended it

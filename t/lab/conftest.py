# SPDX-License-Identifier: MIT
"""Fixtures of the lab's tests: its tools and captures.  t/conftest.py has the
servers."""
import pathlib
import sys

import harness
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "lab"))
sys.path.insert(0, str(HERE))

from etagdlab import capture, tools  # noqa: E402


@pytest.fixture
def tshark():
    if not tools.TSHARK.path():
        harness.need(tools.TSHARK.missing())
    return tools.TSHARK.path()


@pytest.fixture
def chromium():
    if not tools.BROWSER.path():
        harness.need(tools.BROWSER.missing())
    return tools.BROWSER.path()


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
            harness.need(str(why))
        return running[-1]
    yield begin
    for c in running:
        try:
            c.source.end()
        except (OSError, ValueError):
            pass              # finish() has ended it

# SPDX-License-Identifier: MIT
"""./quickstart fleet as a newcomer sees it: a node leaves, another is upgraded,
a worker dies; nothing is lost, and nothing is left behind."""
import json
import os
import pathlib
import re
import signal
import sys
import urllib.parse
import urllib.request

import pytest

import harness
from fronts import HAProxy, Whole, placing, require
from harness import until
from test_88_monitoring import expressions


@pytest.fixture
def here(program):
    require(Whole)
    require(HAProxy)
    process = harness.Process(
        [sys.executable, str(placing.HERE / "here")], cwd="/",
        env={"ETAGD": program, "TMPDIR": "/tmp"})
    yield process
    if process.popen.poll() is None:
        process.popen.terminate()
    process.popen.wait(harness.DEADLINE_S)


def page(url):
    with urllib.request.urlopen(url, timeout=harness.DEADLINE_S) as r:
        return r.read().decode()


def dashboard(prometheus):
    """Every panel's question is answered, and all but what needs a fault or
    some time have something to show."""
    empty, asked = [], expressions()
    for question in asked:
        told = json.loads(page("%s/api/v1/query?query=%s" % (
            prometheus, urllib.parse.quote(question))))
        assert told["status"] == "success", (question, told)
        if not told["data"]["result"]:
            empty.append(question)
    assert len(empty) < len(asked) / 2, empty
    rules = json.loads(page("%s/api/v1/rules" % prometheus))
    found = [r for g in rules["data"]["groups"] for r in g["rules"]]
    assert len(found) > 10
    assert {r["health"] for r in found} <= {"ok", "unknown"}, found


def test_nothing_is_lost_and_nothing_left(here):
    told = {}
    for i in "123":
        m = here.await_stdout(r"(http://\S+) +etagd-%s, process (\d+)" % i)
        told[i] = m[1], int(m[2])
    www = here.await_stdout(r"(http://\S+) +through HAProxy and Varnish")[1]
    work = pathlib.Path(here.await_stdout(r"logs: (\S+)\.")[1])
    for i in told:
        here.await_stdout(r"etagd-%s \(process \d+\) is ready" % i)
    assert work.is_dir()
    assert page(www) == (harness.TOP / "www/index.html").read_text()

    def requests():
        return int(re.findall(r"(\d+) requests, 0 lost",
                              "\n".join(here.stdout))[-1])
    os.kill(told["1"][1], signal.SIGTERM)
    os.kill(told["2"][1], signal.SIGUSR2)
    here.await_stdout(r"etagd-1 \(process \d+\) leaves: /-/ready says 503")
    new = int(here.await_stdout(
        r"etagd-2 was upgraded: process (\d+), after %d" % told["2"][1])[1])
    until("the old one's end", lambda: not harness.alive(told["2"][1]))
    back = here.await_stdout(r"etagd-1 has ended; it comes back").string
    again = here.await_stdout(r"etagd-1 \(process (\d+)\) is ready",
                              since=here.stdout.index(back))
    begun = requests()
    until("some requests", lambda: requests() > begun)
    watch = [m[1] for m in (re.search(
        r"(http://\S+/consoles/fleet.html)", line) for line in here.stdout)
        if m]
    if watch:
        until("all three in the page", lambda: page(watch[0]).count(
            '<span class="good">ready</span>') == 3)
        assert "NaN" not in page(watch[0])  # of one that nobody asks
        dashboard(watch[0].replace("/consoles/fleet.html", ""))
    here.popen.send_signal(signal.SIGINT)
    here.await_stdout(r"^\d+ requests, 0 lost$")  # the sum: no row ends so
    assert here.popen.wait(harness.DEADLINE_S) == 0
    assert not work.exists()
    for pid in (told["3"][1], new, int(again[1])):
        assert not harness.alive(pid)
    assert not [p for p in harness.processes() if str(work) in command(p)]


def command(pid):
    try:
        return pathlib.Path("/proc/%d/cmdline" % pid).read_bytes().decode(
            errors="replace")
    except OSError:
        return ""

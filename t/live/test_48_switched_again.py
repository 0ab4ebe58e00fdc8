# SPDX-License-Identifier: MIT
"""Roots that are switched to directories that workers may not read, in orders
of events that a load seldom makes: such a worker waits for others, or to hear
that there will be none, and what it hears may be of the switch of before."""
import os
import signal

import pytest

import harness
from harness import until
from test_48_moves import made, renamed

GET = b"GET /v.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Halted:
    """Processes that stand until they are told to go on, at the latest at the
    end of the test."""

    def __init__(self):
        self.pids = []

    def halt(self, pid):
        self.pids.append(pid)
        harness.halt(pid)

    def go_on(self, pid):
        self.pids.remove(pid)
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(name="halted")
def fixture_halted(serve):  # ends before the servers do
    halted = Halted()
    yield halted
    for pid in list(halted.pids):
        halted.go_on(pid)


@pytest.fixture(name="site")
def fixture_site(tmp_path):
    made(tmp_path / "site" / "current", "000")
    made(tmp_path / "beside" / "r", "beside")
    return tmp_path / "site"


def started(serve, site, **prepare):
    """One worker, of a root that moves and of one that does not."""
    server = serve(start=False)
    server.configure({
        "server": {"root": site / "current", "workers": 1},
        "prepare": prepare,
        "timeouts": {"prepare": "300s", "heartbeat": "300s"},
    }, "[alias /beside/]\nroot = %s\n" % (site.parent / "beside" / "r"))
    server.start()
    return server


def asked(c, beside, what=GET):
    """Its answer waits; it has been read, and the master been told, when what
    the same worker is asked for behind it is answered."""
    c.send(what)
    assert beside.get("/beside/v.txt").body == b"beside"


def test_while_the_next_generation_comes_up(serve, site, halted):
    """It has seen the second switch when the master hears that it is ready, and
    its word of that comes behind: that nobody can do better, as workers are to
    hear after the first switch, is not true of the second one."""
    server = started(serve, site, warm="v.txt")
    [old], preparer = server.workers(), server.preparer()
    with server.connect() as one:
        assert one.get("/v.txt").body == b"000"
        halted.halt(preparer)  # which the next worker needs to be ready
        renamed(site, 1)
        one.send(GET)
        until("another worker", lambda: len(server.workers()) == 2)
        halted.halt(server.pid)
        halted.halt(old)
        halted.go_on(preparer)
        with server.connect() as c, server.connect() as beside:
            assert c.get("/v.txt").body == b"001"
            assert beside.get("/beside/v.txt").body == b"beside"
            renamed(site, 2)
            asked(c, beside)
            halted.go_on(server.pid)
            halted.go_on(old)
            assert c.read_response().body == b"002"
        assert one.read_response().body in (b"001", b"002")


def test_after_a_reload_that_failed(serve, site, halted):
    """What the worker hears of the first switch is no answer to what it has said
    of the second one."""
    server = started(serve, site)
    [worker] = server.workers()
    with server.connect() as one, server.connect() as c, \
            server.connect() as beside:
        for x in (one, c):
            assert x.get("/v.txt").body == b"000"
        assert beside.get("/beside/v.txt").body == b"beside"
        whole = server.file.read_text()
        server.file.write_text(whole + "\n[server]\nworkers = none\n")
        halted.halt(server.pid)
        renamed(site, 1)
        asked(one, beside)
        halted.halt(worker)
        since = server.mark()
        halted.go_on(server.pid)
        server.await_line("M052", since)
        until("the master's answer", lambda: harness.proc_stat(
            server.pid)[1] == "S")
        server.file.write_text(whole)
        renamed(site, 2)
        c.send(GET)
        halted.go_on(worker)
        assert c.read_response().body == b"002"
        assert one.read_response().body in (b"000", b"002")


def test_while_content_is_on_its_way(serve, site):
    """Of a request that began after the switch: whoever takes its end has let
    the others take over by then."""
    server = started(serve, site)
    with server.connect() as c, server.connect() as beside:
        assert c.get("/new.txt").status == 404  # which takes no preparer
        assert beside.get("/beside/v.txt").body == b"beside"
        since = server.mark()
        made(site / "new", "001")
        (site / "new" / "new.txt").write_text("new")
        (site / "current").rename(site / "old")
        (site / "new").rename(site / "current")
        asked(c, beside, b"GET /new.txt HTTP/1.1\r\nHost: localhost\r\n"
              b"Content-Length: 4\r\n\r\nab")
        server.await_line("M013", since)
        c.send(b"cd")
        r = c.read_response()
        assert (r.status, r.body) == (200, b"new")

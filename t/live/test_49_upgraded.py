# SPDX-License-Identifier: MIT
"""Connections that outlive the program they began at: after an upgrade (USR2)
the next request of a kept connection is answered by the new program, if it
understands what the old one hands over; else the old one answers it."""
import json
import os
import re
import shutil
import signal

import pytest

import harness
from harness import until
from sites import nodes
from test_72_proxies import binary

FILES = {"a.txt": "a\n", "b.txt": "b\n"}
HEAD = b"GET /b.txt HTTP/1.1\r\nHost: localhost\r\nX-Long: 1234567890\r\n\r\n"
SIZE = 20_000_000


class Upgraded:
    """A server whose program can become another one, run by a script."""

    def __init__(self, serve, folder, **conf):
        folder.chmod(0o755)
        self.program = folder / "etagd"
        shutil.copy(harness.binary(), self.program)
        self.pidfile = folder / "pid"
        self.conf = conf
        self.server = serve(files=FILES, program=self.program,
                            conf=self.settings("first"))
        self.master = self.server.pid

    def settings(self, name, **more):
        return dict(self.conf, server=dict(
            {"workers": 2, "pidfile": self.pidfile, "server-field": name},
            **{**self.conf.get("server", {}), **more}))

    def script(self, text):
        new = self.program.with_suffix(".new")
        new.write_text('#!/bin/sh\n%s\nexec %s "$@"\n' % (
            text, harness.binary()))
        new.chmod(0o755)
        new.rename(self.program)

    def upgrade(self, name="next", **more):
        """The old one finishes what it has from here on."""
        self.server.configure(self.settings(name, **more))
        since = self.server.mark()
        os.kill(self.master, signal.SIGUSR2)
        self.server.await_line(r"M108: ", since)
        old, self.master = self.master, int(self.server.await_line(
            r"M107: .* as pid (\d+)", since)[1])
        return old

    def reload(self, name, **more):
        """New workers of the same program."""
        self.server.configure(self.settings(name, **more))
        since = self.server.mark()
        os.kill(self.master, signal.SIGHUP)
        self.server.await_line("M013", since)

    def await_end(self, pid):
        if pid == self.server.process.popen.pid:
            assert self.server.process.popen.wait(harness.DEADLINE_S) == 0
        until("the end of %d" % pid, lambda: not harness.alive(pid))

    def of(self, master):
        """Its children that run."""
        return [p for p in harness.processes() if harness.alive(p) and
                (harness.proc_stat(p) or (0, 0, 0))[2] == master]

    def end(self):
        for pid in (self.master, self.server.pid):
            if harness.alive(pid):
                os.kill(pid, signal.SIGTERM)
        for pid in (self.master, self.server.pid):
            self.await_end(pid) if pid != self.server.process.popen.pid else \
                self.server.process.popen.wait(harness.DEADLINE_S)
        self.server.stopped = True


upgraded = nodes(Upgraded)


def asked(c, name, target="/a.txt"):
    r = c.get(target)
    assert (r.status, r.get("Server"), r.closes) == (200, name, False)


def bye(u, what):
    return [int(m[1]) for m in (
        re.search(r"M090: .* %s=(\d+)" % what, line)
        for line in u.server.process.lines) if m]


def test_idle_ones_go_to_the_next_program(upgraded):
    """At once: the old one has ended before they are used again.  Requests and
    connections are counted on."""
    u = upgraded()
    kept = [u.server.connect(lint=False) for _ in range(100)]
    for c in kept:
        asked(c, "first")
    u.await_end(u.upgrade())
    assert bye(u, "given") == [len(kept)]
    for c in kept:
        asked(c, "next")
        asked(c, "next", "/b.txt")
    lines = u.server.log(3 * len(kept))
    assert sorted((line["connection"], line["request"]) for line in lines) == [
        (c, r) for c in range(1, len(kept) + 1) for r in (1, 2, 3)]
    with u.server.connect() as c:
        asked(c, "next")
    assert u.server.log(3 * len(kept) + 1)[-1]["connection"] == len(kept) + 1
    for c in kept:
        c.close()
    master = u.master
    os.kill(master, signal.SIGTERM)
    u.await_end(master)
    until("its sum", lambda: bye(u, "taken") == [len(kept)])


def test_one_connection_over_many_programs(upgraded):
    u = upgraded()
    with u.server.connect(lint=False) as c:
        asked(c, "first")
        for i in range(4):
            u.await_end(u.upgrade("next%d" % i))
            asked(c, "next%d" % i)
        assert [line["request"] for line in u.server.log(5)] == \
            [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cut", (1, 30, len(HEAD) + 20))
def test_half_a_pipeline_and_the_rest_after_it(upgraded, cut):
    u = upgraded()
    whole = 3 * HEAD
    with u.server.connect(lint=False) as c:
        asked(c, "first")
        c.send(whole[:cut])
        n = cut // len(HEAD)
        for _ in range(n):
            assert c.read_response().get("Server") == "first"
        if not n:
            asked(u.server.connect(lint=False), "first")
        u.await_end(u.upgrade())
        c.send(whole[cut:])
        for _ in range(3 - n):
            r = c.read_response()
            assert (r.status, r.body, r.get("Server"), r.closes) == (
                200, b"b\n", "next", False)


@pytest.mark.parametrize("cut", (20, None))
def test_half_a_proxy_header(upgraded, cut):
    u = upgraded(server={"listen": "127.0.0.1:0 proxy"},
                 proxy={"trust": "127.0.0.1"})
    header = binary()
    with u.server.connect(lint=False) as c:
        c.send(header[:cut])
        u.await_end(u.upgrade())
        c.send(b"" if cut is None else header[cut:])
        asked(c, "next")
    assert u.server.log(1)[0]["peer"] == "192.0.2.7"


def busy(u):
    """A connection that the old program is sending to, and a request behind."""
    if not (u.server.tree.root / "large.bin").exists():
        u.server.tree.write("large.bin", bytes(SIZE))
    c = u.server.connect(lint=False)
    c.send(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n" + HEAD)
    until("its beginning", lambda: c.sock.recv(1, 2))  # MSG_PEEK
    return c


def test_a_busy_one_follows_when_its_answer_is_out(upgraded):
    u = upgraded()
    with busy(u) as c:
        old = u.upgrade()
        r = c.read_response()
        assert (len(r.body), r.get("Server"), r.closes) == (
            SIZE, "first", False)
        assert c.read_response().get("Server") == "next"
        u.await_end(old)
        asked(c, "next")


def test_those_that_finish_longer_than_the_next_program(upgraded):
    """A is followed by B, reloads come, C follows B, and so on: what A still sends
    to goes to whoever serves when that is out."""
    u = upgraded(timeouts={"drain": "300s"})
    with busy(u) as one, busy(u) as two, busy(u) as three:
        first = u.upgrade("second")
        with busy(u) as four:
            second = u.upgrade("third")
            assert harness.alive(first) and harness.alive(second)
            assert len(one.read_response().body) == SIZE
            assert one.read_response().get("Server") == "third"
            assert len(four.read_response().body) == SIZE
            assert four.read_response().get("Server") == "third"
            u.await_end(second)
            asked(one, "third")
            asked(four, "third")
            u.reload("reloaded")
            assert len(two.read_response().body) == SIZE
            r = two.read_response()
            assert (r.get("Server"), r.closes) == ("reloaded", False)
            u.await_end(u.upgrade("last"))
            assert harness.alive(first)
            assert len(three.read_response().body) == SIZE
            assert three.read_response().get("Server") == "last"
            u.await_end(first)
            for c in one, two, three, four:
                asked(c, "last")


@pytest.mark.parametrize("number", (signal.SIGQUIT, signal.SIGTERM,
                                    signal.SIGKILL))
def test_the_last_of_three_ends_first(upgraded, number):
    """Nobody serves any more: the first one hears of it over the second one's
    head, keeps what it has, and ends with that."""
    u = upgraded()
    with busy(u) as c:
        first = u.upgrade("second")
        u.await_end(u.upgrade("third"))
        children = u.of(u.master)
        os.kill(u.master, number)
        u.await_end(u.master)
        for pid in children:
            u.await_end(pid)
        assert harness.alive(first)
        assert len(c.read_response().body) == SIZE
        r = c.read_response()
        assert (r.status, r.get("Server"), r.closes) == (200, "first", True)
        u.await_end(first)


def test_an_address_that_goes_while_older_ones_finish(upgraded):
    """Those hear of it, from later generations and later programs: what began
    there ends there."""
    u = upgraded(server={"listen": ["127.0.0.1:0", "127.0.0.2:0"]})
    port = int(u.server.await_line(r"127\.0\.0\.2:(\d+)/")[1])
    u.server.tree.write("large.bin", bytes(SIZE))
    with u.server.connect(address=("127.0.0.2", port), lint=False) as gone:
        gone.send(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n" + HEAD)
        until("its beginning", lambda: gone.sock.recv(1, 2))  # MSG_PEEK
        first = u.upgrade("second")
        u.conf = {}
        u.reload("reloaded", listen="127.0.0.1:0")
        assert len(gone.read_response().body) == SIZE
        r = gone.read_response()
        assert (r.get("Server"), r.closes) == ("first", True)
        u.await_end(first)


def test_what_has_a_name_over_three_programs(upgraded, short):
    """The control socket, the pid file, a unix socket, counters, and releases that
    are kept: the last one has them, while both others still finish; what has
    another name by then is not left behind."""
    def release(name):
        (short / name).mkdir(mode=0o755)
        (short / name / (name + ".js")).write_text(name)
        (short / name / "a.txt").write_text(name)
        (short / "next").symlink_to(name)
        (short / "next").rename(short / "current")

    def names(n):
        return {"control": short / ("control%d" % n), "pidfile":
                short / ("pid%d" % n)}

    def told(n):
        done = harness.run("--status=json", "--control", names(n)["control"])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def next_program(n):
        release("r%d" % n)
        until("the release", lambda: u.server.get("/a.txt").body ==
              b"r%d" % n)
        since = u.server.mark()
        old = u.upgrade("p%d" % n, **names(n // 2))
        u.server.await_line("M015", since)
        return old

    short.chmod(0o755)
    release("r0")
    path = str(short / "s")
    u = upgraded(server={
        "root": short / "current", "keep-previous": "1h",
        "listen": ["127.0.0.1:0", "unix:" + path], **names(0)})
    (short / "r0" / "large.bin").write_bytes(bytes(SIZE))
    with busy(u) as one:
        first = next_program(1)
        sums = [told(0)["requests"]]
        (short / "r1" / "large.bin").write_bytes(bytes(SIZE))
        with busy(u) as two:
            second = next_program(2)
            assert harness.alive(first) and harness.alive(second)
            assert int(names(1)["pidfile"].read_text()) == u.master
            sums.append(told(1)["requests"])
            for n in range(3):
                assert u.server.get("/r%d.js" % n).body == b"r%d" % n
            with u.server.connect(address=path, lint=False) as c:
                asked(c, "p2")
            for c in one, two:
                assert len(c.read_response().body) == SIZE
                assert c.read_response().get("Server") == "p2"
        u.await_end(second)
    u.await_end(first)
    sums.append(told(1)["requests"])
    assert sums == sorted(sums) and sums[0] < sums[-1]
    assert not any(p.exists() for p in names(0).values())
    assert u.server.get("/r0.js").body == b"r0"
    os.kill(u.master, signal.SIGTERM)
    u.await_end(u.master)
    assert not any(p.exists() for p in names(1).values())
    assert not os.path.exists(path)


UNKNOWN = {
    "another layout": 'export ETAGD_MOVING="${ETAGD_MOVING% *} 7"',
    "an older version": "unset ETAGD_MOVING",
    "passed on by an older one": 'export ETAGD_MOVING="1 ${ETAGD_MOVING#* }"',
    "no pair": 'export ETAGD_MOVING="$$ 1 2 ${ETAGD_MOVING##* }"',
    "no common count": "unset ETAGD_NUMBERS",
}


def kept(c):
    """Its worker may not have heard of the upgrade yet."""
    def ends():
        r = c.get("/a.txt")
        assert (r.status, r.get("Server")) == (200, "first")
        return r.closes
    until("a closing answer", ends)


@pytest.mark.parametrize("why", UNKNOWN)
def test_what_the_next_one_does_not_understand_is_kept(upgraded, why):
    u = upgraded()
    u.script(UNKNOWN[why])
    with u.server.connect(lint=False) as c:
        asked(c, "first")
        old = u.upgrade()
        until("new ones at the next one", lambda: u.server.get(
            "/a.txt").get("Server") == "next")
        kept(c)
        u.await_end(old)
        assert bye(u, "given") == []


def test_one_that_is_busy_and_kept(upgraded):
    u = upgraded()
    u.script(UNKNOWN["another layout"])
    with busy(u) as c:
        old = u.upgrade()
        assert len(c.read_response().body) == SIZE
        assert c.read_response().get("Server") == "first"
        u.await_end(old)


def test_an_address_that_the_next_one_lacks(upgraded):
    u = upgraded(server={"listen": ["127.0.0.1:0", "127.0.0.2:0"]})
    port = int(u.server.await_line(r"127\.0\.0\.2:(\d+)/")[1])
    u.conf = {}
    with u.server.connect(address=("127.0.0.2", port), lint=False) as gone, \
            u.server.connect(lint=False) as c:
        asked(gone, "first")
        asked(c, "first")
        old = u.upgrade(listen="127.0.0.1:0")
        until("the next one's answer", lambda: c.get(
            "/a.txt").get("Server") == "next")
        kept(gone)
        u.await_end(old)


@pytest.mark.parametrize("number", (signal.SIGQUIT, signal.SIGKILL))
def test_the_next_one_ends_before_the_old_one(upgraded, number):
    """What the old one still has it keeps from then on, whether it has heard of
    that by then or not."""
    u = upgraded()
    with busy(u) as c:
        old = u.upgrade()
        children = u.of(u.master)
        os.kill(u.master, number)
        u.await_end(u.master)
        for pid in children:
            u.await_end(pid)
        assert len(c.read_response().body) == SIZE
        r = c.read_response()
        assert (r.status, r.get("Server"), r.closes) == (200, "first", True)
        u.await_end(old)


def test_what_was_on_its_way_to_one_that_is_killed(upgraded):
    """The old one takes it back: it waited between both, for the new workers
    stood still."""
    u = upgraded(timeouts={"heartbeat": "600s"})
    with busy(u) as one, busy(u) as two:
        old = u.upgrade()
        children = u.of(u.master)
        for pid in children:
            harness.halt(pid)
        r = one.read_response()
        assert len(r.body) == SIZE and r.get("Server") == "first"
        for pid in [u.master] + children:  # it would start others
            os.kill(pid, signal.SIGKILL)
        r = one.read_response()
        assert (r.status, r.get("Server")) == (200, "first")
        assert len(two.read_response().body) == SIZE
        assert two.read_response().status == 200
        u.await_end(old)

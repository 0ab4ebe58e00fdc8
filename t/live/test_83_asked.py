# SPDX-License-Identifier: MIT
"""Reloads, upgrades and ends that are asked for within milliseconds of each
other, with another configuration and other addresses each time: each has its
turn, the last configuration is what is served in the end, and no client notices."""
import contextlib
import itertools
import os
import re
import signal
import socket
import time

import pytest

import harness
from harness import until
from sites import nodes
from visitors import Visitor, visiting

FILES = {"a.txt": "a\n"}
HUP, USR2 = signal.SIGHUP, signal.SIGUSR2
GAPS_MS = (0, 1, 2, 5, 20)
PROXY = b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 80\r\n"


class Places:
    """Addresses that nothing listens on: ports of an address of our own, with and
    without a PROXY header, and unix sockets."""

    def __init__(self, folder):
        self.host = "127.83.%d.%d" % divmod(os.getpid() % 65536, 256)
        self.folder = folder

    def another(self, n):
        if n % 3 == 2:
            return "unix:%s/s%d" % (self.folder, n)
        with socket.socket() as s:
            s.bind((self.host, 0))
            return "%s:%d%s" % (*s.getsockname(), " proxy" * (n % 3))


def asked(place):
    """The Server field of an answer there; None: nobody listens."""
    place, _, proxy = place.partition(" ")
    host, _, port = place.rpartition(":")
    unix = host == "unix"
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as s:
        s.settimeout(harness.DEADLINE_S)
        try:
            s.connect(port if unix else (host, int(port)))
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        s.sendall((PROXY if proxy else b"") + b"GET /a.txt HTTP/1.1\r\n"
                  b"Host: localhost\r\nConnection: close\r\n\r\n")
        head = b"".join(iter(lambda: s.recv(4096), b""))
    assert head.startswith(b"HTTP/1.1 200"), head
    return re.search(rb"\r\nServer: (.*?)\r\n", head)[1].decode()


class Node:
    """A server that is asked for things, and what became of it."""

    def __init__(self, serve, folder, **conf):
        folder.chmod(0o755)
        self.places, self.n = Places(folder), 0
        self.pidfile, self.place = folder / "pid", None
        self.server = serve(files=FILES, conf={
            "server": {"listen": ["127.0.0.1:0"], "workers": 2,
                       "pidfile": self.pidfile, "server-field": "v0",
                       "control": folder / "control"},
            "proxy": {"trust": "127.0.0.0/8"}, **conf})
        self.stable = "127.0.0.1:%d" % self.server.port

    def change(self, place=None):
        """Another configuration, at an address that is new, or at that one; whole
        or not at all, as whoever was asked before may read it by now."""
        self.n += 1
        self.place = place or self.places.another(self.n)
        file = self.server.file
        self.server.file = file.with_name("next.ini")
        self.server.configure({"server": {
            "server-field": "v%d" % self.n,
            "listen": ["127.0.0.1:0", self.place]}})
        self.server.file = self.server.file.replace(file)

    def there(self):
        """Processes of this server."""
        stats = {p: harness.proc_stat(p) for p in harness.processes()}
        return [p for p, s in stats.items()
                if s and s[3] == self.server.pid and s[1] not in "ZX"]

    def masters(self):
        def title(pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                return open("/proc/%d/cmdline" % pid).read()
            return ""
        return [p for p in self.there() if title(p).startswith("etagd: master")]

    def master(self):
        return int(self.pidfile.read_text())

    def ask(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.master(), number)

    def served_last(self):
        """What answers at the last address; a configuration before may just have
        left it, and whoever knocks at that moment is turned away."""
        with contextlib.suppress(ConnectionResetError):
            return asked(self.place)
        return None

    def settle(self):
        """One master, that serves what was configured last, at its addresses."""
        wanted = "v%d" % self.n
        until("%s at %s, by one of %r" % (wanted, self.place, self.masters()),
              lambda: self.served_last() == wanted and
              self.masters() == [self.master()] and
              all(asked(self.stable) == wanted for _ in range(4)))

    def end(self):
        if self.server.stopped:
            return
        for pid in self.masters():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        self.check_gone()

    def check_gone(self):
        self.server.process.popen.wait(harness.DEADLINE_S)
        until("the end of all", lambda: not self.there())
        self.server.stopped = True
        self.server.check_no_alarm()
        assert not self.pidfile.exists()
        assert not [p for p in self.pidfile.parent.iterdir() if p.is_socket()]


node = nodes(Node)


class Client(Visitor):
    """Asks again and again, on connections that it keeps or on new ones."""

    def __init__(self, server, keeps):
        super().__init__()
        self.server, self.keeps, self.c = server, keeps, None

    def visit(self, n):
        self.c = self.c or self.server.connect(lint=False)
        r = self.c.get("/a.txt")
        assert (r.status, r.body) == (200, b"a\n")
        self.seen.append(n)
        if r.closes or not self.keeps:
            self.leave()
        time.sleep(0.001)  # others have a use for the processor as well

    def leave(self):
        if self.c:
            self.c.close()
        self.c = None


@contextlib.contextmanager
def clients(server):
    """None of them may meet an error."""
    those = [Client(server, keeps) for keeps in (True, True, True, False)]
    with visiting(those):
        yield
    assert all(c.seen for c in those)


@pytest.mark.parametrize("first, second", itertools.product((HUP, USR2),
                                                            repeat=2))
@pytest.mark.parametrize("between", (False, True))
def test_two_within_milliseconds(node, first, second, between):
    """between: the configuration changes between both, so that the second one is
    what brings the last one."""
    n = node()
    with clients(n.server):
        for gap in GAPS_MS:
            n.change()
            n.ask(first)
            time.sleep(gap / 1000)
            if between:
                n.change()
            n.ask(second)
            n.settle()
    lines = "\n".join(n.server.process.lines)
    assert not re.search("M109|M053|M020|M026|M105|M111", lines)


def test_what_waits_is_told(node):
    """A generation that comes up: its new worker stands still for a while."""
    n = node()
    n.change()
    os.kill(n.server.pid, signal.SIGSTOP)  # both are there when it goes on
    n.ask(HUP)
    n.ask(USR2)
    os.kill(n.server.pid, signal.SIGCONT)
    n.server.await_line(r"M162: the upgrade waits: generation 2 comes up")
    n.server.await_line(r"M107: upgrade: started")
    n.settle()


def test_reloads_without_a_pause(node):
    """An upgrade has its turn after the one that is under way; those that come
    meanwhile are the next program's."""
    n = node(prepare={"warm": "*.txt", "warm-time": "25s"})
    preparer = n.server.preparer()
    harness.halt(preparer)  # so that generation 2 is under way for a while
    try:
        n.change()
        n.ask(HUP)
        until("its workers", lambda: len(n.server.children()) > 3)
        n.ask(USR2)
        n.server.await_line("M162: the upgrade waits: generation 2 comes up")
        n.change()
        for _ in range(3):
            n.ask(HUP)
            n.server.await_line("M164: the reload waits: an upgrade goes first")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(preparer, signal.SIGCONT)
    n.settle()
    told = "\n".join(n.server.process.lines)
    assert "generation 3 " not in told and "M108" in told
    assert told.count("M164") == 1


def test_many_at_once(node):
    n = node()
    with clients(n.server):
        for _ in range(6):
            for number in (HUP, USR2, HUP, HUP, USR2, USR2, HUP):
                n.change()
                n.ask(number)
                time.sleep(0.002)
            n.settle()


def test_back_to_an_address_that_was_left(node):
    """Generations before still listen there."""
    n = node()
    places = [n.places.another(i) for i in (0, 2)]
    with clients(n.server):
        for i in range(10):
            for number in (HUP, USR2) if i % 2 else (HUP, HUP, USR2):
                n.change(places[n.n % 2])
                n.ask(number)
            n.settle()
    assert not re.search("M109|M053|M020", "\n".join(n.server.process.lines))


@pytest.mark.parametrize("kind", (0, 2))
def test_two_that_drain_have_an_address(node, kind):
    """Whoever of them is done first leaves its socket to the other, and to the
    next configuration that says it."""
    n = node()
    place = n.places.another(kind)

    def reload(number, *places):
        n.n += 1
        n.server.configure({"server": {"server-field": "v%d" % n.n,
                                       "listen": ["127.0.0.1:0", *places]}})
        n.ask(HUP)
        until("generation %d" % number, lambda:
              "generation %d: serving" % number in
              harness.run("--status", "-c", n.server.file).stdout)

    reload(2, place)
    second = n.server.workers()
    for pid in second:
        harness.halt(pid)
    reload(3, place)
    third = [p for p in n.server.workers() if p not in second]
    for pid in third:
        harness.halt(pid)
    reload(4)
    for pid in second:
        os.kill(pid, signal.SIGCONT)
    n.server.await_line("M014: generation 2 has ended")
    n.place = place
    reload(5, place)
    for pid in third:
        os.kill(pid, signal.SIGCONT)
    n.settle()


@pytest.mark.parametrize("asked_for", (HUP, USR2, (HUP, USR2), (USR2, HUP)))
@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGQUIT))
@pytest.mark.parametrize("gap", GAPS_MS)
def test_an_end_in_between(node, asked_for, number, gap):
    """It is the end of all of them."""
    n = node()
    n.change()
    for one in asked_for if isinstance(asked_for, tuple) else (asked_for,):
        n.ask(one)
    time.sleep(gap / 1000)
    masters = n.masters()
    for pid in masters:  # which of both serves by now, nobody knows
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    for pid in set(n.masters()) - set(masters):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    n.check_gone()


@pytest.mark.parametrize("asked_for", (HUP, USR2, (HUP, USR2), (USR2, HUP)))
@pytest.mark.parametrize("gap", (0, 2, 20))
def test_a_drain_in_between(node, asked_for, gap):
    """Requests on their way are answered, by whom ever; then all are gone."""
    n = node(timeouts={"ready-delay": "100ms"}, health={"path": "/-/ready"})
    n.change()
    held = [n.server.connect(lint=False) for _ in range(8)]
    for c in held:
        assert c.get("/a.txt").status == 200
    for one in asked_for if isinstance(asked_for, tuple) else (asked_for,):
        n.ask(one)
    time.sleep(gap / 1000)
    done = harness.run("--drain", "-c", n.server.file)
    assert done.returncode == 0, done.stderr
    n.check_gone()


@pytest.mark.parametrize("gap", (0, 2, 20))
def test_a_faulty_configuration_in_between(node, gap):
    n = node()
    with clients(n.server):
        for first, second in itertools.product((HUP, USR2), repeat=2):
            n.change()
            good = n.server.file.read_text()
            n.server.file.write_text(good + "[nonsense]\n")
            n.ask(first)
            time.sleep(gap / 1000)
            n.server.file.write_text(good)
            n.ask(second)
            n.settle()


@pytest.mark.parametrize("asked_for", ((HUP,), (USR2,), (HUP, USR2),
                                       (USR2, HUP)))
@pytest.mark.parametrize("gap", GAPS_MS)
def test_a_master_that_is_killed_in_between(node, asked_for, gap):
    """Either the next one serves alone, or nobody is left."""
    n = node()
    n.change()
    for one in asked_for:
        n.ask(one)
    time.sleep(gap / 1000)
    os.kill(n.server.pid, signal.SIGKILL)
    n.server.process.popen.wait(harness.DEADLINE_S)

    def decided():
        return asked(n.place) == "v1" if n.masters() else not n.there()
    until("one or none", decided)
    if n.masters():
        n.settle()
        os.kill(n.master(), signal.SIGTERM)
        until("the end of all", lambda: not n.there())
    n.server.stopped = True
    n.server.check_no_alarm()


def test_a_reload_by_the_console_while_a_program_comes_up(node):
    """It is told of the one that serves in the end."""
    n = node()
    for gap in GAPS_MS:
        n.change()
        n.ask(USR2)
        time.sleep(gap / 1000)
        done = harness.run("--reload", "-c", n.server.file)
        assert done.returncode == 0, done.stderr
        n.settle()


def test_what_comes_too_late_for_the_old_one(node):
    """Its successor serves already; whoever had its number asks it all the same."""
    n = node(timeouts={"drain": "300s"})
    n.server.tree.write("large.bin", bytes(20_000_000))
    with n.server.connect(lint=False) as c:
        c.send(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until("its beginning", lambda: c.sock.recv(1, 2))  # MSG_PEEK
        n.change()
        since = n.server.mark()
        n.ask(USR2)
        n.server.await_line("M108", since)
        for number, line in (HUP, "M013"), (USR2, "M108"):
            n.change()
            since = n.server.mark()
            os.kill(n.server.pid, number)
            n.server.await_line("M163: signal %d is passed on" % number, since)
            n.server.await_line(line, since)
            until("it", lambda: asked(n.place) == "v%d" % n.n)
        assert len(c.read_response().body) == 20_000_000
    n.settle()

# SPDX-License-Identifier: MIT
"""etagd as a service: reloads and upgrades under load, systemd's protocol,
passed sockets, the watchdog, and what processes may do."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import threading

import pytest

import harness
from controlled import FILES, ask, controlled
from harness import until
from test_72_proxies import GET, TLS, binary


class Load:
    """Keep-alive clients; a request that gets no whole answer is lost.
    large: every so many requests are for one that is sent in pieces."""

    def __init__(self, port, clients=4, large=7):
        self.port = port
        self.large = large
        self.ending = threading.Event()
        self.done = 0
        self.closed = 0
        self.lost = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, daemon=True)
                        for _ in range(clients)]

    def _run(self):
        c = None
        n = 0
        while not self.ending.is_set():
            n += 1
            large = self.large and n % self.large == 0
            try:
                if c is None:
                    c = http.client.HTTPConnection("127.0.0.1", self.port,
                                                   timeout=harness.DEADLINE_S)
                c.request("GET", "/big.bin" if large else "/a.txt")
                r = c.getresponse()
                body = r.read()
                assert r.status == 200, r.status
                assert len(body) == (300000 if large else 2), len(body)
                with self.lock:
                    self.done += 1
                    self.closed += r.will_close
                if r.will_close:
                    c = None
            except (OSError, AssertionError, http.client.HTTPException) as e:
                with self.lock:
                    self.lost.append(repr(e))
                c = None
        if c:
            c.close()

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def more(self, n=20):
        """Waits for so many more answers."""
        start = self.done
        until("answers", lambda: self.done >= start + n or self.lost)

    def __exit__(self, *exc):
        self.ending.set()
        for t in self.threads:
            t.join()


# -- nothing is lost

def test_reloads_lose_nothing(serve, short):
    server = controlled(serve, short)
    with Load(server.port) as load:
        for i in range(20):
            server.configure({"server": {"workers": 1 + i % 3}})
            assert ask(server, "--reload").returncode == 0
            load.more()
    assert load.lost == []
    # the next generation takes their connections
    assert load.closed == 0 and load.done > 400


def test_hup_storm_ends_with_the_newest(serve, short):
    server = controlled(serve, short)
    with Load(server.port) as load:
        for i in range(10):
            server.configure({"server": {"server-field": "v%d" % i}})
            server.signal(signal.SIGHUP)
        until("newest", lambda: server.get("/a.txt").get("Server") == "v9")
        # an older one may take a connection until it has heard of its end
        until("the older ones' end", lambda: len(json.loads(ask(
            server, "--status=json").stdout)["generations"]) == 1)
        load.more()
        assert server.get("/a.txt").get("Server") == "v9"
    assert load.lost == []


def test_idle_connection_goes_on_by_the_next_configuration(serve, short):
    server = controlled(serve, short)
    c = server.connect()
    assert not c.get("/a.txt").closes
    server.configure({"server": {"server-field": "next"}})
    assert ask(server, "--reload").returncode == 0
    # its worker hears of it a moment later; until then it goes on as before
    until("the next one's answer",
          lambda: c.get("/a.txt").get("Server") == "next")
    assert not c.get("/a.txt").closes


def test_listener_comes_and_goes(serve, short):
    server = controlled(serve, short)
    first = server.port
    second = "unix:%s/s" % short
    server.configure({"server": {"listen": ["127.0.0.1:0", second]}})
    assert ask(server, "--reload").returncode == 0
    assert server.get("/a.txt").status == 200
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(short / "s"))
        s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        assert s.recv(1000).startswith(b"HTTP/1.1 200")
    server.configure({"server": {"listen": [second]}})
    assert ask(server, "--reload").returncode == 0

    def refused():
        try:
            socket.create_connection(("127.0.0.1", first), 5).close()
        except ConnectionRefusedError:
            return True
        return False
    until("refused", refused)


# -- upgrade

def next_master(short):
    return json.loads(harness.run(
        "--status=json", "--control", short / "control").stdout)["pid"]


class Heard:
    """Connects to the control socket all the time."""

    def __init__(self, path):
        self.path = str(path)
        self.refused = []
        self.times = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ending.is_set():
            with socket.socket(socket.AF_UNIX) as s:
                try:
                    s.connect(self.path)
                    self.times += 1
                except OSError as e:
                    self.refused.append(e)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()


def test_upgrades_lose_nothing(serve, short):
    server = controlled(serve, short, conf={"server": {
        "pidfile": short / "pid"}})
    pid = server.pid
    with Load(server.port) as load, Heard(short / "control") as heard:
        for _ in range(5):
            os.kill(pid, signal.SIGUSR2)
            old = pid
            pid = until("another master", lambda: (
                lambda p: p if p != old else None)(next_master(short)))
            until("the old one's end", lambda: not harness.alive(old))
            assert int((short / "pid").read_text()) == pid
            load.more()
    assert load.lost == []
    assert heard.refused == [] and heard.times > 5
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    done = harness.run("--stop", "--control", short / "control")
    assert done.returncode == 0
    until("the end", lambda: not harness.alive(pid))
    assert not (short / "control").exists()
    server.stopped = True


def test_failed_upgrade_changes_nothing(serve, short):
    program = short / "etagd"
    shutil.copy(harness.binary(), program)
    server = controlled(serve, short, program=program)
    before = server.workers()
    program.unlink()
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with Load(server.port) as load:
        server.signal(signal.SIGUSR2)
        server.await_line(r"M109: .*status 3.*goes on")
        load.more()
    assert load.lost == []
    assert server.workers() == before
    program.unlink()
    since = server.mark()
    server.signal(signal.SIGUSR2)
    server.await_line("M104: ", since)
    server.await_line("M109: ", since)
    assert server.get("/a.txt").status == 200


# -- systemd

class Manager:
    """The socket on which a service manager listens."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        self.sock.settimeout(harness.DEADLINE_S)

    def await_(self, word):
        while True:
            lines = self.sock.recv(4096).decode().split("\n")
            if word in lines:
                return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def manager(short):
    m = Manager(short)
    yield m
    m.sock.close()


def test_notifies(serve, short, manager):
    server = controlled(serve, short, env={"NOTIFY_SOCKET": manager.path})
    told = manager.await_("READY=1")
    assert told["STATUS"].startswith("generation 1, 2 workers")
    assert ask(server, "--reload").returncode == 0
    told = manager.await_("RELOADING=1")
    assert int(told["MONOTONIC_USEC"]) > 0
    assert manager.await_("READY=1")["STATUS"].startswith("generation 2,")
    server.configure({"server": {"nonsense": 1}})
    server.signal(signal.SIGHUP)
    manager.await_("RELOADING=1")
    assert manager.await_("READY=1")["STATUS"].startswith("generation 2,")
    server.signal(signal.SIGTERM)
    manager.await_("STOPPING=1")


def test_an_upgrade_is_no_end(serve, short, manager):
    """A manager that hears every process (NotifyAccess=all) would end the
    service."""
    server = serve(conf={"server": {"pidfile": short / "pid"}},
                   env={"NOTIFY_SOCKET": manager.path})
    manager.await_("READY=1")
    server.signal(signal.SIGUSR2)
    server.process.popen.wait(harness.DEADLINE_S)  # it has said all
    next_one = int((short / "pid").read_text())
    os.kill(next_one, signal.SIGTERM)
    server.stopped = True
    heard = []
    while "STOPPING=1" not in heard:
        heard += manager.sock.recv(4096).decode().split("\n")
    until("its end", lambda: not harness.alive(next_one))
    with contextlib.suppress(BlockingIOError):
        manager.sock.setblocking(False)
        while True:
            heard += manager.sock.recv(4096).decode().split("\n")
    assert "MAINPID=%d" % next_one in heard
    assert heard.count("STOPPING=1") == 1


@pytest.mark.parametrize("which", ["worker", "preparer"])
def test_stopped_process_is_replaced(serve, short, manager, which):
    server = controlled(serve, short, env={
        "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "5000000"})
    manager.await_("WATCHDOG=1")
    victim = server.workers()[0] if which == "worker" else server.preparer()
    harness.halt(victim)
    server.await_line(r"M100: %s.* \(pid %d\) has not turned for [2-9] s" %
                      (which, victim))
    server.await_line(r"M03[01]: %s.* \(pid %d\) ended by signal" %
                      (which, victim))
    manager.await_("WATCHDOG=1")
    for _ in range(10):
        assert server.get("/a.txt").status == 200
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0


def test_heartbeat_is_of_a_generation(serve, short):
    """A reload brings another time to the processes that it starts."""
    server = controlled(serve, short, conf={"timeouts": {"heartbeat": "1h"}})
    server.configure({"timeouts": {"heartbeat": "2500ms"}})
    assert ask(server, "--reload").returncode == 0
    server.await_line("M014")
    victim = server.workers()[0]
    harness.halt(victim)
    server.await_line(r"M100: worker.* \(pid %d\) has not turned for [2-9] s" %
                      victim)
    server.await_line(r"M030: worker.* \(pid %d\) ended by signal" % victim)


def activated(serve, short, names, **options):
    """Started by systemd-socket-activate on sockets below `short`."""
    program = shutil.which("systemd-socket-activate")
    if not program:
        pytest.skip("no systemd-socket-activate here")
    paths = [short / ("s%d" % i) for i in range(len(names))]
    wrap = [program]
    for path in paths:
        wrap += ["-l", str(path)]
    wrap += ["--fdname=" + ":".join(names)]
    if os.environ.get("ASAN_OPTIONS"):
        wrap += ["-E", "ASAN_OPTIONS"]
    server = serve(files=FILES, wrap=wrap, start=False, **options)
    server.process = harness.Process(
        server.wrap + [server.program, "-c", str(server.file)],
        cwd=str(server.folder))
    server.stopped = False
    server.process.await_line("Listening on")
    return server, [str(p) for p in paths]


def fetch(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(harness.DEADLINE_S)
        s.connect(path)
        s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                  b"\r\n")
        told = b""
        while part := s.recv(4096):
            told += part
    return told


def test_passed_sockets_are_served(serve, short):
    server, paths = activated(serve, short, ["http", "other"], conf={
        "server": {"listen": "192.0.2.1:80", "control": short / "control"}})
    assert fetch(paths[0]).startswith(b"HTTP/1.1 200")
    assert fetch(paths[1]).endswith(b"\r\na\n")
    server.await_line("M102: .*192.0.2.1:80 is none of the sockets")
    server.await_line("M010: serving unix:%s unix:%s with" % tuple(paths))
    server.configure({"server": {"workers": 3}})
    assert ask(server, "--reload").returncode == 0
    assert fetch(paths[1]).startswith(b"HTTP/1.1 200")
    server.signal(signal.SIGUSR2)
    server.await_line("M108: ")
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    assert fetch(paths[0]).startswith(b"HTTP/1.1 200")
    assert harness.run("--stop", "--control",
                       short / "control").returncode == 0
    server.stopped = True


@pytest.mark.parametrize("name, line", (
    ("proxy", "127.0.0.1:1"), ("http", "unix:%s/s0 proxy")))
def test_a_passed_socket_begins_with_the_header(serve, short, name, line):
    """By its name, or as the ini's line for the same address says."""
    server, paths = activated(serve, short, [name], conf={"server": {
        "workers": 1, "control": short / "c",
        "listen": line % short if "%" in line else line}})
    for _ in range(2):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(harness.DEADLINE_S)
            s.connect(paths[0])
            s.sendall(binary(tlvs=TLS) + GET.replace(
                b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            with s.makefile("rb") as f:
                assert f.read().startswith(b"HTTP/1.1 200")
        # (what waits on a passed socket is answered before all are there)
        server.await_line("M010: ")
        assert harness.run("--reload", "--control",
                           short / "c").returncode == 0
    assert {line["peer"] for line in server.log(2)} == {"192.0.2.7"}
    assert harness.run("--stop", "--control", short / "c").returncode == 0
    server.finish()


def test_nobody_waits_for_the_downloads_of_the_one_before(serve, short):
    """As systemctl restart does it: the master ends at once, another one serves
    on the same sockets, and what was under way is finished."""
    conf = {"server": {"workers": 2, "on-quit": "release",
                       "control": short / "c"}}
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    server = serve(files=FILES, conf=dict(conf, server=dict(
        conf["server"], listen="127.0.0.1:%d" % listener.getsockname()[1])),
        wrap=passing(listener))
    size = 60_000_000
    server.tree.write("slow.bin", bytes(size))
    with server.connect(lint=False) as c, server.connect() as idle:
        assert idle.get("/a.txt").status == 200
        c.send(b"GET /slow.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = len(c.sock.recv(100_000))
        old = server.workers()
        server.signal(signal.SIGQUIT)
        server.await_line("M148: ending; workers finish")
        assert server.process.popen.wait(harness.DEADLINE_S) == 0
        assert any(harness.alive(p) for p in old)
        server.start()  # while that download is under way
        assert server.get("/a.txt").body == b"a\n"
        answer = idle.get("/a.txt")  # of the one before, which tells it to go
        assert answer.status == 200 and answer.closes
        while got < size:
            more = len(c.sock.recv(1 << 20))
            assert more > 0
            got += more
    until("their end", lambda: not any(harness.alive(p) for p in old))
    server.stop()
    listener.close()


def passing(listener):
    """A command before etagd's that hands this socket over as systemd does."""
    return [sys.executable, "-c", "import ctypes, os, sys\n"
            "fd = ctypes.CDLL(None).syscall(438, os.pidfd_open(%d), %d, 0)\n"
            "os.dup2(fd, 3)  # pidfd_getfd(2): no parent leaves it open\n"
            "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1',"
            " LISTEN_FDNAMES='http')\n"
            "os.execv(sys.argv[1], sys.argv[1:])" % (
                os.getpid(), listener.fileno())]


def test_idle_exit(serve, short):
    server, paths = activated(serve, short, ["http"], conf={
        "server": {"idle-exit": "500ms"}})
    assert fetch(paths[0]).startswith(b"HTTP/1.1 200")
    server.await_line("M103: not used for")
    assert server.wait() == 0


def test_no_idle_exit_without_passed_sockets(serve, short):
    server = controlled(serve, short, conf={"server": {"idle-exit": "10ms"}},
                        env={"WATCHDOG_USEC": "1"})
    assert ask(server, "--status").returncode == 0
    assert server.get("/a.txt").status == 200


# -- what processes may do

def status_of(pid):
    text = pathlib.Path("/proc/%d/status" % pid).read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines()
                if ":\t" in line)


def test_processes_are_confined(serve, short):
    server = controlled(serve, short)
    for pid in server.workers() + [server.preparer()]:
        told = status_of(pid)
        assert told["NoNewPrivs"] == "1"
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(told[kind], 16) == 0, kind
        if os.geteuid() == 0:
            assert int(told["CapBnd"], 16) == 0
            assert told["Uid"].split()[0] != "0"
        if not harness.sanitized():
            assert told["Seccomp"] == "2"


def test_sandbox_off_warns_and_serves(serve, short):
    server = controlled(serve, short, conf={"server": {"sandbox": "off"}})
    server.await_line("rights that only a debugger needs")
    assert server.get("/a.txt").status == 200
    assert status_of(server.workers()[0])["Seccomp"] == "0"


def test_children_hold_what_they_need_alone(serve, short):
    server = controlled(serve, short)
    kinds = [what for what in harness.descriptors(server.preparer()).values()
             if what.startswith(("socket:", "/"))]
    assert not any(str(server.tree.root) in what for what in kinds)
    for pid in server.workers():
        # a listener, the master's and the preparer's channel, and the pair by
        # which connections go from one generation to the next; a process that
        # is about to end its connections may hold one a moment longer
        until("five sockets", lambda: len([
            w for w in harness.descriptors(pid).values()
            if w.startswith("socket:")]) == 5)
        assert not any("signalfd" in w
                       for w in harness.descriptors(pid).values())

# SPDX-License-Identifier: MIT
"""A client that is too slow is dropped, one too many gives way, and everybody
else does not notice."""
import math
import re
import socket
import sys
import time

import pytest

import harness
import rig
import scenarios
from harness import run, sanitized, until
from wire import Closed

FILES = {"a.txt": "a\n", "big.bin": b"x" * (4 << 20)}
ASK = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"


def ends_of(server, target):
    return [e["end"] for e in server.log() if e["target"] == target]


def test_content_at_ten_bytes_a_second(serve):
    server = serve(files=FILES, conf={
        "timeouts": {"body": "1h"},
        "limits": {"rate-window": "300ms", "recv-rate": 100}})
    with server.connect() as c:
        c.send(b"POST /a.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 100000\r\n\r\n")
        c.sock.settimeout(0.05)
        for _ in range(1000):
            try:
                c.send(b"x")
                if c.sock.recv(1, socket.MSG_PEEK):
                    break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        c.sock.settimeout(c.timeout)
        assert c.read_response("POST").status == 408


class Steady:
    """What a client does at a pace of its own.  One that was held up itself
    proves nothing: it is tried again."""

    def __init__(self, limit_s):
        self.limit_s, self.last, self.late = limit_s, time.monotonic(), False

    def step(self, seconds):
        time.sleep(seconds)
        now = time.monotonic()
        self.late = self.late or now - self.last > self.limit_s
        self.last = now


def steadily(limit_s, act):
    """act(Steady) tells whether all was well; by one that was never late."""
    for _ in range(20):
        pace = Steady(limit_s)
        if act(pace):
            return
        assert pace.late, "it was never late by %s s" % limit_s
    pytest.skip("this machine has no time for a steady client")


def test_quick_content_is_not_dropped(serve):
    """Above the lowest rate for many windows."""
    server = serve(files=FILES, conf={
        "limits": {"rate-window": "100ms", "recv-rate": 1000}})

    def send(pace):
        with server.connect() as c:
            c.send(b"POST /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Length: 100000\r\n\r\n")
            try:
                for _ in range(20):
                    c.send(b"x" * 5000)
                    pace.step(0.03)
                return c.read_response("POST").status == 405
            except (Closed, ConnectionResetError, BrokenPipeError):
                return False
    steadily(0.05, send)


@pytest.mark.parametrize("step,dropped", ((100, True), (1 << 16, False)))
def test_slow_and_steady_readers(serve, step, dropped):
    server = serve(files=FILES, conf={
        "limits": {"rate-window": "400ms", "send-rate": "20k"}})

    def read(pace):
        before = len(ends_of(server, "/big.bin"))
        with server.connect(rcvbuf=4096) as c:
            c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
            end = time.monotonic() + (harness.DEADLINE_S if dropped else 2)
            while time.monotonic() < end and \
                    len(ends_of(server, "/big.bin")) == before:
                try:
                    c.sock.recv(step)
                except ConnectionResetError:
                    break
                pace.step(0.02)
            return len(ends_of(server, "/big.bin")) == before
    if dropped:
        read(Steady(math.inf))
        until("dropped", lambda: ends_of(server, "/big.bin") in (
            ["below the lowest rate"], ["reader too slow"]))
    else:
        steadily(0.2, read)


def test_the_one_that_was_idle_the_longest_goes(serve):
    server = serve(files=FILES, conf={"server": {"workers": 1},
                                      "limits": {"connections": 10}})
    held = [server.connect() for _ in range(10)]
    for c in held:
        assert c.get("/a.txt").status == 200
    time.sleep(0.05)  # the server counts in milliseconds
    for c in held[:5]:  # the first ones have just been used again
        assert c.get("/a.txt").status == 200
    assert server.get("/a.txt").status == 200
    for _ in range(4):  # used at once: an unused one would go before them
        assert server.connect().get("/a.txt").status == 200
    for c in held[:5]:
        assert c.get("/a.txt").status == 200, "a busy one had to go"
    gone = 0
    for c in held[5:]:
        try:
            c.get("/a.txt")
        except (Closed, ConnectionResetError, BrokenPipeError):
            gone += 1
    assert gone >= 4


def test_requests_under_way_do_not_give_way(serve):
    """Ten downloads hold all places: the eleventh client waits its turn, and
    none of the ten is cut."""
    server = serve(files=FILES, conf={"server": {"workers": 1},
                                      "limits": {"connections": 10}})
    held = [server.connect(rcvbuf=4096) for _ in range(10)]
    for c in held:
        c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert c.read_head().status == 200
    late = server.connect()
    late.send(ASK)
    for c in held:
        assert len(c.read_raw(4 << 20)) == 4 << 20
    assert late.read_response().status == 200


def test_the_reserve_descriptor_says_that_there_is_none(serve):
    """Few descriptors, every connection busy: one that comes then waits for a second
    and is told, without a processor being used up; the downloads are whole."""
    server = serve(files=FILES, descriptors=56,
                   conf={"server": {"workers": 1}})
    held, told = [], []
    pid = server.workers()[0]
    used = rig.cpu_s(pid)
    clients = []
    for _ in range(60):  # each asks at once: an idle one would give way
        clients.append(server.connect(rcvbuf=4096))
        clients[-1].send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for c in clients:
        head = c.read_head()
        (held if head.status == 200 else told).append((c, head))
    used = rig.cpu_s(pid) - used
    assert len(held) > 4 and len(told) > 4, (len(held), len(told))
    for c, head in told:
        assert head.status == 503 and head.get("Retry-After") == "1"
        assert head.closes and head.get("Date")
        c.read_raw(int(head.get("Content-Length")))
        assert c.ends()
    server.await_line("W011: no descriptor is left")
    if not sanitized():
        assert used < 0.5, "%.2f s" % used
    for c, _ in held:
        assert len(c.read_raw(4 << 20)) == 4 << 20
    assert server.get("/a.txt").status == 200
    with server.connect() as c:
        c.send(b"HEAD /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert c.read_response("HEAD").status == 200


def test_a_worker_per_connection(serve):
    """[limits] connections-per-worker: one that is not used blocks its worker,
    as in servers with a process per connection."""
    server = serve(files=FILES, conf={"server": {"workers": 1}, "limits": {
        "connections-per-worker": 1}})
    first = server.connect()
    assert first.get("/a.txt").status == 200
    second = server.connect(timeout=0.4)
    second.send(ASK)
    with pytest.raises(TimeoutError):
        second.read_response()
    first.close()
    assert second.read_response(timeout=harness.DEADLINE_S).status == 200


# Becomes its arguments with a socket of both families as systemd passes it.
BOTH = """
import os, socket, sys
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::ffff:127.0.0.1", 0))
s.listen(64)
os.dup2(s.detach(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("passed", (False, True))
def test_addresses_are_told_apart(serve, passed):
    """Also on a socket that takes IPv4 beside IPv6, where all of IPv4 seems to
    be one /64."""
    server = serve(files=FILES, start=not passed, conf={
        "server": {"workers": 1}, "limits": {"connections-per-address": 2}})
    if passed:
        server.process = harness.Process(
            [sys.executable, "-c", BOTH, str(harness.binary()), "-c",
             str(server.file)], str(server.folder))
        m = server.process.await_line(harness.READY.pattern)
        port = int(re.search(r":(\d+)/", m.group(1)).group(1))
        server._addresses("http://127.0.0.1:%d/" % port)
        server.worker_count, server.sockets_at_start = 1, {}

    def client(address):
        s = socket.socket()
        s.settimeout(harness.DEADLINE_S)
        s.bind((address, 0))
        s.connect(server.address)
        s.sendall(ASK)
        return s, int(s.recv(4096)[9:12])
    one = [client("127.0.0.2") for _ in range(3)]
    assert [status for _, status in one] == [200, 200, 503]
    two = [client("127.0.0.3") for _ in range(2)]
    assert [status for _, status in two] == [200, 200]
    for s, _ in one + two:
        s.close()
    until("room again", lambda: client("127.0.0.2")[1] == 200)
    entries = server.log(6)
    assert "connections-per-address" in [e["end"] for e in entries] or \
        [e["status"] for e in entries].count(503) >= 1
    assert {e["peer"] for e in entries} == {"127.0.0.2", "127.0.0.3"}


def test_budget_is_kept(serve):
    """Busier than it will ever be: no worker uses more than it said."""
    conf = {"server": {"workers": 1}, "limits": {"connections": 64},
            "prepare": {"memory": "16m", "files": 64}}
    server = serve(files=FILES, conf=conf)
    shown = run("--show-budget", "-c", server.file).stdout
    sums = [float(v) * {"k": 1, "m": 1024, "g": 1 << 20}[u] for v, u in
            re.findall(r"(?m)^ *([0-9.]+)([kmg])  together", shown)]
    assert len(sums) == 3 and "at most" in shown, shown
    held = [server.connect() for _ in range(64)]
    for c in held:
        c.send(ASK[:-4])
        c.send(b"\r\nX-A: " + b"y" * 7000)
    for c in held:
        c.send(b"\r\n\r\n")
        assert c.read_response().status == 200


@pytest.mark.parametrize("options,row", (
    ((), "requests under way"), (("-o", "limits.connections=10"), "counters"),
    (("-o", "prepare.compress=off"), "what was handed out"),
    (("-o", "observe.listen=127.0.0.1:0"), "events for the observer"),
    (("-o", "observe.listen=127.0.0.1:0"), "what has happened"),
    (("-o", "server.listing=on"), "directory listings"),
    (("-o", "server.error-404=/no.html"), "the sites' error pages")))
def test_budget_adds_up(tmp_path, options, row):
    shown = run("--show-budget", *options, tmp_path).stdout.splitlines()
    assert any(row in line for line in shown), shown
    total = rows = 0
    for line in shown[shown.index("a worker"):]:  # above: what there is
        m = re.match(r" *([0-9.]+)([ kmg])  (.*)", line)
        if not m or m.group(3).startswith("at most"):
            continue
        value = float(m.group(1)) * {" ": 1, "k": 1 << 10, "m": 1 << 20,
                                     "g": 1 << 30}[m.group(2)]
        if m.group(3) == "together":
            assert abs(total - value) < 0.01 * value, (line, total)
            total = 0
        else:
            rows += 1
            total += value
    assert rows > 10 and total == 0


def test_scenarios_are_listed_once():
    names = [s[0] for s in scenarios.SCENARIOS]
    assert len(set(names)) == len(names)


def test_known_files_give_their_descriptors_up(serve):
    """More large files than descriptors: each is answered, whoever asked for
    which before, and what is told at the start is true: the files beyond the
    limit are opened again."""
    many = {"large%03d.bin" % i: b"x" * 300000 for i in range(150)}
    server = serve(files=dict(FILES, **many), descriptors=96,
                   conf={"server": {"workers": 1}})
    server.await_line("W072: descriptor limit 96")
    with server.connect() as c:
        for _ in range(2):
            for name in many:
                assert c.get("/" + name).status == 200, name
        assert c.get("/a.txt").status == 200
    assert not any("W073" in line for line in server.process.lines)


def test_no_descriptor_for_a_file_is_logged(serve):
    """All descriptors are taken by files that are being sent: what is asked for
    then is 503, with a line that says why; afterwards it is 200."""
    many = {"large%03d.bin" % i: b"x" * 8000000 for i in range(60)}
    server = serve(files=dict(FILES, **many), descriptors=64,
                   conf={"server": {"workers": 1},
                         "limits": {"pipeline": 1}})
    held, refused = [], []
    for name in many:
        c = server.connect(rcvbuf=4096)
        c.send(b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % name.encode())
        head = c.read_head()
        (held if head.status == 200 else refused).append((c, head))
    assert held and refused
    assert all(head.status == 503 for _, head in refused)
    server.await_line("W073|W011")
    for c, _ in held:
        assert len(c.read_raw(8000000)) == 8000000
    assert server.get("/a.txt").status == 200

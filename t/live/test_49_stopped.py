# SPDX-License-Identifier: MIT
"""A worker of an older generation that does not turn any more (stopped, or held
up on a disk) keeps neither an address nor whoever waits there."""
import os
import signal
import socket

import pytest

import harness
from harness import until

FILES = {"a.txt": "a\n"}


def refused(address):
    """Nobody waits in a queue that nobody takes from."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as s:
        s.settimeout(harness.DEADLINE_S)
        try:
            s.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except (BlockingIOError, ConnectionResetError):  # it is just being closed
            return False
    return False


@pytest.fixture
def stopped(serve, tmp_path):
    """stopped(listen): a server on these addresses, whose workers are stopped;
    they go on at the end."""
    pids = []

    def start(listen):
        server = serve(files=FILES, conf={
            "server": {"workers": 2, "listen": listen},
            "timeouts": {"drain": "300s", "heartbeat": "300s"}})
        assert server.get("/a.txt").status == 200
        for pid in server.workers():
            harness.halt(pid)
            pids.append(pid)
        return server
    tmp_path.chmod(0o755)
    yield start
    for pid in pids:
        if harness.alive(pid):
            os.kill(pid, signal.SIGCONT)


def removed_and_again(stopped, serve, folder):
    """Addresses that are removed and come again."""
    path = str(folder / "s")
    server = stopped(["127.0.0.1:0", "127.0.0.2:0", "unix:" + path])
    port = int(server.await_line(r"127\.0\.0\.2:(\d+)/")[1])
    tcp = ("127.0.0.2", port)
    old = server.workers()
    since = server.mark()
    server.configure({"server": {"listen": "127.0.0.1:0"}})
    server.signal(signal.SIGHUP)
    yield
    server.await_line("M013", since)
    until("they are refused", lambda: refused(tcp) and refused(path))
    assert server.get("/a.txt").status == 200
    server.configure({"server": {"listen": [
        "127.0.0.1:0", "127.0.0.2:%d" % port, "unix:" + path]}})
    server.signal(signal.SIGHUP)
    for address in (tcp, path):
        until("it is served", lambda: not refused(address))
        with server.connect(address=address) as c:
            assert c.get("/a.txt").status == 200
    assert set(old) <= set(server.workers()), "they are there all the time"
    assert server.get("/a.txt").status == 200


def again_at_once(stopped, serve, folder):
    """Before anybody has let go of it, and it is not shut afterwards."""
    server = stopped(["127.0.0.1:0", "127.0.0.2:0"])
    port = int(server.await_line(r"127\.0\.0\.2:(\d+)/")[1])
    server.configure({"server": {"listen": "127.0.0.1:0"}})
    server.signal(signal.SIGHUP)
    until("the next ones", lambda: len(server.workers()) == 4)
    since = server.mark()
    server.configure({"server": {"listen": ["127.0.0.1:0", "127.0.0.2:0"]}})
    server.signal(signal.SIGHUP)
    yield
    server.await_line("M013: generation 3", since)
    with server.connect(address=("127.0.0.2", port)) as c:
        assert c.get("/a.txt").status == 200


def finishes(stopped, serve, folder):
    """One that finishes (QUIT), whose workers do not turn: the next program
    starts at once."""
    server = stopped("127.0.0.1:0")
    address = "127.0.0.1:%d" % server.port
    server.signal(signal.SIGQUIT)
    yield
    until("it is refused", lambda: refused(("127.0.0.1", server.port)))
    other = serve(files=FILES, conf={"server": {"listen": address}})
    assert other.get("/a.txt").status == 200


def test_addresses_of_those_that_do_not_turn(stopped, serve, tmp_path):
    """Their master waits for them for some seconds: for all at once."""
    begun = [act(stopped, serve, tmp_path)
             for act in (removed_and_again, again_at_once, finishes)]
    for act in begun:
        next(act)
    for act in begun:
        assert next(act, "over") == "over"


def test_what_waits_when_an_address_is_removed_is_answered(serve):
    """Workers that turn take what waits there before it is shut."""
    server = serve(files=FILES, conf={"server": {
        "workers": 1, "listen": ["127.0.0.1:0", "127.0.0.2:0"]}})
    port = int(server.await_line(r"127\.0\.0\.2:(\d+)/")[1])
    pid = server.workers()[0]
    harness.halt(pid)
    kept = [server.connect(address=("127.0.0.2", port)) for _ in range(8)]
    for c in kept:
        c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    since = server.mark()
    server.configure({"server": {"listen": "127.0.0.1:0"}})
    server.signal(signal.SIGHUP)
    until("the next one", lambda: len(server.workers()) == 2)
    os.kill(pid, signal.SIGCONT)
    server.await_line("M013", since)
    for c in kept:
        assert c.read_response().status == 200
    until("it is refused", lambda: refused(("127.0.0.2", port)))


def test_a_drain_ends_by_a_kill(serve):
    server = serve(files=FILES, conf={
        "server": {"workers": 1, "listen": "127.0.0.1:0"},
        "timeouts": {"drain": "1s"}})
    pid = server.workers()[0]
    harness.halt(pid)
    since = server.mark()
    server.signal(signal.SIGHUP)
    server.await_line("M032: .*by signal 9", since)
    assert not harness.alive(pid)

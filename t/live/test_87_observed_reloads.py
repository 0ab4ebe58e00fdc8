# SPDX-License-Identifier: MIT
"""The observer comes and goes by reloads, whatever older generations still have
to finish."""
import http.client
import os
import socket
from signal import SIGCONT

import pytest

from harness import alive, free_port, halt, until
from observing import FILES, Observer
from wire import DEADLINE_S


class Reloaded:
    def __init__(self, server, first, section="observe"):
        self.server = server
        self.section = section
        self.generation = 1
        self.held = []
        self.first = first

    def hold(self):
        """A download that the present generation has to finish."""
        c = self.server.connect(lint=False, rcvbuf=4096)
        c.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        assert c.read_head().status == 200
        self.held.append(c)

    def reload(self, listen):
        since = self.server.mark()
        self.server.configure({self.section: {"listen": listen}})
        self.server.signal(1)
        self.generation += 1
        self.server.await_line(
            r"M013: generation %d serves" % self.generation, since)

    def release(self):
        for c in self.held:
            c.close()


@pytest.fixture
def reloaded(serve):
    port = free_port()
    listen = "127.0.0.1:%d" % port
    files = dict(FILES, **{"big.bin": b"x" * 30_000_000})
    server = serve(conf={"observe": {"listen": listen}}, files=files)
    r = Reloaded(server, listen)
    yield r
    r.release()


def newest(observer):
    def look():
        try:
            return observer.json("/status")["workers"]
        except ConnectionError:
            return None  # it came to one that was just ending
    return max(w["generation"] for w in until("an answer", look))


@pytest.mark.parametrize("before", (0, 1))
def test_who_asks_while_a_reload_comes_is_answered(reloaded, before):
    """The observer that has taken the connection ends, but not before that."""
    observer = Observer(reloaded.server)
    asked = b"GET /status HTTP/1.1\r\nHost: %s\r\n\r\n" % \
        reloaded.first.encode()
    with socket.create_connection(("127.0.0.1", observer.port),
                                  DEADLINE_S) as c:
        c.sendall(asked * before + asked[:9])
        assert newest(observer) == 1   # taken after that one
        reloaded.reload(reloaded.first)
        until("no worker of the first", lambda: not any(
            "worker" in (t := title(p)) and t.endswith("generation 1")
            for p in reloaded.server.children()))
        c.sendall(asked[9:])
        got = b""
        while more := c.recv(1 << 20):
            got += more
    assert got.count(b"HTTP/1.1 200 OK\r\n") == before + 1, got[-200:]
    assert b'"generation":' in got[got.rindex(b"HTTP/1.1"):], got[-200:]
    until("the next one", lambda: newest(observer) == 2)


def title(pid):
    try:
        with open("/proc/%d/cmdline" % pid) as f:
            return f.read().rstrip("\0")
    except OSError:
        return ""


def status(address):
    """Of /metrics; a visitor that nobody hears would time out instead."""
    c = http.client.HTTPConnection(address, timeout=DEADLINE_S)
    try:
        c.request("GET", "/metrics")
        return c.getresponse().status
    except ConnectionRefusedError:
        return "refused"
    except ConnectionError:
        return "closed"  # it came to one that was just ending
    finally:
        c.close()


def test_off_while_a_download_goes_on(reloaded):
    """Nobody is left waiting at a port where nobody answers."""
    reloaded.hold()
    reloaded.reload("off")
    until("nobody listens", lambda: status(reloaded.first) == "refused")


def test_metrics_off_and_on_while_a_download_goes_on(serve):
    """What answers at an address of its own comes and goes in the same way."""
    first = "127.0.0.1:%d" % free_port()
    files = {"big.bin": b"x" * 30_000_000}
    server = serve(conf={"metrics": {"listen": first}}, files=files)
    r = Reloaded(server, first, "metrics")
    r.hold()
    until("an answer", lambda: status(first) == 200)
    r.reload("off")
    until("nobody listens", lambda: status(first) == "refused")
    r.hold()
    r.reload(first)
    until("an answer", lambda: status(first) == 200)
    r.release()


@pytest.mark.parametrize("between", (["off"], ["off", "off"],
                                     ["127.0.0.1:0"], ["127.0.0.1:0", "off"]))
def test_on_again_while_a_download_goes_on(reloaded, between):
    observer = Observer(reloaded.server)
    reloaded.hold()
    for listen in between:
        reloaded.reload(listen)
        reloaded.hold()
    reloaded.reload(reloaded.first)
    # one that has been taken by the one that ends is answered by that
    until("the next one", lambda: newest(observer) == reloaded.generation)


def test_on_again_at_once(reloaded):
    """Before the observer that was told to end has done so."""
    observer = Observer(reloaded.server)
    old = observer.pid()
    reloaded.hold()
    halt(old)
    try:
        reloaded.reload("off")
        reloaded.reload(reloaded.first)
        assert newest(observer) == reloaded.generation
    finally:
        os.kill(old, SIGCONT)
    until("the old one's end", lambda: not alive(old))
    assert newest(observer) == reloaded.generation

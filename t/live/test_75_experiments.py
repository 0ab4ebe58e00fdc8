# SPDX-License-Identifier: MIT
"""Experiments by one line: what the options of [server] that are marked so do
to the bytes and the segments on the wire.  Segments are counted by the client's
own kernel (TCP_INFO), so no capture is needed."""
import json
import socket
import struct
import urllib.request

import pytest

from harness import run, until

PAGE = "<!doctype html><title>a</title>" + "x" * 500
LONG = bytes(i * 7 % 251 for i in range(60000))
FILES = {"index.html": PAGE, "long.bin": LONG}


def segments(c):
    """Segments with data that have come (tcpi_data_segs_in)."""
    info = c.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    return struct.unpack_from("=I", info, 152)[0]


OLD = {"server": {"protocol": "HTTP/1.0"}}


def test_http_1_0_closes_after_each_answer(serve):
    server = serve(files=FILES, conf=OLD)
    asks = (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2,
            b"GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=1-9\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
            b"nonsense\r\n\r\n")
    for ask, status in zip(asks, (200, 404, 200, 204, 200, 206, 400, 405, 400)):
        with server.connect() as c:
            c.send(ask)
            c.half_close()
            raw = c.read_to_end()
            assert raw.startswith(b"HTTP/1.0 %d " % status), raw[:80]
            assert raw.count(b"HTTP/1.0 ") == 1, "one answer, and no other"
            assert b"\r\nConnection: close\r\n" in raw
            assert b"Keep-Alive" not in raw
    server.log(1, lambda e: e["status"] == 206)


def test_http_1_0_sends_no_continue(serve):
    server = serve(files=FILES, conf=OLD)
    with server.connect() as c:
        c.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
               b"Expect: 100-continue\r\n\r\n")
        c.send(b"abc")
        raw = c.read_to_end()
        assert raw.startswith(b"HTTP/1.0 200 OK\r\n"), raw[:80]


@pytest.mark.parametrize("ask, pieces", [
    ("GET /", 3), ("HEAD /", 2), ("GET /none", 3), ("GET /long.bin", 3)])
def test_pieces_leave_apart(serve, ask, pieces):
    """A kernel that waits for an acknowledgement may send one again, so there
    may be more (t/lab/test_75_flask.py looks at a capture)."""
    method, target = ask.split()
    server = serve(files=FILES, conf={"server": {"pieces": "on"}})
    with server.connect() as c:
        r = c.request(method, target)
        assert r.status in (200, 404)
        assert segments(c) >= pieces
        before = segments(c)
        assert c.get("/").body == PAGE.encode()
        assert segments(c) - before >= 3, "so does the next one"


def test_without_pieces_one_segment(serve):
    server = serve(files=FILES)
    with server.connect() as c:
        assert c.get("/").status == 200 and segments(c) < 3


def test_pieces_and_fin_leave_apart(serve):
    """The close does not ride on the content, as it does otherwise."""
    server = serve(files=FILES, conf={
        "server": {"protocol": "HTTP/1.0", "pieces": "on"}})
    with server.connect() as c:
        c.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        raw = c.read_to_end()
        assert raw.endswith(PAGE.encode())
        assert segments(c) >= 3


@pytest.mark.parametrize("size", [1460, 536])
def test_mss_makes_many_segments(serve, size):
    server = serve(files=FILES, conf={"server": {"mss": str(size)}})
    with server.connect() as c:
        r = c.get("/long.bin")
        assert r.body == LONG
        assert segments(c) >= len(LONG) // size


def test_mss_follows_a_reload(serve):
    server = serve(files=FILES)
    with server.connect() as c:
        assert c.get("/long.bin").body == LONG
        assert segments(c) < len(LONG) // 1460
    server.configure({"server": {"mss": "1460"}})
    server.reload()
    with server.connect() as c:
        assert c.get("/long.bin").body == LONG
        assert segments(c) >= len(LONG) // 1460


@pytest.mark.parametrize("line", ["protocol = HTTP/1.0", "pieces = on",
                                  "mss = 1460"])
def test_marked_as_experiments(tmp_path, line):
    ini = tmp_path / "e.ini"
    ini.write_text("[server]\nroot = .\n%s\n" % line)
    done = run("-t", "-c", ini)
    assert done.returncode == 0
    assert "is for experiments" in done.stdout + done.stderr


def test_mss_that_no_kernel_takes(tmp_path):
    ini = tmp_path / "e.ini"
    ini.write_text("[server]\nroot = .\nmss = 40\n")
    done = run("-t", "-c", ini)
    assert done.returncode != 0 and "too small" in done.stdout + done.stderr


def test_the_observer_tells(serve):
    """And no longer, once a reload has ended it."""
    server = serve(files=FILES, conf={
        "observe": {"listen": "127.0.0.1:0"},
        "server": {"pieces": "on", "mss": "1460"}})

    def told(since):
        port = server.await_line(
            r"M012: observing at http://127\.0\.0\.1:(\d+)/", since).group(1)
        with urllib.request.urlopen("http://127.0.0.1:%s/status" % port) as r:
            return json.load(r)["experiments"]
    keys = [text.split(": ")[0] for text in told(0)]
    assert sorted(keys) == ["[server] mss", "[server] pieces"]
    since = server.mark()
    server.reload({"server": {"pieces": "off", "mss": "0"}})

    def new_one_tells():
        try:
            return told(since) == []
        except OSError:
            return False  # the old one had taken it, and has ended
    until("the new observer's list", new_one_tells)

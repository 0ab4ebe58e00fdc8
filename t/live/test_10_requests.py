# SPDX-License-Identifier: MIT
"""Requests over time: what the conformance table's rows, which are sent and
answered at once, cannot show."""
import hashlib
import os
import socket

import pytest

import linter
from wire import Closed

REQUEST = b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
HELLO = b"Hello, world!\n"


def test_head_is_get_without_content(site):
    for target in ("/hello.txt", "/", "/logo.png", "/missing", "/sub",
                   "/empty.txt", "/alphabet.txt"):
        with site.connect() as c:
            a = c.request("GET", target)
            b = c.request("HEAD", target)
            linter.twin_head(a, b)


def test_not_modified_says_what_the_200_said(site):
    for target in ("/hello.txt", "/", "/logo.png", "/empty.txt"):
        full = site.get(target)
        linter.twin_304(full, site.get(target, If_None_Match=full.etag))
        linter.twin_304(full, site.request("HEAD", target,
                                           {"If-None-Match": full.etag}))


def test_usual_fields(site):
    r = site.get("/hello.txt")
    assert r.get("Accept-Ranges") == "bytes"
    assert r.get("X-Content-Type-Options") == "nosniff"
    assert r.get("Content-Length") == "14"
    assert r.has("Last-Modified") and r.has("ETag") and r.has("Date")
    assert r.reason == "OK"


def test_error_bodies_are_small_pages(site):
    for method, target, status in (("GET", "/missing", 404),
                                   ("POST", "/hello.txt", 405),
                                   ("FOO", "/", 501), ("GET", "/%00", 400)):
        r = site.request(method, target)
        assert r.status == status
        assert r.get("Content-Type").startswith("text/html")
        assert b"<!doctype html>" in r.body.lower()
        assert str(status).encode() in r.body
        assert len(r.body) < 4096
        assert r.get("Cache-Control") is None or \
            "max-age" not in r.get("Cache-Control")


def test_error_bodies_do_not_repeat_markup(site):
    r = site.get("/%3Cscript%3Ealert(1)%3C/script%3E")
    assert r.status == 404 and b"<script" not in r.body


def test_request_in_two_halves_at_every_place(site):
    """The kernel may deliver a head in any two pieces: the first is waited to
    be taken before the second goes out, by a request on the connection after
    it being unanswerable until then; the order of bytes is all that counts."""
    for cut in range(1, len(REQUEST)):
        with site.connect() as c:
            c.send(REQUEST[:cut])
            # a round trip on another connection lets the worker see the half
            if cut % 8 == 0:
                assert site.get("/hello.txt").status == 200
            c.send(REQUEST[cut:])
            assert c.read_response().body == HELLO


def test_pipeline_cut_within_the_second_request(site):
    with site.connect() as c:
        c.send(REQUEST + REQUEST[:20])
        assert c.read_response().body == HELLO
        c.send(REQUEST[20:] + REQUEST)
        assert c.read_response().body == HELLO
        assert c.read_response().body == HELLO


def test_deep_pipeline_in_order(site):
    targets = ["/hello.txt", "/missing", "/ten.bin", "/alphabet.txt", "/sub",
               "/empty.txt"]
    order = [targets[(i * 7) % 6] for i in range(500)]
    single = {t: site.get(t) for t in targets}
    with site.connect() as c:
        c.send(b"".join(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" %
                        t.encode() for t in order))
        for t in order:
            r = c.read_response()
            assert (r.status, r.body) == (single[t].status, single[t].body), t


def test_pipeline_while_nothing_is_read(serve):
    """Answers that do not fit into the socket wait; none is lost or mixed."""
    bodies = {"/%d.bin" % i: os.urandom(200000) for i in range(4)}
    server = serve(files=bodies)
    order = ["/%d.bin" % (i % 4) for i in range(60)]
    with server.connect(rcvbuf=4096) as c:
        c.send(b"".join(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" %
                        t.encode() for t in order))
        c.half_close()
        for t in order:
            assert c.read_response().body == bodies[t]
        assert c.ends()


def test_many_requests_on_one_connection(site):
    with site.connect() as c:
        for _ in range(500):
            assert c.get("/hello.txt").body == HELLO


def test_keep_alive_is_announced(serve):
    server = serve(files={"a.txt": "a\n"}, conf={"timeouts": {"idle": "7s"}})
    r = server.request("GET", "/a.txt", version="HTTP/1.0",
                       fields={"Connection": "keep-alive"})
    assert "keep-alive" in r.tokens("Connection")
    if r.has("Keep-Alive"):
        assert "timeout=" in r.get("Keep-Alive")
        assert int(r.get("Keep-Alive").split("timeout=")[1].split(",")[0]) <= 7


# -- half-close and resets

def test_half_close_still_gets_the_whole_answer(site):
    with site.connect() as c:
        c.send(b"GET /alphabet.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        c.half_close()
        assert len(c.read_response().body) == 2600
        assert c.ends() and c.eof == "closed"


def test_half_close_of_a_pipeline(site):
    with site.connect() as c:
        c.send(REQUEST * 50)
        c.half_close()
        for _ in range(50):
            assert c.read_response().body == HELLO
        assert c.ends() and c.eof == "closed"


def test_half_close_without_a_request(site):
    with site.connect() as c:
        c.half_close()
        assert c.ends() and c.eof == "closed"


def test_half_close_within_a_head(site):
    """Nobody can wait for the rest: the connection ends, with a 400 or
    without."""
    for cut in (1, 4, 10, 20, len(REQUEST) - 2, len(REQUEST) - 1):
        with site.connect() as c:
            c.send(REQUEST[:cut])
            c.half_close()
            try:
                assert c.read_response().status == 400
            except Closed as end:
                assert end.rest == b""
            assert c.ends()


def test_half_close_within_a_body(site):
    with site.connect() as c:
        c.send(b"POST /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 100\r\n\r\nhalf")
        c.half_close()
        try:
            assert c.read_response("POST").status in (400, 405)
        except Closed as end:
            assert end.rest == b""
        assert c.ends()


def test_resets_harm_nobody(serve):
    data = os.urandom(3 << 20)
    server = serve(files={"big.bin": data, "a.txt": "a\n"})
    ask = b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for sent in (b"", b"G", ask[:20], ask, ask * 3, b"\x16\x03\x01"):
        c = server.connect(rcvbuf=4096)
        c.send(sent)
        c.reset()
        server.connections.remove(c)
    c = server.connect(rcvbuf=4096)
    c.send(ask)
    c.read_head()
    c.read_raw(1000)
    c.reset()
    server.connections.remove(c)
    assert server.get("/big.bin").body == data


def test_connections_that_say_nothing(serve):
    server = serve(files={"a.txt": "a\n"})
    for _ in range(50):
        server.connect().close()
    assert server.get("/a.txt").status == 200
    server.stop()
    assert server.accepted == 51 and server.requests == 1


# -- content that comes with a request

def test_100_continue_comes_before_the_content(site):
    with site.connect() as c:
        c.send(b"POST /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        first = c.read_head("POST")
        if first.status == 100:
            assert first.fields == []
            c.send(b"hello")
            r = c.read_response("POST")
            assert r.status == 405
            assert c.lives("/hello.txt")
        else:
            # A final answer without asking for the content (RFC 9110
            # 10.1.1): then what comes may be read as content only.
            assert first.status == 405


def test_no_100_continue_when_the_content_is_there(site):
    """RFC 9110 10.1.1: may be omitted once content has been received; the
    answers must be in order in either case."""
    with site.connect() as c:
        c.send(b"POST /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello" +
               REQUEST)
        r = c.read_response("POST")
        assert r.status == 405 and len(r.interim) <= 1
        if not r.closes:
            assert c.read_response().body == HELLO


def test_no_100_continue_for_a_length_too_large(site):
    with site.connect() as c:
        c.send(b"POST /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n")
        r = c.read_response("POST")
        assert r.status in (405, 413) and r.interim == [] and r.closes


def test_content_in_pieces(site):
    with site.connect() as c:
        c.send(b"POST /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 10\r\n\r\n")
        for _ in range(9):
            c.send(b"x")
        c.send(b"x" + REQUEST)
        assert c.read_response("POST").status == 405
        assert c.read_response().body == HELLO


def test_answer_reaches_a_client_that_is_still_sending(site):
    """RFC 9112 9.6: a close with unread bytes would be a reset that destroys
    the answer on its way; the server reads on for a while instead."""
    with site.connect() as c:
        c.send(b"POST /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 99999999999\r\n\r\n")
        try:
            for _ in range(64):
                c.send(b"x" * 65536)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it need not read for ever
        r = c.read_response("POST")
        assert r.status == 413 and r.closes


def test_answer_to_a_broken_head_is_not_lost(site):
    for _ in range(20):
        with site.connect() as c:
            c.send(b"BROKEN\r\n\r\n" + b"x" * 300000)
            r = c.read_response()
            assert r.status == 400 and r.closes
            c.half_close()
            assert c.ends() and c.eof == "closed"


def test_content_is_never_a_request(site):
    inner = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with site.connect() as c:
        for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
            c.send(b"%s /hello.txt HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Length: %d\r\n\r\n%s" % (
                       method.encode(), len(inner), inner))
            r = c.read_response(method)
            assert not r.closes, r
        assert c.get("/hello.txt").body == HELLO


@pytest.mark.parametrize("line, fields, status", (
    ("POST /hello.txt", "", 400), ("POST /hello.txt", "Host:", 400),
    ("POST /hello.txt", "Host: a\r\nHost: b", 400),
    ("POST /%zz", "Host: a", 400), ("BREW /hello.txt", "Host: a", 501),
    ("PUT /hello.txt", "Host: a\r\nExpect: tea", 417),
    ("PUT /hello.txt", "Host: a\r\nExpect: 100-continue", 405),
    ("POST /hello.txt", "Host: a\r\nTransfer-Encoding: gzip, chunked", 501)))
def test_a_refused_head_is_answered_before_its_content(serve, line, fields,
                                                       status):
    """And what the client sends all the same does not reset the answer (RFC
    9112 9.6)."""
    server = serve(files={"hello.txt": HELLO},
                   conf={"timeouts": {"body": "1h", "linger": "1h"},
                         "limits": {"recv-rate": 0}})
    fields += "" if "Transfer" in fields else "\r\nContent-Length: 300000"
    with server.connect() as c:
        c.send("%s HTTP/1.1\r\n%s\r\n\r\n" % (line, fields.lstrip()))
        r = c.read_response(line.split()[0])
        assert r.status == status and r.closes
        c.send(b"x" * 300000)
        c.half_close()
        assert c.ends() and c.eof == "closed"


def test_an_unknown_host_is_refused_before_its_content(serve):
    server = serve(conf={"server": {"unknown-host": "refuse"}},
                   rules="[host a.example]\nroot = .\n")
    with server.connect() as c:
        c.send("GET / HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\n")
        r = c.read_response("GET")
        assert r.status == 421 and r.closes


# -- large answers

def slow_read(c, size, step):
    """Reads in small steps through a small window; the digest."""
    got = hashlib.sha256()
    left = size
    while left:
        n = min(step, left)
        got.update(c.read_raw(n))
        left -= n
    return got.digest()


@pytest.mark.parametrize("conf", (
    {}, {"prepare": {"memory-file": "16m"}}, {"prepare": {"memory-file": 0}}),
    ids=("default", "from-memory", "from-the-file"))
def test_slow_reader_gets_5_mb_byte_exact(serve, conf):
    data = os.urandom(5_000_000)
    server = serve(files={"big.bin": data}, conf=conf)
    with server.connect(rcvbuf=2048) as c:
        for _ in range(2):
            c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = c.read_head()
            assert head.get("Content-Length") == "5000000"
            assert slow_read(c, 5_000_000, 1777) == \
                hashlib.sha256(data).digest()


def test_many_readers_of_one_large_file(serve):
    data = os.urandom(3_000_000)
    server = serve(files={"big.bin": data})
    readers = [server.connect(rcvbuf=8192) for _ in range(20)]
    for c in readers:
        c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for c in readers:
        assert c.read_response().body == data


def test_zero_window_stops_nobody_else(serve):
    data = os.urandom(8_000_000)
    server = serve(files={"big.bin": data, "a.txt": "a\n"},
                   conf={"server": {"workers": 1}})
    stuck = [server.connect(rcvbuf=2048) for _ in range(20)]
    for c in stuck:
        c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for _ in range(20):
        assert server.get("/a.txt").body == b"a\n"


def test_urgent_data_is_no_request(site):
    with site.connect() as c:
        # the kernel keeps it beside the stream: nobody here asks for it
        c.sock.send(b"!", socket.MSG_OOB)
        c.send(REQUEST)
        assert c.read_response().status == 200


@pytest.mark.parametrize("line", (b"HEAD /a.txt", b"GET /a.txt", b"GET /none"))
def test_answer_to_who_sends_on_after_its_own_close(serve, line):
    """RFC 9112 9.6 forbids it; the answer is there all the same."""
    server = serve(files={"a.txt": "a\n"})
    head = line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for _ in range(20):
        with socket.create_connection(server.address, 10) as s:
            try:
                # more than one receive takes: the rest lies unread
                s.sendall(head + b"x" * 300000)
            except ConnectionError:
                pass  # reset, once the answer was out
            assert s.recv(4096).startswith(b"HTTP/1.1 "), line
    server.connections.clear()

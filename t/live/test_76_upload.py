# SPDX-License-Identifier: MIT
"""[server] accept-upload: content is counted and thrown away."""
import re

import pytest

from harness import run
from wire import Closed

FILES = {"index.html": "<!doctype html>", "a.txt": "a\n"}
ON = {"server": {"accept-upload": "/upload"}}
TEXT = b"Alice was beginning to get very tired.\n" * 4000


def figure(r, name):
    return int(re.search(rb"<th scope=\"row\">%s<td>(\d+)" % name.encode(),
                         r.body).group(1))


def put(c, method, target, body):
    return c.request(method, target, body=body,
                     fields=[("Content-Length", str(len(body)))])


def told(r, n):
    assert r.status == 200 and r.get("Cache-Control") == "no-store"
    assert figure(r, "Content") == n


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_bytes_are_counted(serve, method):
    server = serve(files=FILES, conf=ON)
    with server.connect() as c:
        told(put(c, method, "/upload", TEXT), len(TEXT))
        told(put(c, method, "/upload?a=b", b"abc"), 3)
        told(c.request(method, "/upload", fields=[("Content-Length", "0")]), 0)
        told(c.request(method, "/upload"), 0)
        assert c.get("/a.txt").body == b"a\n", "the connection lives on"
    assert all(e["reason"] == "upload" for e in
               server.log(4, lambda e: e["method"] == method))


def test_segments_and_chunks(serve):
    server = serve(files=FILES, conf=ON)
    with server.connect() as c:
        c.send(b"POST /upload HTTP/1.1\r\nHost: localhost\r\n"
               b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(5):
            c.send(b"4\r\nabcd\r\n")
        c.send(b"0\r\n\r\n")
        r = c.read_response("POST")
        told(r, 20)
        assert 1 <= figure(r, "Segments") <= 7


def test_cut_anywhere_and_pipelined(serve):
    server = serve(files=FILES, conf=ON)
    one = (b"POST /upload HTTP/1.1\r\nHost: localhost\r\n"
           b"Content-Length: 10\r\n\r\n0123456789")
    with server.connect() as c:
        c.send(one + b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n" + one)
        told(c.read_response("POST"), 10)
        assert c.read_response().body == b"a\n"
        told(c.read_response("POST"), 10)
        c.send_bytewise(one)
        told(c.read_response("POST"), 10)


def test_continue_is_said(serve):
    server = serve(files=FILES, conf=ON)
    with server.connect() as c:
        c.send(b"PUT /upload HTTP/1.1\r\nHost: localhost\r\n"
               b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert c.read_head("PUT").status == 100
        c.send(b"abcde")
        r = c.read_response("PUT")
        told(r, 5)
        assert figure(r, "Time") > 0, "there was a way back in between"
        assert figure(r, "Rate") == 5 * 1000000 // figure(r, "Time")


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_bounded(serve, expect):
    server = serve(files=FILES, conf={**ON, "limits": {"upload": "100",
                                                       "body": "1m"}})
    with server.connect() as c:
        told(put(c, "POST", "/upload", b"x" * 100), 100)
        c.send(b"POST /upload HTTP/1.1\r\nHost: localhost\r\n" + expect +
               b"Content-Length: 101\r\n\r\n")
        r = c.read_response("POST")
        assert r.status == 413 and r.closes
    with server.connect() as c:
        c.send(b"POST /upload HTTP/1.1\r\nHost: localhost\r\n"
               b"Transfer-Encoding: chunked\r\n\r\n65\r\n" + b"x" * 101)
        r = c.read_response("POST")
        assert r.status == 413 and r.closes


def test_more_than_other_content(serve):
    """[limits] upload counts there, [limits] body elsewhere."""
    server = serve(files=FILES, conf={**ON, "limits": {"body": "10"}})
    with server.connect() as c:
        told(put(c, "POST", "/upload", TEXT), len(TEXT))
        assert put(c, "POST", "/a.txt", TEXT[:10]).status == 405
        try:
            assert put(c, "POST", "/a.txt", TEXT[:11]).status == 413
        except (Closed, BrokenPipeError):
            pytest.fail("no answer")


def test_nowhere_else(serve):
    server = serve(files=FILES, conf=ON)
    with server.connect() as c:
        for method, target in (("POST", "/"), ("PUT", "/a.txt"),
                               ("POST", "/uploads"), ("DELETE", "/upload"),
                               ("PATCH", "/upload")):
            assert put(c, method, target, b"abc").status == 405
        assert c.get("/upload").status == 404


def test_off_by_default(serve):
    server = serve(files=FILES)
    with server.connect() as c:
        assert put(c, "POST", "/upload", b"abc").status == 405


def test_slow_content_ends(serve):
    server = serve(files=FILES, conf={**ON, "timeouts": {"body": "150ms"}})
    with server.connect() as c:
        c.send(b"POST /upload HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 10\r\n\r\nhalf")
        assert c.read_response("POST").status == 408


def test_marked_as_an_experiment(tmp_path):
    ini = tmp_path / "e.ini"
    ini.write_text("[server]\nroot = .\naccept-upload = /upload\n")
    done = run("-t", "-c", ini)
    assert done.returncode == 0
    assert "is for experiments" in done.stdout + done.stderr

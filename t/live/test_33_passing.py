# SPDX-License-Identifier: MIT
"""Small texts that are asked for once: the worker answers by itself, in the
words in which it answers when the preparer has told it of the file."""
import os
import signal
import time

import pytest

from harness import halt, until
from test_32_whole import ONE, tag_of

PAGE = b"<!DOCTYPE html><title>x</title>" + b"<p>some words</p>\n" * 80
FILES = {
    "page.html": PAGE, "sheet.css": b"a { color: red }\n" * 60,
    "tiny.txt": b"x", "umlaut.txt": "ä\n".encode() * 300,
    "latin.txt": b"\xe4\n" * 300, "escape.js": b"// \x1b[1m\n" * 100,
    "most.txt": b"y" * 4096, "more.txt": b"y" * 4097, "empty.txt": b"",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>\n" * 20,
    "paper.txt": b"%PDF-1.4\n" * 20, "unknown": b"words\n" * 50,
    "dot.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50),
    "data.json": b"{}" + b" " * 700, "beside.html": PAGE,
    "beside.html.gz": b"\x1f\x8b\x08" + b"\0" * 40, "sub/index.html": PAGE}
ONE_TELLING = {**ONE, "log": {"level": "debug"}}


def at_rest(server):
    """No file has changed within the last moment; and the file system tells what
    is in memory (tmpfs does not)."""
    fd = os.open(server.tree.path("page.html"), os.O_RDONLY)
    try:
        os.preadv(fd, [bytearray(1)], 0, os.RWF_NOWAIT)
    except BlockingIOError:
        pass  # it will be, once it was read
    except OSError as e:
        pytest.skip("read without waiting: %s" % e.strerror)
    finally:
        os.close(fd)
    newest = max(os.stat(server.tree.path(name)).st_ctime for name in FILES)
    until("the files are at rest", lambda: time.time() > newest + 0.2)


def serving(serve, conf=None, rules=""):
    server = serve(files=FILES, conf={**ONE_TELLING, **(conf or {})},
                   rules=rules)
    at_rest(server)
    return server


def asks(server):
    """How often the preparer was asked; ends the server."""
    mark = server.mark()
    server.stop()
    return int(server.await_line(r"P003.* asks=(\d+)", since=mark)[1])


def said(answer):
    return [answer.status, answer.body] + [
        (name, value) for name, value in answer.fields if name != "Date"]


@pytest.mark.parametrize("fields", [{}, {"Accept_Encoding": "gzip, br"}])
@pytest.mark.parametrize("compress", ["on", "off"])
def test_answers_that_do_not_differ(serve, fields, compress):
    rules = ("[cache *.txt]\nCache-Control = max-age=60\n"
             "[header *.css]\nX-Own = yes\n")
    server = serving(serve, {"prepare": {"compress": compress}}, rules)
    for name in FILES:
        first = server.get("/" + name, **fields)
        again = [server.get("/" + name) for _ in range(3)]
        assert all(said(a) == said(again[0]) for a in again), name
        if first.get("Content-Encoding") is None:
            assert said(first) == said(again[0]), name
        assert first.etag.startswith('"') and first.etag.endswith('"'), name


def test_one_request_asks_nobody(serve):
    server = serving(serve)
    for name in ("page.html", "sheet.css", "tiny.txt", "most.txt", "sub/"):
        answer = server.get("/" + name)
        data = FILES[name + "index.html" if name.endswith("/") else name]
        assert answer.body == data and answer.etag == tag_of(data)
    for name in ("dot.png", "tiny.txt"):  # of which no form is made
        assert server.get("/" + name, Accept_Encoding="br").body == FILES[name]
    assert asks(server) == 1  # tiny.txt, for the second time


def test_the_second_one_asks(serve):
    server = serving(serve)
    for _ in range(3):
        assert server.get("/page.html").body == PAGE
    assert asks(server) == 1


@pytest.mark.parametrize("name, fields", [
    ("page.html", {"Accept_Encoding": "br"}),  # a form is to be made
    ("page.html", {"If_None_Match": '"x"'}), ("page.html", {"Range": "bytes=0-1"}),
    ("more.txt", {}), ("latin.txt", {}), ("paper.txt", {}), ("unknown", {}),
    ("beside.html", {})])
def test_what_is_not_answered_in_passing(serve, name, fields):
    server = serving(serve)
    assert server.get("/" + name, **fields).status in (200, 206)
    assert asks(server) == 1


def test_it_waits_for_no_preparer(serve):
    server = serving(serve, {"timeouts": {"prepare": "60s"}})
    preparer = server.preparer()
    halt(preparer)
    try:
        assert server.get("/page.html").etag == tag_of(PAGE)
        head = server.request("HEAD", "/sheet.css")
        assert head.etag == tag_of(FILES["sheet.css"]) and not head.body
    finally:
        os.kill(preparer, signal.SIGCONT)
    assert server.get("/page.html").etag == tag_of(PAGE)


def test_a_change_is_seen(serve):
    server = serving(serve)
    other = PAGE.replace(b"words", b"other")
    assert server.get("/page.html").etag == tag_of(PAGE)
    server.tree.write("page.html", other)
    for _ in range(3):
        answer = server.get("/page.html")
        assert answer.body == other and answer.etag == tag_of(other)


def test_pipelined_and_slow(serve):
    """Bytes of one answer are not those of the next."""
    server = serving(serve)
    names = [n for n in FILES if n not in ("beside.html.gz", "sub/index.html")]
    c = server.connect()
    c.send("".join(f"GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n" for n in names))
    for name in names:
        assert c.read_response().body == FILES[name], name


def test_the_observer_learns_what_a_page_refers_to(serve):
    server = serving(serve, {"observe": {"listen": "127.0.0.1:0"}})
    assert server.get("/page.html").body == PAGE
    assert asks(server) == 1

# SPDX-License-Identifier: MIT
"""Logs: what happened is there, once, in whole lines, with its reason."""
import json
import os
import re
import signal
import socket
import subprocess
import threading

import pytest

from harness import held_by, until

FILES = {"index.html": "<!doctype html>\n", "a.txt": "a\n", "sub/x.txt": "x\n",
         "ten.bin": b"0123456789"}
COMBINED = re.compile(
    r'(\S+) - - \[(\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000)\] '
    r'"((?:[^"\\]|\\.)*)" (\d{3}) (\d+) "((?:[^"\\]|\\.)*)" '
    r'"((?:[^"\\]|\\.)*)"\Z')
KEYS = {"time", "worker", "connection", "request", "peer", "port", "method",
        "target", "host", "status", "bytes", "duration_us", "encoding",
        "reason", "end", "referer", "user_agent"}


def test_json_line(serve):
    server = serve(files=FILES)
    with server.connect() as c:
        c.get("/a.txt?x=1", Referer="http://r.example/", User_Agent="test/1")
        c.get("/a.txt")
        port = c.sock.getsockname()[1]
    one, two = server.log(2)
    assert KEYS <= set(one), KEYS - set(one)
    assert one["method"] == "GET" and one["target"] == "/a.txt?x=1"
    assert one["status"] == 200 and one["bytes"] == 2
    assert one["host"] == "localhost" and one["peer"] == "127.0.0.1"
    assert one["port"] == port
    assert one["referer"] == "http://r.example/"
    assert one["user_agent"] == "test/1"
    assert one["encoding"] == "identity" and one["end"] == "sent"
    assert isinstance(one["duration_us"], int) and one["duration_us"] >= 0
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", one["time"])
    assert (one["request"], two["request"]) == (1, 2)
    assert one["connection"] == two["connection"]
    assert two["referer"] is None and two["user_agent"] is None


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_ids_of_requests(serve):
    """As they came, from anybody, up to 128 bytes, if there is one."""
    server = serve(files=FILES)
    with server.connect() as c:
        for path, fields in (
                ("/a.txt", ["X-Request-Id: r 1", "traceparent: " + TRACE]),
                ("/none", ["x-request-id: \"r2", "x-request-id: r3"]),
                ("/a.txt", ["X-Request-ID: " + "\\x" * 100, "traceparent:"])):
            c.send("\r\n".join(["GET %s HTTP/1.1" % path, "Host: localhost",
                                *fields, "", ""]).encode())
            c.read_response()
    assert [(e.get("request_id"), e.get("traceparent"))
            for e in server.log(3)] == [
                ("r 1", TRACE), (None, None), ("\\x" * 64, "")]


def test_ids_end_with_a_character(serve):
    """What is cut, is cut between two."""
    server = serve(files=FILES)
    with server.connect() as c:
        for ahead in range(4):
            c.send(("GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                    "X-Request-Id: " + "x" * ahead + "\u4f60" * 60 +
                    "\r\nUser-Agent: " + "x" * ahead + "\u4f60" * 400 +
                    "\r\n\r\n").encode())
            c.read_response()
    for ahead, e in enumerate(server.log(4)):
        for name, most in (("request_id", 128), ("user_agent", 1024)):
            whole = (most - ahead) // 3
            assert e[name] == "x" * ahead + "\u4f60" * whole, (name, ahead)


@pytest.mark.parametrize("form", ("combined", "readable"))
def test_lines_for_people_have_no_ids(serve, form):
    server = serve(files=FILES, conf={"log": {"format": form}})
    server.get("/a.txt", X_Request_Id="unseen", Traceparent=TRACE)
    (line,) = until("a line", server.log_lines)
    assert "unseen" not in line and TRACE not in line


def test_connections_are_told_apart(serve):
    server = serve(files=FILES, conf={"server": {"workers": 4}})
    for _ in range(40):
        server.get("/a.txt")
    entries = server.log(40)
    assert len({e["connection"] for e in entries}) == 40
    assert all(e["request"] == 1 for e in entries)


REASONS = (
    ("GET", "/a.txt", {}, 200, "new"),
    ("HEAD", "/a.txt", {}, 200, "new"),
    ("GET", "/a.txt", {"If-None-Match": "@"}, 304, "tag matches"),
    ("HEAD", "/a.txt", {"If-None-Match": "@"}, 304, "tag matches"),
    ("GET", "/a.txt", {"If-None-Match": "\"x\""}, 200, "tag differs"),
    ("GET", "/a.txt", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
     304, "not modified since"),
    ("GET", "/a.txt", {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
     200, "modified since"),
    ("GET", "/a.txt", {"If-Match": "\"x\""}, 412, "if-match fails"),
    ("GET", "/a.txt", {"If-Match": "@"}, 200, "precondition holds"),
    ("GET", "/a.txt",
     {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 412,
     "if-unmodified-since fails"),
    ("GET", "/ten.bin", {"Range": "bytes=2-3"}, 206, "range"),
    ("GET", "/ten.bin", {"Range": "bytes=2-3", "If-Range": "\"x\""}, 200,
     "if-range differs"),
    ("GET", "/ten.bin", {"Range": "bytes=10-"}, 416, "range beyond the end"),
    ("OPTIONS", "/a.txt", {}, None, "options"),
    ("GET", "/sub", {}, 301, "directory"),
    ("GET", "/missing", {}, 404, "no such file"),
    ("GET", "/.secret", {}, None, "dotfile"),
    ("GET", "/sub/", {}, None, "no index"),
    ("POST", "/a.txt", {}, 405, "method not allowed"),
    ("FOO", "/a.txt", {}, 501, "method unknown"),
    ("GET", "/%00", {}, 400, "target-nul"),
    ("GET", "/%zz", {}, 400, "target-percent"),
    ("GET", "/../x", {}, 400, "target-above"),
    ("GET", "/link.txt", {}, None, "leaves the root"),
)


def test_reasons(serve):
    server = serve(files=FILES)
    server.tree.symlink("link.txt", "/etc/passwd")
    tag = server.get("/a.txt").etag
    n = 1
    for method, target, fields, status, reason in REASONS:
        fields = {k: v.replace("@", tag) for k, v in fields.items()}
        r = server.request(method, target, fields)
        n += 1
        e = server.log(n)[n - 1]
        what = (method, target, fields)
        assert status is None or r.status == status, what
        assert e["status"] == r.status, what
        assert e["method"] == method and e["target"] == target, what
        assert e["reason"] == reason, (what, e["reason"])
        assert e["bytes"] == len(r.body), what


def test_encoding_is_named(serve):
    server = serve(files={"a.txt": "words and words\n" * 200})

    def gzipped():
        return server.get("/a.txt", Accept_Encoding="gzip").has(
            "Content-Encoding")
    until("gzip", gzipped)
    server.log(1, lambda e: e["encoding"] == "gzip")


BROKEN = (
    (b"GET / HTTP/1.1\nHost: x\r\n\r\n", 400, "bare-lf"),
    (b"G\x01T / HTTP/1.1\r\n\r\n", 400, None),
    (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "version-unsupported"),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n", 400, "field-space"),
    (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, "host-repeated"),
    (b"GET / HTTP/1.1\r\n\r\n", 400, "host-missing"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n", 400, "length-and-coding"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
     "transfer-coding-unknown"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
     400, "chunk-size"),
)


def test_faulty_requests_are_logged_with_their_fault(serve):
    server = serve(files=FILES)
    for n, (raw, status, reason) in enumerate(BROKEN, 1):
        with server.connect() as c:
            c.send(raw)
            c.half_close()
            assert c.read_response().status == status
            assert c.ends()
        e = server.log(n)[n - 1]
        assert e["status"] == status
        if reason:
            assert e["reason"] == reason, (raw, e)


def test_request_lines_are_logged_as_far_as_they_were_read(serve):
    """Nothing that was not there, HTTP/1.1 least of all."""
    server = serve(files=FILES, conf={"log": {"format": "combined"},
                                      "server": {"workers": 1}})
    said = ((b"GET /a.txt HTTP/2.0\r\n\r\n", "GET /a.txt"),
            (b"GET /a\"b HTTP/1.1\r\n\r\n", r"GET /a\x22"),
            (b"GET /a.txt\r\n", "GET /a.txt"),
            (b"GET  /a.txt HTTP/1.1\r\n\r\n", "GET"),
            (b"\x16\x03\x01\x02", r"\x16"),
            (b"\r\n\r\nGET / HTTP/1.1\r\n", "-"),
            (b"GET /" + b"a" * 9000, "GET /" + 1023 * "a" + "..."),
            (b"GET /a.txt HTTP/1.0\r\nfolded\r\n", "GET /a.txt HTTP/1.0"),
            (b"GET /cut.t", "GET /cut.t"),
            (b"GET /cut.txt HTTP/1", "GET /cut.txt"))
    for n, (raw, _) in enumerate(said, 1):
        with server.connect(lint=False) as c:
            c.send(raw)
            c.half_close()
            c.read_to_end()
    lines = until("all lines", lambda: (
        lambda x: x if len(x) == len(said) else None)(server.log_lines()))
    assert [line.split('"')[1] for line in lines] == [s for _, s in said]


def test_cut_transfers_are_logged_as_cut(serve):
    server = serve(files={"big.bin": os.urandom(8_000_000)})
    c = server.connect(rcvbuf=4096)
    c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    c.read_head()
    c.read_raw(1000)
    c.reset()
    server.connections.remove(c)
    e, = server.log(1)
    assert e["status"] == 200 and 1000 <= e["bytes"] < 8_000_000
    assert e["end"] in ("client reset", "client closed"), e


HOSTILE = (b"\x1b[2J", b"\x07", b"\x7f", b"\x9b31m", b"\xc2\x9b", b"\"quote\"",
           b"\\back\\slash\\n", b"</script>", b"\xe2\x80\xae", b"{\"a\":1}")


@pytest.mark.parametrize("form", ("json", "combined", "readable"))
def test_no_control_character_reaches_a_log(serve, form):
    server = serve(files=FILES, conf={"log": {"format": form}})
    for bad in HOSTILE:
        for raw in (b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                    b"User-Agent: " + bad + b"\r\nReferer: " + bad +
                    b"\r\n\r\n",
                    b"GET /" + bad + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    bad + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    b"GET /%0aforged%20line HTTP/1.1\r\nHost: " + bad +
                    b"\r\n\r\n"):
            with server.connect() as c:
                c.send(raw)
                c.half_close()
                c.read_response()
    n = len(HOSTILE) * 4
    until("all lines", lambda: len(server.log_lines()) >= n)
    server.stop()
    data = server.access_log.read_bytes()
    assert data.count(b"\n") == n and data.endswith(b"\n")
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", data)
    for line in data.decode("ascii").splitlines():
        if form == "json":
            json.loads(line)
        elif form == "combined":
            assert COMBINED.match(line), line
    for line in server.process.lines:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line), line


def test_combined_line(serve):
    # of one worker, for each writes its lines at a time of its own
    server = serve(files=FILES, conf={"log": {"format": "combined"},
                                      "server": {"workers": 1}})
    server.get("/a.txt", Referer="http://r.example/", User_Agent="test/1 (x)")
    server.get("/missing")
    lines = until("two lines", lambda: (lambda x: x if len(x) == 2 else None)(
        server.log_lines()))
    m = COMBINED.match(lines[0])
    assert m and m.group(1) == "127.0.0.1"
    assert m.group(3) == "GET /a.txt HTTP/1.1"
    assert (m.group(4), m.group(5)) == ("200", "2")
    assert (m.group(6), m.group(7)) == ("http://r.example/", "test/1 (x)")
    m = COMBINED.match(lines[1])
    assert m.group(4) == "404" and m.group(6) == "-" and m.group(7) == "-"


def test_readable_line(serve):
    server = serve(files=FILES, conf={"log": {"format": "readable"},
                                      "server": {"workers": 1}})
    tag = server.get("/a.txt").etag
    server.get("/a.txt", If_None_Match=tag)
    lines = until("two lines", lambda: (lambda x: x if len(x) == 2 else None)(
        server.log_lines()))
    for line, rest in zip(lines, ("GET /a.txt 200 2 new",
                                  "GET /a.txt 304 0 tag matches")):
        assert re.match(r"\d\d:\d\d:\d\d\.\d{3} w\d+ c\d+\.1 " +
                        re.escape(rest) + r"\Z", line), line


def test_access_log_on_standard_output(serve):
    server = serve(files=FILES, conf={"log": {"access": "-"}})
    server.get("/a.txt")
    m = server.process.await_stdout(r"^\{.*\}$")
    assert json.loads(m.group(0))["target"] == "/a.txt"


def test_access_log_off(serve):
    server = serve(files=FILES, conf={"log": {"access": "off"}})
    assert server.get("/a.txt").status == 200
    server.stop()
    assert not server.access_log.exists()
    assert server.process.stdout == []


def test_error_log_to_a_file(serve):
    """M010 then comes into the file; nothing else is on standard error."""
    import harness
    import tempfile
    import pathlib
    folder = pathlib.Path(tempfile.mkdtemp(prefix="etagd-t-"))
    path = folder / "error.log"
    server = serve(start=False, files=FILES, conf={"log": {"error": path}})
    server.process = harness.Process(
        [str(harness.binary()), "-c", str(server.file)], str(server.folder))
    m = until("M010 in the file", lambda: path.exists() and
              harness.READY.search(path.read_text()))
    server._addresses(m.group(1))
    assert server.get("/a.txt").status == 200
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert harness.BYE.search(path.read_text())


def test_error_log_lines_have_their_form(serve):
    server = serve(files=FILES)
    server.get("/a.txt")
    server.stop()
    assert server.process.lines
    for line in server.process.lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z etagd\[\d+\] "
                        r"\S+(?: \d+)? (debug|info|warn|error) [A-Z]\d{3}: .",
                        line), line


def test_reopened_on_usr1(serve):
    """What logrotate does: rename, signal; not a line is lost."""
    server = serve(files=FILES)
    moved = server.folder / "access.log.1"
    server.get("/a.txt?before")
    server.log(1)
    os.rename(server.access_log, moved)
    server.signal(signal.SIGUSR1)
    until("new log file", server.access_log.exists)

    # Each worker has been told by the master; a request that it answers after
    # it has taken that in is in the new file.
    for pid in server.workers():
        def moved_on(pid=pid):
            before = len(server.log_lines())
            held_by(server, pid, 1, "/a.txt?%d" % pid)
            server.close_connections()
            return len(server.log_lines()) > before
        until("worker %d in the new file" % pid, moved_on)
    server.stop()
    total = [json.loads(x) for p in (moved, server.access_log)
             for x in p.read_text().splitlines()]
    assert len(total) == server.requests
    assert json.loads(moved.read_text().splitlines()[0])["target"] == \
        "/a.txt?before"


def test_every_request_has_one_whole_line(serve):
    """Many writers, a buffer that fills again and again: lines are neither
    lost, nor doubled, nor mixed."""
    server = serve(files=FILES, conf={"server": {"workers": 4},
                                      "log": {"buffer": "4k"}})

    def ask(k):
        with server.connect() as c:
            for i in range(100):
                assert c.get("/a.txt?%d-%d-%s" % (k, i, "x" * 100)).status \
                    == 200

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    server.stop()
    targets = [json.loads(x)["target"]
               for x in server.access_log.read_text().splitlines()]
    assert sorted(targets) == sorted("/a.txt?%d-%d-%s" % (k, i, "x" * 100)
                                     for k in range(8) for i in range(100))


def test_buffered_lines_are_written_at_the_end(serve):
    server = serve(files=FILES, conf={"log": {"buffer": "1m",
                                              "flush": "1h"}})
    for _ in range(10):
        server.get("/a.txt")
    server.stop()
    assert len(server.access_log.read_text().splitlines()) == 10


def test_buffered_lines_are_written_after_a_while(serve):
    server = serve(files=FILES, conf={"log": {"buffer": "1m",
                                              "flush": "50ms"}})
    server.get("/a.txt")
    assert len(server.log(1)) == 1


def test_long_targets_are_cut(serve):
    server = serve(files=FILES)
    r = server.get("/a.txt?" + "x" * 5000)
    assert r.status == 200
    e, = server.log(1)
    assert len(e["target"]) < 2000 and e["target"].startswith("/a.txt?xxx")


@pytest.mark.parametrize("form", ("json", "combined", "readable"))
def test_nobody_asks_unseen(serve, form):
    """A line that is too long is left out: no client can make it so."""
    server = serve(files=FILES, conf={"log": {"format": form}})
    long = b"\xe9\"" * 2000
    with server.connect() as c:
        c.send(b"GET /a.txt?%s HTTP/1.1\r\nHost: localhost\r\nReferer: %s\r\n"
               b"User-Agent: %s\r\n\r\n" % (b"q" * 2000, long, long))
        assert c.read_response().status == 200
        c.send(b"GET /last HTTP/1.1\r\nHost: %s\r\nReferer: %s\r\n"
               b"User-Agent: %s\r\n\r\n" % (long, long, long))
        assert c.read_response().status == 400
    until("both lines", lambda: len(server.log_lines()) == 2)
    assert "/a.txt?qqq" in server.log_lines()[0]
    assert "/last" in server.log_lines()[1]


def test_full_disk_is_survived(serve):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    server = serve(files=FILES, conf={"log": {"access": "/dev/full"}})
    for _ in range(20):
        assert server.get("/a.txt").status == 200
    server.stop()
    told = [x for x in server.process.lines if " W030: " in x]
    assert told and all("No space left on device: lines are being lost" in x
                        for x in told)


LEVELS = ("debug", "info", "warn", "error")


@pytest.mark.parametrize("level", LEVELS)
def test_level(program, short, level):
    """A run without trouble: an info at its start, a debug at its end."""
    (short / "a.txt").write_text("a")
    socket_path = short / "s"
    process = subprocess.Popen(
        [program, "-o", "server.listen=unix:%s" % socket_path,
         "-o", "log.level=" + level, str(short)],
        stderr=subprocess.PIPE, text=True)
    try:
        with socket.socket(socket.AF_UNIX) as s:
            until("the socket",
                  lambda: s.connect_ex(str(socket_path)) == 0)
            s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                      b"Connection: close\r\n\r\n")
            assert s.makefile("rb").read().startswith(b"HTTP/1.1 ")
    finally:
        process.terminate()
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    for lower in ("debug", "info"):
        assert (" %s " % lower in told) == (
            LEVELS.index(lower) >= LEVELS.index(level)), told

# SPDX-License-Identifier: MIT
"""etagd watch: what an observer tells, on a terminal and in a pipe."""
import contextlib
import fcntl
import os
import pty
import re
import socket
import struct
import subprocess
import termios
from signal import SIGKILL

import pytest

from harness import Process, binary, run, until
from wire import DEADLINE_S


def test_watch_piped(observed):
    """One line an event, and the end when the observer ends."""
    server, o = observed()
    server.get("/hello.txt")
    o.ledger(1)
    w = Process([str(binary()), "watch", "-a", "http://127.0.0.1:%d/" % o.port],
                cwd=str(server.folder))
    w.await_stdout(r" c1 w\d accept 127\.0\.0\.1:\d+$")
    w.await_stdout(r" c1\.1 w\d GET /hello\.txt 200 14 new \d+ us$")
    w.await_stdout(r" c1 w\d end client closed, 1 request, client closed first$")
    server.get("/nothing\x7f".replace("\x7f", "%7F"))
    w.await_stdout(r"GET /nothing%7F 4\d\d ")
    server.stop()
    assert w.popen.wait(DEADLINE_S) == 0
    assert not w.lines, w.lines


def test_lines_for_any_reader(observed):
    """/watch is text: what a browser or curl shows is what is piped."""
    server, o = observed()
    server.get("/hello.txt?token=secret")
    o.ledger(1)
    with socket.create_connection(("127.0.0.1", o.port), DEADLINE_S) as s:
        s.sendall(b"GET /watch HTTP/1.0\r\nHost: localhost:%d\r\n\r\n" % o.port)
        f = s.makefile("rb")
        assert b" 200 " in f.readline()
        head = [line.rstrip() for line in iter(f.readline, b"\r\n")]
        assert b"Content-Type: text/plain; charset=utf-8" in head
        asked = next(line for line in f if b"/hello.txt" in line)
    assert re.match(
        rb"\d\d:\d\d:\d\d\.\d{3} c1\.1 w\d GET /hello\.txt\?token=\*\*\* "
        rb"200 14 new \d+ us\n$", asked), asked


def test_watch_outlives_an_observer(observed):
    """Another takes its place, on the same port."""
    server, o = observed()
    w = Process([str(binary()), "watch", "-a", "http://127.0.0.1:%d/" % o.port],
                cwd=str(server.folder))
    server.get("/hello.txt")
    w.await_stdout(r" c1\.1 w\d GET /hello\.txt 200 ")
    first = o.pid()
    os.kill(first, SIGKILL)
    until("another observer", lambda: o.pid() not in (None, first))
    # it shows what comes after that; a request may fall between the two
    until("a request that is shown", lambda: server.get("/again") and any(
        "GET /again" in line for line in w.stdout))
    server.stop()
    assert w.popen.wait(DEADLINE_S) == 0
    assert not w.lines, w.lines


def rows_on_screen(data, columns):
    """What a terminal of that width shows: a line is what fits, the rest of a
    longer one goes into the next."""
    text = re.sub(rb"\033\[[0-9;]*m", b"", data.split(b"\033[J")[-1])
    return [line.rstrip(b"\r") for line in text.split(b"\n")]


@contextlib.contextmanager
def watching(o, columns=None):
    """etagd watch on a terminal: the end that its screen is read from."""
    master, slave = pty.openpty()
    if columns:
        fcntl.ioctl(master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 20, columns, 0, 0))
    p = subprocess.Popen([str(binary()), "watch", "-a",
                          "127.0.0.1:%d" % o.port], stdout=slave)
    os.close(slave)
    try:
        yield master
    finally:
        p.terminate()
        p.wait()
        os.close(master)


@pytest.mark.parametrize("columns", (40, 80, 200))
def test_watch_fits_its_terminal(observed, columns):
    server, o = observed()
    idle = server.connect()
    until("the idle one", lambda: len(o.json("/status")["workers"]) and
          sum(w["open"] for w in o.json("/status")["workers"]) == 1)
    server.get("/hello.txt?" + "long" * 60)
    o.ledger(1)
    shown = b""

    def look():
        nonlocal shown
        shown += os.read(master, 65536)
        # the age of a connection that nothing is heard of grows
        ages = set(re.findall(rb"not used\S* +0 +([\d.]+)s", shown))
        return len(ages) > 2 and shown.count(b"\033[J") > 3

    with watching(o, columns) as master:
        until("the table", look)
    last = b"\033[J" + shown.split(b"\033[J")[-2]
    lines = rows_on_screen(last, columns)
    assert max(map(len, lines)) <= columns, lines
    assert any(b"browser closed" in line for line in lines)
    assert len(lines) <= 20
    idle.close()


def test_watch_says_what_is_wrong(observed):
    server, o = observed()
    assert run("watch", "http://127.0.0.1:1/").returncode == 1
    assert run("watch", "one", "two").returncode == 2
    assert run("watch", "-x").returncode == 2
    wrong = run("watch", server.url)  # that is not the observer
    assert wrong.returncode == 1 and "404" in wrong.stderr


def test_watch_on_a_terminal(observed):
    server, o = observed()
    server.get("/hello.txt")
    o.ledger(1)
    shown = b""

    def look():
        nonlocal shown
        shown += os.read(master, 65536)
        return b"/hello.txt 200" in shown and b"browser closed" in shown

    with watching(o) as master:
        until("the table", look)
    assert b"\033[H" in shown

# SPDX-License-Identifier: MIT
"""Who has a place at the observer: no number of visitors that take nothing, ask
nothing or never end keeps others from an answer."""
import contextlib
import os
import socket
from signal import SIGCONT

import pytest

from harness import halt, until
from observing import Observer, Stream, flood
from wire import Connection

SEATS, STREAMS = 48, 40


@pytest.fixture
def observer(serve):
    server = serve(conf={"observe": {"listen": "127.0.0.1:0"}},
                   files={"hello.txt": "Hello, world!\n"})
    return Observer(server)


def visitor(observer, **options):
    return Connection(("127.0.0.1", observer.port), **options)


@contextlib.contextmanager
def visitors(observer, n):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(visitor(observer)) for _ in range(n)]


def head(observer, target="/status", more=""):
    return ("GET %s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n"
            % (target, observer.port, more)).encode()


def answers(c, n=1):
    """The status of each of the next n answers."""
    return [c.read_response(lint=False).status for _ in range(n)]


def seated(observer):
    for line in observer.get("/metrics").text.splitlines():
        if line.startswith("etagd_observer_visitors "):
            return int(line.split()[1])
    raise AssertionError("no etagd_observer_visitors")


def watching(observer, stack, n, rcvbuf=None):
    for _ in range(n):
        s = stack.enter_context(Stream(observer.port, rcvbuf=rcvbuf))
        assert s.socket.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 200"


def test_streams_leave_room_for_others(observer):
    with contextlib.ExitStack() as stack:
        watching(observer, stack, STREAMS)
        r = observer.get("/events")
        assert (r.status, r.headers["Retry-After"]) == (503, "10")
        assert observer.get("/events", method="HEAD").status == 200
        assert observer.get("/status").status == 200
        assert seated(observer) == STREAMS + 1
    until("room for a stream", lambda: seated(observer) == 1)
    with contextlib.ExitStack() as stack:
        watching(observer, stack, 1)


def test_streams_that_take_nothing_give_way(observer):
    with contextlib.ExitStack() as stack:
        watching(observer, stack, STREAMS, rcvbuf=2048)
        flood(observer.server, 6000)
        with until("another stream", lambda: another(observer)):
            assert observer.get("/status").status == 200


def another(observer):
    s = Stream(observer.port)
    if s.socket.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 200":
        return s
    s.socket.close()
    return None


def test_idle_visitors_give_way(observer):
    """The one that has been idle longest is the one that goes."""
    with visitors(observer, SEATS) as idle:
        for c in idle[1:]:
            c.send(head(observer))
            assert answers(c) == [200]
        assert observer.get("/status").status == 200
        assert idle[0].ends()
        idle[-1].send(head(observer))
        assert answers(idle[-1]) == [200]


def test_newcomer_is_not_taken_for_the_one_that_left(observer):
    """It gets a seat of which there is still something to be heard."""
    with visitors(observer, SEATS) as idle:
        until("all seats taken", lambda: seated(observer) == SEATS)
        pid = observer.pid()
        halt(pid)
        try:
            with visitor(observer) as new:
                new.send(head(observer))
                for c in idle:
                    c.reset()
                os.kill(pid, SIGCONT)
                assert answers(new) == [200]
        finally:
            os.kill(pid, SIGCONT)


@pytest.mark.parametrize("n", (1, 3))
def test_request_that_comes_with_its_fin(observer, n):
    with visitor(observer) as c:
        c.send(head(observer) * n)
        c.half_close()
        assert answers(c, n) == [200] * n
        assert c.ends()


def test_request_and_fin_that_are_there_at_once(observer):
    pid = observer.pid()
    halt(pid)
    try:
        with visitor(observer) as c:
            c.send(head(observer) * 2)
            c.half_close()
            os.kill(pid, SIGCONT)
            assert answers(c, 2) == [200] * 2
            assert c.ends()
    finally:
        os.kill(pid, SIGCONT)


def test_stream_whose_fin_has_come(observer):
    """It reads on; when it has closed instead, its seat is free at once."""
    with Stream(observer.port, query="?new") as s:
        s.socket.shutdown(socket.SHUT_WR)
        events = s.events()
        until("a stream", lambda: seated(observer) == 2)
        observer.server.get("/hello.txt")
        assert next(events)[1]["event"] == "accept"
        events.close()
    until("the seat", lambda: seated(observer) == 1)


def test_half_a_request_with_its_fin(observer):
    with visitor(observer) as c:
        c.send(head(observer)[:-2])
        c.half_close()
        assert c.ends()


def test_more_than_the_buffer_holds(observer):
    """Requests that come while one is answered are each answered as sent."""
    n = 60
    more = "X: " + "x" * 700 + "\r\n"
    with visitor(observer) as c:
        c.send(head(observer, "/page.js"))
        c.send(b"".join(head(observer, t, more)
                        for t in ("/status", "/connection/9") * n))
        assert answers(c, 1 + 2 * n) == [200] + [200, 404] * n
        c.send(head(observer))
        assert answers(c) == [200]


@pytest.mark.parametrize("size", (8191, 8192, 8193, 200_000))
def test_head_that_is_too_long(observer, size):
    """The answer comes, though more was sent than is ever read."""
    start = head(observer)[:-2] + b"A: b\r\n" * 400
    fill = (b"B: " + b"c" * 1000 + b"\r\n") * 200
    with visitor(observer) as c:
        c.send((start + fill)[:size])
        if size == 8191:
            c.send("x" * 100)
        r = c.read_response(lint=False)
        assert (r.status, r.closes) == (431, True)
        assert c.ends() and c.eof == "closed"


@pytest.fixture
def scraper(serve):
    """The address of its own at which metrics are told."""
    server = serve(conf={"metrics": {"listen": "127.0.0.1:0"}})
    place = server.await_line(r"M144: metrics at http://([\d.]+):(\d+)/")
    return place.group(1), int(place.group(2))


def scrape(target="/metrics", more=""):
    return ("GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n" % (target, more)).encode()


def test_scrape_that_comes_with_its_fin(scraper):
    with Connection(scraper) as c:
        c.send(scrape() * 2)
        c.half_close()
        assert answers(c, 2) == [200] * 2
        assert c.ends()


def test_more_scrapes_than_the_buffer_holds(scraper):
    n = 30
    more = "X: " + "x" * 700 + "\r\n"
    with Connection(scraper) as c:
        c.send((scrape(more=more) + scrape("/x", more)) * n)
        assert answers(c, 2 * n) == [200, 404] * n
        c.send(scrape())
        assert answers(c) == [200]


@pytest.mark.parametrize("size", (9000, 200_000))
def test_scrape_with_a_head_that_is_too_long(scraper, size):
    with Connection(scraper) as c:
        c.send(scrape()[:-2] + (b"B: " + b"c" * 995 + b"\r\n") * (size // 1000))
        r = c.read_response(lint=False)
        assert (r.status, r.closes) == (431, True)
        assert c.ends()

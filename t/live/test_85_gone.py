# SPDX-License-Identifier: MIT
"""Slow readers, late ones, deaths and reloads: the observer costs no
connection."""
import os
from signal import SIGKILL

from harness import descriptors, until
from observing import Stream, flood, of


def test_slow_reader_loses_and_is_told(observed):
    """One that does not read loses the oldest events, and learns how many; the
    others, and serving, do not notice."""
    server, o = observed(conf={"log": {"access": "off"},
                               "observe": {"listen": "127.0.0.1:0",
                                           "events": 65536},
                               "limits": {"requests-per-connection": 0}})
    server.get("/hello.txt")
    o.ledger(1)
    with Stream(o.port, rcvbuf=2048) as slow:
        flood(server, 20000)
        total = until("all events",
                      lambda: [e for e in [o.json("/status")["events"]]
                               if e > 20003])[0]
        seen, last = 0, 0
        lost = 0
        for id, e in slow.events():
            number = int(id.split("-")[1])
            if e["event"] == "lost":
                # those that the observer itself missed are events of their own
                if "id" in e:
                    seen += 1
                else:
                    lost += e["lost"]
                    assert e["lost_in_all"] == lost
            else:
                assert number > last
                seen += 1
            last = number
            if last >= total:
                break
    assert lost > 0
    assert seen + lost == last


def test_last_event_id(observed):
    server, o = observed()
    server.get("/hello.txt")
    first = o.events(lambda es: of(es, "end"))
    middle = first[2][0]
    again = o.events(lambda es: of(es, "end"), {"Last-Event-ID": middle})
    assert again == first[3:]
    # of another observer's life: all that is known
    other = o.events(lambda es: of(es, "end"), {"Last-Event-ID": "1-3"})
    assert other == first
    assert o.events(lambda es: of(es, "end"), {"Last-Event-ID": "junk"}) == first


def test_only_new(observed):
    server, o = observed()
    server.get("/hello.txt")
    o.ledger(1)
    with Stream(o.port, query="?new") as s:
        until("a visitor", lambda: "etagd_observer_visitors 2" in
              o.get("/metrics").text)
        server.get("/nothing")
        events = s.events()
        assert next(events)[1]["event"] == "accept"
        assert next(events)[1]["target"] == "/nothing"


def test_observer_dies(observed):
    """It is replaced, knows what the boards still hold, and no connection
    notices."""
    server, o = observed()
    c = server.connect()
    c.request("GET", "/hello.txt")
    o.events(lambda es: of(es, "request"))
    old = o.pid()
    since = server.mark()
    os.kill(old, SIGKILL)
    server.await_line(r"O001: observer \(pid %d\) ended by signal 9; started "
                      r"pid \d+" % old, since)
    assert c.request("GET", "/hello.txt").status == 200
    events = [e for _, e in o.events(lambda es: len(of(es, "request")) == 2)]
    assert len(of(events, "accept")) == 1
    assert o.pid() != old


def test_worker_dies(observed):
    """What it had open is ended in the ledger."""
    server, o = observed(conf={"server": {"workers": 1}}, lint=False)
    c = server.connect()
    c.request("GET", "/hello.txt")
    os.kill(server.workers()[0], SIGKILL)
    found = o.ledger(1)[0]
    assert (found["end"], found["requests"]) == ("worker died", 1)
    server.await_line("M030")


def test_reload(observed):
    """Another observer, at the same place, that knows what the old one knew."""
    server, o = observed()
    held = server.connect()
    held.request("GET", "/hello.txt")
    o.events(lambda es: of(es, "request"))
    old = o.pid()
    since = server.mark()
    server.signal(1)
    server.await_line("M013", since)
    until("the new observer alone", lambda: o.pid() != old and
          not os.path.exists("/proc/%d" % old))
    server.get("/hello.txt")
    events = [e for _, e in o.events(
        lambda es: {e["generation"] for e in of(es, "request")} == {1, 2})]
    assert of(events, "request")[0]["connection"] == 1


def test_off_by_reload(observed):
    server, o = observed()
    since = server.mark()
    server.configure({"observe": {"listen": "off"}})
    server.signal(1)
    server.await_line("M014", since)

    def refused():
        try:
            o.get("/status")
        except ConnectionRefusedError:
            return True
        except ConnectionError:
            return False  # the socket is just being closed
    until("nobody listens", refused)
    assert server.get("/hello.txt").status == 200


def test_observer_is_small(observed):
    """It holds its socket, its poll set, its channel and the error log."""
    server, o = observed()
    server.get("/hello.txt")
    o.ledger(1)

    def kinds():
        return sorted(what.split(":")[0] for n, what in
                      descriptors(o.pid()).items() if n > 2)
    until("a small observer",  # the question's own connection may end late
          lambda: kinds() == ["anon_inode", "socket", "socket"])

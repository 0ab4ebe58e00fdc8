# SPDX-License-Identifier: MIT
"""observing: the observer's side of a test: what it tells, and /events as a
stream."""
import http.client
import json
import re
import socket

from harness import descriptors, listening_inodes, until
from wire import DEADLINE_S

M012 = re.compile(r"M012: observing at http://127\.0\.0\.1:(\d+)/")
PAGE = ("<!doctype html><title>x</title><link rel=stylesheet href=a.css>"
        "<img src='/logo.png?x=1&amp;y=2'><script src=//b.example/x.js></script>")
FILES = {"index.html": PAGE, "hello.txt": "Hello, world!\n",
         "big.bin": b"x" * 3_000_000}


def fetch(port, path, fields=None, method="GET"):
    """The response, with its content as text."""
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    try:
        c.request(method, path, headers=fields or {})
        r = c.getresponse()
        setattr(r, "text", r.read().decode())
        return r
    finally:
        c.close()


class Observer:
    def __init__(self, server):
        self.server = server
        self.port = int(server.await_line(M012.pattern).group(1))

    def get(self, path, fields=None, method="GET"):
        return fetch(self.port, path, fields, method)

    def json(self, path):
        return json.loads(self.get(path).text)

    def ledger(self, wanted):
        """Ended connections, once that many are known."""
        def look():
            lines = self.get("/connections.jsonl").text.splitlines()
            return lines if len(lines) >= wanted else None
        return [json.loads(line) for line in until("%d in the ledger" % wanted,
                                                   look)]

    def events(self, enough, fields=None, query=""):
        """Events from /events until enough(list of them)."""
        found = []
        with Stream(self.port, fields, query) as s:
            for id, e in s.events():
                found.append((id, e))
                if enough([e for _, e in found]):
                    return found
        raise AssertionError("the stream ended: %r" % found[-3:])

    def pid(self):
        wanted = {"socket:[%s]" % i for i in listening_inodes(self.port)}
        return until("the observer", lambda: next(
            (p for p in self.server.children()
             if wanted & set(descriptors(p).values())), None))


class Stream:
    """/events, read as slowly as one likes."""

    def __init__(self, port, fields=None, query="", rcvbuf=None):
        self.socket = socket.socket()
        self.socket.settimeout(DEADLINE_S)
        if rcvbuf:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.socket.connect(("127.0.0.1", port))
        head = "GET /events%s HTTP/1.0\r\nHost: localhost:%d\r\n" % (query, port)
        for name, value in (fields or {}).items():
            head += "%s: %s\r\n" % (name, value)
        self.socket.sendall((head + "\r\n").encode())

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()

    def events(self):
        f = self.socket.makefile("rb")
        status = f.readline()
        assert b" 200 " in status, status
        while f.readline() not in (b"\r\n", b""):
            pass
        fields = {}
        for raw in f:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields:
                e = json.loads(fields["data"])
                assert e["event"] == fields["event"]
                yield fields["id"], e
            fields = {}


def of(events, kind):
    return [e for e in events if e["event"] == kind]


def end_of(ledger, port):
    found = [c for c in ledger if c["port"] == port]
    assert len(found) == 1, (port, ledger)
    return found[0]


def port_of(c):
    return c.sock.getsockname()[1]


def flood(server, n):
    """n requests, many at a time, on one connection."""
    one = b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    with server.connect(lint=False) as c:
        for _ in range(n // 50):
            c.send(one * 50)
            for _ in range(50):
                assert c.read_response("GET", lint=False).status == 200

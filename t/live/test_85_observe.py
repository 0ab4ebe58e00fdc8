# SPDX-License-Identifier: MIT
"""The observer: what scripted clients did is what it tells, to the last one; it
costs no connection when it dies; and it answers nobody who has no business."""
import contextlib
import fcntl
import http.client
import json
import os
import pty
import re
import socket
import struct
import subprocess
import termios
import time
from signal import SIGKILL
from urllib.parse import quote

import pytest

from harness import Process, binary, descriptors, listening_inodes, run, until
from samples import parse
from wire import DEADLINE_S

M012 = re.compile(r"M012: observing at http://127\.0\.0\.1:(\d+)/")
PAGE = ("<!doctype html><title>x</title><link rel=stylesheet href=a.css>"
        "<img src='/logo.png?x=1&amp;y=2'><script src=//b.example/x.js></script>")
FILES = {"index.html": PAGE, "hello.txt": "Hello, world!\n",
         "big.bin": b"x" * 3_000_000}


class Observer:
    def __init__(self, server):
        self.server = server
        self.port = int(server.await_line(M012.pattern).group(1))

    def get(self, path, fields=None, method="GET"):
        c = http.client.HTTPConnection("127.0.0.1", self.port,
                                       timeout=DEADLINE_S)
        try:
            c.request(method, path, headers=fields or {})
            r = c.getresponse()
            r.text = r.read().decode()
            return r
        finally:
            c.close()

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
        for line in f:
            line = line.decode().rstrip("\n")
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


@pytest.fixture
def observed(serve):
    def start(**options):
        conf = options.pop("conf", {})
        conf.setdefault("observe", {"listen": "127.0.0.1:0"})
        options.setdefault("files", FILES)
        server = serve(conf=conf, **options)
        return server, Observer(server)
    return start


def test_names_beyond_ascii(observed):
    """Events have them as they are, so that the page finds them."""
    name = "r\u00e9sum\u00e9 \U0001f600"
    server, observer = observed(files={
        name + ".html": "<img src='a.png'>"}, conf={"server": {"workers": 1}})
    path = "/" + name + ".html"
    assert server.get(quote(path)).status == 200
    found = observer.events(lambda es: of(es, "page") and of(es, "request"))
    assert [e["path"] for _, e in found if e["event"] == "page"] == [path]


SECRET = "s3cr3t"
CARRIERS = (
    ("target", "/a.txt?access_token=%s&b=1", {}),
    ("encoded target", "/a.txt?%%74oken=%s", {}),
    ("path parameter", "/a.txt;JSESSIONID=%s", {}),
    ("absolute target", "http://localhost/a.txt?key=%s", {}),
    ("URL within", "/a.txt?to=%%2Fb%%3Fauth%%3D%s%%26c%%3Dd", {}),
    ("Referer", "/a.txt", {"Referer": "http://u:%s@a.example/"}),
    ("Referer's query", "/a.txt", {"Referer": "http://a.example/?jwt=%s"}),
    ("redirect", "/old?session=%s", {}),
    ("Cookie", "/a.txt", {"Cookie": "a=%s"}),
    ("Authorization", "/a.txt", {"Authorization": "Basic %s"}),
    ("Proxy-Authorization", "/a.txt", {"Proxy-Authorization": "Basic %s"}),
    ("X-Api-Key", "/a.txt", {"X-Api-Key": "%s"}),
    ("X-CSRF-Token", "/a.txt", {"X-CSRF-Token": "%s"}),
    ("another field's URL", "/a.txt", {"X-From": "</b?secret=%s>; rel=a"}))


@pytest.mark.parametrize("target, fields", [c[1:] for c in CARRIERS],
                         ids=[c[0] for c in CARRIERS])
def test_secrets_are_shown_nowhere(observed, target, fields):
    """Events, ledger, a connection, watch, and the log if it is told so."""
    server, observer = observed(
        conf={"server": {"workers": 1}, "log": {"mask": "on"}},
        rules="[redirect /old]\nto = /new\n[header *]\n"
        "Set-Cookie = a=%s\n" % SECRET)
    with server.connect() as c:
        c.request("GET", target.replace("%s", SECRET).replace("%%", "%"),
                  [(n, v.replace("%s", SECRET)) for n, v in fields.items()])
    number = observer.ledger(1)[0]["connection"]
    texts = {
        "ledger": observer.get("/connections.jsonl").text,
        "life": observer.get("/connection/%d" % number).text,
        "events": json.dumps(observer.events(lambda es: of(es, "end"))),
        "log": until("a line", lambda: server.access_log.read_text())}
    for where, text in texts.items():
        assert SECRET not in text, where
        assert "a.txt" in text or "/old" in text, where


def test_what_is_a_secret_can_be_chosen(observed):
    server, observer = observed(conf={
        "server": {"workers": 1}, "log": {"mask": "on"},
        "observe": {"listen": "127.0.0.1:0", "mask": "colour"}})
    with server.connect() as c:
        c.get("/a.txt?token=1&my-colour=2", X_Colour="3", X_Key="4", Cookie="5")
    shown = json.dumps(observer.events(lambda es: of(es, "end")))
    assert "/a.txt?token=1&my-colour=***" in shown
    assert '["X-Colour", "(not shown)"]' in shown and '["X-Key", "4"]' in shown
    assert '["Cookie", "(not shown)"]' in shown
    line = until("a line", lambda: server.access_log.read_text())
    assert "/a.txt?token=1&my-colour=***" in line


def test_the_log_has_what_was_asked_unless_told(observed):
    server, observer = observed(conf={"server": {"workers": 1}})
    with server.connect() as c:
        c.get("/a.txt?token=1")
    assert "token=1" in until("a line", lambda: server.access_log.read_text())


def of(events, kind):
    return [e for e in events if e["event"] == kind]


def end_of(ledger, port):
    found = [c for c in ledger if c["port"] == port]
    assert len(found) == 1, (port, ledger)
    return found[0]


def port_of(c):
    return c.sock.getsockname()[1]


# -- what happened is what it tells

def test_ends(observed):
    """Every way to end, as the ledger names it."""
    server, o = observed(conf={"timeouts": {"idle": "300ms", "head": "300ms"}},
                         lint=False)
    want = {}

    def client(name, end, who, requests, unused=False, cut=0):
        c = server.connect()
        want[port_of(c)] = (name, end, who, requests, unused, cut)
        return c

    client("unused, client", "client closed, never used", "client", 0,
           True).close()
    client("unused, timeout", "never used, idle too long", "server", 0, True)
    c = client("one request, idle", "idle too long", "server", 1)
    assert c.request("GET", "/hello.txt").status == 200
    c = client("two requests, FIN", "client closed", "client", 2)
    tag = c.request("GET", "/hello.txt").etag
    assert c.request("GET", "/hello.txt",
                     [("If-None-Match", tag)]).status == 304
    c.close()
    c = client("close asked", "client asked to close", "server", 1)
    c.request("GET", "/hello.txt", [("Connection", "close")])
    c = client("half a request, FIN", "client closed", "client", 0, False, 1)
    c.send(b"GET /hello.txt HTTP/1.1\r\nHos")
    c.close()
    c = client("half a request, timeout", "request too slow", "server", 1)
    c.send(b"GET /hello.txt HTTP/1.1\r\nHos")
    c = client("reset", "client reset", "client", 1)
    c.request("GET", "/hello.txt")
    c.reset()
    c = client("faulty", "faulty request", "server", 1)
    c.send(b"GET /\x01 HTTP/1.1\r\n\r\n")

    ledger = o.ledger(len(want))
    assert len(ledger) == len(want)
    for port, row in want.items():
        found = end_of(ledger, port)
        got = (found["end"], found["closed_first"], found["requests"],
               found["unused"], found["cut"])
        assert got == row[1:], row[0]
        assert found["ended_us"] >= found["opened_us"] > 1_600_000_000_000_000
    two = [c for c in ledger if c["requests"] == 2][0]
    assert [r["status"] for r in two["request_list"]] == [200, 304]
    assert two["request_list"][1]["reason"] == "tag matches"
    assert "13.1.2" in two["request_list"][1]["section"]
    assert two["not_modified"] == 1


def test_times(observed):
    """What the observer says when something was, against our own clock."""
    server, o = observed()
    with server.connect() as c:
        opened = time.time()
        c.request("GET", "/hello.txt")
        t = time.time()
        c.request("GET", "/hello.txt")
        asked = time.time()
    closed = time.time()
    found = o.ledger(1)[0]
    second = found["request_list"][1]
    assert abs(found["opened_us"] / 1e6 - opened) < 0.25
    assert t - 0.005 <= second["first_us"] / 1e6 <= asked + 0.005
    assert second["first_us"] <= second["queued_us"] <= second["sent_us"]
    assert abs(found["ended_us"] / 1e6 - closed) < 0.25


def test_request_event(observed):
    server, o = observed(rules="[cache *]\nCache-Control = max-age=60\n")
    server.request("GET", "/hello.txt", [
        ("Cookie", "secret=1"), ("Authorization", "Basic c2VjcmV0"),
        ("Sec-Fetch-Dest", "image"), ("X-Quote", 'a"b\\c')])
    events = [e for _, e in o.events(lambda es: of(es, "end"))]
    kinds = [e["event"] for e in events if e.get("connection") == 1]
    assert kinds == ["accept", "first", "request", "fin", "end"]
    q = of(events, "request")[0]
    assert (q["method"], q["target"], q["status"]) == ("GET", "/hello.txt", 200)
    fields = dict(map(tuple, q["request_fields"]))
    assert fields["Sec-Fetch-Dest"] == "image"
    assert fields["X-Quote"] == 'a"b\\c'
    assert fields["Cookie"] == fields["Authorization"] == "(not shown)"
    answer = dict(map(tuple, q["response_fields"]))
    assert answer["Cache-Control"] == "max-age=60"
    assert answer["Content-Length"] == "14" and q["bytes"] == 14
    a = of(events, "accept")[0]
    assert a["local_port"] == server.port and a["peer"] == "127.0.0.1"
    assert a["syn"]["mss"] > 500 and a["syn"]["timestamps"] in (True, False)
    assert a["tcp"]["min_rtt_us"] > 0
    e = of(events, "end")[0]
    assert e["tcp"]["bytes_received"] > 100 and e["tcp"]["segments_in"] >= 3


def test_long_heads_keep_what_matters(observed):
    server, o = observed()
    server.request("GET", "/hello.txt", [
        ("Cookie", "c" * 3000), ("X-Long", "x" * 2000),
        ("If-None-Match", '"none"')])
    q = of([e for _, e in o.events(lambda es: of(es, "request"))], "request")[0]
    fields = dict(map(tuple, q["request_fields"]))
    assert q["cut"] and fields["If-None-Match"] == '"none"'
    assert q["status"] == 200 and q["reason"] == "tag differs"


def test_heads_of_a_pipeline(observed):
    """Each answer's own head, to its last field and no further, whatever
    content follows it and wherever that lies."""
    server, o = observed(files={**FILES, "end.txt": "a\r\n\r\nb\r\n\r\n"})
    tag = server.get("/end.txt").get("ETag")
    asks = ("GET /end.txt", "", 200), ("HEAD /end.txt", "", 200), \
        ("GET /end.txt", "If-None-Match: %s\r\n" % tag, 304), \
        ("GET /none", "", 404), ("GET /end.txt", "Range: bytes=0-4\r\n", 206), \
        ("GET /end.txt", "Range: bytes=0-1,8-9\r\n", 206), \
        ("POST /end.txt", "", 405), ("GET /big.bin", "", 200), \
        ("GET /end.txt", "", 200)
    c = server.connect()
    c.send("".join("%s HTTP/1.1\r\nHost: a\r\n%s\r\n" % (line, more)
                   for line, more, _ in asks).encode())
    wire = [c.read_response(line.split()[0]) for line, _, _ in asks]
    events = of([e for _, e in o.events(
        lambda es: len(of(es, "request")) == len(asks) + 1)], "request")[1:]
    assert [r.status for r in wire] == [status for _, _, status in asks]
    for e, r in zip(events, wire):
        assert [tuple(f) for f in e["response_fields"]] == [
            (name, value) for name, value in r.fields], e["target"]


def test_page_references(observed):
    server, o = observed()
    server.get("/")
    page = of([e for _, e in o.events(lambda es: of(es, "page"))], "page")[0]
    assert page["path"] == "/"
    assert page["references"] == [["s", "a.css"],
                                  ["i", "/logo.png?x=1&amp;y=2"],
                                  ["j", "//b.example/x.js"]]


def test_references_of_sheets_and_scripts(observed):
    """Candidates for the same place stand in capitals behind the first; a file
    that refers to nothing any more is told again."""
    server, o = observed(files={
        "a.css": "@import 'b.css'; p { background: image-set(url(c) 1x, "
                 "url(d) 2x) }", "b.css": "p {}", "a.js": "import './b.js'",
        "index.html": "<img srcset='a 1x, b 2x' src=c>"})
    for path in ("/", "/a.css", "/a.js", "/b.css"):
        assert server.get(path).status == 200

    def told(wanted):
        events = o.events(lambda es: len({e["path"] for e in of(es, "page")
                                          if wanted(e)}) > 0)
        return {e["path"]: e["references"]
                for e in of([e for _, e in events], "page")}
    assert told(lambda e: e["path"] == "/b.css") == {
        "/": [["i", "a"], ["I", "b"], ["I", "c"]],
        "/a.css": [["s", "b.css"], ["u", "c"], ["U", "d"]],
        "/a.js": [["j", "./b.js"]], "/b.css": []}
    server.tree.write("a.js", "1;\n")
    until("the new file", lambda: server.get("/a.js").body == b"1;\n")
    assert told(lambda e: e["path"] == "/a.js" and not e["references"])


def test_idle_is_told_once_a_silence(observed):
    """After its responses, not before its first request; with how long it was
    used.  The ledger adds the silences up."""
    server, o = observed()
    unused = server.connect()
    c = server.connect()
    for _ in range(3):
        c.request("GET", "/hello.txt")
    enough = lambda n: lambda es: len(of(es, "idle")) == n
    first = [e for _, e in o.events(enough(1))]
    c.request("GET", "/hello.txt")
    c.send(b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
    for _ in range(2):
        c.read_response("GET")
    events = [e for _, e in o.events(enough(2))]
    number = of(first, "request")[0]["connection"]
    assert [e["connection"] for e in of(events, "idle")] == [number] * 2
    assert [e["requests"] for e in of(events, "idle")] == [3, 6]
    opened = [e for e in of(events, "accept") if e["connection"] == number][0]
    for idle in of(events, "idle"):
        out = [e for e in of(events, "request")
               if e["request"] == idle["requests"]][0]
        assert idle["since_us"] == out["at_us"]
        assert idle["used_us"] == out["at_us"] - opened["at_us"]
        assert idle["at_us"] - idle["since_us"] == 100000
    assert o.json("/connection/%d" % number)["idle_since_us"] == \
        of(events, "idle")[1]["since_us"]
    c.close()
    unused.close()
    ended = {e["connection"]: e for e in o.ledger(2)}
    life = ended.pop(number)
    assert life["idles"] == 2 and "idle_since_us" not in life
    assert life["idle_us"] >= 200000  # twice what makes a silence
    rest = list(ended.values())[0]
    assert (rest["idles"], rest["idle_us"], rest["unused"]) == (0, 0, True)


def test_waiting_for_the_preparer_is_not_idle(observed):
    """What is read for the first time is announced before it is answered."""
    server, o = observed()
    server.get("/big.bin")
    events = [e for _, e in o.events(lambda es: of(es, "request"))]
    kinds = [e["event"] for e in events if e.get("connection")]
    assert kinds[:2] == ["accept", "first"]
    assert kinds.index("first") < kinds.index("request")


def test_slow_response_is_announced(observed):
    server, o = observed()
    c = server.connect(rcvbuf=4096)
    c.send(b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n")
    events = [e for _, e in o.events(lambda es: of(es, "waiting"))]
    w = of(events, "waiting")[0]
    assert w["target"] == "/big.bin" and not of(events, "request")
    assert c.read_response("GET").status == 200


def test_detail_and_open_connections(observed):
    server, o = observed()
    c = server.connect()
    c.request("GET", "/hello.txt")
    n = [e for _, e in o.events(lambda es: of(es, "request"))][-1]["connection"]
    d = o.json("/connection/%d" % n)
    assert (d["end"], d["requests"], d["ended_us"]) == ("open", 1, 0)
    assert d["request_list"][0]["target"] == "/hello.txt"
    assert o.get("/connection/99999").status == 404
    assert o.get("/connection/x").status == 404


def test_foresight_is_what_check_says(observed):
    """The same as `etagd check --json`, findings folded by rule."""
    server, o = observed(rules="[cache *.txt]\nETag = inode\n")
    seen = o.json("/foresight")
    said = json.loads(run("check", "-c", server.file, "--json").stdout)
    for p in seen["paths"] + said["paths"]:
        del p["fresh_s"]  # of a guess it grows with the file's age
    assert seen["paths"] == said["paths"]
    assert len(seen["paths"]) == len(FILES) + 1  # a page has two addresses
    kinds, as_said = ({f["kind"] for f in x["findings"]} - {"heuristic"}
                      for x in (seen, said))  # a second later there is a guess
    assert kinds == as_said
    assert "broken-scheme" in kinds


def test_cache_debt_is_shown(observed):
    """An older version may be used unasked until then; without one nothing is
    said."""
    server, o = observed(rules="[cache *]\nCache-Control = max-age=600\n",
                         conf={"server": {"workers": 1},
                               "observe": {"listen": "127.0.0.1:0"}})
    before = int(time.time())
    server.get("/hello.txt")
    server.tree.write("hello.txt", "Hello again!\n")
    until("the new file", lambda: server.get("/hello.txt").body ==
          b"Hello again!\n")
    events = [e for _, e in o.events(
        lambda es: any("debt_until" in e for e in es))]
    last = of(events, "request")[-1]
    assert before + 600 <= last["debt_until"] <= int(time.time()) + 600


# -- who may ask

def test_names(serve):
    server = serve(conf={"observe": {"listen": "127.0.0.1:0",
                                     "names": "lab.example"}})
    o = Observer(server)
    for host, status in (("localhost", 200), ("127.0.0.1", 200),
                         ("[::1]", 200), ("lab.example", 200),
                         ("evil.example", 421), ("localhost.evil.example", 421)):
        for path in ("/", "/events", "/status", "/metrics",
                     "/connections.jsonl"):
            if status == 200 and path == "/events":
                continue
            assert o.get(path, {"Host": "%s:%d" % (host, o.port)}
                         ).status == status, (host, path)
    assert o.get("/status", {"Host": "localhost"}).status == 421
    assert o.get("/status", method="POST").status == 405
    assert o.get("/etc/passwd").status == 404
    assert o.get("/../../etc/passwd").status in (400, 404)


def test_page_is_whole_and_alone(observed):
    """The page's files are there, and none of them asks another host."""
    server, o = observed()
    page = o.get("/")
    assert page.status == 200 and page.headers["Content-Type"].startswith(
        "text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    names = set(re.findall(r'(?:src|href)="(/[\w.]+\.(?:js|css))"', page.text))
    assert names == {"/page.css", "/page.js"}
    names |= {"/" + n for n in re.findall(r'from "\./(\w+\.js)"',
                                          o.get("/page.js").text)}
    for name in names:
        r = o.get(name)
        assert r.status == 200 and len(r.text) == int(
            r.headers["Content-Length"]) or not r.text.isascii()
        for url in re.findall(r"https?://[\w.-]+", r.text):
            assert url in ("http://www.w3.org", "https://www.rfc-editor.org",
                           "http://unknown"), (name, url)
    assert o.get("/page.js", method="HEAD").text == ""


# -- metrics

def test_metrics(observed):
    server, o = observed(conf={"server": {"workers": 1}})
    for target in ("/hello.txt", "/nothing", "/hello.txt"):
        server.get(target)
    o.ledger(3)
    r = o.get("/metrics")
    assert r.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    m = parse(r.text)
    w = (("worker", "1"),)
    assert m["etagd_connections_accepted_total", w] == 3
    assert m["etagd_requests_total", w] == 3
    assert m["etagd_connections_open", w] == 0
    by = {dict(labels)["code"]: v for (name, labels), v in m.items()
          if name == "etagd_responses_total"}
    assert by == {"200": 2, "404": 1}
    ended = {k[1]: v for k, v in m.items()
             if k[0] == "etagd_connections_closed_total" and v}
    assert ended == {(("closed_first", "client"),
                      ("reason", "client closed")): 3}
    assert m["etagd_observer_events_lost_total", ()] == 0
    s = o.json("/status")
    assert s["listen"] == ["127.0.0.1:%d" % server.port]
    assert s["workers"][0]["requests"] == 3
    assert s["workers"][0]["status"]["4xx"] == 1


# -- slow, late, gone

def flood(server, n):
    """n requests, many at a time, on one connection."""
    one = b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    with server.connect(lint=False) as c:
        for _ in range(n // 50):
            c.send(one * 50)
            for _ in range(50):
                assert c.read_response("GET", lint=False).status == 200


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


# -- etagd watch

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

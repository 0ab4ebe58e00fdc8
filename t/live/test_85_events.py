# SPDX-License-Identifier: MIT
"""The observer: what scripted clients did is what it tells, to the last one."""
import json
import time

from harness import run, until
from observing import FILES, end_of, of, port_of


def test_ends(observed):
    """Every way to end, as the ledger names it."""
    # longer than any machine takes from one step to the next one here
    server, o = observed(conf={"timeouts": {"idle": "2s", "head": "2s"}},
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
    bad, = [r for c in ledger for r in c["request_list"] if r["status"] == 400]
    assert (bad["reason"], bad["fault"]) == ("faulty request", "control")
    assert bad["fault_text"].startswith("There is a control character")
    assert bad["fault_text_zh"].startswith("请求头部中有控制字符")


def test_times(observed):
    """What the observer says when something was, between two looks at our own
    clock."""
    server, o = observed()
    began = time.time()
    with server.connect() as c:
        c.request("GET", "/hello.txt")
        t = time.time()
        c.request("GET", "/hello.txt")
        asked = time.time()
    found = o.ledger(1)[0]
    told = time.time()
    second = found["request_list"][1]
    for after, what, before in ((began, found["opened_us"], t),
                                (t, second["first_us"], asked),
                                (asked, found["ended_us"], told)):
        assert after - 0.005 <= what / 1e6 <= before + 0.005
    assert second["first_us"] <= second["queued_us"] <= second["sent_us"]


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
    """Candidates for the same place follow the first, in capitals; a file
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

    def three():
        """At once: a client that is held up is silent as well."""
        c.send(b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        for _ in range(3):
            c.read_response("GET")

    def enough(n):
        return lambda es: len(of(es, "idle")) == n

    three()
    first = [e for _, e in o.events(enough(1))]
    three()
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

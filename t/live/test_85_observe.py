# SPDX-License-Identifier: MIT
"""The observer shows no secret, answers nobody who has no business, and
measures."""
import json
import re
from urllib.parse import quote

import pytest

from harness import until
from observing import Observer, of
from samples import parse


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

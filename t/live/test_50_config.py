# SPDX-License-Identifier: MIT
"""What the configuration says is what goes out; a new one while it runs."""
import os
import re
import signal
import threading

import pytest

import linter
from harness import until

FILES = {"index.html": "<!doctype html><title>x</title>\n", "a.txt": "a\n",
         "logo.png": b"\x89PNG\r\n\x1a\n", "img/b.png": b"\x89PNG\r\n\x1a\n",
         "lab/c.txt": "c\n"}


# -- cache rules

def test_without_rules(serve):
    server = serve(files=FILES)
    r = server.get("/a.txt")
    assert r.etag and not r.etag.startswith("W/") and r.has("Last-Modified")
    assert not r.has("Expires")


@pytest.mark.parametrize("value", (
    "no-store", "no-cache", "max-age=60", "max-age=31536000, immutable",
    "private, max-age=3600", "public, max-age=60, stale-while-revalidate=60",
    "max-age=0, must-revalidate", "no-cache, private"))
def test_cache_control_goes_out_as_written(serve, value):
    server = serve(files=FILES, rules="[cache *.png]\nCache-Control = %s\n" %
                   value)
    full = server.get("/logo.png")
    assert full.all("Cache-Control") == [value]
    assert not server.get("/a.txt").has("Cache-Control")
    if full.etag:
        linter.twin_304(full, server.get("/logo.png",
                                         If_None_Match=full.etag))
    assert server.get("/logo.png", Range="bytes=0-1").all(
        "Cache-Control") == [value]


def test_patterns(serve):
    server = serve(files=FILES, rules="""
[cache *.png]
Cache-Control = max-age=1

[cache /img/*]
Cache-Control = max-age=2

[cache /lab/?.txt]
Cache-Control = max-age=3

[cache /]
Cache-Control = max-age=4
""")
    for target, value in (("/logo.png", "max-age=1"), ("/img/b.png",
                                                       "max-age=2"),
                          ("/lab/c.txt", "max-age=3"), ("/a.txt", None)):
        assert server.get(target).get("Cache-Control") == value, target


def test_the_last_match_wins_per_field(serve):
    server = serve(files=FILES, rules="""
[cache *]
Cache-Control = no-cache
ETag = weak

[cache *.png]
Cache-Control = max-age=60

[header *.png]
X-A = one

[header /logo.png]
x-a = two
""")
    r = server.get("/logo.png")
    assert r.all("Cache-Control") == ["max-age=60"]
    assert r.etag.startswith("W/")
    assert r.all("X-A") == ["two"]
    assert server.get("/img/b.png").all("X-A") == ["one"]
    assert server.get("/a.txt").get("Cache-Control") == "no-cache"


def test_tag_schemes(serve):
    server = serve(files={"%s.txt" % s: "same\n" for s in
                          ("content", "stat", "weak", "off")},
                   rules="".join("[cache /%s.txt]\nETag = %s\n" % (s, s)
                                 for s in ("content", "stat", "weak", "off")))
    content, stat, weak, off = (server.get("/%s.txt" % s) for s in
                                ("content", "stat", "weak", "off"))
    assert not content.etag.startswith("W/")
    assert stat.etag and stat.etag != content.etag
    assert weak.etag == "W/" + content.etag
    assert not off.has("ETag") and off.has("Last-Modified")
    assert server.get("/off.txt", If_None_Match=content.etag).status == 200
    assert server.get("/off.txt", If_None_Match="*").status == 304
    assert server.get("/stat.txt", If_None_Match=stat.etag).status == 304
    assert server.get("/weak.txt", If_None_Match=weak.etag).status == 304
    assert server.get("/off.txt", If_Modified_Since=off.get(
        "Last-Modified")).status == 304


def test_changing_tags_are_never_confirmed(serve):
    server = serve(files=FILES, rules="[cache *]\nETag = changing\n")
    seen, tag = set(), "\"x\""
    for _ in range(10):
        r = server.get("/a.txt", If_None_Match=tag)
        assert r.status == 200
        tag = r.etag
        seen.add(tag)
    assert len(seen) == 10


def test_last_modified_off(serve):
    server = serve(files=FILES, rules="[cache *]\nLast-Modified = off\n")
    r = server.get("/a.txt")
    assert not r.has("Last-Modified") and r.etag
    assert server.get("/a.txt", If_Modified_Since=r.get("Date")).status == 200
    assert server.get("/a.txt", If_None_Match=r.etag).status == 304


def test_no_validators_at_all(serve):
    server = serve(files=FILES, rules="[cache *]\nLast-Modified = off\n"
                   "ETag = off\n")
    r = server.get("/a.txt")
    assert not r.has("Last-Modified") and not r.has("ETag")
    assert server.get("/a.txt", If_None_Match="\"x\"").status == 200
    assert server.get("/a.txt", Range="bytes=0-0").status == 206


def test_expires(serve):
    # The form of the value is the option's own; --help-config tells it.
    server = serve(files=FILES, rules="[cache *]\nExpires = access plus 1h\n")
    r = server.get("/a.txt")
    assert linter.http_date(r.get("Expires")) == \
        linter.http_date(r.get("Date")) + 3600
    again = server.get("/a.txt", If_None_Match=r.etag)
    assert again.status == 304 and again.has("Expires")


# -- header rules

def test_header_rules(serve):
    server = serve(files=FILES, rules="""
[header *]
X-Frame-Options = DENY
Content-Security-Policy = default-src 'self'; img-src *
X-Gone = soon

[header *.html]
remove = X-Gone

[header *]
when-type = image/*
X-Picture = yes

[header *]
when-status = 404
X-Missing = yes
""")
    page = server.get("/index.html")
    assert page.get("X-Frame-Options") == "DENY"
    assert page.get("Content-Security-Policy") == \
        "default-src 'self'; img-src *"
    assert not page.has("X-Gone") and not page.has("X-Picture")
    assert server.get("/logo.png").get("X-Gone") == "soon"
    assert server.get("/logo.png").get("X-Picture") == "yes"
    missing = server.get("/missing")
    assert missing.get("X-Missing") == "yes"
    assert missing.get("X-Frame-Options") == "DENY"
    assert not page.has("X-Missing")
    tag = page.etag
    assert server.get("/index.html", If_None_Match=tag).status == 304


def test_cors_preflight(serve):
    server = serve(files=FILES, rules="""
[header *]
Access-Control-Allow-Origin = *
Access-Control-Allow-Methods = GET, HEAD, OPTIONS
Access-Control-Allow-Headers = If-None-Match
""")
    r = server.request("OPTIONS", "/a.txt", {
        "Origin": "http://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match"})
    assert r.status in (200, 204)
    assert r.get("Access-Control-Allow-Origin") == "*"
    assert r.get("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS"


def test_server_field(serve):
    assert serve(files=FILES).get("/a.txt").get("Server") == "etagd"
    off = serve(files=FILES, conf={"server": {"server-field": "off"}})
    assert not off.get("/a.txt").has("Server")


# -- sites

def two_sites(serve, **server):
    site = serve(start=False, files={"a.txt": "default\n"}, conf={
        "server": server})
    for name in ("one", "two"):
        (site.folder / name).mkdir()
        (site.folder / name / "a.txt").write_text(name + "\n")
    site.configure(rules="""
[host one.example www.one.example]
root = %s

[host *.two.example]
root = %s
""" % (site.folder / "one", site.folder / "two"))
    site.start()
    return site


def by_host(server, host, target="/a.txt"):
    return server.request("GET", target, host=host)


def test_hosts(serve):
    server = two_sites(serve)
    for host, body in (("one.example", b"one\n"), ("www.one.example", b"one\n"),
                       ("ONE.example:80", b"one\n"), ("x.two.example",
                                                      b"two\n"),
                       ("a.b.two.example", b"two\n"),
                       ("two.example", b"default\n"),
                       ("other.example", b"default\n"),
                       ("[::1]", b"default\n")):
        r = by_host(server, host)
        assert r.status == 200 and r.body == body, host
    assert by_host(server, "other.example",
                   "http://one.example/a.txt").body == b"one\n"


def test_unknown_hosts_can_be_refused(serve):
    server = two_sites(serve, **{"unknown-host": "refuse"})
    assert by_host(server, "one.example").status == 200
    assert by_host(server, "other.example").status == 421


def test_alias(serve):
    server = serve(start=False, files=FILES)
    other = server.folder / "other"
    (other / "sub").mkdir(parents=True)
    (other / "x.txt").write_text("x\n")
    (server.folder / "secret.txt").write_text("no\n")
    server.configure(rules="[alias /static/]\nroot = %s\n" % other)
    server.start()
    assert server.get("/static/x.txt").body == b"x\n"
    assert server.get("/static/a.txt").status == 404
    assert server.get("/static/../a.txt").body == b"a\n"
    assert server.get("/static/%2e%2e/secret.txt").status == 404
    assert server.get("/static/sub").get("Location").endswith("/static/sub/")
    assert server.get("/x.txt").status == 404


def test_redirects(serve):
    server = serve(files=FILES, rules="""
[redirect /old.txt]
to = /a.txt
status = 301

[redirect /docs/*]
to = https://docs.example/$1
status = 302

[redirect /plain]
to = /a.txt
""")
    r = server.get("/old.txt")
    assert r.status == 301 and r.get("Location") == "/a.txt"
    r = server.get("/docs/a/b.html")
    assert r.status == 302
    assert r.get("Location") == "https://docs.example/a/b.html"
    assert server.get("/plain").status == 308
    r = server.get("/docs/%0d%0aX-A:%20b")
    assert not r.has("X-A")


def test_fallback_for_applications(serve):
    server = serve(files=FILES, conf={"server": {"fallback": "/index.html"}})
    page = server.get("/")
    for target in ("/app/route", "/deep/er/route", "/route?x=1"):
        r = server.get(target)
        assert r.status == 200 and r.body == page.body, target
    for target in ("/missing.css", "/app/main.js", "/app/x.png"):
        assert server.get(target).status == 404, target
    assert server.get("/a.txt").body == b"a\n"


def test_error_pages(serve):
    files = dict(FILES, **{"404.html": "<!doctype html><p>Our own 404\n"})
    server = serve(files=files, conf={"server": {"error-404": "/404.html"}})
    r = server.get("/missing")
    assert r.status == 404 and b"Our own 404" in r.body
    assert not r.has("ETag") and not r.has("Last-Modified")
    assert server.get("/missing", If_None_Match="*").status == 404
    assert server.get("/missing", Range="bytes=0-1").status == 404
    assert server.request("HEAD", "/missing").status == 404
    assert server.request("POST", "/a.txt").status == 405


def test_listing(serve):
    files = {"d/b<i>.txt": "b\n", "d/a b.txt": "a\n", "d/caf\u00e9.txt": "c\n",
             "d/sub/x": "x\n", "d/.secret": "no\n"}
    assert serve(files=files).get("/d/").status in (403, 404)
    server = serve(files=files, conf={"server": {"listing": "on"}})
    r = server.get("/d/")
    assert r.status == 200 and r.get("Content-Type").startswith("text/html")
    assert b"b<i>.txt" not in r.body and b".secret" not in r.body
    for link in (b"a%20b.txt", b"caf%C3%A9.txt", b"sub/", b"b%3Ci%3E.txt"):
        assert link in r.body, link
    j = server.get("/d/", Accept="application/json")
    assert j.status == 200 and "json" in j.get("Content-Type")
    import json
    text = json.dumps(json.loads(j.body.decode("utf-8")), ensure_ascii=False)
    for name in ("a b.txt", "b<i>.txt", "caf\u00e9.txt", "sub"):
        assert name in text, name
    assert ".secret" not in text
    assert server.get("/d").status == 301


def test_index_names(serve):
    files = {"one/start.html": "start\n", "two/index.html": "index\n",
             "both/start.html": "start\n", "both/index.html": "index\n"}
    server = serve(files=files, conf={"server": {
        "index": "index.html start.html"}})
    assert server.get("/one/").body == b"start\n"
    assert server.get("/two/").body == b"index\n"
    assert server.get("/both/").body == b"index\n"


def test_symlink_policy_none(serve):
    server = serve(start=False, files=FILES,
                   conf={"server": {"symlinks": "none"}})
    server.tree.symlink("link.txt", "a.txt")
    server.tree.symlink("dir", "img")
    server.start()
    assert server.get("/a.txt").status == 200
    assert server.get("/link.txt").status in (403, 404)
    assert server.get("/dir/b.png").status in (403, 404)


def test_symlink_policy_owner(serve):
    server = serve(start=False, files=FILES,
                   conf={"server": {"symlinks": "owner"}})
    server.tree.symlink("link.txt", "a.txt")
    server.start()
    assert server.get("/link.txt").body == b"a\n"
    if os.getuid() == 0:
        os.chown(server.tree.path("link.txt"), 12345, 12345,
                 follow_symlinks=False)
        assert server.get("/link.txt").status in (403, 404)


def test_dotfiles_can_be_allowed(serve):
    server = serve(files={".x": "x\n", "d/.y/z": "z\n"},
                   conf={"server": {"dotfiles": "allow"}})
    assert server.get("/.x").body == b"x\n"
    assert server.get("/d/.y/z").body == b"z\n"
    assert server.get("/../.x").status == 400


def test_unreadable_file(serve):
    if os.getuid() == 0:
        pytest.skip("root can read everything")
    server = serve(files=FILES)
    os.chmod(server.tree.path("a.txt"), 0)
    assert server.get("/a.txt").status == 403


def test_explain_header(serve):
    server = serve(files=FILES, conf={"server": {"explain-header": "on"}})
    r = server.get("/a.txt")
    again = server.get("/a.txt", If_None_Match=r.etag)
    assert again.status == 304
    assert any("13.1.2" in v or "tag matches" in v
               for _, v in again.fields), again


# -- a new configuration while it runs

def by_all(server, check, n=10):
    """Workers of the generation before finish what they have, a connection
    that waits in their hands included: asks until n answers in a row hold."""
    return until("the new configuration from every worker", lambda: all(
        check(server.get("/a.txt")) for _ in range(n)))


def test_reload(serve):
    server = serve(files=FILES, rules="[cache *]\nCache-Control = no-store\n")
    assert server.get("/a.txt").get("Cache-Control") == "no-store"
    server.reload(rules="[cache *]\nCache-Control = max-age=60\n")
    by_all(server, lambda r: r.get("Cache-Control") == "max-age=60")


def test_reload_keeps_the_port(serve):
    server = serve(files=FILES)
    before = server.address
    server.reload()
    assert server.address == before
    assert server.get("/a.txt").status == 200


def test_reload_changes_the_workers(serve):
    server = serve(files=FILES)
    old = set(server.workers())
    server.reload({"server": {"workers": 3}})
    until("three new workers", lambda: len(server.workers()) == 3 and
          not old & set(server.workers()))
    assert server.get("/a.txt").status == 200


def test_reload_drops_nobody(serve):
    """Requests all the while: every one is answered (numbers.md: known servers
    lose some hundreds)."""
    server = serve(files=FILES)
    stop, faults, count = threading.Event(), [], [0]

    def ask():
        try:
            c = server.connect()
            while not stop.is_set():
                r = c.get("/a.txt")
                assert r.status == 200 and r.body == b"a\n"
                count[0] += 1
                if r.closes:
                    c.close()
                    c = server.connect()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for t in threads:
        t.start()
    for i in range(8):
        server.reload(rules="[cache *]\nCache-Control = max-age=%d\n" % i)
        by_all(server, lambda r: r.get("Cache-Control") == "max-age=%d" % i)
    stop.set()
    for t in threads:
        t.join(60)
    assert not faults, faults[0]
    assert count[0] > 0


def test_reload_finishes_what_is_under_way(serve):
    data = os.urandom(8_000_000)
    server = serve(files={"big.bin": data, "a.txt": "a\n"})
    c = server.connect(rcvbuf=4096)
    c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = c.read_head()
    server.reload()
    assert server.get("/a.txt").status == 200
    assert c.read_raw(int(head.get("Content-Length"))) == data


def test_reload_with_a_bad_file_changes_nothing(serve):
    server = serve(files=FILES, rules="[cache *]\nCache-Control = no-store\n")
    workers = set(server.workers())
    good = server.file.read_text()
    with server.connect() as c:
        assert c.get("/a.txt").status == 200
        since = server.mark()
        server.file.write_text("[server]\nwrokers = 2\n[nonsense]\n")
        server.signal(signal.SIGHUP)
        server.await_line(r"etagd\.ini:2: .*wrokers", since)
        server.await_line(r"etagd\.ini:3: ", since)
        assert c.get("/a.txt").get("Cache-Control") == "no-store"
    assert set(server.workers()) == workers
    assert server.get("/a.txt").get("Cache-Control") == "no-store"
    server.reload(text=good.replace("no-store", "no-cache"))
    by_all(server, lambda r: r.get("Cache-Control") == "no-cache")


def test_reload_without_the_file(serve):
    server = serve(files=FILES)
    since = server.mark()
    os.unlink(server.file)
    server.signal(signal.SIGHUP)
    server.await_line(r"(?i) (error|warn) .*etagd\.ini", since)
    assert server.get("/a.txt").status == 200


def test_reload_adds_and_removes_a_listener(serve, tmp_path):
    server = serve(files=FILES)
    first, second = server.address, str(tmp_path / "s")
    server.reload({"server": {"listen": ["127.0.0.1:0", "unix:" + second]}})
    for a in (first, second):
        with server.connect(address=a) as c:
            assert c.get("/a.txt").status == 200
    server.reload({"server": {"listen": "127.0.0.1:0"}})

    def gone():
        try:
            with server.connect(address=second):
                return False
        except (ConnectionRefusedError, FileNotFoundError):
            return True
    until("second listener closed", gone)
    assert server.get("/a.txt").status == 200


def test_ad_hoc_reload_keeps_its_rules(serve):
    server = serve(files=FILES, adhoc=True,
                   args=["-o", "server.listen=127.0.0.1:0", "www"],
                   wrap=["env", "--ignore-signal=HUP"])  # as nohup does
    server.reload()
    assert re.match("no-cache", server.get("/a.txt").get("Cache-Control"))

# SPDX-License-Identifier: MIT
"""[header] and [cache] rules on every kind of answer; CORS; explain-header."""
import pytest

FILES = {"index.html": "<!doctype html><title>x</title>\n", "a.css": "a{}\n",
         "b.txt": "b" * 100, "dir/x.txt": "x\n", "404.html": "gone\n"}

RULES = """
[cache *]
Cache-Control = max-age=60
Expires = access plus 60s
[header *]
X-All = yes
[header /dir/*]
X-Dir = yes
X-All = dir
[header *]
when-type = text/css
X-Css = yes
[header *]
when-status = 404
X-Gone = yes
Cache-Control = max-age=5
[header *]
when-status = 301
X-Moved = yes
[header *]
when-status = 206
X-Part = yes
[header *]
when-status = 304
X-Same = yes
[header *]
when-status = 200
X-Ok = yes
[header /b.txt]
remove = Server X-All Accept-Ranges
[redirect /old]
to = /new
status = 301
"""


@pytest.fixture
def ruled(serve):
    return serve(conf={"server": {"error-404": "/404.html"}}, files=FILES,
                 rules=RULES)


def test_by_path(ruled):
    assert ruled.get("/index.html").get("X-All") == "yes"
    r = ruled.get("/dir/x.txt")
    assert r.all("X-All") == ["dir"] and r.get("X-Dir") == "yes"
    r = ruled.get("/b.txt")
    for name in ("Server", "X-All", "Accept-Ranges"):
        assert not r.has(name), name
    assert ruled.get("/a.css").has("Server")


def test_by_type(ruled):
    assert ruled.get("/a.css").get("X-Css") == "yes"
    assert not ruled.get("/b.txt").has("X-Css")


def test_by_status(ruled):
    ok = ruled.get("/b.txt")
    assert ok.has("X-Ok") and not ok.has("X-Part") and not ok.has("X-Same")
    part = ruled.get("/b.txt", Range="bytes=0-1")
    assert part.status == 206
    # RFC 9110 15.3.7, 15.4.5: the same representation, so the 200's rules too
    assert part.has("X-Part") and part.has("X-Ok")
    many = ruled.get("/b.txt", Range="bytes=0-1,90-91,5-")
    assert many.has("X-Part") or many.status == 200
    same = ruled.get("/b.txt", If_None_Match=ok.etag)
    assert same.status == 304
    assert same.has("X-Same") and same.has("X-Ok") and not same.has("X-Part")
    assert same.get("Cache-Control") == ok.get("Cache-Control")


def test_on_errors(ruled):
    """What [cache] says of files is not said of their absence."""
    r = ruled.get("/dir/nothing")
    assert r.status == 404 and r.body == b"gone\n"
    assert r.get("X-All") == "dir" and r.get("X-Gone") == "yes"
    assert r.get("Cache-Control") == "max-age=5"
    assert not r.has("Expires") and not r.has("X-Ok")
    r = ruled.request("DELETE", "/dir/x.txt")
    assert (r.status, r.get("X-Dir")) == (405, "yes")
    assert not r.has("Cache-Control") and not r.has("Expires")
    r = ruled.get("/b.txt", Range="bytes=1000-")
    assert r.status == 416 and not r.has("Cache-Control")
    assert not r.has("Server") and not r.has("X-All")
    r = ruled.get("/index.html", If_Match='"x"')
    assert (r.status, r.get("X-All")) == (412, "yes")
    with ruled.connect() as c:
        c.send("GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n")
        r = c.read_response()
        assert (r.status, r.get("X-All")) == (400, "yes")


def test_on_redirects(ruled):
    for path in ("/old", "/dir"):
        r = ruled.get(path)
        assert r.status == 301 and len(r.all("Location")) == 1
        assert r.get("X-All") == "yes" and r.get("X-Moved") == "yes"
        assert r.get("Cache-Control") == "max-age=60" and r.has("Expires")


def test_plain_errors(serve):
    s = serve(files=FILES, rules=RULES)
    r = s.get("/nothing")
    assert r.get("X-Gone") == "yes" and r.get("Cache-Control") == "max-age=5"
    assert not r.has("Expires")


def test_type_can_be_set_and_removed(serve):
    s = serve(files=FILES, rules="[header /a.css]\nContent-Type = text/plain\n"
              "X-Content-Type-Options = off\nServer = mine\n")
    r = s.get("/a.css")
    assert r.all("Content-Type") == ["text/plain"]
    assert r.all("Server") == ["mine"]
    assert r.all("X-Content-Type-Options") == ["off"]


def test_rules_of_hosts(serve):
    """Any of a site's names is the site's."""
    s = serve(files=FILES, rules="[host a.example www.a.example]\nindex = off\n"
              "[header //www.a.example/*]\nX-A = 1\n"
              "[header //b.example/*]\nX-B = 1\n")
    for host, a in (("a.example", True), ("www.a.example:80", True),
                    ("b.example", False)):
        with s.connect() as c:
            for target in ("/b.txt", "/nothing"):
                r = c.request("GET", target, host=host)
                assert r.has("X-A") == a and not r.has("X-B"), host


def test_vary_names_nothing_twice(serve):
    """The union of the server's own choice and the rules (RFC 9110 12.5.5)."""
    s = serve(files={name + ".css": "a { color: red }\n" * 50
                     for name in "abcd"},
              rules="[header /a.css]\nVary = origin, accept-encoding\n"
                    "[header /b.css]\nVary = *\n"
                    "[header /c.css]\nVary = Accept-Encoding-Not\n"
                    "[header /d.css]\nremove = Vary\n")
    for name, want in (("/a.css", "origin, accept-encoding"), ("/b.css", "*"),
                       ("/c.css", "Accept-Encoding, Accept-Encoding-Not"),
                       ("/d.css", "Accept-Encoding")):
        tag = s.get(name).etag
        for r in (s.get(name), s.get(name, If_None_Match=tag),
                  s.get(name, If_Match='"x"'), s.get(name, Range="bytes=0-1")):
            value, = r.all("Vary")
            names = value.split(", ")
            if r.status == 412 and want != "*":  # a page of our own
                names.remove("Accept-Language")
            assert ", ".join(names) == want, (name, r)


CORS = """
[header /api/*]
Access-Control-Allow-Origin = *
Access-Control-Allow-Methods = GET, HEAD
Access-Control-Allow-Headers = X-Token
Access-Control-Max-Age = 600
Vary = Origin
"""
ASK = [("Origin", "https://app.example"),
       ("Access-Control-Request-Method", "GET"),
       ("Access-Control-Request-Headers", "x-token")]


def test_preflight(serve):
    s = serve(files={"api/x.json": "{}\n", "y.json": "{}\n"}, rules=CORS)
    r = s.request("OPTIONS", "/api/x.json", ASK)
    assert r.status == 204 and r.body == b""
    assert r.get("Access-Control-Allow-Origin") == "*"
    assert r.get("Access-Control-Allow-Methods") == "GET, HEAD"
    assert r.get("Access-Control-Allow-Headers") == "X-Token"
    assert r.get("Access-Control-Max-Age") == "600"
    assert r.tokens("Vary") == ["origin"]
    assert not r.has("Content-Type") and not r.has("Content-Length")
    assert s.log(1)[0]["reason"] == "cors preflight"
    # the answer itself may be read, too
    r = s.get("/api/x.json", Origin="https://app.example")
    assert r.get("Access-Control-Allow-Origin") == "*"
    assert s.get("/api/x.json", If_None_Match=r.etag).has(
        "Access-Control-Allow-Origin")
    assert s.get("/api/none.json").has("Access-Control-Allow-Origin")
    # elsewhere nothing is allowed
    r = s.request("OPTIONS", "/y.json", ASK)
    assert (r.status, r.get("Allow")) == (204, "GET, HEAD, OPTIONS")
    assert not r.has("Access-Control-Allow-Origin")
    assert s.request("OPTIONS", "/api/x.json").status == 204
    assert s.request("OPTIONS", "*").status == 204
    reasons = [e["reason"] for e in s.log(7)]
    assert reasons.count("options") == 3
    assert reasons.count("cors preflight") == 1


def test_explain_header(serve):
    s = serve(conf={"server": {"explain-header": "on",
                               "error-405": "/404.html", "listing": "on"}},
              files=FILES, rules=RULES)
    line = [n for n, t in enumerate(s.file.read_text().split("\n"), 1)
            if t == "[cache *]"][0]
    rule = "; rule etagd.ini:%d" % line
    r = s.get("/b.txt")
    assert r.get("Etagd-Explain") == (
        "200; new; RFC 9110 15.3.1: no precondition, the whole file" + rule)
    e = s.get("/b.txt", If_None_Match=r.etag).get("Etagd-Explain")
    assert e == "304; tag matches; RFC 9110 13.1.2, 13.2.2 step 3" + rule
    e = s.get("/b.txt", Range="bytes=0-0").get("Etagd-Explain")
    assert e.startswith("206; range; RFC 9110 14.2") and e.endswith(rule)
    assert s.get("/b.txt", Range="bytes=0-1,98-99").has("Etagd-Explain")
    r = s.get("/nothing")
    assert r.get("Etagd-Explain") == "404; no such file; RFC 9110 15.5.5"
    assert b"There is no such file here." in r.body
    assert s.get("/%00").get("Etagd-Explain").startswith("400; target-nul; ")
    assert s.get("/old").get("Etagd-Explain").startswith("301; redirect rule")
    assert s.get("/dir/").get("Etagd-Explain").startswith("200; listing; ")
    assert s.request("DELETE").get("Etagd-Explain").startswith("405; method")
    assert s.request("OPTIONS").get("Etagd-Explain").startswith("204; options")


def test_explain_header_is_off(serve):
    assert not serve(files=FILES).get("/").has("Etagd-Explain")

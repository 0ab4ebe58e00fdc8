# SPDX-License-Identifier: MIT
"""Sites: hosts, aliases, redirects, fallback file, error pages, links, names."""
import os
import socket

import pytest

import harness

HOSTS = """
[host a.example www.a.example]
root = {0}/a
[host *.b.example]
root = {0}/b
[host deep.b.example]
root = {0}/deep
[host [::1]]
root = {0}/six
"""


def folders(tmp_path, *names):
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text("site %s\n" % name)
    os.chmod(tmp_path, 0o755)
    return tmp_path


@pytest.fixture
def hosts(serve, tmp_path):
    folders(tmp_path, "a", "b", "deep", "six")

    def start(**conf):
        return serve(conf=conf, rules=HOSTS.format(tmp_path),
                     files={"index.html": "site default\n"})
    return start


def ask(server, host, target="/", version="1.1", method="GET"):
    with server.connect() as c:
        c.send("%s %s HTTP/%s\r\n%sConnection: close\r\n\r\n" % (
            method, target, version, "Host: %s\r\n" % host if host is not None
            else ""))
        return c.read_response(method)


@pytest.mark.parametrize("host, site", (
    ("a.example", "a"), ("A.Example", "a"), ("www.a.example:8080", "a"),
    ("a.example.", "a"), ("x.a.example", "default"),
    ("x.b.example", "b"), ("y.x.b.example", "b"), ("b.example", "default"),
    ("deep.b.example", "deep"), ("[::1]:80", "six"),
    ("127.0.0.1", "default"), ("unknown.example", "default")))
def test_hosts(hosts, host, site):
    assert ask(hosts(), host).body == b"site %s\n" % site.encode()


def test_all_hosts_of_one_server(hosts):
    s = hosts(server={"unknown-host": "refuse"})
    for host, status in (("a.example", 200), ("unknown.example", 421),
                         ("x.b.example", 200), ("b.example", 421)):
        r = ask(s, host)
        assert r.status == status, host
    # 15.5.20 is about the authority: without one there is nothing unknown
    assert ask(s, None, version="1.0").status == 200
    # RFC 9112 3.2.2: the target's authority wins over Host
    assert ask(s, "unknown.example", "http://a.example/").body == b"site a\n"
    assert ask(s, "a.example", "http://unknown.example/").status == 421


ALIASES = """
[alias /static/]
root = {0}/static
[alias /static/deep/]
root = {0}/deep
"""


def test_aliases(serve, tmp_path):
    folders(tmp_path, "static", "deep")
    (tmp_path / "static" / "a b.txt").write_text("static file\n")
    (tmp_path / "outside.txt").write_text("not served\n")
    s = serve(rules=ALIASES.format(tmp_path),
              files={"static/hidden.txt": "behind the alias\n",
                     "staticfile.txt": "beside\n", "index.html": "root\n"})
    assert s.get("/static/a%20b.txt").body == b"static file\n"
    assert s.get("/static/").body == b"site static\n"
    assert s.get("/static/deep/").body == b"site deep\n"
    assert s.get("/static/hidden.txt").status == 404
    assert s.get("/staticfile.txt").body == b"beside\n"
    assert s.get("/static/../index.html").body == b"root\n"
    assert s.get("/static/%2e%2e/outside.txt").status == 404
    assert s.get("/static/..%2foutside.txt").status == 404
    for path, to in (("/static", "/static/"), ("/static?a=b", "/static/?a=b"),
                     ("/static/deep", "/static/deep/")):
        r = s.get(path)
        assert (r.status, r.get("Location")) == (301, to)


def test_alias_follows_changes(serve, tmp_path):
    folders(tmp_path, "static", "deep")
    s = serve(rules=ALIASES.format(tmp_path))
    one = s.get("/static/index.html")
    (tmp_path / "static" / "index.html").write_text("another text\n")
    two = s.get("/static/index.html")
    assert two.body == b"another text\n" and one.etag != two.etag


REDIRECTS = """
[redirect /old/*]
to = /new/$1
[redirect /301]
to = /new/x?own=1
status = 301
[redirect /302]
to = https://example.org/a#part
status = 302
[redirect /303]
to = /x
status = 303
[redirect /307/*]
to = http://example.org/$1/end
status = 307
[redirect *.php]
to = /$1.html
status = 308
[redirect /open*]
to = /$1
"""


@pytest.mark.parametrize("target, status, location", (
    ("/old/a/b.txt", 308, "/new/a/b.txt"),
    ("/old/", 308, "/new/"),
    ("/old/there.txt", 308, "/new/there.txt"),
    ("/old/x?q=1&r=2", 308, "/new/x?q=1&r=2"),
    ("/old/x?", 308, "/new/x?"),
    ("/old/%C3%A9%20%22", 308, "/new/%C3%A9%20%22"),
    ("/old/a%3Fb", 308, "/new/a%3Fb"),
    ("/old/%0d%0aX:%20y", 400, None),
    ("/301?q=1", 301, "/new/x?own=1&q=1"),
    ("/302?q=1", 302, "https://example.org/a?q=1#part"),
    ("/303", 303, "/x"),
    ("/307/a", 307, "http://example.org/a/end"),
    ("/deep/in/page.php", 308, "/page.html"),
    # two slashes in front would be another host
    ("/open/evil.example", 308, "/evil.example"),
    ("/open%5Cevil.example", 308, "/%5Cevil.example"),
))
def test_redirects(serve, target, status, location):
    s = serve(rules=REDIRECTS, files={"old/there.txt": "hidden by the rule\n"})
    for method in ("GET", "HEAD"):
        r = s.request(method, target)
        assert (r.status, r.get("Location")) == (status, location)
    if location:
        assert s.log(2)[0]["reason"] == "redirect rule"
        assert not r.has("ETag") and not r.has("Last-Modified")


def test_redirects_of_content(serve):
    """307 and 308 keep the method, so there is one to keep (RFC 9110 15.4.8,
    15.4.9); what asks about the server is answered by it."""
    s = serve(rules=REDIRECTS, files={"a.txt": "a\n"})
    with s.connect() as c:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            r = c.request(method, "/old/x?q", {"Content-Length": "7"},
                          body=b"content")
            assert (r.status, r.get("Location")) == (308, "/new/x?q")
            assert c.request(method, "/a.txt").status == 405
        assert c.request("OPTIONS", "/old/x").status == 204
        assert c.request("TRACE", "/old/x").status == 405
        assert c.request("PROPFIND", "/old/x").status == 501
        assert c.lives("/a.txt")
    assert s.log(1)[0]["reason"] == "redirect rule"
    # nobody waits for 100 (10.1.1), and the answer says where to send it
    with s.connect() as c:
        c.send(b"POST /old/x HTTP/1.1\r\nHost: localhost\r\n"
               b"Expect: 100-continue\r\nContent-Length: 7\r\n\r\n")
        r = c.read_response()
        assert r.status == 308 and r.closes and not r.interim


def test_redirect_too_long_for_a_field(serve):
    s = serve(conf={"limits": {"target": "60k", "line": "64k",
                               "head": "128k"}}, rules=REDIRECTS)
    with s.connect() as c:
        assert c.request("GET", "/old/x?" + "&" * 5000).status == 308
        assert c.request("GET", "/old/x?" + "&" * 50000).status == 414
        assert c.lives("/")


def test_redirects_of_one_host(serve, tmp_path):
    folders(tmp_path, "a")
    s = serve(rules="[host a.example]\nroot = %s/a\n[redirect /x]\nto = /all\n"
              "[redirect //a.example/x]\nto = /a-only\n" % tmp_path)
    assert ask(s, "a.example", "/x").get("Location") == "/a-only"
    assert ask(s, "other.example", "/x").get("Location") == "/all"


# -- fallback

SPA = {"index.html": "<!doctype html><title>App</title>\n", "app.js": "x = 1\n",
       "folder/page.txt": "p\n"}


def test_fallback(serve):
    s = serve(conf={"server": {"fallback": "/index.html"}}, files=SPA,
              rules="[cache *.html]\nCache-Control = no-cache\n"
                    "[cache /users/*]\nCache-Control = max-age=99\n")
    own = s.get("/index.html")
    for path in ("/users/7", "/users/", "/a.html", "/b.HTM", "/folder/",
                 "/caf%C3%A9"):
        r = s.get(path)
        assert (r.status, r.body) == (200, own.body), path
        # it is the file's own representation, with its own tag and rules
        assert (r.etag, r.get("Cache-Control")) == (own.etag, "no-cache")
        assert s.get(path, If_None_Match=r.etag).status == 304
    assert s.request("HEAD", "/users/7").status == 200
    r = s.get("/users/7", Range="bytes=0-3")
    assert (r.status, r.body) == (206, own.body[:4])
    for path in ("/missing.js", "/a/missing.png", "/x.7", "/app.js.map"):
        assert s.get(path).status == 404, path
    assert s.request("POST", "/users/7").status == 405
    assert s.request("OPTIONS", "/users/7").status == 204
    assert s.get("/.hidden/x").status == 404
    assert s.log(2, lambda e: e["target"] == "/users/7" and
                 e["reason"] == "fallback file")


def test_fallback_follows_changes(serve):
    s = serve(conf={"server": {"fallback": "/app.html"}}, files={"x": "x"})
    assert s.get("/route").status == 404
    s.tree.write("app.html", "one\n")
    assert s.get("/route").body == b"one\n"
    s.tree.replace("app.html", "two, longer\n")
    assert s.get("/route").body == b"two, longer\n"
    s.tree.write("route", "a file now\n")
    assert s.get("/route").body == b"a file now\n"
    os.unlink(s.tree.path("route"))
    os.unlink(s.tree.path("app.html"))
    assert s.get("/route").status == 404


# -- error pages

PAGES = {"404.html": "<!doctype html><title>Gone?</title>\n",
         "e/400.txt": "bad request \u00e9\n", "405.json": "{\"e\": 405}\n",
         "416.html": "range\n", "408.html": "slow\n", "413.html": "large\n",
         "big.html": b"<p>" + b"b" * 100000, "hello.txt": "hello\n"}
ERRORS = {"error-404": "/404.html", "error-400": "/e/400.txt",
          "error-405": "/405.json", "error-416": "/416.html",
          "error-408": "/408.html", "error-413": "/413.html",
          "error-431": "/big.html", "error-501": "/missing.html"}


@pytest.fixture
def pages(serve):
    return serve(conf={"server": ERRORS, "timeouts": {"head": "200ms"}},
                 files=PAGES)


def own_page(r, status, text, kind):
    data = text.encode() if isinstance(text, str) else text
    assert (r.status, r.body, r.get("Content-Type")) == (status, data, kind)
    assert r.get("Cache-Control") == "no-store"
    assert not r.has("ETag") and not r.has("Last-Modified")
    assert not r.has("Accept-Ranges")


def test_error_pages(pages):
    html = "text/html; charset=utf-8"
    own_page(pages.get("/nothing"), 404, PAGES["404.html"], html)
    own_page(pages.get("/a%2Fb"), 404, PAGES["404.html"], html)
    own_page(pages.get("/%00"), 400, PAGES["e/400.txt"],
             "text/plain; charset=utf-8")
    own_page(pages.request("DELETE", "/hello.txt"), 405, PAGES["405.json"],
             "application/json")
    r = pages.get("/hello.txt", Range="bytes=99-")
    own_page(r, 416, PAGES["416.html"], html)
    assert r.get("Content-Range") == "bytes */6"
    # the page itself is a file like others
    assert pages.get("/404.html").status == 200
    r = pages.request("HEAD", "/nothing")
    assert r.status == 404 and r.body == b""
    assert r.get("Content-Length") == str(len(PAGES["404.html"]))
    # a page that is not there: the plain one, and no loop
    assert pages.request("BREW", "/").status == 501
    assert pages.get("/nothing", If_None_Match="*").status == 404


def test_error_pages_of_faults(pages):
    with pages.connect() as c:
        c.send("GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n")
        own_page(c.read_response(), 400, PAGES["e/400.txt"],
                 "text/plain; charset=utf-8")
        c.ends()
    with pages.connect() as c:
        c.send("GET / HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n" % ("b" * 9000))
        own_page(c.read_response(), 431, PAGES["big.html"],
                 "text/html; charset=utf-8")
    with pages.connect() as c:
        c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n")
        own_page(c.read_response(), 413, PAGES["413.html"],
                 "text/html; charset=utf-8")
    with pages.connect() as c:
        c.send("GET / HT")
        own_page(c.read_response(), 408, PAGES["408.html"],
                 "text/html; charset=utf-8")


def test_error_page_follows_changes(pages):
    assert pages.get("/x").body == PAGES["404.html"].encode()
    pages.tree.write("404.html", "in place\n")
    assert pages.get("/x").body == b"in place\n"
    pages.tree.replace("404.html", "by rename\n")
    assert pages.get("/x").body == b"by rename\n"
    os.unlink(pages.tree.path("404.html"))
    assert b"404" in pages.get("/x").body
    pages.await_line("W050")
    pages.tree.write("404.html", "back\n")
    assert pages.get("/x").body == b"back\n"


def test_error_pages_of_hosts(serve, tmp_path):
    folders(tmp_path, "a")
    (tmp_path / "a" / "no.html").write_text("a has no such file\n")
    s = serve(conf={"server": {"error-404": "/404.html"}},
              rules="[host a.example]\nroot = %s/a\nerror-404 = /no.html\n"
              % tmp_path, files=PAGES)
    assert ask(s, "a.example", "/x").body == b"a has no such file\n"
    assert ask(s, "a.example", "/%2F").body == b"a has no such file\n"
    assert ask(s, "b.example", "/x").body == PAGES["404.html"].encode()


# -- symbolic links

def link_tree(s):
    t = s.tree
    t.write("target.txt", "target\n")
    t.write("dir/file.txt", "in dir\n")
    t.symlink("same.txt", "target.txt")
    t.symlink("samedir", "dir")
    t.symlink("samedir2", "./dir/../samedir/")
    t.symlink("out.txt", "../etagd.ini")
    t.symlink("absolute.txt", str(t.path("target.txt")))
    t.symlink("loop", "loop")
    t.symlink("dangling", "nothing")
    t.symlink("dir/up.txt", "../target.txt")


@pytest.mark.parametrize("policy, follows", (
    ("beneath", True), ("none", False), ("owner", True)))
def test_links(serve, policy, follows):
    s = serve(conf={"server": {"symlinks": policy}})
    link_tree(s)
    for path, body in (("/same.txt", b"target\n"),
                       ("/samedir/file.txt", b"in dir\n"),
                       ("/samedir2/file.txt", b"in dir\n"),
                       ("/samedir/up.txt", b"target\n")):
        r = s.get(path)
        assert r.status == (200 if follows else 404), path
        assert not follows or r.body == body
    for path in ("/out.txt", "/absolute.txt", "/loop", "/dangling",
                 "/samedir/nothing", "/same.txt/x"):
        assert s.get(path).status == 404, path
    assert s.get("/target.txt").body == b"target\n"
    s.tree.write("target.txt", "changed!\n")
    if follows:
        assert s.get("/same.txt").body == b"changed!\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to give files away")
def test_links_of_other_owners(serve):
    s = serve(conf={"server": {"symlinks": "owner", "listing": "on"}})
    link_tree(s)
    t = s.tree
    os.chown(t.path("same.txt"), 65534, 65534, follow_symlinks=False)
    os.chown(t.path("samedir"), 65534, 65534, follow_symlinks=False)
    for path in ("/same.txt", "/samedir/file.txt", "/samedir2/file.txt"):
        assert s.get(path).status == 404, path
    assert {e["reason"] for e in s.log(3)} == {"symbolic link"}
    assert b'"same.txt"' not in s.get("/").body
    # both are one owner's again
    os.chown(t.path("target.txt"), 65534, 65534)
    assert s.get("/same.txt").body == b"target\n"
    assert s.get("/dir/up.txt").status == 404
    os.chown(t.path("dir/up.txt"), 65534, 65534, follow_symlinks=False)
    assert s.get("/dir/up.txt").body == b"target\n"
    # a chain: every link's owner counts
    t.symlink("chain", "same.txt")
    assert s.get("/chain").status == 404
    os.chown(t.path("chain"), 65534, 65534, follow_symlinks=False)
    assert s.get("/chain").body == b"target\n"


# -- names

NAMES = ("a b.txt", "caf\u00e9.txt", "\U0001f600.txt", "100%.txt", "q?m.txt",
         "h#h.txt", "quote'\".txt", "<b>&amp;.txt", "plus+.txt", "semi;colon.txt",
         "back\\slash.txt", "x:y.txt", "-dash", "~tilde", "b" * 255)


@pytest.mark.parametrize("name", NAMES)
def test_names(serve, name):
    from urllib.parse import quote
    s = serve(files={name: "here\n", "d/" + name + "/index.html"
                     if len(name) < 255 else "d/x": "dir\n"})
    assert s.get("/" + quote(name)).body == b"here\n"
    every = "".join("%%%02x" % b for b in name.encode())
    if len(every) < 900:
        assert s.get("/" + every).body == b"here\n"
    if len(name) < 255:
        r = s.get("/d/" + quote(name))
        assert r.status == 301
        assert s.get(r.get("Location")).body == b"dir\n"


@pytest.mark.parametrize("target, status", (
    ("//hello.txt", 200), ("/sub//file.txt", 200), ("/sub///", 404),
    ("/sub/./file.txt", 200), ("/sub/../hello.txt", 200),
    ("/sub/%2e%2e/hello.txt", 200), ("/../hello.txt", 400),
    ("/%2e%2e/%2e%2e/etc/passwd", 400),
    ("/sub%2Ffile.txt", 404), ("/hello.txt%00", 400), ("/%00", 400),
    ("/%0a", 400), ("/%7f", 400), ("/%", 400), ("/%4", 400), ("/%zz", 400),
    ("/%ff", 400), ("/%c0%af", 400), ("/%ed%a0%80", 400),
    ("/" + "n" * 256, 404), ("/" + "n" * 255, 404), ("/" + "n" * 8000, 404),
    ("/" + "n" * 256 + "/../hello.txt", 200),
    ("/sub/" + "/n" * 1500, 404), ("/hello.txt/", 404),
    ("/hello.txt/x", 404), ("/.git/config", 404), ("/sub/.env", 404),
    ("/...", 404), ("/hello.txt?", 200), ("/hello.txt?/../..", 200),
))
def test_targets(site_names, target, status):
    with site_names.connect() as c:
        r = c.request("GET", target)
        assert r.status == status, target
        assert c.lives("/hello.txt")


@pytest.mark.parametrize("length", (255, 256, 4090, 4200, 7900))
def test_names_that_no_file_can_have(serve, length):
    """What has no file may still have a redirect, or a page that stands in."""
    s = serve(files={"index.html": "stands in\n"}, conf={
        "server": {"fallback": "/index.html"}},
        rules="[redirect /old/*]\nto = /new/$1\n")
    name = "x" * length
    for target in ("/" + name, "/app/" + name, "/" + name + "/x"):
        assert s.get(target).body == b"stands in\n"
        assert s.get(target).body == b"stands in\n"  # known by now
    assert s.get("/" + name + ".js").status == 404
    r = s.get("/old/" + name)
    assert r.status == 308 and r.get("Location") == "/new/" + name


def test_redirects_of_the_longest_targets(serve):
    s = serve(conf={"limits": {"target": "64k", "head": "128k"}},
              rules="[redirect /old/*]\nto = /new/$1\n")
    for length in (8300, 9000, 20000, 60000, 65536 - 5):
        r = s.get("/old/" + "x" * length)
        assert r.status == (308 if length == 8300 else 414), length


@pytest.fixture(scope="module")
def site_names():
    s = harness.Server(files={"hello.txt": "hello\n", "sub/file.txt": "f\n",
                              ".git/config": "secret\n", "sub/.env": "s\n"})
    yield s
    try:
        s.stop()
    finally:
        s.cleanup()


def test_a_socket_and_a_fifo_are_no_files(serve):
    s = serve()
    os.mkfifo(s.tree.path("fifo"))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(s.tree.path("sock")))
        assert s.get("/fifo").status == 403
        assert s.get("/sock").status == 403


def test_content_without_a_size(serve):
    """Files of /proc say that they are empty; the empty answer was a lie, and had
    a strong tag."""
    s = serve(files={"empty.txt": ""},
              rules="[alias /kernel/]\nroot = /proc/sys/kernel\n")
    assert open("/proc/sys/kernel/osrelease").read()
    assert os.stat("/proc/sys/kernel/osrelease").st_size == 0
    for _ in range(2):
        r = s.get("/kernel/osrelease")
        assert (r.status, r.etag) == (403, None), r
    r = s.get("/empty.txt")
    assert (r.status, r.body) == (200, b""), r
    told = harness.run("explain", "-c", s.file, "/kernel/osrelease").stdout
    assert "403 not a file" in told, told

# SPDX-License-Identifier: MIT
"""Directory listings: HTML for people, JSON for programs."""
import ctypes
import html.parser
import json
import os
import signal
import struct
import time
from urllib.parse import quote, unquote, urljoin

import pytest

from harness import halt, until

FILES = {
    "list/b.txt": "b" * 1234, "list/A.txt": "a\n", "list/sub/x.txt": "x\n",
    "list/z dir/y.txt": "y\n", "list/caf\u00e9.txt": "c\n",
    "list/<script>alert(1)<&>\"'.txt": "quoted\n", "list/a:b.txt": "colon\n",
    "list/100%25.txt": "percent\n", "list/q?x#y.txt": "marks\n",
    "list/back\\slash.txt": "back\n",
    "list/.hidden": "hidden\n", "indexed/index.html": "index\n",
    "top.txt": "top\n",
}


class Page(html.parser.HTMLParser):
    """Links with their texts: those of the way here and of the columns' heads
    (ways), those of what is listed; and every tag."""

    def __init__(self, text):
        super().__init__()
        self.ways, self.links, self.tags, self.inside = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.inside = dict(attrs)["href"]
            self.links.append([self.inside, ""])

    def handle_endtag(self, tag):
        if tag == "a":
            self.inside = None
        if tag == "thead":
            self.ways, self.links = self.links, []

    def handle_data(self, data):
        if self.inside is not None:
            self.links[-1][1] += data


@pytest.fixture
def listed(serve):
    return serve(conf={"server": {"listing": "on"}}, files=FILES)


def names(r):
    return [e["name"] for e in json.loads(r.body)["entries"]]


def test_names_turn_nothing_round_but_themselves(serve):
    """U+202E and its kind (Unicode TR36 2.3)."""
    name = "photo\u202egnp.exe"
    server = serve(files={"d\u202e/%s" % name: "x"},
                   conf={"server": {"listing": "on"}})
    page = server.get(quote("/d\u202e/")).body.decode()
    assert "<bdi>%s</bdi>" % name in page
    assert "/</a><bdi>d\u202e</bdi>/</h1>" in page
    assert "<title>\u2068/d\u202e/\u2069</title>" in page


def test_off_by_default(serve):
    s = serve(files=FILES)
    assert s.get("/list/").status == 404
    assert s.get("/list").status == 301


def test_page(listed):
    r = listed.get("/list/")
    assert r.status == 200
    assert r.get("Content-Type") == "text/html; charset=utf-8"
    assert r.get("Cache-Control") == "no-cache"
    assert r.tokens("Vary") == ["accept", "accept-language"]
    assert not r.has("ETag") and not r.has("Last-Modified")
    page = Page(r.body.decode())
    tags = [t for t, _ in page.tags]
    # what a browser and a screen reader need
    assert ("html", {"lang": "en"}) in page.tags
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) \
        in page.tags
    for tag in ("title", "h1", "main", "table", "caption", "thead", "th"):
        assert tag in tags, tag
    assert "script" not in tags and "img" not in tags
    assert all(a.get("scope") in ("col", "row")
               for t, a in page.tags if t == "th")
    assert page.links[0] == ["../", "Parent directory"]
    shown = [text for _, text in page.links[1:]]
    assert shown[:2] == ["sub/", "z dir/"]
    assert shown[2:] == sorted(shown[2:], key=lambda n: n.lower().encode())
    assert len(shown) == len([f for f in FILES if f.startswith("list/")]) - 1
    for href, text in page.links[1:]:
        assert unquote(href) == text
        assert listed.get(urljoin("/list/", href)).status in (200, 404), href
        if not href.endswith("/"):
            assert listed.get(urljoin("/list/", href)).status == 200, href
    assert b"<script>" not in r.body
    assert ("data", {"value": "1234"}) in page.tags
    assert b">1.2 kB<" in r.body


ORDERS = {"Name": ("./", "?sort=name&order=desc"),
          "Size": ("?sort=size&order=desc", "?sort=size"),
          "Changed (UTC)": ("?sort=date&order=desc", "?sort=date")}


def test_links_of_the_way_and_of_columns(listed):
    """Followed: each is what it says; the same in Chinese, and for
    programs."""
    os.makedirs(listed.tree.path("list/sub/deep er"))
    for name, size, second in (("a", 300, 2), ("b", 20, 3), ("c", 1000, 1)):
        listed.tree.write("list/sub/deep er/" + name, "x" * size,
                          mtime=10**9 + second)
    at = "/list/sub/deep%20er/"
    page = Page(listed.get(at).body.decode())
    assert [text for _, text in page.ways] == ["/", "list", "sub", *ORDERS]
    assert [urljoin(at, href) for href, _ in page.ways[:3]] == [
        "/", "/list/", "/list/sub/"]
    seen = {}
    for column, (first, second) in ORDERS.items():
        for href in (first, second):
            r = listed.get(urljoin(at, href))
            assert r.status == 200 and not r.has("ETag")
            assert r.tokens("Vary") == ["accept", "accept-language"]
            page = Page(r.body.decode())
            seen[href] = "".join(text for _, text in page.links[1:])
            then = dict((text, href) for href, text in page.ways)
            assert then[column] == (second if href == first else first)
            down = ("desc" in href)
            assert [a["aria-sort"] for t, a in page.tags
                    if "aria-sort" in a] == ["descending" if down
                                             else "ascending"]
            chinese = Page(listed.get(urljoin(at, href), Accept_Language="zh")
                           .body.decode())
            assert [h for h, _ in chinese.ways] == [h for h, _ in page.ways]
            assert chinese.links[1:] == page.links[1:]
            assert "".join(names(listed.get(
                urljoin(at, href), Accept="application/json"))) == seen[href]
    assert seen == {"./": "abc", "?sort=name&order=desc": "cba",
                    "?sort=size&order=desc": "cab", "?sort=size": "bac",
                    "?sort=date&order=desc": "bac", "?sort=date": "cab"}


def test_root_has_no_parent(listed):
    page = Page(listed.get("/").body.decode())
    assert [h for h, _ in page.links] == ["indexed/", "list/", "top.txt"]


def test_json(listed):
    s = listed
    os.utime(s.tree.path("list/b.txt"), (1000000000, 1000000000))
    r = s.get("/list/", Accept="application/json")
    assert r.get("Content-Type") == "application/json"
    found = json.loads(r.body)
    assert found["path"] == "/list/" and found["cut"] is False
    b = [e for e in found["entries"] if e["name"] == "b.txt"][0]
    assert b == {"name": "b.txt", "href": "b.txt", "type": "file",
                 "size": 1234, "modified": "2001-09-09T01:46:40Z"}
    sub = [e for e in found["entries"] if e["name"] == "sub"][0]
    assert (sub["type"], sub["href"]) == ("directory", "sub/")
    want = {f.split("/")[1] for f in FILES if f.startswith("list/")}
    assert set(names(r)) == want - {".hidden"}


@pytest.mark.parametrize("accept, kind", (
    (None, "text/html"), ("*/*", "text/html"), ("text/html", "text/html"),
    ("application/json", "application/json"),
    ("text/html;q=0.5, application/json", "application/json"),
    ("application/*, text/html;q=0.9", "application/json"),
    ("application/json;q=0.5, text/*", "text/html"),
    ("text/html, application/json", "text/html"),
    ("image/png", "text/html"), ("application/json;q=0, */*", "text/html")))
def test_form_by_accept(listed, accept, kind):
    r = listed.get("/list/", **({"Accept": accept} if accept else {}))
    assert r.get("Content-Type").startswith(kind)
    assert r.tokens("Vary") == ["accept", "accept-language"]


def test_methods_and_conditions(listed):
    get = listed.get("/list/")
    head = listed.request("HEAD", "/list/")
    assert head.get("Content-Length") == str(len(get.body))
    assert head.body == b""
    assert listed.request("POST", "/list/").status == 405
    assert listed.get("/list/", If_None_Match='"x"').status == 200
    r = listed.get("/list/", If_None_Match="*")
    assert (r.status, r.tokens("Vary")) == (304, ["accept", "accept-language"])
    assert listed.get("/list/", If_Match='"x"').status == 412
    assert listed.get("/list/", Range="bytes=0-3").status == 200
    assert listed.log(1, lambda e: e["status"] == 200)[0]["reason"] == "listing"


def test_index_wins_and_redirect(listed):
    assert listed.get("/indexed/").body == b"index\n"
    r = listed.get("/list")
    assert (r.status, r.get("Location")) == (301, "/list/")
    assert listed.get("/nothing/").status == 404
    assert listed.get("/top.txt/").status == 404
    assert listed.get("/.hidden/").status == 404


def test_listing_follows_changes(listed):
    def now():
        return names(listed.get("/list/sub/", Accept="application/json"))
    assert now() == ["x.txt"]
    listed.tree.write("list/sub/w.txt", "w\n")
    assert now() == ["w.txt", "x.txt"]
    os.unlink(listed.tree.path("list/sub/x.txt"))
    assert now() == ["w.txt"]
    listed.tree.write("list/sub/index.html", "index now\n")
    assert listed.get("/list/sub/").body == b"index now\n"


def odd_names(t):
    t.symlink("list/inside", "b.txt")
    t.symlink("list/insidedir", "sub")
    t.symlink("list/outside", "../../etagd.ini")
    t.symlink("list/dangling", "nothing")
    os.mkfifo(t.path("list/fifo"))
    open(os.fsencode(t.path("list")) + b"/latin-\xe9", "w").close()
    open(os.fsencode(t.path("list")) + b"/line\nfeed", "w").close()


def test_what_is_left_out(serve):
    s = serve(conf={"server": {"listing": "on"}}, files=FILES)
    odd_names(s.tree)
    shown = names(s.get("/list/", Accept="application/json"))
    assert {"inside", "insidedir"} < set(shown)
    assert not {"outside", "dangling", "fifo", ".hidden"} & set(shown)
    assert not [n for n in shown if "latin" in n or "feed" in n]


def test_what_other_policies_show(serve):
    s = serve(conf={"server": {"listing": "on", "symlinks": "none",
                               "dotfiles": "allow"}}, files=FILES)
    odd_names(s.tree)
    shown = names(s.get("/list/", Accept="application/json"))
    assert not {"inside", "insidedir"} & set(shown)
    assert ".hidden" in shown


def test_bounded(serve):
    s = serve(conf={"server": {"listing": "on", "workers": 1}},
              files={"many/%05d" % i: "" for i in range(2500)})
    found = json.loads(s.get("/many/", Accept="application/json").body)
    assert found["cut"] is True and len(found["entries"]) == 2000
    started = time.monotonic()
    r = s.get("/many/")
    assert time.monotonic() - started < 5
    assert b"the list is cut" in r.body


def test_odd_times(listed):
    os.utime(listed.tree.path("list/b.txt"), ns=(-10**18, -10**18))
    os.utime(listed.tree.path("list/A.txt"), (10**11, 10**11))
    found = json.loads(listed.get("/list/", Accept="application/json").body)
    times = {e["name"]: e["modified"] for e in found["entries"]}
    assert times["b.txt"].startswith("19")
    assert len(times["A.txt"]) == 20


def test_rules_on_listings(serve):
    s = serve(conf={"server": {"listing": "on"}}, files=FILES,
              rules="[cache /list/*]\nCache-Control = max-age=5\n"
                    "[header *]\nVary = Cookie\nX-Frame-Options = DENY\n")
    r = s.get("/list/")
    assert r.get("Cache-Control") == "max-age=5"
    assert r.tokens("Vary") == ["accept", "accept-language", "cookie"]
    assert r.get("X-Frame-Options") == "DENY"


def test_listing_below_an_alias_and_with_fallback(serve, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one.txt").write_text("1\n")
    os.chmod(tmp_path, 0o755)
    s = serve(conf={"server": {"listing": "on", "fallback": "/top.txt"}},
              files=FILES, rules="[alias /f/]\nroot = %s/files\n" % tmp_path)
    assert names(s.get("/f/", Accept="application/json")) == ["one.txt"]
    assert s.get("/nothing").body == b"top\n"


def test_listings_under_way_are_bounded(serve):
    """Readers that take nothing: one listing a connection, however many were
    asked for, and 32 MiB of them in all; then 503, until they have ended."""
    s = serve(conf={"server": {"listing": "on", "workers": 1}},
              files={"many/%s%05d" % ("n" * 240, i): "" for i in range(2000)})
    size = len(s.get("/many/").body)
    fit = (32 << 20) // size
    slow = [s.connect(rcvbuf=2048) for _ in range(fit)]
    for c in slow:
        c.send("GET /many/ HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        assert c.read_raw(12) == b"HTTP/1.1 200"
    refused = s.get("/many/")
    assert refused.status == 503, refused
    assert s.request("HEAD", "/many/").status == 503
    assert s.get("/one.txt").status == 404
    for c in slow:
        c.reset()
    until("room", lambda: s.get("/many/").status == 200)


def test_one_listing_a_turn(serve):
    """Many in one pipeline: one that asks meanwhile does not wait for all."""
    s = serve(conf={"server": {"listing": "on", "workers": 1}},
              files={"d/%d" % i: "" for i in range(50)})
    with s.connect() as one, s.connect() as other:
        other.get("/d/0")
        worker = s.workers()[0]
        halt(worker)
        one.send("GET /d/ HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        other.send("GET /d/0 HTTP/1.1\r\nHost: x\r\n\r\n")
        os.kill(worker, signal.SIGCONT)
        assert other.read_response().status == 200
        for _ in range(20):
            assert one.read_response().status == 200
    paths = [e["target"] for e in s.log(22)]
    assert paths.index("/d/0", 1) < 4, paths


def test_slow_reader_of_a_listing(serve):
    """Its bytes live until the last one is out, whatever else is listed."""
    s = serve(conf={"server": {"listing": "on", "workers": 1}},
              files={"many/%05d" % i: "" for i in range(2000)})
    with s.connect(rcvbuf=2048) as slow:
        slow.send("GET /many/ HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(3):
            other = s.get("/many/")
        assert slow.read_response().body == other.body


def opened(folder):
    """How often a folder is opened, told by the kernel: a function that says
    how many times since it was asked last."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.inotify_init1(os.O_NONBLOCK)
    assert fd >= 0
    assert libc.inotify_add_watch(fd, os.fsencode(str(folder)), 0x30) >= 0

    def times():
        try:
            data = os.read(fd, 1 << 20)
        except BlockingIOError:
            return 0
        n = at = 0
        while at < len(data):
            _, mask, _, length = struct.unpack_from("iIII", data, at)
            assert not mask & 0x4000, "events were lost"
            # IN_OPEN of the folder itself; two without an IN_CLOSE_NOWRITE in
            # between count as one
            n += bool(mask & 0x20 and not length)
            at += 16 + length
        return n
    return times


def test_who_asks_in_one_turn_shares_a_document(serve):
    """Neither memory nor the worker's time goes by the number of clients that
    want the same listing at once."""
    s = serve(conf={"server": {"listing": "on", "workers": 1}},
              files={"many/" + "n" * 100 + "%04d" % i: "" for i in range(1000)})
    first = s.get("/many/").body
    times = opened(s.tree.path("many"))
    clients = [s.connect() for _ in range(100)]
    for c in clients:
        assert c.get("/none").status == 404
    worker = s.workers()[0]
    halt(worker)
    for c in clients:
        c.send(b"GET /many/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    os.kill(worker, signal.SIGCONT)
    for c in clients:
        assert c.read_response().body == first
    assert 0 < times() < 50
    # and the next one sees what has come
    s.tree.write("many/new.txt", "new")
    assert b">new.txt<" in s.get("/many/").body


def test_many_that_list_leave_room_for_others(serve):
    """Pipelines of listings of folders of their own: each gets all of its own,
    in order, and somebody who asks for a file meanwhile is served between two
    of them, long before they are done."""
    files = {"d%d/n%04d" % (d, i): b"" for d in range(12) for i in range(600)}
    files["a.txt"] = b"a\n"
    s = serve(conf={"server": {"workers": 1, "listing": "on"}}, files=files)
    assert s.get("/a.txt").status == 200
    clients = [s.connect() for _ in range(12)]
    for d, c in enumerate(clients):
        c.send(b"GET /d%d/ HTTP/1.1\r\nHost: localhost\r\n"
               b"Accept: application/json\r\n\r\n" % d * 8)
    assert s.get("/a.txt").status == 200
    for c in clients:
        for _ in range(8):
            r = c.read_response()
            assert r.status == 200 and len(names(r)) == 600
    order = [e["target"] for e in s.log(98)]
    mine = [i for i, target in enumerate(order) if target == "/a.txt"][1]
    assert mine < 60, "the file came after %d listings" % (mine - 1)

# SPDX-License-Identifier: MIT
"""Which forms are made: those that a client would be sent, and no others."""
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import linter
from harness import until
from observing import fetch
from samples import parse, total
from wire import Connection

CODINGS = ("gzip", "zstd", "br")
BROWSER = "gzip, deflate, br, zstd"
TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(900))


def words(seed, n):
    """A text that takes brotli a while."""
    r = random.Random(seed)
    return " ".join("%x" % r.getrandbits(20) for _ in range(n // 6)).encode()


def unpacked(r):
    assert r.get("Content-Encoding") == "br"
    if not shutil.which("brotli"):
        pytest.skip("needs brotli")
    return subprocess.run(["brotli", "-dc"], input=r.body, check=True,
                          stdout=subprocess.PIPE).stdout


def settled(server, *names):
    """A file that was written a moment ago has no forms yet."""
    for name in names:
        s = os.stat(server.tree.path(name))
        until("%s rests" % name, lambda s=s: time.time() > s.st_ctime + 0.2)


class Counted:
    """A server that tells which forms it has made."""

    def __init__(self, serve, files, **conf):
        prepare = conf.pop("prepare", {})
        self.server = serve(files=files, conf={
            "server": {"workers": 1}, "prepare": prepare,
            "metrics": {"listen": "127.0.0.1:0"}}, **conf)
        self.port = self.find_port(0)
        self.ends = 0
        settled(self.server, *files)

    def find_port(self, since):
        return int(self.server.await_line(
            r"M144: metrics at http://127\.0\.0\.1:(\d+)/metrics",
            since).group(1))

    def made(self):
        found = parse(fetch(self.port, "/metrics").text)
        return {c: int(n) for c in CODINGS if (
            n := total(found, "etagd_coded_forms_total", coding=c))}

    def all_made(self):
        """What has been asked for up to now: one file more, in each coding,
        comes after it."""
        name = "end%d.txt" % self.ends
        self.server.tree.write(name, TEXT + b"%d" % self.ends)
        settled(self.server, name)
        for coding in CODINGS:
            self.server.coded("/" + name, coding)
        self.ends += 1
        return {c: n - self.ends for c, n in self.made().items()
                if n > self.ends}


@pytest.fixture
def counted(serve):
    return lambda files=None, **conf: Counted(
        serve, files or {"a.txt": TEXT}, **conf)


WOULD_BE_SENT = (
    (None, None), ("identity", None), ("gzip;q=0", None), ("deflate", None),
    ("br;q=0.1, identity", None), (BROWSER, "br"), ("gzip", "gzip"),
    ("deflate, gzip", "gzip"), ("gzip, br;q=0.9", "gzip"),
    ("zstd, gzip", "zstd"), ("*", "br"), ("br;q=0, *", "zstd"))


@pytest.mark.parametrize("method", ("GET", "HEAD"))
def test_what_a_client_would_be_sent(counted, method):
    """A file for each kind of client, and no form more than that."""
    c = counted({"%d.txt" % i: TEXT + b"%d" % i
                 for i in range(len(WOULD_BE_SENT))})

    def ask(i, accepts):
        fields = {} if accepts is None else {"Accept-Encoding": accepts}
        r = c.server.request(method, "/%d.txt" % i, fields)
        assert r.status == 200 and "accept-encoding" in r.tokens("Vary")
        return r.get("Content-Encoding")
    for i, (accepts, _) in enumerate(WOULD_BE_SENT * 3):
        ask(i % len(WOULD_BE_SENT), accepts)
    assert c.all_made() == {
        coding: sum(made == coding for _, made in WOULD_BE_SENT)
        for coding in CODINGS}
    for i, (accepts, made) in enumerate(WOULD_BE_SENT):
        assert ask(i, accepts) == made, accepts


def test_two_clients(counted):
    """The second one gets what there is, once, and then its own."""
    c = counted()
    gzip = c.server.coded("/a.txt", "gzip")
    first = c.server.get("/a.txt", Accept_Encoding=BROWSER)
    assert (first.etag, first.body) == (gzip.etag, gzip.body)
    until("br", lambda: c.server.get("/a.txt", Accept_Encoding=BROWSER).get(
        "Content-Encoding") == "br")
    assert c.all_made() == {"gzip": 1, "br": 1}
    assert c.server.get("/a.txt", Accept_Encoding="gzip").etag == gzip.etag
    assert not c.server.get("/a.txt").has("Content-Encoding")


def test_with_conditions(counted):
    """Whoever holds a form that is to be made needs none; a cache that holds
    the plain file is to get a better one, and meanwhile goes on with it."""
    one, two = counted(), counted()
    plain, br = (one.server.get("/a.txt").etag,
                 one.server.coded("/a.txt", "br").etag)
    for _ in range(3):
        r = two.server.get("/a.txt", Accept_Encoding=BROWSER, If_None_Match=br)
        assert r.status == 304 and r.etag == br
    assert two.all_made() == {}
    r = two.server.get("/a.txt", Accept_Encoding=BROWSER, If_None_Match=plain)
    assert r.status == 304 and r.etag == plain
    assert two.all_made() == {"br": 1}
    r = two.server.get("/a.txt", Accept_Encoding=BROWSER, If_None_Match=plain)
    assert r.status == 200 and r.get("Content-Encoding") == "br"


def test_from_what_others_made_to_the_best(counted):
    """Nor is it sent the second best while the best is begun."""
    c = counted()
    plain = c.server.get("/a.txt").etag
    c.server.coded("/a.txt", "gzip")
    r = c.server.get("/a.txt", Accept_Encoding=BROWSER, If_None_Match=plain)
    assert r.status == 304 and r.etag == plain
    until("br", lambda: c.server.get(
        "/a.txt", Accept_Encoding=BROWSER, If_None_Match=plain).get(
            "Content-Encoding") == "br")


def test_parts_are_of_the_plain_file(counted):
    c = counted()
    for fields in ({"Range": "bytes=0-9"}, {"Range": "bytes=99999999-"},
                   {"Range": "bytes=0-9", "If_Range": '"x"'}):
        c.server.get("/a.txt", Accept_Encoding=BROWSER, **fields)
    # If-Range of another file's tag is answered with the whole: identity's
    assert c.all_made() == {}


def test_a_sidecar_is_as_good(counted):
    c = counted({"a.txt": TEXT, "a.txt.br": b"any bytes\n"})
    for _ in range(3):
        r = c.server.get("/a.txt", Accept_Encoding=BROWSER)
        assert r.body == b"any bytes\n"
    assert c.all_made() == {}
    c.server.coded("/a.txt", "gzip")
    assert c.all_made() == {"gzip": 1}


def test_warm_makes_all(counted):
    c = counted({"a.txt": TEXT, "b.html": b"<p>" + TEXT},
                prepare={"warm": "*.html"})
    assert c.made() == dict.fromkeys(CODINGS, 1)
    for coding in CODINGS:
        r = c.server.get("/b.html", Accept_Encoding=coding)
        assert r.get("Content-Encoding") == coding
    c.server.get("/a.txt")
    assert c.all_made() == dict.fromkeys(CODINGS, 1)


def test_a_new_version_is_asked_for_anew(counted):
    c = counted()
    c.server.coded("/a.txt", "br")
    c.server.tree.write("a.txt", TEXT.upper())
    settled(c.server, "a.txt")
    assert c.server.get("/a.txt").body == TEXT.upper()
    assert c.all_made() == {"br": 1}
    c.server.coded("/a.txt", "br")
    assert c.all_made() == {"br": 2}


def test_a_young_file_keeps_what_was_asked_for(counted):
    """By the first of those who come while nothing is made of it yet."""
    c = counted({"b.txt": TEXT})
    c.server.tree.write("a.txt", TEXT)
    assert c.server.get("/a.txt", Accept_Encoding="br").status == 200

    def plain():
        assert not c.server.get("/a.txt").has("Content-Encoding")
        return c.made() == {"br": 1}
    until("br", plain)


def test_when_a_preparer_dies(counted):
    """What was asked for is made by the next one, whoever asks."""
    c = counted({"a.txt": words(1, 600000)})
    mark = c.server.mark()
    assert c.server.get("/a.txt", Accept_Encoding="br").status == 200
    os.kill(c.server.preparer(), signal.SIGKILL)
    c.server.await_line("W023", mark)
    before = c.made().get("br", 0)

    def plain():
        assert c.server.get("/a.txt").status == 200
        return c.made() == {"br": before + 1}
    until("br", plain)
    assert c.server.coded("/a.txt", "br")


def test_after_it_was_given_back(counted):
    """A page that was idle is read again; a form of it is made again, or was
    kept, for those alone that it is for."""
    c = counted(prepare={"give-back": "2s"})
    br = c.server.coded("/a.txt", "br")

    def entries():
        return total(parse(fetch(c.port, "/metrics").text),
                     "etagd_cache_entries")
    until("it has gone", lambda: entries() == 0)
    assert c.server.get("/a.txt").body == TEXT
    before = c.made()
    assert before == {"br": 1}
    again = c.server.coded("/a.txt", "br")
    assert (again.etag, again.body) == (br.etag, br.body)
    assert set(c.made()) == {"br"}


def test_of_a_file_whose_memory_is_gone(counted):
    """The bytes have been driven out: the file is read again for the second
    client's form."""
    files = {"a.txt": TEXT, **{"%d.bin" % i: os.urandom(400000)
                               for i in range(12)}}
    c = counted(files, prepare={"memory": "1m"})
    c.server.coded("/a.txt", "gzip")
    for i in range(12):
        assert c.server.get("/%d.bin" % i).status == 200
    assert c.server.coded("/a.txt", "br").get("Content-Encoding") == "br"


# -- a form that is there soon, and then a smaller one

def both_forms(server, target, coding="br"):
    """(first, small) of a file that takes the coder a while."""
    def soon():
        r = server.get(target, Accept_Encoding=coding)
        return r if r.get("Content-Encoding") == coding else None
    return until("a form", soon), server.coded(target, coding)


def test_one_soon_and_then_a_smaller_one(counted):
    files = {"a.txt": words(1, 250000)}
    one, two = counted(files), counted(files)
    first, small = both_forms(one.server, "/a.txt")
    assert first.etag == small.etag[:-1] + '1"' and not small.etag.startswith(
        "W/")
    assert len(small.body) < len(first.body) < 200000
    assert unpacked(first) == unpacked(small) == files["a.txt"]
    # by the node that has both, and by one that has none, whose first form is
    # as good as its small one
    for server in (one.server, two.server):
        for r in (first, small, small):
            for method in ("GET", "HEAD"):
                again = server.request(method, "/a.txt", {
                    "Accept-Encoding": BROWSER, "If-None-Match": r.etag})
                assert (again.status, again.etag) == (304, r.etag)
                linter.twin_304(r, again)
    assert two.made() == {}
    assert {(r.etag, r.body) for r in both_forms(two.server, "/a.txt")} == {
        (first.etag, first.body), (small.etag, small.body)}
    # of another file, or to one that does not take it, neither says anything
    for fields in ({"Accept-Encoding": "gzip"}, {}):
        for r in (first, small):
            assert one.server.request("GET", "/a.txt", {
                **fields, "If-None-Match": r.etag}).status == 200
    for server in (one.server, two.server):
        server.tree.write("a.txt", files["a.txt"][::-1])
        for r in (first, small):
            assert server.get("/a.txt", Accept_Encoding="br",
                              If_None_Match=r.etag).status == 200


def test_a_first_form_is_held_for_good(counted):
    """A cache in front that got it need not fetch the smaller one, and nobody
    takes it for one that would be stale."""
    c = counted({"a.txt": words(2, 400000)})
    first, small = both_forms(c.server, "/a.txt")
    mark = c.server.mark()
    for tag in (first.etag, small.etag) * 3:
        r = c.server.get("/a.txt", Accept_Encoding="br", If_None_Match=tag)
        assert r.status == 304 and r.etag == tag
    date = c.server.get("/a.txt", Accept_Encoding="br",
                        If_Modified_Since=first.get("Last-Modified"))
    assert date.status == 304
    assert not any("W090" in line for line in c.server.process.lines[mark:])
    c.server.stop()
    c.server.start()
    for tag in (first.etag, small.etag):
        r = c.server.get("/a.txt", Accept_Encoding="br", If_None_Match=tag)
        assert r.status == 304 and r.etag == tag


def test_a_first_form_that_is_the_smaller_one(counted):
    """Of a list of numbers: its bytes go on as the small form, by the tag of
    that, and both tags are confirmed."""
    c = counted({"n.txt": "".join("%d\n" % i for i in range(1, 90000))})
    first, small = both_forms(c.server, "/n.txt")
    assert first.body == small.body and first.etag != small.etag
    for tag in (first.etag, small.etag):
        r = c.server.get("/n.txt", Accept_Encoding="br", If_None_Match=tag)
        assert r.status == 304 and r.etag == tag


def test_a_download_of_the_first_form_is_whole(counted):
    """Though the small one has taken its place meanwhile."""
    c = counted({"a.txt": words(3, 600000)})
    target = "/a.txt"

    def ask():
        r = c.server.get(target, Accept_Encoding="br")
        return r if r.has("Content-Encoding") else None
    first = until("a form", ask)
    with Connection(("127.0.0.1", c.server.port), rcvbuf=2048) as slow:
        slow.send("GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                  "Accept-Encoding: br\r\n\r\n")
        until("the small form", lambda: ask().etag != first.etag)
        r = slow.read_response(target=("localhost", target))
        assert r.status == 200
        if r.etag == first.etag:
            assert r.body == first.body
        assert unpacked(r) == unpacked(first)

# SPDX-License-Identifier: MIT
"""Ranges over the wire: multipart bodies, large files, resumed downloads."""
import os
import random
import re

import pytest

DATA = os.urandom(3_000_000)
SMALL = bytes(97 + i % 26 for i in range(2600))


@pytest.fixture(scope="module")
def ranged():
    from sites import close
    from harness import Server
    server = Server(files={"big.bin": DATA, "small.txt": SMALL,
                           "middle.bin": DATA[:200000]})
    # Large files may have a weak tag until their digest is there.
    from harness import until
    until("strong tag", lambda: not server.get("/big.bin")
          .etag.startswith("W/"))
    server.close_connections()
    yield server
    close(server, False)


def parts(r):
    """[(content type, first, last, size, bytes)] of a multipart/byteranges
    body, strictly (RFC 9110 14.6, RFC 2046 5.1.1)."""
    m = re.match(r"multipart/byteranges; ?boundary=(\"?)([0-9A-Za-z'()+_,./:=? "
                 r"-]{1,70})\1\Z", r.get("Content-Type"))
    assert m, r.get("Content-Type")
    mark = b"--" + m.group(2).encode()
    body = r.body
    found = []
    if body.startswith(mark):
        body = b"\r\n" + body
    assert body.startswith(b"\r\n" + mark + b"\r\n"), body[:80]
    at = len(mark) + 4
    while True:
        end = body.index(b"\r\n\r\n", at)
        fields = dict((k.lower(), v.strip()) for k, _, v in
                      (line.partition(":") for line in
                       body[at:end].decode("ascii").split("\r\n")))
        assert set(fields) <= {"content-type", "content-range"}, fields
        first, last, size = map(int, re.match(
            r"bytes ([0-9]+)-([0-9]+)/([0-9]+)\Z",
            fields["content-range"]).groups())
        data = body[end + 4:end + 4 + last - first + 1]
        found.append((fields.get("content-type"), first, last, size, data))
        at = end + 4 + last - first + 1
        assert body[at:at + 2 + len(mark)] == b"\r\n" + mark, body[at:at + 80]
        at += 2 + len(mark)
        if body[at:at + 2] == b"--":
            assert body[at + 2:] in (b"\r\n", b""), body[at:]
            return found, m.group(2)
        assert body[at:at + 2] == b"\r\n"
        at += 2


def test_multipart(ranged):
    r = ranged.get("/small.txt", Range="bytes=0-9,1000-1019,-7")
    assert r.status == 206
    found, _ = parts(r)
    plain = ranged.get("/small.txt").get("Content-Type")
    assert [(p[1], p[2]) for p in found] == [(0, 9), (1000, 1019),
                                             (2593, 2599)]
    for kind, first, last, size, data in found:
        assert kind == plain and size == 2600
        assert data == SMALL[first:last + 1]


def test_multipart_of_a_large_file(ranged):
    r = ranged.get("/big.bin", Range="bytes=0-99999,1000000-1500000,-10")
    found, _ = parts(r)
    assert [p[4] for p in found] == [DATA[:100000], DATA[1000000:1500001],
                                     DATA[-10:]]


def test_multipart_in_the_order_asked_for(ranged):
    found, _ = parts(ranged.get("/small.txt", Range="bytes=2000-2009,0-9"))
    assert [(p[1], p[2]) for p in found] == [(2000, 2009), (0, 9)]


def test_parts_that_fill_the_buffer_of_heads(ranged):
    """Sixteen parts, each as large as a body that is copied beside its head."""
    wanted = [(i * 5000, i * 5000 + 4095) for i in range(16)]
    header = "bytes=" + ",".join("%d-%d" % w for w in wanted)
    for name, data in (("/big.bin", DATA), ("/middle.bin", DATA[:200000])):
        found, _ = parts(ranged.get(name, Range=header))
        assert [(p[1], p[2]) for p in found] == wanted
        for _, first, last, _, content in found:
            assert content == data[first:last + 1]


@pytest.mark.parametrize("name", ["big.bin", "middle.bin"])
@pytest.mark.parametrize("size", [1, 1000, 4096, 5000])
def test_pipeline_of_many_parts(ranged, name, size):
    """More pieces than one queue has room for: answered in several sends."""
    wanted = [(i * 5100, i * 5100 + size - 1) for i in range(16)]
    request = ("GET /%s HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%s\r\n\r\n"
               % (name, ",".join("%d-%d" % w for w in wanted))).encode()
    c = ranged.connect()
    c.send(request * 24)
    for _ in range(24):
        found, _ = parts(c.read_response())
        assert [(p[1], p[2]) for p in found] == wanted
        for _, first, last, _, content in found:
            assert content == DATA[first:last + 1]
    c.close()


def test_parts_have_the_type_of_the_whole(serve):
    """A rule's media type, or none, in every part (RFC 9110 15.3.7.2)."""
    server = serve(files={"a.foo": SMALL, "a.bare": SMALL, "a.once": SMALL},
                   rules="[header *.foo]\nContent-Type = application/x-foo\n"
                   "[header *.bare]\nremove = Content-Type\n"
                   "[header *.once]\nwhen-status = 206\n"
                   "Content-Type = application/x-once\n")
    for name, want in (("/a.foo", "application/x-foo"), ("/a.bare", None),
                       ("/a.once", "application/x-once")):
        found, _ = parts(server.get(name, Range="bytes=0-9,1000-1009"))
        assert [p[0] for p in found] == [want, want]


def test_boundary_cannot_be_foretold(ranged):
    seen = set()
    for _ in range(10):
        found, boundary = parts(ranged.get("/small.txt",
                                           Range="bytes=0-9,1000-1009"))
        assert boundary.encode() not in SMALL
        seen.add(boundary)
    assert len(seen) == 10


def test_multipart_keeps_the_validators(ranged):
    full = ranged.get("/small.txt")
    r = ranged.get("/small.txt", Range="bytes=0-9,1000-1009")
    for name in ("ETag", "Last-Modified", "Vary", "Cache-Control"):
        assert r.all(name) == full.all(name), name


def test_206_carries_what_the_200_would(ranged):
    full = ranged.get("/big.bin")
    r = ranged.get("/big.bin", Range="bytes=5-9")
    for name in ("ETag", "Last-Modified", "Vary", "Cache-Control",
                 "Content-Type"):
        assert r.all(name) == full.all(name), name


def test_random_ranges_of_a_large_file(ranged):
    rng = random.Random(20261123)
    size = len(DATA)
    with ranged.connect() as c:
        for _ in range(200):
            first = rng.randrange(size)
            last = min(size - 1, first + rng.choice((0, 1, 100, 70000, size)))
            r = c.get("/big.bin", Range="bytes=%d-%d" % (first, last))
            assert r.status == 206 and r.body == DATA[first:last + 1]


def test_whole_file_from_pieces(ranged):
    """A download with pauses, each resumed by If-Range."""
    got, tag = b"", ranged.request("HEAD", "/big.bin").etag
    with ranged.connect() as c:
        while len(got) < len(DATA):
            r = c.get("/big.bin", Range="bytes=%d-%d" % (
                len(got), len(got) + 250000), If_Range=tag)
            assert r.status == 206
            got += r.body
    assert got == DATA


def test_resumed_download_of_a_changed_file(serve):
    server = serve(files={"a.txt": "one " * 1000})
    tag = server.get("/a.txt").etag
    server.tree.write("a.txt", "two " * 1000)
    r = server.get("/a.txt", Range="bytes=2000-", If_Range=tag)
    assert r.status == 200 and r.body == b"two " * 1000
    r = server.get("/a.txt", Range="bytes=3996-", If_Range=r.etag)
    assert r.status == 206 and r.body == b"two "


def test_if_range_with_a_date_that_is_too_young(serve):
    """RFC 9110 8.8.2.2: a date in the second of the answer is no strong
    validator."""
    server = serve(files={"a.txt": "one\n"})
    r = server.get("/a.txt")
    if r.get("Last-Modified") == r.get("Date"):
        again = server.get("/a.txt", Range="bytes=0-1",
                           If_Range=r.get("Last-Modified"))
        if again.get("Date") == r.get("Date"):
            assert again.status == 200


def test_weak_tag_never_resumes(serve):
    server = serve(files={"a.txt": "one\n"}, rules="[cache *]\nETag = weak\n")
    r = server.get("/a.txt")
    assert r.etag.startswith("W/")
    assert server.get("/a.txt", If_None_Match=r.etag).status == 304
    assert server.get("/a.txt", Range="bytes=0-1",
                      If_Range=r.etag).status == 200
    assert server.get("/a.txt", If_Match=r.etag).status == 412


def test_hostile_sets_cost_no_more_than_the_file(ranged):
    for v in (",".join(["0-"] * 1000), ",".join("%d-" % i for i in range(900)),
              ",".join("%d-%d" % (i, 2599 - i) for i in range(900)),
              ",".join("%d-%d" % (i, i) for i in range(0, 2600, 5))):
        r = ranged.get("/small.txt", Range="bytes=" + v)
        assert r.status in (200, 206, 416, 431), r
        assert len(r.body) < 2 * len(SMALL)


def test_416_is_answered_and_the_connection_lives(ranged):
    with ranged.connect() as c:
        r = c.get("/small.txt", Range="bytes=2600-")
        assert r.status == 416
        assert c.get("/small.txt").body == SMALL


def test_range_of_nothing_sent_twice_pipelined(ranged):
    with ranged.connect() as c:
        c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n"
               b"Range: bytes=0-0\r\n\r\n" * 50)
        for _ in range(50):
            assert c.read_response().body == DATA[:1]

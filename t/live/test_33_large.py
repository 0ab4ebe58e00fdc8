# SPDX-License-Identifier: MIT
"""Large files: one tag a version, from the first answer on as far as a client
can notice."""
import base64
import hashlib
import os
import random

import pytest

from harness import until

SIZE = 5 << 20
ONE = {"server": {"workers": 1}}


def content(n=SIZE):
    return random.Random(n).randbytes(n)


def tag_of(data):
    text = base64.urlsafe_b64encode(hashlib.sha256(data).digest()[:18])
    return '"%s"' % text.decode()


@pytest.fixture
def cold(serve):
    """A server that has not looked at the file yet."""
    def start(n=SIZE, **conf):
        data = content(n)
        server = serve(files={"big.bin": data}, conf={**ONE, **conf})
        path = server.tree.path("big.bin")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return server, data
    return start


def test_the_first_answer_has_the_tag(cold):
    server, data = cold()
    assert server.get("/big.bin").etag == tag_of(data)
    assert server.get("/big.bin").etag == tag_of(data)


@pytest.mark.parametrize("n", (SIZE, 24 << 20))
@pytest.mark.parametrize("field,status", (
    ("If-None-Match", 304), ("If-Match", 200)))
def test_the_first_request_is_about_the_right_tag(cold, n, field, status):
    server, data = cold(n)
    r = server.request("GET", "/big.bin", [(field, tag_of(data))])
    assert (r.status, r.etag) == (status, tag_of(data))


@pytest.mark.parametrize("n", (SIZE, 24 << 20))
def test_the_first_request_resumes(cold, n):
    server, data = cold(n)
    r = server.request("GET", "/big.bin", [
        ("Range", "bytes=1000000-1000009"), ("If-Range", tag_of(data))])
    assert (r.status, r.body) == (206, data[1000000:1000010])


def test_slices_of_a_cold_file_have_one_tag(cold):
    """As nginx's slice module asks for them."""
    n = 24 << 20
    server, data = cold(n)
    whole, tags = b"", set()
    for at in range(0, n, 1 << 20):
        r = server.request("GET", "/big.bin", [
            ("Range", "bytes=%d-%d" % (at, at + (1 << 20) - 1))])
        assert r.status == 206
        tags.add(r.etag)
        whole += r.body
    assert tags == {tag_of(data)} and whole == data


def test_a_tag_without_a_digest_stays_good(cold):
    """What was handed out first is confirmed while this version lasts."""
    n = 60 << 20
    server, data = cold(n)
    with server.connect(lint=False) as c:
        c.send(b"HEAD /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        first = c.read_head("HEAD").etag
    r = server.request("GET", "/big.bin", [("If-None-Match", first)])
    assert r.status == 304 and r.etag == tag_of(data)
    os.truncate(server.tree.path("big.bin"), n - 1)
    r = server.request("GET", "/big.bin", [("If-None-Match", first)])
    assert r.status == 200


def test_who_waits_in_vain_is_answered(cold):
    """No preparer: a weak tag must do."""
    server, data = cold(24 << 20, timeouts={"prepare": "50ms"})
    r = server.request("GET", "/big.bin", [("Range", "bytes=0-9")])
    assert r.status == 206 and r.body == data[:10]


# -- beyond digest-max

WEAK = {"prepare": {"digest-max": "1m"}}


def settled(server, data):
    """Once there was nothing else to do, its tag is of its bytes."""
    return until("its digest", lambda: server.request(
        "HEAD", "/big.bin").etag == tag_of(data))


def test_a_digest_comes_when_there_is_time(cold):
    server, data = cold(60 << 20, **WEAK)
    first = server.request("HEAD", "/big.bin").etag
    # nobody waits for it; one that is woken late may find it there
    assert first.startswith("W/") or first == tag_of(data)
    settled(server, data)
    r = server.request("GET", "/big.bin", [
        ("Range", "bytes=1000000-1000009"), ("If-Range", tag_of(data))])
    assert (r.status, r.body) == (206, data[1000000:1000010])
    # where it was sent, it is confirmed as long as this version lasts
    assert server.get("/big.bin", If_None_Match=first).status == 304
    assert server.get("/big.bin").body == data


def test_a_change_is_told_while_it_is_read(cold):
    server, data = cold(24 << 20, **WEAK)
    server.request("HEAD", "/big.bin")
    other = data[:-1] + bytes([data[-1] ^ 1])
    server.tree.path("big.bin").write_bytes(other)
    settled(server, other)


def test_others_go_before(cold):
    """What is asked for now is known at once, whatever is read meanwhile."""
    server, data = cold(60 << 20, **WEAK)
    server.request("HEAD", "/big.bin")
    for i in range(20):
        server.tree.write("new%d.txt" % i, b"new %d\n" % i)
        assert server.get("/new%d.txt" % i).etag == tag_of(b"new %d\n" % i)
    settled(server, data)


def test_nodes_agree_before_there_is_a_digest(serve):
    """Copies with the same times have the same tag; each confirms it."""
    never = {**ONE, "prepare": {"digest-max": "1m", "digest-idle": "0"}}
    data, tags = content(), set()
    nodes = [serve(files={"big.bin": data}, conf=never) for _ in range(2)]
    for node in nodes:
        os.utime(node.tree.path("big.bin"), (1_700_000_000, 1_700_000_000))
        tags.add(node.request("HEAD", "/big.bin").etag)
    (tag,) = tags
    assert tag.startswith("W/")
    for node in nodes:
        assert node.get("/big.bin", If_None_Match=tag).status == 304


def test_a_download_goes_on_where_it_began(serve):
    """Without a digest by its date, which is strong by then (RFC 9110 13.1.5)."""
    data = content()
    server = serve(files={"big.bin": data}, conf={
        **ONE, "prepare": {"digest-max": "1m", "digest-idle": "0"}})
    os.utime(server.tree.path("big.bin"), (1_700_000_000, 1_700_000_000))
    head = server.request("HEAD", "/big.bin")
    r = server.request("GET", "/big.bin", [
        ("Range", "bytes=1000000-1000009"),
        ("If-Range", head.get("Last-Modified"))])
    assert (r.status, r.body) == (206, data[1000000:1000010])

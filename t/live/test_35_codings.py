# SPDX-License-Identifier: MIT
"""Content codings: sidecars, forms made by the preparer, one tag for each."""
import gzip
import os
import shutil
import subprocess
import zlib

import pytest

import linter
from harness import until

# A form that one worker has been told of is unknown to another until that has
# asked too, hence one worker where it does not matter.
ONE = {"server": {"workers": 1}}

TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(3000))


def decode(r):
    """The bytes behind the coding."""
    coding = r.get("Content-Encoding")
    if coding is None:
        return r.body
    if coding == "gzip":
        return gzip.decompress(r.body)
    program = {"br": ["brotli", "-dc"], "zstd": ["zstd", "-dcq"]}[coding]
    if not shutil.which(program[0]):
        return None
    return subprocess.run(program, input=r.body, stdout=subprocess.PIPE,
                          check=True).stdout


def coded(server, target, coding):
    """The answer in that coding, once it is ready."""
    def look():
        r = server.get(target, Accept_Encoding=coding)
        assert r.status == 200
        return r if r.get("Content-Encoding") == coding else None
    r = until("%s of %s" % (coding, target), look)
    server.close_connections()
    return r


@pytest.mark.parametrize("coding", ("gzip", "br", "zstd"))
def test_made_by_the_preparer(serve, coding):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    plain = server.get("/a.txt")
    assert plain.body == TEXT and not plain.has("Content-Encoding")
    assert "accept-encoding" in plain.tokens("Vary")
    r = coded(server, "/a.txt", coding)
    assert decode(r) in (TEXT, None)
    assert len(r.body) < len(TEXT) // 3
    assert r.etag != plain.etag and not r.etag.startswith("W/")
    assert r.get("Content-Type") == plain.get("Content-Type")
    again = server.get("/a.txt", Accept_Encoding=coding, If_None_Match=r.etag)
    linter.twin_304(r, again)
    head = server.request("HEAD", "/a.txt", {"Accept-Encoding": coding})
    linter.twin_head(r, head)
    part = server.get("/a.txt", Accept_Encoding=coding, Range="bytes=10-19")
    assert part.status == 206 and part.body == r.body[10:20]


def test_each_coding_has_its_own_tag(serve):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    tags = {server.get("/a.txt").etag}
    for coding in ("gzip", "br", "zstd"):
        tags.add(coded(server, "/a.txt", coding).etag)
    assert len(tags) == 4


def test_all_workers_have_the_same_form(serve):
    server = serve(files={"a.txt": TEXT}, conf={"server": {"workers": 4}})
    r = coded(server, "/a.txt", "br")
    until("br from every worker", lambda: all(
        server.get("/a.txt", Accept_Encoding="br").etag == r.etag
        for _ in range(20)))


def test_a_new_version_has_new_forms(serve):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    old = coded(server, "/a.txt", "gzip")
    server.tree.write("a.txt", TEXT.upper())
    r = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=old.etag)
    assert r.status == 200 and decode(r) == TEXT.upper()
    new = coded(server, "/a.txt", "gzip")
    assert decode(new) == TEXT.upper() and new.etag != old.etag


@pytest.mark.parametrize("name,data", (
    ("logo.png", b"\x89PNG\r\n\x1a\n" + os.urandom(5000)),
    ("tiny.txt", b"tiny\n"), ("empty.txt", b"")),
    ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_not_worth_it(serve, name, data):
    server = serve(files={name: data, "a.txt": TEXT})
    coded(server, "/a.txt", "gzip")  # by now it would have been made
    for _ in range(5):
        r = server.get("/" + name, Accept_Encoding="gzip, br, zstd")
        assert not r.has("Content-Encoding") and r.body == data


def test_switched_off(serve):
    server = serve(files={"a.txt": TEXT}, conf={"prepare": {"compress": "off"}})
    for _ in range(5):
        r = server.get("/a.txt", Accept_Encoding="gzip, br, zstd")
        assert not r.has("Content-Encoding") and not r.has("Vary")


def sidecar(data=TEXT):
    return gzip.compress(data + b"(by sidecar)\n", mtime=0)


def test_sidecar_is_served(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    r = coded(server, "/a.txt", "gzip")
    assert r.body == sidecar()
    assert r.get("Content-Type").startswith("text/plain")
    assert "accept-encoding" in r.tokens("Vary")
    again = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=r.etag)
    linter.twin_304(r, again)
    plain = server.get("/a.txt")
    assert plain.body == TEXT and plain.etag != r.etag
    assert "accept-encoding" in plain.tokens("Vary")


def test_sidecar_by_its_own_name_is_a_file(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    r = server.get("/a.txt.gz", Accept_Encoding="gzip")
    assert r.body == sidecar() and not r.has("Content-Encoding")
    assert r.get("Content-Type") == "application/gzip"


def test_sidecar_older_than_its_file_is_not_used(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = os.stat(server.tree.path("a.txt")).st_mtime - 100
    os.utime(server.tree.path("a.txt.gz"), (old, old))
    r = coded(server, "/a.txt", "gzip")
    assert decode(r) == TEXT


def test_sidecar_that_becomes_too_old(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = coded(server, "/a.txt", "gzip")
    server.tree.write("a.txt", TEXT.upper())
    later = os.stat(server.tree.path("a.txt.gz")).st_mtime + 10
    os.utime(server.tree.path("a.txt"), (later, later))
    r = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=old.etag)
    assert r.status == 200 and decode(r) == TEXT.upper()


def test_sidecar_that_changes(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = coded(server, "/a.txt", "gzip")
    server.tree.replace("a.txt.gz", sidecar(b"other"))

    def renewed():
        r = server.get("/a.txt", Accept_Encoding="gzip")
        assert r.etag != old.etag or r.body == old.body
        return r if r.has("Content-Encoding") and r.etag != old.etag else None
    assert until("the new sidecar", renewed).body == sidecar(b"other")


def test_coded_body_survives_a_slow_reader(serve):
    data = b"".join(b"%x" % (zlib.crc32(b"%d" % i)) for i in range(60000))
    server = serve(files={"a.txt": data}, conf=ONE)
    r = coded(server, "/a.txt", "gzip")
    with server.connect(rcvbuf=2048) as c:
        assert c.get("/a.txt", Accept_Encoding="gzip").body == r.body
    assert gzip.decompress(r.body) == data

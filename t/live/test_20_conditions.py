# SPDX-License-Identifier: MIT
"""The promises of an entity tag: whatever way a file changes, its tag does;
while its bytes stay, so does the tag, on every node."""
import os
import shutil
import threading

import pytest

import linter
from linter import format_date

OLD_NS = 1600000000 * 10**9


def both(server, target="/a.txt"):
    """The answer of each worker; they must agree (a connection stays with its
    worker, so several are asked)."""
    answers = [server.get(target) for _ in range(6)]
    first = answers[0]
    for r in answers:
        assert (r.status, r.body) == (first.status, first.body)
    # A large file's tag is weak until its digest is there.
    tags = {r.etag for r in answers if not (r.etag or "").startswith("W/")}
    assert len(tags) <= 1, tags
    return answers[-1]


def changed(server, before, content, target="/a.txt"):
    """After a complete change: new bytes, new tag, and the old tag gets no
    304."""
    for _ in range(4):
        r = server.get(target, If_None_Match=before.etag)
        assert r.status == 200, "stale 304"
        assert r.body == content, "stale content"
        assert r.etag != before.etag, "one tag for two contents"
    return both(server, target)


def test_edit_of_another_size(serve):
    server = serve(files={"a.txt": "one\n"})
    before = both(server)
    server.tree.write("a.txt", "three\n")
    changed(server, before, b"three\n")


def test_same_size_in_the_same_second(serve):
    server = serve(files={"a.txt": "0000\n"})
    before = both(server)
    for i in range(1, 40):
        server.tree.write("a.txt", "%04d\n" % i)
        before = changed(server, before, b"%04d\n" % i)


def test_same_size_in_the_same_tick(serve):
    """Two edits with a request between each, as fast as can be."""
    server = serve(files={"a.txt": "0000\n"}, conf={"server": {"workers": 1}})
    path = server.tree.path("a.txt")
    with server.connect() as c:
        seen = {}
        for i in range(500):
            data = b"%04d\n" % i
            fd = os.open(path, os.O_WRONLY)
            os.write(fd, data)
            os.close(fd)
            r = c.get("/a.txt")
            assert r.body == data, "stale"
            assert seen.setdefault(r.etag, data) == data


def test_in_place_with_its_time_restored(serve):
    server = serve(files={"a.txt": "one\n"})
    path = server.tree.path("a.txt")
    os.utime(path, ns=(OLD_NS, OLD_NS))
    before = both(server)
    server.tree.write("a.txt", "two\n")
    os.utime(path, ns=(OLD_NS, OLD_NS))
    after = changed(server, before, b"two\n")
    assert after.get("Last-Modified") == before.get("Last-Modified")


def test_by_rename_with_the_same_time(serve):
    server = serve(files={"a.txt": "one\n"})
    os.utime(server.tree.path("a.txt"), ns=(OLD_NS, OLD_NS))
    before = both(server)
    server.tree.replace("a.txt", "two\n", mtime_ns=OLD_NS)
    changed(server, before, b"two\n")


def test_back_to_an_older_version(serve):
    server = serve(files={"a.txt": "new\n"})
    new = both(server)
    server.tree.replace("a.txt", "old\n", mtime_ns=OLD_NS)
    old = changed(server, new, b"old\n")
    server.tree.replace("a.txt", "new\n")
    again = changed(server, old, b"new\n")
    assert again.etag == new.etag, "same bytes, other tag"


def test_through_a_hard_link(serve):
    server = serve(files={"a.txt": "one\n"})
    other = server.folder / "link"
    os.link(server.tree.path("a.txt"), other)
    before = both(server)
    other.write_text("two\n")
    changed(server, before, b"two\n")


def test_through_a_mapping(serve):
    import mmap
    server = serve(files={"a.txt": "one\n" * 2048})
    before = both(server)
    with open(server.tree.path("a.txt"), "r+b") as f:
        with mmap.mmap(f.fileno(), 0) as m:
            m[:3] = b"two"
            m.flush()
    changed(server, before, b"two\n" + b"one\n" * 2047)


def test_through_a_symbolic_link_that_turns(serve):
    server = serve(files={"v1/a.txt": "one\n", "v2/a.txt": "two\n"})
    server.tree.symlink("now", "v1")
    before = both(server, "/now/a.txt")
    server.tree.symlink("new", "v2")
    os.rename(server.tree.path("new"), server.tree.path("now"))
    changed(server, before, b"two\n", "/now/a.txt")


def test_a_folder_renamed_away(serve):
    server = serve(files={"d/a.txt": "one\n", "e/a.txt": "two\n"})
    before = both(server, "/d/a.txt")
    os.rename(server.tree.path("d"), server.tree.path("f"))
    os.rename(server.tree.path("e"), server.tree.path("d"))
    changed(server, before, b"two\n", "/d/a.txt")


def test_removed_and_made_again(serve):
    server = serve(files={"a.txt": "one\n"})
    before = both(server)
    os.unlink(server.tree.path("a.txt"))
    assert both(server).status == 404
    assert server.get("/a.txt", If_None_Match=before.etag).status == 404
    server.tree.write("a.txt", "one\n")
    assert both(server).etag == before.etag
    shutil.rmtree(server.tree.root)
    assert both(server).status == 404


def test_missing_file_appears(serve):
    server = serve(files={"b.txt": "b\n"})
    for i in range(20):
        assert server.get("/n%d.txt" % i).status == 404
        server.tree.write("n%d.txt" % i, "now\n")
        assert server.get("/n%d.txt" % i).body == b"now\n"


def test_grows_and_shrinks(serve):
    server = serve(files={"a.txt": ""})
    for n in (0, 1, 100000, 10, 2_000_000, 0, 5):
        server.tree.write("a.txt", b"x" * n)
        server.linter.forget()  # what is worth compressing varies
        r = both(server)
        assert len(r.body) == n


def test_touch_keeps_the_tag(serve):
    server = serve(files={"a.txt": "one\n"})
    before = both(server)
    os.utime(server.tree.path("a.txt"), ns=(OLD_NS, OLD_NS))
    after = both(server)
    assert after.etag == before.etag
    assert after.get("Last-Modified") == format_date(OLD_NS // 10**9)
    assert server.get("/a.txt", If_None_Match=before.etag).status == 304


def test_copy_has_the_same_tag(serve):
    server = serve(files={"a.txt": "same bytes\n"})
    shutil.copy(server.tree.path("a.txt"), server.tree.path("b.txt"))
    assert both(server, "/a.txt").etag == both(server, "/b.txt").etag


def test_two_nodes_agree(serve):
    """The same bytes behind two servers, with other times and inodes."""
    files = {"a.txt": "one\n" * 100, "big.bin": bytes(range(256)) * 8000,
             "empty.txt": ""}
    one, two = serve(files=files), serve(files=files)
    for name in files:
        os.utime(two.tree.path(name), ns=(OLD_NS, OLD_NS))
    for name in files:
        a = one.get("/" + name)
        b = two.get("/" + name)
        if a.etag.startswith("W/"):
            continue  # a large file's digest may still be in the making
        assert a.etag == b.etag, name
        assert two.get("/" + name, If_None_Match=a.etag).status == 304


def test_restart_keeps_the_tags(serve):
    files = {"a.txt": "one\n"}
    first = serve(files=files)
    tag = first.get("/a.txt").etag
    first.stop()
    assert serve(files=files).get("/a.txt").etag == tag


def test_last_modified_is_never_in_the_future(serve):
    server = serve(files={"a.txt": "one\n"})
    os.utime(server.tree.path("a.txt"), (4102444800, 4102444800))
    r = both(server)  # the linter compares with Date
    assert r.status == 200
    assert server.get("/a.txt", If_None_Match=r.etag).status == 304


@pytest.mark.parametrize("seconds", (0, 1))
def test_no_last_modified_at_the_epoch(serve, seconds):
    server = serve(files={"a.txt": "one\n"})
    os.utime(server.tree.path("a.txt"), (seconds, seconds))
    r = both(server)
    assert not r.has("Last-Modified") and r.has("ETag")
    assert server.get("/a.txt", If_Modified_Since=r.get("Date")).status == 200


# -- under load

class Asker(threading.Thread):
    """Asks for one target again and again; keeps what it saw wrong."""

    def __init__(self, server, target, known):
        super().__init__(daemon=True)
        self.server, self.target, self.known = server, target, known
        self.stop = threading.Event()
        self.faults = []
        self.count = 0
        self.versions = set()

    def run(self):
        try:
            c = self.server.connect()
            tag = None
            while not self.stop.is_set():
                fields = {"If-None-Match": tag} if tag else {}
                r = c.request("GET", self.target, fields)
                self.count += 1
                if r.status == 304:
                    continue
                if r.status != 200 or bytes(r.body[:16]) not in self.known or \
                        r.body != self.known[bytes(r.body[:16])]:
                    self.faults.append(r)
                    return
                tag = r.etag
                self.versions.add(r.etag)
                if r.closes:
                    c = self.server.connect()
        except Exception as fault:
            self.faults.append(fault)


@pytest.mark.parametrize("size", (1000, 300_000, 3_000_000))
def test_replaced_under_load_is_never_mixed_or_stale(serve, size):
    """By rename, as every deployment tool does: each answer is one version,
    whole; after the rename the next request gets the new one."""
    versions = [(b"version %08d" % i).ljust(size, bytes([65 + i % 26]))
                for i in range(20)]
    known = {v[:16]: v for v in versions}
    server = serve(files={"a.bin": versions[0]})
    askers = [Asker(server, "/a.bin", known) for _ in range(4)]
    for a in askers:
        a.start()
    with server.connect() as c:
        for v in versions[1:]:
            server.tree.replace("a.bin", v)
            r = c.get("/a.bin")
            assert r.body == v, "stale after the rename"
            assert c.get("/a.bin", If_None_Match=r.etag).status == 304 or \
                r.etag.startswith("W/")
    for a in askers:
        a.stop.set()
    for a in askers:
        a.join(60)
        assert not a.is_alive() and not a.faults, a.faults
        assert a.count > 0


def test_overwritten_while_it_is_sent(serve):
    """In place, in the middle of a transfer: whatever comes whole is one
    version; otherwise the connection is cut, and the next request is right."""
    size = 12_000_000
    one, two = b"1" * size, b"2" * size
    server = serve(files={"a.bin": one}, conf={"prepare": {"memory-file": 0}})
    with server.connect(rcvbuf=4096, lint=False) as c:
        c.send(b"GET /a.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = c.read_head()
        n = int(head.get("Content-Length"))
        c.read_raw(1000)
        server.tree.write("a.bin", two)
        rest = c.read_to_end() if c.half_close() is None else b""
        if len(rest) == n - 1000:
            assert rest.count(b"1") == n - 1000, "mixed and yet whole"
    assert server.get("/a.bin").body == two


def test_truncated_while_it_is_sent(serve):
    size = 12_000_000
    server = serve(files={"a.bin": b"1" * size})
    with server.connect(rcvbuf=4096, lint=False) as c:
        c.send(b"GET /a.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = c.read_head()
        c.read_raw(1000)
        os.truncate(server.tree.path("a.bin"), 5)
        c.half_close()
        rest = c.read_to_end()
        # Pages on their way may have been cleared by the system: then the
        # answer must not look whole.
        n = int(head.get("Content-Length")) - 1000
        assert len(rest) < n or rest == b"1" * n
    assert server.get("/a.bin").body == b"11111"


def test_304_of_a_file_served_from_disk(serve):
    data = os.urandom(3_000_000)
    server = serve(files={"a.bin": data}, conf={"prepare": {"memory-file": 0}})
    r = server.get("/a.bin")
    again = server.get("/a.bin", If_None_Match=r.etag)
    if again.status == 304:
        linter.twin_304(r, again)
    else:  # its strong tag was still being made
        assert r.etag.startswith("W/") and again.body == data
        linter.twin_304(again, server.get("/a.bin", If_None_Match=again.etag))

# SPDX-License-Identifier: MIT
"""A file system that does not answer, at whatever call: only those wait that
ask for what is on it, [timeouts] prepare at most, and nobody is ended for it."""
import os
import pathlib
import signal
import sys

import pytest

import harness
import mounts
import wire
from hanging import LARGE

HERE = pathlib.Path(__file__).resolve().parent
FILES = {"a.txt": b"near\n", "far/below.txt": b"below\n", "b.html": b"<p>near"}


def can_mount():
    if not mounts.in_namespace() or not os.path.exists("/dev/fuse"):
        return False
    return os.access("/dev/fuse", os.R_OK | os.W_OK) and os.geteuid() == 0


def cut(c, length):
    try:
        c.read_raw(length)
    except wire.Closed:
        return True
    return False


pytestmark = pytest.mark.skipif(not can_mount(),
                                reason="no mounts by /dev/fuse here")


def cmdline(pid):
    try:
        return pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
    except OSError:
        return b""


class Far:
    """What is mounted at /far/ (and, as an alias, is all of /alias/)."""

    def __init__(self, serve, folder, conf=None):
        self.control = folder / "control"
        self.control.write_text("")
        conf = {"server": {"workers": 2, "listing": "on",
                           "error-403": "/far/small.txt"},
                "timeouts": {"prepare": "1s"}, **(conf or {})}
        self.server = serve(start=False, files=FILES, conf=conf)
        far = self.server.tree.path("far")
        folder.chmod(0o755)
        mounts.start_inside(
            self.server, "mount --make-rprivate / && %s %s %s %s" % (
                sys.executable, HERE / "hanging.py", far, self.control))

    def hang(self, *ops):
        self.control.write_text(" ".join(ops))

    def end(self):
        self.control.unlink()
        if not self.server.process:
            return
        harness.until("its server ends", lambda: not [
            p for p in harness.processes()
            if (harness.proc_stat(p) or (0,) * 4)[3] == self.server.pid and
            b"hanging.py" in cmdline(p)])

    def others_are_served(self):
        for path in ("/a.txt", "/b.html", "/none", "/"):
            assert self.server.get(path).status in (200, 404)


@pytest.fixture
def far(serve, tmp_path):
    f = Far(serve, tmp_path)
    yield f
    f.end()


@pytest.mark.parametrize("op", ["READ", "READ-ON"])
def test_the_preparer_is_not_kept(far, op):
    """Whose bytes do not come, or stop coming, is no business of other new
    files'."""
    s = far.server
    far.hang(op)
    waiting = [s.connect() for _ in range(4)]
    for c in waiting:
        c.send(b"GET /far/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for i in range(8):
        s.tree.write("new%d.txt" % i, b"new %d\n" % i)
        r = s.get("/new%d.txt" % i)
        assert (r.status, r.body) == (200, b"new %d\n" % i)
        assert not r.get("ETag").startswith("W/")
    for c in waiting:
        assert c.read_head().status in (503, 504)
    far.hang()
    assert harness.until("it is known at last", lambda: (
        lambda r: not r.etag.startswith("W/") and r)(
            s.get("/far/large.bin"))).body == LARGE


def test_answers_as_any_other(far):
    """While it answers: strong tags, conditions, ranges, listings."""
    s = far.server
    r = s.get("/far/small.txt")
    assert (r.status, r.body) == (200, b"small\n")
    assert not r.get("ETag").startswith("W/")
    assert s.get("/far/small.txt", If_None_Match=r.get("ETag")).status == 304
    assert s.get("/far/large.bin").body == LARGE
    assert s.get("/far/large.bin", Range="bytes=70000-139999").body == \
        LARGE[70000:140000]
    assert s.get("/far/none").status == 404
    listed = s.get("/far/", Accept="application/json")
    assert [n in listed.body for n in (b"large.bin", b"small.txt", b"folder")] \
        == [True] * 3
    assert s.get("/far/folder").status == 301
    assert b"two.txt" in s.get("/far/folder/").body
    assert s.get("/a.txt").body == b"near\n"


@pytest.mark.parametrize("path,op", [
    ("/far/small.txt", "LOOKUP"), ("/far/small.txt", "OPEN"),
    ("/far/small.txt", "GETATTR"), ("/far/small.txt", "STATFS"),
    ("/far/small.txt", "READ"), ("/far/large.bin", "READ"),
    ("/far/large.bin", "LOOKUP"), ("/far/", "OPENDIR"), ("/far/", "READDIR"),
    ("/far/folder/", "LOOKUP"), ("/far/none", "LOOKUP"),
])
@pytest.mark.parametrize("known", [False, True])
def test_only_its_own_requests_wait(far, path, op, known):
    s = far.server
    workers = s.workers()
    if known:
        assert s.get(path).status in (200, 404)
    far.hang(op)
    waiting = [s.connect() for _ in range(6)]
    for c in waiting:
        c.send(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
    for _ in range(5):
        far.others_are_served()
    for c in waiting:
        r = c.read_head()
        if r.status == 200:  # of what was known; small ones are in memory
            assert op == "READ" and known
            assert cut(c, int(r.get("Content-Length"))) == ("large" in path)
        else:
            assert r.status in (503, 504), r.status
            c.read_raw(int(r.get("Content-Length")))
    far.others_are_served()
    assert s.workers() == workers
    far.hang()
    harness.until("it answers again",
                  lambda: s.get(path).status in (200, 404))
    assert s.workers() == workers


@pytest.mark.parametrize("ops", ["LOOKUP", "READ", "READ FLUSH RELEASE"])
def test_the_end_waits_for_nothing(far, ops):
    """Helpers that do not come back keep neither worker nor master."""
    s = far.server
    assert s.get("/far/large.bin").body == LARGE
    far.hang(*ops.split())
    c = s.connect()
    c.send(b"GET /far/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    far.others_are_served()
    os.kill(s.pid, signal.SIGTERM)
    harness.until("the master ends",
                  lambda: s.process.popen.poll() is not None)
    s.process = None

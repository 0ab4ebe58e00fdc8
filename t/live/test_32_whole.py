# SPDX-License-Identifier: MIT
"""A response that is complete has the bytes of its tag, whatever is done to the
file while it is sent; and one is cut only when it can't have them any more."""
import base64
import hashlib
import mmap
import os
import pathlib
import random
import shutil
import tempfile
import threading
import time

import pytest

from harness import until
from wire import Closed

GET = "GET /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
SMALL, LARGE = 300_000, 24 << 20  # all of it fits the sockets; it does not
ONE = {"server": {"workers": 1}}  # what one answer told, the next one knows


def tag_of(data):
    """ETag of the content: 144 bits of its SHA-256 (ARCHITECTURE.md)."""
    text = base64.urlsafe_b64encode(hashlib.sha256(data).digest()[:18])
    return '"%s"' % text.decode()


def bytes_of(kind, n):
    """Nothing in it comes twice, and nothing of another kind's."""
    return random.Random(kind).randbytes(n)


def known(server, name, data, **fields):
    """Asks until the digest is there."""
    def strong():
        r = server.get("/" + name, **fields)
        assert r.status == 200 and r.body == data
        return not r.etag.startswith("W/") and r.etag
    return until("a strong tag", strong)


def begin(server, target, fields="", read=1 << 16):
    """A response of which the beginning was read: its connection and head."""
    c = server.connect(rcvbuf=1 << 16)
    c.send(GET % (target, fields))
    head = c.read_head()
    assert head.status in (200, 206), head
    return c, head, c.read_raw(read)


def strong(c, head, got):
    """A file that was changed a moment ago is looked at once more, and until
    then its tag is weak."""
    if not head.etag.startswith("W/"):
        return c, head, got
    c.reset()
    return None


def rest(c, head, got):
    """The body, or None when it was cut."""
    left = int(head.get("Content-Length")) - len(got)
    try:
        return got + c.read_raw(left)
    except Closed:
        return None


def patch(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def set_back(path, act):
    s = os.stat(path)
    act()
    os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns))


def mapped(path, at, data):
    """Seen by whoever reads the file at once, in its times perhaps never."""
    with open(path, "r+b") as f:
        with mmap.mmap(f.fileno(), 0) as m:
            m[at:at + len(data)] = data


# -- what changes no byte that was announced

HARMLESS = {
    "grows": lambda p, d: open(p, "ab").write(b"one more line\n"),
    "grows-much": lambda p, d: open(p, "ab").write(d),
    "touch": lambda p, d: os.utime(p),
    "times-set": lambda p, d: os.utime(p, (1, 1)),
    "chmod": lambda p, d: os.chmod(p, 0o640),
    "chown": lambda p, d: os.chown(p, os.getuid(), os.getgid()),
    "hard-link": lambda p, d: os.link(p, str(p) + ".snapshot"),
    "moved": lambda p, d: os.rename(p, str(p) + ".moved"),
    "moved-and-back": lambda p, d: (os.rename(p, str(p) + ".moved"),
                                    os.rename(str(p) + ".moved", p)),
    "removed": lambda p, d: os.unlink(p),
    "replaced": lambda p, d: (open(str(p) + "~", "wb").write(b"2" * len(d)),
                              os.rename(str(p) + "~", p)),
    "same-bytes-again": lambda p, d: patch(p, 0, d),
    "same-bytes-mapped": lambda p, d: mapped(p, 0, d),
    "there-and-back": lambda p, d: (patch(p, len(d) // 2, b"x" * 1000),
                                    patch(p, len(d) // 2,
                                          d[len(d) // 2:][:1000])),
}


@pytest.mark.parametrize("size", (SMALL, LARGE), ids=("small", "large"))
@pytest.mark.parametrize("act", sorted(HARMLESS))
def test_announced_bytes_arrive_whole(serve, act, size):
    data = bytes_of(b"1", size)
    server = serve(files={"big.bin": data}, conf=ONE)
    assert known(server, "big.bin", data) == tag_of(data)
    c, head, got = begin(server, "big.bin")
    HARMLESS[act](server.tree.path("big.bin"), data)
    assert rest(c, head, got) == data
    assert c.get("/none").status == 404  # and the connection goes on


@pytest.mark.parametrize("act", ("grows", "chmod", "chown", "hard-link",
                                 "moved", "removed", "replaced"))
def test_without_a_digest_times_and_size_must_do(serve, act):
    data = bytes_of(b"1", LARGE)
    server = serve(files={"big.bin": data},
                   conf={**ONE, "prepare": {"digest-max": "1m",
                                     "digest-idle": "0"}})
    c, head, got = begin(server, "big.bin")
    assert head.etag.startswith("W/")
    HARMLESS[act](server.tree.path("big.bin"), data)
    assert rest(c, head, got) == data


def test_a_log_that_grows_all_the_time(serve):
    """Each answer is the file as it was at some time."""
    server = serve(files={"a.log": bytes_of(b"log", 3_000_000)})
    path = server.tree.path("a.log")
    stop = threading.Event()

    def write():
        while not stop.wait(0.005):
            with open(path, "ab") as f:
                f.write(b"one more line\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(8):
            c, head, got = begin(server, "a.log")
            time.sleep(0.02)  # it grows; however much
            body = rest(c, head, got)
            assert body and path.read_bytes().startswith(body)
    finally:
        stop.set()
        writer.join()


# -- what does

HARMFUL = {
    "overwritten": lambda p, d, n: patch(p, 0, n),
    "the-middle": lambda p, d, n: patch(p, len(d) // 2, b"x" * 5000),
    "the-last-byte": lambda p, d, n: patch(p, len(d) - 1, b"\0"),
    "truncated": lambda p, d, n: os.truncate(p, len(d) - 1),
    "written-over": lambda p, d, n: open(p, "wb").write(n),
    "written-over-and-longer": lambda p, d, n: open(p, "wb").write(n + n),
    "times-set-back": lambda p, d, n: set_back(p, lambda: patch(p, 0, n)),
    "mapped": lambda p, d, n: mapped(p, 0, n),
    "mapped-last-byte": lambda p, d, n: mapped(p, len(d) - 1, b"\0"),
}


@pytest.mark.parametrize("size", (SMALL, LARGE), ids=("small", "large"))
@pytest.mark.parametrize("act", sorted(HARMFUL))
def test_no_mixture_is_complete(serve, act, size):
    data, other = bytes_of(b"1", size), bytes_of(b"2", size)
    server = serve(files={"big.bin": data}, conf=ONE)
    known(server, "big.bin", data)
    c, head, got = begin(server, "big.bin")
    assert head.etag == tag_of(data)
    HARMFUL[act](server.tree.path("big.bin"), data, other)
    body = rest(c, head, got)
    if size == LARGE:
        assert body is None
        e = server.log(1, lambda e: e["end"] != "sent")[0]
        assert e["end"] in ("file changed while sending", "file ended early")
    else:
        assert body in (None, data)


@pytest.mark.parametrize("act", ("overwritten", "the-last-byte", "truncated",
                                 "written-over"))
def test_no_mixture_without_a_digest(serve, act):
    data, other = bytes_of(b"1", LARGE), bytes_of(b"2", LARGE)
    server = serve(files={"big.bin": data},
                   conf={**ONE, "prepare": {"digest-max": "1m",
                                     "digest-idle": "0"}})
    c, head, got = begin(server, "big.bin")
    HARMFUL[act](server.tree.path("big.bin"), data, other)
    assert rest(c, head, got) is None


def test_ranges(serve):
    """A range is cut when its own bytes have changed, and only then."""
    data = bytes_of(b"1", LARGE)
    server = serve(files={"big.bin": data}, conf=ONE)
    known(server, "big.bin", data)
    path = server.tree.path("big.bin")
    first, last = 100_000, 20_000_000
    for at, whole in ((50, True), (LARGE - 10, True), (last - 5, False)):
        c, head, got = until("a part under a strong tag", lambda: strong(
            *begin(server, "big.bin", "Range: bytes=%d-%d\r\n" % (first, last))))
        assert head.status == 206 and head.etag == tag_of(data)
        patch(path, at, b"\0\0\0")
        assert rest(c, head, got) == (data[first:last + 1] if whole else None)
        patch(path, at, data[at:at + 3])
        known(server, "big.bin", data)


def test_multipart(serve):
    data = bytes_of(b"1", LARGE)
    server = serve(files={"big.bin": data}, conf=ONE)
    known(server, "big.bin", data)
    ask = "Range: bytes=0-5000000,8000000-20000000\r\n"
    for at, whole in ((6_000_000, True), (19_999_000, False)):
        c, head, got = begin(server, "big.bin", ask)
        assert head.get("Content-Type").startswith("multipart/byteranges")
        patch(server.tree.path("big.bin"), at, b"\0\0\0")
        body = rest(c, head, got)
        if whole:
            assert data[:5_000_001] in body
            assert data[8_000_000:20_000_001] in body
        else:
            assert body is None
        patch(server.tree.path("big.bin"), at, data[at:at + 3])
        known(server, "big.bin", data)


def sidecar_site(serve):
    # its first bytes, as far as anybody looks (RFC 1952 2.3.1)
    data = b"\x1f\x8b\x08" + bytes_of(b"gz", LARGE)
    server = serve(files={"a.txt": "a\n" * 1000}, conf=ONE)
    server.tree.write("a.txt.gz", data)

    # A file that was changed a moment ago is looked at once more, and while
    # the sidecar is read again there is the plain file: not before its tag is
    # strong is it there for good.
    def coded():
        with server.connect(lint=False) as c:
            c.send(GET % ("a.txt", "Accept-Encoding: gzip\r\n"))
            head = c.read_head()
            return head.get("Content-Encoding") == "gzip" and \
                head.etag == tag_of(data)[:-1] + '-gz"'
    until("the sidecar", coded)
    return server, data


@pytest.mark.parametrize("act, whole", (("grows", True), ("chmod", True),
                                        ("overwritten", False),
                                        ("mapped", False)))
def test_sidecars(serve, act, whole):
    server, data = sidecar_site(serve)
    c, head, got = begin(server, "a.txt", "Accept-Encoding: gzip\r\n")
    assert head.get("Content-Encoding") == "gzip"
    assert head.etag == tag_of(data)[:-1] + '-gz"', head.etag
    path = server.tree.path("a.txt.gz")
    if whole:
        HARMLESS[act](path, data)
    else:
        HARMFUL[act](path, data, bytes_of(b"2", len(data)))
    assert rest(c, head, got) == (data if whole else None)


# -- all at once

def tmpfs():
    """A folder in memory: there mapped writers never touch a file's times."""
    for at in ("/dev/shm", "/run/shm"):
        if os.path.isdir(at) and os.access(at, os.W_OK) and \
                pathlib.Path(at).stat().st_dev != \
                pathlib.Path("/").stat().st_dev:
            return tempfile.mkdtemp(prefix="etagd-t-", dir=at)
    pytest.skip("no file system in memory")


class Writer(threading.Thread):
    """Writes one content over the other, in every way, until told to end."""

    def __init__(self, path, contents):
        super().__init__(daemon=True)
        self.path, self.contents = path, contents
        self.stop = threading.Event()
        self.count = 0

    def run(self):
        rnd = random.Random(7)
        while not self.stop.is_set():
            data = self.contents[rnd.randrange(2)]
            at = rnd.choice((0, len(data) // 3, len(data) - 1000))
            way = rnd.randrange(6)
            if way == 0:
                patch(self.path, 0, data)
            elif way == 1:
                patch(self.path, at, data[at:])
            elif way == 2:
                set_back(self.path, lambda: patch(self.path, at, data[at:]))
            elif way == 3:
                mapped(self.path, at, data[at:])
            elif way == 4:
                os.chmod(self.path, rnd.choice((0o644, 0o664)))
            else:
                new = str(self.path) + "~"
                pathlib.Path(new).write_bytes(data)
                os.chmod(new, 0o644)
                os.rename(new, self.path)
            self.count += 1
            self.stop.wait(rnd.choice((0, 0, 0.002, 0.02)))


def judge(head, body, ask):
    """Is a complete body under a strong tag of these very bytes?"""
    if body is None or head.etag is None or head.etag.startswith("W/"):
        return "cut or weak"
    whole = ask.get(head.etag)
    if whole is None:
        # bytes of both, but all at one time, and with their own tag
        assert head.status == 206 or head.etag == tag_of(body)
        return "another version"
    first = int(head.get("Content-Range", "bytes 0-").split()[1].split("-")[0])
    assert whole[first:first + len(body)] == body, "mixture"
    return "whole"


@pytest.mark.parametrize("where", ("disk", "memory"))
@pytest.mark.parametrize("size", (257 << 10, 3 << 20, 20 << 20))
def test_writers_of_every_kind(serve, where, size):
    folder = tmpfs() if where == "memory" else None
    a, b = bytes_of(b"a", size), bytes_of(b"b", size)
    server = serve(files={"big.bin": a}, folder=folder, strong=False)
    server.linter = None
    tags = {tag_of(a): a, tag_of(b): b}
    writer = Writer(server.tree.path("big.bin"), (a, b))
    results, faults = [], []
    until_s = time.monotonic() + 3

    def read(k):
        rnd = random.Random(k)
        while time.monotonic() < until_s or (
                not results and time.monotonic() < until_s + 30):
            fields = "Range: bytes=%d-\r\n" % rnd.randrange(size - 100_000) \
                if rnd.random() < 0.3 else ""
            try:
                c, head, got = begin(server, "big.bin", fields, read=50_000)
            except (Closed, AssertionError):
                continue  # cut at once, or no file for a moment
            time.sleep(rnd.choice((0, 0.05, 0.3)))
            try:
                results.append(judge(head, rest(c, head, got), tags))
            except AssertionError as e:
                faults.append((str(e), head))
            c.close()

    readers = [threading.Thread(target=read, args=(k,)) for k in range(6)]
    writer.start()
    try:
        for t in readers:
            t.start()
        for t in readers:
            t.join()
    finally:
        writer.stop.set()
        writer.join()
    assert not faults, faults[:3]
    assert writer.count > 10 and results
    assert server.get("/big.bin").body == server.tree.path(
        "big.bin").read_bytes()
    if folder:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

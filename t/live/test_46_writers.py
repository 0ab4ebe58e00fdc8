# SPDX-License-Identifier: MIT
"""Writers of whom no directory's watch tells, or whose writing leaves the times
alone: they are seen at the next request wherever the kernel tells of them."""
import contextlib
import ctypes
import gzip
import mmap
import os
import threading
import time

import pytest

from harness import until
from wire import Closed

FILES = {"a.txt": "one version\n", "sub/b.txt": "b\n"}
LARGE = 3 << 20


@pytest.fixture
def server(serve):
    return serve(files=FILES, conf={"server": {"workers": 2}})


@pytest.fixture
def outside(server):
    folder = server.folder / "outside"
    folder.mkdir()
    return folder


def bodies(server, target, **fields):
    """One answer of each worker, or more."""
    return {server.get(target, **fields).body for _ in range(8)}


def write_in_place(path, data):
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, data)
    os.close(fd)


@contextlib.contextmanager
def mapped(path):
    """A page that is dirty already: what is written to it from now on changes no
    time, and nothing but the end of the mapping tells of it."""
    fd = os.open(path, os.O_RDWR)
    size = os.fstat(fd).st_size
    area = mmap.mmap(fd, size)
    for at in range(0, size, mmap.PAGESIZE):
        area[at:at + 1] = area[at:at + 1]
    try:
        yield area
    finally:
        area.close()
        os.close(fd)


def settle(server, target):
    """Its times are so old that it has been read for good, by each worker."""
    path = server.tree.path(target[1:])
    until("an old file", lambda: time.time() - os.stat(path).st_ctime > 0.2)
    bodies(server, target)
    return server.get(target)


def test_a_second_name_elsewhere_that_came_later(server, outside):
    old = settle(server, "/a.txt")
    os.link(server.tree.path("a.txt"), outside / "other")
    assert bodies(server, "/a.txt") == {old.body}
    write_in_place(outside / "other", b"two")
    assert bodies(server, "/a.txt") == {b"two version\n"}
    assert server.get("/a.txt").etag != old.etag


def test_a_second_name_that_is_gone(server, outside):
    """The writer keeps its descriptor."""
    os.link(server.tree.path("a.txt"), outside / "other")
    fd = os.open(outside / "other", os.O_WRONLY)
    os.unlink(outside / "other")
    try:
        assert bodies(server, "/a.txt") == {b"one version\n"}
        os.pwrite(fd, b"two", 0)
        assert bodies(server, "/a.txt") == {b"two version\n"}
    finally:
        os.close(fd)


def test_a_file_that_had_no_name(server, outside):
    """O_TMPFILE and linkat: its directory knows the name, not the writer."""
    try:
        fd = os.open(outside, os.O_TMPFILE | os.O_RDWR, 0o644)
    except OSError as why:
        pytest.skip(f"no O_TMPFILE here: {why}")
    root = os.open(outside, os.O_RDONLY)
    try:
        os.write(fd, b"one")
        os.link(f"/proc/self/fd/{fd}", server.tree.path("new.txt"),
                src_dir_fd=root, follow_symlinks=True)
        assert bodies(server, "/new.txt") == {b"one"}
        os.pwrite(fd, b"two", 0)
        assert bodies(server, "/new.txt") == {b"two"}
    finally:
        os.close(root)
        os.close(fd)


@pytest.mark.parametrize("name", ["own", "other"])
def test_a_mapping_that_has_ended(server, outside, name):
    """Its last bytes changed no time; closing is news all the same."""
    path = server.tree.path("a.txt")
    if name == "other":
        os.link(path, outside / "other")
        path = outside / "other"
    with mapped(path) as area:
        old = settle(server, "/a.txt")
        assert bodies(server, "/a.txt") == {old.body}
        area[0:3] = b"two"
    assert bodies(server, "/a.txt") == {b"two version\n"}
    assert server.get("/a.txt").etag != old.etag


def test_a_mapping_of_a_sidecar_that_has_ended(server):
    forms = [gzip.compress(b"one version\n", level, mtime=0)
             for level in (1, 9)]
    server.tree.write("a.txt.gz", forms[0])
    assert len(forms[0]) == len(forms[1]) and forms[0] != forms[1]
    with mapped(server.tree.path("a.txt.gz")) as area:
        settle(server, "/a.txt.gz")
        assert bodies(server, "/a.txt", Accept_Encoding="gzip") == {forms[0]}
        area[:] = forms[1]
    assert bodies(server, "/a.txt", Accept_Encoding="gzip") == {forms[1]}


def test_a_mapping_of_a_large_file(server):
    """Sent from the file, block by block; each held against its sum."""
    old, new = (bytes([c]) * LARGE for c in b"ab")
    server.tree.write("large.bin", old)
    with mapped(server.tree.path("large.bin")) as area:
        before = settle(server, "/large.bin")
        assert before.body == old
        area[:] = new
    assert bodies(server, "/large.bin") == {new}
    assert server.get("/large.bin").etag != before.etag


def test_a_file_that_hardly_rests_is_answered(serve):
    """Written to in place again and again: each answer is one version, and whole;
    none ends before its head."""
    server = serve(files={"busy.txt": b"0" * 400}, strong=False,
                   conf={"server": {"workers": 1}})
    stop = threading.Event()

    def write():
        with open(server.tree.path("busy.txt"), "r+b", buffering=0) as f:
            n = 0
            while not stop.wait(0.00001):
                n += 1
                os.pwrite(f.fileno(), b"%d" % (n % 10) * 400, 0)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with server.connect() as c:
            for _ in range(1000):
                r = c.get("/busy.txt")
                assert r.status == 200
                assert len(r.body) == 400 and len(set(r.body)) == 1
    finally:
        stop.set()
        writer.join()


# io_setup, io_submit, io_getevents, by what the kernel calls the processor
AIO = {"x86_64": (206, 209, 208), "aarch64": (0, 2, 4)}


class Control(ctypes.Structure):
    """struct iocb of linux/aio_abi.h"""
    _fields_ = [("data", ctypes.c_uint64), ("key", ctypes.c_uint32),
                ("flags", ctypes.c_int32), ("opcode", ctypes.c_uint16),
                ("priority", ctypes.c_int16), ("fd", ctypes.c_uint32),
                ("at", ctypes.c_uint64), ("bytes", ctypes.c_uint64),
                ("offset", ctypes.c_int64), ("unused", ctypes.c_uint64 * 2)]


def write_asynchronously(fd, data):
    """By io_submit, of which no watch tells."""
    numbers = AIO.get(os.uname().machine)
    if not numbers or ctypes.sizeof(ctypes.c_void_p) != 8:
        pytest.skip("no numbers of the calls for this processor")
    libc = ctypes.CDLL(None, use_errno=True)
    context = ctypes.c_uint64(0)
    if libc.syscall(numbers[0], 1, ctypes.byref(context)) != 0:
        pytest.skip("no asynchronous writing here")
    room = ctypes.create_string_buffer(data, len(data))
    control = Control(opcode=1, fd=fd, at=ctypes.addressof(room),
                      bytes=len(data))
    one = (ctypes.POINTER(Control) * 1)(ctypes.pointer(control))
    done = (ctypes.c_int64 * 4)()
    assert libc.syscall(numbers[1], context, ctypes.c_long(1), one) == 1
    assert libc.syscall(numbers[2], context, ctypes.c_long(1),
                        ctypes.c_long(1), done, None) == 1
    assert done[2] == len(data)


@pytest.mark.parametrize("name", ("a.txt", "sub/b.txt"))
def test_an_asynchronous_writer(serve, name):
    """Its file is looked at once a second, whatever watches say."""
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    before = settle(server, "/" + name)
    fd = os.open(server.tree.path(name), os.O_RDWR)
    try:
        for mark in (b"1", b"2"):
            data = mark * len(before.body)
            until("the file is an old one", lambda: time.time() - os.fstat(
                fd).st_ctime > 0.2)
            write_asynchronously(fd, data)
            until("the new bytes", lambda data=data: server.get(
                "/" + name).body == data)
        assert server.get("/" + name).etag != before.etag
    finally:
        os.close(fd)


def test_a_mapping_that_goes_on(serve):
    """Nothing tells of it; the first download that meets other bytes is cut, and
    that is when the file is read again.  One that is in memory meets none: here
    there is no room for it, however hot it is."""
    server = serve(files=FILES, conf={"server": {"workers": 2},
                                      "prepare": {"memory": "4m"}})
    old, new = (bytes([c]) * LARGE for c in b"ab")
    server.tree.write("large.bin", old)
    with mapped(server.tree.path("large.bin")) as area:
        before = settle(server, "/large.bin")
        area[:] = new

        def whole():
            try:
                answers = [server.get("/large.bin") for _ in range(4)]
            except Closed:
                return False
            return all(a.body == new and a.etag != before.etag
                       for a in answers)
        until("downloads that are whole, by each worker", whole)

# SPDX-License-Identifier: MIT
"""Writers of whom no directory's watch tells: they are seen within a second, not
never."""
import os

from harness import until

FILES = {"a.txt": "one version\n", "sub/b.txt": "b\n"}


def seen(server, target, data):
    """The server comes to it without anything else that happens."""
    until("the new bytes", lambda: server.get(target).body == data)


def write_in_place(path, data):
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, data)
    os.close(fd)


def test_a_second_name_elsewhere_that_came_later(serve):
    server = serve(files=FILES)
    old = server.get("/a.txt")
    outside = server.folder / "outside"
    outside.mkdir()
    os.link(server.tree.path("a.txt"), outside / "other")
    assert server.get("/a.txt").body == old.body
    write_in_place(outside / "other", b"two")
    seen(server, "/a.txt", b"two version\n")
    assert server.get("/a.txt").etag != old.etag


def test_a_second_name_that_is_gone(serve):
    """The writer keeps its descriptor."""
    server = serve(files=FILES)
    outside = server.folder / "outside"
    outside.mkdir()
    os.link(server.tree.path("a.txt"), outside / "other")
    fd = os.open(outside / "other", os.O_WRONLY)
    os.unlink(outside / "other")
    try:
        server.get("/a.txt")
        os.pwrite(fd, b"two", 0)
        seen(server, "/a.txt", b"two version\n")
    finally:
        os.close(fd)

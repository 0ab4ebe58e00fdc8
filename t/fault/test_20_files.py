# SPDX-License-Identifier: MIT
"""Files that something happens to while they are served: the next answer is
right, and none is a mixture of two versions."""
import os
import shutil
import signal
import subprocess
import sys

import pytest

from harness import until
from mounts import in_namespace, start_inside
from wire import Closed

HALF = b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
BIG = 24 << 20


def begun(server, data):
    """A download of /big.bin of which only the beginning was read."""
    server.tree.write("/big.bin", data)
    c = server.connect(rcvbuf=1 << 16)
    c.send(HALF)
    head = c.read_head()
    assert head.status == 200
    return c, c.read_raw(1 << 16)


def rest_of(c):
    """What still comes, and how it ends."""
    got = 0
    try:
        while got < BIG - (1 << 16):
            c.read_raw(1 << 16)
            got += 1 << 16
        return got, "whole"
    except (Closed, AssertionError, ConnectionResetError):
        return got, "cut"


def test_overwritten_in_place_while_it_is_sent(serve):
    """The same length, other bytes: nobody may take that for a whole file."""
    server = serve(files={"a.txt": "a\n"})
    c, _ = begun(server, b"1" * BIG)
    with open(server.tree.path("/big.bin"), "r+b") as f:
        for at in range(0, BIG, 1 << 20):
            f.seek(at)
            f.write(b"2" * (1 << 20))
    got, end = rest_of(c)
    assert end == "cut" and got < BIG
    assert server.get("/big.bin").body == b"2" * BIG
    e = server.log(1, lambda e: e["end"] != "sent")[0]
    assert e["end"] == "file changed while sending", e


def test_truncated_while_it_is_sent(serve):
    server = serve(files={"a.txt": "a\n"})
    c, _ = begun(server, b"1" * BIG)
    os.truncate(server.tree.path("/big.bin"), 100)
    assert rest_of(c)[1] == "cut"
    assert server.get("/big.bin").body == b"1" * 100
    e = server.log(1, lambda e: e["end"] != "sent")[0]
    assert e["end"] in ("file changed while sending", "file ended early"), e


@pytest.mark.parametrize("how", ("replaced", "deleted", "unreadable"))
def test_a_download_outlives_the_name(serve, how):
    """What was opened is the file that was asked for; it is sent whole."""
    server = serve(files={"a.txt": "a\n"})
    c, _ = begun(server, b"1" * BIG)
    path = server.tree.path("/big.bin")
    if how == "replaced":
        server.tree.replace("/big.bin", b"2" * BIG)
    elif how == "deleted":
        path.unlink()
    else:
        path.chmod(0)
    if how == "unreadable":
        assert rest_of(c)[1] == "whole"
    else:
        got = c.read_raw(BIG - (1 << 16))
        assert got == b"1" * len(got)
    status = server.get("/big.bin").status
    if how == "replaced":
        assert server.get("/big.bin").body == b"2" * BIG
    elif how == "deleted":
        assert status == 404
    else:
        # root's workers may read everything unless they became somebody else
        assert status in (200, 403)
        path.chmod(0o644)
        assert server.get("/big.bin").status == 200


def test_small_file_through_all_of_it(serve):
    """Truncated, emptied, deleted, made again, made a directory: each answer is
    what is there when it is asked for."""
    server = serve(files={"x.txt": "one\n"})
    path = server.tree.path("/x.txt")
    with server.connect() as c:
        for _ in range(5):
            server.tree.write("/x.txt", "one\n")
            assert c.get("/x.txt").body == b"one\n"
            os.truncate(path, 2)
            assert c.get("/x.txt").body == b"on"
            os.truncate(path, 0)
            assert c.get("/x.txt").body == b""
            path.unlink()
            assert c.get("/x.txt").status == 404
            path.mkdir()
            assert c.get("/x.txt").status == 301
            path.rmdir()
            server.tree.replace("/x.txt", "two\n")
            assert c.get("/x.txt").body == b"two\n"


def test_folder_moved_and_made_again(serve):
    server = serve(files={"d/x.txt": "old\n"})
    folder = server.tree.path("/d")
    with server.connect() as c:
        for i in range(5):
            assert c.get("/d/x.txt").status == 200
            folder.rename(folder.with_name("moved%d" % i))
            assert c.get("/d/x.txt").status == 404
            server.tree.write("/d/x.txt", "new %d\n" % i)
            assert c.get("/d/x.txt").body == b"new %d\n" % i
            assert c.get("/moved%d/x.txt" % i).status == 200


def test_root_that_is_made_anew(serve):
    """Its name has come to mean another directory: that is taken by itself."""
    server = serve(files={"x.txt": "old\n"})
    root = server.tree.root
    old = root.with_name("www.old")
    root.rename(old)
    root.mkdir()
    (root / "x.txt").write_text("new\n")
    assert server.get("/x.txt").body in (b"old\n", b"new\n")
    server.await_line("M114: root .* is another directory now")
    server.await_line("M013")
    until("the new root", lambda: server.get("/x.txt").body == b"new\n")
    shutil.rmtree(old)
    assert server.get("/x.txt").body == b"new\n"
    server.sockets_at_start = {}


def release(server, name):
    folder = server.folder / name
    folder.mkdir()
    (folder / "x.txt").write_text(name)
    return folder


def switch(link, to):
    """As deploys do it: in one step."""
    new = link.with_name(link.name + ".new")
    new.symlink_to(to)
    new.rename(link)


@pytest.mark.parametrize("where", ("root", "host", "alias"))
def test_roots_that_are_a_switched_link(serve, where):
    """Several times, the last release being removed each time."""
    server = serve(start=False, files={"x.txt": "plain\n"})
    last, link = release(server, "one"), server.folder / "current"
    link.symlink_to(last)
    if where == "root":
        server.configure({"server": {"root": str(link)}})
    elif where == "host":
        server.configure(rules="[host localhost]\nroot = %s\n" % link)
    else:
        server.configure(rules="[alias /app/]\nroot = %s\n" % link)
    server.start()
    path = "/app/x.txt" if where == "alias" else "/x.txt"
    kept = [server.connect() for _ in range(8)]
    assert {c.get(path).body for c in kept} == {b"one"}
    for name in ("two", "three", "four"):
        folder, before = release(server, name), server.mark()
        switch(link, folder)
        # of each worker, on new and kept connections alike, at once
        assert {c.get(path).body for c in kept} == {name.encode()}
        assert {server.get(path).body for _ in range(8)} == {name.encode()}
        shutil.rmtree(last)
        assert server.get(path).body == name.encode()
        server.await_line("M150: root .*current is another", since=before)
        last = folder
    for c in kept:
        c.close()


def linked(serve, workers=2):
    server = serve(start=False, files={"x.txt": "plain\n"},
                   conf={"server": {"workers": workers}})
    folder = server.folder / "app"
    folder.mkdir()
    link = folder / "current"
    last = folder / "one"
    last.mkdir()
    (last / "x.txt").write_text("one")
    link.symlink_to(last)
    server.configure({"server": {"root": str(link), "workers": workers}})
    server.start()
    assert server.get("/x.txt").body == b"one"
    return server, folder, link


def test_a_later_worker_begins_at_the_present_release(serve):
    server, folder, link = linked(serve, workers=1)
    (folder / "two").mkdir()
    (folder / "two" / "x.txt").write_text("two")
    switch(link, folder / "two")
    assert server.get("/x.txt").body == b"two"
    server.await_line("M150")
    worker = server.workers()[0]
    os.kill(worker, signal.SIGKILL)
    until("another", lambda: server.workers() not in ([], [worker]))
    assert server.get("/x.txt").body == b"two"


def test_a_root_that_leads_elsewhere(serve):
    """Out of the folder of the link: workers may not read there, so the master
    starts others, which may."""
    server, folder, link = linked(serve)
    elsewhere = release(server, "elsewhere")
    before = server.mark()
    switch(link, elsewhere)
    assert server.get("/x.txt").body in (b"one", b"elsewhere")
    server.await_line("M114|M150", since=before)
    until("the new root", lambda: server.get("/x.txt").body == b"elsewhere")
    server.sockets_at_start = {}


def test_root_deleted(serve):
    """Nothing is left to serve: 404, and nobody is harmed."""
    server = serve(files={"x.txt": "x\n", "d/y.txt": "y\n"})
    assert server.get("/x.txt").status == 200
    shutil.rmtree(server.tree.root)
    for path in ("/x.txt", "/d/y.txt", "/", "/z"):
        assert server.get(path).status == 404
    server.tree.root.mkdir()


@pytest.mark.skipif(not in_namespace(), reason="no mount namespaces here")
def test_full_and_vanished_mount(serve, tmp_path):
    """The root is a tmpfs that gets full and is then taken away."""
    mount = tmp_path / "mnt"
    mount.mkdir()
    server = serve(start=False, conf={"server": {"root": str(mount)}})
    inside = start_inside(server, "mount -t tmpfs -o size=1m none %s && "
                          "printf x > %s/x.txt" % (mount, mount))
    assert server.get("/x.txt").body == b"x"
    inside("dd if=/dev/zero of=%s/fill bs=64k count=100" % mount)
    inside("printf 12345678 > %s/y.txt" % mount)
    assert server.get("/x.txt").body == b"x"
    assert server.get("/y.txt").body in (b"", b"12345678")
    inside("umount -l %s" % mount)
    # the tree is still there for whoever holds it
    assert server.get("/x.txt").status in (200, 404, 500)
    assert server.get("/none").status in (404, 500)


@pytest.mark.skipif(not in_namespace(), reason="no mount namespaces here")
def test_mounts_below_the_root(serve):
    """What is mounted over a folder is seen at once, so is its end; nothing
    keeps it from being unmounted."""
    server = serve(start=False, files={"sub/x.txt": "below\n"},
                   conf={"server": {"workers": 1}})
    sub = server.tree.path("/sub")
    inside = start_inside(server, "true")
    for _ in range(2):
        assert server.get("/sub/x.txt").body == b"below\n"
        assert server.get("/sub/y.txt").status == 404
        assert inside("mount -t tmpfs none %s" % sub).returncode == 0
        assert server.get("/sub/x.txt").status == 404
        for text in ("one", "two"):
            inside("echo %s >%s/y.txt" % (text, sub))
            assert server.get("/sub/y.txt").body == text.encode() + b"\n"
        assert inside("umount %s" % sub).returncode == 0
    assert server.get("/sub/x.txt").body == b"below\n"
    assert server.get("/sub/y.txt").status == 404


def test_closed_standard_descriptors(serve):
    """Started without any: no connection gets their numbers."""
    import harness
    server = serve(start=False, files={"x.txt": "x\n"}, conf={
        "log": {"error": "PLACE"}})
    log = server.folder / "error.log"
    server.configure({"log": {"error": str(log), "access": "-"}})
    process = subprocess.Popen(
        ["sh", "-c", "exec %s -c %s <&- >&- 2>&-" % (harness.binary(),
                                                     server.file)],
        start_new_session=True, env=harness.environment())
    try:
        m = until("M010", lambda: log.exists() and
                  harness.READY.search(log.read_text()))
        server._addresses(m.group(1))
        for _ in range(50):
            assert server.get("/x.txt").body == b"x\n"
        server.close_connections()
        process.send_signal(signal.SIGTERM)
        assert process.wait(harness.DEADLINE_S) == 0
        assert "lost" in log.read_text(), log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


# Becomes its arguments in a namespace of users, whose limits are its own; all
# users are mapped to themselves, which a child has to do that stays outside.
OWN_USERS = """
import ctypes, os, sys
hear, tell = os.pipe()
child = os.fork()
if child == 0:
    os.read(hear, 1)
    for kind in "ug":
        with open("/proc/%d/%sid_map" % (os.getppid(), kind), "w") as f:
            f.write("0 0 65536")
    os._exit(0)
assert ctypes.CDLL(None).unshare(0x10020000) == 0
os.write(tell, b"x")
assert os.waitpid(child, 0)[1] == 0
os.setgid(0)
os.setuid(0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(not in_namespace(), reason="no namespaces here")
@pytest.mark.parametrize("what,most,told", (
    ("watches", 3, "W020"), ("watches", 0, "W020"), ("instances", 0, "W026")))
def test_without_inotify(serve, what, most, told):
    """Out of watches, or without any: said once, and no answer is stale."""
    server = serve(start=False, conf={"server": {"workers": 1}},
                   files={"d%d/x.txt" % i: "v\n" for i in range(9)})
    start_inside(server, "echo %d >/proc/sys/user/max_inotify_%s" % (most, what),
                 (sys.executable, "-c", OWN_USERS))
    for text in (b"one\n", b"two\n"):
        for i in range(9):
            server.tree.write("/d%d/x.txt" % i, text)
            assert server.get("/d%d/x.txt" % i).body == text
            server.tree.replace("/d%d/x.txt" % i, text * 2)
            assert server.get("/d%d/x.txt" % i).body == text * 2
    server.await_line(told)
    assert sum(told in line for line in server.process.lines) == 1

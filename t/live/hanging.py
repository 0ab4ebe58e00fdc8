#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hanging DIR CONTROL: mounts a small file system at DIR (by /dev/fuse, without
a library) that does not answer those operations whose names the file CONTROL
holds, until it does not hold them any more.  READ-ON is a READ that goes on with
what has been begun.  It ends when CONTROL is removed.

It has small.txt, large.bin and a folder with two files; attributes and names
are never cached, and neither are bytes."""
import ctypes
import errno
import os
import pathlib
import select
import struct
import sys
import time

LARGE = b"0123456789abcdef" * 50000
FILES = {2: ("small.txt", b"small\n"), 3: ("large.bin", LARGE),
         5: ("one.txt", b"one\n"), 6: ("two.txt", b"two\n")}
FOLDERS = {1: ("", (2, 3, 4)), 4: ("folder", (5, 6))}
OPS = {1: "LOOKUP", 3: "GETATTR", 14: "OPEN", 15: "READ", 17: "STATFS",
       18: "RELEASE", 25: "FLUSH", 26: "INIT", 27: "OPENDIR", 28: "READDIR",
       29: "RELEASEDIR"}
SILENT = (2, 36, 42)  # FORGET, INTERRUPT, BATCH_FORGET
CHANGED_S = 1600000000


def attributes(node):
    size = len(FILES[node][1]) if node in FILES else 0
    mode = 0o100644 if node in FILES else 0o40755
    return struct.pack("<6Q10I", node, size, 0, CHANGED_S, CHANGED_S, CHANGED_S,
                       0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def lookup(node, name):
    for child in FOLDERS.get(node, ("", ()))[1]:
        if name == (FILES.get(child) or FOLDERS[child])[0]:
            return struct.pack("<4Q2I", child, 0, 0, 0, 0, 0) + attributes(child)
    return -errno.ENOENT


def names(node, offset, room):
    out = b""
    for i, child in enumerate(FOLDERS[node][1]):
        name = (FILES.get(child) or FOLDERS[child])[0].encode()
        row = struct.pack("<2Q2I", child, i + 1, len(name),
                          8 if child in FILES else 4) + name
        row += b"\0" * (-len(row) % 8)
        if i >= offset and len(out) + len(row) <= room:
            out += row
    return out


def answer(op, node, body):
    """Bytes, or -errno."""
    if op == "INIT":
        return struct.pack("<4I2H2I2H8I", 7, 31, 0, 0, 12, 9, 4096, 1, 0, 0,
                           *[0] * 8)
    if op == "LOOKUP":
        return lookup(node, body.rstrip(b"\0").decode())
    if op == "GETATTR":
        return struct.pack("<Q2I", 0, 0, 0) + attributes(node)
    if op in ("OPEN", "OPENDIR"):
        return struct.pack("<Q2I", node, 1 if op == "OPEN" else 0, 0)
    if op in ("READ", "READDIR"):
        _, offset, size = struct.unpack_from("<2QI", body)
        if op == "READDIR":
            return names(node, offset, size)
        return FILES[node][1][offset:offset + size]
    if op == "STATFS":
        return struct.pack("<5Q10I", 0, 0, 0, 9, 9, 4096, 255, 4096, *[0] * 7)
    return b"" if op else -errno.ENOSYS


def serve(fd, control):
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while control.exists():
        if not poll.poll(50):
            continue
        try:
            request = os.read(fd, 1 << 20)
        except OSError as e:
            if e.errno in (errno.ENOENT, errno.EINTR):
                continue
            return
        _, code, unique, node = struct.unpack_from("<2I2Q", request)
        if code in SILENT:
            continue
        op = OPS.get(code)
        held = {op}
        if op == "READ":
            _, offset, size = struct.unpack_from("<2QI", request, 40)
            held |= {"READ-ON"} if offset and size > 1 else set()
        while control.exists() and held & set(control.read_text().split()):
            time.sleep(0.01)
        out = answer(op, node, request[40:])
        error, data = (out, b"") if isinstance(out, int) else (0, out)
        try:
            os.write(fd, struct.pack("<IiQ", 16 + len(data), error, unique) +
                     data)
        except OSError as e:
            if e.errno != errno.ENOENT:  # whoever asked has been killed
                raise


def main(folder, control):
    fd = os.open("/dev/fuse", os.O_RDWR)
    options = "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fd
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"hanging", folder.encode(), b"fuse", 0, options.encode()):
        sys.exit("mount: %s" % os.strerror(ctypes.get_errno()))
    if os.fork() == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for standard in range(3):  # its starter's pipes end without it
            os.dup2(null, standard)
        serve(fd, pathlib.Path(control))
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])

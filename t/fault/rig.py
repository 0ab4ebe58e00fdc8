# SPDX-License-Identifier: MIT
"""rig: what scenarios are made of: a server with known files, a load beside it,
and the judgement of what that load got."""
import collections
import contextlib
import datetime
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "live"))
sys.dont_write_bytecode = True

import harness  # noqa: E402
from harness import until  # noqa: E402,F401

Result = collections.namedtuple("Result", "rounds requests failed excepted "
                                "worst_ms note")
FILES = {"/a.txt": b"a small file\n", "/b.css": b"p { margin: 0 }\n" * 60,
         "/c.bin": bytes(range(256)) * 300,
         "/big.bin": b"0123456789abcdef" * (5 << 14)}  # 1.25 MB: by sendfile
HOT = {p: FILES[p] for p in ("/a.txt", "/b.css", "/c.bin")}


def make(conf=None, workers=2, **more):
    conf = {k: dict(v) for k, v in (conf or {}).items()}
    conf.setdefault("server", {}).setdefault("workers", workers)
    return harness.Server(conf=conf, files={n[1:]: d for n, d in
                                            FILES.items()},
                          lint=False, **more)


@contextlib.contextmanager
def made(conf=None, workers=2, **more):
    """The same, for as long as a block takes."""
    server = make(conf, workers, **more)
    try:
        yield server
    finally:
        server.kill()
        server.cleanup()


def done(rounds, load, excepted=(), note=""):
    """Failures on connections that were not `excepted` ({port: how many})."""
    held = collections.Counter(excepted)
    rest = []
    for f in load.result["failures"]:
        if held[f["port"]] > 0:
            held[f["port"]] -= 1
        else:
            rest.append(f)
    result = Result(rounds, load.result["requests"], len(rest),
                    len(load.result["failures"]) - len(rest),
                    load.result["slowest_ms"], note)
    assert not rest, (result, rest[:5])
    return result


def ports_of(pid, port):
    """Client ports of the connections that a process holds."""
    held = set(harness.descriptors(pid).values())
    found = []
    for line in list(open("/proc/net/tcp"))[1:]:
        col = line.split()
        if int(col[1].rpartition(":")[2], 16) == port and \
                "socket:[%s]" % col[9] in held:
            found.append(int(col[2].rpartition(":")[2], 16))
    return found


def stamp_s(line):
    """When a line of the error log was written, in seconds since 1970."""
    text = line.split()[0].rstrip("Z")
    return datetime.datetime.fromisoformat(text).replace(
        tzinfo=datetime.timezone.utc).timestamp()


def cpu_s(pid):
    text = open("/proc/%d/stat" % pid).read()
    rest = text[text.rindex(")") + 2:].split()
    return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def get(server, path="/a.txt", timeout=harness.DEADLINE_S):
    """A request on a connection of its own: (status, body, milliseconds)."""
    began = time.monotonic()
    with socket.create_connection(server.address, timeout) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close"
                  b"\r\n\r\n" % path.encode())
        data = b""
        while True:
            more = s.recv(1 << 16)
            if not more:
                break
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    return (int(head[9:12] or b"0"), body, (time.monotonic() - began) * 1000)

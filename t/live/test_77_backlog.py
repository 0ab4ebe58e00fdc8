# SPDX-License-Identifier: MIT
"""How much the system takes for a reader who has stopped: of a long file in
memory, whose bytes take no room there, more than of one that is copied."""
import os

from harness import proc_stat, until
from wire import Connection

LARGE = 16 << 20
CONF = {"server": {"workers": 1},
        "prepare": {"memory-file": LARGE, "memory": 4 * LARGE}}


def waiting(server, c):
    """Bytes that the server's end of c has taken and nobody has acknowledged."""
    ours = c.sock.getsockname()[1]
    with open("/proc/net/tcp") as f:
        for row in f.read().splitlines()[1:]:
            col = row.split()
            if int(col[1].rpartition(":")[2], 16) == server.port and \
                    int(col[2].rpartition(":")[2], 16) == ours:
                return int(col[4].partition(":")[0], 16)
    return 0


def most(server, c):
    """When no more are taken: the same for a while, in which the worker did not
    wait for a processor."""
    seen, (worker,) = [], server.workers()

    def still():
        seen.append((waiting(server, c), proc_stat(worker)[1]))
        last = set(seen[-60:])
        return seen[-1][0] if len(seen) > 60 and len(last) == 1 and \
            seen[-1][1] == "S" else 0
    return until("a socket that is full", still)


def stopped(server, c, target):
    c.send(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % target)
    n = most(server, c)
    response = c.read_response()
    assert response.status == 200
    return n


def test_reader_stops(serve):
    server = serve(files={"long.bin": os.urandom(LARGE),
                          "copied.bin": os.urandom(LARGE + 1)}, conf=CONF)
    assert server.get("/long.bin").status == 200
    with Connection(server.address, rcvbuf=65536) as c:
        # 1 MiB that is not on its way yet, and little that is
        first = stopped(server, c, b"/copied.bin")
        long = stopped(server, c, b"/long.bin")
        again = stopped(server, c, b"/copied.bin")
    assert max(first, again) < 1.5 * (1 << 20) < long

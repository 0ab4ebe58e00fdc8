# SPDX-License-Identifier: MIT
"""Many who read large files: each gets on, and one that asks for little is not kept
until they have done.  Counted in bytes, not in time."""
import os
import selectors
import socket
import threading

from wire import DEADLINE_S, Connection

MANY = 150
LARGE = 24 << 20
WINDOW = 1 << 20  # or as much as one may have (net.core.rmem_max)
ASK = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Readers:
    """They read whatever comes, all at once, in a thread of their own."""
    def __init__(self, server):
        self.got = [0] * MANY
        self.first_done = None  # what each had when the first had all
        self.selector = selectors.DefaultSelector()
        self.stop = False
        self.sockets = []
        for i in range(MANY):
            s = socket.socket()
            # one size for all: left alone, the kernel gives most to those that
            # have most
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
            s.settimeout(DEADLINE_S)
            s.connect(server.address)
            s.setblocking(False)
            s.send(ASK % b"large.bin")
            self.selector.register(s, selectors.EVENT_READ, i)
            self.sockets.append(s)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        place = bytearray(4 << 20)  # nothing is put there (MSG_TRUNC, tcp(7))
        while not self.stop and min(self.got) < LARGE:
            for key, _ in self.selector.select(0.1):
                n = key.fileobj.recv_into(place, 0, socket.MSG_TRUNC)
                self.got[key.data] += n
                if n == 0:
                    self.selector.unregister(key.fileobj)
                elif self.got[key.data] > LARGE and not self.first_done:
                    self.first_done = list(self.got)

    def end(self):
        self.stop = True
        self.thread.join(DEADLINE_S)
        for s in self.sockets:
            s.close()


def watched(server):
    """What each had when the first had all, and how much passed by newcomers."""
    readers = Readers(server)
    waited = []
    try:
        while min(readers.got) < LARGE and readers.thread.is_alive():
            before = sum(readers.got)
            with Connection(server.address) as c:
                c.send(ASK % b"a.txt")
                assert c.read_response().status == 200
            waited.append(sum(readers.got) - before)
    finally:
        readers.end()
    assert readers.first_done, "none has come to its end"
    return readers.first_done, waited


def test_everybody_gets_on(serve):
    """The best of three, and what most newcomers see: beside a load neither the
    readers nor the newcomer are on their processor all the time."""
    server = serve(files={"large.bin": os.urandom(LARGE), "a.txt": "a\n"},
                   conf={"server": {"workers": 1}})
    assert server.get("/a.txt").status == 200
    assert server.request("HEAD", "/large.bin").status == 200
    seen = []
    for _ in range(3):
        had, waited = watched(server)
        usual = sorted(waited)[len(waited) // 2]
        # Of each some hundred KiB are on their way; none is a whole file behind.
        # Twice around is what a newcomer may see pass by: 512 KiB a turn, each.
        if min(had) > LARGE // 4 and usual < 3 * MANY * (1 << 20):
            return
        seen.append((sorted(had)[:5], usual))
    assert not seen, seen

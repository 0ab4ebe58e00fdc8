# SPDX-License-Identifier: MIT
"""visits: many clients on kept connections, in processes of their own, that ask
for one file after the other and count what they get."""
import collections
import multiprocessing
import random
import socket
import threading
from typing import Any

PROCESSES, CLIENTS = 2, 16


class Lost(Exception):
    """No whole answer, or another one than is right."""


class Client:
    def __init__(self, address):
        self.address, self.sock, self.have = address, None, bytearray()

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock, self.have = None, bytearray()

    def _more(self):
        data = self.sock.recv(1 << 18)
        if not data:
            raise Lost("closed" if not self.have else "cut")
        self.have += data

    def get(self, path, fields=""):
        """(status, head, content); opens a connection where there is none."""
        try:
            if self.sock is None:
                self.sock = socket.create_connection(self.address, 60)
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock.sendall(("GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (
                path, fields)).encode())
            while (end := self.have.find(b"\r\n\r\n")) < 0:
                self._more()
            head = bytes(self.have[:end + 2])
            del self.have[:end + 4]
            status = int(head[9:12])
            body = self._content(head.lower(), status)
        except OSError as why:
            raise Lost(type(why).__name__)
        if b"\r\nconnection: close\r\n" in head.lower():
            self.close()
        return status, head, body

    def _content(self, head, status):
        if status in (204, 304):
            return b""
        at = head.find(b"\r\ncontent-length: ")
        if at < 0:
            return self._chunks()
        size = int(head[at + 18:head.index(b"\r\n", at + 18)])
        while len(self.have) < size:
            self._more()
        body = bytes(self.have[:size])
        del self.have[:size]
        return body

    def _chunks(self):
        body = bytearray()
        while True:
            while (end := self.have.find(b"\r\n")) < 0:
                self._more()
            size = int(self.have[:end], 16)
            while len(self.have) < end + 2 + size + 2:
                self._more()
            body += self.have[end + 2:end + 2 + size]
            del self.have[:end + 2 + size + 2]
            if not size:
                return bytes(body)


def field(head, name):
    at = head.lower().find(b"\r\n" + name.lower().encode() + b": ")
    if at < 0:
        return None
    at += len(name) + 4
    return head[at:head.index(b"\r\n", at)].decode()


def _process(address, files, seed, done, ending, results):
    counts, lock = collections.Counter(), threading.Lock()

    def run(k):
        r, mine, c = random.Random(seed * 100 + k), collections.Counter(), \
            Client(address)
        paths = sorted(files)
        while not ending.is_set():
            path = r.choice(paths)
            try:
                status, _, body = c.get(path)
                if status != 200:
                    raise Lost("status %d" % status)
                if body != files[path]:
                    raise Lost("other content")
                mine["good"] += 1
            except Lost as why:
                mine[str(why)] += 1
                c.close()
            with done.get_lock():
                done.value += 1
        c.close()
        with lock:
            counts.update(mine)
    threads = [threading.Thread(target=run, args=(k,)) for k in range(CLIENTS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    results.put(dict(counts))


class Visits:
    """with Visits(address, {path: content}) as v: v.more(100); then v.counts"""

    def __init__(self, address, files):
        self.done: Any = multiprocessing.Value("l", 0)
        self.ending = multiprocessing.Event()
        self.results = multiprocessing.Queue()
        self.processes = [multiprocessing.Process(
            target=_process, args=(address, files, i, self.done, self.ending,
                                   self.results)) for i in range(PROCESSES)]
        self.counts = collections.Counter()

    def __enter__(self):
        for p in self.processes:
            p.start()
        return self

    def until(self, wanted, look):
        """Waits for so many answers in all."""
        look("answers", lambda: self.done.value >= wanted, 600)

    def __exit__(self, *ignored):
        self.ending.set()
        for _ in self.processes:
            self.counts.update(self.results.get(timeout=120))
        for p in self.processes:
            p.join()

    @property
    def lost(self):
        return {k: n for k, n in self.counts.items() if k != "good"}

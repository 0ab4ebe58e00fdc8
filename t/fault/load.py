# SPDX-License-Identifier: MIT
"""load: keep-alive clients that do nothing wrong and count what they get.

A request has failed when its connection ended without a whole answer, or the
answer was not the expected one.  A connection that the server ended while
nothing was asked on it is opened again and counted apart: that is allowed.
Runs as a process of its own, so that nothing that a test does slows it down.
"""
import json
import select
import socket
import subprocess
import sys
import time

THINK_S = 0.001
HANGS_S = 60  # later than any machine's load explains


class Client:
    """One connection at a time, one request at a time."""

    def __init__(self, load, n):
        self.load = load
        self.n = n
        self.sock = None
        self.asked = 0.0    # 0: nothing is being asked
        self.due = 0.0      # when to ask next
        self.have = bytearray()
        self.whole = 0      # length of the answer, once its head is there
        self.turn = n

    def open(self):
        self.sock = socket.socket()
        self.sock.settimeout(HANGS_S)
        self.sock.connect(self.load.address)
        self.sock.setblocking(False)
        self.port = self.sock.getsockname()[1]
        self.load.by_fd[self.sock.fileno()] = self
        self.load.poll.register(self.sock.fileno(), select.EPOLLIN)
        self.have = bytearray()
        self.load.opened += 1

    def close(self):
        self.load.poll.unregister(self.sock.fileno())
        del self.load.by_fd[self.sock.fileno()]
        self.sock.close()
        self.sock = None
        self.whole = 0
        self.asked = 0.0

    def ask(self, now):
        try:
            if self.sock is None:
                self.open()
            self.path, self.body = self.load.files[
                self.turn % len(self.load.files)]
            self.turn += 1
            self.asked = now
            self.sock.send(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" %
                           self.path)
        except OSError as e:
            self.failed("%s when asking" % type(e).__name__)

    def failed(self, why):
        self.load.failures.append({
            "at": time.time(), "port": getattr(self, "port", 0),
            "why": why, "path": self.path.decode(),
            "bytes": len(self.have)})
        if self.sock:
            self.close()
        self.asked = 0.0
        self.due = time.monotonic() + 0.01

    def readable(self, now):
        try:
            data = self.sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError as e:
            data = b""
            if self.asked:
                self.failed(type(e).__name__)
                return
        if not data:
            if self.asked:
                self.failed("closed")
            else:
                self.load.idle_closed += 1
                self.close()
            return
        self.have += data
        if len(self.have) < self.whole:
            return
        end = self.have.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.have[:end + 2].lower()
        at = head.find(b"\r\ncontent-length: ")
        size = int(head[at + 18:head.index(b"\r\n", at + 18)]) if at > 0 else 0
        self.whole = end + 4 + size
        if len(self.have) >= self.whole:
            self.whole = 0
            self.answered(now, head, self.have[end + 4:])

    def answered(self, now, head, body):
        if not head.startswith(b"http/1.1 200"):
            self.failed("status %s" % head[9:12].decode())
            return
        if self.body is not None and body != self.body:
            self.failed("other content")
            return
        took = now - self.asked
        self.load.done += 1
        self.load.slowest = max(self.load.slowest, took)
        self.load.over += took > 0.05
        self.asked = 0.0
        self.have = bytearray()
        self.due = now + self.load.think
        if b"\r\nconnection: close\r\n" in head:
            self.load.told += 1
            self.close()


class Load:
    def __init__(self, address, count, files, think):
        self.address = address
        self.files = files
        self.think = think
        self.poll = select.epoll()
        self.by_fd = {}
        self.failures = []
        self.done = self.opened = self.idle_closed = self.told = 0
        self.over = 0
        self.slowest = 0.0
        self.clients = [Client(self, n) for n in range(count)]

    def turn(self, stopping):
        now = time.monotonic()
        busy = False
        for c in self.clients:
            if c.asked:
                busy = True
                if now - c.asked > HANGS_S:
                    c.failed("no answer in %d s" % HANGS_S)
            elif not stopping and now >= c.due:
                c.ask(now)
        for fd, _ in self.poll.poll(0.001):
            c = self.by_fd.get(fd)
            if c:
                c.readable(time.monotonic())
        return busy

    def run(self, stop):
        while not stop():
            self.turn(False)
        end = time.monotonic() + HANGS_S + 5
        while self.turn(True) and time.monotonic() < end:
            pass
        return {"requests": self.done + len(self.failures),
                "failures": self.failures, "opened": self.opened,
                "idle_closed": self.idle_closed, "told": self.told,
                "slowest_ms": round(self.slowest * 1000, 1),
                "over_50ms": self.over}


def main():
    spec = json.loads(sys.stdin.readline())
    files = [(p.encode(), None if b is None else b.encode("latin-1"))
             for p, b in spec["files"]]
    load = Load(tuple(spec["address"]), spec["count"], files, spec["think"])
    stdin = select.poll()
    stdin.register(sys.stdin, select.POLLIN | select.POLLHUP)
    first = [True]

    def stop():
        if first[0] and load.done >= spec["count"]:
            first[0] = False
            print("running", flush=True)
        return bool(stdin.poll(0))
    print(json.dumps(load.run(stop)), flush=True)


class Running:
    """with Running(address, {path: body}) as load: ...; then load.result."""

    def __init__(self, address, files, count=32, think=THINK_S, wait=True):
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        spec = {"address": address, "count": count, "think": think,
                "files": [[p, None if b is None else b.decode("latin-1")]
                          for p, b in files.items()]}
        self.process.stdin.write(json.dumps(spec) + "\n")
        self.process.stdin.flush()
        if wait:
            assert self.process.stdout.readline() == "running\n"

    def stop(self):
        self.process.stdin.close()
        for line in self.process.stdout:
            if line.startswith("{"):
                self.result = json.loads(line)
        self.process.wait(2 * HANGS_S)
        return self.result

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.stop()
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()


if __name__ == "__main__":
    main()

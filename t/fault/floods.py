# SPDX-License-Identifier: MIT
"""floods: more clients, or slower ones, than anybody wants."""
import functools
import resource
import socket
import time

from rig import FILES, HOT, cpu_s, done, get, harness, made, make
from load import Running


def descriptors(rounds):
    """64 descriptors, 500 silent connections: one that asks is answered."""
    def limited():
        # only the child's limits: ours are needed for 500 clients
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    server = make({"timeouts": {"idle": "1h"}}, workers=1, start=False)
    old = harness.subprocess.Popen
    try:
        setattr(harness.subprocess, "Popen", functools.partial(
            old, preexec_fn=limited))
        server.start()
    finally:
        setattr(harness.subprocess, "Popen", old)
    silent = []
    worst = 0
    try:
        with Running(server.address, HOT, count=4) as load:
            for _ in range(rounds):
                silent += [socket.create_connection(server.address)
                           for _ in range(500)]
                for path in FILES:
                    status, body, ms = get(server, path)
                    assert status == 200 and body == FILES[path], path
                    worst = max(worst, ms)
                for s in silent[:-500]:
                    s.close()
                del silent[:-500]
        pid = server.workers()[0]
        used = cpu_s(pid)
        time.sleep(0.5)
        used = cpu_s(pid) - used
        assert used < 0.1, "spins: %.2f s of 0.5 s" % used
        result = done(rounds, load, note="slowest request among them: %d ms" %
                      worst)
        for s in silent:
            s.close()
        server.sockets_at_start = {}
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


def slow_heads(rounds, count=None, limit_s=None):
    """Heads at one byte a second: dropped at the limit, the others unharmed."""
    count = count or min(2000, 200 * rounds)
    limit_s = limit_s or (10 if rounds > 9 else 2)
    with made({"timeouts": {"head": "%ds" % limit_s}}) as server:
        raw = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"x" * 100
        with Running(server.address, HOT, count=8) as load:
            slow = [socket.create_connection(server.address)
                    for _ in range(count)]
            began = time.monotonic()
            dropped = 0
            at = 0
            while slow and time.monotonic() - began < limit_s + harness.DEADLINE_S:
                for s in list(slow):
                    try:
                        s.send(raw[at:at + 1])
                        s.setblocking(False)
                        data = s.recv(4096)
                        assert data[:12] == b"HTTP/1.1 408", data
                    except BlockingIOError:
                        s.setblocking(True)
                        continue
                    except (ConnectionResetError, BrokenPipeError):
                        pass
                    s.close()
                    slow.remove(s)
                    dropped += 1
                at += 1
                time.sleep(min(1, limit_s / 8))
            took = time.monotonic() - began
        result = done(rounds, load, note="%d of %d dropped, the last after "
                      "%.1f s" % (dropped, count, took))
        assert not slow, "%d were never dropped" % len(slow)
        server.stop()
        return result


def slow_readers(rounds, count=None, window_s=None):
    """Readers at ten bytes a second: that is no progress."""
    count = count or min(2000, 100 * rounds)
    window_s = window_s or (20 if rounds > 9 else 2)
    with made({"limits": {"rate-window": "%ds" % window_s,
                          "send-rate": 500}}) as server:
        ask = b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
        slow = []
        with Running(server.address, HOT, count=8) as load:
            for _ in range(count):
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                s.connect(server.address)
                s.sendall(ask)
                slow.append(s)
            began = time.monotonic()
            while time.monotonic() - began < window_s * 4 + harness.DEADLINE_S:
                for s in slow:
                    try:
                        s.recv(10, socket.MSG_DONTWAIT)
                    except (BlockingIOError, ConnectionResetError):
                        pass
                cut = sum(e["end"] == "below the lowest rate" or
                          e["end"] == "reader too slow"
                          for e in server.log() if e["target"] == "/big.bin")
                if cut == count:
                    break
                time.sleep(1)
            took = time.monotonic() - began
        result = done(rounds, load, note="%d of %d dropped, the last after "
                      "%.1f s" % (cut, count, took))
        assert cut == count, result
        for s in slow:
            s.close()
        server.stop()
        return result

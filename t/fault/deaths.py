# SPDX-License-Identifier: MIT
"""deaths: processes that are killed, or stand still."""
import os
import signal
import socket
import time

from rig import (FILES, HOT, Result, done, get, harness, made, make, ports_of,
                 stamp_s, until)
from load import Running


def kill_worker(rounds):
    """The connections of the one that dies are lost, all others are not."""
    with made(workers=3) as server:
        excepted = []
        replaced = []
        with Running(server.address, FILES) as load:
            for _ in range(rounds):
                pid = until("a worker", server.workers)[0]  # the oldest
                harness.halt(pid)  # so that what it holds stays
                excepted += ports_of(pid, server.port)
                since = server.mark()
                began = time.time()
                os.kill(pid, signal.SIGKILL)
                server.await_line("M030: .*pid %d" % pid, since)
                line = server.await_line("M034: worker", since).string
                replaced.append(stamp_s(line) - began)
                time.sleep(0.25)  # a crash loop is slowed down on purpose
        result = done(rounds, load, excepted,
                      "replaced after %d ms (median), %d ms (worst)" %
                      (sorted(replaced)[rounds // 2] * 1000,
                       max(replaced) * 1000))
        server.sockets_at_start = {}
        server.stop()
        return result


def kill_preparer(rounds):
    """Files that are asked for the first time while it dies are right too."""
    with made({"timeouts": {"prepare": "2s"}}) as server:
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                since = server.mark()
                fresh = {"/n%d-%d.txt" % (i, k): b"new %d %d\n" % (i, k) * 99
                         for k in range(10)}
                for name, data in fresh.items():
                    server.tree.write(name, data)
                os.kill(server.preparer(), signal.SIGKILL)
                for name, data in fresh.items():
                    status, body, _ = get(server, name)
                    assert (status, body) == (200, data), (name, status)
                server.await_line("M031", since)
                if rounds > 9:
                    time.sleep(0.6)  # a crash loop is slowed down on purpose
        result = done(rounds, load)
        server.stop()
        return result


def observed(rounds, preparer_too):
    """The observer dies again and again: whoever is served does not notice, and
    it is back each time."""
    with made({"observe": {"listen": "127.0.0.1:0"},
               "timeouts": {"prepare": "2s"}}) as server:
        line = server.await_line(r"M012: observing at http://([0-9.]+):(\d+)/")
        place = (line.group(1), int(line.group(2)))
        inode = "socket:[%s]" % min(harness.listening_inodes(place[1]))

        def observer():
            return [p for p in server.children() if p not in server.workers()
                    and inode in harness.descriptors(p).values()]
        back = []
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                since = server.mark()
                pid = until("an observer", observer)[0]
                os.kill(pid, signal.SIGKILL)
                began = time.monotonic()
                if preparer_too:
                    os.kill(server.preparer(), signal.SIGKILL)
                    server.tree.write("/n%d.txt" % i, b"new %d\n" % i)
                    assert get(server, "/n%d.txt" % i)[:2] == (
                        200, b"new %d\n" % i)
                    server.await_line(r"M031", since)
                server.await_line(r"O001: .*pid %d\) ended by signal 9" % pid,
                                  since)
                assert page(place).startswith(b"HTTP/1.1 200 ")
                back.append(time.monotonic() - began)
                time.sleep(0.6 if rounds > 9 else 0.1)
        result = done(rounds, load, note="median until it answers: %d ms" %
                      (sorted(back)[rounds // 2] * 1000))
        server.sockets_at_start = {}
        server.stop()
        return result


def page(place):
    """The observer's, on a connection that waits until there is one."""
    with socket.create_connection(place, harness.DEADLINE_S) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n"
                  b"\r\n" % (place[0].encode(), place[1]))
        return s.recv(4096)


def kill_observer(rounds):
    return observed(rounds, False)


def kill_helpers(rounds):
    """Preparer and observer together."""
    return observed(rounds, True)


def stop_preparer(rounds):
    """Hung, not dead: new files are answered by their names, hot ones as if
    nothing were the matter."""
    with made({"timeouts": {"prepare": "300ms"}}) as server:
        worst = 0.0
        with Running(server.address, HOT) as load:
            pid = server.preparer()
            harness.halt(pid)
            for i in range(rounds):
                server.tree.write("/cold%d.css" % i, b"p { color: red }\n")
                status, body, ms = get(server, "/cold%d.css" % i)
                assert (status, body) == (200, b"p { color: red }\n")
                worst = max(worst, ms)
            os.kill(pid, signal.SIGCONT)
        # (it stands still all the time, so any answer is one without it)
        result = done(rounds, load, note="slowest new file: %d ms" % worst)
        server.stop()
        return result


def stop_worker(rounds):
    """One worker does not turn: the others take what is new; what it holds is
    late, not lost."""
    with made(workers=3) as server:
        worst = 0.0
        with Running(server.address, HOT) as load:
            for i in range(rounds):
                pid = until("three workers", lambda: (
                    lambda w: w if len(w) == 3 else None)(server.workers()))[i % 3]
                harness.halt(pid)
                for _ in range(20):
                    status, _, ms = get(server)
                    assert status == 200
                    worst = max(worst, ms)
                os.kill(pid, signal.SIGCONT)
        result = done(rounds, load,
                      note="slowest new connection: %d ms" % worst)
        server.stop()
        return result


def received(s):
    """The answer for /a.txt, in however many pieces it comes."""
    data = b""
    while FILES["/a.txt"] not in data:
        more = s.recv(4096)
        assert more, data
        data += more
    return data


def kill_master(rounds):
    """Its children finish what they have and end; the port is free again."""
    requests = 0
    worst = 0.0
    for _ in range(rounds):
        server = make()
        try:
            with socket.create_connection(server.address) as kept:
                kept.settimeout(harness.DEADLINE_S)
                ask = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
                kept.sendall(ask)
                assert b"a small file" in received(kept)
                children = server.children()
                os.kill(server.pid, signal.SIGKILL)
                server.process.popen.wait()
                began = time.monotonic()
                second = make({"server": {"listen": "127.0.0.1:%d" %
                                          server.port}})
                worst = max(worst, (time.monotonic() - began) * 1000)
                try:
                    kept.sendall(ask)  # answered, and told that it is the last
                    data = received(kept)
                    assert b"Connection: close" in data, data
                    assert get(second)[0] == 200
                    requests += 3
                finally:
                    second.stop()
                    second.cleanup()
            until("its children end",
                  lambda: not any(map(harness.alive, children)))
        finally:
            server.kill()
            server.cleanup()
    return Result(rounds, requests, 0, 0, round(worst, 1),
                  "worst: until the new one serves")

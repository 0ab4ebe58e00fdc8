# SPDX-License-Identifier: MIT
"""beside: the rows of compare.  Each takes a kind of server and a number of
rounds; it gives what it saw in words, and whether that meets etagd's goal."""
import os
import re
import signal
import socket
import time

import servers
from load import Running
from rig import cpu_s, harness, ports_of, stamp_s
from servers import FILES, Started, ask, opened

HUGE = 100 << 20


def lost(load):
    r = load.result
    return "%d of %d lost, worst %d ms, %d over 50 ms" % (
        len(r["failures"]), r["requests"], r["slowest_ms"], r["over_50ms"])


def reload(kind, rounds):
    with Started(kind) as server:
        with Running(server.address, FILES) as load:
            for _ in range(rounds):
                server.signal(kind.reload)
                time.sleep(0.3)
        return lost(load), not load.result["failures"] and \
            load.result["over_50ms"] == 0


def no_reload(kind, rounds):
    """How slow the slowest answer is when nothing happens: what the machine
    and the client do to it."""
    with Started(kind) as server:
        with Running(server.address, FILES) as load:
            time.sleep(0.3 * rounds)
        return lost(load), None


def bad_reload(kind, _):
    with Started(kind) as server:
        with open(server.conf, "a") as f:
            f.write(kind.faults)
        server.signal(kind.reload)
        time.sleep(0.7)
        there = server.process.poll() is None and ask(server.address, 1)
        text = "the old one serves on" if there else "exits"
        told = server.told.read_text()
        both = "nonsense" in told and "16q" in told
        if server.ours:
            text += ", every fault printed" if both else ", faults missing"
        return text, bool(there and both)


def upgrade(kind, rounds):
    if not kind.upgrade:
        return None
    with Started(kind, orphan=kind.program is not None) as server:
        if server.orphan:
            server.process.wait()
        master = server.masters()[0] if server.orphan else server.process.pid
        with Running(server.address, FILES) as load:
            for _ in range(rounds):
                os.kill(master, signal.SIGUSR2)
                old = master
                master = until(lambda: next(
                    (p for p in server.masters() if p != old), None))
                time.sleep(0.3)  # its workers are up
                if not server.ours:
                    os.kill(old, signal.SIGQUIT)
                until(lambda: ended(server, old))
        return lost(load), not load.result["failures"]


def ended(server, pid):
    if pid == server.process.pid:
        return server.process.poll() is not None
    return not harness.alive(pid)


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise TimeoutError("never came")


def idle_used_after_stop(kind, _):
    with Started(kind) as server:
        s = opened(server, "/a.txt")
        s.recv(4096)
        server.signal(kind.finish)
        time.sleep(0.4)
        try:
            s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
            told = s.recv(4096)
        except OSError:
            told = b""
        s.close()
        good = told.startswith(b"HTTP/1.1 200") and \
            b"connection: close" in told.lower()
        return "200 + close" if good else told[:12].decode() or "cut", good


def kill_worker(kind, rounds):
    with Started(kind) as server:
        held = 0
        ms = []
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                workers = server.workers()
                pid = workers[i % len(workers)]
                harness.halt(pid)
                held += len(ports_of(pid, server.port))
                began = time.time()
                os.kill(pid, signal.SIGKILL)
                if server.ours:
                    ms.append(1000 * (until(lambda: serving(server, i)) -
                                      began))
                time.sleep(0.5)
        text = "%s; the killed ones held %d" % (lost(load), held)
        if not server.ours:
            return text, None
        return "%s; replaced after %d ms (median), %d ms (worst)" % (
            text, sorted(ms)[len(ms) // 2], max(ms)), \
            len(load.result["failures"]) <= held and max(ms) < 50


def serving(server, n):
    """When the worker instead of the n-th one killed was ready."""
    lines = [x for x in server.told.read_text().splitlines() if "M034:" in x]
    return stamp_s(lines[n]) if len(lines) > n else None


def crash_loop(kind, seconds):
    """Whoever comes up is killed at once."""
    with Started(kind) as server:
        seen = set()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for pid in server.workers():
                if server.ours and kind_of(pid) != "worker":
                    continue
                seen.add(pid)
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.005)
        return "%d started in %d s" % (len(seen), seconds), len(seen) <= 24


def kind_of(pid):
    """A worker watches files and names, the preparer files alone."""
    watches = sum("inotify" in what
                  for what in harness.descriptors(pid).values())
    return "worker" if watches > 1 else "other"


def kill_master(kind, _):
    server = Started(kind)
    second = None
    try:
        assert server.up() is not None
        kept = socket.create_connection(server.address)  # somebody is there
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        began = time.monotonic()
        while time.monotonic() - began < 5:
            if second:
                second.end()
            second = Started(kind, server.folder, server.port)
            # orphans of the old one may answer on a port that is still theirs
            while second.process.poll() is None and \
                    time.monotonic() - began < 5:
                if second.workers() and ask(server.address, 1):
                    kept.close()
                    ms = (time.monotonic() - began) * 1000
                    return "new start serves after %d ms" % ms, ms < 1000
                time.sleep(0.01)
        kept.close()
        return "no new start in 5 s", False
    finally:
        if second:
            second.end()
        server.clean()


def draining(kind, _):
    """A long download holds the old generation."""
    with Started(kind) as server:
        (server.www / "huge.bin").write_bytes(bytes(1 << 20) * (HUGE >> 20))
        s = opened(server, "/huge.bin")
        s.recv(4096)
        server.signal(kind.reload)
        worst, missing = 0, 0
        end = time.monotonic() + 3
        while time.monotonic() < end:
            ms = ask(server.address, 5)
            missing += ms is None
            worst = max(worst, ms or 0)
            time.sleep(0.01)
        s.close()
        return "slowest new request %d ms%s" % (
            worst, ", %d not answered" % missing if missing else ""), \
            worst < 50 and not missing


def descriptors(kind, _):
    silent = []
    with Started(kind, descriptors=64) as server:
        for _ in range(500):
            s = socket.socket()
            s.settimeout(1)
            silent.append(s)
            try:
                s.connect(server.address)
            except OSError:
                break
        ms = ask(server.address, 3)
        used = sum(map(cpu, server.children()))
        time.sleep(1)
        used = sum(map(cpu, server.children())) - used
        for s in silent:
            s.close()
        return "%s, %d %% of a processor" % (
            "no answer in 3 s" if ms is None else "answer in %d ms" % ms,
            used * 100), ms is not None and ms < 100 and used < 0.1


def cpu(pid):
    try:
        return cpu_s(pid)
    except OSError:
        return 0


def dropped(held, step, seconds):
    """Lets `step` be done to each once a second; (how many are gone, when)."""
    began = time.monotonic()
    last = 0.0
    gone = set()
    while time.monotonic() - began < seconds and len(gone) < len(held):
        for s in held:
            if s in gone:
                continue
            try:
                step(s)
            except BlockingIOError:
                pass
            except OSError:
                gone.add(s)
                continue
            if not servers.alive(s):
                gone.add(s)
        last = time.monotonic() - began if gone else last
        time.sleep(1)
    for s in held:
        s.close()
    return "%d of %d dropped%s" % (len(gone), len(held), " within %d s" % (
        last + 1) if gone else " in %d s" % seconds), len(gone) == len(held)


def slow_heads(kind, count):
    limit = 8
    with Started(kind, limit=limit) as server:
        with Running(server.address, FILES, count=8, wait=False) as load:
            held = []
            for _ in range(count):
                s = socket.socket()
                s.settimeout(2)
                try:
                    s.connect(server.address)
                except OSError:
                    break
                s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nX-A: ")
                held.append(s)
            text, all_gone = dropped(held, lambda s: s.send(b"x"), limit + 6)
        return "%s (limit %d s); the others: %s" % (text, limit, lost(load)), \
            all_gone and not load.result["failures"]


def slow_readers(kind, count):
    limit = 8
    with Started(kind, limit=limit) as server:
        (server.www / "big.bin").write_bytes(bytes(1 << 20) * 4)
        with Running(server.address, FILES, count=8, wait=False) as load:
            held = []
            for _ in range(count):
                try:
                    held.append(opened(server, "/big.bin", rcvbuf=2048))
                except OSError:
                    break
            text, all_gone = dropped(
                held, lambda s: s.recv(10, socket.MSG_DONTWAIT), 4 * limit)
        return "%s (limit %d s); the others: %s" % (text, limit, lost(load)), \
            all_gone and not load.result["failures"]


def overwritten(kind, _):
    with Started(kind) as server:
        path = server.www / "big.bin"
        size = 24 << 20
        path.write_bytes(b"1" * size)
        s = opened(server, "/big.bin", rcvbuf=1 << 16)
        got = s.recv(1 << 16)
        with open(path, "r+b") as f:
            f.write(b"2" * size)
        whole = got.index(b"\r\n\r\n") + 4 + size
        s.settimeout(3)
        try:
            while len(got) < whole:
                more = s.recv(1 << 20)
                if not more:
                    break
                got += more
        except OSError:
            pass
        s.close()
        again = opened(server, "/big.bin")
        more = again.recv(1 << 20)
        again.close()
        right = more.endswith(b"2")
        noticed = len(got) < whole
        text = "cut" if noticed else \
            "mixed body under one tag, unnoticed" if b"2" in got[-size:] else \
            "the old bytes, whole"
        if server.ours:
            told = until(lambda: re.search(
                "file changed while sending",
                open(server.access).read()), 3)
            text += ", reason logged" if told else ", no reason logged"
        return "%s, the next request is %s" % (
            text, "right" if right else "wrong"), noticed and right


def full_log(kind, seconds):
    with Started(kind, access="/dev/full") as server:
        with Running(server.address, FILES, count=8) as load:
            time.sleep(seconds)
        until(lambda: not server.ours or "W030" in server.told.read_text(), 5)
        told = server.told.read_text()
        try:
            told += open(os.path.join(server.folder, "error.log")).read()
        except OSError:
            pass
        m = re.search(r"W030: (.*)", told)
        return "%d of %d answered; %s" % (
            load.result["requests"] - len(load.result["failures"]),
            load.result["requests"],
            "reported: " + m.group(1)[:60] if m else "said about it: nothing"
            if "o space" not in told else "each line's error reported"), \
            bool(m) and not load.result["failures"]

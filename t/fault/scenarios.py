# SPDX-License-Identifier: MIT
"""scenarios: each lets something go wrong under load and counts the requests
that failed on connections which had nothing to do with it: 0, every time.

A scenario takes a running server's maker and `rounds`, and gives a Result.  The
tests run them in their short form, `t/fault/run` in the form asked for.
"""
import collections
import os
import random
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "live"))
sys.dont_write_bytecode = True

import harness  # noqa: E402
from harness import until  # noqa: E402
from load import Running  # noqa: E402

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


def cpu_s(pid):
    text = open("/proc/%d/stat" % pid).read()
    rest = text[text.rindex(")") + 2:].split()
    return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def get(server, path="/a.txt", timeout=10):
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


# -- the administrator's acts

def reload(rounds):
    """HUP again and again, and a download that lasts through all of them."""
    server = make()
    try:
        huge = os.urandom(1 << 20) * 24  # more than the kernel takes at once
        server.tree.write("/huge.bin", huge)
        slow = socket.create_connection(server.address)
        slow.sendall(b"GET /huge.bin HTTP/1.1\r\nHost: localhost\r\n"
                     b"Connection: close\r\n\r\n")
        got = slow.recv(4096)
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                since = server.mark()
                server.configure({"server": {"workers": 1 + i % 3}})
                server.signal(signal.SIGHUP)
                server.await_line("M013", since)
                got += slow.recv(4096)
                time.sleep(0.1)
        got = [got]
        while got[-1]:
            got.append(slow.recv(1 << 18))
        slow.close()
        got = b"".join(got)
        assert got.endswith(huge) and got.startswith(b"HTTP/1.1 200 ")
        result = done(rounds, load)
        server.sockets_at_start = {}
        until("old generations end", lambda: sum(
            "M014" in line for line in server.process.lines) == rounds)
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


def bad_reload(rounds):
    """HUP with a configuration that has faults: all printed, the old goes on."""
    server = make()
    try:
        good = server.file.read_text()
        with Running(server.address, FILES) as load:
            for _ in range(rounds):
                since = server.mark()
                server.file.write_text(good + "[server]\nwrokers = 2\n"
                                       "[limits]\nhead = 16q\n")
                server.signal(signal.SIGHUP)
                server.await_line("M052", since)
                shown = "\n".join(server.process.lines[since:])
                assert "wrokers" in shown and "16q" in shown
        result = done(rounds, load)
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


# -- processes that die

def kill_worker(rounds):
    """The connections of the one that dies are lost, all others are not."""
    server = make(workers=3)
    excepted = []
    replaced = []
    try:
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                pid = server.workers()[i % len(server.workers())]
                os.kill(pid, signal.SIGSTOP)  # so that what it holds stays
                excepted += ports_of(pid, server.port)
                since = server.mark()
                began = time.monotonic()
                os.kill(pid, signal.SIGKILL)
                server.await_line("M030: .*pid %d" % pid, since)
                until("a worker instead", lambda: len(server.workers()) == 3)
                replaced.append(time.monotonic() - began)
                time.sleep(0.15)  # a crash loop is slowed down on purpose
        result = done(rounds, load, excepted,
                      "median until replaced: %d ms" %
                      (sorted(replaced)[rounds // 2] * 1000))
        server.sockets_at_start = {}
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


def kill_preparer(rounds):
    """Files that are asked for the first time while it dies are right too."""
    server = make({"timeouts": {"prepare": "2s"}})
    try:
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                since = server.mark()
                fresh = {"/n%d-%d.txt" % (i, k): b"new %d %d\n" % (i, k) * 99
                         for k in range(10)}
                for name, data in fresh.items():
                    server.tree.write(name, data)
                os.kill(until("a preparer", lambda: preparer_of(server)),
                        signal.SIGKILL)
                for name, data in fresh.items():
                    status, body, _ = get(server, name)
                    assert (status, body) == (200, data), (name, status)
                server.await_line("M031", since)
                if rounds > 9:
                    time.sleep(2)  # a crash loop is slowed down on purpose
        result = done(rounds, load)
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


def preparer_of(server):
    rest = set(server.children()) - set(server.workers())
    return min(rest) if rest else None


def stop_preparer(rounds):
    """Hung, not dead: new files are answered by their names, hot ones as if
    nothing were the matter."""
    server = make({"timeouts": {"prepare": "300ms"}})
    worst = 0
    try:
        with Running(server.address, HOT) as load:
            pid = server.preparer()
            os.kill(pid, signal.SIGSTOP)
            for i in range(rounds):
                server.tree.write("/cold%d.css" % i, b"p { color: red }\n")
                status, body, ms = get(server, "/cold%d.css" % i)
                assert (status, body) == (200, b"p { color: red }\n")
                worst = max(worst, ms)
            os.kill(pid, signal.SIGCONT)
        result = done(rounds, load, note="slowest new file: %d ms" % worst)
        assert worst < 900, "slowest new file: %d ms" % worst
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


def stop_worker(rounds):
    """One worker does not turn: the others take what is new; what it holds is
    late, not lost."""
    server = make(workers=3)
    worst = 0
    try:
        with Running(server.address, HOT) as load:
            for i in range(rounds):
                pid = server.workers()[i % 3]
                os.kill(pid, signal.SIGSTOP)
                for _ in range(20):
                    status, _, ms = get(server)
                    assert status == 200
                    worst = max(worst, ms)
                os.kill(pid, signal.SIGCONT)
        result = done(rounds, load,
                      note="slowest new connection: %d ms" % worst)
        server.stop()
        return result
    finally:
        server.kill()
        server.cleanup()


def kill_master(rounds):
    """Its children finish what they have and end; the port is free again."""
    requests = 0
    worst = 0
    for _ in range(rounds):
        server = make()
        try:
            with socket.create_connection(server.address) as kept:
                kept.settimeout(10)
                ask = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
                kept.sendall(ask)
                assert b"a small file" in kept.recv(4096)
                children = server.children()
                os.kill(server.pid, signal.SIGKILL)
                server.process.popen.wait()
                began = time.monotonic()
                second = make({"server": {"listen": "127.0.0.1:%d" %
                                          server.port}})
                worst = max(worst, (time.monotonic() - began) * 1000)
                try:
                    kept.sendall(ask)  # answered, and told that it is the last
                    data = kept.recv(4096)
                    assert b"a small file" in data, data
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


# -- too much of something

def descriptors(rounds):
    """64 descriptors, 500 silent connections: who asks is answered."""
    import resource

    def limited():
        # only the child's limits: ours are needed for 500 clients
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    server = make({"timeouts": {"idle": "1h"}}, workers=1, start=False)
    old = harness.subprocess.Popen
    try:
        harness.subprocess.Popen = lambda *a, **k: old(
            *a, preexec_fn=limited, **k)
        server.start()
    finally:
        harness.subprocess.Popen = old
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
    server = make({"timeouts": {"head": "%ds" % limit_s}})
    raw = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"x" * 100
    try:
        with Running(server.address, HOT, count=8) as load:
            slow = [socket.create_connection(server.address)
                    for _ in range(count)]
            began = time.monotonic()
            dropped = 0
            at = 0
            while slow and time.monotonic() - began < limit_s * 3 + 5:
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
    finally:
        server.kill()
        server.cleanup()


def slow_readers(rounds, count=None, window_s=None):
    """Readers at ten bytes a second: that is no progress."""
    count = count or min(2000, 100 * rounds)
    window_s = window_s or (20 if rounds > 9 else 2)
    server = make({"limits": {"rate-window": "%ds" % window_s,
                              "send-rate": 500}})
    ask = b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
    slow = []
    try:
        with Running(server.address, HOT, count=8) as load:
            for _ in range(count):
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                s.connect(server.address)
                s.sendall(ask)
                slow.append(s)
            began = time.monotonic()
            while time.monotonic() - began < window_s * 4 + 10:
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
    finally:
        server.kill()
        server.cleanup()


# -- logs

def full_log(rounds):
    """A disk without room: lines are lost and counted, requests are not."""
    server = make({"log": {"access": "/dev/full", "error": "-"}})
    try:
        with Running(server.address, HOT) as load:
            time.sleep(0.3 * rounds)
        result = done(rounds, load)
        server.stop()
        assert any("W030" in line for line in server.process.lines)
        return result
    finally:
        server.kill()
        server.cleanup()


def stuck_pipe(rounds):
    """Standard output and error are pipes whose reader sleeps."""
    server = make({"log": {"access": "-"}}, start=False)
    out, err = os.pipe(), os.pipe()
    process = harness.subprocess.Popen(
        [str(harness.binary()), "-c", str(server.file), "-o",
         "log.level=debug"], stdin=harness.subprocess.DEVNULL, stdout=out[1],
        stderr=err[1], start_new_session=True, env=harness.environment())
    try:
        os.close(out[1])
        os.close(err[1])
        text = b""
        while b"M010" not in text or b"\n" not in text[text.index(b"M010"):]:
            text += os.read(err[0], 4096)
        url = text[text.index(b"http://"):].split(b"/", 3)[2].decode()
        host, _, port = url.partition(":")
        with Running((host, int(port)), HOT) as load:
            time.sleep(1 * rounds)
            reply = b""
            while b"\n" not in reply[-1:]:
                reply = os.read(out[0], 1 << 20)  # it wakes up once
            time.sleep(0.5)
        result = done(rounds, load)
        os.set_blocking(err[0], False)
        process.terminate()
        assert process.wait(10) == 0
        return result
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for fd in (out[0], err[0]):
            os.close(fd)
        server.cleanup()


# -- files that change

def content(name, version, lines):
    return (b"%s version %08d\n" % (name.encode(), version)) * lines


class Churn:
    """Writes new versions and knows which ones a request may see."""

    def __init__(self, tree, names, random_):
        self.tree = tree
        self.random = random_
        self.lock = threading.Lock()
        self.begun = dict.fromkeys(names, 1)   # newest that may be seen
        self.ended = dict.fromkeys(names, 1)   # oldest that may be seen
        self.gone = dict.fromkeys(names, 0)    # version that was deleted
        self.stop = False
        for n in names:
            tree.write(n, content(n, 1, self.lines(n)))

    @staticmethod
    def lines(name):
        return 20000 if name.startswith("large") else 40

    def change(self, name):
        with self.lock:
            version = self.begun[name] + 1
            self.begun[name] = version
            how = self.random.random()
        data = content(name, version, self.lines(name))
        if how < 0.45:
            self.tree.replace(name, data)
        elif how < 0.8 and name.startswith("small"):
            # one write of one page: no reader sees half of it
            fd = os.open(self.tree.path(name), os.O_WRONLY | os.O_CREAT, 0o644)
            os.pwrite(fd, data, 0)
            os.close(fd)
        else:
            self.gone[name] = version
            self.tree.path(name).unlink(missing_ok=True)
            self.tree.replace(name, data)
        self.ended[name] = version

    def run(self):
        while not self.stop:
            self.change(self.random.choice(list(self.begun)))
            time.sleep(0.002)


def judge(churn, name, oldest, status, body):
    """What is wrong with an answer whose request began when `oldest` was
    complete; None: nothing."""
    newest = churn.begun[name]
    if status == 404:
        return None if churn.gone[name] > oldest or churn.gone[name] >= oldest \
            else "404 for a file that was there"
    if status != 200:
        return "status %d" % status
    lines = set(body.splitlines())
    if len(lines) != 1:
        return "%d versions in one body" % len(lines)
    version = int(lines.pop().split()[-1])
    if len(body) != len(content(name, version, churn.lines(name))):
        return "%d bytes" % len(body)
    if not oldest <= version <= newest:
        return "version %d, not of %d to %d" % (version, oldest, newest)
    return None


def churn(rounds):
    """Files rewritten, renamed over and deleted while they are asked for: never
    stale, never mixed; a large one that changes under way is cut."""
    server = make()
    names = ["small%d.txt" % i for i in range(12)] + ["large1.bin",
                                                      "large2.bin"]
    changes = Churn(server.tree, names, random.Random(5))
    faults, count, cut = [], [0] * 4, [0] * 4
    until_s = time.monotonic() + 0.6 * rounds

    def ask(k):
        c = None
        rnd = random.Random(k)
        while time.monotonic() < until_s:
            name = rnd.choice(names)
            c = c or server.connect()
            oldest = changes.ended[name]
            try:
                r = c.get("/" + name)
            except Exception as e:  # only a large one may be cut
                if not name.startswith("large"):
                    faults.append((name, repr(e)))
                cut[k] += 1
                c = None
                continue
            count[k] += 1
            wrong = judge(changes, name, oldest, r.status, r.body)
            if wrong:
                faults.append((name, wrong))
            if r.closes:
                c = None
    try:
        server.linter = None
        writer = threading.Thread(target=changes.run)
        clients = [threading.Thread(target=ask, args=(k,)) for k in range(4)]
        with Running(server.address, HOT, count=8) as load:
            for t in [writer] + clients:
                t.start()
            for t in clients:
                t.join()
            changes.stop = True
            writer.join()
        assert not faults, faults[:5]
        result = done(rounds, load, note="%d requests of changing files, %d "
                      "large ones cut" % (sum(count), sum(cut)))
        server.stop()
        return result._replace(requests=result.requests + sum(count))
    finally:
        changes.stop = True
        server.kill()
        server.cleanup()


# (name, function, rounds in the short and the long form)
SCENARIOS = (
    ("reload", reload, 5, 50),
    ("reload of a broken file", bad_reload, 3, 50),
    ("kill -9 of a worker", kill_worker, 3, 50),
    ("kill -9 of the preparer", kill_preparer, 3, 50),
    ("kill -9 of the master", kill_master, 1, 50),
    ("SIGSTOP of a worker", stop_worker, 3, 20),
    ("SIGSTOP of the preparer", stop_preparer, 2, 10),
    ("64 descriptors, 500 clients", descriptors, 1, 10),
    ("slow heads", slow_heads, 1, 10),
    ("slow readers", slow_readers, 1, 20),
    ("log disk full", full_log, 2, 30),
    ("log reader asleep", stuck_pipe, 1, 10),
    ("files that change", churn, 3, 100),
)



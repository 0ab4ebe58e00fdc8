# SPDX-License-Identifier: MIT
"""Processes: what happens when one of them dies, and who waits for whom."""
import os
import random
import resource
import signal
import threading

import pytest

import harness
from harness import alive, held_by, until
from mounts import in_namespace, start_inside
from observing import Observer, Stream, fetch
from test_78_access import HASHES
from wire import Closed

FILES = {"a.txt": "a\n", "index.html": "<!doctype html>\n"}


class Load:
    """Clients that ask on connections of their own, and note which of them
    were cut.  bodies: what an answer may be."""

    def __init__(self, server, n=6, target="/a.txt", body=b"a\n"):
        self.server, self.target, self.body = server, target, body
        self.stop = threading.Event()
        self.cut, self.wrong, self.count = [], [], 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._ask, daemon=True)
                        for _ in range(n)]
        for t in self.threads:
            t.start()

    def _ask(self):
        c = None
        while not self.stop.is_set():
            try:
                c = c or self.server.connect()
                r = c.get(self.target)
                if r.status != 200 or r.body != self.body:
                    self.wrong.append(r)
                    return
                with self.lock:
                    self.count += 1
                if r.closes:
                    c = None
            except (Closed, ConnectionResetError, BrokenPipeError) as end:
                self.cut.append(end)
                c = None
            except Exception as fault:
                self.wrong.append(fault)
                return

    def more(self, n=50):
        """Waits until n more answers have come."""
        goal = self.count + n
        until("answers under load", lambda: self.count >= goal or self.wrong)

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join(60)
        assert not self.wrong, self.wrong[0]


def replaced(server, since, what, pid, number):
    """Waits for the news that a child died and for its successor's number;
    one that dies soon after its start is replaced after a while only."""
    m = server.await_line(what + r".*\(pid (\d+)\) ended by signal (\d+); "
                          r"(?:started pid (\d+)|to be started)", since)
    assert int(m.group(1)) == pid and int(m.group(2)) == number
    if not m.group(3):
        return int(server.await_line(r"M033: .* started as pid (\d+)",
                                     since).group(1))
    return int(m.group(3))


def kill_worker(server, pid, number=signal.SIGKILL):
    since = server.mark()
    os.kill(pid, number)
    return replaced(server, since, "M030: worker", pid, number)


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSEGV,
                                    signal.SIGABRT))
def test_worker_is_replaced(serve, number):
    server = serve(files=FILES)
    if number != signal.SIGKILL and harness.sanitized():
        pytest.skip("a sanitizer reports this signal, as it should")
    new = kill_worker(server, server.workers()[0], number)
    until("two workers", lambda: new in server.workers() and
          len(server.workers()) == 2)
    for _ in range(10):
        assert server.get("/a.txt").status == 200
    # What the dead one held is not in anybody's books.
    server.close_connections()
    server.signal(signal.SIGTERM)
    server.wait()
    server.check_no_alarm()
    server.check_gone()


def ends(server, status=0):
    """For servers of which a worker was killed: its connections cannot have
    been counted as closed."""
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == status
    server.check_no_alarm()
    server.check_gone()


def test_killed_worker_harms_no_other(serve):
    server = serve(files=FILES, conf={"server": {"workers": 2}})
    by_worker = {pid: held_by(server, pid) for pid in server.workers()}
    victim, other = sorted(by_worker)
    kill_worker(server, victim)
    for c in by_worker[other]:
        assert c.get("/a.txt").body == b"a\n"
    for c in by_worker[victim]:
        with pytest.raises((Closed, ConnectionResetError, BrokenPipeError)):
            c.get("/a.txt")
    assert server.get("/a.txt").status == 200
    ends(server)


def test_killed_workers_under_load(serve):
    server = serve(files=FILES, conf={"server": {"workers": 2}})
    load = Load(server)
    load.more()
    for _ in range(3):
        kill_worker(server, server.workers()[0])
        load.more()
    load.end()
    # At most what the dead ones held.
    assert len(load.cut) <= 3 * len(load.threads)
    ends(server)


def kill_preparer(server):
    since = server.mark()
    pid = server.preparer()
    os.kill(pid, signal.SIGKILL)
    return replaced(server, since, "M031:", pid, signal.SIGKILL)


def shared_memories(server):
    """What workers write and the master reads, as files."""
    found = [fd for fd, what in harness.descriptors(server.pid).items()
             if what.startswith("/memfd:etagd")]
    assert found
    return ["/proc/%d/fd/%s" % (server.pid, fd) for fd in found]


@pytest.mark.parametrize("pattern", ("zeroes", "ones", "noise"))
def test_what_a_worker_writes_ends_no_master(serve, pattern):
    """A worker that was taken over may write whatever it likes where it
    counts: that must not end the process that would replace it."""
    server = serve(conf={"observe": {"listen": "127.0.0.1:0"}},
                   files={"a.txt": "a\n"})
    assert server.get("/a.txt").status == 200
    for path in shared_memories(server):
        with open(path, "r+b") as f:
            n = os.fstat(f.fileno()).st_size
            f.write({"zeroes": b"\0" * n, "ones": b"\xff" * n,
                     "noise": random.Random(7).randbytes(n)}[pattern])
    killed = server.workers()[0]
    since = server.mark()
    os.kill(killed, signal.SIGKILL)
    server.await_line("M034", since)
    assert server.get("/a.txt").status == 200
    since = server.mark()
    server.signal(signal.SIGHUP)
    server.await_line("M013|M053", since)
    assert server.get("/a.txt").status == 200
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    server.stopped = True  # its sums are what was written there


def shared_areas(pid):
    """Where a process can write to memory that others see: (from, to)."""
    found = []
    with open("/proc/%d/maps" % pid) as maps:
        for line in maps:
            span, rights = line.split()[:2]
            if rights == "rw-s":
                found.append([int(x, 16) for x in span.split("-")])
    return found


def scribble(pid, random_):
    """What a worker that was taken over can do: bytes here and there, in all
    that it shares.  Never a whole area at once, which has pages that nobody
    has used so far."""
    try:
        with open("/proc/%d/mem" % pid, "r+b", buffering=0) as memory:
            for begin, end in shared_areas(pid):
                for _ in range(8):
                    n = random_.choice((1, 8, 64, 4096))
                    at = random_.randrange(begin, max(begin + 1, end - n))
                    if random_.random() < 0.5:
                        at = begin + (at - begin) % 16384
                    memory.seek(at)
                    memory.write(random_.choice((
                        bytes(n), b"\xff" * n, random_.randbytes(n))))
    except PermissionError as no:
        pytest.skip("memory of others can't be written to here: %s" % no)


SHOWN = ("/connections.jsonl", "/status", "/metrics")


def test_what_a_worker_writes_ends_nobody(serve, tmp_path):
    """The same while all others read it: workers, the preparer, the observer
    with what it shows, the scraper."""
    users = tmp_path / "users"
    tmp_path.chmod(0o755)
    users.touch(0o600)
    users.write_text("alice:%s\n" % HASHES["alice"][1])
    server = serve(
        conf={"server": {"workers": 2, "listing": "on"},
              "observe": {"listen": "127.0.0.1:0"},
              "metrics": {"listen": "127.0.0.1:0"},
              "timeouts": {"heartbeat": "300s"}},
        files={"a.txt": "a\n", "in/b.txt": "b\n", "page.html": "<img src=a.txt>"},
        rules="[access /in/]\nbasic = %s\nattempts = 5\n" % users)
    observer = Observer(server)
    scraper = int(server.await_line(
        r"M144: metrics at http://127\.0\.0\.1:(\d+)/")[1])
    before = server.children()
    workers = server.workers()
    random_ = random.Random(11)
    load = Load(server)
    with Stream(observer.port):
        for round_ in range(5):
            for _ in range(4):
                scribble(workers[round_ % 2], random_)
                load.more(5)
            server.tree.write("page.html", "<img src=%d.txt>" % round_)
            server.request(target="/")
            server.request(target="/page.html")
            server.request(target="/in/b.txt", fields=[(
                "Authorization", "Basic YWxpY2U6d3Jvbmc=")])
            for port, path in ((scraper, "/metrics"), *(
                    (observer.port, path) for path in SHOWN)):
                assert fetch(port, path).status in (200, 503), path
            assert server.children() == before, server.process.lines[-20:]
    load.end()
    assert load.cut == []
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    server.stopped = True  # its sums are what was written there


def test_killed_preparer_harms_nobody(serve):
    server = serve(files=FILES)
    load = Load(server)
    load.more()
    for i in range(3):
        new = kill_preparer(server)
        until("new preparer", lambda: alive(new))
        load.more()
        # Files that nobody has asked for yet need it.
        server.tree.write("n%d.txt" % i, "new %d\n" % i)
        r = server.get("/n%d.txt" % i)
        assert r.status == 200 and r.body == b"new %d\n" % i
        assert r.get("Content-Type") == "text/plain; charset=utf-8"
    load.end()
    assert load.cut == []
    server.stop()


def test_killed_preparer_while_files_are_cold(serve):
    """Requests under way are asked again: each is answered, and rightly."""
    files = {"f%d.txt" % i: os.urandom(50000).hex() for i in range(60)}
    server = serve(files=files)
    conns = [server.connect() for _ in range(60)]
    for i, c in enumerate(conns):
        c.send("GET /f%d.txt HTTP/1.1\r\nHost: localhost\r\n\r\n" % i)
        if i in (10, 40):
            kill_preparer(server)
    for i, c in enumerate(conns):
        r = c.read_response()
        assert r.status == 200 and r.body == files["f%d.txt" % i].encode()
    server.stop()


def test_stopped_preparer_does_not_stop_the_workers(serve):
    """It hangs: files that are known go on; others are answered without it
    when the deadline has come."""
    cold = b"b { margin: 0 }\n" * 300  # more than a worker reads by itself
    server = serve(files=dict(FILES, **{"cold.css": cold}),
                   conf={"timeouts": {"prepare": "200ms"},
                         "server": {"workers": 1}})
    for _ in range(2):  # what is asked for once is not known by that
        assert server.get("/a.txt").status == 200
    pid = server.preparer()
    harness.halt(pid)
    try:
        assert server.get("/a.txt").body == b"a\n"
        r = server.get("/cold.css")
        assert r.status == 200 and r.body == cold
        assert r.get("Content-Type").startswith("text/css")
        assert r.etag is None or r.etag.startswith("W/")
    finally:
        os.kill(pid, signal.SIGCONT)
    until("strong tag", lambda: not (server.get("/cold.css").etag or "W/")
          .startswith("W/"))


def test_killed_master_leaves_the_port_free(serve):
    server = serve(files=FILES)
    children = server.children()
    assert server.get("/a.txt").status == 200
    os.kill(server.pid, signal.SIGKILL)
    server.process.popen.wait()
    server.stopped = True
    port = server.port
    # A new start at once; it finds the port free.
    again = serve(files=FILES, conf={"server": {"listen": "127.0.0.1:%d" %
                                               port}})
    assert again.get("/a.txt").status == 200
    until("orphans gone", lambda: not any(alive(p) for p in children))


def test_killed_master_lets_transfers_finish(serve):
    data = os.urandom(8_000_000)
    server = serve(files={"big.bin": data})
    children = server.children()
    c = server.connect(rcvbuf=4096)
    c.send(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = c.read_head()
    os.kill(server.pid, signal.SIGKILL)
    server.process.popen.wait()
    server.stopped = True
    assert c.read_raw(int(head.get("Content-Length"))) == data
    c.close()
    until("orphans gone", lambda: not any(alive(p) for p in children))


def test_thousand_idle_connections(serve):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3000:
        pytest.skip("fewer than 3,000 descriptors allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
    server = serve(files=FILES, conf={"server": {"workers": 2}})
    idle = [server.connect() for _ in range(500)]
    used = [server.connect() for _ in range(500)]
    for c in used:
        assert c.get("/a.txt").status == 200
    for _ in range(50):
        assert server.get("/a.txt").body == b"a\n"
    for c in idle[::25] + used[::25]:
        assert c.get("/a.txt").body == b"a\n"
    server.stop()
    assert server.accepted >= 1000


def test_slow_heads_stop_nobody(serve):
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    for i in range(100):
        c = server.connect()
        c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nX-A: "[:i])
    for _ in range(20):
        assert server.get("/a.txt").body == b"a\n"


def test_cold_files_stop_nobody(serve):
    """While the preparer looks at what takes long, known files are served."""
    server = serve(files={"slow.txt": b"\0" * 30_000_000, "a.txt": "a\n"},
                   conf={"server": {"workers": 1},
                         "prepare": {"memory-file": "64m"}})
    assert server.get("/a.txt").status == 200
    slow = server.connect()
    slow.send(b"HEAD /slow.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for _ in range(20):
        assert server.get("/a.txt").body == b"a\n"
    assert slow.read_response("HEAD").status == 200


def test_hanging_worker_stops_nobody(serve):
    """Each worker in turn stands still: the others take what comes."""
    server = serve(files=FILES, conf={"server": {"workers": 3}})
    for pid in server.workers():
        for c in held_by(server, pid):
            assert c.get("/a.txt").body == b"a\n"


def status_field(pid, name):
    for line in open("/proc/%d/status" % pid):
        if line.startswith(name + ":"):
            return line.split(":", 1)[1].strip()
    return None


def test_nobody_gains_privileges(serve):
    server = serve(files=FILES)
    for pid in server.children():
        assert status_field(pid, "NoNewPrivs") == "1"
        if not harness.sanitized():
            until("system-call filter of %d" % pid,
                  lambda p=pid: status_field(p, "Seccomp") == "2")


def test_unprivileged_when_started_by_root(serve):
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    server = serve(files=FILES, conf={"server": {"user": "nobody"}})
    import pwd
    nobody = str(pwd.getpwnam("nobody").pw_uid)
    for pid in server.children():
        assert set(status_field(pid, "Uid").split()) == {nobody}, pid
        assert int(status_field(pid, "CapEff"), 16) == 0
    assert server.get("/a.txt").status == 200


def test_preparer_holds_no_network(serve):
    server = serve(files=FILES)
    assert server.get("/a.txt").status == 200
    pid = server.preparer()
    inodes = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        path = "/proc/net/" + table
        if os.path.exists(path):
            inodes |= {"socket:[%s]" % line.split()[9]
                       for line in list(open(path))[1:]}
    try:
        held = set(harness.descriptors(pid).values())
    except PermissionError:
        pytest.skip("the preparer shows its descriptors to root only")
    assert not held & inodes
    assert not [w for w in held if str(server.tree.root) in w]


@pytest.mark.skipif(not in_namespace(), reason="no mount namespaces here")
def test_watches_are_let_go_when_mounts_change(serve):
    """Confined as it is: nothing is believed of directories that may lie under a
    mount now, and what nobody believes is not kept."""
    server = serve(start=False, files={"sub/x.txt": "x\n"},
                   conf={"server": {"workers": 1}})
    inside = start_inside(server, "mount --make-rprivate /")
    for _ in range(2):  # the first answer is given in passing
        assert server.get("/sub/x.txt").status == 200
    worker = server.workers()[0]
    assert harness.watches(worker) >= 4
    inside("mount -t tmpfs none %s" % server.tree.path("sub"))
    # the file's own, and that of the root's name
    until("no directory's", lambda: harness.watches(worker) <= 2)
    assert server.get("/sub/x.txt").status == 404

# SPDX-License-Identifier: MIT
"""Connections that outlive the workers they began at: after a reload, and after
a root has become another directory, the next request of a kept connection is
answered by those that serve on; nothing of it is lost or forgotten."""
import base64
import json
import os
import select
import signal
import time

import pytest

import harness
from harness import until
from mounts import in_namespace, start_inside
from test_72_proxies import binary
from test_78_access import HASHES
from visitors import Visitor, more_visits, none_was_stale, visiting
from wire import Closed

SWITCHES = 25
FILES = {"a.txt": "a\n", "b.txt": "b\n"}
BODY = [("Content-Length", "5")]


def made(folder, text):
    folder.mkdir(parents=True)
    (folder / "v.txt").write_text(text)
    for at in (folder, folder.parent):
        at.chmod(0o755)


def renamed(where, i):
    """The folder itself gives way to another one."""
    made(where / "new", "%03d" % i)
    (where / "current").rename(where / ("old%d" % i))
    (where / "new").rename(where / "current")


def linked(where, i):
    """A link that leads out of its own folder: a worker may not follow it."""
    made(where / ("far%d" % i) / "r", "%03d" % i)
    link = where / "in" / "next"
    link.symlink_to("../far%d/r" % i)
    link.rename(where / "in" / "link")


class Client(Visitor):
    """Asks again and again on one connection: alone, with content, two at a
    time."""

    def __init__(self, server, target, host):
        super().__init__()
        self.target, self.host = target, host
        self.c = server.connect()

    def one(self):
        return self.told(self.c.request("GET", self.target, host=self.host))

    def with_content(self):
        return self.told(self.c.request("GET", self.target, BODY,
                                        host=self.host, body=b"12345"))

    def two(self):
        head = "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (
            self.target, self.host)
        self.c.send(2 * head.encode())
        return self.next_one()

    def next_one(self):
        return self.told(self.c.read_response())

    def told(self, r):
        if r.closes:
            self.faults.append("closes")
        return r.status, r.body.decode()

    def visit(self, n):
        if n % 3 == 2:
            self.ask(self.two, self.next_one)
        else:
            self.ask(self.with_content if n % 3 == 1 else self.one)

    def leave(self):
        self.c.close()


def visited(server, target, host, switch):
    clients, placed = [Client(server, target, host) for _ in range(3)], []
    with visiting(clients):
        for i in range(1, SWITCHES + 1):
            switch(i)
            placed.append((time.monotonic(), "%03d" % i))
            more_visits(clients, 3)
    none_was_stale(clients, placed)


PLACES = {
    "root": ("", "current", "/v.txt", "localhost"),
    "host": ("[host h.example]\nroot = %s\n", "current", "/v.txt",
             "h.example"),
    "alias": ("[alias /app/]\nroot = %s\n", "current", "/app/v.txt",
              "localhost"),
    "link": ("", "in/link", "/v.txt", "localhost"),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_stale_answer_from_a_root_that_is_another(serve, tmp_path, place):
    """From directories that the workers of before may not read (Landlock):
    what they are asked by then is answered by the next ones."""
    rules, name, target, host = PLACES[place]
    where = tmp_path / "site"
    switch = linked if place == "link" else renamed
    made(where / ("far0/r" if place == "link" else "current"), "000")
    (where / "in").mkdir(mode=0o755)
    where.chmod(0o755)
    if place == "link":
        (where / "far0").chmod(0o755)
        (where / "in" / "link").symlink_to("../far0/r")
    root = where / name
    server = serve(files=FILES, start=False)
    conf = {"server": {"workers": 2}}
    if not rules:
        conf["server"]["root"] = root
    server.configure(conf, rules % root if rules else "")
    server.start()
    visited(server, target, host, lambda i: switch(where, i))
    assert server.get("/a.txt" if rules else "/v.txt").status == 200
    until("one generation", lambda: len(server.workers()) == 2)


@pytest.mark.skipif(not in_namespace(), reason="no mount namespaces here")
@pytest.mark.parametrize("place", ("root", "alias"))
def test_no_stale_answer_from_a_root_that_is_mounted_over(serve, tmp_path,
                                                          place):
    """Another file system takes its place, and in the end it is itself again,
    with the others gone from on top of it (-l: they are open)."""
    rules, _, target, host = PLACES[place]
    where = tmp_path / "site"
    made(where / "current", "000")
    server = serve(files=FILES, start=False)
    conf = {"server": {"workers": 2}}
    if not rules:
        conf["server"]["root"] = where / "current"
    server.configure(conf, rules % (where / "current") if rules else "")
    inside = start_inside(server, "mount --make-rprivate /")

    def switch(i):
        made(where / ("r%d" % i), "%03d" % i)
        done = inside("mount --bind %s/r%d %s/current" % (where, i, where))
        assert done.returncode == 0, done.stderr
    visited(server, target, host, switch)
    for _ in range(SWITCHES):
        assert inside("umount -l %s/current" % where).returncode == 0
    with server.connect() as c:
        until("what is below", lambda: c.request(
            "GET", target, host=host).body == b"000")


def reload(server, conf=None, rules=""):
    since = server.mark()
    if conf or rules:
        server.configure(conf or {}, rules)
    server.signal(signal.SIGHUP)
    server.await_line("M013", since)


def moved(server, c, target="/a.txt", **more):
    """Asks until the next configuration answers: its Server field says so."""
    n = 0

    def asked():
        nonlocal n
        n += 1
        r = c.request("GET", target, **more)
        assert r.status == 200 and not r.closes, r
        return r if r.get("Server") == "next" else None
    return until("the next generation's answer", asked), n


NEXT = {"server": {"server-field": "next"}}


def test_what_is_known_of_a_connection_goes_along(serve):
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    pids = server.workers()
    with server.connect() as c:
        assert c.get("/a.txt").status == 200
        reload(server, NEXT)
        _, n = moved(server, c)
        lines = server.log(n + 1)
    # one connection, its requests counted on
    assert len({line["connection"] for line in lines}) == 1
    assert [line["request"] for line in lines] == list(range(1, n + 2))
    until("the old one's end", lambda: not harness.alive(pids[0]))


def test_the_number_of_requests_counts_on(serve):
    server = serve(files=FILES, conf={"server": {"workers": 1}, "limits": {
        "requests-per-connection": 50}})
    with server.connect() as c:
        for _ in range(20):
            assert not c.get("/a.txt").closes
        reload(server, NEXT)
        _, n = moved(server, c)
        for _ in range(50 - 20 - n - 1):
            assert not c.get("/a.txt").closes
        assert c.get("/a.txt").closes


def test_addresses_are_counted_on(serve):
    server = serve(files=FILES, conf={"server": {"workers": 1}, "limits": {
        "connections-per-address": 2}})
    one, two = server.connect(), server.connect()
    assert one.get("/a.txt").status == two.get("/a.txt").status == 200
    reload(server, NEXT)
    moved(server, one)
    moved(server, two)
    assert server.get("/a.txt").status == 503
    one.close()
    until("room for another", lambda: server.get("/a.txt").status == 200)
    assert two.get("/a.txt").status == 200


@pytest.mark.parametrize("cut", (1, 20, 60))
def test_half_a_head_and_the_rest_after_a_reload(serve, cut):
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    head = (b"GET /b.txt HTTP/1.1\r\nHost: localhost\r\n"
            b"X-Long: 1234567890123456789\r\n\r\n")
    with server.connect() as c:
        c.send(head[:cut])
        reload(server, NEXT)
        until("the old one's end", lambda: len(server.workers()) == 1)
        c.send(head[cut:])
        r = c.read_response()
        assert (r.status, r.body, r.get("Server")) == (200, b"b\n", "next")


@pytest.mark.parametrize("cut", (5, 20, None))
def test_a_proxy_header_and_the_rest_after_a_reload(serve, cut):
    server = serve(files=FILES, conf={
        "server": {"workers": 1, "listen": "127.0.0.1:0 proxy"},
        "proxy": {"trust": "127.0.0.1"}})
    header = binary()
    with server.connect(lint=False) as c:
        c.send(header[:cut])
        reload(server, NEXT)
        until("the old one's end", lambda: len(server.workers()) == 1)
        c.send(b"" if cut is None else header[cut:])
        assert c.get("/a.txt").get("Server") == "next"
    assert server.log(1)[0]["peer"] == "192.0.2.7"


def test_a_download_ends_where_it_began(serve):
    """And what was asked behind it is answered by those that serve on."""
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    size = 30_000_000
    server.tree.write("large.bin", bytes(size))
    old = server.workers()
    with server.connect(lint=False) as c:
        c.send(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"
               b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until("its beginning", lambda: c.sock.recv(1, 2))  # MSG_PEEK
        reload(server, NEXT)
        assert harness.alive(old[0])
        r = c.read_response()
        assert len(r.body) == size and r.get("Server") != "next"
        assert not r.closes
        r = c.read_response()
        assert r.body == b"a\n" and r.get("Server") == "next"
        until("the old one's end", lambda: not harness.alive(old[0]))
        assert c.get("/b.txt").status == 200


def test_idle_ones_end_when_it_was_announced(serve):
    """Going to another worker is no use of a connection."""
    server = serve(files=FILES, conf={"server": {"workers": 1},
                                      "timeouts": {"idle": "1s"}})
    with server.connect() as c:
        r = c.get("/a.txt")
        at = time.monotonic()
        assert r.get("Keep-Alive") == "timeout=1"
        reload(server, {"timeouts": {"idle": "60s"}})
        assert c.sock.recv(1) == b""
        assert time.monotonic() - at < 50


def test_a_removed_address_keeps_its_connections_to_the_end(serve):
    server = serve(files=FILES, conf={"server": {
        "workers": 1, "listen": ["127.0.0.1:0", "127.0.0.2:0"]}})
    port = int(server.await_line(r"127\.0\.0\.2:(\d+)/")[1])
    with server.connect(address=("127.0.0.2", port)) as c:
        assert c.get("/a.txt").status == 200
        reload(server, {"server": {"listen": "127.0.0.1:0",
                                   "server-field": "next"}})
        until("a closing answer", lambda: c.get("/a.txt").closes)


def test_more_than_fit_at_once(serve):
    """The sockets between generations hold some hundreds."""
    server = serve(files=FILES, conf={"server": {"workers": 2}})
    kept = [server.connect(lint=False) for _ in range(600)]
    for c in kept:
        assert c.get("/a.txt").status == 200
    reload(server, NEXT)
    for c in kept:
        moved(server, c)
    reload(server, {"server": {"server-field": "next", "workers": 1}})
    for c in kept:
        r = c.get("/a.txt")
        assert r.status == 200 and not r.closes
        c.close()


def test_a_reload_that_fails_lets_nobody_wait(serve, tmp_path):
    """The root is another directory, and the ini has a fault: the old one is
    served on, at once."""
    where = tmp_path / "site"
    made(where / "current", "000")
    server = serve(start=False)
    server.configure({"server": {"root": where / "current", "workers": 1},
                      "timeouts": {"prepare": "300s"}})
    server.start()
    with server.connect() as c:
        assert c.get("/v.txt").body == b"000"
        whole = server.file.read_text()
        server.file.write_text(whole + "\n[server]\nworkers = none\n")
        since = server.mark()
        renamed(where, 1)
        assert c.get("/v.txt").body == b"000"
        server.await_line("M052", since)
        assert c.get("/v.txt").body == b"000"
        server.file.write_text(whole)
        reload(server)
        until("the new one", lambda: c.get("/v.txt").body == b"001")


def test_killed_after_taking_one(serve):
    """What it had is counted as ended with it, and nothing twice."""
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    with server.connect() as c:
        assert c.get("/a.txt").status == 200
        reload(server, NEXT)
        moved(server, c)
        until("one worker", lambda: len(server.workers()) == 1)
        since = server.mark()
        os.kill(server.workers()[0], signal.SIGKILL)
        server.await_line("M034", since)
        with pytest.raises((Closed, OSError)):
            c.get("/a.txt")
    assert server.get("/a.txt").status == 200
    server.sockets_at_start = {}


def test_passwords_are_asked_for_where_it_is_answered(serve, tmp_path):
    """Also of a request whose content another worker has taken, before there
    was anything to ask for."""
    users = tmp_path / "users"
    users.touch(0o600)
    users.write_text("alice:%s\n" % HASHES["alice"][1])
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    with server.connect() as c:
        c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
               b"Content-Length: 10\r\n\r\n12345")
        until("half of it", lambda: server.request(
            target="/b.txt").status == 200)
        reload(server, NEXT, "[access *]\nbasic = %s\n" % users)
        c.send(b"67890")
        r = c.read_response()
        assert (r.status, r.get("Server")) in ((401, "next"), (200, "etagd"))


# Takes half a second of a processor; a reload takes less.
SLOW = "$2y$13$abcdefghijklmnopqrstuuvKFO6LV7gEhMK8RwhoBVR8VG5GulpU."


@pytest.mark.parametrize("words, status", (("bob:pw", 200), ("bob:no", 401)))
def test_passwords_that_take_longer_than_reloads(serve, tmp_path, words, status):
    """The answer waits for one check, not for the end of all reloads; and what
    comes behind it goes on to the next workers."""
    users = tmp_path / "users"
    users.touch(0o600)
    users.write_text("bob:%s\n" % SLOW)
    rules = "[access /a*]\nbasic = %s\n" % users
    server = serve(files=FILES, conf={"server": {"workers": 1}}, rules=rules)
    with server.connect() as c:
        c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s"
               b"\r\n\r\nGET /b.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
               % base64.b64encode(words.encode()))
        for _ in range(200):
            reload(server, NEXT, rules)
            if select.select([c.sock], [], [], 0)[0]:
                break
        else:
            pytest.fail("no answer beside 200 reloads")
        r = c.read_response()
        assert (r.status, r.closes) == (status, False)
        r = c.read_response()
        assert (r.status, r.get("Server")) == (200, "next")


def test_requests_under_way_at_a_stop_that_follows(serve):
    """Those that finish have nobody to hand them to; what waits between two
    workers is taken by those that finish last.  And a preparer that serves
    older workers is not taken for one that hangs."""
    server = serve(files=FILES, conf={"server": {"workers": 1},
                                      "timeouts": {"heartbeat": "2500ms"}})
    head = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
    content, halves = server.connect(lint=False), []
    part = head + b"Content-Length: 4\r\n\r\nab"
    content.send(part)
    for i in range(20):
        halves.append(server.connect(lint=False))
        halves[i].send(head[:20 + i])
    assert server.get("/b.txt").status == 200  # they have been read
    reload(server, NEXT)
    stands = server.connect(lint=False)
    stands.send(part)
    assert server.get("/b.txt").status == 200
    worker = harness.owner(server, stands)
    since = server.mark()
    server.signal(signal.SIGQUIT)
    server.await_line("M081", since)
    for i, c in enumerate(halves):
        c.send(head[20 + i:] + b"\r\n")
        assert c.read_response().status == 200
    # a preparer that was left alone by then would be ended before this one
    harness.halt(worker)
    server.await_line(r"M032: worker.* \(pid %d\) ended by signal" % worker)
    content.send(b"cd")
    assert content.read_response().status == 200
    assert server.wait() == 0
    ended = [line for line in server.process.lines if "M100: " in line]
    assert len(ended) == 1 and "(pid %d)" % worker in ended[0]


def test_more_than_the_next_configuration_takes(serve, short):
    control = {"workers": 1, "control": short / "control"}
    server = serve(files=FILES, conf={"server": control,
                                      "limits": {"head": "32k"}})
    with server.connect() as other, server.connect(lint=False) as c:
        assert other.get("/a.txt").status == 200
        c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n" +
               b"".join(b"X-%02d: %s\r\n" % (i, b"x" * 900)
                        for i in range(30)))
        assert server.get("/b.txt").status == 200  # it has been read
        reload(server, {"server": dict(control, **NEXT["server"]),
                        "limits": {"head": "2k", "target": "1k",
                                   "line": "1k"}})
        assert c.read_response().status == 431
        moved(server, other)
        done = harness.run("--status=json", "-c", server.file)
        assert json.loads(done.stdout)["handed_over"] == {
            "given": 2, "taken": 2, "untaken": 1}


EXCLUSIVE = 1 << 28  # EPOLLEXCLUSIVE


def waited_for(pid):
    """What a process waits for: {target of the descriptor: events}."""
    found = {}
    for fd in os.listdir("/proc/%d/fdinfo" % pid):
        with open("/proc/%d/fdinfo/%s" % (pid, fd)) as info:
            rows = [line.split() for line in info if line.startswith("tfd:")]
        for row in rows:
            target = os.readlink("/proc/%d/fd/%s" % (pid, row[1]))
            found[target] = int(row[3], 16)
    return found


def test_each_worker_hears_of_what_comes(serve):
    """A worker that is the only one to be woken, and finishes at that moment,
    would leave a connection between programs: of all sockets that workers share
    only those that listen wake one of them."""
    server = serve(files=FILES, conf={"server": {"workers": 2}})
    with open("/proc/net/unix") as table:
        packets = {"socket:[%s]" % row[6] for row in
                   (line.split() for line in table) if row[4] == "0005"}
    one, other = (waited_for(pid) for pid in server.workers())
    shared = {target for target in one.keys() & other.keys()
              if target.startswith("socket:")}
    assert shared & packets and shared - packets
    for target in shared:
        alone = bool(one[target] & EXCLUSIVE)
        assert alone == (target not in packets), target

# SPDX-License-Identifier: MIT
"""What Prometheus is told: sums that never fall back, and the state of a node."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

import harness
from controlled import FILES, ask, controlled
from differential.peers import UNPACKED
from harness import until
from samples import parse, total
from observing import Observer, fetch
from wire import DEADLINE_S

AT = re.compile(r"M144: metrics at http://127\.0\.0\.1:(\d+)/metrics")

SUMS = ("etagd_requests_total", "etagd_responses_total",
        "etagd_sent_bytes_total", "etagd_connections_accepted_total",
        "etagd_connections_closed_total")


class Scraped:
    """A server and what it tells."""

    def __init__(self, serve, short, **conf):
        server = dict(conf.pop("server", {}), pidfile=short / "pid")
        metrics = dict({"listen": "127.0.0.1:0"}, **conf.pop("metrics", {}))
        self.server = controlled(serve, short, conf=dict(
            conf, server=server, metrics=metrics))
        self.port = int(self.server.await_line(AT.pattern).group(1))
        self.last = {}

    def get(self, path="/metrics", fields=None, method="GET"):
        return fetch(self.port, path, fields, method)

    def look(self):
        """A sum that falls back fails here."""
        found = parse(self.get().text)
        for name in SUMS:
            now = total(found, name)
            assert now >= self.last.get(name, 0), name
            self.last[name] = now
        return found

    def ask_for(self, n, path="/a.txt"):
        for _ in range(n):
            assert self.server.get(path).status == 200

    def await_total(self, name, wanted, **labels):
        until("%s = %d" % (name, wanted), lambda: total(
            self.look(), name, **labels) == wanted)


@pytest.fixture
def scraped(serve, short):
    return lambda **conf: Scraped(serve, short, **conf)


def test_sums_go_on_over_reloads(scraped):
    s = scraped(server={"workers": 2})
    for n in range(1, 6):
        s.ask_for(4)
        s.await_total("etagd_requests_total", 4 * n)
        s.server.configure({"server": {"workers": 1 + n % 3}})
        assert ask(s.server, "--reload").returncode == 0
        # a worker's number, whatever its generation
        assert {dict(labels)["worker"] for (name, labels) in s.look() if
                name == "etagd_requests_total"} <= {"1", "2", "3"}
    s.await_total("etagd_responses_total", 20, code="200")
    s.await_total("etagd_connections_open", 0)


def test_moved_connections_are_shared(scraped):
    """Those that serve on take them as they take new ones.  (All came to one,
    at each reload again, and were closed where that was full.)"""
    s = scraped(server={"workers": 4})
    held = [s.server.connect() for _ in range(40)]

    def shared():
        assert ask(s.server, "--reload").returncode == 0
        for c in held:
            assert c.get("/a.txt").status == 200
        found = s.look()
        return all(total(found, "etagd_connections_open", worker=w) >= 5
                   for w in "1234")
    # (a worker that waits long for a processor may be left out for once)
    assert any(shared() for _ in range(6))
    for c in held:
        c.close()


def test_sums_go_on_when_a_worker_dies(scraped):
    s = scraped(server={"workers": 1})
    s.ask_for(5)
    with s.server.connect() as c:
        assert c.get("/a.txt").status == 200
        s.await_total("etagd_connections_open", 1)
        mark = s.server.mark()
        os.kill(s.server.workers()[0], signal.SIGKILL)
        s.server.await_line("M034: worker 1", mark)
    s.ask_for(2)
    s.await_total("etagd_requests_total", 8)
    s.await_total("etagd_connections_closed_total", 1, reason="worker died")
    s.await_total("etagd_connections_open", 0)


def test_sums_go_on_over_an_upgrade(scraped, short):
    """A connection that goes on at the next program is counted once."""
    s = scraped(server={"workers": 2})
    s.ask_for(7)
    with s.server.connect() as held:
        assert held.get("/a.txt").status == 200
        old = s.server.pid
        s.server.signal(signal.SIGUSR2)
        until("another master", lambda: int(
            (short / "pid").read_text() or old) != old)
        assert s.server.process.popen.wait(harness.DEADLINE_S) == 0
        s.await_total("etagd_requests_total", 8)
        assert held.get("/a.txt").status == 200
        s.await_total("etagd_requests_total", 9)
        s.await_total("etagd_connections_given_total", 1)
        s.await_total("etagd_connections_taken_total", 1)
        s.await_total("etagd_connections_untaken_total", 0)
        s.await_total("etagd_connections_open", 1)
        said = ask(s.server, "--status").stdout
        assert "workers that serve on: 1, of which 1 were taken, 0 ended" in said
        assert json.loads(ask(s.server, "--status=json").stdout)[
            "handed_over"] == {"given": 1, "taken": 1, "untaken": 0}
    accepted = total(s.look(), "etagd_connections_accepted_total")
    s.ask_for(1)
    s.await_total("etagd_requests_total", 10)
    s.await_total("etagd_connections_open", 0)
    s.await_total("etagd_connections_accepted_total", accepted + 1)
    s.await_total("etagd_upgrades_total", 1)
    # each counts for itself what it says at its end
    assert s.server.process.await_line("M090: .* requests=8 given=1")
    assert harness.run("--stop", "--control",
                       short / "control").returncode == 0
    s.server.stopped = True


def test_counters_of_another_layout_are_not_taken(serve):
    """Another version's: they begin again, and the log says so."""
    server = serve(files=FILES, wrap=(
        "sh", "-c", 'exec 9</dev/null && exec "$@"', "sh"), env=dict(
            harness.environment(), ETAGD_SOCKETS="", ETAGD_COUNTERS="9"))
    server.await_line("M142: the counters begin again")
    assert server.get("/a.txt").status == 200


@pytest.mark.parametrize("accept, om", (
    (None, False), ("*/*", False), ("text/plain", False),
    ("text/plain;version=0.0.4;q=1,*/*;q=0.1", False),
    ("application/openmetrics-text", True),
    ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
     "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
    ("application/openmetrics-text;q=0.2,text/plain;q=0.5", False)))
def test_the_format_is_negotiated(scraped, accept, om):
    s = scraped()
    s.ask_for(1)
    r = s.get(fields={"Accept": accept} if accept else {})
    assert r.headers["Content-Type"] == (
        "application/openmetrics-text; version=1.0.0; charset=utf-8" if om
        else "text/plain; version=0.0.4; charset=utf-8")
    m = parse(r.text, om)
    assert total(m, "etagd_build_info") == 1


# -- an address of its own

@pytest.mark.parametrize("method, path, host, status", (
    ("GET", "/metrics", "10.1.2.3:9180", 200),
    ("GET", "/metrics?x=1", "prometheus.example", 200),
    ("HEAD", "/metrics", "[fd00::7]:9180", 200),
    ("GET", "/", "a", 404), ("GET", "/events", "a", 404),
    ("GET", "/status", "a", 404), ("POST", "/metrics", "a", 405),
    ("GET", "/metrics", "a b", 400), ("GET", "/metrics/../metrics", "a", 200)))
def test_one_path_under_any_name(scraped, method, path, host, status):
    s = scraped()
    r = s.get(path, {"Host": host}, method)
    assert r.status == status
    assert r.headers["Cache-Control"] == "no-store"
    if status == 405:
        assert r.headers["Allow"] == "GET, HEAD"
    if method == "HEAD":
        assert r.text == "" and int(r.headers["Content-Length"]) > 1000


def test_a_connection_is_kept_and_pipelined(scraped):
    s = scraped()
    one = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.create_connection(("127.0.0.1", s.port), DEADLINE_S) as c:
        c.sendall(one * 3 + one.replace(b"\r\n\r\n",
                                        b"\r\nConnection: close\r\n\r\n"))
        with c.makefile("rb") as f:
            told = f.read()
    assert told.count(b"HTTP/1.1 200 OK") == 4
    assert told.count(b"# TYPE etagd_requests_total counter\n") == 4


def test_only_those_that_may(scraped):
    s = scraped(metrics={"allow": "192.0.2.0/24"})
    r = s.get()
    assert r.status == 403 and "etagd_" not in r.text
    s.server.configure({"metrics": {"allow": "192.0.2.0/24 127.0.0.1"}})
    assert ask(s.server, "--reload").returncode == 0
    until("it may ask", lambda: s.get().status == 200)


def test_on_a_unix_socket(serve, short):
    path = short / "m"
    controlled(serve, short, conf={
        "metrics": {"listen": "unix:%s" % path, "allow": "192.0.2.1"}})
    with socket.socket(socket.AF_UNIX) as c:
        c.settimeout(DEADLINE_S)
        c.connect(str(path))
        c.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        with c.makefile("rb") as f:
            head, _, text = f.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    parse(text.decode())


def test_nothing_about_clients(scraped):
    s = scraped()
    with s.server.connect(lint=False) as c:
        c.send(b"GET /a.txt?token=s3cret HTTP/1.1\r\nHost: h0st.example\r\n"
               b"User-Agent: Mosaic/1\r\nReferer: http://ref.example/\r\n\r\n")
        assert c.read_response().status == 200
        port = c.sock.getsockname()[1]
        s.await_total("etagd_requests_total", 1)
        text = s.get().text
    for word in ("s3cret", "a.txt", "h0st", "Mosaic", "ref.example",
                 "127.0.0.1:%d" % port):
        assert word not in text


def scraper_of(s):
    wanted = {"socket:[%s]" % i for i in harness.listening_inodes(s.port)}
    return until("the scraper", lambda: next(
        (p for p in s.server.children()
         if wanted & set(harness.descriptors(p).values())), None))


def test_it_may_die(scraped):
    s = scraped()
    s.ask_for(3)
    s.await_total("etagd_requests_total", 3)
    mark = s.server.mark()
    os.kill(scraper_of(s), signal.SIGKILL)
    s.server.await_line("M145: scraper .*ended by signal 9", mark)
    s.ask_for(1)
    s.await_total("etagd_requests_total", 4)


def test_it_is_small(scraped):
    """It holds its socket, its poll set and its channel."""
    s = scraped()
    assert s.get().status == 200
    pid = scraper_of(s)
    until("three descriptors", lambda: sorted(
        what.split(":")[0] for n, what in harness.descriptors(pid).items()
        if n > 2) == ["anon_inode", "socket", "socket"])


def test_it_comes_and_goes_by_reload(scraped):
    s = scraped()
    s.server.configure({"metrics": {"listen": "off"}})
    assert ask(s.server, "--reload").returncode == 0

    def refused():
        try:
            s.get()
        except ConnectionError:
            return True
        return False
    until("nobody listens", refused)
    mark = s.server.mark()
    s.server.configure({"metrics": {"listen": "127.0.0.1:0"}})
    assert ask(s.server, "--reload").returncode == 0
    s.port = int(s.server.await_line(AT.pattern, mark).group(1))
    s.ask_for(1)
    s.await_total("etagd_requests_total", 1)


@pytest.mark.parametrize("before", (0, 1))
def test_who_asks_while_a_reload_comes_is_answered(scraped, before):
    """The process that has taken the connection ends, but not before that."""
    s = scraped()
    asked = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", s.port), DEADLINE_S) as c:
        c.sendall(asked * before + asked[:9])
        assert s.get().status == 200   # it came after that, which was taken
        assert ask(s.server, "--reload").returncode == 0
        c.sendall(asked[9:])
        got = b""
        while more := c.recv(1 << 20):
            got += more
    assert got.count(b"HTTP/1.1 200 OK\r\n") == before + 1, got[-200:]
    head, _, body = got[got.rindex(b"HTTP/1.1"):].partition(b"\r\n\r\n")
    assert b"\r\nConnection: close" in head, head
    assert b"Content-Length: %d\r\n" % len(body) in head + b"\r\n", head


def test_many_that_say_nothing_keep_nobody_out(scraped):
    s = scraped()
    held = [socket.create_connection(("127.0.0.1", s.port), DEADLINE_S)
            for _ in range(40)]
    assert s.get().status == 200
    for c in held:
        c.close()


@pytest.mark.parametrize("value, what", (
    ("127.0.0.1", "lacks its port"), ("0.0.0.0:x", "has no correct port")))
def test_a_faulty_address_is_refused(tmp_path, value, what):
    (tmp_path / "e.ini").write_text(
        "[server]\nroot = .\n[metrics]\nlisten = %s\n" % value)
    done = harness.run("-t", "-c", tmp_path / "e.ini")
    assert done.returncode == 2 and what in done.stderr


def test_its_address_is_nobody_elses(tmp_path):
    (tmp_path / "e.ini").write_text(
        "[server]\nroot = .\nlisten = 127.0.0.1:8\n"
        "[observe]\nlisten = 127.0.0.1:9\n[metrics]\nlisten = 0.0.0.0:9\n")
    done = harness.run("-t", "-c", tmp_path / "e.ini")
    assert done.returncode == 2
    assert "[metrics] listen: is taken by [observe] listen" in done.stderr


def promtool():
    found = shutil.which("promtool", path="%s:%s" % (
        os.environ["PATH"], UNPACKED / "usr/bin"))
    if not found:
        harness.need("promtool is neither installed nor in build/peers")
    return found


def test_promtool_is_content(scraped):
    s = scraped()
    s.ask_for(3)
    s.await_total("etagd_requests_total", 3)
    done = subprocess.run([promtool(), "check", "metrics"],
                          input=s.get().text, text=True, capture_output=True,
                          timeout=DEADLINE_S)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


# -- families

BOUNDS = ["0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01",
          "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0",
          "+Inf"]


def test_each_answer_is_in_both_histograms_once(scraped):
    s = scraped(server={"workers": 2}, health={"path": "/-/ready",
                                               "log": "off"})
    one = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with s.server.connect() as c:
        c.send(one * 20)
        for _ in range(20):
            assert c.read_response().status == 200
        assert c.get("/big.bin").status == 200
        assert c.get("/nothing").status == 404
        assert c.get("/-/ready").status == 200  # neither counted nor timed
    s.await_total("etagd_requests_total", 22)
    found = s.look()
    for name in ("etagd_request_duration_seconds",
                 "etagd_first_byte_seconds"):
        assert found[name + "_count", ()] == 22
        assert found[name + "_sum", ()] > 0
        assert [dict(labels)["le"] for (n, labels) in found
                if n == name + "_bucket"] == BOUNDS
    # the first byte is never later than the last
    for le in BOUNDS:
        at = (("le", le),)
        assert found["etagd_first_byte_seconds_bucket", at] >= \
            found["etagd_request_duration_seconds_bucket", at]


def test_a_slow_reader_is_slow_in_one_of_them(scraped):
    s = scraped(server={"workers": 1})
    s.server.tree.write("slow.bin", bytes(60_000_000))
    with s.server.connect(lint=False) as c:
        c.send(b"GET /slow.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until("its first byte", lambda: total(
            s.look(), "etagd_first_byte_seconds_count") == 1)
        assert total(s.look(), "etagd_request_duration_seconds_count") == 0
        until("a request in flight", lambda: total(
            s.look(), "etagd_requests_in_flight") == 1)
        left = 60_000_000
        while left > 0:
            left -= len(c.sock.recv(1 << 20))
        until("its last", lambda: total(
            s.look(), "etagd_request_duration_seconds_count") == 1)
    until("none in flight", lambda: total(
        s.look(), "etagd_requests_in_flight") == 0)


def test_what_fits_and_what_is_used(scraped):
    s = scraped(server={"workers": 2}, limits={"connections": 100},
                prepare={"files": 16})
    s.await_total("etagd_connections_limit", 200)
    s.await_total("etagd_cache_entries_limit", 2 * (16 + 16 // 4 + 16))
    found = s.look()
    assert 0 < total(found, "etagd_descriptors_open", worker="1") < \
        total(found, "etagd_descriptors_limit", worker="1")
    with s.server.connect() as c:
        for i in range(40):
            s.server.tree.write("f%d.txt" % i, "x\n")
            assert c.get("/f%d.txt" % i).status == 200
        for _ in range(3):
            assert c.get("/f39.txt").status == 200
    until("evictions", lambda: total(
        s.look(), "etagd_cache_evictions_total") >= 24)
    found = s.look()
    assert total(found, "etagd_cache_misses_total") >= 40
    assert total(found, "etagd_cache_lookups_total") >= \
        total(found, "etagd_cache_misses_total") + 3
    assert 0 < total(found, "etagd_cache_entries") <= 32


def test_restarts_by_process_and_reason(scraped):
    s = scraped(server={"workers": 1}, observe={"listen": "127.0.0.1:0"})

    def killed(pid, number, line):
        mark = s.server.mark()
        os.kill(pid, number)
        s.server.await_line(line, mark)
    killed(s.server.workers()[0], signal.SIGKILL, "M030: worker 1")
    s.await_total("etagd_process_restarts_total", 1, process="worker",
                  reason="signal")
    killed(scraper_of(s), signal.SIGKILL, "M145: scraper")
    s.await_total("etagd_process_restarts_total", 1, process="scraper")
    s.await_total("etagd_process_restarts_total", 2)
    s.await_total("etagd_process_restarts_total", 0, reason="stalled")
    s.await_total("etagd_workers", 1)


def test_reloads_are_told_with_their_outcome(scraped):
    s = scraped(server={"workers": 1})
    s.await_total("etagd_generation", 1)
    first = s.look()
    began = total(first, "etagd_config_last_reload_success_timestamp_seconds")
    started = total(first, "etagd_start_time_seconds")
    now = time.time()
    assert now - 3600 < started <= began <= now + 2
    assert total(first, "etagd_config_last_reload_successful") == 1
    assert total(first, "etagd_config_reloads_total") == 0
    hash_ = config_hash(first)

    good = s.server.file.read_text()
    s.server.file.write_text(good + "[nonsense]\n")
    s.server.signal(signal.SIGHUP)
    s.await_total("etagd_config_reloads_total", 1, result="failed")
    s.await_total("etagd_config_last_reload_successful", 0)
    assert config_hash(s.look()) == hash_

    s.server.file.write_text("# a comment alone\n" + good)
    assert ask(s.server, "--reload").returncode == 0
    s.await_total("etagd_config_reloads_total", 1, result="taken")
    s.await_total("etagd_config_last_reload_successful", 1)
    s.await_total("etagd_generation", 2)
    assert config_hash(s.look()) == hash_

    s.server.configure({"server": {"server-field": "other"}})
    assert ask(s.server, "--reload").returncode == 0
    s.await_total("etagd_generation", 3)
    until("another hash", lambda: config_hash(s.look()) != hash_)
    found = s.look()
    assert total(found, "etagd_start_time_seconds") == started
    assert total(
        found, "etagd_config_last_reload_success_timestamp_seconds") >= began


def config_hash(found):
    return [dict(labels)["hash"] for name, labels in found
            if name == "etagd_config_info"]


def test_draining_is_told(scraped):
    s = scraped(server={"on-term": "drain"}, timeouts={"ready-delay": "1h"})
    s.await_total("etagd_draining", 0)
    s.server.signal(signal.SIGTERM)
    s.await_total("etagd_draining", 1)
    s.server.signal(signal.SIGINT)
    s.server.finish()


def test_the_queue_of_those_that_wait(scraped):
    """Nobody accepts while all workers stand still."""
    s = scraped(server={"workers": 1, "backlog": 7})
    address = "127.0.0.1:%d" % s.server.port
    s.await_total("etagd_listen_queue_limit", 7, address=address)
    s.await_total("etagd_listen_queue", 0, address=address)
    pid = s.server.workers()[0]
    harness.halt(pid)
    try:
        held = [socket.create_connection(("127.0.0.1", s.server.port),
                                         DEADLINE_S) for _ in range(3)]
        s.await_total("etagd_listen_queue", 3, address=address)
    finally:
        os.kill(pid, signal.SIGCONT)
    for c in held:
        c.close()
    s.await_total("etagd_listen_queue", 0, address=address)


def test_the_preparer(scraped):
    s = scraped(server={"workers": 1}, prepare={"memory": "64m"})
    text = "".join("<p>line %d: %x</p>\n" % (i, i * 2654435761 % (1 << 32))
                   for i in range(500))
    pages = ["/p%d.html" % i for i in range(10)]
    for page in pages:
        s.server.tree.write(page, text + page)

    def coded():  # what was written just now is not coded at its first request
        for page in pages:
            for coding in ("gzip", "zstd", "br"):
                assert s.server.get(page, Accept_Encoding=coding).status == 200
        return all(total(s.look(), "etagd_coded_forms_total", coding=c) == 10
                   for c in ("gzip", "zstd", "br"))
    until("thirty forms", coded)
    found = s.look()
    assert total(found, "etagd_preparer_files_read_total") >= 10
    assert total(found, "etagd_preparer_asks_total") >= 10
    assert 10 * len(text) < total(found, "etagd_prepared_bytes") <= \
        total(found, "etagd_prepared_bytes_limit") == 64 << 20
    s.await_total("etagd_coding_queue", 0)
    # another one begins without memory, the sums go on
    mark = s.server.mark()
    os.kill(s.server.preparer(), signal.SIGKILL)
    s.server.await_line("M031: preparer", mark)
    until("empty memory", lambda: total(
        s.look(), "etagd_prepared_bytes") < 10 * len(text))
    s.await_total("etagd_coded_forms_total", 30)
    s.await_total("etagd_process_restarts_total", 1, process="preparer")


def test_more_workers_than_the_observer_has_room_for(scraped):
    """All are told of at the address of its own; the observer, which has less
    room, says that it can't."""
    s = scraped(server={"workers": 130}, observe={"listen": "127.0.0.1:0"})
    found = s.look()
    assert len({dict(labels)["worker"] for name, labels in found
                if name == "etagd_requests_total"}) == 130
    r = Observer(s.server).get("/metrics")
    assert r.status == 503 and "[metrics]" in r.text

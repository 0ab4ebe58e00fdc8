# SPDX-License-Identifier: MIT
"""What Prometheus is told: sums that never fall back, and the state of a node."""
import os
import signal

import pytest

import harness
from controlled import FILES, ask, controlled
from harness import until
from samples import parse, total
from test_85_observe import Observer

SUMS = ("etagd_requests_total", "etagd_responses_total",
        "etagd_sent_bytes_total", "etagd_connections_accepted_total",
        "etagd_connections_closed_total")


class Scraped:
    """A server and what it tells."""

    def __init__(self, serve, short, **conf):
        server = dict(conf.pop("server", {}), pidfile=short / "pid")
        self.server = controlled(serve, short, conf=dict(
            conf, server=server, observe={"listen": "127.0.0.1:0"}))
        self.observer = Observer(self.server)
        self.last = {}

    def look(self):
        """A sum that falls back fails here."""
        found = parse(self.observer.get("/metrics").text)
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
    s.await_total("etagd_connections_closed_total", 1, reason="worker died",
                  closed_first="server")
    s.await_total("etagd_connections_open", 0)


def test_sums_go_on_over_an_upgrade(scraped, short):
    """What the old program still finishes is counted as well."""
    s = scraped(server={"workers": 2})
    s.ask_for(7)
    with s.server.connect() as held:
        assert held.get("/a.txt").status == 200
        old = s.server.pid
        s.server.signal(signal.SIGUSR2)
        until("another master", lambda: int(
            (short / "pid").read_text() or old) != old)
        s.await_total("etagd_requests_total", 8)
        assert held.get("/a.txt").status == 200
        s.await_total("etagd_requests_total", 9)
    assert s.server.process.popen.wait(harness.DEADLINE_S) == 0
    s.ask_for(1)
    s.await_total("etagd_requests_total", 10)
    s.await_total("etagd_connections_open", 0)
    # each counts for itself what it says at its end
    assert s.server.process.await_line("M090: .* requests=9")
    assert harness.run("--stop", "--control",
                       short / "control").returncode == 0
    s.server.stopped = True


def test_counters_of_another_layout_are_not_taken(serve):
    """Another version's: they begin anew, and the log says so."""
    server = serve(files=FILES, wrap=(
        "sh", "-c", 'exec 9</dev/null && exec "$@"', "sh"), env=dict(
            harness.environment(), ETAGD_SOCKETS="", ETAGD_COUNTERS="9"))
    server.await_line("M142: the counters begin anew")
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
    r = s.observer.get("/metrics", {"Accept": accept} if accept else {})
    assert r.headers["Content-Type"] == (
        "application/openmetrics-text; version=1.0.0; charset=utf-8" if om
        else "text/plain; version=0.0.4; charset=utf-8")
    m = parse(r.text, om)
    assert total(m, "etagd_build_info") == 1

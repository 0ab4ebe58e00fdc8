# SPDX-License-Identifier: MIT
"""[pace PATTERN]: answers that take their time.  Only lower bounds of times are
asked for: a server that is busy may be slower, never quicker."""
import time
from signal import SIGQUIT

import pytest

from harness import run

BIG = bytes(i * 7 % 251 for i in range(48000))
FILES = {"a.txt": "a\n", "slow.txt": "slow\n", "b.bin": BIG,
         "large.bin": BIG * 20}
# the first step leaves at once, and the last one is not waited for
STEP = 0.064 + 0.032


def delayed(ms="300ms", pattern="/slow*"):
    return "[pace %s]\ndelay = %s\n" % (pattern, ms)


def rated(rate="64k", pattern="*.bin"):
    return "[pace %s]\nrate = %s\n" % (pattern, rate)


class Took:
    def __enter__(self):
        self.began = time.monotonic()
        return self

    def __exit__(self, *exc):
        self.s = time.monotonic() - self.began


def ask(target, *fields, method="GET"):
    lines = ["%s %s HTTP/1.1" % (method, target), "Host: localhost", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_delay_comes_before_the_head(serve):
    server = serve(files=FILES, rules=delayed())
    with server.connect() as c:
        for method in ("GET", "HEAD"):
            with Took() as took:
                assert c.request(method, "/slow.txt").status == 200
            assert took.s >= 0.3
        tag = c.get("/slow.txt").get("ETag")
        with Took() as took:
            assert c.request(fields=[("If-None-Match", tag)],
                             target="/slow.txt").status == 304
        assert took.s >= 0.3, "a 304 is as far away"
        with Took() as took:
            assert c.get("/slow-none.txt").status == 404
        assert took.s >= 0.3
        assert c.get("/a.txt").status == 200
    assert all(e["duration_us"] >= 300000 for e in server.log(
        5, lambda e: e["target"].startswith("/slow")))


def test_others_do_not_wait(serve):
    """One worker: while one answer is held back, the rest go on."""
    server = serve(files=FILES, rules=delayed("1m"),
                   conf={"server": {"workers": "1"},
                         "timeouts": {"drain": "100ms"}})
    with server.connect() as slow, server.connect() as c:
        slow.send(ask("/slow.txt"))
        for _ in range(20):
            assert c.get("/a.txt").status == 200
        slow.reset()


def test_rate(serve):
    server = serve(files=FILES, rules=rated())
    with server.connect() as c:
        with Took() as took:
            r = c.get("/b.bin")
        assert r.body == BIG
        assert took.s >= len(BIG) / 65536 - STEP
        with Took() as took:
            r = c.get("/b.bin", Range="bytes=100-16483")
        assert r.status == 206 and r.body == BIG[100:16484]
        assert took.s >= 16384 / 65536 - STEP


def test_rate_of_what_has_no_content(serve):
    """10 bytes a second: a head would take half a minute."""
    server = serve(files=FILES, rules=rated("10"),
                   conf={"timeouts": {"drain": "100ms"}})
    with server.connect() as c:
        r = c.request("HEAD", "/b.bin")
        assert r.status == 200
        r = c.request(target="/b.bin",
                      fields=[("If-None-Match", r.get("ETag"))])
        assert r.status == 304


def test_the_head_does_not_wait_for_the_content(serve):
    server = serve(files=FILES, rules=rated("10"),
                   conf={"timeouts": {"drain": "100ms"}})
    with server.connect() as c:
        c.send(ask("/b.bin"))
        assert c.read_head().status == 200


@pytest.mark.parametrize("rules", [delayed() + rated(), delayed(pattern="*"),
                                   rated(pattern="*")])
def test_pipeline_keeps_its_order(serve, rules):
    server = serve(files=FILES, rules=rules)
    with server.connect() as c:
        c.send(ask("/a.txt") + ask("/slow.txt") + ask("/b.bin") +
               ask("/b.bin", "Range: bytes=0-9,20-29") +
               ask("/slow.txt", method="HEAD") + ask("/a.txt"))
        assert c.read_response().body == b"a\n"
        assert c.read_response().body == b"slow\n"
        assert c.read_response().body == BIG
        assert c.read_response().status == 206
        assert c.read_response("HEAD").status == 200
        assert c.read_response().body == b"a\n"


def test_answers_before_a_delayed_one_leave_at_once(serve):
    server = serve(files=FILES, rules=delayed("1m"),
                   conf={"timeouts": {"drain": "100ms"}})
    with server.connect() as c:
        c.send(ask("/a.txt") + ask("/slow.txt"))
        assert c.read_response().body == b"a\n"
        c.reset()


@pytest.mark.parametrize("conf", [
    {"timeouts": {"send": "100ms"}},
    {"limits": {"send-rate": "1m", "rate-window": "200ms"}}])
def test_a_pace_is_no_slow_reader(serve, conf):
    server = serve(files=FILES, rules=delayed("700ms", "*.bin") + rated(),
                   conf=conf)
    with server.connect() as c:
        assert c.get("/b.bin").body == BIG
    assert server.log(1)[-1]["end"] == "sent"


def test_a_reader_that_stands_still_is_still_one(serve):
    server = serve(files=FILES, rules=rated("512m"),
                   conf={"timeouts": {"send": "300ms"}})
    server.tree.write("huge.bin", BIG * 600)
    with server.connect(rcvbuf=4096) as c:
        c.send(ask("/huge.bin"))
        e = server.log(1, lambda e: e["target"] == "/huge.bin")[-1]
        assert e["end"] in ("reader too slow", "below the lowest rate")


def test_a_drain_waits_for_it(serve):
    server = serve(files=FILES, rules=delayed("500ms") + rated())
    with server.connect() as c:
        c.send(ask("/slow.txt") + ask("/b.bin"))
        server.signal(SIGQUIT)
        assert c.read_response().body == b"slow\n"


def test_the_last_section_wins_key_by_key(serve):
    server = serve(files=FILES, rules=(
        "[pace *]\ndelay = 1m\nrate = 1\n[pace /b.bin]\nrate = 0\n"
        "[pace *.bin]\ndelay = 0\n"), conf={"timeouts": {"drain": "100ms"}})
    with server.connect() as c:
        assert c.get("/b.bin").body == BIG


def test_the_client_may_leave(serve):
    """At once, not when the answer is due."""
    server = serve(files=FILES, rules=delayed("1m", "/slow*") + rated("10"),
                   conf={"timeouts": {"drain": "100ms"}})
    for target in ("/slow.txt", "/b.bin"):
        with server.connect() as c:
            c.send(ask(target))
            if target == "/b.bin":
                c.read_head()
            c.reset()
        server.log(1, lambda e: e["target"] == target)


@pytest.mark.parametrize("text, says", [
    ("[pace]\ndelay = 1s\n", "lacks its name"),
    ("[pace *]\ndelay = 2h\n", "delay"),
    ("[pace *]\nrate = 64kb\n", "rate"),
    ("[pace *]\nrates = 64k\n", "did you mean \"rate\""),
    ("[pace a/b]\nrate = 64k\n", "can match nothing")])
def test_faults(tmp_path, text, says):
    ini = tmp_path / "e.ini"
    ini.write_text("[server]\nroot = .\n" + text)
    done = run("-t", "-c", ini)
    assert done.returncode != 0 and says in done.stdout + done.stderr

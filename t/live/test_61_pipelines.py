# SPDX-License-Identifier: MIT
"""The log names what was asked for: each request of a pipeline once, in order,
with its own texts, however its answer had to wait."""
import re

import pytest

from observing import Observer, of

KIB = 1024
TEXTS = ("method", "target", "host", "user_agent", "referer", "request_id",
         "traceparent")


class Asked:
    """Requests of different lengths, no two of them alike."""

    def __init__(self, paths, body=b"", method="GET", last_closes=True):
        self.wanted, parts = [], []
        for i, path in enumerate(paths):
            target = "%s?%s%d" % (path, "z" * (i * 7 % 31), i)
            agent, referer = "a" * (i * 13 % 47) + "/%d" % i, "r://%d" % i
            ident = "id-%d" % i
            trace = "00-%032x-%016x-01" % (i + 1, i + 1)
            self.wanted.append((method, target, "localhost", agent, referer,
                                ident, trace))
            lines = ["%s %s HTTP/1.1" % (method, target), "Host: localhost",
                     "User-Agent: " + agent, "Referer: " + referer,
                     "X-Request-Id: " + ident, "traceparent: " + trace]
            if body:
                lines.append("Content-Length: %d" % len(body))
            if last_closes and i == len(paths) - 1:
                lines.append("Connection: close")
            parts.append("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.bytes = b"".join(parts)


def logged(server, n):
    return [tuple(e.get(k) for k in TEXTS) for e in server.log(n)]


def ask(server, asked, **options):
    """Sends all at once; the length of everything that came."""
    with server.connect(**options) as c:
        c.send(asked.bytes)
        return len(c.read_to_end())


ONE = {"server": {"workers": 1}}


def test_cold_files(serve):
    files = {"file%d.txt" % i: "text %d\n" % i for i in range(20)}
    server = serve(files=files, conf=ONE)
    asked = Asked(["/" + name for name in files])
    ask(server, asked)
    assert logged(server, 20) == asked.wanted


def test_cold_and_warm_files(serve):
    files = {"file%d.txt" % i: "text %d\n" % i for i in range(12)}
    server = serve(files=files, conf=ONE)
    server.get("/file0.txt")
    paths = ["/file0.txt" if i % 3 else "/file%d.txt" % i for i in range(12)]
    asked = Asked(paths)
    ask(server, asked)
    assert logged(server, 13)[1:] == asked.wanted


@pytest.mark.parametrize("name", ["slab.bin", "file.bin"])
def test_large_answers_to_a_slow_reader(serve, name):
    files = {"slab.bin": b"s" * (200 * KIB), "file.bin": b"f" * (2 * KIB * KIB)}
    server = serve(files=files, conf=ONE)
    server.get("/" + name)
    asked = Asked(["/" + name] * 9)
    got = ask(server, asked, rcvbuf=4096)
    assert got > 9 * len(files[name])
    assert logged(server, 10)[1:] == asked.wanted


def test_refusals_between_large_answers(serve):
    server = serve(files={"big.bin": b"b" * (3 * KIB * KIB)}, conf=ONE)
    paths = ["/big.bin", "/missing", "/big.bin", "/.dot", "/sub/none"]
    asked = Asked(paths)
    ask(server, asked, rcvbuf=4096)
    assert logged(server, 5) == asked.wanted


def test_bodies(serve):
    files = {"file%d.txt" % i: "text %d\n" % i for i in range(10)}
    server = serve(files=files, conf=ONE)
    asked = Asked(["/" + name for name in files], body=b"x" * 3000)
    ask(server, asked)
    assert logged(server, 10) == asked.wanted


def test_bodies_in_pieces_behind_a_large_answer(serve):
    server = serve(files={"big.bin": b"b" * (3 * KIB * KIB)}, conf=ONE)
    asked = Asked(["/big.bin"] * 4, body=b"y" * 900)
    with server.connect(rcvbuf=4096) as c:
        for at in range(0, len(asked.bytes), 777):
            c.send(asked.bytes[at:at + 777])
        c.read_to_end()
    assert logged(server, 4) == asked.wanted


def test_long_heads(serve):
    """More texts than there is room to keep at once."""
    server = serve(files={"a.bin": b"a" * (120 * KIB)}, conf=ONE)
    asked = Asked(["/a.bin"] * 40)
    field = b"Referer: " + b"l" * 1500
    asked.bytes = re.sub(rb"Referer: r://\d+", field, asked.bytes)
    ask(server, asked, rcvbuf=4096)
    lines = logged(server, 40)
    assert [line[:4] for line in lines] == [w[:4] for w in asked.wanted]
    assert {line[4] for line in lines} == {"l" * 1024}


@pytest.mark.parametrize("count", [1, 6])
def test_the_observer_is_told_the_same(serve, count):
    files = {"big.bin": b"b" * (1 * KIB * KIB), "cold.txt": "c\n"}
    conf = {"server": {"workers": 1}, "observe": {"listen": "127.0.0.1:0"}}
    server = serve(files=files, conf=conf)
    observer = Observer(server)
    asked = Asked(["/big.bin", "/cold.txt", "/none"] * count)
    ask(server, asked, rcvbuf=4096)
    found = observer.events(
        lambda es: len(of(es, "request")) == len(asked.wanted))
    requests = of([e for _, e in found], "request")
    for e, (method, target, host, agent, referer, *_) in zip(requests,
                                                             asked.wanted):
        fields = dict(map(tuple, e["request_fields"]))
        assert (e["method"], e["target"]) == (method, target)
        assert (fields["Host"], fields["User-Agent"], fields["Referer"]) == (
            host, agent, referer)

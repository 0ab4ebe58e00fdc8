# SPDX-License-Identifier: MIT
"""The server's account and a capture agree: how many requests, in which order,
with which answers, who closed first, and when."""
import socket
import struct
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from etagdlab import (annotate, capture, evidence, http1, ledger, packets,
                      pcapng)
from harness import until

GET = b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSE = b"GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
MISSING = b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
FILES = {"a.txt": "hello\n", "big.bin": bytes(300000)}
CONF = {"timeouts": {"idle": "400ms", "head": "400ms"}}


class Client:
    """A connection that does exactly what it is told, and knows its port."""

    def __init__(self, port):
        self.s = socket.create_connection(("127.0.0.1", port), 20)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.s.getsockname()[1]
        self.got = b""

    def send(self, data):
        self.s.sendall(data)
        return self

    def answers(self, n):
        """Until n whole responses (of known length) are there."""
        def count():
            return sum(m.whole and m.line.startswith("HTTP/")
                       for m in http1.responses(self.got, []))
        while count() < n:
            data = self.s.recv(65536)
            assert data, self.got
            self.got += data
        return self

    def until_end(self):
        try:
            while True:
                data = self.s.recv(65536)
                if not data:
                    break
                self.got += data
        except ConnectionResetError:
            pass
        self.s.close()
        return self

    def fin(self):
        self.s.close()
        return self

    def reset(self):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
        self.s.close()
        return self


# What a client does; who closes first; statuses in the log (0: no answer).
# None: a race, so either may be first.
def idle(c):
    c.until_end()


def unused(c):
    c.fin()


def three_then_fin(c):
    for n in (1, 2, 3):
        c.send(GET).answers(n)
    c.fin()


def pipeline_then_timeout(c):
    c.send(GET + MISSING + GET).answers(3).until_end()


def half_then_timeout(c):
    c.send(GET[:20]).until_end()


def half_then_fin(c):
    c.send(GET[:20]).fin()


def one_then_half_then_reset(c):
    c.send(GET).answers(1).send(GET[:9]).reset()


def one_then_reset(c):
    c.send(GET).answers(1).reset()


def asks_to_close(c):
    c.send(CLOSE).until_end()


def request_and_fin_at_once(c):
    c.send(GET)
    c.s.shutdown(socket.SHUT_WR)
    c.until_end()


def nonsense(c):
    c.send(b"\0\1\2\3\r\n\r\n").until_end()


CLIENTS = (
    (idle, "server", []), (unused, "client", []),
    (three_then_fin, "client", [200, 200, 200]),
    (pipeline_then_timeout, "server", [200, 404, 200]),
    (half_then_timeout, "server", [408]), (half_then_fin, "client", [0]),
    (one_then_half_then_reset, "client", [200, 0]),
    (one_then_reset, "client", [200]), (asks_to_close, "server", [200]),
    (request_and_fin_at_once, "client", [200]), (nonsense, "server", [400]),
)


def run_clients(server):
    """{port: (name, who, statuses)}; all of them at the same time."""
    def run(row):
        c = Client(server.port)
        row[0](c)
        return c.port, (row[0].__name__, row[1], row[2])
    with ThreadPoolExecutor(len(CLIENTS)) as pool:
        return dict(pool.map(run, CLIENTS))


def show(worst, name, record_property):
    """On a quiet machine each is below 5 ms; no test may ask for that."""
    text = ", ".join("%s %.3f" % (k, v) for k, v in sorted(worst.items()))
    record_property("largest differences, ms", text)
    print("largest differences of capture and %s, ms: %s" % (name, text))


@pytest.fixture
def account(serve, captured):
    """(what was done, Wire) of one run of all clients."""
    server = serve(files=FILES, conf=CONF)
    run = captured(server.port)
    done = run_clients(server)
    server.stop()
    blocks = run.finish()
    text = "\n".join(server.log_lines())
    return done, blocks, text, evidence.Wire(
        blocks, ledger.parse(text), server.port)


def test_ledger_and_capture_agree(account, record_property):
    done, _, _, wire = account
    assert {s.client[1] for s in wire.streams} == set(done)
    by_port = {c.port: c for c in wire.ledger.connections}
    for s in wire.streams:
        name, who, statuses = done[s.client[1]]
        assert s.opened, name
        assert s.first_closer == who, (name, s.first_closer)
        c = by_port.get(s.client[1])
        logged = [r.status for r in c.requests] if c else []
        if s.reset and logged == statuses[:-1]:
            # The kernel threw the half request away before it was read.
            statuses = logged
        assert logged == statuses, (name, logged)
        if c and c.who:
            assert c.who == s.first_closer, (name, c.end)
        # Each request on the wire has its line, in order; and no line more.
        whole = sum(q.whole for q in s.requests)
        assert sum(x in (200, 404) for x in statuses) <= whole, name
        assert len(statuses) <= len(s.requests), name
        for r, (asked, answered) in zip(c.requests if c else [], s.pairs()):
            assert r.status == (answered.status if answered else 0), name
            if r.target:
                assert r.target == asked.target, name
    result = evidence.agreement(wire)
    assert result["wrong"] == []
    show(evidence.differences(wire), "log", record_property)
    assert result["worst_ms"] < 5000


def test_observer_and_capture_agree(serve, captured, record_property):
    """The same by the observer's ledger, which also knows connections without
    a request and how each ended."""
    server = serve(files=FILES, conf={
        **CONF, "observe": {"listen": "127.0.0.1:0"}})
    url = server.await_line(r"M012: observing at (http\S+)").group(1)
    run = captured(server.port)
    done = run_clients(server)

    def whole():
        with urllib.request.urlopen(url + "connections.jsonl") as answer:
            text = answer.read().decode()
        return text if text.count("\n") == len(done) else None
    book = ledger.parse(until("the whole ledger", whole))
    blocks = run.finish()
    wire = evidence.Wire(blocks, book, server.port)
    assert book.complete and book.unread == 0
    assert len(wire.matched) == len(wire.streams) == len(done)
    for s in wire.streams:
        name, who, statuses = done[s.client[1]]
        c = wire.matched[s.index]
        assert c.who == s.first_closer == who, (name, c.end)
        logged = [r.status for r in c.requests]
        assert logged in (statuses, statuses[:-1] if s.reset else statuses)
    texts = [t for n in wire.notes.values() for t in n]
    assert "etagd: the keep-alive timer fired: closed by the server, idle " \
        "too long" in texts
    assert any("the connection was never used" in t for t in texts)
    worst = evidence.differences(wire)
    show(worst, "observer's ledger", record_property)
    assert set(worst) == {"handshake", "request", "response", "client's FIN",
                          "server's FIN"}
    assert max(worst.values()) < 5000


def test_comments_of_a_real_capture(account, tshark, tmp_path):
    done, blocks, text, _ = account
    noted, n, streams, matched = annotate.annotate(blocks,
                                                   ledger.parse(text))
    assert len(matched) == sum(bool(s) for _, _, s in done.values())
    path = tmp_path / "noted.pcapng"
    pcapng.write(path, noted)
    shown = subprocess.run(
        [tshark, "-r", str(path), "-Y", "frame.comment", "-T", "fields", "-e",
         "frame.number", "-e", "frame.comment"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, check=True).stdout
    assert "accepted by worker" in shown and "404: no such file" in shown
    plain = subprocess.run(
        [tshark, "-r", str(path), "-Y", "tcp.flags.syn==1 && "
         "tcp.flags.ack==0"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, check=True).stdout
    assert len(plain.splitlines()) == len(streams) == len(done)
    assert n >= len(shown.splitlines())


def test_close_and_request_cross(serve, captured):
    """The server's timer fires while a request is on its way: whoever wins,
    log and capture tell the same."""
    server = serve(files=FILES, conf={"timeouts": {"idle": "60ms"}})
    run = captured(server.port)
    ports = []
    for _ in range(6):
        c = Client(server.port).send(GET).answers(1)
        ports.append(c.port)
        # The FIN is what we wait for, and the request leaves at the very
        # moment it arrives.
        c.s.recv(1, socket.MSG_PEEK)
        try:
            c.send(GET)
        except OSError:
            pass
        c.fin()
    server.stop()
    wire = evidence.Wire(run.finish(), ledger.parse(
        "\n".join(server.log_lines())), server.port)
    for s in wire.streams:
        assert s.client[1] in ports and s.first_closer == "server"
        logged = wire.matched[s.index].requests
        answered = [r for _, r in s.pairs() if r]
        assert [r.status for r in logged if r.status] == \
            [r.status for r in answered]


def test_capture_has_only_its_port_and_no_marks(serve, captured):
    server, other = serve(files=FILES), serve(files=FILES)
    run = captured(server.port)
    for target in (other, server, other):
        assert target.get("/a.txt").status == 200
    blocks = run.finish()
    wire = evidence.Wire(blocks, ledger.parse(""), server.port)
    assert [s.server[1] for s in wire.streams] == [server.port]
    numbers = [b.number for b in blocks if b.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not any(m in b.data for b in blocks for m in run.marks)


def test_why_there_is_no_capture(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("etagdlab.tools.MORE_PATH", ())

    def refused(*args):
        raise PermissionError()
    monkeypatch.setattr("etagdlab.capture.socket.socket", refused)
    with pytest.raises(capture.NoCapture) as why:
        capture.begin(80, tmp_path)
    assert "apt-get install wireshark-common" in str(why.value)
    assert "CAP_NET_RAW" in str(why.value)
    with pytest.raises(capture.NoCapture):
        capture.begin(80, tmp_path, "off")


def test_last_bytes_bring_the_fin(serve, captured):
    """A connection that ends with an answer needs no packet for its end."""
    server = serve(files=FILES, conf=CONF)
    run = captured(server.port)
    for request in (CLOSE, CLOSE.replace(b"a.txt", b"none"),
                    CLOSE.replace(b"1.1", b"1.0"), b"nonsense\r\n\r\n"):
        Client(server.port).send(request).until_end()
    server.stop()
    wire = evidence.Wire(run.finish(), ledger.parse(""), server.port)
    for s in wire.streams:
        fins = [p.segment for p in s.packets if not p.client and
                p.segment.has(packets.FIN)]
        assert fins[0].length > 0, s.requests
    assert len(wire.streams) == 4

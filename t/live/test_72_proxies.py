# SPDX-License-Identifier: MIT
"""Behind a proxy that speaks the PROXY protocol: whose connection it is, in the
log, the limits and the observer; and what happens to all others."""
import socket
import struct

import pytest

from observing import Observer, of
from wire import DEADLINE_S

FILES = {"a.txt": "a\n", "big.bin": b"b" * 300_000}
GET = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
SIGN = b"\r\n\r\n\0\r\nQUIT\n"


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def tlv(kind, value):
    return struct.pack("!BH", kind, len(value)) + value


def binary(client="192.0.2.7", port=4711, tlvs=b"", command=0x21, sum_=False):
    v6 = ":" in client
    family = socket.AF_INET6 if v6 else socket.AF_INET
    body = socket.inet_pton(family, client) + \
        socket.inet_pton(family, "::1" if v6 else "127.0.0.1") + \
        struct.pack("!HH", port, 80) + tlvs
    size = len(body) + (7 if sum_ else 0)
    head = SIGN + struct.pack("!BBH", command, 0x21 if v6 else 0x11, size)
    if sum_:
        bare = head + body + tlv(3, b"\0" * 4)
        body += tlv(3, struct.pack("!I", crc32c(bare)))
    return head + body


TLS = tlv(2, b"www.example.org") + tlv(0x20, b"\1\0\0\0\0" + tlv(
    0x21, b"TLSv1.3") + tlv(0x23, b"TLS_AES_128_GCM_SHA256"))

GOOD = (
    (b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n", "192.0.2.7", 4711),
    (b"PROXY TCP6 2001:db8::7 ::1 4711 80\r\n", "2001:db8::7", 4711),
    (b"PROXY UNKNOWN\r\n", "127.0.0.1", None),
    (binary(), "192.0.2.7", 4711),
    (binary("2001:db8::7"), "2001:db8::7", 4711),
    (binary(tlvs=TLS), "192.0.2.7", 4711),
    (binary(tlvs=TLS, sum_=True), "192.0.2.7", 4711),
    (binary(command=0x20), "127.0.0.1", None),
)
BAD = (
    GET,
    b"PROXY TCP4 192.0.2.7 127.0.0.1 4711\r\n",
    b"PROXY TCP4 192.0.2.256 127.0.0.1 4711 80\r\n",
    b"PROXY " + b"x" * 200,
    binary(command=0x31),
    binary(tlvs=b"\4\0\7abc"),
    binary(tlvs=tlv(3, b"abcd")),
)


@pytest.fixture
def proxied(serve):
    """A server whose address asks for the header."""
    def start(**conf):
        conf["server"] = {"workers": 1, "listen": "127.0.0.1:0 proxy"}
        return serve(files=FILES, conf=conf)
    return start


@pytest.mark.parametrize("at", range(len(GOOD)))
@pytest.mark.parametrize("cut", (False, True))
def test_the_client_is_the_one_that_is_named(proxied, at, cut):
    header, client, port = GOOD[at]
    server = proxied()
    with server.connect(lint=False) as c:
        if cut:
            c.send_bytewise(header + GET)
        else:
            c.send(header + GET)
        assert c.read_response().body == b"a\n"
        assert c.get("/a.txt").status == 200  # the header is of the connection
        own = c.sock.getsockname()[1]
    for line in server.log(2):
        assert (line["peer"], line["port"]) == (client, port or own)
        assert (line["method"], line["target"]) == ("GET", "/a.txt")


@pytest.mark.parametrize("at", range(len(BAD)))
def test_no_header_no_answer(proxied, at):
    server = proxied()
    with server.connect(lint=False) as c:
        c.send(BAD[at])
        assert c.ends()
    server.await_line("W028: PROXY protocol, from 127.0.0.1")
    with server.connect(lint=False) as c:  # everybody else goes on
        c.send(GOOD[0][0] + GET)
        assert c.read_response().status == 200


def test_only_trusted_proxies_are_believed(proxied):
    server = proxied(proxy={"trust": "192.0.2.0/24"})
    with server.connect(lint=False) as c:
        c.send(GOOD[0][0] + GET)
        assert c.ends()
    server.await_line("W028: .*127.0.0.1: .proxy. trust does not name it")


def test_a_header_that_never_ends_is_given_up(proxied):
    server = proxied(timeouts={"head": "300ms"})
    with server.connect(lint=False) as c:
        c.send(b"PROXY TCP4 192.")
        assert c.ends()
    assert server.log_lines() == []


def test_limits_count_clients_not_the_proxy(proxied):
    server = proxied(limits={"connections-per-address": "1"})
    held = []
    for i in range(3):
        c = server.connect(lint=False)
        c.send(b"PROXY TCP4 192.0.2.%d 127.0.0.1 1 2\r\n" % i + GET)
        assert c.read_response().status == 200
        held.append(c)
    with server.connect(lint=False) as c:
        c.send(b"PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n" + GET)
        assert c.read_response().status == 503
    held[1].close()


def test_a_pipeline_behind_the_header(proxied):
    server = proxied()
    with server.connect(lint=False) as c:
        c.send(binary() + GET * 5)
        for _ in range(5):
            assert c.read_response().status == 200
    assert [e["request"] for e in server.log(5)] == [1, 2, 3, 4, 5]


def test_on_a_unix_socket(serve, short):
    path = short / "http"
    server = serve(files=FILES, conf={"server": {
        "workers": 1, "listen": "unix:%s proxy" % path}})
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(DEADLINE_S)
    s.connect(str(path))
    s.sendall(binary() + GET.replace(b"\r\n\r\n",
                                     b"\r\nConnection: close\r\n\r\n"))
    with s, s.makefile("rb") as f:
        assert f.read().startswith(b"HTTP/1.1 200")
    assert server.log(1)[0]["peer"] == "192.0.2.7"


def test_the_observer_shows_client_proxy_and_tls(proxied):
    server = proxied(observe={"listen": "127.0.0.1:0"})
    o = Observer(server)
    with server.connect(lint=False) as c:
        c.send(binary(tlvs=TLS) + GET)
        assert c.read_response().status == 200
    events = [e for _, e in o.events(lambda es: of(es, "end"))]
    told = of(events, "proxy")[0]
    assert (told["peer"], told["port"]) == ("192.0.2.7", 4711)
    assert told["via"] == "127.0.0.1"
    assert told["tls"] == {"version": "TLSv1.3", "name": "www.example.org",
                           "cipher": "TLS_AES_128_GCM_SHA256"}
    ended = o.ledger(1)[0]
    assert ended["peer"] == "192.0.2.7" and ended["tls"] == told["tls"]

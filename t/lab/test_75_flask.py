# SPDX-License-Identifier: MIT
"""A development server's exchange, packet by packet: two connections of which
one is never used, an answer in three pieces, the server closes first.  A
kernel may merge or leave out pure acknowledgements, so these are set apart."""
import socket

from etagdlab import evidence, ledger
from etagdlab.packets import ACK, FIN, PSH, RST, SYN

PAGE = "<!doctype html><title>page</title>".ljust(535, "x")
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

#  from the client?  flags  what it brings
USED = [
    (True, SYN, b""), (False, SYN | ACK, b""), (True, PSH | ACK, b"GET / "),
    (False, PSH | ACK, b"HTTP/1.0 200 OK\r\n"),
    (False, PSH | ACK, b"Server: "),
    (False, PSH | ACK, b"<!doctype html>"),
    (False, FIN | ACK, b""), (True, FIN | ACK, b""),
]
UNUSED = [(True, SYN, b""), (False, SYN | ACK, b"")]


def telling(stream):
    """Without pure acknowledgements, and what was sent again."""
    shown = SYN | ACK | FIN | PSH | RST
    return [(p.client, p.segment.flags & shown, bytes(p.segment.data))
            for p in stream.packets
            if not p.again and
            (p.segment.data or p.segment.flags & (SYN | FIN | RST))]


def test_the_eighteen_packets(serve, captured):
    server = serve(files={"index.html": PAGE}, conf={
        "server": {"protocol": "HTTP/1.0", "pieces": "on", "workers": "1"},
        "timeouts": {"idle": "1h"}})
    run = captured(server.port)
    place = ("127.0.0.1", server.port)
    with socket.create_connection(place, 60) as a, \
            socket.create_connection(place, 60) as b:
        a.sendall(GET)
        got = b""
        while True:
            data = a.recv(65536)
            if not data:
                break
            got += data
        a.close()
        assert got.startswith(b"HTTP/1.0 200 OK\r\n")
        assert got.endswith(PAGE.encode())
        server.log(1, lambda e: e["status"] == 200)
        ports = b.getsockname()[1],
        blocks = run.finish()
    streams = evidence.Wire(blocks, ledger.parse(""), server.port).streams
    unused, = [s for s in streams if s.client[1] in ports]
    used, = [s for s in streams if s is not unused]
    assert [row[:2] for row in telling(used)] == [row[:2] for row in USED]
    for (_, _, data), (_, _, begins) in zip(telling(used), USED):
        assert data.startswith(begins) and bool(data) == bool(begins)
    sizes = [len(d) for c, _, d in telling(used) if d and not c]
    assert sizes[0] == 17 and sizes[2] == 535
    assert telling(unused)[:2] == UNUSED, "and nothing but its handshake"
    assert not any(p.segment.data for p in unused.packets)
    # with acknowledgements: 15 on one and 3 on the other where none is merged
    assert sum(not p.again for p in used.packets) <= 15

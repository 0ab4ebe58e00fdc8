# SPDX-License-Identifier: MIT
"""Capture files: what is not understood stays as it is, in both byte orders,
and comments can be read by those who know better."""
import socket
import struct
import subprocess
import threading

import pytest

from etagdlab import packets, pcapng
from frames import Talk


def block(order, kind, body):
    n = len(body) + 12
    return struct.pack(order + "II", kind, n) + body + \
        struct.pack(order + "I", n)


def sample(order):
    """A section with an interface in units of 2^-10 s, a block that nobody
    knows, a packet with options, a simple packet."""
    frame = b"\x45" + bytes(40)
    epb = struct.pack(order + "IIIII", 0, 0, 5 << 10 | 512, 41, 41)
    epb += frame + bytes(3)
    epb += struct.pack(order + "HH", 2, 4) + b"\0\0\0\1"
    epb += struct.pack(order + "HH", 1, 3) + b"old\0" + bytes(4)
    return b"".join((
        block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0,
                                             -1)),
        block(order, 1, struct.pack(order + "HHI", 101, 0, 0) +
              struct.pack(order + "HHB3x", 9, 1, 0x8A) +
              struct.pack(order + "HHq", 14, 8, 100) + bytes(4)),
        block(order, 0x0BAD, b"whatever"),
        block(order, 6, epb),
        block(order, 3, struct.pack(order + "I", 41) + frame + bytes(3)),
        block(order, 5, struct.pack(order + "III", 0, 0, 0))))


@pytest.mark.parametrize("order", "<>")
def test_a_copy_is_the_same(order):
    data = sample(order)
    assert pcapng.serialize(pcapng.parse(data)) == data


@pytest.mark.parametrize("order", "<>")
def test_packets_and_times(order):
    found = [b for b in pcapng.parse(sample(order)) if b.number]
    assert [b.number for b in found] == [1, 2]
    assert found[0].time_ns == 105_500_000_000
    assert found[0].link == packets.RAW and len(found[0].data) == 41
    assert found[0].comments == ["old"]


@pytest.mark.parametrize("order", "<>")
def test_comments_are_added_before_other_options(order):
    blocks = pcapng.parse(sample(order))
    noted = [pcapng.with_comments(b, ["größer", "x"]) if b.number == 1 else b
             for b in blocks]
    again = pcapng.parse(pcapng.serialize(noted))
    assert again[3].comments == ["größer", "x", "old"]
    assert again[3].data == blocks[3].data
    codes = [c for c, _ in pcapng.options(again[3].body, again[3].options_at,
                                          order)]
    assert codes == [1, 1, 2, 1]
    others = [b.body for b in again if b.number != 1]
    assert others == [b.body for b in blocks if b.number != 1]


def test_a_packet_without_options_gets_a_list_that_ends():
    talk = Talk().open()
    noted = pcapng.with_comments(talk.blocks[2], ["hello"])
    assert noted.body.endswith(b"hello\0\0\0" + bytes(4))


@pytest.mark.parametrize("bytes_", range(1, 40))
def test_a_file_that_ends_early_is_refused(bytes_):
    data = sample("<")
    for cut in (data[:-bytes_], data[:bytes_]):
        try:
            found = pcapng.parse(cut)
        except (pcapng.Malformed, struct.error) as why:
            assert isinstance(why, pcapng.Malformed), why
        else:
            assert pcapng.serialize(found) == cut


def test_what_is_no_capture_is_refused():
    short = pcapng.Block(pcapng.INTERFACE, "<", bytes(4))
    for data in (b"hello, world", b"\x0a\x0d\x0d\x0a" + bytes(30),
                 pcapng.serialize([pcapng.section(), short])):
        with pytest.raises(pcapng.Malformed):
            pcapng.parse(data)
    assert pcapng.parse(b"") == []


@pytest.mark.parametrize("order,magic,unit", (
    ("<", b"\xd4\xc3\xb2\xa1", 1000), (">", b"\xa1\xb2\xc3\xd4", 1000),
    ("<", b"\x4d\x3c\xb2\xa1", 1), (">", b"\xa1\xb2\x3c\x4d", 1)))
def test_classic_files_are_read(order, magic, unit):
    data = magic + struct.pack(order + "HHiIII", 2, 4, 0, 0, 65535, 101)
    data += struct.pack(order + "IIII", 7, 123, 4, 4) + b"abcd"
    found = [b for b in pcapng.parse(data) if b.number]
    assert found[0].time_ns == 7 * 10 ** 9 + 123 * unit
    assert found[0].data == b"abcd" and found[0].link == 101
    again = [b for b in pcapng.parse(pcapng.serialize(pcapng.parse(data)))
             if b.number]
    assert again[0].time_ns == found[0].time_ns


def test_tshark_reads_what_we_write(tshark, tmp_path):
    talk = Talk().open().ask("GET / HTTP/1.1\r\n\r\n").fin(True)
    blocks = [pcapng.with_comments(b, ["note %d" % b.number])
              if b.number else b for b in talk.blocks]
    path = tmp_path / "out.pcapng"
    pcapng.write(path, blocks)
    done = subprocess.run(
        [tshark, "-r", str(path), "-T", "fields", "-e", "frame.comment",
         "-e", "tcp.flags.fin"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, check=True)
    # Wireshark 4.4 has words for flags
    out = done.stdout.replace("\tFalse", "\t0").replace("\tTrue", "\t1")
    assert out.split("\n")[:5] == [
        "note 1\t0", "note 2\t0", "note 3\t0", "note 4\t0", "note 5\t1"]


def test_what_the_capture_lost():
    def statistics(*counts):
        body = struct.pack("<III", 0, 0, 0)
        for code, n in counts:
            body += struct.pack("<HHQ", code, 8, n)
        return pcapng.Block(pcapng.STATISTICS, "<", body + bytes(4))
    assert pcapng.dropped([pcapng.section()]) is None
    assert pcapng.dropped([statistics((4, 100), (5, 3), (7, 2))]) == 5
    assert pcapng.dropped([statistics((4, 100), (5, 0))]) == 0


def test_others_are_not_in_the_way(captured):
    """A socket of few bytes on the port; 100 MB beside it on another."""
    ends = []
    for _ in range(2):
        a, b = socket.socket(), socket.socket()
        a.bind(("127.0.0.1", 0))
        a.listen()
        b.connect(a.getsockname())
        ends.append((b, a.accept()[0], a))
    run = captured(ends[0][2].getsockname()[1])
    noise = threading.Thread(target=lambda: [
        ends[1][0].sendall(bytes(1 << 10)) for _ in range(100 << 10)])
    noise.start()
    left = 100 << 20
    while left:
        left -= len(ends[1][1].recv(1 << 20))
    noise.join()
    ends[0][0].sendall(b"these")
    assert ends[0][1].recv(9) == b"these"
    blocks = run.finish()
    for end in ends:
        for s in end:
            s.close()
    assert run.dropped == 0 and run.whole
    assert sum(s.length for s in packets.segments(blocks)) == 5
    # little more than these (its own beginning) went through its buffer
    assert getattr(run.source, "handed", 0) < 100


def test_who_has_the_same_port_elsewhere_is_another(captured):
    """A client of another address whose port is the server's number."""
    with socket.socket() as server, socket.socket() as other, \
            socket.socket() as client:
        for listening in server, other:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
        port = server.getsockname()[1]
        client.bind(("127.0.0.3", port))
        run = captured(port)
        client.connect(other.getsockname())
        client.sendall(b"those")
        with socket.create_connection(("127.0.0.1", port),
                                      source_address=("127.0.0.2", 0)) as a:
            a.sendall(b"these")
            blocks = run.finish()
    found = packets.segments(blocks)
    assert found and {port} == {s.dport for s in found if s.length}
    assert {s.source for s in found} == {"127.0.0.1", "127.0.0.2"}


def test_a_burst_loses_nothing(captured):
    """20 MB at once through loopback; the capture says that it has all."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        run = captured(port)
        with socket.create_connection(("127.0.0.1", port)) as a:
            b, _ = listening.accept()
            with b:
                sender = threading.Thread(
                    target=lambda: a.sendall(bytes(20 << 20)))
                sender.start()
                left = 20 << 20
                while left:
                    left -= len(b.recv(1 << 20))
                sender.join()
        blocks = run.finish()
    assert run.dropped == 0 and run.whole
    got = sum(s.length for s in packets.segments(blocks) if s.dport == port)
    assert got >= 20 << 20

# SPDX-License-Identifier: MIT
"""Connections and messages out of packets."""
import random
import struct

import pytest

from etagdlab import (annotate, evidence, fields, http1, ledger, packets,
                      pcapng, streams, tcpfacts)
from etagdlab.packets import ACK, FIN, PSH, RST, SYN
from frames import CLIENT, SERVER, Talk, tcp

GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
NOT_MODIFIED = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"


def of(talk):
    return streams.streams(packets.segments(talk.blocks), 80)


def test_one_exchange():
    s, = of(Talk().open().ask(GET).answer(OK).fin(True).fin(False))
    assert s.opened and s.client == CLIENT and s.server == SERVER
    assert [p.info for p in s.packets][:2] == [
        "40000 \u2192 80 [SYN] Seq=0 Win=512 Len=0",
        "80 \u2192 40000 [SYN, ACK] Seq=0 Ack=1 Win=512 Len=0"]
    (asked, answered), = s.pairs()
    assert (asked.target, answered.status) == ("/a", 200)
    assert (asked.first_packet, answered.last_packet) == (4, 5)
    assert s.first_closer == "client" and not s.reset


def test_sequence_numbers_wrap_around():
    isn = (1 << 32) - 10
    s, = of(Talk(isn=(isn, isn)).open().ask(GET).answer(OK))
    assert s.pairs()[0][1].whole
    assert [p.seq for p in s.packets] == [0, 0, 1, 1, 1]


def test_a_message_in_parts_in_the_wrong_order_and_twice():
    talk = Talk().open().ask(GET)
    base, text = talk.seq[False], OK.encode()
    talk.say(False, ACK, text[20:], seq=base + 20)
    talk.say(False, ACK, text[:25], seq=base)
    talk.say(False, ACK, text[:25], seq=base)
    s, = of(talk)
    answered = s.pairs()[0][1]
    assert answered.whole and answered.line == "HTTP/1.1 200 OK"
    assert s.packets[-1].again and "[TCP Retransmission]" in \
        s.packets[-1].info


def test_several_messages_in_one_packet_and_head_without_content():
    head = GET.replace("GET", "HEAD")
    s, = of(Talk().open().ask(GET + head + GET).answer(
        OK + NOT_MODIFIED.replace("304 Not Modified", "200 OK") +
        NOT_MODIFIED))
    assert [(q.method, r.status) for q, r in s.pairs()] == [
        ("GET", 200), ("HEAD", 200), ("GET", 304)]


def test_interim_responses_are_no_answers():
    s, = of(Talk().open().ask(GET).answer(
        "HTTP/1.1 100 Continue\r\n\r\n" + OK))
    assert [r.status for _, r in s.pairs()] == [200]


def test_half_a_request():
    s, = of(Talk().open().ask("GET /slow HTT").fin(False))
    assert [(q.line, q.whole, r) for q, r in s.pairs()] == [
        ("GET /slow HTT", False, None)]
    assert s.first_closer == "server"


def test_reset_and_unused():
    a = Talk().open().say(True, RST)
    s, = of(a)
    assert s.reset and s.first_closer == "client" and not s.requests


def test_a_port_that_comes_twice_is_two_connections():
    talk = Talk().open().ask(GET).answer(OK).fin(True).fin(False)
    talk.seq = {True: 9000, False: 9900}
    talk.wait(60).open().ask(GET).answer(OK)
    found = of(talk)
    assert [len(s.requests) for s in found] == [1, 1]
    assert [s.index for s in found] == [0, 1]


def test_a_capture_that_began_too_late():
    talk = Talk()
    talk.ask(GET).answer(OK)
    s, = of(talk)
    assert not s.opened and s.client == CLIENT
    assert s.pairs()[0][1].status == 200


def test_chunked_content():
    text = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n0\r\n\r\n")
    m, n = http1.responses((text + OK).encode(), [])
    assert m.whole and n.line == "HTTP/1.1 200 OK" and n.whole


@pytest.mark.parametrize("size", (
    "-6", "-0", "+5", "0x5", "5_0", " ", "", "\xb2", "5 5", "9" * 5000),
    ids=lambda n: ascii(n)[:8])
def test_what_is_no_chunk_size_ends_the_message(size):
    """int() takes most of these, and -6 led back to where it stood."""
    text = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size +
            "\r\nhello\r\n0\r\n\r\n")
    m, = http1.responses(text.encode("latin-1"), [])
    assert not m.whole and m.end == len(text)


@pytest.mark.parametrize("number", ("\xb2", "20\xb3", "+5", "-5", "5_0",
                                    "9" * 5000), ids=lambda n: ascii(n)[:8])
def test_what_is_no_number_is_none(number):
    text = "HTTP/1.1 %s OK\r\nContent-Length: %s\r\n\r\n" % (number, number)
    m, = http1.responses(text.encode("latin-1"), [])
    assert m.status == 0 and m.end == m.head_end == len(text)


def damaged(whole, seed):
    """A capture in which a few bytes are others, or are gone."""
    dice, data = random.Random(seed), bytearray(whole)
    odd = (b"-6", b"\xb2", b"1_0", b"9" * 5000, b"\xff" * 4, b"\r\n\r\n",
           b"HEAD ", bytes(8))
    for _ in range(dice.randint(1, 4)):
        at, piece = dice.randrange(len(data)), dice.choice(odd)
        way = dice.randrange(4)
        if way == 0:
            data[at] = dice.randrange(256)
        elif way == 1:
            piece = piece[:len(data) - at]
            data[at:at + len(piece)] = piece
        elif way == 2:
            del data[at:at + 4 * dice.randrange(8)]
        else:
            data[at:at + 4] = dice.randbytes(4)
    return bytes(data)


def test_a_damaged_capture_is_refused_or_read():
    """Whatever is in it: what the report is made of is put together, or
    the file is called malformed."""
    text = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n0\r\n\r\n")
    talk = Talk().open().ask(GET).answer(text).ask(GET).answer(OK)
    whole = pcapng.serialize(talk.wait(30).fin(False).fin(True).blocks)
    book, read = ledger.parse(""), 0
    for seed in range(2000):
        try:
            blocks = pcapng.parse(damaged(whole, seed))
        except pcapng.Malformed:
            continue
        wire = evidence.Wire(blocks, book, 80)
        evidence.packet_rows(wire, 0)
        evidence.stream_rows(wire, 0)
        fields.exchanges(wire.streams, "")
        annotate.annotate(blocks, book)
        read += 1
    assert read > 500


@pytest.mark.parametrize("link,head", (
    (packets.RAW, b""), (packets.NULL, b"\2\0\0\0"),
    (packets.ETHERNET, bytes(12) + b"\x08\x00"),
    (packets.ETHERNET, bytes(12) + b"\x81\x00\0\1\x08\x00"),
    (packets.SLL, bytes(14) + b"\x08\x00"), (packets.SLL2, bytes(20))))
def test_link_types(link, head):
    frame = head + tcp(CLIENT, SERVER, 1, 2, SYN | ACK, b"xy",
                       b"\2\4\xff\xd7\3\3\x0a\1")
    s = packets.segment(pcapng.packet(frame, 1, link, 1))
    assert (s.sport, s.dport, s.length, s.data) == (40000, 80, 2, b"xy")
    assert s.options == ["MSS=65495", "WS=1024"]
    assert s.flag_text == "SYN, ACK"


def test_ipv6():
    inner = tcp(CLIENT, SERVER, 1, 2, FIN | PSH | ACK)[20:]
    frame = struct.pack(">IHBB", 6 << 28, len(inner), 6, 64) + bytes(15) + \
        b"\1" + bytes(15) + b"\1" + inner
    s = packets.segment(pcapng.packet(frame, 1, packets.RAW, 1))
    assert s.source == s.destination == "::1" and s.has(FIN)


@pytest.mark.parametrize("data", (b"", b"\x45", bytes(60), b"\x45" + bytes(19),
                                  tcp(CLIENT, SERVER, 1, 1, ACK)[:30],
                                  b"\x60" + bytes(39)))
def test_what_is_no_tcp_is_left_out(data):
    for link in (packets.RAW, packets.ETHERNET, 9999):
        assert packets.segment(pcapng.packet(data, 1, link, 1)) is None


LOST_TALK = 8


def a_long_talk():
    """Each request names its number, each response a length of its own."""
    talk = Talk().open()
    for i in range(LOST_TALK):
        talk.ask("GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % i)
        if i % 3 == 2:
            talk.answer("HTTP/1.1 304 Not Modified\r\nETag: \"%d\"\r\n\r\n" % i)
            continue
        talk.answer("HTTP/1.1 200 OK\r\nETag: \"%d\"\r\n"
                    "Content-Length: 2000\r\n\r\n" % i)
        talk.answer("x" * 1000).answer("y" * 1000)
    return talk


@pytest.mark.parametrize("seed", range(200))
def test_a_loss_costs_what_was_lost_and_no_more(seed):
    """Whatever is not captured, what is seen is read rightly: a response that
    is seen answers its own request."""
    dice = random.Random(seed)
    talk = a_long_talk()
    head, rest = talk.blocks[:5], talk.blocks[5:]
    talk.blocks = head + [b for b in rest if dice.random() > 0.05 * (seed % 8)]
    texts = [b.data for b in talk.blocks[5:]]
    s, = of(talk)
    seen = [r for r in s.responses if r.seen]
    heads = [t for t in texts if b"HTTP/1.1 200" in t or b"HTTP/1.1 304" in t]
    assert len(seen) == len(heads)
    assert len([q for q in s.requests if q.seen]) == sum(
        b"GET /" in t for t in texts)
    if all(q.seen for q in s.requests) and len(s.requests) == LOST_TALK:
        for q, r in s.pairs():
            if r is not None and r.seen:
                assert r.fields["etag"] == '"%s"' % q.target[1:]
                assert r.status == (304 if int(q.target[1:]) % 3 == 2 else 200)


def test_a_lost_head_is_not_seen_and_no_error():
    talk = Talk().open()
    for i in range(3):
        talk.ask(GET).answer(OK)
    del talk.blocks[6]                    # the first response
    s, = of(talk)
    assert [(r.seen, r.status) for r in s.responses] == [
        (False, 0), (True, 200), (True, 200)]
    assert [r.whole for _, r in s.pairs()] == [False, True, True]


def test_how_it_opened_and_closed():
    four = Talk().open().ask(GET).answer(OK)
    four.fin(False).say(True, ACK).fin(True).say(False, ACK)
    three = Talk().open().fin(True).fin(False).say(True, ACK)
    on_data = Talk().open().ask(GET).say(False, FIN | ACK, OK.encode())
    on_data.fin(True).say(False, ACK)
    for talk, close in ((four, [6, 7, 8, 9]), (three, [4, 5, 6]),
                        (on_data, [5, 6, 7]), (Talk().open(), [])):
        s, = of(talk)
        told = tcpfacts.of(s)
        assert told["close"] == close
        assert told["client"]["isn"] == 1000 and told["server"]["isn"] == 5000

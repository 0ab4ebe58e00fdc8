# SPDX-License-Identifier: MIT
"""How connections close: the states of both ends, the manner, who waits."""
import socket
import time

import pytest

from etagdlab import (evidence, packets, part_tcp, report, source, streams,
                      tcpfacts, tcpstates, timewait, words, zh_tcp)
from etagdlab.packets import ACK, FIN, RST
from frames import Talk
from reading import english
from test_50_parts import sample


def of(talk):
    return streams.streams(packets.segments(talk.blocks), 80)[0]


def four():
    return Talk().open().fin(False).say(True, ACK).fin(True).say(False, ACK)


def three():
    return Talk().open().fin(True).fin(False).say(True, ACK)


def both():
    talk = Talk().open()
    ack = talk.seq[False]
    return talk.fin(True).say(False, FIN | ACK, ack=talk.seq[True] - 1).say(
        True, ACK, ack=ack + 1).say(False, ACK)


def half():
    return Talk().open().fin(True).say(False, ACK).say(
        False, ACK, b"x").fin(False).say(True, ACK)


def still_open():
    return Talk().open().fin(True).say(False, ACK).say(False, ACK, b"x")


def reset():
    return Talk().open().say(True, RST)


@pytest.mark.parametrize("talk,kind,first,ends", [
    (four, "four", "server", ["CLOSED", "TIME-WAIT"]),
    (three, "three", "client", ["TIME-WAIT", "CLOSED"]),
    (both, "both", "client", ["TIME-WAIT", "TIME-WAIT"]),
    (half, "half", "client", ["TIME-WAIT", "CLOSED"]),
    (still_open, "open", "client", ["FIN-WAIT-2", "CLOSE-WAIT"]),
    (reset, "reset", "client", ["CLOSED", "CLOSED"])])
def test_each_way_to_close(talk, kind, first, ends):
    s = of(talk())
    told = tcpfacts.manner(s)
    assert (told["kind"], told["first"]) == (kind, first)
    states = list(tcpstates.walk(s).values())
    assert states[0] == ["SYN-SENT", "SYN-RECEIVED"]
    assert states[1] == ["ESTABLISHED", "SYN-RECEIVED"]
    assert states[2] == ["ESTABLISHED", "ESTABLISHED"]
    assert states[-1] == ends
    for lang in ("en", "zh"):
        w = words.Words(lang)
        said = w(part_tcp.CLOSES[kind]) % {
            **told, "port": 7, "first": w(told["first"]),
            "other": w(told["other"])}
        assert lang == "en" or not english(said)


def test_states_between():
    assert list(tcpstates.walk(of(four())).values())[3:] == [
        ["CLOSE-WAIT", "FIN-WAIT-1"], ["CLOSE-WAIT", "FIN-WAIT-2"],
        ["LAST-ACK", "TIME-WAIT"], ["CLOSED", "TIME-WAIT"]]
    assert list(tcpstates.walk(of(both())).values())[3:] == [
        ["FIN-WAIT-1", "CLOSE-WAIT"], ["CLOSING", "CLOSING"],
        ["CLOSING", "TIME-WAIT"], ["TIME-WAIT", "TIME-WAIT"]]


def test_pipelining_is_counted():
    talk = Talk().open()
    for client, data in ((1, b"GET /a HTTP/1.1\r\n\r\n"),
                         (1, b"GET /b HTTP/1.1\r\n\r\n"),
                         (0, b"HTTP/1.1 204 No\r\n\r\n"),
                         (0, b"HTTP/1.1 204 No\r\n\r\n"),
                         (1, b"GET /c HTTP/1.1\r\n\r\n"),
                         (0, b"HTTP/1.1 204 No\r\n\r\n")):
        talk.say(bool(client), ACK, data)
    assert of(talk).pipelined() == 1


def test_the_kernels_table():
    text = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when
   0: 0100007F:1388 0100007F:C350 06 00000000:00000000 03:00001770 0 0 0
   1: 0100007F:C351 0100007F:1388 06 00000000:00000000 03:00000064 0 0 0
   2: 0100007F:1388 0100007F:C352 01 00000000:00000000 00:00000000 0 0 0
   3: 0100007F:1389 0100007F:C353 06 00000000:00000000 03:00001770 0 0 0
"""
    assert timewait.entries(text, 5000) == {
        ("server", 50000): 60.0, ("client", 50001): 1.0}


def test_a_real_wait_is_seen():
    """Who closes first waits 60 s, of which the table tells what is left."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        watch = timewait.Watch(port)
        try:
            a = socket.create_connection(("127.0.0.1", port))
            b, _ = listening.accept()
            mine = a.getsockname()[1]
            a.close()
            assert b.recv(1) == b""
            b.close()
            end = time.monotonic() + 30
            while ("client", mine) not in watch.seen:
                assert time.monotonic() < end
                time.sleep(0.05)
        finally:
            told = watch.finish()
    left = told["ends"]["client", mine]["left"]
    assert 0 < left <= timewait.TIMEWAIT_S
    row, = timewait.rows(told, [], 0)
    assert row["end"] == "client" and row["since"] is None
    if told["listing"]:
        assert any(str(mine) in x for x in told["listing"]["lines"])


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_the_report_has_it(lang):
    talk = four()
    wire = evidence.Wire(talk.blocks, evidence.ledger.parse(""), 80)
    start = talk.time_ns - 10 ** 9
    port = talk.client[1]
    data = {**sample(), "streams": evidence.stream_rows(wire, start),
            "packets": evidence.packet_rows(wire, start),
            "time_wait": timewait.data(
                {"fin_timeout": 30, "reuse": 2, "listing": {
                    "command": "ss <x>", "lines": ["a", "b"], "more": 0},
                 "ends": {("server", port): {
                     "first": talk.time_ns, "left": 59.9, "gone": 0}}},
                wire.streams, start),
            "source": {"name": "a.html", "text": "<b>\r\nx", "bytes": 7,
                       "cut": False}}
    for p in data["packets"]:
        p["comments"] = []
    text = report.html(data, lang)
    w = words.Words(lang)
    for part in ("TIME-WAIT</text>", "&lt;b&gt;\nx", "ss &lt;x&gt;", "59.9",
                 w("who waits"), w("The unused connection"), "60"):
        assert part in text, part
    assert lang == "en" or not english(text.split("<footer>")[0])


def test_no_sentence_lacks_its_translation():
    said = [*part_tcp.CLOSES.values(), *part_tcp.WAITING]
    assert not [s for s in said if s not in zh_tcp.TCP]
    assert not [t for t in part_tcp.TCP_TEXTS if t not in words.ZH]


@pytest.mark.parametrize("name,charset", [
    ("utf-8", ""), ("gbk", "gbk"), ("big5", "big5"), ("gbk", ""),
    ("utf-16", "")])
def test_the_pages_source(tmp_path, name, charset):
    text = "<!doctype html>\r\n<p>\u5b78"
    if charset:
        text = "<meta charset=%s>%s" % (charset, text)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "home.htm").write_bytes(text.encode(name))
    got = source.read(tmp_path, "/d/?x=1", "index.html home.htm")
    assert got["text"] == text and got["name"] == "d/home.htm"
    assert source.read(tmp_path, "/../../etc/passwd") is None
    assert source.read(tmp_path, "/nothing") is None

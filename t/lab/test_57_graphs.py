# SPDX-License-Identifier: MIT
"""Graphs: the numbers that are drawn, by hand-made packets."""
import re
from xml.dom import minidom

import pytest

from etagdlab import evidence, graphs, ledger, packets, report, words
from frames import MS, Talk
from reading import english
from test_50_parts import sample

ASK = b"GET / HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n"


def wire():
    """A request, a response in three segments of which one comes twice."""
    talk = Talk().open().say(True, packets.ACK, ASK)
    text = ANSWER + bytes(3000)
    first = talk.seq[False]
    talk.say(False, packets.ACK, text[:1000]).say(
        False, packets.ACK, text[1000:2000])
    talk.say(True, packets.ACK, ack=first + 1000)
    talk.say(False, packets.ACK, text[1000:2000], seq=first + 1000)
    talk.say(False, packets.ACK, text[2000:]).say(True, packets.ACK)
    return evidence.Wire(talk.blocks, ledger.parse(""), 80), talk


@pytest.fixture
def drawn():
    w, talk = wire()
    return evidence.packet_rows(w, talk.time_ns)


def test_the_numbers(drawn):
    seq = graphs.sequence(drawn)
    n = len(ANSWER) + 3000
    assert [(a, b, again) for _, a, b, again in seq["sent"]] == [
        (1, 1001, False), (1001, 2001, False), (1001, 2001, True),
        (2001, n + 1, False)]
    assert seq["acked"][-1][1] == n + 1
    assert [n for _, n in graphs.in_flight(drawn)] == [
        0, 0, 1000, 2000, 1000, 1000, n - 1000, 0]
    ms = MS / 1e6
    got = graphs.round_trips(drawn)
    # SYN, SYN-ACK, request; of the response only what came once is timed.
    assert [(round(t / ms), who) for _, t, who in got] == [
        (1, "client"), (1, "server"), (1, "client"), (2, "server"),
        (4, "server"), (1, "server")]
    assert graphs.figures(drawn)["again"] == 1
    assert {w for _, w in graphs.windows(drawn)} == {512}


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_the_picture(drawn, lang):
    svg = graphs.svg(drawn, words.Words(lang), "a \"b\"")
    minidom.parseString(svg.replace("<svg ", "<svg xmlns='x' ", 1))
    assert svg.count('class="sent"') == 3 and svg.count('class="again"') == 1
    heights = [float(y) for y in re.findall(r'y\d?="([\d.-]+)"', svg)]
    box = float(re.search(r'viewBox="0 0 \d+ (\d+)"', svg)[1])
    assert 0 <= min(heights) and max(heights) <= box
    assert lang == "en" or not english(svg)


@pytest.mark.parametrize("most,wanted", [
    (0.3, 0.4), (1, 1), (7, 8), (11, 20), (1400, 2000), (65536, 80000)])
def test_round_numbers(most, wanted):
    assert graphs._nice(most) == pytest.approx(wanted)


def test_the_report_has_them(drawn):
    w, talk = wire()
    data = {**sample(), "packets": drawn,
            "streams": evidence.stream_rows(w, talk.time_ns)}
    text = report.html(data)
    assert '<section id="graphs">' in text and "1 sent again" in text


def test_many_points_are_thinned_out():
    points = [(i / 1e3, i) for i in range(50000)]
    assert len(graphs._thin(points)) <= graphs.POINTS_MAX

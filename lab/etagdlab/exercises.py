# SPDX-License-Identifier: MIT
"""exercises: the classic labs, each with its page (www/lab/exercise), its ini
(conf/exercise), its steps and its questions.  The questions of the first six
follow the Wireshark labs that go with Kurose and Ross's book."""
import base64
import math
import pathlib
import struct
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Tuple

from . import answers, answers_auth, measures
from .rows import Exercise as Asked
from .rows import Question as Row

Question = Tuple[str, answers.Rule]
SOUND_S, RATE = 120, 44100


def sound(root: pathlib.Path) -> None:
    """Two minutes of a soft tone, 10 MB: long enough to be asked for in
    parts."""
    wave = b"".join(struct.pack("<h", int(3000 * math.sin(
        2 * math.pi * i / 100))) for i in range(100))
    data = wave * (SOUND_S * RATE // 100)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + \
        struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE * 2, 2, 16) + b"data" + \
        struct.pack("<I", len(data))
    folder = root / "lab" / "exercise"
    if folder.is_dir():       # a page of one's own has what it has
        (folder / "sound.wav").write_bytes(head + data)


@dataclass(frozen=True)
class Exercise:
    title: str
    scenario: str
    questions: "Tuple[Question, ...]"
    prepare: "Optional[Callable[[pathlib.Path], None]]" = None
    login: str = ""           # name and password that everybody may know


CLOSING = (
    ("Who closed each connection first, and in how many packets?",
     answers.closes),
    ("Which end waits in TIME-WAIT, and why that one?", answers.waits),
    ("How long does TIME-WAIT last here? Compare it with "
     "net.ipv4.tcp_fin_timeout.", answers.waits_long),
)
SPARE = (
    ("Which connection was never used, and how long was it open?",
     answers.unused),
    ("Is that pipelining? Count the requests that were sent before the answer "
     "to the one before them had come.", answers.pipelined),
)

TABLE: Dict[str, Exercise] = {
    "report": Exercise(
        "The whole report", "first,again,wait:4", (
            ("What are the addresses and ports of both ends?",
             answers.addresses),
            ("Which initial sequence numbers did both ends choose?",
             answers.numbers),
            ("What did the two ends offer each other in their SYNs?",
             answers.offers),
            ("Which requests were made?", answers.requests), *SPARE,
            ("What was not asked for at the second visit, and why?",
             answers.not_asked), *CLOSING)),
    "get": Exercise(
        "A simple GET", "first", (
            ("Which version of HTTP does the browser speak, which the server?",
             answers.versions),
            ("Which languages does the browser say that it takes?",
             answers.languages),
            ("What are the addresses and ports of both ends?",
             answers.addresses),
            ("Which status did the server answer with?", answers.status(0)),
            ("When was the page last modified, by the server's word?",
             answers.modified),
            ("How many bytes of content came?", answers.content(0)))),
    "conditional": Exercise(
        "A conditional GET", "first,again", (
            ("Does the first GET have a field that begins with If-?",
             answers.conditions(0)),
            ("Did the first answer bring the page? How many bytes?",
             answers.content(0)),
            ("Which conditions does the second GET have, with which values, "
             "and where do these come from?", answers.conditions(1)),
            ("Which status has the second answer?", answers.status(1)),
            ("How many bytes of content did it bring, and why?",
             answers.content(1)))),
    "long": Exercise(
        "A long document", "first,segments:536", (
            ("How many requests were made for the page?", answers.requests),
            ("Which MSS did each client announce?", answers.mss),
            ("How many segments did each answer take, and why do they differ?",
             answers.segments),
            ("Which status and phrase has the answer?", answers.status(0)),
            ("How many bytes of content came?", answers.content(0)))),
    "embedded": Exercise(
        "A page with pictures", "first,serial", (
            ("How many requests were made, and for what?", answers.requests),
            ("Were the pictures asked for one after the other or at the same "
             "time?", answers.parallel),
            ("How many requests did each connection carry?",
             answers.shared),
            ("How long did it take the browser, and how long one after the "
             "other on one connection?", measures.two_ways))),
    "upload": Exercise(
        "The other way: an upload", "first,upload:152000", (
            ("What are the addresses and ports of both ends?",
             answers.addresses),
            ("Which initial sequence numbers did both ends choose?",
             answers.numbers),
            ("How many segments carried the text?", measures.upload_segments),
            ("How often did the server confirm, and how many bytes at most at "
             "once?", measures.upload_acks),
            ("What was the least window that the server announced, and did it "
             "hold the sender up?", measures.upload_window),
            ("How many segments were sent again?", measures.upload_again),
            ("How long did it take, from the request's first segment to the "
             "answer, and what rate is that?", measures.upload_rate),
            ("Which status did the upload have?", measures.upload_answer))),
    "http10": Exercise(
        "A development server's answer", "first,wait:1", (
            ("Which version of HTTP does the browser speak, which the server?",
             answers.versions),
            ("In how many packets did the answer come, and what is in each?",
             measures.pieces),
            ("Which packets of that connection open, bring or end something, "
             "in order?", measures.telling), *SPARE, *CLOSING[:2])),
    "models": Exercise(
        "A process per connection, or an event loop", "first,stall:2,"
        "set:limits.connections-per-worker=0,stall:2", (
            ("How long did the request wait for its answer in each model?",
             measures.stalls),
            ("What ended the wait?", measures.stall_holders),
            ("How long was it silent before each close? Which of these closes "
             "are the timer's?", answers.silences),
            ("How many requests did each connection carry?",
             answers.shared))),
    "auth": Exercise(
        "Name and password", "first,login:student:network,again", (
            ("Which statuses has the page been answered with, one after the "
             "other?", answers_auth.statuses),
            ("Which field of the first answer asks for a password, and what "
             "does it say?", answers_auth.challenge),
            ("Which field does the request have that got the page, and the one "
             "before it had not?", answers_auth.credentials),
            ("What does its value say, decoded by base64 -d? Who can read it?",
             answers_auth.decoded),
            ("Did that request need another connection than the one that was "
             "refused?", answers_auth.same_connection),
            ("How many requests had name and password without being asked for "
             "them just before?", answers_auth.unasked),
            ("May a cache that many share keep the page? Which word says so?",
             answers_auth.sharing)), login="student:network"),
    "handshake": Exercise(
        "Three packets before the first byte", "first", (
            ("Which initial sequence numbers did both ends choose?",
             answers.numbers),
            ("Which number does the first SYN-ACK confirm, and why is it not "
             "the ISN itself?", answers.confirms),
            ("What did the two ends offer each other in their SYNs?",
             answers.offers),
            ("How long did it take from SYN to SYN-ACK?",
             answers.handshake_time))),
    "teardown": Exercise(
        "How a connection ends", "first,close:client,close:server,close:both,"
        "close:reset,close:half", (
            *CLOSING,
            ("How long was it silent before each close?", answers.silences))),
    "keep-alive": Exercise(
        "One connection, several requests", "first,again,again,wait:3", (
            ("How many requests did each connection carry?", answers.shared),
            ("How long was it silent before each close? Which of these closes "
             "are the timer's?", answers.silences),
            ("Who closed each connection first, and in how many packets?",
             answers.closes))),
    "cache": Exercise(
        "To ask or not to ask", "first,again,reload,hard,edit-logo,again", (
            ("What did each visit cost?", answers.by_visit),
            ("What was not asked for, when and why?", answers.not_asked),
            ("Which conditions does the second GET of the page have?",
             answers.conditions(1)))),
    "media": Exercise(
        "Sound in parts", "first,again", (
            ("Which parts were asked for, and what came?", answers.ranges),
            ("How much of the file crossed the wire?",
             answers.range_bytes)), sound),
    "preconnect": Exercise(
        "A connection that nobody uses", "first,again,wait:4", (
            *SPARE, ("How long was it silent before each close?",
                     answers.silences),
            ("Who closed each connection first, and in how many packets?",
             answers.closes))),
}


def page(name: str) -> str:
    return "/lab/exercise/%s.html" % name


def shown(name: str) -> "Tuple[str, ...]":
    """Values of secret fields that the report of that exercise may show: those
    that it was made to show."""
    login = TABLE[name].login if name in TABLE else ""
    return ("Basic " + base64.b64encode(login.encode()).decode(),) if login \
        else ()


def asked(name: str, data: answers.Data, with_answers: bool) -> Asked:
    """The exercise's questions with the packets that show the answers, and the
    answers if they are wanted."""
    found: List[Row] = []
    for text, rule in TABLE[name].questions:
        answer = rule(data)
        row: Row = {"text": text,
                    "packets": answer.packets if answer else []}
        if with_answers:
            row["answer"] = answer.text if answer else None
        found.append(row)
    return {"name": name, "title": TABLE[name].title, "questions": found}

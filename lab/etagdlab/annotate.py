# SPDX-License-Identifier: MIT
"""annotate: the server's own account, written beside the packets: a copy of a
capture with comments that Wireshark shows."""
from collections.abc import Callable, Iterable, Mapping, Sequence

from . import ledger as ledgers
from . import packets, pcapng, streams
from .faults import SENTENCES
from .ledger import Connection, Ledger, Request
from .packets import FIN, RST, Segment
from .pcapng import Block
from .streams import Packet, Stream
from .words import Said

REASONS = {
    "new": "no precondition came with the request: the whole file",
    "tag matches": "the tag matches: If-None-Match names the tag of what is "
                   "there now (RFC 9110 13.1.2)",
    "tag differs": "If-None-Match names another tag: the file is not what the "
                   "client has (RFC 9110 13.1.2)",
    "not modified since": "If-Modified-Since is not older than the file "
                          "(RFC 9110 13.1.3)",
    "modified since": "the file is newer than If-Modified-Since "
                      "(RFC 9110 13.1.3)",
    "range": "the part that Range asks for (RFC 9110 14.2)",
    "if-range differs": "If-Range names another version: the whole file "
                        "(RFC 9110 13.1.5)",
    "no such file": "no such file (RFC 9110 15.5.5)",
    "method unknown": "the method is unknown (RFC 9110 15.6.2)",
    "faulty request": "the request is faulty", **SENTENCES,
}
ENDS = {
    "idle too long": "the keep-alive timer fired: closed by the server, idle "
                     "too long",
    "never used, idle too long": "the keep-alive timer fired: closed by the "
                                 "server, the connection was never used",
    "client closed, never used": "closed by the client, which never used it: "
                                 "a preconnect",
    "client closed": "closed by the client",
    "client reset": "reset by the client",
    "client asked to close": "closed by the server, as the client had asked "
                             "(Connection: close)",
    "stopped": "closed by the server, which was stopped",
    "requests-per-connection": "closed by the server: this connection had all "
                               "the requests that [limits] allows",
    "faulty request": "closed by the server after a faulty request",
    "request too slow": "closed by the server: the request was too slow",
}


# A note begins with it, so that one sees whose it is.
MARK = "etagd: "


def _said(template: str, *args: object) -> Said:
    return Said((MARK,), (template, *args))


def _accepted(stream: Stream, connection: Connection | None) -> Said:
    if connection is None:
        return _said("the ledger does not name this connection")
    said = _said("accepted")
    if connection.worker is not None:
        said = said.and_then(" by worker %d", connection.worker)
    if connection.number is not None:
        said = said.and_then(", connection %d", connection.number)
    if not stream.requests:
        said = said.and_then("; it will carry no request")
    return said


def _asked(request: Request, connection: Connection) -> Said:
    said = _said("request %s", request.number or "?")
    if connection.number is not None:
        said = said.and_then(" on connection %d", connection.number)
    worker = connection.worker if request.worker is None else request.worker
    if worker is not None:
        said = said.and_then(" of worker %d", worker)
    return said


def _answered(request: Request) -> Said:
    why = REASONS.get(request.reason or "", request.reason)
    said = _said("%s", request.status) if request.status else \
        _said("no answer")
    if why and why != "-":
        said = said.and_then(" because " if request.status == 304 else ": ")
        said = said.and_then(why)
    if request.bytes:
        said = said.and_then("; %d bytes of content", request.bytes)
    if request.encoding and request.encoding != "identity":
        said = said.and_then(" in %s", request.encoding)
    if request.duration_us is not None:
        said = said.and_then("; took %d us", request.duration_us)
    if request.end and request.end not in ledgers.QUIET:
        said = said.and_then("; ").and_then(request.end)
    return said


def silence_ns(stream: Stream) -> int:
    """How long nobody had said anything before the first FIN or RST."""
    before = 0
    for p in stream.packets:
        if p.segment.flags & (FIN | RST):
            return p.segment.time_ns - before if before else 0
        before = p.segment.time_ns
    return 0


def _closed(stream: Stream, first: Packet,
            connection: Connection | None) -> Said:
    quiet = silence_ns(stream) / 1e9
    verb = "reset" if first.segment.has(RST) else "closed"
    end = connection.end if connection else None
    if connection and end and end not in ledgers.QUIET:
        said = _said(ENDS[end]) if end in ENDS else \
            _said(verb + ": ").and_then(end)
        if connection.who and connection.who != stream.first_closer:
            said = said.and_then(
                " (but the %s was first on the wire)" % stream.first_closer)
    else:
        said = _said("%s first by the %s" % (verb, stream.first_closer))
        if stream.first_closer == "server" and quiet >= 0.5:
            said = said.and_then(": after %.1f s of silence, so a timer fired "
                                 "(inferred)", quiet)
        elif not stream.requests:
            said = said.and_then(": it was never used")
    if stream.first_closer == "client" and not stream.requests and \
            connection is None:
        said = said.and_then("; an unused preconnect")
    return said


def comments(found: Iterable[Stream],
             matched: Mapping[int, Connection]) -> dict[int, list[Said]]:
    """{number of the packet: [comment]}"""
    notes: dict[int, list[Said]] = {}

    def note(number: int, text: Said) -> None:
        if number:
            notes.setdefault(number, []).append(text)
    for stream in found:
        connection = matched.get(stream.index)
        note(stream.packets[0].segment.number, _accepted(stream, connection))
        if connection:
            finals = stream.pairs()
            for i, request in enumerate(connection.requests):
                at = (request.number or i + 1) - 1
                if not 0 <= at < len(finals):
                    continue
                asked, answered = finals[at]
                note(asked.first_packet, _asked(request, connection))
                note(answered.first_packet if answered else
                     asked.last_packet, _answered(request))
        first = stream.closing
        if first:
            note(first.segment.number, _closed(stream, first, connection))
    return notes


def server_port(ledger: Ledger, segments: Iterable[Segment]) -> int:
    """The port that most of the ledger's clients talk to."""
    clients = {c.port for c in ledger.connections}
    votes: dict[int, int] = {}
    for s in segments:
        if s.sport in clients and s.dport not in clients:
            votes[s.dport] = votes.get(s.dport, 0) + 1
    return max(votes, key=votes.__getitem__) if votes else 0


def annotate(blocks: Sequence[Block], ledger: Ledger,
             words: Callable[[str], str] = str) -> tuple[
                 list[Block], int, list[Stream], dict[int, Connection]]:
    """(blocks with comments, how many comments, streams, matched).  words: says
    them in another language."""
    segments = packets.segments(blocks)
    found = streams.streams(segments, server_port(ledger, segments))
    matched = ledgers.match(ledger, found)
    notes = comments(found, matched)
    out = [pcapng.with_comments(b, [words(n) for n in
                                    notes.get(b.number, [])])
           if b.number else b for b in blocks]
    return out, sum(len(n) for n in notes.values()), found, matched

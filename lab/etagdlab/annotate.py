# SPDX-License-Identifier: MIT
"""annotate: the server's own account, written beside the packets: a copy of a
capture with comments that Wireshark shows."""
from . import ledger as ledgers
from . import packets, pcapng, streams
from .packets import FIN, RST

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
    "faulty request": "the request is faulty",
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


def _accepted(stream, connection):
    if connection is None:
        return "etagd: the ledger does not name this connection"
    text = "etagd: accepted"
    if connection.worker is not None:
        text += " by worker %d" % connection.worker
    if connection.number is not None:
        text += ", connection %d" % connection.number
    if not stream.requests:
        text += "; it will carry no request"
    return text


def _asked(request, connection):
    where = ""
    if connection.number is not None:
        where = " on connection %d" % connection.number
    if request.worker is not None or connection.worker is not None:
        where += " of worker %d" % (request.worker or connection.worker)
    return "etagd: request %s%s" % (request.number or "?", where)


def _answered(request):
    why = REASONS.get(request.reason, request.reason)
    text = "etagd: %s" % (request.status if request.status else "no answer")
    if why and why != "-":
        text += " because " + why if request.status == 304 else ": " + why
    if request.bytes:
        text += "; %d bytes of content" % request.bytes
    if request.encoding and request.encoding != "identity":
        text += " in %s" % request.encoding
    if request.duration_us is not None:
        text += "; took %d us" % request.duration_us
    if request.end not in ledgers.QUIET:
        text += "; " + request.end
    return text


def silence_ns(stream):
    """How long nobody had said anything before the first FIN or RST."""
    before = 0
    for p in stream.packets:
        if p.segment.flags & (FIN | RST):
            return p.segment.time_ns - before if before else 0
        before = p.segment.time_ns
    return 0


def _closed(stream, connection):
    first, quiet = stream.closing, silence_ns(stream) / 1e9
    verb = "reset" if first.segment.has(RST) else "closed"
    text = "etagd: "
    if connection is not None and connection.end not in ledgers.QUIET:
        text += ENDS.get(connection.end, "%s: %s" % (verb, connection.end))
        if connection.who and connection.who != stream.first_closer:
            text += " (but the %s was first on the wire)" % stream.first_closer
    else:
        text += "%s first by the %s" % (verb, stream.first_closer)
        if stream.first_closer == "server" and quiet >= 0.5:
            text += ": after %.1f s of silence, so a timer fired (inferred)" \
                % quiet
        elif not stream.requests:
            text += ": it was never used"
    if stream.first_closer == "client" and not stream.requests and \
            connection is None:
        text += "; an unused preconnect"
    return text


def comments(found, matched):
    """{number of the packet: [comment]}"""
    notes = {}

    def note(number, text):
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
        if stream.closing:
            note(stream.closing.segment.number, _closed(stream, connection))
    return notes


def server_port(ledger, segments):
    """The port that most of the ledger's clients talk to."""
    clients = {c.port for c in ledger.connections}
    votes = {}
    for s in segments:
        if s.sport in clients and s.dport not in clients:
            votes[s.dport] = votes.get(s.dport, 0) + 1
    return max(votes, key=votes.get) if votes else 0


def annotate(blocks, ledger):
    """(blocks with comments, how many comments, streams, matched)"""
    segments = packets.segments(blocks)
    found = streams.streams(segments, server_port(ledger, segments))
    matched = ledgers.match(ledger, found)
    notes = comments(found, matched)
    out = [pcapng.with_comments(b, notes.get(b.number, []))
           if b.number else b for b in blocks]
    return out, sum(len(n) for n in notes.values()), found, matched

# SPDX-License-Identifier: MIT
"""streams: TCP connections in a capture: their packets in order with relative
numbers, their HTTP messages, who opened and who closed first."""
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from . import http1
from .http1 import Message
from .packets import ACK, FIN, MOD, RST, SYN, End, Segment

# More than that was not lost: the numbers are not this connection's.
GAP_MAX = 256 << 20


@dataclass
class Packet:
    """A segment, seen from its connection."""
    segment: Segment
    client: bool              # sent by the one who opened
    seq: int                  # relative
    ack: int
    again: bool = False       # its bytes had been sent before
    request: Message | None = None     # the message that begins in it
    response: Message | None = None
    ends: Message | None = None        # the response that is whole with it
    info: str = ""


@dataclass
class Stream:
    index: int
    client: End
    server: End
    packets: list[Packet] = field(default_factory=list)
    requests: list[Message] = field(default_factory=list)
    responses: list[Message] = field(default_factory=list)
    scales: dict[bool, int] = field(default_factory=dict)   # by "from client"

    @property
    def start_ns(self) -> int:
        return self.packets[0].segment.time_ns

    @property
    def end_ns(self) -> int:
        return self.packets[-1].segment.time_ns

    @property
    def opened(self) -> bool:
        """The three-way handshake was seen."""
        flags = [p.segment.flags & (SYN | ACK) for p in self.packets[:2]]
        return flags == [SYN, SYN | ACK]

    @property
    def closing(self) -> Packet | None:
        """The first packet with FIN or RST, or None."""
        return next((p for p in self.packets
                     if p.segment.flags & (FIN | RST)), None)

    def fin(self, by_client: bool) -> Packet | None:
        """The first FIN of one end, or None."""
        return next((p for p in self.packets if p.client == by_client and
                     p.segment.has(FIN)), None)

    @property
    def first_closer(self) -> str | None:
        p = self.closing
        return None if p is None else "client" if p.client else "server"

    @property
    def reset(self) -> bool:
        return any(p.segment.has(RST) for p in self.packets)

    def pipelined(self) -> int:
        """Requests that were sent before the answer to the one before them
        had come (RFC 9112 9.3.2)."""
        pairs = self.pairs()
        return sum(r is None or q.first_ns < r.last_ns for (_, r), (q, _) in
                   zip(pairs, pairs[1:]) if q.seen)

    def pairs(self) -> list[tuple[Message, Message | None]]:
        """[(request, final response or None)] in order."""
        finals = [r for r in self.responses
                  if not 100 <= r.status < 200]
        return [(q, finals[i] if i < len(finals) else None)
                for i, q in enumerate(self.requests)]


class _Direction:
    """The bytes of one direction, put in order; knows which packet brought
    which."""

    def __init__(self, isn: int) -> None:
        self.isn = isn
        self.data = bytearray()
        self.parts: list[tuple[int, int, Packet]] = []   # offset, end
        self.early: list[tuple[int, Packet]] = []        # offset
        self.gaps: list[tuple[int, int]] = []     # were not captured

    def relative(self, seq: int) -> int:
        return (seq - self.isn) % MOD

    def take(self, packet: Packet) -> None:
        length = packet.segment.length
        if length == 0:
            return
        # Sequence number 0 is the SYN's, so the first byte has 1.
        offset = packet.seq - 1
        if offset < len(self.data):
            packet.again = True
        self.early.append((offset, packet))
        self.early.sort(key=lambda e: e[0])
        self._place()

    def fill(self) -> None:
        """At the end: what is still missing is lost.  Zeros take its place, so
        that what came behind it is read all the same."""
        while self.early:
            begin, end = len(self.data), self.early[0][0]
            if end - begin > GAP_MAX:
                self.early.clear()
                return
            self.gaps.append((begin, end))
            self.data += bytes(end - begin)
            self._place()

    def _place(self) -> None:
        while self.early and self.early[0][0] <= len(self.data):
            offset, packet = self.early.pop(0)
            s = packet.segment
            payload = s.data[:s.length] + bytes(s.length - len(s.data))
            new = payload[len(self.data) - offset:]
            if new:
                at = len(self.data)
                self.data += new
                self.parts.append((at, len(self.data), packet))

    def packet_at(self, offset: int) -> Packet | None:
        for start, end, packet in self.parts:
            if start <= offset < end:
                return packet
        return None


_Ways = dict[bool, _Direction | None]        # by "from client"
_Open = tuple[Stream, _Ways]


def window(stream: Stream, packet: Packet) -> int:
    """What the field means: scaled, if both ends said so in their SYN (RFC
    7323 2.2); a SYN's own window never is."""
    s = packet.segment
    if s.has(SYN) or len(stream.scales) < 2:
        return s.window
    return s.window * stream.scales[packet.client]


def _info(stream: Stream, packet: Packet) -> str:
    s = packet.segment
    if packet.request:
        return packet.request.line
    if packet.response:
        return packet.response.line
    parts = ["[%s]" % s.flag_text, "Seq=%d" % packet.seq]
    if s.has(ACK):
        parts.append("Ack=%d" % packet.ack)
    parts += ["Win=%d" % window(stream, packet), "Len=%d" % s.length]
    parts += s.options
    parts.insert(0, "%d \u2192 %d" % (s.sport, s.dport))
    if packet.again:
        parts.insert(0, "[TCP Retransmission]")
    return " ".join(parts)


def _count_unseen(stream: Stream, there: _Direction,
                  back: _Direction) -> None:
    """A loss may hide several responses: the next that is seen answers the
    last request before it."""
    found = []
    for i, m in enumerate(stream.responses):
        found.append(m)
        after = stream.responses[i + 1:i + 2]
        first = back.packet_at(after[0].start) if after else None
        if m.seen or first is None:
            continue
        firsts = [there.packet_at(q.start) for q in stream.requests]
        asked = sum(p is not None and
                    p.segment.number < first.segment.number for p in firsts)
        finals = sum(not 100 <= r.status < 200 for r in found)
        found += [replace(m) for _ in range(asked - 1 - finals)]
    stream.responses = found


def _messages(stream: Stream, there: _Direction, back: _Direction) -> None:
    for way in (there, back):
        way.fill()
    stream.requests = http1.requests(
        bytes(there.data), there.gaps, [p[0] for p in there.parts])
    stream.responses = http1.responses(
        bytes(back.data), stream.requests, back.gaps,
        [p[0] for p in back.parts])
    _count_unseen(stream, there, back)
    for message in filter(lambda m: m.seen, stream.requests):
        packet = there.packet_at(message.start)
        if packet:
            packet.request = packet.request or message
    for message in filter(lambda m: m.seen, stream.responses):
        packet = back.packet_at(message.start)
        if packet:
            packet.response = packet.response or message
        packet = back.packet_at(max(message.start, message.end - 1))
        if packet:
            packet.ends = message
    for packet in stream.packets:
        packet.info = _info(stream, packet)
    # Where in time each message lies.
    for message, way in [(m, there) for m in stream.requests] + \
                        [(m, back) for m in stream.responses]:
        first = way.packet_at(message.start)
        last = way.packet_at(max(message.start, message.end - 1)) or first
        message.first_ns = first.segment.time_ns if first else 0
        message.last_ns = last.segment.time_ns if last else 0
        message.first_packet = first.segment.number if first else 0
        message.last_packet = last.segment.number if last else 0


def _opens(s: Segment, server_port: int) -> bool:
    """Whether this segment is from the one who opened the connection."""
    if s.has(SYN):
        return not s.has(ACK)
    return s.dport == server_port if server_port else s.dport < s.sport


def _begin(index: int, s: Segment, server_port: int) -> _Open:
    from_client = _opens(s, server_port)
    here, there = (s.source, s.sport), (s.destination, s.dport)
    stream = Stream(index, here if from_client else there,
                    there if from_client else here)
    ways: _Ways = {
            from_client: _Direction(s.seq if s.has(SYN) else s.seq - 1),
            not from_client: _Direction(s.ack - 1) if s.has(ACK) else None}
    return stream, ways


def streams(segments: Iterable[Segment], server_port: int = 0) -> list[Stream]:
    """All connections, in the order of their first packets."""
    found: list[_Open] = []
    open_now: dict[tuple[End, End], _Open] = {}
    for s in segments:
        known = open_now.get(s.key)
        fresh = s.has(SYN) and not s.has(ACK)
        if known is None or (fresh and known[0].closing):
            known = _begin(len(found), s, server_port)
            found.append(known)
            open_now[s.key] = known
        stream, ways = known
        client = (s.source, s.sport) == stream.client
        mine, other = ways[client], ways[not client]
        if mine is None:
            mine = _Direction(s.seq if s.has(SYN) else s.seq - 1)
            ways[client] = mine
        packet = Packet(s, client, mine.relative(s.seq),
                        other.relative(s.ack) if other and s.has(ACK) else 0)
        stream.packets.append(packet)
        if s.has(SYN):
            stream.scales.update({client: int(o[3:]) for o in s.options
                                  if o.startswith("WS=")})
        mine.take(packet)
    for stream, ways in found:
        empty = _Direction(0)
        _messages(stream, ways[True] or empty, ways[False] or empty)
    return [stream for stream, _ in found]

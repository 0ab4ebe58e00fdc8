# SPDX-License-Identifier: MIT
"""tcpstates: the states of both ends of a connection (RFC 9293 3.3.2), packet
by packet, as the packets that were captured lead through them.

On loopback a packet arrives as it leaves, so one time serves for both ends; but
for a FIN that crosses another: its ACK tells that the other had not come.
"""
from .packets import ACK, FIN, RST, SYN
from .streams import Packet, Stream

CLOSED, LISTEN = "CLOSED", "LISTEN"
SYN_SENT, SYN_RECEIVED = "SYN-SENT", "SYN-RECEIVED"
ESTABLISHED, CLOSE_WAIT, LAST_ACK = "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK"
FIN_WAIT_1, FIN_WAIT_2 = "FIN-WAIT-1", "FIN-WAIT-2"
CLOSING, TIME_WAIT = "CLOSING", "TIME-WAIT"

# What sending a FIN does, what receiving one does, and what having one's own
# FIN confirmed does.
SENDS_FIN = {ESTABLISHED: FIN_WAIT_1, SYN_RECEIVED: FIN_WAIT_1,
             CLOSE_WAIT: LAST_ACK}
GETS_FIN = {ESTABLISHED: CLOSE_WAIT, SYN_RECEIVED: CLOSE_WAIT,
            FIN_WAIT_1: CLOSING, FIN_WAIT_2: TIME_WAIT}
FIN_CONFIRMED = {FIN_WAIT_1: FIN_WAIT_2, CLOSING: TIME_WAIT,
                 LAST_ACK: CLOSED}


class _Ends:
    """Both ends; True is the client."""

    def __init__(self, opened: bool):
        self.state = {True: CLOSED if opened else ESTABLISHED,
                      False: LISTEN if opened else ESTABLISHED}
        self.fin: dict[bool, int] = {}     # the number behind one's FIN

    def _sends(self, who: bool, p: Packet) -> None:
        s = p.segment
        if s.has(SYN):
            self.state[who] = SYN_RECEIVED if s.has(ACK) else SYN_SENT
        if s.has(FIN) and who not in self.fin:
            self.fin[who] = p.seq + s.length + 1
            crossed = p.ack < self.fin.get(not who, 0)
            self.state[who] = CLOSING if crossed else SENDS_FIN.get(
                self.state[who], self.state[who])

    def _receives(self, who: bool, p: Packet) -> None:
        s, now = p.segment, self.state[who]
        if s.has(SYN):
            now = ESTABLISHED if s.has(ACK) and now == SYN_SENT else \
                SYN_RECEIVED if now == LISTEN else now
        elif s.has(ACK) and now == SYN_RECEIVED:
            now = ESTABLISHED
        if s.has(ACK) and 0 < self.fin.get(who, 0) <= p.ack:
            now = FIN_CONFIRMED.get(now, now)
        if s.has(FIN):
            now = GETS_FIN.get(now, now)
        self.state[who] = now

    def take(self, p: Packet) -> None:
        if p.segment.has(RST):
            self.state = {True: CLOSED, False: CLOSED}
            return
        self._sends(p.client, p)
        self._receives(not p.client, p)


def walk(stream: Stream) -> dict[int, list[str]]:
    """{packet's number: [client's state, server's state] after it}, where a
    state changes."""
    ends = _Ends(any(p.segment.has(SYN) for p in stream.packets[:2]))
    found, before = {}, ["", ""]
    for p in stream.packets:
        ends.take(p)
        now = [ends.state[True], ends.state[False]]
        if now != before:
            found[p.segment.number] = now
        before = now
    return found

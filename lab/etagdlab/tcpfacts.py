# SPDX-License-Identifier: MIT
"""tcpfacts: how this run's connections were opened and closed, from the
capture: initial sequence numbers, what each end offered, who closed first and
with how many packets."""
from .packets import ACK, FIN, RST, SYN
from .rows import Manner, Offer, Tcp
from .streams import Packet, Stream


def _end(stream: Stream, client: bool) -> Offer | None:
    """What one end said in its SYN, or None if that was not seen."""
    p = next((p for p in stream.packets
              if p.client == client and p.segment.has(SYN)), None)
    if p is None:
        return None
    return {"isn": p.segment.seq, "packet": p.segment.number,
            "window": p.segment.window, "options": list(p.segment.options)}


def _closing(stream: Stream) -> list[int]:
    """The packets of the close: from the first FIN to the ACK of the last."""
    fins = [p for p in stream.packets if p.segment.has(FIN)]
    if not fins:
        return [p.segment.number for p in stream.packets
                if p.segment.has(RST)][:1]
    at = stream.packets.index(fins[0])
    found: list[int] = []
    due = {True: 0, False: 0}
    ended = set()
    for p in stream.packets[at:]:
        if p.segment.has(FIN):
            due[p.client] = p.seq + p.segment.length + 1
            ended.add(p.client)
        answers = p.segment.has(ACK) and 0 < due[not p.client] <= p.ack
        if p.segment.has(FIN) or answers:
            found.append(p.segment.number)
        if answers:
            due[not p.client] = 0
            if len(ended) == 2 and not any(due.values()):
                break
    return found


def later(stream: Stream, packet: Packet) -> list[Packet]:
    """The packets behind one."""
    return stream.packets[stream.packets.index(packet) + 1:]


def manner(stream: Stream) -> Manner | None:
    """How it closed, and by which packets: in three or four, both at once, half
    (the other end went on sending), by a reset; or open still."""
    first = stream.closing
    if first is None:
        return None
    names = {True: "client", False: "server"}
    told: Manner = {
        "kind": "open", "first": names[first.client],
        "other": names[not first.client], "fin": first.segment.number,
        "ack": 0, "second": 0, "gap": 0.0,
        "late": sum(p.segment.length for p in later(stream, first)
                    if p.client != first.client and not p.again)}
    if stream.reset:
        reset = next(p for p in stream.packets if p.segment.has(RST))
        told["kind"], told["fin"] = "reset", reset.segment.number
        told["first"] = names[reset.client]
        told["other"] = names[not reset.client]
        return told
    behind = first.seq + first.segment.length + 1
    ack = next((p for p in later(stream, first) if p.client != first.client and
                p.segment.has(ACK) and p.ack >= behind), None)
    second = stream.fin(not first.client)
    if second is None:
        return told
    told["second"] = second.segment.number
    if second.ack < behind:
        told["kind"] = "both"
    elif ack is not None and ack is not second:
        told["ack"] = ack.segment.number
        told["gap"] = (second.segment.time_ns - ack.segment.time_ns) / 1e6
        told["kind"] = "half" if told["late"] else "four"
    elif told["late"]:
        told["kind"], told["ack"] = "half", second.segment.number
    else:
        told["kind"] = "three"
    return told


def of(stream: Stream) -> Tcp:
    return {"client": _end(stream, True), "server": _end(stream, False),
            "close": _closing(stream), "manner": manner(stream)}

# SPDX-License-Identifier: MIT
"""measures: answers that are figures of time and size: an upload's segments and
confirmations, a wait for a worker, one thing after the other against all at
once, the packets of a development server's answer.  Rules as in answers.py."""
from typing import List, NamedTuple, Optional

from .answers import (Answer, Data, _list, _said, both, exchanges, manner,
                      offered, target)
from .rows import Answered, Packet
from .words import Said


def own_ports(d: Data) -> "set[int]":
    return {p for s in d["steps"] for p in s.get("ports", [])}


# -- serial and parallel -----------------------------------------------------

def _span(d: Data, own: bool) -> "tuple[int, int, float]":
    """(requests, connections, seconds from the first to the last answer)"""
    ports = own_ports(d)
    found = [(q["begin"], q["end"], s["port"]) for s in d["streams"]
             for q in s["requests"] if q["end"] and (s["port"] in ports) is own]
    if not found:
        return 0, 0, 0
    return len(found), len({p for _, _, p in found}), \
        max(e for _, e, _ in found) - min(b for b, _, _ in found)


def two_ways(d: Data) -> Optional[Answer]:
    browser, serial = _span(d, False), _span(d, True)
    if not browser[0] or not serial[0]:
        return None
    return Answer(_list([
        _said("the browser: %d requests on %d connections in %.3f s", *browser),
        _said("one after the other: %d requests on %d connections in %.3f s",
              *serial)]))


# -- an upload ---------------------------------------------------------------

def _sent(d: Data) -> Optional[Answered]:
    return next((e for e in exchanges(d) if e["asked"]["line"].startswith(
        ("POST ", "PUT "))), None)


def _carriers(d: Data, e: Answered) -> List[Packet]:
    """The client's packets that bring the request."""
    first, last = e["asked"]["packets"]
    return [p for p in d["packets"] if p["stream"] == e["stream"] and
            p["client"] and p["data"] and first <= p["no"] <= last]


def _with_content(sent: List[Packet], head: int) -> List[Packet]:
    """Those of them that bring content, be it behind the end of the head."""
    return [p for p in sent
            if p["seq"] + p["data"] > sent[0]["seq"] + head]


def _most(d: Data, port: int) -> int:
    """Bytes that a segment of this connection can carry."""
    options = offered(d, port)
    mss = min((int(o[4:]) for o in options if o.startswith("MSS=")), default=0)
    return mss - (12 if any("TSval" in o for o in options) else 0)


def upload_segments(d: Data) -> Optional[Answer]:
    e = _sent(d)
    if not e:
        return None
    sent = _with_content(_carriers(d, e), e["asked"]["head"])
    most = _most(d, e["port"])
    count = sum(-(-p["data"] // most) for p in sent) if most > 0 \
        else len(sent)
    return Answer(_said(
        "%d bytes of content in %d segments of at most %d bytes, which the "
        "capture shows as %d frames", e["asked"]["content"], count, most,
        len(sent)), [p["no"] for p in sent])


def upload_acks(d: Data) -> Optional[Answer]:
    """Which of the server's packets confirm more than the one before."""
    e = _sent(d)
    if not e:
        return None
    sent = _carriers(d, e)
    at, steps, found = sent[0]["seq"], [], []
    upto = sent[-1]["seq"] + sent[-1]["data"]
    for p in d["packets"]:
        if p["stream"] == e["stream"] and not p["client"] and \
                at < p["ack"] <= upto:
            steps.append(p["ack"] - at)
            found.append(p["no"])
            at = p["ack"]
    return Answer(_said("%d confirmations, of %d bytes at most", len(steps),
                        max(steps)), found) if steps else None


def upload_window(d: Data) -> Optional[Answer]:
    """The least room that the server announced while it received."""
    e = _sent(d)
    if not e:
        return None
    begin, end = e["asked"]["packets"][0], e["answered"]["packets"][1]
    rows = [p for p in d["packets"] if p["stream"] == e["stream"] and
            not p["client"] and begin <= p["no"] <= end]
    if not rows:
        return None
    least = min(rows, key=lambda p: p["win"])
    return Answer(_said(
        "never less than %d bytes: it held nothing up" if least["win"] else
        "it was down to %d: the sender had to wait", least["win"]),
        [least["no"]])


def upload_again(d: Data) -> Optional[Answer]:
    e = _sent(d)
    again = [p["no"] for p in d["packets"] if e and p["again"] and
             p["client"] and p["stream"] == e["stream"]]
    return e and Answer(_said("%d", len(again)), again)


def upload_rate(d: Data) -> Optional[Answer]:
    e = _sent(d)
    if not e:
        return None
    times = {p["no"]: p["time"] for p in d["packets"]}
    first, last = e["asked"]["packets"][0], e["answered"]["packets"][0]
    took = times[last] - times[first]
    return Answer(_said("%d bytes in %.6f s: %.1f million bytes a second",
                        e["asked"]["content"], took,
                        e["asked"]["content"] / took / 1e6),
                  [first, last]) if took > 0 else None


def upload_answer(d: Data) -> Optional[Answer]:
    e = _sent(d)
    return e and Answer(_said("%s", e["answered"]["line"].partition(" ")[2]),
                        both(e)[1:])


# -- a wait for a worker -----------------------------------------------------

class _Wait(NamedTuple):
    step: int
    exchange: Answered        # of the one that asked
    took: float


def _waits(d: Data) -> List[_Wait]:
    times = {p["no"]: p["time"] for p in d["packets"]}
    found = []
    for i, s in enumerate(d["steps"]):
        ports = s.get("ports", [])
        e = next((e for e in exchanges(d) if s["word"] == "stall" and ports and
                  e["port"] == ports[0]), None)
        if e:
            asked = e["asked"]["packets"][0]
            answered = e["answered"]["packets"][0]
            found.append(_Wait(i + 1, e, times[answered] - times[asked]))
    return found


def stalls(d: Data) -> Optional[Answer]:
    found = _waits(d)
    return Answer(_list([_said("step %d: %.3f s from the request to its answer",
                               i, took) for i, _, took in found]),
                  [n for _, e, _ in found for n in both(e)]) \
        if found else None


def stall_holders(d: Data) -> Optional[Answer]:
    """Who held the workers: connections that were open when the request came
    and ended before its answer, or with it still open."""
    out: List[Said] = []
    packets: List[int] = []
    for i, e, _ in _waits(d):
        asked, answered = both(e)
        times = {p["no"]: p["time"] for p in d["packets"]}
        ended = []
        for s in d["streams"]:
            told = manner(s)
            if told and s["port"] != e["port"] and \
                    told["first"] == "server" and \
                    times[asked] <= times[told["fin"]] <= times[answered]:
                ended.append(told["fin"])
        out.append(_said(
            "step %d: %d connections that asked for nothing, ended by the "
            "server before the answer came", i, len(ended)))
        packets += ended
    return Answer(_list(out), sorted(packets)) if out else None


# -- a development server ----------------------------------------------------

def _first_used(d: Data) -> Optional[Answered]:
    return next((e for e in exchanges(d) if target(e) == d["page"] and
                 e["port"] not in own_ports(d)), None)


def pieces(d: Data) -> Optional[Answer]:
    """The packets that bring one answer."""
    e = _first_used(d)
    if not e:
        return None
    first, last = e["answered"]["packets"]
    sent = [p for p in d["packets"] if p["stream"] == e["stream"] and
            not p["client"] and p["data"] and first <= p["no"] <= last]
    return Answer(_said("%d packets: %s bytes", len(sent), ", ".join(
        str(p["data"]) for p in sent)), [p["no"] for p in sent])


def telling(d: Data) -> Optional[Answer]:
    """One connection's packets that bring or end something, in order."""
    e = _first_used(d)
    if not e:
        return None
    rows = [p for p in d["packets"] if p["stream"] == e["stream"] and
            not p["again"] and (p["data"] or p["flags"] != "ACK")]
    return Answer(_said("%s", " ".join(
        "%s[%s]" % ("→" if p["client"] else "←", p["flags"]) for p in rows)),
        [p["no"] for p in rows])

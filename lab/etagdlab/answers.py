# SPDX-License-Identifier: MIT
"""answers: what a run's own data answers to the questions of an exercise, by
rule: each rule takes the report's data and gives a sentence and the packets
that show it, or None where this run does not tell."""
from dataclasses import dataclass, field
from typing import Callable, List, NamedTuple, Optional

from .rows import (Answered, Manner, Message, Offer, Packet, Report,
                   Stream)
from .words import Said

Data = Report


@dataclass
class Answer:
    text: Said
    packets: List[int] = field(default_factory=list)


Rule = Callable[[Data], Optional[Answer]]


# -- looking things up -------------------------------------------------------

def exchanges(d: Data) -> List[Answered]:
    """Those whose both heads were seen."""
    return [{"stream": e["stream"], "port": e["port"],
             "request": e["request"], "asked": e["asked"],
             "answered": e["answered"]}
            for e in d.get("exchanges", []) if e["answered"] and
            e["asked"]["seen"] and e["answered"]["seen"]]


def of_page(d: Data, n: int) -> Optional[Answered]:
    """The page's n-th exchange by the browser."""
    own = {p for s in d["steps"] for p in s.get("ports", [])}
    found = [e for e in exchanges(d) if e["port"] not in own and
             target(e) == d["page"]]
    return found[n] if n < len(found) else None


def target(e: Answered) -> str:
    words = e["asked"]["line"].split(" ")
    return words[1] if len(words) > 1 else ""


def value(message: Message, name: str) -> Optional[str]:
    return next((v for n, v in message["fields"] if n.lower() == name), None)


def both(e: Answered) -> List[int]:
    return sorted({e["asked"]["packets"][0], e["answered"]["packets"][0]})


def stream(d: Data, port: int) -> Stream:
    return next(s for s in d["streams"] if s["port"] == port)


def offered(d: Data, port: int) -> List[str]:
    """The options of both ends' SYNs."""
    tcp = stream(d, port).get("tcp")
    ends = (tcp["client"], tcp["server"]) if tcp else ()
    return [o for end in ends if end for o in end["options"]]


def _said(template: str, *args: object) -> Said:
    return Said((template, *args))


def _list(items: "List[Said]") -> Said:
    """Sentences behind each other."""
    out = Said()
    for i, s in enumerate(items):
        out = out.joined(Said(("; ",))).joined(s) if i else s
    return out


# -- requests and responses --------------------------------------------------

def versions(d: Data) -> Optional[Answer]:
    e = of_page(d, 0)
    return e and Answer(_said(
        "the browser %s, the server %s", e["asked"]["line"].split(" ")[-1],
        e["answered"]["line"].split(" ")[0]), both(e))


def languages(d: Data) -> Optional[Answer]:
    e = of_page(d, 0)
    if not e:
        return None
    said = value(e["asked"], "accept-language")
    return Answer(_said("%s", said) if said else _said("it does not say"),
                  both(e)[:1])


def addresses(d: Data) -> Optional[Answer]:
    p = next((p for p in d["packets"] if p["client"]), None)
    if not p:
        return None
    port = d["streams"][p["stream"]]["port"]
    return Answer(_said("the browser %s, port %d; the server %s, port %d",
                        p["source"], port, p["destination"], d["port"]),
                  [p["no"]])


def status(n: int) -> Rule:
    def rule(d: Data) -> Optional[Answer]:
        e = of_page(d, n)
        return e and Answer(_said("%s", e["answered"]["line"].partition(
            " ")[2]), both(e)[1:])
    return rule


def modified(d: Data) -> Optional[Answer]:
    e = of_page(d, 0)
    said = e and value(e["answered"], "last-modified")
    return e and Answer(_said("%s", said) if said else
                        _said("it does not say"), both(e)[1:])


def content(n: int) -> Rule:
    def rule(d: Data) -> Optional[Answer]:
        e = of_page(d, n)
        return e and Answer(_said("%d bytes", e["answered"]["content"]),
                            both(e)[1:])
    return rule


def conditions(n: int) -> Rule:
    def rule(d: Data) -> Optional[Answer]:
        e = of_page(d, n)
        if not e:
            return None
        said = ["%s: %s" % (k, v) for k, v in e["asked"]["fields"]
                if k.lower().startswith("if-")]
        return Answer(_said("%s", "; ".join(said)) if said else
                      _said("none"), both(e)[:1])
    return rule


def requests(d: Data) -> Optional[Answer]:
    found = exchanges(d)
    if not found:
        return None
    return Answer(_said("%d: %s", len(found), ", ".join(
        target(e) for e in found)), [both(e)[0] for e in found])


def parallel(d: Data) -> Optional[Answer]:
    """Whether two requests of a load were under way at the same time."""
    load = next((s for s in d["steps"] if "resources" in s), None)
    if not load:
        return None
    spans = [(q["begin"], q["end"], s["port"]) for s in d["streams"]
             for q in s["requests"] if q["end"] and
             load["begin"] <= q["begin"] < load["end"]]
    pairs = [(a, b) for i, a in enumerate(spans) for b in spans[i + 1:]
             if a[0] < b[1] and b[0] < a[1]]
    ports = len({p for _, _, p in spans})
    return Answer(_said(
        "at the same time: %d requests on %d connections, %d pairs of them "
        "under way together" if pairs else
        "one after the other: %d requests on %d connections, %d pairs together",
        len(spans), ports, len(pairs))) if spans else None


# -- segments ----------------------------------------------------------------

def _sent(d: Data, e: Answered) -> List[Packet]:
    first, last = e["answered"]["packets"]
    return [p for p in d["packets"] if p["stream"] == e["stream"] and
            not p["client"] and p["data"] and first <= p["no"] <= last]


def _segments(d: Data, e: Answered) -> Answer:
    """How many segments one response took.  A frame of loopback may hold
    several that the system hands on at once."""
    options = " ".join(offered(d, e["port"]))
    # The server's own, if it was made small, holds for what it sends, too.
    mss = min((int(o[4:]) for o in options.split() if o.startswith("MSS=")),
              default=0)
    most = mss - (12 if "TSval" in options else 0)
    sent = _sent(d, e)
    count = sum(-(-p["data"] // most) for p in sent) if most > 0 \
        else len(sent)
    return Answer(_said(
        "port %d: %d segments of at most %d bytes in %d frames, %d bytes in "
        "all",
        e["port"], count, most, len(sent), sum(p["data"] for p in sent)),
        [p["no"] for p in sent])


def segments(d: Data) -> Optional[Answer]:
    found = [e for e in exchanges(d) if target(e) == d["page"]]
    parts = [_segments(d, e) for e in found]
    return Answer(_list([p.text for p in parts]),
                  [n for p in parts for n in p.packets]) if parts else None


def mss(d: Data) -> Optional[Answer]:
    found = [o for o in _opened(d) if o.used]
    return Answer(_list([_said(
        "port %d: %s", o.port, next(
            (x for x in o.client["options"] if x[:4] == "MSS="), "-"))
        for o in found]),
        [o.client["packet"] for o in found]) if found else None


# -- connections -------------------------------------------------------------

class _Opened(NamedTuple):
    """A connection whose both SYNs were seen."""
    port: int
    client: Offer
    server: Offer
    used: bool


def _opened(d: Data) -> List[_Opened]:
    found = []
    for s in d["streams"]:
        tcp = s.get("tcp")
        if tcp and tcp["client"] and tcp["server"]:
            found.append(_Opened(s["port"], tcp["client"], tcp["server"],
                                 bool(s["requests"])))
    return found


def manner(s: Stream) -> Optional[Manner]:
    """How it was closed, if it was and there is a capture."""
    tcp = s.get("tcp")
    return tcp["manner"] if tcp else None


def numbers(d: Data) -> Optional[Answer]:
    found = _opened(d)
    return Answer(_list([_said(
        "port %d: client %d, server %d", o.port, o.client["isn"],
        o.server["isn"]) for o in found]),
        [end["packet"] for o in found for end in (o.client, o.server)]
    ) if found else None


def offers(d: Data) -> Optional[Answer]:
    o = next(iter(_opened(d)), None)
    return o and Answer(_said(
        "client: %s; server: %s", " ".join(o.client["options"]),
        " ".join(o.server["options"])),
        [o.client["packet"], o.server["packet"]])


def confirms(d: Data) -> Optional[Answer]:
    """The SYN-ACK's acknowledgement is the client's ISN and one."""
    o = next(iter(_opened(d)), None)
    return o and Answer(_said(
        "%d: the ISN %d and one, for the SYN takes a number",
        (o.client["isn"] + 1) % (1 << 32), o.client["isn"]),
        [o.server["packet"]])


def handshake_time(d: Data) -> Optional[Answer]:
    found = []
    for o in _opened(d):
        times = {p["no"]: p["time"] for p in d["packets"]}
        a, b = o.client["packet"], o.server["packet"]
        found.append((o.port, (times[b] - times[a]) * 1e3, a, b))
    return Answer(_list([_said("port %d: %.3f ms", p, ms)
                         for p, ms, _, _ in found]),
                  [n for _, _, a, b in found for n in (a, b)]) \
        if found else None


def closes(d: Data) -> Optional[Answer]:
    """Who closed each connection first, and how."""
    said, packets = [], []
    for s in d["streams"]:
        tcp, how = s.get("tcp"), manner(s)
        if tcp and how:
            said.append(_said("port %d: " + WHO[how["first"]],
                              s["port"]).joined(_said(HOW[how["kind"]])))
            packets += tcp["close"]
    return Answer(_list(said), packets) if said else None


WHO = {"client": "the client first, ", "server": "the server first, "}
HOW = {"three": "three packets", "four": "four packets",
       "both": "both at once", "half": "half-closed for a while",
       "open": "the other end not at all", "reset": "by a reset"}


def waits(d: Data) -> Optional[Answer]:
    table = d.get("time_wait")
    if table is None:
        return None
    told = table["ends"]
    return Answer(_list([_said(
        "port %d: the client" if e["end"] == "client" else
        "port %d: the server", e["port"]) for e in told])
        if told else _said("nobody"))


def waits_long(d: Data) -> Optional[Answer]:
    table = d.get("time_wait")
    whole = [e["whole"] for e in (table["ends"] if table else [])
             if e["whole"] is not None]
    return Answer(_said("%.1f s", sum(whole) / len(whole))) if whole else None


def shared(d: Data) -> Optional[Answer]:
    found = [s for s in d["streams"]]
    return Answer(_list([_said("port %d: %d requests", s["port"],
                               len(s["requests"])) for s in found])) \
        if found else None


def silences(d: Data) -> Optional[Answer]:
    """How long nothing happened before each connection was closed."""
    found = []
    for s in d["streams"]:
        told = manner(s)
        mine = [p for p in d["packets"] if p["stream"] == s["index"]]
        at = next((i for i, p in enumerate(mine) if told and
                   p["no"] == told["fin"]), 0)
        if told and at:
            found.append((_said("port %d: %.3f s", s["port"],
                                mine[at]["time"] - mine[at - 1]["time"]),
                          told["fin"]))
    return Answer(_list([t for t, _ in found]), [n for _, n in found]) \
        if found else None


def unused(d: Data) -> Optional[Answer]:
    spare = [s for s in d["streams"] if s["unused"]]
    return Answer(_list([_said(
        "port %d: open for %.1f s", s["port"], s["end"] - s["begin"])
        for s in spare]) if spare else _said("none"))


def pipelined(d: Data) -> Optional[Answer]:
    if not d["streams"] or "pipelined" not in d["streams"][0]:
        return None
    return Answer(_said("%d requests came before the answer to the one "
                        "before", sum(s["pipelined"] for s in d["streams"])))


# -- caches, parts -----------------------------------------------------------

def not_asked(d: Data) -> Optional[Answer]:
    found = [(i + 1, r) for i, s in enumerate(d["steps"])
             for r in s.get("resources", []) if r["outcome"] == "-"]
    return Answer(_list([_said("step %d, %s: ", i, r["path"]).joined(
        r["why"] if isinstance(r["why"], Said) else _said("%s", r["why"]))
        for i, r in found]) if found else _said("none"))


def by_visit(d: Data) -> Optional[Answer]:
    found = []
    for i, s in enumerate(d["steps"]):
        rows = s.get("resources")
        if rows is not None:
            wire = [e for r in rows for e in r["wire"]]
            found.append(_said(
                "step %d: %d requests, %d of them answered 304, %d bytes",
                i + 1, len(wire), sum(e["status"] == 304 for e in wire),
                sum(e["bytes"] or 0 for e in wire)))
    return Answer(_list(found)) if found else None


def ranges(d: Data) -> Optional[Answer]:
    found = [e for e in exchanges(d) if value(e["asked"], "range")]
    return Answer(_list([_said(
        "%s → %s, %s", value(e["asked"], "range"),
        e["answered"]["line"].split(" ")[1],
        value(e["answered"], "content-range") or "-") for e in found]),
        [n for e in found for n in both(e)]) if found else None


def range_bytes(d: Data) -> Optional[Answer]:
    found = [e for e in exchanges(d) if value(e["asked"], "range")]
    total = next((v.rpartition("/")[2] for e in found for v in
                  [value(e["answered"], "content-range") or ""] if v), None)
    return Answer(_said("%d bytes came, of a file of %s",
                        sum(e["answered"]["content"] for e in found),
                        total)) if total else None

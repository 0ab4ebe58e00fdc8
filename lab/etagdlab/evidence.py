# SPDX-License-Identifier: MIT
"""evidence: puts together what the witnesses say about each load: the server's
log, the capture, and the browser's own timing; and why a part was not asked
for at all.

The result is plain data (dicts, lists, text, numbers): the report's JSON.
"""
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from . import annotate, freshness, ledger, packets, streams, tcpfacts, tcpstates
from . import rows as shape
from .driving import Load, Timing
from .faults import SENTENCES
from .http1 import Message
from .ledger import Connection, Ledger, Request
from .pcapng import Block
from .scenario import Done
from .streams import Stream
from .words import Said

# What browsers' timing says of these is no answer: ranges, parts taken up again
# and parts from the media cache come out as anything.  The wire tells.
MEDIA = ("audio", "video")

# transferSize, as Chromium reports it: a 304 counts as 300.
NOT_MODIFIED_SIZE = 300


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def said_by_browser(transfer: int | None, exact: bool = True) -> str | None:
    """exact: Chromium.  Firefox tells that something was on the wire, but not
    whether a 304 or a 200."""
    if transfer is None:
        return None
    if transfer == 0:
        return "cache"
    if not exact:
        return "asked"
    return "304" if transfer == NOT_MODIFIED_SIZE else "bytes"


class Wire:
    """What crossed the wire: streams of the capture and entries of the log."""

    def __init__(self, blocks: "Sequence[Block] | None", book: Ledger,
                 port: int) -> None:
        self.ledger = book
        self.captured = blocks is not None
        segments = packets.segments(blocks) if blocks else []
        self.streams = streams.streams(segments, port)
        self.matched = ledger.match(self.ledger, self.streams)
        self.notes = annotate.comments(self.streams, self.matched)
        # Something of the conversation was not captured.
        self.lossy = any(not m.seen for s in self.streams
                         for m in s.requests + s.responses)
        self._pairs: dict[tuple[int, int, int], tuple[
            Stream, tuple[Message, Message | None]]] = {}
        for s in self.streams:
            for i, pair in enumerate(s.pairs()):
                self._pairs[(s.client[1], s.index, i + 1)] = (s, pair)

    def requests(self, begin_ns: int,
                 end_ns: int) -> list[tuple[Connection, Request]]:
        """[(connection, request)] that began in a stretch of time."""
        found = [(c, r) for c in self.ledger.connections for r in c.requests
                 if begin_ns <= self._asked_ns(c, r) < end_ns]
        return sorted(found, key=lambda e: e[1].time_ns)

    def _asked_ns(self, connection: Connection, request: Request) -> int:
        """When it crossed the wire, if that was seen: the server hears of it a
        moment later, which may be in the next step."""
        asked = self.seen(connection, request)[1]
        return asked.first_ns if asked and asked.seen else request.time_ns

    def seen(self, connection: Connection, request: Request) -> tuple[
            Stream | None, Message | None, Message | None]:
        """(stream, request, response) of the capture, or Nones."""
        for index, c in self.matched.items():
            if c is connection:
                found = self._pairs.get((c.port, index, request.number or 0))
                if found:
                    return found[0], found[1][0], found[1][1]
        return None, None, None

    def asked_in_capture(self, begin_ns: int, end_ns: int) -> list[
            tuple[Message, Message | None]]:
        return [(q, r) for s in self.streams for q, r in s.pairs()
                if begin_ns <= q.first_ns < end_ns]


class Memory:
    """What the browser should have in its cache: each address's last answer,
    as the browser's network part reported it; and what was edited since."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[dict[str, str], int]] = {}
        # path: (number of the step, when)
        self.edits: dict[str, tuple[int, int]] = {}

    def older(self, path: str) -> int | None:
        """The step that has changed the file since it was stored, or None."""
        number, at = self.edits.get(path.split("?")[0], (0, 0))
        stored = self.stored.get(path)
        return number if stored and stored[1] < at else None

    def learn(self, load: Load) -> None:
        for f in load.fetches:
            if not f.status or f.source:
                continue
            path = path_of(f.url)
            if f.status == 304 and path in self.stored:
                fields = {**self.stored[path][0], **f.fields}
            elif f.status == 200:
                fields = f.fields
            else:
                continue
            self.stored[path] = (fields, f.time_ns)

    def forget(self) -> None:
        self.stored.clear()


def _exchange(wire: Wire, connection: Connection, request: Request,
              start_ns: int) -> shape.Exchange:
    stream, asked, answered = wire.seen(connection, request)
    return {
        "status": request.status, "bytes": request.bytes,
        "reason": request.reason, "us": request.duration_us,
        "time": (request.time_ns - start_ns) / 1e9,
        "worker": connection.worker, "connection": connection.number,
        "request": request.number, "port": connection.port,
        "stream": stream.index if stream else None,
        "packet": asked.first_packet if asked else None,
        "answer_packet": answered.first_packet if answered else None,
        "asked": {k: v for k, v in (asked.fields if asked else {}).items()
                  if k in ("cache-control", "pragma", "if-none-match",
                           "if-modified-since", "range")},
    }


ANSWERED = {
    "new": "the whole file: the request named no version",
    "tag matches": "304 because the tag in If-None-Match matches",
    "tag differs": "the file is another one than the tag in If-None-Match",
    "not modified since": "304 because the file is not newer than the date",
    "modified since": "the file is newer than the date",
    "no such file": "there is no such file",
    "no credentials": "it is for those that have a password, and none came",
    "wrong credentials": "that name and that password do not belong together",
    **SENTENCES,
}


def _why_asked(exchanges: Sequence[shape.Exchange]) -> Said:
    last = exchanges[-1]
    reason = last["reason"] or ""
    why = Said((ANSWERED.get(reason, reason),))
    control = last["asked"].get("cache-control", "")
    if last["status"] == 200 and "no-cache" in control:
        return why.and_then(" (no-cache came with the request: a hard reload)")
    return why


def _agrees(statuses: Sequence[int | None], said: str | None) -> bool | None:
    """The browser's timing tells the same as the log; None: it can't say."""
    if said is None:
        return None
    if said == "cache":
        return statuses == []
    if said == "304":         # no more than a head came
        return 304 in statuses or (
            None if any(s and s >= 400 for s in statuses) else False)
    if said == "asked":
        return bool(statuses)
    return any(s != 304 for s in statuses)


def _resource(load: Load, word: str, path: str, kind: str,
              timing: Timing | None, exchanges: list[shape.Exchange],
              memory: Memory) -> shape.Resource:
    transfer = timing["transfer"] if timing else None
    said = "restored" if load.restored else \
        said_by_browser(transfer, load.exact)
    fetch = next((f for f in load.fetches if path_of(f.url) == path), None)
    statuses = [e["status"] for e in exchanges]
    if statuses[-1:] == [401] and said == "cache":
        said = None           # Chromium counts no byte of it; nothing is kept
    behind = bool(exchanges) and said == "cache"
    row: shape.Resource = {
        "path": path, "kind": kind, "wire": exchanges, "browser": said,
        "transfer": transfer, "source": fetch.source if fetch else "",
        "agree": None if behind or kind in MEDIA or 206 in statuses else
        _agrees(statuses, None if load.restored else said),
        "outcome": " ".join(str(s) for s in statuses), "why": ""}
    if exchanges and not behind:
        row["why"] = _why_asked(exchanges)
        return row
    at = fetch.time_ns if fetch and fetch.time_ns else load.begin_ns
    row["outcome"] = "-" if not behind else "~%s" % statuses[-1]
    if timing and timing["worker"] and not load.restored:
        row["why"] = Said((
            "the page's service worker answered from what it has stored",))
        return row
    why = freshness.why_absent(memory.stored.get(path), at, load.restored,
                               word == "back")
    older = memory.older(path)
    if older:
        row["older"] = older
        why = why.and_then(
            "; step %d has changed the file since, so an older version is shown",
            older)
    if behind:
        why = why.and_then("; asked behind it: ").joined(
            _why_asked(exchanges))
    row["why"] = why
    return row


class Shown(list[tuple[str, str]]):
    """The parts of the page that was shown last: path and kind."""


class _Loaded(NamedTuple):
    restored: bool
    resources: list[shape.Resource]
    shown: Shown


def _load(wire: Wire, done: Done, load: Load, until_ns: int, memory: Memory,
          base: str, shown_before: Shown, start_ns: int) -> _Loaded:
    word = done.step.word
    by_path: dict[str, list[shape.Exchange]] = {}
    for c, r in wire.requests(load.begin_ns, until_ns):
        by_path.setdefault(r.target or "", []).append(
            _exchange(wire, c, r, start_ns))
    rows: list[shape.Resource] = []
    seen: set[str] = set()
    timing = [t for t in load.timing if t["url"].startswith(base + "/")]
    for t in timing:
        path = path_of(t["url"])
        if path not in seen:
            seen.add(path)
            rows.append(_resource(load, word, path, t["kind"], t,
                                  by_path.get(path, []), memory))
    if load.restored:
        for path, kind in shown_before:
            if path not in by_path:
                seen.add(path)
                rows.append(_resource(load, word, path, kind, None, [],
                                      memory))
    for path, exchanges in by_path.items():
        if path not in seen:
            rows.append(_resource(load, word, path, "", None, exchanges,
                                  memory))
    return _Loaded(load.restored, rows,
                   Shown((path_of(t["url"]), t["kind"]) for t in timing))


def steps(wire: Wire, done: Sequence[Done], base: str,
          start_ns: int) -> list[shape.Step]:
    """The report's steps, in order."""
    found: list[shape.Step] = []
    memory, shown = Memory(), Shown()
    for i, d in enumerate(done):
        until = done[i + 1].begin_ns if i + 1 < len(done) else 1 << 63
        row: shape.Step = {
               "word": d.step.word, "text": d.step.text,
               "meaning": d.step.meaning, "note": d.note,
               "skipped": d.skipped, "failed": d.failed,
               "begin": (d.begin_ns - start_ns) / 1e9,
               "end": (d.end_ns - start_ns) / 1e9,
               "ports": d.ports, "clock": freshness.clock(d.begin_ns)}
        if d.load:
            load = _load(wire, d, d.load, until, memory, base, shown, start_ns)
            shown = load.shown or shown
            row["restored"], row["resources"] = load.restored, load.resources
            memory.learn(d.load)
            if wire.captured and not wire.lossy:
                row["captured"] = len(
                    wire.asked_in_capture(d.begin_ns, until))
            row["logged"] = len(wire.requests(d.begin_ns, until))
        if d.step.word == "clear":
            memory.forget()
        for path in d.files:
            memory.edits[path] = (i + 1, d.end_ns)
        found.append(row)
    return found


# -- the capture as data -----------------------------------------------------

def packet_rows(wire: Wire, start_ns: int) -> list[shape.Packet]:
    rows: list[shape.Packet] = []
    first_ns = min((s.start_ns for s in wire.streams), default=0)
    for s in wire.streams:
        states = tcpstates.walk(s)
        for p in s.packets:
            g = p.segment
            rows.append({
                "no": g.number, "time": (g.time_ns - start_ns) / 1e9,
                # As Wireshark's columns: since the first packet.
                "since": (g.time_ns - first_ns) / 1e9,
                "source": g.source, "destination": g.destination,
                "protocol": "HTTP" if p.request or p.response else "TCP",
                "length": g.frame, "info": p.info, "stream": s.index,
                "client": p.client, "flags": g.flag_text,
                "data": g.length, "seq": p.seq, "ack": p.ack,
                "win": streams.window(s, p), "again": p.again,
                "states": states.get(g.number),
                "comments": [*wire.notes.get(g.number, ())]})
    return sorted(rows, key=lambda r: r["no"])


def stream_rows(wire: Wire, start_ns: int) -> list[shape.Stream]:
    rows: list[shape.Stream] = []
    for s in wire.streams:
        c = wire.matched.get(s.index)
        rows.append({
            "index": s.index, "port": s.client[1],
            "begin": (s.start_ns - start_ns) / 1e9,
            "end": (s.end_ns - start_ns) / 1e9,
            "first_closer": s.first_closer, "reset": s.reset,
            "worker": c.worker if c else None,
            "connection": c.number if c else None,
            "end_why": c.end if c else None,
            "unused": not s.requests, "tcp": tcpfacts.of(s),
            "pipelined": s.pipelined(),
            "requests": [{
                "line": q.line, "status": r.status if r else None,
                "seen": q.seen and (r is None or r.seen),
                "begin": (q.first_ns - start_ns) / 1e9,
                "end": (r.last_ns - start_ns) / 1e9 if r else None}
                for q, r in s.pairs()]})
    return rows


def told(c: Connection, start_ns: int) -> list[shape.Told]:
    """What a connection's ladder is drawn from without its packets: whole
    messages, at the times that the server tells.  made: it must have been, its
    time is not known."""
    found: list[shape.Told] = []

    def step(ns: int, client: bool, info: str, protocol: str = "TCP",
             made: bool = False, data: int = 0,
             comments: Sequence[str] = ()) -> None:
        found.append({
            "no": None, "time": (ns - start_ns) / 1e9, "since": 0.0,
            "client": client, "protocol": protocol, "info": info,
            "flags": info, "data": data, "comments": list(comments),
            "states": None, "made": made})
    if c.time_ns:
        begin = c.time_ns - c.waited_ns
        step(begin, True, "SYN", made=True)
        step(begin, False, "SYN, ACK", made=True)
        step(begin, True, "ACK", made=True)
    for r in c.requests:
        step(r.time_ns, True, "%s %s" % (r.method, r.target), "HTTP")
        if r.status:
            step(r.end_ns, False, "HTTP/1.1 %d" % r.status, "HTTP",
                 data=r.bytes or 0,
                 comments=[Said((SENTENCES.get(r.reason, r.reason),))]
                 if r.reason else [])
    for who in sorted(c.fins, key=c.fins.__getitem__):
        step(c.fins[who], who == "client", "FIN")
    if c.end_ns and c.end == "client reset":
        step(c.end_ns, True, "RST")
    elif c.end_ns and len(c.fins) == 1:
        step(c.end_ns, "client" not in c.fins, "FIN", made=True)
    found.sort(key=lambda p: p["time"])
    for p in found:
        p["since"] = p["time"] - found[0]["time"]
    return found


def ledger_rows(wire: Wire, start_ns: int) -> list[shape.Stream]:
    """The same from the log alone: what is known without a capture."""
    rows: list[shape.Stream] = []
    for c in wire.ledger.connections:
        times = [r.time_ns for r in c.requests] + \
                [r.end_ns for r in c.requests] + \
                [t for t in (c.time_ns, c.end_ns) if t]
        rows.append({
            "index": 0, "port": c.port, "worker": c.worker,
            "connection": c.number, "end_why": c.end, "first_closer": c.who,
            "begin": (min(times) - start_ns) / 1e9 if times else 0,
            "end": (max(times) - start_ns) / 1e9 if times else 0,
            "reset": c.end == "client reset", "unused": not c.requests,
            "told": told(c, start_ns),
            "requests": [{
                "line": "%s %s" % (r.method, r.target), "status": r.status,
                "begin": (r.time_ns - start_ns) / 1e9,
                "end": (r.end_ns - start_ns) / 1e9} for r in c.requests]})
    rows.sort(key=lambda r: r["begin"])
    for i, row in enumerate(rows):
        row["index"] = i
    return rows


def differences(wire: Wire) -> dict[str, float]:
    """The largest difference in time of each kind of event, in ms: packet
    against log.  The handshake ends before the server accepts: what the kernel
    says of the time between is taken off (it counts in ticks of some ms)."""
    worst: dict[str, float] = {}

    def note(kind: str, packet_ns: int, told_ns: int) -> None:
        worst[kind] = max(worst.get(kind, 0), abs(packet_ns - told_ns) / 1e6)
    for index, c in wire.matched.items():
        s = wire.streams[index]
        if c.time_ns and s.opened and len(s.packets) > 2 and wire.ledger.complete:
            note("handshake", s.packets[2].segment.time_ns,
                 c.time_ns - c.waited_ns)
        for who, told_ns in c.fins.items():
            packet = s.fin(who == "client")
            if packet:
                note(who + "'s FIN", packet.segment.time_ns, told_ns)
        pairs = s.pairs()
        for r in c.requests:
            number = r.number or 0
            if 0 < number <= len(pairs):
                asked, answered = pairs[number - 1]
                if asked.seen and r.status and r.status != 408:
                    note("request", asked.first_ns, r.time_ns)
                if answered and answered.seen and wire.ledger.complete:
                    note("response", answered.first_ns, r.end_ns)
    return worst


def agreement(wire: Wire) -> shape.Agreement:
    """Log against capture: counts, order, and the largest difference in
    time."""
    logged = wire.ledger.requests
    captured = [q for s in wire.streams for q in s.requests]
    worst = 0
    wrong: list[str] = []
    for index, c in wire.matched.items():
        pairs = wire.streams[index].pairs()
        for r in c.requests:
            at = (r.number or 0) - 1
            if wire.lossy and (not 0 <= at < len(pairs) or
                               not pairs[at][0].seen):
                continue
            if not 0 <= at < len(pairs):
                wrong.append(Said((
                    "request %s of port %s is not in the capture", r.number,
                    c.port)))
                continue
            asked, answered = pairs[at]
            if answered and answered.seen and r.status and answered.status != r.status:
                wrong.append(Said((
                    "packet %d: %d in the capture, %d in the log",
                    answered.first_packet, answered.status, r.status)))
            if r.target and asked.target != r.target:
                wrong.append(Said((
                    "packet %d: %s in the capture, %s in the log",
                    asked.first_packet, asked.target, r.target)))
            worst = max(worst, abs(asked.last_ns - r.time_ns))
    return {"logged": len(logged), "captured": len(captured),
            "wrong": wrong, "worst_ms": worst / 1e6}

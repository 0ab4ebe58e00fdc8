# SPDX-License-Identifier: MIT
"""evidence: puts together what the witnesses say about each load: the server's
log, the capture, and the browser's own timing; and why a part was not asked
for at all.

The result is plain data (dicts, lists, text, numbers): the report's JSON.
"""
from urllib.parse import urlsplit

from . import annotate, freshness, ledger, packets, streams, tcpfacts, tcpstates
from .words import Said

# What browsers' timing says of these is no answer: ranges, parts taken up again
# and parts from the media cache come out as anything.  The wire tells.
MEDIA = ("audio", "video")

# transferSize, as Chromium reports it: a 304 counts as 300.
NOT_MODIFIED_SIZE = 300


def path_of(url):
    parts = urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def said_by_browser(transfer, exact=True):
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

    def __init__(self, blocks, book, port):
        self.ledger = book
        self.captured = blocks is not None
        segments = packets.segments(blocks) if blocks else []
        self.streams = streams.streams(segments, port)
        self.matched = ledger.match(self.ledger, self.streams)
        self.notes = annotate.comments(self.streams, self.matched)
        # Something of the conversation was not captured.
        self.lossy = any(not m.seen for s in self.streams
                         for m in s.requests + s.responses)
        self._pairs = {}
        for s in self.streams:
            for i, pair in enumerate(s.pairs()):
                self._pairs[(s.client[1], s.index, i + 1)] = (s, pair)

    def requests(self, begin_ns, end_ns):
        """[(connection, request)] that began in a stretch of time."""
        found = [(c, r) for c in self.ledger.connections for r in c.requests
                 if begin_ns <= r.time_ns < end_ns]
        return sorted(found, key=lambda e: e[1].time_ns)

    def seen(self, connection, request):
        """(stream, request, response) of the capture, or Nones."""
        for index, c in self.matched.items():
            if c is connection:
                found = self._pairs.get((c.port, index, request.number))
                if found:
                    return found[0], found[1][0], found[1][1]
        return None, None, None

    def asked_in_capture(self, begin_ns, end_ns):
        return [(q, r) for s in self.streams for q, r in s.pairs()
                if begin_ns <= q.first_ns < end_ns]


class Memory:
    """What the browser should have in its cache: each address's last answer,
    as the browser's network part reported it; and what was edited since."""

    def __init__(self):
        self.stored = {}
        self.edits = {}  # path: (number of the step, when)

    def older(self, path):
        """The step that has changed the file since it was stored, or None."""
        number, at = self.edits.get(path.split("?")[0], (None, 0))
        stored = self.stored.get(path)
        return number if stored and stored[1] < at else None

    def learn(self, load):
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

    def forget(self):
        self.stored.clear()


def _exchange(wire, connection, request, start_ns):
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
}


def _why_asked(exchanges):
    last = exchanges[-1]
    why = Said((ANSWERED.get(last["reason"], last["reason"] or ""),))
    control = last["asked"].get("cache-control", "")
    if last["status"] == 200 and "no-cache" in control:
        return why.and_then(" (no-cache came with the request: a hard reload)")
    return why


def _agrees(statuses, said):
    """The browser's timing tells the same as the log; None: it can't say."""
    if said is None:
        return None
    if said == "cache":
        return statuses == []
    if said == "304":
        return 304 in statuses
    if said == "asked":
        return bool(statuses)
    return any(s != 304 for s in statuses)


def _resource(wire, done, path, kind, timing, exchanges, memory, start_ns):
    load = done.load
    transfer = timing["transfer"] if timing else None
    said = "restored" if load.restored else \
        said_by_browser(transfer, load.exact)
    fetch = next((f for f in load.fetches if path_of(f.url) == path), None)
    statuses = [e["status"] for e in exchanges]
    if statuses[-1:] == [401] and said == "cache":
        said = None           # Chromium counts no byte of it; nothing is kept
    row = {"path": path, "kind": kind, "wire": exchanges, "browser": said,
           "transfer": transfer, "source": fetch.source if fetch else "",
           "agree": None if kind in MEDIA or 206 in statuses else
           _agrees(statuses, None if load.restored else said)}
    behind = bool(exchanges) and said == "cache"
    if exchanges and not behind:
        row["outcome"] = " ".join(str(s) for s in statuses)
        row["why"] = _why_asked(exchanges)
        return row
    at = fetch.time_ns if fetch and fetch.time_ns else load.begin_ns
    row["outcome"] = "-" if not behind else "~%s" % statuses[-1]
    row["why"] = freshness.why_absent(memory.stored.get(path), at,
                                      load.restored, done.step.word == "back")
    older = memory.older(path)
    if older:
        row["older"] = older
        row["why"] = row["why"].and_then(
            "; step %d has changed the file since, so an older version is shown",
            older)
    if behind:
        row["why"] = row["why"].and_then("; asked behind it: ").joined(
            _why_asked(exchanges))
        row["agree"] = None
    return row


def _load(wire, done, until_ns, memory, base, shown_before, start_ns):
    load = done.load
    by_path = {}
    for c, r in wire.requests(load.begin_ns, until_ns):
        by_path.setdefault(r.target, []).append(
            _exchange(wire, c, r, start_ns))
    rows, seen = [], set()
    timing = [t for t in load.timing if t["url"].startswith(base + "/")]
    for t in timing:
        path = path_of(t["url"])
        if path not in seen:
            seen.add(path)
            rows.append(_resource(wire, done, path, t["kind"], t,
                                  by_path.get(path, []), memory, start_ns))
    if load.restored:
        for path, kind in shown_before:
            if path not in by_path:
                seen.add(path)
                rows.append(_resource(wire, done, path, kind, None, [],
                                      memory, start_ns))
    for path, exchanges in by_path.items():
        if path not in seen:
            rows.append(_resource(wire, done, path, "", None, exchanges,
                                  memory, start_ns))
    return {"restored": load.restored, "resources": rows,
            "shown": [(path_of(t["url"]), t["kind"]) for t in timing]}


def steps(wire, done, base, start_ns):
    """The report's steps, in order."""
    found, memory, shown = [], Memory(), []
    for i, d in enumerate(done):
        until = done[i + 1].begin_ns if i + 1 < len(done) else 1 << 63
        row = {"word": d.step.word, "text": d.step.text,
               "meaning": d.step.meaning, "note": d.note,
               "skipped": d.skipped, "failed": d.failed,
               "begin": (d.begin_ns - start_ns) / 1e9,
               "end": (d.end_ns - start_ns) / 1e9,
               "ports": d.ports, "clock": freshness.clock(d.begin_ns)}
        if d.load:
            load = _load(wire, d, until, memory, base, shown, start_ns)
            shown = load.pop("shown") or shown
            row.update(load)
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

def packet_rows(wire, start_ns):
    rows = []
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
                "comments": wire.notes.get(g.number, [])})
    return sorted(rows, key=lambda r: r["no"])


def stream_rows(wire, start_ns):
    rows = []
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


def told(c, start_ns):
    """What a connection's ladder is drawn from without its packets: whole
    messages, at the times that the server tells.  made: it must have been, its
    time is not known."""
    def step(ns, client, info, **more):
        return {"no": None, "time": (ns - start_ns) / 1e9, "client": client,
                "protocol": "TCP", "info": info, "flags": info, "data": 0,
                "comments": [], "states": None, "made": False, **more}
    found = []
    if c.time_ns:
        begin = c.time_ns - c.waited_ns
        found += [step(begin, True, "SYN", made=True),
                  step(begin, False, "SYN, ACK", made=True),
                  step(begin, True, "ACK", made=True)]
    for r in c.requests:
        found.append(step(r.time_ns, True, "%s %s" % (r.method, r.target),
                          protocol="HTTP"))
        if r.status:
            found.append(step(
                r.end_ns, False, "HTTP/1.1 %d" % r.status, protocol="HTTP",
                data=r.bytes or 0, comments=[Said((r.reason,))]
                if r.reason else []))
    for who in sorted(c.fins, key=c.fins.__getitem__):
        found.append(step(c.fins[who], who == "client", "FIN"))
    if c.end_ns and c.end == "client reset":
        found.append(step(c.end_ns, True, "RST"))
    elif c.end_ns and len(c.fins) == 1:
        found.append(step(c.end_ns, "client" not in c.fins, "FIN", made=True))
    found.sort(key=lambda p: p["time"])
    first = found[0]["time"] if found else 0
    return [{**p, "since": p["time"] - first} for p in found]


def ledger_rows(wire, start_ns):
    """The same from the log alone: what is known without a capture."""
    rows = []
    for c in wire.ledger.connections:
        times = [r.time_ns for r in c.requests] + \
                [r.end_ns for r in c.requests] + \
                [t for t in (c.time_ns, c.end_ns) if t]
        rows.append({
            "port": c.port, "worker": c.worker,
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
    return [{"index": i, **r} for i, r in enumerate(rows)]


def differences(wire):
    """The largest difference in time of each kind of event, in ms: packet
    against log.  The handshake ends before the server accepts: what the kernel
    says of the time between is taken off (it counts in ticks of some ms)."""
    worst = {}

    def note(kind, packet_ns, told_ns):
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
            if 0 < (r.number or 0) <= len(pairs):
                asked, answered = pairs[r.number - 1]
                if asked.seen and r.status and r.status != 408:
                    note("request", asked.first_ns, r.time_ns)
                if answered and answered.seen and wire.ledger.complete:
                    note("response", answered.first_ns, r.end_ns)
    return worst


def agreement(wire):
    """Log against capture: counts, order, and the largest difference in
    time."""
    logged = wire.ledger.requests
    captured = [q for s in wire.streams for q in s.requests]
    worst, wrong = 0, []
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

# SPDX-License-Identifier: MIT
"""ledger: what the server says it did: the access log in its JSON form (a
line per request) or the observer's ledger (a line per ended connection), in
one form.

Reads what it knows and lets the rest be: a field that is missing is None, a
line that is no JSON object is counted and left out.
"""
import datetime
import json
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .streams import Stream

# How a connection ended, by the server's words, and who began the ending.
WHO = {
    "client closed": "client", "client reset": "client",
    "client closed, never used": "client", "client asked to close": "server",
    "idle too long": "server", "never used, idle too long": "server",
    "request too slow": "server", "content too slow": "server",
    "reader too slow": "server", "below the lowest rate": "server",
    "faulty request": "server", "requests-per-connection": "server",
    "file changed while sending": "server", "file ended early": "server",
    "draining": "server", "stopped": "server", "gave way": "server",
    "worker died": "server", "system error": "server",
}
Entry = dict[str, Any]        # a line of it, as others wrote it
QUIET = ("open", "sent", "-", "", None)
# How far from what the ledger tells packets may be to belong to it: clocks of
# two machines; a line of the access log comes long after the handshake.
NEAR_S, NEAR_LOG_S = 60, 600


@dataclass
class Request:
    time_ns: int = 0
    worker: int | None = None
    connection: int | None = None
    number: int | None = None
    method: str | None = None
    target: str | None = None
    status: int | None = None
    bytes: int | None = None
    duration_us: int | None = None
    encoding: str | None = None
    reason: str | None = None
    end: str | None = None

    @property
    def end_ns(self) -> int:
        return self.time_ns + (self.duration_us or 0) * 1000


@dataclass
class Connection:
    port: int                 # the client's; 0: it has none, or it is not told
    peer: str | None = None
    worker: int | None = None
    number: int | None = None
    time_ns: int | None = None       # accepted
    waited_ns: int = 0        # before that, in the kernel's queue
    fins: dict[str, int] = field(default_factory=dict)   # {"client": ns...}
    end_ns: int | None = None
    end: str | None = None
    who: str | None = None           # closed first
    requests: list[Request] = field(default_factory=list)
    expected: int | None = None      # requests, when only their count is told


@dataclass
class Ledger:
    connections: list[Connection]
    unread: int = 0
    complete: bool = False    # also lists connections without a request

    @property
    def requests(self) -> list[Request]:
        return [r for c in self.connections for r in c.requests]


def nanoseconds(value: object) -> int | None:
    """A time as text or as seconds, ms, us or ns since 1970."""
    if isinstance(value, str):
        try:
            t = datetime.datetime.strptime(
                value.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S.%f%z")
        except ValueError:
            try:
                t = datetime.datetime.strptime(
                    value.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S%z")
            except ValueError:
                return None
        whole = t.replace(microsecond=0)
        return int(whole.timestamp()) * 10 ** 9 + t.microsecond * 1000
    if isinstance(value, (int, float)) and not isinstance(value, bool) and \
            math.isfinite(value):
        for limit, unit in ((1e11, 10 ** 9), (1e14, 10 ** 6), (1e17, 1000)):
            if value < limit:
                return int(value) * unit + round(value % 1 * 10 ** 6) * \
                    unit // 10 ** 6
        return int(value)
    return None


def _first(entry: Entry, *names: str) -> Any:
    for name in names:
        # The observer's 0 is a time that it does not know.
        if entry.get(name) is not None and not (
                name.endswith("_us") and entry[name] == 0):
            return entry[name]
    return None


def _whole(entry: Entry, *names: str) -> int | None:
    """The first of them, if it is a whole number."""
    value = _first(entry, *names)
    return value if type(value) is int else None


def _word(entry: Entry, *names: str) -> str | None:
    """The first of them, if it is text."""
    value = _first(entry, *names)
    return value if isinstance(value, str) else None


def _peer(entry: Entry) -> tuple[str | None, int | None]:
    """(address, port) of the connection's other end."""
    if entry.get("via_port") is not None:  # a proxy, of whose clients
        # "peer" is one
        return _word(entry, "via"), _whole(entry, "via_port")
    peer = _first(entry, "peer", "client", "remote")
    port = _first(entry, "port", "peer_port", "client_port")
    if isinstance(peer, dict):
        port = port or _first(peer, "port")
        peer = _first(peer, "addr", "address", "ip")
    if port is None and isinstance(peer, str) and ":" in peer:
        head, _, tail = peer.rpartition(":")
        if re.fullmatch("[0-9]{1,5}", tail):
            peer, port = head.strip("[]"), int(tail)
    return peer if isinstance(peer, str) else None, \
        port if type(port) is int else None


def _request(entry: Entry, base: int | None = None) -> Request:
    time_ns = nanoseconds(_first(entry, "time", "first_us", "start"))
    sent_ns = nanoseconds(_first(entry, "sent_us"))
    took = _whole(entry, "duration_us", "took_us")
    if took is None and time_ns and sent_ns:
        took = max(0, sent_ns - time_ns) // 1000
    return Request(
        time_ns=time_ns if time_ns is not None else base or 0,
        worker=_whole(entry, "worker"),
        connection=_whole(entry, "connection"),
        number=_whole(entry, "request", "number", "n"),
        method=_word(entry, "method"), target=_word(entry, "target", "path"),
        status=_whole(entry, "status"), bytes=_whole(entry, "bytes"),
        duration_us=took, encoding=_word(entry, "encoding", "coding"),
        # the access log has a fault's own word at once
        reason=_word(entry, "fault", "reason"), end=_word(entry, "end"))


def _connection(entry: Entry, peer: str | None, port: int) -> Connection:
    c = Connection(port=port, peer=peer, worker=_whole(entry, "worker"),
                   number=_whole(entry, "connection", "number", "id"),
                   time_ns=nanoseconds(_first(entry, "opened_us", "accepted",
                                              "opened", "start", "time",
                                              "first_us")),
                   end_ns=nanoseconds(_first(entry, "ended_us", "closed",
                                             "ended")))
    c.waited_ns = (_whole(entry, "accept_waited_ms") or 0) * 10 ** 6
    for side in ("client", "server"):
        at = nanoseconds(_first(entry, side + "_fin_us"))
        if at is not None:
            c.fins[side] = at
    end = _first(entry, "end", "reason", "why")
    if isinstance(end, dict):
        c.who = _word(end, "who", "by")
        end = _first(end, "word", "reason", "why")
    c.end = end if isinstance(end, str) else None
    who = _word(entry, "closed_first", "closed_by", "closer", "who", "by")
    c.who = who if who in ("client", "server") else \
        c.who or WHO.get(c.end or "")
    inside = _first(entry, "request_list", "requests")
    if isinstance(inside, list):
        c.requests = [_request(e, c.time_ns) for e in inside
                      if isinstance(e, dict)]
        for i, r in enumerate(c.requests):
            r.number = r.number or i + 1
    elif isinstance(inside, int):
        c.expected = inside
    return c


def _is_request(entry: Entry) -> bool:
    return "status" in entry and ("target" in entry or "method" in entry)


# By worker, number of the connection and port.
_ByKey = dict[tuple[int | None, int | None, int | None], Connection]


def _add_request(entry: Entry, by_key: _ByKey,
                 connections: list[Connection]) -> None:
    peer, port = _peer(entry)
    key = (_whole(entry, "worker"), _whole(entry, "connection"), port)
    c = by_key.get(key)
    if c is None:
        c = by_key[key] = Connection(port or 0, peer, key[0], key[1])
        connections.append(c)
    r = _request(entry)
    c.requests.append(r)
    if r.end not in QUIET:
        c.end, c.who = r.end, WHO.get(r.end or "")


def parse(text: str) -> Ledger:
    by_key: _ByKey = {}
    connections: list[Connection] = []
    unread, complete = 0, False
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            unread += 1
        elif _is_request(entry):
            _add_request(entry, by_key, connections)
        else:
            peer, port = _peer(entry)
            if port is None:
                unread += 1
                continue
            complete = True
            connections.append(_connection(entry, peer, port))
    for c in connections:
        c.requests.sort(key=lambda r: (r.number or 0, r.time_ns))
    return Ledger(connections, unread, complete)


def _us(ns: int | None) -> int:
    return ns // 1000 if ns else 0


def lines(ledger: Ledger) -> str:
    """A ledger as the observer writes it, for a file beside a capture."""
    out = []
    for c in ledger.connections:
        row = {"connection": c.number, "worker": c.worker, "peer": c.peer,
               "port": c.port, "opened_us": _us(c.time_ns),
               "ended_us": _us(c.end_ns), "end": c.end,
               "closed_first": c.who, "unused": not c.requests,
               "accept_waited_ms": c.waited_ns // 10 ** 6,
               "request_list": [{
                   "request": r.number, "first_us": _us(r.time_ns),
                   "sent_us": _us(r.end_ns), "method": r.method,
                   "target": r.target, "status": r.status,
                   "reason": r.reason, "coding": r.encoding,
                   "bytes": r.bytes, "end": r.end} for r in c.requests]}
        row.update({who + "_fin_us": _us(t) for who, t in c.fins.items()})
        out.append(json.dumps(row) + "\n")
    return "".join(out)


def read(path: str | os.PathLike[str]) -> Ledger:
    with open(path, encoding="utf-8", errors="replace") as f:
        return parse(f.read())


def merge(log: Ledger, observed: Ledger) -> Ledger:
    """One ledger of both: which connections there were and how they ended, by
    the observer; their requests by the access log, which forgets none."""
    if not observed.connections:
        return log
    known = {(c.port, c.number): c for c in log.connections}
    for c in observed.connections:
        mine = known.pop((c.port, c.number), None)
        if mine:
            c.requests = mine.requests
    return Ledger(observed.connections + list(known.values()),
                  log.unread + observed.unread, not known)


def _life(c: Connection) -> tuple[int, int, int]:
    """(first and last moment that is told, how far from it the packets may be),
    in ns; 0: no moment is."""
    times: list[int] = [t for r in c.requests
                        for t in (r.time_ns, r.end_ns) if t]
    begin = c.time_ns if c.time_ns else min(times, default=0)
    return begin, max([c.end_ns or 0, begin, *times]), \
        (NEAR_S if c.time_ns else NEAR_LOG_S) * 10 ** 9


def match(ledger: Ledger, streams: Sequence[Stream]) -> dict[int, Connection]:
    """{index of the stream: Connection}: by the client's port, and by time: where
    a port came twice, and so that another run's is not taken."""
    found: dict[int, Connection] = {}
    for c in ledger.connections:
        at, until, near = _life(c)
        fits = [s for s in streams if s.client[1] == c.port and
                s.index not in found and (not at or (
                    s.end_ns >= at - near and s.start_ns <= until + near))]
        if at and len(fits) > 1:
            fits.sort(key=lambda s: max(s.start_ns - at, at - s.end_ns, 0))
        if fits:
            found[fits[0].index] = c
    return found

# SPDX-License-Identifier: MIT
"""timewait: which end of a connection stays behind in TIME-WAIT, and for how
long: the kernel's own table, looked at while an experiment runs.

Linux waits 60 s (TCP_TIMEWAIT_LEN), which no setting changes; tcp_fin_timeout
is the life of a FIN-WAIT-2 that nobody holds any more.
"""
import pathlib
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import TypedDict

from . import tools
from .rows import Listing, TimeWait, Waiting
from .streams import Stream

TIMEWAIT_S = 60               # TCP_TIMEWAIT_LEN of include/net/tcp.h
EVERY_S = 0.25
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
SETTINGS = "/proc/sys/net/ipv4/"
STATE, TIMER = "06", "03"
TICKS = 100                   # a second, in that table (USER_HZ)
SHOWN_MAX = 40                # lines of ss

Key = tuple[str, int]         # (which end waits, the client's port)


class Look(TypedDict):
    """What was seen of one: times in ns, seconds left."""
    first: int
    left: float
    gone: int                 # 0: not yet
    last: int
    last_left: float


class Seen(TypedDict):
    fin_timeout: int | None
    reuse: int | None
    listing: Listing | None
    ends: dict[Key, Look]


def entries(text: str, port: int) -> dict[Key, float]:
    """{(end, client's port): seconds left} of a kernel's table."""
    found: dict[Key, float] = {}
    for line in text.splitlines()[1:]:
        word = line.split()
        if len(word) < 6 or word[3] != STATE:
            continue
        here, there = (int(w.rpartition(":")[2], 16) for w in word[1:3])
        timer, _, when = word[5].partition(":")
        if port not in (here, there) or timer != TIMER:
            continue
        key = ("server", there) if here == port else ("client", here)
        found[key] = int(when, 16) / TICKS
    return found


def now(port: int) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for name in TABLES:
        try:
            found.update(entries(pathlib.Path(name).read_text(), port))
        except OSError:
            pass
    return found


def setting(name: str) -> "int | None":
    try:
        return int((pathlib.Path(SETTINGS) / name).read_text())
    except (OSError, ValueError):
        return None


def listing(port: int) -> Listing | None:
    """What ss says just now, and how to have it said."""
    program = tools.SS.path()
    if not program:
        return None
    what = ["-tano", "state", "time-wait",
            "( sport = :%d or dport = :%d )" % (port, port)]
    try:
        done = subprocess.run([program] + what, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=20,
                              stdin=subprocess.DEVNULL, text=True,
                              errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = [x.rstrip() for x in done.stdout.splitlines()]
    return {"command": "ss %s '%s'" % (" ".join(what[:-1]), what[-1]),
            "lines": lines[:SHOWN_MAX], "more": max(0, len(lines) - SHOWN_MAX)}


class Watch:
    """Looks at the table again and again until it is told to end."""

    def __init__(self, port: int):
        self.port = port
        self.seen: dict[Key, Look] = {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        before, there = time.time_ns(), now(self.port)
        at = (before + time.time_ns()) // 2
        for key, left in there.items():
            row = self.seen.get(key)
            if row is None or row["gone"] or left > row["last_left"] + 1:
                # The same port again is a wait of its own.
                row = {"first": at, "left": left, "gone": 0, "last": at,
                       "last_left": left}
                self.seen[key] = row
            row["last"], row["last_left"] = at, left
        for key, row in self.seen.items():
            if key not in there and not row["gone"]:
                row["gone"] = at

    def _run(self) -> None:
        while True:
            self._look()
            if self.done.wait(EVERY_S):
                return

    def end(self) -> None:
        self.done.set()
        self.thread.join()

    def finish(self) -> Seen:
        self.end()
        self._look()
        return {"fin_timeout": setting("tcp_fin_timeout"),
                "reuse": setting("tcp_tw_reuse"),
                "listing": listing(self.port), "ends": self.seen}


def rows(told: Seen, streams: Sequence[Stream],
         start_ns: int) -> list[Waiting]:
    """For each end that waited: since when, by the capture, and how long in
    all: the time that had passed and the time that its timer had left."""
    found: list[Waiting] = []
    for (end, port), row in told["ends"].items():
        mine = [s for s in streams if s.client[1] == port]
        fin = mine[-1].fin(end != "client") if mine else None
        since_ns = fin.segment.time_ns if fin else None
        found.append({
            "end": end, "port": port,
            "since": (since_ns - start_ns) / 1e9 if since_ns else None,
            "seen": (row["first"] - start_ns) / 1e9, "left": row["left"],
            "whole": (row["first"] - since_ns) / 1e9 + row["left"]
            if since_ns else None,
            "gone": (row["gone"] - start_ns) / 1e9 if row["gone"] else None})
    return sorted(found, key=lambda r: (r["since"] or r["seen"], r["port"]))


def data(told: Seen | None, streams: Sequence[Stream],
         start_ns: int) -> TimeWait | None:
    if told is None:
        return None
    return {"fin_timeout": told["fin_timeout"], "reuse": told["reuse"],
            "listing": told["listing"], "fixed": TIMEWAIT_S,
            "ends": rows(told, streams, start_ns)}

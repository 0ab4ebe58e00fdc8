# SPDX-License-Identifier: MIT
"""graphs: what the packets of a connection draw over time: sequence numbers (as
W. R. Stevens drew them), round trips, window and bytes in flight; as numbers,
and as SVG."""
from html import escape
from typing import NamedTuple, TypedDict, TypeVar

from .drawing import Scale, wait_text
from .rows import Packet
from .words import Words

Packets = list[Packet]
Point = tuple[float, float]   # since, a number
T = TypeVar("T")
WIDTH, LEFT, RIGHT = 920, 62, 888
HEIGHT, TOP, BETWEEN = 88, 26, 36
BELOW = 22                    # for the times
TICKS = 4
POINTS_MAX = 4000             # of one graph; a longer one is thinned out


def sides(packets: Packets) -> dict[str, Packets]:
    return {"server": [p for p in packets if not p["client"]],
            "client": [p for p in packets if p["client"]]}


class Sent(NamedTuple):
    since: float
    begin: int                # its first byte
    end: int                  # behind its last
    again: bool


class Numbers(TypedDict):
    sent: list[Sent]          # by the server
    acked: list[Point]        # since, number: by the client


def sequence(packets: Packets) -> Numbers:
    return {"sent": [Sent(p["since"], p["seq"], p["seq"] + p["data"],
                          p["again"])
                     for p in packets if not p["client"] and p["data"]],
            "acked": [(p["since"], p["ack"]) for p in packets
                      if p["client"] and p["ack"]]}


class _Due(NamedTuple):
    """What waits for its ACK."""
    client: bool
    since: float
    end: int


def round_trips(packets: Packets) -> list[tuple[float, float, str]]:
    """[(since, ms, who measured)]: from what takes sequence numbers to the
    first ACK of it.  What was sent twice tells nothing (Karn's rule)."""
    found: list[tuple[float, float, str]] = []
    due: list[_Due] = []
    for p in packets:
        flags = p["flags"]
        rest = []
        for d in due:
            if d.client != p["client"] and "ACK" in flags and \
                    p["ack"] >= d.end:
                found.append((d.since, (p["since"] - d.since) * 1e3,
                              "client" if d.client else "server"))
            else:
                rest.append(d)
        due = rest
        takes = p["data"] + ("SYN" in flags) + ("FIN" in flags)
        if takes and not p["again"]:
            due.append(_Due(p["client"], p["since"], p["seq"] + takes))
    return sorted(found)


def windows(packets: Packets) -> list[Point]:
    """[since, what the client has room for]; its SYN's is not scaled."""
    return [(p["since"], p["win"]) for p in packets
            if p["client"] and "SYN" not in p["flags"] and
            "RST" not in p["flags"]]


def in_flight(packets: Packets) -> list[Point]:
    """[since, bytes that the server has sent and nobody has confirmed]."""
    found: list[Point] = []
    sent, acked = 1, 1
    for p in packets:
        if p["client"] and p["ack"]:
            acked = max(acked, p["ack"])
        elif not p["client"] and p["data"]:
            sent = max(sent, p["seq"] + p["data"])
        else:
            continue
        found.append((p["since"], max(0, sent - acked)))
    return found


class Figures(TypedDict):
    segments: int
    bytes: int
    again: int
    largest: int
    rtt_min: float | None
    rtt_max: float | None
    window: float
    flight: float


def figures(packets: Packets) -> Figures:
    """The numbers that a text can say of them."""
    trips = [ms for _, ms, _ in round_trips(packets)]
    sent = sequence(packets)["sent"]
    return {"segments": len(sent), "bytes": sum(b - a for _, a, b, _ in sent),
            "again": sum(s.again for s in sent),
            "largest": max((b - a for _, a, b, _ in sent), default=0),
            "rtt_min": min(trips) if trips else None,
            "rtt_max": max(trips) if trips else None,
            "window": max((w for _, w in windows(packets)), default=0),
            "flight": max((n for _, n in in_flight(packets)), default=0)}


# -- drawing -----------------------------------------------------------------

def _thin(points: list[T]) -> list[T]:
    step = len(points) // POINTS_MAX + 1
    return points[::step] if step > 1 else points


def _nice(most: float) -> float:
    """A round number that is not below."""
    unit = 1.0
    while unit * 10 <= most:
        unit *= 10
    while unit > most and most > 0:
        unit /= 10
    return next((unit * n for n in (1, 2, 2.5, 4, 5, 8, 10)
                 if unit * n >= most), unit * 10)


def _number(value: float) -> str:
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return "%.4g%s" % (value / limit, unit)
    return "%.4g" % value


class _Panel:
    """One graph: its frame, and where a point lies."""

    def __init__(self, n: int, x: Scale, most: float):
        self.top = TOP + n * (HEIGHT + BETWEEN)
        self.x, self.most = x, _nice(most) or 1.0
        self.out: list[str] = []

    def y(self, value: float) -> float:
        return self.top + HEIGHT * (1 - value / self.most)

    def frame(self, title: str) -> None:
        self.out.append('<text x="%d" y="%d" class="end-name">%s</text>' % (
            LEFT, self.top - 8, escape(title)))
        for i in range(TICKS + 1):
            value = self.most * i / TICKS
            y = self.y(value)
            self.out.append(
                '<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>'
                '<text x="%d" y="%.1f" class="time" text-anchor="end">%s'
                "</text>" % (LEFT, y, RIGHT, y, LEFT - 6, y + 4,
                             _number(value)))
        for x, seconds in self.x.breaks():
            self.out.append(
                '<rect class="cut" x="%.1f" y="%.1f" width="16" height="%d">'
                "<title>%s</title></rect>" % (
                    x - 8, self.top, HEIGHT, wait_text(seconds)))

    def dots(self, points: list[Point], cls: str) -> None:
        self.out += ['<circle class="%s" cx="%.1f" cy="%.1f" r="2.4"/>' % (
            cls, self.x(t), self.y(v)) for t, v in _thin(points)]

    def steps(self, points: list[Point], cls: str) -> None:
        """A line that stays until the next point."""
        if not points:
            return
        path, y = [], 0.0
        for i, (t, v) in enumerate(_thin(points)):
            x = self.x(t)
            path.append("%s%.1f %.1f" % ("L" if i else "M", x,
                                         y if i else self.y(v)))
            y = self.y(v)
            path.append("L%.1f %.1f" % (x, y))
        self.out.append('<path class="%s" d="%s"/>' % (cls, "".join(path)))

    def bars(self, sent: list[Sent]) -> None:
        self.out += [
            '<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>' % (
                "again" if again else "sent", self.x(t), self.y(a),
                self.x(t), min(self.y(b), self.y(a) - 1.5))
            for t, a, b, again in _thin(sent)]


def _times(n: int, x: Scale) -> str:
    y = TOP + n * (HEIGHT + BETWEEN) - BETWEEN + 14
    ends = sorted({t for part in x.parts for t in part})
    out, last = [], -1e9
    for t in ends:
        if x(t) - last > 80:
            out.append('<text x="%.1f" y="%d" class="time" text-anchor='
                       '"middle">%.3f s</text>' % (x(t), y, t))
            last = x(t)
    return "".join(out)


def svg(packets: Packets, words: Words, label: str = "") -> str:
    """The four graphs of one connection, above each other."""
    seq, trips = sequence(packets), round_trips(packets)
    room, flight = windows(packets), in_flight(packets)
    x = Scale([p["since"] for p in packets], LEFT + 6, RIGHT - 6, 18)
    tops = [max([b for _, _, b, _ in seq["sent"]] + [1]),
            max([ms for _, ms, _ in trips] + [0.01]),
            max([w for _, w in room] + [1]),
            max([n for _, n in flight] + [1])]
    panels = [_Panel(i, x, top) for i, top in enumerate(tops)]
    for panel, title in zip(panels, TITLES):
        panel.frame(words(title))
    panels[0].bars(seq["sent"])
    panels[0].steps(seq["acked"], "acked")
    for who in ("client", "server"):
        panels[1].dots([(t, ms) for t, ms, w in trips if w == who], who)
    panels[2].steps(room, "room")
    panels[3].steps(flight, "flight")
    return '<svg class="graph" viewBox="0 0 %d %d" role="img" aria-label=' \
        '"%s">%s%s</svg>' % (
            WIDTH, TOP + 4 * (HEIGHT + BETWEEN) - BETWEEN + BELOW,
            escape(label, True),
            "".join(part for p in panels for part in p.out), _times(4, x))


TITLES = (
    "Sequence numbers over time: bars are the server's segments, the line is "
    "what the client has confirmed",
    "Round trips in ms, from a segment to its first ACK: filled measured at "
    "the server, hollow at the client",
    "Window: bytes that the client has room for",
    "Bytes in flight: sent by the server and not yet confirmed",
)

# SPDX-License-Identifier: MIT
"""drawing: the report's two kinds of picture, as SVG: a ladder for each
connection, and all connections over time.  Long waits are cut out and marked
by a break with their length."""
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from textwrap import wrap

from .rows import Packet, Step, Stream, Told
from .shared import colour_of
from .words import Words

Arrow = Packet | Told

BREAK_S = 0.3                 # a longer silence is cut out
LADDER_MAX = 80               # packets drawn; the table has all


def wait_text(seconds: float) -> str:
    return "%.0f s" % seconds if seconds >= 10 else "%.1f s" % seconds


def _text(x: float, y: float, text: str, cls: str = "",
          anchor: str = "start") -> str:
    return '<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>' % (
        x, y, cls, anchor, escape(text))


def _clip(text: str, n: int) -> str:
    return text if len(text) <= n else text[:n - 1] + "…"


def kind_of(packet: Arrow) -> str:
    """The class that colours a packet everywhere."""
    if packet["protocol"] == "HTTP":
        if packet["client"]:
            return "ask"
        word = packet["info"].split(" ")
        status = word[1] if len(word) > 1 else ""
        return colour_of(int(status) if re.fullmatch("[0-9]{3}", status) else 0)
    flags = packet["flags"]
    if "RST" in flags:
        return "srst"
    if "FIN" in flags:
        return "end"
    if "SYN" in flags:
        return "syn"
    return "data" if packet["data"] else "ack"


# -- ladder ------------------------------------------------------------------

# As narrow as it can be: a sheet of paper is, and type of 12 units has to be
# read on it.
LEFT, RIGHT, WIDTH = 166, 410, 920
TIME, NOTE = 66, 104          # where times end; notes, from the server's lane
LABEL_WIDTH = 34              # characters that fit on an arrow
NOTE_WIDTH, NOTE_LINES = 58, 3  # and beside the ladder
LINE = 14                     # from one line of a note to the next
WIDER = 0.5                   # of the widths is lost if all is Chinese
TALL = 1040                   # of one piece of a ladder: a page has room for it
SILENCE = 28                  # of a break in time


def _label(p: Arrow, words: Words) -> str:
    kind = kind_of(p)
    if kind in ("syn", "end", "srst", "ack"):
        return p["flags"]
    size = words("%d bytes", p["data"])
    if kind == "data":
        return size
    # A FIN can ride on data: closing takes no packet of its own then.
    tail = (" · " + size if kind != "ask" else "") + (
        ", FIN" if "FIN" in p["flags"] else "")
    text = p["info"].replace(" HTTP/1.1", "").replace("HTTP/1.1 ", "")
    return _clip(text, _room(text + tail, LABEL_WIDTH) - len(tail)) + tail


def _states(p: Arrow,
            before: Sequence[str]) -> list[tuple[int, str, str]]:
    """[(x, anchor, name)] of the ends whose state this packet changes."""
    now = p["states"]
    if not now:
        return []
    return [place + (n,) for place, n, b in zip(
        ((LEFT - 6, "end"), (RIGHT + 6, "start")), now, before) if n != b]


def _wide(text: str) -> int:
    """Text of two columns a character, as Chinese is."""
    return sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def _room(text: str, width: int) -> int:
    """How many of its characters fit where so many narrow ones do."""
    return width - int(width * WIDER * _wide(text) / max(1, len(text)))


def _note(p: Arrow, words: Words) -> list[str]:
    """The lines beside the ladder."""
    note = "; ".join(words(c).replace("etagd: ", "") for c in p["comments"])
    width = _room(note, NOTE_WIDTH)
    lines = wrap(note, width, break_long_words=True)
    if len(lines) > NOTE_LINES:
        lines[NOTE_LINES - 1] = _clip(
            " ".join(lines[NOTE_LINES - 1:NOTE_LINES + 1]), width)
    return lines[:NOTE_LINES]


def _arrow(p: Arrow, y: float, words: Words,
           before: Sequence[str] = ("", "")) -> str:
    kind = kind_of(p)
    a, b = (LEFT, RIGHT) if p["client"] else (RIGHT, LEFT)
    drop = 7
    back = -7 if p["client"] else 7
    out = ['<g class="%s"><title>%s</title>' % (
        kind + (" made" if p.get("made") else ""), escape(
            "No. %d: %s" % (p["no"], p["info"]) if p["no"] else p["info"]))]
    out.append('<line x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>' % (
        a, y, b, y + drop))
    out.append('<path d="M%d %.1f l%d -4.2 l0 8z"/>' % (b, y + drop, back))
    out.append(_text((LEFT + RIGHT) / 2, y - 1, _label(p, words), "lab",
                     "middle"))
    if not p.get("made"):
        out.append(_text(TIME, y + 4, "%.6f" % p["since"],
                         "time", "end"))
    for x, anchor, name in _states(p, before):
        out.append(_text(x, y + 4, name, "state", anchor))
    for i, line in enumerate(_note(p, words)):
        out.append(_text(RIGHT + NOTE, y + 5 + LINE * i, line, "note"))
    return "".join(out) + "</g>"


def _break(y: float, seconds: float, words: Words) -> str:
    zig = "".join('<path class="zig" d="M%d %.1f l5 3 l-10 6 l5 3"/>' % (x, y)
                  for x in (LEFT, RIGHT))
    return zig + _text((LEFT + RIGHT) / 2, y + 10,
                       words("%s of silence", wait_text(seconds)), "wait",
                       "middle")


class _Piece:
    """A part of a ladder that one page has room for."""

    def __init__(self, ends: str, top: float) -> None:
        self.out = [ends]
        self.top, self.y = top, top + 16

    def lanes(self) -> None:
        """Down to here, from where they began."""
        self.out += ['<line class="lane" x1="%d" y1="%.1f" x2="%d" '
                     'y2="%.1f"/>' % (x, self.top, x, self.y)
                     for x in (LEFT, RIGHT)]

    def silence(self, seconds: float, words: Words) -> None:
        self.lanes()
        self.out.append(_break(self.y, seconds, words))
        self.y += SILENCE
        self.top = self.y - 14

    def svg(self, label: str) -> str:
        self.lanes()
        return '<svg class="ladder" viewBox="0 0 %d %.0f" role="img" ' \
            'aria-label="%s">%s</svg>' % (
                WIDTH, self.y + 14, escape(label, True), "".join(self.out))


def _height(p: Arrow, words: Words) -> int:
    """Of its row: the next one's note must have room, too."""
    return max(20 if kind_of(p) == "ack" else 26,
               LINE * len(_note(p, words)) + 2)


def _shared(heights: Sequence[int]) -> list[int]:
    """Which piece has each row: all are of about one length, because a page with
    the last two packets alone tells nothing."""
    whole = sum(heights)
    n = math.ceil(whole / TALL)
    return [n * sum(heights[:i]) // whole for i in range(len(heights))]


def ladder(stream: Stream, packets: Sequence[Arrow], words: Words,
           own: bool = False) -> str:
    """The packets of one connection, top to bottom, in pieces; without a
    capture what the server told of it.  own: it is the lab's, not the browser's."""
    ends = _text(LEFT, 20, "%s :%d" % (
        words("client" if own else "browser"), stream["port"]), "end-name",
        "middle")
    ends += _text(RIGHT, 20, words("server") + (
        words(", worker %d", stream["worker"]) if stream["worker"] else ""),
        "end-name", "middle")
    shown = packets[:LADDER_MAX]
    gaps = [p["time"] - before["time"] for before, p in zip(shown, shown[1:])]
    gaps[:0] = [0.0] * (len(shown) > 0)
    pieces = [_Piece(ends, 30)]
    places = _shared([_height(p, words) + SILENCE * (gap > BREAK_S)
                      for p, gap in zip(shown, gaps)])
    states = ["", ""]
    for p, gap, place in zip(shown, gaps, places):
        if place == len(pieces):
            pieces.append(_Piece("", 0))
        now = pieces[-1]
        if gap > BREAK_S:
            now.silence(gap, words)
        now.out.append(_arrow(p, now.y, words, states))
        states = p["states"] or states
        now.y += _height(p, words)
    more = len(packets) - LADDER_MAX
    if more > 0:
        pieces[-1].out.append(_text(
            (LEFT + RIGHT) / 2, pieces[-1].y, words(
                "%d more in the table below", more), "wait", "middle"))
    label = words("ladder of connection %d", stream["index"] + 1)
    return "".join(p.svg(label) for p in pieces)


# -- connections over time -----------------------------------------------------

class Scale:
    """Time to place: stretches in which something happens, to scale within;
    the silences between them cut out."""

    def __init__(self, times: Iterable[float], left: float, right: float,
                 gap: float = 34) -> None:
        self.left = left
        self.parts: list[tuple[float, float]] = []
        times = sorted(times) or [0.0]
        begin = last = times[0]
        for t in times[1:]:
            if t - last > BREAK_S:
                self.parts.append((begin, last))
                begin = t
            last = t
        self.parts.append((begin, last))
        lengths = [max(0.02, b - a) ** 0.5 for a, b in self.parts]
        room = right - left - gap * (len(self.parts) - 1)
        x = left
        self.places: list[tuple[float, float]] = []
        for length in lengths:
            w = max(10, room * length / sum(lengths))
            self.places.append((x, w))
            x += w + gap
        self.right = x - gap

    def __call__(self, t: float) -> float:
        for (a, b), (x, w) in zip(self.parts, self.places):
            if t < a:
                return x
            if t <= b:
                return x + w * (t - a) / max(b - a, 1e-9)
        return self.right

    def breaks(self) -> list[tuple[float, float]]:
        """[(x of the middle, seconds that are left out)]"""
        found = []
        for i in range(1, len(self.parts)):
            x = (self.places[i - 1][0] + self.places[i - 1][1] +
                 self.places[i][0]) / 2
            found.append((x, self.parts[i][0] - self.parts[i - 1][1]))
        return found


def _end(stream: Stream, words: Words) -> str:
    """What is at the right of its lane."""
    unused = words("never used") if stream["unused"] else ""
    closer = stream["first_closer"]
    if not closer:
        return unused
    end = words("%s by the %s" % ("reset" if stream["reset"] else "FIN",
                                  closer))
    return words("%s, %s", unused, end) if unused else end


def _units(text: str) -> int:
    """How wide it is at most, in type of 12 units."""
    return 7 * len(text) + 5 * _wide(text)


def _lane(stream: Stream, scale: Scale, y: float, width: int,
          words: Words) -> str:
    x0, x1 = scale(stream["begin"]), scale(stream["end"])
    cls = "unused" if stream["unused"] else "open"
    out = ['<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>' % (
        cls, x0, y, max(x1, x0 + 2), y)]
    for q in stream["requests"]:
        a = scale(q["begin"])
        b = scale(q["end"]) if q["end"] is not None else a
        status = q["status"] or 0
        kind = colour_of(status) if status or q.get("seen", True) else "sgap"
        out.append('<rect class="%s" x="%.1f" y="%.1f" width="%.1f" '
                   'height="14" rx="2"><title>%s → %s</title></rect>' % (
                       kind, a - 1, y - 7, max(5, b - a),
                       escape(q["line"] or words("not seen")), status or words(
                           "no answer" if q.get("seen", True) else
                           "not seen")))
    closer = stream["first_closer"]
    tail = _end(stream, words)
    if closer:
        out.append('<path class="fin %s" d="M%.1f %.1f l0 14"/>' % (
            closer, x1, y - 7))
    name = ":%d" % stream["port"]
    if stream["worker"]:
        name += "  w%d" % stream["worker"]
    out.append(_text(4, y + 4, name, "name"))
    out.append(_text(width - 4, y + 4, tail, "name", "end"))
    return "".join(out)


def timeline(streams: Sequence[Stream], steps: Iterable[Step],
             words: Words) -> str:
    """A lane for each connection; above them the steps."""
    loads = [s for s in steps if "resources" in s]
    if not streams:
        return ""
    times = [s["begin"] for s in loads] + [t for s in streams
                                           for t in (s["begin"], s["end"])]
    times += [t for s in streams for q in s["requests"]
              for t in (q["begin"], q["end"]) if t is not None]
    width = WIDTH
    scale = Scale(times, 90, width - 16 - max(_units(_end(s, words))
                                              for s in streams))
    height = 58 + 26 * len(streams)
    out = []
    for i, s in enumerate(loads):
        x = scale(s["begin"])
        out.append('<line class="step" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>'
                   % (x, 34, x, height - 4))
        out.append(_text(x + 3, 14 if i % 2 else 30, s["text"], "name"))
    for x, seconds in scale.breaks():
        out.append('<rect class="cut" x="%.1f" y="36" width="20" '
                   'height="%d"/>' % (x - 10, height - 40))
        out.append(_text(x, height - 1, wait_text(seconds), "wait",
                         "middle"))
    for i, stream in enumerate(streams):
        out.append(_lane(stream, scale, 54 + 26 * i, width, words))
    return '<svg class="timeline" viewBox="0 0 %d %d" role="img" ' \
        'aria-label="%s">%s</svg>' % (
            width, height + 12, escape(words("Connections over time"), True),
            "".join(out))

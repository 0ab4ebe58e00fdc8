# SPDX-License-Identifier: MIT
"""All cases on one page: etagd's processor time per request divided by each
peer's, as a picture, as text, and as a table for a document."""
import math

from . import net
from .chart import colour, text as words
from .report import grid

BEGIN, END = "<!-- t/bench/report: begin -->", "<!-- t/bench/report: end -->"
PEERS = ("floor", "nginx", "nginx-cached", "lighttpd", "h2o", "apache")
MEASURES = ("cpu_us", "start_ms")
LOW, HIGH = 1 / 16, 8.0  # what lies outside is drawn at the edge
WIDTH, LEFT, ROW, TOP = 1000, 400, 26, 108
TICKS = ((1 / 16, "1/16"), (1 / 8, "1/8"), (1 / 4, "1/4"), (1 / 2, "1/2"),
         (1, "as much"), (2, "2 times"), (4, "4 times"))


def peer_of(name):
    """nginx-static is the nginx of the cases that need it so"""
    return name if name in PEERS else name.split("-")[0]


def rows(data):
    """(case, title, {peer: {median, min, max}}) of what can be compared"""
    for case, result in data["cases"].items():
        ours = next((n for n in result["servers"]
                     if n in ("etagd", "etagd-listing")), None)
        found = {}
        for name in result["servers"]:
            if ours is None or name.startswith("etagd"):
                continue
            ratio = result["ratios"].get(f"{ours}/{name}", {})
            key = next((k for k in MEASURES if ratio.get(k)), None)
            if key and peer_of(name) in PEERS:
                found.setdefault(peer_of(name), ratio[key])
        if found:
            yield case, result["title"], found


# -- text --------------------------------------------------------------------

def heading(data):
    about = data["about"]
    return ", ".join(filter(None, (
        f"etagd {about.get('commit') or ''} beside its peers",
        about["when"][:10], f"{about['rounds']} rounds of "
        f"{about['seconds']} s", net.words(about), about["processor"],
        f"Linux {about['kernel']}")))


def figure(ratio):
    return f"{ratio['median']:.2f}" if ratio else "-"


def present(found):
    return [p for p in PEERS if any(p in peers for _, _, peers in found)]


def text(data):
    found = list(rows(data))
    if not found:
        return "nothing here that could be compared\n"
    peers = present(found)
    lines = grid([["case"] + [f"/{p}" for p in peers]] + [
        [title] + [figure(ratios.get(p)) for p in peers]
        for _, title, ratios in found])
    wins = [r["median"] <= 1 for _, _, ratios in found
            for p, r in ratios.items() if p != "floor"]
    return "\n".join(
        [heading(data), "etagd's processor time per request, divided by …", ""]
        + lines + ["", f"etagd needs no more in {sum(wins)} of {len(wins)} "
                   "comparisons with a peer.", ""])


def table(data):
    """Markdown"""
    found = list(rows(data))
    peers = present(found)
    lines = ["| processor time of etagd divided by … | "
             + " | ".join(peers) + " |", "|---|" + "---|" * len(peers)]
    lines += [f"| {title} | "
              + " | ".join(figure(ratios.get(p)) for p in peers) + " |"
              for _, title, ratios in found]
    return "\n".join(lines + ["", heading(data) + "."]) + "\n"


def placed(document, what):
    """the document with that between its marks; None: it has no marks"""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return None
    return before + begin + "\n" + what + end + after


# -- picture -----------------------------------------------------------------

def at(value):
    part = math.log(min(max(value, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return LEFT + part * (WIDTH - LEFT - 30)


def axis(bottom):
    out = []
    for value, name in TICKS:
        x, strong = at(value), value == 1
        out += [f'<path d="M{x:.1f} {TOP - 14}V{bottom}" stroke="'
                f'{"#1d2129" if strong else "#dfe2e7"}"/>',
                words(x, TOP - 20, name, 11, "middle",
                      "bold" if strong else "normal", "#5b616b")]
    return out


def legend(peers):
    out, x = [], LEFT
    for peer in peers:
        out += [f'<circle cx="{x}" cy="68" r="5" fill="{colour(peer)}"/>',
                words(x + 9, 72, peer)]
        x += 22 + 8 * len(peer)
    return out


def row(y, title, ratios):
    out = [words(LEFT - 16, y + 4, title, 12, "end")]
    for peer, ratio in ratios.items():
        low, high, x = (at(ratio[k]) for k in ("min", "max", "median"))
        out += [f'<path d="M{low:.1f} {y}H{high:.1f}" stroke="{colour(peer)}" '
                'stroke-width="2" opacity="0.5"/>',
                f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{colour(peer)}">'
                f'<title>{peer}: {ratio["median"]:.2f} '
                f'({ratio["min"]:.2f} to {ratio["max"]:.2f})</title></circle>']
    return out


def draw(data):
    found = list(rows(data))
    bottom = TOP + ROW * len(found)
    out = [words(20, 28, "Processor time per request: etagd beside its peers",
                 18, weight="bold"),
           words(20, 46, heading(data), 11, fill="#5b616b"),
           words(at(1) - 10, bottom + 22, "← etagd needs less", 12, "end",
                 fill="#0b6e4f"),
           words(at(1) + 10, bottom + 22, "the peer needs less →", 12,
                 fill="#5b616b")]
    out += legend(present(found)) + axis(bottom)
    for i, (_, title, ratios) in enumerate(found):
        out += row(TOP + ROW * i + ROW // 2, title, ratios)
    return "\n".join(
        ['<svg xmlns="http://www.w3.org/2000/svg" '
         f'viewBox="0 0 {WIDTH} {bottom + 40}" width="{WIDTH}" '
         f'height="{bottom + 40}" font-family="sans-serif" role="img">',
         "<title>etagd's processor time per request divided by each "
         "peer's</title>",
         f'<rect width="{WIDTH}" height="{bottom + 40}" fill="#fff"/>']
        + out + ["</svg>", ""])

# SPDX-License-Identifier: MIT
"""All cases on one page: etagd's processor time per request divided by each
peer's, as a picture, as text, and as a table for a document."""
import math

from . import goals, net
from .chart import colour, text as words
from .report import grid

BEGIN, END = "<!-- t/bench/report: begin -->", "<!-- t/bench/report: end -->"
PEERS = ("floor", "nginx", "nginx-cached", "lighttpd", "h2o", "apache")
MEASURES = ("cpu_us", "start_ms")
LOW, HIGH = 1 / 16, 8.0  # what lies outside is drawn at the edge
MISSED = "#d0021b"
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


def asked_table(data):
    """Markdown: what was asked, a row each"""
    lines = ["| case | of what | now | asked | met |", "|---|---|---|---|---|"]
    before = None
    for row in data["goals"]:
        title, of_what, now, asked, met = goals.cells(row)
        lines.append(f"| {'' if title == before else title} | {of_what} | {now} "
                     f"| {asked} | {'**no**' if met == 'no' else met} |")
        before = title
    told = " ".join(filter(None, [heading(data) + ".",
                                  goals.about_others(data["goals"])]))
    loop = goals.remarks(data["goals"])
    return "\n".join(lines + ["", told] + ([""] if loop else [])
                     + ["- " + line for line in loop]) + "\n"


def table(data):
    """Markdown; of a run of what was asked, that"""
    if data.get("goals"):
        return asked_table(data)
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


def legend(peers, with_asked):
    out, x = [], LEFT
    for peer in peers:
        name = goals.called(peer)
        out += [f'<circle cx="{x}" cy="68" r="5" fill="{colour(peer)}"/>',
                words(x + 9, 72, name)]
        x += 22 + 8 * len(name)
    if with_asked:
        out += [f'<path d="M{x + 12} 59v18" stroke="#5b616b" '
                'stroke-width="2"/>',
                words(x + 18, 72, "asked: at most this",
                      fill="#5b616b"),
                f'<circle cx="{x + 150}" cy="68" r="6" fill="none" '
                f'stroke="{MISSED}" stroke-width="2.5"/>',
                words(x + 161, 72, "missed", fill="#5b616b")]
    return out


def asked(data):
    """{(case, peer): at most so much} of what the picture shows"""
    return {(r["case"], peer_of(r["theirs"])): r["asked"]
            for r in data.get("goals", ()) if r["key"] in MEASURES}


def row(y, title, ratios, limits):
    out = [words(LEFT - 16, y + 4, title, 12, "end")]
    for peer, limit in limits.items():
        out += [f'<path d="M{at(limit):.1f} {y - 9}v18" stroke='
                f'"{colour(peer)}" stroke-width="2">'
                f'<title>asked of {peer}: at most {limit:.2f}</title></path>']
    for peer, ratio in ratios.items():
        low, high, x = (at(ratio[k]) for k in ("min", "max", "median"))
        if ratio["median"] > limits.get(peer, HIGH):
            out.append(f'<circle cx="{x:.1f}" cy="{y}" r="7" fill="{MISSED}"/>')
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
    limits = asked(data)
    out += legend(present(found), bool(limits)) + axis(bottom)
    for i, (case, title, ratios) in enumerate(found):
        out += row(TOP + ROW * i + ROW // 2, title, ratios,
                   {p: limits[case, p] for p in ratios if (case, p) in limits})
    return "\n".join(
        ['<svg xmlns="http://www.w3.org/2000/svg" '
         f'viewBox="0 0 {WIDTH} {bottom + 40}" width="{WIDTH}" '
         f'height="{bottom + 40}" font-family="sans-serif" role="img">',
         "<title>etagd's processor time per request divided by each "
         "peer's</title>",
         f'<rect width="{WIDTH}" height="{bottom + 40}" fill="#fff"/>']
        + out + ["</svg>", ""])

# SPDX-License-Identifier: MIT
"""The picture: one panel per case, one bar per server, whiskers for the
range of the rounds.  Plain SVG without script, font or image from elsewhere."""
from xml.sax.saxutils import escape

COLOURS = {"floor": "#8a8f98", "etagd": "#0b6e4f", "nginx": "#4c78a8",
           "nginx-cached": "#8fc1e8",
           "lighttpd": "#b279a2", "apache": "#d1495b", "h2o": "#b07d2b"}
PANEL_W, BAR_H, GAP, HEAD, LABEL_W, VALUE_W = 560, 18, 6, 34, 120, 96
MEASURES = (("cpu_us", "processor time per request, us"),
            ("start_ms", "time to the first answer, ms"))


def colour(name):
    return COLOURS.get(name, COLOURS.get(name.split("-")[0], "#777"))


def figures_of(case):
    """the measure that this case has, and its bars"""
    for key, words in MEASURES:
        bars = [(n, s["figures"][key]) for n, s in case["servers"].items()
                if s["figures"].get(key)]
        if bars:
            return words, bars
    return None, []


def text(x, y, words, size=12, anchor="start", weight="normal", fill="#1d2129"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" '
            f'text-anchor="{anchor}" font-weight="{weight}">'
            f'{escape(words)}</text>')


def bar(x, y, width, name, figure, top):
    scale = width / top
    length = max(1.0, figure["median"] * scale)
    low, high = x + figure["min"] * scale, x + figure["max"] * scale
    mid = y + BAR_H / 2
    strong = "bold" if name == "etagd" else "normal"
    return [
        text(x - 8, y + 13, name, anchor="end", weight=strong),
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{length:.1f}" '
        f'height="{BAR_H}" rx="2" fill="{colour(name)}">'
        f'<title>{escape(name)}: median {figure["median"]:.2f}, '
        f'{figure["min"]:.2f} to {figure["max"]:.2f}</title></rect>',
        f'<path d="M{low:.1f} {mid:.1f}H{high:.1f}M{low:.1f} {mid - 4:.1f}v8'
        f'M{high:.1f} {mid - 4:.1f}v8" stroke="#1d2129" fill="none"/>',
        text(max(high, x + length) + 6, y + 13, f'{figure["median"]:.2f}'),
    ]


def panel(x, y, name, case):
    words, bars = figures_of(case)
    out = [text(x, y + 12, f"{name}: {case['title']}", 14, weight="bold"),
           text(x, y + 27, words, 11, fill="#5b616b")]
    top = max(f["max"] for _, f in bars)
    width = PANEL_W - LABEL_W - VALUE_W
    for i, (who, figure) in enumerate(bars):
        out += bar(x + LABEL_W, y + HEAD + i * (BAR_H + GAP), width, who,
                   figure, top)
    return out, HEAD + len(bars) * (BAR_H + GAP) + 24


def draw(results, title):
    """the whole picture as text; two columns of panels"""
    out, heights = [], [64, 64]
    for name, case in results.items():
        if not figures_of(case)[1]:
            continue
        column = 0 if heights[0] <= heights[1] else 1
        part, high = panel(24 + column * (PANEL_W + 24), heights[column],
                           name, case)
        out += part
        heights[column] += high
    width, height = 2 * PANEL_W + 72, max(heights) + 12
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} '
         f'{height}" width="{width}" height="{height}" '
         f'font-family="sans-serif" role="img">',
         f"<title>{escape(title)}</title>",
         f'<rect width="{width}" height="{height}" fill="#fff"/>',
         text(24, 30, title, 18, weight="bold"),
         text(24, 48, "bar: median of the rounds; line: minimum to maximum; "
              "shorter is better", 12, fill="#5b616b")] + out + ["</svg>", ""])

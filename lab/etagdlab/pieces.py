# SPDX-License-Identifier: MIT
"""pieces: what the report's sections are made of: tables, badges, and the
section itself."""
from collections.abc import Iterable
from html import escape

from .rows import Report
from .shared import colour_of
from .words import Words

# What the browser's own timing comes to.
SAYS = {"cache": "from its cache", "304": "304", "bytes": "bytes came",
        "asked": "asked: a 304 or a 200",
        "restored": "page restored", None: "does not tell"}
NUMBERS = ("No.", "Time", "Length", "bytes")


class Part:
    """What adds sections to a report: its data, its words, its list."""

    def __init__(self, data: Report, words: Words,
                 sections: list[tuple[str, str, str]]) -> None:
        self.d, self.w, self.sections = data, words, sections
        self.loads = [(i, s, s["resources"])
                      for i, s in enumerate(data["steps"])
                      if "resources" in s]

    def section(self, ident: str, title: str, body: str) -> None:
        self.sections.append((ident, title, body))


def badge(outcome: str, why: str = "", words: Words = Words("en")) -> str:
    behind = outcome.startswith("~")
    word = outcome.lstrip("~").split(" ")[-1]
    cls = "bno" if outcome == "-" else \
        "b" + colour_of(int(word) if word.isdigit() else 0)[1:]
    text = words("not asked") if outcome == "-" else outcome
    if behind:
        text = words("cache, then %s", outcome[1:])
    return '<span class="badge %s" title="%s">%s</span>' % (
        cls, escape(words(why), True), escape(text))


def table(head: str, rows: Iterable[str], cls: str = "", tall: bool = False,
          label: str = "") -> str:
    return ('<div class="scroll%s" tabindex="0" role="region" '
            'aria-label="%s"><table class="%s"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table></div>") % (
        " tall" if tall else "", escape(label, True), cls, head,
        "".join(rows))


def heads(words: Words, *names: str) -> str:
    return "".join('<th scope="col"%s>%s</th>' % (
        ' class="num"' if n in NUMBERS else "", escape(words(n)))
        for n in names)

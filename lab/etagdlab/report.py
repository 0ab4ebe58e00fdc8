# SPDX-License-Identifier: MIT
"""report: the data of an experiment as one HTML file that needs nothing else:
no script, no foreign host, pictures inside."""
import json
from html import escape

from . import notes, shared
from .part_http import Http
from .part_packets import Packets
from .part_questions import Questions
from .part_setup import Setup
from .part_tcp import Tcp
from .part_visits import Visits, disagreements
from .rows import Report as Data
from .words import Words

__all__ = ["disagreements", "html", "plain"]


def plain(data: Data) -> str:
    """The report for programs: everything but the screenshots."""
    steps = [{k: v for k, v in s.items() if k != "screenshot"}
             for s in data["steps"]]
    return json.dumps({**data, "steps": steps}, indent=1,
                      ensure_ascii=False) + "\n"


class Report:
    def __init__(self, data: Data, lang: str) -> None:
        self.d, self.lang, self.w = data, lang, Words(lang)
        self.sections: list[tuple[str, str, str]] = []

    def card(self) -> str:
        d, w = self.d, self.w
        rows = [("Name", d["name"] or w("not given"), ""),
                ("Number", d["number"] or w("not given"), ""),
                ("Subject", d.get("subject") or w("not given"), ""),
                ("Date", d["made"][:19].replace("T", " "), ""),
                ("Browser", d["versions"].get("browser", ""), ""),
                ("Scenario", ", ".join(d["scenario"]), "wide")]
        return '<dl class="card">%s</dl>' % "".join(
            '<div class="%s"><dt>%s</dt><dd>%s</dd></div>' % (
                cls, escape(w(k)), escape(v)) for k, v, cls in rows)

    def html(self) -> str:
        told = (self.d, self.w, self.sections)
        visits, questions, http = Visits(*told), Questions(*told), Http(*told)
        tcp, packets, setup = Tcp(*told), Packets(*told), Setup(*told)
        for part in (
                visits.summary, questions.questions, setup.page, visits.grid,
                visits.visits, packets.timeline, tcp.handshakes,
                tcp.time_wait, tcp.unused, http.exchanges, packets.ladders,
                packets.graphs, packets.packets, setup.matrix,
                setup.configuration):
            part()
        w, title = self.w, self.w("Caching lab report")
        who = " · ".join(x for x in (self.d["name"], self.d["number"]) if x)
        nav = "".join('<a href="#%s">%s</a>' % (i, escape(w(t)))
                      for i, t, _ in self.sections)
        body = "".join(
            '<section id="%s"><h2>%s</h2>%s%s%s</section>\n' % (
                i, escape(w(t)), b, notes.PLACE % i, notes.END)
            for i, t, b in self.sections)
        return PAGE % {
            "lang": "zh-CN" if self.lang == "zh" else "en",
            "title": escape(title + (" · " + who if who else "")),
            "css": shared.style("report.css"),
            "heading": escape(title), "card": self.card(),
            "contents": escape(w("Contents"), True), "nav": nav,
            "body": body, "made": escape(w(
                "Made by etagd lab, %s.", self.d["versions"]["etagd"]))}


PAGE = """<!DOCTYPE html>
<html lang="%(lang)s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>%(title)s</title>
<style>
%(css)s</style>
</head>
<body>
<header><div><h1>%(heading)s</h1>
%(card)s
<nav aria-label="%(contents)s">%(nav)s</nav></div></header>
<main>
%(body)s<footer>%(made)s</footer>
</main>
</body>
</html>
"""


def html(data: Data, lang: str = "en") -> str:
    return Report(data, lang).html()

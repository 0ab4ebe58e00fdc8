# SPDX-License-Identifier: MIT
"""report: the data of an experiment as one HTML file that needs nothing else:
no script, no foreign host, pictures inside."""
import json
import pathlib
from html import escape
from typing import Any

from . import drawing
from .words import Words

CSS = pathlib.Path(__file__).with_name("report.css")


NUMBERS = ("No.", "Time", "Length", "bytes")


def disagreements(data):
    """What one witness says and another denies, as sentences."""
    found = []
    for i, s in enumerate(data["steps"]):
        for r in s.get("resources", []):
            if r["agree"] is False:
                found.append("step %d %s, %s: %s on the wire, but the browser "
                             "says %s" % (i + 1, s["text"], r["path"],
                                          r["outcome"], r["browser"]))
        if "captured" in s and s["captured"] != s["logged"]:
            found.append("step %d %s: %d requests in the capture, %d in the "
                         "log" % (i + 1, s["text"], s["captured"],
                                  s["logged"]))
    if data["agreement"]:
        found += data["agreement"]["wrong"]
    return found


def plain(data):
    """The report for programs: everything but the screenshots."""
    steps = [{k: v for k, v in s.items() if k != "screenshot"}
             for s in data["steps"]]
    return json.dumps({**data, "steps": steps}, indent=1,
                      ensure_ascii=False) + "\n"


def badge(outcome, why="", words=Words("en")):
    behind = outcome.startswith("~")
    word = outcome.lstrip("~").split(" ")[-1]
    cls = "bno" if outcome == "-" else "b304" if word == "304" else \
        "b200" if word[:1] == "2" else "berr"
    text = words("not asked") if outcome == "-" else outcome
    if behind:
        text = words("cache, then %s", outcome[1:])
    return '<span class="badge %s" title="%s">%s</span>' % (
        cls, escape(words(why), True), escape(text))


def _table(head, rows, cls="", tall=False, label=""):
    return ('<div class="scroll%s" tabindex="0" role="region" '
            'aria-label="%s"><table class="%s"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table></div>") % (
        " tall" if tall else "", escape(label, True), cls, head,
        "".join(rows))


def _heads(words, *names):
    return "".join('<th scope="col"%s>%s</th>' % (
        ' class="num"' if n in NUMBERS else "", escape(words(n)))
        for n in names)


class Report:
    def __init__(self, data, lang):
        self.d, self.lang, self.w = data, lang, Words(lang)
        self.loads = [(i, s) for i, s in enumerate(data["steps"])
                      if "resources" in s]
        self.sections = []

    def section(self, ident, title, body):
        self.sections.append((ident, title, body))

    # -- parts, from top to bottom

    def card(self):
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

    def summary(self):
        rows = [r for _, s in self.loads for r in s["resources"]]
        asked = [e for r in rows for e in r["wire"]]
        unused = sum(s["unused"] for s in self.d["streams"])
        figures = [
            (len(asked), "requests on the wire"),
            (sum(e["status"] == 304 for e in asked), "answered 304"),
            (sum(not r["wire"] for r in rows), "parts not asked for"),
            ("{:,}".format(sum(e["bytes"] or 0 for e in asked)),
             "bytes of content"),
            (len(self.d["streams"]), "connections"),
        ]
        if self.d["complete"]:
            figures.append((unused, "never used"))
        if self.d["capture"]["way"]:
            figures.append((len(self.d["packets"]), "packets"))
        body = '<ul class="figures">%s</ul>' % "".join(
            "<li><b>%s</b> %s</li>" % (n, escape(self.w(t)))
            for n, t in figures)
        self.section("short", "In short", body + self.witnesses())

    def witnesses(self):
        d, w, wrong = self.d, self.w, disagreements(self.d)
        if d["capture"]["way"]:
            text = w("Three witnesses: the capture, the server's log and the "
                     "browser's own timing. ")
            if d["agreement"]:
                text += w("%d requests in the capture, %d in the log; the "
                          "largest difference between the time of a packet and "
                          "of its line in the log is %.1f ms. ",
                          d["agreement"]["captured"],
                          d["agreement"]["logged"],
                          d["agreement"]["worst_ms"])
            text += self._lost()
        else:
            text = w("There is no capture: %s. So there are two witnesses, the "
                     "server (its log and its observer) and the browser's own "
                     "timing. ", w(d["capture"]["why_not"]))
            if not d["complete"]:
                text += w("Connections without a request are not seen. ")
        verdict = "<b class=good>%s</b>" % w("They agree everywhere.") \
            if not wrong else "<b class=bad>%s</b><ul>%s</ul>" % (
                w("They differ:"), "".join(
                    "<li class=bad>%s</li>" % escape(x) for x in wrong))
        return "<h3>%s</h3><p>%s%s</p>" % (
            escape(self.w("Do the witnesses agree?")), escape(text), verdict)

    def _lost(self) -> str:
        """What the capture itself says of its completeness."""
        told = self.d["capture"]
        lost = told.get("dropped")
        if not told.get("whole", True):
            return self.w("The capture ended too early. ")
        if lost is None:
            return ""
        if lost:
            return self.w("The capture lost %d packets; what they brought is "
                          "shown as not seen. ", lost)
        return self.w("The capture lost no packet. ")

    def grid(self):
        paths = []
        for _, s in self.loads:
            paths += [r["path"] for r in s["resources"]
                      if r["path"] not in paths]
        rows = []
        for path in paths:
            cells = []
            for _, s in self.loads:
                r = next((r for r in s["resources"] if r["path"] == path),
                         None)
                cells.append("<td>%s</td>" % (badge(r["outcome"], r["why"],
                                                   self.w) if r else ""))
            rows.append('<tr><th scope="row" class="path">%s</th>%s</tr>' % (
                escape(path), "".join(cells)))
        head = _heads(self.w, "part") + "".join(
            '<th scope="col"><a href="#step-%d">%d %s</a></th>' % (
                i + 1, i + 1, escape(s["text"])) for i, s in self.loads)
        self.section("grid", "What each visit asked for", _table(
            head, rows, "cells", label="what each visit asked for"))

    def _resource(self, r):
        where = "; ".join(
            self.w("request %s on connection %s", e["request"],
                   e["connection"]) + (
                self.w(", packets %d and %d", e["packet"], e["answer_packet"])
                if e["packet"] and e["answer_packet"] else "")
            for e in r["wire"])
        says = {"cache": "from its cache", "304": "304", "bytes": "bytes came",
                "restored": "page restored", None: "does not tell"}[
                    r["browser"]]
        says = self.w(says)
        if r["browser"] == "cache" and r["source"]:
            says += " (%s)" % r["source"]
        return ('<tr><td class="path">%s</td><td>%s</td><td class="num">%s'
                "</td><td>%s</td><td>%s%s</td></tr>") % (
            escape(r["path"]), badge(r["outcome"], r["why"], self.w),
            "{:,}".format(sum(e["bytes"] or 0 for e in r["wire"]))
            if r["wire"] else "", escape(says) + (
                " <b class=bad>≠</b>" if r["agree"] is False else ""),
            ("<b class=bad>%s</b> " % self.w("old") if r.get("older") else "")
            + escape(self.w(r["why"])),
            "<br><span class=soft>%s</span>" % escape(where) if where else "")

    def _undone(self, s: "dict[str, Any]") -> str:
        """Why a step did nothing, or ended early."""
        for kind, text in (("failed", "could not be done: %s"),
                           ("skipped", "skipped: %s")):
            if s[kind]:
                return "<span class=%s>%s</span>" % (
                    "bad" if kind == "failed" else "soft",
                    escape(self.w(text, self.w(s[kind]))))
        return ""

    def visits(self):
        out = []
        head = _heads(self.w, "part", "on the wire", "bytes",
                      "the browser says", "why")
        for i, s in enumerate(self.d["steps"]):
            title = "%d. %s <span class=soft>%s, %s</span>" % (
                i + 1, escape(s["text"]), escape(self.w(s["meaning"])),
                s["clock"])
            if "resources" not in s:
                out.append('<p class="between" id="step-%d"><b>%s</b> %s%s</p>'
                           % (i + 1, title, escape(s["note"]),
                              self._undone(s)))
                continue
            picture = ""
            if s.get("screenshot"):
                picture = '<figure><img src="%s" alt="screenshot after step ' \
                    '%d"></figure>' % (s["screenshot"], i + 1)
            out.append('<div class="visit" id="step-%d">%s<div><h3>%s</h3>%s'
                       "</div></div>" % (
                           i + 1, picture or "<span></span>", title,
                           _table(head, map(self._resource, s["resources"]),
                                  label="step %d" % (i + 1))))
        self.section("visits", "Visit by visit", "".join(out))

    def timeline(self):
        svg = drawing.timeline(self.d["streams"], self.d["steps"], self.w)
        if svg:
            w = self.w
            self.section("time", "Connections over time", (
                "<p>%s <span class='badge b200'>200</span> <span "
                "class='badge b304'>304</span> <span class='badge berr'>%s"
                "</span>%s %s</p><div class=scroll tabindex=0 role=region "
                "aria-label=timeline>%s</div>") % (
                    w("A line is a connection that is open and idle, a bar a "
                      "request:"), w("error"), w("."),
                    w("A thick grey line was never used: browsers open a spare "
                      "connection ahead of need, so that one more request would "
                      "not have to wait for a handshake; the others were enough."
                      " Shaded: silence, cut out."), svg))

    def ladders(self):
        if not self.d["packets"]:
            return
        out = []
        for n, s in enumerate(self.d["streams"]):
            mine = [p for p in self.d["packets"]
                    if p["stream"] == s["index"]]
            count = len(s["requests"])
            w = self.w
            text = w("%d. port %d: %s, %d packets", s["index"] + 1, s["port"],
                     w("never used") if s["unused"] else
                     w("%d request" + ("" if count == 1 else "s"), count),
                     len(mine))
            if s["first_closer"]:
                text += w(", %s first by the %s" % (
                    "reset" if s["reset"] else "closed", s["first_closer"]))
            out.append("<details%s><summary>%s</summary><div class=in>%s"
                       "<p class=soft>%s <code>tcp.port == %d"
                       "</code></p></div></details>" % (
                           " open" if n == 0 else "", escape(text),
                           drawing.ladder(s, mine, self.w),
                           w("In Wireshark:"), s["port"]))
        self.section("ladders", "Packet by packet", "".join(out))

    def _tcp_row(self, s: "dict[str, Any]") -> str:
        told, w = s["tcp"], self.w
        cells = [str(s["port"])]
        for end in (told["client"], told["server"]):
            cells += [str(end["isn"]), " ".join(end["options"])] if end else \
                [w("not seen"), ""]
        closer = s["first_closer"]
        cells.append(w("%s by the %s" % ("reset" if s["reset"] else "FIN",
                                         closer)) if closer else "")
        cells.append(", ".join(map(str, told["close"])))
        return "<tr>%s</tr>" % "".join(
            "<td%s>%s</td>" % (" class=num" if c.isdigit() else "", escape(c))
            for c in cells)

    def handshakes(self):
        rows = [self._tcp_row(s) for s in self.d["streams"] if s.get("tcp")]
        if not rows:
            return
        body = "".join("<p>%s</p>" % escape(self.w(t)) for t in TCP_TEXTS)
        self.section("tcp", "How connections open and close", body + _table(
            _heads(self.w, "port", "client's ISN", "client's options",
                   "server's ISN", "server's options", "closed first",
                   "packets of the close"), rows, "packets",
            label="connections"))

    def packets(self):
        if not self.d["packets"]:
            return
        rows, at = [], 0
        steps = self.d["steps"]
        for p in self.d["packets"]:
            while at < len(steps) and steps[at]["begin"] <= p["time"]:
                rows.append("<tr class=group><td colspan=7>%d. %s</td></tr>"
                            % (at + 1, escape(steps[at]["text"])))
                at += 1
            rows.append(
                '<tr class="%s"><td class=num>%d</td><td class=num>%.9f</td>'
                "<td>%s</td><td>%s</td><td>%s</td><td class=num>%d</td>"
                "<td>%s</td></tr>" % (
                    drawing.kind_of(p), p["no"], p.get("since", p["time"]),
                    p["source"],
                    p["destination"], p["protocol"], p["length"],
                    escape(p["info"])))
            rows += ["<tr class=says><td></td><td></td><td colspan=5>%s</td>"
                     "</tr>" % escape(c) for c in p["comments"]]
        self.section("packets", "Capture", _table(
            _heads(self.w, "No.", "Time", "Source", "Destination", "Protocol",
                   "Length", "Info"), rows, "packets", tall=True,
            label="packets"))

    def matrix(self):
        m = self.d["matrix"]
        if not m:
            return
        rows = []
        for r in m["rows"]:
            cells = "".join("<td%s>%s</td>" % (
                "" if c["got"] == c["expected"] else
                ' class="wrong" title="expected: %s"' % c["expected"],
                badge(c["got"], "expected: %s; the browser says: %s" % (
                    c["expected"], c["browser"]), self.w)) for c in r["cells"])
            rows.append('<tr><th scope="row" title="%s">%s</th>%s</tr>' % (
                escape(r["rule"], True), escape(r["label"]), cells))
        text = self.w("%d of %d cells are as known for Chromium and Firefox",
                      m["cells"] - m["differ"], m["cells"])
        text += self.w("; the others are framed." if m["differ"] else ".")
        head = _heads(self.w, "policy") + "".join(
            '<th scope="col">%s</th>' % escape(a) for a in m["actions"])
        self.section("matrix", "This browser against the known table",
                     "<p>%s <b class=%s>%s</b></p>%s" % (
                         self.w("One page with a picture under each policy, "
                                "another server and an empty profile; what "
                                "crossed the wire at each action."),
                         "bad" if m["differ"] else "good", escape(text),
                         _table(head, rows, "cells", label="matrix")))

    def configuration(self):
        ini, d = self.d["ini"], self.d
        body = "<h3>%s</h3><p>%s</p><pre>%s</pre>" % (
            escape(ini["name"]), escape(self.w(
                "As it was used: every override stands in its section, what it "
                "replaces is a comment.")),
            escape(ini.get("used", ini["text"]).rstrip()))
        body += ("<details><summary>etagd --dump-config</summary><div "
                 "class=in><pre>%s</pre></div></details>"
                 % escape(d["config"].rstrip()))
        body += ("<details><summary>%s</summary><div class=in><pre>%s</pre>"
                 "</div></details>" % (escape(self.w("Server's log")), escape(
                     "\n".join(d["server_log"]))))
        self.section("conf", "Configuration", body)
        self.section("versions", "Versions", "<div class=scroll><table>%s"
                     "</table></div>" % "".join(
                         "<tr><th scope=row>%s</th><td>%s</td></tr>" % (
                             escape(k), escape(v))
                         for k, v in d["versions"].items()))

    def html(self):
        for part in (self.summary, self.grid, self.visits, self.timeline,
                     self.handshakes, self.ladders, self.packets, self.matrix,
                     self.configuration):
            part()
        w, title = self.w, self.w("Caching lab report")
        who = " · ".join(x for x in (self.d["name"], self.d["number"]) if x)
        nav = "".join('<a href="#%s">%s</a>' % (i, escape(w(t)))
                      for i, t, _ in self.sections)
        body = "".join('<section id="%s"><h2>%s</h2>%s</section>\n' % (
            i, escape(w(t)), b) for i, t, b in self.sections)
        return PAGE % {
            "lang": "zh-CN" if self.lang == "zh" else "en",
            "title": escape(title + (" · " + who if who else "")),
            "css": CSS.read_text(encoding="utf-8"),
            "heading": escape(title), "card": self.card(),
            "contents": escape(w("Contents"), True), "nav": nav,
            "body": body, "etagd": escape(self.d["versions"]["etagd"])}


TCP_TEXTS = (
    "TCP carries a stream of bytes each way between two programs, in order "
    "and whole. A connection is what both ends remember of it: two addresses, "
    "two ports, and the numbers of the bytes sent and received.",
    "SYN, SYN-ACK and ACK open it: each end tells the number from which it "
    "counts (ISN) and what it can do, and has that confirmed. The client goes "
    "from SYN-SENT to ESTABLISHED, the server from SYN-RECEIVED.",
    "MSS is the most data in one segment, WS the factor of the window field, "
    "SACK_PERM allows confirming what came behind a loss, TSval and TSecr are "
    "clocks that measure the way there and back.",
    "Each direction is closed by itself: FIN and its ACK, twice, are four "
    "packets. They are three when the other end has nothing left to send and "
    "puts its own FIN on the ACK.",
    "The end that closes first goes through FIN-WAIT-1 and FIN-WAIT-2 to "
    "TIME-WAIT, the other through CLOSE-WAIT and LAST-ACK. TIME-WAIT lasts "
    "twice the longest life of a segment (2 MSL; 60 s in Linux, which no "
    "setting changes), so that a lost last ACK can be sent again and no late "
    "segment is taken for one of a new connection between the same ports.",
    "A connection that was never used is not pipelining: pipelining sends "
    "several requests on one connection before the first answer has come.",
)


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
%(body)s<footer>Made by etagd lab, %(etagd)s.</footer>
</main>
</body>
</html>
"""


def html(data, lang="en"):
    return Report(data, lang).html()

# SPDX-License-Identifier: MIT
"""part_visits: the report's sections on visits: figures, what each visit asked
for, and why; and whether the witnesses agree."""
import re
from html import escape

from .evidence import MEDIA
from .pieces import SAYS, Part, badge, heads, table
from .rows import Report, Resource, Step
from .words import Said


def disagreements(data: Report) -> list[str]:
    """What one witness says and another denies, as sentences."""
    found: list[str] = []
    for i, s in enumerate(data["steps"]):
        for r in s.get("resources", []):
            if r["agree"] is False:
                found.append(Said((
                    "step %d %s, %s: %s on the wire, but the browser says ",
                    i + 1, s["text"], r["path"], r["outcome"])).and_then(
                        r["browser"] or ""))
        if "captured" in s and s["captured"] != s["logged"]:
            found.append(Said((
                "step %d %s: %d requests in the capture, %d in the log",
                i + 1, s["text"], s["captured"], s["logged"])))
    if data["agreement"]:
        found += data["agreement"]["wrong"]
    return found


def readable(path: str) -> str:
    """A path as a person reads it: letters of any language and blanks instead of
    their bytes in %; what means something in a path stays as it is."""
    def text(found: "re.Match[str]") -> str:
        octets = bytes.fromhex(found[0].replace("%", ""))
        try:
            letters = octets.decode()
        except UnicodeDecodeError:
            return found[0]
        return "".join(c if c == " " or (c > "\x7f" and c.isprintable())
                       else "".join("%%%02X" % b for b in c.encode())
                       for c in letters)
    return re.sub("(?:%[0-9A-Fa-f]{2})+", text, path)


def _named(path: str) -> str:
    """What is in a cell, and its hint: what is on the wire."""
    plain = readable(path)
    return escape(plain) if plain == path else \
        '<span title="%s">%s</span>' % (escape(path, True), escape(plain))


class Visits(Part):
    def summary(self) -> None:
        rows = [r for _, _, parts in self.loads for r in parts]
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
            "<li><b>%s</b> %s</li>" % (n, escape(self.w.noun(t, n)))
            for n, t in figures)
        body += self._experiments()
        self.section("short", "In short", body + self.witnesses())

    def _experiments(self) -> str:
        """Those options whose part in the run a reader must know of, named;
        all of them are with the configuration."""
        named = {e["option"] for e in self.d.get("experiments", [])
                 if not e["option"].startswith("[cache ")}
        return "<p>%s</p>" % escape(self.w(
            "For experiments only, not for a real service: %s.",
            ", ".join(sorted(named)))) if named else ""

    def witnesses(self) -> str:
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
                     "timing. ", w(d["capture"]["why_not"] or ""))
            if not d["complete"]:
                text += w("Connections without a request are not seen. ")
        if not d.get("exact", True):
            text += w("Firefox's timing can't tell a 304 from a 200, and has no "
                      "entry for what its cache of pictures answers: there "
                      "the wire alone decides. ")
        if any(r["kind"] in MEDIA or "206" in r["outcome"]
               for _, _, parts in self.loads for r in parts):
            text += w("What a browser says of sound and films is no answer to "
                      "this: there the wire alone decides. ")
        verdict = "<b class=good>%s</b>" % w("They agree everywhere.") \
            if not wrong else "<b class=bad>%s</b><ul>%s</ul>" % (
                w("They differ:"), "".join(
                    "<li class=bad>%s</li>" % escape(w(x)) for x in wrong))
        return "<h3>%s</h3><p>%s%s</p>%s" % (
            escape(self.w("Do the witnesses agree?")), escape(text), verdict,
            self._grant())

    def _grant(self) -> str:
        """What would let the next run capture."""
        told = self.d["capture"].get("grant")
        if not told:
            return ""
        command, again = told
        return "<p>%s <code class=wire>%s</code>%s</p>" % (
            escape(self.w("One command lets you capture:")), escape(command),
            escape(self.w(" (then log in again)")) if again else "")

    def _lost(self) -> str:
        """What the capture itself says of its completeness."""
        told = self.d["capture"]
        lost = told.get("dropped")
        if not told.get("whole", True):
            return self.w("The capture ended too early. ")
        if lost is None:
            return ""
        if lost:
            return self.w("The capture lost %d packets; what is lost is "
                          "shown as not seen. ", lost)
        return self.w("The capture lost no packet. ")

    def grid(self) -> None:
        paths = []
        for _, _, parts in self.loads:
            paths += [r["path"] for r in parts
                      if r["path"] not in paths]
        rows = []
        for path in paths:
            cells = []
            for _, _, parts in self.loads:
                r = next((r for r in parts if r["path"] == path), None)
                cells.append("<td>%s</td>" % (badge(r["outcome"], r["why"],
                                                   self.w) if r else ""))
            rows.append('<tr><th scope="row" class="path">%s</th>%s</tr>' % (
                _named(path), "".join(cells)))
        head = heads(self.w, "part") + "".join(
            '<th scope="col"><a href="#step-%d">%d %s</a></th>' % (
                i + 1, i + 1, escape(s["text"])) for i, s, _ in self.loads)
        self.section("grid", "What each visit asked for", table(
            head, rows, "cells", label=self.w("What each visit asked for")))

    def _resource(self, r: Resource) -> str:
        where = "; ".join(
            self.w("request %s on connection %s", e["request"],
                   e["connection"]) + (
                self.w(", packets %d and %d", e["packet"], e["answer_packet"])
                if e["packet"] and e["answer_packet"] else "")
            for e in r["wire"])
        says = SAYS[r["browser"]]
        says = self.w(says)
        if r["browser"] == "cache" and r["source"]:
            says += " (%s)" % self.w(r["source"])
        return ('<tr><td class="path">%s</td><td>%s</td><td class="num">%s'
                "</td><td>%s</td><td>%s%s</td></tr>") % (
            _named(r["path"]), badge(r["outcome"], r["why"], self.w),
            "{:,}".format(sum(e["bytes"] or 0 for e in r["wire"]))
            if r["wire"] else "", escape(says) + (
                " <b class=bad>≠</b>" if r["agree"] is False else ""),
            ("<b class=bad>%s</b> " % self.w("old") if r.get("older") else "")
            + escape(self.w(r["why"])),
            "<br><span class=soft>%s</span>" % escape(where) if where else "")

    def _undone(self, s: Step) -> str:
        """Why a step did nothing, or ended early."""
        for cls, why, text in (
                ("bad", s["failed"], "could not be done: %s"),
                ("soft", s["skipped"], "skipped: %s")):
            if why:
                return "<span class=%s>%s</span>" % (
                    cls, escape(self.w(text, self.w(why))))
        return ""

    def visits(self) -> None:
        out = []
        head = heads(self.w, "part", "on the wire", "bytes",
                      "the browser says", "why")
        for i, s in enumerate(self.d["steps"]):
            title = "%d. %s <span class=soft>%s</span>" % (
                i + 1, escape(s["text"]), escape(self.w(
                    "%s, %s", self.w(s["meaning"]), s["clock"])))
            if "resources" not in s:
                out.append('<p class="between" id="step-%d"><b>%s</b> %s%s</p>'
                           % (i + 1, title, escape(self.w(s["note"])),
                              self._undone(s)))
                continue
            picture = ""
            if s.get("screenshot"):
                picture = '<figure><img src="%s" alt="%s"></figure>' % (
                    s["screenshot"], escape(self.w(
                        "screenshot after step %d", i + 1), True))
            out.append('<div class="visit" id="step-%d">%s<div><h3>%s</h3>%s'
                       "</div></div>" % (
                           i + 1, picture or "<span></span>", title,
                           table(head, map(self._resource, s["resources"]),
                                  label=self.w("step %d", i + 1))))
        self.section("visits", "Visit by visit", "".join(out))

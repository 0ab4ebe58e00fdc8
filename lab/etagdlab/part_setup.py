# SPDX-License-Identifier: MIT
"""part_setup: the report's sections on the browser, the configuration and the
versions of what took part."""
from html import escape

from .pieces import SAYS, Part, badge, heads, table
from .words import Said


class Setup(Part):
    def page(self) -> None:
        """The page as it was written, and as it looked."""
        told, w = self.d.get("source"), self.w
        if not told:
            return
        picture = next((s["screenshot"] for s in self.d["steps"]
                        if s.get("screenshot")), None)
        figure = '<figure class=page><img src="%s" alt="%s"></figure>' % (
            picture, escape(w("the page"), True)) if picture else ""
        note = w("%s, %d bytes", told["name"], told["bytes"])
        if told["cut"]:
            note += w("; the beginning of it")
        self.section("page", "The page", "%s<h3>%s</h3><pre>%s</pre>" % (
            figure, escape(note), escape("\n".join(
                told["text"].splitlines()))))

    def matrix(self) -> None:
        m = self.d["matrix"]
        if not m:
            return
        rows = []
        for r in m["rows"]:
            cells = "".join("<td%s>%s</td>" % (
                "" if c["got"] == c["expected"] else
                ' class="wrong" title="%s"' % escape(
                    self.w("expected: %s", c["expected"]), True),
                badge(c["got"], Said((
                    "expected: %s; the browser says: ", c["expected"])).
                    and_then(SAYS[c["browser"]]), self.w))
                            for c in r["cells"])
            rows.append('<tr><th scope="row" title="%s">%s</th>%s</tr>' % (
                escape(r["rule"], True), escape(self.w(r["label"])), cells))
        text = self.w("%d of %d cells are as known for Chromium and Firefox",
                      m["cells"] - m["differ"], m["cells"])
        text += self.w("; the others are framed." if m["differ"] else ".")
        head = heads(self.w, "policy") + "".join(
            '<th scope="col">%s</th>' % escape(self.w(a))
            for a in m["actions"])
        self.section("matrix", "This browser against the known table",
                     "<p>%s <b class=%s>%s</b></p>%s" % (
                         self.w("One page with a picture under each policy, "
                                "another server and an empty profile; what "
                                "crossed the wire at each action."),
                         "bad" if m["differ"] else "good", escape(text),
                         table(head, rows, "cells", label=self.w(
                             "This browser against the known table"))))

    def _experiments(self) -> str:
        """What is broken on purpose."""
        w, found = self.w, self.d.get("experiments")
        if not found:
            return ""
        rows = ["<tr><th scope=row class=wire>%s</th><td class=wire>%s</td>"
                "<td>%s</td></tr>" % (
                    escape(e["option"]), escape(w(e["value"]).strip('"')),
                    escape(w(e["why"]))) for e in found]
        return "<h3>%s</h3><p>%s</p>%s" % (
            escape(w("For experiments")), escape(w(
                "These make the server do what a real one should not, as its "
                "start and the observer say, too.")),
            table(heads(w, "option", "value", "why"), rows,
                  label=w("For experiments")))

    def configuration(self) -> None:
        ini, d = self.d["ini"], self.d
        body = "<h3>%s</h3><p>%s</p><pre>%s</pre>" % (
            escape(ini["name"]), escape(self.w(
                "As it was used: every override is in its section, what it "
                "replaces is a comment.")),
            escape(ini.get("used", ini["text"]).rstrip()))
        body += self._experiments()
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
                             escape(self.w(k)), escape(v))
                         for k, v in d["versions"].items()))

# SPDX-License-Identifier: MIT
"""part_http: the report's section on requests and responses: every field, and
what it says."""
from html import escape

from . import fields
from .pieces import Part, heads, table
from .rows import Asking, Message


class Http(Part):
    def _lines(self, message: Message, asked: bool) -> "list[str]":
        """A row for the start line and for each field."""
        row = "<tr><th scope=row>%s</th><td><code>%s</code></td>" \
            "<td>%s</td></tr>"
        w = self.w
        rows = [row % (escape(w("request line" if asked else "status line")),
                       escape(message["line"]),
                       escape(w(fields.start_line(message["line"]))))]
        rows += [row % (escape(n), escape(v),
                        escape(w(fields.meaning(n, v, asked))))
                 for n, v in message["fields"]]
        if message["content"]:
            rows.append(row.replace("code>", "span>") % (
                escape(w("content")),
                escape(w("%d bytes", message["content"])),
                escape(w("behind the empty line that ends the head"))))
        return rows

    def _where(self, message: Message) -> str:
        first, last = message["packets"]
        return self.w("packet %d", first) if first == last else \
            self.w("packets %d to %d", first, last)

    def _explained(self, exchange: Asking) -> str:
        out = []
        asked = exchange["asked"]
        for message, title in ((asked, "Request"),
                               (exchange["answered"], "Response")):
            if message is None or not message["seen"]:
                out.append("<p>%s: %s</p>" % (escape(self.w(title)), escape(
                    self.w("not seen" if message else "no answer"))))
                continue
            out.append("<h4>%s <span class=soft>%s</span></h4>%s" % (
                escape(self.w(title)), escape(self.w(
                    "%s, %s", self._where(message),
                    self.w("head of %d bytes", message["head"]))),
                table(heads(self.w, "line", "value", "what it says"),
                      self._lines(message, message is asked), "fields",
                      label=self.w(title))))
        return "".join(out)

    @staticmethod
    def _head(message: Message) -> str:
        return "\n".join([message["line"]] + [
            "%s: %s" % (n, v) for n, v in message["fields"]])

    def _plain(self, exchange: Asking) -> str:
        """Both heads beside each other."""
        heads_ = (exchange["asked"], exchange["answered"])
        return '<div class="pair">%s</div>' % "".join(
            "<pre>%s</pre>" % escape(
                self._head(m) if m and m["seen"] else
                self.w("not seen" if m else "no answer")) for m in heads_)

    def _summary(self, exchange: Asking) -> str:
        answered = exchange["answered"]
        line = exchange["asked"]["line"].rpartition(" HTTP/")[0]
        status = answered["line"].partition(" ")[2] if answered else ""
        return "%s → %s <span class=soft>%s</span>" % (
            escape(line or self.w("not seen")),
            escape(status or self.w("not seen" if answered
                                    else "no answer")),
            escape(self.w("port %d, request %d", exchange["port"],
                          exchange["request"])))

    def exchanges(self) -> None:
        found = self.d.get("exchanges")
        if not found:
            return
        known: "set[str]" = set()
        out = []
        for e in found:
            kind = fields.kind(e)
            out.append("<details%s><summary>%s</summary><div class=in>%s"
                       "</div></details>" % (
                           " open" if not known else "", self._summary(e),
                           self._plain(e) if kind in known
                           else self._explained(e)))
            known.add(kind)
        self.section("http", "Requests and responses", "<p>%s</p>%s" % (
            escape(self.w(
                "Each as it crossed the wire. The first of each kind is "
                "explained line by line, the others are shown as they were. "
                "Where a field's or a parameter's name tells that it is a "
                "secret's, three asterisks stand for the value.")),
            "".join(out)))

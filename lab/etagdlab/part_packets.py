# SPDX-License-Identifier: MIT
"""part_packets: the report's sections on connections and packets."""
from html import escape
from typing import Any

from . import drawing
from .pieces import Part, heads, table


class Packets(Part):
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
        self.section("tcp", "How connections open and close", body + table(
            heads(self.w, "port", "client's ISN", "client's options",
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
        self.section("packets", "Capture", table(
            heads(self.w, "No.", "Time", "Source", "Destination", "Protocol",
                   "Length", "Info"), rows, "packets", tall=True,
            label="packets"))


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

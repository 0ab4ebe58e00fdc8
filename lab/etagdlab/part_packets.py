# SPDX-License-Identifier: MIT
"""part_packets: the report's sections on connections and packets."""
from collections.abc import Sequence
from html import escape
from typing import List

from . import drawing, graphs
from .pieces import Part, heads, table


class Packets(Part):
    def timeline(self) -> None:
        svg = drawing.timeline(self.d["streams"], self.d["steps"], self.w)
        if svg:
            w = self.w
            self.section("time", "Connections over time", (
                "<p>%s <span class='badge b200'>200</span> <span "
                "class='badge b304'>304</span> <span class='badge berr'>%s"
                "</span>%s %s</p><div class=scroll tabindex=0 role=region "
                "aria-label=\"%s\">%s</div>") % (
                    w("A line is a connection that is open and idle, a bar a "
                      "request:"), w("error"), w("."),
                    w("A thick grey line was never used: browsers open a spare "
                      "connection ahead of need, so that one more request "
                      "would not have to wait for a handshake; the others were "
                      "enough. Shaded: silence, cut out."),
                    escape(w("Connections over time"), True), svg))

    def ladders(self) -> None:
        captured = bool(self.d["packets"])
        told = {s["index"]: s.get("told", []) for s in self.d["streams"]}
        if not captured and not any(told.values()):
            return
        out: List[str] = []
        own = {p for step in self.d["steps"] for p in step.get("ports", [])}
        for n, s in enumerate(self.d["streams"]):
            mine: Sequence[drawing.Arrow] = told[s["index"]]
            if captured:
                mine = [p for p in self.d["packets"]
                        if p["stream"] == s["index"]]
            w = self.w
            used = w("never used") if s["unused"] else \
                w("%d requests", len(s["requests"]))
            text = w("%d. port %d: %s, %d packets", s["index"] + 1, s["port"],
                     used, len(mine)) if captured else \
                w("%d. port %d: %s", s["index"] + 1, s["port"], used)
            if s["first_closer"]:
                text += w(", %s first by the %s" % (
                    "reset" if s["reset"] else "closed", s["first_closer"]))
            out.append("<details%s><summary>%s</summary><div class=in>%s"
                       "<p class=\"soft below\">%s <code>tcp.port == %d"
                       "</code></p></div></details>" % (
                           " open" if n == 0 else "", escape(text),
                           drawing.ladder(
                               s, mine, self.w, s["port"] in own),
                           w("In Wireshark:"), s["port"]))
        if captured:
            self.section("ladders", "Packet by packet", "".join(out))
            return
        self.section("ladders", "Message by message", "<p>%s</p>%s" % (
            escape(self.w(
                "There is no capture, so no packet was seen: this is drawn from "
                "what the server tells. An arrow is a whole message, which may "
                "be many packets; dashed: it must have been, its time is not "
                "known. The client's ACKs are not told at all.")),
            "".join(out)))

    def graphs(self) -> None:
        """Of each connection that carried something."""
        out: "list[str]" = []
        w = self.w
        for s in self.d["streams"]:
            mine = [p for p in self.d["packets"]
                    if p["stream"] == s.get("index")]
            if s["unused"] or not mine or "seq" not in mine[0]:
                continue
            told = graphs.figures(mine)
            text = w("Port %d: %d segments with %d bytes from the server, the "
                     "largest %d bytes, %d sent again", s["port"],
                     told["segments"], told["bytes"], told["largest"],
                     told["again"])
            if told["rtt_min"] is not None:
                text += w("; round trips of %.3f to %.3f ms",
                          told["rtt_min"], told["rtt_max"])
            text += w("; at most %d bytes in flight of a window of %d",
                      told["flight"], told["window"])
            out.append("<details%s><summary>%s</summary><div class=in>%s"
                       "</div></details>" % (
                           "" if out else " open", escape(text),
                           graphs.svg(mine, w, w("graphs of port %d",
                                                 s["port"]))))
        if out:
            self.section("graphs", "Graphs", "<p>%s</p>%s" % (escape(w(
                "Shaded: silence, cut out. On loopback the way takes no time, "
                "so a round trip is what the other end took to answer; an ACK "
                "may wait for data to ride on, up to 40 ms.")), "".join(out)))

    def packets(self) -> None:
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
                    drawing.kind_of(p), p["no"], p["since"],
                    p["source"],
                    p["destination"], p["protocol"], p["length"],
                    escape(p["info"])))
            rows += ["<tr class=says><td></td><td></td><td colspan=5>%s</td>"
                     "</tr>" % escape(self.w(c)) for c in p["comments"]]
        w = self.w
        self.section("packets", "Capture", "<p>%s <code>tcp.port == %d</code>"
                     "</p>" % (escape(w("In Wireshark:")),
                               self.d["port"]) + table(
            heads(self.w, "No.", "Time", "Source", "Destination", "Protocol",
                   "Length", "Info"), rows, "packets", tall=True,
            label=self.w("Capture")))

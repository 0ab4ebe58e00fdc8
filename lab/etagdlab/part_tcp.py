# SPDX-License-Identifier: MIT
"""part_tcp: the report's sections on connections as TCP sees them: how they
open and close, who waits in TIME-WAIT, and the one that was never used."""
from html import escape

from .pieces import Part, heads, table
from .rows import Stream, TimeWait, Waiting


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
)

# By how the close went; see tcpfacts.manner().
CLOSES = {
    "three": "Port %(port)d, three packets: the %(first)s closed first, and "
             "the %(other)s had nothing left to send, so that its ACK and its own "
             "FIN came back in one (packet %(second)d).",
    "four": "Port %(port)d, four packets: the %(first)s closed first, the "
            "%(other)s confirmed that at once (packet %(ack)d) and closed when "
            "its program did, %(gap).1f ms later (packet %(second)d).",
    "both": "Port %(port)d: both closed at once, their FINs crossed, and both "
            "go through CLOSING to TIME-WAIT.",
    "half": "Port %(port)d, half-closed: the %(first)s closed its direction "
            "(packet %(fin)d), but the %(other)s still sent %(late)d bytes "
            "before it closed as well (packet %(second)d).",
    "open": "Port %(port)d: the %(first)s had closed its direction (packet "
            "%(fin)d), the %(other)s had not when the capture ended.",
    "reset": "Port %(port)d: reset by the %(first)s (packet %(fin)d): nothing "
             "is confirmed, what was under way is lost, and nobody waits.",
}
WAITING = (
    "Whoever closed first stays behind in TIME-WAIT for 2 MSL, twice the "
    "longest life of a segment. RFC 9293 takes 2 minutes for an MSL; Linux "
    "waits 60 s in all (TCP_TIMEWAIT_LEN, a constant of the kernel).",
    "Its last ACK may be lost: then the FIN comes again, and somebody must be "
    "there to confirm it. And a late segment of this connection must not be "
    "taken for one of the next between the same two ports.",
)


class Tcp(Part):
    def _tcp_row(self, s: Stream) -> str:
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

    def _close(self, s: Stream) -> str:
        told = s["tcp"].get("manner")
        if not told:
            return ""
        values = {**told, "port": s["port"], "first": self.w(told["first"]),
                  "other": self.w(told["other"])}
        return "<li>%s</li>" % escape(
            self.w(CLOSES[told["kind"]]) % values)

    def handshakes(self) -> None:
        mine = [s for s in self.d["streams"] if s.get("tcp")]
        if not mine:
            return
        body = "".join("<p>%s</p>" % escape(self.w(t)) for t in TCP_TEXTS)
        body += table(
            heads(self.w, "port", "client's ISN", "client's options",
                  "server's ISN", "server's options", "closed first",
                  "packets of the close"), map(self._tcp_row, mine), "packets",
            label=self.w("How connections open and close"))
        body += "<ul>%s</ul>" % "".join(map(self._close, mine))
        self.section("tcp", "How connections open and close", body)

    # -- TIME-WAIT

    def _wait_row(self, e: Waiting) -> str:
        def seconds(value: "float | None", form: str = "%.1f") -> str:
            return "" if value is None else form % value
        cells = [str(e["port"]), self.w(e["end"]), seconds(e["since"], "%.3f"),
                 seconds(e["seen"], "%.3f"), seconds(e["left"]),
                 seconds(e["whole"]),
                 seconds(e["gone"]) or self.w("still there at the end")]
        return "<tr>%s</tr>" % "".join("<td>%s</td>" % escape(c)
                                       for c in cells)

    def _settings(self, told: TimeWait) -> list[str]:
        w, found = self.w, []
        if told["fin_timeout"] is not None:
            found.append(w(
                "net.ipv4.tcp_fin_timeout is %d s here. It is often taken for "
                "the length of TIME-WAIT, but it ends a FIN-WAIT-2 that no "
                "program holds any more.", told["fin_timeout"]))
        if told["reuse"]:
            found.append(w(
                "net.ipv4.tcp_tw_reuse is %d here: on loopback (2) or "
                "everywhere (1) a client may take a port out of TIME-WAIT "
                "after a second, as timestamps tell old segments from new "
                "ones.", told["reuse"]))
        return found

    def time_wait(self) -> None:
        told, w = self.d.get("time_wait"), self.w
        if not told:
            return
        texts = [w(t) for t in WAITING] + self._settings(told)
        if told["ends"]:
            texts.append(w(
                "Seen in this run, in the kernel's own table, in seconds: the "
                "whole time is what had passed since the other end's FIN and "
                "what the timer had left."))
        else:
            texts.append(w("No end was seen in TIME-WAIT in this run."))
        body = "".join("<p>%s</p>" % escape(t) for t in texts)
        if told["ends"]:
            body += table(heads(w, "port", "who waits", "since", "seen at",
                                "seconds left then", "whole time, s", "gone"),
                          map(self._wait_row, told["ends"]),
                          label=w("TIME-WAIT"))
        listing = told["listing"]
        if listing and len(listing["lines"]) > 1:
            body += "<p>%s</p><pre>$ %s\n%s</pre>" % (
                escape(w("At the end of the run:")),
                escape(listing["command"]),
                escape("\n".join(listing["lines"])))
        self.section("timewait", "TIME-WAIT", body)

    # -- the one that was never used

    def _spare(self, s: Stream) -> str:
        w = self.w
        text = w("Port %d: open for %.1f s without a single byte of data.",
                 s["port"], s["end"] - s["begin"])
        if s["first_closer"]:
            text += w(" The %s closed it first.", w(s["first_closer"]))
        return "<li>%s</li>" % escape(text)

    def unused(self) -> None:
        w = self.w
        spare = [s for s in self.d["streams"] if s["unused"]]
        if not spare or "tcp" not in spare[0]:
            return
        used = [s for s in self.d["streams"] if not s["unused"]]
        piped = sum(s.get("pipelined", 0) for s in used)
        texts = [w(
            "A browser opens more connections than it needs just then: a "
            "handshake takes a round trip, and a spare one saves it to the "
            "next request. If the others suffice, it is closed unused."), w(
            "That is not pipelining. Pipelining is several requests on one "
            "connection, the next sent before the answer to the last has come "
            "(RFC 9112 9.3.2); it needs no second connection, and browsers "
            "have given it up."),
            w("Requests of this run that were sent before the answer to the "
              "one before them had come: %d of %d.", piped,
              sum(len(s["requests"]) for s in used))]
        texts.append(w(
            "To do without: etagd lab --no-spare. By hand, Chromium opens none "
            "with \"Preload pages\" off in its settings, Firefox with "
            "network.http.speculative-parallel-limit = 0 in about:config."))
        self.section("unused", "The unused connection", "%s<ul>%s</ul>" % (
            "".join("<p>%s</p>" % escape(t) for t in texts),
            "".join(map(self._spare, spare))))

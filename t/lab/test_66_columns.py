# SPDX-License-Identifier: MIT
"""The report's packet table is what Wireshark shows of the same file."""
import subprocess

import pytest

from etagdlab import drawing, words
from test_60_lab import run

COLUMNS = ("no", "time", "source", "destination", "protocol", "length", "info")
NAMES = ("No.", "Time", "Source", "Destination", "Protocol", "Length", "Info")


def by_tshark(tshark, path, shown="frame"):
    fields = ["frame.number"] + ["_ws.col." + n for n in NAMES[1:]]
    text = subprocess.run(
        [tshark, "-r", str(path), "-Y", shown, "-T", "fields"] +
        [a for f in fields for a in ("-e", f)], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=True, timeout=120,
        text=True).stdout
    return [dict(zip(COLUMNS, line.split("\t")))
            for line in text.splitlines()]


@pytest.mark.usefixtures("chromium")
def test_the_table_is_tsharks(program, tmp_path, tshark):
    path = tmp_path / "c.pcapng"
    data, html, _ = run(program, tmp_path, "-p", "/one.html", "-s",
                        "first,again,wait:2", "--matrix", "off", "-o",
                        "timeouts.idle=300ms", "-w", path)
    if not data["capture"]["way"]:
        pytest.skip(data["capture"]["why_not"])
    theirs = by_tshark(tshark, path)
    assert len(theirs) == len(data["packets"])
    scaled = 0
    for t, p in zip(theirs, data["packets"]):
        assert int(t["no"]) == p["no"] and int(t["length"]) == p["length"]
        assert "%.9f" % p["since"] == t["time"]
        assert (p["source"], p["destination"], p["protocol"]) == (
            t["source"], t["destination"], t["protocol"])
        # tshark says of what media type content is, in words of its own
        assert p["info"] == t["info"].split("  (")[0].strip()
        scaled += "Win=65536" in p["info"]
    assert scaled and "TSecr" in html
    # The filter that is told shows these packets, and no other.
    shown = "tcp.port == %d" % data["port"]
    assert "<code>%s</code>" % shown in html
    assert len(by_tshark(tshark, path, shown)) == len(theirs)


@pytest.mark.parametrize("flags,label", [
    ("PSH, ACK", "200 OK \u00b7 9 bytes"),
    ("FIN, PSH, ACK", "200 OK \u00b7 9 bytes, FIN")])
def test_a_fin_that_rides_on_data_is_drawn(flags, label):
    assert drawing._label({"protocol": "HTTP", "info": "HTTP/1.1 200 OK",
                           "flags": flags, "client": False,
                           "data": 9}, words.Words("en")) == label

# SPDX-License-Identifier: MIT
"""Without the right to capture: the one command that grants it on this system,
and ladders from what the server told, marked as such."""
import grp
import os
import re

import pytest

from etagdlab import evidence, ledger, report, rights
from test_60_lab import run

SYSTEMS = {
    "debian": "ID=debian\nPRETTY_NAME=x\n",
    "mint": 'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
    "fedora": "ID=fedora\n",
    "rocky": 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    "unknown": "",
}


@pytest.mark.parametrize("name,says", [
    ("debian", "sudo apt-get install wireshark-common"),
    ("mint", "sudo apt-get install wireshark-common"),
    ("fedora", "sudo dnf install wireshark-cli"),
    ("rocky", "sudo dnf install wireshark-cli"),
    ("unknown", "sudo apt-get install wireshark-common")])
def test_dumpcap_is_not_there(tmp_path, name, says):
    (tmp_path / "os").write_text(SYSTEMS[name])
    names = rights.system(str(tmp_path / "os"))
    assert rights.command(None, names, "ada") == (says, False)


def test_nothing_tells_the_system(tmp_path):
    assert rights.system(str(tmp_path / "none")) == [""]


def test_dumpcap_has_the_rights_but_this_person_has_not(tmp_path, monkeypatch):
    """As Debian's package makes it: a group's alone, with capabilities."""
    path = tmp_path / "dump cap"
    path.write_text("")
    path.chmod(0o750)
    group = grp.getgrgid(path.stat().st_gid).gr_name
    monkeypatch.setattr(os, "getxattr", lambda *_: b"caps")
    assert rights.command(str(path), ["debian"], "ada o") == (
        "sudo usermod -aG %s 'ada o'" % group, True)


def test_dumpcap_has_no_rights(tmp_path):
    path = tmp_path / "dump cap"
    path.write_text("")
    path.chmod(0o755)
    told, again = rights.command(str(path), ["debian"], "ada")
    assert "dpkg-reconfigure" in told and told.endswith(
        "usermod -aG wireshark ada") and again
    assert rights.command(str(path), ["fedora"], "ada") == (
        "sudo setcap cap_net_raw,cap_net_admin+eip '%s'" % path, False)


def book():
    c = ledger.Connection(4000, "127.0.0.1", 1, 1, time_ns=1_000_000_000,
                          fins={"client": 1_500_000_000}, end="client closed",
                          end_ns=1_600_000_000)
    c.requests = [ledger.Request(
        1_100_000_000, number=1, method="GET", target="/", status=200,
        bytes=500, duration_us=2000, reason="new")]
    return c


def test_what_a_ladder_is_drawn_from():
    told = evidence.told(book(), 1_000_000_000)
    assert [(p["info"], p["client"], p["made"]) for p in told] == [
        ("SYN", True, True), ("SYN, ACK", False, True), ("ACK", True, True),
        ("GET /", True, False), ("HTTP/1.1 200", False, False),
        ("FIN", True, False), ("FIN", False, True)]
    assert [round(p["since"], 3) for p in told] == [
        0, 0, 0, 0.1, 0.102, 0.5, 0.6]


@pytest.mark.usefixtures("chromium")
def test_a_report_without_a_capture(program, tmp_path):
    data, html, _ = run(program, tmp_path, "--capture", "off", "--matrix",
                        "off", "-s", "first,again")
    assert data["capture"]["grant"] is None  # it was not wanted
    assert "Message by message" in html and "no packet was seen" in html
    assert html.count('<svg class="ladder"') == len(data["streams"])
    asked = sum(len(s["requests"]) for s in data["streams"])
    ladders = "".join(re.findall(r'(?s)<svg class="ladder".*?</svg>', html))
    assert ladders.count('<g class="ask">') == asked
    assert 'class="syn made"' in ladders

    data["capture"]["grant"] = ["sudo x & y", True]
    html = report.html(data, "zh")
    assert "sudo x &amp; y" in html and "一条命令即可获得抓包权限" in html

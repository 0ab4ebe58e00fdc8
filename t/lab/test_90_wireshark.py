# SPDX-License-Identifier: MIT
"""The post-dissector: the server's account as fields, in tshark itself."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from etagdlab import annotate, ledger, packets, pcapng, streams
from frames import Talk
from reading import TOP
from test_60_lab import run

SCRIPT = TOP / "packaging" / "wireshark" / "etagd.lua"
ASK = "GET /%s HTTP/1.1\r\nHost: h\r\n\r\n"
ANSWERS = ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
           "HTTP/1.1 304 Not Modified\r\n\r\n")
FIELDS = ("frame.number", "etagd.worker", "etagd.connection", "etagd.unused",
          "etagd.request", "etagd.target", "etagd.status", "etagd.reason",
          "etagd.bytes", "etagd.took_us", "etagd.end", "etagd.closed_first",
          "etagd.note")


@pytest.fixture
def tmp_path(short):
    """None of pytest's own, whose upper folder each start of pytest closes again
    to those that we are not, as tshark is."""
    return short


def talk():
    """Two requests at once, their answers, the close; a spare connection."""
    t = Talk().open().ask(ASK % "a" + ASK % "b").answer("".join(ANSWERS))
    t.fin(False).fin(True)
    t.client = ("10.0.0.1", 40001)
    t.ends = (t.server, t.client)
    t.seq = {True: 70, False: 80}
    return t.open().say(True, packets.RST)


def book(t):
    us = t.blocks[2].time_ns // 1000

    def one(port, n, **more):
        return {"port": port, "worker": 3, "connection": n, "opened_us": us,
                "peer": "10.0.0.1", **more}
    asked = [{"request": 1, "first_us": us, "sent_us": us + 9, "target": "/a",
              "status": 200, "reason": "new", "bytes": 5},
             {"request": 2, "first_us": us, "sent_us": us + 9, "target": "/b",
              "status": 304, "reason": "tag \"\u00fc\\ matches", "bytes": 0}]
    return [one(40000, 7, end="idle too long", closed_first="server",
                request_list=asked, unused=False),
            one(40001, 8, end="client closed, never used", unused=True,
                closed_first="client", request_list=[])]


def opened(folder):
    """Lets anybody read what is there: who tshark is to be, where we are root,
    for whom Wireshark 4.4 and newer run no scripts."""
    if os.geteuid() != 0:
        return {}
    for at in (folder, *folder.parents):
        if at.stat().st_uid == 0 and at.stat().st_mode & 0o077 == 0:
            at.chmod(0o711)
    folder.chmod(0o755)
    for path in folder.iterdir():
        if path.is_file():
            path.chmod(0o644)
    return {"user": 65534, "group": 65534, "extra_groups": []}


def said(tshark, capture, *more, env=None, where=None):
    """What tshark prints, line by line."""
    folder = pathlib.Path(where or capture.parent)
    script = shutil.copy(SCRIPT, folder)  # the tree may be for root alone
    done = subprocess.run(
        [tshark, "-X", "lua_script:%s" % script, "-r", str(capture),
         *map(str, more)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True,
        timeout=120, cwd=folder, **opened(folder),
        env={**os.environ, "HOME": str(folder), **(env or {})})
    assert "lua" not in done.stderr.lower(), done.stderr
    return done.stdout.splitlines()


def read(tshark, capture, *more, **where):
    """Rows of {field: value}"""
    return [dict(zip(FIELDS, line.split("\t"))) for line in said(
        tshark, capture, *more, "-T", "fields",
        *(x for f in FIELDS for x in ("-e", f)), **where)]


def flag(text):
    """Wireshark 4.4 has words for flags."""
    return {"True": "1", "False": "0"}.get(text, text)


@pytest.fixture
def made(tmp_path):
    t = talk()
    pcapng.write(tmp_path / "c.pcapng", t.blocks)
    (tmp_path / "c.jsonl").write_text("\n".join(
        ["no json", "{\"port\":", "[" * 99, "{\"port\": \"x\"}"] +
        [json.dumps(r) for r in book(t)]) + "\n")
    return tmp_path / "c.pcapng"


def test_the_facts(tshark, made):
    rows = {int(r["frame.number"]): r for r in read(tshark, made)}
    assert len(rows) == 11
    for n in range(1, 12):
        mine = rows[n]
        assert mine["etagd.worker"] == "3"
        assert mine["etagd.connection"] == ("7" if n <= 7 else "8")
        assert flag(mine["etagd.unused"]) == ("0" if n <= 7 else "1")
    assert rows[1]["etagd.note"] == "accepted by worker 3"
    assert rows[8]["etagd.note"] == "accepted by worker 3, never used"
    assert (rows[4]["etagd.request"], rows[4]["etagd.target"],
            rows[4]["etagd.note"]) == ("1,2", "/a,/b", "request 1; request 2")
    assert rows[5]["etagd.status"] == "200,304"
    assert rows[5]["etagd.bytes"] == "5,0"
    assert rows[5]["etagd.took_us"] == "9,9"
    assert rows[5]["etagd.reason"].startswith("new,tag \"\u00fc")
    assert rows[6]["etagd.end"] == "idle too long"
    assert rows[6]["etagd.closed_first"] == "server"
    assert rows[11]["etagd.end"] == "client closed, never used"


def test_filters_and_two_passes(tshark, made):
    for more in ((), ("-2",)):
        assert [r["frame.number"] for r in read(
            tshark, made, *more, "-Y", "etagd.status == 304")] == ["5"]
        assert [r["frame.number"] for r in read(
            tshark, made, *more, "-Y", "etagd.unused == 1 && tcp.flags.reset"
            " == 1")] == ["11"]


def test_a_column_and_the_info(tshark, made):
    line = said(tshark, made, "-o", "etagd.info:TRUE", "-o", 'gui.column.'
                'format:"No.","%m","Account","%Cus:etagd.note","Info","%i"')[5]
    assert re.match(r" *6 idle too long .*\[etagd: idle too long\]$", line)


def test_where_the_ledger_is(tshark, made, tmp_path):
    """By preference, by environment, beside the capture; without one there is
    nothing."""
    elsewhere = tmp_path / "else where.json"
    (tmp_path / "c.jsonl").rename(elsewhere)

    def count(*more, **how):
        return sum(r["etagd.worker"] == "3" for r in read(
            tshark, made, *more, **how))
    assert count() == 0
    assert count("-o", "etagd.ledger:%s" % elsewhere) == 11
    assert count(env={"ETAGD_LEDGER": str(elsewhere)}) == 11
    for name in ("connections.jsonl", "access.jsonl"):
        shutil.copy(elsewhere, tmp_path / name)
        assert count() == 11
        (tmp_path / name).unlink()
    shutil.copy(elsewhere, tmp_path / "c.jsonl")
    assert read(tshark, made.name, where=str(tmp_path))[0][
        "etagd.worker"] == "3"


def test_the_access_log(tshark, made):
    us = talk().blocks[2].time_ns // 1000
    stamp = "2023-11-14T22:13:20.%06dZ" % (us % 10 ** 6)
    made.with_suffix(".jsonl").write_text("".join(json.dumps({
        "time": stamp, "worker": 3, "connection": 7, "request": n, "peer":
        "10.0.0.1", "port": 40000, "method": "GET", "target": "/x", "status":
        s, "bytes": 5, "duration_us": 8, "reason": "new", "end": "sent"}) + "\n"
        for n, s in ((1, 200), (2, 304))))
    rows = read(tshark, made)
    assert rows[4]["etagd.status"] == "200,304"
    assert rows[4]["etagd.took_us"] == "8,8"
    assert [r["etagd.worker"] for r in rows][7:] == [""] * 4


COLUMNS = ("-o", 'gui.column.format:"No.","%m","Worker","%Cus:etagd.worker",'
           '"Why","%Cus:etagd.reason","Account","%Cus:etagd.note"')


def test_columns_by_fields(tshark, made):
    """Of each packet the same as its fields have."""
    lines = said(tshark, made, *COLUMNS)
    rows = read(tshark, made)
    assert len(lines) == len(rows) == 11
    for line, row in zip(lines, rows):
        told = " ".join(row[k] for k in (
            "frame.number", "etagd.worker", "etagd.reason", "etagd.note"))
        # tshark 4.4 writes a backslash of a field twice
        assert line.split() == told.replace("\\\\", "\\").split()


ODD = (None, True, -1, 1.5, 10 ** 30, float("inf"), "x", "\ud800", [], [[]], {},
       {"a": []})


def odd_lines(t):
    """Every field of a ledger, each with every value that it can't have."""
    whole_, _ = book(t)
    for key in (*whole_, "time", "ended_us", "target", "status"):
        for x in ODD:
            yield {**whole_, "port": 40001, "worker": 9, key: x}
    for key in (*whole_["request_list"][0], "fault", "duration_us"):
        for x in ODD:
            yield {**whole_, "port": 40001, "worker": 9, "request_list": [
                {**whole_["request_list"][0], key: x}, x]}


def test_a_ledger_that_is_broken(tshark, made):
    """Cut in a line, with bytes that are no text, and values of other kinds: what
    is whole is told, and tshark says nothing."""
    t, path = talk(), made.with_suffix(".jsonl")
    good = path.read_bytes()
    odd = "".join(json.dumps(r) + "\n" for r in odd_lines(t)).encode()
    for text in (odd + b"\x00\xff\xfe\n" + good, good[:-40], good[:-1]):
        path.write_bytes(text)
        rows = read(tshark, made)
        assert [r["etagd.worker"] for r in rows][:7] == ["3"] * 7
        assert rows[4]["etagd.status"] == "200,304"
    for text in (odd, b"", b"\n\n", b"\x00" * 4096, b"[" * 100000):
        path.write_bytes(text)
        assert not any(r["etagd.reason"] for r in read(tshark, made)[:7])


def test_a_ledger_that_is_a_folder(tshark, made):
    folder = made.parent / "folder"
    folder.mkdir()
    rows = read(tshark, made, "-o", "etagd.ledger:%s" % folder)
    assert [r["etagd.worker"] for r in rows] == ["3"] * 11  # the one beside
    made.with_suffix(".jsonl").unlink()
    made.with_suffix(".jsonl").mkdir()
    assert not any(r["etagd.worker"] for r in read(tshark, made))


@pytest.mark.parametrize("far", (-86400, 86400))
def test_a_ledger_of_another_run(tshark, made, far):
    """The same ports, a day away: no account of these packets, by either program
    that reads it."""
    t, rows = talk(), []
    for r in json.loads(json.dumps(book(t))):
        for x in (r, *r["request_list"]):
            for key in ("opened_us", "ended_us", "first_us", "sent_us"):
                if key in x:
                    x[key] += far * 10 ** 6
        rows.append(r)
    path = made.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert not any(r["etagd.worker"] for r in read(tshark, made))
    found = streams.streams(packets.segments(t.blocks), 80)
    assert ledger.match(ledger.read(path), found) == {}
    path.write_text("".join(json.dumps(r) + "\n" for r in rows + book(t)))
    assert all(r["etagd.worker"] == "3" for r in read(tshark, made))
    assert len(ledger.match(ledger.read(path), found)) == 2


def test_a_ledger_larger_than_the_capture(tshark, made):
    """Of a service that ran on: 20,000 connections, of which two were caught."""
    t, path = talk(), made.with_suffix(".jsonl")
    one, two = book(t)
    many = [{**one, "port": 1024 + n % 60000, "worker": 5, "opened_us":
             one["opened_us"] + (n + 100) * 10 ** 6} for n in range(20000)]
    path.write_text("".join(json.dumps(r) + "\n" for r in [one, *many, two]))
    assert [r["etagd.worker"] for r in read(tshark, made)] == ["3"] * 11
    # and more requests than were caught: those that were, by their numbers
    path.write_text(json.dumps({**one, "request_list": [
        {**one["request_list"][0], "request": n, "reason": "no %d" % n}
        for n in range(1, 2000)]}) + "\n")
    assert read(tshark, made)[4]["etagd.reason"] == "no 1,no 2"


def test_a_port_that_comes_twice(tshark, tmp_path):
    t = talk()
    later = json.loads(json.dumps(book(t)))
    for r in later:
        r.update(worker=4, opened_us=r["opened_us"] + 60 * 10 ** 6)
    capture = tmp_path / "c.pcapng"
    t.client = ("10.0.0.1", 40000)
    t.ends = (t.server, t.client)
    t.seq = {True: 1 << 20, False: 1 << 21}
    t.wait(60).open().say(True, packets.RST)
    pcapng.write(capture, t.blocks)
    capture.with_suffix(".jsonl").write_text("".join(
        json.dumps(r) + "\n" for r in later + book(t)))
    got = [r["etagd.worker"] for r in read(tshark, capture)]
    assert got == ["3"] * 11 + ["4"] * 4


def test_what_the_lab_writes_beside_its_capture(tshark, made):
    """The same account as the comments are made of."""
    t = talk()
    told = ledger.parse("\n".join(json.dumps(r) for r in book(t)))
    text = ledger.lines(told)
    again = ledger.parse(text)
    assert again.complete and ledger.lines(again) == text
    found = streams.streams(packets.segments(t.blocks), 80)
    assert annotate.comments(found, ledger.match(told, found)) == \
        annotate.comments(found, ledger.match(again, found))
    made.with_suffix(".jsonl").write_text(text)
    assert read(tshark, made)[4]["etagd.status"] == "200,304"


def test_a_real_run(program, tmp_path, tshark, chromium):
    capture = tmp_path / "c.pcapng"
    data, _, _ = run(program, tmp_path, "-p", "/one.html", "-s", "first,again",
                     "--matrix", "off", "-q", "-w", capture)
    if not data["capture"]["way"]:
        pytest.skip(data["capture"]["why_not"])
    rows = read(tshark, capture)
    got = [s for r in rows for s in r["etagd.status"].split(",") if s]
    wire = [str(q["status"]) for s in data["streams"] for q in s["requests"]]
    assert sorted(got) == sorted(wire) and got
    assert all(r["etagd.worker"] for r in rows)
    spare = {p["no"] for p in data["packets"]
             if data["streams"][p["stream"]]["unused"]}
    assert {int(r["frame.number"]) for r in rows
            if flag(r["etagd.unused"]) == "1"} == spare

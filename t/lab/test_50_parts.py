# SPDX-License-Identifier: MIT
"""Parts of the lab that need neither browser nor server."""
import email.utils
import json
import re
import struct
import types
import zlib

import pytest

from reading import english
from etagdlab import (cli, diff, drawing, driving, editing, evidence,
                      freshness, ini, matrix, part_visits, report, scenario,
                      words)

NOW = 1_700_000_000 * 10 ** 9
DATE = email.utils.formatdate(1_700_000_000, usegmt=True)


def ago(seconds):
    return email.utils.formatdate(1_700_000_000 - seconds, usegmt=True)


@pytest.mark.parametrize("fields,after,options,says", (
    ({"cache-control": "max-age=60"}, 12, {},
     "granted fresh for 60 s at {at}, 48 s left: the browser need not ask"),
    ({"last-modified": ago(864000), "date": DATE}, 10, {},
     "no Cache-Control: a tenth of the file's age"),
    ({"cache-control": "max-age=60", "age": "50"}, 3, {},
     "granted fresh for 60 s at {at}, 7 s left"),
    ({"cache-control": "max-age=1"}, 5, {"history": True}, "going back"),
    ({"cache-control": "max-age=60"}, 1, {"restored": True},
     "back/forward cache"),
    ({"cache-control": "max-age=1, stale-while-revalidate=60"}, 5, {},
     "stale-while-revalidate: stale since 4 s"),
    ({"cache-control": "max-age=1"}, 5, {}, "no rule allows this copy")))
def test_why_nothing_was_asked(fields, after, options, says):
    text = freshness.why_absent((fields, NOW), NOW + after * 10 ** 9,
                                **options)
    assert says.format(at=freshness.clock(NOW)) in text


def test_scenarios():
    steps = scenario.parse("first, again,wait:1.5s,edit:a.css,visit:/x,back")
    assert [s.text for s in steps] == ["first", "again", "wait:1.5s",
                                       "edit:a.css", "visit:/x", "back"]
    assert [s.loads for s in steps] == [True, True, False, False, True, True]
    scenario.parse(scenario.DEFAULT)


@pytest.mark.parametrize("text,says", (
    ("first,jump", "'jump' is no step"), ("", "is no step"),
    ("first:1", "takes no argument"), ("first,wait", "needs an argument"),
    ("first,wait:long", "no number of seconds"),
    ("first,wait:nan", "no number of seconds"),
    ("first,wait:9999", "no number of seconds"),
    ("first,upload:0", "no number of bytes"),
    ("first,stall:two", "no number of connections"),
    ("first,set:idle=1s", "is not SECTION.KEY=VALUE"),
    ("wait:1", "no step loads a page")))
def test_bad_scenarios(text, says):
    with pytest.raises(scenario.BadScenario) as why:
        scenario.parse(text)
    assert says in str(why.value)


def pixels(data):
    """Unfiltered rows of a picture whose rows have no filter."""
    return zlib.decompress(b"".join(b for k, b in editing._chunks(data)
                                    if k == b"IDAT"))


def test_an_edited_picture_has_other_colours():
    data = matrix.picture("x")
    once = editing.png(data)
    assert once != data
    a, b = pixels(data), pixels(once)
    assert len(a) == len(b)
    assert (b[1], b[2], b[3]) == (a[2], a[3], a[1])
    assert pixels(editing.png(editing.png(once))) == a


def test_an_edited_palette():
    plain = editing.SIGNATURE + b"".join(
        struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(
            k + b)) for k, b in (
                (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 3, 0, 0, 0)),
                (b"PLTE", b"\1\2\3"), (b"IDAT", zlib.compress(b"\0\0")),
                (b"IEND", b"")))
    assert dict(editing._chunks(editing.png(plain)))[b"PLTE"] == b"\2\3\1"


@pytest.mark.parametrize("name", ("a.html", "a.css", "a.svg", "a.txt"))
def test_an_edit_by_rename(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"text\n")
    path.chmod(0o640)
    before = path.stat()
    editing.edit(path, 1)
    assert path.read_bytes().startswith(b"text\n")
    assert len(path.read_bytes()) > 5
    assert path.stat().st_ino != before.st_ino
    assert path.stat().st_mode == before.st_mode
    assert list(tmp_path.iterdir()) == [path]


def test_the_scale_cuts_silence_out():
    scale = drawing.Scale([0, 0.1, 10, 10.2], 0, 100)
    places = [scale(t) for t in (0, 0.1, 5, 10, 10.2)]
    assert places == sorted(places) and places[0] == 0
    assert places[-1] <= 100
    assert [round(s, 1) for _, s in scale.breaks()] == [9.9]


def test_notes_of_a_ladder_are_whole():
    """They take three lines at most, and nothing leaves the picture."""
    packet = {"no": 1, "time": 0.1, "since": 0.1, "states": None,
              "client": False, "flags": "ACK",
              "protocol": "HTTP", "info": "HTTP/1.1 304 Not Modified",
              "data": 9, "comments": ["etagd: " + "a word " * 22 + "end"]}
    stream = {"index": 0, "port": 4000, "worker": 1}
    drawn = drawing.ladder(stream, [packet], words.Words("en"))
    notes = re.findall(r'class="note" [^>]*>([^<]*)<', drawn)
    assert len(notes) == 3 and notes[2].endswith("end")
    assert all(len(n) <= drawing.NOTE_WIDTH for n in notes)
    packet["comments"] *= 3
    drawn = drawing.ladder(stream, [packet], words.Words("en"))
    notes = re.findall(r'class="note" [^>]*>([^<]*)<', drawn)
    assert len(notes) == 3 and notes[2].endswith("\u2026")


def test_a_long_ladder_comes_in_pieces():
    """Each fits a page, no line of a note lies on another, and labels between
    the lanes."""
    packets = [{
        "no": i + 1, "time": i * 0.4, "since": i * 0.4, "states": None,
        "client": bool(i % 2), "flags": "PSH, ACK", "protocol": "HTTP",
        "info": ("GET /" + "long/" * 40 if i % 2 else
                 "HTTP/1.1 304 Not Modified"), "data": 12345,
        "comments": ["etagd: " + "a word " * (3 + 7 * (i % 4)) + "end"]}
        for i in range(drawing.LADDER_MAX + 5)]
    stream = {"index": 0, "port": 4000, "worker": 1}
    for lang in ("en", "zh"):
        drawn = drawing.ladder(stream, packets, words.Words(lang))
        pieces = re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)
        assert len(pieces) > 2 and len(set(w for w, _ in pieces)) == 1
        # A4 within its margins is 186 x 269 mm
        assert all(int(h) / int(w) < 255 / 186 for w, h in pieces)
        for piece in drawn.split("<svg ")[1:]:
            at = [float(y) for y in re.findall(r'y="([\d.]+)" class="note"',
                                               piece)]
            assert at and all(b - a >= 13 for a, b in zip(at, at[1:]))
        labels = re.findall(r'class="lab" [^>]*>([^<]*)<', drawn)
        assert len(labels) == drawing.LADDER_MAX
        assert all(len(t) <= drawing.LABEL_WIDTH for t in labels)
        assert {t.split(" \u00b7 ")[-1] for t in labels[::2]} == {
            words.Words(lang)("%d bytes", 12345)}


def test_paths_for_people():
    """In letters; but what would be read otherwise stays as it was sent."""
    for path, said in (
            ("/%E6%A0%87%E5%BF%97%20a.png?x=%E4%B8%AD", "/标志 a.png?x=中"),
            ("/a%2Fb%3F%23%25%0A", "/a%2Fb%3F%23%25%0A"), ("/plain", "/plain"),
            ("/%B1%EA%D6%BE", "/%B1%EA%D6%BE"), ("/%e2%80%ae", "/%E2%80%AE"),
            ("/100%", "/100%")):
        assert part_visits.readable(path) == said


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_no_lane_runs_into_its_label(lang):
    """However long what is said of its end."""
    data = sample()
    streams = [{**data["streams"][0], "unused": bool(n % 2), "reset": n > 1, "end": 0.3,
                "first_closer": "server"} for n in range(4)]
    drawn = drawing.timeline(streams, data["steps"], words.Words(lang))
    ends = [float(x) for x in re.findall(r'<line class="(?:open|unused)".*? '
                                         r'x2="([\d.]+)"', drawn)]
    labels = re.findall(r'<text x="([\d.]+)"[^>]*class="name" '
                        r'text-anchor="end">([^<]+)<', drawn)
    assert len(ends) == len(labels) == 4
    for x, text in labels:       # 12 units high: seldom wider than 6.5
        wide = sum(12 if c > "\u2e80" else 6.5 for c in text)
        assert max(ends) < float(x) - wide, text
    assert lang == "en" or not any("," in text for _, text in labels)


@pytest.mark.parametrize("n", (50, 53, 56, 60))
def test_no_piece_of_a_ladder_is_a_remnant(n):
    """Two packets alone on a page tell nothing."""
    packets = [{
        "no": i + 1, "time": i * 0.1, "since": i * 0.1, "states": None,
        "client": True, "flags": "ACK", "protocol": "TCP", "info": "",
        "data": 0, "comments": []} for i in range(n)]
    drawn = drawing.ladder({"index": 0, "port": 4000, "worker": 1}, packets,
                           words.Words("en"))
    rows = [piece.count("<g ") for piece in drawn.split("<svg ")[1:]]
    assert sum(rows) == n and min(rows) > 0.8 * max(rows), rows


def exchange(status, reason, **more):
    return {"status": status, "bytes": 5, "reason": reason, "us": 10,
            "time": 0.1, "worker": 1, "connection": 1, "request": 1,
            "port": 4000, "stream": 0, "packet": 4, "answer_packet": 5,
            "asked": {}, **more}


def sample():
    """A report's data, as small as it can be."""
    page = {"path": "/<i>", "kind": "navigation", "browser": "304",
            "transfer": 300, "source": "", "agree": True, "outcome": "304",
            "why": "304 because", "wire": [exchange(304, "tag matches")]}
    logo = {"path": "/logo.png", "kind": "img", "browser": "cache",
            "transfer": 0, "source": "disk", "agree": True, "outcome": "-",
            "why": "granted fresh", "wire": []}
    return {
        "format": 1, "name": "A <b>", "number": "7", "made":
        "2026-11-23T01:02:03+00:00", "seconds": 1.0, "page": "/", "port": 80,
        "scenario": ["again"], "ini": {"name": "x.ini", "text": "[server]\n",
                                       "overrides": []},
        "steps": [{"word": "again", "text": "again", "meaning": "x",
                   "note": "", "begin": 0.0, "end": 1.0, "clock": "01:02:03",
                   "restored": False, "resources": [page, logo],
                   "captured": 1, "logged": 1, "screenshot": "data:,"}],
        "packets": [], "streams": [{
            "index": 0, "port": 4000, "begin": 0.0, "end": 1.0,
            "first_closer": "client", "reset": False, "worker": 1,
            "connection": 1, "end_why": None, "unused": False, "requests": [
                {"line": "GET /", "status": 304, "begin": 0.1,
                 "end": 0.2}]}],
        "agreement": {"logged": 1, "captured": 1, "wrong": [],
                      "worst_ms": 0.1},
        "complete": True, "server_log": [], "matrix": None, "config": "", "versions":
        {"etagd": "etagd 0.1.0", "browser": "Chrome/1"},
        "capture": {"way": "dumpcap", "why_not": None}}


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_report_is_whole_and_alone(lang):
    text = report.html(sample(), lang)
    assert "<i>" not in text and "A &lt;b&gt;" in text
    assert ("not asked" in text) == ("They agree everywhere" in text) == (
        lang == "en")
    for foreign in ("http://", "https://", "<script", "src=\"/", "@import"):
        assert foreign not in text, foreign
    assert ("实验报告" in text) == (lang == "zh")


def test_sentences_in_another_language():
    """Each why, and what is built of them; the JSON stays English."""
    zh, en = words.Words("zh"), words.Words("en")
    day = {"last-modified": ago(864000), "date": DATE}
    swr = {"cache-control": "max-age=1, stale-while-revalidate=60"}
    said = [freshness.why_absent(stored, NOW + 5 * 10 ** 9, **options)
            for stored, options in (
                (None, {}), (None, {"restored": True}), ((day, NOW), {}),
                (({"cache-control": "max-age=60"}, NOW), {}),
                ((swr, NOW), {}), (({}, NOW), {"history": True}),
                (({"cache-control": "immutable"}, NOW), {}),
                (({}, NOW), {}))]
    said += [evidence._why_asked([exchange(200, "new", asked={
        "cache-control": "no-cache"})])]
    said += [evidence._why_asked([exchange(304, r)])
             for r in evidence.ANSWERED]
    said += [s.meaning for s in scenario.parse(
        "first,again,link,reload,hard,newtab,back,visit:/x,edit-logo,edit:y,"
        "wait:1,clear,restart")]
    for s in said:
        assert en(s) == s and json.loads(json.dumps(s)) == s
        assert re.search("[\u4e00-\u9fff]", zh(s)), s
        assert not english(zh(s)), s
    both = said[3].and_then("; asked behind it: ").joined(said[-14])
    assert both == said[3] + "; asked behind it: " + said[-14]
    assert not english(zh(both))
    assert zh("request %s on connection %s", 1, 22).startswith("连接 22")
    assert not english(report.html(sample(), "zh").split("<footer>")[0])


@pytest.mark.parametrize("template,args,says", (
    ("%d requests on %d connections in %.3f s", (1, 1, 1.0),
     "1 request on 1 connection in 1.000 s"),
    ("port %d: %d segments of at most %d bytes", (1, 2, 1),
     "port 1: 2 segments of at most 1 byte"),
    ("%d%% of %d packets, 0 of %d requests", (1, 1, 1),
     "1% of 1 packets, 0 of 1 requests"),
    ("%s bytes: %d requests", ("1", 11), "1 byte: 11 requests"),
    ("%d figures do not follow, %d lines are left out", (1, 1),
     "1 figure does not follow, 1 line is left out"),
    ("step %d has %.1f ms, %d us", (1, 1.0, 1), "step 1 has 1.0 ms, 1 us")))
def test_one_is_no_plural(template, args, says):
    assert words.fill(template, args) == says
    assert words.Said((template, *args)) == says
    assert words.Words("en")(template, *args) == says


def test_report_says_what_does_not_agree():
    data = sample()
    data["steps"][0]["resources"][1]["agree"] = False
    data["steps"][0]["captured"] = 2
    wrong = report.disagreements(data)
    assert len(wrong) == 2 and "/logo.png" in wrong[0]
    assert "They differ" in report.html(data)


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_what_the_capture_lost_is_told(lang):
    w = words.Words(lang)
    for told, says in (
            ({"dropped": 0}, w("The capture lost no packet. ")),
            ({"dropped": 1}, w("The capture lost %d packets; what is lost is "
                               "shown as not seen. ", 1)),
            ({"dropped": 0, "whole": False},
             w("The capture ended too early. "))):
        data = {**sample(), "capture": {**sample()["capture"], **told}}
        assert says.strip() in report.html(data, lang), told
        assert (lang == "zh") == bool(re.search("[\u4e00-\u9fff]", says))


def test_report_without_a_capture():
    data = sample()
    data.update(capture={"way": None, "why_not": "no right"}, agreement=None)
    assert "There is no capture: no right" in report.html(data)


def test_json_has_no_pictures():
    assert "screenshot" not in report.plain(sample())
    assert json.loads(report.plain(sample()))["name"] == "A <b>"


def test_diff(tmp_path, capsys):
    a, b = sample(), sample()
    b["steps"][0]["begin"] = 99.0
    assert diff.compare(a, b) == []
    b["ini"]["text"] += "# a comment\n[log]\n"
    b["steps"][0]["resources"][1].update(
        outcome="200", wire=[exchange(200, "new")])
    assert diff.compare(a, b) == [
        "ini, only right: [log]",
        "step 1 again, /logo.png: - | 200 (new)"]
    for name, data in (("a", a), ("b", b)):
        (tmp_path / name).write_text(report.plain(data))
    args = ["lab", "--diff", str(tmp_path / "a"), str(tmp_path / "b")]
    assert cli.main(args) == cli.DIFFERENT
    assert cli.main(args[:3] + [args[2]]) == cli.OK
    for no_report in ("{}", "[]", "7", "[" * 100000, '"\\ud800"', json.dumps(
            {**sample(), "steps": ["again"]}), json.dumps(
            {**sample(), "ini": []}), json.dumps({**sample(), "ini": {
                "text": 7, "overrides": []}})):
        (tmp_path / "b").write_text(no_report)
        assert cli.main(args) == cli.USAGE, no_report[:40]
        assert "no two reports: " in capsys.readouterr().err


def test_bad_usage(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ETAGD", "/bin/true")
    out = ["-r", str(tmp_path / "r.html")]
    for args, says in (
            (["--scenario", "fly"], "is no step"),
            ([str(tmp_path / "nowhere")], "is not a folder"),
            (["-c", str(tmp_path / "no.ini")], "is not a file"),
            (["-r", str(tmp_path / "x/y.html")], "cannot write")):
        assert cli.main(["lab"] + out + args) == cli.USAGE
        assert says in capsys.readouterr().err


def test_a_missing_browser_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ETAGD", "/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("etagdlab.tools.MORE_PATH", ())
    assert cli.main(["lab", "-r", str(tmp_path / "r.html")]) == cli.USAGE
    assert "apt-get install chromium" in capsys.readouterr().err


def test_the_ini_as_it_was_used():
    text = "# top\n[server]\nlisten = :5000\nlisten = [::1]:5000\n" \
        "root = x\n\n[cache *]\nCache-Control = no-cache\n"
    assert ini.used(text, ["server.listen=127.0.0.1:7", "timeouts.idle=2s",
                           "timeouts.idle=3s"]) == (
        "# top\n[server]\nlisten = 127.0.0.1:7\n# listen = :5000\n"
        "# listen = [::1]:5000\nroot = x\n\n[cache *]\n"
        "Cache-Control = no-cache\n\n[timeouts]\nidle = 3s\n")


def timed(transfer, worker=False, kind="img"):
    return {"url": "http://h/a", "kind": kind, "worker": worker,
            "transfer": transfer, "size": 0, "start": 0.0, "end": 1.0}


@pytest.mark.parametrize("transfer,worker,statuses,agree", (
    (300, False, [304], True), (300, False, [200], False),
    # of an error to a font or a script no more than the head is counted
    (300, False, [404], None), (300, False, [], False),
    # and of what a service worker answered nothing
    (None, True, [304], None), (None, True, [], None)))
def test_what_a_browser_says_of_the_wire(transfer, worker, statuses, agree):
    asked = [exchange(s, "new") for s in statuses]
    row = evidence._resource(driving.Load(0), "again", "/a", "img", timed(
        transfer, worker), asked, evidence.Memory())
    assert row["agree"] is agree
    assert ("service worker" in row["why"]) == (worker and not asked)


def test_a_request_is_of_the_step_in_which_it_was_asked():
    """A page that polls asks at the end of a step, too: the server hears of it in
    the next one."""
    r = types.SimpleNamespace(number=1, time_ns=100)
    c = types.SimpleNamespace(port=40000, requests=[r])
    asked = types.SimpleNamespace(first_ns=90, seen=True)
    wire = evidence.Wire.__new__(evidence.Wire)
    wire.ledger = types.SimpleNamespace(connections=[c])
    wire.matched, wire._pairs = {0: c}, {(40000, 0, 1): (None, (asked, None))}
    assert wire.requests(0, 95) == [(c, r)] and not wire.requests(95, 200)
    asked.seen = False
    assert not wire.requests(0, 95) and wire.requests(95, 200) == [(c, r)]

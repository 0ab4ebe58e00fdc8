# SPDX-License-Identifier: MIT
"""Chinese means Chinese: no word is left untranslated, in the sources and in
whole reports, but for an allow-list (reading.STAYS)."""
import ast
import json
import re

import pytest

from etagdlab import (annotate, cli, diff, evidence, exercises, faults, ledger,
                      matrix, packets, pcapng, report, scenario, streams,
                      tools, words)
from frames import Talk
from reading import STAYS, TOP, english, untranslated
from test_50_parts import sample
from test_60_lab import lab, run
from test_68_students import ALL

CHINESE = re.compile("[\u4e00-\u9fff]")
MODULES = sorted((TOP / "lab" / "etagdlab").glob("*.py"))


def literals(node):
    """The text that an expression can be: a constant, or either of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return []


def said_in(path):
    """Every literal of a module that is said in the report's language."""
    found = []
    for call in ast.walk(ast.parse(path.read_text())):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        args = call.args
        if name in ("w", "words", "and_then", "_said", "say", "_say",
                    "Malformed") and args:
            found += literals(args[0])
        elif name == "heads":
            found += [t for a in args[1:] for t in literals(a)]
        elif name == "section" and len(args) == 3:
            found += literals(args[1])
        elif name == "_fail" and literals(args[0]) == ["etagd lab"]:
            found += literals(args[1])
        elif name == "Said":
            found += [t for a in args if isinstance(a, ast.Tuple)
                      for t in literals(a.elts[0])]
    return found


def speaks(text):
    """Whether it has words of its own: not only names that stay, and what is
    put in."""
    text = re.sub(r"%(\(\w+\))?[.\d]*[sdf]", " ", text)
    return [x for x in re.findall("[A-Za-z][A-Za-z_-]+", text)
            if not {x, x.lower()} & STAYS]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_every_literal(path):
    missing = {t for t in said_in(path) if speaks(t) and t not in words.ZH}
    assert not missing


def test_that_finds_something():
    assert sum(len(said_in(p)) for p in MODULES) > 150
    assert "Caching" in untranslated(report.html(sample()))
    assert untranslated("<p>中文 word</p><img alt=\"a view\">") == [
        "a view"[2:], "word"]


def test_every_table():
    said = [*annotate.REASONS.values(), *annotate.ENDS.values(),
            *matrix.MEANING.values(), *(p.label for p in matrix.POLICIES),
            *(t.use for t in vars(tools).values()
              if isinstance(t, tools.Tool)),
            *(m for m, _, _ in scenario.WORDS.values())]
    text = (TOP / "src/http/reason.h").read_text()
    reasons = re.findall(r'X\(\w+, "([^"]+)"', text)
    assert len(reasons) > 45
    keys = (TOP / "src/conf/keys.c").read_text()
    whys = re.findall(r'\.experiment = "([^"]+)"', keys) + \
        re.findall(r'\{ "[^"]+", [A-Z_0-9]+,\s+"([^"]+)" \}', keys)
    assert len(whys) >= 9
    reasons += whys
    assert not {t for t in said + reasons if speaks(t) and t not in words.ZH}


def test_steps_are_told_as_they_are_typed():
    """And then what they mean: `reload` and `back` are words, too."""
    for step in scenario.parse(scenario.DEFAULT + ",wait:3"):
        said = cli.spoken(words.Words("zh"), "step %d of %d: %s, %s", 1, 9,
                          step.typed, step.meaning)
        assert said.startswith("第 1 步，共 9 步：%s，" % step.text)
        assert CHINESE.search(said.split("，", 2)[2])


def test_every_translation_can_be_filled():
    """The same places as in English, in whatever order."""
    for text, chinese in words.ZH.items():
        places = re.findall(r"%(?:\d\$)?([-.\d]*[sdf]|\(\w+\)[-.\d]*[sdf])",
                            text)
        there = re.findall(r"%(?:\d\$)?([-.\d]*[sdf]|\(\w+\)[-.\d]*[sdf])",
                           chinese)
        assert sorted(places) == sorted(there), text


def test_notes_beside_packets():
    """In the capture and in the ladder; programs read English."""
    talk = Talk().open().ask("GET /a HTTP/1.1\r\n\r\n").answer(
        "HTTP/1.1 304 Not Modified\r\n\r\n").wait(3).fin(False).fin(True)
    for book in (ledger.parse(""), ledger.parse(
            '{"port": 40000, "worker": 1, "connection": 1,'
            '"end": "client closed", "closed_first": "client", "request_list":'
            '[{"request": 1, "status": 304, "reason": "tag matches", "bytes":'
            ' 5, "coding": "br", "end": "file ended early"}]}')):
        noted = annotate.annotate(talk.blocks, book, words.Words("zh"))[0]
        texts = [c for b in noted for c in b.comments]
        assert texts and all(CHINESE.search(t) for t in texts)
        assert not untranslated("<p>" + "</p><p>".join(
            t.replace("etagd:", "") for t in texts))
        plain = [c for b in annotate.annotate(talk.blocks, book)[0]
                 for c in b.comments]
        assert plain and not any(CHINESE.search(t) for t in plain)
    found = streams.streams(packets.segments(talk.blocks), 80)
    assert annotate.comments(found, {})[1] == [
        "etagd: the ledger does not name this connection"]


def test_what_differs():
    data = sample()
    data["steps"][0]["resources"][0]["agree"] = False
    data["steps"][0]["captured"] = 2
    for r in data["steps"][0]["resources"]:
        r["why"] = ""         # the sample's are no sentences of ours
    text = report.html(data, "zh")
    assert "线路上为 304，但浏览器自述304" in text
    assert not untranslated(text)


@pytest.mark.parametrize("args", [
    ("-p", "/one.html", "-s", "first,again,reload,hard,edit-logo,again,back",
     "-o", "server.workers=1"),
    ("-e", "teardown", "--answers"), ("-e", "media", "--figures"),
    ("--capture", "off", "--matrix", "off", "-s",
     "first,edit-logo,link,visit:/nothing")],
    ids=["default", "teardown", "media", "no-capture"])
def test_whole_reports(program, tmp_path, chromium, args):
    capture = tmp_path / "c.pcapng"
    more = [] if "--capture" in args else ["-w", capture]
    data, html, _ = run(program, tmp_path, "--lang", "zh", "-q", *args, *more)
    assert untranslated(html) == []
    assert english(html) == []
    # the page in the picture is the one for those that read Chinese
    asked = [v for e in data["exchanges"] for n, v in e["asked"]["fields"]
             if n == "Accept-Language"]
    assert bool(asked) == bool(data["packets"])
    assert all(v.startswith("zh-CN") for v in asked)
    if capture.exists():
        noted = [c for b in pcapng.read(capture) for c in b.comments]
        assert noted and all(CHINESE.search(c) for c in noted)
    # The JSON is for programs, and theirs is English.
    for p in data["packets"]:
        assert not any(CHINESE.search(c) for c in p["comments"])


# Names of options, and values of fields, that questions and answers quote.
QUOTED = frozenset("""
Basic Unauthorized charset= realm= student network zh zh-CN If- limits pieces
protocol mss accept-upload connections-per-worker
""".split())


@pytest.mark.skipif(not ALL, reason="ETAGD_TEST_STUDENTS=all")
@pytest.mark.parametrize("name", exercises.TABLE)
def test_every_exercise_with_its_answers(program, tmp_path, chromium, name):
    data, html, _ = run(program, tmp_path, "--lang", "zh", "-q", "-e", name,
                        "--answers")
    assert set(untranslated(html)) <= QUOTED and english(html) == []
    if data["capture"]["way"]:
        assert all(q["answer"] for q in data["exercise"]["questions"])


def test_without_a_capture_the_reason_is_chinese(program, tmp_path, chromium):
    report_path = tmp_path / "r.html"
    done = lab(program, "--lang", "zh", "--capture", "off", "-s", "first",
               "--matrix", "off", "-w", tmp_path / "c", "-r", report_path)
    assert done.returncode == 0
    html = report_path.read_text()
    assert "没有要求抓包" in html and "逐条消息" in html
    assert not english(html), english(html)
    # and so is every line in the terminal, but for paths
    lines = done.stderr.splitlines()
    assert len(lines) >= 4
    assert all(CHINESE.search(x) for x in lines), lines
    done = lab(program, "--lang", "zh", "-s", "first,jump")
    assert done.returncode == 2 and "不是步骤" in done.stderr


@pytest.mark.parametrize("name", ("README", "doc/lab", "doc/observer"))
def test_the_documents_in_chinese(name):
    """Section by section as the English one, with its pictures and commands."""
    english_, chinese = ((TOP / (name + end)).read_text()
                         for end in (".md", ".zh.md"))
    for kind in (r"(?m)^#+ ", r"\]\((doc/[^)]+)\)", r"(?m)^\*\*\d\.",
                 r"(?m)^\d\. "):
        assert len(re.findall(kind, english_)) == len(
            re.findall(kind, chinese)), kind
    rows = [len(re.findall(r"(?m)^\| [^-]", x)) for x in (english_, chinese)]
    assert rows[1] >= 0.9 * rows[0]
    code = re.findall("(?m)^ {4}.+", english_)
    kept = [x for x in code if x in chinese]
    assert len(kept) >= 0.9 * len(code)
    for heading in re.findall("(?m)^#+ (.+)", chinese):
        assert CHINESE.search(heading) or heading in ("etagd", "https")


def test_one_translation_for_report_and_page():
    """The observer's page has the server's words in a table of its own, since no
    program can read the other's: what is in both is the same."""
    page = (TOP / "src" / "observe" / "page" / "reasons.js").read_text()
    rows = dict(re.findall(r'"([^"\n]+)":\s*"([^"\n]+)"', page))
    both = rows.keys() & words.NOTES.keys()
    assert len(both) > 60
    assert {row: rows[row] for row in both} == {
        row: words.NOTES[row] for row in both}


def rows_of_faults():
    """{word: (sentence, in Chinese)} as the server has them."""
    rows = re.findall(r'X\((\w+), [1-9]\d\d, \w+, "([^"]+)",\s*"((?:[^"\\]|\\.)*)"',
                      (TOP / "src/http/fault.h").read_text().replace("\\\n", ""))
    chinese = dict(re.findall(r'\[FAULT_(\w+)\] =\s+"([^"]+)"', (
        TOP / "src/http/wording.c").read_text()))
    return {word: (text.replace("\\", "").rstrip("."), chinese[name].rstrip("。"))
            for name, word, text in rows}


def test_every_fault_has_its_sentence():
    """As the server's error pages have it, in both languages."""
    rows = rows_of_faults()
    assert len(rows) > 40 and rows == faults.TABLE
    for sentence, chinese in rows.values():
        assert words.ZH[sentence] == chinese and CHINESE.search(chinese)


@pytest.mark.parametrize("told", ({"reason": "host-missing"}, {
    "reason": "faulty request", "fault": "host-missing"}),
    ids=["access log", "observer"])
def test_a_faulty_request(told):
    """In the packets' notes, in a visit's table, in the ladder without packets
    and where two reports differ."""
    sentence = "An HTTP/1.1 request needs a Host field"
    said = "HTTP/1.1 的请求必须有 Host 字段"
    talk = Talk().open().ask("GET /a HTTP/1.1\r\n\r\n").answer(
        "HTTP/1.1 400 Bad Request\r\n\r\n").fin(False).fin(True)
    book = ledger.parse(json.dumps({
        "port": 40000, "worker": 1, "connection": 1,
        "request_list": [{"request": 1, "target": "/a", "method": "GET",
                          "status": 400, **told}]}))
    for lang, text in (("en", sentence), ("zh", said)):
        w = words.Words(lang)
        noted = annotate.annotate(talk.blocks, book, w)[0]
        assert any(text in c for b in noted for c in b.comments)
        assert text in [w(c) for p in evidence.told(book.connections[0], 0)
                        for c in p["comments"]]
        data = sample()
        other = sample()
        wire = data["steps"][0]["resources"][0]["wire"][0]
        wire["reason"] = book.requests[0].reason
        assert any(text in w(line) for line in diff.compare(data, other))

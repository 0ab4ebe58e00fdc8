# SPDX-License-Identifier: MIT
"""One of a kind is no plural.  Whole runs (test_60_lab.run) and the pages in the
browser (t/browser/conftest.py) are looked at each time; here is what they seldom
have one of."""
import ast
import json
import pathlib
import re

import pytest

from english import NO_NOUN, plurals, shown
from etagdlab import cli, pcapng, report, words
from frames import Talk
from test_50_parts import sample
from test_85_judging import made

ONE = {"port": 40000, "worker": 1, "connection": 1, "request": 1, "status": 200,
       "target": "/a", "reason": "new", "bytes": 1, "duration_us": 1,
       "end": "sent"}


@pytest.mark.parametrize("text,found", (
    ("1 requests, 11 requests, 0 of 1 requests", ["1 requests"]),
    ("<li><b>1</b> bytes of content</li>", ["1 bytes"]),
    ("step 1 has 1 byte; worker 1 serves; took 1 us; 1.1 seconds", []),
    ("<pre>1 lines</pre><style>a{b:1 cs}</style>", [])))
def test_that_finds_something(text, found):
    assert plurals(shown(text)) == found


def test_a_report_with_one_of_each():
    data, _ = made(answers=True)
    one = {**data["steps"][0]["resources"][0], "wire": [
        {**data["steps"][0]["resources"][0]["wire"][0], "bytes": 1}]}
    data["steps"][0]["resources"] = [one, {**one, "path": "/b", "wire": []}]
    for d in (data, sample()):
        text = shown(report.html(d))
        assert plurals(text) == []
        assert "1 request on the wire" in text
        assert "1 part not asked for" in text and "1 connection\n" in text
    assert "1 byte of content" in shown(report.html(data))
    assert "1 次请求" in shown(report.html(data, "zh"))


def test_commands(tmp_path, capsys):
    """annotate, --verify and --class, each with one."""
    data, blocks = made(answers=True)
    raw, book = tmp_path / "c.pcapng", tmp_path / "log.jsonl"
    folder, page = tmp_path / "all", tmp_path / "class.html"
    folder.mkdir()
    pcapng.write(raw, blocks)

    def said(*args):
        cli.main([str(a) for a in args])
        out = "\n".join(capsys.readouterr())
        assert plurals(out) == []
        return out
    book.write_text(json.dumps(ONE) + "\nno entry\n")
    assert "left out 1 line " in said("annotate", raw, book)
    book.write_text("")
    said("annotate", raw, book)
    data["streams"][0]["tcp"]["client"]["isn"] ^= 1
    (folder / "a.json").write_text(json.dumps(data))
    assert "1 figure does not follow" in said(
        "lab", "--verify", folder / "a.json", raw)
    said("lab", "--class", folder, "-r", page)
    assert plurals(shown(page.read_text())) == []
    assert "1 report\n" in shown(page.read_text())


def test_a_capture_with_one_packet_noted(tmp_path, capsys):
    raw, book = tmp_path / "c.pcapng", tmp_path / "log.jsonl"
    pcapng.write(raw, Talk().open().blocks)
    book.write_text(json.dumps({"port": 40000, "worker": 1}))
    assert cli.main(["annotate", str(raw), str(book)]) == cli.OK
    assert "1 comment; 1 of 1 connections" in capsys.readouterr().out


def test_every_template_with_one():
    """Whatever is filled in English, by itself."""
    top = pathlib.Path(words.__file__).parent
    found = 0
    for path in top.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            text = getattr(node, "value", None)
            if not isinstance(text, str) or "%d" not in text:
                continue
            plain = re.sub(r"%\(\w+\)", "%", text)
            places = re.findall(r"%(%|[-.\d]*([sdf]))", plain)
            kinds = [k for _, k in places if k]
            try:
                said = words.fill(plain, [1 if k == "d" else 1.5 if k == "f"
                                          else "x" for k in kinds])
            except (TypeError, ValueError):
                continue      # no template
            found += 1
            assert plurals(said) == [], (path.name, text)
    assert found > 60 and "has" in NO_NOUN

# SPDX-License-Identifier: MIT
"""--help, what is wrong with a command line, and what is said of reports that are
there: in the language of --lang, or of the terminal."""
import json
import re

import pytest

from etagdlab import cli, course, diff, options, words
from reading import STAYS, english
from test_50_parts import sample

EN, ZH = words.Words("en"), words.Words("zh")
PARSERS = (options.lab_parser, options.annotate_parser)
# of the options themselves: words for FILE and the like, choices, names
TERMS = STAYS | {"ini", "json", "markdown", "chromium", "matrix", "jsonl",
                 "full", "quick", "steps", "lab", "connections"} | set(
                     options.exercises.TABLE)


@pytest.fixture(autouse=True)
def locale(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return lambda **names: [monkeypatch.setenv(*n) for n in names.items()]


def test_which_language(locale):
    assert options.language([]) == "en"
    assert options.language(["--lang", "zh"]) == "zh"
    for text, want in (("zh_CN.UTF-8", "zh"), ("zh_TW.utf8", "zh"),
                       ("zh_CN.GBK", "en"), ("zh_CN", "en"), ("C", "en"),
                       ("de_DE.UTF-8", "en"), ("zh_CN.UTF-8@pinyin", "zh")):
        assert options.of_terminal({"LANG": text}) == want
    locale(LANG="zh_CN.UTF-8")
    assert options.language(["-q"]) == "zh"
    assert options.language(["-q", "--lang=en"]) == "en"
    assert options.language(["--lang", "fr"]) == "zh"
    locale(LC_ALL="C")
    assert options.language([]) == "en"


@pytest.mark.parametrize("parser", PARSERS)
def test_help(parser, monkeypatch):
    for w in (EN, ZH):
        made = parser(w)
        assert all(a.help for a in made._actions)
        for width in (80, 200):
            monkeypatch.setenv("COLUMNS", str(width))
            text = made.format_help()
            assert max(map(options._cells, text.splitlines())) <= width
            said = re.sub(r"(?s)^.*?\n\n", "", text, count=1)
            said = re.sub(r"(?m)^  -.*?(?:  |$)", "", said)
            if w is ZH:
                assert not [x for x in re.findall(
                    r"(?<![\w/.:-])[A-Za-z]{2,}(?![\w/.:-])", said)
                    if x.lower() not in TERMS and x not in TERMS and
                    not x.isupper()]
                assert not re.search(r"(?m)^\s*[\uff0c\u3002\uff1a\uff1b\uff09]",
                                     text)
    assert len(parser(EN)._actions) == len(parser(ZH)._actions)


@pytest.mark.parametrize("args", (
    ["--bogus"], ["--port"], ["--port", "0"], ["--browser", "lynx"],
    ["--keep=1"], ["--no"], ["--diff", "a"]))
def test_mistakes(args, capsys):
    for lang in ("en", "zh"):
        with pytest.raises(SystemExit) as end:
            cli.main(["lab", "--lang", lang, *args])
        assert end.value.code == cli.USAGE
        said = capsys.readouterr().err.splitlines()[-1]
        assert bool(re.search("[\u4e00-\u9fff]", said)) == (lang == "zh"), said
    assert not english(said)


def test_reports_that_are_there(tmp_path, capsys):
    a, b = sample(), sample()
    b["scenario"] = ["first"]
    b["versions"] = {**b["versions"], "browser": "other"}
    for s in b["steps"]:
        for r in s.get("resources", []):
            r["outcome"] = "404"
    one, two = tmp_path / "a.json", tmp_path / "b.json"
    one.write_text(json.dumps(a))
    two.write_text(json.dumps(b))
    raw = tmp_path / "x.pcapng"
    raw.write_bytes(b"no capture")
    (tmp_path / "none").mkdir()
    for lang in ("en", "zh"):
        for args in (["--diff", one, two], ["--diff", one, one],
                     ["--diff", one, raw], ["--verify", one, raw],
                     ["--class", tmp_path], ["--class", tmp_path / "none"],
                     ["--class", raw]):
            cli.main(["lab", "--lang", lang, *map(str, args)])
            said = capsys.readouterr()
            lines = [x for x in (said.out + said.err).splitlines() if x]
            assert lines
            for line in lines:
                assert lang == "zh" or not re.search("[\u4e00-\u9fff]", line)
                if lang == "zh" and not line.startswith(
                        ("ini", "a.json\t", "b.json\t")):
                    assert re.search("[\u4e00-\u9fff]", line), line
                    assert not english(line), line


def test_what_differs_is_said_in_both():
    a, b = sample(), sample()
    b["format"] = 9
    assert diff.compare(a, b) == ["format: %s | 9" % a["format"]]
    assert [ZH(x) for x in diff.compare(a, b)] == [
        "\u683c\u5f0f\uff1a%s | 9" % a["format"]]
    found = course.Course()
    found.unread.append(("x.json", course.NO_REPORT))
    assert ZH(course.lines(found)[-1]).startswith("\u672a\u8bfb\u53d6")

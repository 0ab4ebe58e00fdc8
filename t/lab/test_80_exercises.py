# SPDX-License-Identifier: MIT
"""The exercises: each has its page, its ini and its questions, runs, and is
answered from its capture."""
import ast
import json
import re
import subprocess

import pytest

import harness
from etagdlab import (answers, cli, exercises, measures, report, scenario,
                      tools, words)
from reading import TOP, english
from test_50_parts import sample
from test_60_lab import lab

NAMES = list(exercises.TABLE)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_whole(program, name):
    assert (TOP / "www" / exercises.page(name).lstrip("/")).is_file()
    ini = TOP / "conf" / "exercise" / (name + ".ini")
    done = subprocess.run([program, "-t", "-c", str(ini)],
                          env=harness.environment(), stderr=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    # a name and a password for everybody to know
    assert all("for experiments" in x or "auth.users" in x for x in done.stderr.splitlines()
               if "warning" in x), done.stderr
    # without idle-grace a connection is closed when it was announced to be
    text = ini.read_text()
    assert "second later" not in text and "idle-grace" not in text
    scenario.parse(exercises.TABLE[name].scenario)
    for mk in ("lab/local.mk", "www/local.mk"):
        assert "/exercise/%s." % name in (TOP / mk).read_text()
    assert name in (TOP / "packaging/man/etagd-lab.1").read_text()


def test_every_question_and_answer_in_chinese():
    said = [e.title for e in exercises.TABLE.values()]
    said += [q for e in exercises.TABLE.values() for q, _ in e.questions]
    said += [*answers.HOW.values()] + ["port %d: " + w for w in
                                       answers.WHO.values()]
    # the templates in the rules themselves
    trees = [ast.parse((TOP / "lab/etagdlab" / name).read_text())
             for name in ("answers.py", "answers_auth.py", "measures.py")]
    for call in (c for tree in trees for c in ast.walk(tree)):
        if isinstance(call, ast.Call) and \
                getattr(call.func, "id", "") == "_said":
            for part in ast.walk(call.args[0]):
                if isinstance(part, ast.Constant) and \
                        isinstance(part.value, str) and " " in part.value:
                    said.append(part.value)
    plain = [s for s in said if s not in words.ZH and s != "port %d: " and
             re.search("[A-Za-z]{2}", s.replace("%d", "").replace("%s", ""))]
    assert not plain and len(said) > 60


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_room_figures_and_answers(lang):
    data = {**sample(), "exercise": {
        "name": "get", "title": "A simple GET", "figures": False,
        "questions": [{"text": exercises.TABLE["get"].questions[0][0],
                       "packets": [4, 6]}]}}
    w = words.Words(lang)
    text = report.html(data, lang)
    assert "class=room" in text and w("Look at packets: %s", "4, 6") not in \
        text and "class=answer" not in text
    data["exercise"]["figures"] = True
    assert w("Look at packets: %s", "4, 6") in report.html(data, lang)
    data["exercise"]["questions"][0]["answer"] = None
    text = report.html(data, lang)
    assert w("this run does not tell") in text and "class=room" not in text
    assert lang == "en" or not english(text.split("<footer>")[0])


@pytest.mark.parametrize("sizes,frames", (
    ((883, 1448, 1000), [1, 2]), ((900, 1448, 983), [0, 1, 2]),
    ((400, 500, 2431), [1, 2])))
def test_the_head_of_an_upload_is_none_of_its_text(sizes, frames):
    """What came in a segment of its own does not count as one of the text."""
    packets = [{"no": i, "stream": 0, "client": True, "data": n,
                "seq": 670 + sum(sizes[:i])} for i, n in enumerate(sizes)]
    asked = {"line": "POST /upload HTTP/1.1", "seen": True, "head": 883,
             "content": sum(sizes) - 883, "fields": [], "packets": [0, 2]}
    answer = {"line": "HTTP/1.1 200 OK", "seen": True, "head": 9, "content": 0,
              "fields": [], "packets": [3, 3]}
    told = measures.upload_segments({
        **sample(), "streams": [{"port": 1}], "packets": packets,
        "exchanges": [{"stream": 0, "port": 1, "request": 1, "asked": asked,
                       "answered": answer}]})
    assert told.packets == frames
    assert told.text.startswith("%d bytes" % (sum(sizes) - 883))


def test_without_anything_there_is_no_answer():
    empty = {**sample(), "streams": [], "packets": [], "exchanges": [],
             "steps": [], "time_wait": None}
    for name in NAMES:
        told = exercises.asked(name, empty, True)["questions"]
        assert len(told) == len(exercises.TABLE[name].questions)


def test_usage(capsys):
    assert cli.main(["lab", "--answers"]) == cli.USAGE
    assert "--exercise" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["lab", "-e", "nothing"])


# What must come out, as patterns of the answers in order.
WANTED = {
    "report": ["port", "client", "MSS=", "3: ", "open for", "^0 req",
               "/logo.png: granted", "server first", "the server", "^[56]\\d\\."],
    "get": ["HTTP/1.1, the server HTTP/1.1", "en", "127.0.0.1", "200 OK",
            "GMT", "bytes"],
    "conditional": ["none", "[1-9]", "If-None-Match: .*If-Modified",
                    "304 Not Modified", "^0 bytes"],
    "long": ["^2: ", "MSS=65495; .*MSS=536", "at most 1448 .*at most 524 ",
             "200 OK", "\\d{5} bytes"],
    "auth": ["^401, 401, 200, (200|304)$", "Basic realm=",
             "^Authorization: Basic c3R1ZGVudDpuZXR3b3Jr$",
             "^student:network:", "port \\d+", "^[1-9] of them", "private"],
    # The server waits 200 ms before each picture, so six at the same time are
    # sooner there than one after the other on one connection.
    "embedded": ["^14: ", "at the same time", "request",
                 "^the browser: 7 .*one after the other: 7 requests on 1 "
                 "connection in (?:1[.][2-9]|[2-9]|[0-9]{2})"],
    # (On a busy machine a segment may be sent again before its acknowledgement is
    # read.)
    "upload": ["127.0.0.1", "client", "^152[0-9]{3} bytes of content in 1[0-9]"
               "{2} segments of at most 14[0-9]{2} ", "^[1-9]", "[0-9]",
               "^[0-9]+$", "^152", "^200 OK"],
    # The first eight are what the source's capture has on its first connection.
    "http10": ["HTTP/1.1, the server HTTP/1.0$", "^3 packets: 17, [0-9]+, 1[0-9]"
               "{3} bytes", "^→\\[SYN\\] ←\\[SYN, ACK\\] →\\[PSH, ACK\\]"
               "( ←\\[PSH, ACK\\]){3}( [←→]\\[FIN, ACK\\]){2}$",
               "open for", "^0 req", "server first", "the server"],
    "models": ["^step 2: [1-9].*step 4: 0[.]", "step 2: [1-9].*step 4: 0 ",
               "[2-9][.]", "0 requests"],
    "handshake": ["client", "and one", "SACK_PERM", "ms"],
    "teardown": ["(?s)server first, both at once.*by a reset.*half-closed",
                 "server", "^[56]\\d\\.", "s"],
    "keep-alive": ["[2-4] requests", "s", "server first"],
    "cache": ["step 1: 4 requests, 0", "/logo/fresh.png: granted",
              "If-None-Match"],
    "media": ["bytes=0- → 206, bytes 0-.*bytes=\\d{6,}-", "of a file of"],
    "preconnect": ["open for", "^0 req", "s", "first"],
}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_answered(program, tmp_path, chromium, name):
    path = tmp_path / "r.html"
    done = lab(program, "-e", name, "--answers", "-q", "-r", path)
    assert done.returncode == 0, done.stderr
    data = json.loads(path.with_suffix(".json").read_text())
    if not data["capture"]["way"]:
        pytest.skip(data["capture"]["why_not"])
    told = data["exercise"]["questions"]
    assert len(told) == len(WANTED[name])
    numbers = {p["no"] for p in data["packets"]}
    for q, pattern in zip(told, WANTED[name]):
        assert q["answer"] and re.search(pattern, q["answer"]), q
        assert set(q["packets"]) <= numbers
    assert "class=answer" in path.read_text()
    if name == "auth":        # what was refused was not had from a cache
        first = data["steps"][0]["resources"][0]
        assert first["outcome"] == "401" and first["agree"] is not False


@pytest.mark.parametrize("name, n, outcome", (
    ("upload", 1, "200"),
    ("auth", 0, "401"),       # (it asks in a window of its own)
))
def test_by_firefox(program, tmp_path, name, n, outcome):
    if not tools.BROWSERS["firefox"].path():
        pytest.skip(tools.BROWSERS["firefox"].missing())
    path = tmp_path / "r.html"
    done = lab(program, "--browser", "firefox", "-e", name, "-q", "-r", path)
    assert done.returncode == 0, done.stderr
    step = json.loads(path.with_suffix(".json").read_text())["steps"][n]
    assert not step["skipped"] and not step["failed"]
    assert [r["outcome"] for r in step["resources"]] == [outcome]

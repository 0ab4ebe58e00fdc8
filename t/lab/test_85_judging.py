# SPDX-License-Identifier: MIT
"""Reports that are there: held against their capture, and beside each other."""
import copy
import json
import random

import pytest

from etagdlab import (cli, evidence, exercises, fields, ledger, pcapng,
                      report, verify)
from frames import Talk
from reading import english
from test_50_parts import exchange, sample
from test_60_lab import lab

ASK = "GET /a?token=x HTTP/1.1\r\nHost: h\r\n\r\n"
ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def made(isn=(1000, 5000), answers=False):
    """(a report's data, the capture that belongs to it)"""
    talk = Talk(isn=isn).open().ask(ASK).answer(ANSWER).fin(True).fin(False)
    start = talk.time_ns - 10 ** 9
    wire = evidence.Wire(talk.blocks, ledger.parse(""), 80)
    data = {**sample(), "config": "[observe]\nmask = token\n"}
    data["packets"] = evidence.packet_rows(wire, start)
    data["streams"] = evidence.stream_rows(wire, start)
    data["exchanges"] = fields.exchanges(wire.streams, "token")
    e = exchange(200, "new", port=40000, answer_packet=5)
    row = {**data["steps"][0]["resources"][0], "outcome": "200", "wire": [e],
           "path": "/a?token=***", "browser": "bytes"}
    data["steps"][0].update(resources=[row], begin=0.0, text="first")
    data = verify.mask.everywhere("token", data)
    if answers:
        data["exercise"] = exercises.asked("handshake", data, True)
    return json.loads(report.plain(data)), talk.blocks


def test_what_follows():
    data, blocks = made(answers=True)
    assert verify.differences(data, blocks) == []
    assert verify.figures(data) > 150


def leaves(x, path=()):
    if isinstance(x, dict):
        for k, v in x.items():
            if k not in verify.ELSEWHERE:
                yield from leaves(v, path + (k,))
    elif isinstance(x, list):
        for i, v in enumerate(x):
            yield from leaves(v, path + (i,))
    else:
        yield path


def changed(data, path):
    data = copy.deepcopy(data)
    at = data
    for k in path[:-1]:
        at = at[k]
    old = at[path[-1]]
    at[path[-1]] = not old if isinstance(old, bool) else old + 1 \
        if isinstance(old, (int, float)) else "forged"
    return data


def test_whatever_is_changed_is_found():
    """Each single figure in turn: it is named, and nothing else is."""
    data, blocks = made(answers=True)
    places = [p for k in ("packets", "streams", "exchanges")
              for p in leaves(data[k], (k,))]
    for path in random.Random(1).sample(places, 120):
        wrong = verify.differences(changed(data, path), blocks)
        assert wrong, path
    for path in (("steps", 0, "captured"), ("agreement", "captured"),
                 ("steps", 0, "resources", 0, "outcome"),
                 ("steps", 0, "resources", 0, "wire", 0, "packet"),
                 ("steps", 0, "resources", 0, "wire", 0, "status"),
                 ("exercise", "questions", 0, "answer"),
                 ("exercise", "questions", 1, "packets", 0)):
        wrong = verify.differences(changed(data, path), blocks)
        assert wrong and len(wrong) <= 2, (path, wrong)


def test_another_capture_and_none(tmp_path, capsys):
    data, blocks = made()
    _, other = made(isn=(7, 9))
    assert verify.differences(data, other)
    path, pcap = tmp_path / "r.json", tmp_path / "c.pcapng"
    path.write_text(json.dumps(data))
    pcapng.write(pcap, blocks)
    args = ["lab", "--verify", str(path), str(pcap)]
    assert cli.main(args) == cli.OK
    assert "figures follow" in capsys.readouterr().out
    pcapng.write(pcap, other)
    assert cli.main(args) == cli.DIFFERENT
    assert "in the capture" in capsys.readouterr().out
    pcap.write_bytes(b"nothing")
    assert cli.main(args) == cli.USAGE
    pcapng.write(pcap, [pcapng.section()])
    for text in (json.dumps(data), "{}", "[1]", "x", "[" * 9000):
        path.write_text(text)
        assert cli.main(args) == cli.USAGE, text[:20]
    capsys.readouterr()


def a_class(tmp_path):
    one, _ = made((1, 2))
    two, _ = made((3, 4))
    three, _ = made((5, 6))
    one["name"], two["name"], three["name"] = "Ada", "<b>\t\x1b[31m", "Eve"
    three["steps"][0]["resources"][0]["outcome"] = "304"
    copied = {**copy.deepcopy(one), "name": "Mallory"}
    folder = tmp_path / "all"
    (folder / "sub").mkdir(parents=True)
    for name, d in (("ada", one), ("bob", two), ("eve", three),
                    ("sub/mallory", copied)):
        (folder / (name + ".json")).write_text(json.dumps(d))
    (folder / "x.json").write_text("{\"steps\": 7}")
    (folder / "y.json").write_bytes(b"\xff\xfe{")
    return folder


SAID = {
    "en": ("copy: ada.json and sub/mallory.json share 1 of 1",
           "differs: eve.json, step 1 first, /a?token=***: 304; most have 200",
           "not read: x.json", "not read: y.json"),
    "zh": ("互为副本：ada.json 与 sub/mallory.json 的 1 个连接中有 1 个相同",
           "不同：eve.json，第 1 步 first，/a?token=***：304；多数为 200",
           "未读取：x.json", "未读取：y.json")}


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_a_class(tmp_path, lang, capsys):
    folder = a_class(tmp_path)
    out, page = folder / "class.json", tmp_path / "class.html"
    args = ["lab", "--class", str(folder), "-r", str(page), "-j", str(out),
            "--lang", lang]
    for _ in range(2):        # what it wrote is no report the second time
        assert cli.main(args) == cli.DIFFERENT
    said = capsys.readouterr().out
    assert "\x1b" not in said
    for text in SAID[lang]:
        assert text in said
    assert ("bob.json and" if lang == "en" else "bob.json 与") not in said
    data = json.loads(out.read_text())
    assert [r["name"] for r in data["rows"]] == [
        "Ada", "<b> \x1b[31m", "Eve", "Mallory"]
    assert [c["files"] for c in data["copies"]] == [
        ["ada.json", "sub/mallory.json"]]
    text = page.read_text()
    assert "<b>" not in text.split("<main>")[1]
    assert text.count("class=wrong") == 2
    if lang == "zh":
        # why a file could not be read is Python's own word
        assert all("invalid start byte" in x for x in english(text))
        assert "全班的报告" in text and "多数为 200" in text


def test_a_class_without_copies(tmp_path, capsys):
    folder = a_class(tmp_path)
    (folder / "sub" / "mallory.json").unlink()
    assert cli.main(["lab", "--class", str(folder)]) == cli.OK
    assert cli.main(["lab", "--class", str(tmp_path / "no")]) == cli.USAGE
    (tmp_path / "empty").mkdir()
    assert cli.main(["lab", "--class", str(tmp_path / "empty")]) == cli.USAGE
    capsys.readouterr()


def test_a_real_run(program, tmp_path, chromium):
    path, pcap = tmp_path / "r.json", tmp_path / "c.pcapng"
    done = lab(program, "-e", "report", "--answers", "-q", "-w", pcap, "-p",
               "/lab/exercise/report.html?token=not-to-be-told", "-r",
               path.with_suffix(".html"))
    assert done.returncode == 0, done.stderr
    data = json.loads(path.read_text())
    if not data["capture"]["way"]:
        pytest.skip(data["capture"]["why_not"])
    # (a short one might be in a picture's base64)
    assert "not-to-be-told" not in path.read_text()
    assert "not-to-be-told" not in path.with_suffix(".html").read_text()
    done = lab(program, "--verify", path, pcap)
    assert done.returncode == 0, done.stdout
    data["streams"][0]["tcp"]["client"]["isn"] ^= 1
    path.write_text(json.dumps(data))
    done = lab(program, "--verify", path, pcap)
    assert done.returncode == 3 and "isn" in done.stdout


GARBAGE = (None, [], {}, "x", -1, 1.5, True, [[]], {"a": []}, "\ud800", 10**400)


def spoilt(data, random_):
    """Some of its values are anything."""
    data = copy.deepcopy(data)
    for _ in range(random_.randrange(1, 4)):
        at = data
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            key = random_.choice(keys)
            if isinstance(at[key], (dict, list)) and at[key] and \
                    random_.random() < 0.8:
                at = at[key]
                continue
            at[key] = copy.deepcopy(random_.choice(GARBAGE))
            break
    return data


def test_what_is_handed_in_may_be_anything(tmp_path, capsys):
    """Neither call fails in another way than by a message."""
    random_ = random.Random(3)
    data, blocks = made(answers=True)
    pcap, path = tmp_path / "c.pcapng", tmp_path / "all" / "r.json"
    pcapng.write(pcap, blocks)
    path.parent.mkdir()
    (path.parent / "good.json").write_text(json.dumps(data))
    (path.parent / "like.json").write_text(json.dumps(made((8, 9))[0]))
    page = tmp_path / "p.html"
    for _ in range(120):
        path.write_text(json.dumps(spoilt(data, random_)))
        assert cli.main(["lab", "--verify", str(path), str(pcap)]) in (
            cli.OK, cli.DIFFERENT, cli.USAGE)
        assert cli.main(["lab", "--class", str(path.parent), "-r", str(page),
                         "-j", str(tmp_path / "p.json")]) in (
            cli.OK, cli.DIFFERENT)
        out = capsys.readouterr().out
        assert "good.json" in out and "like.json" in out

# SPDX-License-Identifier: MIT
"""Pages as students make them: a report of each, and nothing that differs."""
import random
import struct
import zlib

import pytest

from test_60_lab import lab, outcomes, run

pytestmark = pytest.mark.usefixtures("chromium")
STEPS = "first,again,edit-logo,again"


def png(side=4, noise=False):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(
            ">I", zlib.crc32(kind + body))
    rows = (b"\0" + b"\xff\0\0" * side) * side
    if noise:                 # as a photograph: it does not become smaller
        dots = random.Random(side)
        rows = b"".join(b"\0" + dots.randbytes(3 * side)
                        for _ in range(side))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav(seconds=2):
    data = bytes(8000 * seconds)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + \
        struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + \
        struct.pack("<I", len(data)) + data


def page(tmp_path, body, charset="utf-8", **files):
    site = tmp_path / "site"
    site.mkdir()
    text = "<!doctype html>\r\n<meta charset=%s>\r\n<title>x</title>\r\n" \
        "<link rel=icon href=data:,>\r\n%s" % (charset, body)
    (site / "index.html").write_bytes(text.encode(charset))
    for name, data in files.items():
        (site / name).write_bytes(data)
    return site


def test_no_picture_at_all(program, tmp_path):
    site = page(tmp_path, "<p>hello")
    data, html, _ = run(program, tmp_path, "-s", STEPS, "--matrix", "off",
                        site)
    assert "no page with a picture" in data["steps"][2]["skipped"]
    assert "skipped: no page with a picture" in html


def test_a_missing_logo(program, tmp_path):
    site = page(tmp_path, "<img src=logo.png>")
    data, _, _ = run(program, tmp_path, "-s", STEPS, "--matrix", "off", site)
    assert outcomes(data["steps"][0])["/logo.png"] == "404"
    assert data["steps"][2]["skipped"]


@pytest.mark.parametrize("charset", ["gbk", "big5"])
def test_chinese_names_and_charsets(program, tmp_path, charset):
    name = "\u5b78\u6821 logo.png"
    site = page(tmp_path, "<p>\u5b78<img src='%s'>" % name, charset,
                **{name: png()})
    data, html, _ = run(program, tmp_path, "-s", STEPS, "--matrix", "off",
                        "--lang", "zh", site)
    assert not any(s["skipped"] or s["failed"] for s in data["steps"])
    assert name in data["steps"][2]["note"] and name in html


def test_audio_is_judged_by_the_wire(program, tmp_path):
    site = page(tmp_path, "<audio src=a.wav preload=auto controls></audio>"
                "<video src=b.wav preload=auto></video>",
                **{"a.wav": wav(), "b.wav": wav(60)})
    data, html, _ = run(program, tmp_path, "-s", "first,again,reload,hard",
                        "--matrix", "off", site)
    parts = [r for s in data["steps"] for r in s["resources"]
             if r["path"].endswith(".wav")]
    assert parts and all(r["agree"] is None for r in parts)
    assert "They differ" not in html


def test_a_step_that_fails_is_told(program, tmp_path):
    site = page(tmp_path, "<img src=logo.png>", **{"logo.png": b"\x89PNG\r\n"
                b"\x1a\nbroken"})
    report = tmp_path / "r.html"
    done = lab(program, "-r", report, "-s", "first,edit:nofile,edit-logo,again",
               "--matrix", "off", site)
    assert done.returncode == 1, done.stderr
    assert "there is no file nofile" in report.read_text()
    assert "edit:nofile failed: there is no file" in done.stderr

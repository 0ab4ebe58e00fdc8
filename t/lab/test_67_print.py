# SPDX-License-Identifier: MIT
"""The report on paper: everything open, nothing cut."""
import os
import re
import shutil
import subprocess
import tempfile

import pytest

import harness
from etagdlab import tools
from test_60_lab import run


@pytest.fixture
def printed(chromium):
    """printed(report): the text of its PDF as Chromium prints it."""
    if not shutil.which("pdftotext"):
        harness.need("pdftotext is not installed (apt-get install "
                     "poppler-utils)")

    def text(report):
        pdf = report.with_suffix(".pdf")
        with tempfile.TemporaryDirectory(prefix="t-") as profile:
            subprocess.run(
                [tools.BROWSER.path(), "--headless=new", "--disable-gpu",
                 "--user-data-dir=" + profile, "--print-to-pdf=%s" % pdf,
                 "--no-pdf-header-footer"] +
                (["--no-sandbox"] if os.geteuid() == 0 else []) +
                [report.as_uri()], check=True, timeout=120,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return read(pdf, "-layout")
    return text


def read(pdf, *how):
    return subprocess.run(["pdftotext", *how, str(pdf), "-"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def heights(pdf, word):
    """How high a word's lines are, in points."""
    places = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">%s<'
                        % re.escape(word), read(pdf, "-bbox"))
    return [float(b) - float(a) for a, b in places]


def columns(pdf, *title):
    """Where a title begins, from the left, each time that it is there."""
    found = re.findall(r'xMin="([\d.]+)"[^>]*>([^<]*)<', read(pdf, "-bbox"))
    n = len(title)
    return [found[i][0] for i in range(len(found))
            if tuple(w for _, w in found[i:i + n]) == title]


def gaps(pdf, word, following):
    """How far a word's end is from the one behind it, each time."""
    found = re.findall(r'xMin="([\d.]+)"[^>]* xMax="([\d.]+)"[^>]*>([^<]*)<',
                       read(pdf, "-bbox"))
    return [float(b[0]) - float(a[1]) for a, b in zip(found, found[1:])
            if (a[2], b[2]) == (word, following)]


def test_everything_is_on_paper(program, tmp_path, printed):
    data, _, _ = run(program, tmp_path, "-p", "/one.html", "-s",
                     "first,again", "--matrix", "off")
    text = printed(tmp_path / "report.html")
    for stream in data["streams"]:
        # its ladder's head, not only the line that opens it
        assert "browser :%d" % stream["port"] in text
    # Lines are wrapped in their cells, so word by word.
    words = set(text.split())
    sheets = text.rstrip("\f").split("\f")
    for p in data["packets"]:
        assert not set(p["info"].split()) - words, p["info"]
    assert not set(data["config"].split()) - words
    # A table that is too wide makes Chromium print everything smaller.
    pdf = tmp_path / "report.pdf"
    assert heights(pdf, "Caching")[0] > 15
    # The paper of most courses, in points, whatever the browser's own is.
    assert re.findall(r"width=\"(\d+)[.\d]*\" height=\"(\d+)",
                      read(pdf, "-bbox")) == len(sheets) * [("594", "841")]
    # Type that can be read: of pictures, too, whose letters are 12 units high.
    for word in ("SYN-SENT", "ESTABLISHED", "Bytes"):
        found = heights(pdf, word)
        assert found and min(found) > 6.4, (word, found)
    # What is said of a field has the same room beside every value.
    assert len(set(columns(pdf, "what", "it", "says"))) == 1
    # Nor does the longest name that browsers send run into its value.
    for pair in (("Upgrade-Insecure-Requests", "1"),
                 ("X-Content-Type-Options", "nosniff")):
        assert min(gaps(pdf, *pair)) > 3, pair
    # No step's name is a page's last line, no packet's note its first.
    steps = tuple("%d. %s" % (i + 1, s["text"])
                  for i, s in enumerate(data["steps"]))
    for i, sheet in enumerate(sheets):
        *lines, number = [line.strip() for line in sheet.splitlines()
                          if line.strip()]
        assert number == "%d / %d" % (i + 1, len(sheets))
        if lines[:1] and lines[0].startswith("No."):
            assert not lines[1].startswith("etagd:"), lines[:2]
            assert lines[-1] not in steps
    # A short section fills what the one before has left.
    begins = [next(line.strip() for line in sheet.splitlines()
                   if line.strip()) for sheet in sheets]
    assert "Packet by packet" in begins
    assert not {"What each visit asked for", "Connections over time"} & \
        set(begins), begins
    # One line each: what a column is too narrow for is broken anywhere.
    assert len(heights(pdf, "127.0.0.1")) >= 2 * len(data["packets"])

# SPDX-License-Identifier: MIT
"""The pages that are shipped are Chinese for those who read Chinese: nothing in
www/ is English only."""
import html.parser
import os
import re
import subprocess
import tempfile

import pytest

import harness
from etagdlab import tools
from reading import STAYS, TOP

PAGES = sorted((TOP / "www").glob("**/*.html"))
BLOCKS = {"p", "h1", "h2", "h3", "li", "dt", "dd", "th", "td", "label",
          "button", "a", "span", "b", "title", "div"}
VOID = {"meta", "link", "img", "input", "br", "hr"}
MUTE = {"script", "style", "code", "pre", "kbd", "svg", "noscript"}
CHINESE = re.compile("[\u4e00-\u9fff]")
NAMES = {"ada", "muster", "etagd", "english"}


class Reader(html.parser.HTMLParser):
    """Its texts: [(language, who translates it, text)] in order."""

    def __init__(self):
        super().__init__()
        self.stack, self.texts = [("html", "en", "")], []

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        a = dict(attrs)
        _, lang, by = self.stack[-1]
        by = by or ("words" if "data-t" in a else "title" if "data-zh" in a
                    else "mute" if tag in MUTE else "")
        if tag != "html" and a.get("lang") == "en":
            by = by or "pair"
        self.stack.append((tag, a.get("lang", lang)[:2], by))

    def handle_endtag(self, tag):
        while len(self.stack) > 1:
            if self.stack.pop()[0] == tag:
                return

    def handle_data(self, data):
        if data.strip():
            self.texts.append(self.stack[-1][1:] + (data.strip(),))


def plain(text):
    """Those that nothing shows in Chinese."""
    reader = Reader()
    reader.feed(text)
    found, texts = [], [t for t in reader.texts if t[1] != "mute"]
    for i, (lang, by, said) in enumerate(texts):
        words = [w for w in re.findall("[A-Za-z][A-Za-z-]+", said)
                 if not {w, w.lower()} & STAYS and w.lower() not in NAMES]
        if lang == "zh" or by in ("words", "title") or not words or \
                CHINESE.search(said):
            continue
        # The Chinese comes behind it, after what else is English of it.
        later = next((t for t in texts[i + 1:] if t[0] == "zh" or
                      t[1] == "words"), None)
        if later is None or later[0] != "zh":
            found.append(said)
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_nothing_is_english_only(path):
    text = path.read_text()
    if not re.search(r"<li>Line 1 of 400", text):   # a document to be long
        assert plain(text) == []
    pairs = re.findall(r'<span lang="en">', text)
    assert len(pairs) == (len(re.findall('<span lang="zh-CN">', text))
                          if pairs else 0)
    if pairs:
        spoken = re.findall(r'(?<![\w-])(?:alt|aria-label|data-label)="[^"]'
                            r'+"(?! data-zh)', text)
        assert not spoken
    words = (TOP / "www/lab/words.js").read_text().partition("\n    zh: {")[2]
    for key in re.findall(r'data-t(?:-label)?="([^"]+)"', text):
        assert '"%s":' % key in words or '\n        %s:' % key in words, key


def test_that_finds_something():
    assert plain("<html lang=en><p>Hello there") == ["Hello there"]
    assert plain("<html lang=en><p>Hello</p><p lang=zh>x</p><p>Else") == ["Else"]
    assert plain("<html lang=en><p><span lang=en>Hello</span>"
                 "<span lang=zh-CN>x</span><code>a b</code>") == []


@pytest.mark.parametrize("name", ["index.html", "one.html", "reset.html"])
def test_the_browsers_language_is_shown(chromium, name):
    with tempfile.TemporaryDirectory(prefix="t-") as profile:
        shown = subprocess.run(
            [tools.BROWSER.path(), "--headless=new", "--disable-gpu",
             "--user-data-dir=" + profile, "--accept-lang=zh-CN,en",
             "--dump-dom"] +
            (["--no-sandbox"] if os.geteuid() == 0 else []) +
            [(TOP / "www" / name).as_uri()], check=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=harness.environment()).stdout
    assert '<html lang="zh-CN">' in shown
    spoken = re.findall(r' (?:alt|aria-label|data-label)="([^"]+)"', shown)
    assert all(CHINESE.search(s) for s in spoken)

# SPDX-License-Identifier: MIT
"""References of every kind: what the observer's page says was not asked for is
what the browser took from its cache, for each kind by itself and for what a
sheet's sheet and a module's module refer to."""
import struct

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from test_10_policies import png
from test_40_observer import LOADS
from visitor import Witness

LOGO = png(8, 8)
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>"
WAVE = b"RIFF" + struct.pack("<I", 36 + 800) + b"WAVEfmt " + struct.pack(
    "<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack(
    "<I", 800) + b"\x80" * 800
P = "<p style='width:9px;height:9px'>x</p>"

# Page's content; its files beside the pictures a.png ... e.png, which each has;
# what the second visit leaves to the cache.
KINDS = {
    "image": ("<img src=a.png>", {}, "a.png"),
    "srcset": ("<img srcset='a.png 1x, b.png 2x, c.png 3x' src=d.png>", {},
               "a.png"),
    "sizes": ("<img sizes=400px srcset='a.png 100w, b.png 400w, c.png 900w'>",
              {}, "b.png"),
    "picture": ("<picture><source media='(min-width:9000px)' srcset=a.png>"
                "<source type=image/no srcset=b.png><source srcset=c.png>"
                "<img src=d.png></picture><img src=e.png>", {}, "c.png e.png"),
    "sheet": ("<link rel=stylesheet href=a.css>" + P,
              {"a.css": "p { background: url(a.png) }"}, "a.css a.png"),
    "sheet-of-sheet": (
        "<link rel=stylesheet href=css/a.css>" + P,
        {"css/a.css": "@import 'more/b.css'; p { color: red }",
         "css/more/b.css": "@import url(\"c.css\"); p { color: blue }",
         "css/more/c.css": "p { background: url('../../a.png') }"},
        "css/a.css css/more/b.css css/more/c.css a.png"),
    "rule-for-nobody": ("<link rel=stylesheet href=a.css>" + P,
                        {"a.css": "b { background: url(a.png) }"}, "a.css"),
    "image-set": (
        "<style>p { background: image-set(url(a.png) 1x, url(b.png) 2x) }"
        "</style>" + P, {}, "a.png"),
    "style-attribute": (
        "<p style=\"background:url(&quot;a.png&quot;)\">x</p>", {}, "a.png"),
    "font": ("<style>@font-face { font-family: f; src: url(a.woff2) "
             "format('woff2'), url(b.ttf) } p { font-family: f }"
             "@font-face { font-family: g; src: url(c.woff2) }</style>" + P,
             {"a.woff2": b"no font", "b.ttf": b"no font",
              "c.woff2": b"no font"}, "a.woff2 b.ttf"),
    "script": ("<script src=a.js></script>", {"a.js": "1;\n"}, "a.js"),
    "module": (
        "<script type=module src=js/a.js></script>",
        {"js/a.js": "import {b} from './b.js';\nimport('./d.js');\n",
         "js/b.js": "export * from '../js/c.js';\nexport const b = 1;\n",
         "js/c.js": "export const c = /'/;\n",
         "js/d.js": "1;\n",
         "js/never.js": "1;\n"},
        "js/a.js js/b.js js/c.js js/d.js"),
    "inline-module": ("<script type=module>import './a.js'</script>",
                      {"a.js": "1;\n"}, "a.js"),
    "module-not-called": (
        "<script type=module src=a.js></script>",
        {"a.js": "if (0) import('./b.js');\n", "b.js": "1;\n"}, "a.js"),
    "preload": ("<link rel=preload as=image href=a.png><img src=a.png>"
                "<link rel=modulepreload href=b.js>"
                "<script type=module src=b.js></script>",
                {"b.js": "1;\n"}, "a.png b.js"),
    "preload-set": (
        "<link rel=preload as=image imagesrcset='a.png 1x, b.png 2x'>"
        "<img srcset='a.png 1x, b.png 2x'>", {}, "a.png"),
    "poster": ("<video poster=a.png preload=none src=b.webm></video>",
               {"b.webm": b"no film"}, "a.png"),
    "input": ("<input type=image src=a.png alt=x>", {}, "a.png"),
    "object": ("<object data=a.svg type=image/svg+xml></object>",
               {"a.svg": SVG}, "a.svg"),
    "embed": ("<embed src=a.svg type=image/svg+xml>", {"a.svg": SVG},
              "a.svg"),
    "drawing": ("<svg width=9 height=9><image href=a.png width=9 height=9 />"
                "</svg>", {}, "a.png"),
    "background": ("<body background=a.png>" + P, {}, "a.png"),
    "frame": ("<iframe src=f.htm></iframe>",
              {"f.htm": "<!doctype html><link rel=stylesheet href=a.css>"
               "<img src=b.png>" + P,
               "a.css": "p { background: url(a.png) }"},
              "f.htm a.css a.png b.png"),
    "base": ("<base href=js/><img src=../a.png><script src=a.js></script>",
             {"js/a.js": "1;\n"}, "a.png js/a.js"),
    "noscript": ("<noscript><img src=a.png></noscript><template>"
                 "<img src=b.png></template><img src=c.png>", {}, "c.png"),
}
BATCH = 6  # pages; the observer shows twelve loads

# Of the page and of what is in its frames.
LOADED = """
const size = arguments[0];
const of = w => w.performance.getEntriesByType('resource')
    .filter(e => size === undefined || e.transferSize === size)
    .map(e => new URL(e.name).pathname);
return [...document.querySelectorAll('iframe')].reduce((all, f) =>
    all.concat(of(f.contentWindow)), of(window));
"""
CACHED = 0  # the transfer size that says so


@pytest.fixture
def observed(serve):
    files = {}
    for name, (content, more, _) in KINDS.items():
        files[name + "/index.html"] = \
            "<!doctype html><link rel=icon href='data:,'>" + content
        for picture in "abcde":
            files["%s/%s.png" % (name, picture)] = LOGO
        for path, text in more.items():
            files["%s/%s" % (name, path)] = text
    server = serve(files=files, rules="[cache *]\nCache-Control = max-age=600\n"
                   "[cache *.html]\nCache-Control = no-cache\n"
                   "[cache /*/]\nCache-Control = no-cache\n",
                   conf={"server": {"workers": 1},
                         "observe": {"listen": "127.0.0.1:0"}})
    url = server.await_line(r"M012: observing at (http://\S+/)").group(1)
    return server, url


def wait_ready(browser, name):
    """Styles are applied and modules called after the page's load event, too:
    until all that it needs has come."""
    wanted = {"/%s/%s" % (name, p) for p in KINDS[name][2].split()}
    WebDriverWait(browser.driver, 60, 0.02).until(
        lambda d: wanted <= set(browser.script(LOADED)))


def test_silence_of_every_kind(observed, browser):
    server, url = observed
    witness = Witness(server)
    names, wrong = list(KINDS), []
    for i in range(0, len(names), BATCH):
        cached, batch = {}, names[i:i + BATCH]
        for name in batch:
            for _ in range(2):
                browser.open("%s/%s/" % (server.url, name))
                wait_ready(browser, name)
                seen = witness.look()
            cached[name] = set(browser.script(LOADED, CACHED))
            expected = {"/%s/%s" % (name, p) for p in KINDS[name][2].split()}
            if cached[name] != expected or seen != {"/%s/" % name: [304]}:
                wrong.append("%s: the browser had %s in its cache, asked %s" % (
                    name, sorted(cached[name]), seen))
        browser.driver.get(url)
        WebDriverWait(browser.driver, 60, 0.1).until(
            lambda d: len(browser.script(LOADS)) >= 2 * len(batch))
        loads = browser.script(LOADS)[:2 * len(batch)]
        for path, silent in loads[::2]:  # newest first: the second visits
            told = set(silent.split())
            if told != cached[path.strip("/")]:
                wrong.append("%s: the observer says %s, the browser %s" % (
                    path, sorted(told), sorted(cached[path.strip("/")])))
        for path, silent in loads[1::2]:
            if silent:
                wrong.append("%s, first visit: %s" % (path, silent))
    assert not wrong, "\n".join(wrong)


def test_candidates_are_told_as_one(observed, browser):
    server, url = observed
    for name in ("srcset", "rule-for-nobody"):
        browser.open("%s/%s/" % (server.url, name))
        browser.open("%s/%s/" % (server.url, name))
    browser.driver.get(url)
    WebDriverWait(browser.driver, 60, 0.1).until(
        lambda d: len(browser.script(LOADS)) >= 4)
    nobody, _, srcset, _ = browser.script(
        "return [...document.querySelectorAll('.load')].map(l => l.innerText)")
    assert "granted fresh for 10 min" in srcset
    assert "one of 4 candidates" in srcset
    assert "1 not asked" in srcset and "b.png" not in srcset
    assert "1 not called for so far" in nobody and "a.css" in nobody


def test_an_edited_page_is_told_again(observed, browser):
    server, url = observed
    browser.open(server.url + "/image/")
    server.tree.write("image/index.html",
                      "<!doctype html><link rel=icon href='data:,'>"
                      "<img src=b.png>")
    browser.open(server.url + "/image/")
    browser.open(server.url + "/image/")
    browser.driver.get(url)
    WebDriverWait(browser.driver, 60, 0.1).until(
        lambda d: len(browser.script(LOADS)) >= 3)
    assert [silent for _, silent in browser.script(LOADS)][0] == "/image/b.png"

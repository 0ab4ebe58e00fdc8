# SPDX-License-Identifier: MIT
"""Ten pages as students make them, in each browser, with and without the right
to capture: a report of each, and nothing that differs.  The default run takes
three that are not in test_65, and two in Firefox; $ETAGD_TEST_STUDENTS=all takes
all of them, and twenty runs of the busiest in each without one lost packet."""
import itertools
import os

import pytest

from etagdlab import tools
from test_60_lab import outcomes, run
from test_65_pages import STEPS, page, png, wav

ALL = os.environ.get("ETAGD_TEST_STUDENTS") == "all"
LOGO = {"logo.png": png()}
NAME = "学校 标志.png"
PHOTOS = {"photo%d.png" % i: png(600 + i, noise=True) for i in range(6)}
FONT = "<style>@font-face{font-family:x;src:url(x.woff2)}p{font-family:x}</style>"

# name: (the page, its charset, its files)
SITES = {
    "gbk": ("<h1>实验</h1><img src='%s'>" % NAME, "gbk", {NAME: png()}),
    "big5": ("<h1>實驗</h1><img src=logo.png>", "big5", LOGO),
    "audio": ("<audio src=a.wav preload=auto controls></audio>"
              "<img src=logo.png>", "utf-8", {"a.wav": wav(5), **LOGO}),
    "video": ("<video src=b.webm preload=auto></video><img src=logo.png>",
              "utf-8", {"b.webm": b"\x1aE\xdf\xa3" + bytes(200000), **LOGO}),
    "fonts": (FONT + "<p>x<img src=logo.png>", "utf-8",
              {"x.woff2": b"wOF2" + bytes(400), **LOGO}),
    "missing": ("<img src=logo.png><link rel=stylesheet href=gone.css>",
                "utf-8", {}),
    "frames": ("<iframe src=a.html></iframe><img src=logo.png>", "utf-8", {
        "a.html": b"<!doctype html><iframe src=b.html></iframe>",
        "b.html": b"<!doctype html><img src=logo.png>", **LOGO}),
    "bare": ("<p>no picture\r\n<p>and no icon", "utf-8", {}),
    "photographs": ("".join("<img src=%s>" % n for n in PHOTOS), "utf-8",
                    PHOTOS),
    "favicon": ("<img src=logo.png>", "utf-8", {"favicon.ico": png(), **LOGO}),
}
assert len(SITES) == 10
ICONLESS = ("bare", "favicon")   # those that have no icon in the page itself


RUNS = list(itertools.product(SITES, tools.BROWSERS, ("auto", "off")))
# What test_65 has not.
SOME = [("frames", "chromium", "auto"), ("photographs", "chromium", "auto"),
        ("favicon", "chromium", "off"), ("video", "firefox", "auto"),
        ("big5", "firefox", "off")]


@pytest.fixture
def installed(request):
    """Skips what the named browser is not there for."""
    def needs(browser):
        if browser == "chromium":
            request.getfixturevalue("chromium")
        elif not tools.BROWSERS[browser].path():
            pytest.skip(tools.BROWSERS[browser].missing())
    return needs


@pytest.mark.parametrize("site,browser,capture", RUNS if ALL else SOME)
def test_a_report_of_each(program, tmp_path, installed, site, browser, capture):
    installed(browser)
    body, charset, files = SITES[site]
    folder = page(tmp_path, body, charset, **files)
    if site in ICONLESS:
        text = (folder / "index.html").read_bytes()
        (folder / "index.html").write_bytes(
            text.replace(b"<link rel=icon href=data:,>\r\n", b""))
    data, html, _ = run(program, tmp_path, "-s", STEPS, "--matrix", "off", "-q",
                        "--capture", capture, "--browser", browser, folder)
    assert not any(s["failed"] for s in data["steps"])
    assert "They differ" not in html
    asked = outcomes(data["steps"][0])
    assert asked["/"] == "200"
    pictures = [n for n in files if n.endswith(".png")]
    assert bool(data["steps"][2]["skipped"]) != bool(pictures)
    if capture == "auto" and data["capture"]["way"]:
        assert data["capture"]["dropped"] == 0 and data["packets"]
    if capture == "off":
        assert data["packets"] == [] and data["streams"]


@pytest.mark.skipif(not ALL, reason="ETAGD_TEST_STUDENTS=all")
@pytest.mark.parametrize("browser", tools.BROWSERS)
def test_twenty_runs_of_the_busiest_lose_nothing(program, tmp_path, installed,
                                                 browser):
    installed(browser)
    body, charset, files = SITES["photographs"]
    folder = page(tmp_path, body, charset, **files)
    lost = []
    for _ in range(20):
        data, html, _ = run(program, tmp_path, "-s", "first,hard,hard",
                            "--matrix", "off", "-q", "--browser", browser,
                            folder)
        if not data["capture"]["way"]:
            pytest.skip(data["capture"]["why_not"])
        lost.append((data["capture"]["dropped"], len(data["packets"]),
                     sum(e["bytes"] or 0 for s in data["steps"]
                         for r in s["resources"] for e in r["wire"])))
        assert "not seen" not in html
    print(lost)
    assert not any(dropped for dropped, _, _ in lost)

# SPDX-License-Identifier: MIT
"""The lab with Firefox: the same report, and what its timing can't tell is said.
That its log and its cache tell the same as Chromium's is the table's business
(t/browser); here runs are whole."""
import pytest

from etagdlab import evidence, tools
from test_60_lab import outcomes, run
from test_65_pages import page, png, wav

FRESH = "/logo/fresh.png"


@pytest.fixture(autouse=True)
def firefox():
    if not tools.FIREFOX.path():
        pytest.skip(tools.FIREFOX.missing())


def test_what_its_timing_tells():
    said = evidence.said_by_browser
    assert [said(n, False) for n in (None, 0, 300, 9000)] == [
        None, "cache", "asked", "asked"]
    assert [said(n, True) for n in (None, 0, 300, 9000)] == [
        None, "cache", "304", "bytes"]


def test_the_default_page(program, tmp_path):
    data, html, _ = run(
        program, tmp_path, "--browser", "firefox", "-s",
        "first,again,reload,link,hard,edit-logo,newtab,back,restart,clear,again",
        "--matrix", "off", "-o", "server.workers=1")
    first, again, reload, link, hard, _, tab, back, _, _, cleared = data["steps"]
    assert data["versions"]["browser"].startswith("Firefox/")
    for step in (first, hard, cleared):
        assert set(outcomes(step).values()) == {"200"}
    assert outcomes(again) == outcomes(reload) == outcomes(link) == {
        "/": "304", "/style.css": "304", "/logo/no-store.png": "200",
        "/logo/no-cache.png": "304", FRESH: "-"}
    # its cache of pictures leaves no trace in its timing
    told = next(r for r in again["resources"] if r["path"] == FRESH)
    assert told["browser"] is None and told["why"].startswith(
        "granted fresh for 60 s at ")
    assert outcomes(tab)[FRESH] == "-" and back["restored"]
    assert set(outcomes(back).values()) == {"-"}
    assert "timing can&#x27;t tell a 304 from a 200" in html
    assert "They agree everywhere." in html
    assert ("data:image/png;base64," in html) and not [
        s for s in data["steps"] if s["failed"]]


def test_a_student_page_in_chinese(program, tmp_path):
    """Without a capture: GBK, a name in Chinese, sound, a frame, a missing picture."""
    name = "校徽.png"
    site = page(tmp_path, "<p>学校<img src='%s'><img src=none.png>"
                "<audio src=a.wav preload=auto></audio>"
                "<iframe src=f.html></iframe>" % name, "gbk", **{
                    name: png(), "a.wav": wav(),
                    "f.html": b"<!doctype html><img src=logo.png>",
                    "logo.png": png(8)})
    data, html, _ = run(program, tmp_path, "--browser", "firefox", "--lang",
                        "zh", "--capture", "off", "--matrix", "off", "-s",
                        "first", site)
    first = outcomes(data["steps"][0])
    assert first["/none.png"] == "404"
    assert first["/f.html"] == first["/logo.png"] == "200"
    assert not [s for s in data["steps"] if s["failed"]]
    assert "处处一致。" in html and "分不清 304 和 200" in html

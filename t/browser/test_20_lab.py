# SPDX-License-Identifier: MIT
"""The lab as it is shipped: www/ under conf/lab.ini in a real browser."""
import pytest

from harness import TOP
from visitor import Witness

INI = TOP / "conf" / "lab.ini"
LOGOS = {"/logo/no-store.png": [200], "/logo/no-cache.png": [304],
         "/logo/fresh.png": None}


@pytest.fixture
def lab(serve_ini):
    if not INI.exists():
        pytest.skip("no conf/lab.ini in this tree")
    return serve_ini(INI)


def test_three_logos_under_three_policies(lab, browser):
    witness = Witness(lab)
    browser.open(lab.url + "/")
    seen = witness.look()
    for path in LOGOS:
        assert seen[path] == [200], (path, seen)
    assert seen["/"] == [200] and seen["/style.css"] == [200]

    browser.open(lab.url + "/")
    seen = witness.look()
    for path, wire in LOGOS.items():
        assert seen.get(path) == wire, (path, seen)
    assert seen["/"] == [304] and seen["/style.css"] == [304]
    sizes = browser.timing()
    assert sizes["/logo/fresh.png"] == 0
    assert sizes["/logo/no-cache.png"] == 300
    assert sizes["/logo/no-store.png"] > 300

    browser.hard_reload()
    seen = witness.look()
    for path in LOGOS:
        assert seen[path] == [200], (path, seen)


def test_reset_page_begins_the_experiment_again(lab, browser):
    witness = Witness(lab)
    browser.open(lab.url + "/")
    browser.open(lab.url + "/reset.html")
    witness.look()
    browser.open(lab.url + "/")
    seen = witness.look()
    for path in LOGOS:
        assert seen[path] == [200], (path, seen)


def test_every_picture_is_shown(lab, browser):
    browser.open(lab.url + "/")
    widths = browser.script("return [...document.images].map("
                            "i => [i.src, i.naturalWidth])")
    assert len(widths) >= 3
    assert all(w > 0 for _, w in widths), widths
    assert browser.script(
        "return getComputedStyle(document.body).fontFamily") != ""


def test_page_links_lead_somewhere(lab):
    import re
    page = lab.get("/").body.decode()
    for target in set(re.findall(r"(?:href|src)=\"(/[^\"#]*)", page)):
        assert lab.get(target).status == 200, target


def test_titles_are_plain_text():
    """No element can be in them: a tab would show its tags as they stand."""
    import re
    for page in sorted((TOP / "www").rglob("*.html")):
        title = re.search(r"(?s)<title[^>]*>(.*?)</title>", page.read_text())
        assert title and title[1] and "<" not in title[1], (page, title)


def test_pages_lead_to_the_observer(lab):
    """Who opens the page need not know of the second port."""
    import re
    port = re.search(r"(?s)\[observe\].*?^listen = (\S+)", INI.read_text(),
                     re.M).group(1)
    for page in ("/", "/one.html", "/lab/"):
        assert 'href="http://%s/"' % port in lab.get(page).body.decode(), page

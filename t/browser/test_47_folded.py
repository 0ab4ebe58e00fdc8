# SPDX-License-Identifier: MIT
"""The observer's page after a while: lanes that have ended are folded, older
loads are kept and counted, and what was tried is marked."""
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from test_46_loads import RULES, observed, show, texts  # noqa: F401 (a fixture)

ENDED, LOADS, KEPT, DRAWN = 8, 12, 40, 3      # facts.js, page.js, model.js
LANES = "return document.querySelectorAll('#lane-list .names button').length"


def until(browser, condition):
    return WebDriverWait(browser.driver, 60, 0.1).until(lambda _: condition())


def pressed(browser, key):
    """Presses the button of that key; what it says then, and whether it is open."""
    button = "return document.querySelector(`button[data-key=%s]`)" % key
    before = browser.script(button + ".innerText")
    browser.script(button + ".click()")
    until(browser, lambda: browser.script(button + ".innerText") != before)
    return before, browser.script(button + ".innerText"), \
        browser.script(button + ".ariaExpanded")


def visit(server):
    """As a browser asks for a page, on a connection of its own."""
    with server.connect() as c:
        assert c.request("GET", "/one.html", [
            ("Accept", "text/html"), ("Sec-Fetch-Dest", "document"),
            ("User-Agent", "x")]).status == 200


def test_lanes_that_have_ended_are_folded(observed, browser):  # noqa: F811
    server, url = observed
    for _ in range(ENDED + DRAWN):
        with server.connect() as c:
            assert c.request("GET", "/one.html").status == 200
    kept = server.connect()
    assert kept.request("GET", "/one.html").status == 200
    browser.driver.get(url)
    until(browser, lambda: texts(browser, "#fold button") == [
        "Show %d more, ended" % DRAWN])
    assert browser.script(LANES) == ENDED + 1
    assert "still open" in browser.script(
        "return [...document.querySelectorAll('#lane-list .names button')].map("
        "b => b.ariaLabel).join()")
    assert pressed(browser, "fold") == (
        "Show %d more, ended" % DRAWN, "Fold %d, ended" % DRAWN, "true")
    assert browser.script(LANES) == ENDED + DRAWN + 1
    assert pressed(browser, "fold")[2] == "false"
    assert browser.script(LANES) == ENDED + 1
    kept.close()


def test_older_loads_are_kept_and_counted(observed, browser):  # noqa: F811
    """Twelve are shown, forty kept; of those that are not it says how many."""
    server, url = observed
    browser.driver.get(url)
    for _ in range(KEPT + DRAWN):
        visit(server)
    until(browser, lambda: "%d still older, not kept." % DRAWN in
          browser.driver.find_element(By.ID, "load-list").text)
    assert len(texts(browser)) == LOADS
    older = KEPT - LOADS
    assert pressed(browser, "older") == (
        "Show %d older" % older, "Hide %d older" % older, "true")
    assert len(texts(browser)) == KEPT
    assert pressed(browser, "older")[2] == "false"
    assert len(texts(browser)) == LOADS


def test_each_item_of_what_to_try_is_marked(observed, browser):  # noqa: F811
    """By what is on the wire: an unused connection, a part that was not asked
    for, another policy; and it stays so when the page is opened again."""
    server, url = observed
    done = ("return [...document.querySelectorAll('#guide-list .done')]"
            ".map(e => e.dataset.name).sort()")

    def marked(*names):
        browser.driver.get(url)
        until(browser, lambda: browser.script(done) == sorted(names))
        assert texts(browser, "#guide-title")[0].endswith(
            "(%d of 3 seen)" % len(names))
        assert browser.script(
            "return [...document.querySelectorAll('.done .mark-done')].map("
            "e => e.textContent)") == ["seen"] * len(names)
    browser.driver.get(url)
    until(browser, lambda: texts(browser, "#guide-list li"))
    assert browser.script(done) == []
    browser.open(server.url + "/one.html")
    marked("two")
    # /swr.png is granted a lifetime from now on
    server.configure(rules=RULES.replace("max-age=0, stale-while-revalidate",
                                         "max-age"))
    since = server.mark()
    server.signal(1)
    server.await_line("M013: generation 2 serves", since)
    for _ in range(2):
        browser.open(server.url + "/insert.html")
    marked("silent", "two")
    before = server.connect()
    assert before.request("GET", "/one.html").status == 200
    since = server.mark()
    server.configure(rules=RULES.replace("no-cache", "max-age=60"))
    server.signal(1)
    server.await_line("M013: generation 3 serves", since)
    before.close()
    with server.connect() as c:
        assert c.request("GET", "/one.html").status == 200
    marked("choose", "silent", "two")

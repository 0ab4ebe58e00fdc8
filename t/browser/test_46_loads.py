# SPDX-License-Identifier: MIT
"""Page loads and connections as the observer's page tells them: what belongs to
one load, why a connection was never used, and a page that stays small and can be
clicked whatever goes on."""
import json
import re
import urllib.request

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from test_10_policies import png
from test_40_observer import LOADS

LOGO = png(8, 8)
HEAD = "<!doctype html><title>x</title><link rel=icon href='data:,'>"
ASK = "const done = arguments[arguments.length - 1];"
FILES = {
    "one.html": HEAD + "<img src=logo.png>",
    "logo.png": LOGO, "swr.png": LOGO, "never.png": LOGO, "aged.png": LOGO,
    "late.png": LOGO, "data.json": "{}",
    "new.html": HEAD + "<img src=logo.png>",
    "poll.html": HEAD + "<img src=logo.png>",
    "insert.html": HEAD + "<img src=swr.png>",
    "fresh.html": HEAD + "<img src=never.png>",
    "old.html": HEAD + "<img src=aged.png><img src=late.png>",
}
RULES = """
[cache *]
Cache-Control = no-cache
[cache /fresh.html]
Cache-Control = max-age=600
[cache /swr.png]
Cache-Control = max-age=0, stale-while-revalidate=600
[cache /never.png]
Cache-Control = no-store
[cache /aged.png]
Cache-Control = max-age=60
Age = 90
[cache /late.png]
Cache-Control = max-age=3600
Clock = -10d
[redirect /moved.html]
to = /further.html
status = 302
[redirect /further.html]
to = /new.html
status = 302
"""


@pytest.fixture
def observed(serve):
    server = serve(files=FILES, rules=RULES, strong=False,
                   conf={"server": {"workers": 1},
                         "observe": {"listen": "127.0.0.1:0"}})
    url = server.await_line(r"M012: observing at (http://\S+/)").group(1)
    return server, url


def show(browser, url, loads):
    browser.driver.get(url)
    return WebDriverWait(browser.driver, 60, 0.1).until(
        lambda d: (lambda found: len(found) >= loads and found)(browser.script(LOADS)))


def texts(browser, css=".load"):
    return browser.script("return [...document.querySelectorAll(arguments[0])]"
                          ".map(e => e.innerText)", css)


def test_a_fallback_refers_to_what_its_file_does(serve, browser):
    """A single-page application: its paths name no files."""
    server = serve(files={"index.html": HEAD + "<img src=/logo.png>",
                          "logo.png": LOGO},
                   rules="[cache *.html]\nCache-Control = no-cache\n"
                   "[cache *.png]\nCache-Control = max-age=600\n",
                   conf={"server": {"workers": 2, "fallback": "/index.html"},
                         "observe": {"listen": "127.0.0.1:0"}})
    url = server.await_line(r"M012: observing at (http://\S+/)").group(1)
    for _ in range(2):
        browser.open(server.url + "/app/some/where")
    assert show(browser, url, 2) == [["/app/some/where", "/logo.png"],
                                     ["/app/some/where", ""]]


def test_redirects_and_their_page_are_one_load(observed, browser):
    server, url = observed
    browser.open(server.url + "/moved.html")
    assert [path for path, _ in show(browser, url, 1)] == ["/new.html"]
    told = texts(browser)[0]
    assert "/moved.html \u2192 /further.html \u2192 /new.html" in told
    assert "4 asked" in told, told


def test_a_script_that_asks_again_is_no_visit(observed, browser):
    """Neither fetch() nor a picture that is put in again, but a page that was
    fresh and so came from the cache."""
    server, url = observed
    fetch = ASK + "fetch('/data.json').then(() => done())"
    insert = ASK + """
        const i = new Image(); i.onload = () => done(); i.src = '/swr.png';
        document.images[0].replaceWith(i);"""
    for path, script in (("/poll.html", fetch), ("/insert.html", insert)):
        browser.open(server.url + path)
        browser.async_script(script)
        # the observer takes requests that lie close together for one
        browser.async_script(ASK + "setTimeout(done, 1200)")
        browser.async_script(script)
    server.log(8)
    browser.open(server.url + "/fresh.html")
    browser.async_script(ASK + "setTimeout(done, 1200)")
    browser.open(server.url + "/fresh.html")
    loads = show(browser, url, 4)
    assert [path for path, _ in loads] == ["/fresh.html", "/fresh.html",
                                           "/insert.html", "/poll.html"]
    assert "the page itself came from the browser's cache" in texts(browser)[0]


def test_a_reload_in_firefox(observed, browser, firefox):
    """Its F5 has no word of its own: told by what it asks with, as one load and
    one 304 for the page."""
    server, url = observed
    firefox.open(server.url + "/one.html")
    firefox.reload()
    # the page and its picture, twice
    log = server.log(4, lambda e: e["target"] in ("/one.html", "/logo.png"))
    assert [e["status"] for e in log].count(304) == 2
    show(browser, url, 2)
    newest, first = texts(browser)
    assert "\nreload \u00b7 2 asked" in newest, newest
    assert "\nvisit \u00b7 2 asked" in first, first
    WebDriverWait(browser.driver, 30, 0.1).until(
        lambda _: re.search(r"\b2\s*304\b", texts(browser, "#counts")[0]))


def test_why_a_connection_was_never_used(observed, browser):
    server, url = observed
    browser.open(server.url + "/one.html")
    show(browser, url, 1)
    d = browser.driver
    WebDriverWait(d, 60, 0.1).until(lambda d: texts(browser, "[data-spare]"))
    assert "ahead of need" in texts(browser, "[data-spare]")[0]
    assert "connections: 1, new: 1" in texts(browser)[0]
    WebDriverWait(d, 60, 0.1).until(
        lambda d: "1 never used" in d.find_element(By.ID, "counts").text)
    number = browser.script(
        "return document.querySelector('[data-spare]').dataset.spare")
    browser.script("document.querySelector(`#lane-list button[data-key="
                   "'${arguments[0]}']`).click()", number)
    detail = d.find_element(By.ID, "detail").text
    assert "Connection " + number in detail and "ahead of need" in detail


def test_an_answer_may_be_old_at_its_arrival(observed, browser):
    """By Age, or by a clock that is slow (RFC 9111 4.2.3): the browser asks, and
    the page does not say that it need not."""
    server, url = observed
    browser.open(server.url + "/old.html")
    browser.open(server.url + "/old.html")
    assert [silent for _, silent in show(browser, url, 2)] == ["", ""]
    for name in ("aged", "late"):
        browser.script("[...document.querySelectorAll('.load .name')].find(b =>"
                       " b.textContent === arguments[0]).click()",
                       "/%s.png" % name)
        assert "old at its arrival" in browser.driver.find_element(
            By.ID, "detail").text, name


def test_a_slow_hand(observed, browser):
    """A button that is drawn again between press and release must not swallow the
    click."""
    server, url = observed
    browser.open(server.url + "/one.html")
    show(browser, url, 1)
    d, c = browser.driver, server.connect()

    def press(d):
        """It may be drawn again between being found and being pressed, too."""
        ActionChains(d).click_and_hold(d.find_element(
            By.CSS_SELECTOR, "#lane-list .names button")).perform()
        return True
    WebDriverWait(d, 30, 0.05, (StaleElementReferenceException,)).until(press)
    for _ in range(3):
        c.request("GET", "/logo.png")
        browser.async_script(ASK + "setTimeout(done, 300)")
    ActionChains(d).release().perform()
    WebDriverWait(d, 30, 0.05).until(lambda d: re.search(
        r"Connection \d", d.find_element(By.ID, "detail").text))
    c.close()


# Of every request's bar: how much of it is below its text, which has no ground of
# its own.
COVERED = """
return [...document.querySelectorAll('.load .track')].map(track => {
    const bar = track.querySelector('i').getBoundingClientRect();
    const note = track.querySelector('span');
    const text = note.getBoundingClientRect();
    const clear = getComputedStyle(note).backgroundColor === 'rgba(0, 0, 0, 0)';
    return clear ? Math.min(bar.right, text.right) - Math.max(bar.left, text.left) : 0;
});
"""


@pytest.mark.parametrize("delays", ((300, 0), (0, 300), (100, 300)))
def test_a_bar_does_not_hide_what_is_said_of_it(serve, browser, delays):
    """Whether it is long, or begins late, or both."""
    server = serve(files=FILES, strong=False, rules="""
[pace /one.html]
delay = %dms
[pace /logo.png]
delay = %dms
""" % tuple(max(1, d) for d in delays), conf={
        "server": {"workers": 1}, "observe": {"listen": "127.0.0.1:0"}})
    url = server.await_line(r"M012: observing at (http://\S+/)").group(1)
    browser.open(server.url + "/one.html")
    show(browser, url, 1)
    WebDriverWait(browser.driver, 30, 0.05).until(
        lambda d: len(browser.script(COVERED)) == 2)
    assert max(browser.script(COVERED)) < 8      # the note's own edge


def test_a_page_left_open_stays_small(observed, browser):
    server, url = observed
    browser.driver.get(url)
    c, n, each = server.connect(), 3000, 100
    for i in range(0, n, each):
        c.send(b"".join(b"HEAD /logo.png?%d HTTP/1.1\r\nHost: x\r\n\r\n" % j
                        for j in range(i, i + each)))
        for _ in range(each):
            c.read_response("HEAD")

    def told():
        return json.loads(urllib.request.urlopen(
            url + "connection/1").read())["requests"]

    WebDriverWait(browser.driver, 60, 0.1).until(lambda d: told() == n)
    WebDriverWait(browser.driver, 60, 0.2).until(lambda d: browser.script(
        "return Boolean(document.querySelector(`svg [data-key='1.%d']`))" % n))
    assert browser.script(
        "return document.getElementsByTagName('*').length") < 6000
    # the ladder of the newest one shows it
    browser.script("document.querySelector(`svg [data-key='1.%d']`)"
                   ".dispatchEvent(new MouseEvent('click'))" % n)
    ladder = browser.script("return document.querySelector("
                            "'#detail svg').textContent")
    assert "HEAD /logo.png?%d" % (n - 1) in ladder and "more" in ladder
    c.close()


def test_a_choice_gives_its_focus_back(observed, browser):
    """From a row of a load, by the close button or Escape; lanes and the panel
    have names that can be read aloud, and nothing chosen is no empty panel."""
    server, url = observed
    browser.open(server.url + "/one.html")
    show(browser, url, 1)
    d = browser.driver
    offered = d.find_element(By.ID, "detail").text
    assert "Latest request:" in offered and "GET /" in offered
    named = browser.script("return document.querySelector('#lane-list .names "
                           "button').getAttribute('aria-label')")
    assert re.match(r"Connection \d+, worker 1, port \d+, requests: \d+, ",
                    named), named
    focus = ("const a = document.activeElement;"
             "return [a.closest('[id]')?.id, a.dataset.key]")
    for way in (lambda: ActionChains(d).send_keys(Keys.ESCAPE).perform(),
                lambda: browser.press("aside .close")):
        browser.script("document.querySelector('.load .name[data-key]').focus()")
        key = browser.script(focus)
        ActionChains(d).send_keys(Keys.ENTER).perform()
        WebDriverWait(d, 60, 0.05).until(
            lambda _: browser.script(focus)[0] == "detail")
        way()
        assert browser.script(focus) == key


def test_a_load_has_an_axis_and_says_which_part_came(observed, browser):
    """Marks of time above the bars; a 206 with its range, beside its bar and in
    the panel, which is no live region: nothing of it is read out unasked."""
    server, url = observed
    browser.open(server.url + "/one.html")
    browser.async_script(ASK + "fetch('/never.png', {headers: {Range: "
                         "'bytes=0-9'}}).then(() => done())")
    server.log(1, lambda e: e["status"] == 206)
    show(browser, url, 1)
    told = "0\u20139 / %d" % len(LOGO)
    WebDriverWait(browser.driver, 60, 0.1).until(
        lambda _: told in texts(browser)[0])
    marks = texts(browser, ".load .axis span")
    assert len(marks) >= 2 and marks[0] == "0", marks
    places = browser.script("return [...document.querySelectorAll('.load .axis "
                            "span')].map(e => e.getBoundingClientRect().left)")
    assert places == sorted(places) and len(set(places)) == len(places)
    browser.script("[...document.querySelectorAll('.load .name')].find(b => "
                   "b.textContent === '/never.png').click()")
    WebDriverWait(browser.driver, 30, 0.05).until(
        lambda _: told in texts(browser, "#detail")[0])
    assert browser.script(
        "return document.querySelector('#detail').matches('[aria-live], "
        "[role=status], [role=log]') || document.querySelector('[aria-live] "
        "#detail, #detail [aria-live]')") in (None, False)


def test_what_to_try_is_marked_when_it_has_been_seen(observed, browser):
    server, url = observed
    done = ("return [...document.querySelectorAll('#guide-list .done')]"
            ".map(e => e.dataset.name)")
    for _ in range(2):
        browser.open(server.url + "/poll.html")
    show(browser, url, 2)
    assert "silent" not in browser.script(done)
    links = browser.script("return [...document.querySelectorAll("
                           "'#guide-list a')].map(a => a.href)")
    assert server.url + "/one.html" in links, links

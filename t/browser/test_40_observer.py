# SPDX-License-Identifier: MIT
"""The observer's page in a real browser: what it says was not asked for is what
the browser took from its cache."""
import json
import pathlib
import re
import sys
import urllib.request

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))

PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"
       b"\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01"
       b"\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")
NAMES = ("fresh", "asked", "never")
FILES = {"index.html": "<!doctype html><title>x</title><link rel=icon "
         "href='data:,'>" + "".join("<img src=/%s.png>" % n for n in NAMES),
         **{n + ".png": PNG for n in NAMES}}
RULES = """
[cache *]
Cache-Control = no-cache
[cache /fresh.png]
Cache-Control = max-age=600
[cache /never.png]
Cache-Control = no-store
"""
LOADS = """
return [...document.querySelectorAll('.load')].map(l =>
    [new URL(l.dataset.url).pathname, l.dataset.silent]);
"""


@pytest.fixture
def observed(serve):
    server = serve(files=FILES, rules=RULES,
                   conf={"observe": {"listen": "127.0.0.1:0"}})
    url = server.await_line(r"M012: observing at (http://\S+/)").group(1)
    return server, url


def show(browser, url, loads):
    """The observer's page once it shows that many loads, newest first."""
    d = browser.driver
    d.get(url)
    return WebDriverWait(d, 60, 0.1).until(
        lambda d: (lambda found: len(found) >= loads and found)(browser.script(LOADS)))


def test_silence_is_what_the_cache_answered(observed, browser):
    server, url = observed
    browser.open(server.url + "/")
    browser.open(server.url + "/")
    sizes = browser.timing()
    cached = {path for path, n in sizes.items() if n == 0}
    assert cached == {"/fresh.png"}
    loads = show(browser, url, 2)
    assert [set(silent.split()) for _, silent in loads] == [cached, set()]
    # in one step, for the page is drawn again as it goes
    why = browser.script(
        "return document.querySelector('.load .why').innerText")
    assert re.search(r"granted fresh for 10 min at \d\d:\d\d:\d\d, .* left", why)
    assert "RFC 9111 4.2" in why and "inference" in why


def test_bars_details_and_keys(observed, browser):
    server, url = observed
    browser.open(server.url + "/")
    browser.open(server.url + "/")
    show(browser, url, 2)
    d = browser.driver
    bars = d.find_elements(By.CSS_SELECTOR, "svg .hit[tabindex]")
    assert len(bars) == len([e for e in server.log(7)]) == 7
    assert len(d.find_elements(By.CSS_SELECTOR, "svg .hit.c-not")) == 2
    # one bar can be reached by Tab; arrows move, Enter opens, Escape closes
    browser.script("document.querySelector('svg .hit[tabindex=\"0\"]').focus()")

    def act(key):
        ActionChains(d).send_keys(key).perform()

    act(Keys.ARROW_RIGHT)
    key = d.switch_to.active_element.get_attribute("data-key")
    act(Keys.ENTER)
    detail = d.find_element(By.ID, "detail")
    WebDriverWait(d, 30, 0.05).until(lambda _: "RFC 9110" in detail.text)
    assert re.search(r"tcp\.port == \d+ && tcp\.port == %d" % server.port,
                     detail.text)
    assert "SYN" in detail.get_attribute("textContent")
    act(Keys.ESCAPE)
    assert "RFC 9110" not in detail.text
    assert d.switch_to.active_element.get_attribute("data-key") == key


SMALL = """
return [...document.querySelectorAll('body *')].filter(e =>
    [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
    && parseFloat(getComputedStyle(e).fontSize) < 12).map(e =>
    `${e.tagName}.${e.getAttribute('class')} in ${e.parentNode.getAttribute(
    'class')}: ${getComputedStyle(e).fontSize}`);
"""


def test_all_type_can_be_read(observed, browser):
    """12 px at least, in lanes and ladders as well."""
    server, url = observed
    spare = server.connect()
    browser.open(server.url + "/")
    browser.open(server.url + "/")
    show(browser, url, 2)
    d = browser.driver
    browser.script("document.querySelector('svg .hit[tabindex=\"0\"]').focus()")
    ActionChains(d).send_keys(Keys.ENTER).perform()
    detail = d.find_element(By.ID, "detail")
    WebDriverWait(d, 30, 0.05).until(lambda _: "RFC 9110" in detail.text)
    assert browser.script(SMALL) == []
    spare.close()


def test_workers_that_serve_are_counted(observed, browser):
    """Not those that a reload has put out of service."""
    server, url = observed
    held = server.connect()
    assert held.request("GET", "/").status == 200
    for workers, generation in ((3, 2), (1, 3)):
        since = server.mark()
        server.configure({"server": {"workers": workers}})
        server.signal(1)
        server.await_line("M013: generation %d serves" % generation, since)
    browser.driver.get(url)
    # the page asks in its turn, maybe of an observer that is just ending
    WebDriverWait(browser.driver, 60, 0.1).until(
        lambda d: re.search(r"\b1 worker\b",
                            d.find_element(By.ID, "counts").text))
    held.close()


def test_idle_stretches(observed, browser):
    """A used connection: in use, idle, in use ...; with how long."""
    server, url = observed
    c = server.connect()

    def await_(what, n):
        WebDriverWait(browser.driver, 60, 0.02, (OSError,)).until(
            lambda d: json.loads(urllib.request.urlopen(
                url + "connection/1").read())[what] == n)

    for n in (1, 2):
        c.request("GET", "/")
        await_("idles", n)  # the loads may take less than a silence
        browser.open(server.url + "/")
    c.request("GET", "/")
    await_("requests", 3)
    show(browser, url, 2)
    idle = WebDriverWait(browser.driver, 60, 0.1).until(
        lambda d: (lambda found: len(found) >= 2 and found)(browser.script(
            "return [...document.querySelectorAll('svg [data-key=\"1\"] "
            "line.idle title')].map(t => t.textContent)")))
    assert all(re.fullmatch(r"[\d.]+ (ms|s) idle", t) for t in idle), idle
    assert len(browser.script(
        "return [...document.querySelectorAll('svg [data-key=\"1\"] "
        "line.held')].map(t => 1)")) >= 2
    c.close()


def test_foresight(observed, browser):
    """What is doubtful, and a row for each file, in both languages."""
    server, url = observed
    d = browser.driver
    d.get(url)
    browser.press("#foresight-title")
    rows = WebDriverWait(d, 30, 0.05).until(lambda d: browser.script(
        "return [...document.querySelectorAll('.foresight tr')]"
        ".map(r => [...r.children].map(c => c.innerText.trim()))"))
    assert rows[0][0] == "path"
    assert len(rows) == 1 + len(FILES) + 1  # a page has two addresses
    row = {r[0]: r[1:] for r in rows[1:]}
    assert row["/fresh.png"] == ["200", "\u2205", "\u2205", "200", "\u2205",
                                 "\u2205"]
    assert row["/never.png"] == ["200"] * 6
    assert row["/asked.png"][1:3] == ["304", "304"]
    browser.press("#language")
    WebDriverWait(d, 30, 0.05).until(lambda d: browser.script(
        "return document.querySelector('.foresight th').innerText") ==
        "\u8def\u5f84")


def test_languages(observed, browser):
    server, url = observed
    browser.open(server.url + "/")
    show(browser, url, 1)
    d = browser.driver
    assert d.find_element(By.ID, "loads").text == "Page loads"
    browser.press("#language")
    assert d.find_element(By.ID, "loads").text == "\u9875\u9762\u52a0\u8f7d"
    # every text of the page is there in both
    source = (pathlib.Path(__file__).resolve().parents[2] /
              "src/observe/page/words.js").read_text()
    en, zh = [set(re.findall(r'(?m)(?:^|[{,])\s*"?([\w-]+)"?:\s+"', part))
              for part in source.split("const zh")]
    assert en - zh == set() and zh - en == set()


def test_no_errors_and_nothing_foreign(observed, browser):
    """No message of the page's own, and no request to anybody else."""
    server, url = observed
    browser.open(server.url + "/")
    show(browser, url, 1)
    asked = json.loads(browser.script(
        "return JSON.stringify(performance.getEntriesByType('resource')"
        ".map(e => e.name))"))
    assert asked and all(a.startswith((url, "data:")) for a in asked), asked

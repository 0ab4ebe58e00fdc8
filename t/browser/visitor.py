# SPDX-License-Identifier: MIT
"""visitor: a person with a browser, and the two witnesses of what it did: the
server's access log and the browser's own resource timing."""
import itertools
import os

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-extensions",
         "--disable-dev-shm-usage", "--disable-features=Translate,"
         "OptimizationHints,MediaRouter,InterestFeedContentSuggestions",
         "--window-size=1000,800")
DEADLINE_S = 90

# Looks at the finished page: each resource's own transfer size.  Chromium: 0
# means that a cache answered, 300 that a 304 did, more that bytes came.
TIMING = """
const all = {};
for (const e of performance.getEntriesByType('resource'))
    all[new URL(e.name).pathname] = e.transferSize;
const n = performance.getEntriesByType('navigation')[0];
all[new URL(n.name).pathname] = n.transferSize;
return all;
"""
LOADED = """
return document.readyState === 'complete' &&
    performance.getEntriesByType('navigation')[0].loadEventEnd > 0 &&
    (performance.timeOrigin !== arguments[0]) &&
    performance.timeOrigin;
"""
ORIGIN = "return performance.timeOrigin"


class Browser:
    exact = True  # its timing tells what crossed the wire

    def __init__(self, profile, bfcache=True):
        options = Options()
        for flag in FLAGS:
            options.add_argument(flag)
        if not bfcache:
            options.add_argument(
                "--disable-features=BackForwardCache,Translate")
        options.add_argument("--user-data-dir=%s" % profile)
        options.binary_location = "/usr/bin/chromium"
        # Load events are awaited below, with the page's own clock.
        options.page_load_strategy = "normal"
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                     "all_proxy", "ALL_PROXY"):
            os.environ.pop(name, None)
        self.driver = webdriver.Chrome(
            service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(DEADLINE_S)
        self.driver.set_script_timeout(DEADLINE_S)

    def quit(self):
        self.driver.quit()

    def script(self, text, *args):
        return self.driver.execute_script(text, *args)

    def async_script(self, text, *args):
        return self.driver.execute_async_script(text, *args)

    def _await(self, before):
        """Another document than the one before has finished loading."""
        WebDriverWait(self.driver, DEADLINE_S, 0.02).until(
            lambda d: self.script(LOADED, before))

    # -- what a person does

    def open(self, url):
        """The address, typed, coming from an empty page."""
        self.driver.get("about:blank")
        self.go(url)

    def go(self, url):
        self.driver.get(url)
        self._await(None)

    def typed(self, url):
        """The address, entered on whatever page there is."""
        before = self.script(ORIGIN)
        self.driver.execute_cdp_cmd("Page.navigate", {
            "url": url, "transitionType": "typed"})
        self._await(before)

    def new_tab(self, url):
        self.driver.switch_to.new_window("tab")
        self.go(url)

    def back(self):
        self.driver.back()

    def follow(self, css):
        """A link on the page."""
        before = self.script(ORIGIN)
        self.driver.find_element("css selector", css).click()
        self._await(before)

    def press(self, css):
        """A button of a page that is drawn again as it goes: a click at the place
        where it was just now may meet another."""
        self.script("document.querySelector('%s').click()" % css)

    def reload(self):
        before = self.script(ORIGIN)
        self.driver.refresh()
        self._await(before)

    def hard_reload(self):
        before = self.script(ORIGIN)
        self.driver.execute_cdp_cmd("Page.reload", {"ignoreCache": True})
        self._await(before)

    def cache_disabled(self, off=True):
        """The switch in the developer tools."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setCacheDisabled",
                                    {"cacheDisabled": off})

    def timing(self):
        """{path: transfer size} of the page and of what it loaded."""
        return self.script(TIMING)


class Witness:
    """What has reached the server since the last look.  With one worker, whose
    log is written line by line, a request of our own that comes back proves
    that everything before it has been logged."""

    numbers = itertools.count(1)

    def __init__(self, server):
        self.server = server
        self.at = 0

    def look(self):
        """{path: [status, ...]} without the browser's favicon."""
        mark = "/~mark%d" % next(self.numbers)
        self.server.get(mark)
        self.server.log(1, lambda e: e["target"] == mark)
        entries = self.server.log()
        new, self.at = entries[self.at:], len(entries)
        found = {}
        for e in new:
            if e["target"] and not e["target"].startswith(("/~mark",
                                                           "/favicon.ico")):
                found.setdefault(e["target"], []).append(e["status"])
        return found

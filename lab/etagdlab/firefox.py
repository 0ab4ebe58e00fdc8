# SPDX-License-Identifier: MIT
"""firefox: a headless Firefox with a profile of its own, driven as a person
would drive it, and what it says about each load: browser.Browser's twin.

Its resource timing can't tell a 304 from a 200, and has no entry for what its
cache of pictures answers (`exact` is false).  Its network part can, so that what
it has stored is known as well as Chromium's."""
import base64
import os
import time
from collections.abc import Callable
from typing import Any, List, Optional, TypedDict
from urllib.parse import urlsplit

from . import marionette, tools
from .browser import CAN_SEND, QUIET_S, SEND
from .driving import Fetch, Load, Missing, Timing

ORIGIN = "return performance.timeOrigin"
LOADED = """
const n = performance.getEntriesByType('navigation')[0];
return document.readyState === 'complete' && location.href !== 'about:blank' &&
    n && n.loadEventEnd > 0;
"""
# What the page knows of how each of its parts came, and of which it knows
# nothing: transfer null.
TIMING = """
const found = new Map();
for (const e of [performance.getEntriesByType('navigation')[0],
                 ...performance.getEntriesByType('resource')])
    if (e && !found.has(e.name))
        found.set(e.name, {url: e.name, kind: e.initiatorType,
                           worker: e.workerStart > 0, size: e.encodedBodySize,
                           transfer: e.workerStart > 0 ? null : e.transferSize,
                           start: e.startTime, end: e.responseEnd});
for (const [css, kind] of [['img', 'img'], ['script[src]', 'script'],
                           ['link[rel~=stylesheet]', 'link']])
    for (const e of document.querySelectorAll(css)) {
        const url = (e.currentSrc || e.src || e.href || '').split('#')[0];
        const later = e.loading === 'lazy' && !e.complete;
        if (/^http/.test(url) && !found.has(url) && !later)
            found.set(url, {url, kind, worker: false, transfer: null, size: null,
                            start: null, end: null});
    }
return [...found.values()];
"""
FOLLOW = """
const a = document.createElement('a');
a.href = location.href.split('#')[0];
document.body.append(a);
setTimeout(() => a.click());
"""
# Its network part: which answers came, from where, with which fields.
WATCH = """
if (!window.etagdSeen) {
    const seen = window.etagdSeen = [];
    window.etagdWatch = { observe(subject, topic) {
        let channel;
        try {
            channel = subject.QueryInterface(Ci.nsIHttpChannel);
        } catch (e) {
            return;
        }
        const fields = {};
        try {
            channel.visitResponseHeaders((name, value) => {
                fields[name.toLowerCase()] = value;
            });
        } catch (e) { /* there are none */ }
        seen.push({ url: channel.URI.specIgnoringRef, at: Date.now(), topic,
                    status: channel.responseStatus, fields });
    } };
    for (const topic of ['http-on-examine-response',
                         'http-on-examine-cached-response',
                         'http-on-examine-merged-response'])
        Services.obs.addObserver(window.etagdWatch, topic);
}
"""
SEEN = "return window.etagdSeen.length"
TAKE = "return window.etagdSeen.splice(0)"
AWAY = """
gBrowser.fixupAndLoadURIString('about:blank', { triggeringPrincipal:
    Services.scriptSecurityManager.getSystemPrincipal() });
"""
CLEAR = """
Services.cache2.clear();
Cc['@mozilla.org/image/tools;1'].getService(Ci.imgITools)
    .getImgCacheForDocument(null).clearCache(false);
"""


class _Told(TypedDict):
    """What WATCH notes of one answer."""
    url: str
    at: float                 # ms since 1970
    topic: str
    status: int
    fields: dict[str, str]


def _fetch(told: _Told) -> Fetch:
    """A merged answer is a 304 that renewed what was stored."""
    cached = told["topic"].endswith("cached-response")
    merged = told["topic"].endswith("merged-response")
    return Fetch(told["url"], int(told["at"] * 1e6),
                 "disk" if cached else "",
                 0 if cached else 304 if merged else told["status"],
                 told["fields"])


class Browser:
    exact = False             # its timing does not tell what crossed the wire

    def __init__(self, profile: str | os.PathLike[str], width: int = 1000,
                 height: int = 800, scheme: str = "light", scale: int = 1,
                 spare: bool = True, lang: str = "en") -> None:
        program = tools.FIREFOX.path()
        if not program:
            raise Missing(tools.FIREFOX.missing())
        more: dict[str, marionette.Pref] = {
            "layout.css.prefers-color-scheme.content-override":
            0 if scheme == "dark" else 1,
            "layout.css.devPixelsPerPx": str(scale)}
        if not spare:
            more["network.http.speculative-parallel-limit"] = 0
        if lang == "zh":
            more["intl.accept_languages"] = "zh-CN, zh"
        self.size = (width, height)
        self.process = marionette.Process(program, profile, more)
        self._begin()

    def _begin(self) -> None:
        self.product = self.process.product
        self.call("WebDriver:SetWindowRect", width=self.size[0],
                  height=self.size[1])
        self.process.chrome(WATCH)

    def call(self, command: str, **parameters: object) -> Any:
        return self.process.wire.call(command, **parameters)

    def _origin(self) -> float:
        origin: float = self.process.script(ORIGIN)
        return origin

    def _load(self, action: Callable[[], object], picture: bool = True) -> Load:
        """Does it, waits until another document is there and the line is
        quiet, and gathers what can be known of it."""
        self.process.chrome(TAKE)
        load = Load(time.time_ns(), exact=False)
        action()
        self._settle()
        load.timing = [] if load.restored else self.timing()
        if picture:
            load.screenshot = self.screenshot()
        load.end_ns = time.time_ns()
        load.fetches = [_fetch(t) for t in self.process.chrome(TAKE)
                        if t["url"].startswith("http")]
        return load

    def _settle(self) -> None:
        """Half a second without news, if that comes soon."""
        end = time.monotonic() + QUIET_S
        last, since = -1, time.monotonic()
        while time.monotonic() < min(end, since + 0.5):
            now = self.process.chrome(SEEN)
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.05)

    def _other(self, before: float) -> None:
        self.process.until(
            lambda: self._origin() != before and self.process.script(LOADED),
            "load of the page")

    def _blank(self) -> None:
        self.call("WebDriver:Navigate", url="about:blank")

    def _go(self, url: str) -> None:
        """Where a password is asked for, Navigate ends with that window, and the
        page of the refusal comes once that is gone."""
        before = self._origin()
        self.call("WebDriver:Navigate", url=url)
        self._other(before)

    def open(self, url: str, picture: bool = True) -> Load:
        """The address, typed, coming from an empty page."""
        self._blank()
        return self._load(lambda: self._go(url), picture)

    def follow(self, picture: bool = True) -> Load:
        """A link on the page that leads to the page itself."""
        def act() -> None:
            before = self._origin()
            self.process.script(FOLLOW)
            self._other(before)
        return self._load(act, picture)

    def send(self, size: int, picture: bool = True) -> Optional[Load]:
        """A text of so many bytes, by the form on the page that is shown;
        None if it has none."""
        if not self.script(CAN_SEND):
            return None

        def act() -> None:
            before = self._origin()
            self.process.script("setTimeout(() => %s(%d))" % (SEND, size))
            self._other(before)
        return self._load(act, picture)

    def reload(self, picture: bool = True) -> Load:
        """As F5 does; Marionette's own goes round the cache."""
        def act() -> None:
            before = self._origin()
            self.process.chrome("gBrowser.reload()")
            self._other(before)
        return self._load(act, picture)

    def hard_reload(self, picture: bool = True) -> Load:
        def act() -> None:
            before = self._origin()
            self.process.chrome("gBrowser.reloadWithFlags("
                                "Ci.nsIWebNavigation.LOAD_FLAGS_BYPASS_CACHE)")
            self._other(before)
        return self._load(act, picture)

    def new_tab(self, url: str, picture: bool = True) -> Load:
        tab = self.call("WebDriver:NewWindow", type="tab", focus=True)
        self.call("WebDriver:SwitchToWindow", handle=tab["handle"], focus=True)
        return self._load(lambda: self._go(url), picture)

    def back(self, picture: bool = True) -> Load:
        """Away to an empty page, and back."""
        before = self._origin()
        shown = self.process.script("return location.href")
        # Not by Marionette, which leaves a listener on the page, and Firefox
        # keeps no such page for going back; nor by a script of the page, whose
        # empty page would ask for the site's icon.
        self.process.chrome(AWAY)
        self.process.until(lambda: self.process.script(
            "return location.href === 'about:blank'"), "an empty page")

        def act() -> None:
            self.process.script("setTimeout(() => history.back())")
            self.process.until(lambda: self.process.script(
                "return location.href === arguments[0] && "
                "document.readyState === 'complete'", shown), "going back")
        load = self._load(act, picture)
        if self._origin() == before:
            load.restored, load.timing = True, []
        return load

    def clear(self) -> None:
        self.process.chrome(CLEAR)

    def restart(self) -> None:
        self.process.quit()
        self.process.start()
        self._begin()

    # -- looking

    def script(self, text: str) -> Any:
        return self.process.script("return " + text)

    def timing(self) -> List[Timing]:
        return [t for t in self.process.script(TIMING)
                if urlsplit(t["url"]).scheme in ("http", "https")]

    def screenshot(self, whole: bool = False) -> bytes:
        return base64.b64decode(self.call(
            "WebDriver:TakeScreenshot", full=whole, hash=False)["value"])

    def quit(self) -> None:
        self.process.quit()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *ignored: object) -> None:
        self.quit()

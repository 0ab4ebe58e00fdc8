# SPDX-License-Identifier: MIT
"""browser: a headless Chromium with a profile of its own, driven as a person
would drive it, and what it says about each load."""
import base64
import json
import os
import pathlib
import threading
import time
from collections.abc import Callable
from typing import Any

from . import cdp, server, tools
from .cdp import Params
from .driving import Fetch, Load, Missing, Timing

FLAGS = ("--headless=new", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--no-default-browser-check",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-default-apps", "--disable-extensions",
         "--disable-dev-shm-usage", "--password-store=basic",
         "--use-mock-keychain", "--mute-audio", "--hide-scrollbars",
         "--disable-features=Translate,OptimizationHints,MediaRouter,"
         "InterestFeedContentSuggestions",
         "--remote-debugging-pipe")
QUIET_S = 4

# What the page itself knows of how each of its parts came.
TIMING = """JSON.stringify([performance.getEntriesByType('navigation')[0],
 ...performance.getEntriesByType('resource')].filter(e => e).map(e => ({
  url: e.name, kind: e.initiatorType, worker: e.workerStart > 0,
  transfer: e.workerStart > 0 ? null : e.transferSize,
  size: e.encodedBodySize, start: e.startTime, end: e.responseEnd})))"""
# A form with a file, filled in and sent as a person would.
SEND = """(size => {
 const input = document.querySelector('form input[type=file]');
 const line = 'etagd counts these bytes and throws them away.\\n';
 const files = new DataTransfer();
 files.items.add(new File([line.repeat(size / line.length + 1).slice(0, size)],
  'text.txt', {type: 'text/plain'}));
 input.files = files.files;
 input.form.submit();
})"""
CAN_SEND = "!!document.querySelector('form input[type=file]')"
FOLLOW = """(() => { const a = document.createElement('a');
 a.href = location.href.split('#')[0]; document.body.append(a); a.click();
})()"""


# Settings for which Chromium has no switch.
# "Preload pages: no preloading": no connection is opened ahead of need.
NO_SPARE: "dict[str, object]" = {"net": {"network_prediction_options": 2}}
# "Preferred languages", which pages and servers are told.
TONGUE: "dict[str, dict[str, object]]" = {
    "zh": {"intl": {"accept_languages": "zh-CN,zh",
                    "selected_languages": "zh-CN,zh"}}}


def _prefer(profile: pathlib.Path, wanted: "dict[str, object]") -> None:
    folder = profile / "Default"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Preferences").write_text(json.dumps(wanted))


class Browser:
    def __init__(self, profile: str | os.PathLike[str], width: int = 1000,
                 height: int = 800, scheme: str = "light", scale: int = 1,
                 spare: bool = True, lang: str = "en") -> None:
        program = tools.BROWSER.path()
        if not program:
            raise Missing(tools.BROWSER.missing())
        self.program = program
        self.profile = str(profile)
        wanted: "dict[str, object]" = {
            **({} if spare else NO_SPARE), **TONGUE.get(lang, {})}
        if wanted:
            _prefer(pathlib.Path(profile), wanted)
        self.width, self.height, self.scheme = width, height, scheme
        self.scale = scale
        self.lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        argv = [self.program, *FLAGS, "--user-data-dir=" + self.profile,
                "--window-size=%d,%d" % (self.width, self.height)]
        if os.geteuid() == 0:
            argv.append("--no-sandbox")
        self.fetches: dict[str, Fetch] = {}
        self.navigations: list[tuple[str, str]] = []      # loader, kind
        self.lifecycle: set[tuple[str, str]] = set()      # loader, stage
        self.pipe = cdp.Pipe(argv + ["about:blank"], server.environment(),
                             self._event)
        self.product = self.pipe.call("Browser.getVersion")["product"]
        pages = self.pipe.call("Target.getTargets")["targetInfos"]
        self._attach(next(p["targetId"] for p in pages
                          if p["type"] == "page"))

    def _attach(self, target: str) -> None:
        self.session = self.pipe.call(
            "Target.attachToTarget", targetId=target,
            flatten=True)["sessionId"]
        for method in ("Page.enable", "Network.enable", "Runtime.enable"):
            self.call(method)
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": self.scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=self.width,
                  height=self.height, deviceScaleFactor=self.scale,
                  mobile=self.width < 600)

    def call(self, method: str, **params: object) -> Params:
        return self.pipe.call(method, self.session, **params)

    # -- what the browser tells by itself

    def _event(self, session: str | None, method: str, params: Params,
               now: int) -> None:
        handler = {
            "Network.requestWillBeSent": self._asked,
            "Network.requestServedFromCache": self._from_memory,
            "Network.responseReceived": self._answered,
            "Network.responseReceivedExtraInfo": self._on_wire,
            "Page.frameNavigated": self._navigated,
            "Page.lifecycleEvent": self._stage,
        }.get(method)
        if handler:
            with self.lock:
                handler(params, now)

    def _fetch(self, params: Params, now: int) -> Fetch:
        key = params["requestId"]
        if key not in self.fetches:
            self.fetches[key] = Fetch("", now)
        return self.fetches[key]

    def _asked(self, params: Params, now: int) -> None:
        fetch = self._fetch(params, now)
        fetch.url = params["request"]["url"]
        fetch.time_ns = int(params.get("wallTime", now / 1e9) * 1e9)

    def _from_memory(self, params: Params, now: int) -> None:
        self._fetch(params, now).source = "memory"

    def _answered(self, params: Params, now: int) -> None:
        fetch, response = self._fetch(params, now), params["response"]
        if response.get("fromDiskCache") and not fetch.source:
            fetch.source = "disk"
        if not fetch.fields:
            fetch.fields = {k.lower(): v for k, v in
                            response.get("headers", {}).items()}
        if not fetch.source and not fetch.status:
            fetch.status = response.get("status", 0)

    def _on_wire(self, params: Params, now: int) -> None:
        fetch = self._fetch(params, now)
        fetch.status = params.get("statusCode", 0)
        fetch.fields = {k.lower(): v for k, v in
                        params.get("headers", {}).items()}

    def _navigated(self, params: Params, now: int) -> None:
        if not params["frame"].get("parentId"):
            self.navigations.append((params["frame"]["loaderId"],
                                     params.get("type", "Navigation")))

    def _stage(self, params: Params, now: int) -> None:
        self.lifecycle.add((params["loaderId"], params["name"]))

    # -- what a person does

    def _load(self, action: Callable[[], object], picture: bool = True,
              settle: bool = True) -> Load:
        """Does it, waits until the new page is there and the line is quiet,
        and gathers what can be known of it."""
        with self.lock:
            self.fetches = {}
            seen = len(self.navigations)
        load = Load(time.time_ns())
        action()
        self.pipe.wait(lambda: len(self.navigations) > seen, "a navigation")
        loader, kind = self.navigations[-1]
        load.restored = kind == "BackForwardCacheRestore"
        if not load.restored:
            self.pipe.wait(lambda: (loader, "load") in self.lifecycle,
                           "load of the page")
            if settle:
                self.pipe.settle(lambda: (loader, "networkIdle") in
                                 self.lifecycle, QUIET_S)
        if picture:
            load.screenshot = self.screenshot(kind="webp")
        load.timing = [] if load.restored else self.timing()
        load.end_ns = time.time_ns()
        with self.lock:
            load.fetches = [f for f in self.fetches.values()
                            if f.url.startswith("http")]
        return load

    def blank(self) -> None:
        self._load(lambda: self.call("Page.navigate", url="about:blank"),
                   picture=False, settle=False)

    def open(self, url: str, picture: bool = True) -> Load:
        """The address, typed, coming from an empty page."""
        self.blank()
        return self._load(lambda: self.call("Page.navigate", url=url,
                                            transitionType="typed"), picture)

    def follow(self, picture: bool = True) -> Load:
        """A link on the page that leads to the page itself."""
        return self._load(lambda: self.call(
            "Runtime.evaluate", expression=FOLLOW, userGesture=True), picture)

    def send(self, size: int, picture: bool = True) -> Load | None:
        """A text of so many bytes, by the form on the page that is shown;
        None if it has none."""
        if not self.script(CAN_SEND):
            return None
        return self._load(lambda: self.call(
            "Runtime.evaluate", expression="%s(%d)" % (SEND, size),
            userGesture=True), picture)

    def reload(self, picture: bool = True) -> Load:
        return self._load(lambda: self.call("Page.reload"), picture)

    def hard_reload(self, picture: bool = True) -> Load:
        return self._load(lambda: self.call("Page.reload", ignoreCache=True),
                          picture)

    def new_tab(self, url: str, picture: bool = True) -> Load:
        target = self.pipe.call("Target.createTarget", url="about:blank")
        self._attach(target["targetId"])
        return self._load(lambda: self.call("Page.navigate", url=url,
                                            transitionType="typed"), picture)

    def back(self, picture: bool = True) -> Load:
        """Away to an empty page, and back."""
        self.blank()
        history = self.call("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - 1]
        return self._load(lambda: self.call(
            "Page.navigateToHistoryEntry", entryId=entry["id"]), picture)

    def clear(self) -> None:
        self.call("Network.clearBrowserCache")

    def restart(self) -> None:
        self.pipe.close()
        self._open()

    # -- looking

    def script(self, text: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=text,
                           returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    def timing(self) -> list[Timing]:
        found: list[Timing] = json.loads(self.script(TIMING) or "[]")
        return found

    def screenshot(self, whole: bool = False, kind: str = "png") -> bytes:
        params: Params = {"format": kind}
        if kind != "png":
            params["quality"] = 80
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            params.update(captureBeyondViewport=True, clip={
                "x": 0, "y": 0, "width": self.width,
                "height": min(size["height"], 16000), "scale": 1})
        return base64.b64decode(
            self.call("Page.captureScreenshot", **params)["data"])

    def quit(self) -> None:
        self.pipe.close()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *ignored: object) -> None:
        self.quit()

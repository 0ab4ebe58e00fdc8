# SPDX-License-Identifier: MIT
"""marionette: speaks with a Firefox by the protocol that it has itself: messages
LENGTH:[0, id, command, parameters] over TCP, answered by LENGTH:[1, id, error,
result].  No geckodriver.  Its port is a free one of this machine's loopback
interface, which no other than the experiment's is captured."""
import json
import os
import pathlib
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any, Dict, Optional, Union

from . import children, server
from .cdp import DEADLINE_S, BrowserGone, Refused

# Nothing of its own on the wire; no icons either, which Chromium does not ask for
# without a window.
Pref = Union[bool, int, str]

PREFS: Dict[str, Pref] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutConfig.showWarning": False,
    "browser.chrome.site_icons": False,
    "browser.newtabpage.enabled": False,
    "browser.newtabpage.activity-stream.feeds.topsites": False,
    "browser.places.speculativeConnect.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.tabs.warnOnClose": False,
    "browser.urlbar.speculativeConnect.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.security.https_first": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "intl.accept_languages": "en",
    "marionette.port": 0,     # its choice is written into the profile
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "network.proxy.type": 0,
    "network.trr.mode": 5,
    "services.settings.server": "data:,#none",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
}


class Wire:
    """One command after the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), DEADLINE_S)
        self.rest = b""
        self.number = 0
        self._read()          # its greeting

    def _read(self) -> Any:
        try:
            while b":" not in self.rest:
                self._more()
            length, _, self.rest = self.rest.partition(b":")
            while len(self.rest) < int(length):
                self._more()
        except OSError as why:
            raise BrowserGone("the browser does not answer: %s" % why) from why
        text, self.rest = self.rest[:int(length)], self.rest[int(length):]
        return json.loads(text)

    def _more(self) -> None:
        got = self.socket.recv(65536)
        if not got:
            raise BrowserGone("the browser has ended")
        self.rest += got

    def call(self, command: str, **parameters: object) -> Any:
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        try:
            self.socket.sendall(b"%d:%s" % (len(text), text))
        except OSError as why:
            raise BrowserGone("the browser has ended") from why
        _, number, error, result = self._read()
        if number != self.number:
            raise BrowserGone("the browser answers something else")
        if error:
            raise Refused("%s: %s" % (command, error["message"]))
        return result

    def close(self) -> None:
        self.socket.close()


class Process:
    """A running Firefox with a profile of its own, and what can be done with
    one by scripts."""

    def __init__(self, program: str, profile: str | os.PathLike[str],
                 more: Optional[Mapping[str, Pref]] = None) -> None:
        self.program, self.profile = program, pathlib.Path(profile)
        self.profile.mkdir(parents=True, exist_ok=True)
        (self.profile / "user.js").write_text("".join(
            "user_pref(%s, %s);\n" % (json.dumps(k), json.dumps(v))
            for k, v in {**PREFS, **(more or {})}.items()))
        self.start()

    def start(self) -> None:
        active = self.profile / "MarionetteActivePort"
        if active.exists():
            active.unlink()
        env = server.environment()
        env.pop("DISPLAY", None)
        env.update(HOME=str(self.profile), MOZ_CRASHREPORTER_DISABLE="1")
        self.process = children.start(
            [self.program, "--headless", "--no-remote", "--marionette",
             "--remote-allow-system-access", "--profile", str(self.profile)],
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            self.wire = Wire(self._port(active))
            # who is asked for a password gives none: the page is the 401's
            # (Marionette takes them as they are, without WebDriver's "alwaysMatch")
            told = self.wire.call(
                "WebDriver:NewSession", pageLoadStrategy="normal",
                unhandledPromptBehavior="dismiss",
                timeouts={"pageLoad": DEADLINE_S * 1000,
                          "script": DEADLINE_S * 1000})["capabilities"]
        except BaseException:
            self._end()
            raise
        self.product = "Firefox/%s" % told.get("browserVersion", "?")

    def _port(self, active: pathlib.Path) -> int:
        """Firefox writes it once it listens."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end and self.process.poll() is None:
            text = active.read_text() if active.exists() else ""
            if text.strip().isdigit():
                return int(text)
            time.sleep(0.02)
        raise BrowserGone("Firefox does not listen (status %s)" %
                          self.process.poll())

    def _end(self) -> None:
        """All of its processes: they are a group of their own."""
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        children.ended(self.process)

    def quit(self) -> None:
        try:
            self.wire.call("Marionette:Quit", flags=["eAttemptQuit"])
        except (BrowserGone, Refused):
            pass              # it may end before it answers
        self.wire.close()
        self._end()

    def script(self, text: str, *args: object) -> Any:
        return self.wire.call("WebDriver:ExecuteScript", script=text,
                              args=list(args), newSandbox=False,
                              sandbox="default")["value"]

    def async_script(self, text: str, *args: object) -> Any:
        return self.wire.call("WebDriver:ExecuteAsyncScript", script=text,
                              args=list(args), newSandbox=False,
                              sandbox="default")["value"]

    def chrome(self, text: str, *args: object) -> Any:
        """In the browser's own window."""
        self.wire.call("Marionette:SetContext", value="chrome")
        try:
            return self.script(text, *args)
        finally:
            self.wire.call("Marionette:SetContext", value="content")

    def until(self, check: Callable[[], object], what: str) -> None:
        """Until it gives something that is true; between two documents no
        script runs."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            try:
                if check():
                    return
            except Refused:
                pass
            time.sleep(0.02)
        raise BrowserGone("the browser did not do this within %d s: %s" % (
            DEADLINE_S, what))

# SPDX-License-Identifier: MIT
"""fox: a person with Firefox, as visitor.py is one with Chromium.

Drives firefox-esr by Marionette, the protocol that Firefox itself speaks:
messages LENGTH:[0, id, command, parameters] over TCP, answered by
LENGTH:[1, id, error, result].  Only the standard library; no geckodriver.

Firefox's resource timing can't tell a 304 from a 200 and has no entry for what
the picture cache answers, so that the server's log has to decide: `exact` is
false, and timing() is empty."""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

PROGRAM = "firefox-esr"
DEADLINE_S = 90
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1

# Nothing of its own on the wire, and no connection before it is needed.
PREFS = {
    "marionette.port": 0,  # its choice stands in the profile
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutConfig.showWarning": False,
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
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.proxy.type": 0,
    "network.trr.mode": 5,
    "services.settings.server": "data:,#none",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
}
LOADED = """
return document.readyState === 'complete' &&
    performance.getEntriesByType('navigation')[0].loadEventEnd > 0 &&
    performance.timeOrigin !== arguments[0] && performance.timeOrigin;
"""
ORIGIN = "return performance.timeOrigin"
# Which document the tab shows.
WINDOW = """
const b = gBrowser.selectedBrowser.browsingContext;
return b.currentWindowGlobal && b.currentWindowGlobal.innerWindowId;
"""


def missing():
    """Why it cannot run here, or None."""
    return None if shutil.which(PROGRAM) else "%s is not installed" % PROGRAM


def end_with_us():
    """Whatever becomes of the tests, no Firefox stays behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class MarionetteError(Exception):
    pass


class Marionette:
    """The wire: one command after the other."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), DEADLINE_S)
        self.rest = b""
        self.number = 0
        self.greeting = self.read()

    def read(self):
        while b":" not in self.rest:
            self.more()
        length, _, self.rest = self.rest.partition(b":")
        while len(self.rest) < int(length):
            self.more()
        text, self.rest = self.rest[:int(length)], self.rest[int(length):]
        return json.loads(text)

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise MarionetteError("Firefox has ended the conversation")
        self.rest += got

    def call(self, command, **parameters):
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        kind, number, error, result = self.read()
        assert (kind, number) == (1, self.number), (kind, number)
        if error:
            raise MarionetteError("%s: %s" % (command, error["message"]))
        return result

    def close(self):
        self.socket.close()


class Browser:
    exact = False  # its timing does not tell what crossed the wire

    def __init__(self, profile, bfcache=True):
        self.profile = pathlib.Path(profile)
        self.profile.mkdir(parents=True, exist_ok=True)
        prefs = dict(PREFS)
        prefs["browser.sessionhistory.max_total_viewers"] = 8 if bfcache else 0
        (self.profile / "user.js").write_text("".join(
            "user_pref(%s, %s);\n" % (json.dumps(k), json.dumps(v))
            for k, v in prefs.items()))
        active = self.profile / "MarionetteActivePort"
        active.unlink(missing_ok=True)
        env = {k: v for k, v in os.environ.items()
               if not k.lower().endswith("_proxy") and k != "DISPLAY"}
        env.update(HOME=str(self.profile), MOZ_CRASHREPORTER_DISABLE="1")
        self.process = subprocess.Popen(
            [PROGRAM, "--headless", "--no-remote", "--marionette",
             "--remote-allow-system-access", "--profile", str(self.profile)],
            env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=end_with_us)
        try:
            self.wire = Marionette(self._port(active))
            self.wire.call("WebDriver:NewSession", capabilities={
                "alwaysMatch": {"pageLoadStrategy": "normal", "timeouts": {
                    "pageLoad": DEADLINE_S * 1000,
                    "script": DEADLINE_S * 1000}}})
        except BaseException:
            self._end()
            raise

    def _port(self, active):
        """Firefox writes it once it listens."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            text = active.read_text() if active.exists() else ""
            if text.strip().isdigit():
                return int(text)
            time.sleep(0.02)
        raise MarionetteError("Firefox does not listen (status %s)" %
                              self.process.poll())

    def _end(self):
        """All of its processes: they are a session of their own."""
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def quit(self):
        try:
            self.wire.call("Marionette:Quit", flags=["eAttemptQuit"])
        except (MarionetteError, OSError):
            pass  # it may end before it answers
        self.wire.close()
        self._end()

    def script(self, text, *args):
        return self.wire.call("WebDriver:ExecuteScript", script=text,
                              args=list(args), newSandbox=False,
                              sandbox="default")["value"]

    def async_script(self, text, *args):
        return self.wire.call("WebDriver:ExecuteAsyncScript", script=text,
                              args=list(args), newSandbox=False,
                              sandbox="default")["value"]

    def _chrome(self, text, *args):
        """In the browser's own window."""
        self.wire.call("Marionette:SetContext", value="chrome")
        try:
            return self.script(text, *args)
        finally:
            self.wire.call("Marionette:SetContext", value="content")

    def _await(self, before):
        """Another document than the one before has finished loading."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            try:
                if self.script(LOADED, before):
                    return
            except MarionetteError:
                pass  # between two documents
            time.sleep(0.02)
        raise MarionetteError("the page does not finish loading")

    # -- what a person does

    def go(self, url):
        self.wire.call("WebDriver:Navigate", url=url)
        self._await(None)

    def _leave(self):
        self.wire.call("WebDriver:Navigate", url="about:blank")

    def open(self, url):
        """The address, typed, coming from an empty page."""
        self._leave()
        self.go(url)

    def typed(self, url):
        """The address, entered on whatever page there is."""
        before = self.script(ORIGIN)
        self._chrome(
            "gBrowser.fixupAndLoadURIString(arguments[0], {triggeringPrincipal:"
            " Services.scriptSecurityManager.getSystemPrincipal()})", url)
        self._await(before)

    def follow(self, css):
        """A link on the page."""
        before = self.script(ORIGIN)
        window = self._chrome(WINDOW)
        # Not by WebDriver:ElementClick, which hangs an unload listener on the
        # page, and Firefox keeps no such page for going back.  A script does,
        # too, but takes it away at its end: the click comes after that, and
        # who waits asks the browser's own window.
        self.script("const e = document.querySelector(arguments[0]); "
                    "if (!e) throw Error('no ' + arguments[0]); "
                    "setTimeout(() => e.click())", css)
        end = time.monotonic() + DEADLINE_S
        while self._chrome(WINDOW) in (window, None) and \
                time.monotonic() < end:
            time.sleep(0.02)
        self._await(before)

    def reload(self):
        before = self.script(ORIGIN)
        # as F5 does; Marionette's own Refresh goes round the cache
        self.script("setTimeout(() => location.reload())")
        self._await(before)

    def hard_reload(self):
        before = self.script(ORIGIN)
        self._chrome("gBrowser.reloadWithFlags("
                     "Ci.nsIWebNavigation.LOAD_FLAGS_BYPASS_CACHE)")
        self._await(before)

    def new_tab(self, url):
        tab = self.wire.call("WebDriver:NewWindow", type="tab", focus=True)
        self.wire.call("WebDriver:SwitchToWindow", handle=tab["handle"],
                       focus=True)
        self.go(url)

    def back(self):
        self.wire.call("WebDriver:Back")

    def timing(self):
        return {}

    def let_go(self):
        """Of all connections that it keeps."""
        self._leave()
        self._chrome("Services.obs.notifyObservers(null, "
                     "'net:prune-all-connections')")

# SPDX-License-Identifier: MIT
"""fox: a person with Firefox, as visitor.py is one with Chromium, by the lab's
own marionette.

Firefox's resource timing can't tell a 304 from a 200 and has no entry for what
the picture cache answers, so that the server's log has to decide: `exact` is
false, and timing() is empty."""
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lab"))

from etagdlab import marionette  # noqa: E402

PROGRAM = "firefox-esr"
DEADLINE_S = 90

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


class Browser(marionette.Process):
    exact = False  # its timing does not tell what crossed the wire

    def __init__(self, profile, bfcache=True):
        # no connection before it is needed
        super().__init__(PROGRAM, profile, {
            "network.http.speculative-parallel-limit": 0,
            "browser.sessionhistory.max_total_viewers": 8 if bfcache else 0})

    def _await(self, before):
        """Another document than the one before has finished loading."""
        self.until(lambda: self.script(LOADED, before), "load of the page")

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
        self.chrome(
            "gBrowser.fixupAndLoadURIString(arguments[0], {triggeringPrincipal:"
            " Services.scriptSecurityManager.getSystemPrincipal()})", url)
        self._await(before)

    def follow(self, css):
        """A link on the page."""
        before = self.script(ORIGIN)
        window = self.chrome(WINDOW)
        # Not by WebDriver:ElementClick, which hangs an unload listener on the
        # page, and Firefox keeps no such page for going back.  A script does,
        # too, but takes it away at its end: the click comes after that, and
        # a wait asks the browser's own window.
        self.script("const e = document.querySelector(arguments[0]); "
                    "if (!e) throw Error('no ' + arguments[0]); "
                    "setTimeout(() => e.click())", css)
        end = time.monotonic() + DEADLINE_S
        while self.chrome(WINDOW) in (window, None) and \
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
        self.chrome("gBrowser.reloadWithFlags("
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
        self.chrome("Services.obs.notifyObservers(null, "
                     "'net:prune-all-connections')")

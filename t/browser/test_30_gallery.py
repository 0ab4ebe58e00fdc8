# SPDX-License-Identifier: MIT
"""The cache matrix in a real Chromium, cell by cell, by server log and by the
browser's own timing, and in a real Firefox by the log; then the gallery as it is
shipped, whose tiles and whose `etagd check` must say the same.

All policies are on one page, each action has addresses of its own, so a cell
costs no profile.  T_LONG=1 does every action; without it the first visit, link,
reload, hard reload and new tab (in Firefox link, reload and back)."""
import json
import os
import time

import pytest

import fox
import harness
from policies import ACTIONS, POLICIES, outcome, rule, wire
from test_10_policies import LOGO, DAY
from test_20_lab import INI
from visitor import Browser, ORIGIN, Witness

LONG = bool(os.environ.get("T_LONG"))
# From the first visit to the second look: what is fresh for one second is not any
# more.
LOOK_S = 2.2

SHORT = ("first", "link", "reload", "hard", "tab")
SHORT_FIREFOX = ("link", "reload", "back")

# All but the page, which has a rule of its own.
ROWS = [name for name in POLICIES if name != "page"]


def foreseen(browser, name, action):
    return outcome(name, action, not browser.exact)


RULES = "[cache *.html]\nCache-Control = no-cache\nSet-Cookie = constant=1; " \
    "Path=/\n\n" + "".join("[cache /*/%s/logo.png]\n%s\n\n" % (
        name, rule(name)) for name in ROWS)

ENTRIES = """
const all = {};
for (const e of arguments[0].performance.getEntriesByType('resource'))
    if (e.startTime >= arguments[1] && !(new URL(e.name).pathname in all))
        all[new URL(e.name).pathname] = e.transferSize;
return all;
"""
INSERT = """
const done = arguments[0], start = performance.now();
Promise.all([...document.images].map((old) => {
    const img = new Image(), ready = new Promise((r) => {
        img.onload = img.onerror = r; });
    img.src = old.src;
    old.replaceWith(img);
    return ready;
})).then(() => setTimeout(() => done(start), 100));
"""


def page(action):
    return ("<!doctype html><title>%s</title><link rel=icon href='data:,'>"
            "<p><a id=self href='index.html'>self</a> "
            "<a id=away href='/away.html'>away</a>\n" % action +
            "".join("<img src='%s/logo.png' alt='' width=20>\n" % name
                    for name in ROWS))


class Lab:
    """One server, one browser after another, one folder an action."""

    def __init__(self, serve, tmp_path, kind=Browser):
        self.kind = kind
        self.profile = tmp_path / "profile"
        self.server = serve(
            files={"away.html": "<!doctype html><title>away</title>"
                   "<link rel=icon href='data:,'>"},
            rules=RULES, strong=False, conf={"server": {"workers": 1},
                                                "prepare": {"compress": "off"}})
        self.witness = Witness(self.server)
        self.browser = None

    def start(self, bfcache=True):
        self.stop()
        self.browser = self.kind(self.profile, bfcache)

    def stop(self):
        if self.browser:
            self.browser.quit()
        self.browser = None

    def prepare(self, action):
        """Its files, of the right age now, and its first visit."""
        folder, tree, now = action, self.server.tree, time.time()
        tree.write("%s/index.html" % folder, page(action), now - 10 * DAY)
        tree.write("%s-frame.html" % folder,
                   "<!doctype html><title>frame</title><link rel=icon "
                   "href='data:,'><a id=to href='/%s/index.html'>to</a>" %
                   folder, now - 10 * DAY)
        for name in ROWS:
            tree.write("%s/%s/logo.png" % (folder, name), LOGO,
                       now - POLICIES[name]["age"])
        self.folder = folder
        self.url = "%s/%s/index.html" % (self.server.url, folder)
        self.from_url = "%s/%s-frame.html" % (self.server.url, folder)
        self.witness.look()
        self.browser.open(self.url)

    def wait(self, since):
        time.sleep(max(0, since + LOOK_S - time.monotonic()))

    def sizes(self, window="window", since=0):
        return self.browser.script(
            ENTRIES.replace("arguments[0]", window).replace(
                "arguments[1]", str(since)))


# -- actions: each does what a person would, and gives the timing entries (None:
# the document is the old one, nothing was loaded)

def act_first(lab):
    return lab.sizes()


def act_typed_same(lab):
    lab.browser.typed(lab.url)
    return lab.sizes()


def act_typed_blank(lab):
    lab.browser.open(lab.url)
    return lab.sizes()


def act_self(lab):
    lab.browser.follow("#self")
    return lab.sizes()


def act_from(lab):
    lab.browser.go(lab.from_url)
    lab.browser.follow("#to")
    return lab.sizes()


def act_reload(lab):
    lab.browser.reload()
    return lab.sizes()


def act_hard(lab):
    lab.browser.hard_reload()
    return lab.sizes()


def act_tab(lab):
    lab.browser.new_tab(lab.url)
    return lab.sizes()


def act_back(lab):
    origin = lab.browser.script(ORIGIN)
    lab.browser.follow("#away")
    lab.browser.back()
    harness.until("the page again", lambda: lab.browser.script(
        "return location.pathname.endsWith('index.html') && "
        "document.readyState === 'complete'"))
    if lab.browser.script(ORIGIN) == origin:
        return None  # as it was
    return lab.sizes()


def act_again(lab):
    lab.start()
    return act_typed_blank(lab)


def act_insert(lab):
    start = lab.browser.async_script(INSERT)
    return lab.sizes(since=start)


def act_frame(lab):
    lab.browser.go(lab.from_url)
    lab.browser.async_script("""
        const done = arguments[arguments.length - 1];
        const f = document.createElement('iframe');
        f.onload = () => setTimeout(done, 50);
        f.src = arguments[0];
        document.body.append(f);""", lab.url)
    return lab.sizes("document.querySelector('iframe').contentWindow")


DO = dict(zip(ACTIONS, (act_first, act_typed_same, act_typed_blank, act_self,
                        act_from, act_reload, act_hard, act_tab, act_back,
                        act_back, act_again, act_insert, act_frame)))


def judge(name, expected, seen, sizes, path):
    """What is wrong with a cell, or None.  seen: statuses in the log."""
    if seen != wire(expected):
        return "%s: %s expected, the log has %s" % (name, expected, seen)
    if sizes is None:
        return None
    size = sizes.get(path, 0)
    right = {"200": size > 300, "304": size == 300}.get(expected, size == 0)
    return None if right else "%s: %s expected, the browser says %d" % (
        name, expected, size)


def run_action(lab, action):
    if action == "back-uncached":
        lab.start(bfcache=False)
    elif lab.browser is None:
        lab.start()
    lab.prepare(action)
    since = time.monotonic()
    if action != "first":
        lab.witness.look()
        lab.wait(since)
    sizes = DO[action](lab)
    seen = lab.witness.look()
    if action.startswith("back"):
        assert (sizes is None) == (action == "back"), "back/forward cache"
    if not lab.browser.exact:
        sizes = None
    swr = "/%s/swr/logo.png" % lab.folder
    if foreseen(lab.browser, "swr", action) == "~" and swr not in seen:
        harness.until("the question behind", lambda: seen.update(
            lab.witness.look()) or swr in seen)
    wrong = []
    for name in ROWS:
        expected = foreseen(lab.browser, name, action)
        path = "/%s/%s/logo.png" % (lab.folder, name)
        if expected != ".":
            wrong.append(judge(name, expected, seen.get(path, []), sizes, path))
    own = "/%s/index.html" % lab.folder
    wrong.append(judge("the page", foreseen(lab.browser, "page", action),
                       seen.get(own, []), None, own))
    if action == "back-uncached":
        lab.start()  # what comes next has the usual browser
    return ["%s, %s" % (action, w) for w in wrong if w]


def run_matrix(lab, actions):
    wrong = []
    try:
        for action in actions:
            wrong += run_action(lab, action)
    finally:
        lab.stop()
    assert not wrong, "\n".join(wrong)


def test_matrix(serve, tmp_path):
    run_matrix(Lab(serve, tmp_path), ACTIONS if LONG else SHORT)


@pytest.mark.skipif(bool(fox.missing()), reason=str(fox.missing()))
def test_matrix_in_firefox(serve, tmp_path):
    run_matrix(Lab(serve, tmp_path, fox.Browser),
               ACTIONS if LONG else SHORT_FIREFOX)


# -- the gallery as it is shipped

VISITS = {"first": ("first", None), "self": ("link", act_self),
          "reload": ("reload", act_reload), "hard": ("hard", act_hard),
          "tab": ("tab", act_tab)}
READ = "return JSON.parse(localStorage.getItem('etagd-lab')).seen"


@pytest.fixture
def gallery(serve_ini):
    return serve_ini(INI, strong=False)


def recorded(browser, kind):
    harness.until("the tiles", lambda: browser.script(
        "return document.body.dataset.kind") == kind)
    assert browser.script("return document.body.dataset.odd") == "0", \
        browser.script("return [...document.querySelectorAll('.odd')].map("
                       "e => e.closest('.tile').id + ' ' + e.innerText)")
    return {name: kinds[kind] for name, kinds in
            browser.script(READ).items()}


def foretold(after_s):
    told = json.loads(harness.run("check", "-c", INI, "--json", "--after",
                                  "%ds" % after_s).stdout)
    return {p["path"]: p["visits"] for p in told["paths"]}


@pytest.mark.parametrize("kind", VISITS)
def test_gallery(gallery, browser, kind):
    """Tiles, log and the foresight of `etagd check` agree."""
    word, act = VISITS[kind]
    witness = Witness(gallery)
    lab = Lab.__new__(Lab)
    lab.browser, lab.url = browser, gallery.url + "/lab/"
    begun = time.monotonic()
    browser.open(lab.url)
    recorded(browser, "first")
    since = time.monotonic()
    if act:
        witness.look()
        lab.wait(since)
        act(lab)
    tiles = recorded(browser, kind)
    seen = witness.look()
    rows = foretold(LOOK_S)
    # on a busy machine what is fresh for some seconds may not be any more
    late = foretold(time.monotonic() - begun + 1)
    assert len(tiles) == 22
    for name, tile in tiles.items():
        path = "/lab/logo/%s.png" % name
        expected = rows[path][word]
        shown = {"-": "0", "-+304": "0"}.get(expected, expected)
        if tile["is"] != shown and late[path][word] != expected:
            expected = late[path][word]
            shown = {"-": "0", "-+304": "0"}.get(expected, expected)
        assert tile["is"] == shown, (name, tile, expected)
        if expected == "-+304":
            harness.until("the question behind", lambda: seen.update(
                witness.look()) or seen.get(path) == [304])
        else:
            wire = [] if shown == "0" else [int(shown)]
            assert seen.get(path, []) == wire, (name, expected)
    own = rows["/lab/"][word]
    assert seen.get("/lab/", []) == [int(own)]


def test_gallery_inserts_again_and_clears(gallery, browser):
    witness = Witness(gallery)
    browser.open(gallery.url + "/lab/")
    recorded(browser, "first")
    browser.driver.find_element("css selector", "#again").click()
    recorded(browser, "img")
    witness.look()
    # in a tab of its own: a renderer keeps its pictures whatever is cleared
    browser.driver.find_element("css selector", "#clear").click()
    harness.until("a tab", lambda: len(browser.driver.window_handles) == 2)
    browser.driver.switch_to.window(browser.driver.window_handles[1])
    harness.until("the page", lambda: browser.driver.find_elements(
        "css selector", "a[href='/lab/']"))
    browser.follow("a[href='/lab/']")
    recorded(browser, "first")
    seen = witness.look()
    assert sum(p.startswith("/lab/logo/") and s == [200]
               for p, s in seen.items()) == 22


def test_gallery_speaks_two_languages_and_fits_a_phone(gallery, browser):
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
    browser.open(gallery.url + "/lab/")
    recorded(browser, "first")
    for lang, title in (("zh", "缓存展览"), ("en", "The caching gallery")):
        browser.driver.find_element(
            "css selector", "[data-lang=%s]" % lang).click()
        assert browser.script("return [document.documentElement.lang, "
                              "document.querySelector('h1').innerText]") == \
            [lang, title]
        assert browser.script("return document.documentElement.scrollWidth "
                              "<= innerWidth")
    # fields are HTTP's own words; what explains them is not
    browser.driver.find_element("css selector", "[data-lang=zh]").click()
    told = browser.script("return [...document.querySelectorAll('.tile pre')]"
                          ".map(e => e.textContent)")
    assert [t for t in told if " ago" in t or "no Cache" in t or
            "own" in t or "hour" in t or "each" in t] == []
    missing = browser.script("return [...document.querySelectorAll("
                             "'[data-t]')].map(e => e.dataset.t).filter("
                             "k => !(k in WORDS.zh))")
    assert missing == []


def test_gallery_is_for_the_keyboard(gallery, browser):
    browser.open(gallery.url + "/lab/")
    recorded(browser, "first")
    from selenium.webdriver.common.keys import Keys
    reached = set()
    for _ in range(12):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(browser.script("return document.activeElement.id"))
    assert {"self", "reload", "tab", "again", "clear"} <= reached

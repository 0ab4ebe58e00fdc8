# SPDX-License-Identifier: MIT
"""What a real browser does under each policy: visit, visit again, reload, hard
reload.  Both witnesses must agree: the access log and the resource timing.

In Firefox only what crosses the wire is compared."""
import os
import struct
import time
import zlib

import pytest

import policies
from visitor import Witness

DAY = 86400


def png(width, height):
    """A picture of some thousand bytes."""
    rows = b"".join(b"\0" + os.urandom(3 * width) for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


LOGO = png(40, 40)
PAGE = ("<!doctype html><html><head><title>Logo</title>"
        "<link rel=icon href='data:,'></head><body>"
        "<img src=/logo.png width=40 height=40 alt=''>"
        "<p><a id=self href=/index.html>again</a></body></html>\n")
PAGE_RULE = "[cache *.html]\nCache-Control = no-cache\n\n"

# Rows of the table; asked is what it says of the second visit, a link to the
# page itself and a reload.  (First visit and hard reload: 200, always.)
NONE, NOT_MODIFIED, AGAIN = [], [304], [200]
NAMES = ("no-store", "no-cache", "weak", "stat", "date-no-cache", "changing",
         "must-revalidate", "max-age", "private", "immutable", "expires",
         "tag", "nothing", "date-10d", "tag-10d")

# The rest of them with T_LONG=1.
FEW = ("no-store", "no-cache", "max-age", "tag-10d")
LONG = bool(os.environ.get("T_LONG"))


def agree(browser, seen, path, wire):
    """Resource timing tells the same as the log, where it can."""
    assert seen.get(path, []) == wire, (path, seen)
    if not browser.exact:
        return
    size = browser.timing()[path]
    if wire == NONE:
        assert size == 0, size
    elif wire == NOT_MODIFIED:
        assert size == 300, size
    else:
        assert size > 300, size


def logo_server(serve, rule, page_rule=PAGE_RULE, age=10 * DAY):
    server = serve(files={"index.html": PAGE, "logo.png": LOGO},
                   rules=page_rule + "[cache /logo.png]\n%s\n" % rule,
                   conf={"server": {"workers": 1}},
                   strong="changing" not in rule)
    old = time.time() - age
    for name in ("index.html", "logo.png"):
        os.utime(server.tree.path(name), (old, old))
    return server


@pytest.mark.parametrize("policy", NAMES)
def test_logo(serve, browser, policy):
    follow_the_logo(serve, browser, policy)


@pytest.mark.parametrize("policy", NAMES if LONG else FEW)
def test_logo_in_firefox(serve, firefox, policy):
    follow_the_logo(serve, firefox, policy)


def follow_the_logo(serve, browser, policy):
    second, link, reload = (
        policies.wire(policies.outcome(policy, action, not browser.exact))
        for action in ("typed-blank", "link", "reload"))
    server = logo_server(serve, policies.rule(policy),
                         age=policies.POLICIES[policy]["age"])
    witness = Witness(server)
    page = "/index.html"

    browser.open(server.url + page)
    seen = witness.look()
    agree(browser, seen, page, AGAIN)
    agree(browser, seen, "/logo.png", AGAIN)

    browser.open(server.url + page)
    seen = witness.look()
    agree(browser, seen, page, NOT_MODIFIED)
    agree(browser, seen, "/logo.png", second)

    browser.follow("#self")
    seen = witness.look()
    agree(browser, seen, page, NOT_MODIFIED)
    agree(browser, seen, "/logo.png", link)

    browser.reload()
    seen = witness.look()
    agree(browser, seen, page, NOT_MODIFIED)
    agree(browser, seen, "/logo.png", reload)

    browser.hard_reload()
    seen = witness.look()
    agree(browser, seen, page, AGAIN)
    agree(browser, seen, "/logo.png", AGAIN)


def test_page_that_is_fresh(serve, browser):
    """Nothing at all on the wire at the second visit; a reload asks for the
    page and not for its fresh logo."""
    server = logo_server(serve, "Cache-Control = max-age=60",
                         "[cache *.html]\nCache-Control = max-age=60\n\n")
    witness = Witness(server)
    url = server.url + "/index.html"
    browser.open(url)
    assert witness.look() == {"/index.html": [200], "/logo.png": [200]}
    browser.open(url)
    assert witness.look() == {}
    browser.reload()
    assert witness.look() == {"/index.html": [304]}


def test_cache_switched_off_in_the_developer_tools(serve, browser):
    server = logo_server(serve, "Cache-Control = max-age=60")
    witness = Witness(server)
    url = server.url + "/index.html"
    browser.open(url)
    witness.look()
    browser.cache_disabled()
    browser.open(url)
    assert witness.look() == {"/index.html": [200], "/logo.png": [200]}
    browser.cache_disabled(False)
    browser.open(url)
    assert witness.look() == {"/index.html": [304]}


@pytest.mark.parametrize("rule,wire", (
    ("Cache-Control = no-cache", [200]), ("Cache-Control = max-age=60", [])))
def test_an_edit_is_seen_unless_it_is_hidden(serve, browser, rule, wire):
    """Same size, same date: a revalidated logo is fetched, a fresh one is
    not."""
    server = logo_server(serve, rule)
    witness = Witness(server)
    url = server.url + "/index.html"
    browser.open(url)
    witness.look()
    path = server.tree.path("logo.png")
    st = os.stat(path)
    server.tree.write("logo.png", LOGO[:-20] + bytes(8) + LOGO[-12:])
    os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
    browser.open(url)
    assert witness.look().get("/logo.png", []) == wire


def test_a_new_policy_by_reload_of_the_server(serve, browser):
    server = logo_server(serve, "Cache-Control = no-store")
    witness = Witness(server)
    url = server.url + "/index.html"
    browser.open(url)
    assert witness.look()["/logo.png"] == [200]
    server.reload(rules=PAGE_RULE +
                  "[cache /logo.png]\nCache-Control = no-cache\n")
    # A connection that the browser still holds is answered once more by the
    # generation before, and then closed.
    wire = []
    for _ in range(6):
        browser.open(url)
        wire.append(witness.look()["/logo.png"])
    assert wire[-1] == [304], wire
    assert wire[0] == [200], wire


def test_coded_page_is_revalidated(serve, browser):
    """A compressed response and its tag: 304, which known servers miss."""
    text = PAGE + "<p>words and words\n" * 500
    server = serve(files={"index.html": text, "logo.png": LOGO},
                   rules="[cache *]\nCache-Control = no-cache\n",
                   conf={"server": {"workers": 1}})
    import harness
    harness.until("br", lambda: server.get(
        "/", Accept_Encoding="br").has("Content-Encoding"))
    witness = Witness(server)
    witness.look()
    browser.open(server.url + "/")
    assert witness.look()["/"] == [200]
    assert server.log(1, lambda e: e["target"] == "/" and
                      e["encoding"] == "br")
    browser.open(server.url + "/")
    assert witness.look()["/"] == [304]


def test_idle_browser_leaves_room_for_others(serve, browser):
    """Its unused connections hold no worker."""
    server = logo_server(serve, "Cache-Control = no-store")
    browser.open(server.url + "/index.html")
    for _ in range(20):
        assert server.get("/logo.png").status == 200

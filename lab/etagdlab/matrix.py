# SPDX-License-Identifier: MIT
"""matrix: this browser against what browsers are known to do: one page with a
picture under each caching policy, each action once, and what crossed the
wire."""
import os
import random
import struct
import time
import zlib
from dataclasses import dataclass

from . import ledger
from .evidence import path_of, said_by_browser
from .server import Server

DAY = 86400
ACTIONS = ("first", "again", "link", "reload", "newtab", "back", "restart",
           "hard")
MEANING = {
    "first": "first visit", "again": "address typed", "link": "link",
    "reload": "reload", "newtab": "new tab", "back": "back",
    "restart": "new browser", "hard": "hard reload",
}
# What follows the first visit (200); the hard reload is 200 in every row.
NEVER = ("200", "200", "200", "200", "200", "-", "200", "200")
CHECKED = ("200", "304", "304", "304", "304", "-", "304", "200")
SILENT = ("200", "-", "-", "-", "-", "-", "-", "200")
BEHIND = ("200", "~304", "~304", "~304", "~304", "-", "~304", "200")


@dataclass(frozen=True)
class Policy:
    name: str
    label: str
    rule: str                 # of [cache]
    expected: tuple
    header: str = ""          # of [header]
    slow: bool = False        # shows itself only after some seconds


POLICIES = (
    Policy("none", "no validator, no Cache-Control",
           "ETag = off\nLast-Modified = off", NEVER),
    Policy("date", "Last-Modified of ten days ago",
           "ETag = off\nLast-Modified = on", SILENT),
    Policy("tag", "ETag only", "Last-Modified = off", CHECKED),
    Policy("tag-date", "ETag + Last-Modified of ten days ago",
           "Last-Modified = on", SILENT),
    Policy("weak", "weak ETag, no-cache",
           "ETag = weak\nCache-Control = no-cache", CHECKED),
    Policy("changing", "a new ETag at every request, no-cache",
           "ETag = changing\nLast-Modified = off\nCache-Control = no-cache",
           NEVER),
    Policy("no-cache", "no-cache + ETag", "Cache-Control = no-cache",
           CHECKED),
    Policy("must-revalidate", "max-age=0, must-revalidate",
           "Cache-Control = max-age=0, must-revalidate", CHECKED),
    Policy("pragma", "Pragma: no-cache (as response header)", "", CHECKED,
           header="Pragma = no-cache"),
    Policy("short", "max-age=2, after 3 s", "Cache-Control = max-age=2",
           CHECKED, slow=True),
    Policy("behind", "max-age=1, stale-while-revalidate=60, after 3 s",
           "Cache-Control = max-age=1, stale-while-revalidate=60", BEHIND,
           slow=True),
    Policy("hour", "max-age=3600", "Cache-Control = max-age=3600", SILENT),
    Policy("expires", "Expires in 1 h + ETag", "Expires = access plus 1h",
           SILENT),
    Policy("immutable", "max-age=31536000, immutable",
           "Cache-Control = max-age=31536000, immutable", SILENT),
    Policy("private", "private, max-age=3600",
           "Cache-Control = private, max-age=3600", SILENT),
    Policy("no-store", "no-store", "Cache-Control = no-store", NEVER),
)
PAGE = Policy("page", "the page itself: no-cache + ETag", "", CHECKED)


def picture(seed, size=24):
    """Some two thousand bytes that differ from row to row."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(3 * size) for _ in range(size))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", size, size, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def make_site(root, policies):
    """The page and its pictures, dated ten days ago."""
    root.mkdir(parents=True, exist_ok=True)
    images = "".join('<img src="/%s.png" width=24 height=24 alt="">\n' % p.name
                     for p in policies)
    (root / "index.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Matrix"
        "</title><link rel=icon href='data:,'><body>\n%s</body></html>\n"
        % images)
    for p in policies:
        (root / (p.name + ".png")).write_bytes(picture(p.name))
    old = time.time() - 10 * DAY
    for path in root.iterdir():
        os.utime(path, (old, old))


def make_ini(path, policies):
    out = ["[server]\nlisten = 127.0.0.1:0\nroot = .\nworkers = 1\n",
           "[cache *.html]\nCache-Control = no-cache\n"]
    for p in policies:
        if p.rule:
            out.append("[cache /%s.png]\n%s\n" % (p.name, p.rule))
        if p.header:
            out.append("[header /%s.png]\n%s\n" % (p.name, p.header))
    path.write_text("\n".join(out))


def _act(browser, action, url):
    if action in ("first", "again"):
        return browser.open(url, False)
    if action == "restart":
        browser.restart()
        return browser.open(url, False)
    return {"link": browser.follow, "reload": browser.reload,
            "hard": browser.hard_reload, "back": browser.back,
            "newtab": lambda picture: browser.new_tab(url, picture),
            }[action](False)


def _cell(statuses, said):
    text = " ".join(map(str, statuses)) or "-"
    return "~" + text if statuses and said == "cache" else text


def measure(program, browser, folder, slow=False, say=lambda text: None):
    """The matrix as data.  slow: with the rows that need waiting."""
    policies = [p for p in POLICIES if slow or not p.slow]
    root = folder / "matrix"
    make_site(root, policies)
    ini = folder / "matrix.ini"
    make_ini(ini, policies)
    windows = []
    with Server(program, ini, root, folder / "matrix") as server:
        for action in ACTIONS:
            say("matrix: %s" % MEANING[action])
            if slow and action != "first":
                time.sleep(3.2)
            windows.append(_act(browser, action, server.url + "/index.html"))
        base = server.url
    entries = ledger.parse(server.log_text()).requests
    rows = [_row(p, windows, entries, base) for p in [PAGE] + policies]
    cells = [c for r in rows for c in r["cells"]]
    return {"actions": [MEANING[a] for a in ACTIONS], "rows": rows,
            "cells": len(cells), "differ": sum(
                c["got"] != c["expected"] for c in cells),
            "witnesses_differ": sum(c["agree"] is False for c in cells)}


def _row(policy, windows, entries, base):
    path = "/index.html" if policy is PAGE else "/%s.png" % policy.name
    cells = []
    for i, load in enumerate(windows):
        until = windows[i + 1].begin_ns if i + 1 < len(windows) else 1 << 63
        statuses = [r.status for r in entries if r.target == path and
                    load.begin_ns <= r.time_ns < until]
        timing = next((t for t in load.timing
                       if t["url"].startswith(base) and
                       path_of(t["url"]) == path), None)
        said = said_by_browser(timing["transfer"]) if timing else None
        got = _cell(statuses, said)
        agree = None
        if said and not got.startswith("~"):
            agree = {"cache": "-", "304": "304", "bytes": "200"}[said] == got
        cells.append({"got": got, "expected": policy.expected[i],
                      "browser": "restored" if load.restored else said,
                      "agree": agree})
    return {"label": policy.label, "rule": policy.rule.replace("\n", "; "),
            "cells": cells}

# SPDX-License-Identifier: MIT
"""matrix: this browser against what browsers are known to do: one page with a
picture under each caching policy, each action once, and what crossed the
wire."""
import os
import pathlib
import random
import struct
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from . import ledger, shared
from .driving import Driver, Load, Say, silent
from .evidence import path_of, said_by_browser
from .rows import Cell, Matrix, MatrixRow
from .server import Server

DAY = 86400
# Columns of the table (www/lab/policies.json), in the order in which they are
# done here.
MEANING = {
    "first": "first visit", "typed": "address typed", "link": "link",
    "reload": "reload", "tab": "new tab", "back": "back",
    "restart": "new browser", "hard": "hard reload",
}
ACTIONS = tuple(MEANING)


@dataclass(frozen=True)
class Policy:
    name: str
    label: str
    rule: str                 # of [cache]
    expected: tuple[str, ...]
    slow: bool = False        # shows itself only after some seconds


def _policies() -> Iterator[Policy]:
    told = shared.policies()
    column = told["actions"].split()
    for name, row in told["policies"].items():
        if "label" not in row:
            continue
        word = dict(zip(column, row["visits"].split()))
        cells = tuple({"0": "-", "~": "~304"}.get(word[a], word[a])
                      for a in ACTIONS)
        yield Policy(name, row["label"], "\n".join(row["rule"]), cells,
                     row.get("slow", False))


_ALL = tuple(_policies())
PAGE = next(p for p in _ALL if p.name == "page")
POLICIES = tuple(p for p in _ALL if p is not PAGE)


def picture(seed: str, size: int = 24) -> bytes:
    """Some two thousand bytes that differ from row to row."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(3 * size) for _ in range(size))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", size, size, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def make_site(root: pathlib.Path, policies: Iterable[Policy]) -> None:
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


def make_ini(path: pathlib.Path, policies: Iterable[Policy]) -> None:
    out = ["[server]\nlisten = 127.0.0.1:0\nroot = .\nworkers = 1\n",
           "[cache *.html]\nCache-Control = no-cache\n"]
    for p in policies:
        if p.rule:
            out.append("[cache /%s.png]\n%s\n" % (p.name, p.rule))
    path.write_text("\n".join(out))


def _act(browser: Driver, action: str, url: str) -> Load:
    if action in ("first", "typed"):
        return browser.open(url, False)
    if action == "restart":
        browser.restart()
        return browser.open(url, False)
    do: dict[str, Callable[[bool], Load]] = {
        "link": browser.follow, "reload": browser.reload,
        "hard": browser.hard_reload, "back": browser.back,
        "tab": lambda picture: browser.new_tab(url, picture)}
    return do[action](False)


def _cell(statuses: Sequence[int | None], said: str | None) -> str:
    text = " ".join(map(str, statuses)) or "-"
    return "~" + text if statuses and said == "cache" else text


def measure(program: str, browser: Driver, folder: pathlib.Path,
            slow: bool = False, say: Say = silent) -> Matrix:
    """The matrix as data.  slow: with the rows that need waiting."""
    policies = [p for p in POLICIES if slow or not p.slow]
    root = folder / "matrix"
    make_site(root, policies)
    ini = folder / "matrix.ini"
    make_ini(ini, policies)
    windows = []
    with Server(program, ini, root, folder / "matrix") as server:
        for action in ACTIONS:
            say("matrix: %s", MEANING[action])
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


def _row(policy: Policy, windows: Sequence[Load],
         entries: Iterable[ledger.Request], base: str) -> MatrixRow:
    path = "/index.html" if policy is PAGE else "/%s.png" % policy.name
    cells: list[Cell] = []
    for i, load in enumerate(windows):
        until = windows[i + 1].begin_ns if i + 1 < len(windows) else 1 << 63
        statuses = [r.status for r in entries if r.target == path and
                    load.begin_ns <= r.time_ns < until]
        timing = next((t for t in load.timing
                       if t["url"].startswith(base) and
                       path_of(t["url"]) == path), None)
        said = said_by_browser(timing["transfer"], load.exact) \
            if timing else None
        got = _cell(statuses, said)
        agree = None
        if said and not got.startswith("~"):
            agree = got in {"cache": ("-",), "304": ("304",),
                            "bytes": ("200",), "asked": ("304", "200")}[said]
        cells.append({"got": got, "expected": policy.expected[i],
                      "browser": "restored" if load.restored else said,
                      "agree": agree})
    return {"label": policy.label, "rule": policy.rule.replace("\n", "; "),
            "cells": cells}

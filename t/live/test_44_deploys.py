# SPDX-License-Identifier: MIT
"""The recipes of doc/deploy.md, as they are written there, while clients ask."""
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

from harness import need, until
from wire import Closed

DOC = pathlib.Path(__file__).parents[2] / "doc" / "deploy.md"
RECIPES = dict(re.findall(r"^```sh (\w+)\n(.*?)^```$", DOC.read_text(),
                          re.M | re.S))
SWITCHES = 25


def follow(recipe, **names):
    subprocess.run(["sh", "-eu", "-c", RECIPES[recipe]], check=True,
                   env={**os.environ, **{k: str(v) for k, v in names.items()}})


def build(folder, n):
    """A page, and a part whose name goes with its content."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "assets").mkdir(parents=True)
    (folder / "v.txt").write_text("%04d" % n)
    (folder / "assets" / ("app.%04d.js" % n)).write_text("part of %04d" % n)


class Visitor(threading.Thread):
    """Asks for the page on a kept connection, then for that page's part."""

    def __init__(self, server, parts):
        super().__init__(daemon=True)
        self.server, self.parts = server, parts
        self.pages, self.faults = [], []
        self.ending = threading.Event()

    def run(self):
        c = self.server.connect()
        while not self.ending.is_set():
            begun = time.monotonic()
            try:
                page = c.get("/v.txt")
                self.pages.append((begun, page.status, page.body.decode()))
                if self.parts and page.status == 200:
                    self.part(c, page.body.decode())
            except Closed:  # a connection has its number of requests
                c.close()
                c = self.server.connect()
        c.close()

    def part(self, c, version):
        got = c.get("/assets/app.%s.js" % version)
        if (got.status, got.body.decode()) != (200, "part of " + version):
            self.faults.append((version, got.status, got.body))


def visited(server, recipe, built, names, parts):
    """Each release is put in place while they visit: what they saw."""
    visitors, placed = [Visitor(server, parts) for _ in range(3)], []
    for v in visitors:
        v.start()
    try:
        for n in range(1, SWITCHES + 1):
            build(built, n)
            follow(recipe, BUILD=built, NAME="r%04d" % n, ASSETS="assets",
                   **names)
            placed.append((time.monotonic(), "%04d" % n))
            seen = [len(v.pages) for v in visitors]
            until("visits", lambda: all(len(v.pages) > k + 2 or
                                        not v.is_alive()
                                        for v, k in zip(visitors, seen)))
        assert all(v.is_alive() for v in visitors)
    finally:
        for v in visitors:
            v.ending.set()
        for v in visitors:
            v.join()
    assert not sum((v.faults for v in visitors), [])
    pages = sorted(p for v in visitors for p in v.pages)
    assert {status for _, status, _ in pages} == {200}
    assert {n for _, n in placed} <= {content for _, _, content in pages}
    for begun, _, content in pages:
        due = [n for at, n in placed if at < begun]
        assert not due or content >= due[-1], (begun, content, due[-1])


def begun(serve, root):
    server = serve(start=False, files={"unused.txt": "x\n"})
    server.configure({"server": {"root": str(root), "workers": 2}})
    server.start()
    assert server.get("/v.txt").body == b"0000"
    return server


def test_each_recipe_is_run():
    assert sorted(RECIPES) == ["clear", "configmap", "link", "rsync"]


def test_a_link_that_is_switched(serve, tmp_path):
    """Every page finds its parts, since each release has its last one's."""
    app = tmp_path / "app"
    build(app / "releases" / "r0000", 0)
    (app / "current").symlink_to("releases/r0000")
    server = begun(serve, app / "current")
    visited(server, "link", tmp_path / "build", {"APP": app}, True)
    server.await_line("M150")


def test_rsync_into_place(serve, tmp_path):
    """Pages and parts are mixed meanwhile, but no old part goes before
    it is told to."""
    if not shutil.which("rsync"):
        need("rsync is not there")
    root = tmp_path / "root"
    build(root, 0)
    server = begun(serve, root)
    visited(server, "rsync", tmp_path / "build", {"ROOT": root}, False)
    for n in range(SWITCHES + 1):
        assert server.get("/assets/app.%04d.js" % n).status == 200
    follow("clear", BUILD=tmp_path / "build", ROOT=root)
    for n in range(SWITCHES + 1):
        due = 200 if n == SWITCHES else 404
        assert server.get("/assets/app.%04d.js" % n).status == due
    assert server.get("/v.txt").body == b"%04d" % SWITCHES


def test_a_configmap(serve, tmp_path):
    mount = tmp_path / "mount"
    build(mount / "..r0000", 0)
    (mount / "..data").symlink_to("..r0000")
    for name in ("v.txt", "assets"):
        (mount / name).symlink_to("..data/" + name)
    server = begun(serve, mount)
    visited(server, "configmap", tmp_path / "build", {"MOUNT": mount}, False)

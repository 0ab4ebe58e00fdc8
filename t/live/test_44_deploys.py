# SPDX-License-Identifier: MIT
"""The recipes of doc/deploy.md, as they are written there, while clients ask."""
import os
import pathlib
import re
import shutil
import subprocess
import time

from harness import need
from visitors import Visitor, more_visits, none_was_stale, visiting
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


class Client(Visitor):
    """Asks for the page on a kept connection, then for that page's part."""

    def __init__(self, server, parts):
        super().__init__()
        self.server, self.parts = server, parts
        self.c = None

    def visit(self, n):
        self.c = self.c or self.server.connect()
        try:
            status, version = self.ask(lambda: self.get("/v.txt"))
            if self.parts and status == 200:
                got = self.get("/assets/app.%s.js" % version)
                if got != (200, "part of " + version):
                    self.faults.append((version, got))
        except Closed:  # a connection has its number of requests
            self.leave()
            self.c = None

    def get(self, target):
        got = self.c.get(target)
        return got.status, got.body.decode()

    def leave(self):
        if self.c:
            self.c.close()


def visited(server, recipe, built, names, parts):
    """Each release is put in place while they visit: what they saw."""
    clients, placed = [Client(server, parts) for _ in range(3)], []
    with visiting(clients):
        for n in range(1, SWITCHES + 1):
            build(built, n)
            follow(recipe, BUILD=built, NAME="r%04d" % n, ASSETS="assets",
                   **names)
            placed.append((time.monotonic(), "%04d" % n))
            more_visits(clients, 2)
    assert none_was_stale(clients, placed) >= {n for _, n in placed}


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

# SPDX-License-Identifier: MIT
"""A small box: defaults follow from the memory that a control group allows, and
nobody is killed for want of it.

The short form makes 600 requests over 150 files at 64 MiB; with ETAGD_BOX=long
there are 5,000 over 1,500 at 64, 128 and 256 MiB each.
"""
import concurrent.futures
import itertools
import os
import pathlib
import random
import re
import select
import subprocess
import sys

import pytest

from harness import run, sanitized, until
from observing import fetch
from samples import parse, total
from wire import Connection

LONG = os.environ.get("ETAGD_BOX") == "long"
NUMBERS = itertools.count()
MIB = 1 << 20
WORDS = [b"cache", b"origin", b"fleet", b"answer", b"etag", b"worker", b"time",
         b"forms", b"of", b"the", b"a", b"and", b"<p>", b"</p>", b"\n"]


def own_group():
    """(our group's folder, version) of the memory controller, or a reason."""
    groups = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
    mounts = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    rows = [(m.split(" - ")[0].split(), m.split(" - ")[1].split())
            for m in mounts]
    for line in groups:
        _, controllers, path = line.split(":", 2)
        version = 1 if "memory" in controllers.split(",") else 2
        if controllers and version == 2:
            continue
        for before, after in rows:
            if (after[0] == "cgroup2" if version == 2 else
                    after[0] == "cgroup" and "memory" in after[2].split(",")):
                root = "" if before[3] == "/" else before[3]
                folder = pathlib.Path(before[4] + path[len(root):])
                if (folder / "memory.limit_in_bytes").exists() or \
                        (folder / "memory.max").exists():
                    return folder, version
    return None


def gone(folder):
    try:
        folder.rmdir()
        return True
    except OSError:
        return False


class Trigger:
    """The kernel's word that somebody had to wait for memory."""

    def __init__(self, folder):
        # pylint: disable-next=consider-using-with
        self.file = open(folder / "memory.pressure", "r+b", buffering=0)
        self.file.write(b"some 200000 2000000\0")
        self.poll = select.poll()
        self.poll.register(self.file, select.POLLPRI)

    def told(self, seconds):
        return bool(self.poll.poll(seconds * 1000))


class Group:
    """A group below ours with a limit of memory; gone at the end."""

    def __init__(self, mib):
        found = own_group()
        if not found:
            pytest.skip("no control group of memory to be seen")
        above, self.version = found
        self.folder = above / ("etagd-t-%d-%d" % (os.getpid(), next(NUMBERS)))
        try:
            self.folder.mkdir()
        except OSError as why:
            pytest.skip("no control group can be made here: %s" % why)
        self.unified = self.folder
        self.limit = self.folder / ("memory.limit_in_bytes"
                                    if self.version == 1 else "memory.max")
        try:
            self.limit.write_text("%d\n" % (mib * MIB))
        except OSError as why:
            self.folder.rmdir()
            pytest.skip("memory can't be limited here: %s" % why)

    @property
    def wrap(self):
        """Program and arguments that start another one inside."""
        return ("/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"',
                str(self.folder / "cgroup.procs"))

    def kills(self):
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        text = (self.folder / name).read_text()
        return int(re.search(r"(?m)^oom_kill (\d+)", text).group(1))

    def most(self):
        name = ("memory.max_usage_in_bytes" if self.version == 1
                else "memory.peak")
        path = self.folder / name
        return int(path.read_text()) if path.exists() else 0

    def end(self):
        until("the group's end", lambda: gone(self.folder), 30)
        if self.unified != self.folder:
            until("the group's end", lambda: gone(self.unified), 30)

    def pressed(self):
        """What tells of pressure in here, which may take a group more."""
        if self.version == 2:
            (self.folder / "memory.high").write_text("%d\n" % (48 * MIB))
            return Trigger(self.folder)
        top = pathlib.Path("/sys/fs/cgroup/unified")
        if not (top / "memory.pressure").exists():
            pytest.skip("no groups of version 2 that tell of pressure")
        (top / self.folder.name).mkdir()
        self.unified = top / self.folder.name
        return Trigger(self.unified)


@pytest.fixture
def group():
    made = []

    def make(mib):
        made.append(Group(mib))
        return made[-1]

    yield make
    for g in made:
        g.end()


TEXT = b" ".join(random.Random(1).choices(WORDS, k=200000))


def page(rng):
    """200 KB that take an encoder some work, and come to less."""
    at = rng.randrange(len(TEXT) - 150000)
    return TEXT[at:at + 150000] + rng.randbytes(25000).hex().encode()


def visit(server, paths):
    with Connection(server.address) as c:
        for path in paths:
            r = c.get(path, **{"Accept-Encoding": "br, gzip"})
            assert r.status == 200, r
    return len(paths)


SIZES = (64, 128, 256) if LONG else (64,)


@pytest.mark.parametrize("mib", SIZES)
def test_nobody_is_killed_in_a_small_box(group, serve, mib):
    if sanitized():
        pytest.skip("sanitizers need memory of their own")
    files, requests = (1500, 5000) if LONG else (150, 600)
    g = group(mib)
    rng = random.Random(mib)
    server = serve(files={"%d.html" % i: page(rng) for i in range(files)},
                   wrap=g.wrap, conf={"server": {"workers": "auto"}})
    server.process.await_line("M154: %d MiB of memory" % mib)
    asked = ["/%d.html" % rng.randrange(files) for _ in range(requests)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        done = pool.map(visit, [server] * 16, [asked[i::16] for i in range(16)])
        assert sum(done) == requests
    print("%d MiB: at most %.1f MiB, %d killed" % (mib, g.most() / MIB,
                                                  g.kills()))
    assert g.kills() == 0


def test_the_budget_tells_where_its_figures_come_from(group, tmp_path):
    g = group(512)
    (tmp_path / "etagd.ini").write_text("[server]\nroot = .\nworkers = 3\n")
    text = run("--show-budget", tmp_path, wrap=g.wrap).stdout
    assert re.search(r"512\.0m  of memory: \S+ in %s" % g.folder, text), text
    assert re.search(r"prepare memory = %d  \(auto" % (128 * MIB), text), text
    assert "warning: there is room for" in text, text
    text = run("--show-budget", "-c", tmp_path / "etagd.ini", "-o",
               "prepare.memory=1g", wrap=g.wrap).stdout
    assert "server workers = 3  (as configured)" in text, text
    assert "warning: without one request under way" in text, text


HOG = """
import mmap, os, random, sys, tempfile
with tempfile.TemporaryFile(dir=sys.argv[1]) as f:
    for _ in range(160):
        f.write(os.urandom(1 << 20))
    f.flush()
    with mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as m:
        while True:
            m[random.randrange(len(m) // 4096) * 4096]
"""


def test_what_nobody_asks_for_goes_when_memory_is_short(group, serve):
    """Though nothing goes because it is idle (give-back = 0): the kernel says
    that our group is short of memory, and what nobody has asked for in a while
    goes, of workers and preparer."""
    if sanitized():
        pytest.skip("sanitizers need memory of their own")
    g = group(64)
    try:
        trigger = g.pressed()
    except OSError as why:
        pytest.skip("no triggers of pressure here: %s" % why)
    inside = ("/bin/sh", "-c",
              'echo $$ > "$0" && echo $$ > "$1" && shift && exec "$@"',
              str(g.unified / "cgroup.procs"), str(g.folder / "cgroup.procs"))
    hogs = []
    try:
        server = serve(files={"%d.txt" % i: "text %d " % i * 3000
                              for i in range(200)}, wrap=inside,
                       conf={"server": {"workers": 1},
                             "prepare": {"give-back": 0, "compress": "off"},
                             "metrics": {"listen": "127.0.0.1:0"}})
        port = int(server.await_line(
            r"M144: metrics at http://127\.0\.0\.1:(\d+)/metrics").group(1))

        def count(name):
            return total(parse(fetch(port, "/metrics").text), name)
        visit(server, ["/%d.txt" % i for i in range(200)])
        until("all are known", lambda: count("etagd_cache_entries") >= 200)
        for _ in range(3):
            hogs.append(subprocess.Popen(
                [*inside, sys.executable, "-c", HOG, str(server.folder)]))
        if not any(trigger.told(10) for _ in range(3)):
            pytest.skip("memory could not be made short here")
        until("the preparer is told",
              lambda: count("etagd_memory_shortages_total") > 0)
        until("what the worker knows has gone",
              lambda: count("etagd_cache_entries") < 200)
        if LONG:  # half a minute more
            until("its bytes have gone", lambda: count(
                "etagd_prepared_bytes_given_back_total") > 0, 180)
        assert visit(server, ["/7.txt"]) == 1
        assert g.kills() == 0
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()

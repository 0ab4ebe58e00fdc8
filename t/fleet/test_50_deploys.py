# SPDX-License-Identifier: MIT
"""Releases that are switched on every node while clients ask: none is sent the
last one afterwards, and nothing is missing."""
import http.client
import threading
import time

import pytest

from fronts import HAProxy, Whole
from harness import until


class Visitor(threading.Thread):
    """Asks for /v.txt on a kept connection: (begun, status, content) of each."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.seen = port, []
        self.ending = threading.Event()

    def run(self):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.ending.is_set():
            begun = time.monotonic()
            c.request("GET", "/v.txt")
            r = c.getresponse()
            self.seen.append((begun, r.status, r.read().decode()))
        c.close()


def release(node, name):
    """A new folder, and the link switched to it in one step."""
    folder = node.server.folder / name
    folder.mkdir()
    (folder / "v.txt").write_text(name)
    link, new = node.server.folder / "current", node.server.folder / "new"
    new.symlink_to(folder.name)
    new.rename(link)


@pytest.fixture
def sites(node, serve, short):
    made = []
    for i in range(3):
        root = short / ("site%d" % i)
        root.mkdir()
        (root / "r0").mkdir()
        (root / "r0" / "v.txt").write_text("r0")
        (root / "current").symlink_to("r0")
        made.append(node({}, root=root / "current"))
        made[-1].server.folder = root
    short.chmod(0o755)
    return made


@pytest.mark.parametrize("kind", (HAProxy, Whole))
def test_none_is_stale_and_none_is_missing(sites, before, kind):
    front = before(kind, sites)
    switched = []
    visitors = [Visitor(front.port) for _ in range(3)]
    for v in visitors:
        v.start()
    try:
        for name in ("r1", "r2", "r3", "r4"):
            for one in sites:
                release(one, name)
            if kind is Whole:  # as packaging/fleet/README.md says
                assert front.cache.admin("ban", "obj.status != 0") is not None
            switched.append((time.monotonic(), name))
            seen = [len(v.seen) for v in visitors]
            until("visits", lambda: all(len(v.seen) > n + 10 or
                                        not v.is_alive()
                                        for v, n in zip(visitors, seen)))
    finally:
        for v in visitors:
            v.ending.set()
        for v in visitors:
            v.join()
    visits = sorted(s for v in visitors for s in v.seen)
    assert {status for _, status, _ in visits} == {200}
    assert {content for _, _, content in visits} >= {"r1", "r2", "r3", "r4"}
    for begun, _, content in visits:
        due = [name for at, name in switched if at < begun]
        assert not due or content >= due[-1], (begun, content, switched)

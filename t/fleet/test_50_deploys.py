# SPDX-License-Identifier: MIT
"""Releases that are switched on every node while clients ask: none is sent the
last one afterwards, and nothing is missing."""
import http.client
import http.server
import threading
import time

import pytest

from fronts import HAProxy, Varnish, Whole
from harness import DEADLINE_S
from visitors import Visitor, more_visits, none_was_stale, visiting


class Client(Visitor):
    """Asks for /v.txt on a kept connection."""

    def __init__(self, port):
        super().__init__()
        self.c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self):
        self.c.request("GET", "/v.txt")
        r = self.c.getresponse()
        return r.status, r.read().decode()

    def visit(self, n):
        self.ask(self.get)

    def leave(self):
        self.c.close()


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


def forget(cache):
    """What packaging/fleet/README.md has an operator type."""
    assert cache.admin("ban", "obj.status != 0") is not None


@pytest.mark.parametrize("kind", (HAProxy, Whole))
def test_none_is_stale_and_none_is_missing(sites, before, kind):
    front = before(kind, sites)
    switched = []
    visitors = [Client(front.port) for _ in range(3)]
    with visiting(visitors):
        for name in ("r1", "r2", "r3", "r4"):
            for one in sites:
                release(one, name)
            if kind is Whole:
                forget(front.cache)
                more_visits(visitors, 1)  # the fetches before that have ended
                forget(front.cache)
            switched.append((time.monotonic(), name))
            more_visits(visitors, 10)
    assert none_was_stale(visitors, switched) >= {"r1", "r2", "r3", "r4"}


class Origin(http.server.BaseHTTPRequestHandler):
    """A node whose answers to /v.txt are begun in one release, and end when
    they are let go."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        of = self.server
        content = of.content
        if self.path == "/v.txt":
            of.asked.set()
            assert of.go.wait(DEADLINE_S)
        self.send_response(200)
        self.send_header("Cache-Control", "max-age=3600")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    server.daemon_threads = True
    server.asked, server.go = threading.Event(), threading.Event()
    server.content, server.address = b"r0", server.server_address
    turning = threading.Thread(target=server.serve_forever)
    turning.start()
    yield server
    server.go.set()
    server.shutdown()
    turning.join()
    server.server_close()


def test_what_is_being_fetched_comes_in_after_a_ban(origin, before):
    """Why packaging/fleet/README.md has it given twice: were this different,
    once would do."""
    front = before(Varnish, [origin] * 3)
    got = []

    def ask():
        c = http.client.HTTPConnection("127.0.0.1", front.port,
                                       timeout=DEADLINE_S)
        c.request("GET", "/v.txt")
        got.append(c.getresponse().read())
        c.close()

    first = threading.Thread(target=ask)
    first.start()
    assert origin.asked.wait(DEADLINE_S)
    origin.content = b"r1"  # all nodes have the new release from here on
    forget(front)
    origin.go.set()
    first.join()
    ask()
    forget(front)
    ask()
    assert got == [b"r0", b"r0", b"r1"]

# SPDX-License-Identifier: MIT
"""Tags behind HAProxy, which asks another node each time: whatever these have
made of their files already, they agree."""
import itertools
import signal
import time

import pytest

from fronts import CHECK, HAProxy, missing
from harness import until
from wire import Connection

NODES = 3
FILES = {"%d.%s" % (i, kind): b"".join(
    b"Line %d of file %d, a text that compresses well.\n" % (k, i)
    for k in range(500)) for i, kind in enumerate(("css", "js", "txt") * 4)}
CONF = {"server": {"workers": 1}, "health": {"path": CHECK, "log": "off"}}
CODINGS = ("br, gzip", "gzip, deflate, br, zstd", "gzip")


@pytest.fixture
def fleet(serve):
    """Cold nodes with the same files, of different times, behind a front."""
    why = missing(HAProxy)
    if why:
        pytest.skip(why)
    nodes = []
    for i in range(NODES):
        node = serve(files=FILES, conf=CONF, start=False)
        for name, data in FILES.items():
            node.tree.write(name, data, mtime=1600000000 + 1000 * i)
        node.start()
        nodes.append(node)
    front = HAProxy(nodes[0].folder, [n.address for n in nodes])
    try:
        front.await_good(*range(NODES))
        yield front, nodes
    finally:
        front.stop()


def take(c, accepted):
    """{name: (tag, coding)}, each from some node."""
    found = {}
    for name in FILES:
        r = c.get("/" + name, Accept_Encoding=accepted)
        assert r.status == 200
        found[name] = r.etag, r.get("Content-Encoding", "identity")
    return found


def confirm(c, accepted, held, since):
    """Every node, of every file.  Whoever holds the plain file may get the
    best form, or a lesser one if that is not there within 10 s."""
    best = "br" if "br" in accepted else "gzip"
    for name, _ in itertools.product(held, range(NODES)):
        tag, coding = held[name]
        r = c.get("/" + name, Accept_Encoding=accepted, If_None_Match=tag)
        if coding == "identity" and r.status == 200:
            assert r.get("Content-Encoding") == best or \
                time.monotonic() - since >= 10, (name, r)
        else:
            assert r.status == 304 and r.etag == tag, (name, held[name], r)


@pytest.mark.parametrize("accepted", CODINGS)
def test_every_node_confirms_what_any_has_sent(fleet, accepted):
    front, nodes = fleet
    since = time.monotonic()
    with Connection(front.address) as c:
        def all_are_made():
            held = take(c, accepted)
            confirm(c, accepted, held, since)
            best = "br" if "br" in accepted else "gzip"
            return held if {k for _, k in held.values()} == {best} else None
        held = until("the best form of each file", all_are_made)
        # one has been started anew, and has made nothing yet
        nodes[1].signal(signal.SIGTERM)
        nodes[1].finish()  # the front's connections may be open
        front.await_good(0, 2)
        nodes[1].configure({"server": {
            "listen": "%s:%d" % nodes[1].address}})
        nodes[1].start()
        front.await_good(*range(NODES))
        confirm(c, accepted, held, since)

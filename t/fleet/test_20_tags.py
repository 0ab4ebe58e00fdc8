# SPDX-License-Identifier: MIT
"""Tags behind HAProxy, which asks another node each time: whatever these have
made of their files already, they agree."""
import itertools
import time

import pytest

from fronts import HAProxy
from harness import until
from wire import Connection

NODES = 3
FILES = {"%d.%s" % (i, kind): b"".join(
    b"Line %d of file %d, a text that compresses well.\n" % (k, i)
    for k in range(500)) for i, kind in enumerate(("css", "js", "txt") * 4)}
CODINGS = ("br, gzip", "gzip, deflate, br, zstd", "gzip")


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
                time.monotonic() - since >= 9, (name, r)  # of whole seconds
        else:
            assert r.status == 304 and r.etag == tag, (name, held[name], r)


@pytest.mark.parametrize("accepted", CODINGS)
def test_every_node_confirms_what_any_has_sent(nodes, before, accepted):
    three = nodes(FILES)
    front = before(HAProxy, three)
    since = time.monotonic()
    with Connection(front.address) as c:
        def all_are_made():
            held = take(c, accepted)
            confirm(c, accepted, held, since)
            best = "br" if "br" in accepted else "gzip"
            return held if {k for _, k in held.values()} == {best} else None
        held = until("the best form of each file", all_are_made)
        # one has been started again, and has made nothing yet
        three[1].leave(front, {0, 2})
        three[1].come_back()
        front.await_good(*range(NODES))
        confirm(c, accepted, held, since)

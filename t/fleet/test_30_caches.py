# SPDX-License-Identifier: MIT
"""A shared cache in front of a node that has just been started: it is sent the
plain file first, and has to get the coded form as soon as that is made."""
import gzip

import pytest

from fronts import Nginx, PackingVarnish, Varnish
from harness import until
from wire import Connection

FILES = {"%d.txt" % i: b"".join(
    b"Line %d of text %d that compresses well.\n" % (k, i)
    for k in range(3000)) for i in range(5)}
ASK = {"Accept_Encoding": "gzip, deflate"}  # one that is unpacked here


@pytest.mark.parametrize("kind", (Varnish, PackingVarnish, Nginx))
def test_coded_forms_come_through(nodes, before, kind):
    cache = before(kind, nodes(FILES, lifetime=1))
    for name in FILES:
        with Connection(cache.address) as c:
            assert c.get("/" + name, **ASK).status == 200

    def look():
        coded = 0
        for name, data in FILES.items():
            with Connection(cache.address) as c:
                r = c.get("/" + name, **ASK)
            assert r.status == 200
            coded += r.has("Content-Encoding")
            assert data == (gzip.decompress(r.body)
                            if r.has("Content-Encoding") else r.body)
        return coded == len(FILES)
    until("all coded through %s" % kind.name, look)


@pytest.mark.parametrize("kind", (Varnish, PackingVarnish, Nginx))
def test_each_client_gets_what_it_takes(nodes, before, kind):
    """Whatever has been asked for before, and with few variants."""
    three = nodes({"0.txt": FILES["0.txt"]})
    for node in three:
        for coding in "br", "gzip":
            node.server.coded("/0.txt", coding, small=False)
    cache = before(kind, three)
    for accept, coding in (
            ("gzip, deflate, br, zstd", "br"), ("br;q=1.0, gzip;q=0.5", "br"),
            ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("deflate, xbr", None),
            ("br;q=0.000,gzip;q=0", None), (None, None)):
        with Connection(cache.address) as c:
            r = c.get("/0.txt", **(
                {"Accept_Encoding": accept} if accept else {}))
        assert r.status == 200
        if kind is PackingVarnish and coding and "gzip" in accept:
            coding = "gzip"
        assert r.get("Content-Encoding") == coding, (accept, r)


@pytest.mark.parametrize("kind", (Varnish, Nginx))
def test_a_form_beside_the_file_is_had_where_another_is_preferred(
        nodes, before, kind):
    """There is gzip alone, and the client takes brotli, too."""
    packed = gzip.compress(FILES["0.txt"])
    cache = before(kind, nodes({"0.txt": FILES["0.txt"], "0.txt.gz": packed},
                               more="[prepare]\ncompress = off\n"))
    with Connection(cache.address) as c:
        r = c.get("/0.txt", Accept_Encoding="gzip, deflate, br, zstd")
    assert r.get("Content-Encoding") == "gzip" and r.body == packed

# SPDX-License-Identifier: MIT
"""The linter lints: a sound response passes, and each fault that it is there
to find is seeded once and found, by the words of its own rule."""
import inspect

import pytest

import linter
from linter import Linter
from wire import Response

NOW = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
BODY = b"0123456789"
FIELDS = {"Server": "x", "Date": NOW, "Content-Type": "text/plain",
          "ETag": "\"a\"", "Last-Modified": NOW, "Accept-Ranges": "bytes",
          "Cache-Control": "max-age=60", "Content-Length": "10"}


def response(status=200, method="GET", body=BODY, framing="length", drop=(),
             target=("localhost", "/a.txt"), also=(), **fields):
    """A sound response but for what is said; also: further field lines."""
    have = dict(FIELDS)
    have.update((n.replace("_", "-"), v) for n, v in fields.items())
    lines = [(n, v) for n, v in have.items() if n not in drop]
    r = Response(method, status, "", lines + list(also))
    r.body, r.framing, r.target = body, framing, target
    return r


def partial(**options):
    options = {"Content_Range": "bytes 0-9/20", **options}
    return response(206, **options)


def same(**options):
    """A 304."""
    options.setdefault("drop", ("Content-Type", "Content-Length",
                                "Last-Modified", "Accept-Ranges"))
    return response(304, body=b"", framing="none", **options)


def error(status, **options):
    options.setdefault("drop", ("ETag", "Last-Modified", "Accept-Ranges",
                                "Cache-Control"))
    return response(status, **options)


@pytest.mark.parametrize("r", (
    response(), response(method="HEAD", body=b"", framing="none"),
    response(Content_Encoding="gzip", Vary="Origin, Accept-Encoding"),
    response(ETag="W/\"a\""), response(Expires="0"), response(Expires=LATER),
    response(Cache_Control="public, max-age=5, stale-while-revalidate=9"),
    response(Cache_Control="no-cache=\"a, b\", private"),
    response(Content_Type="text/html; charset=utf-8"),
    response(Content_Type="image/svg+xml; charset=utf-8"),
    response(Connection="close"),
    response(Connection="keep-alive", Keep_Alive="timeout=5"),
    partial(), same(), same(Vary="Accept-Encoding"),
    partial(Content_Type="multipart/byteranges; boundary=x",
            drop=("Content-Range",)),
    error(404), error(405, Allow="GET, HEAD"), error(301, Location="/"),
    error(416, Content_Range="bytes */20"),
    error(204, body=b"", framing="none", drop=("ETag", "Last-Modified",
                                               "Content-Length")),
    error(500, drop=("Date", "ETag",
                                                           "Last-Modified")),
), ids=repr)
def test_sound(r):
    Linter().check(r)


# (words of the fault, response)
FAULTS = (
    # dates
    ("Date is not an IMF-fixdate", response(Date="06 Nov 1994 08:49:37 GMT")),
    ("Date is not an IMF-fixdate",
     response(Date="Sunday, 06-Nov-94 08:49:37 GMT")),
    ("Date is not an IMF-fixdate", response(Date="Sun Nov  6 08:49:37 1994")),
    ("Date is not an IMF-fixdate",
     response(Date="Mon, 06 Nov 1994 08:49:37 GMT")),  # it was a Sunday
    ("Date is not an IMF-fixdate",
     response(Date="Sun, 6 Nov 1994 08:49:37 GMT")),
    ("Date is not an IMF-fixdate",
     response(Date="Sun, 06 Nov 1994 08:49:37 UTC")),
    ("Last-Modified is not an IMF-fixdate",
     response(Last_Modified="Wed, 30 Feb 1994 08:49:37 GMT")),
    ("Last-Modified is not an IMF-fixdate", response(Last_Modified="0")),
    ("Expires is not an IMF-fixdate", response(Expires="-1")),
    ("Expires is not an IMF-fixdate",
     response(Expires="Sun, 06 Nov 1994 24:49:37 GMT")),
    ("no Date in a 200", response(drop=("Date",))),
    ("no Date in a 404", error(404, drop=("Date", "ETag", "Last-Modified"))),
    ("is after Date", response(Last_Modified=LATER)),
    # once
    ("etag came 2 times", response(also=[("ETag", "\"b\"")])),
    ("content-length came 2 times", response(also=[("Content-Length", "10")])),
    ("date came 2 times", response(also=[("date", NOW)])),
    # framing
    ("Content-Length and Transfer-Encoding",
     response(Transfer_Encoding="chunked")),
    ("framed by the close", response(framing="close")),
    ("no Content-Length", response(framing="chunked")),
    ("framing fields in a 204",
     error(204, body=b"", framing="none", Content_Length="0")),
    ("Content-Length 9 of a 200 with 10 bytes", response(Content_Length="9")),
    # tags
    ("malformed ETag", response(ETag="a")),
    ("malformed ETag", response(ETag="w/\"a\"")),
    ("malformed ETag", response(ETag="\"a b\"")),
    ("malformed ETag", response(ETag="\"a\"\"")),
    # types
    ("malformed Content-Type", response(Content_Type="text")),
    ("malformed Content-Type", response(Content_Type="text/html; charset")),
    ("no browser knows", response(Content_Type="inode/x-empty")),
    ("no browser knows", response(Content_Type="text/x-c")),
    ("charset on a binary type",
     response(Content_Type="image/png; charset=utf-8")),
    ("charset on a binary type",
     response(Content_Type="application/wasm; charset=binary")),
    ("content without Content-Type", response(drop=("Content-Type",))),
    # negotiation
    ("without Vary", response(Content_Encoding="gzip")),
    ("without Vary", response(Content_Encoding="br", Vary="Accept")),
    ("304 describes a content coding",
     same(Content_Encoding="gzip", Vary="Accept-Encoding")),
    ("malformed Vary", response(Vary="Accept Encoding")),
    ("unknown Content-Encoding",
     response(Content_Encoding="identity", Vary="Accept-Encoding")),
    # caching
    ("malformed Cache-Control", response(Cache_Control="max-age 5")),
    ("malformed Cache-Control", response(Cache_Control="no-cache; max-age=5")),
    ("malformed Cache-Control", response(Cache_Control="max-age = 5")),
    ("repeats max-age", response(Cache_Control="max-age=5, max-age=6")),
    ("no-store and max-age", response(Cache_Control="no-store, max-age=5")),
    ("no-store and immutable", response(Cache_Control="no-store, immutable")),
    ("public and private", response(Cache_Control="public, private")),
    ("no-store and public", response(Cache_Control="public, no-store")),
    ("no-cache and immutable", response(Cache_Control="no-cache, immutable")),
    ("no number of seconds", response(Cache_Control="max-age=1d")),
    ("no number of seconds", response(Cache_Control="s-maxage=-1")),
    ("no number of seconds", response(Cache_Control="max-age=\"5\"")),
    # status
    ("405 without Allow", error(405)),
    ("301 without Location", error(301)),
    ("308 without Location", error(308)),
    ("no proxy", error(407)),
    ("401 without a challenge", error(401)),
    ("401 without a challenge", error(401, WWW_Authenticate="Basic realm=x")),
    ("WWW-Authenticate in a 404", error(404, WWW_Authenticate="Basic")),
    ("429 without Retry-After", error(429)),
    ("not both", partial(drop=("Content-Range",))),
    ("not both", partial(Content_Type="multipart/byteranges; boundary=x")),
    ("416 without Content-Range", error(416)),
    ("416 without Content-Range", error(416, Content_Range="bytes 0-1/20")),
    ("Content-Range in a 200", response(Content_Range="bytes 0-9/10")),
    ("malformed Content-Range", partial(Content_Range="bytes 0-9/*")),
    ("impossible Content-Range", partial(Content_Range="bytes 9-0/20")),
    ("impossible Content-Range", partial(Content_Range="bytes 0-20/20")),
    ("with 10 bytes", partial(Content_Range="bytes 0-8/20")),
    ("validators of another thing", error(404, drop=(), ETag="\"a\"")),
    ("validators of another thing", error(500, drop=("ETag",))),
    ("Content-Type in a 304", same(drop=("Content-Length", "Last-Modified"))),
    ("a 304 with content", response(304, drop=("Content-Type",))),
    # connection
    ("malformed Connection", response(Connection="keep alive")),
    ("close and keep-alive", response(Connection="close, keep-alive")),
    ("Keep-Alive on a connection that closes",
     response(Connection="close", Keep_Alive="timeout=5")),
    ("names a framing field", response(Connection="transfer-encoding")),
    ("from a server that has none", response(Upgrade="h2c")),
    ("from a server that has none", response(Trailer="X")),
    ("from a server that has none", response(Proxy_Connection="close")),
    ("malformed Allow", error(405, Allow="GET HEAD")),
)


@pytest.mark.parametrize("words,r", FAULTS,
                         ids=["%d-%s" % (i, f[0]) for i, f in enumerate(FAULTS)])
def test_fault(words, r):
    with pytest.raises(AssertionError) as found:
        Linter().check(r)
    assert words in str(found.value)


def test_interim():
    r = response()
    r.interim = [Response("GET", 100, "", [])]
    Linter().check(r)
    r.interim = [Response("GET", 103, "", [])]
    with pytest.raises(AssertionError, match="interim response 103"):
        Linter().check(r)


# (words, an earlier response of the same target, the one at fault)
GZIP = {"Content_Encoding": "gzip", "Vary": "Accept-Encoding"}
PAIRS = (
    ("two sequences of bytes", response(), response(body=b"9876543210")),
    ("two sequences of bytes", response(Vary="Accept-Encoding"),
     response(**GZIP)),
    ("weak and strong", response(), response(ETag="W/\"a\"")),
    ("weak and strong", response(ETag="W/\"a\""), response()),
    ("of a 304 differs", response(),
     same(drop=("Content-Type",), Content_Length="9")),
    ("of a 304 differs", response(),
     same(drop=("Content-Type",), Content_Length="0")),
    ("of a 200 differs", response(),
     response(method="HEAD", body=b"", framing="none", Content_Length="0")),
    ("other bytes than the 200's", response(),
     partial(body=b"x" * 5, Content_Length="5", Content_Range="bytes 0-4/10")),
    ("of 20 bytes, the 200 had 10", response(),
     partial(body=BODY[:5], Content_Length="5", Content_Range="bytes 0-4/20")),
    ("no Vary", response(**GZIP), response(ETag="\"b\"")),
    ("no Vary", response(Vary="Accept-Encoding"), same(ETag="\"a\"")),
    ("no Vary", response(**GZIP), partial(ETag="\"b\"")),
    ("no Vary", response(**GZIP), error(412)),
    ("no Vary", response(**GZIP), error(416, Content_Range="bytes */20")),
)


@pytest.mark.parametrize("words,first,second", PAIRS,
                         ids=["%d-%s" % (i, p[0]) for i, p in enumerate(PAIRS)])
def test_memory(words, first, second):
    lint = Linter()
    lint.check(first)
    with pytest.raises(AssertionError) as found:
        lint.check(second)
    assert words in str(found.value)
    lint.forget()
    lint.check(second)


def test_memory_of_sound_ones():
    lint = Linter()
    for r in (response(), same(), response(method="HEAD", body=b"",
                                           framing="none"),
              partial(body=BODY[3:6], Content_Length="3",
                      Content_Range="bytes 3-5/10"),
              response(target=("localhost", "/b.txt")), error(412)):
        lint.check(r)


# (what the 304 lacks or changes)
@pytest.mark.parametrize("change", (
    {"drop": ("ETag",)}, {"ETag": "\"b\""}, {"drop": ("Cache-Control",)},
    {"Cache_Control": "no-store"}, {"Vary": "Accept"},
    {"Content_Location": "/b"}, {"Expires": NOW}), ids=repr)
def test_twin_304(change):
    linter.twin_304(response(), same())
    drop = ("Content-Type", "Content-Length") + tuple(change.pop("drop", ()))
    with pytest.raises(AssertionError):
        linter.twin_304(response(), same(drop=drop, **change))


def test_twin_head():
    def head(**options):
        return response(method="HEAD", body=b"", framing="none", **options)
    linter.twin_head(response(), head())
    for r in (head(drop=("ETag",)), head(Content_Length="0"), head(X="y"),
              response(404, method="HEAD", body=b""), response()):
        with pytest.raises(AssertionError):
            linter.twin_head(response(), r)


def test_every_rule_is_in_force():
    """A rule that nothing seeds would be a rule that nobody has seen fail."""
    seeded = set()
    for _, r in FAULTS:
        seeded |= {rule.__name__ for rule in linter.RULES if list(rule(r))}
    named = {n for n, f in inspect.getmembers(linter, inspect.isfunction)
             if n.startswith("rule_")}
    assert {f.__name__ for f in linter.RULES} == named
    assert named - seeded == {"rule_interim"}, named - seeded

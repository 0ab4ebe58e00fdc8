# SPDX-License-Identifier: MIT
"""Every combination of the conditional fields, Range, codings and GET or HEAD,
against an oracle that was written from RFC 9110 and from nothing else: 13.2.2
(order), 13.1.1 to 13.1.5, 8.8.3.2 (comparison), 14.2 (Range), 12.5.3.  One
decision of the server's own is in it: a tag that the client holds selects its
coding, but for identity's (ARCHITECTURE.md)."""
import itertools
import os
import re
import time

import pytest

import harness
import linter
from linter import format_date
from sites import close

MTIME = 1600000000
DATE, EARLIER, LATER = (format_date(MTIME + d) for d in (0, -1, 1))
TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(500))
DEPTH = 32  # requests on their way at once
IN_304 = ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary")


class Site:
    """One file, its forms, and what a plain GET says of each."""

    def __init__(self):
        self.server = harness.Server(
            files={"a.txt": TEXT}, conf={"server": {"workers": 1}},
            rules="[cache *]\nCache-Control = max-age=60\n"
            "Expires = modified plus 1h\n"
            "[header *]\nContent-Location = /b.txt\nVary = Origin\n",
            start=False)
        os.utime(self.server.tree.path("a.txt"), (MTIME, MTIME))
        self.server.start()
        self.full = {"identity": self.server.get("/a.txt")}
        for coding in ("gzip", "br"):
            self.full[coding] = self.server.coded("/a.txt", coding)
        self.tag = {c: r.etag for c, r in self.full.items()}
        assert len(set(self.tag.values())) == 3


@pytest.fixture(scope="module")
def one():
    s = Site()
    yield s
    close(s.server, False)


# -- the oracle

def opaque(tag):
    return tag[2:] if tag.startswith("W/") else tag


def weakly_equal(a, b):
    return opaque(a) == opaque(b)


def strongly_equal(a, b):
    return a == b and not a.startswith("W/")


TAG_LIST = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"(?: *, *(?:W/)?'
                      r'"[\x21\x23-\x7e]*")*\Z')


def members(value):
    """None when it is no list of tags."""
    if not TAG_LIST.match(value):
        return None
    return re.findall(r'(?:W/)?"[^"]*"', value)


def when(value):
    """The date of a field, None when there is none or it is invalid."""
    return None if value is None else linter.http_date(value)


def weights(value):
    """Accept-Encoding without "*" to {coding: weight} of what is acceptable."""
    said = {}
    for member in value.split(",") if value else ():
        name, _, q = member.strip().partition(";q=")
        said[name] = float(q or 1)
    if "identity" not in said:  # 12.5.3: acceptable unless refused
        said["identity"] = 0.0001
    return {c: q for c, q in said.items() if q > 0}


def held(ask, tag):
    return any(weakly_equal(t, tag)
               for t in members(ask.get("If-None-Match", "")) or ())


def named(ask, tag):
    """This form or none."""
    if any(strongly_equal(t, tag)
           for t in members(ask.get("If-Match", "")) or ()):
        return True
    # 13.1.5: without Range there is no If-Range
    return "Range" in ask and strongly_equal(ask.get("If-Range", ""), tag)


def choose(ask, tags):
    if "Accept-Encoding" not in ask:
        return "identity"
    ok = weights(ask["Accept-Encoding"])
    for coding, tag in tags.items():
        if coding in ok and named(ask, tag):
            return coding
    for coding, tag in tags.items():
        if coding in ok and coding != "identity" and held(ask, tag):
            return coding
    if "identity" in ok and ranges(ask.get("Range", ""), len(TEXT)) is not None:
        return "identity"  # parts are of the file's own bytes
    prefer = ["br", "gzip", "identity"]
    best = max([c for c in prefer if c in ok], default="identity",
               key=lambda c: (ok[c], -prefer.index(c)))
    return best


def ranges(value, size):
    """14.1.1, 14.1.2: None: not to be honoured; [] unsatisfiable."""
    if not value.startswith("bytes="):
        return None
    found = []
    for member in value[6:].split(","):
        m = re.match(r"(\d*)-(\d*)\Z", member.strip())
        if not m or m.groups() == ("", ""):
            return None
        first, last = m.groups()
        if not first:
            if int(last) > 0:
                found.append((max(0, size - int(last)), size - 1))
            continue
        if last and int(last) < int(first):
            return None
        if int(first) < size:
            found.append((int(first), min(int(last or size), size - 1)))
    return found


def expect(method, ask, coding, tag, size):
    """(status, ranges): 13.2.2, its steps by their numbers."""
    match, none_match = ask.get("If-Match"), ask.get("If-None-Match")
    if match is not None:  # 1
        if match != "*" and not any(strongly_equal(t, tag)
                                    for t in members(match) or ()):
            return 412, None
    else:  # 2
        since = when(ask.get("If-Unmodified-Since"))
        if since is not None and MTIME > since:
            return 412, None
    if none_match is not None:  # 3
        if none_match == "*" or any(weakly_equal(t, tag)
                                    for t in members(none_match) or ()):
            return 304, None
    else:  # 4
        since = when(ask.get("If-Modified-Since"))
        if since is not None and MTIME <= since:
            return 304, None
    if method == "GET" and "Range" in ask:  # 5
        if_range = ask.get("If-Range")
        # the date is that of every form: of which one is a part held?
        dated = when(if_range) == MTIME and "Accept-Encoding" not in ask
        useful = coding == "identity" or named(ask, tag)
        if useful and (if_range is None or dated or
                       strongly_equal(if_range, tag)):
            wanted = ranges(ask["Range"], size)
            if wanted is not None:
                return (206, wanted) if wanted else (416, None)
    return 200, None  # 6


# -- asking

def verify(one, method, ask, r):
    coding = choose(ask, one.tag)
    full = one.full[coding]
    status, wanted = expect(method, ask, coding, one.tag[coding],
                            len(full.body))
    assert r.status == status, (method, ask, coding, r)
    assert "accept-encoding" in r.tokens("Vary"), (ask, r)
    if status == 304:
        for name in IN_304:
            assert r.all(name) == full.all(name) != [], (name, ask, r)
        assert r.has("Date") and not r.has("Content-Length")
    elif status == 416:
        assert r.get("Content-Range") == "bytes */%d" % len(full.body)
    elif status in (200, 206):
        assert r.etag == one.tag[coding], (ask, r)
        assert r.get("Content-Encoding", "identity") == coding
        if status == 200:
            assert r.get("Content-Length") == str(len(full.body))
            assert r.body == (full.body if method == "GET" else b"")
        elif len(wanted) == 1:
            first, last = wanted[0]
            assert r.body == full.body[first:last + 1], (ask, r)
            assert r.get("Content-Range") == "bytes %d-%d/%d" % (
                first, last, len(full.body))
        else:
            for first, last in wanted:
                assert b"\r\nContent-Range: bytes %d-%d/%d\r\n\r\n%s\r\n--" % (
                    first, last, len(full.body),
                    full.body[first:last + 1]) in r.body
    return status


def ask_all(one, asks):
    """Each with GET and with HEAD, in pipelines; how often each status came."""
    asks = [(m, a) for a in asks for m in ("GET", "HEAD")]
    seen = {}
    with one.server.connect() as c:
        for at in range(0, len(asks), DEPTH):
            part = asks[at:at + DEPTH]
            c.send(b"".join(
                ("%s /a.txt HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (
                    m, "".join("%s: %s\r\n" % f for f in a.items())))
                .encode("ascii") for m, a in part))
            for m, a in part:
                r = c.read_response(m, target=("localhost", "/a.txt"))
                status = verify(one, m, a, r)
                seen[status] = seen.get(status, 0) + 1
    one.server.connections.clear()
    return seen


def product(choices):
    names = list(choices)
    for values in itertools.product(*choices.values()):
        yield {n: v for n, v in zip(names, values) if v is not None}


def tag_values(tag):
    return (None, tag, "W/" + tag, "\"other\"", "*",
            "\"a,b\", %s , \"c\"" % tag, tag.strip("\""))


def test_conditions_and_ranges(one):
    tag = one.tag["identity"]
    seen = ask_all(one, product({
        "If-Match": tag_values(tag),
        "If-Unmodified-Since": (None, EARLIER, DATE),
        "If-None-Match": tag_values(tag),
        "If-Modified-Since": (None, EARLIER, DATE, LATER),
        "If-Range": (None, tag, "W/" + tag, DATE, LATER),
        "Range": (None, "bytes=5-9", "bytes=99999-", "bytes=9-5")}))
    assert sorted(seen) == [200, 206, 304, 412, 416], seen
    assert sum(seen.values()) == 2 * 7 * 3 * 7 * 4 * 5 * 4
    assert min(seen.values()) >= 50, seen


def test_codings(one):
    tags = list(one.tag.values())
    lists = [", ".join(tags[:2]), "W/" + tags[1]]
    seen = ask_all(one, product({
        "Accept-Encoding": (None, "", "gzip", "br", "gzip, br",
                            "br;q=0.1, gzip", "br;q=0, gzip;q=0.5",
                            "gzip;q=0.5, identity", "br, identity;q=0"),
        "If-Match": [None] + tags,
        "If-None-Match": [None, "*"] + tags + lists,
        "If-Range": [None, DATE] + tags,
        "Range": (None, "bytes=0-3,300-309", "bytes=5-9", "bytes=-5",
                  "bytes=19000-")}))
    assert sorted(seen) == [200, 206, 304, 412, 416], seen


@pytest.mark.parametrize("field", ("If-Modified-Since", "If-Unmodified-Since",
                                   "If-Range"))
def test_dates_in_all_their_forms(one, field):
    """RFC 9110 5.6.7: three forms, and years of two digits within 50 years."""
    def forms(t):
        g = time.gmtime(t)
        return (format_date(t),
                time.strftime("%A, %d-%b-%y %H:%M:%S GMT", g),
                time.strftime("%a %b ", g) + "%2d" % g.tm_mday +
                time.strftime(" %H:%M:%S %Y", g))
    for shift, wanted in ((-1, (200, 412, 200)), (0, (304, 200, 206)),
                          (1, (304, 200, 200)), (86400 * 40, (304, 200, 200))):
        for text in forms(MTIME + shift):
            ask = {field: text}
            if field == "If-Range":
                ask["Range"] = "bytes=5-9"
            r = one.server.get("/a.txt", **{n.replace("-", "_"): v
                                            for n, v in ask.items()})
            at = ("If-Modified-Since", "If-Unmodified-Since",
                  "If-Range").index(field)
            assert r.status == wanted[at], (ask, r)

# SPDX-License-Identifier: MIT
"""The conformance table over a real socket: every row whole, and byte by byte;
the answer must not depend on how the bytes were cut.

Behind every row's bytes another request follows at once.  Where the connection
has to live it must be answered, on its own and correctly framed; where framing
is in doubt it must never be read as a request."""
import os

import re

import pytest

import conformance
from conformance import case as table
from sites import close, make_site
from wire import Closed

CASES = conformance.all_cases()
# Rows of many kilobytes go out whole only.
RUNS = [pytest.param(c, cut, id="%r-%s" % (c, cut)) for c in CASES
        for cut in ("whole", "bytewise")
        if cut == "whole" or len(c.raw) <= 5000]
FOLLOWS = b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"


def placeholders(server):
    """@NAME@ in rows -> what this server calls its tags."""
    with server.connect() as c:
        tag = c.get("/ten.bin").etag
        alpha = c.get("/alphabet.txt").etag
        text = c.get("/text.txt").etag
    coded = {coding: server.coded("/text.txt", coding).etag
             for coding in ("gzip", "br", "zstd")}
    bare = tag.strip("\"")
    assert tag == "\"%s\"" % bare, "not strong: %s" % tag
    return {"TAG": tag, "BARE": bare, "HALF": bare[:len(bare) // 2],
            "SWAP": bare.swapcase(), "ALPHATAG": alpha, "TEXTTAG": text,
            "GZIPTAG": coded["gzip"], "BRTAG": coded["br"],
            "ZSTDTAG": coded["zstd"]}


def table_site():
    server = make_site(files={
        "ten.bin": table.TEN, "alphabet.txt": table.ALPHABET,
        "text.txt": table.TEXT, "large.bin": bytes(range(256)) * 4096,
    }, conf={"server": {"workers": 1}, "limits": {
        "target": table.TARGET_MAX, "line": table.LINE_MAX,
        "head": table.HEAD_MAX, "fields": table.FIELDS_MAX,
        "body": table.BODY_MAX}}, start=False)
    tree = server.tree
    for folder, _, names in os.walk(tree.root):
        for name in names:
            os.utime(os.path.join(folder, name), (table.MTIME, table.MTIME))
    outside = server.folder / "outside"
    outside.mkdir()
    (outside / "outside").write_text("nobody may see this\n")
    tree.symlink("link-in.txt", "hello.txt")
    tree.symlink("link-out.txt", "../outside/outside")
    tree.symlink("link-abs.txt", str(outside / "outside"))
    tree.symlink("link-dir", "../outside")
    tree.symlink("link-loop", "link-loop")
    os.mkfifo(tree.path("fifo"))
    server.start()
    return server


class Site:
    def __init__(self):
        self.server = table_site()
        self.names = placeholders(self.server)

    def fill(self, text):
        for name, value in self.names.items():
            if isinstance(text, bytes):
                text = text.replace(b"@%s@" % name.encode(),
                                    value.encode("latin-1"))
            else:
                text = text.replace("@%s@" % name, value)
        return text


@pytest.fixture(scope="module")
def site():
    s = Site()
    yield s
    close(s.server, False)


CLOSE_SENT = re.compile(rb"(?i)\r\nconnection:[^\r\n]*close")


def check_last(case, r, fill):
    for name, wanted in case.fields.items():
        values = r.all(name)
        if wanted is None:
            assert not values, "%s: %r" % (name, values)
        elif isinstance(wanted, str):
            assert values == [fill(wanted)], (name, values, fill(wanted))
        else:
            assert values and wanted.search(values[0]), (name, values)
    if case.body is not None and r.method != "HEAD":
        assert r.body == case.body


def converse(case, site, c, send):
    send(site.fill(case.raw) + FOLLOWS)
    n = len(case.status)
    for i, wanted in enumerate(case.status):
        r = c.read_response(case.methods[i])
        allowed = wanted if isinstance(wanted, set) else {wanted}
        assert r.status in allowed, "%r, not %r" % (r, sorted(allowed))
        if i < n - 1:
            assert not r.closes, r
    check_last(case, r, site.fill)
    lives = case.lives
    if lives is None:
        lives = not r.closes
    if lives:
        assert not r.closes, "closes: %r" % r
        after = c.read_response()
        assert after.status == 200 and after.body == b"Hello, world!\n", after
        c.half_close()
    else:
        assert r.closes, "does not announce the close: %r" % r
        try:
            c.half_close()
        except OSError:
            pass  # the server has left for good already
    rest = c.read_to_end()
    assert rest == b"", "more than was asked for: %r" % rest
    # RFC 9112 9.6: a client that has sent "close" sends no further request; here one
    # follows all the same, and a reset is then as good an end as any
    broken_word = CLOSE_SENT.search(site.fill(case.raw)) and not lives
    assert c.eof == "closed" or broken_word, "ended by %s" % c.eof


@pytest.mark.parametrize("case,cut", RUNS)
def test_case(site, case, cut):
    server = site.server
    with server.connect() as c:
        send = c.send_bytewise if cut == "bytewise" else c.send
        try:
            converse(case, site, c, send)
        except Closed as fault:
            raise AssertionError("closed without an answer") from fault
    server.connections.clear()


def test_table_is_large_enough():
    assert len(CASES) >= 300
    assert all(c.section.startswith("RFC ") for c in CASES)

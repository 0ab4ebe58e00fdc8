# SPDX-License-Identifier: MIT
"""case: one row of the conformance table.

A row is the bytes of one request (or of a pipeline) and what RFC 9110, 9111 or
9112 make of them:

section  where that is said
name     what is tried, in words; unique
raw      the request's bytes; @TAG@, @WEAK@, @GZTAG@ ... are filled in with the
         entity tags of the files at run time
status   the status, or a set of those that the section leaves open; for a
         pipeline a list of one per response
lives    True: the same connection must answer a request that follows at once;
         False: it must not (the bytes that follow are never read as a request)
         and it ends; None: the section leaves it open
fields   {name: value} of the last response: None = must be absent, a text =
         must be equal, a compiled pattern = must match, ANY = must be there
body     exact content, when it matters
method   of the request, for the reader's framing ("HEAD" matters)
"""
import re

ANY = re.compile("")
MTIME = 1600000000  # of every file in the table's site
DATE = "Sun, 13 Sep 2020 12:26:40 GMT"
EARLIER = "Sun, 13 Sep 2020 12:26:39 GMT"
LATER = "Sun, 13 Sep 2020 12:26:41 GMT"

# Limits that the table's server is configured with.
TARGET_MAX = 4096
LINE_MAX = 4096
HEAD_MAX = 16384
FIELDS_MAX = 64
BODY_MAX = 65536

TEN = b"0123456789"
ALPHABET = bytes(97 + i % 26 for i in range(2600))
TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(400))


class Case:
    def __init__(self, section, name, raw, status, lives, fields, body,
                 methods):
        self.section = section
        self.name = name
        self.raw = raw
        self.status = status if isinstance(status, list) else [status]
        self.lives = lives
        self.fields = fields
        self.body = body
        self.methods = methods

    def __repr__(self):
        return "%s: %s" % (self.section, self.name)


class Table(list):
    """CASES = Table(); CASES.add(section, name, raw, status, ...)"""

    def add(self, section, name, raw, status, lives=True, fields=None,
            body=None, methods=None):
        raw = raw.encode("latin-1") if isinstance(raw, str) else raw
        if methods is None:
            methods = [raw.lstrip(b"\r\n").split(b" ", 1)[0].decode("latin-1")]
        if isinstance(status, list) and len(methods) == 1:
            methods = methods * len(status)
        self.append(Case(section, name, raw, status, lives, fields or {}, body,
                         methods))


def req(line="GET /ten.bin HTTP/1.1", *fields, host="localhost", body=b""):
    """The bytes of a request; the Host field comes first unless it is None."""
    lines = [line] + (["Host: " + host] if host is not None else [])
    lines += list(fields)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

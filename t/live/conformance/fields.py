# SPDX-License-Identifier: MIT
"""Field lines: RFC 9112 section 5, RFC 9110 section 5."""
from conformance.case import FIELDS_MAX, HEAD_MAX, LINE_MAX, TEN, Table, req

CASES = Table()
add = CASES.add
LINE = "GET /ten.bin HTTP/1.1"

for what, line in (("usual", "X-A: b"), ("no space after the colon", "X-A:b"),
                   ("empty value", "X-A:"), ("blanks around the value",
                                             "X-A: \t b \t "),
                   ("tab within the value", "X-A: b\tc"),
                   ("bytes above 127 in the value", "X-A: caf\xe9"),
                   ("every token character", "!#$%&'*+-.^_`|~09azAZ: b"),
                   ("one-letter name", "X: y"),
                   ("colons in the value", "X-A: b:c::d"),
                   ("name without case", "hOsT-x: y"),
                   ("quoted string with a comma", "X-A: \"a,b\", c"),
                   ("unbalanced quote", "X-A: \"a")):
    add("RFC 9112 5", "field line: " + what, req(LINE, line), 200, body=TEN)

for what, line, in (("space before the colon", "X-A : b"),
                    ("tab before the colon", "X-A\t: b"),
                    ("no colon", "X-A b"),
                    ("empty name", ": b"),
                    ("space within the name", "X A: b"),
                    ("NUL in the value", "X-A: b\0c"),
                    ("NUL in the name", "X\0A: b"),
                    ("DEL in the value", "X-A: b\x7fc"),
                    ("BEL in the value", "X-A: b\x07c"),
                    ("ESC in the value", "X-A: \x1b[31m"),
                    ("vertical tab before the value", "X-A:\x0bb"),
                    ("form feed after the value", "X-A: b\x0c"),
                    ("bare CR in the value", "X-A: b\rc"),
                    ("bare CR at the end of the value", "X-A: b\r"),
                    ("bare LF in the value", "X-A: b\nX-B: c"),
                    ("folded with a space", "X-A: b\r\n c"),
                    ("folded with a tab", "X-A: b\r\n\tc"),
                    ("folded, then empty", "X-A: b\r\n \r\nX-B: c"),
                    ("byte above 127 in the name", "X-\xe9: b"),
                    ("parenthesis in the name", "X(A): b"),
                    ("slash in the name", "X/A: b"),
                    ("quote in the name", "\"X\": b"),
                    ("at sign in the name", "X@A: b"),
                    ("bracket in the name", "X[A]: b"),
                    ("equals sign in the name", "X=A: b"),
                    ("semicolon in the name", "X;A: b"),
                    ("question mark in the name", "X?A: b"),
                    ("backslash in the name", "X\\A: b"),
                    ("request line again", "GET / HTTP/1.1")):
    add("RFC 9112 5.1", "field line: " + what, req(LINE, line), 400,
        lives=False)

add("RFC 9112 2.2", "bare LF ends the head",
    b"GET /ten.bin HTTP/1.1\r\nHost: localhost\r\n\n", 400, lives=False)
add("RFC 9112 2.2", "bare CR within the last line end",
    b"GET /ten.bin HTTP/1.1\r\nHost: localhost\r\n\r\r\n", 400, lives=False)
add("RFC 9112 5.2", "folded first field",
    b"GET /ten.bin HTTP/1.1\r\n\tHost: localhost\r\n\r\n", 400, lives=False)

# -- limits, RFC 6585 5
filler = ["X-%d: y" % i for i in range(FIELDS_MAX)]
add("RFC 6585 5", "as many fields as the limit",
    req(LINE, *filler[:FIELDS_MAX - 1]), 200)
add("RFC 6585 5", "one field above the limit", req(LINE, *filler), 431,
    lives=False)
add("RFC 6585 5", "field line within the limit",
    req(LINE, "X-A: " + "v" * (LINE_MAX - 7)), 200)
add("RFC 6585 5", "field line above the limit",
    req(LINE, "X-A: " + "v" * (LINE_MAX + 1)), 431, lives=False)
add("RFC 6585 5", "field line of 100 kB", req(LINE, "X-A: " + "v" * 100000),
    431, lives=False)
add("RFC 6585 5", "field name of 100 kB", req(LINE, "X" * 100000 + ": v"), 431,
    lives=False)
add("RFC 6585 5", "head above the limit in short lines",
    req(LINE, *["X-%02d: %s" % (i, "v" * 500)
                for i in range(HEAD_MAX // 500 + 1)]), 431, lives=False)
add("RFC 6585 5", "field line that never ends",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"v" * 20000, 431,
    lives=False)

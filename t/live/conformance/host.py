# SPDX-License-Identifier: MIT
"""Host: RFC 9112 section 3.2, RFC 9110 section 7.2, RFC 3986 section 3.2."""
from conformance.case import TEN, Table, req

CASES = Table()
add = CASES.add
LINE = "GET /ten.bin HTTP/1.1"

for what, h in (("name", "localhost"), ("name and port", "localhost:8080"),
                ("IPv4", "127.0.0.1"), ("IPv4 and port", "127.0.0.1:80"),
                ("IPv6", "[::1]"), ("IPv6 and port", "[::1]:8080"),
                ("IPv6 in full", "[2001:db8:0:0:0:0:0:1]"),
                ("IPv6 with an IPv4 tail", "[::ffff:127.0.0.1]"),
                ("empty port", "localhost:"), ("port zero", "localhost:0"),
                ("largest port", "localhost:65535"),
                ("capitals", "LOCALHOST"), ("several labels", "a.b.c.example"),
                ("hyphen", "a-b.example"), ("underscore", "a_b.example"),
                ("digits", "0.example"), ("unknown name", "nobody.example")):
    add("RFC 9112 3.2", "Host: " + what, req(LINE, host=h), 200, body=TEN)
for what, h in (("space within", "local host"), ("path", "localhost/x"),
                ("URL", "http://localhost"), ("user", "user@localhost"),
                ("port of letters", "localhost:80a"),
                ("negative port", "localhost:-1"),
                ("port above 65535", "localhost:65536"),
                ("port of 20 digits", "localhost:" + "9" * 20),
                ("two ports", "localhost:80:80"), ("port alone", ":80"),
                ("open bracket", "[::1"), ("closed bracket", "::1]"),
                ("IPv6 without brackets", "2001:db8::1"),
                ("IPv6 with nonsense", "[::g]"), ("empty brackets", "[]"),
                ("nine groups", "[1:2:3:4:5:6:7:8:9]"),
                ("two gaps", "[1::2::3]"),
                ("text after the bracket", "[::1]x"),
                ("query", "localhost?x"), ("fragment", "localhost#x"),
                ("backslash", "local\\host"), ("quote", "\"localhost\""),
                ("bracketed name", "[localhost]"), ("angle", "<localhost>"),
                ("byte above 127", "localhos\xe9"), ("tab within",
                                                     "local\thost"),
                ("bad percent", "local%zzhost")):
    add("RFC 9112 3.2", "Host malformed: " + what, req(LINE, host=h), 400,
        lives=None)
# Empty where the target's URI has no authority; that of a path has one.
add("RFC 9112 3.2", "Host empty", req(LINE, host=""), 400, lives=None)
add("RFC 9112 3.2", "Host of blanks", req(LINE, host=" \t "), 400, lives=None)
add("RFC 9112 3.2", "Host empty in HTTP/1.0",
    req("GET /ten.bin HTTP/1.0", host=""), 200, lives=False)
add("RFC 9112 3.2.2", "Host empty with an absolute target",
    req("GET http://localhost/ten.bin HTTP/1.1", host=""), 200)
add("RFC 9112 3.2.4", "Host empty with an asterisk",
    req("OPTIONS * HTTP/1.1", host=""), {200, 204})
add("RFC 9112 3.2", "Host missing", req(LINE, host=None), 400, lives=None)
add("RFC 9112 3.2", "Host missing with HEAD",
    req("HEAD /ten.bin HTTP/1.1", host=None), 400, lives=None)
add("RFC 9112 3.2", "Host missing with an absolute target",
    req("GET http://localhost/ten.bin HTTP/1.1", host=None), 400, lives=None)
add("RFC 9112 3.2", "Host twice", req(LINE, "Host: localhost"), 400,
    lives=False)
add("RFC 9112 3.2", "Host twice, different", req(LINE, "Host: other"), 400,
    lives=False)
add("RFC 9112 3.2", "Host twice in another case", req(LINE, "hOST: localhost"),
    400, lives=False)
add("RFC 9112 3.2", "Host twice with an absolute target",
    req("GET http://localhost/ten.bin HTTP/1.1", "Host: other"), 400,
    lives=False)
add("RFC 9112 3.2.2", "Host malformed with an absolute target",
    req("GET http://localhost/ten.bin HTTP/1.1", host="a b"), 400, lives=None)
add("RFC 9112 3.2", "Host malformed in HTTP/1.0",
    req("GET /ten.bin HTTP/1.0", host="a b"), 400, lives=False)
add("RFC 9112 3.2", "Host with blanks around",
    req(LINE, host=" \t localhost \t "), 200)
add("RFC 9112 3.2", "Host that is not the first field",
    req(LINE, "X-A: b", "Host: localhost", host=None), 200)

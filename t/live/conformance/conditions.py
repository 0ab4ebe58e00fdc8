# SPDX-License-Identifier: MIT
"""Preconditions: RFC 9110 section 13."""
from conformance.case import (ANY, DATE, EARLIER, LATER, TEN, Table, req)

CASES = Table()
add = CASES.add
GET = "GET /ten.bin HTTP/1.1"
HEAD = "HEAD /ten.bin HTTP/1.1"
KEPT = {"ETag": "@TAG@", "Date": ANY, "Content-Range": None}
FULL = {"ETag": "@TAG@", "Last-Modified": DATE}

add("RFC 9110 8.8", "validators of a file", req(GET), 200, fields=FULL)

# -- If-None-Match, 13.1.2: weak comparison
for what, v in (("the tag", "@TAG@"), ("the tag, weak", "W/@TAG@"),
                ("any", "*"), ("first of a list", "@TAG@, \"x\""),
                ("last of a list", "\"x\", \"y\", @TAG@"),
                ("list without blanks", "\"x\",@TAG@,\"y\""),
                ("list with many blanks", "\"x\" ,\t @TAG@"),
                ("list with empty members", ", ,\"x\",, @TAG@ ,"),
                ("weak among strong", "\"x\", W/@TAG@"),
                ("behind a tag with a comma", "\"a,b\", @TAG@"),
                ("behind an empty tag", "\"\", @TAG@"),
                ("on a second line", "\"x\"\r\nIf-None-Match: @TAG@"),
                ("behind a tag of high bytes", "\"\xe9\xff\", @TAG@")):
    add("RFC 9110 13.1.2", "If-None-Match matches: " + what,
        req(GET, "If-None-Match: " + v), 304, fields=KEPT)
for what, v in (("another", "\"x\""), ("another, weak", "W/\"x\""),
                ("empty tag", "\"\""), ("list of others", "\"x\", \"y\""),
                ("without quotes", "@BARE@"), ("nothing", ""),
                ("small w", "w/@TAG@"), ("W without slash", "W@TAG@"),
                ("open quote", "\"@BARE@"), ("closed quote only", "@BARE@\""),
                ("single quotes", "'@BARE@'"), ("prefix of it", "\"@HALF@\""),
                ("longer than it", "\"@BARE@x\""),
                ("in capitals or small", "\"@SWAP@\""),
                ("quoted asterisk", "\"*\""),
                ("other weak form", "W/ @TAG@")):
    add("RFC 9110 13.1.2", "If-None-Match does not match: " + what,
        req(GET, "If-None-Match: " + v), 200, fields=FULL, body=TEN)
add("RFC 9110 13.1.2", "If-None-Match with HEAD",
    req(HEAD, "If-None-Match: @TAG@"), 304, fields=KEPT)
add("RFC 9110 13.1.2", "If-None-Match with HEAD that does not match",
    req(HEAD, "If-None-Match: \"x\""), 200, fields=FULL)
add("RFC 9110 13.2.1", "If-None-Match: * on a missing file",
    req("GET /missing HTTP/1.1", "If-None-Match: *"), 404)
add("RFC 9110 13.2.1", "If-None-Match on a redirection",
    req("GET /sub HTTP/1.1", "If-None-Match: *"), 301)
add("RFC 9110 13.2.1", "If-None-Match with a method not allowed",
    req("POST /ten.bin HTTP/1.1", "If-None-Match: *"), 405)
add("RFC 9110 13.2.1", "If-None-Match with OPTIONS",
    req("OPTIONS /ten.bin HTTP/1.1", "If-None-Match: *"), {200, 204})
add("RFC 9110 13.1.2", "If-None-Match of 200 tags",
    req(GET, "If-None-Match: " + ", ".join("\"%d\"" % i for i in range(200)) +
        ", @TAG@"), 304, fields=KEPT)
add("RFC 9110 8.8.3", "another file's tag",
    req(GET, "If-None-Match: @ALPHATAG@"), 200, fields=FULL)

# -- If-Modified-Since, 13.1.3
for what, v in (("equal", DATE), ("one second later", LATER),
                ("years later", "Fri, 01 Jan 2021 00:00:00 GMT"),
                ("equal, RFC 850", "Sunday, 13-Sep-20 12:26:40 GMT"),
                ("equal, asctime", "Sun Sep 13 12:26:40 2020"),
                ("later, asctime with one digit", "Thu Oct  1 00:00:00 2020")):
    add("RFC 9110 13.1.3", "If-Modified-Since holds back: " + what,
        req(GET, "If-Modified-Since: " + v), 304, fields=KEPT)
for what, v in (("one second earlier", EARLIER),
                ("the epoch", "Thu, 01 Jan 1970 00:00:00 GMT"),
                ("before the epoch", "Wed, 31 Dec 1969 23:59:59 GMT"),
                ("RFC 850, earlier", "Saturday, 12-Sep-20 12:26:40 GMT"),
                ("RFC 850 of 1994", "Sunday, 06-Nov-94 08:49:37 GMT"),
                ("asctime, earlier", "Sun Sep 13 12:26:39 2020"),
                ("asctime with one digit", "Sun Nov  6 08:49:37 1994"),
                ("nothing", ""), ("nonsense", "yesterday"), ("number", "0"),
                ("seconds", "1700000000"),
                ("another zone", "Mon, 13 Sep 2021 12:26:40 CET"),
                ("UTC for GMT", "Mon, 13 Sep 2021 12:26:40 UTC"),
                ("offset for GMT", "Mon, 13 Sep 2021 12:26:40 +0000"),
                ("no zone", "Mon, 13 Sep 2021 12:26:40"),
                ("small gmt", "Mon, 13 Sep 2021 12:26:40 gmt"),
                ("one digit for the day", "Mon, 6 Sep 2021 12:26:40 GMT"),
                ("day 32", "Fri, 32 Jan 2021 12:26:40 GMT"),
                ("30 February", "Tue, 30 Feb 2021 12:26:40 GMT"),
                ("hour 24", "Mon, 13 Sep 2021 24:00:00 GMT"),
                ("minute 60", "Mon, 13 Sep 2021 12:60:00 GMT"),
                ("second 61", "Mon, 13 Sep 2021 12:26:61 GMT"),
                ("ISO 8601", "2021-09-13T12:26:40Z"),
                ("text after it", "Mon, 13 Sep 2021 12:26:40 GMT; length=10"),
                ("full month", "Mon, 13 September 2021 12:26:40 GMT")):
    add("RFC 9110 13.1.3", "If-Modified-Since does not: " + what,
        req(GET, "If-Modified-Since: " + v), 200, fields=FULL, body=TEN)
add("RFC 9110 13.1.3", "If-Modified-Since with HEAD",
    req(HEAD, "If-Modified-Since: " + DATE), 304, fields=KEPT)
add("RFC 9110 13.1.3", "If-Modified-Since with a method not allowed",
    req("POST /ten.bin HTTP/1.1", "If-Modified-Since: " + DATE), 405)
add("RFC 9110 13.1.3", "If-Modified-Since on a missing file",
    req("GET /missing HTTP/1.1", "If-Modified-Since: " + DATE), 404)
add("RFC 9110 13.1.3", "If-Modified-Since twice",
    req(GET, "If-Modified-Since: " + DATE, "If-Modified-Since: " + DATE),
    {200, 304})

# -- If-Match, 13.1.1: strong comparison
for what, v in (("the tag", "@TAG@"), ("any", "*"),
                ("in a list", "\"x\", @TAG@"),
                ("on a second line", "\"x\"\r\nIf-Match: @TAG@")):
    add("RFC 9110 13.1.1", "If-Match holds: " + what,
        req(GET, "If-Match: " + v), 200, fields=FULL, body=TEN)
for what, v in (("another", "\"x\""), ("the tag, weak", "W/@TAG@"),
                ("list of others", "\"x\", \"y\""), ("empty tag", "\"\""),
                ("without quotes", "@BARE@"), ("quoted asterisk", "\"*\"")):
    add("RFC 9110 13.1.1", "If-Match fails: " + what,
        req(GET, "If-Match: " + v), 412)
add("RFC 9110 13.1.1", "If-Match fails with HEAD",
    req(HEAD, "If-Match: \"x\""), 412)
add("RFC 9110 13.2.1", "If-Match: * on a missing file",
    req("GET /missing HTTP/1.1", "If-Match: *"), 404)

# -- If-Unmodified-Since, 13.1.4
for what, v in (("equal", DATE), ("later", LATER), ("nonsense", "tomorrow"),
                ("equal, RFC 850", "Sunday, 13-Sep-20 12:26:40 GMT"),
                ("equal, asctime", "Sun Sep 13 12:26:40 2020"),
                ("invalid date", "Tue, 30 Feb 2010 12:26:40 GMT")):
    add("RFC 9110 13.1.4", "If-Unmodified-Since holds: " + what,
        req(GET, "If-Unmodified-Since: " + v), 200, fields=FULL, body=TEN)
for what, v in (("one second earlier", EARLIER),
                ("the epoch", "Thu, 01 Jan 1970 00:00:00 GMT"),
                ("RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"),
                ("asctime", "Sun Nov  6 08:49:37 1994")):
    add("RFC 9110 13.1.4", "If-Unmodified-Since fails: " + what,
        req(GET, "If-Unmodified-Since: " + v), 412)

# -- precedence, 13.2.2
INM, IMS, IM, IUS = ("If-None-Match", "If-Modified-Since", "If-Match",
                     "If-Unmodified-Since")
for what, fields, status in (
        ("tag differs, date holds", ((INM, "\"x\""), (IMS, DATE)), 200),
        ("tag differs, date later", ((INM, "\"x\""), (IMS, LATER)), 200),
        ("tag matches, date older", ((INM, "@TAG@"), (IMS, EARLIER)), 304),
        ("tag matches, date holds", ((INM, "@TAG@"), (IMS, DATE)), 304),
        ("date first, tag differs", ((IMS, DATE), (INM, "\"x\"")), 200),
        ("tag malformed, date holds", ((INM, "x"), (IMS, DATE)), 200),
        ("tag empty, date holds", ((INM, ""), (IMS, DATE)), {200, 304}),
        ("If-Match holds, If-Unmodified-Since fails",
         ((IM, "@TAG@"), (IUS, EARLIER)), 200),
        ("If-Match fails, If-Unmodified-Since holds",
         ((IM, "\"x\""), (IUS, DATE)), 412),
        ("If-Match holds, If-None-Match matches",
         ((IM, "@TAG@"), (INM, "@TAG@")), 304),
        ("If-Match fails, If-None-Match matches",
         ((IM, "\"x\""), (INM, "@TAG@")), 412),
        ("If-Match holds, If-None-Match differs",
         ((IM, "@TAG@"), (INM, "\"x\"")), 200),
        ("If-Match holds, If-Modified-Since holds back",
         ((IM, "@TAG@"), (IMS, DATE)), 304),
        ("If-Unmodified-Since holds, If-Modified-Since holds back",
         ((IUS, DATE), (IMS, DATE)), 304),
        ("If-Unmodified-Since fails, If-None-Match matches",
         ((IUS, EARLIER), (INM, "@TAG@")), 412),
        ("If-Unmodified-Since holds, If-None-Match matches",
         ((IUS, DATE), (INM, "@TAG@")), 304),
        ("all four hold", ((IM, "@TAG@"), (IUS, EARLIER), (INM, "\"x\""),
                           (IMS, DATE)), 200)):
    add("RFC 9110 13.2.2", "order: " + what,
        req(GET, *["%s: %s" % f for f in fields]), status)

# -- requests that a browser makes, RFC 9111 4.3
add("RFC 9111 5.2.1.1", "reload: max-age=0 with validators",
    req(GET, "Cache-Control: max-age=0", "If-None-Match: @TAG@",
        "If-Modified-Since: " + DATE), 304, fields=KEPT)
add("RFC 9111 5.2.1.4", "hard reload: no-cache without validators",
    req(GET, "Cache-Control: no-cache", "Pragma: no-cache"), 200, body=TEN)
add("RFC 9111 5.2.1.4", "no-cache with a validator that matches",
    req(GET, "Cache-Control: no-cache", "If-None-Match: @TAG@"), 304)
add("RFC 9111 5.2.1.7", "only-if-cached means nothing to an origin",
    req(GET, "Cache-Control: only-if-cached"), 200)

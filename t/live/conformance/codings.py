# SPDX-License-Identifier: MIT
"""Content codings: RFC 9110 sections 8.4 and 12.5.3.  The site's /text.txt is
worth compressing and the table's runner has waited until all codings of it are
there; /ten.bin is not worth it."""
from conformance.case import ANY, DATE, TEN, TEXT, Table, req

CASES = Table()
add = CASES.add
GET = "GET /text.txt HTTP/1.1"
IDENTITY = {"Content-Encoding": None, "Vary": "Accept-Encoding",
            "ETag": "@TEXTTAG@", "Content-Length": str(len(TEXT))}


KEPT = {"Content-Encoding": None, "Vary": "Accept-Encoding",
        "ETag": "@TEXTTAG@"}


def coded(name):
    return {"Content-Encoding": name, "Vary": "Accept-Encoding",
            "ETag": "@%sTAG@" % name.upper()}


add("RFC 9110 12.5.3", "no Accept-Encoding", req(GET), 200, fields=IDENTITY,
    body=TEXT)
for what, v, coding in (
        ("gzip", "gzip", "gzip"), ("br", "br", "br"), ("zstd", "zstd", "zstd"),
        ("x-gzip", "x-gzip", "gzip"), ("GZIP", "GZIP", "gzip"),
        ("gzip, br", "gzip, br", "br"), ("br, gzip", "br, gzip", "br"),
        ("what Chromium sends", "gzip, deflate, br, zstd", "br"),
        ("what curl sends", "deflate, gzip, br, zstd", "br"),
        ("gzip and deflate", "gzip, deflate", "gzip"),
        ("weight 1", "gzip;q=1", "gzip"), ("weight 1.000", "gzip;q=1.000",
                                           "gzip"),
        ("small weight", "gzip;q=0.001", "gzip"),
        ("lower weight for br", "br;q=0.1, gzip", "gzip"),
        ("weights with blanks", "br ; q=0.1 , gzip ; q=0.9", "gzip"),
        ("Q in capitals", "br;Q=0.1, gzip;Q=0.9", "gzip"),
        ("anything", "*", "br"), ("anything but br", "br;q=0, *", "zstd"),
        ("anything but br and zstd", "*, br;q=0, zstd;q=0", "gzip"),
        ("gzip before anything", "gzip, *;q=0.1", "gzip"),
        ("two lines", "gzip;q=0.5\r\nAccept-Encoding: br;q=0.1", "gzip"),
        ("empty members", ",, gzip ,", "gzip"),
        ("identity at a lower weight", "identity;q=0.5, gzip", "gzip"),
        ("gzip or nothing", "gzip, identity;q=0", "gzip"),
        ("gzip or nothing else at all", "gzip, *;q=0", "gzip")):
    add("RFC 9110 12.5.3", "Accept-Encoding: " + what,
        req(GET, "Accept-Encoding: " + v), 200, fields=coded(coding))
for what, v in (("empty", ""), ("identity", "identity"),
                ("deflate", "deflate"), ("compress", "compress, pack200"),
                ("gzip refused", "gzip;q=0"), ("gzip refused, 0.000",
                                               "gzip;q=0.000"),
                ("all refused by name", "gzip;q=0, br;q=0, zstd;q=0"),
                ("identity preferred", "identity, gzip;q=0.5"),
                ("identity preferred with weights",
                 "gzip;q=0.5, identity;q=0.9"),
                ("anything but by name", "*;q=0, identity"),
                ("a part of a name", "gzi, gzipp, brr"),
                ("nonsense", "@@@"), ("quoted", "\"gzip\"")):
    add("RFC 9110 12.5.3", "Accept-Encoding: " + what,
        req(GET, "Accept-Encoding: " + v), 200, fields=IDENTITY, body=TEXT)
for what, v in (("everything refused", "*;q=0"),
                ("identity refused alone", "identity;q=0"),
                ("unknown and nothing else", "deflate, *;q=0")):
    add("RFC 9110 12.5.3", "Accept-Encoding: " + what,
        req(GET, "Accept-Encoding: " + v), {200, 406},
        fields={"Vary": "Accept-Encoding"})
for what, v in (("weight above 1", "gzip;q=2"), ("weight of letters",
                                                 "gzip;q=x"),
                ("weight of four digits", "gzip;q=0.1234"),
                ("negative weight", "gzip;q=-1"), ("weight empty", "gzip;q=")):
    add("RFC 9110 12.4.2", "Accept-Encoding: " + what,
        req(GET, "Accept-Encoding: " + v), 200, fields=IDENTITY)

for coding in ("gzip", "br", "zstd"):
    up = coding.upper()
    add("RFC 9110 13.1.2", "304 for the tag of %s" % coding,
        req(GET, "Accept-Encoding: " + coding, "If-None-Match: @%sTAG@" % up),
        304, fields=dict(coded(coding), **{"Content-Encoding": None}))
    add("RFC 9110 13.1.2", "304 for the weak tag of %s" % coding,
        req(GET, "Accept-Encoding: " + coding,
            "If-None-Match: W/@%sTAG@" % up), 304)
    # Whoever holds identity gets the better form once it is made, so that a
    # cache in front does not keep the plain one for good; its tag is another.
    add("RFC 9110 8.8.3.3", "identity is held and %s is better" % coding,
        req(GET, "Accept-Encoding: " + coding, "If-None-Match: @TEXTTAG@"),
        200, fields=coded(coding))
    add("RFC 9110 8.8.3.3", "identity is held and preferred to %s" % coding,
        req(GET, "Accept-Encoding: identity, %s;q=0.5" % coding,
            "If-None-Match: @TEXTTAG@"), 304, fields=KEPT)
    add("RFC 9110 8.8.3.3", "identity's tag is not that of %s" % coding,
        req(GET, "Accept-Encoding: %s, identity;q=0" % coding,
            "If-None-Match: @TEXTTAG@"), 200, fields=coded(coding))
    add("RFC 9110 8.8.3.3", "the tag of %s is not identity's" % coding,
        req(GET, "If-None-Match: @%sTAG@" % up), 200, fields=IDENTITY)
    # A part of a coded form is of use to those alone who hold the rest.
    add("RFC 9110 14.2", "range where %s may be sent" % coding,
        req(GET, "Accept-Encoding: " + coding, "Range: bytes=0-3"), 206,
        fields=KEPT, body=TEXT[:4])
    add("RFC 9110 14.2", "range of the bytes of %s, held" % coding,
        req(GET, "Accept-Encoding: " + coding, "Range: bytes=0-3",
            "If-Match: @%sTAG@" % up), 206,
        fields=dict(coded(coding), **{"Content-Length": "4"}))
    add("RFC 9110 14.2", "range where %s has to be sent" % coding,
        req(GET, "Accept-Encoding: %s, identity;q=0" % coding,
            "Range: bytes=0-3"), 200, fields=coded(coding))
    add("RFC 9110 14.2", "range ignored where %s may be sent" % coding,
        req(GET, "Accept-Encoding: " + coding, "Range: lines=0-3"), 200,
        fields=coded(coding))
    add("RFC 9110 13.1.5", "If-Range with a date names no form beside %s" %
        coding, req(GET, "Accept-Encoding: " + coding, "Range: bytes=0-3",
                    "If-Range: " + DATE), 200, fields=IDENTITY)
    add("RFC 9110 13.1.5", "If-Range with the tag of %s" % coding,
        req(GET, "Accept-Encoding: " + coding, "Range: bytes=0-3",
            "If-Range: @%sTAG@" % up), 206)
    add("RFC 9110 13.1.5", "If-Range with identity's tag, %s too" % coding,
        req(GET, "Accept-Encoding: " + coding, "Range: bytes=0-3",
            "If-Range: @TEXTTAG@"), 206, fields=KEPT, body=TEXT[:4])
    add("RFC 9110 13.1.5", "If-Range with identity's tag against %s" % coding,
        req(GET, "Accept-Encoding: %s, identity;q=0" % coding,
            "Range: bytes=0-3", "If-Range: @TEXTTAG@"), 200,
        fields=coded(coding))
    add("RFC 9110 13.1.1", "If-Match with the tag of %s" % coding,
        req(GET, "Accept-Encoding: " + coding, "If-Match: @%sTAG@" % up), 200)
    add("RFC 9110 13.1.1", "If-Match with identity's tag against %s" % coding,
        req(GET, "Accept-Encoding: %s, identity;q=0" % coding,
            "If-Match: @TEXTTAG@"), 412)
    add("RFC 9110 9.3.2", "HEAD of %s" % coding,
        req("HEAD /text.txt HTTP/1.1", "Accept-Encoding: " + coding), 200,
        fields=coded(coding))
add("RFC 9110 13.1.2", "gzip is held where br would be chosen",
    req(GET, "Accept-Encoding: gzip, br", "If-None-Match: @GZIPTAG@"), 304,
    fields={"ETag": "@GZIPTAG@", "Vary": "Accept-Encoding"})
add("RFC 9110 13.1.2", "two codings are held",
    req(GET, "Accept-Encoding: gzip, br",
        "If-None-Match: @GZIPTAG@, @BRTAG@"), 304,
    fields={"Vary": "Accept-Encoding"})
add("RFC 9110 13.1.2", "gzip is held and not accepted any more",
    req(GET, "Accept-Encoding: br", "If-None-Match: @GZIPTAG@"), 200,
    fields=coded("br"))
add("RFC 9110 12.5.5", "304 of identity varies too",
    req(GET, "If-None-Match: @TEXTTAG@"), 304,
    fields={"Vary": "Accept-Encoding", "ETag": "@TEXTTAG@"})
add("RFC 9110 8.4", "what is not worth it stays as it is",
    req("GET /ten.bin HTTP/1.1", "Accept-Encoding: gzip, br, zstd"), 200,
    fields={"Content-Encoding": None}, body=TEN)
add("RFC 9110 14.2", "range of identity",
    req(GET, "Range: bytes=0-3"), 206,
    fields={"Vary": "Accept-Encoding", "ETag": "@TEXTTAG@",
            "Content-Range": ANY}, body=TEXT[:4])

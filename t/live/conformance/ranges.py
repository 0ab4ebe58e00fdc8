# SPDX-License-Identifier: MIT
"""Ranges: RFC 9110 section 14, If-Range: 13.1.5."""
import re

from conformance.case import (ALPHABET, DATE, EARLIER, LATER, TEN, Table, req)

CASES = Table()
add = CASES.add
GET = "GET /ten.bin HTTP/1.1"
ALPHA = "GET /alphabet.txt HTTP/1.1"


def part(first, last, size=10):
    return {"Content-Range": "bytes %d-%d/%d" % (first, last, size),
            "Content-Length": str(last - first + 1), "ETag": re.compile("\"")}


for what, v, first, last in (
        ("first byte", "0-0", 0, 0), ("last byte", "9-9", 9, 9),
        ("within", "2-5", 2, 5), ("all", "0-9", 0, 9), ("open", "5-", 5, 9),
        ("open from 0", "0-", 0, 9), ("open at the last byte", "9-", 9, 9),
        ("beyond the end", "5-100", 5, 9),
        ("to 2^64 - 1", "5-18446744073709551615", 5, 9),
        ("to beyond 2^64", "5-99999999999999999999999", 5, 9),
        ("suffix of 1", "-1", 9, 9), ("suffix of 10", "-10", 0, 9),
        ("suffix longer than the file", "-100", 0, 9),
        ("suffix beyond 2^64", "-99999999999999999999999", 0, 9),
        ("leading zeros", "0002-0005", 2, 5),
        ("two that overlap", "0-5,3-9", 0, 9),
        ("two that touch", "0-4,5-9", 0, 9),
        ("two with a small gap", "0-1,8-9", 0, 9),
        ("the same twice", "2-3,2-3", 2, 3),
        ("one outside", "2-3,20-30", 2, 3),
        ("blanks around the comma", "2-3 , 20-30", 2, 3),
        ("empty members", ",2-3,,", 2, 3)):
    add("RFC 9110 14.2", "range: " + what, req(GET, "Range: bytes=" + v), 206,
        fields=part(first, last), body=TEN[first:last + 1])
add("RFC 9110 14.1", "unit without case", req(GET, "Range: BYTES=2-3"), 206,
    fields=part(2, 3), body=b"23")
for what, v in (("at its end", "10-"), ("from its end on", "10-20"),
                ("far beyond its end", "99999999999999999999999-"),
                ("suffix of nothing", "-0"), ("several beyond", "10-,20-30"),
                ("several of nothing", "-0,10-")):
    add("RFC 9110 15.5.17", "range: " + what, req(GET, "Range: bytes=" + v),
        416, fields={"Content-Range": "bytes */10"})
for what, v in (("last before first", "bytes=5-4"), ("nothing", "bytes="),
                ("a dash", "bytes=-"), ("letters", "bytes=a-b"),
                ("no equals sign", "bytes 0-1"), ("no range", "bytes"),
                ("empty", ""), ("blank before the equals sign", "bytes =0-1"),
                ("blanks around the dash", "bytes=0 - 1"),
                ("two dashes", "bytes=0--1"), ("negative", "bytes=-1-5"),
                ("signed", "bytes=+1-5"), ("hexadecimal", "bytes=0x1-5"),
                ("one bad member", "bytes=0-1,x"),
                ("one reversed member", "bytes=0-1,5-4"),
                ("another unit", "items=0-1"), ("unit of lines", "lines=1-2"),
                ("unit none", "none=0-1"), ("semicolon", "bytes=0-1;2-3"),
                ("text after it", "bytes=0-1x"), ("only commas", "bytes=,,"),
                ("fraction", "bytes=0.5-1"), ("quoted", "\"bytes=0-1\"")):
    add("RFC 9110 14.2", "range ignored: " + what, req(GET, "Range: " + v), 200,
        fields={"Content-Range": None, "Content-Length": "10"}, body=TEN)
add("RFC 9110 14.2", "Range twice", req(GET, "Range: bytes=0-1",
                                        "Range: bytes=5-6"), {200, 206, 400},
    lives=None)
add("RFC 9110 14.2", "Range with HEAD is ignored",
    req("HEAD /ten.bin HTTP/1.1", "Range: bytes=0-1"), 200,
    fields={"Content-Length": "10", "Content-Range": None})
add("RFC 9110 14.2", "bad Range with HEAD is ignored",
    req("HEAD /ten.bin HTTP/1.1", "Range: bytes=10-"), 200)
add("RFC 9110 14.2", "Range with a method not allowed",
    req("POST /ten.bin HTTP/1.1", "Range: bytes=0-1"), 405)
add("RFC 9110 14.2", "Range on a missing file",
    req("GET /missing HTTP/1.1", "Range: bytes=0-1"), 404)
add("RFC 9110 14.2", "Range on a redirection",
    req("GET /sub HTTP/1.1", "Range: bytes=0-1"), 301)
for what, v in (("from 0", "0-"), ("first byte", "0-0"), ("suffix", "-5"),
                ("suffix of nothing", "-0")):
    add("RFC 9110 14.2", "range of an empty file: " + what,
        req("GET /empty.txt HTTP/1.1", "Range: bytes=" + v), 200, body=b"",
        fields={"Content-Range": None, "Content-Length": "0"})
add("RFC 9110 14.2", "range of an empty file, ignored",
    req("GET /empty.txt HTTP/1.1", "Range: bytes=x"), 200, body=b"")

# -- multipart/byteranges, 14.6
MULTI = {"Content-Type": re.compile(r"multipart/byteranges; ?boundary="),
         "Content-Range": None}
for what, v in (("two", "0-9,1000-1009"), ("two, backwards",
                                           "1000-1009,0-9"),
                ("first and last", "0-0,-1"), ("three",
                                               "0-9,1000-1009,2000-2009"),
                ("two and one outside", "0-9,1000-1009,9000-")):
    add("RFC 9110 14.6", "several ranges: " + what,
        req(ALPHA, "Range: bytes=" + v), 206, fields=MULTI)
add("RFC 9110 14.2", "several ranges that become one",
    req(ALPHA, "Range: bytes=0-99,50-149"), 206, fields=part(0, 149, 2600),
    body=ALPHABET[:150])
add("RFC 9110 14.2", "three hundred ranges",
    req("GET /large.bin HTTP/1.1", "Range: bytes=" + ",".join(
        "%d-%d" % (i * 1000, i * 1000 + 1) for i in range(300))), 200)
add("RFC 9110 17.15", "the same range a thousand times",
    req(ALPHA, "Range: bytes=" + ",".join(["0-"] * 1000)), {200, 206})
add("RFC 9110 17.15", "overlapping ranges, each a byte longer",
    req(ALPHA, "Range: bytes=" + ",".join("0-%d" % i for i in range(500))),
    {200, 206})

# -- with conditions, 13.2.2 and 13.1.5
R = "Range: bytes=2-3"
for what, fields, status in (
        ("If-None-Match matches", ("If-None-Match: @TAG@",), 304),
        ("If-None-Match differs", ("If-None-Match: \"x\"",), 206),
        ("If-Modified-Since holds back", ("If-Modified-Since: " + DATE,), 304),
        ("If-Match fails", ("If-Match: \"x\"",), 412),
        ("If-Match holds", ("If-Match: @TAG@",), 206),
        ("If-Unmodified-Since fails", ("If-Unmodified-Since: " + EARLIER,),
         412),
        ("If-Range: the tag", ("If-Range: @TAG@",), 206),
        ("If-Range: another tag", ("If-Range: \"x\"",), 200),
        ("If-Range: the tag, weak", ("If-Range: W/@TAG@",), 200),
        ("If-Range: the tag without quotes", ("If-Range: @BARE@",), 200),
        ("If-Range: any", ("If-Range: *",), 200),
        ("If-Range: a list", ("If-Range: @TAG@, \"x\"",), 200),
        ("If-Range: nothing", ("If-Range:",), {200, 206}),
        ("If-Range: the date", ("If-Range: " + DATE,), 206),
        ("If-Range: an earlier date", ("If-Range: " + EARLIER,), 200),
        ("If-Range: a later date", ("If-Range: " + LATER,), 200),
        ("If-Range: the date, asctime",
         ("If-Range: Sun Sep 13 12:26:40 2020",), {200, 206}),
        ("If-Range: nonsense", ("If-Range: soon",), 200),
        ("If-Range tag, If-Match fails",
         ("If-Range: @TAG@", "If-Match: \"x\""), 412),
        ("If-Range tag, If-None-Match matches",
         ("If-Range: @TAG@", "If-None-Match: @TAG@"), 304)):
    add("RFC 9110 13.2.2", "range with " + what, req(GET, R, *fields), status)
add("RFC 9110 13.1.5", "If-Range without Range",
    req(GET, "If-Range: @TAG@"), 200, body=TEN)
add("RFC 9110 13.1.5", "If-Range holds, range beyond the end",
    req(GET, "Range: bytes=10-", "If-Range: @TAG@"), 416)
add("RFC 9110 13.1.5", "If-Range fails, range beyond the end",
    req(GET, "Range: bytes=10-", "If-Range: \"x\""), 200, body=TEN)
add("RFC 9110 13.1.5", "If-Range fails, several ranges",
    req(ALPHA, "Range: bytes=0-9,1000-1009", "If-Range: \"x\""), 200,
    body=ALPHABET)

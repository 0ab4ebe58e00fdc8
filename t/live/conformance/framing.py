# SPDX-License-Identifier: MIT
"""Message content: RFC 9112 sections 6 and 7.  A server of files wants none,
frames it all the same, and answers when it is sure where the next request
begins."""
from conformance.case import BODY_MAX, TEN, Table, req

CASES = Table()
add = CASES.add
GET = "GET /ten.bin HTTP/1.1"
POST = "POST /ten.bin HTTP/1.1"
TE = "Transfer-Encoding: chunked"

# -- Content-Length, RFC 9112 6.3, RFC 9110 8.6
add("RFC 9110 9.3.1", "GET with content: it is not the next request",
    req(GET, "Content-Length: 5", body=b"hello"), 200, body=TEN)
add("RFC 9110 9.3.1", "GET with content that looks like a request",
    req(GET, "Content-Length: 38",
        body=b"GET /missing HTTP/1.1\r\nHost: hidden\r\n\r\n"[:38]), 200)
add("RFC 9110 9.3.2", "HEAD with content",
    req("HEAD /ten.bin HTTP/1.1", "Content-Length: 5", body=b"hello"), 200)
add("RFC 9112 6.3", "POST with content",
    req(POST, "Content-Length: 5", body=b"hello"), 405)
add("RFC 9112 6.3", "content of binary bytes",
    req(POST, "Content-Length: 256", body=bytes(range(256))), 405)
add("RFC 9112 6.3", "content of nothing but line ends",
    req(POST, "Content-Length: 8", body=b"\r\n" * 4), 405)
add("RFC 9112 6.3", "length zero", req(GET, "Content-Length: 0"), 200)
add("RFC 9110 8.6", "length with leading zeros",
    req(GET, "Content-Length: 0005", body=b"hello"), {200, 400}, lives=None)
add("RFC 9112 6.3", "missing file with content",
    req("POST /missing HTTP/1.1", "Content-Length: 5", body=b"hello"),
    {404, 405})
add("RFC 9112 6.3", "unknown method with content",
    req("FOO / HTTP/1.1", "Content-Length: 5", body=b"hello"), 501, lives=False)
for v in ("+5", "-5", "5 5", "5,5", "5, 5", "5,", ",5", "0x5", "5a", "a", "",
          "5.0", "5e0", "\"5\"", "5;", "\xb2", "5 \x0b", "1_0", "- 5"):
    add("RFC 9112 6.3", "Content-Length: %r" % v,
        req(GET, "Content-Length: " + v, body=b"hello"), 400, lives=False)
for v in ("18446744073709551616", "18446744073709551621", "9" * 26):
    add("RFC 9112 6.3", "Content-Length beyond 64 bits: " + v,
        req(GET, "Content-Length: " + v, body=b"hello"), {400, 413},
        lives=False)
add("RFC 9112 6.3", "Content-Length repeated, same value",
    req(GET, "Content-Length: 5", "Content-Length: 5", body=b"hello"), 400,
    lives=False)
add("RFC 9112 6.3", "Content-Length repeated, other value",
    req(GET, "Content-Length: 5", "Content-Length: 6", body=b"hello"), 400,
    lives=False)
add("RFC 9112 6.3", "Content-Length repeated in another case",
    req(GET, "Content-Length: 5", "content-length: 5", body=b"hello"), 400,
    lives=False)
add("RFC 9110 15.5.14", "length above the limit",
    req(POST, "Content-Length: %d" % (BODY_MAX + 1)), 413, lives=False)
add("RFC 9110 15.5.14", "length far above the limit",
    req(POST, "Content-Length: 9223372036854775807"), 413, lives=False)
add("RFC 9110 15.5.14", "length as large as the limit",
    req(POST, "Content-Length: %d" % BODY_MAX, body=b"x" * BODY_MAX), 405)

# -- Transfer-Encoding, RFC 9112 6.1
for what, line in (("chunked", TE), ("Chunked", "Transfer-Encoding: Chunked"),
                   ("CHUNKED", "transfer-encoding: CHUNKED")):
    add("RFC 9112 7.1", "GET with content in chunks, %s" % what,
        req(GET, line, body=b"5\r\nhello\r\n0\r\n\r\n"), 200, body=TEN)
add("RFC 9112 7.1", "POST with content in chunks",
    req(POST, TE, body=b"5\r\nhello\r\n0\r\n\r\n"), 405)
for what, line in (("chunked, chunked", "Transfer-Encoding: chunked, chunked"),
                   ("chunked, gzip", "Transfer-Encoding: chunked, gzip"),
                   ("empty", "Transfer-Encoding:"),
                   ("two lines", TE + "\r\n" + TE),
                   ("two lines, gzip behind", TE +
                    "\r\nTransfer-Encoding: gzip"),
                   ("gzip, deflate", "Transfer-Encoding: gzip, deflate"),
                   ("gzip,, chunked", "Transfer-Encoding: gzip,, chunked"),
                   ("space before the colon", "Transfer-Encoding : chunked"),
                   ("folded", "Transfer-Encoding:\r\n chunked"),
                   ("vertical tab", "Transfer-Encoding: \x0bchunked"),
                   ("NUL", "Transfer-Encoding: chunked\0"),
                   ("quoted", "Transfer-Encoding: \"chunked\"")):
    add("RFC 9112 6.1", "Transfer-Encoding %s" % what,
        req(GET, line, body=b"5\r\nhello\r\n0\r\n\r\n"), 400, lives=False)
add("RFC 9112 6.1", "Transfer-Encoding chunked with a parameter",
    req(GET, "Transfer-Encoding: chunked;q=1",
        body=b"5\r\nhello\r\n0\r\n\r\n"), {400, 501}, lives=False)
add("RFC 9112 6.1", "Transfer-Encoding chunked and an empty member",
    req(GET, "Transfer-Encoding: chunked,",
        body=b"5\r\nhello\r\n0\r\n\r\n"), {200, 400}, lives=None)
for v in ("gzip", "identity", "xchunked", "chunke", "deflate", "foo",
          "gzip, chunked", "deflate, chunked", "identity, chunked",
          "gzip\r\n" + TE):
    add("RFC 9112 6.1", "unknown Transfer-Encoding " + v.replace(
        "\r\n" + TE, ", and chunked on a line of its own"),
        req(GET, "Transfer-Encoding: " + v,
            body=b"5\r\nhello\r\n0\r\n\r\n"), 501, lives=False)
add("RFC 9112 6.3", "Content-Length, then Transfer-Encoding",
    req(GET, "Content-Length: 5", TE, body=b"5\r\nhello\r\n0\r\n\r\n"), 400,
    lives=False)
add("RFC 9112 6.3", "Transfer-Encoding, then Content-Length",
    req(GET, TE, "Content-Length: 5", body=b"5\r\nhello\r\n0\r\n\r\n"), 400,
    lives=False)
add("RFC 9112 6.1", "Transfer-Encoding in HTTP/1.0",
    req("POST /ten.bin HTTP/1.0", TE, "Connection: keep-alive",
        body=b"5\r\nhello\r\n0\r\n\r\n"), 400, lives=False)

# -- chunks, RFC 9112 7.1
for what, body in (
        ("no content", b"0\r\n\r\n"),
        ("one byte each", b"".join(b"1\r\nx\r\n" for _ in range(20)) +
         b"0\r\n\r\n"),
        ("upper-case size", b"A\r\n0123456789\r\n0\r\n\r\n"),
        ("lower-case size", b"a\r\n0123456789\r\n0\r\n\r\n"),
        ("size with leading zeros", b"0005\r\nhello\r\n0\r\n\r\n"),
        ("last chunk of several zeros", b"5\r\nhello\r\n000\r\n\r\n"),
        ("extension", b"5;a\r\nhello\r\n0\r\n\r\n"),
        ("extension with a value", b"5;a=b\r\nhello\r\n0;c=d\r\n\r\n"),
        ("extension with a quoted value",
         b"5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"),
        ("trailer", b"5\r\nhello\r\n0\r\nX-T: v\r\n\r\n"),
        ("two trailers", b"0\r\nX-T: v\r\nX-U: w\r\n\r\n"),
        ("content with line ends", b"6\r\na\r\nb\r\n\r\n0\r\n\r\n"),
        ("content that looks like a last chunk",
         b"5\r\n0\r\n\r\n\r\n0\r\n\r\n")):
    add("RFC 9112 7.1", "chunks: " + what, req(POST, TE, body=body), 405)
for what, body in (
        ("size with 0x", b"0x5\r\nhello\r\n0\r\n\r\n"),
        ("negative size", b"-5\r\nhello\r\n0\r\n\r\n"),
        ("signed size", b"+5\r\nhello\r\n0\r\n\r\n"),
        ("empty size", b"\r\nhello\r\n0\r\n\r\n"),
        ("size is not hexadecimal", b"g\r\nhello\r\n0\r\n\r\n"),
        ("space before the size", b" 5\r\nhello\r\n0\r\n\r\n"),
        ("size with a point", b"5.0\r\nhello\r\n0\r\n\r\n"),
        ("size of 17 digits", b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
        ("size that is 5 modulo 2^64",
         b"100000000000000000000000000000005\r\nhello\r\n0\r\n\r\n"),
        ("bare LF after the size", b"5\nhello\r\n0\r\n\r\n"),
        ("bare CR after the size", b"5\rhello\r\n0\r\n\r\n"),
        ("content longer than the size", b"4\r\nhello\r\n0\r\n\r\n"),
        ("content shorter than the size", b"6\r\nhello\r\n0\r\n\r\n"),
        ("no line end after the content", b"5\r\nhello0\r\n\r\n"),
        ("bare LF after the content", b"5\r\nhello\n0\r\n\r\n"),
        ("two line ends after the content", b"5\r\nhello\r\n\r\n0\r\n\r\n"),
        ("bare LF in an extension", b"5;a\nhello\r\n0\r\n\r\n"),
        ("NUL in an extension", b"5;a\0\r\nhello\r\n0\r\n\r\n"),
        ("bare CR in an extension", b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
        ("trailer without a colon", b"0\r\nnonsense\r\n\r\n"),
        ("trailer with a space in its name", b"0\r\nX T: v\r\n\r\n"),
        ("trailer ends with bare LF", b"0\r\nX-T: v\n\r\n"),
        ("folded trailer", b"0\r\nX-T: v\r\n w\r\n\r\n"),
        ("bare LF ends the content", b"0\r\n\n"),
        ("NUL in a trailer", b"0\r\nX-T: a\0b\r\n\r\n")):
    add("RFC 9112 7.1", "chunks: " + what, req(POST, TE, body=body), 400,
        lives=False)
add("RFC 9112 7.1", "chunks: blank between size and line end",
    req(POST, TE, body=b"5 \r\nhello\r\n0\r\n\r\n"), {400, 405}, lives=None)
add("RFC 9112 7.1.1", "chunks: extension above its limit",
    req(POST, TE, body=b"5;a=" + b"b" * 5000 + b"\r\nhello\r\n0\r\n\r\n"), 400,
    lives=False)
add("RFC 9112 7.1.2", "chunks: trailers above their limit",
    req(POST, TE, body=b"0\r\n" + b"X-T: v\r\n" * 4000 + b"\r\n"), 431,
    lives=False)
add("RFC 9110 15.5.14", "chunks: content above the limit in one",
    req(POST, TE, body=b"%x\r\n" % (BODY_MAX + 1)), 413, lives=False)
add("RFC 9110 15.5.14", "chunks: content above the limit in many",
    req(POST, TE, body=(b"1000\r\n" + b"x" * 4096 + b"\r\n") *
        (BODY_MAX // 4096 + 1) + b"0\r\n\r\n"), 413, lives=False)

# -- Expect, RFC 9110 10.1.1
add("RFC 9110 10.1.1", "unknown expectation", req(GET, "Expect: 200-maybe"),
    417)
add("RFC 9110 10.1.1", "100-continue without content",
    req(GET, "Expect: 100-continue"), 200)
add("RFC 9110 10.1.1", "100-continue without case",
    req(GET, "Expect: 100-CONTINUE"), 200)
add("RFC 9110 10.1.1", "100-continue is ignored in HTTP/1.0",
    req("GET /ten.bin HTTP/1.0", "Expect: 100-continue"), 200, lives=False)
add("RFC 9110 10.1.1", "unknown expectation in HTTP/1.0",
    req("GET /ten.bin HTTP/1.0", "Expect: tea"), 200, lives=False)
# A head that is refused is answered whether or not its content comes: nobody
# waits for it, and what comes is no request.
REFUSED = (
    ("no Host", req("POST /ten.bin HTTP/1.1", "%s", host=None), 400),
    ("an empty Host", req("POST /ten.bin HTTP/1.1", "%s", host=""), 400),
    ("two Hosts", req("POST /ten.bin HTTP/1.1", "Host: b", "%s"), 400),
    ("a malformed Host", req("GET /ten.bin HTTP/1.1", "%s", host="a b"), 400),
    ("a malformed target", req("POST /%%zz HTTP/1.1", "%s"), 400),
    ("a target that climbs out", req("GET /.. HTTP/1.1", "%s"), 400),
    ("a form for another method", req("GET * HTTP/1.1", "%s"), 400),
    ("an unknown method", req("BREW /ten.bin HTTP/1.1", "%s"), 501),
    ("an unmet expectation", req("POST /ten.bin HTTP/1.1", "Expect: tea",
                                 "%s"), 417))
for what, head, status in REFUSED:
    for name, field, body in (
            ("no content", b"Content-Length: 5", b""),
            ("half of its content", b"Content-Length: 5", b"he"),
            ("content", b"Content-Length: 5", b"hello"),
            ("much content", b"Content-Length: 99999999", b"GET / HTTP/1.1\r\n"),
            ("no chunks", b"Transfer-Encoding: chunked", b""),
            ("chunks", b"Transfer-Encoding: chunked",
             b"5\r\nhello\r\n0\r\n\r\n")):
        add("RFC 9112 9.6", "%s, and %s" % (what, name),
            head.replace(b"%s", field).replace(b"%%", b"%") + body, status,
            lives=False)
# Decided at the head, whether or not the content came along with it.
for name, line, body in (
        ("content", "Content-Length: 5", b"hello"),
        ("chunks", "Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n"),
        ("broken chunks", "Transfer-Encoding: chunked", b"nonsense\r\n")):
    add("RFC 9110 10.1.1", "100-continue for unwanted " + name,
        req("POST /ten.bin HTTP/1.1", "Expect: 100-continue", line, body=body),
        405, lives=False)

# SPDX-License-Identifier: MIT
"""Request line: RFC 9112 sections 2 and 3, RFC 9110 section 9."""
from conformance.case import ANY, TARGET_MAX, TEN, Table, req

CASES = Table()
add = CASES.add

# -- methods, RFC 9110 9
add("RFC 9110 9.3.1", "GET", req(), 200, body=TEN,
    fields={"Content-Length": "10", "Accept-Ranges": "bytes"})
add("RFC 9110 9.3.2", "HEAD has the fields and no content",
    req("HEAD /ten.bin HTTP/1.1"), 200, fields={"Content-Length": "10"})
add("RFC 9110 9.3.7", "OPTIONS on a file", req("OPTIONS /ten.bin HTTP/1.1"),
    {200, 204}, fields={"Allow": "GET, HEAD, OPTIONS"}, body=b"")
add("RFC 9110 9.3.7", "OPTIONS *", req("OPTIONS * HTTP/1.1"), {200, 204},
    fields={"Allow": "GET, HEAD, OPTIONS"}, body=b"")
for m in ("POST", "PUT", "DELETE", "PATCH"):
    add("RFC 9110 15.5.6", "%s on a file" % m,
        req("%s /ten.bin HTTP/1.1" % m, "Content-Length: 0"), 405,
        fields={"Allow": "GET, HEAD, OPTIONS"})
    add("RFC 9110 15.5.6", "%s without content" % m,
        req("%s /ten.bin HTTP/1.1" % m), 405,
        fields={"Allow": "GET, HEAD, OPTIONS"})
add("RFC 9110 9.3.8", "TRACE is not allowed", req("TRACE /ten.bin HTTP/1.1"),
    405, fields={"Allow": "GET, HEAD, OPTIONS"})
add("RFC 9110 9.3.6", "CONNECT is not allowed",
    req("CONNECT example.org:443 HTTP/1.1", host="example.org:443"), 405,
    lives=None, fields={"Allow": "GET, HEAD, OPTIONS"})
for m in ("FOO", "PROPFIND", "get", "Get", "GETX", "head", "A", "M-SEARCH",
          "!#$%&'*+-.^_`|~"):
    add("RFC 9110 9.1", "unknown method %s" % m, req(m + " /ten.bin HTTP/1.1"),
        501)
add("RFC 9110 9.1", "method of 32 bytes", req("X" * 32 + " / HTTP/1.1"), 501)
add("RFC 9112 3.1", "method of 33 bytes", req("X" * 33 + " / HTTP/1.1"), 400,
    lives=False)
add("RFC 9112 3.1", "method of 100 kB", req("X" * 100000 + " / HTTP/1.1"), 400,
    lives=False)
for what, m in (("parenthesis", "GE(T"), ("slash", "GE/T"), ("comma", "GET,"),
                ("colon", "GET:"), ("quote", "\"GET\""), ("at sign", "G@T"),
                ("brackets", "G[]T"), ("braces", "{GET}"), ("NUL", "GE\0T"),
                ("DEL", "GE\x7fT"), ("byte above 127", "G\xe9T"),
                ("tab for space", "GET\t"), ("CR", "G\rET"), ("LF", "G\nET")):
    add("RFC 9110 9.1", "method with %s" % what, req(m + " / HTTP/1.1"), 400,
        lives=False)
add("RFC 9112 3", "no method at all", req(" / HTTP/1.1"), 400, lives=False)

# -- line ends and leading lines, RFC 9112 2.2
add("RFC 9112 2.2", "one empty line before the request line",
    b"\r\n" + req(), 200)
add("RFC 9112 2.2", "bare LF ends the request line",
    b"GET / HTTP/1.1\nHost: localhost\r\n\r\n", 400, lives=False)
add("RFC 9112 2.2", "bare LF everywhere",
    b"GET / HTTP/1.1\nHost: localhost\n\n", 400, lives=False)
add("RFC 9112 2.2", "bare CR ends the request line",
    b"GET / HTTP/1.1\rHost: localhost\r\n\r\n", 400, lives=False)
add("RFC 9112 2.2", "bare LF before the request line", b"\n" + req(), 400,
    lives=False)
add("RFC 9112 2.2", "bare CR before the request line", b"\r" + req(), 400,
    lives=False)
add("RFC 9112 2.2", "space before the request line", b" " + req(), 400,
    lives=False)
add("RFC 9112 2.2", "two empty lines before the request line",
    b"\r\n\r\n" + req(), 400, lives=False)
add("RFC 9112 2.2", "UTF-8 mark before the request line",
    b"\xef\xbb\xbf" + req(), 400, lives=False)
add("RFC 9112 2.2", "a TLS hello on a plain port",
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(64), 400,
    lives=False, methods=["GET"])
add("RFC 9112 2.2", "space between request line and first field",
    b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400, lives=False)

# -- single spaces, RFC 9112 3
for what, line in (("two spaces before the target", "GET  / HTTP/1.1"),
                   ("two spaces after the target", "GET /  HTTP/1.1"),
                   ("space after the version", "GET / HTTP/1.1 "),
                   ("tab before the target", "GET \t/ HTTP/1.1"),
                   ("tab after the target", "GET /\tHTTP/1.1"),
                   ("space within the target", "GET /a b.txt HTTP/1.1"),
                   ("word after the version", "GET / HTTP/1.1 x"),
                   ("form feed after the method", "GET\x0c/ HTTP/1.1"),
                   ("vertical tab after the target", "GET /\x0bHTTP/1.1"),
                   ("space and no version", "GET / "),
                   ("method alone", "GET"),
                   ("method and space", "GET ")):
    add("RFC 9112 3", what, req(line), 400, lives=False)

# -- versions, RFC 9112 2.3
add("RFC 9112 2.3", "HTTP/0.9 line", b"GET /\r\n\r\n", 400, lives=False)
add("RFC 9112 2.3", "HTTP/0.9 line with fields", req("GET /ten.bin"), 400,
    lives=False)
add("RFC 9112 2.3", "HTTP/1.0 without Host",
    req("GET /ten.bin HTTP/1.0", host=None), 200, lives=False, body=TEN,
    fields={"Connection": "close"})
for v in ("HTTP/2.0", "HTTP/3.0", "HTTP/9.9"):
    add("RFC 9110 15.6.6", "version %s" % v, req("GET / " + v), 505,
        lives=False)
add("RFC 9110 15.6.6", "version HTTP/0.9 written out", req("GET / HTTP/0.9"),
    {400, 505}, lives=False)
add("RFC 9110 2.5", "version HTTP/1.2 is 1.1 or refused",
    req("GET /ten.bin HTTP/1.2"), {200, 505}, lives=None)
add("RFC 9113 3.4", "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505,
    lives=False, methods=["GET"])
for v in ("http/1.1", "Http/1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.10",
          "HTTP/11", "HTTP/01.1", "HTTP/1,1", "HTTP /1.1", "HTTP/ 1.1",
          "HTTP/1.1\0", "HTTPS/1.1", "HTP/1.1", "ICY/1.1", "HTTP/a.b",
          "HTTP/+1.1", "HTTP\\1.1", "HTTP/1.1\x0b", "1.1"):
    add("RFC 9112 2.3", "version %r" % v, req("GET / " + v), 400, lives=False)

# -- length of the target, RFC 9112 3
add("RFC 9112 3", "target as long as the limit",
    req("GET /ten.bin?%s HTTP/1.1" % ("q" * (TARGET_MAX - 9))), 200)
add("RFC 9110 15.5.15", "target one byte above the limit",
    req("GET /ten.bin?%s HTTP/1.1" % ("q" * (TARGET_MAX - 8))), 414,
    lives=False)
add("RFC 9110 15.5.15", "target of 100 kB",
    req("GET /%s HTTP/1.1" % ("x" * 100000)), 414, lives=False)
add("RFC 9110 15.5.15", "target that never ends", b"GET /" + b"x" * 20000, 414,
    lives=False)

# -- small things about every answer
add("RFC 9110 6.6.1", "Date on 404", req("GET /missing HTTP/1.1"), 404,
    fields={"Date": ANY, "ETag": None, "Last-Modified": None})
add("RFC 9110 15.5.5", "HEAD of a missing file has no content",
    req("HEAD /missing HTTP/1.1"), 404, fields={"Content-Length": ANY})
add("RFC 9110 15.6.2", "HEAD is not taken for an unknown method's kin",
    req("HEADER / HTTP/1.1"), 501)

# SPDX-License-Identifier: MIT
"""Connections: RFC 9112 section 9."""
import re

from conformance.case import TEN, Table, req

CASES = Table()
add = CASES.add
LINE = "GET /ten.bin HTTP/1.1"
OLD = "GET /ten.bin HTTP/1.0"
CLOSE = {"Connection": "close"}
KEEPS = {"Connection": re.compile("keep-alive", re.I)}

add("RFC 9112 9.3", "HTTP/1.1 persists", req(LINE), 200)
for what, v in (("close", "close"), ("Close", "Close"), ("CLOSE", "CLOSE"),
                ("keep-alive, close", "keep-alive, close"),
                ("close, keep-alive", "close, keep-alive"),
                ("x-foo, close", "x-foo, close"), ("blanks", " ,, close ,"),
                ("two lines", "x-foo\r\nConnection: close")):
    add("RFC 9112 9.6", "Connection: " + what, req(LINE, "Connection: " + v),
        200, lives=False, fields=CLOSE, body=TEN)
for what, v in (("keep-alive", "keep-alive"), ("Keep-Alive", "Keep-Alive"),
                ("unknown token", "x-foo"), ("closed", "closed"),
                ("not-close", "not-close"), ("empty", ""),
                ("Upgrade", "Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA"),
                ("websocket", "Upgrade\r\nUpgrade: websocket"),
                ("TE", "TE\r\nTE: trailers")):
    add("RFC 9112 9.3", "Connection stays with: " + what,
        req(LINE, "Connection: " + v), 200, body=TEN)
add("RFC 9112 9.3", "HTTP/1.0 closes", req(OLD), 200, lives=False,
    fields=CLOSE)
for what, v in (("keep-alive", "keep-alive"), ("Keep-Alive", "Keep-Alive"),
                ("in a list", "x-foo, keep-alive")):
    add("RFC 9112 9.3", "HTTP/1.0 with " + what,
        req(OLD, "Connection: " + v), 200, fields=KEEPS, body=TEN)
add("RFC 9112 9.3", "HTTP/1.0 with keep-alive and close",
    req(OLD, "Connection: keep-alive, close"), 200, lives=False, fields=CLOSE)
add("RFC 9112 9.3", "HTTP/1.0 with close", req(OLD, "Connection: close"), 200,
    lives=False, fields=CLOSE)
add("RFC 9112 9.3", "HTTP/1.0 keep-alive, missing file",
    req("GET /missing HTTP/1.0", "Connection: keep-alive"), 404, fields=KEEPS)
add("RFC 9112 9.3", "HEAD in HTTP/1.0",
    req("HEAD /ten.bin HTTP/1.0", "Connection: keep-alive"), 200, fields=KEEPS)
add("RFC 9112 9.6", "close with 404",
    req("GET /missing HTTP/1.1", "Connection: close"), 404, lives=False,
    fields=CLOSE)
add("RFC 9112 9.6", "close with 405",
    req("POST /ten.bin HTTP/1.1", "Connection: close"), 405, lives=False,
    fields=CLOSE)
add("RFC 9112 9.6", "close with HEAD",
    req("HEAD /ten.bin HTTP/1.1", "Connection: close"), 200, lives=False,
    fields=CLOSE)
add("RFC 9110 7.6.1", "Connection names Host",
    req(LINE, "Connection: Host"), 200)
add("RFC 9110 7.8", "Upgrade to TLS is not taken",
    req("OPTIONS * HTTP/1.1", "Connection: Upgrade", "Upgrade: TLS/1.0"),
    {200, 204}, fields={"Upgrade": None})

# -- pipelining, RFC 9112 9.3.2
add("RFC 9112 9.3.2", "two requests", req(LINE) * 2, [200, 200])
add("RFC 9112 9.3.2", "twenty requests", req(LINE) * 20, [200] * 20)
add("RFC 9112 9.3.2", "answers in order",
    req("GET /missing HTTP/1.1") + req(LINE) + req("POST /ten.bin HTTP/1.1") +
    req("FOO / HTTP/1.1") + req("GET /sub HTTP/1.1") + req(LINE),
    [404, 200, 405, 501, 301, 200], body=TEN)
add("RFC 9112 9.3.2", "HEAD among GETs",
    req(LINE) + req("HEAD /alphabet.txt HTTP/1.1") + req(LINE), [200] * 3,
    methods=["GET", "HEAD", "GET"], body=TEN)
add("RFC 9112 9.3.2", "304 among 200s",
    req(LINE) + req(LINE, "If-None-Match: @TAG@") + req(LINE),
    [200, 304, 200], body=TEN)
add("RFC 9112 9.3.2", "content between requests",
    req("POST /ten.bin HTTP/1.1", "Content-Length: 5", body=b"hello") +
    req(LINE) + req("POST /ten.bin HTTP/1.1", "Transfer-Encoding: chunked",
                    body=b"5\r\nhello\r\n0\r\n\r\n") + req(LINE),
    [405, 200, 405, 200], body=TEN)
add("RFC 9112 9.3.2", "nothing after close is answered",
    req(LINE) + req(LINE, "Connection: close") + req(LINE), [200, 200],
    lives=False, fields=CLOSE)
add("RFC 9112 9.3.2", "nothing after a fault is answered",
    req(LINE) + b"GET / HTTP/1.1\nHost: localhost\r\n\r\n" + req(LINE),
    [200, 400], lives=False)
add("RFC 9112 2.2", "an empty line between requests",
    req(LINE) + b"\r\n" + req(LINE), [200, 200])
add("RFC 9112 9.3.2", "large answer between small ones",
    req(LINE) + req("GET /large.bin HTTP/1.1") + req(LINE), [200] * 3,
    body=TEN)

# SPDX-License-Identifier: MIT
"""Request target: RFC 9112 section 3.2, RFC 3986; and what a server of files
makes of a path."""
import re

from conformance.case import ANY, TARGET_MAX, TEN, Table, req

CASES = Table()
add = CASES.add


def get(target, *fields, **more):
    return req("GET %s HTTP/1.1" % target, *fields, **more)


# -- forms, RFC 9112 3.2
for what, t in (("absolute form", "http://localhost/ten.bin"),
                ("absolute form with https", "https://localhost/ten.bin"),
                ("absolute form, scheme in capitals",
                 "HTTP://localhost/ten.bin"),
                ("absolute form with a port", "http://localhost:80/ten.bin"),
                ("absolute form with a query", "http://localhost/ten.bin?a=b"),
                ("absolute form with another host",
                 "http://example.org/ten.bin"),
                ("absolute form with an IPv6 host", "http://[::1]/ten.bin"),
                ("absolute form with an IPv4 host and port",
                 "http://127.0.0.1:8080/ten.bin")):
    add("RFC 9112 3.2.2", what, get(t), 200, body=TEN)
add("RFC 9112 3.2.2", "absolute form without a path", get("http://localhost"),
    200, fields={"Content-Type": re.compile("text/html")})
add("RFC 9112 3.2.2", "absolute form with a query and no path",
    get("http://localhost?x"), 200)
for what, t in (("ftp", "ftp://localhost/ten.bin"),
                ("file", "file:///etc/passwd"),
                ("javascript", "javascript:alert(1)"),
                ("urn", "urn:isbn:0")):
    add("RFC 9110 7.4", "absolute form with scheme %s" % what, get(t), 400,
        lives=None)
for what, t in (("no host", "http:///ten.bin"),
                ("user information", "http://user@localhost/ten.bin"),
                ("user and password", "http://u:p@localhost/ten.bin"),
                ("port above 65535", "http://localhost:65536/ten.bin"),
                ("port of letters", "http://localhost:http/ten.bin"),
                ("open bracket", "http://[::1/ten.bin")):
    add("RFC 9110 4.2.1", "absolute form with %s" % what, get(t), 400,
        lives=None)
add("RFC 9112 3.2", "path without a slash", get("ten.bin"), 400, lives=None)
add("RFC 9112 3.2.3", "authority form with GET", get("localhost:80"), 400,
    lives=None)
add("RFC 9112 3.2.4", "asterisk form with GET", get("*"), 400, lives=None)
add("RFC 9112 3.2.4", "asterisk form with HEAD", req("HEAD * HTTP/1.1"), 400,
    lives=None)
add("RFC 9112 3.2.3", "CONNECT with a path", req("CONNECT / HTTP/1.1"),
    {400, 405}, lives=None)
add("RFC 9112 3.2.4", "OPTIONS in absolute form",
    req("OPTIONS http://localhost/ten.bin HTTP/1.1"), {200, 204},
    fields={"Allow": ANY})

# -- characters, RFC 3986 2
for what, b in (("byte above 127", "/caf\xe9.txt"),
                ("raw UTF-8", "/caf\xc3\xa9.txt"), ("DEL", "/a\x7f"),
                ("NUL", "/a\0b"), ("BEL", "/a\x07b"), ("ESC", "/\x1b[0m")):
    add("RFC 3986 2", "target with a raw %s" % what, get(b), 400, lives=False)
for what, c in (("quote", '"'), ("less-than", "<"), ("number sign", "#"),
                ("backslash", "\\"), ("brace", "{"), ("back quote", "`")):
    add("RFC 3986 2", "path with a raw %s" % what, get("/a%sb" % c), 400,
        lives=False)
# Browsers send these unencoded (WHATWG URL, 1.3); RFC 9112 3.2: 400 is a SHOULD
add("RFC 9112 3.2", "query as browsers send it", get("/ten.bin?a={b}|^`\\[]"),
    200, body=TEN)
add("RFC 9112 3.2", "path as browsers send it", get("/a|b^c"), 404)
add("RFC 3986 4.1", "such a query in a redirect's Location",
    get("/sub?a={b}|\\"), {301, 308}, fields={
        "Location": re.compile(r"(http://localhost)?/sub/\?a=%7Bb%7D%7C%5C\Z")})
for what, t in (("percent at the end", "/ten.bin%"),
                ("percent and one digit", "/ten.bin%4"),
                ("percent and no hexadecimal digits", "/ten%zz.bin"),
                ("two percents", "/%%41"), ("percent u", "/%u0041")):
    add("RFC 3986 2.1", what, get(t), 400)
for what, t in (("NUL", "/ten.bin%00"), ("NUL before the suffix",
                                         "/secret%00.txt"),
                ("LF", "/a%0Ab"), ("CR LF", "/a%0D%0AX-A:%20b"),
                ("DEL", "/a%7F"), ("TAB", "/a%09b"), ("ESC", "/a%1Bb")):
    add("RFC 3986 7.3", "encoded control: " + what, get(t), 400)
for what, t in (("lone continuation byte", "/%80"), ("Latin-1", "/caf%E9.txt"),
                ("over-long slash", "/%C0%AF"),
                ("over-long dots", "/%C0%AE%C0%AE/"),
                ("over-long slash of three", "/%E0%80%AF"),
                ("surrogate", "/%ED%A0%80"), ("above U+10FFFF", "/%F4%90%80%80"),
                ("cut short", "/%E2%82"), ("FE", "/%FE"), ("FF", "/%FF")):
    add("RFC 3629 3", "encoded bytes that are not UTF-8: " + what, get(t), 400)
for what, t in (("plain", "/ten.bin"), ("unreserved, encoded", "/%74en.bin"),
                ("all encoded", "/%74%65%6e%2e%62%69%6e"),
                ("encoded in capitals", "/ten%2Ebin"),
                ("with an empty query", "/ten.bin?"),
                ("with a query", "/ten.bin?a=b&c=d"),
                ("with dots in the query", "/ten.bin?/../.."),
                ("with a bad escape in the query", "/ten.bin?%zz%"),
                ("with question marks in the query", "/ten.bin?a?b??")):
    add("RFC 3986 3.3", "path " + what, get(t), 200, body=TEN)
add("RFC 3986 2.1", "path with an encoded space", get("/a%20b.txt"), 200)
add("RFC 3986 2.1", "plus is plus and not a space", get("/a+b.txt"), 404)
add("RFC 3986 2.1", "path in UTF-8", get("/caf%C3%A9.txt"), 200)
add("RFC 3986 2.1", "path with an encoded percent", get("/100%25.txt"), 200)
add("RFC 3986 2.1", "decoded once and not twice", get("/%2574en.bin"), 404)
add("RFC 3986 2.1", "path with an encoded question mark", get("/q%3Fmark.txt"),
    200)
add("RFC 3986 2.1", "encoded hash", get("/a%23b"), 404)
add("RFC 3986 6.2.2.1", "names have case", get("/TEN.BIN"), 404)

# -- dot segments, RFC 3986 5.2.4
for what, t in (("dot", "/./ten.bin"), ("dots", "/sub/../ten.bin"),
                ("dots, encoded", "/sub/%2e%2e/ten.bin"),
                ("dots, half encoded", "/sub/.%2E/ten.bin"),
                ("dot, encoded", "/%2e/ten.bin"),
                ("dots down and up", "/sub/./../sub/../ten.bin"),
                ("dots over a missing folder", "/nowhere/../ten.bin"),
                ("two slashes in front", "//ten.bin"),
                ("three slashes in front", "///ten.bin")):
    add("RFC 3986 5.2.4", "path with " + what, get(t), 200, body=TEN)
add("RFC 3986 5.2.4", "path with two slashes within", get("/sub//index.html"),
    200)
for what, t in (("dots", "/../etc/passwd"), ("many dots",
                                             "/../../../../etc/passwd"),
                ("encoded dots", "/%2e%2e/etc/passwd"),
                ("half encoded dots", "/.%2e/etc/passwd"),
                ("dots after a folder", "/sub/../../etc/passwd"),
                ("dots behind a dot", "/./../etc/passwd"),
                ("dots behind slashes", "///../etc/passwd"),
                ("dots at the end", "/.."), ("dots and slash at the end",
                                             "/sub/../../")):
    add("RFC 3986 5.2.4", "climbing out by " + what, get(t), 400)
for what, t in (("encoded slash", "/sub%2Findex.html"),
                ("encoded slash in small letters", "/sub%2findex.html"),
                ("climbing with encoded slashes", "/..%2F..%2Fetc%2Fpasswd"),
                ("dots, all encoded with slashes",
                 "/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
                ("encoded slash at the end", "/sub%2F")):
    add("RFC 3986 2.2", what, get(t), {400, 404})
for what, t in (("backslashes", "/..%5C..%5Cetc%5Cpasswd"),
                ("three dots", "/.../ten.bin"), ("dots and space", "/..%20/"),
                ("a file as a folder", "/ten.bin/"),
                ("below a file", "/ten.bin/x"),
                ("a missing file", "/missing"),
                ("a missing folder", "/missing/"),
                ("the longest name", "/" + "n" * 255)):
    add("RFC 9110 15.5.5", "not there: " + what, get(t), {403, 404})
for what, t in (("one byte too long", "/" + "n" * 256),
                ("much too long", "/" + "n" * (TARGET_MAX - 1)),
                ("encoded and too long", "/" + "%41" * 256),
                ("a folder's, too long", "/" + "n" * 256 + "/"),
                ("in the middle, too long", "/sub/" + "n" * 256 + "/x")):
    add("RFC 9110 15.5.5", "a name that no file can have: " + what, get(t), 404)
add("RFC 3986 5.2.4", "back from a name that no file can have",
    get("/" + "n" * 256 + "/../ten.bin"), 200, body=TEN)
add("RFC 9110 15.5.5", "deep path that is not there", get("/a" * 1000 + "/"),
    404)

# -- folders and hidden files
add("RFC 9110 15.4.2", "folder without its slash", get("/sub"), 301,
    fields={"Location": re.compile(r"(http://localhost)?/sub/\Z")})
add("RFC 9110 15.4.2", "folder without its slash keeps the query",
    get("/sub?a=b"), 301,
    fields={"Location": re.compile(r"(http://localhost)?/sub/\?a=b\Z")})
add("RFC 9110 15.4.2", "redirection to a folder is no open door",
    get("//sub"), {301}, fields={
        "Location": re.compile(r"(http://localhost)?/sub/\Z")})
add("RFC 9110 15.4.2", "HEAD of a folder without its slash",
    req("HEAD /sub HTTP/1.1"), 301, fields={"Location": ANY})
add("RFC 9110 8.3", "folder with an index", get("/sub/"), 200,
    fields={"Content-Type": re.compile("text/html")})
add("RFC 9110 8.3", "the root", get("/"), 200,
    fields={"Content-Type": re.compile("text/html")})
add("RFC 9110 15.5.4", "folder without an index", get("/bare/"), {403, 404})
for what, t in (("file", "/.secret"), ("folder", "/.hidden/file.txt"),
                ("folder itself", "/.hidden/"),
                ("folder without its slash", "/.hidden"),
                ("encoded dot", "/%2esecret"),
                ("missing one", "/.missing"),
                ("deeper well-known", "/sub/.well-known/x")):
    add("RFC 9110 15.5.4", "hidden " + what, get(t), {403, 404})
add("RFC 8615 3", "well-known is not hidden", get("/.well-known/security.txt"),
    200)
add("RFC 9110 17.3", "symbolic link that stays in the root",
    get("/link-in.txt"), 200)
add("RFC 9110 17.3", "symbolic link out of the root", get("/link-out.txt"),
    {403, 404})
add("RFC 9110 17.3", "absolute symbolic link", get("/link-abs.txt"),
    {403, 404})
add("RFC 9110 17.3", "folder link out of the root", get("/link-dir/outside"),
    {403, 404})
add("RFC 9110 15.5.5", "link to itself", get("/link-loop"), {403, 404})
add("RFC 9110 15.5.4", "file that is no file", get("/fifo"), {403, 404})

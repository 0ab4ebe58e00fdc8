# SPDX-License-Identifier: MIT
"""Media types: the name's answer and libmagic's, settled."""
import os
import struct
import zlib

import pytest

from harness import until


def png(width=1, height=1):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


PNG = png()
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043000302"
                     "02030202030303030403030405080505040405") + \
    b"\x07" * 60 + b"\xff\xd9"
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0," \
    b"\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>\n"
HTML = b"<!doctype html>\n<html><head><title>x</title></head><body>y</body>" \
    b"</html>\n"
SCRIPT = b"#!/bin/sh\necho hello\n"
JS = b"export function f(x) { return x + 1; }\nconst a = () => f(2);\n"
CSS = b".c1 {\n  color: red;\n}\nbody { margin: 0 }\n"
UTF8 = "text/plain; charset=utf-8"

# name, content, type (a set where more than one is right)
ROWS = (
    ("style.css", CSS, "text/css; charset=utf-8"),
    ("import.css", b"@import url(x.css);\n", "text/css; charset=utf-8"),
    ("empty.css", b"", {"text/css", "text/css; charset=utf-8"}),
    ("empty.html", b"", {"text/html", "text/html; charset=utf-8"}),
    ("empty.txt", b"", {"text/plain", UTF8}),
    ("empty.js", b"", {"text/javascript", "text/javascript; charset=utf-8"}),
    ("empty.png", b"", "image/png"),
    ("main.mjs", JS, "text/javascript; charset=utf-8"),
    ("main.js", JS, "text/javascript; charset=utf-8"),
    ("min.js", b"var a=1;" * 50000, "text/javascript; charset=utf-8"),
    ("data.json", b"\"a bare string\"", {"application/json",
                                         "application/json; charset=utf-8"}),
    ("data.map", b"{\"version\":3}", {"application/json",
                                      "application/json; charset=utf-8"}),
    ("app.webmanifest", b"{\"name\":\"x\"}",
     {"application/manifest+json", "application/manifest+json; charset=utf-8"}),
    ("page.html", HTML, "text/html; charset=utf-8"),
    ("page.htm", HTML, "text/html; charset=utf-8"),
    ("fragment.html", b"<p>only a fragment\n", "text/html; charset=utf-8"),
    ("note.txt", b"just words\n", UTF8),
    ("page.txt", HTML, UTF8),
    ("script.txt", SCRIPT, UTF8),
    ("svg.txt", SVG, UTF8),
    ("utf8.txt", "h\u00e9llo\n".encode(), UTF8),
    ("logo.svg", SVG, {"image/svg+xml", "image/svg+xml; charset=utf-8"}),
    ("commented.svg", b"<!-- " + b"x" * 5000 + b" -->\n" + SVG,
     {"image/svg+xml", "image/svg+xml; charset=utf-8"}),
    ("logo.png", PNG, "image/png"),
    ("LOGO.PNG", PNG, "image/png"),
    ("logo.jpg", PNG, "image/png"),
    ("photo.png", JPEG, "image/jpeg"),
    ("photo.jpeg", JPEG, "image/jpeg"),
    ("move.gif", GIF, "image/gif"),
    ("logo.gif", PNG, "image/png"),
    ("page.png", HTML, "image/png"),
    ("script.png", SCRIPT, "image/png"),
    ("icon.ico", b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0" + b"\0" * 100,
     {"image/vnd.microsoft.icon", "image/x-icon"}),
    ("logo", PNG, "image/png"),
    ("photo", JPEG, "image/jpeg"),
    ("words", b"only words, no suffix\n", UTF8),
    ("hidden-page", HTML, UTF8),
    ("hidden-svg", SVG, UTF8),
    ("hidden-script", SCRIPT, UTF8),
    ("noise", bytes(range(256)) * 8, "application/octet-stream"),
    ("noise.unknown", bytes(range(256)) * 8, "application/octet-stream"),
    ("words.unknown", b"only words\n", UTF8),
    ("program.wasm", b"\0asm\x01\0\0\0", "application/wasm"),
    ("font.woff2", b"wOF2\0\1\0\0" + b"\0" * 60, "font/woff2"),
    ("doc.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
     "application/pdf"),
    ("a.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",
     "application/gzip"),
    ("feed.xml", b"<?xml version='1.0'?><a/>\n",
     {"application/xml", "text/xml", "text/xml; charset=utf-8",
      "application/xml; charset=utf-8"}),
    ("table.csv", b"a,b\n1,2\n", "text/csv; charset=utf-8"),
    ("readme.md", b"# Title\n\nWords.\n", "text/markdown; charset=utf-8"),
    ("captions.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n",
     {"text/vtt", "text/vtt; charset=utf-8"}),
)


@pytest.fixture(scope="module")
def typed():
    from sites import close
    from harness import Server
    server = Server(files={name: data for name, data, _ in ROWS})
    yield server
    close(server, False)


@pytest.mark.parametrize("name,data,wanted", ROWS, ids=[r[0] for r in ROWS])
def test_type(typed, name, data, wanted):
    r = typed.get("/" + name)
    typed.close_connections()
    assert r.status == 200 and r.body == data
    got = r.get("Content-Type").replace(";charset", "; charset").lower()
    assert got in (wanted if isinstance(wanted, set) else {wanted})
    assert r.get("X-Content-Type-Options") == "nosniff"


WORDS = {
    "gbk": "\u4e2d\u6587\u7f51\u9875", "big5": "\u4e2d\u6587\u7db2\u9801",
    "euc-kr": "\ud55c\uad6d\uc5b4", "euc-jp": "\u65e5\u672c\u8a9e",
    "shift_jis": "\u65e5\u672c\u8a9e", "iso-2022-jp": "\u65e5\u672c\u8a9e",
    "windows-1251": "\u0422\u0435\u0441\u0442", "koi8-r": "\u0422\u0435\u0441\u0442",
    "iso-8859-7": "\u039a\u03b1\u03bb\u03b7", "iso-8859-1": "h\u00e9llo",
    "windows-1255": "\u05e9\u05dc\u05d5\u05dd"}
SHAPES = {"html": "<!doctype html><meta charset=\"%s\"><p>%s",
          "xml": "<?xml version=\"1.0\" encoding=\"%s\"?><a>%s</a>",
          "css": "@charset \"%s\";a::before{content:\"%s\"}",
          "txt": "%s: %s\n", "js": "// %s\nlet a = \"%s\";\n"}
ESSENCE = {"html": "text/html", "xml": "application/xml", "css": "text/css",
           "txt": "text/plain", "js": "text/javascript"}


@pytest.fixture(scope="module")
def worded():
    from sites import close
    from harness import Server
    files = {"%s.%s" % (charset, ext): (shape % (charset, words * 9)).encode(
        charset) for charset, words in WORDS.items()
        for ext, shape in SHAPES.items()}
    files["late.html"] = ("<meta charset=gbk>" + "x" * 300000 +
                          WORDS["gbk"]).encode("gbk")
    files["marked.txt"] = ("\ufeff" + WORDS["gbk"]).encode("utf-16-le")
    files["large.txt"] = b"x" * (3 << 20)
    files["larger.txt"] = b"x" * (3 << 20) + b"\xe9"
    server = Server(files=files)
    yield server
    close(server, False)


@pytest.mark.parametrize("ext", SHAPES)
@pytest.mark.parametrize("charset", WORDS)
def test_text_that_is_not_utf8_has_no_charset(worded, charset, ext):
    """A label beats the page's own word (HTML 13.2.3.2, RFC 9110 8.3)."""
    r = worded.get("/%s.%s" % (charset, ext))
    worded.close_connections()
    assert r.get("Content-Type") == ESSENCE[ext]


def test_the_charset_is_that_of_all_bytes(worded):
    assert worded.get("/late.html").get("Content-Type") == "text/html"
    assert (worded.get("/marked.txt").get("Content-Type") ==
            "text/plain; charset=utf-16")
    until("all of it to be read", lambda: worded.get("/large.txt").get(
        "Content-Type") == UTF8)
    for _ in range(5):
        assert worded.get("/larger.txt").get("Content-Type") == "text/plain"


def test_a_rule_has_the_last_word(serve):
    server = serve(files={"a.html": "<p>\u4e2d".encode("gbk")}, rules="""
[header *.html]
Content-Type = text/html; charset=gbk
""")
    assert server.get("/a.html").get("Content-Type") == (
        "text/html; charset=gbk")


def test_type_follows_the_content(serve):
    server = serve(files={"logo": PNG})
    assert server.get("/logo").get("Content-Type") == "image/png"
    server.tree.write("logo", GIF)
    assert server.get("/logo").get("Content-Type") == "image/gif"
    server.tree.write("logo", b"words\n")
    assert server.get("/logo").get("Content-Type") == UTF8


def test_type_follows_the_name(serve):
    server = serve(files={"a.css": CSS})
    assert server.get("/a.css").get("Content-Type").startswith("text/css")
    os.rename(server.tree.path("a.css"), server.tree.path("a.js"))
    assert server.get("/a.js").get("Content-Type").startswith(
        "text/javascript")
    assert server.get("/a.css").status == 404


def test_one_file_by_two_names(serve):
    """Hard links: the same version of the same inode, and yet two types."""
    server = serve(files={"a.css": CSS})
    os.link(server.tree.path("a.css"), server.tree.path("a.txt"))
    for _ in range(3):
        assert server.get("/a.css").get("Content-Type").startswith("text/css")
        assert server.get("/a.txt").get("Content-Type") == UTF8


def test_disagreement_is_logged_once(serve):
    server = serve(files={"logo.jpg": PNG, "a.txt": "a\n"},
                   conf={"server": {"workers": 1}})
    for _ in range(5):
        assert server.get("/logo.jpg").get("Content-Type") == "image/png"
    server.await_line(r"W022: /logo\.jpg: the name says image/jpeg, the "
                      r"content image/png: sent as image/png$")
    server.stop()
    lines = [x for x in server.process.lines if "logo.jpg" in x]
    assert len(lines) == 1, lines


def test_text_named_as_another_family_is_logged(serve):
    """libmagic is asked although the bytes are text: PDF can be."""
    server = serve(files={"a.html": "%PDF-1.4\n%words\n", "b.html": "<p>b\n"})
    assert server.get("/a.html").get("Content-Type") == (
        "text/html; charset=utf-8")
    server.await_line(r"W022: /a\.html: the name says text/html, the content "
                      r"application/pdf: sent as text/html")


def test_defaults_can_be_chosen(serve):
    server = serve(files={"words": b"words\n", "noise": bytes(range(256))},
                   conf={"media": {"default-binary": "application/x-noise"}})
    assert server.get("/noise").get("Content-Type") == "application/x-noise"


def test_nosniff_can_be_switched_off(serve):
    server = serve(files={"a.txt": "a\n"}, conf={"media": {"nosniff": "off"}})
    assert not server.get("/a.txt").has("X-Content-Type-Options")

# SPDX-License-Identifier: MIT
"""A public benchmark's mix of static files: 20 of them, 842 KB in all, of the
same sizes and kinds, with .br and .gz beside each that shrinks."""
import ctypes
import gzip
import random

from . import wire

FOLDER = "mix"
KB = 1000
# kind of content and size in KB
FILES = {
    "reset.css": 3, "layout.css": 15, "theme.css": 20, "components.css": 45,
    "utilities.css": 30, "analytics.js": 12, "helpers.js": 18, "app.js": 95,
    "vendor.js": 300, "router.js": 25, "header.html": 4, "footer.html": 5,
    "regular.woff2": 18, "bold.woff2": 19, "logo.svg": 6,
    "icon-sprite.svg": 22, "hero.webp": 120, "thumb1.webp": 35,
    "thumb2.webp": 40, "manifest.json": 10,
}
# a first line that says what it is, and the lines behind it
TEXTS = {
    "css": ("@charset \"utf-8\";\n",
            ".{w}-{a} > .{x} {{ margin: {b}px auto; color: #{c:06x} }}\n"),
    "js": ("\"use strict\";\n",
           "function {w}{a}({x}) {{ return {x} * {b} + {c}; }}\n"),
    "html": ("<!DOCTYPE html>\n<title>Mix</title>\n",
             "<p class=\"{w}-{a}\">{x} {w} {b} {x} {c}</p>\n"),
    "svg": ("<svg xmlns=\"http://www.w3.org/2000/svg\">\n",
            "<path id=\"{w}{a}\" d=\"M{b} {a}h{b}v{c}z\"/>\n"),
    "json": ("{\n", "\"{w}-{a}-{c}\": \"{x} {b}\",\n"),
}
BINARIES = {"woff2": b"wOF2\0\1\0\0", "webp": b"RIFF\0\0\0\0WEBPVP8 "}
WORDS = ("cache fresh stale validator entity tag weak strong range request "
         "header field origin server client response representation").split()


def text(kind, size, rng):
    first, line = TEXTS[kind]
    out = [first]
    have = len(first)
    while have < size:
        out.append(line.format(w=rng.choice(WORDS), x=rng.choice(WORDS),
                               a=rng.randrange(97), b=rng.randrange(999),
                               c=rng.randrange(1 << 24)))
        have += len(out[-1])
    return "".join(out).encode()[:size]


def content(name, size):
    kind, rng = name.rpartition(".")[2], random.Random(name)
    if kind in TEXTS:
        return text(kind, size, rng)
    return BINARIES[kind] + rng.randbytes(size - len(BINARIES[kind]))


def brotli(page):
    """by the library that etagd is built with; None where it is missing"""
    try:
        encode = ctypes.CDLL("libbrotlienc.so.1").BrotliEncoderCompress
    except OSError:
        return None
    out = ctypes.create_string_buffer(2 * len(page) + 1024)
    size = ctypes.c_size_t(len(out))
    # quality 11, window 2^22, mode "text"
    if not encode(11, 22, 1, ctypes.c_size_t(len(page)), page,
                  ctypes.byref(size), out):
        return None
    return out.raw[:size.value]


def make(tree):
    """the files; returns their paths in the order in which they are asked"""
    for name, size in FILES.items():
        data = content(name, size * KB)
        tree.single(f"{FOLDER}/{name}", data)
        if name.rpartition(".")[2] not in TEXTS:
            continue
        tree.single(f"{FOLDER}/{name}.gz", gzip.compress(data, 9, mtime=0))
        coded = brotli(data)
        if coded is None:
            return None
        tree.single(f"{FOLDER}/{name}.br", coded)
    return [f"/{FOLDER}/{name}" for name in FILES]


def wrong(tree, port, headers):
    """None, or what is wrong with the answers: each text comes as it lies
    beside the file in a coding, the others as they are"""
    for name in FILES:
        got = wire.fetch(port, f"/{FOLDER}/{name}", headers=headers)
        coding = got.fields.get("content-encoding", "")
        suffix = {"br": ".br", "gzip": ".gz"}.get(coding, "")
        coded = name.rpartition(".")[2] in TEXTS
        if got.status != 200 or coded != bool(suffix) or \
                got.body != tree.bytes_of(f"{FOLDER}/{name}{suffix}"):
            return f"{name}: not what was accepted"
    return None

# SPDX-License-Identifier: MIT
"""The documents: the same bytes in every run, made when a case needs them."""
import os
import random

# long past, so that no server treats a file as "just changed"
MTIME = 1577836800  # 2020-01-01
WORDS = ("cache fresh stale validator entity tag weak strong range request "
         "header field origin server client response representation").split()


def text_page(size):
    """a page as a browser gets it: compresses as real pages do"""
    rng = random.Random(size)
    out = ["<!DOCTYPE html>\n<html lang=\"en\"><title>Bench</title>\n"]
    have = len(out[0])
    while have < size:
        para = " ".join(rng.choice(WORDS) + str(rng.randrange(97))
                        for _ in range(12))
        out.append(f"<p class=\"c{rng.randrange(9)}\">{para}</p>\n")
        have += len(out[-1])
    return "".join(out).encode()[:size]


def picture(size):
    """the eight bytes that make it a PNG, then noise: no coding shrinks it"""
    return b"\x89PNG\r\n\x1a\n" + random.Random(size).randbytes(size - 8)


class Tree:
    def __init__(self, root):
        self.root = root
        os.makedirs(root, exist_ok=True)
        os.chmod(root, 0o755)
        self.single("page.html", text_page(1024))
        self.single("logo.png", picture(10240))
        self.single("file-100k.bin", picture(100 << 10))
        self.single("file-1m.bin", picture(1 << 20))
        self.single("coded/page.html", text_page(32 << 10))

    def path(self, name):
        return os.path.join(self.root, name)

    def bytes_of(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def single(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        os.utime(path, (MTIME, MTIME))

    def big(self, name, mib):
        if os.path.exists(self.path(name)):
            return
        block = picture(1 << 20)
        with open(self.path(name), "wb") as f:
            for _ in range(mib):
                f.write(block)
        os.utime(self.path(name), (MTIME, MTIME))

    def many(self, folder, count, size=1024):
        """folder/f0000000.html ...: different bytes of one size, in one
        folder, so that every path has the same length"""
        path = self.path(folder)
        os.makedirs(path, exist_ok=True)
        page = text_page(size)
        for i in range(len(os.listdir(path)), count):
            name = f"{path}/f{i:07d}.html"
            mark = f"<!-- {i:07d} -->".encode()
            with open(name, "wb") as f:
                f.write(page[:-len(mark)] + mark)
            os.utime(name, (MTIME, MTIME))

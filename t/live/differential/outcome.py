# SPDX-License-Identifier: MIT
"""outcome: what a server makes of a row of the conformance table, in a word:
its statuses in order, "-" for an answer that did not come."""
import re

import harness
from conformance import case as table
from wire import Closed, Connection, ProtocolError

# Peers wait for what never comes; what they have not said by then they do not
# say.  (Every request is followed by the end of the stream.)
SILENCE_S = 5


def tags(address):
    """@NAME@ -> this server's own tag.  Codings that a server has not are
    given a tag that matches nothing."""
    def ask(target, **fields):
        with Connection(address, old=True) as c:
            return c.get(target, **fields)
    tag = ask("/ten.bin").etag or "\"none\""
    bare = re.sub(r"^W/", "", tag).strip("\"")
    found = {"TAG": tag, "BARE": bare, "HALF": bare[:len(bare) // 2],
             "SWAP": bare.swapcase(),
             "ALPHATAG": ask("/alphabet.txt").etag or "\"none\"",
             "TEXTTAG": ask("/text.txt").etag or "\"none\""}
    for coding in ("gzip", "br", "zstd"):
        r = ask("/text.txt", Accept_Encoding=coding)
        found[coding.upper() + "TAG"] = r.etag if r.has("Content-Encoding") \
            and r.etag else "\"none-%s\"" % coding
    return found


def fill(raw, names):
    for name, value in names.items():
        raw = raw.replace(b"@%s@" % name.encode(), value.encode("latin-1"))
    # A weak tag behind W/ is still one tag.
    return raw.replace(b"W/W/", b"W/")


def outcome(address, case, names):
    said = []
    with Connection(address, timeout=SILENCE_S, old=True) as c:
        try:
            c.send(fill(case.raw, names))
            c.half_close()
        except OSError:
            pass  # refused in the middle; the answer may be there
        for method in case.methods:
            try:
                said.append("%d" % c.read_response(method).status)
            except ProtocolError:
                # An HTTP/0.9 answer, a page without a head.
                said.append("no-head")
                break
            except (Closed, TimeoutError, OSError):
                said.append("-")
                break
    return " ".join(said)


def corpus_tree(root):
    """The files that the conformance table asks for, with their times."""
    import os
    import sites
    tree = harness.Tree(root)
    for name, data in sites.SITE.items():
        tree.write(name, data)
    tree.write("ten.bin", table.TEN)
    tree.write("alphabet.txt", table.ALPHABET)
    tree.write("text.txt", table.TEXT)
    tree.write("large.bin", bytes(range(256)) * 4096)
    for folder, _, names in os.walk(tree.root):
        os.chmod(folder, 0o755)
        for name in names:
            path = os.path.join(folder, name)
            os.chmod(path, 0o644)
            os.utime(path, (table.MTIME, table.MTIME))
    tree.symlink("link-in.txt", "hello.txt")
    tree.symlink("link-loop", "link-loop")
    return tree

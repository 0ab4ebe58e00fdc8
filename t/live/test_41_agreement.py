# SPDX-License-Identifier: MIT
"""The same requests to `etagd explain` and to the running server: status, every
field line, reason (in the access log and in explain-header's field)."""
import itertools
import os
import random
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import harness
from linter import format_date

MTIME = 1600000000
TEXT = "".join("Line %d of a text that compresses well.\n" % i
               for i in range(50))
FILES = {"index.html": "<!doctype html><title>x</title>\n", "a.txt": TEXT,
         "app.html": "<!doctype html><title>a</title>\n", "list/one.txt": "1\n",
         "al/x.css": "a{}\n", "empty.bin": "", ".secret": "s\n",
         "gone.html": "<!doctype html><title>gone</title>\n",
         "caf\u00e9 b.txt": "1\n", "side.txt": TEXT, "side.txt.gz": b"\x1f\x8b\x08"}
RULES = """
[cache *]
Cache-Control = no-cache
[cache *.css]
Cache-Control = max-age=60
Expires = modified plus 1h
ETag = weak
[cache /list/*]
Last-Modified = off
[header *]
X-All = yes
Vary = Origin
Access-Control-Allow-Origin = *
[header *]
when-status = 304
X-Same = yes
[redirect /old/*]
to = /new/$1?from=old
[redirect //b.example/moved]
to = https://c.example/
status = 302
[alias /static/]
root = @R@/al
[host a.example]
listing = on
fallback = /app.html
error-404 = /gone.html
[host *.b.example b.example]
dotfiles = allow
"""


def site(folder, explain_header):
    os.chmod(folder, 0o755)
    tree = harness.Tree(folder / "www")
    for name, data in FILES.items():
        tree.write(name, data, MTIME)
    return {"conf": {"server": {"root": str(tree.root), "workers": 1,
                                "explain-header": explain_header},
                     # all is explained before the server is asked about it
                     "timeouts": {"prepare": "60s"},
                     "prepare": {"give-back": "0"}},
            "rules": RULES.replace("@R@", str(tree.root))}


def conditional(tags):
    """A sample of the combinations, the same in each run."""
    dates = [format_date(MTIME + d) for d in (-1, 0, 1)]
    fields = {
        "Accept-Encoding": [None, "gzip", "br;q=0.5, gzip", "br"],
        "If-Match": [None, None, None, "*"] + tags,
        "If-Unmodified-Since": [None, None] + dates,
        "If-None-Match": [None, None, "\"x\"", "*"] + tags,
        "If-Modified-Since": [None, None] + dates,
        "If-Range": [None, None] + tags + dates,
        "Range": [None, "bytes=0-9", "bytes=-4", "bytes=0-1,500-509",
                  "bytes=99999-", "bytes=2-1"]}
    rng = random.Random(9110)
    for _ in range(20):
        ask = {n: rng.choice(v) for n, v in fields.items()}
        yield (rng.choice(("GET", "GET", "HEAD")), "/a.txt",
               [(n, v) for n, v in ask.items() if v])


HOST = "localhost"
TARGETS = (
    ("GET", "/", []), ("GET", "/?q", []), ("GET", "/nothing", []),
    ("GET", "/list", []), ("GET", "/list?a=b", []), ("GET", "/list/", []),
    ("GET", "/old/x%20y?z", []), ("GET", "/static/x.css", []),
    ("GET", "/static", []), ("GET", "/.secret", []), ("GET", "/%2e%2e/x", []),
    ("GET", "/%00", []), ("GET", "/a%2Fb", []), ("GET", "/caf%C3%A9%20b.txt", []),
    ("GET", "/" + "n" * 300, []), ("GET", "*", []), ("GET", "http://x:99999/", []),
    ("GET", "http://a.example/route", []), ("GET", "/side.txt",
                                            [("Accept-Encoding", "gzip")]),
    ("GET", "/empty.bin", [("Range", "bytes=0-")]),
    ("HEAD", "/nothing", []), ("POST", "/a.txt", []), ("get", "/a.txt", []),
    ("OPTIONS", "/a.txt", []), ("OPTIONS", "*", []),
    ("OPTIONS", "/a.txt", [("Origin", "https://o.example"),
                           ("Access-Control-Request-Method", "GET")]),
    ("GET", "/a.txt", [("Connection", "close")]),
    ("GET", "/a.txt", [("Expect", "tea")]), ("GET", "/a.txt", [("X Y", "z")]),
    ("GET", "/a.txt", [("Host", "again")]),
    ("GET", "/a.txt", [("Accept-Encoding", "*;q=0")]),
    ("GET", "/list/", [("Host", "a.example"), ("Accept", "application/json")]),
    ("GET", "/list/", [("Host", "a.example"), ("If-None-Match", "*")]),
    ("GET", "/route", [("Host", "A.example:80")]),
    ("GET", "/route.js", [("Host", "a.example")]),
    ("GET", "/.secret", [("Host", "x.b.example")]),
    ("GET", "/moved", [("Host", "b.example")]), ("GET", "/moved", []))


def lines(head):
    """Status and field lines, without what is of the moment or by chance."""
    out = []
    for line in head.strip().splitlines():
        if line.startswith(("Date:", "Server:")):
            line = line.partition(":")[0]
        out.append(re.sub(r"(boundary=)\w+", r"\1x", line))
    # A boundary's length is by chance, too.
    if any("boundary=" in line for line in out):
        out = [line for line in out if not line.startswith("Content-Length")]
    return out


def explained(server, method, target, fields):
    args = ["explain", "-c", server.file, "-X", method]
    for f in fields:
        args += ["-H", "%s: %s" % f]
    done = harness.run(*args, target)
    assert done.returncode == 0, done.stderr
    above, _, head = done.stdout.partition("\n\n")
    status = re.search(r"(?m)^status   ([0-9]+) (.*?)(?: \(|: )", above)
    return status.groups(), lines(head), above


def answered(server, method, target, fields):
    with server.connect() as c:
        c.send("%s %s HTTP/1.1\r\n%s\r\n" % (
            method, target, "".join("%s: %s\r\n" % f for f in fields)))
        c.half_close()
        r = c.read_response(method)
    return r, lines(r.raw_head.decode("latin-1"))


@pytest.mark.parametrize("explain_header", ("off", "on"))
def test_explain_says_what_the_server_does(serve, tmp_path, explain_header):
    server = serve(**site(tmp_path, explain_header))
    answers = [server.get("/a.txt")]

    def coded(coding):
        answers.append(server.get("/a.txt", Accept_Encoding=coding))
        return answers[-1].has("Content-Encoding") and answers[-1].etag

    tags = [answers[0].etag] + [harness.until(c, lambda: coded(c))
                                for c in ("gzip", "br", "zstd")]
    asks = list(itertools.chain(conditional(tags), TARGETS))
    if explain_header == "on":
        asks = asks[::6]
    asks = [(m, t, f if any(n == "Host" for n, _ in f) and f[0][1] != "again"
             else [("Host", HOST)] + f) for m, t, f in asks]
    n = len(answers)  # in the log, the last of them perhaps a moment later
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda a: explained(server, *a), asks))
    for ask, ((status, reason), head, above) in zip(asks, told):
        r, theirs = answered(server, *ask)
        n += 1
        entry = server.log(n)[n - 1]
        assert head == theirs, (ask, above)
        assert int(status) == r.status == entry["status"], (ask, above)
        assert reason == entry["reason"], (ask, above)
        bytes_ = re.search(r"(?m)^content  ([0-9]+) bytes", above).group(1)
        if "boundary" not in "".join(head):
            assert int(bytes_) == entry["bytes"] == len(r.body), (ask, above)
        assert r.has("Etagd-Explain") == (explain_header == "on")
        if explain_header == "on":
            assert r.get("Etagd-Explain").startswith(
                "%s; %s; " % (status, reason)), ask

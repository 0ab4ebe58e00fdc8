# SPDX-License-Identifier: MIT
"""Content codings: sidecars, forms made by the preparer, one tag for each."""
import gzip
import os
import pathlib
import random
import select
import shutil
import subprocess
import zlib
from signal import SIGCONT, SIGKILL

import pytest

import linter
from harness import descriptors, halt, until

# Where it does not matter how many there are.
ONE = {"server": {"workers": 1}}

TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(3000))


def decode(r):
    """The bytes behind the coding."""
    coding = r.get("Content-Encoding")
    if coding is None:
        return r.body
    if coding == "gzip":
        return gzip.decompress(r.body)
    program = {"br": ["brotli", "-dc"], "zstd": ["zstd", "-dcq"]}[coding]
    if not shutil.which(program[0]):
        return None
    return subprocess.run(program, input=r.body, stdout=subprocess.PIPE,
                          check=True).stdout


@pytest.mark.parametrize("coding", ("gzip", "br", "zstd"))
def test_made_by_the_preparer(serve, coding):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    plain = server.get("/a.txt")
    assert plain.body == TEXT and not plain.has("Content-Encoding")
    assert "accept-encoding" in plain.tokens("Vary")
    r = server.coded("/a.txt", coding)
    assert decode(r) in (TEXT, None)
    assert len(r.body) < len(TEXT) // 3
    assert r.etag != plain.etag and not r.etag.startswith("W/")
    assert r.get("Content-Type") == plain.get("Content-Type")
    again = server.get("/a.txt", Accept_Encoding=coding, If_None_Match=r.etag)
    linter.twin_304(r, again)
    head = server.request("HEAD", "/a.txt", {"Accept-Encoding": coding})
    linter.twin_head(r, head)
    part = server.get("/a.txt", Accept_Encoding=coding, Range="bytes=10-19",
                      If_Range=r.etag)
    assert part.status == 206 and part.body == r.body[10:20]
    part = server.get("/a.txt", Accept_Encoding=coding, Range="bytes=10-19")
    assert part.status == 206 and part.body == TEXT[10:20]
    assert part.etag == plain.etag and not part.has("Content-Encoding")


def test_each_coding_has_its_own_tag(serve):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    tags = {server.get("/a.txt").etag}
    for coding in ("gzip", "br", "zstd"):
        tags.add(server.coded("/a.txt", coding).etag)
    assert len(tags) == 4


def test_all_workers_have_the_same_form(serve):
    server = serve(files={"a.txt": TEXT}, conf={"server": {"workers": 4}})
    r = server.coded("/a.txt", "br")
    until("br from every worker", lambda: all(
        server.get("/a.txt", Accept_Encoding="br").etag == r.etag
        for _ in range(20)))


def alone(server, pid, fields, n=1):
    """n answers for /a.txt of this worker, each on a connection of its own,
    while the others stand still (each of which may still be chosen to take one
    connection, hence more of them than n)."""
    others = [p for p in server.workers() if p != pid]
    for p in others:
        halt(p)
    try:
        cs = [server.connect() for _ in range(n + 2 * len(others))]
        for c in cs:
            c.send("GET /a.txt HTTP/1.1\r\nHost: localhost\r\n%s\r\n" %
                   "".join("%s: %s\r\n" % f for f in fields))
        return [c.read_response(target=("localhost", "/a.txt")) for c in cs]
    finally:
        for p in others:
            os.kill(p, SIGCONT)
        server.close_connections()


@pytest.mark.parametrize("files", ({}, {"a.txt.br": b"any bytes\n"}),
                         ids=("made", "sidecar"))
def test_a_form_that_one_worker_has_sent_every_worker_knows(serve, files):
    """At its first answer already: a client may come to another worker each
    time."""
    server = serve(files={"a.txt": TEXT, **files},
                   conf={"server": {"workers": 4}})
    for name in server.tree.root.iterdir():
        os.utime(name, (1600000000, 1600000000))
    first, *rest = server.workers()

    def ready():
        r = alone(server, first, [("Accept-Encoding", "br")])[-1]
        return r if r.has("Content-Encoding") else None
    tag = until("br from the first worker", ready).etag
    for pid in rest:
        for r in alone(server, pid, [("Accept-Encoding", "br"),
                                     ("If-None-Match", tag)]):
            assert r.status == 304 and r.etag == tag, (pid, r)


def test_forms_are_asked_for_again_when_a_preparer_dies(serve):
    """Between the facts and the last coding: what was to come is not lost."""
    data = b"".join(b"%x " % zlib.crc32(b"%d" % i) for i in range(40000))
    server = serve(files={"a.txt": data}, conf=ONE)
    since = server.mark()
    r = server.get("/a.txt", Accept_Encoding="br")
    assert decode(r) in (data, None)  # plain, or of a first form
    os.kill(server.preparer(), SIGKILL)  # brotli needs a second for it
    server.await_line("W023", since)
    assert decode(server.coded("/a.txt", "br")) in (data, None)


def test_the_thread_that_codes_stands_back(serve):
    """proc_pid_stat(5): the 41st field is the policy, 5 is SCHED_IDLE.  The one
    that reads large files to their end does not: it would never get there."""
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    server.coded("/a.txt", "gzip")
    folder = pathlib.Path("/proc/%d/task" % server.preparer())
    policies = {t.name: t.joinpath("stat").read_text().rpartition(")")[2]
                .split()[38] for t in folder.iterdir()}
    assert policies.pop(folder.parent.name) == "0"
    assert sorted(policies.values()) == ["0", "5"]


@pytest.mark.parametrize("coding", ("identity", "gzip", "br", "zstd"))
def test_every_answer_says_what_it_varies_by(serve, coding):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    r = (server.coded("/a.txt", coding) if coding != "identity"
         else server.get("/a.txt"))
    for status, method, fields in (
            (200, "GET", {}), (200, "HEAD", {}), (304, "GET",
                                                  {"If-None-Match": r.etag}),
            (304, "HEAD", {"If-None-Match": r.etag}),
            (206, "GET", {"Range": "bytes=0-0"}),
            (206, "GET", {"Range": "bytes=0-0,200-210"}),
            (416, "GET", {"Range": "bytes=%d-" % len(TEXT)}),
            (412, "GET", {"If-Match": "\"x\""}),
            (412, "HEAD", {"If-Match": "\"x\""})):
        answer = server.request(method, "/a.txt",
                                {"Accept-Encoding": coding, **fields})
        assert answer.status == status
        own_page = ", Accept-Language" if status in (412, 416) else ""
        assert answer.all("Vary") == ["Accept-Encoding" + own_page], answer


def test_a_new_version_has_new_forms(serve):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    old = server.coded("/a.txt", "gzip")
    server.tree.write("a.txt", TEXT.upper())
    r = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=old.etag)
    assert r.status == 200 and decode(r) == TEXT.upper()
    new = server.coded("/a.txt", "gzip")
    assert decode(new) == TEXT.upper() and new.etag != old.etag


@pytest.mark.parametrize("name,data", (
    ("logo.png", b"\x89PNG\r\n\x1a\n" + os.urandom(5000)),
    ("tiny.txt", b"tiny\n"), ("empty.txt", b"")),
    ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_not_worth_it(serve, name, data):
    server = serve(files={name: data, "a.txt": TEXT})
    server.coded("/a.txt", "gzip")  # by now it would have been made
    for _ in range(5):
        r = server.get("/" + name, Accept_Encoding="gzip, br, zstd")
        assert not r.has("Content-Encoding") and r.body == data


def test_switched_off(serve):
    server = serve(files={"a.txt": TEXT}, conf={"prepare": {"compress": "off"}})
    for _ in range(5):
        r = server.get("/a.txt", Accept_Encoding="gzip, br, zstd")
        assert not r.has("Content-Encoding") and not r.has("Vary")


def sidecar(data=TEXT):
    return gzip.compress(data + b"(by sidecar)\n", mtime=0)


def test_sidecar_is_served(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    r = server.coded("/a.txt", "gzip")
    assert r.body == sidecar()
    assert r.get("Content-Type").startswith("text/plain")
    assert "accept-encoding" in r.tokens("Vary")
    again = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=r.etag)
    linter.twin_304(r, again)
    plain = server.get("/a.txt")
    assert plain.body == TEXT and plain.etag != r.etag
    assert "accept-encoding" in plain.tokens("Vary")


def test_sidecar_is_there_from_the_first_answer_on(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar(),
                          "a.txt.br": b"br\n"})
    for coding, body in (("gzip", sidecar()), ("br", b"br\n")):
        assert server.get("/a.txt", Accept_Encoding=coding).body == body


def test_sidecar_by_its_own_name_is_a_file(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    r = server.get("/a.txt.gz", Accept_Encoding="gzip")
    assert r.body == sidecar() and not r.has("Content-Encoding")
    assert r.get("Content-Type") == "application/gzip"


def test_sidecar_older_than_its_file_is_not_used(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = os.stat(server.tree.path("a.txt")).st_mtime - 100
    os.utime(server.tree.path("a.txt.gz"), (old, old))
    r = server.coded("/a.txt", "gzip")
    assert decode(r) == TEXT


def test_sidecar_that_comes_when_none_is_expected(serve):
    """So many files without sidecars were asked for that no names are tried any
    more, until the directory has news."""
    pages = {"sub/page%02d.html" % i: TEXT + b"%d" % i for i in range(80)}
    server = serve(files=pages, conf={"server": {"workers": 1},
                                      "prepare": {"compress": "off"}})
    for _ in range(2):
        for name in sorted(pages)[:60]:
            assert not server.get("/" + name, Accept_Encoding="gzip").has(
                "Content-Encoding")
    for name in ("sub/page03.html", "sub/page70.html"):  # asked for, and not
        server.tree.write(name + ".gz", sidecar(name.encode()))
        r = server.get("/" + name, Accept_Encoding="gzip")
        assert r.body == sidecar(name.encode()), name
        assert r.get("Content-Encoding") == "gzip"


def test_sidecar_that_becomes_too_old(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = server.coded("/a.txt", "gzip")
    server.tree.write("a.txt", TEXT.upper())
    later = os.stat(server.tree.path("a.txt.gz")).st_mtime + 10
    os.utime(server.tree.path("a.txt"), (later, later))
    r = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=old.etag)
    assert r.status == 200 and decode(r) == TEXT.upper()


def test_sidecar_that_changes(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = server.coded("/a.txt", "gzip")
    server.tree.replace("a.txt.gz", sidecar(b"other"))

    def renewed():
        r = server.get("/a.txt", Accept_Encoding="gzip")
        assert r.etag != old.etag or r.body == old.body
        return r if r.has("Content-Encoding") and r.etag != old.etag else None
    assert until("the new sidecar", renewed).body == sidecar(b"other")


def identity_again(server, old):
    """The next request sees that the sidecar is gone or of no use."""
    r = server.get("/a.txt", Accept_Encoding="gzip", If_None_Match=old.etag)
    assert r.status == 200 and r.etag != old.etag and decode(r) == TEXT
    return server.coded("/a.txt", "gzip")


def test_sidecar_that_is_removed(serve):
    server = serve(files={"a.txt": TEXT, "a.txt.gz": sidecar()}, conf=ONE)
    old = server.coded("/a.txt", "gzip")
    os.unlink(server.tree.path("a.txt.gz"))
    assert decode(identity_again(server, old)) == TEXT


def test_sidecar_that_is_added(serve):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    old = server.coded("/a.txt", "gzip")
    server.tree.write("a.txt.gz", sidecar())

    def added():
        r = server.get("/a.txt", Accept_Encoding="gzip")
        assert r.body in (TEXT, old.body, sidecar())
        return r.body == sidecar()
    until("the sidecar", added)


LATER = {
    "touched": lambda path, n: os.utime(path.with_name("a.txt.gz")),
    "other rights": lambda path, n: os.chmod(path.with_name("a.txt.gz"),
                                             0o644 if n % 2 else 0o664),
    "other rights of the file": lambda path, n: os.chmod(
        path, 0o644 if n % 2 else 0o664),
    "replaced": lambda path, n: (
        path.with_name("new").write_bytes(large_sidecar(n)),
        path.with_name("new").rename(path.with_name("a.txt.gz")))}


def large_sidecar(n, mib=16):
    """Nobody waits for one of that size, unless it was there before."""
    return b"\x1f\x8b\x08" + random.Random(n).randbytes(mib << 20)


@pytest.mark.parametrize("act", LATER)
def test_a_sidecar_that_was_sent_is_not_taken_back(serve, act):
    """While it is read again nobody is sent the plain file in its place, which
    caches would take for the present version."""
    server = serve(files={"a.txt": TEXT, "a.txt.gz": large_sidecar(0)},
                   conf={**ONE, "timeouts": {"prepare": "1h"}})

    def ask():
        return server.request("HEAD", "/a.txt", {"Accept-Encoding": "gzip"})
    until("the sidecar", lambda: ask().has("Content-Encoding"))
    for n in range(4):
        LATER[act](server.tree.path("a.txt"), n)
        for _ in range(2):
            assert ask().get("Content-Encoding") == "gzip", n
    r = server.get("/a.txt", Accept_Encoding="gzip")
    assert r.body == large_sidecar(n if act == "replaced" else 0)
    assert server.get("/a.txt").body == TEXT


def test_a_sidecar_that_is_waited_for_in_vain(serve):
    """The preparer stands still while it reads it; the file's own facts are
    there, and the log doesn't say that they are not."""
    server = serve(files={"a.txt": TEXT, "a.txt.gz": large_sidecar(0, 60)},
                   conf={**ONE, "timeouts": {"prepare": "1s"}})
    preparer, names = server.preparer(), {"a.txt", "a.txt.gz"}

    def tag():
        r = server.request("HEAD", "/a.txt", {"Accept-Encoding": "gzip"})
        return r.etag if r.has("Content-Encoding") else None

    def in_vain():
        until("the sidecar", tag)
        since = server.mark()
        os.utime(server.tree.path("a.txt.gz"))
        with server.connect() as c:
            c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                   b"Accept-Encoding: gzip\r\n\r\n")
            seen = []  # more than once: of the file it has told by then

            def begun():
                seen.append({os.path.basename(what) for what in
                             descriptors(preparer).values()} & names)
                return seen.count({"a.txt.gz"}) > 3 or \
                    select.select([c.sock], [], [], 0)[0]
            until("it is read, or was", begun)
            halt(preparer)
            try:
                r = c.read_response()
            finally:
                os.kill(preparer, SIGCONT)
        said = [line for line in server.process.lines[since:]
                if "W024" in line]
        # else it was read by then, or nothing at all was
        return said if r.body == TEXT and not r.etag.startswith("W/") else None
    said = until("an answer without it", in_vain)
    assert len(said) == 1
    assert said[0].endswith("/a.txt: no gzip form from the preparer in time; "
                            "sent without it"), said


@pytest.mark.parametrize("how", ("older", "directory", "link out", "loop",
                                 "empty", "not gzip", "fifo"))
def test_sidecar_of_no_use(serve, how):
    server = serve(files={"a.txt": TEXT}, conf=ONE)
    path = server.tree.path("a.txt.gz")
    later = os.stat(server.tree.path("a.txt")).st_mtime + 5
    if how == "directory":
        path.mkdir()
    elif how == "link out":
        (server.folder / "out.gz").write_bytes(sidecar())
        path.symlink_to(server.folder / "out.gz")
    elif how == "loop":
        path.symlink_to("a.txt.gz")
    elif how == "fifo":
        os.mkfifo(path)
    else:
        path.write_bytes({"older": sidecar(), "empty": b"",
                          "not gzip": b"PK\3\4 or so\n"}[how])
        if how == "older":
            later -= 10
        os.utime(path, (later, later))
    if how in ("empty", "not gzip"):  # then nothing takes its place
        for _ in range(5):
            r = server.get("/a.txt", Accept_Encoding="gzip")
            assert r.body == TEXT and not r.has("Content-Encoding")
    else:
        assert decode(server.coded("/a.txt", "gzip")) == TEXT


def test_sidecar_behind_a_link(serve):
    server = serve(files={"a.txt": TEXT, "c/x": sidecar()}, conf=ONE)
    server.tree.symlink("a.txt.gz", "c/x")
    assert server.coded("/a.txt", "gzip").body == sidecar()
    server.tree.replace("c/x", sidecar(b"other"))
    until("the other", lambda: server.get(
        "/a.txt", Accept_Encoding="gzip").body == sidecar(b"other"))


def test_coded_body_survives_a_slow_reader(serve):
    data = b"".join(b"%x" % (zlib.crc32(b"%d" % i)) for i in range(60000))
    server = serve(files={"a.txt": data}, conf=ONE)
    r = server.coded("/a.txt", "gzip")
    with server.connect(rcvbuf=2048) as c:
        assert c.get("/a.txt", Accept_Encoding="gzip").body == r.body
    assert gzip.decompress(r.body) == data


# -- files whose own bytes are coded

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>\n" * 50
OWN = """
[header *.svgz]
Content-Encoding = gzip
[header *.gz]
Content-Encoding = gzip
[header *.br]
Content-Encoding = br
[header /packed/*]
Content-Encoding = gzip
[header /packed/plain.txt]
remove = Content-Encoding
"""
OWN_FILES = {
    "logo.svgz": gzip.compress(SVG), "game.js.gz": gzip.compress(TEXT),
    "game.data.gz": gzip.compress(TEXT), "game.wasm.br": b"\x0b\x02\x80any\x03",
    "packed/app.js": gzip.compress(TEXT), "packed/app.js.br": b"not for it",
    "packed/plain.txt": TEXT, "false.svgz": SVG, "false.js.gz": TEXT,
    "empty.gz": b"", "dir/x": b"x"}


@pytest.mark.parametrize("path, kind, coding", (
    ("/logo.svgz", "image/svg+xml", "gzip"),
    ("/game.js.gz", "text/javascript", "gzip"),
    ("/game.data.gz", "application/octet-stream", "gzip"),
    ("/game.wasm.br", "application/wasm", "br"),
    ("/packed/app.js", "text/javascript", "gzip")))
def test_a_file_that_is_coded_itself(serve, path, kind, coding):
    """One representation: it is sent as it is, whoever asks."""
    server = serve(files=OWN_FILES, rules=OWN, conf=ONE)
    data = OWN_FILES[path[1:]]
    r = server.get(path, Accept_Encoding="gzip, br")
    assert r.status == 200 and r.body == data
    assert (r.get("Content-Type"), r.get("Content-Encoding")) == (kind, coding)
    assert r.all("Vary") == ["Accept-Encoding"]
    assert r.etag.endswith({"gzip": "-gz\"", "br": "-br\""}[coding])
    linter.twin_head(r, server.request("HEAD", path))
    assert server.get(path).etag == r.etag
    again = server.get(path, If_None_Match=r.etag)
    assert again.status == 304 and not again.has("Content-Encoding")
    part = server.get(path, Range="bytes=1-3", Accept_Encoding="gzip")
    assert part.status == 206 and part.body == data[1:4]
    assert part.get("Content-Encoding") == coding and part.etag == r.etag


@pytest.mark.parametrize("path, kind", (
    ("/false.svgz", "application/gzip"), ("/false.js.gz", "application/gzip"),
    ("/empty.gz", "application/gzip"), ("/dir/", "text/html; charset=utf-8"),
    ("/packed/plain.txt", "text/plain; charset=utf-8"),
    ("/missing.gz", "text/html; charset=utf-8"),
    ("/packed/missing", "text/html; charset=utf-8")))
def test_a_rule_does_not_make_bytes_coded(serve, path, kind):
    """Nor listings, nor pages of errors."""
    server = serve(files=OWN_FILES, rules=OWN + "[header *]\n"
                   "Content-Encoding = gzip\n" if path == "/dir/" else OWN,
                   conf={"server": {"workers": 1, "listing": "on"}})
    r = server.get(path)
    assert r.get("Content-Type") == kind and not r.has("Content-Encoding")
    if path[1:] in OWN_FILES:
        assert r.body == OWN_FILES[path[1:]]
    if "false" in path or "empty" in path:
        server.await_line("W027: %s" % path)


def test_vary_without_a_preparer(serve):
    """It is said of a file that may be coded, as later on: or a cache would keep
    this answer for every client."""
    server = serve(files={"a.css": b"p { margin: 0 }\n" * 600,
                          "a.png": b"\x89PNG\r\n\x1a\n" * 900},
                   conf={"server": {"workers": 1},
                         "timeouts": {"prepare": "10ms"}})
    preparer = server.preparer()
    halt(preparer)
    try:
        for path, vary in (("/a.css", "Accept-Encoding"), ("/a.png", None)):
            r = server.get(path)
            assert r.etag.startswith("W/") and r.get("Vary") == vary
    finally:
        os.kill(preparer, SIGCONT)


def test_a_coded_file_without_a_preparer(serve):
    """Its first bytes are looked at all the same."""
    server = serve(files=OWN_FILES, rules=OWN, conf={
        "server": {"workers": 1}, "timeouts": {"prepare": "10ms"}})
    halt(server.preparer())
    try:
        r = server.get("/logo.svgz")
        assert r.get("Content-Type") == "image/svg+xml"
        assert r.get("Content-Encoding") == "gzip"
        assert r.etag.startswith("W/")
        r = server.get("/false.svgz")
        assert r.get("Content-Type") == "application/gzip"
        assert not r.has("Content-Encoding")
    finally:
        os.kill(server.preparer(), SIGCONT)


def test_a_coded_file_that_changes(serve):
    server = serve(files=OWN_FILES, rules=OWN, conf=ONE)
    assert server.get("/logo.svgz").get("Content-Encoding") == "gzip"
    server.tree.write("logo.svgz", SVG)
    assert not server.get("/logo.svgz").has("Content-Encoding")
    server.tree.write("logo.svgz", gzip.compress(SVG[::-1]))
    assert server.get("/logo.svgz").get("Content-Encoding") == "gzip"

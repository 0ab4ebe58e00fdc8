# SPDX-License-Identifier: MIT
"""Several nodes with the same files: one answer, whichever of them is asked,
whatever it has made of them already.  The nodes' copies differ in times and
inodes."""
import base64
import gzip
import hashlib
import itertools
import random
import shutil
import subprocess
import time

import pytest

import harness
import linter
from harness import until

CODINGS = ("gzip", "br", "zstd")
SUFFIX = {"gzip": "-gz", "br": "-br", "zstd": "-zst"}
ONE = {"server": {"workers": 1}}
TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(3000))
NOISE = random.Random(1).randbytes(5000)


def words(seed, n):
    """A text that takes brotli a while."""
    r = random.Random(seed)
    return " ".join("%x" % r.getrandbits(20) for _ in range(n // 6)).encode()


@pytest.fixture
def node(serve):
    """node(files) starts one more."""
    times = itertools.count(1600000000, 1000)

    def start(files, **options):
        server = serve(files=files, start=False, **{"conf": ONE, **options})
        mtime = next(times)
        for name, data in files.items():
            server.tree.write(name, data, mtime=mtime)
        server.start()
        return server
    return start


def tag_of(data, suffix=""):
    """What a strong tag of these bytes is."""
    digest = hashlib.sha256(data).digest()[:18]
    return '"%s%s"' % (base64.urlsafe_b64encode(digest).decode(), suffix)


def forms(server, target):
    """{coding: (tag, bytes)}, when all are made."""
    r = server.get(target)
    found = {"identity": (r.etag, r.body)}
    for coding in CODINGS:
        r = server.coded(target, coding)
        found[coding] = r.etag, r.body
    return found


def test_same_tag_same_bytes(node):
    """And the other way round: over two nodes, and a restart of one."""
    files = {"a.txt": TEXT, "b.html": b"<!doctype html>" + TEXT,
             "c.css": words(1, 9000), "twin.txt": TEXT,
             "latin.txt": TEXT + b"caf\xe9 " * 50}
    one, two = node(files), node(files)
    seen = {}

    def note(server):
        for name in files:
            for coding, (tag, data) in forms(server, "/" + name).items():
                assert seen.setdefault(tag, (coding, data)) == (coding, data)
    note(one)
    # no tag for two contents, no two tags for one
    assert len(seen) == 4 * (len(files) - 1)
    assert len({data for _, data in seen.values()}) == len(seen)
    before = dict(seen)
    note(two)
    one.stop()
    one.start()
    note(one)
    assert seen == before


def confirmed_unmade(server, target, coding, tag):
    """Was it confirmed while a request for it still gets the plain file?  None:
    it was made too soon to tell."""
    with server.connect() as c:
        for after in (False, True):
            if c.get(target, Accept_Encoding=coding).has("Content-Encoding"):
                return None
            if after:
                return True
            r = c.get(target, Accept_Encoding=coding, If_None_Match=tag)
            assert r.status == 304 and r.etag == tag, r
            assert "accept-encoding" in r.tokens("Vary")


def test_confirmed_before_it_is_made(node):
    """By a node that has never been asked for the file, at its first answer."""
    files = {"%d.txt" % i: words(i, 400000) for i in range(4)}
    warm, cold = node(files), node(files)
    told = []
    for name in files:
        tag = warm.coded("/" + name, "br").etag
        r = cold.get("/" + name, Accept_Encoding="br, gzip", If_None_Match=tag)
        assert r.status == 304 and r.etag == tag, r
        told.append(confirmed_unmade(cold, "/" + name, "br", tag))
    if not any(told):
        pytest.skip("brotli was too quick each time")


@pytest.mark.parametrize("coding", CODINGS)
def test_a_304_before_says_what_one_after_says(node, coding):
    files = {"a.txt": TEXT}
    rules = "\n".join(("[cache *]", "Cache-Control = max-age=60",
                       "Expires = access plus 1h", "[header *]", "X-Other = a",
                       "Content-Location = /b.txt", ""))
    warm, cold = node(files, rules=rules), node(files, rules=rules)
    full = warm.coded("/a.txt", coding)
    ask = {"Accept_Encoding": coding, "If_None_Match": full.etag}
    first, later = cold.get("/a.txt", **ask), warm.get("/a.txt", **ask)
    for r in (first, later):
        assert r.status == 304, r
        linter.twin_304(full, r)
    assert first.fields and [n for n, _ in first.fields] == [
        n for n, _ in later.fields]


def test_first_clients_of_all_kinds_in_one_turn(node):
    """A client that takes no form is answered at once, one that takes it has
    it made, and one that has it is told so as soon as encoders have their
    names, not when some limit is over."""
    files = {"a.txt": TEXT}
    warm = node(files)
    cold = node(files, conf={**ONE, "timeouts": {"prepare": "10m"}})
    tag = warm.coded("/a.txt", "br").etag
    head = "GET /a.txt HTTP/1.1\r\nHost: x\r\n%s\r\n"
    with cold.connect() as c:
        c.send((head % "" + head % "Accept-Encoding: br\r\n" + head % (
            f"Accept-Encoding: br\r\nIf-None-Match: {tag}\r\n")).encode())
        for status in (200, 200, 304):
            assert c.read_response().status == status
    assert cold.coded("/a.txt", "br").etag == tag


def test_what_a_tag_of_a_form_to_come_does_not_do(node):
    """It confirms, to those that take the form; nobody gets a part of it, and
    it says nothing about the plain file."""
    files = {"a.txt": words(7, 400000)}
    warm = node(files)
    tag = warm.coded("/a.txt", "br").etag
    for ask, status in (
            ({"Accept_Encoding": "br;q=0, gzip", "If_None_Match": tag}, 200),
            ({"If_None_Match": tag}, 200),
            ({"Accept_Encoding": "br", "If_Match": tag}, 412),
            ({"Accept_Encoding": "br", "Range": "bytes=5-9",
              "If_Range": tag}, 200),
            ({"Accept_Encoding": "br", "If_None_Match": "*"}, 304)):
        cold = node(files)
        r = cold.get("/a.txt", **ask)
        assert r.status == status, (ask, r)
        assert r.etag != tag or r.status == 412, (ask, r)
        if status == 200:
            assert r.body == files["a.txt"] and not r.has("Content-Encoding")
        cold.stop()


@pytest.mark.parametrize("how", ("restart", "reload", "new file times"))
def test_held_tags_survive(node, how):
    """50 tags, most of them of coded forms, asked for at once afterwards."""
    files = {"%d.css" % i: b"/* %d */" % i + TEXT[:9000] for i in range(40)}
    files.update({"%d.png" % i: b"\x89PNG\r\n\x1a\n%d" % i + NOISE
                  for i in range(10)})
    server = node(files)
    held = {}
    for name in files:
        held[name] = (server.coded("/" + name, "br") if ".css" in name
                      else server.get("/" + name)).etag
    if how == "restart":
        server.stop()
        server.start()
    elif how == "reload":
        server.reload()
    else:
        for name, data in files.items():
            server.tree.replace(name, data)
    for name, tag in held.items():
        r = server.get("/" + name, Accept_Encoding="gzip, br, zstd",
                       If_None_Match=tag)
        assert r.status == 304 and r.etag == tag, (name, r)


def test_a_sidecar_has_the_tag_of_its_own_bytes(node):
    """Nobody knows which encoder it is from."""
    packed = gzip.compress(TEXT, 1, mtime=0)
    r = node({"a.txt": TEXT, "a.txt.gz": packed}).coded("/a.txt", "gzip")
    assert r.body == packed and r.etag == tag_of(packed, "-gz")
    made = node({"a.txt": TEXT}).coded("/a.txt", "gzip")
    assert made.etag != tag_of(made.body, "-gz")


# Linked libraries, and those that are opened and asked for their functions
# (src/os/library.h).  The call at the end is a jump, so that for RTLD_NEXT it is
# still the first caller who asks; a sanitizer does so before it has strcmp().
OTHER_VERSIONS = """
#define _GNU_SOURCE
#include <dlfcn.h>
const char *zlibVersion(void) { return "1.9.9"; }
const char *ZSTD_versionString(void) { return "1.9.9"; }
unsigned BrotliEncoderVersion(void) { return 0x1009009; }
static int same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}
void *dlsym(void *library, const char *name)
{
    static const char *const of[] = { "GLIBC_2.34", "GLIBC_2.2.5",
                                      "GLIBC_2.17", "GLIBC_2.0" };
    static void *(*next)(void *, const char *);
    if (same(name, "zlibVersion"))
        return (void *)zlibVersion;
    if (same(name, "ZSTD_versionString"))
        return (void *)ZSTD_versionString;
    if (same(name, "BrotliEncoderVersion"))
        return (void *)BrotliEncoderVersion;
    for (int i = 0; !next && i < 4; i++)
        next = (void *(*)(void *, const char *))
            dlvsym(RTLD_NEXT, "dlsym", of[i]);
    return next(library, name);
}
"""


@pytest.fixture
def another(node, tmp_path):
    """another(files): a node whose libraries say that they are other ones."""
    if not shutil.which("cc") or b"libbrotlienc.so" not in \
            harness.binary().read_bytes():
        pytest.skip("its libraries can't be exchanged")
    source, library = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text(OTHER_VERSIONS)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source],
                   check=True)
    tmp_path.chmod(0o755)
    options = harness.environment()["ASAN_OPTIONS"]
    return lambda files: node(files, env={
        "LD_PRELOAD": str(library),
        "ASAN_OPTIONS": options + ":verify_asan_link_order=0"})


def test_another_encoder_another_tag(node, another):
    """Whatever bytes it makes.  Neither node confirms the other's."""
    files = {"a.txt": TEXT}
    servers = node(files), another(files)
    made = [forms(server, "/a.txt") for server in servers]
    for coding in CODINGS:
        assert made[0][coding][1] == made[1][coding][1]  # it only says so
        assert made[0][coding][0] != made[1][coding][0]
        for server, other in zip(servers, reversed(made)):
            r = server.get("/a.txt", Accept_Encoding=coding,
                           If_None_Match=other[coding][0])
            assert r.status == 200 and r.get("Content-Encoding") == coding
    assert made[0]["identity"] == made[1]["identity"]


def test_identity_gives_way_to_a_better_form(node):
    """What a cache in front does that got the plain file from a cold node."""
    server = node({"a.txt": TEXT})
    plain = server.get("/a.txt", Accept_Encoding="br")
    if plain.has("Content-Encoding"):
        pytest.skip("brotli was too quick")
    server.coded("/a.txt", "br")
    r = server.get("/a.txt", Accept_Encoding="br", If_None_Match=plain.etag)
    assert r.status == 200 and r.get("Content-Encoding") == "br"
    again = server.get("/a.txt", Accept_Encoding="br", If_None_Match=r.etag)
    assert again.status == 304 and again.etag == r.etag


def test_from_identity_to_the_best_form_at_once(node):
    """Not to gzip, which is made first, and would be held from then on."""
    server = node({"a.txt": TEXT})
    ask = {"Accept_Encoding": "gzip, br, zstd"}
    began = time.monotonic()
    plain = server.get("/a.txt", **ask)
    if plain.has("Content-Encoding"):
        pytest.skip("the coder was too quick")

    def next_form():
        r = server.get("/a.txt", If_None_Match=plain.etag, **ask)
        return r if r.status == 200 else None
    form = until("a better form", next_form).get("Content-Encoding")
    # 10 s of whole seconds, the first of which may have been nearly over
    assert form == "br" or time.monotonic() - began >= 9, form


def test_not_worth_it_on_any_node(node):
    """A form that was announced and saves nothing: the plain file's tag holds,
    then as before."""
    server = node({"a.css": NOISE, "b.css": TEXT})
    plain = server.get("/a.css", Accept_Encoding="br")
    server.coded("/b.css", "br")  # the coder has been past a.css
    r = server.get("/a.css", Accept_Encoding="br", If_None_Match=plain.etag)
    assert r.status == 304 and r.etag == plain.etag == tag_of(NOISE)

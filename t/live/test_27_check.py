# SPDX-License-Identifier: MIT
"""etagd check: every seeded fault is found, nothing is said of a clean site,
and what it foretells is what the server then sends."""
import json
import os
import re
import subprocess
import time

import pytest

import harness

DAY = 86400
FILES = {"index.html": "<!doctype html><title>T</title>\n",
         "app.3f2a9c1b.js": "1\n", "logo.png": b"\x89PNG\r\n\x1a\n",
         "docs/index.html": "<!doctype html><title>D</title>\n"}
CLEAN = """[cache *]
Cache-Control = no-cache

[cache *.js]
Cache-Control = max-age=31536000, immutable

[cache *.png]
Cache-Control = max-age=3600, stale-while-revalidate=600
"""
# kind: a rule behind those of the clean site, and the path that it concerns
SEEDED = {
    "heuristic": ("[cache *.png]\nremove = Cache-Control", "/logo.png"),
    "no-validator": ("[cache *.png]\nETag = off\nLast-Modified = off",
                     "/logo.png"),
    "long-without-hash": ("[cache /logo.png]\nCache-Control = max-age=604800",
                          "/logo.png"),
    "long-lived-page": ("[cache /docs/*]\nCache-Control = max-age=86400",
                        "/docs/"),
    "competing-directives": (
        "[cache *.png]\nCache-Control = no-store, max-age=60", "/logo.png"),
    "expires-conflict": ("[cache *.png]\nExpires = access plus 1d",
                         "/logo.png"),
    "unknown-directive": (
        "[cache *.png]\nCache-Control = no-cache, community=UCI", "/logo.png"),
    "bad-seconds": ("[cache *.png]\nCache-Control = s-maxage=0, "
                    "stale-if-error=2147483649, max-age=60", "/logo.png"),
    "missing-vary": ("[header *.png]\n"
                     "Access-Control-Allow-Origin = https://a.example",
                     "/logo.png"),
    "vary-any": ("[header *.png]\nVary = *", "/logo.png"),
    "cookie-in-shared-cache": ("[header *.png]\nSet-Cookie = a=1",
                               "/logo.png"),
    "password-in-shared-cache": (
        "[cache *.png]\nCache-Control = max-age=3600, s-maxage=9\n"
        "[access *.png]\nbasic = users", "/logo.png"),
    "pragma-in-response": ("[header *.png]\nPragma = no-cache", "/logo.png"),
    "broken-scheme": ("[cache *.png]\nETag = inode", "/logo.png"),
    "wrong-clock": ("[cache *.png]\nClock = +1h", "/logo.png"),
    "one-page-two-policies": ("[cache *.html]\nCache-Control = no-store",
                              "/index.html"),
    "charset-contradicted": ("[header *.html]\n"
                             "Content-Type = text/html; charset=utf-16",
                             "/index.html"),
    "rule-matches-nothing": ("[cache *.gif]\nCache-Control = no-cache",
                             "*.gif"),
}
COMPETING = ("no-store, immutable", "no-store, public", "no-cache, immutable",
             "no-cache, max-age=60", "public, private, max-age=60",
             "private, s-maxage=60, max-age=60",
             "no-store, stale-while-revalidate=60",
             "max-age=1, must-revalidate, stale-while-revalidate=60")


class Site:
    def __init__(self, folder, rules, files=None, age=DAY):
        self.tree = harness.Tree(folder / "www")
        for name, data in (files or FILES).items():
            self.tree.write(name, data, time.time() - age)
        self.file = folder / "etagd.ini"
        (folder / "users").touch(0o600)
        self.file.write_text("[server]\nlisten = 127.0.0.1:0\nroot = www\n\n" +
                             rules)

    def check(self, *args):
        done = harness.run("check", "-c", self.file, "--json", *args)
        return done.returncode, json.loads(done.stdout)


def kinds(told):
    return {f["kind"] for f in told["findings"]}


def test_clean(tmp_path):
    status, told = Site(tmp_path, CLEAN).check()
    assert told["findings"] == []
    assert status == 0
    assert len(told["paths"]) == 6


@pytest.mark.parametrize("kind", SEEDED)
def test_seeded(tmp_path, kind):
    rule, path = SEEDED[kind]
    status, told = Site(tmp_path, CLEAN + "\n" + rule + "\n").check()
    assert status == 1
    assert kind in kinds(told), told["findings"]
    assert path in [f["path"] for f in told["findings"] if f["kind"] == kind]
    # and nothing else, but for what follows from it
    assert kinds(told) <= {kind, "one-page-two-policies",
                           "unknown-directive", "heuristic"}
    text = harness.run("check", "-c", tmp_path / "etagd.ini")
    assert kind in text.stdout and text.returncode == 1


def test_names_that_are_no_utf8(tmp_path):
    """Served they can't be, but JSON is JSON."""
    site = Site(tmp_path, CLEAN)
    with open(bytes(site.tree.root) + b"/caf\xe9\"\\.png", "wb") as f:
        f.write(b"x")
    status, told = site.check()
    assert "/caf\u00e9\"\\.png" in [p["path"] for p in told["paths"]]


LIES = {"gbk.html": ("gbk", "<p>\u00e4", "utf-8"),
        "utf8.html": ("utf-8", "<p>\u00e4", "latin-1"),
        "wide.html": ("utf-16le", "<p>", "ascii")}


def test_a_page_that_contradicts_its_bytes_is_named(tmp_path):
    files = {n: ("<meta charset=%s>%s" % (said, words)).encode(true)
             for n, (said, words, true) in LIES.items()}
    files.update({
        "true.html": "<meta charset=gbk><p>\u4e2d".encode("gbk"),
        "ascii.html": "<meta charset=gbk><p>x",
        "utf.html": "<meta charset=utf-8><p>\u00e4".encode(),
        "deep/index.html": "<meta charset=utf-8>\u00e4".encode("latin-1")})
    status, told = Site(tmp_path, CLEAN, files).check()
    told = {f["path"]: f["text"] for f in told["findings"]
            if f["kind"] == "charset-contradicted"}
    assert status == 1
    assert set(told) == {"/" + n for n in LIES} | {
        "/deep/", "/deep/index.html"}  # its two addresses
    assert told["/utf8.html"] == (
        "declares charset utf-8, but its bytes are not UTF-8")
    for name in files:
        said = harness.run("mime", tmp_path / "www" / name).stdout
        assert (", but its bytes" in said) == (
            name in LIES or name.startswith("deep")), said


@pytest.mark.parametrize("value", COMPETING)
def test_competing(tmp_path, value):
    rule = "\n[cache *.png]\nCache-Control = %s\n" % value
    assert "competing-directives" in kinds(
        Site(tmp_path, CLEAN + rule).check()[1])


def test_date_in_the_future(tmp_path):
    assert "date-in-future" in kinds(
        Site(tmp_path, CLEAN, age=-DAY).check()[1])


def test_guess_is_a_tenth_of_the_age(tmp_path):
    _, told = Site(tmp_path, "", age=10 * DAY).check()
    row = [p for p in told["paths"] if p["path"] == "/logo.png"][0]
    assert abs(row["fresh_s"] - DAY) < 60


def test_visits(tmp_path):
    site = Site(tmp_path, CLEAN)
    rows = {p["path"]: p["visits"] for p in site.check()[1]["paths"]}
    assert rows["/"] == {"first": "200", "link": "304", "reload": "304",
                         "hard": "200", "tab": "304", "restart": "304"}
    assert rows["/app.3f2a9c1b.js"]["reload"] == "-"
    rows = {p["path"]: p["visits"]
            for p in site.check("--after", "61m")[1]["paths"]}
    assert rows["/logo.png"]["link"] == "-+304"
    rows = {p["path"]: p["visits"]
            for p in site.check("--after", "2h")[1]["paths"]}
    assert rows["/logo.png"]["link"] == "304"


def test_walks_as_the_server_serves(tmp_path):
    site = Site(tmp_path, CLEAN, dict(FILES, **{
        ".secret.png": "x", ".well-known/a.png": "x", "old/a.png": "x",
        "a\"b\n.png": "x"}))
    site.tree.symlink("out.png", "/etc/hostname")
    site.tree.symlink("in.png", "logo.png")
    site.tree.symlink("loop", ".")
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "b.png").write_text("x")
    with site.file.open("a") as f:
        f.write("\n[alias /extra/]\nroot = extra\n"
                "[redirect /old/*]\nto = /$1\n")
    _, told = site.check()
    paths = {p["path"] for p in told["paths"]}
    assert {"/in.png", "/.well-known/a.png", "/extra/b.png",
            "/a\"b\n.png"} <= paths
    assert not {"/.secret.png", "/out.png", "/old/a.png",
                "/loop/logo.png"} & paths


def test_hosts(tmp_path):
    site = Site(tmp_path, CLEAN)
    with site.file.open("a") as f:
        f.write("\n[cache //b.example/*.png]\nCache-Control = no-store\n"
                "\n[host b.example]\n")
    rows = {(p["host"], p["path"]): p["visits"]["link"]
            for p in site.check()[1]["paths"]}
    assert rows["", "/logo.png"] == "-"
    assert rows["b.example", "/logo.png"] == "200"


def test_usage(tmp_path):
    assert harness.run("check").returncode == 2
    assert harness.run("check", "--after", "x", str(tmp_path)).returncode == 2
    assert harness.run("check", "-c", tmp_path / "none").returncode == 2
    bad = tmp_path / "bad.ini"
    bad.write_text("[server]\nroot = .\nlisten = nowhere\n")
    assert harness.run("check", "-c", bad).returncode == 2


def test_folder_alone(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    done = harness.run("check", tmp_path)
    assert "/a.txt  (no-cache)" in done.stdout
    assert done.returncode == 0, done.stdout


def test_the_sample_in_the_readme(tmp_path):
    """Word for word: two files of 90 hours, one with a rule."""
    readme = (harness.TOP / "README.md").read_text()
    shown = re.search(r"^    \$ etagd check -c site\.ini\n((?:    .*\n|\n)+)",
                      readme, re.M).group(1)
    www = tmp_path / "www"
    www.mkdir()
    (www / "index.html").write_text(
        "<!doctype html><title>t</title><script src=/app.js></script>")
    (www / "app.js").write_text("x = 1\n")
    then = time.time() - 90 * 3600 - 600
    for file in www.iterdir():
        os.utime(file, (then, then))
    (tmp_path / "site.ini").write_text(
        f"[server]\nroot = {www}\n\n[cache /app.js]\n"
        "Cache-Control = max-age=31536000\n")
    done = subprocess.run([str(harness.binary()), "check", "-c", "site.ini"],
                          cwd=tmp_path, capture_output=True, text=True,
                          timeout=harness.DEADLINE_S)
    assert done.returncode == 1
    assert done.stdout.split() == shown.split()

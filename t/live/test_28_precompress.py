# SPDX-License-Identifier: MIT
"""etagd precompress: forms beside the files that are worth it, whole or not at
all, never of other bytes than the file's; and what a server then makes of
them."""
import gzip
import os
import pty
import random
import re
import select
import signal
import subprocess

import pytest

import harness
from harness import until

SUFFIXES = (".gz", ".zst", ".br")
OLD, NEWER = 1500000000, 1600000000
TEXT = b"".join(b"Line %d of a text that compresses well.\n" % i
                for i in range(500))
NOISE = random.Random(1).randbytes(3000)


class Site:
    """A folder, and what precompress makes of it."""

    def __init__(self, path):
        self.root = path

    def write(self, name, data, mtime=NEWER):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (mtime, mtime))
        return path

    def run(self, *args, status=0):
        done = harness.run("precompress", *args, self.root)
        assert done.returncode == status, (args, done.stdout, done.stderr)
        return done

    def names(self):
        return sorted(str(p.relative_to(self.root))
                      for p in self.root.rglob("*") if not p.is_dir())

    def state(self):
        """Everything that a second run must leave as it is."""
        return {n: (s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_size)
                for n in self.names() for s in [(self.root / n).lstat()]}


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "www"
    path.mkdir()
    return Site(path)


def test_forms_of_what_is_worth_it(site):
    for name in ("index.html", "sub/a.css", "sub/deep/b.js"):
        site.write(name, TEXT)
    site.write("a.png", TEXT)  # a type that does not gain
    site.write("noise.css", NOISE)
    site.write("small.css", b"a{}")
    site.write(".hidden/a.css", TEXT)
    site.write(".well-known/a.txt", TEXT)
    out = site.run("--verbose").stdout
    packed = ("index.html", "sub/a.css", "sub/deep/b.js", ".well-known/a.txt")
    assert site.names() == sorted(
        ["a.png", "noise.css", "small.css", ".hidden/a.css", *packed] +
        [n + s for n in packed for s in SUFFIXES])
    for name in packed:
        for suffix in SUFFIXES:
            assert "wrote %s%s, " % (name, suffix) in out
    assert "6 files: 12 forms written" in out


def test_the_smaller_one_of_two_levels(site):
    """Of a list of numbers brotli's best level makes three times as much as
    level 5, nearly as much as gzip."""
    site.write("n.txt", b"".join(b"%d\n" % i for i in range(1, 17000)))
    site.run()
    size = {s: (site.root / ("n.txt" + s)).stat().st_size for s in SUFFIXES}
    assert size[".br"] < size[".gz"] / 2
    before = site.state()
    site.run()
    assert site.state() == before


def test_nothing_to_do_the_second_time(site):
    for name in ("a.css", "b/c.html"):
        site.write(name, TEXT)
    site.run()
    before = site.state()
    assert ", 6 kept" in site.run().stdout
    site.run("--check")
    assert site.state() == before
    site.run("--force")
    after = site.state()
    assert after.keys() == before.keys()
    assert all((after[n] == before[n]) == (not n.endswith(SUFFIXES))
               for n in before)


def test_times_and_rights_are_the_files(site):
    path = site.write("a.css", TEXT)
    os.utime(path, ns=(1, 1600000000123456789))
    path.chmod(0o640)
    site.run()
    for suffix in SUFFIXES:
        s = os.stat(str(path) + suffix)
        assert s.st_mtime_ns == 1600000000123456789
        assert s.st_mode & 0o777 == 0o640


def test_bytes_count_not_dates(site):
    """A build that gives all files one date."""
    site.write("a.css", TEXT)
    site.run()
    site.write("a.css", TEXT.replace(b"Line", b"LINE"))
    assert "3 forms written" in site.run().stdout
    packed = (site.root / "a.css.gz").read_bytes()
    assert gzip.decompress(packed) == TEXT.replace(b"Line", b"LINE")


@pytest.mark.parametrize("what", ("cut", "followed by more", "garbage",
                                  "empty", "another format"))
def test_broken_forms_are_made_again(site, what):
    site.write("a.css", TEXT)
    site.run()
    good = {s: (site.root / ("a.css" + s)).read_bytes() for s in SUFFIXES}
    for suffix, data in good.items():
        site.write("a.css" + suffix, {
            "cut": data[:-1], "followed by more": data + b"\0",
            "garbage": NOISE[:500], "empty": b"",
            "another format": good[".gz" if suffix != ".gz" else ".br"],
        }[what])
    assert "3 forms written" in site.run().stdout
    assert good == {s: (site.root / ("a.css" + s)).read_bytes()
                    for s in SUFFIXES}


def test_newer_and_not_made_of_it(site):
    """A download of its own, perhaps; the server would send it for the file."""
    site.write("a.csv", TEXT)
    path = site.write("a.csv.gz", gzip.compress(b"other"), mtime=NEWER + 1)
    before = path.read_bytes()
    for args in (), ("--dry-run",), ("--check",):
        done = site.run(*args, status=1)
        assert "a.csv.gz: is newer than the file and not made" in done.stderr
        assert path.read_bytes() == before
    assert "a.csv.br" in site.names()
    site.run("--force")
    assert gzip.decompress(path.read_bytes()) == TEXT
    site.run("--check")


def test_right_but_too_old(site):
    """It would not count: made before a checkout gave the file another date."""
    site.write("a.css", TEXT)
    packed = gzip.compress(TEXT, 5, mtime=0)
    path = site.write("a.css.gz", packed, mtime=OLD)
    inode = path.stat().st_ino
    assert "dated a.css.gz" in site.run("-v").stdout
    assert path.read_bytes() == packed
    assert path.stat().st_ino == inode and path.stat().st_mtime == NEWER


def test_old_ones_are_removed(site):
    """Where the file has become one that is not worth it."""
    site.write("a.css", TEXT)
    site.write("b.css", TEXT)
    site.run()
    site.write("a.css", b"a{}")
    site.write("b.css", NOISE)
    assert "6 removed" in site.run().stdout
    assert site.names() == ["a.css", "b.css"]


def test_what_is_left_alone(site):
    """Files of their own, though their names look like forms'."""
    site.write("a.tar", TEXT[:200])
    site.write("a.tar.gz", gzip.compress(TEXT[:200]))
    site.write("only.js.gz", b"built so")
    site.write("b.png.br", b"?")
    site.write("b.png", NOISE)
    (site.root / "folder").symlink_to("/etc")
    before = site.state()
    site.run()
    assert site.state() == before


def test_a_linked_file_gets_its_forms_beside_the_link(site):
    site.write("real/a.css", TEXT)
    (site.root / "b.css").symlink_to("real/a.css")
    site.run()
    assert {"b.css.gz", "real/a.css.br"} <= set(site.names())
    assert not (site.root / "b.css.gz").is_symlink()


@pytest.mark.parametrize("mode", ("--check", "--dry-run"))
def test_nothing_is_written(site, mode):
    site.write("new.css", TEXT)
    site.write("dated.css", TEXT)
    site.write("gone.css", NOISE)
    for n, data in (("dated", gzip.compress(TEXT)), ("gone", b"old")):
        site.write(n + ".css.gz", data, mtime=OLD)
    before = site.state()
    done = site.run(mode, status=1 if mode == "--check" else 0)
    assert site.state() == before
    for line in ("would write new.css.br", "would date dated.css.gz",
                 "would remove gone.css.gz"):
        assert line in done.stdout
    site.run()
    site.run(mode)


def test_a_fault_is_one_files(site):
    site.write("a.css", TEXT)
    site.write("b.css", TEXT)
    site.write("c.css", TEXT)
    (site.root / "a.css.br").mkdir()
    (site.root / "b.css.gz").symlink_to("/etc/passwd")
    done = site.run(status=1)
    assert "a.css.br: is there, and no file" in done.stderr
    assert "b.css.gz: is a symbolic link" in done.stderr
    assert {"c.css" + s for s in SUFFIXES} <= set(site.names())
    assert os.readlink(site.root / "b.css.gz") == "/etc/passwd"


@pytest.mark.parametrize("jobs", (1, 3, 8))
def test_so_many_at_a_time(site, jobs):
    for i in range(20):
        site.write("%02d.css" % i, TEXT + b"%d" % i)
    out = site.run("--jobs", jobs, "-v").stdout
    wrote = re.findall(r"wrote (\S+),", out)
    assert wrote == sorted(wrote, key=lambda n: (
        n.rsplit(".", 1)[0], SUFFIXES.index("." + n.rsplit(".", 1)[1])))
    assert len(wrote) == 60


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
def test_stopped_it_leaves_nothing_half_made(site, number):
    r = random.Random(2)
    for i in range(40):
        site.write("%d.txt" % i, " ".join(
            "%x" % r.getrandbits(20) for _ in range(50000)).encode())
    p = harness.start("precompress", site.root)

    def done():
        return [n for n in site.names() if n.endswith(SUFFIXES) and
                not n.startswith(".")]
    until("some are done", lambda: len(done()) > 2)
    p.send_signal(number)
    _, err = p.communicate(timeout=harness.DEADLINE_S)
    assert p.returncode == 1 and "stopped" in err
    assert not [n for n in site.names() if n.startswith(".")]
    assert 2 < len(done()) < 120
    for name in done():
        if name.endswith(".gz"):
            data = (site.root / name).read_bytes()
            assert gzip.decompress(data) == (site.root / name[:-3]).read_bytes()


def test_a_bar_for_people_alone(site):
    site.write("a.css", TEXT)
    assert site.run().stderr == ""
    ours, theirs = pty.openpty()
    p = subprocess.Popen([str(harness.binary()), "precompress", "-f",
                          str(site.root)], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=theirs,
                         env=harness.environment())
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], harness.DEADLINE_S)[0]:
        try:
            data = os.read(ours, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(ours)
    assert p.wait(harness.DEADLINE_S) == 0
    p.stdout.close()
    assert b"1 of 1 file" in shown and b"files" not in shown
    assert shown.endswith(b"\r\x1b[K")


@pytest.mark.parametrize("args", ((), ("--what",), ("a", "b"), ("-j", "0", "a"),
                                  ("-j", "x", "a")))
def test_bad_usage(args):
    done = harness.run("precompress", *args)
    assert done.returncode == 2 and "(see etagd precompress --help)" in done.stderr


def test_no_such_folder(tmp_path):
    assert harness.run("precompress", tmp_path / "none").returncode != 0


def test_a_server_sends_them(serve, site):
    """The forms, from the first answer on, and they are what it would make."""
    files = {"a.css": TEXT, "b.html": b"<!doctype html>" + TEXT}
    one = {"server": {"workers": 1}}
    makes = serve(files=files, conf=one)
    sends = serve(files=files, conf={**one, "prepare": {"compress": "off"}},
                  start=False)
    assert harness.run("precompress", sends.tree.root).returncode == 0
    sends.start()
    for name in files:
        for coding in ("gzip", "zstd", "br"):
            r = sends.get("/" + name, Accept_Encoding=coding)
            assert r.get("Content-Encoding") == coding
            assert makes.coded("/" + name, coding).body == r.body

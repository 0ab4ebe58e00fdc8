# SPDX-License-Identifier: MIT
"""Libraries that only some processes have: who opens them, and what becomes of
one that is missing."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import pytest

import harness
from harness import ini, run, until
from test_78_access import HASHES

TOP = pathlib.Path(__file__).resolve().parents[2]
NOTES = re.compile(rb'"soname":\["([^"]+)"\]')
TEXT = "<!doctype html><p>a page of some words, of some words\n" * 100


def sonames():
    found = NOTES.findall(pathlib.Path(harness.binary()).read_bytes())
    return {name.decode() for name in found}


pytestmark = pytest.mark.skipif(not sonames(), reason="all are linked here")


def mapped(pid):
    """Names of the shared libraries that a process has."""
    text = pathlib.Path("/proc/%d/maps" % pid).read_text()
    return {os.path.basename(p) for p in re.findall(r"(/\S*\.so\S*)", text)}


def has(pid, soname):
    return any(name.startswith(soname) for name in mapped(pid))


@pytest.fixture
def without():
    """An environment in which some are no libraries.  Processes without rights
    look into the folder, too."""
    with tempfile.TemporaryDirectory(prefix="etagd-t-") as folder:
        os.chmod(folder, 0o755)

        def environment(*names):
            for name in names:
                (pathlib.Path(folder) / name).touch()
            return {"LD_LIBRARY_PATH": folder}
        yield environment


def wrapped(env):
    return ["env"] + ["%s=%s" % pair for pair in env.items()]


def called(stem):
    name = [s for s in sonames() if s.startswith(stem + ".so")]
    if not name:
        pytest.skip("built without " + stem)
    return name[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="maps are shown to root alone")
def test_the_preparer_alone_has_them(serve):
    server = serve(files={"a.html": TEXT}, conf={"server": {"workers": 1}})
    assert server.get("/a.html").status == 200
    for name in sonames() - {called("libcrypt")}:
        assert not has(server.pid, name) and not has(server.workers()[0], name)
        until(name, lambda name=name: has(server.preparer(), name))
    for pid in [server.pid, server.workers()[0], server.preparer()]:
        assert not has(pid, called("libcrypt"))


def test_a_coding_less(serve, without):
    env = without(called("libbrotlienc"))
    server = serve(files={"a.html": TEXT}, env=env)
    server.await_line(r"P023: .*libbrotlienc\.so.*; no file is coded as br")

    def coding():
        return server.request("GET", "/a.html", {
            "Accept-Encoding": "br, gzip;q=0.5"}).get("Content-Encoding")
    until("gzip", lambda: coding() == "gzip")
    # and so it is after the preparer's death
    os.kill(server.preparer(), 9)
    server.await_line("M031")
    server.tree.write("a.html", TEXT + TEXT)
    until("gzip", lambda: coding() == "gzip")


def test_types_by_names_alone(serve, without):
    server = serve(files={"a.html": TEXT, "b": "\x89PNG\r\n\x1a\n"},
                   env=without(called("libmagic")))
    server.await_line(r"P010: libmagic: .*libmagic\.so.*; names alone decide")
    assert server.get("/a.html").get("Content-Type") == \
        "text/html; charset=utf-8"


def test_no_passwords_no_start(tmp_path, without):
    """Nothing is open that should be closed: it does not start, and -t says
    so."""
    (tmp_path / "www").mkdir()
    users = tmp_path / "users"
    users.touch(0o600)
    users.write_text("alice:%s\n" % HASHES["alice"][1])
    file = tmp_path / "etagd.ini"
    file.write_text(ini({"server": {"listen": "127.0.0.1:0",
                                    "root": tmp_path / "www"}}) +
                    "[access /secret/*]\nbasic = %s\n" % users)
    wrap = wrapped(without(called("libcrypt")))
    done = run("-t", "-c", file, wrap=wrap)
    assert done.returncode == 1
    assert "[access] needs libcrypt: " in done.stderr
    assert "is good" not in done.stderr
    done = run("-c", file, wrap=wrap)
    assert done.returncode == 1
    assert re.search(r"W094: passwords can't be checked: .*libcrypt",
                     done.stderr)


@pytest.mark.parametrize("asked_for", (None, signal.SIGUSR2, signal.SIGHUP))
def test_what_does_not_start_leaves_no_socket(serve, short, without, asked_for):
    """By itself, by an upgrade, by a reload: of unix sockets that were there
    before nothing goes, and of others nothing stays."""
    env = without(called("libcrypt"))
    users = short / "users"
    users.touch(0o600)
    users.write_text("alice:%s\n" % HASHES["alice"][1])
    before, new = short / "before", short / "new"
    server = serve(conf={"server": {"listen": ["127.0.0.1:0",
                                               "unix:%s" % before]}}, env=env)
    listen = ["unix:%s" % new]
    if asked_for:
        listen += ["127.0.0.1:0", "unix:%s" % before]
    server.configure({"server": {"listen": listen}},
                     "[access /secret/*]\nbasic = %s\n" % users)
    if asked_for:
        server.signal(asked_for)
        server.await_line("M109" if asked_for == signal.SIGUSR2 else
                          "M014: generation 2 has ended")
    else:
        done = run("-c", server.file, wrap=wrapped(env))
        assert done.returncode == 1 and "M026" in done.stderr
    assert before.is_socket() and not new.exists()


def test_a_reload_says_what_is_missing(serve, short, without):
    """To whoever asked for it, not to the log alone."""
    short.chmod(0o755)
    users = short / "users"
    users.touch(0o600)
    users.write_text("alice:%s\n" % HASHES["alice"][1])
    server = serve(files={"a.html": TEXT},
                   conf={"server": {"control": short / "control"}},
                   env=without(called("libcrypt")))
    server.configure({}, "[access /secret/*]\nbasic = %s\n" % users)
    done = run("--reload", "-c", server.file)
    assert done.returncode == 1
    assert "do not come up: passwords can't be checked, libcrypt is missing " \
        "(the log has more)" in done.stderr
    server.await_line(r"M026: .*: passwords can't be checked")
    assert server.get("/a.html").status == 200


def test_a_check_says_what_is_missing(tmp_path, without):
    (tmp_path / "www").mkdir()
    file = tmp_path / "etagd.ini"
    file.write_text(ini({"server": {"root": tmp_path / "www"}}))
    assert run("-t", "-c", file).stderr == "etagd: the configuration is good\n"
    done = run("-t", "-c", file, wrap=wrapped(without(*sonames())))
    assert done.returncode == 0
    for what in ["gzip", "libmagic"]:
        assert what in done.stderr


@pytest.mark.parametrize("option", ((), ("--check",)))
def test_passwd_says_what_is_missing(tmp_path, without, option):
    """Before it asks for a password, and not that it was built like that."""
    users = tmp_path / "users"
    users.write_text("alice:%s\n" % HASHES["alice"][1])
    done = run("passwd", *option, users, "alice",
               wrap=wrapped(without(called("libcrypt"))))
    assert done.returncode == 1
    assert re.fullmatch(r"etagd: passwords need libcrypt: .*libcrypt.*\n",
                        done.stderr)
    assert users.read_text() == "alice:%s\n" % HASHES["alice"][1]


def test_precompress_says_what_is_missing(tmp_path, without):
    (tmp_path / "a.html").write_text(TEXT)
    done = run("precompress", tmp_path, wrap=wrapped(without(called("libz"))))
    assert "libz" in done.stderr and "this build" not in done.stderr
    assert "etagd: no .gz is made: what is there is left alone" in done.stderr
    assert not (tmp_path / "a.html.gz").exists()


@pytest.mark.parametrize("option", ((), ("--check",), ("--dry-run",)))
def test_precompress_that_can_make_nothing(tmp_path, without, option):
    """A build that ships plain files alone is to notice."""
    (tmp_path / "a.html").write_text(TEXT)
    codecs = [s for s in sonames() if re.match(r"lib(z|zstd|brotli\w+)\.", s)]
    done = run("precompress", *option, tmp_path, wrap=wrapped(without(*codecs)))
    assert done.returncode == 1
    assert "etagd: no form can be made" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("option, status", (((), 0), (("--check",), 0),
                                            (("--check", "--force"), 1)))
def test_precompress_with_a_coding_less(tmp_path, without, option, status):
    """Is as good as the others are."""
    (tmp_path / "a.html").write_text(TEXT)
    wrap = wrapped(without(called("libz")))
    if option:
        assert run("precompress", tmp_path, wrap=wrap).returncode == 0
    done = run("precompress", *option, tmp_path, wrap=wrap)
    assert done.returncode == status
    assert "no .gz is made" in done.stderr
    assert "no form can be made" not in done.stderr


def test_packages_know_of_them():
    """The RPM's list is written by hand; Debian's is made by a program that is
    linked to all of them."""
    spec = (TOP / "packaging/rpm/etagd.spec").read_text()
    for name in sonames():
        assert re.sub(r"(?<=libcrypt\.so\.)\d+", "%{crypt_so}", name) + \
            "%{?bits}" in spec
    rules = (TOP / "packaging/debian/rules").read_text()
    assert "-e$(CURDIR)/late-libraries" in rules


def test_that_program_needs_all_of_them():
    """By functions: Debian's tools pass over a library of which none is
    called."""
    program = harness.binary().parent / "late-libraries"
    if not program.exists() or not shutil.which("readelf"):
        pytest.skip("no late-libraries beside it, or no readelf")

    def shown(what):
        return subprocess.run(["readelf", "-W", what, str(program)], text=True,
                              stdout=subprocess.PIPE, check=True).stdout
    for name in sonames():
        assert "[%s]" % name in shown("--dynamic")
    for function in ["magic_buffer", "inflate", "crypt_rn"]:
        assert re.search(r"UND %s\b" % function, shown("--dyn-syms"))

# SPDX-License-Identifier: MIT
"""Slips of the pen in an ini file: told where they are, with what was meant."""
import pytest

from harness import run

FILES = {"index.html": "<!doctype html><title>x</title>\n", "a.txt": "a\n"}


def checked(folder, text):
    path = folder / "words.ini"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return run("-t", "-c", path)


def site(folder, rest):
    return "[server]\nroot = %s\n%s" % (folder, rest)


# -- Cache-Control

@pytest.mark.parametrize("value,meant", (
    ("no-chache", "no-cache"), ("max-age 60", "max-age=60"),
    ("max-age=1m", "max-age=60"), ("public max-age=60", "public, max-age=60"),
    ("Max-Age: 60", "max-age=60"), ("no store", "no-store"),
    ("max-age=-1", "max-age=0"), ("max-age＝60", "max-age=60")))
def test_a_wrong_value_is_refused_with_what_was_meant(tmp_path, value, meant):
    done = checked(tmp_path, site(tmp_path, "[cache *]\nCache-Control = %s\n" %
                                  value))
    assert done.returncode == 2, done
    assert "words.ini:4: [cache *] Cache-Control: " in done.stderr
    assert 'did you mean "%s"?' % meant in done.stderr


@pytest.mark.parametrize("value,words", (
    ('private, community="UCI"', "no directive that caches know"),
    ("no-store, max-age=60", 'did you mean "no-store"?')))
def test_a_doubtful_value_is_taken_with_a_warning(tmp_path, value, words):
    done = checked(tmp_path, site(tmp_path, "[header *]\nCache-Control = %s\n" %
                                  value))
    assert done.returncode == 0, done
    assert "warning: " in done.stderr and words in done.stderr
    assert done.stderr.count("warning: ") == 1, done.stderr


def test_a_reload_with_a_wrong_value_changes_nothing(serve):
    server = serve(files=FILES, rules="[cache *]\nCache-Control = no-store\n")
    since = server.mark()
    server.configure(rules="[cache *]\nCache-Control = max-age=1h\n")
    server.signal(1)
    server.await_line(r'M050: .*Cache-Control: "max-age=1h" takes a number of '
                      r'seconds without a unit; did you mean "max-age=3600"\?',
                      since)
    server.await_line("M052", since)
    assert server.get("/a.txt").get("Cache-Control") == "no-store"


def test_an_override_is_checked_too(tmp_path):
    path = tmp_path / "words.ini"
    path.write_text(site(tmp_path, ""))
    done = run("-t", "-c", path, "-o", "cache *.Cache-Control=immutible")
    assert done.returncode == 2, done
    assert done.stderr.startswith("-o cache *.Cache-Control=immutible: [cache "
                                  "*] Cache-Control: "), done.stderr
    assert 'did you mean "immutable"?' in done.stderr

# SPDX-License-Identifier: MIT
"""Slips of the pen in an ini file: told where they are, with what was meant."""
import re

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
    ('private, community="UCI"', "not a directive that caches know"),
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


# -- characters of another keyboard

WIDE = (
    ("［cache *.png］", "［", 'did you mean "[cache *.png]"?'),
    ("［cache *.png]", "［", 'did you mean "[cache *.png]"?'),
    ("[cache *.png］", "］", 'did you mean "[cache *.png]"?'),
    ("【cache *】", "【", 'did you mean "[cache *]"?'),
    ("[cache　*]", "　", 'did you mean "cache *"?'),
    ("[ｃache *]", "ｃ", 'did you mean "cache *"?'),
    ("；words", "；", 'did you mean ";words"?'),
    ("＃words", "＃", 'did you mean "#words"?'),
    ("[timeouts]\nidle＝5s", "＝", 'did you mean "idle=5s"?'),
    ("[timeouts]\nidle：5s", "：", 'did you mean "idle:5s"?'),
    ("[server]\nlisten＝127.0.0.1:0", "＝",
     'did you mean "listen=127.0.0.1:0"?'),
    ("[cache *]\nCache-Control： max-age=60", "：",
     'did you mean "Cache-Control: max-age=60"?'),
    ("[cache *]\nCache–Control = no-cache", "–",
     'did you mean "Cache-Control = no-cache"?'),
    ("[timeouts]\nidle = ５s", "５", 'did you mean "5s"?'),
    ("[log]\nformat = json；", "；", 'did you mean "json;"?'),
    ("[cache *]\nCache-Control = public，max-age=60", "，",
     'did you mean "public, max-age=60"?'),
)


@pytest.mark.parametrize("lines,sign,meant", WIDE, ids=[w[0] for w in WIDE])
def test_full_width_signs_are_named(tmp_path, lines, sign, meant):
    done = checked(tmp_path, lines + "\n" if lines.startswith("[server]")
                   else site(tmp_path, lines + "\n"))
    line = 2 if lines.startswith("[server]") else 3 + lines.count("\n")
    assert done.returncode == 2, done
    told = [t for t in done.stderr.splitlines() if ":%d: " % line in t]
    assert len(told) == 1, done.stderr
    assert '"%s" (U+%04X) where' % (sign, ord(sign)) in told[0]
    assert meant in told[0]


def test_keys_below_a_full_width_bracket_are_its_own(tmp_path):
    """One slip, one fault."""
    done = checked(tmp_path, site(tmp_path, "［cache *］\nETag = weak\n"
                                  "［log］\nformat = json\n"))
    assert done.stderr.count("words.ini:") == 2, done.stderr


def test_an_override_names_them_too(tmp_path):
    path = tmp_path / "words.ini"
    path.write_text(site(tmp_path, ""))
    done = run("-t", "-c", path, "-o", "server.workers＝2")
    assert done.returncode == 2
    assert "(U+FF1D)" in done.stderr
    assert 'did you mean "server.workers=2"?' in done.stderr


def test_names_and_values_may_hold_them(tmp_path):
    done = checked(tmp_path, site(
        tmp_path, "# 说明：缓存\n[cache /图片：一/*.png]\nX-Note = “a”；b\n"
        "Cache-Control = no-cache\n[header /名字（二）.html]\nX-A = 1\n"))
    assert done.returncode == 0, done
    assert "warning" not in done.stderr


def test_signs_of_a_pattern_are_asked_about(tmp_path):
    done = checked(tmp_path, site(tmp_path, "[cache ＊.png]\nETag = weak\n"))
    assert done.returncode == 0, done
    assert "(U+FF0A)" in done.stderr and 'did you mean "*.png"?' in done.stderr


# -- what is not UTF-8

@pytest.mark.parametrize("coding", ("gbk", "big5", "latin-1"))
def test_a_file_that_is_no_utf8(tmp_path, coding):
    words = "café" if coding == "latin-1" else "中文"
    text = site(tmp_path, "[cache /%s/*]\nETag = weak\n# %s\n" % (words, words))
    done = checked(tmp_path, text.encode(coding))
    assert done.returncode == 2, done
    assert "words.ini:3: the line " in done.stderr
    assert done.stderr.count("is not UTF-8") == 1
    assert "\ufffd" not in done.stderr  # what is shown of it is clean
    assert checked(tmp_path, text).returncode == 0


def test_a_comment_that_is_no_utf8(tmp_path):
    done = checked(tmp_path, site(tmp_path, "").encode() +
                   "# 说明\n".encode("gbk"))
    assert done.returncode == 2
    assert "words.ini:3: the line " in done.stderr


def test_gbk_that_is_utf8_by_chance(tmp_path):
    """The bytes of a folder's commonest Chinese name are two odd letters."""
    done = checked(tmp_path, site(tmp_path, "[cache /图片/*]\n"
                                  "ETag = weak\n").encode("gbk"))
    assert done.returncode == 0, done
    assert re.search(r"(?m)^warning: .*words\.ini:3: the line .*is the file "
                     r"saved as UTF-8\?$", done.stderr), done.stderr


def test_scripts_of_the_world_are_no_doubt(tmp_path):
    words = "café/Ελλάδα/Привет/naïve/שלום/سلام/Việt/Tie\u0302ng/Łódź/图片/日本"
    done = checked(tmp_path, site(tmp_path, "[cache /%s/*]\nETag = weak\n" %
                                  words))
    assert done.returncode == 0 and "warning" not in done.stderr, done


# -- experiments

def said(server, since=0):
    return "\n".join(server.process.lines[since:])


def test_experiments_are_told_once(serve):
    """At the start; a reload tells of those that are new."""
    rules = ("[cache *]\nETag = changing\nClock = -1d\n"
             "Last-Modified = modified minus 1d\n")
    server = serve(files=FILES, rules=rules)
    assert said(server).count("for experiments") == 3
    since = server.mark()
    server.reload(rules="# moved\n" + rules +
                  "[cache *.txt]\nETag = inode\nX-Frame-Option = DENY\n")
    told = said(server, since)
    assert told.count("for experiments") == 1, told
    assert '"inode" is for experiments' in told
    assert "X-Frame-Options" in told  # a warning that is a slip
    since = server.mark()
    server.reload()
    told = said(server, since)
    assert "for experiments" not in told
    assert "X-Frame-Options" in told  # and stays one


def test_the_pid_is_the_last_line_of_the_start(serve):
    server = serve(files=FILES, conf={"observe": {"listen": "127.0.0.1:0"}})
    server.await_line(r"M015: pid %d: kill -HUP %d reloads %s, kill" %
                      (server.process.pid, server.process.pid, server.file))
    assert "M015" in said(server).splitlines()[-1]
    since = server.mark()
    server.reload()
    assert "M015" not in said(server, since)  # it has not changed

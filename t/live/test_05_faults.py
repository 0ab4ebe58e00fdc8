# SPDX-License-Identifier: MIT
"""A wrecked configuration: every fault with its line, and nothing started."""
import re

import pytest

from harness import run

# (what, lines, number of the line at fault in them, words of the message)
ROWS = (
    ("unknown section", "[sevrer]\n", 1, ["server"]),
    ("unknown key", "[server]\nwrokers = 2\n", 2, ["wrokers", "workers"]),
    ("workers not a number", "[server]\nworkers = many\n", 2, ["workers"]),
    ("workers zero", "[server]\nworkers = 0\n", 2, ["workers"]),
    ("workers negative", "[server]\nworkers = -2\n", 2, ["workers"]),
    ("duration without unit's sense", "[timeouts]\nidle = 5 parsecs\n", 2,
     ["idle"]),
    ("duration empty", "[timeouts]\nhead =\n", 2, ["head"]),
    ("size with a wrong unit", "[limits]\nhead = 16q\n", 2, ["head"]),
    ("size above its maximum", "[limits]\ntarget = 10g\n", 2, ["target"]),
    ("number beyond 64 bits",
     "[limits]\nbody = 99999999999999999999999\n", 2, ["body"]),
    ("word that is none", "[log]\nformat = xml\n", 2, ["format", "json"]),
    ("level that is none", "[log]\nlevel = loud\n", 2, ["level", "info"]),
    ("listen without a port", "[server]\nlisten = 127.0.0.1\n", 2,
     ["listen"]),
    ("listen on a port above 65535", "[server]\nlisten = 127.0.0.1:70000\n",
     2, ["listen"]),
    ("listen on a name", "[server]\nlisten = nowhere:80\n", 2, ["listen"]),
    ("listen on bad IPv6", "[server]\nlisten = [::g]:80\n", 2, ["listen"]),
    ("root that is not there", "[server]\nroot = /nonexistent/root\n", 2,
     ["root"]),
    ("root that is a file", "[server]\nroot = /etc/passwd\n", 2, ["root"]),
    ("key twice", "[timeouts]\nidle = 5s\nidle = 6s\n", 3, ["idle"]),
    ("line without =", "[server]\nworkers\n", 2, []),
    ("key before any section", "workers = 2\n", 1, []),
    ("section without its bracket", "[server\n", 1, []),
    ("over-long line", "[header *]\nX-A = %s\n" % ("v" * 100000), 2, []),
    ("tag scheme that is none", "[cache *]\nETag = strong\n", 2, ["ETag"]),
    ("field name that is none", "[header *]\nX A = b\n", 2, ["X A"]),
    ("field value that breaks framing", "[header *]\nX-A = a\x01b\n", 2,
     ["X-A"]),
    ("field that frames the message", "[header *]\nContent-Length = 5\n", 2,
     ["Content-Length"]),
    ("transfer coding by rule", "[header *]\nTransfer-Encoding = chunked\n", 2,
     ["Transfer-Encoding"]),
    ("content coding that is none",
     "[header *.gz]\nContent-Encoding = deflate\n", 2, ["Content-Encoding"]),
    ("content coding of a [cache] rule",
     "[cache *.gz]\nContent-Encoding = gzip\n", 2, ["Content-Encoding"]),
    ("content coding of a type",
     "[header *]\nwhen-type = image/*\nContent-Encoding = gzip\n", 1,
     ["Content-Encoding"]),
    ("redirection without its goal", "[redirect /old]\nstatus = 301\n", 1,
     ["to"]),
    ("redirection with a wrong status",
     "[redirect /old]\nto = /new\nstatus = 200\n", 3, ["status"]),
    ("alias without a slash", "[alias static]\nroot = /tmp\n", 1, []),
    ("switch that is neither", "[media]\nnosniff = maybe\n", 2, ["nosniff"]),
    ("NUL in a value", "[server]\nworkers = 2\0\n", 2, []),
)


def written(tmp_path, text):
    """In latin-1, so that any byte can be there."""
    path = tmp_path / "wrecked.ini"
    path.write_bytes(text.encode("latin-1"))
    return path


@pytest.mark.parametrize("what,text,line,words", ROWS, ids=[r[0] for r in ROWS])
def test_fault(tmp_path, what, text, line, words):
    """Alone: exactly its line is named."""
    (tmp_path / "www").mkdir()
    whole = text  # the fault first, so that its line number stays
    if not re.search(r"(?m)^root", text):
        whole += ("" if "[server]" in text else "[server]\n") + \
            "root = %s\n" % (tmp_path / "www")
    done = run("-t", "-c", written(tmp_path, whole))
    assert done.returncode == 2, done
    named = re.findall(r"(?m)^.*wrecked\.ini:([0-9]+): (.*)$", done.stderr)
    assert str(line) in [n for n, _ in named], done.stderr
    message = " ".join(m for n, m in named if n == str(line))
    for word in words:
        assert word in message, (word, message)
    assert "\0" not in done.stderr and "\x01" not in done.stderr


def test_all_faults_in_one_go(tmp_path):
    """Twenty and more different faults in one file: each line is named, in
    order, and nothing is started."""
    text = """\
[sevrer]
[server]
listen = 127.0.0.1
listen = 127.0.0.1:70000
listen = nowhere:80
root = /nonexistent/root
wrokers = 2
workers = 0
symlinks = some
[timeouts]
idle = 5 parsecs
head =
send = 9999999d
send = 3s
[limits]
target = 10g
head = 16q
fields = few
[log]
format = xml
level = loud
nonsense = 1
just a line
[media]
nosniff = maybe
[cache *]
ETag = strong
Last-Modified = sometimes
[header *]
X A = b
Content-Length = 5
[redirect /old]
to = /new
status = 200
"""
    wanted = [1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 20, 21, 22,
              23, 25, 27, 28, 30, 31, 34]
    path = written(tmp_path, text)
    for args in (["-t", "-c", path], ["-c", path]):
        done = run(*args)
        assert done.returncode == 2, done
        named = [int(n) for n in re.findall(r"(?m)^.*wrecked\.ini:([0-9]+): ",
                                            done.stderr)]
        missing = [n for n in wanted if n not in named]
        assert not missing, (missing, done.stderr)
        assert named == sorted(named), named
        assert "M010" not in done.stderr


def test_message_has_the_agreed_form(tmp_path):
    done = run("-t", "-c", written(tmp_path, "[server]\nroot = %s\n"
                                   "wrokers = 2\n" % tmp_path))
    assert re.search(r"(?m)^(etagd: )?\S*wrecked\.ini:3: \[server\] wrokers: .*"
                     r"workers", done.stderr), done.stderr


def test_good_lines_are_not_blamed(tmp_path):
    done = run("-t", "-c", written(tmp_path, "[server]\nroot = %s\n"
                                   "[timeouts]\nidle = 5s\nhead = x\n"
                                   "body = 5s\n" % tmp_path))
    named = re.findall(r"wrecked\.ini:([0-9]+)", done.stderr)
    assert named == ["5"], done.stderr


def test_binary_file(tmp_path):
    path = tmp_path / "wrecked.ini"
    path.write_bytes(bytes(range(256)) * 64)
    done = run("-t", "-c", path)
    assert done.returncode == 2
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", done.stderr)


def test_empty_file_lacks_a_root(tmp_path):
    path = tmp_path / "wrecked.ini"
    path.write_text("")
    done = run("-t", "-c", path)
    assert done.returncode == 2 and "root" in done.stderr, done.stderr

# SPDX-License-Identifier: MIT
"""Slips on the command line: one line that says what is wrong and where to read
on, and status 2; what could not be done, in one line as well, and status 1."""
import os
import shlex

import pytest

from harness import run

# What is typed behind `etagd`; what the line says behind the command's name (an &
# goes on with it).
MISTAKES = """
                          | nothing to serve: give -c FILE or DIR
-t                        | nothing to serve: give -c FILE or DIR
--dump-config             | nothing to serve: give -c FILE or DIR
--show-budget             | nothing to serve: give -c FILE or DIR
-c                        | -c needs a value behind it
--config                  | --config needs a value behind it
-o                        | -o needs a value behind it
-x                        | there is no option -x
site -x                   | there is no option -x
site -tx                  | there is no option -x
--nope                    | there is no option --nope
--nope=3                  | there is no option --nope
site --dump-confg         | there is no option --dump-confg; did you mean --dump-config?
--d                       | --d may be --dump-config or --drain
--test=yes site           | --test takes no value
site site                 | one DIR is served this way, not two
missing                   | there is no folder missing
serve site                | there is no folder serve
chekc                     | there is no folder chekc; did you mean etagd check?
version                   | there is no folder version; did you mean etagd --version?
reload                    | there is no folder reload; did you mean etagd --reload?
site.ini                  | site.ini is not a folder; a configuration is named by -c site.ini
-c site.ini site          | either -c FILE or DIR, not both
--reload site             | a running etagd is reached by -c FILE or --control SOCKET,
                           & not by its DIR
--reload --stop           | one command at a time
--control /x site         | --control goes with --reload, --status and the like
--status=xml              | --status is printed as text, or as json
check                     | nothing to check: give -c FILE or DIR
check -c                  | -c needs a value behind it
check -c site.ini site    | either -c FILE or DIR, not both
check site site           | one DIR is checked, not two
check site --jsno         | there is no option --jsno; did you mean --json?
check -a site             | there is no option -a
check site --after soon   | --after soon is not a number with a unit, as in --after 1h
explain                   | nothing to ask: give -c FILE or DIR, then the /PATH of a request
explain site              | nothing to ask: give -c FILE or DIR, then the /PATH of a request
explain -c site.ini       | the /PATH of a request is missing
explain -c site.ini site /| either -c FILE or DIR, and one /PATH
explain site / /          | one DIR and one /PATH, no more
explain site / -H         | -H needs a value behind it
explain site / --hots x   | there is no option --hots; did you mean --host?
mime                      | nothing to look at: give a FILE
mime site.ini --json      | there is no option --json
passwd                    | the FILE and the USER are missing
passwd users              | the USER is missing
passwd users alice secret | one FILE and one USER, no more; the password is asked for, or
                           & read by --stdin
passwd users a:b          | the user has a control character or a colon in its name
passwd -C x users alice   | --cost x is none; allowed: 1 to 7 (yescrypt)
passwd -BC 16 users alice | --cost 16 is none; allowed: 4 to 15 (bcrypt)
passwd --check -D users a | either --check or --delete, not both
precompress               | nothing to compress: give a DIR
precompress site site     | one DIR at a time, not two
precompress site -j 0     | --jobs 0 is none; allowed: 1 to 256
precompress site --chekc  | there is no option --chekc; did you mean --check?
watch a b                 | one URL at a time, not two
watch --json              | there is no option --json
watch ftp://host/         | ftp://host/ is not the address of an observer, as in
                           & http://127.0.0.1:5001/
watch localhost:65536     | localhost:65536 is not the address of an observer, as in
                           & http://127.0.0.1:5001/
lab --nope                | unknown: --nope
lab site site             | unknown: site
lab -c                    | a value is missing behind -c/--conf
lab --port 0              | --port: 0 is no port from 1 to 65535
lab --browser lynx        | --browser: not lynx, but one of chromium, firefox
annotate                  | missing: IN.pcapng, LEDGER
annotate a.pcapng         | missing: LEDGER
"""
COMMANDS = ("check", "explain", "mime", "passwd", "precompress", "watch", "lab",
            "annotate")


def rows(table):
    for line in table.strip("\n").replace("\n" + " " * 27 + "&", "").split("\n"):
        typed, said = line.split("|")
        yield pytest.param(shlex.split(typed), said.strip(),
                           id=typed.strip() or "nothing")


@pytest.fixture
def here(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/a.txt").write_text("a\n")
    (tmp_path / "site.ini").write_text("[server]\nroot = %s/site\n" % tmp_path)
    (tmp_path / "notes.txt").write_text("no ini\n")
    return tmp_path


@pytest.mark.parametrize("typed, said", rows(MISTAKES))
def test_a_mistake_is_one_line(here, typed, said):
    done = run(*typed, cwd=here)
    name = "etagd"
    if typed and typed[0] in COMMANDS:
        name += " " + typed[0]
    assert done.stderr == "%s: %s (see %s --help)\n" % (name, said, name)
    assert done.returncode == 2 and not done.stdout


# The name of what is wrong is the line's beginning here.
REFUSED = """
-t -c missing.ini          | missing.ini: cannot be read: No such file or directory
-t -c site                 | site: cannot be read: Is a directory
-t -c notes.txt            | notes.txt:1: the line "no ini" is neither [section] nor key = value
check -c missing.ini       | missing.ini: cannot be read: No such file or directory
check site.ini             | [server] root: HERE/site.ini is not a directory
explain missing /          | [server] root: HERE/missing cannot be read: No such file or directory
precompress site.ini       | [server] root: HERE/site.ini is not a directory
-o x site                  | -o x: is not section.key=value, as in server.workers=4
-o server.wrokers=2 site   | -o server.wrokers=2: [server] wrokers: there is no such key;
                           & did you mean "workers"?
--reload -c site.ini       | etagd: site.ini has no [server] control: the master can be
                           & reached by signals only
lab missing                | etagd lab: missing is not a folder
lab -c missing.ini         | etagd lab: missing.ini is not a file
"""


@pytest.mark.parametrize("typed, said", rows(REFUSED))
def test_what_cannot_be_taken_is_named(here, typed, said):
    done = run(*typed, cwd=here)
    assert said.replace("HERE", str(here)) in done.stderr.splitlines(), done
    assert done.returncode == 2 and len(done.stderr.splitlines()) <= 3, done


FAILED = """
--status --control /none   | etagd: /none: No such file or directory (no etagd runs with
                           & that control socket)
mime missing               | etagd: missing: No such file or directory
mime site                  | etagd: site: only regular files are served
passwd -D users alice      | etagd: users: No such file or directory
annotate missing log       | etagd annotate: missing: No such file or directory
annotate site.ini site.ini | etagd annotate: site.ini: not a pcapng file
"""


@pytest.mark.parametrize("typed, said", rows(FAILED))
def test_what_cannot_be_done_is_one_line(here, typed, said):
    done = run(*typed, cwd=here)
    assert done.stderr == said + "\n" and done.returncode == 1, done


@pytest.mark.parametrize("command", ("",) + COMMANDS)
def test_help_is_no_mistake(here, command):
    done = run(*command.split(), "--help", cwd=here)
    assert done.returncode == 0 and not done.stderr, done
    assert done.stdout.startswith("usage: etagd %s" % command), done


def test_a_folder_of_a_commands_name_is_served_by_its_path(here):
    os.mkdir(here / "watch")
    done = run("-t", "./watch", cwd=here)
    assert done.returncode == 0, done


@pytest.mark.parametrize("word", ["a\nb", "\x1b[31m", "a\x7fb"])
def test_words_are_shown_without_what_a_terminal_would_obey(here, word):
    done = run(word, cwd=here)
    assert done.stderr.count("\n") == 1 and done.stderr[:-1].isprintable(), done
    assert done.returncode == 2, done

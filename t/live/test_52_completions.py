# SPDX-License-Identifier: MIT
"""Completions as the shells give them; that they are complete is
t/lint/completions.py's."""
import pathlib
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packaging/completions"

BASH = """
. "$1"
COMP_LINE=$2 COMP_POINT=${#2}
_etagd
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = "source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''"
# _arguments and the like say what they are asked for
ZSH = """
_arguments() { print -rl -- "$@" }
compset() { [[ $PREFIX == *=* ]] }
compadd() { print -rl -- "$@" }
PREFIX=$3 words=(${(z)2}) CURRENT=$#words
_file=$1
if [[ $3 == - ]]; then . $_file; else . $_file >/dev/null; _etagd_key; fi
"""


def ask(shell, program, file, *args):
    if not shutil.which(shell):
        pytest.skip("no %s here" % shell)
    options = {"fish": ("-N", "-c"), "zsh": ("-f", "-c")}.get(shell, ("-c",))
    if shell != "fish":
        args = (str(FOLDER / file), *args)
        done = subprocess.run((shell, *options, program, shell, *args),
                              capture_output=True, text=True, timeout=60)
    else:
        done = subprocess.run((shell, *options, program,
                               str(FOLDER / file), *args),
                              capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout.split("\n")[:-1]


def in_bash(line):
    return {word.strip() for word in ask("bash", BASH, "etagd.bash", line)}


ROWS = (
    ("etagd --st", {"--status", "--stop"}, {"--after"}),
    ("etagd check --", {"--json", "--after", "--config"}, {"--status"}),
    ("etagd explain -", {"-H", "--header", "-X", "--host"}, {"--after"}),
    ("etagd explain -X ", {"GET", "HEAD", "OPTIONS"}, {"check"}),
    ("etagd lab --capture ", {"auto", "dumpcap", "socket", "off"}, {"check"}),
    ("etagd watch -", {"-a", "-h"}, {"-c"}),
)


@pytest.mark.parametrize("line,there,absent", ROWS, ids=lambda v: str(v)[:20])
def test_bash(line, there, absent):
    words = in_bash(line)
    assert there <= words and not absent & words


@pytest.mark.parametrize("line,words", (
    ("etagd -o prepare.comp",
     {"prepare.compress=", "prepare.compress-min=", "prepare.compress-max="}),
    # behind its = readline sees a word of its own
    ("etagd -o server.symlinks=", {"beneath", "none", "owner"}),
    ("etagd check -o server.symlinks=be", {"beneath"}),
    ("etagd -o server.root=", {""}),
    ("etagd c", {"check"})))
def test_bash_gives_just_these(line, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert in_bash(line) == words


@pytest.mark.parametrize("line,there,absent", ROWS, ids=lambda v: str(v)[:20])
def test_fish(line, there, absent):
    words = set(ask("fish", FISH, "etagd.fish", line))
    assert there <= words and not absent & words


@pytest.mark.parametrize("line,word", (
    ("etagd -o prepare.comp", "prepare.compress="),
    ("etagd -o server.symlinks=be", "server.symlinks=beneath"),
    ("etagd c", "check")))
def test_fish_keys(line, word):
    assert word in ask("fish", FISH, "etagd.fish", line)


@pytest.mark.parametrize("line,there,absent", (
    ("etagd --", "--status=-", "--after"),
    ("etagd check --", "--after", "--status"),
    ("etagd explain --", "--host", "--after"),
    ("etagd lab --", "--capture[how to capture]:word:(auto dumpcap",
     "--status"),
    ("etagd watch -", "-a[", "--config")))
def test_zsh(line, there, absent):
    text = "\n".join(ask("zsh", ZSH, "_etagd", line, "-"))
    assert there in text and absent not in text


@pytest.mark.parametrize("typed,words", (
    ("server.sym", {"server.symlinks=", "prepare.compress="}),
    ("server.symlinks=", {"beneath", "none", "owner"})))
def test_zsh_keys(typed, words):
    assert words <= set(ask("zsh", ZSH, "_etagd", "etagd -o", typed))

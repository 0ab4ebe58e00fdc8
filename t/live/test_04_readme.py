# SPDX-License-Identifier: MIT
"""What README.md and its Chinese twin show is what the program says and takes.
(Their samples of check and explain: test_27_check.py and test_39_explain.py.)"""
import re
import subprocess

import pytest

import harness

READMES = ("README.md", "README.zh.md")


def indented(name):
    """The blocks of code, without the four blanks before each line."""
    text = (harness.TOP / name).read_text()
    return [re.sub(r"(?m)^ {4}", "", block).strip() + "\n"
            for block in re.findall(r"(?m)(?:^ {4}.*\n|^\n(?= {4}))+", text)]


def at_home(ini, folder):
    """The same with places that are there: nobody has /srv/www."""
    for place in sorted(set(re.findall(r"(?m)= (/(?:srv|var|etc)/\S+)", ini))):
        here = folder / place[1:]
        if "/etc/" in place or place.endswith(".log"):
            here.parent.mkdir(parents=True, exist_ok=True)
            if "/etc/" in place:
                here.write_text(f"alice:$2b$05${'a' * 53}\n")
                here.chmod(0o600)
        else:
            here.mkdir(parents=True, exist_ok=True)
        ini = ini.replace(place, str(here))
    return ini


@pytest.mark.parametrize("name", READMES)
def test_each_ini_is_taken(tmp_path, name):
    found = (re.search(r"(?ms)^\[[a-z]+( [^]\n]+)?\]\n.*", x)
             for x in indented(name))
    inis = [x[0] for x in found if x]
    assert len(inis) >= 6
    root = tmp_path / "root"
    root.mkdir()
    for i, ini in enumerate(inis):
        file = tmp_path / f"{i}.ini"
        file.write_text(at_home(ini, tmp_path))
        done = harness.run("-t", "-o", f"server.root={root}", "-c", file)
        assert done.returncode == 0, (ini, done.stderr)


@pytest.mark.parametrize("name", READMES)
def test_the_mistake_that_is_shown(tmp_path, name):
    shown = next(x for x in indented(name) if x.startswith("$ etagd -t "))
    line, rule, value = re.search(
        r'site\.ini:(\d+): (\[.*?\]) Cache-Control: "([^"]+)"', shown).groups()
    before = ["[server]", f"root = {tmp_path}"]
    before += [""] * (int(line) - len(before) - 2)
    (tmp_path / "site.ini").write_text(
        "\n".join([*before, rule, f"Cache-Control = {value}", ""]))
    done = subprocess.run(
        [str(harness.binary()), "-t", "-c", "site.ini"], cwd=tmp_path,
        capture_output=True, text=True, timeout=harness.DEADLINE_S)
    assert done.returncode == 2
    said = done.stdout + done.stderr
    assert said.split() == shown.partition("\n")[2].split()


@pytest.mark.parametrize("name", READMES)
def test_each_option_is_one(name):
    """Of the table of commands, and wherever else etagd is called."""
    text = (harness.TOP / name).read_text()
    called = re.findall(r"(?m)`etagd ([^`]+)`|^ {4}(?:\$ )?etagd (.*)", text)
    known = "".join(harness.run(*of, "--help").stdout for of in (
        (), ("check",), ("explain",), ("passwd",), ("precompress",), ("lab",)))
    known += harness.run("watch", "--help").stdout
    seen = 0
    for line in ("".join(x) for x in called):
        for option in re.findall(r"(?<![\w-])--?([a-z][a-z-]*)", line):
            seen += 1
            assert re.search(rf"--?{option}\b", known), (option, line)
    assert seen > 20

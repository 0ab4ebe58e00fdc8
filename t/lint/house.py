# SPDX-License-Identifier: MIT
"""house: what the checks of the house rules share.

A check is a program t/lint/NAME.py with a function check(tree, report); it
runs alone (t/lint/sizes.py) or by `make check`, reads the tree named by
$srcdir and, where it looks at compiled code, the folder named by $builddir.
A rule's message says where, what, and how to mend it.
"""
import os
import re
import sys
from pathlib import Path

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text):
    """The same lines and columns, with nothing but space on them."""
    return re.sub(r'[^\n]', ' ', text)


def without_comments(text):
    return TOKEN.sub(
        lambda m: blank(m[0]) if m[0].startswith('/') else m[0], text)


def code_only(text):
    """C code without comments and without what is in strings."""
    return TOKEN.sub(
        lambda m: blank(m[0]) if m[0].startswith('/')
        else m[0][0] + blank(m[0][1:-1]) + m[0][-1], text)


def written(path):
    """Was this file written by somebody?  A tree that was built in place holds
    compiled files and generated ones, too."""
    with path.open('rb') as f:
        head = f.read(512)
    return b'\0' not in head and b'\n * Made by ' not in head and \
        path.suffix not in ('.log', '.trs') and '.deps' not in path.parts


class Tree:
    """The source tree and, if there is one, the folder it was built in."""

    def __init__(self, root, build=None):
        self.root = Path(root)
        self.build = Path(build) if build else None

    def files(self, *patterns):
        found = set()
        for pattern in patterns:
            found.update(p for p in self.root.glob(pattern)
                         if p.is_file() and written(p))
        return sorted(found)

    def sources(self):
        return self.files('src/**/*.c', 'src/**/*.h')

    def tests(self):
        return self.files('t/**/*.c', 't/**/*.h')

    def name(self, path):
        return path.relative_to(self.root).as_posix()

    def read(self, path):
        return path.read_text(encoding='utf-8')


class Report:
    """Gathers what is wrong; mend says once a rule how to put it right."""

    def __init__(self, mend):
        self.mend = mend
        self.lines = []
        self.looked_at = 0

    def look(self):
        self.looked_at += 1

    def wrong(self, where, what):
        self.lines.append(f'{where}: {what}')


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def main(check, mend, write=None):
    """Runs one check on the tree from the environment; the exit status is
    that of a test.  With --write on the command line it puts this tree right
    instead, where there is a way."""
    here = Path(__file__).resolve().parents[2]
    if write and '--write' in sys.argv:
        write(Tree(here, os.environ.get('builddir')))
        return
    tree = Tree(os.environ.get('srcdir', here), os.environ.get('builddir'))
    report = Report(mend)
    check(tree, report)
    for line in report.lines:
        print(line)
    if report.lines:
        print(f'{len(report.lines)} wrong. {mend}')
    elif report.looked_at == 0:
        print('nothing was looked at: is srcdir right?')
        sys.exit(1)
    else:
        print(f'{report.looked_at} looked at, all well')
    sys.exit(1 if report.lines else 0)

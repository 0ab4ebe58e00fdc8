#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""named: what has to be named elsewhere: each source file in a .mk fragment,
each log id in one file and never again, each fault in a test."""
import re

import house

MEND = ('A new file goes into the local.mk of its folder; a new message takes '
        'a free id; the id of a deleted message goes into t/lint/retired-ids; '
        'a new fault gets a row in a test.')

ID = re.compile(r'"([A-Z][0-9]{3})"')
FAULT = re.compile(r'^\s*X\((\w+),\s*\d+,\s*\w+,\s*"([^"]+)"', re.M)


def check_listed(tree, report):
    fragments = ''.join(tree.read(p) for p in tree.files(
        'Makefile.am', 'src/**/*.mk', 't/**/*.mk', 'packaging/**/*.mk'))
    words = set(re.split(r'[\s=]+', fragments))
    for path in tree.sources() + tree.tests():
        report.look()
        if tree.name(path) not in words:
            report.wrong(tree.name(path), 'is in no .mk fragment: it is not '
                         'built, and not in the tarball')


def check_ids(tree, report):
    retired = tree.root / 't/lint/retired-ids'
    gone = set()
    if retired.exists():
        gone = set(re.findall(r'^([A-Z]\d{3})\b', tree.read(retired), re.M))
    seen = {}
    for path in tree.sources():
        text = house.without_comments(tree.read(path))
        for m in ID.finditer(text):
            where = f'{tree.name(path)}:{house.line_of(text, m.start())}'
            if m[1] in gone:
                report.wrong(where, f'{m[1]} is retired: take a new id')
            if seen.setdefault(m[1], path) != path:
                report.wrong(where, f'{m[1]} is {tree.name(seen[m[1]])}\'s '
                             'already')


def check_faults(tree, report):
    table = tree.root / 'src/http/fault.h'
    if not table.exists():
        return
    tests = ''.join(tree.read(p) for p in tree.files(
        't/unit/**/*.c', 't/live/**/*.py', 't/unit/**/*.inc'))
    for name, word in FAULT.findall(tree.read(table)):
        if name in ('NONE',):
            continue
        if not re.search(rf'\b(FAULT_)?{name}\b|"{re.escape(word)}"', tests):
            report.wrong('src/http/fault.h', f'{name} ("{word}") is in no test')


def check(tree, report):
    check_listed(tree, report)
    check_ids(tree, report)
    check_faults(tree, report)


if __name__ == '__main__':
    house.main(check, MEND)

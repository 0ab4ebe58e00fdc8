#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""texts: head comments, notes to oneself, spaces and line ends."""
import re

import house

MEND = 'The form of a head comment: see src/base/buf.c and HACKING.md.'

# Written in two halves, or this file would report itself.
NOTE = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X)\b')
SPDX = 'SPDX-License-Identifier: MIT'
TEXTS = ('src/**/*', 't/**/*.[ch]', 't/**/*.py', 't/**/*.mk', 't/**/*.md',
         'conf/*', 'lab/**/*', 'www/*.html', 'www/*.css', 'packaging/**/*', '*.md',
         'Makefile.am', 'configure.ac', 'quickstart', '.ci/run')
PROGRAMS = ('t/**/*.py', 'lab/**/*.py', 'lab/etagd-lab', 'quickstart', '.ci/run',
            'packaging/fleet/*.py', 'packaging/fleet/here')


def check_head(name, text, report):
    if not text.startswith(f'/* {SPDX}\n *\n * '):
        report.wrong(name, f'does not begin with "/* {SPDX}", an empty '
                     'comment line and the purpose')
        return
    if not name.startswith('src/'):
        return
    module = name.rsplit('/', 1)[-1].rsplit('.', 1)[0]
    head = text[:text.find('*/')]
    if not re.match(rf'/\* .*\n \*\n \* {re.escape(module)}: \S', head):
        report.wrong(name, f'the head comment does not go on with '
                     f'"{module}: what it is for"')
    if 'Layer: ' not in head and name != 'src/main.c':
        report.wrong(name, 'the head comment names no "Layer: "')


def check_lines(name, text, report):
    for i, line in enumerate(text.split('\n')):
        where = f'{name}:{i + 1}'
        if line != line.rstrip():
            report.wrong(where, 'space at the end of the line')
        if '\t' in line and not name.endswith(('.mk', '.am', 'rules')) and \
                name.endswith(('.c', '.h', '.py', '.css', '.html', '.ini')):
            report.wrong(where, 'a tab; indent by four spaces')
        note = NOTE.search(line)
        if note:
            report.wrong(where, f'{note[1]}: do it, or make it an issue')
    if text and not text.endswith('\n'):
        report.wrong(name, 'the last line has no end')


def check(tree, report):
    for path in tree.files(*TEXTS):
        if '__pycache__' in path.parts or path.suffix in ('.png', '.pyc'):
            continue
        report.look()
        check_lines(tree.name(path), tree.read(path), report)
    for path in tree.sources() + tree.tests():
        check_head(tree.name(path), tree.read(path), report)
    for path in tree.files(*PROGRAMS):
        text = tree.read(path)
        if text and SPDX not in '\n'.join(text.split('\n')[:3]):
            report.wrong(tree.name(path), f'no "{SPDX}" in its first lines')


if __name__ == '__main__':
    house.main(check, MEND)

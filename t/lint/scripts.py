#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts: lines of the pages' scripts, styles and tests have 100 columns at
most, and tsc finds no fault in the types of the scripts (t/lint/tsconfig.json).
Where there is no tsc (node-typescript in Debian, typescript at npm) the second
half is left out, and that is said."""
import re
import shutil
import subprocess

import house

MEND = 'Break the line, or mend what tsc names (a type goes into a comment: ' \
    '/** @type {any} */).'

COLUMNS = 100
PLACES = ('src/observe/page/*.js', 'src/observe/page/*.css', 'www/lab/*.js',
          'www/lab/*.css', 'www/*.css', 't/page/*.mjs')


def check(tree, report):
    for place in PLACES:
        for path in sorted(tree.root.glob(place)):
            report.look()
            name = path.relative_to(tree.root)
            for n, line in enumerate(path.read_text().splitlines(), 1):
                if len(line) > COLUMNS:
                    report.wrong(f'{name}:{n}', f'{len(line)} columns')
    tsc = shutil.which('tsc')
    if not tsc:
        print('types are not checked: no tsc here')
        return
    report.look()
    done = subprocess.run([tsc, '--pretty', 'false', '-p',
                           't/lint/tsconfig.json'],
                          cwd=tree.root, text=True, capture_output=True)
    found = done.stdout + done.stderr
    for m in re.finditer(r'(?m)^(\S+?)\((\d+),\d+\): error (.*)', found):
        report.wrong(f'{m[1]}:{m[2]}', m[3])
    if done.returncode and not report.lines:
        report.wrong('tsc', found.strip() or f'ended with {done.returncode}')


if __name__ == '__main__':
    house.main(check, MEND)

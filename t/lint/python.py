#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python: flake8 finds nothing in the lab's helper and in the tests (.flake8 has
the rules), and mypy nothing in the helper (mypy.ini: which of its modules are
typed throughout).  Skipped where they are not installed."""
import shutil
import subprocess
import sys
import tempfile

import house

MEND = ('Each line says what flake8 or mypy asks for; .flake8 and mypy.ini have '
        'the rules.')


def types(tree, report):
    report.look()
    with tempfile.TemporaryDirectory() as cache:
        rules = (tree.root / 'mypy.ini').resolve()
        done = subprocess.run(['mypy', '--config-file', rules,
                               '--cache-dir', cache, '-p', 'etagdlab'],
                              cwd=tree.root / 'lab', text=True,
                              capture_output=True)
    for line in (done.stdout + done.stderr).splitlines():
        where, _, what = line.partition(': ')
        if ' error: ' in line:
            report.wrong(f'lab/{where}', what)
    if done.returncode and not report.lines:
        report.wrong('mypy', f'ended with {done.returncode}')


def check(tree, report):
    report.look()
    if shutil.which('mypy'):
        types(tree, report)
    else:
        print('skipped: no mypy here')
    done = subprocess.run(['flake8', '--jobs', '1', 'lab', 'lab/etagd-lab', 't',
                           'packaging/fleet', 'packaging/fleet/here'],
                          cwd=tree.root, text=True, capture_output=True)
    for line in (done.stdout + done.stderr).splitlines():
        where, _, what = line.partition(': ')
        report.wrong(where, what)
    if done.returncode and not report.lines:
        report.wrong('flake8', f'ended with {done.returncode}')


if __name__ == '__main__':
    if not shutil.which('flake8'):
        print('skipped: no flake8 here')
        sys.exit(77)
    house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python: flake8 finds nothing in the lab's helper and in the tests (.flake8 has
the rules).  Skipped where it is not installed."""
import shutil
import subprocess
import sys

import house

MEND = 'Each line says what flake8 asks for; .flake8 has the rules.'


def check(tree, report):
    report.look()
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

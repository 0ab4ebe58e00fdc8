#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""python: flake8 finds nothing in the lab's helper and in the tests (.flake8 has
the rules), and mypy nothing in the helper (mypy.ini: typed throughout) and in
what the tests are built on (t/mypy.ini).  Skipped where they are not installed."""
import os
import shutil
import subprocess
import sys
import tempfile

import house

MEND = ('Each line says what flake8 or mypy asks for; .flake8, mypy.ini and '
        't/mypy.ini have the rules.')
# Where what they import lies, as they say themselves by sys.path.
BESIDE = ('lab', 't/live', 't/lab', 't/fault', 'packaging/fleet')


def mypy(tree, report, rules, cache, folder, what):
    report.look()
    root = tree.root.resolve()
    path = os.pathsep.join(str(root / b) for b in BESIDE)
    done = subprocess.run(['mypy', '--config-file', root / rules,
                           '--cache-dir', cache, *what],
                          cwd=root / folder, text=True, capture_output=True,
                          env={**os.environ, 'MYPYPATH': path})
    found = [x.partition(': ') for x in
             (done.stdout + done.stderr).splitlines() if ' error: ' in x]
    for where, _, text in found:
        report.wrong(f'{folder}/{where}', text)
    if done.returncode and not found:
        report.wrong('mypy', f'ended with {done.returncode}: {done.stderr}')


def types(tree, report):
    """Folder by folder: a module's name is unique in its own only."""
    with tempfile.TemporaryDirectory() as cache:
        mypy(tree, report, 'mypy.ini', cache, 'lab', ['-p', 'etagdlab'])
        folders = {}
        for p in (tree.root / 't').rglob('*.py'):
            if not p.name.startswith('test_'):
                folders.setdefault(p.parent, []).append(p.name)
        for folder, names in sorted(folders.items()):
            mypy(tree, report, 't/mypy.ini', cache,
                 str(folder.relative_to(tree.root)), sorted(names))


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

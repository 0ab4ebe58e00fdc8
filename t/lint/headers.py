#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""headers: each header compiles alone, and each .c file proves it for its
own by including it first (but for config.h)."""
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

import house

MEND = ('A header includes what it uses; x.c includes "folder/x.h" before '
        'anything else; an include guard is ETAGD_FOLDER_FILE_H.')


def compiles(tree, path):
    command = shlex.split(os.environ.get('CC', 'cc')) + [
        '-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror',
        '-fsyntax-only', '-I', str(tree.root / 'src')]
    if tree.build:
        command += ['-I', str(tree.build)]
    source = f'#include "{path.relative_to(tree.root / "src").as_posix()}"\n'
    done = subprocess.run(command + ['-x', 'c', '-'], input=source, text=True,
                          capture_output=True)
    return path, done.returncode == 0, done.stderr.strip()


def check_guard(name, text, report):
    guard = 'ETAGD_' + re.sub(r'\W', '_', name.removeprefix('src/')).upper()
    if not re.search(rf'^#ifndef {guard}\n#define {guard}$', text, re.M):
        report.wrong(name, f'the include guard is not {guard}')


def check_first(tree, path, report):
    own = path.with_suffix('.h')
    if not own.exists():
        return
    text = house.without_comments(tree.read(path))
    text = text.replace('#include "config.h"', '')
    first = re.search(r'^\s*#\s*include\s*[<"]([^>"]+)', text, re.M)
    want = own.relative_to(tree.root / 'src').as_posix()
    if not first or first[1] != want:
        report.wrong(tree.name(path), f'the first include is not "{want}"')


def check(tree, report):
    headers = tree.files('src/**/*.h')
    for path in headers:
        check_guard(tree.name(path), tree.read(path), report)
    for path in tree.files('src/**/*.c'):
        report.look()
        check_first(tree, path, report)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, good, said in pool.map(lambda p: compiles(tree, p), headers):
            report.look()
            if not good:
                report.wrong(tree.name(path), f'does not compile alone:\n{said}')


if __name__ == '__main__':
    house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""documented: each folder of src has its row in ARCHITECTURE.md, each file says
in its head what it is for.

With --table: prints what every file is for, folder by folder.
"""
import re
import sys

import house

MEND = ('Give the folder a row in "Who may include whom" of ARCHITECTURE.md, and '
        'the file a head comment "NAME: what it is for."')


def modules(tree):
    """folder -> {module name: its files}"""
    found = {}
    for path in tree.sources():
        folder = tree.name(path.parent)
        found.setdefault(folder, {}).setdefault(path.stem, []).append(path)
    return found


def check(tree, report):
    text = tree.read(tree.root / 'ARCHITECTURE.md')
    quoted = set(re.split(r'[\s,]+', ' '.join(re.findall(r'`([^`]+)`', text))))
    for folder, rows in modules(tree).items():
        name = folder.removeprefix('src').lstrip('/')
        if name and name not in quoted:
            report.wrong(folder, f'`{name}` is not in ARCHITECTURE.md')
        for files in rows.values():
            report.look()
            if not purpose(tree, files):
                report.wrong(tree.name(files[0]), 'says nowhere what it is for')


def purpose(tree, files):
    for path in sorted(files, key=lambda p: p.suffix != '.h'):
        m = re.match(r'/\* SPDX.*\n \*\n \* [\w-]+: ((?:.|\n)*?[.:;](?=\s))',
                     tree.read(path))
        if m:
            return re.sub(r'\s*\n \*\s*', ' ', m[1]).rstrip(':;.')
    return ''


def print_tables(tree):
    for folder, rows in sorted(modules(tree).items()):
        print(f'\n### `{folder}/`\n\n| file | purpose |\n| --- | --- |')
        for stem, files in sorted(rows.items()):
            suffixes = sorted(p.suffix[1:] for p in files)
            name = f'{stem}.{suffixes[0]}' if len(suffixes) == 1 \
                else f'{stem}.[ch]'
            print(f'| `{name}` | {purpose(tree, files)} |')


if __name__ == '__main__':
    if '--table' in sys.argv:
        print_tables(house.Tree(house.Path(__file__).resolve().parents[2]))
    else:
        house.main(check, MEND)

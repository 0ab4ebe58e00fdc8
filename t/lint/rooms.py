#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rooms: what keeps the rooms of src apart: few functions know all of a worker,
no struct of src/serve grows into a cupboard, and a file's name tells which one
is meant."""
import re
from pathlib import PurePosixPath

import house

WORKER_MAX = 119
MEMBERS_MAX = 30
MEND = ('Hand over the part of the worker that the function works on, put '
        'members that belong together into a struct of their own, or give the '
        'file a name of its own.')


FUNCTION = re.compile(r'^(?![\s#}])[^;{}]*?\(([^;{}]*)\)\n\{', re.M)
STRUCT = re.compile(r'^struct (\w+) \{\n(.*?)^\}', re.M | re.S)


def members(body):
    """How many a struct has: those of a struct within it count as one."""
    depth = n = 0
    for c in body:
        depth += (c == '{') - (c == '}')
        n += c == ';' and depth == 0
    # int a, b;
    flat = re.sub(r'\{[^{}]*\}', '', body)
    flat = re.sub(r'\([^()]*\)', '', flat)
    return n + sum(line.count(',') for line in flat.split(';'))


def check(tree, report):
    knowing, at = 0, {}
    for path in tree.sources():
        report.look()
        name = tree.name(path)
        code = house.code_only(tree.read(path))
        if name.endswith('.c'):
            knowing += sum('struct worker *' in m[1]
                           for m in FUNCTION.finditer(code))
        if name.startswith('src/serve/'):
            for m in STRUCT.finditer(code):
                n = members(m[2])
                if n > MEMBERS_MAX:
                    report.wrong(name, f'struct {m[1]} has {n} members, more '
                                 f'than {MEMBERS_MAX}')
        at.setdefault(PurePosixPath(name).stem, set()).add(str(path.parent))
    if knowing > WORKER_MAX:
        report.wrong('src', f'{knowing} functions take a struct worker, more '
                     f'than {WORKER_MAX}')
    for stem, folders in sorted(at.items()):
        if len(folders) > 1:
            report.wrong('src', f'{stem}: in more than one folder')


if __name__ == '__main__':
    house.main(check, MEND)

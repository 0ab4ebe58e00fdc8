#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""circles: files of one folder that call each other in a ring, by the symbol
tables of the built objects."""
import re
import subprocess

import house

MEND = ('Move what the lower file calls into a file of its own, or hand a value '
        'back that the caller acts upon.')

# Rings that are still there, each with its reason.  The list may only shrink.
KNOWN = {
    'master': [
        # console and turnover tell the loop what to do
        {'console', 'master', 'takeover'},
    ],
}


def symbols(build, folder, sources):
    """({symbol: module that defines it}, {module: symbols that it needs})"""
    defined, needed = {}, {}
    for path in sorted((build / 'src' / folder).glob('*.o')):
        module = path.stem
        if module not in sources:
            continue  # of a file that is gone
        out = subprocess.run(['nm', path], capture_output=True, text=True,
                             check=True).stdout
        for line in out.splitlines():
            m = re.match(r'[0-9a-f ]{8,} (\w) (\S+)$', line)
            if not m:
                continue
            if m[1] in 'TDBRCVW':
                defined[m[2]] = module
            elif m[1] == 'U':
                needed.setdefault(module, set()).add(m[2])
    return defined, needed


def graph(build, folder, sources):
    defined, needed = symbols(build, folder, sources)
    return {module: {defined[s] for s in names if s in defined} - {module}
            for module, names in needed.items()}


def rings(edges):
    """Sets of more than one file, each of which leads to all others."""
    def reach(start):
        seen, todo = set(), [start]
        while todo:
            for to in edges.get(todo.pop(), ()):
                if to not in seen:
                    seen.add(to)
                    todo.append(to)
        return seen

    reached = {n: reach(n) for n in edges}
    found = []
    for n in sorted(edges):
        ring = {m for m in reached[n] if n in reached.get(m, ())}
        if len(ring) > 1 and ring not in found:
            found.append(ring)
    return found


def check(tree, report):
    if tree.build is None:
        report.wrong('circles', 'builddir is not set; run by make check')
        return
    for folder in sorted({p.parent.name for p in tree.files('src/*/*.c')}):
        known = KNOWN.get(folder, [])
        sources = {p.stem for p in tree.files(f'src/{folder}/*.c')}
        report.look()
        for ring in rings(graph(tree.build, folder, sources)):
            if not any(ring <= k for k in known):
                report.wrong(f'src/{folder}', 'call each other in a ring: '
                             + ' '.join(sorted(ring)))


if __name__ == '__main__':
    house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sizes: no file over 500 lines (tests, which are mostly tables: 900), and in
src/ no function over 70."""
import re

import house

FILE_MAX = 500
TEST_FILE_MAX = 900
FUNCTION_MAX = 70
MEND = ('Take out a named step, or make a table of it; there is no list of '
        'exceptions.')


def functions(text):
    """(name, first line, lines) of each function of clang-formatted code:
    the opening and the closing brace are alone in the first column."""
    lines = house.code_only(text).split('\n')
    start = None
    for i, line in enumerate(lines):
        if line.rstrip() == '{':
            start = i
        elif line.rstrip() == '}' and start is not None:
            yield name_before(lines, start), start + 1, i - start + 1
            start = None


def name_before(lines, brace):
    head = ''
    for i in range(brace - 1, -1, -1):
        if not lines[i].strip() or lines[i].rstrip().endswith((';', '}')):
            break
        head = lines[i] + ' ' + head
    m = re.search(r'(\w+)\s*\(', head)
    return m[1] if m else 'function'


def check(tree, report):
    for path in tree.sources() + tree.tests():
        report.look()
        name = tree.name(path)
        text = tree.read(path)
        n = text.count('\n')
        most = FILE_MAX if name.startswith('src/') else TEST_FILE_MAX
        if n > most:
            report.wrong(name, f'{n} lines, more than {most}')
        if not name.startswith('src/'):
            continue
        for function, line, n in functions(text):
            if n > FUNCTION_MAX:
                report.wrong(f'{name}:{line}', f'{function}() has {n} lines, '
                             f'more than {FUNCTION_MAX}')


if __name__ == '__main__':
    house.main(check, MEND)

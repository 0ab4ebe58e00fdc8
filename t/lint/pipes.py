#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pipes: shell scripts in which the reader of a pipe ends before its writer.
Under `set -o pipefail` the writer's SIGPIPE then fails the whole pipe, once in
a while, and says nothing."""
import re

import house

MEND = ('Let the reader read all: grep X >/dev/null for grep -q X, sed -n 1p '
        'for head -n 1, awk without exit.')

SHELL = re.compile(r'#!.*\b(?:ba)?sh\b')
EARLY = (
    (r'head\b', 'head'),
    (r'e?grep\b[^|\n]*? -(?:[A-Za-z]*q|m ?[0-9]|-quiet)', 'grep -q or -m'),
    (r'sed\b[^|\n]*?[0-9/$; \'"]q[;\'" }]', 'sed with q'),
    (r"awk\b(?:'[^']*'|[^'|\n])*?'[^']*\bexit\b", 'awk with exit'),
)


def check(tree, report):
    for path in tree.files('quickstart', '.ci/*', 'packaging/**/*', 'src/**/*.sh', 't/**/*'):
        if path.suffix in ('.c', '.h', '.png', '.pcap', '.pcapng'):
            continue
        try:
            text = tree.read(path)
        except UnicodeDecodeError:
            continue
        if not SHELL.match(text):
            continue
        report.look()
        # a comment is no command; a command goes on after a backslash
        code = re.sub(r'(?m)^\s*#.*$', lambda m: house.blank(m[0]), text)
        code = code.replace('\\\n', '  ')
        for pattern, what in EARLY:
            for m in re.finditer(r'(?<!\|)\|(?!\|)\s*' + pattern, code):
                report.wrong(f'{tree.name(path)}:{house.line_of(text, m.start())}',
                             f'{what} ends before what it reads from')


if __name__ == '__main__':
    house.main(check, MEND)

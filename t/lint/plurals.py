#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""plurals: messages that would say "1 files"."""
import re

import house

MEND = ('Write "%u file%s" with plural(n) of base/plural.h; where the number is '
        'never 1, add the words to RIGHT in t/lint/plurals.py.')

NUMBER = r'%[-0-9]*(?:u|d|zu|llu)(?: of %[a-z]+)? '
NOUNS = ('attempts', 'bytes', 'connections', 'events', 'faults', 'files',
         'findings', 'forms', 'lines', 'paths', 'processes', 'processors',
         'releases', 'requests', 'responses', 'sockets', 'workers')
WORDS = re.compile(NUMBER + r'(?:[a-z]+ )?(?:%s)(?![a-z%%=])' % '|'.join(NOUNS))
OWN = re.compile(r'== 1 \? "" : "s"')
# Limits, and what there is always much of.
RIGHT = ('allowed: %d bytes', 'than %d bytes of a head', 'more than %d sockets')


def check(tree, report):
    for path in tree.files('src/**/*.[ch]'):
        name, lines = tree.name(path), tree.read(path)
        report.look()
        # a literal may go on in the next line, around a macro of inttypes.h
        text = re.sub(r'"\s*PRIu64\s*"', lambda m: 'llu'.ljust(len(m[0]), '\0'),
                      lines)
        text = re.sub(r'"\s*"', lambda m: '\0' * len(m[0]), text)
        for m in WORDS.finditer(text.replace('\0', '')):
            if not any(r in text.replace('\0', '')[m.start() - 30:m.end() + 30]
                       for r in RIGHT):
                report.wrong(name, 'says "%s" of 1 as well' % m[0])
        for m in OWN.finditer(lines):
            if not name.endswith('base/plural.h'):
                report.wrong(f'{name}:{house.line_of(lines, m.start())}',
                             'has a plural of its own')


if __name__ == '__main__':
    house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""banned: calls that have no place here, each with what to use instead."""
import re

import house

MEND = 'Use what is beside the name; the reasons are in t/lint/banned.py.'

NOWHERE = ()
OS = ('src/os/',)

# Calls, where they are allowed all the same, what to use instead.
BANNED = [
    (r'strcpy|strcat|strncat|strncpy|stpcpy|stpncpy|sprintf|vsprintf|gets',
     NOWHERE, 'base/buf.h, which knows its capacity'),
    (r'strtok|strtok_r|strsep', NOWHERE, 'base/span.h, which changes nothing'),
    (r'ato[il]|atoll|atof|strto(l|ul|ll|ull|imax|umax|d|f|ld)|sscanf|scanf',
     ('src/base/num.c',), 'base/num.h, which refuses what is not a number'),
    (r'signal|siginterrupt', NOWHERE, 'os/signals.h (sigaction, signalfd)'),
    (r'localtime(_r)?|gmtime|mktime|ctime(_r)?|asctime(_r)?|strftime',
     NOWHERE, 'http/date.h or os/clock.h: UTC, no locale'),
    (r'gmtime_r', OS, 'http/date.h, which needs no library'),
    (r'stat|lstat|access|faccessat|realpath', ('src/conf/', 'src/os/edit.c',
                                               'src/os/file.c',
                                               'src/tool/lab.c', 'src/tool/usage.c'),
     'os/file.h: open once, then ask the descriptor'),
    (r'system|popen|execlp|execvp', NOWHERE, 'nothing: no shell, no search'),
    (r'alloca|rand|srand|random|srandom|drand48', NOWHERE,
     'a fixed buffer; getrandom for randomness'),
    (r'tmpnam|tempnam|mktemp', NOWHERE, 'memfd_create'),
    (r'sleep|usleep', NOWHERE, 'a timer of the event loop'),
    (r'select|FD_SET', NOWHERE, 'os/poll.h: descriptors above 1023 exist'),
    (r'assert', NOWHERE, 'CHECK(): it stays on in release builds'),
    (r'setlocale|setenv|putenv|getenv', ('src/os/', 'src/main.c', 'src/master/',
                                         'src/tool/lab.c', 'src/tool/usage.c'),
     'the configuration'),
]

# Memory is sized at the start.  A file of these folders that allocates says
# in its head comment "Heap: ..." when it does so, and that it does not on a
# request's path.
HEAP = re.compile(r'(?<![\w.>])(malloc|calloc|realloc|reallocarray|strdup|'
                  r'strndup|asprintf|vasprintf|aligned_alloc|'
                  r'posix_memalign|getline|open_memstream)\s*\(')
HEAP_TOLD = ('src/base/', 'src/http/', 'src/share/', 'src/files/',
             'src/answer/', 'src/serve/', 'src/observe/')

COMPILED = [(re.compile(rf'(?<![\w.>])({calls})\s*\('), allowed, instead)
            for calls, allowed, instead in BANNED]


# JSON is written by http/json alone: no literal has a key's end in it.
JSON = re.compile(r'(?<!\\)\\":')
JSON_IN = ('src/http/json.', 'src/prepare/magic.c',  # a sample for libmagic
           'src/os/library.h')  # constants: notes of the program's file


def head_comment(text):
    end = text.find('*/')
    return text[:end] if text.startswith('/*') else ''


def check_file(name, text, report):
    code = house.code_only(text)
    for pattern, allowed, instead in COMPILED:
        if name.startswith(tuple(allowed)):
            continue
        for m in pattern.finditer(code):
            report.wrong(f'{name}:{house.line_of(code, m.start())}',
                         f'{m[1]}(): use {instead}')
    if name.startswith(HEAP_TOLD) and 'Heap:' not in head_comment(text):
        for m in HEAP.finditer(code):
            report.wrong(f'{name}:{house.line_of(code, m.start())}',
                         f'{m[1]}(): no heap on request paths; if this runs '
                         'at the start only, say so in the head comment '
                         '("Heap: ...")')
    if not name.startswith(JSON_IN):
        for m in JSON.finditer(text):
            report.wrong(f'{name}:{house.line_of(text, m.start())}',
                         'JSON by hand: use http/json.h')
    for m in re.finditer(r'\berrno\b(?!\.h)', code):
        if name.startswith(('src/http/', 'src/files/', 'src/answer/',
                            'src/serve/')):
            report.wrong(f'{name}:{house.line_of(code, m.start())}',
                         'errno: os/ functions return -errno')


def check(tree, report):
    for path in tree.sources():
        report.look()
        check_file(tree.name(path), tree.read(path), report)


if __name__ == '__main__':
    house.main(check, MEND)

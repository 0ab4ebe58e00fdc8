#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""layers: who may include whom, and who may use which library."""
import re

import house

MEND = ('A folder includes only what its row in t/lint/layers.py allows: move '
        'the code to the layer where it belongs, or hand the value in as an '
        'argument.')

# Folder -> what it may include: a folder, or single headers of it.
ALLOWED = {
    'base': ['base/'],
    'http': ['base/', 'http/'],
    'conf': ['base/', 'conf/', 'http/utf8.h'],
    'os': ['base/', 'os/'],
    'prepare': ['base/', 'http/', 'os/', 'prepare/', 'conf/conf.h',
                'share/counters.h'],
    'share': ['base/', 'http/', 'os/', 'share/'],
    'files': ['base/', 'http/', 'os/', 'conf/conf.h', 'conf/rules.h',
              'prepare/client.h', 'prepare/digest.h', 'prepare/message.h',
              'prepare/version.h', 'share/', 'files/'],
    'answer': ['base/', 'http/', 'os/', 'conf/conf.h', 'conf/rules.h',
               'prepare/version.h', 'share/', 'files/', 'answer/', 'serve/conn.h'],
    'serve': ['base/', 'http/', 'os/', 'conf/conf.h', 'conf/sites.h',
              'prepare/client.h', 'share/', 'files/', 'answer/', 'serve/'],
    'observe': ['base/', 'http/', 'os/', 'observe/', 'conf/conf.h', 'share/'],
    'master': ['base/', 'http/', 'conf/', 'os/', 'prepare/', 'share/',
               'files/', 'serve/', 'observe/', 'master/'],
    'tool': ['base/', 'http/', 'conf/', 'os/', 'prepare/', 'share/', 'files/',
             'answer/', 'serve/', 'observe/', 'master/', 'tool/'],
    'main.c': ['base/', 'conf/', 'os/', 'master/', 'tool/',
               'observe/observer.h', 'observe/watch_client.h'],
}

# Libraries and risky interfaces: header -> folders that may know it.
LIBRARIES = [
    (r'magic\.h', ['prepare']),
    (r'ini\.h', ['conf']),
    (r'(nettle|brotli)/.*|zlib\.h|zstd.*\.h', ['prepare']),
    (r'seccomp\.h|linux/(landlock|seccomp|filter)\.h|sys/prctl\.h',
     ['os', 'prepare']),
    (r'crypt\.h', ['os']),
    (r'sys/epoll\.h', ['os', 'prepare']),
    (r'sys/inotify\.h|sys/sendfile\.h', ['os']),
]

# Parsers of what files hold run where the network does not reach.
SCANNERS = [
    (r'http/refs\.h', ['http', 'prepare']),
]

# The pure layer knows bytes and numbers (and the processor's vectors).
PURE = {'emmintrin.h', 'immintrin.h', 'arm_neon.h', 'limits.h',
        'inttypes.h', 'stdarg.h', 'stdbool.h', 'stddef.h', 'stdint.h',
        'string.h'}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def folder_of(name):
    return name.split('/')[1]


def check_own(name, header, where, report):
    folder = folder_of(name)
    if header == 'config.h':
        return
    if '/' not in header:
        report.wrong(where, f'"{header}" has no folder; write it as '
                     f'"{folder}/{header}"')
    elif any(re.fullmatch(pattern, header) and folder not in folders
             for pattern, folders in SCANNERS):
        report.wrong(where, f'"{header}": {folder} does not look into files')
    elif not any(header == a or (a.endswith('/') and header.startswith(a))
                 for a in ALLOWED[folder]):
        report.wrong(where, f'{folder} may not include "{header}" '
                     f'(it may: {" ".join(ALLOWED[folder])})')


def check_system(name, header, where, report):
    folder = folder_of(name)
    if folder == 'http' and header not in PURE:
        report.wrong(where, f'src/http is pure and may not include <{header}>')
    for pattern, folders in LIBRARIES:
        if re.fullmatch(pattern, header) and folder not in folders:
            report.wrong(where, f'<{header}> belongs to {" ".join(folders)}')


def row_of(allowed, folder):
    """How a row of ARCHITECTURE.md's table says it, as a set of words."""
    return {a.rstrip('/') for a in allowed} - {folder} or {'libc'}


def told_by(cell):
    """The same of a cell: "base, http, `conf/conf.h`", "all but tool",
    "all"."""
    words = set(re.split(r'(?:,| and)\s+', cell.replace('`', '').strip()))
    first = next((w for w in words if re.match(r'all( but |$)', w)), None)
    if first:
        without = words - {first} | {first.removeprefix('all but ')}
        words = {a.rstrip('/') for row in ALLOWED.values() for a in row
                 if a.endswith('/')} - without
    return words


def check_table(tree, report):
    path = tree.root / 'ARCHITECTURE.md'
    text = tree.read(path) if path.exists() else ''
    m = re.search(r'^## Who may include whom\n(.*?)^## ', text, re.M | re.S)
    for folder, cell in re.findall(r'^\| `([\w.]+)` \| ([^|]+) \|',
                                   m[1] if m else '', re.M):
        report.look()
        want, said = row_of(ALLOWED.get(folder, []), folder), told_by(cell)
        if want != said - {folder}:
            report.wrong(f'ARCHITECTURE.md: `{folder}`', 'may include ' +
                         ', '.join(sorted(want)) + '; its row says ' +
                         ', '.join(sorted(said)))


def check(tree, report):
    check_table(tree, report)
    for path in tree.sources():
        report.look()
        name = tree.name(path)
        text = house.without_comments(tree.read(path))
        if folder_of(name) not in ALLOWED:
            report.wrong(name, 'this folder has no row in t/lint/layers.py')
            continue
        for m in INCLUDE.finditer(text):
            where = f'{name}:{house.line_of(text, m.start())}'
            rule = check_own if m[1] == '"' else check_system
            rule(name, m[2], where, report)


if __name__ == '__main__':
    house.main(check, MEND)

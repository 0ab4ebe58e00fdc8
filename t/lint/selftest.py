#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""selftest: each check finds what it is there for, and nothing in good code.

A small good tree is written to a temporary folder; then one thing at a time
is made bad, and the check has to name the file and say what is wrong.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import banned
import circles
import documented
import headers
import house
import layers
import mentioned
import named
import phrases
import pipes
import plurals
import purity
import rooms
import sizes
import texts

HEAD = '/* SPDX-License-Identifier: MIT\n *\n * {0}: an example.\n' \
    ' * Layer: {1}.\n */\n'


def c_head(module, layer):
    return HEAD.format(module, layer)


GOOD = {
    'src/http/tag.h': c_head('tag', 'http') +
    '#ifndef ETAGD_HTTP_TAG_H\n#define ETAGD_HTTP_TAG_H\n'
    '#include <stddef.h>\nint tag_len(const char *p, size_t n);\n#endif\n',
    'src/http/tag.c': c_head('tag', 'http') +
    '#include "http/tag.h"\n\n#include <string.h>\n\n'
    'static const char *const names[] = { "a", "b" };\n\n'
    'int tag_len(const char *p, size_t n)\n{\n'
    '    /* not strcpy(), not malloc() */\n'
    '    return memchr(p, \'"\', n) != names[n % 2] ? 1 : 0; // sprintf()\n'
    '}\n',
    'src/os/log.c': c_head('log', 'os') +
    'void say(const char *id);\nvoid log_all(void);\n\n'
    'void log_all(void)\n{\n    say("M001");\n    say("strcpy(a, b)");\n}\n',
    'src/http/fault.h': c_head('fault', 'http') +
    '#ifndef ETAGD_HTTP_FAULT_H\n#define ETAGD_HTTP_FAULT_H\n'
    '#define FAULT_ROWS(X) \\\n    X(NONE, 0, true, "-", "") \\\n'
    '    X(BARE_LF, 400, false, "bare-lf", "A line.")\n#endif\n',
    't/unit/tag.c': c_head('test tag', 'test') + '/* BARE_LF */\n',
    'src/local.mk': 'S = src/http/tag.c src/http/tag.h src/os/log.c '
    'src/http/fault.h \\\n\tt/unit/tag.c src/conf/keys.c\n',
    # what a tree that was built in place holds besides
    'src/os/made.c': '/* SPDX-License-Identifier: MIT\n *\n'
    ' * Made by make: do not edit.\n */\n' + 'int strcpy; \t\n' * 600,
    'src/os/log.o': '\0ELF \n \n',
    'src/conf/keys.c': c_head('keys', 'conf') + 'ROW("log", "level", x)\n',
    'doc/there.md': 'See `src/http/tag.c`, `http/tag`, `tag.[ch]`, `tag_len()`, '
    '`t/unit/*.c`, `src/FOLDER/NAME.c`, `[log] level = info`, M001 and '
    '[this](there.md).\n',
    'quickstart': "#!/bin/bash\n# SPDX-License-Identifier: MIT\n"
    "BUILD_NEEDS='\ngcc gcc -\ncurl - -\n'\n",
    '.ci/Containerfile': 'RUN apt-get install gcc \\\n    curl\n',
    't/lint/retired-ids': 'M007 was for something\n',
    'ARCHITECTURE.md': '| `http` | `os` | `conf` |\n',
}

TAG_C = GOOD['src/http/tag.c']
TAG_H = GOOD['src/http/tag.h']
LOG_C = GOOD['src/os/log.c']
LONG = 'int f(void)\n{\n' + '    ;\n' * 69 + '}\n'
SHELL = '#!/bin/bash\n# ls | head\n'
NOTE = '/* TO' 'DO: later */\n'

# (check, file to change, its new text, part of the message)
BAD = [
    (layers, 'src/http/tag.c', TAG_C + '#include "os/log.h"\n',
     'http may not include "os/log.h"'),
    (layers, 'src/http/tag.c', TAG_C + '#include <stdio.h>\n', '<stdio.h>'),
    (layers, 'src/http/tag.c', TAG_C + '#  include  "tag.h"\n', 'no folder'),
    (layers, 'src/os/log.c', LOG_C + '#include <magic.h>\n', 'belongs to'),
    (layers, 'src/serve/x.c', '#include "http/refs.h"\n',
     'does not look into files'),
    (layers, 'src/new/x.c', '', 'no row'),
    (headers, 'src/http/tag.h', TAG_H.replace('#include <stddef.h>\n', ''),
     'does not compile alone'),
    (headers, 'src/http/tag.h', TAG_H.replace('TAG_H', 'TAGS_H'), 'guard'),
    (headers, 'src/http/tag.c',
     TAG_C.replace('#include "http/tag.h"\n', '#include <stddef.h>\n'),
     'first include'),
    (sizes, 'src/http/tag.c', TAG_C + '\n' * 500, 'more than 500'),
    (sizes, 'src/http/tag.c', TAG_C + LONG, 'f() has 71 lines'),
    (rooms, 'src/serve/x.h', 'struct x {\n    int a, b[2];\n' +
     '    int i;\n' * 29 + '};\n', 'struct x has 31 members'),
    (rooms, 'src/serve/x.c',
     'static int f(const struct worker *w,\n    int n)\n{\n}\n' * 120,
     '120 functions'),
    (pipes, 'quickstart', SHELL + 'ls | sort |\n    head -n 1\n', 'head ends'),
    (pipes, 't/run', SHELL + 'ls | grep x\nls | \\\n grep -iq x || true\n', 'grep -q'),
    (pipes, 't/run', SHELL + 'ls | awk -v n=1 \'n { print; exit }\'\n', 'awk'),
    (pipes, 't/run', SHELL + 'ls | sed -n "/x/{p;q}"\n', 'sed'),
    (plurals, 'src/http/tag.c', TAG_C + 'x("%u "\n  "workers, %s");\n',
     'says "%u workers"'),
    (plurals, 'src/http/tag.c', TAG_C + 'x(n == 1 ? "" : "s");\n', 'its own'),
    (banned, 'src/http/tag.c', TAG_C + 'int y = strcpy(a, b);\n', 'strcpy()'),
    (banned, 'src/http/tag.c', TAG_C + 'void *x = malloc (3);\n', 'malloc()'),
    (banned, 'src/http/tag.c', TAG_C + 'int e = errno;\n', 'errno'),
    (banned, 'src/http/tag.c', TAG_C + 'char s[] = "{\\"a\\":1}";\n', 'JSON'),
    (banned, 'src/os/log.c', LOG_C + 'void g(void) { signal(1, 0); }\n',
     'signal()'),
    (texts, 'src/os/log.c', LOG_C.replace('SPDX', 'SPD'), 'begin with'),
    (texts, 'src/os/log.c', LOG_C.replace('* log:', '* logs:'), '"log: '),
    (texts, 'src/os/log.c', LOG_C.replace('Layer', 'Level'), 'Layer'),
    (texts, 'src/os/log.c', LOG_C + NOTE, 'do it, or make it an issue'),
    (texts, 'src/os/log.c', LOG_C + 'int a; \n', 'space at the end'),
    (phrases, 'src/os/log.c', LOG_C + '/* written an' 'ew */\n', 'again'),
    (phrases, 'src/os/log.c', LOG_C + '/* a byte that st' 'ands\n * in the '
     'line */\n', 'is, comes'),
    (phrases, 'README.md', 'It waits for wh' 'o asks.\n', 'one that'),
    (phrases, 'README.md', 'What it te' 'lls of.\n', 'shows'),
    (phrases, 'README.md', 'It stays, f' 'or it is read.\n', 'because'),
    (named, 'src/os/net.c', c_head('net', 'os'), 'in no .mk'),
    (named, 'src/http/tag.c', TAG_C + 'void h(void) { say("M001"); }\n',
     'already'),
    (named, 'src/os/log.c', LOG_C + 'void h(void) { say("M007"); }\n',
     'retired'),
    (named, 't/unit/tag.c', c_head('test tag', 'test'), 'is in no test'),
    (layers, 'ARCHITECTURE.md', '| `http` | `os` | `conf` |\n## Who may include whom\n\n'
     '| `os` | base, http | edges |\n## Next\n', 'may include base; its row'),
    (mentioned, 'README.md', 'See `src/os/gone.c`.\n', 'no src/os/gone.c'),
    (mentioned, 'README.md', 'See `os/gone`.\n', 'no os/gone'),
    (mentioned, 'README.md', 'See `t/unit/*_gone.c`.\n', 'no t/unit/*_gone.c'),
    (mentioned, 'README.md', 'See `gone.[ch]`.\n', 'no gone.[ch]'),
    (mentioned, 'README.md', 'It calls `tag_gone()`.\n', 'no tag_gone()'),
    (mentioned, 'README.md', 'In a `struct gone`.\n', 'no struct gone'),
    (mentioned, 'README.md', 'It is `TAG_GONE`.\n', 'no TAG_GONE'),
    (mentioned, 'README.md', 'The log says so (M002).\n', 'no message M002'),
    (mentioned, 'README.md', 'See [there](doc/gone.md).\n', 'leads nowhere'),
    (mentioned, '.ci/Containerfile', 'RUN apt-get install gcc\n', 'quickstart has curl'),
    (mentioned, 'ARCHITECTURE.md', '| `http` | `os` | `conf` |\n## The way of one request'
     '\n\n    tag_len -> tag_gone\n\n## Next\n', 'no tag_gone()'),
    (mentioned, 'README.md', 'The option `[log]\nlevl = info`.\n', 'has no levl'),
    (documented, 'src/tool/net.c', c_head('net', 'tool'), '`tool` is not in'),
    (documented, 'src/os/net.c', 'int i;\n', 'says nowhere'),
]

IMPURE = [
    ('int tag_n;\nint *tag_f(void) { return &tag_n; }\n', 'tag_n is mutable'),
    ('static int n = 1;\nint tag_f(void) { return n++; }\n', 'n is mutable'),
    ('int tag_f(void) { static int calls; return ++calls; }\n', 'mutable'),
    ('long time(long *);\nlong tag_f(void) { return time(0); }\n',
     'calls time'),
    ('void *malloc(unsigned long);\n'
     'void *tag_f(void) { return malloc(9); }\n', 'calls malloc'),
]


def write(root, files):
    for name, text in files.items():
        path = Path(root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def reported(module, tree):
    report = house.Report(module.MEND)
    module.check(tree, report)
    return report.lines


def archive(folder, name, text):
    """libNAME.a of one object made from text."""
    cc = os.environ.get('CC', 'cc').split()
    source = Path(folder) / f'{name}.c'
    source.write_text(text, encoding='utf-8')
    subprocess.run(cc + ['-O1', '-fPIC', '-c', str(source), '-o',
                         str(source.with_suffix('.o'))], check=True)
    library = Path(folder) / f'lib{name}.a'
    library.unlink(missing_ok=True)
    subprocess.run(['ar', 'rc', library, source.with_suffix('.o')], check=True)


def try_texts(failures):
    for module in (layers, headers, sizes, rooms, banned, phrases, pipes, plurals,
                   texts, named, mentioned, documented):
        with tempfile.TemporaryDirectory() as root:
            write(root, GOOD)
            for line in reported(module, house.Tree(root)):
                failures.append(f'{module.__name__}: in good code: {line}')
    for module, name, text, want in BAD:
        with tempfile.TemporaryDirectory() as root:
            write(root, {**GOOD, name: text})
            said = reported(module, house.Tree(root))
            if not any(want in line for line in said):
                failures.append(f'{module.__name__}: {name}: "{want}" was '
                                f'not reported, but {said}')


def try_purity(failures):
    with tempfile.TemporaryDirectory() as build:
        tree = house.Tree(build, build)
        archive(build, 'base', 'void check_failed(void) {}\n')
        archive(build, 'http',
                'static const char *const t[] = { "a", "b" };\n'
                'void check_failed(void);\n'
                'const char *tag_f(unsigned n)\n'
                '{ if (n > 1) check_failed(); return t[n]; }\n')
        for line in reported(purity, tree):
            failures.append(f'purity: in good code: {line}')
        for text, want in IMPURE:
            archive(build, 'http', text)
            said = reported(purity, tree)
            if not any(want in line for line in said):
                failures.append(f'purity: "{want}" was not reported, but '
                                f'{said}')


def compiled(build, name, text):
    """src/http/NAME.c in the tree and its object in the build."""
    path = Path(build) / f'src/http/{name}.c'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    cc = os.environ.get('CC', 'cc').split()
    subprocess.run(cc + ['-O1', '-c', str(path), '-o',
                         str(path.with_suffix('.o'))], check=True)


def try_circles(failures):
    with tempfile.TemporaryDirectory() as build:
        tree = house.Tree(build, build)
        compiled(build, 'a', 'void b(void);\nvoid a(void) { b(); }\n')
        compiled(build, 'b', 'void c(void);\nvoid b(void) { c(); }\n')
        compiled(build, 'c', 'void c(void) {}\n')
        for line in reported(circles, tree):
            failures.append(f'circles: in good code: {line}')
        compiled(build, 'c', 'void a(void);\nvoid c(void) { a(); }\n')
        said = reported(circles, tree)
        if not any('ring: a b c' in line for line in said):
            failures.append(f'circles: no ring was reported, but {said}')


if __name__ == '__main__':
    wrong = []
    try_texts(wrong)
    try_purity(wrong)
    try_circles(wrong)
    print('\n'.join(wrong) or f'{len(BAD) + len(IMPURE)} bad samples, all '
          'reported; good ones are not')
    sys.exit(1 if wrong else 0)

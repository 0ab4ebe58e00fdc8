#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""manual: etagd.ini(5) has every option with its values and default, and no
other; etagd(8) has every option of the command line; the pages in Chinese have
the sections, options, names and examples of those in English.

With --write: puts the options' part of etagd.ini(5) right.
"""
import collections
import os
import re
import subprocess
import sys

import house

MEND = 'After a change of src/conf/keys.c: t/lint/manual.py --write'
PAGE = 'packaging/man/etagd.ini.5'
BEGIN = '.\\" -- options, by t/lint/manual.py --write\n'
END = '.\\" -- end of options\n'
ROW = re.compile(r'^  (\S+) = (.*?)(?: \((default: .*|required)\))?$')


def program(tree):
    built = [tree.build / 'etagd'] if tree.build else []
    built += sorted(tree.root.glob('build*/etagd'))
    built += sorted(tree.root.glob('build/*/etagd'))
    return next((p for p in built if os.access(p, os.X_OK)), None)


def printed(path, option):
    return subprocess.run([str(path.resolve()), option], text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def mdoc(text):
    """Plain text as mdoc: no escapes, no request at the start of a line."""
    text = text.replace('\\', '\\e')
    return '\\&' + text if text.startswith(('.', "'")) else text


def quoted(text):
    return '"' + mdoc(text).replace('"', '\\(dq') + '"'


def key_rows(help_text):
    lines = []
    open_list = False
    for line in help_text.splitlines():
        section = re.match(r'^\[(.*)\]  (.*)$', line)
        row = ROW.match(line)
        if section:
            if open_list:
                lines.append('.El\n')
            lines.append(f'.Ss [{mdoc(section[1])}]\n{mdoc(section[2])}.\n')
            open_list = False
        elif row:
            if not open_list:
                lines.append('.Bl -tag -width Ds\n')
                open_list = True
            lines.append(f'.It Cm {mdoc(row[1])} = Ar {quoted(row[2])}\n')
            if row[3]:
                lines.append(f'.Pq {mdoc(row[3])}\n.br\n')
        elif line.strip():
            lines.append(mdoc(line.strip()) + '.\n')
    if open_list:
        lines.append('.El\n')
    return ''.join(lines)


def write(tree):
    path = tree.root / PAGE
    before, rest = tree.read(path).split(BEGIN)
    rows = key_rows(printed(program(tree), '--help-config'))
    path.write_text(before + BEGIN + rows + END + rest.split(END)[1],
                    encoding='utf-8')


def check_words(tree, name, words, report):
    text = tree.read(tree.root / name).replace('\\-', '-')
    for word in words:
        bare = word.lstrip('-')
        report.look()
        if word not in text and f'Fl -{bare}' not in text:
            report.wrong(name, f'{word} is missing')


# What no language changes: sections, options, environment, files, other pages,
# examples.
KEPT = re.compile(r'(?m)^\.(Sh|Ss|Dl) (.*)$|(?<=[ .])(Fl|Ev|Pa|Xr|Dv) '
                  r'([!-~]+)(?: (\d)\b)?')
CHINESE = 'packaging/man/zh_CN'


def kept(text):
    return collections.Counter(m.group().strip() for m in KEPT.finditer(text))


def check_translation(tree, path, report):
    name = str(path.relative_to(tree.root))
    mine = kept(tree.read(path))
    english = kept(tree.read(tree.root / 'packaging/man' / path.name))
    report.look()
    for what in sorted((english - mine) | (mine - english)):
        report.wrong(name, f'{what!r} is there {mine[what]} times, in English '
                           f'{english[what]}')


def check(tree, report):
    for path in sorted((tree.root / CHINESE).glob('*.[0-9]')):
        check_translation(tree, path, report)
    etagd = program(tree)
    if not etagd:
        report.look()
        print('no built etagd to compare with')
        return
    page = tree.read(tree.root / PAGE)
    report.look()
    if BEGIN not in page or END not in page:
        report.wrong(PAGE, 'has no marks around the options')
    elif page.split(BEGIN)[1].split(END)[0] != \
            key_rows(printed(etagd, '--help-config')):
        report.wrong(PAGE, 'its options are not those of the program')
    words = sorted(set(re.findall(r'--[a-z][a-z-]+',
                                  printed(etagd, '--help'))))
    check_words(tree, 'packaging/man/etagd.8', words, report)


if __name__ == '__main__':
    if '--write' in sys.argv:
        write(house.Tree(house.Path(__file__).resolve().parents[2],
                         os.environ.get('builddir')))
    else:
        house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""manual: etagd.ini(5) has every option with its values and default, and no
other; etagd(8) has every option of the command line; the pages in Chinese have
the sections, options, names and examples of those in English, and their
options are made of a table that has each text of the program.

With --write: puts the options' part of both etagd.ini(5) right.
"""
import collections
import os
import re
import subprocess

import house

MEND = ('After a change of src/conf/keys.c: its texts in '
        'packaging/man/zh_CN/options.tsv (English, a tab, Chinese), then '
        't/lint/manual.py --write')
PAGE = 'packaging/man/etagd.ini.5'
CHINESE = 'packaging/man/zh_CN'
CHINESE_PAGE = CHINESE + '/etagd.ini.5'
# English, a tab, Chinese: a text that changes has to be said again
TABLE = CHINESE + '/options.tsv'
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


def english(text):
    return text


class Chinese:
    """Says what the table has; what it has not is remembered, and so is which
    rows were of use."""

    # kind, from, to, units, "auto"; or kind and words to choose from
    RANGE = re.compile(r'(number|size|duration): (\S+) to (\S+?)'
                       r'(?:, units ([a-z ]+))?(, or auto)?$')
    CHOICE = re.compile(r'(word|switch): (.*)$')
    KINDS = {'number': '数字', 'size': '大小', 'duration': '时长', 'word': '词',
             'switch': '开关'}

    def __init__(self, text):
        self.rows = dict(line.split('\t', 1) for line in text.splitlines())
        self.used, self.missing = set(), []

    def __call__(self, text):
        if text.startswith('default: '):
            return '默认：' + text[9:]
        if text == 'required':
            return '必需'
        if m := self.RANGE.match(text):
            return ('%s：%s 到 %s' % (self.KINDS[m[1]], m[2], m[3]) +
                    (f'，单位 {m[4]}' if m[4] else '') +
                    ('，或 auto' if m[5] else ''))
        if m := self.CHOICE.match(text):
            return '%s：%s' % (self.KINDS[m[1]], m[2].replace(', ', '、'))
        self.used.add(text)
        if text not in self.rows:
            self.missing.append(text)
        return self.rows.get(text, text)


def key_rows(help_text, say=english, stop='.'):
    lines = []
    open_list = False
    for line in help_text.splitlines():
        section = re.match(r'^\[(.*)\]  (.*)$', line)
        row = ROW.match(line)
        if section:
            if open_list:
                lines.append('.El\n')
            lines.append(f'.Ss [{mdoc(section[1])}]\n'
                         f'{mdoc(say(section[2]))}{stop}\n')
            open_list = False
        elif row:
            if not open_list:
                lines.append('.Bl -tag -width Ds\n')
                open_list = True
            lines.append(f'.It Cm {mdoc(row[1])} = Ar '
                         f'{quoted(say(row[2]))}\n')
            if row[3]:
                lines.append(f'.Pq {mdoc(say(row[3]))}\n.br\n')
        elif line.strip():
            lines.append(mdoc(say(line.strip())) + stop + '\n')
    if open_list:
        lines.append('.El\n')
    return ''.join(lines)


def pages(tree, help_text):
    """Each page with options and what these are to be; then the table."""
    chinese = Chinese(tree.read(tree.root / TABLE))
    return [(PAGE, key_rows(help_text)),
            (CHINESE_PAGE, key_rows(help_text, chinese, '。'))], chinese


def write(tree):
    for name, rows in pages(tree, printed(program(tree), '--help-config'))[0]:
        path = tree.root / name
        before, rest = tree.read(path).split(BEGIN)
        path.write_text(before + BEGIN + rows + END + rest.split(END)[1],
                        encoding='utf-8')


def check_options(tree, help_text, report):
    wanted, chinese = pages(tree, help_text)
    for name, rows in wanted:
        page = tree.read(tree.root / name)
        report.look()
        if BEGIN not in page or END not in page:
            report.wrong(name, 'has no marks around the options')
        elif page.split(BEGIN)[1].split(END)[0] != rows:
            report.wrong(name, 'its options are not those of the program')
    for text in chinese.missing:
        report.wrong(TABLE, f'has no line for {text!r}')
    for text in sorted(set(chinese.rows) - chinese.used):
        report.wrong(TABLE, f'{text!r} is said nowhere')


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
    check_options(tree, printed(etagd, '--help-config'), report)
    words = sorted(set(re.findall(r'--[a-z][a-z-]+',
                                  printed(etagd, '--help'))))
    check_words(tree, 'packaging/man/etagd.8', words, report)


if __name__ == '__main__':
    house.main(check, MEND, write)

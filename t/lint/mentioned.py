#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mentioned: what documents name is there: files, functions, structs, enumerators,
log ids, options and places that links lead to; and in the Containerfile, what
quickstart installs.
"""
import re

import house

MEND = ('Name what is there now.  Words in capitals (NAME, N) and * are room for '
        'any name.')

DOCUMENTS = ('*.md', 'doc/*.md', 't/**/*.md', 'lab/**/*.md', 'packaging/**/*.md')
HISTORY = 'CHANGELOG.md'  # may name what was
CODE = ('src/**/*.[ch]', 't/**/*.[ch]', 'src/**/*.js')
SUFFIXES = r'(?:c|h|\[ch\]|py|js|md|mk|ini|tsv)'
# Sections whose keys are made up by whoever writes them.
PATTERNS = ('header', 'redirect', 'alias', 'cache', 'host', 'access', 'site')


class Names:
    """All that may be named."""

    def __init__(self, tree):
        self.root = tree.root
        self.files = {tree.name(p) for p in tree.files('**/*')}
        self.bare = {name.rsplit('/', 1)[-1] for name in self.files}
        self.folders = {p.name for p in tree.root.glob('src/*') if p.is_dir()}
        self.top = {p.name for p in tree.root.iterdir() if p.is_dir()} - {'build'}
        code = '\n'.join(house.code_only(tree.read(p)) for p in tree.files(*CODE))
        self.words = set(re.findall(r'\w+', code))
        self.structs = set(re.findall(r'\bstruct (\w+)', code))
        self.stems = {p.stem.upper() for p in tree.sources()}
        self.ids = {i for p in tree.sources()
                    for i in re.findall(r'"([A-Z][0-9]{3})"', tree.read(p))}
        self.keys = {}
        keys = tree.root / 'src/conf/keys.c'
        if keys.exists():
            for section, key in re.findall(r'ROW\(\s*"([\w-]+)",\s*"([\w-]+)"',
                                           tree.read(keys)):
                self.keys.setdefault(section, set()).add(key)

    def file(self, name):
        """Is there one (or a folder) by that name, with or without its suffix,
        from the top or from src?"""
        name = name.rstrip('/')
        both = [name.replace('.[ch]', s) for s in ('.c', '.h')] \
            if '[ch]' in name else [name]
        for one in both:
            found = [at + one + suffix for at in ('', 'src/')
                     for suffix in ('', '.c', '.h')]
            if any((self.root / f).exists() for f in found):
                continue
            if '/' not in one and one in self.bare:
                continue
            if '*' in one and next(self.root.glob(one), None):
                continue
            return False
        return True


def any_name(text):
    """Has room for any name: NAME, N, DATE-COMMIT, ..."""
    return bool(re.search(r'(?<![A-Za-z])[A-Z]+(?![A-Za-z])', text.replace(
        'README', '').replace('CHANGELOG', '').replace('LC_MESSAGES', '')))


def is_file(text, names):
    if not re.fullmatch(r'[\w./\[\]*-]+', text) or text.startswith(('/', '.')):
        return False
    if '/' in text:
        first = text.split('/')[0]
        return first in names.top and first != 'build' or first in names.folders
    return bool(re.fullmatch(r'\w[\w-]*\.' + SUFFIXES, text))


def fault_of(text, names):
    """What is wrong with these words between backquotes, or None."""
    words = text.split()
    function = re.fullmatch(r'(\w+)\(\)', text)
    struct = re.fullmatch(r'struct (\w+)', text)
    option = re.fullmatch(r'\[([\w-]+)\] ([a-z][\w-]*)( = .*)?', text)
    if function and function[1] not in names.words:
        return f'there is no {text}'
    if struct and struct[1] not in names.structs and len(struct[1]) > 1:
        return f'there is no {text}'
    if option and option[1] in names.keys and option[1] not in PATTERNS and \
            option[2] not in names.keys[option[1]]:
        return f'[{option[1]}] has no {option[2]}'
    if re.fullmatch(r'[A-Z]+(_[A-Z]+)+', text) and \
            text.split('_')[0] in names.stems and text not in names.words:
        return f'there is no {text}'
    for word in words:
        if is_file(word, names) and not any_name(word) and not names.file(word):
            return f'there is no {word}'
    return None


def check_way(name, text, names, report):
    """The picture of a request's way: indented lines of names of functions."""
    m = re.search(r'^## The way of one request\n(.*?)^## ', text, re.M | re.S)
    for line in m[1].split('\n') if m else ():
        if not line.startswith('    '):
            continue
        for word in re.findall(r'\b[a-z]+(?:_[a-z]+)+\b', line):
            report.look()
            if word not in names.words:
                report.wrong(name, f'there is no {word}()')


def check_links(path, tree, text, report):
    for m in re.finditer(r'\]\(([^)#\s]+)(?:#[^)]*)?\)', text):
        if re.match(r'[a-z]+:', m[1]):
            continue
        report.look()
        if not (path.parent / m[1]).exists():
            report.wrong(f'{tree.name(path)}:{house.line_of(text, m.start())}',
                         f'the link leads nowhere: {m[1]}')


def check_container(tree, report):
    """What quickstart would install for build and tests is in the image."""
    quickstart, image = tree.root / 'quickstart', tree.root / '.ci/Containerfile'
    if not quickstart.exists() or not image.exists():
        return
    there = set(re.split(r'[\s\\]+', tree.read(image)))
    for rows in re.findall(r"^(?:BUILD|TEST)_NEEDS='\n(.*?)^'",
                           tree.read(quickstart), re.M | re.S):
        for row in rows.splitlines():
            report.look()
            if row.split()[0] not in there:
                report.wrong('.ci/Containerfile', 'quickstart has '
                             f'{row.split()[0]}, which is not here')


def check(tree, report):
    check_container(tree, report)
    names = Names(tree)
    for path in tree.files(*DOCUMENTS):
        name, text = tree.name(path), tree.read(path)
        if name == HISTORY:
            continue
        check_links(path, tree, text, report)
        check_way(name, text, names, report)
        prose = re.sub(r'^```.*?^```', lambda m: house.blank(m[0]), text,
                       flags=re.M | re.S)
        for m in re.finditer(r'`([^`]+)`', prose):
            report.look()
            fault = fault_of(re.sub(r'\s+', ' ', m[1]), names)
            if fault:
                report.wrong(f'{name}:{house.line_of(text, m.start())}', fault)
        for m in re.finditer(r'\b[A-Z][0-9]{3}\b(?!\.)', prose):
            if names.ids and m[0] not in names.ids and \
                    m[0][0] in {i[0] for i in names.ids}:
                report.wrong(f'{name}:{house.line_of(text, m.start())}',
                             f'there is no message {m[0]}')


if __name__ == '__main__':
    house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""purity: the symbol table of src/http proves that it calls nothing but
itself, src/base and memory functions, and that it has no mutable data."""
import re
import subprocess

import house

MEND = ('src/http takes bytes and numbers and returns values: hand clocks, '
        'files and memory in as arguments, and declare tables const.')

# What compilers and their instruments put in themselves.
INSTRUMENTS = (r'__(asan|ubsan|tsan|msan|lsan|hwasan|sanitizer|sancov|gcov|'
               r'llvm|start___sancov|stop___sancov|odr_asan)\w*|'
               r'mcount|_mcount|__fentry__|__gcov_.*')
# Numbers of 64 bits are divided by functions where a processor has only 32.
ALLOWED = re.compile(
    r'(bcmp|mem(cpy|move|set|cmp|chr|rchr|mem)|str(len|nlen|cmp|ncmp|chr|rchr))'
    r'|__(mem|str)\w+_chk|__stack_chk_(fail|guard)|_GLOBAL_OFFSET_TABLE_'
    r'|_DYNAMIC|__(u?div|u?mod|u?divmod)di[34]|' + INSTRUMENTS)
# -ftrivial-auto-var-init, sanitizers and coverage make data of these names.
OWN_DATA = re.compile(r'[.*$]|__|_?\.?L(ubsan|ASAN|C)|.*\.(asan|gcov)')
MUTABLE = re.compile(r'\.(data|bss|tdata|tbss)(?!\.rel\.ro)|\*COM\*')


def run(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          check=True).stdout


def defined(archive):
    return {line.split()[-1] for line in
            run('nm', '--defined-only', '--extern-only', archive).splitlines()
            if len(line.split()) >= 3}


def check_calls(archive, known, report):
    member = archive.name
    for line in run('nm', '--undefined-only', archive).splitlines():
        if line.endswith(':'):
            member = line[:-1]
            report.look()
            continue
        fields = line.split()
        if not fields or fields[-1] in known:
            continue
        if not ALLOWED.fullmatch(fields[-1]):
            report.wrong(member, f'calls {fields[-1]}')


def check_data(archive, report):
    member = archive.name
    for line in run('objdump', '-t', archive).splitlines():
        head = re.match(r'(\S+\.o):', line)
        if head:
            member = head[1]
            continue
        # value, seven flag characters, section, size, name
        m = re.match(r'[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+ (?:\.hidden )?(\S+)$',
                     line)
        if not m or 'd' in m[1] or OWN_DATA.match(m[3]):
            continue
        if MUTABLE.match(m[2]) and m[3] != m[2]:
            report.wrong(member, f'{m[3]} is mutable data (section {m[2]})')


def check(tree, report):
    if tree.build is None:
        report.wrong('purity', 'builddir is not set; run by make check')
        return
    archive = tree.build / 'libhttp.a'
    known = defined(archive) | defined(tree.build / 'libbase.a')
    check_calls(archive, known, report)
    check_data(archive, report)


if __name__ == '__main__':
    house.main(check, MEND)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""completions: those of bash, zsh and fish have every sub-command with its own
options, and for -o every key of src/conf/keys.c with its words; and no other.

With --write: makes the three files from the tables here, the program's
--help-config and the options that the sources read.
"""
import ast
import re
from collections import namedtuple

import house
import manual

MEND = ('A new option gets its row in t/lint/completions.py; then: '
        't/lint/completions.py --write')
FOLDER = 'packaging/completions'
MADE = '# Made by t/lint/completions.py --write: do not edit.'
Option = namedtuple('Option', 'short long kind help')
Command = namedtuple('Command', 'source rest help options')

# kind: None takes no argument; file, dir, ini, key, text; else its words.
HELP = Option('h', 'help', None, 'print a summary')
KEY = Option('o', '', 'key', 'override one option')
INI = Option('c', 'config', 'ini', 'as FILE says')
COMMANDS = {
    '': Command('src/main.c', 'dir', '', (
        INI, KEY,
        Option('t', 'test', None, 'check the configuration and end'),
        Option('', 'dump-config', None, 'print the effective configuration'),
        Option('', 'show-budget', None,
               'add up the memory that the configuration allows'),
        Option('', 'help-config', None,
               'print every option with its default'),
        Option('', 'reload', None,
               'have the running etagd take the new configuration'),
        Option('', 'stop', None, 'end the running etagd now'),
        Option('', 'finish', None, 'end it when its responses are sent'),
        Option('', 'drain', None, 'the same, but let balancers know before'),
        Option('', 'reopen', None, 'have it open its logs again'),
        Option('', 'status', '?json', 'print what it does'),
        Option('', 'control', 'file', 'reach it at this socket'),
        Option('V', 'version', None, 'print the version'), HELP)),
    'check': Command('src/tool/checkup.c', 'dir',
                     'what browsers will ask for, and doubts', (
        INI, KEY, Option('j', 'json', None, 'as JSON'),
        Option('', 'after', 'text', 'the second look comes that much later'),
        HELP)),
    'explain': Command('src/tool/explain.c', 'dir',
                       'what a request would be answered with, and why', (
        INI, KEY, Option('H', 'header', 'text', 'a field of the request'),
        Option('X', 'request', 'GET HEAD OPTIONS', 'its method'),
        Option('', 'host', 'text', 'its Host'), HELP)),
    'passwd': Command('src/tool/passwd.c', 'file',
                      'makes an entry of a file for [access]', (
        Option('', 'stdin', None, 'the password is the first line there'),
        Option('', 'check', None, 'is it the password?'),
        Option('B', 'bcrypt', None, 'a hash that other servers know'),
        Option('C', 'cost', 'text', 'so dear a hash'),
        Option('D', 'delete', None, 'take the entry away'), HELP)),
    'precompress': Command('src/tool/precompress.c', 'dir',
                           'writes coded forms beside files', (
        KEY, Option('', 'check', None, 'only tell whether all is there'),
        Option('n', 'dry-run', None, 'only tell what would be done'),
        Option('f', 'force', None, 'replace newer ones, too'),
        Option('j', 'jobs', 'text', 'processes'),
        Option('v', 'verbose', None, 'name each file'), HELP)),
    'mime': Command('src/tool/mime.c', 'file',
                    'which media type a file gets, and why', (HELP,)),
    'lab': Command('lab/etagdlab/options.py experiment', 'dir',
                   'an experiment with a browser, and its report', (
        INI._replace(long='conf'), KEY._replace(long='option'),
        Option('s', 'scenario', 'text', 'the steps'),
        Option('p', 'page', 'text', 'the page that is visited'),
        Option('r', 'report', 'file', 'the report'),
        Option('j', 'json', 'file', 'the same for programs'),
        Option('w', 'pcapng', 'file', 'the capture, with comments'),
        Option('', 'name', 'text', 'whose report it is'),
        Option('', 'number', 'text', 'student number'),
        Option('', 'subject', 'text', 'of the course'),
        Option('', 'port', 'text', 'port of the server'),
        Option('', 'lang', 'en zh', 'language of the report'),
        Option('', 'capture', 'auto dumpcap socket off', 'how to capture'),
        Option('', 'matrix', 'quick full off', 'policies beside actions'),
        Option('', 'keep', None, 'keep the folder'),
        Option('q', 'quiet', None, 'say less'),
        Option('', 'browser', 'chromium firefox', 'that makes the visits'),
        Option('', 'no-spare', None, 'no connection ahead of need'),
        Option('e', 'exercise', 'text', 'one of the exercises'),
        Option('', 'answers', None, 'fill in its answers, for teachers'),
        Option('', 'figures', None, 'name the packets to look at'),
        Option('', 'notes', 'file', 'own words, by section'),
        Option('', 'into', 'file', 'put the own words into that report'),
        Option('', 'class', 'dir', 'a table over many reports'),
        Option('', 'verify', 'file', 'a report against its capture'),
        Option('', 'diff', 'file', 'compare two reports'), HELP)),
    'annotate': Command('lab/etagdlab/options.py annotate', 'file',
                        "the server's account as comments of a capture",
                        (HELP,)),
    'watch': Command('src/observe/watch_client.c', '',
                     'what the observer of a server tells', (
        Option('a', '', None, 'begin with what has happened so far'),
        HELP)),
}
TOOLS = [name for name in COMMANDS if name]


# -- what the sources say

def options_of_c(text):
    """Short and long options that the command line is read for."""
    found = set()
    for string in re.findall(r'cmdline_next\(\w+, argc, argv,\s*"([^"]*)"', text):
        found.update('-' + c for c in string if c != ':')
    for name in re.findall(r'\{ "([a-z-]+)", \w+_argument,', text):
        found.add('--' + name)
    return found


def functions(tree):
    return {f.name: f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}


def options_of_python(text, name):
    """Options of the parser that is made in the function of this name."""
    found = {'-h', '--help'}  # by argparse itself
    for call in ast.walk(functions(ast.parse(text))[name]):
        if isinstance(call, ast.Call) and \
                getattr(call.func, 'attr', '') == 'add_argument':
            found.update(a.value for a in call.args
                         if isinstance(a, ast.Constant) and
                         str(a.value).startswith('-'))
    return found


PARSERS = {'experiment': 'lab_parser', 'annotate': 'annotate_parser'}


def read_options(tree, command):
    file, _, which = command.source.partition(' ')
    text = tree.read(tree.root / file)
    if which:
        return options_of_python(text, PARSERS[which])
    return options_of_c(text)


def words_of(option):
    return (['-' + option.short] if option.short else []) + (
        ['--' + option.long] if option.long else [])


# -- the keys of -o, from the program's own table

def keys(help_text):
    """[(section.key, [words])]"""
    found, section = [], ''
    for line in help_text.splitlines():
        head = re.match(r'\[(.*)\]  ', line)
        row = manual.ROW.match(line)
        if head:
            section = head[1] if re.fullmatch('[a-z]+', head[1]) else ''
        elif row and section and row[1].islower():
            kind, _, values = row[2].partition(': ')
            words = values.split(', ') if kind in ('word', 'switch') else []
            words += re.findall(r'(?:^|, )or (\w+)$', values)
            words = [w for w in words if re.fullmatch(r'[\w-]+', w)]
            found.append((section + '.' + row[1], sorted(set(words))))
    return found


# -- bash

BASH = '''# bash completion for etagd
%(made)s
_etagd_keys='%(keys)s'

_etagd_values()
{
    case $1 in
%(values)s
    esac
}

_etagd_options()
{
    case $1 in
%(options)s
    esac
}

# What the option $2 of the sub-command $1 takes: nothing, a kind, or words.
_etagd_argument()
{
    case $1:$2 in
%(arguments)s
    esac
}

# Completes $cur to the words given; what comes before its last = is readline's.
_etagd_offer()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
    if [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${cur%%=*}="}")
    fi
    if [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

_etagd_key()
{
    local key=${cur%%=*} word words=
    if [[ $cur != *=* ]]; then
        _etagd_offer "$_etagd_keys"
        return
    fi
    for word in $(_etagd_values "$key"); do
        words+=" $key=$word"
    done
    _etagd_offer "$words"
}

_etagd()
{
    local line=${COMP_LINE:0:COMP_POINT} words cur= prev= tool= argument
    read -ra words <<<"$line"
    if [[ $line != *[[:space:]] ]]; then
        cur=${words[-1]}
        unset 'words[-1]'
    fi
    ((${#words[@]} < 1)) || prev=${words[-1]}
    case ${words[1]-} in
    %(tools)s) tool=${words[1]} ;;
    esac
    COMPREPLY=()
    argument=$(_etagd_argument "$tool" "$prev")
    case $argument in
    file | ini) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    key) _etagd_key ;;
    text) ;;
    '')
        if [[ $cur == -* ]]; then
            _etagd_offer "$(_etagd_options "$tool")"
        elif [[ %(files)s ]]; then
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        elif [[ $tool != watch ]]; then
            mapfile -t COMPREPLY < <(compgen -d -- "$cur"
                ((${#words[@]} > 1)) || compgen -W '%(tool_words)s' -- "$cur")
        fi
        ;;
    *) _etagd_offer "$argument" ;;
    esac
}
complete -F _etagd etagd
'''


def folded(words, indent):
    """Words in lines of 80 columns at most."""
    lines, line = [], ''
    for word in words:
        if line and len(indent) + len(line) + len(word) > 78:
            lines.append(line)
            line = ''
        line += (' ' if line else '') + word
    return ('\n' + indent).join(lines + [line])


def spelt(option):
    """As it is offered: with = and its word where that is optional."""
    more = ['--%s=%s' % (option.long, option.kind[1:])] if \
        (option.kind or '').startswith('?') else []
    return words_of(option) + more


def bash(rows):
    options, arguments = [], []
    for name, c in COMMANDS.items():
        words = [w for o in c.options for w in spelt(o)]
        options.append("    '%s') echo '%s' ;;" % (
            name, folded(words, ' ' * 8)))
        for o in c.options:
            if o.kind and not o.kind.startswith('?'):
                arguments.append("    %s) echo '%s' ;;" % (
                    ' | '.join('%s:%s' % (name, w) for w in words_of(o)),
                    o.kind))
    return BASH % {
        'made': MADE, 'keys': folded([k + '=' for k, _ in rows], ' ' * 4),
        'values': '\n'.join("    %s) echo '%s' ;;" % (k, ' '.join(w))
                            for k, w in rows if w),
        'options': '\n'.join(options), 'arguments': '\n'.join(arguments),
        'tools': ' | '.join(TOOLS), 'tool_words': ' '.join(TOOLS),
        'files': ' || '.join('$tool == ' + t for t in TOOLS
                             if COMMANDS[t].rest == 'file')}


# -- zsh

ZSH = '''#compdef etagd
# zsh completion for etagd
%(made)s
_etagd_key() {
    local -a keys=(%(keys)s)
    local key=${PREFIX%%%%=*}
    if ! compset -P '*='; then
        compadd -S '' -- ${^keys}=
        return
    fi
    case $key in
%(values)s
    esac
}

_etagd_tools() {
    local -a tools=(
%(tools)s
    )
    _describe -t commands 'sub-command' tools
    _files -/
}

_etagd() {
    local tool=
    case ${words[2]-} in
    %(tool_words)s)
        ((CURRENT > 2)) && tool=$words[2]
        ;;
    esac
    if [[ -n $tool ]]; then
        shift words
        ((CURRENT--))
    fi
    case $tool in
%(cases)s
    esac
}

_etagd "$@"
'''
ZSH_KINDS = {'file': ':file:_files', 'ini': ':configuration:_files -g "*.ini"',
             'key': ':option:_etagd_key', 'text': ':text:', 'dir':
             ':directory:_files -/'}


def zsh_kind(kind):
    if kind is None:
        return ''
    if kind.startswith('?'):
        return '::form:(%s)' % kind[1:]
    return ZSH_KINDS.get(kind, ':word:(%s)' % kind)


def zsh_option(o):
    about = '[%s]%s' % (o.help.replace("'", "'\\''"), zsh_kind(o.kind))
    sign = '=-' if (o.kind or '').startswith('?') else ''
    if o.kind == 'key' or o.help.startswith('a field'):
        return ' '.join("'*%s%s'" % (w, about) for w in words_of(o))
    if o.short and o.long:
        return "'(-%s --%s)'{-%s,--%s}'%s'" % (o.short, o.long, o.short,
                                               o.long, about)
    return "'%s%s%s'" % (words_of(o)[0], sign, about)


def zsh(rows):
    cases = []
    for name, c in COMMANDS.items():
        lines = [zsh_option(o) for o in c.options]
        if not name:
            lines.append("'::directory or sub-command:_etagd_tools'")
        elif c.rest:
            lines.append("'*%s'" % ZSH_KINDS[c.rest])
        cases.append("    '%s')\n        _arguments -s \\\n            %s\n"
                     "        ;;" % (name, ' \\\n            '.join(lines)))
    return ZSH % {
        'made': MADE, 'keys': folded([k for k, _ in rows], ' ' * 8),
        'values': '\n'.join('    %s) compadd -- %s ;;' % (k, ' '.join(w))
                            for k, w in rows if w),
        'tools': '\n'.join("        '%s:%s'" % (
            t, COMMANDS[t].help.replace("'", "'\\''")) for t in TOOLS),
        'tool_words': ' | '.join(TOOLS), 'cases': '\n'.join(cases)}


# -- fish

def fish_option(name, o):
    where = '__fish_seen_subcommand_from ' + (name or ' '.join(TOOLS))
    parts = ['complete -c etagd', "-n '%s%s'" % (
        '' if name else 'not ', where)]
    if o.short:
        parts.append('-s ' + o.short)
    if o.long:
        parts.append('-l ' + o.long)
    kind = o.kind or ''
    if kind in ('file', 'ini', 'dir'):
        parts.append('-r -F')
    elif kind == 'key':
        parts.append("-x -a '(__etagd_keys)'")
    elif kind == 'text':
        parts.append('-x')
    elif kind.startswith('?'):
        parts.append("-a '%s'" % kind[1:])
    elif kind:
        parts.append("-x -a '%s'" % kind)
    return ' '.join(parts) + " -d '%s'" % o.help.replace("'", "\\'")


def fish(rows):
    keys_lines = []
    for key, words in rows:
        keys_lines.append('    echo %s=' % key)
        keys_lines += ['    echo %s=%s' % (key, w) for w in words]
    lines = ['# fish completion for etagd', MADE, 'function __etagd_keys',
             *keys_lines, 'end', '']
    first = "-n 'not __fish_seen_subcommand_from %s'" % ' '.join(TOOLS)
    for t in TOOLS:
        lines.append("complete -c etagd %s -a %s -d '%s'" % (
            first, t, COMMANDS[t].help.replace("'", "\\'")))
        if not COMMANDS[t].rest:
            lines.append("complete -c etagd -n '__fish_seen_subcommand_from "
                         "%s' -f" % t)
    for name, c in COMMANDS.items():
        lines += [fish_option(name, o) for o in c.options]
    return '\n'.join(lines) + '\n'


FILES = {'etagd.bash': bash, '_etagd': zsh, 'etagd.fish': fish}


def check(tree, report):
    for name, command in COMMANDS.items():
        report.look()
        told = {w for o in command.options for w in words_of(o)}
        for word in told ^ read_options(tree, command):
            report.wrong(command.source, '%s is %s the completions of "etagd '
                         '%s"' % (word, 'only in' if word in told else
                                  'missing in', name))
    etagd = manual.program(tree)
    if not etagd:
        print('no built etagd to compare with')
        return
    rows = keys(manual.printed(etagd, '--help-config'))
    for name, make in FILES.items():
        report.look()
        path = tree.root / FOLDER / name
        if not path.exists() or tree.read(path) != make(rows):
            report.wrong('%s/%s' % (FOLDER, name),
                         'is not what the tables make of it')


def write(tree):
    rows = keys(manual.printed(manual.program(tree), '--help-config'))
    for name, make in FILES.items():
        (tree.root / FOLDER / name).write_text(make(rows), encoding='utf-8')


if __name__ == '__main__':
    house.main(check, MEND, write)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compile_commands: how each .c file is compiled, for editors and analysers.

Called by `make compile_commands.json` as: SRCDIR OUTPUT COMPILER FLAG...
All files of etagd are compiled with the same flags; those that harden the
code are left out, for not every analyser's compiler knows them.
"""
import json
import os
import sys
from pathlib import Path


LEFT_OUT = ('-ftrivial-auto-var-init', '-fstack-', '-fcf-protection', '-Wl,')


def main(srcdir, output, *command):
    root = Path(srcdir).resolve()
    files = [*root.glob('src/**/*.c'), *root.glob('t/**/*.c')]
    kept = [word for word in command if not word.startswith(LEFT_OUT)]
    rows = [{'directory': os.getcwd(), 'file': str(p),
             'arguments': [*kept, '-c', str(p)]} for p in sorted(files)]
    Path(output).write_text(json.dumps(rows, indent=1) + '\n')
    link = root / 'compile_commands.json'
    if os.access(root, os.W_OK) and (link.is_symlink() or not link.exists()):
        link.unlink(missing_ok=True)
        link.symlink_to(Path(output).resolve())


if __name__ == '__main__':
    main(*sys.argv[1:])

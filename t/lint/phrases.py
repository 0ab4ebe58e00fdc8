#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""phrases: turns of phrase that are no plain English, in documents, messages
and comments.  Each was in the tree once, and reads like another language's."""
import re

import house

MEND = ('Say it in plain English, as beside the phrase; where it is right as it '
        'is (a question after who, a page that stands in for another), add it '
        'to RIGHT in t/lint/phrases.py.')

TEXTS = ('src/**/*.[ch]', 't/**/*.[ch]', 't/**/*.py', 't/**/*.mk', 't/**/*.md',
         'lab/**/*.py', 'conf/*', 'doc/*.md', 'packaging/**/*.md',
         'packaging/man/*', 'packaging/fleet/*', '*.md', '.github/**/*',
         'quickstart')
# What readers see first is held to more.
SHOWN = ('.md', '.8', '.5', '.ini', '.yml')

PHRASES = (
    (r'\banew\b', 'again, from the start'),
    (r'\blest\b', 'so that ... not, or'),
    (r'\bso much (?:later|earlier)\b', 'that much later'),
    (r'\bstands? (?:here|there|behind|before|beside|between|around|alone|'
     r'twice|at|on (?:a|its|the)|in (?:a|the|this|its|line|front|strings)|'
     r'with|first|together|as (?:it|they))\b', 'is, comes, is written'),
    (r'\b(?:for|until|than|unless|because|so that|only) who\b(?! in\b|,)',
     'one that, those who, a client that'),
    (r'[.;:] [Ww]ho (?:is|was|has|had|asks|waits|reads|sends|holds|takes|needs|'
     r'comes|made|does|did) ', 'one that, whoever, a client that'),
    (r'\bso (?:long|far) as who\b', 'as long as the one that'),
)
SHOWN_PHRASES = (
    (r'\b(?:tells?|told) of\b', 'shows, names, warns of, announces'),
    (r', for (?:it|they|libraries) (?:is|are|was|were|may|can|can\'t|has|have|had|'
     r'would|will|try)\b', 'since, because'),
    (r'\bhand(?:s|ed)? out a\b(?= who)', 'hands to'),
)
# Text around a phrase that is right as it is.
RIGHT = (
    'An address that can\'t be had: who holds it', 'not the option. Who has it',
    'below a folder: who did what', 'beside each other: who did what',
)


def check(tree, report):
    for path in tree.files(*TEXTS):
        name = tree.name(path)
        if name == 't/lint/phrases.py' or path.suffix in ('.png', '.pyc'):
            continue
        report.look()
        phrases = PHRASES + (SHOWN_PHRASES if path.suffix in SHOWN else ())
        # A phrase may go on in the next line, behind its comment's star.
        text = re.sub(r'\n[ \t]*(?:\*|//|#|;)?[ \t]*', lambda m: ' ' * len(m[0]),
                      tree.read(path))
        lines = tree.read(path)
        for pattern, instead in phrases:
            for m in re.finditer(pattern.replace(' ', ' +'), text):
                around = ' '.join(
                    text[max(0, m.start() - 40):m.end() + 40].split())
                if any(r in around for r in RIGHT):
                    continue
                report.wrong(f'{name}:{house.line_of(lines, m.start())}',
                             f'"{" ".join(m[0].split())}": {instead}')


if __name__ == '__main__':
    house.main(check, MEND)

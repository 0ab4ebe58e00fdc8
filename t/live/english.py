# SPDX-License-Identifier: MIT
"""english: what no text for people may say, whoever wrote it."""
import html
import re

# Verbs, units and names behind a number: "step 1 has", "generation 1 serves".
NO_NOUN = frozenset("is has was does serves ends finishes us ms this".split())


def plurals(text):
    """"1 requests" and the like; "0 of 1 requests" is right."""
    return [m.group() for m in re.finditer(
        r"(?<![\w.,:/%-])(?<! of )1 ([a-z]+s)\b(?![=:/])", text)
        if m.group(1) not in NO_NOUN]


def shown(page):
    """What a reader meets of a page of HTML; styles, scripts, and what programs
    say (PRE, CODE) are left out."""
    text = re.sub(r"(?s)<(style|script|pre|code)\b.*?</\1>", " ", page)
    # a number and what it counts may stand in elements of their own
    text = re.sub(r"</?(?:b|i|em|span|small|strong|tspan)\b[^>]*>", "", text)
    return html.unescape(re.sub(r"<[^>]*>", "\n", text))

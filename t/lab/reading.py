# SPDX-License-Identifier: MIT
"""What a test reads out of a report."""
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]


def english(html):
    """What a report says in three English words or more, but for what programs
    and browsers say (PRE, CODE, the versions)."""
    text = re.sub(r"(?s)<(style|pre|code|title|dd)\b.*?</\1>", " ", html)
    text = re.sub(r"(?s)<section id=\"versions\".*?</section>", " ", text)
    text = re.sub(r"<[^>]*>", "\n", text)
    return re.findall(r"[A-Za-z]{2,},? [A-Za-z]{2,},? [A-Za-z]{2,}.*", text)

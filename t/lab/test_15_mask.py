# SPDX-License-Identifier: MIT
"""Secrets are masked as the server does it: the table of its own test."""
import re

import pytest

from etagdlab import mask
from reading import TOP

TABLE = (TOP / "t" / "unit" / "mask.c").read_text()
WORDS = re.search(r'WORDS SPAN\("(.*)"\)', TABLE)[1]


def rows(function):
    body = TABLE[TABLE.index("void %s(" % function):]
    body = body[:body.index("\n    };")]
    found = [(a, b) for a, b in re.findall(
        r'\{ ("(?:[^"\\]|\\.)*"),\s+(.*?) \},', body)]
    assert len(found) > 10
    return found


def c_text(literal):
    return literal[1:-1].replace('\\"', '"')


@pytest.mark.parametrize("given,wanted", rows("texts"))
def test_texts(given, wanted):
    given = c_text(given)
    wanted = given if wanted == "NULL" else c_text(wanted)
    assert mask.text(WORDS, given) == wanted


@pytest.mark.parametrize("name,wanted", rows("names"))
def test_names(name, wanted):
    wanted = wanted.replace(" ", "").split(",")
    assert [str(f(WORDS, c_text(name))).lower()
            for f in (mask.field, mask.named)] == wanted


def test_the_default_list_is_the_servers():
    keys = (TOP / "src" / "conf" / "keys.c").read_text()
    assert '"%s"' % mask.WORDS in keys[keys.index('ROW("observe", "mask"'):]


@pytest.mark.parametrize("config,wanted", [
    ("[log]\nmask = on\n[observe]\nmask = pin\n", "pin"),
    ("[observe]\nmask = off\n", ""), ("[log]\nmask = on\n", mask.WORDS)])
def test_the_list_as_it_was_used(config, wanted):
    assert mask.words_of(config) == wanted


def test_it_reaches_every_address():
    data = {"steps": [{"path": "/a?token=x", "n": 1}], "ini": "a;key=b",
            "note": "http://u:p@h/"}
    assert mask.everywhere(mask.WORDS, data) == {
        "steps": [{"path": "/a?token=***", "n": 1}], "ini": "a;key=b",
        "note": "http://***@h/"}

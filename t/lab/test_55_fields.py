# SPDX-License-Identifier: MIT
"""Requests and responses, field by field."""
import re

import pytest

from etagdlab import fields, packets, report, streams, words, zh_fields
from frames import Talk
from reading import TOP, english
from test_50_parts import sample

ASK = "GET /a?token=x HTTP/1.1\r\nHost: h\r\nCookie: a=b\r\nReferer: " \
    "http://u:p@h/\r\nX-Odd: <i>\r\nCache-Control: max-age=0\r\n\r\n"
ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nCache-Control: max-age=60," \
    " immutable\r\nSet-Cookie: s=1\r\n\r\nhello"


def found(*talks):
    return fields.exchanges(
        streams.streams(packets.segments(talks[0].blocks), 80), "token")


def test_every_field_in_order_and_no_secret():
    e, = found(Talk().open().ask(ASK).answer(ANSWER))
    assert e["asked"]["line"] == "GET /a?token=*** HTTP/1.1"
    assert e["asked"]["fields"] == [
        ["Host", "h"], ["Cookie", "***"], ["Referer", "http://***@h/"],
        ["X-Odd", "<i>"], ["Cache-Control", "max-age=0"]]
    assert dict(e["answered"]["fields"])["Set-Cookie"] == "***"
    assert e["answered"]["content"] == 5
    assert e["answered"]["packets"] == [5, 5]


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_the_report_explains_them(lang):
    talk = Talk().open()
    for text in (ASK, ANSWER, ASK, ANSWER, ASK.replace("GET", "HEAD")):
        talk.say(text[0] != "H" or "HEAD" in text, 24, text.encode())
    data = {**sample(), "exchanges": found(talk)}
    text = report.html(data, lang)
    part = text[text.index('<section id="http">'):]
    part = part[:part.index("</section>")]
    assert "<i>" not in part and "&lt;i&gt;" in part
    # one explained, its like shown as it was, one without an answer
    assert part.count("<table") == 3 and part.count('class="pair"') == 1
    say = words.Words(lang)
    for sentence in ("no answer", "does not change while fresh",
                     "not explained here"):
        assert say(sentence) in part
    assert lang == "en" or not english(text.split("<footer>")[0])


def test_every_field_that_etagd_knows_is_explained():
    """And no charset is spoken of where none is named."""
    text = (TOP / "src/http/field.h").read_text()
    names = set(re.findall(r'X\([A-Z_]+, "([^"]+)"', text))
    for path in (TOP / "src").rglob("*.c"):
        if path.parts[-2] in ("answer", "serve", "http", "share", "files"):
            names |= set(re.findall(r'(?:"|\\r\\n)((?:[A-Z][A-Za-z]+-?)+): ',
                                    path.read_text()))
    assert len(names) > 45 and {"Retry-After", "Content-Language"} <= names
    assert not [n for n in names if fields.meaning(n, "x", False) ==
                fields.NOT_KNOWN]
    said = [fields.meaning("Content-Type", v, False) for v in
            ("text/css; Charset=utf-8", "text/html", "image/png")]
    assert len(set(said)) == 3 and "page to say" in said[1]
    assert "charset" not in said[2]


def test_no_sentence_lacks_its_translation():
    said = [*fields.MEANS.values(), *fields.DIRECTIVES.values(),
            *fields.ASKED_DIRECTIVES.values(), *fields.METHODS.values(),
            *fields.STATUS.values(), fields.NOT_KNOWN]
    assert not [s for s in said if s not in zh_fields.FIELDS]

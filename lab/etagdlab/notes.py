# SPDX-License-Identifier: MIT
"""notes: the reader's own words, from a Markdown file into the report, section
by section.

A small part of Markdown: paragraphs, lists, quotes, code, bold, italics,
smaller headings.  Everything else stays as it was written: no HTML, no pictures, no
links that load anything.
"""
import pathlib
import re
from html import escape, unescape
from typing import Dict, List, Tuple

from .words import ZH, Words

BYTES_MAX = 1 << 20
PLACE = "<!-- own words: %s -->"
END = "<!-- end of own words -->"
FRAME = "<div class=own><h3>%s</h3>\n%s</div>"


class BadNotes(ValueError):
    """Why a file of notes can't be used, for a person."""


def decoded(data: bytes) -> str:
    """Text as editors write it: UTF-8, UTF-16 with its mark, or GBK."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _spans(text: str) -> str:
    """Code, bold and italics within a line; all else is escaped."""
    parts = re.split(r"(`[^`\n]+`)", text)
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = "<code>%s</code>" % escape(part[1:-1])
            continue
        part = escape(part)
        part = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"<b>\1</b>", part)
        parts[i] = re.sub(r"(?<![*\w])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![*\w])",
                          r"<i>\1</i>", part)
    return "".join(parts)


# What a line begins with: (pattern, the element round the block, the line's).
KINDS = (
    (re.compile(r"\s*[-*+] +"), "ul", "li"),
    (re.compile(r"\s*\d{1,9}[.)] +"), "ol", "li"),
    (re.compile(r"> ?"), "blockquote", ""),
)


def _kind(line: str) -> "Tuple[str, str, str]":
    """(the block's element, the line's, the line without its mark)"""
    for pattern, block, item in KINDS:
        found = pattern.match(line)
        if found:
            return block, item, line[found.end():]
    return "p", "", line.strip()


class _Writer:
    def __init__(self) -> None:
        self.out: List[str] = []
        self.lines: List[str] = []
        self.block = self.item = ""

    def flush(self) -> None:
        if self.lines:
            body = "\n".join(_spans(x) for x in self.lines) if not self.item \
                else "".join("<%s>%s</%s>" % (self.item, _spans(x), self.item)
                             for x in self.lines)
            self.out.append("<%s>%s</%s>\n" % (self.block, body, self.block))
        self.lines, self.block, self.item = [], "", ""

    def line(self, text: str) -> None:
        block, item, rest = _kind(text)
        if block == "p" and self.lines:
            # A line without a mark goes on with what was begun.
            if self.item:
                self.lines[-1] += " " + rest
            else:
                self.lines.append(rest)
            return
        if block != self.block:
            self.flush()
        self.block, self.item = block, item
        self.lines.append(rest)


def html(text: str) -> str:
    """Markdown as HTML that can hold nothing but text."""
    writer = _Writer()
    code: "List[str] | None" = None
    for line in text.splitlines():
        if line.strip().startswith("```"):
            writer.flush()
            if code is not None:
                writer.out.append("<pre>%s</pre>\n" % escape("\n".join(code)))
            code = [] if code is None else None
        elif code is not None:
            code.append(line)
        elif not line.strip():
            writer.flush()
        elif re.match(r"#{3,6} ", line):
            writer.flush()
            writer.out.append("<h4>%s</h4>\n" % _spans(line.strip("# ")))
        else:
            writer.line(line)
    writer.flush()
    if code:
        writer.out.append("<pre>%s</pre>\n" % escape("\n".join(code)))
    return "".join(writer.out)


def sections(text: str) -> Dict[str, str]:
    """{heading: what is below it}; the same heading twice is one."""
    found: Dict[str, str] = {}
    name, fenced = None, False
    for line in text.splitlines():
        if line.strip().startswith("```"):
            fenced = not fenced
        heading = None if fenced else re.match(r"##? +(.*?)[ #]*$", line)
        if heading:
            name = heading[1].strip()
            found.setdefault(name, "")
        elif name is not None:
            found[name] += line + "\n"
    return {k: v for k, v in found.items() if v.strip()}


def read(path: str) -> Dict[str, str]:
    try:
        data = pathlib.Path(path).read_bytes()
    except OSError as why:
        raise BadNotes("%s: %s" % (path, why.strerror)) from why
    if len(data) > BYTES_MAX:
        raise BadNotes("%s is larger than %d KiB" % (path, BYTES_MAX >> 10))
    return sections(decoded(data))


def _places(report: str) -> "List[Tuple[str, str]]":
    """[(ident, title)] of a report's sections."""
    return [(i, unescape(t)) for i, t in re.findall(
        r'<section id="([\w-]+)"><h2>([^<]*)</h2>', report)
        if PLACE % i in report]


def _same(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def fill(report: str, found: Dict[str, str],
         lang: str = "") -> "Tuple[str, List[str]]":
    """(the report with these words in their places instead of what was there,
    headings that no section has).  A heading is a section's title, in any
    language of the report, or the name in its address."""
    lang = lang or ("zh" if '<html lang="zh' in report else "en")
    wanted = {_same(k): (k, v) for k, v in found.items()}
    english = {v: k for k, v in ZH.items()}
    used: "set[str]" = set()
    for ident, title in _places(report):
        names = [ident, title, ZH.get(title, ""), english.get(title, "")]
        mine = [wanted[_same(n)] for n in names
                if n and _same(n) in wanted]
        if not mine:
            continue
        used.update(k for k, _ in mine)
        body = FRAME % (escape(Words(lang)("Own words")),
                        html("\n".join(dict(mine).values())))
        before, rest = report.split(PLACE % ident, 1)
        _, after = rest.split(END, 1)
        report = before + PLACE % ident + body + END + after
    return report, [k for k in found if k not in used]


def template(report: str) -> str:
    """A file of notes with a heading for each section."""
    return "\n".join("## %s\n" % t for _, t in _places(report))

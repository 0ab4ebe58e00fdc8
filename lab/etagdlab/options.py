# SPDX-License-Identifier: MIT
"""options: the command line's options and what --help says of them, in the
reader's language: --lang's, or the terminal's."""
import argparse
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, Optional

from . import exercises, scenario, tools
from .words import Said, Words

REPORT = "lab-report.html"

# What argparse says of mistakes, and how we do, without the quotes that some of
# its versions have.
MISTAKES = (
    (r"unrecognized arguments: (.*)", "unknown: %s"),
    (r"argument (\S+): expected (?:one argument|\d arguments)",
     "a value is missing behind %s"),
    (r"argument (\S+): invalid choice: (\S+) \(choose from (.*)\)",
     "%s: not %s, but one of %s"),
    (r"argument (\S+): ignored explicit argument (.*)",
     "%s takes no value: %s"),
    (r"ambiguous option: (\S+) could match (.*)", "%s may be %s"),
    (r"the following arguments are required: (.*)", "missing: %s"),
    (r"argument (\S+): (\S+) is no port from 1 to 65535",
     "%s: %s is no port from 1 to 65535"),
)


def of_terminal(environ: Mapping[str, str]) -> str:
    """By the locale's name (POSIX XBD 8.2), which need not be installed; another
    coding than UTF-8 could not show it."""
    name = next((environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG")
                 if environ.get(v)), "")
    return "zh" if re.match(r"zh.*\.utf-?8", name, re.I) else "en"


def language(argv: Sequence[str]) -> str:
    """Before the options are read, for what is wrong with them."""
    for i, word in enumerate(argv):
        given = argv[i + 1:i + 2] if word == "--lang" else \
            [word[7:]] if word.startswith("--lang=") else []
        if given and given[0] in ("en", "zh"):
            return given[0]
    return of_terminal(os.environ)


def _cells(text: str) -> int:
    """How wide a terminal draws it."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


# A letter of Chinese with the marks that stay beside it, a word, or blanks.
_WIDE = r"\u3000-\u9fff\uff00-\uffef"
_PIECE = re.compile(r"\uff08?(?:[%s]|[^\s%s]+)[\uff09\uff0c\uff1a\uff1b\u3001"
                    r"\u3002;,.)]*|\s+" % (_WIDE, _WIDE))


def _lines(text: str, width: int) -> Iterator[str]:
    """Broken between words, and anywhere in Chinese but before a mark."""
    line = ""
    for piece in _PIECE.findall(text):
        piece = " " if piece.isspace() else piece
        if line and _cells(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        if line or piece != " ":
            line += piece
    if line:
        yield line.rstrip()


class _Formatter(argparse.HelpFormatter):
    words = Words("en")

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        prefix = self.words("usage: ")    # argparse counts letters
        self._width -= _cells(prefix) - len(prefix)

    def add_usage(self, usage: Optional[str], actions: Any, groups: Any,
                  prefix: Optional[str] = None) -> None:
        super().add_usage(usage, actions, groups,
                          self.words("usage: ") if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return list(_lines(text, width))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + x
                         for x in _lines(text, width - len(indent)))


class Parser(argparse.ArgumentParser):
    def __init__(self, w: Words, prog: str, description: str,
                 epilog: Optional[str] = None) -> None:
        class Formatter(_Formatter):
            words = w
        super().__init__(prog=prog, description=description, epilog=epilog,
                         add_help=False, formatter_class=Formatter)
        self.w = w
        self._positionals.title = w("arguments")
        self._optionals.title = w("options")
        self.add_argument("-h", "--help", action="help",
                          help=w("print this and end"))

    def error(self, message: str) -> NoReturn:
        for pattern, said in MISTAKES:
            found = re.fullmatch(pattern, message)
            if found:
                message = self.w(said, *(re.sub(r"'(\S+)'", r"\1", group)
                                         for group in found.groups()))
                break
        self.exit(2, "%s: %s %s\n" % (self.prog, message,
                                     self.w("(see %s --help)", self.prog)))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError("%r is no port from 1 to 65535"
                                         % text)
    return int(text)


def lab_parser(w: Words) -> Parser:
    p = Parser(
        w, "etagd lab", w("Runs a caching experiment with a real browser and "
                          "writes a report that can be handed in."),
        w("steps: %s", "; ".join("%s%s: %s" % (s, ":X" if a else "",
                                               w(Said((m,))))
                                 for s, (m, a, _) in scenario.WORDS.items())))
    p.add_argument("dir", nargs="?", metavar="DIR",
                   help=w("folder of the page (default: the lab's own); a copy "
                   "of it is served"))
    p.add_argument("-c", "--conf", metavar="FILE",
                   help=w("ini file (default: lab.ini); address, root and log "
                   "are overridden"))
    p.add_argument("-o", "--option", action="append", metavar="S.KEY=VALUE",
                   help=w("override one option of the ini file (repeatable)"))
    p.add_argument("-e", "--exercise", choices=list(exercises.TABLE),
                   metavar="NAME", help=w("a classic lab: its page, ini, steps and "
                                     "questions: %s",
                                     ", ".join(exercises.TABLE)))
    p.add_argument("--figures", action="store_true", help=w("tell beside each "
                   "question which packets of this run to look at"))
    p.add_argument("--answers", action="store_true", help=w("for teachers: "
                   "answer the questions from the capture"))
    p.add_argument("-s", "--scenario", metavar="STEPS",
                   help=w("default: %s", scenario.DEFAULT))
    p.add_argument("-p", "--page", metavar="PATH",
                   help=w("the page that is visited (default: /)"))
    p.add_argument("-r", "--report", metavar="FILE",
                   help=w("default: %s", REPORT))
    p.add_argument("-j", "--json", metavar="FILE",
                   help=w("the same for programs (default: beside the report)"))
    p.add_argument("-w", "--pcapng", metavar="FILE",
                   help=w("also write the capture, with comments"))
    p.add_argument("--name", default="", help=w("who hands it in"))
    p.add_argument("--number", default="", help=w("student number"))
    p.add_argument("--subject", default="", help=w("of the course"))
    p.add_argument("--notes", metavar="FILE", help=w("own words in Markdown, "
                   "by the report's headings; made if it is not there"))
    p.add_argument("--into", metavar="REPORT", help=w("put --notes into a report "
                   "that is there, and end"))
    p.add_argument("--port", type=_port, default=0, metavar="PORT",
                   help=w("where etagd listens (default: a free one)"))
    p.add_argument("--browser", choices=sorted(tools.BROWSERS),
                   default="chromium", help=w("that makes the visits (default: "
                   "chromium)"))
    p.add_argument("--no-spare", action="store_true", help=w("have the browser "
                   "open no connection ahead of need"))
    p.add_argument("--lang", choices=("en", "zh"), default=w.lang,
                   help=w("of the report and of what is said (default: that of "
                          "the terminal)"))
    p.add_argument("--capture", default="auto",
                   choices=("auto", "dumpcap", "socket", "off"),
                   help=w("how packets are captured (default: whatever works)"))
    p.add_argument("--matrix", choices=("quick", "full", "off"),
                   help=w("measure this browser against the "
                   "known table (quick, but off in exercises); full: also rows "
                   "that need waiting"))
    p.add_argument("--keep", action="store_true",
                   help=w("keep the temporary folder"))
    p.add_argument("-q", "--quiet", action="store_true",
                   help=w("say nothing of the steps"))
    p.add_argument("--diff", nargs=2, metavar=("A.json", "B.json"),
                   help=w("compare two reports and end"))
    p.add_argument("--verify", nargs=2, metavar=("R.json", "C.pcapng"),
                   help=w("compute a report's figures again from its capture, and "
                   "end"))
    p.add_argument("--class", dest="course", metavar="FOLDER", help=w("a table "
                   "over the reports (JSON) of many students, and end; with "
                   "-r and -j as files, too"))
    return p


def annotate_parser(w: Words) -> Parser:
    p = Parser(w, "etagd annotate", w(
        "Writes the server's account as packet comments into a copy of a "
        "capture."))
    p.add_argument("capture", metavar="IN.pcapng",
                   help=w("the capture; it stays as it is"))
    p.add_argument("ledger", metavar="LEDGER", help=w("the access log in JSON "
                   "form, or the observer's connections.jsonl"))
    p.add_argument("out", metavar="OUT.pcapng", nargs="?",
                   help=w("default: %s", "IN-annotated.pcapng"))
    return p

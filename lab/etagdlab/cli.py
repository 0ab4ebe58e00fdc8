# SPDX-License-Identifier: MIT
"""cli: the command line of `etagd lab` and `etagd annotate`.

Exit status: 0 all well, 1 something could not be done, 2 bad usage, 3 the
witnesses do not agree (lab), the reports differ (lab --diff), a figure does not
follow (lab --verify) or captures are copies (lab --class); 128 and the signal's
number if one has ended it.
"""
import argparse
import os
import pathlib
import signal
import sys
from collections.abc import Sequence

from . import (annotate, cdp, children, exercises, experiment, judging, ledger,
               notes, options, pcapng, report, scenario, tools)
from .driving import Say, silent
from .rows import Report
from .server import NoServer
from .words import Said, Words

OK, FAILED, USAGE, DIFFERENT = 0, 1, 2, 3


class _Voice:
    """What is said in the terminal, in the language of the report."""
    words = Words("en")


def spoken(w: Words, text: object, *args: object) -> str:
    return w(text if isinstance(text, Said) else str(text),
             *(w(a) if isinstance(a, str) else a for a in args))


def _say(text: object, *args: object) -> None:
    print("etagd lab: " + spoken(_Voice.words, text, *args), file=sys.stderr, flush=True)


def _fail(who: str, why: object, *args: object, status: int = FAILED) -> int:
    """why: a sentence, or what was raised with one."""
    text = why.args[0] if isinstance(why, Exception) and why.args and \
        isinstance(why.args[0], Said) else why
    print("%s: %s" % (who, spoken(_Voice.words, text, *args)), file=sys.stderr)
    return status


def _page(text: str) -> str:
    return text if text.startswith("/") else "/" + text


def _defaults(o: argparse.Namespace) -> None:
    """What was not given: by the exercise, or as ever."""
    mine = exercises.TABLE.get(o.exercise)
    o.report = o.report or options.REPORT
    o.scenario = o.scenario or (mine.scenario if mine else scenario.DEFAULT)
    o.matrix = o.matrix or ("off" if mine else "quick")
    # A folder of one's own has a page of its own.
    o.page = _page(o.page or (exercises.page(o.exercise)
                              if mine and not o.dir else "/"))


def _noted(path: str, text: str) -> str:
    """The report with the notes in it; a file that is not there is made."""
    if not os.path.exists(path):
        pathlib.Path(path).write_text(notes.template(text), encoding="utf-8")
        _say("%s has the headings: write below them, then --into", path)
        return text
    text, unknown = notes.fill(text, notes.read(path))
    for heading in unknown:
        _say("%s: no section has the heading %s", path, heading)
    return text


def _into(o: argparse.Namespace) -> int:
    """Notes into a report that is there."""
    if not o.notes:
        return _fail("etagd lab", "--into needs --notes", status=USAGE)
    try:
        old = pathlib.Path(o.into).read_text(encoding="utf-8")
        if notes.END not in old:
            return _fail("etagd lab", "%s is no report", o.into,
                         status=USAGE)
        new = _noted(o.notes, old)
        if new != old:
            pathlib.Path(o.into).write_text(new, encoding="utf-8")
    except (OSError, UnicodeDecodeError, notes.BadNotes) as why:
        return _fail("etagd lab", why)
    print(o.into)
    return OK


def _write(o: argparse.Namespace, data: Report,
           blocks: "list[pcapng.Block] | None", book: str) -> None:
    target = pathlib.Path(o.report)
    beside = pathlib.Path(o.json) if o.json else target.with_suffix(".json")
    text = report.html(data, o.lang)
    if o.notes:
        text = _noted(o.notes, text)
    target.write_text(text, encoding="utf-8")
    beside.write_text(report.plain(data), encoding="utf-8")
    print(target)
    print(beside)
    if o.pcapng and blocks is None:
        _say("no %s: there was no capture", o.pcapng)
    elif o.pcapng and blocks is not None:
        pcapng.write(o.pcapng, blocks)
        print(o.pcapng)
        # For annotate, and for Wireshark (packaging/wireshark/etagd.lua).
        account = pathlib.Path(o.pcapng).with_suffix(".jsonl")
        account.write_text(book, encoding="utf-8")
        print(account)


def lab(argv: Sequence[str]) -> int:
    o = options.lab_parser(Words(options.language(argv))).parse_args(argv)
    _Voice.words = Words(o.lang)
    if o.diff:
        return judging.compare(o.diff, _Voice.words)
    if o.verify:
        return judging.verified(o.verify, _Voice.words)
    if o.course:
        return judging.of_class(o.course, o.report, o.json, o.lang)
    if o.into:
        return _into(o)
    if (o.answers or o.figures) and not o.exercise:
        return _fail("etagd lab", "--answers and --figures belong to an "
                     "--exercise", status=USAGE)
    _defaults(o)
    if not os.access(pathlib.Path(o.report).resolve().parent, os.W_OK):
        return _fail("etagd lab", "cannot write %s", o.report,
                     status=USAGE)
    say: Say = _say
    if o.quiet:
        say = silent
    try:
        if o.notes and os.path.exists(o.notes):
            notes.read(o.notes)   # told before the run, not behind it
        run = experiment.Experiment(o, say)
    except (scenario.BadScenario, experiment.BadInput,
            notes.BadNotes) as why:
        return _fail("etagd lab", why, status=USAGE)
    except NoServer as why:
        return _fail("etagd lab", why)
    try:
        data, blocks = run.run()
        _write(o, data, blocks, run.ledger)
    except (NoServer, scenario.BadScenario, cdp.BrowserGone,
            cdp.Refused, OSError) as why:
        return _fail("etagd lab", why)
    wrong = report.disagreements(data)
    for text in wrong:
        _say("witnesses differ: %s", text)
    failed = any(s["failed"] for s in data["steps"])
    return FAILED if failed else DIFFERENT if wrong else OK


def _out_name(name: str) -> pathlib.Path:
    path = pathlib.Path(name)
    return path.with_name(path.stem + "-annotated.pcapng")


def annotate_file(argv: Sequence[str]) -> int:
    w = _Voice.words = Words(options.language(()))
    o = options.annotate_parser(w).parse_args(argv)
    out = pathlib.Path(o.out) if o.out else _out_name(o.capture)
    try:
        if out.exists() and os.path.samefile(out, o.capture):
            return _fail("etagd annotate", "OUT is IN: a capture is never "
                         "changed in place", status=USAGE)
        blocks, book = pcapng.read(o.capture), ledger.read(o.ledger)
        done, n, found, matched = annotate.annotate(blocks, book, w)
        pcapng.write(out, done)
    except pcapng.Malformed as why:
        return _fail("etagd annotate", "%s: %s" % (o.capture, why))
    except OSError as why:
        return _fail("etagd annotate", "%s: %s" % (why.filename,
                                                   why.strerror))
    if book.unread:
        _fail("etagd annotate", "%s: left out %d lines that name no request or "
              "connection", o.ledger, book.unread)
    if not matched:
        return _fail("etagd annotate", "%s: none of its connections is in "
                     "the ledger (%d)", str(out), len(found))
    print(w("%s: %d comments; %d of %d connections in the ledger", str(out), n,
            len(matched), len(found)))
    print(w("to see them: %s", "wireshark %s" % out
            if not tools.TSHARK.path() else "tshark -r %s -Y frame.comment "
            "-T fields -e frame.number -e frame.comment" % out))
    return OK


def _watched(argv: Sequence[str]) -> int:
    """lab(), and nothing left behind it however it ends."""
    children.watch()
    try:
        return lab(argv)
    except children.Interrupted as why:
        name = signal.Signals(why.number).name
        try:
            _say("ended by %s: no report", name)
        except OSError:
            pass              # its terminal is gone
        return 128 + why.number
    finally:
        children.unwatch()


def main(argv: Sequence[str]) -> int:
    """argv: the sub-command and its arguments; without one it is lab."""
    commands = {"lab": _watched, "annotate": annotate_file}
    if argv and argv[0] in commands:
        return commands[argv[0]](argv[1:])
    return _watched(argv)

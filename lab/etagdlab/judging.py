# SPDX-License-Identifier: MIT
"""judging: the command line's part for reports that are there: two compared,
one held against its capture, a class's beside each other."""
import json
import pathlib
import sys
from typing import Any, List

from . import course, diff, pcapng, verify
from .words import Said, Words

OK, USAGE, DIFFERENT = 0, 2, 3
# What a file that is no report may lead to.
FAULTS = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError,
          RecursionError)


def _fail(w: Words, text: str, *args: object) -> int:
    print("etagd lab: " + w(text, *args), file=sys.stderr)
    return USAGE


def _why(fault: BaseException) -> object:
    """What was raised, to be said: with a sentence of its own, or a bare one."""
    told = fault.args[0] if fault.args else None
    if isinstance(told, Said):
        return told
    return Said((str(fault),)) if isinstance(fault, pcapng.Malformed) else \
        str(fault) or type(fault)


def _print(text: str) -> None:
    """What students wrote, for a terminal: nothing that moves its cursor."""
    print("".join(c if c.isprintable() or c == "\t" else "?" for c in text))


def _write(path: str, text: str) -> None:
    pathlib.Path(path).write_text(text, encoding="utf-8", errors="replace")


def _load(path: str) -> Any:
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def compare(paths: List[str], w: Words) -> int:
    try:
        a, b = map(_load, paths)
        lines = diff.compare(a, b)
    except FAULTS as why:
        return _fail(w, "no two reports: %s", _why(why))
    for line in lines or [Said(("no difference",))]:
        _print(w(line))
    return DIFFERENT if lines else OK


def verified(paths: List[str], w: Words) -> int:
    """A report against its capture."""
    try:
        data = _load(paths[0])
        wrong = verify.differences(data, pcapng.read(paths[1]))
    except pcapng.Malformed as why:
        return _fail(w, "%s: %s", paths[1], _why(why))
    except FAULTS as why:
        return _fail(w, "no report with its capture: %s", _why(why))
    for text in wrong[:verify.SHOWN_MAX]:
        _print(w(text))
    if len(wrong) > verify.SHOWN_MAX:
        print(w("and %d more", len(wrong) - verify.SHOWN_MAX))
    print(w("%d figures do not follow from the capture", len(wrong)) if wrong
          else w("all figures follow from the capture (%d)",
                 verify.figures(data)))
    print(w(verify.NOT_CHECKED))
    return DIFFERENT if wrong else OK


def of_class(folder: str, page: str, beside: str, lang: str) -> int:
    """A class's reports; page, beside: where HTML and JSON go, or nothing."""
    w = Words(lang)
    place = pathlib.Path(folder)
    if not place.is_dir():
        return _fail(w, "%s is not a folder", folder)
    # What an earlier call wrote here is no student's.
    found = course.read(place, pathlib.Path(beside) if beside else None)
    if not found.rows:
        return _fail(w, "%s: no report among its JSON files", folder)
    for line in course.lines(found):
        _print(w(line))
    try:
        if page:
            _write(page, course.html(found, lang))
        if beside:
            _write(beside, json.dumps(found.data(), indent=1,
                                      ensure_ascii=False) + "\n")
    except OSError as why:
        return _fail(w, "%s: %s", why.filename, why.strerror)
    return DIFFERENT if found.copies() else OK

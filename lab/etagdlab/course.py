# SPDX-License-Identifier: MIT
"""course: many students' reports beside each other: who did what, where one
differs from most, and which captures are copies of one another."""
import collections
import json
import pathlib
from html import escape
from typing import Any, Dict, List, NamedTuple, Tuple, TypedDict

from . import shared
from .report import disagreements
from .rows import Report
from .words import Said, Words

BYTES_MAX = 256 << 20
COLUMNS = ("file", "name", "number", "subject", "date", "exercise", "browser",
           "requests", "304", "not asked", "connections", "unused", "closed",
           "packets", "lost", "agree")


def _numbers(d: Report) -> Dict[str, object]:
    rows = [r for s in d["steps"] for r in s.get("resources", [])]
    wire = [e for r in rows for e in r["wire"]]
    closers = collections.Counter(s["first_closer"] or "-"
                                  for s in d["streams"])
    lost = d["capture"].get("dropped")
    return {"requests": len(wire),
            "304": sum(e["status"] == 304 for e in wire),
            "not asked": sum(not r["wire"] for r in rows),
            "connections": len(d["streams"]),
            "unused": sum(bool(s["unused"]) for s in d["streams"]),
            "closed": " ".join("%s:%d" % c for c in sorted(closers.items())),
            "packets": len(d["packets"]), "lost": "" if lost is None else lost,
            "agree": "no" if disagreements(d) else "yes"}


def row(name: str, d: Report) -> Dict[str, str]:
    """What the table says of one report."""
    done = d.get("exercise")
    told: Dict[str, object] = {
            "file": name, "name": d["name"], "number": d["number"],
            "subject": d.get("subject", ""),
            "date": d["made"][:16].replace("T", " "),
            "exercise": done["name"] if done else ",".join(d["scenario"]),
            "browser": d["versions"].get("browser", ""), **_numbers(d)}
    return {k: " ".join(str(told[k]).split()) for k in COLUMNS}


def connections(d: Report) -> "frozenset[Tuple[int, int, int]]":
    """What no two captures share by chance: a port and both initial sequence
    numbers of a connection."""
    tcp = ((s["port"], s.get("tcp")) for s in d["streams"])
    return frozenset(
        (int(port), int(t["client"]["isn"]), int(t["server"]["isn"]))
        for port, t in tcp if t and t["client"] and t["server"])


Place = Tuple[int, str, str]  # step, its word, path
Unusual = Tuple[int, str, str, str, str]    # a place, what is there, most have
DIFFERS = "step %d %s, %s: %s; most have %s"
NO_PART, NO_REPORT = "no part of it", "no report of etagd lab"


def outcomes(d: Report) -> Dict[Place, str]:
    """What came of each part at each step.  The port is of no interest."""
    return {(i + 1, str(s["text"]), str(r["path"])): str(r["outcome"])
            for i, s in enumerate(d["steps"])
            for r in s.get("resources", [])}


class Student(NamedTuple):
    """What is looked at of one report, checked to be what it should be."""
    file: str
    same: Tuple[str, str]     # those with the same did the same: steps and page
    outcomes: Dict[Place, str]
    connections: "frozenset[Tuple[int, int, int]]"


class Copies(TypedDict):
    files: List[str]
    same: int
    of: int


class Unread(TypedDict):
    file: str
    why: str


class Data(TypedDict):
    """A class as JSON."""
    columns: List[str]
    rows: List[Dict[str, str]]
    copies: List[Copies]
    unusual: Dict[str, List[Unusual]]
    unread: List[Unread]


class Course:
    def __init__(self) -> None:
        self.students: List[Student] = []
        self.rows: List[Dict[str, str]] = []
        self.unread: List[Tuple[str, str]] = []

    def add(self, name: str, data: Any) -> None:
        """What students hand in may be anything."""
        try:
            mine = row(name, data)
            student = Student(
                name, (str(data["scenario"]), str(data["page"])),
                outcomes(data), connections(data))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError,
                OverflowError):
            self.unread.append((name, NO_REPORT))
            return
        self.students.append(student)
        self.rows.append(mine)

    def copies(self) -> "List[Tuple[str, str, int, int]]":
        """[(one, another, connections that are the same, of how many)]"""
        return [(a.file, b.file, len(a.connections & b.connections),
                 max(len(a.connections), len(b.connections)))
                for i, a in enumerate(self.students)
                for b in self.students[i + 1:]
                if a.connections & b.connections]

    def unusual(self) -> Dict[str, List[Unusual]]:
        """{file: where it differs from most that did the same, as arguments of
        DIFFERS}"""
        groups: Dict[Tuple[str, ...], List[Student]] = {}
        for s in self.students:
            groups.setdefault(s.same, []).append(s)
        found: Dict[str, List[Unusual]] = {}
        for members in groups.values():
            for place in {p for s in members for p in s.outcomes}:
                votes = collections.Counter(
                    s.outcomes.get(place, NO_PART) for s in members)
                most, n = votes.most_common(1)[0]
                if 2 * n <= len(members):
                    continue  # there is no "most"
                for s in members:
                    mine = s.outcomes.get(place, NO_PART)
                    if mine != most:
                        found.setdefault(s.file, []).append(
                            place + (mine, most))
        return {k: sorted(v) for k, v in found.items()}

    def data(self) -> Data:
        return {"columns": list(COLUMNS), "rows": self.rows, "copies": [
            {"files": [a, b], "same": n, "of": m}
            for a, b, n, m in self.copies()], "unusual": self.unusual(),
            "unread": [{"file": n, "why": w} for n, w in self.unread]}


def read(folder: pathlib.Path,
         but: "pathlib.Path | None" = None) -> Course:
    """All JSON files below a folder, but for one."""
    course = Course()
    for path in sorted(folder.rglob("*.json")):
        if but and path.resolve() == but.resolve():
            continue
        name = str(path.relative_to(folder))
        try:
            if path.stat().st_size > BYTES_MAX:
                raise ValueError("too large")
            course.add(name, json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as why:
            course.unread.append((name, str(why)))
    return course


def lines(course: Course) -> List[str]:
    """The same for a terminal: columns by tabs, then what was found.  To be said
    in a language."""
    tabs = "\t".join(["%s"] * len(COLUMNS))
    out: List[str] = [Said((tabs, *(Said((c,)) for c in COLUMNS)))]
    out += [Said((tabs, *(Said((r[c],)) if c == "agree" else r[c]
                          for c in COLUMNS))) for r in course.rows]
    for a, b, n, m in course.copies():
        out.append(Said((
            "copy: %s and %s share %d of %d connections (ports and "
            "initial sequence numbers)", a, b, n, m)))
    for name, places in course.unusual().items():
        out += [Said(("differs: %s, %s", name, Said(
            (DIFFERS, *p[:3], Said((p[3],)), Said((p[4],)))))) for p in places]
    out += [Said(("not read: %s: %s", name, Said((why,))))
            for name, why in course.unread]
    return out


def _list(title: str, items: List[str]) -> str:
    return "<h2>%s</h2><ul>%s</ul>" % (escape(title), "".join(
        "<li>%s</li>" % escape(i) for i in items)) if items else ""


PAGE = """<!DOCTYPE html>
<html lang="%(lang)s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<title>%(title)s</title>
<style>
%(css)s</style>
</head>
<body>
<header><div><h1>%(title)s</h1></div></header>
<main>
%(body)s</main>
</body>
</html>
"""


def html(course: Course, lang: str = "en") -> str:
    w = Words(lang)
    marked = {f for a, b, _, _ in course.copies() for f in (a, b)}
    body = "<h2>%s</h2><div class=scroll><table><thead><tr>%s</tr></thead>" \
        "<tbody>%s</tbody></table></div>" % (
            escape(w("%d reports", len(course.rows))),
            "".join("<th scope=col>%s</th>" % escape(w(c)) for c in COLUMNS),
            "".join("<tr%s>%s</tr>" % (
                " class=wrong" if r["file"] in marked else "", "".join(
                    "<td>%s</td>" % escape(
                        w(r[c]) if c == "agree" else r[c])
                    for c in COLUMNS)) for r in course.rows))
    body += _list(w("Copies of one another"), [
        w("%s and %s share %d of %d connections: ports and initial sequence "
          "numbers are the same, which does not happen by chance.", *c)
        for c in course.copies()])
    body += _list(w("Where one differs from most"), [
        "%s: %s" % (n, w(DIFFERS, *p[:3], w(p[3]), w(p[4])))
        for n, places in course.unusual().items() for p in places])
    body += _list(w("Not read"), ["%s: %s" % (n, w(why))
                                  for n, why in course.unread])
    return PAGE % {"lang": "zh-CN" if lang == "zh" else "en",
                   "title": escape(w("Reports of a class")), "body": body,
                   "css": shared.style("report.css")}

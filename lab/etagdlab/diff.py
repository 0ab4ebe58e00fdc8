# SPDX-License-Identifier: MIT
"""diff: two reports, and what happened differently: outcomes and reasons, not
times, ports or packet numbers."""
from .faults import SENTENCES
from .rows import Report, Resource
from .words import Said

ABSENT = Said(("no part of it",))


def _outcome(resource: Resource) -> str:
    reasons = [Said((SENTENCES.get(r, r),)) for r in sorted(
        {e["reason"] or "" for e in resource["wire"]})]
    return Said(("%s (" + ", ".join(["%s"] * len(reasons)) + ")",
                 resource["outcome"], *reasons)) \
        if reasons else resource["outcome"]


def _steps(a: Report, b: Report) -> list[str]:
    lines: list[str] = []
    if a["scenario"] != b["scenario"]:
        lines.append(Said(("scenario: %s | %s", ",".join(a["scenario"]),
                           ",".join(b["scenario"]))))
    for i, (x, y) in enumerate(zip(a["steps"], b["steps"])):
        if x["word"] != y["word"]:
            continue
        here = {r["path"]: r for r in x.get("resources", [])}
        there = {r["path"]: r for r in y.get("resources", [])}
        for path in [*here, *(p for p in there if p not in here)]:
            left = _outcome(here[path]) if path in here else ABSENT
            right = _outcome(there[path]) if path in there else ABSENT
            if left != right:
                lines.append(Said(("step %d %s, %s: %s | %s", i + 1,
                                   x["text"], path, left, right)))
    return lines


def _matrix(a: Report, b: Report) -> list[str]:
    left, right = a.get("matrix"), b.get("matrix")
    if not left or not right:
        return []
    lines: list[str] = []
    there = {r["label"]: r for r in right["rows"]}
    for row in left["rows"]:
        other = there.get(row["label"])
        if not other:
            continue
        for action, x, y in zip(left["actions"], row["cells"],
                                other["cells"]):
            if x["got"] != y["got"]:
                lines.append(Said(("matrix, %s, %s: %s | %s", Said((
                    row["label"],)), Said((action,)), x["got"], y["got"])))
    return lines


def _connections(report: Report) -> tuple[int, int]:
    used = sum(not s["unused"] for s in report["streams"])
    return used, len(report["streams"]) - used


def _ini(text: str) -> list[str]:
    """An ini file without comments and empty lines."""
    return [x.strip() for x in text.splitlines()
            if x.strip() and x.strip()[0] not in "#;"]


def compare(a: Report, b: Report) -> list[str]:
    """Lines that say what differs; none: the same."""
    lines: list[str] = []
    if a["format"] != b["format"]:
        lines.append(Said(("format: %s | %s", a["format"], b["format"])))
    for what in sorted(set(a["versions"]) | set(b["versions"])):
        x, y = a["versions"].get(what), b["versions"].get(what)
        if x != y:
            lines.append(Said(("version of %s: %s | %s", Said((what,)),
                               x, y)))
    left = _ini(a["ini"]["text"]) + a["ini"]["overrides"]
    right = _ini(b["ini"]["text"]) + b["ini"]["overrides"]
    lines += [Said(("ini, only left: %s", x)) for x in left
              if x not in right]
    lines += [Said(("ini, only right: %s", x)) for x in right
              if x not in left]
    lines += _steps(a, b) + _matrix(a, b)
    both = a["capture"]["way"] and b["capture"]["way"]
    if both and _connections(a) != _connections(b):
        lines.append(Said(("connections used, unused: %d, %d | %d, %d",
                           *_connections(a), *_connections(b))))
    return lines

# SPDX-License-Identifier: MIT
"""verify: computes every figure of a report again from its capture, and says
what does not follow.  What comes from elsewhere (the server's log, the browser's
timing, the kernel's table, pictures) a capture can't tell."""
import json
import math
from typing import Any, Dict, List, Optional, Tuple, cast

from . import evidence, exercises, fields, ledger, mask
from .pcapng import Block
from .rows import Asking, Report
from .words import Said

Data = Dict[str, Any]         # a report as it was handed in: it may be anything

SHOWN_MAX = 40                # more differences are counted only
NEAR_S = 2e-6                 # times went through seconds as a fraction
# From the ledger, not from packets.
ELSEWHERE = ("comments", "worker", "connection", "end_why")
NOT_CHECKED = Said((
    "not checked, since a capture can't tell: the server's log and reasons, "
    "the browser's timing, who waits in TIME-WAIT, pictures",))


class NoReport(ValueError):
    """The file is no report with a capture."""


def _start_ns(data: Data, wire: evidence.Wire) -> int:
    """When the run began: the report counts from there."""
    first = min(s.start_ns for s in wire.streams)
    return first - round(min(float(p["time"]) for p in data["packets"]) * 1e9)


def _exercise(data: Data) -> str:
    told = data.get("exercise")
    return str(told.get("name")) if isinstance(told, dict) else ""


def recompute(data: Data, blocks: List[Block]) -> Data:
    """The part of the report's data that a capture gives."""
    wire = evidence.Wire(blocks, ledger.parse(""), data["port"])
    if not data["packets"] or not wire.streams:
        raise NoReport(Said(("no packets of port %s in the report" if
                             wire.streams else
                             "no packets of port %s in the capture",
                             data["port"])))
    words = mask.words_of(data["config"])
    start = _start_ns(data, wire)
    fresh = mask.everywhere(words, {
        "packets": evidence.packet_rows(wire, start),
        "streams": evidence.stream_rows(wire, start),
        "exchanges": fields.exchanges(
            wire.streams, words, exercises.shown(_exercise(data)))})
    plain: Data = json.loads(json.dumps(fresh))
    return plain


def _same(a: object, b: object) -> bool:
    if isinstance(a, float) or isinstance(b, float):
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) \
            and math.isclose(a, b, rel_tol=0, abs_tol=NEAR_S)
    return type(a) is type(b) and a == b


def _compare(where: str, told: object, found: object, out: List[str]) -> None:
    if isinstance(found, dict) and isinstance(told, dict):
        for key in [*found, *(k for k in told if k not in found)]:
            if key not in ELSEWHERE:
                _compare(Said(("%s, %s", where, key)), told.get(key),
                         found.get(key), out)
    elif isinstance(found, list) and isinstance(told, list):
        if len(found) != len(told):
            out.append(Said(("%s: %d in the report, %d in the capture", where,
                             len(told), len(found))))
        for i, (a, b) in enumerate(zip(told, found)):
            _compare(Said(("%s %d", where, i + 1)), a, b, out)
    elif not _same(told, found):
        out.append(Said(("%s: %s in the report, %s in the capture", where,
                         json.dumps(told, ensure_ascii=False),
                         json.dumps(found, ensure_ascii=False))))


def _visits(data: Data, fresh: Data,
            out: List[str]) -> None:
    """What the visits' tables say of the wire."""
    known = {(e["port"], e["request"]): e for e in fresh["exchanges"]
             if e["asked"]["seen"]}
    for i, s in enumerate(data["steps"]):
        for r in s.get("resources", []):
            where = Said(("step %d, %s", i + 1, r["path"]))
            statuses = [e["status"] for e in r["wire"]]
            if r["outcome"].lstrip("~") != (
                    " ".join(map(str, statuses[-1:] if r["outcome"][:1] == "~"
                                 else statuses)) or "-"):
                out.append(Said((
                    "%s: the outcome is not what crossed the wire", where)))
            for e in r["wire"]:
                _exchange(where, e, known.get((e["port"], e["request"])), out)


def _exchange(where: str, told: Data, found: Optional[Asking],
              out: List[str]) -> None:
    if found is None:
        if told["packet"]:
            out.append(Said((
                "%s: request %s of port %s is not in the capture", where,
                told["request"], told["port"])))
        return
    answered = found["answered"]
    words = answered["line"].split(" ") if answered else []
    pairs: List[Tuple[Said, object, object]] = [
             (Said(("packet",)), told["packet"], found["asked"]["packets"][0])]
    if answered and answered["seen"]:
        pairs += [(Said(("answer's packet",)), told["answer_packet"],
                   answered["packets"][0]),
                  (Said(("status",)), str(told["status"]), "".join(words[1:2]))]
    for what, a, b in pairs:
        _compare(Said(("%s, %s", where, what)), a, b, out)


def _counts(data: Data, fresh: Data,
            out: List[str]) -> None:
    steps = data["steps"]
    begins = [q["begin"] for s in fresh["streams"] for q in s["requests"]]
    for i, s in enumerate(steps):
        until = steps[i + 1]["begin"] if i + 1 < len(steps) else math.inf
        if "captured" in s:
            _compare(Said(("step %d, requests", i + 1)), s["captured"], sum(
                s["begin"] <= b < until for b in begins), out)
    if data["agreement"]:
        _compare(Said(("requests in all",)), data["agreement"]["captured"],
                 len(begins), out)


def differences(data: Data, blocks: List[Block]) -> List[str]:
    """What of a report does not follow from this capture."""
    out: List[str] = []
    fresh = recompute(data, blocks)
    for part, rows in fresh.items():
        _compare(part[:-1], data.get(part), rows, out)
    _visits(data, fresh, out)
    _counts(data, fresh, out)
    told = data.get("exercise")
    if told and told["name"] in exercises.TABLE:
        again = exercises.asked(told["name"], cast(Report, {**data, **fresh}), True)
        for i, (a, b) in enumerate(zip(told["questions"],
                                       again["questions"])):
            _compare(Said(("question %d, packets", i + 1)), a["packets"],
                     b["packets"], out)
            if "answer" in a:
                answer = b["answer"]
                _compare(Said(("question %d", i + 1)), a["answer"],
                         answer if answer is None else str(answer), out)
    return out


def figures(data: Data) -> int:
    """How many numbers and words were compared, about."""
    def count(x: object) -> int:
        if isinstance(x, dict):
            return sum(count(v) for k, v in x.items() if k not in ELSEWHERE)
        if isinstance(x, list):
            return sum(map(count, x))
        return 1
    return sum(count(data.get(k, [])) for k in ("packets", "streams",
                                                "exchanges"))

# SPDX-License-Identifier: MIT
"""freshness: why a browser need not ask: RFC 9111's rules, applied to the last
answer that it got for an address."""
import datetime
import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from .words import Said

SECONDS_MAX = 1 << 31      # RFC 9111 1.2.2
# The three forms of a date (RFC 9110 5.6.7); the email package takes more.
_TIME = r"\d\d:\d\d:\d\d"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_DATE = re.compile(
    r"%s, \d\d %s \d{4} %s GMT|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-%s-\d\d %s GMT|"
    r"%s %s [ \d]\d %s \d{4}" % (_DAY, _MONTH, _TIME, _MONTH, _TIME, _DAY,
                                 _MONTH, _TIME), re.ASCII)
# A member of a list: a comma in quotes divides nothing.
_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+')
OWS = " \t"

Fields = Mapping[str, str]
Members = list[tuple[str, str | None]]


def members(text: str | None) -> Members:
    """[(name, argument or None)] of a field that is a list of directives."""
    found = []
    for part in _MEMBER.findall(text or ""):
        name, sign, value = part.strip(OWS).partition("=")
        value = value.strip(OWS)
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if name or sign:
            found.append((name.strip(OWS).lower(), value if sign else None))
    return found


def directives(text: str | None) -> set[str]:
    """The names in a field that is a list of directives."""
    return {name for name, _ in members(text)}


def http_date(text: str | None) -> int | None:
    """Whole seconds since 1970, or None."""
    if not text or not _DATE.fullmatch(text.strip(OWS)):
        return None
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return int(when.replace(tzinfo=datetime.timezone.utc).timestamp())


@dataclass
class Grant:
    """What an answer allows: fresh for `seconds`, by the rule `by`."""
    seconds: int              # from its arrival on
    by: str                   # max-age, expires, heuristic, none, no-cache...
    stale_ok: int = 0         # stale-while-revalidate
    given: int = 0            # the same without the age that it came with


def _seconds(text: str | None) -> int | None:
    """delta-seconds, or None."""
    if not text or not re.fullmatch("[0-9]+", text):
        return None
    return min(int(text), SECONDS_MAX)


def _number(found: Members, name: str) -> int | None:
    """The first number that a directive of this name has (4.2.1), or None."""
    for key, value in found:
        if key == name and (seconds := _seconds(value)) is not None:
            return seconds
    return None


def _forbids(fields: Fields, cc: Members) -> str | None:
    """The rule that forbids all use without asking, or None."""
    names = {name for name, _ in cc}
    if "no-store" in names:
        return "no-store"
    # 5.4: Pragma takes the place of a Cache-Control that is missing
    if "no-cache" in names or ("cache-control" not in fields and
                               "no-cache" in directives(fields.get("pragma"))):
        return "no-cache"
    return "vary" if "*" in directives(fields.get("vary")) else None


def _granted(fields: Fields, cc: Members, date: int) -> tuple[int, str]:
    """Seconds from its Date on, and the rule."""
    max_age = _number(cc, "max-age")
    if max_age is not None:
        return max_age, "max-age"
    if "expires" in fields:
        # what is no date is a date in the past (5.3)
        return max(0, (http_date(fields["expires"]) or 0) - date), "expires"
    modified = http_date(fields.get("last-modified"))
    if modified is not None and modified < date:
        return (date - modified) // 10, "heuristic"
    return 0, "none"


def grant(fields: Fields, came: float | None = None) -> Grant:
    """RFC 9111 4.2.1 to 4.2.3 and 5.2.2, as a private cache reads them; the same
    as http/lifetime (t/data/freshness.tsv).  came: in seconds since 1970, None:
    when its Date says."""
    cc = members(fields.get("cache-control"))
    by = _forbids(fields, cc)
    if by:
        return Grant(0, by)
    date = http_date(fields.get("date"))
    now = int(came) if came else date or int(time.time())
    date = now if date is None else date
    told = _seconds(fields.get("age", "").split(",")[0].strip(OWS))
    age = max(0, told or 0, now - date)
    seconds, by = _granted(fields, cc, date)
    until = seconds
    if "must-revalidate" not in {name for name, _ in cc}:
        until += _number(cc, "stale-while-revalidate") or 0
    left = max(0, seconds - age)
    return Grant(left, by, max(0, until - age - left), seconds)


def clock(time_ns: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(time_ns / 1e9))


def span(seconds: float) -> str:
    """A length of time that people read at once."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 3 * unit:
            return "%d %s" % (round(seconds / unit), name)
    return "%d s" % seconds


def why_absent(stored: tuple[Fields, int] | None, now_ns: int,
               restored: bool = False, history: bool = False) -> Said:
    """One sentence.  stored: (fields, when they came, in ns) or None."""
    if restored:
        return Said(("restored as a whole from the back/forward cache: the "
                     "browser asked for nothing",))
    if stored is None:
        return Said(("the browser had it already; this run did not see when it "
                     "came",))
    fields, since_ns = stored
    allowed = grant(fields, since_ns / 1e9)
    left = allowed.seconds - (now_ns - since_ns) / 1e9
    at = clock(since_ns)
    if left > 0 and allowed.by == "heuristic":
        return Said(("no Cache-Control: a tenth of the file's age counts as "
                     "fresh, %s at %s, %s left: the browser guessed that it "
                     "need not ask", span(allowed.given), at, span(left)))
    if left > 0:
        return Said(("granted fresh for %s at %s, %s left: the browser need not "
                     "ask", span(allowed.given), at, span(left)))
    if history:
        return Said(("going back may show a copy of any age (RFC 9111 4.2.4): "
                     "nothing was asked",))
    if -left < allowed.stale_ok:
        return Said(("stale-while-revalidate: stale since %s, still shown at "
                     "once for up to %s", span(-left), span(allowed.stale_ok)))
    if "immutable" in directives(fields.get("cache-control")):
        return Said(("immutable: the browser need not ask at a reload either",))
    return Said(("no rule allows this copy (%s, from %s): look at the capture",
                 allowed.by, at))

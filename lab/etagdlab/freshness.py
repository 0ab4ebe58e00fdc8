# SPDX-License-Identifier: MIT
"""freshness: why a browser need not ask: RFC 9111's rules, applied to the last
answer that it got for an address."""
import email.utils
import re
import time
from dataclasses import dataclass

from .words import Said


def directives(text):
    """{name: value or True} of a Cache-Control field."""
    found = {}
    for part in re.findall(r'[^,"]+(?:"[^"]*")?', text or ""):
        name, _, value = part.strip().partition("=")
        if name.strip():
            found[name.strip().lower()] = value.strip().strip('"') or True
    return found


def http_date(text):
    """Seconds since 1970, or None."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError):
        return None


@dataclass
class Grant:
    """What an answer allows: fresh for `seconds`, by the rule `by`."""
    seconds: int              # from its arrival on
    by: str                   # max-age, expires, heuristic, none, no-cache...
    stale_ok: int = 0         # stale-while-revalidate
    given: int = 0            # the same without the age that it came with


def _number(value):
    return int(value) if isinstance(value, str) and value.isdigit() else None


def _age(fields, came):
    """How old it is at its arrival, by its Age or by its Date (RFC 9111 4.2.3).
    A Date has whole seconds."""
    date = http_date(fields.get("date"))
    apparent = came - date - 1 if came and date else 0
    return max(0, int(apparent), _number(fields.get("age", "")) or 0)


def grant(fields, came=None):
    """RFC 9111 4.2.1, 4.2.2 and 5.2.2, as a private cache reads them.  came: in
    seconds since 1970, None: when its Date says."""
    cc = directives(fields.get("cache-control"))
    if "no-store" in cc:
        return Grant(0, "no-store")
    if "no-cache" in cc or (not cc and "no-cache" in fields.get("pragma", "")):
        return Grant(0, "no-cache")
    stale_ok = _number(cc.get("stale-while-revalidate")) or 0
    def granted(seconds, by):
        left = int(seconds) - _age(fields, came)
        return Grant(max(0, left), by, stale_ok, int(seconds))
    max_age = _number(cc.get("max-age"))
    if max_age is not None:
        return granted(max_age, "max-age")
    date = http_date(fields.get("date")) or time.time()
    if "expires" in fields:
        until = http_date(fields["expires"])
        return granted(max(0, until - date) if until else 0, "expires")
    modified = http_date(fields.get("last-modified"))
    if modified is not None:
        return granted(max(0, (date - modified) / 10), "heuristic")
    return Grant(0, "none", stale_ok)


def clock(time_ns):
    return time.strftime("%H:%M:%S", time.localtime(time_ns / 1e9))


def span(seconds):
    """A length of time that people read at once."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 3 * unit:
            return "%d %s" % (round(seconds / unit), name)
    return "%d s" % seconds


def why_absent(stored, now_ns, restored=False, history=False):
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

# SPDX-License-Identifier: MIT
"""answers_auth: what a run answers to the questions about passwords."""
import base64
import binascii
from typing import List, Optional

from .answers import Answer, Data, _said, both, of_page, value
from .rows import Answered


def _of_page(d: Data) -> List[Answered]:
    found: List[Answered] = []
    while True:
        e = of_page(d, len(found))
        if not e:
            return found
        found.append(e)


def statuses(d: Data) -> Optional[Answer]:
    found = _of_page(d)
    return Answer(_said("%s", ", ".join(
        e["answered"]["line"].split(" ")[1] for e in found)),
        [both(e)[-1] for e in found]) if found else None


def challenge(d: Data) -> Optional[Answer]:
    e = of_page(d, 0)
    said = value(e["answered"], "www-authenticate") if e else None
    return Answer(_said("WWW-Authenticate: %s", said), both(e)[1:]) \
        if e and said else None


def _with_credentials(d: Data) -> Optional[Answered]:
    return next((e for e in _of_page(d)
                 if value(e["asked"], "authorization")), None)


def credentials(d: Data) -> Optional[Answer]:
    e = _with_credentials(d)
    return e and Answer(_said(
        "Authorization: %s", value(e["asked"], "authorization")), both(e)[:1])


def decoded(d: Data) -> Optional[Answer]:
    """Base64 is no secret: shown where the report has the value at all."""
    e = _with_credentials(d)
    if not e:
        return None
    scheme, _, text = (value(e["asked"], "authorization") or "").partition(" ")
    try:
        plain = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return Answer(_said(
        "%s: whoever reads the packet reads it, too", plain), both(e)[:1]) \
        if scheme.lower() == "basic" and plain else None


def unasked(d: Data) -> Optional[Answer]:
    """GETs whose credentials nobody had asked for just before."""
    found, refused = [], False
    for e in _of_page(d):
        if value(e["asked"], "authorization") and not refused:
            found.append(e)
        refused = e["answered"]["line"].split(" ")[1] == "401"
    return Answer(_said("%d of them", len(found)),
                  [both(e)[0] for e in found]) if _of_page(d) else None


def same_connection(d: Data) -> Optional[Answer]:
    """The 401 and the request that follows it with credentials."""
    e = _with_credentials(d)
    before = e and [x for x in _of_page(d) if both(x)[0] < both(e)[0]]
    if not e or not before:
        return None
    return Answer(_said("no, port %d for both", e["port"])
                  if before[-1]["port"] == e["port"] else
                  _said("yes: port %d, then port %d", before[-1]["port"],
                        e["port"]), [both(before[-1])[-1], both(e)[0]])


def sharing(d: Data) -> Optional[Answer]:
    e = _with_credentials(d)
    said = value(e["answered"], "cache-control") if e else None
    return Answer(_said("Cache-Control: %s", said), both(e)[1:]) \
        if e and said else None

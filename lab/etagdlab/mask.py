# SPDX-License-Identifier: MIT
"""mask: keeps secrets out of the report, by the same list and the same rules as
the server's `[observe] mask` (src/http/mask.c): values of fields and parameters
whose names tell that they are secret, and userinfo in URLs."""
import re
from typing import Any, Tuple

from . import ini
from .words import Said

WORDS = "token key secret auth session jwt"    # the server's default
ALWAYS = ("cookie", "set-cookie", "authorization", "proxy-authorization")
NEVER = ("www-authenticate",)     # said to everybody
HIDDEN = "***"
NAME_MAX = 128                # of a name, decoded; more is not looked at
BREAKS = " \t,"
ENDS = BREAKS + "&;#\"'<>"

# What is the student's own, or no address at all.
NOT_ADDRESSES = ("screenshot", "ini", "config", "versions", "source")


def words_of(config: str) -> str:
    """The list as a server's --dump-config tells it."""
    found = ini.option(config, "observe", "mask")
    return WORDS if found is None else "" if found == "off" else found


def _at(s: str, i: int) -> Tuple[str, int]:
    """The character at i, decoded once; how many characters it takes."""
    if s[i] == "%" and re.fullmatch("[0-9A-Fa-f]{2}", s[i + 1:i + 3]):
        return chr(int(s[i + 1:i + 3], 16)), 3
    return s[i], 1


def named(words: str, name: str) -> bool:
    """Whether a name has one of the words in it, without case."""
    decoded, i = "", 0
    while i < len(name) and len(decoded) < NAME_MAX:
        c, n = _at(name, i)
        decoded += c
        i += n
    decoded = decoded.lower()
    return any(w.lower() in decoded
               for w in re.split("[ \t,]+", words) if w)


def field(words: str, name: str) -> bool:
    """Whether it is a field whose value is never shown."""
    return name.lower() not in NEVER and (
        name.lower() in ALWAYS or named(words, name))


def _name_end(s: str, i: int) -> Tuple[int, int]:
    """Behind the name at i, and how long the "=" there is (0: none)."""
    while i < len(s):
        c, n = _at(s, i)
        if c == "=":
            return i, n
        if c in ENDS or c in "?/":
            break
        i += n
    return i, 0


def _parameter(out: list[str], words: str, s: str, i: int) -> int:
    """A parameter begins at i: where to go on."""
    end, equals = _name_end(s, i)
    if not equals or not named(words, s[i:end]):
        return i
    out.append(s[i:end + equals] + HIDDEN)
    i = end + equals
    if s[i:i + 1] == '"':     # a field's, quoted
        close = s.find('"', i + 1)
        return len(s) if close < 0 else close + 1
    while i < len(s):
        c, n = _at(s, i)
        # What is encoded belongs to the value, unless all of it is.
        if c in ENDS and (n == 1 or equals == 3):
            break
        i += n
    return i


def _userinfo(out: list[str], s: str, i: int) -> int:
    """Behind "//": userinfo ends with the last "@" of the authority."""
    found, k = i, i
    while k < len(s):
        c, n = _at(s, k)
        if c in ENDS or c in "/?":
            break
        if c == "@":
            found = k
        k += n
    if found > i:
        out.append(HIDDEN)
    return found


def text(words: str, s: str) -> str:
    """A target, or text with URLs in it."""
    if not re.search("[?&;#%]|:/", s):
        return s
    out: list[str] = []
    before, i = ("", ""), 0
    while i < len(s):
        c, n = _at(s, i)
        out.append(s[i:i + n])
        i += n
        if c in "?&;#":
            while i < len(s) and s[i] in " \t":
                out.append(s[i])
                i += 1
            i = _parameter(out, words, s, i)
        elif c == "/" and before == (":", "/"):
            i = _userinfo(out, s, i)
        before = (before[1], c)
    return "".join(out)


def everywhere(words: str, data: Any) -> Any:
    """The report's data without secrets in any address."""
    if isinstance(data, Said):
        return Said(*((t, *everywhere(words, a)) for t, *a in data.parts))
    if isinstance(data, str):
        return text(words, data)
    if isinstance(data, dict):
        return {k: v if k in NOT_ADDRESSES else everywhere(words, v)
                for k, v in data.items()}
    if isinstance(data, (list, tuple)):
        return [everywhere(words, v) for v in data]
    return data

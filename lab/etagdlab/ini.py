# SPDX-License-Identifier: MIT
"""ini: the configuration as it was used: the file's text with every override
in its place, what it replaces kept as a comment."""
import re
from typing import Dict, List, Optional, Tuple


def _wanted(overrides: List[str]) -> Dict[str, Dict[str, str]]:
    """{section: {key: value}}; of the same option the last one counts."""
    found: Dict[str, Dict[str, str]] = {}
    for o in overrides:
        name, _, value = o.partition("=")
        section, _, key = name.strip().partition(".")
        found.setdefault(section, {})[key] = value.strip()
    return found


def _sections(text: str) -> List[Tuple[str, List[str]]]:
    """[(section, its lines)]; the first is what comes before any."""
    parts: List[Tuple[str, List[str]]] = [("", [])]
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("[") and "]" in bare:
            parts.append((bare[1:bare.index("]")].strip(), [line]))
        else:
            parts[-1][1].append(line)
    return parts


def option(text: str, section: str, key: str) -> Optional[str]:
    """The last value of an option in what --dump-config prints."""
    found = None
    for name, lines in _sections(text):
        for line in lines[1:] if name == section else []:
            left, equals, value = line.partition("=")
            if equals and left.strip() == key:
                found = value.strip()
    return found


def used(text: str, overrides: List[str]) -> str:
    wanted = _wanted(overrides)
    out: List[str] = []
    for name, lines in _sections(text):
        mine = wanted.get(name, {})
        fresh = wanted.pop(name, {})
        if not name:
            out += lines
            continue
        out.append(lines[0])
        out += ["%s = %s" % e for e in fresh.items()]
        out += ["# " + x if x.partition("=")[0].strip() in mine else x
                for x in lines[1:]]
    for name, fresh in wanted.items():
        out += ["", "[%s]" % name] + ["%s = %s" % e for e in fresh.items()]
    return "\n".join(out).rstrip() + "\n"


EXPERIMENT = re.compile(
    r"warning: .*?: (\[[^\]]+\] [\w-]+): (\"[^\"]*\"|a shifted time) is for "
    r"experiments: (.*)")


def experiments(lines: List[str]) -> List[Dict[str, str]]:
    """What the server called options for experiments as it started or read
    its configuration again, each once."""
    found: List[Dict[str, str]] = []
    for m in filter(None, map(EXPERIMENT.search, lines)):
        row = dict(zip(("option", "value", "why"), m.groups()))
        if row not in found:
            found.append(row)
    return found

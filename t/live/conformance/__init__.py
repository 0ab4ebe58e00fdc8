# SPDX-License-Identifier: MIT
"""The conformance table: requests as bytes, each with the section that says
what the answer has to be.  See case.py for the form of a row."""
import importlib

TABLES = ("request_line", "fields", "framing", "target", "host", "connection",
          "conditions", "ranges", "codings")


def all_cases():
    found = []
    for name in TABLES:
        module = importlib.import_module("conformance." + name)
        found += module.CASES
    names = [c.name for c in found]
    twice = sorted({n for n in names if names.count(n) > 1})
    assert not twice, "case names used twice: %r" % twice
    return found

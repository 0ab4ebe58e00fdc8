# SPDX-License-Identifier: MIT
"""shared: what the lab has in common with the pages that etagd serves: the
colours of answers (www/style.css) and the table of what browsers do
(www/lab/policies.json)."""
import json
import pathlib
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
END = "/* -- end of colours -- */"


def _text(*names: str) -> str:
    """Of a file in the source tree's www; installed it lies beside this one."""
    places = (HERE / names[-1], HERE.parents[1].joinpath("www", *names))
    return next(p for p in places if p.exists()).read_text(encoding="utf-8")


def policies() -> Any:
    return json.loads(_text("lab", "policies.json"))


def style(name: str) -> str:
    """A style sheet of the lab's own, behind the colours that all pages have."""
    colours = _text("style.css")
    begin = colours.index("/* -- colours")
    own = (HERE / name).read_text(encoding="utf-8")
    return colours[begin:colours.index(END)] + own


def colour_of(status: int | None) -> str:
    """The class that colours an answer everywhere: of all of it, a part, a
    confirmation, something else, an error."""
    known = {206: "s206", 304: "s304"}
    if not status or status >= 400:
        return "serr"
    return known.get(status, "s200" if 200 <= status < 300 else "sother")

# SPDX-License-Identifier: MIT
"""driving: what the lab needs of a browser, whichever it is (browser.Browser,
firefox.Browser), and what one tells of each load."""
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict

Say = Callable[..., None]     # a template, and what goes into it


def silent(*_: object) -> None:
    """A Say that says nothing."""


class Timing(TypedDict):
    """What the page knows of how one of its parts came; None: nothing.  worker:
    the page's service worker was asked, of whose answers it can't tell more."""
    url: str
    kind: str
    worker: bool
    transfer: int | None
    size: int | None
    start: float | None
    end: float | None


@dataclass
class Fetch:
    """One thing that the page asked for, as the browser's network part saw
    it."""
    url: str
    time_ns: int = 0
    source: str = ""          # "", memory, disk
    status: int = 0           # on the wire; 0: nothing was
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Load:
    """What one action did."""
    begin_ns: int
    end_ns: int = 0
    restored: bool = False    # by the back/forward cache
    fetches: list[Fetch] = field(default_factory=list)
    timing: list[Timing] = field(default_factory=list)
    screenshot: bytes = b""
    exact: bool = True        # timing tells a 304 from a 200


class Missing(RuntimeError):
    """There is no browser."""


class Driver(Protocol):
    """A running browser with a profile of its own."""
    product: str

    def open(self, url: str, picture: bool = True) -> Load: ...
    def follow(self, picture: bool = True) -> Load: ...
    def send(self, size: int, picture: bool = True) -> Load | None: ...
    def reload(self, picture: bool = True) -> Load: ...
    def hard_reload(self, picture: bool = True) -> Load: ...
    def new_tab(self, url: str, picture: bool = True) -> Load: ...
    def back(self, picture: bool = True) -> Load: ...
    def clear(self) -> None: ...
    def restart(self) -> None: ...
    def script(self, text: str) -> Any: ...

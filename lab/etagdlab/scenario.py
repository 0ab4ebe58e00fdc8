# SPDX-License-Identifier: MIT
"""scenario: the steps of an experiment, from the command line's words to
actions of the browser."""
import os
import re
import pathlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes, urlsplit

from . import cdp, editing, talk
from .driving import Driver, Load, Say, silent
from .server import NoServer, Server
from .words import Said

# word: (what it does, whether it takes an argument, whether it loads a page)
WORDS = {
    "first": ("first visit", False, True),
    "again": ("address typed again", False, True),
    "link": ("link on the page to itself", False, True),
    "reload": ("reload (F5)", False, True),
    "hard": ("hard reload (Ctrl+Shift+R)", False, True),
    "newtab": ("new tab", False, True),
    "back": ("away and back", False, True),
    "visit": ("another address", True, True),
    "login": ("with name and password", True, True),
    "edit-logo": ("the pictures change", False, False),
    "edit": ("a file changes", True, False),
    "wait": ("wait", True, False),
    "close": ("a connection of the lab's own, closed by", True, False),
    "segments": ("a connection of the lab's own, MSS", True, False),
    "serial": ("a connection of the lab's own, one thing after the other",
               False, False),
    "stall": ("connections that ask for nothing, and one that asks", True,
              False),
    "upload": ("a text sent by the page's form, bytes", True, True),
    "set": ("the configuration changes and is read again", True, False),
    "clear": ("cache cleared", False, False),
    "restart": ("browser restarted", False, False),
}
DEFAULT = "first,again,reload,hard,edit-logo,again,newtab,back"
WAIT_MAX = 600
MSS = (88, 32767)             # what Linux takes
UPLOAD = (1, 1 << 20)         # the server's own limit, unless it is raised
HOLDERS = (1, 64)
PICTURES = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")


class BadScenario(ValueError):
    """What is wrong with the words, for a person."""


class Nothing(Exception):
    """There is nothing that the step could do on this page."""


class Undone(Exception):
    """The step could not be done."""


@dataclass(frozen=True)
class Step:
    word: str
    argument: str = ""

    @property
    def text(self) -> str:
        return self.word + (":" + self.argument if self.argument else "")

    @property
    def loads(self) -> bool:
        return WORDS[self.word][2]

    @property
    def typed(self) -> Said:
        """The same in every language, though some of them are words."""
        return Said(("%s", self.text))

    @property
    def meaning(self) -> Said:
        said = Said((WORDS[self.word][0],))
        return said.and_then(": %s", self.argument) if self.argument else said


def _seconds(text: str) -> float:
    digits = text[:-1] if text.endswith("s") else text
    try:
        value = float(digits)
    except ValueError:
        value = -1
    if not 0 <= value <= WAIT_MAX:
        raise BadScenario("wait:%s is no number of seconds from 0 to %d"
                          % (text, WAIT_MAX))
    return value


def _way(text: str) -> None:
    if text not in talk.WAYS:
        raise BadScenario("close:%s is none of %s" % (text,
                                                      " ".join(talk.WAYS)))


def _number(word: str, what: str, least: int,
            most: int) -> Callable[[str], int]:
    def check(text: str) -> int:
        if not text.isascii() or not text.isdigit() or \
                not least <= int(text) <= most:
            raise BadScenario("%s:%s is no %s from %d to %d" % (
                word, text, what, least, most))
        return int(text)
    return check


def _option(text: str) -> str:
    if not OPTION.fullmatch(text):
        raise BadScenario("set:%s is not SECTION.KEY=VALUE" % text)
    return text


def _login(text: str) -> str:
    if not text.partition(":")[0] or not text.partition(":")[2]:
        raise BadScenario("login:%s is no NAME:PASSWORD" % text)
    return text


OPTION = re.compile(r"[a-z]+\.[a-z-]+=[^\n]+")
CHECKS: dict[str, Callable[[str], object]] = {"wait": _seconds, "close": _way, "login": _login,
          "segments": _number("segments", "MSS", *MSS),
          "upload": _number("upload", "number of bytes", *UPLOAD),
          "stall": _number("stall", "number of connections", *HOLDERS),
          "set": _option}


def parse(text: str) -> list[Step]:
    steps = []
    for part in text.split(","):
        word, colon, argument = part.strip().partition(":")
        if word not in WORDS:
            raise BadScenario(Said(("%r is no step; there are: %s", word,
                                    " ".join(WORDS))))
        if WORDS[word][1] != bool(argument):
            raise BadScenario("%s %s" % (word, "needs an argument, as in "
                                         "%s:VALUE" % word if WORDS[word][1]
                                         else "takes no argument"))
        if word in CHECKS:
            CHECKS[word](argument)
        steps.append(Step(word, argument))
    if not any(s.loads for s in steps):
        raise BadScenario(Said(("no step loads a page",)))
    return steps


@dataclass
class Done:
    """A step, and what came of it."""
    step: Step
    begin_ns: int
    end_ns: int = 0
    load: Load | None = None
    note: str = ""
    skipped: str = ""         # why there was nothing to do
    failed: str = ""          # why it could not be done
    files: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)     # of the lab's own


class Runner:
    def __init__(self, browser: Driver, server: Server, page: str,
                 root: pathlib.Path, say: Say = silent) -> None:
        base = server.url
        self.browser, self.base, self.root = browser, base, root
        self.server = server
        self.url, self.page = base + page, page
        self.say = say
        self.pictures: list[str] = []
        self.edits = 0

    def run(self, steps: Sequence[Step]) -> list[Done]:
        done = []
        for i, step in enumerate(steps):
            self.say("step %d of %d: %s, %s", i + 1, len(steps), step.typed,
                     step.meaning)
            d = Done(step, time.time_ns())
            self._try(d)
            d.end_ns = time.time_ns()
            if d.load:
                d.begin_ns = d.load.begin_ns
                self._remember_pictures(d.load)
            done.append(d)
        return done

    def _try(self, d: Done) -> None:
        """No step ends the run: what can't be done is told."""
        do = getattr(self, "_" + d.step.word.replace("-", "_"))
        try:
            do(d, d.step.argument)
        except Nothing as why:
            d.skipped = why.args[0]
        except Undone as why:
            d.failed = why.args[0]
        except (cdp.BrowserGone, cdp.Refused, NoServer, OSError) as why:
            d.load = None
            said = why.args[0] if why.args else ""
            d.failed = said if isinstance(said, Said) else Said((str(why),))
        told = d.skipped or d.failed
        if told:
            self.say("%s skipped: %s" if d.skipped else "%s failed: %s",
                     d.step.typed, told)

    def _remember_pictures(self, load: Load) -> None:
        found = [e["url"] for e in load.timing if e["kind"] == "img"] or [
            # begun by a preload, a style or a frame without an address
            u for u in [*(e["url"] for e in load.timing),
                        *(f.url for f in load.fetches)]
            if urlsplit(u).path.lower().endswith(PICTURES)]
        found = [u for u in dict.fromkeys(found) if u.startswith(self.base)]
        if found:
            self.pictures = found

    def _first(self, d: Done, _: str) -> None:
        d.load = self.browser.open(self.url)

    _again = _first

    def _visit(self, d: Done, path: str) -> None:
        d.load = self.browser.open(self.base + "/" + path.lstrip("/"))

    def _login(self, d: Done, text: str) -> None:
        """The browser asks without them first, and answers the challenge."""
        name, _, password = text.partition(":")
        scheme, _, rest = self.url.partition("//")
        d.load = self.browser.open("%s//%s:%s@%s" % (
            scheme, quote(name, safe=""), quote(password, safe=""), rest))

    def _link(self, d: Done, _: str) -> None:
        d.load = self.browser.follow()

    def _reload(self, d: Done, _: str) -> None:
        d.load = self.browser.reload()

    def _hard(self, d: Done, _: str) -> None:
        d.load = self.browser.hard_reload()

    def _newtab(self, d: Done, _: str) -> None:
        d.load = self.browser.new_tab(self.url)

    def _back(self, d: Done, _: str) -> None:
        d.load = self.browser.back()
        d.load.timing = d.load.timing or []

    def _change(self, d: Done, names: Iterable[str]) -> None:
        self.edits += 1
        for name in names:
            path = (self.root / name.lstrip("/")).resolve()
            if self.root.resolve() not in path.parents or not path.is_file():
                raise Undone(Said(("there is no file %s in the page's folder",
                                   name)))
            editing.edit(path, self.edits)
            d.files.append("/" + name.lstrip("/"))
        d.note = ", ".join(d.files)

    def _edit(self, d: Done, name: str) -> None:
        self._change(d, [name])

    def _edit_logo(self, d: Done, _: str) -> None:
        # Names are bytes: a page in GBK may ask for names in GBK.
        names = [os.fsdecode(unquote_to_bytes(u[len(self.base):].split("?")[0]))
                 for u in self.pictures]
        names = [n for n in names if (self.root / n.lstrip("/")).is_file()]
        if not names:
            raise Nothing(Said(("no page with a picture of this folder was "
                                "loaded before",)))
        self._change(d, sorted(set(names)))

    def _wait(self, d: Done, text: str) -> None:
        time.sleep(_seconds(text))

    def _close(self, d: Done, way: str) -> None:
        d.ports.append(talk.close(self.base, self.page, way))
        d.note = Said(("own connection, port %d", d.ports[-1]))

    def _segments(self, d: Done, mss: str) -> None:
        port, got = talk.fetch(self.base, self.page, int(mss))
        d.ports.append(port)
        d.note = Said(("own connection, port %d, %d bytes", port, got))

    def _serial(self, d: Done, _: str) -> None:
        paths = [u[len(self.base):] for u in [self.url, *self.pictures]]
        port, took = talk.serial(self.base, paths)
        d.ports.append(port)
        d.note = Said(("own connection, port %d, %d requests, %.3f s", port,
                       len(paths), took))

    def _stall(self, d: Done, holders: str) -> None:
        ports, took = talk.stall(self.base, self.page, int(holders))
        d.ports += ports
        d.note = Said(("own connection, port %d, waited %.3f s", ports[0],
                       took))

    def _upload(self, d: Done, size: str) -> None:
        d.load = self.browser.send(int(size))
        if not d.load:
            raise Nothing(Said(("the page that is shown has no form that sends "
                                "a file",)))

    def _set(self, d: Done, option: str) -> None:
        self.server.change(option)

    def _clear(self, d: Done, _: str) -> None:
        self.browser.clear()

    def _restart(self, d: Done, _: str) -> None:
        self.browser.restart()

# SPDX-License-Identifier: MIT
"""experiment: one run from beginning to end: a folder of its own, a server, a
capture, a browser, the scenario, the matrix; and all of it as data."""
import base64
import contextlib
import datetime
import os
import pathlib
import platform
import shutil
import tempfile
import time
from argparse import Namespace
from typing import NamedTuple

from . import (annotate, capture, cdp, children, evidence, exercises, fields,
               ini, ledger, mask, matrix, pcapng, rights, rows, scenario,
               source, timewait)
from . import server as servers
from . import tools
from . import browser as chromium
from . import firefox
from .driving import Say
from .words import Said, Words

FORMAT = 1
HERE = pathlib.Path(__file__).resolve().parent


# The report's data, and the capture's blocks if there is one.
Outcome = tuple[rows.Report, list[pcapng.Block] | None]


class BadInput(ValueError):
    """A file or folder that was named is not what it should be."""


def _beside(*names: str) -> pathlib.Path:
    """A file of the source tree or of the installed package."""
    places = [HERE.parents[1]]
    if os.environ.get("ETAGD_DATADIR"):
        places.append(pathlib.Path(os.environ["ETAGD_DATADIR"]))
    for place in places:
        if (place / names[0]).exists():
            return place.joinpath(*names)
    raise BadInput(Said(("%s is not there: give DIR and --conf",
                         "/".join(names))))


def default_ini(exercise: str | None = None) -> pathlib.Path:
    return _beside("conf", "exercise", exercise + ".ini") if exercise \
        else _beside("conf", "lab.ini")


def default_site() -> pathlib.Path:
    return _beside("www")


def _copy(site: pathlib.Path, to: pathlib.Path) -> None:
    """Times stay, for they decide what a guess at freshness gives."""
    shutil.copytree(site, to, symlinks=True,
                    ignore=shutil.ignore_patterns("*.mk", ".*"))


def _readable(folder: pathlib.Path) -> None:
    """A worker that gave up root must reach the files."""
    os.chmod(folder, 0o755)


def _versions(program: str, browser_product: str,
              way: str | None) -> dict[str, str]:
    status, out, _ = servers.ask(program, "--version")
    found = {"etagd": out.strip() if status == 0 else "unknown",
             "browser": browser_product,
             "Python": platform.python_version(),
             "system": "%s %s" % (platform.system(), platform.release())}
    if way == "dumpcap":
        found["capture"] = tools.version(tools.DUMPCAP) or "dumpcap"
    elif way:
        found["capture"] = "packet socket"
    return found


def _begin_capture(port: int, folder: pathlib.Path, way: str, say: Say) -> tuple[
        capture.Capture | None, Said | None]:
    try:
        return capture.begin(port, folder, way), None
    except capture.NoCapture as why:
        say("no capture: %s", capture.said_of(why))
        if way != "off":
            say("to be allowed to: %s", rights.here()[0])
        return None, capture.said_of(why)


def _picture(data: bytes) -> str:
    kind = "png" if data.startswith(b"\x89PNG") else "webp"
    return "data:image/%s;base64,%s" % (kind, base64.b64encode(data).decode())


BROWSERS: dict[str, type[chromium.Browser] | type[firefox.Browser]] = {
    "chromium": chromium.Browser, "firefox": firefox.Browser}


class _Ran(NamedTuple):
    """What a run left, before it is put together."""
    server: servers.Server
    wire: evidence.Wire
    done: list[scenario.Done]
    product: str              # the browser's name
    config: str               # as the server dumps it
    secret: str               # names of fields and parameters
    start_ns: int
    end_ns: int
    waits: rows.TimeWait | None
    captured: rows.Capture


class Experiment:
    """options: the command line's namespace (see cli.py)."""

    def __init__(self, options: Namespace, say: Say) -> None:
        self.o, self.say = options, say
        self.steps = scenario.parse(options.scenario)
        self.ledger = ""          # as lines, once it has run
        self.program = servers.find()
        self.ini = pathlib.Path(options.conf) if options.conf \
            else default_ini(options.exercise)
        self.site = pathlib.Path(options.dir) if options.dir \
            else default_site()
        if not self.site.is_dir():
            raise BadInput(Said(("%s is not a folder", str(self.site))))
        if not self.ini.is_file():
            raise BadInput(Said(("%s is not a file", str(self.ini))))
        self.browser = BROWSERS[options.browser]
        tool = tools.BROWSERS[options.browser]
        if not tool.path():
            raise BadInput(tool.missing())

    def run(self) -> Outcome:
        """(the report's data, the capture's blocks or None)"""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="etagd-lab-"))
        if not self.o.keep:
            children.folder(folder)
        try:
            _readable(folder)
            return self._run(folder)
        finally:
            if self.o.keep:
                self.say("kept: %s", str(folder))
            else:
                shutil.rmtree(folder, ignore_errors=True)
                children.keep(folder)

    def _run(self, folder: pathlib.Path) -> Outcome:
        root = folder / "www"
        _copy(self.site, root)
        mine = exercises.TABLE.get(self.o.exercise)
        if mine and mine.prepare:
            mine.prepare(root)
        conf = folder / self.ini.name
        shutil.copy2(self.ini, conf)
        users = self.ini.with_suffix(".users")     # of its [access]
        if users.is_file():
            shutil.copy2(users, folder / users.name)
            os.chmod(folder / users.name, 0o600)
        (folder / "log").mkdir()
        server = servers.Server(self.program, conf, root, folder / "log",
                                self.o.option or [], self.o.port)
        # The server's own farewells are in the capture, so it ends last.
        with contextlib.ExitStack() as capturing, server:
            self.say("etagd serves %s", server.url)
            run, why = _begin_capture(server.port, folder, self.o.capture,
                                      self.say)
            if run:
                capturing.callback(run.end)
            watch = timewait.Watch(server.port)
            capturing.callback(watch.end)
            start_ns = time.time_ns()
            done, product = self._visits(folder, server, root)
            end_ns = time.time_ns()
            log = ledger.parse(server.log_text())
            observed = ledger.parse(server.ledger_text(
                {c.port for c in log.connections}))
            _, config, _ = servers.ask(self.program, "--dump-config",
                                       *server.argv[1:])
            server.stop()
            waits = watch.finish()
            blocks = run.finish() if run else None
        book = ledger.merge(ledger.parse(server.log_text()), observed)
        self.ledger = ledger.lines(book)
        wire = evidence.Wire(blocks, book, server.port)
        secret = mask.words_of(config)
        found = self._data(_Ran(
            server, wire, done, product, config, secret, start_ns, end_ns,
            timewait.data(waits, wire.streams, start_ns),
            self._captured(run, why)), folder)
        noted = annotate.annotate(blocks, book, Words(self.o.lang))[0] \
            if blocks else None
        data: rows.Report = mask.everywhere(secret, found)
        if self.o.exercise:
            asked = exercises.asked(self.o.exercise, data, self.o.answers)
            asked["figures"] = self.o.figures or self.o.answers
            data["exercise"] = asked
        return data, noted

    def _captured(self, run: capture.Capture | None,
                  why: str | None) -> rows.Capture:
        return {"way": run.way if run else None, "why_not": why,
                "grant": rights.here()
                if not run and self.o.capture != "off" else None,
                "dropped": run.dropped if run else None,
                "whole": run.whole if run else None}

    def _visits(self, folder: pathlib.Path, server: servers.Server,
                root: pathlib.Path) -> "tuple[list[scenario.Done], str]":
        """(what came of each step, the browser's name)"""
        try:
            with self.browser(folder / "profile",
                              spare=not self.o.no_spare,
                              lang=self.o.lang) as browser:
                return scenario.Runner(
                    browser, server, self.o.page, root,
                    self.say).run(self.steps), browser.product
        except (cdp.BrowserGone, cdp.Refused) as why:
            self.say("no browser: %s", str(why))
            now = time.time_ns()
            return [scenario.Done(s, now, now, failed=Said((str(why),)))
                    for s in self.steps], "did not start"

    def _matrix(self, folder: pathlib.Path) -> rows.Matrix | None:
        """After the experiment, with a fresh profile and a server of its
        own, so that it disturbs nothing."""
        if self.o.matrix == "off":
            return None
        try:
            with self.browser(folder / "profile-matrix") as browser:
                return matrix.measure(self.program, browser, folder,
                                      self.o.matrix == "full", self.say)
        except (cdp.BrowserGone, cdp.Refused, servers.NoServer) as why:
            self.say("no matrix: %s", str(why))
            return None

    def _data(self, ran: _Ran, folder: pathlib.Path) -> rows.Report:
        wire, done, start_ns = ran.wire, ran.done, ran.start_ns
        steps = evidence.steps(wire, done, ran.server.url, start_ns)
        for row, d in zip(steps, done):
            if d.load:
                row["screenshot"] = _picture(d.load.screenshot)
        text = self.ini.read_text(encoding="utf-8", errors="replace")
        index = ini.option(ran.config, "server", "index") or "index.html"
        return {
            "format": FORMAT, "name": self.o.name, "number": self.o.number,
            "made": datetime.datetime.fromtimestamp(
                start_ns / 1e9).astimezone().isoformat(timespec="seconds"),
            "seconds": (ran.end_ns - start_ns) / 1e9,
            "subject": self.o.subject, "page": self.o.page,
            "port": ran.server.port,
            "scenario": [s.text for s in self.steps],
            "ini": {"name": self.ini.name, "text": text,
                    "used": ini.used(text, ran.server.overrides),
                    "overrides": self.o.option or []},
            "steps": steps,
            "packets": evidence.packet_rows(wire, start_ns),
            "streams": evidence.stream_rows(wire, start_ns) if wire.captured
            else evidence.ledger_rows(wire, start_ns),
            "agreement": evidence.agreement(wire) if wire.captured else None,
            "exact": all(d.load.exact for d in done if d.load),
            "complete": wire.captured or wire.ledger.complete,
            "server_log": ran.server.lines,
            "experiments": ini.experiments(ran.server.lines),
            "matrix": self._matrix(folder), "config": ran.config,
            "exchanges": fields.exchanges(
                wire.streams, ran.secret,
                exercises.shown(self.o.exercise or "")),
            "time_wait": ran.waits,
            "source": source.read(self.site, self.o.page, index),
            "versions": _versions(self.program, ran.product,
                                  ran.captured["way"]),
            "capture": ran.captured,
        }

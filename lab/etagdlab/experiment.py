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
from typing import Any

from . import (annotate, capture, cdp, children, evidence, exercises, fields,
               ini, ledger, mask, matrix, rights, scenario, source, timewait)
from . import server as servers
from . import tools
from . import browser as chromium
from . import firefox
from .words import Said, Words

FORMAT = 1
HERE = pathlib.Path(__file__).resolve().parent


class BadInput(ValueError):
    """A file or folder that was named is not what it should be."""


def _beside(*names):
    """A file of the source tree or of the installed package."""
    places = [HERE.parents[1]]
    if os.environ.get("ETAGD_DATADIR"):
        places.append(pathlib.Path(os.environ["ETAGD_DATADIR"]))
    for place in places:
        if (place / names[0]).exists():
            return place.joinpath(*names)
    raise BadInput(Said(("%s is not there: give DIR and --conf",
                         "/".join(names))))


def default_ini(exercise=None):
    return _beside("conf", "exercise", exercise + ".ini") if exercise \
        else _beside("conf", "lab.ini")


def default_site():
    return _beside("www")


def _copy(site, to):
    """Times stay, for they decide what a guess at freshness gives."""
    shutil.copytree(site, to, symlinks=True,
                    ignore=shutil.ignore_patterns("*.mk", ".*"))


def _readable(folder):
    """A worker that gave up root must reach the files."""
    os.chmod(folder, 0o755)


def _versions(program, browser_product, way):
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


def _begin_capture(port, folder, way, say):
    try:
        return capture.begin(port, folder, way), None
    except capture.NoCapture as why:
        say("no capture: %s", capture.said_of(why))
        if way != "off":
            say("to be allowed to: %s", rights.here()[0])
        return None, capture.said_of(why)


def _picture(data):
    kind = "png" if data.startswith(b"\x89PNG") else "webp"
    return "data:image/%s;base64,%s" % (kind, base64.b64encode(data).decode())


BROWSERS = {"chromium": chromium.Browser, "firefox": firefox.Browser}


class Experiment:
    """options: the command line's namespace (see cli.py)."""

    def __init__(self, options, say):
        self.o, self.say = options, say
        self.steps = scenario.parse(options.scenario)
        self.ledger = ""          # as lines, once it has run
        self.program = servers.find()
        self.ini = pathlib.Path(options.conf) if options.conf \
            else default_ini(options.exercise)
        self.site = pathlib.Path(options.dir) if options.dir \
            else default_site()
        if not self.site.is_dir():
            raise BadInput(Said(("%s is no folder", str(self.site))))
        if not self.ini.is_file():
            raise BadInput(Said(("%s is no file", str(self.ini))))
        self.browser: Any = BROWSERS[options.browser]
        tool = tools.BROWSERS[options.browser]
        if not tool.path():
            raise BadInput(tool.missing())

    def run(self):
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

    def _run(self, folder):
        root = folder / "www"
        _copy(self.site, root)
        if self.o.exercise and exercises.TABLE[self.o.exercise].prepare:
            exercises.TABLE[self.o.exercise].prepare(root)
        config = folder / self.ini.name
        shutil.copy2(self.ini, config)
        users = self.ini.with_suffix(".users")     # of its [access]
        if users.is_file():
            shutil.copy2(users, folder / users.name)
            os.chmod(folder / users.name, 0o600)
        (folder / "log").mkdir()
        server = servers.Server(self.program, config, root, folder / "log",
                                self.o.option or [], self.o.port)
        # The server's own farewells stand in the capture, so it ends last.
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
        data = self._data(wire, server, done, start_ns, end_ns)
        secret = mask.words_of(config)
        data.update(matrix=self._matrix(folder), config=config,
                    exchanges=fields.exchanges(
                        wire.streams, secret,
                        exercises.shown(self.o.exercise or "")),
                    time_wait=timewait.data(waits, wire.streams, start_ns),
                    source=source.read(self.site, self.o.page, ini.option(
                        config, "server", "index") or "index.html"),
                    versions=_versions(self.program, product,
                                       run.way if run else None),
            capture={"way": run.way if run else None, "why_not": why,
                     "grant": list(rights.here())
                     if not run and self.o.capture != "off" else None,
                     "dropped": run.dropped if run else None,
                     "whole": run.whole if run else None})
        noted = annotate.annotate(blocks, book, Words(self.o.lang))[0] \
            if blocks else None
        data = mask.everywhere(secret, data)
        if self.o.exercise:
            data["exercise"] = exercises.asked(self.o.exercise, data,
                                               self.o.answers)
            data["exercise"]["figures"] = self.o.figures or self.o.answers
        return data, noted

    def _visits(self, folder: pathlib.Path, server: servers.Server,
                root: pathlib.Path) -> "tuple[list[scenario.Done], str]":
        """(what came of each step, the browser's name)"""
        try:
            with self.browser(folder / "profile",
                              spare=not self.o.no_spare) as browser:
                return scenario.Runner(
                    browser, server, self.o.page, root,
                    self.say).run(self.steps), browser.product
        except (cdp.BrowserGone, cdp.Refused) as why:
            self.say("no browser: %s", str(why))
            now = time.time_ns()
            return [scenario.Done(s, now, now, failed=Said((str(why),)))
                    for s in self.steps], "did not start"

    def _matrix(self, folder):
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

    def _data(self, wire, server, done, start_ns, end_ns):
        steps = evidence.steps(wire, done, server.url, start_ns)
        for row, d in zip(steps, done):
            if d.load:
                row["screenshot"] = _picture(d.load.screenshot)
        text = self.ini.read_text(encoding="utf-8", errors="replace")
        return {
            "format": FORMAT, "name": self.o.name, "number": self.o.number,
            "made": datetime.datetime.fromtimestamp(
                start_ns / 1e9).astimezone().isoformat(timespec="seconds"),
            "seconds": (end_ns - start_ns) / 1e9,
            "subject": self.o.subject, "page": self.o.page, "port": server.port,
            "scenario": [s.text for s in self.steps],
            "ini": {"name": self.ini.name, "text": text,
                    "used": ini.used(text, server.overrides),
                    "overrides": self.o.option or []},
            "steps": steps,
            "packets": evidence.packet_rows(wire, start_ns),
            "streams": evidence.stream_rows(wire, start_ns) if wire.captured
            else evidence.ledger_rows(wire, start_ns),
            "agreement": evidence.agreement(wire) if wire.captured else None,
            "exact": all(d.load.exact for d in done if d.load),
            "complete": wire.captured or wire.ledger.complete,
            "server_log": server.lines,
            "experiments": ini.experiments(server.lines),
        }

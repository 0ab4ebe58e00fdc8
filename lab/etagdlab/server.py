# SPDX-License-Identifier: MIT
"""server: finds an etagd and runs it for an experiment: on a free loopback
port, one worker unless told otherwise, with a JSON access log that is written
line by line."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Sequence
from re import Match
from typing import IO

from . import children, ini, ledger
from .words import Said

OBSERVER = re.compile(r"M012: observing at (http\S+)")
RELOADED = re.compile(r"M013: generation (\d+) serves")
REFUSED = re.compile(r"M053: ")
READY = re.compile(r"M010: serving (\S.*?) with (\d+) workers?")
DEADLINE_S = 30
HERE = pathlib.Path(__file__).resolve().parent


Path = str | os.PathLike[str]


class NoServer(RuntimeError):
    """There is no etagd, or it did not start."""


def find() -> str:
    """$ETAGD; the newest build of the tree that this file is in; PATH."""
    if os.environ.get("ETAGD"):
        return os.environ["ETAGD"]
    top = HERE.parents[1]
    if (top / "src" / "main.c").exists():
        built = list(top.glob("build*/etagd")) + \
            list(top.glob("build/*/etagd")) + list(top.glob("etagd"))
        built = [b for b in built if b.is_file()]
        if built:
            return str(max(built, key=lambda p: p.stat().st_mtime))
    places = os.environ.get("PATH", os.defpath) + \
        ":/usr/local/sbin:/usr/sbin:/sbin"
    path = shutil.which("etagd", path=places)
    if not path:
        raise NoServer("no etagd: set ETAGD=/path/to/etagd, or build one "
                       "(./configure && make)")
    return path


def environment() -> dict[str, str]:
    """Without proxies and without another service manager's wishes."""
    return {k: v for k, v in os.environ.items()
            if k.lower() not in ("http_proxy", "https_proxy", "all_proxy",
                                 "journal_stream", "notify_socket")}


def ask(program: str, *args: str) -> tuple[int, str, str]:
    """(exit status, stdout, stderr) of a run that ends by itself."""
    done = subprocess.run([program] + list(args), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=DEADLINE_S, env=environment(), text=True,
                          errors="replace")
    return done.returncode, done.stdout, done.stderr


class Server:
    def __init__(self, program: str, conf: Path, root: Path, folder: Path,
                 overrides: Sequence[str] = (), port: int = 0) -> None:
        self.folder = pathlib.Path(folder)
        self.log = self.folder / "access.jsonl"
        self.lines: list[str] = []
        self.changed = threading.Condition()
        self.ended = False
        self.overrides = ["server.listen=127.0.0.1:%d" % port,
                          "server.root=%s" % root,
                          "observe.listen=127.0.0.1:0",
                          "log.access=%s" % self.log, "log.format=json",
                          "log.buffer=0",
                          # else a page that came plain at first is sent again,
                          # compressed, when it is asked for with its tag
                          "prepare.compress=off"] + list(overrides)
        self.ini = pathlib.Path(conf)
        self.argv = [program, "-c", str(conf)]
        for o in self.overrides:
            self.argv += ["-o", o]
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> "Server":
        try:
            process = children.start(
                self.argv, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env=environment(), text=True, errors="replace")
        except OSError as why:
            raise NoServer("%s: %s" % (self.argv[0], why.strerror)) from why
        self.process = process
        self.reader = threading.Thread(
            target=self._read, args=(process.stderr,), daemon=True)
        self.reader.start()
        m = self._await_ready()
        self.workers = int(m.group(2))
        self.url = next(u for u in m.group(1).split()
                        if u.startswith("http")).rstrip("/")
        self.port = int(self.url.rpartition(":")[2])
        return self

    def change(self, option: str) -> None:
        """S.KEY=VALUE in the ini, and the ini read again; it returns when the
        new workers serve."""
        if any(o.split("=")[0] == option.split("=")[0]
               for o in self.overrides):
            raise NoServer(Said((
                "%s is given by -o, which the ini can't change",
                option.split("=")[0])))
        if self.process is None:
            raise NoServer("etagd does not run")
        text = self.ini.read_text(encoding="utf-8", errors="replace")
        self.ini.write_text(ini.used(text, [option]), encoding="utf-8")
        seen = len(self.lines)
        self.process.send_signal(signal.SIGHUP)

        def look() -> bool:
            return self.ended or any(RELOADED.search(x) or REFUSED.search(x)
                                     for x in self.lines[seen:])
        with self.changed:
            self.changed.wait_for(look, DEADLINE_S)
        if not any(RELOADED.search(x) for x in self.lines[seen:]):
            self.ini.write_text(text, encoding="utf-8")
            raise NoServer(Said(("%s was not taken", option)))

    def _read(self, stderr: IO[str]) -> None:
        for line in stderr:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _await_ready(self) -> Match[str]:
        found: list[Match[str]] = []

        def look() -> bool:
            found.extend(m for m in map(READY.search, self.lines) if m)
            return bool(found) or self.ended
        with self.changed:
            self.changed.wait_for(look, DEADLINE_S)
        if not found:
            self.stop()
            raise NoServer("etagd did not start:\n  " +
                           "\n  ".join(self.lines))
        return found[0]

    def _observer(self, path: str) -> str:
        """The observer's answer, without any proxy; "" if there is none."""
        with self.changed:
            said = [m for m in map(OBSERVER.search, self.lines) if m]
        if not said:
            return ""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(said[0].group(1).rstrip("/") + path,
                             timeout=DEADLINE_S) as answer:
                data: bytes = answer.read()
        except OSError:
            return ""
        return data.decode("utf-8", "replace")

    def ledger_text(self, clients: set[int], patience_s: float = 3) -> str:
        """The observer's ledger, once it has all these clients' ports or does
        not get them any more."""
        end = time.monotonic() + patience_s
        while True:
            text = self._observer("/connections.jsonl")
            known = {c.port for c in ledger.parse(text).connections}
            if not text or clients <= known or time.monotonic() > end:
                return text
            time.sleep(0.05)

    def log_text(self) -> str:
        """The whole lines that are there."""
        try:
            data = self.log.read_bytes()
        except FileNotFoundError:
            return ""
        return data[:data.rfind(b"\n") + 1].decode("utf-8", "replace")

    def stop(self) -> int | None:
        """Ends it; what it said last is in lines."""
        process = self.process
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stderr and not process.stderr.closed:
            self.reader.join(DEADLINE_S)
            process.stderr.close()
            children.ended(process)
        return process.returncode

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *ignored: object) -> None:
        self.stop()

# SPDX-License-Identifier: MIT
"""children: the programs and the folder that a run has, and that none outlives
it, however it ends.

Three nets, each for what the one before can't catch: TERM and HUP end the run
as Ctrl-C does, so that everything is closed in order; a reaper, a process in a
session of its own, sees by end-of-file that the helper is gone (kill -9) and
ends what is left; and the kernel ends a child whose parent has died, should
the reaper have been killed first.
"""
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Callable, Optional

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
REAPER = pathlib.Path(__file__).with_name("reaper.py")


class Interrupted(BaseException):
    """A signal asks the run to end; no `except Exception` may keep it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Reaper:
    """What to end and to remove is told to it line by line."""

    def __init__(self) -> None:
        self.process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> None:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(REAPER)],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True, cwd="/")

    def tell(self, word: str, what: str) -> None:
        if self.process is None or self.process.stdin is None:
            return
        try:
            self.process.stdin.write(
                word.encode() + b" " + os.fsencode(what) + b"\0")
            self.process.stdin.flush()
        except OSError:
            pass              # killed: the other two nets remain

    def stop(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except OSError:
                pass
            self.process.wait()
            self.process = None


_reaper = _Reaper()


def watch() -> None:
    """From here on: signals end the run in order, the reaper looks on."""
    def end(number: int, _: object) -> None:
        # The second one must not interrupt the cleaning up.
        for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(n, signal.SIG_IGN)
        raise Interrupted(number)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, end)
    _reaper.start()


def unwatch() -> None:
    """The reaper ends what is left, and itself."""
    _reaper.stop()


def folder(path: pathlib.Path) -> None:
    """A folder to remove should the run not come to it."""
    _reaper.tell("folder", str(path))


def keep(path: pathlib.Path) -> None:
    _reaper.tell("keep", str(path))


def start(argv: Sequence[str], before: Optional[Callable[[], None]] = None,
          **more: Any) -> "subprocess.Popen[Any]":
    """A Popen in a session and process group of its own; more: its own
    arguments, one of which decides whether it gives text or bytes."""
    parent = os.getpid()

    def prepare() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        # A child's dispositions are its own: the helper may ignore them now.
        for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(n, signal.SIG_DFL)
        if before:
            before()
    process = subprocess.Popen(argv, preexec_fn=prepare,
                               start_new_session=True, **more)
    _reaper.tell("group", str(process.pid))
    return process


def ended(process: "subprocess.Popen[Any]") -> None:
    """It has been waited for: its number may be another's from now on.
    What it left in its group is ended first."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    _reaper.tell("gone", str(process.pid))

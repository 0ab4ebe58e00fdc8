# SPDX-License-Identifier: MIT
"""cdp: speaks the Chrome DevTools protocol with a browser over two pipes
(--remote-debugging-pipe): no port that another process could connect to, and
none that could get into the capture."""
import fcntl
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from . import children

DEADLINE_S = 60

# The protocol's objects, as JSON brings them.
Params = dict[str, Any]
OnEvent = Callable[[str | None, str, Params, int], None]


class BrowserGone(RuntimeError):
    """It ended, or does not answer."""


class Refused(RuntimeError):
    """The browser's answer to a command is an error."""


def _high(fd: int) -> int:
    """The same pipe on a number that 3 and 4 can't collide with."""
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(fd)
    return high


class Pipe:
    """A running browser.  on_event(session, method, params, time_ns) is called
    by the reading thread."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str],
                 on_event: OnEvent,
                 stderr: int | IO[bytes] = subprocess.DEVNULL) -> None:
        self.on_event = on_event
        self.changed = threading.Condition()
        self.answers: dict[int, Params] = {}
        self.number = 0
        self.gone = False
        their_in, self.out = map(_high, os.pipe())
        self.inp, their_out = map(_high, os.pipe())

        def place() -> None:
            os.dup2(their_in, 3)
            os.dup2(their_out, 4)
        try:
            # Not pass_fds: it wants 3 and 4 to be open before they are made.
            # All else that Python opened closes itself.
            self.process = children.start(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=stderr, env=env, before=place, close_fds=False)
        finally:
            os.close(their_in)
            os.close(their_out)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        rest = b""
        while True:
            try:
                data = os.read(self.inp, 1 << 20)
            except OSError:
                data = b""
            if not data:
                break
            now = time.time_ns()
            *whole, rest = (rest + data).split(b"\0")
            for text in whole:
                self._message(json.loads(text), now)
        with self.changed:
            self.gone = True
            self.changed.notify_all()

    def _message(self, message: Params, now: int) -> None:
        if "id" not in message:
            self.on_event(message.get("sessionId"), message["method"],
                          message.get("params", {}), now)
        with self.changed:
            if "id" in message:
                self.answers[message["id"]] = message
            self.changed.notify_all()

    def call(self, method: str, session: str | None = None,
             **params: object) -> Params:
        with self.changed:
            self.number += 1
            number = self.number
        message: Params = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self.out, data):]
        except OSError as why:
            raise BrowserGone("the browser has ended") from why
        self.wait(lambda: number in self.answers, method)
        with self.changed:
            answer = self.answers.pop(number)
        if "error" in answer:
            raise Refused("%s: %s" % (method, answer["error"]["message"]))
        result: Params = answer.get("result", {})
        return result

    def wait(self, check: Callable[[], bool], what: str,
             timeout: float = DEADLINE_S) -> None:
        """Until check() is true; looked at whenever something arrived."""
        with self.changed:
            if not self.changed.wait_for(lambda: check() or self.gone,
                                         timeout):
                raise BrowserGone("the browser did not do this within %d s: "
                                  "%s" % (timeout, what))
            if not check():
                raise BrowserGone("the browser ended during: %s" % what)

    def settle(self, check: Callable[[], bool], timeout: float) -> bool:
        """Like wait(), but not having come is an answer too."""
        with self.changed:
            return self.changed.wait_for(lambda: check() or self.gone, timeout)

    def close(self) -> None:
        """Asks it to end, so that its cache reaches the disk."""
        try:
            self.call("Browser.close")
        except (BrowserGone, Refused):
            pass
        try:
            self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        children.ended(self.process)
        self.thread.join(5)
        for fd in (self.out, self.inp):
            try:
                os.close(fd)
            except OSError:
                pass

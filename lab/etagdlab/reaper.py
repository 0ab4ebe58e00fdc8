# SPDX-License-Identifier: MIT
"""reaper: a program of its own that waits for the end of the helper and then
ends the process groups and removes the folders that it has been told of
(children.py).  Its input is words with NUL behind each; its end is the
helper's."""
import os
import shutil
import signal
import sys
import time

PATIENCE_S = 5


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def end(groups: "set[int]") -> None:
    until = time.monotonic() + PATIENCE_S
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            try:
                os.killpg(group, number)
            except (ProcessLookupError, PermissionError):
                pass
        while any(map(alive, groups)) and time.monotonic() < until:
            time.sleep(0.02)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups, folders = set(), set()
    for entry in sys.stdin.buffer.read().split(b"\0"):
        word, _, what = entry.partition(b" ")
        if word == b"group":
            groups.add(int(what))
        elif word == b"gone":
            groups.discard(int(what))
        elif word == b"folder":
            folders.add(what)
        elif word == b"keep":
            folders.discard(what)
    end(groups)
    for path in folders:
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    main()

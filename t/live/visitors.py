# SPDX-License-Identifier: MIT
"""visitors: clients that ask again and again while releases are switched, and
what they may have seen by then."""
import contextlib
import threading
import time

from harness import until


class Visitor(threading.Thread):
    """A test says what a visit is; the first one that fails is the last."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.faults = [], []
        self.ending = threading.Event()

    def visit(self, n):
        """The n-th one, from 1 on."""
        raise NotImplementedError

    def leave(self):
        """After the last visit."""

    def ask(self, *gets):
        """What each of them gets, a status and a text, and when the first one
        was begun: they may all have been asked for by then."""
        begun = time.monotonic()
        for get in gets:
            status, text = get()
            self.seen.append((begun, status, text))
        return status, text

    def run(self):
        n = 0
        try:
            while not self.ending.is_set():
                n += 1
                self.visit(n)
        except Exception as fault:
            self.faults.append(repr(fault))
        self.leave()


@contextlib.contextmanager
def visiting(visitors):
    """They visit meanwhile; none of them may have met a fault."""
    for v in visitors:
        v.start()
    try:
        yield
    finally:
        for v in visitors:
            v.ending.set()
        for v in visitors:
            v.join()
    assert not sum((v.faults for v in visitors), [])


def more_visits(visitors, n):
    """Waits until each one has seen more than n further answers."""
    before = [len(v.seen) for v in visitors]
    until("visits", lambda: all(len(v.seen) > k + n or v.faults
                                for v, k in zip(visitors, before)))
    assert not sum((v.faults for v in visitors), [])


def none_was_stale(visitors, switched):
    """switched: when each release was in place, and its text, in order.  What
    was asked for afterwards is of that one or of a later one."""
    seen = sorted(x for v in visitors for x in v.seen)
    assert {status for _, status, _ in seen} == {200}
    for begun, _, text in seen:
        due = [name for at, name in switched if at < begun]
        assert not due or text >= due[-1], (begun, text, due[-1])
    return {text for _, _, text in seen}

# SPDX-License-Identifier: MIT
"""The observer comes and goes by reloads, whatever older generations still have
to finish."""
import os
from signal import SIGCONT, SIGSTOP

import pytest

from harness import alive, free_port, until
from test_85_observe import FILES, Observer


class Reloaded:
    def __init__(self, server, first):
        self.server = server
        self.generation = 1
        self.held = []
        self.first = first

    def hold(self):
        """A download that the present generation has to finish."""
        c = self.server.connect(lint=False, rcvbuf=4096)
        c.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        assert c.read_head().status == 200
        self.held.append(c)

    def reload(self, listen):
        since = self.server.mark()
        self.server.configure({"observe": {"listen": listen}})
        self.server.signal(1)
        self.generation += 1
        self.server.await_line(
            r"M013: generation %d serves" % self.generation, since)

    def release(self):
        for c in self.held:
            c.close()


@pytest.fixture
def reloaded(serve):
    port = free_port()
    listen = "127.0.0.1:%d" % port
    files = dict(FILES, **{"big.bin": b"x" * 30_000_000})
    server = serve(conf={"observe": {"listen": listen}}, files=files)
    r = Reloaded(server, listen)
    yield r
    r.release()


def newest(observer):
    return max(w["generation"] for w in observer.json("/status")["workers"])


def refused(observer):
    """Nobody listens; a visitor that nobody hears would time out instead."""
    try:
        observer.get("/status")
    except ConnectionRefusedError:
        return True
    except ConnectionError:
        pass  # the socket is just being closed
    return False


def test_off_while_a_download_goes_on(reloaded):
    """Nobody is left waiting at a port where nobody answers."""
    observer = Observer(reloaded.server)
    reloaded.hold()
    reloaded.reload("off")
    until("nobody listens", lambda: refused(observer))


@pytest.mark.parametrize("between", (["off"], ["off", "off"],
                                     ["127.0.0.1:0"], ["127.0.0.1:0", "off"]))
def test_on_again_while_a_download_goes_on(reloaded, between):
    observer = Observer(reloaded.server)
    reloaded.hold()
    for listen in between:
        reloaded.reload(listen)
        reloaded.hold()
    reloaded.reload(reloaded.first)
    assert newest(observer) == reloaded.generation


def test_on_again_at_once(reloaded):
    """Before the observer that was told to end has done so."""
    observer = Observer(reloaded.server)
    old = observer.pid()
    reloaded.hold()
    os.kill(old, SIGSTOP)
    try:
        reloaded.reload("off")
        reloaded.reload(reloaded.first)
        assert newest(observer) == reloaded.generation
    finally:
        os.kill(old, SIGCONT)
    until("the old one's end", lambda: not alive(old))
    assert newest(observer) == reloaded.generation

# SPDX-License-Identifier: MIT
"""acts: what an administrator does to a server that is being used."""
import os
import pathlib
import shutil
import signal
import socket
import tempfile
import time

from rig import FILES, done, get, harness, made, make, until
from load import Running


def reload(rounds):
    """HUP again and again, and a download that lasts through all of them."""
    with made() as server:
        huge = os.urandom(1 << 20) * 24  # more than the kernel takes at once
        server.tree.write("/huge.bin", huge)
        slow = socket.create_connection(server.address)
        slow.sendall(b"GET /huge.bin HTTP/1.1\r\nHost: localhost\r\n"
                     b"Connection: close\r\n\r\n")
        got = slow.recv(4096)
        with Running(server.address, FILES) as load:
            for i in range(rounds):
                since = server.mark()
                server.configure({"server": {"workers": 1 + i % 3}})
                server.signal(signal.SIGHUP)
                server.await_line("M013", since)
                got += slow.recv(4096)
                time.sleep(0.1)
        parts = [got]
        while parts[-1]:
            parts.append(slow.recv(1 << 18))
        slow.close()
        got = b"".join(parts)
        assert got.endswith(huge) and got.startswith(b"HTTP/1.1 200 ")
        result = done(rounds, load)
        server.sockets_at_start = {}
        until("old generations end", lambda: sum(
            "M014" in line for line in server.process.lines) == rounds)
        server.stop()
        return result


def bad_reload(rounds):
    """HUP with a configuration that has faults: all printed, the old goes on."""
    with made() as server:
        good = server.file.read_text()
        with Running(server.address, FILES) as load:
            for _ in range(rounds):
                since = server.mark()
                server.file.write_text(good + "[server]\nwrokers = 2\n"
                                       "[limits]\nhead = 16q\n")
                server.signal(signal.SIGHUP)
                server.await_line("M052", since)
                shown = "\n".join(server.process.lines[since:])
                assert "wrokers" in shown and "16q" in shown
        result = done(rounds, load)
        server.stop()
        return result


class Upgradable:
    """A server whose program is a copy of its own, with a file that has the
    number of the master."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="etagd-u-"))
        self.program = self.folder / "etagd"
        shutil.copy(harness.binary(), self.program)
        self.server = make({"server": {"pidfile": self.folder / "pid"}},
                           program=self.program)

    def master(self):
        try:
            return int((self.folder / "pid").read_text())
        except (OSError, ValueError):  # just being written
            return 0

    def put(self, text):
        """Another program instead of the present one."""
        new = self.folder / "new"
        if text is None:
            shutil.copy(harness.binary(), new)
        else:
            new.write_text(text)
            new.chmod(0o755)
        new.rename(self.program)

    def end(self):
        self.server.kill()
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


def upgrade(rounds):
    """USR2 again and again: a new program takes over."""
    up = Upgradable()
    try:
        with Running(up.server.address, FILES) as load:
            for _ in range(rounds):
                old = up.master()
                up.put(None)
                os.kill(old, signal.SIGUSR2)
                until("another master", lambda: up.master() not in (0, old))
                until("the old one's end", lambda: not harness.alive(old))
        result = done(rounds, load)
        os.kill(up.master(), signal.SIGTERM)
        until("the end", lambda: not harness.alive(up.master()))
        return result
    finally:
        up.end()


def failed_upgrade(rounds):
    """What does not come up changes nothing: it ends at once, ends by a signal,
    is no program, or refuses its configuration."""
    bad = ("#!/bin/sh\nexit 3\n", "#!/bin/sh\nkill -9 $$\n", "no program",
           None)
    up = Upgradable()
    try:
        good = up.server.file.read_text()
        with Running(up.server.address, FILES) as load:
            for i in range(rounds):
                since = up.server.mark()
                text = bad[i % len(bad)]
                up.put(text)
                if text is None:
                    up.server.file.write_text(good + "[server]\nwrokers = 1\n")
                os.kill(up.master(), signal.SIGUSR2)
                up.server.await_line("M109: .*goes on", since)
                up.server.file.write_text(good)
                assert up.master() == up.server.pid
                assert get(up.server)[0] == 200
            old = up.master()  # and a good one is taken after all of them
            up.put(None)
            os.kill(old, signal.SIGUSR2)
            until("another master", lambda: up.master() not in (0, old))
            until("the old one's end", lambda: not harness.alive(old))
        return done(rounds, load)
    finally:
        up.end()

# SPDX-License-Identifier: MIT
"""nodes: one etagd of a fleet, by packaging/fleet/etagd.ini."""
import os
import pathlib
import signal

import harness
from fronts import placing
from harness import until

EPOCH = 1600000000


class Node:
    """One etagd at an address of its own, which stays when it is another
    process.  Its copies of the files have times of their own.

    lifetime  seconds that a cache may keep a file
    root      another folder than that of the files
    more      further lines of the configuration"""

    def __init__(self, serve, folder, i, files, lifetime=5, root=None,
                 more=""):
        folder = pathlib.Path(folder)
        self.control, self.pidfile = folder / ("c%d" % i), folder / ("p%d" % i)
        self.lifetime, self.more = lifetime, more
        self.server = serve(start=False, args=[
            "-o", "server.control=%s" % self.control,
            "-o", "server.pidfile=%s" % self.pidfile,
            "-o", "server.workers=2",
            "-o", "timeouts.ready-delay=1h",  # the test says when it is over
            "-o", "log.access=off"])
        self.root = root or self.server.tree.root
        for name, data in files.items():
            self.server.tree.write(name, data, mtime=EPOCH + 1000 * i)
        self.server.access_log = None
        self.start("127.86.0.%d" % (i + 1), 0)
        self.address = self.server.address

    def start(self, host, port):
        text = placing.etagd((host, port), (host, 0), self.root)
        assert "s-maxage=5" in text
        self.server.configure(text=text.replace(
            "s-maxage=5", "s-maxage=%d" % self.lifetime) +
            self.more)
        self.server.start()

    def ask(self, word):
        done = harness.run(word, "--control", self.control)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def leave(self, front, others):
        self.server.signal(signal.SIGTERM)
        front.await_good(*others)
        self.ask("--finish")
        self.server.finish()

    def come_back(self):
        self.start(*self.address)

    def restart(self):
        self.server.stop(signal.SIGINT)
        self.come_back()

    def upgrade(self):
        """The server of this object ends; the other one is ended by stop()."""
        old = self.server.pid
        self.server.signal(signal.SIGUSR2)

        def other():
            now = int(self.pidfile.read_text() or 0)
            return now not in (0, old)
        until("another master", other)
        assert self.server.process.popen.wait(harness.DEADLINE_S) == 0
        self.server.stopped = True

    def stop(self):
        if not self.server.stopped:
            self.server.stop(signal.SIGINT)
        elif self.control.exists():
            self.ask("--stop")

    def kill_a_worker(self):
        mark = self.server.mark()
        os.kill(self.server.workers()[0], signal.SIGKILL)
        self.server.await_line("M030: worker", mark)

# SPDX-License-Identifier: MIT
"""What is served ad hoc ends with its terminal; a service outlives it."""
import os
import re
import signal
import sys

import pytest

import harness
from harness import DEADLINE_S, until

FILES = {"a.txt": "a\n"}
ADHOC = ["-o", "server.listen=127.0.0.1:0", "-o", "server.workers=2", "www"]

# A session leader takes the terminal that it opens.
ON = """
import os, sys
os.open(sys.argv[1], os.O_RDWR)
os.execvp(sys.argv[2], sys.argv[2:])
"""
# The same with the program in the background, as a shell's job.
BEHIND = """
import os, signal, sys
os.open(sys.argv[1], os.O_RDWR)
if os.fork() == 0:
    os.setpgid(0, 0)
    os.execvp(sys.argv[2], sys.argv[2:])
signal.pause()
"""
IGNORING = ["env", "--ignore-signal=HUP"]


@pytest.fixture
def terminal():
    """A terminal's two ends: what a person has, and the name of the other."""
    class Terminal:
        def __init__(self):
            self.master, self.slave = os.openpty()
            self.name = os.ttyname(self.slave)

        def leader(self, code=ON):
            return [sys.executable, "-c", code, self.name]

        def close(self):
            for fd in (self.slave, self.master):
                if fd >= 0:
                    os.close(fd)
            self.master = self.slave = -1
    terminal = Terminal()
    yield terminal
    terminal.close()


def has_terminal(pid):
    """Field 7 of proc(5)'s stat."""
    text = open("/proc/%d/stat" % pid).read()
    return int(text[text.rindex(")") + 2:].split()[4]) != 0


def test_ad_hoc_ends_when_its_terminal_is_closed(serve, terminal):
    server = serve(files=FILES, adhoc=True, args=ADHOC,
                   wrap=terminal.leader())
    assert has_terminal(server.pid)
    assert len(server.children()) >= 3
    c = server.connect()
    assert c.get("/a.txt").body == b"a\n"
    terminal.close()
    server.await_line("M115")
    server.finish()  # with status 0, and no process of its session is left
    assert c.ends()


def test_ad_hoc_is_not_disturbed_by_typing(serve, terminal):
    server = serve(files=FILES, adhoc=True, args=ADHOC,
                   wrap=terminal.leader())
    for _ in range(3):
        os.write(terminal.master, b"hello\n")
        assert server.get("/a.txt").status == 200
    os.write(terminal.master, b"\x03")  # Ctrl-C, of the foreground group
    server.finish()


def test_ad_hoc_in_the_background_ends_with_its_shell(tmp_path, terminal):
    """Nobody sends SIGHUP to a job whose shell is gone: the terminal tells."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "a.txt").write_text("a\n")
    p = harness.Process(terminal.leader(BEHIND) + [str(harness.binary())] +
                        ADHOC, cwd=str(tmp_path))
    pid = int(p.await_line(r"M015: pid (\d+)").group(1))
    try:
        assert pid != p.pid and has_terminal(pid)
        family = [n for n in harness.processes()
                  if (harness.proc_stat(n) or (0, 0, 0, 0))[3] == p.pid]
        assert len(family) >= 5
        os.kill(p.pid, signal.SIGKILL)
        p.popen.wait(DEADLINE_S)
        assert not has_terminal(pid) and harness.alive(pid)
        terminal.close()
        line = p.await_line("M115: .*").group(0)
        assert "the terminal is gone" in line, line
        p.await_line("M090")
        until("everybody's end", lambda: not any(map(harness.alive, family)))
    finally:
        if harness.alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_ad_hoc_ends_on_hup_without_a_terminal_too(serve):
    server = serve(files=FILES, adhoc=True, args=ADHOC)
    assert not has_terminal(server.pid)
    server.signal(signal.SIGHUP)
    server.await_line("M115")
    server.finish()


def test_nohup_is_believed(serve, terminal):
    server = serve(files=FILES, adhoc=True, args=ADHOC,
                   wrap=terminal.leader() + IGNORING)
    server.reload()
    terminal.close()  # which sends SIGHUP once more
    server.await_line("M013: generation 3 ")
    assert server.get("/a.txt").status == 200
    server.signal(signal.SIGTERM)
    server.finish()


def test_nohup_is_believed_by_the_next_program(serve):
    server = serve(files=FILES, adhoc=True, args=ADHOC, wrap=IGNORING)
    since = server.mark()
    server.signal(signal.SIGUSR2)
    new = int(server.await_line(r"M108: pid (\d+) serves", since).group(1))
    since = server.mark()
    try:
        os.kill(new, signal.SIGHUP)
        server.await_line(r"etagd\[%d\] .*M013: generation 2 " % new, since)
    finally:
        os.kill(new, signal.SIGTERM)
    server.await_line(r"etagd\[%d\] .*M090" % new, since)
    until("its end", lambda: not harness.alive(new))


def test_a_service_outlives_its_terminal(serve, terminal):
    """With a file SIGHUP is a reload, whoever sent it."""
    server = serve(files=FILES, wrap=terminal.leader())
    assert has_terminal(server.pid)
    server.reload()
    terminal.close()
    server.await_line("M013: generation 3 ")
    assert server.get("/a.txt").status == 200
    assert not any(re.search("M115", s) for s in server.process.lines)
    server.signal(signal.SIGTERM)
    server.finish()

# SPDX-License-Identifier: MIT
"""What ps and top show: each process says what it is, and the master what it
was started with."""
import os
import pathlib
from signal import SIGHUP, SIGUSR2

import pytest

from harness import alive, run, until

FILES = {"a.txt": "a\n"}


def title(pid):
    """As ps has it; nothing of a process that is gone."""
    try:
        text = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
    except OSError:
        return ""
    return text.rstrip(b"\0").replace(b"\0", b" ").decode()


def comm(pid):
    try:
        return pathlib.Path("/proc/%d/comm" % pid).read_text().strip()
    except OSError:
        return ""


def next_master(folder):
    try:
        return int((folder / "pid").read_text())
    except (OSError, ValueError):
        return 0


def shown(server):
    return sorted(title(p) for p in server.children())


def expected(generation, workers=2):
    return sorted(
        ["etagd: preparer", "etagd: observer, generation %d" % generation] +
        ["etagd: worker %d/%d, generation %d" % (i + 1, workers, generation)
         for i in range(workers)])


def test_processes_say_what_they_are(serve):
    server = serve(files=FILES, conf={"observe": {"listen": "127.0.0.1:0"}})
    until("titles", lambda: shown(server) == expected(1), 30)
    assert title(server.pid) == "etagd: master %s -c %s" % (server.program,
                                                           server.file)
    assert comm(server.pid) == "etagd"
    assert sorted({comm(p) for p in server.children()}) == [
        "etagd-observer", "etagd-preparer", "etagd-worker"]
    mark = server.process.mark()
    os.kill(server.pid, SIGHUP)
    server.process.await_line("M013: generation 2 serves", mark)
    until("new titles", lambda: shown(server) == expected(2), 30)


def test_an_upgrade_has_the_arguments_of_the_first_start(serve, short):
    server = serve(files=FILES, args=("-o", "server.workers=3"), conf={
        "server": {"pidfile": short / "pid", "control": short / "control"}},
                   env={"ETAGD_T_LONG": "x" * 5000})
    pid, whole = server.pid, title(server.pid)
    assert whole == "etagd: master %s -c %s -o server.workers=3" % (
        server.program, server.file)
    for _ in range(2):  # the second one starts from titles, too
        old = pid
        os.kill(old, SIGUSR2)
        pid = until("another master", lambda: (
            lambda p: p if p != old and title(p) == whole else None)(
                next_master(short)), 60)
        until("the old one's end", lambda: not alive(old), 60)
        assert run("--status", "--control", short / "control").returncode == 0
        assert server.get("/a.txt").status == 200
    assert server.process.popen.wait(60) == 0
    assert run("--stop", "--control", short / "control").returncode == 0
    until("the end", lambda: not alive(pid), 60)
    server.stopped = True


@pytest.mark.parametrize("env", [("env", "-i"), ("env", "-i", "A=b")])
def test_a_title_ends_where_its_place_does(serve, env):
    server = serve(files=FILES, wrap=env)
    whole = "etagd: master %s -c %s" % (server.program, server.file)
    place = len("%s -c %s" % (server.program, server.file)) + \
        len(" ".join(env[2:])) + (len(env) > 2)
    assert title(server.pid) == whole[:place]
    assert server.get("/a.txt").status == 200

# SPDX-License-Identifier: MIT
"""What is asked of etagd while an upgrade (USR2) is under way: an end is the
end of both programs, and a reload reaches the one that serves afterwards."""
import contextlib
import os
import re
import shutil
import signal
import socket

import pytest

import harness
from harness import feed, until

FILES = {"a.txt": "a\n"}


@pytest.fixture
def slow(serve, tmp_path):
    """A server, and a function that starts a new program of it, which runs
    `script` and becomes etagd only after that; tells its number."""
    program = tmp_path / "etagd"
    shutil.copy(harness.binary(), program)
    tmp_path.chmod(0o755)
    server = serve(files=FILES, program=program, conf={
        "server": {"pidfile": tmp_path / "pid", "workers": 1}})
    news = []

    def start(script):
        new = tmp_path / "new"
        new.write_text("#!/bin/sh\n%s\n" % script)
        new.chmod(0o755)
        new.rename(program)
        since = server.mark()
        server.signal(signal.SIGUSR2)
        line = server.await_line(r"M107: .* as pid (\d+)", since)
        news.append(int(line.group(1)))
        return news[-1]
    yield server, start
    for pid in news:
        if harness.alive(pid):
            os.kill(pid, signal.SIGKILL)
    server.kill()  # what a test that failed has left


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGQUIT,
                                    signal.SIGINT))
def test_an_end_is_the_end_of_both(slow, tmp_path, number):
    server, start = slow
    fifo = tmp_path / "go"
    os.mkfifo(fifo)
    new = start("read go <%s\nexec %s \"$@\"" % (fifo, harness.binary()))
    since = server.mark()
    server.signal(number)
    server.await_line("M08[01]", since)
    with feed(fifo) as go:
        go.write("go\n")
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    assert not harness.alive(new)
    assert not (tmp_path / "pid").exists()


def test_a_reload_reaches_the_new_one(slow, tmp_path):
    """It reads the configuration before the change; the change and the reload
    come before it serves."""
    server, start = slow
    fifo = tmp_path / "etagd.ini"
    os.mkfifo(fifo)
    before = server.file.read_text()
    start("exec %s -c %s" % (harness.binary(), fifo))
    with feed(fifo) as f:
        server.configure({"server": {"workers": 3}})
        since = server.mark()
        server.signal(signal.SIGHUP)
        server.await_line("M160: the reload waits", since)
        shutil.copy(server.file, tmp_path / "next.ini")
        (tmp_path / "next.ini").rename(fifo)
        since = server.mark()
        f.write(before)
    server.await_line("M108", since)
    server.await_line("M013: generation 2 serves with 3 workers", since)
    until("the old one's end", lambda: server.process.popen.poll() == 0)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


@pytest.mark.parametrize("number", (signal.SIGHUP, signal.SIGUSR2))
def test_the_file_of_a_socket_goes_with_its_listen_line(serve, tmp_path, number):
    tmp_path.chmod(0o755)
    kept, gone = tmp_path / "kept", tmp_path / "gone"
    server = serve(files=FILES, conf={"server": {
        "workers": 1, "pidfile": tmp_path / "pid",
        "listen": ["127.0.0.1:0", "unix:%s" % kept, "unix:%s" % gone]}})
    assert kept.is_socket() and gone.is_socket()
    server.configure({"server": {"listen": ["127.0.0.1:0", "unix:%s" % kept]}})
    server.signal(number)
    server.await_line("M013|M108")
    try:
        until("its end", lambda: not gone.exists())
        assert kept.is_socket()
    finally:
        server.stopped = True
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    until("the end of the last", lambda: not kept.exists())


TEXT = "".join("<p>line %d of a page that takes a while</p>\n" % i
               for i in range(40000))
WARM = {"warm": "*.html", "warm-time": "25s"}  # so long it is not ready


@pytest.mark.parametrize("how", ("is stopped", "finishes", "does not come up"))
def test_one_that_does_not_serve_leaves_the_sockets_alone(serve, tmp_path, how):
    """They are the old one's, which serves on: TCP, and the file of another."""
    tmp_path.chmod(0o755)
    path = str(tmp_path / "s")
    server = serve(files=dict(FILES, **{"%d.html" % i: TEXT + str(i) * 4096
                                        for i in range(12)}),
                   conf={"server": {
                       "workers": 2, "control": tmp_path / "control",
                       "pidfile": tmp_path / "pid",
                       "listen": ["127.0.0.1:0", "unix:" + path]}})
    server.configure({"prepare": WARM})
    since = server.mark()
    server.signal(signal.SIGUSR2)
    new = int(server.await_line(r"M107: .* as pid (\d+)", since)[1])

    def workers():
        stats = {p: harness.proc_stat(p) for p in harness.processes()}
        return [p for p, s in stats.items() if s and s[2] == new and
                s[0] == "etagd-worker" and s[1] not in "ZX"]
    if how == "does not come up":
        seen = set()
        while harness.alive(new) and len(seen) < 10:
            fresh = set(workers()) - seen
            for pid in fresh:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            seen |= fresh
    else:
        until("its workers", lambda: len(workers()) == 2)
        os.kill(new, signal.SIGTERM if how == "is stopped" else signal.SIGQUIT)
    server.await_line("M109: .*goes on", since)
    assert not [line for line in server.process.lines if "M108" in line]
    for _ in range(4):
        assert server.get("/a.txt").status == 200
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(harness.DEADLINE_S)
        s.connect(path)
        s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
    assert int((tmp_path / "pid").read_text()) == server.pid
    told = harness.run("--status", "--control", tmp_path / "control").stdout
    assert "pid %d," % server.pid in told


def test_one_that_dies_with_the_names_gives_them_back(serve, tmp_path):
    """After it has taken the control socket's name, before it says that it
    serves; the moment is short, so what it leaves is made by hand: another
    socket of that name that nobody listens at, and a pid file without a pid."""
    control, pidfile = tmp_path / "control", tmp_path / "pid"
    server = serve(files=FILES, conf={"server": {
        "control": control, "pidfile": pidfile}})
    server.configure({"server": {"root": "/nonexistent"}})
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(control) + ".new")
    os.rename(str(control) + ".new", control)
    pidfile.write_text("")
    since = server.mark()
    server.signal(signal.SIGUSR2)
    server.await_line("M109: .*goes on", since)
    until("the pid is there again", lambda: pidfile.read_text() ==
          "%d\n" % server.pid)
    told = harness.run("--status", "--control", control)
    assert told.returncode == 0 and "pid %d," % server.pid in told.stdout
    assert server.get("/a.txt").status == 200


def test_one_at_a_time(slow, tmp_path):
    server, start = slow
    fifo = tmp_path / "go"
    os.mkfifo(fifo)
    start("read go <%s\nexit 1" % fifo)
    since = server.mark()
    server.signal(signal.SIGUSR2)
    server.await_line(r"M162: the upgrade waits: pid \d+ comes up", since)
    for _ in range(2):
        since = server.mark()
        with feed(fifo) as go:
            go.write("go\n")
        server.await_line("M109: .*status 1", since)
        assert server.get("/a.txt").status == 200
    server.signal(signal.SIGTERM)
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    assert not re.search("M112", "\n".join(server.process.lines))


def test_a_file_that_was_replaced_meanwhile(slow, tmp_path):
    """Just after the new program was begun: the next one is of its place."""
    server, start = slow
    place = tmp_path / "etagd"
    put = "cp %s %s.new; mv %s.new %s\n" % (harness.binary(), *[place] * 3)
    new = start(put + "exec 9<%s\n" % place + put +
                'exec /proc/self/fd/9 "$@"')
    server.await_line("M108: pid %d serves now" % new)
    assert os.readlink("/proc/%d/exe" % new) == "%s (deleted)" % place
    since = server.mark()
    os.kill(new, signal.SIGUSR2)
    line = server.await_line(r"M107: upgrade: started %s as pid (\d+)" %
                             place, since)
    server.await_line("M108: pid %s serves now" % line.group(1), since)
    os.kill(int(line.group(1)), signal.SIGTERM)
    until("the end", lambda: not harness.alive(int(line.group(1))))
    server.stopped = True


def test_one_that_ends_before_it_was_heard_of(slow, tmp_path):
    """It serves, is told to end and ends, while the old one does not turn: the
    sockets are shut, so the old one can't go on."""
    server, start = slow
    fifo = tmp_path / "etagd.ini"
    before = server.file.read_text()
    since = server.mark()
    os.mkfifo(fifo)
    new = start("exec %s -c %s" % (harness.binary(), fifo))
    server.signal(signal.SIGSTOP)
    with feed(fifo) as f:
        f.write(before)
    server.await_line(r"etagd\[%d\] .*M015" % new, since)
    os.kill(new, signal.SIGTERM)
    until("its end", lambda: not harness.alive(new))
    server.signal(signal.SIGCONT)
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    server.await_line("M108|M159", since)  # whichever it hears first
    assert not (tmp_path / "pid").exists()


def test_workers_that_hear_of_an_end_after_the_sockets(serve, tmp_path):
    """The next program is ended before workers of this one, which do not turn,
    were told to finish: that sockets are shut is no fault of theirs."""
    server = serve(files=FILES, conf={
        "server": {"pidfile": tmp_path / "pid", "workers": 2}})
    pids = server.workers()
    for pid in pids:
        harness.halt(pid)
    since = server.mark()
    server.signal(signal.SIGUSR2)
    new = int(server.await_line(r"M107: .* as pid (\d+)", since)[1])
    server.await_line("M108", since)
    os.kill(new, signal.SIGTERM)
    until("its end", lambda: not harness.alive(new))
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert server.process.popen.wait(harness.DEADLINE_S) == 0
    server.stopped = True
    assert not [line for line in server.process.lines if "W010" in line]

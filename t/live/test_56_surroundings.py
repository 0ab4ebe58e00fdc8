# SPDX-License-Identifier: MIT
"""What etagd is started into: signals that somebody else ignored or blocked,
limits, a timer that runs, and files at the paths that it means to use."""
import os
import signal
import socket
import stat
import sys
import time

import pytest

import harness
from controlled import FILES, ask, controlled
from harness import until
from test_55_processes import kill_worker

INHERITED = {
    "CHLD ignored": ["env", "--ignore-signal=CHLD"],
    "HUP ignored": ["env", "--ignore-signal=HUP"],
    "TERM ignored": ["env", "--ignore-signal=TERM"],
    "IO ignored and blocked": ["env", "--ignore-signal=IO",
                               "--block-signal=IO"],
    "all blocked": ["env", "--block-signal"],
    "real-time signals ignored": ["env", "--ignore-signal=RTMIN,RTMAX"],
}


def disposition(pid, field):
    for line in open("/proc/%d/status" % pid):
        if line.startswith(field + ":"):
            return int(line.split()[1], 16)
    raise KeyError(field)


@pytest.mark.parametrize("what", INHERITED)
def test_signals_are_its_own(serve, what):
    server = serve(files=FILES, wrap=INHERITED[what])
    ignored = disposition(server.pid, "SigIgn")
    assert ignored in (1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1,
                       1 << signal.SIGXFSZ - 1)
    for pid in server.children():
        # one that makes a thread blocks everything for a moment
        until("nothing blocked",
              lambda p=pid: disposition(p, "SigBlk") == 0)
    new = kill_worker(server, server.workers()[0])
    until("its successor", lambda: new in server.workers())
    server.reload()
    server.tree.write("a.txt", "changed\n")
    assert server.get("/a.txt").body == b"changed\n"
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    server.check_gone()


def test_an_alarm_that_somebody_set_is_not_its_own(serve):
    program = ("import os, signal, sys\n"
               "signal.setitimer(signal.ITIMER_REAL, 1)\n"
               "os.execv(sys.argv[1], sys.argv[1:])")
    began = time.monotonic()
    server = serve(files=FILES, wrap=[sys.executable, "-c", program])
    while time.monotonic() < began + 1.2:
        assert server.get("/a.txt").status == 200


def test_logs_at_the_limit_of_file_sizes(serve, tmp_path):
    """SIGXFSZ would end whoever writes; the lines are lost and counted."""
    limit = 1 << 26
    error = tmp_path / "error.log"
    with open(error, "wb") as f:
        f.truncate(limit - 100)
    server = serve(files=FILES, start=False,
                   wrap=["prlimit", "--fsize=%d" % limit])
    with open(server.access_log, "wb") as f:
        f.truncate(limit - 300)
    server.start()
    with server.connect() as c:
        for _ in range(20):
            assert c.get("/a.txt").status == 200
    assert server.access_log.stat().st_size == limit
    server.configure({"log": {"error": error}})
    workers = server.workers()
    server.signal(signal.SIGHUP)
    until("new workers", lambda: set(server.workers()).isdisjoint(workers)
          and len(server.workers()) == 2)
    assert error.stat().st_size == limit
    assert server.get("/a.txt").status == 200
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0  # and says so where nothing can be written
    server.check_gone()


def test_a_limit_below_what_the_preparer_wants(serve):
    """Shared memory has a size like a file, and the same limit."""
    server = serve(files=FILES, wrap=["prlimit", "--fsize=65536"])
    for _ in range(3):
        assert server.get("/a.txt").body == b"a\n"
        assert server.get("/big.bin").body == FILES["big.bin"]
    assert server.preparer()


def occupy(path, kind):
    victim = path.with_name("victim")
    victim.write_text("precious")
    if kind == "a file":
        path.write_text("mine")
    elif kind == "an empty file":
        path.touch()
    elif kind == "a link to a file":
        path.symlink_to(victim)
    elif kind == "a link to nothing":
        path.symlink_to(path.with_name("nothing"))
    elif kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a link to a socket":
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(path.with_name("dead")))
        path.symlink_to(path.with_name("dead"))


def kept(folder):
    return {p.name: (stat.S_IFMT(p.lstat().st_mode), p.lstat().st_ino,
                     p.read_bytes() if p.is_file() else None)
            for p in folder.iterdir()}


KINDS = ["a file", "an empty file", "a link to a file", "a link to nothing",
         "a FIFO", "a link to a socket"]
PLACES = [("server", "control", "%s"), ("server", "listen", "unix:%s"),
          ("observe", "listen", "unix:%s")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("section,key,form", PLACES)
def test_what_is_no_socket_is_left_alone(serve, short, section, key, form,
                                         kind):
    path = short / "place"
    occupy(path, kind)
    before = kept(short)
    server = serve(files=FILES, start=False,
                   conf={section: {key: form % path}})
    done = harness.run("-c", server.file)
    assert done.returncode == 2, done
    assert "place exists and is not a socket" in done.stderr
    assert kept(short) == before


def test_what_comes_there_later_is_left_alone(serve, short):
    """At a reload, and at the end."""
    server = controlled(serve, short)
    (short / "control").unlink()
    (short / "control").write_text("mine")
    (short / "other").write_text("mine, too")
    server.configure({"server": {"control": short / "other"}})
    since = server.mark()
    server.signal(signal.SIGHUP)
    server.await_line("M050: .*other exists and is not a socket", since)
    assert server.get("/a.txt").status == 200
    server.stop()
    assert (short / "control").read_text() == "mine"
    assert (short / "other").read_text() == "mine, too"


def test_a_socket_that_nobody_listens_on_is_replaced(serve, short):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(short / "control"))
    server = controlled(serve, short)
    assert ask(server, "--status").returncode == 0


@pytest.mark.parametrize("kind", [k for k in KINDS if "socket" not in k and
                                  k != "an empty file"])
def test_a_pidfile_writes_over_no_other_file(serve, short, kind):
    path = short / "pid"
    occupy(path, kind)
    before = kept(short)
    server = serve(files=FILES, start=False,
                   conf={"server": {"pidfile": path}})
    done = harness.run("-t", "-c", server.file)
    assert done.returncode == 2
    assert "pid exists and holds no process number" in done.stderr
    assert kept(short) == before


def test_a_pidfile_of_another_process_is_not_removed(serve, short):
    path = short / "pid"
    path.write_text("12345\n")
    server = serve(files=FILES, conf={"server": {"pidfile": path}})
    until("the pid file", lambda: path.read_text() == "%d\n" % server.pid)
    path.write_text("54321\n")
    server.stop()
    assert path.read_text() == "54321\n"


def test_a_pidfile_that_became_something_else(serve, short):
    path = short / "pid"
    server = serve(files=FILES, conf={"server": {"pidfile": path}})
    until("the pid file", path.exists)
    path.write_text("not a number")
    server.stop()
    assert path.read_text() == "not a number"


@pytest.mark.parametrize("there", (None, "12345\n"))
def test_half_a_number_is_left_in_no_pidfile(serve, short, there):
    """No room for all of it: another process's number could be left there."""
    path = short / "pid"
    if there:
        path.write_text(there)
    server = serve(files=FILES, conf={"server": {"pidfile": path}},
                   wrap=["prlimit", "--fsize=2"])
    server.process.await_line("M025: pidfile .*pid: No space left on device")
    assert not path.exists()
    server.stop()


def test_half_a_command_takes_no_seat_for_good(serve, short):
    server = controlled(serve, short)
    halves = []
    for i in range(8):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(harness.DEADLINE_S)
        s.connect(str(short / "control"))
        s.sendall(b"stat"[:i % 5])
        halves.append(s)
    for s in halves:
        with s, s.makefile("rb") as f:
            assert f.read() == b"2\nno command came\n"
    assert ask(server, "--status").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs processes of two users")
def test_no_thread_to_be_had(serve):
    """As at a limit of a control group: processes are there, and no more.
    Answers are plain, and it is said why, once."""
    text = "<!doctype html><p>a page of some words\n" * 100
    server = serve(files={"a.html": text}, conf={"log": {"access": "off"}},
                   # the leak check's own thread could not be had either
                   env={"ASAN_OPTIONS": "exitcode=99:detect_leaks=0"},
                   wrap=["prlimit", "--nproc=1"])
    server.await_line(r"P024: no thread for codings: .+; "
                      r"no file is coded")
    for _ in range(3):
        r = server.get("/a.html", Accept_Encoding="gzip")
        assert r.status == 200 and r.body == text.encode()
        assert r.etag and not r.etag.startswith("W/")
    assert sum("P024" in line for line in server.process.lines) == 1

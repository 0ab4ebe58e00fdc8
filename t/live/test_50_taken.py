# SPDX-License-Identifier: MIT
"""Keys of what is there already when another configuration comes: files with a
name, sockets that go on, processes that are kept.  A reload and an upgrade take
each of them, and nothing of what was before is left behind."""
import contextlib
import json
import os
import pwd
import signal
import socket
import struct

import pytest

import harness
from harness import until
from sites import nodes
from test_80_service import passing

FILES = {"a.txt": "a\n"}
HUP, USR2 = signal.SIGHUP, signal.SIGUSR2
WAYS = pytest.mark.parametrize("way", (HUP, USR2))


class Node:
    def __init__(self, serve, folder, wrap=(), **conf):
        folder.chmod(0o755)
        self.folder = folder
        conf.setdefault("server", {}).update(workers=1,
                                             control=folder / "control")
        self.server = serve(files=FILES, conf=conf, wrap=wrap)
        self.pid = self.server.pid

    def take(self, way, **conf):
        """By the one or the other."""
        self.server.configure(conf)
        since = self.server.mark()
        os.kill(self.pid, way)
        if way == USR2:
            self.server.await_line("M108", since)
            self.pid = int(self.server.await_line(r"M107: .* pid (\d+)",
                                                  since)[1])
        else:
            self.server.await_line("M013", since)

    def told(self):
        done = harness.run("--status=json", "-c", self.server.file)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def sockets(self):
        return sorted(p.name for p in self.folder.iterdir() if p.is_socket())

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        self.server.process.popen.wait(harness.DEADLINE_S)
        until("its end", lambda: not harness.alive(self.pid))
        self.server.stopped = True
        self.server.check_no_alarm()
        assert list(self.folder.iterdir()) == []


node = nodes(Node)


@WAYS
def test_pidfile(node, short, way):
    n = node(server={"pidfile": short / "one"})
    n.take(way, server={"pidfile": short / "two"})
    until("it", lambda: (short / "two").exists() and
          int((short / "two").read_text()) == n.pid and
          not (short / "one").exists())
    (short / "other").symlink_to(short)  # the same file by another name
    n.take(way, server={"pidfile": short / "other" / "two"})
    until("it", lambda: (short / "two").exists() and
          int((short / "two").read_text()) == n.pid)
    n.take(way, server={"pidfile": "off"})
    until("none", lambda: not (short / "two").exists())
    (short / "other").unlink()
    n.take(way, server={"pidfile": short / "three"})
    until("it", lambda: (short / "three").exists())


@WAYS
def test_control(node, short, way):
    n = node()
    n.take(way, server={"control": short / "other"})
    until("it", lambda: n.sockets() == ["other"])
    assert n.told()["pid"] == n.pid


@WAYS
@pytest.mark.parametrize("side", ("observe", "metrics"))
@pytest.mark.parametrize("unix", (False, True))
def test_addresses_of_those_that_show(node, short, way, side, unix):
    host = "127.84.%d.%d" % divmod(os.getpid() % 65536, 256)

    def place(name):
        if unix:
            return "unix:%s" % (short / name)
        with socket.socket() as s:
            s.bind((host, 0))
            return "%s:%d" % s.getsockname()

    def listens(at):
        address, _, port = at.rpartition(":")
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as s:
            try:
                s.connect(port if unix else (address, int(port)))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
        return True
    places = [place(name) for name in ("one", "two")]
    n = node(**{side: {"listen": places[0]}})
    for i in 1, 0, 1:
        n.take(way, **{side: {"listen": places[i]}})
        until("the other one alone", lambda at=i: listens(places[at]) and
              not listens(places[1 - at]))
    until("files of sockets that are there alone", lambda: n.sockets() ==
          ["control"] + ["two"] * unix)


@pytest.mark.parametrize("side", ("observe", "metrics", "server"))
def test_back_to_what_the_program_before_had(node, short, side):
    """It lets go of that in a moment: a reload waits for it."""
    places = ["unix:%s" % (short / name) for name in ("one", "two")]
    n = node(**{side: {"listen": places[0]}})
    for i in 1, 0, 1, 0:
        n.take(USR2, **{side: {"listen": places[i]}})
        n.take(HUP, **{side: {"listen": places[1 - i]}})


@WAYS
def test_backlog(node, short, way):
    path = short / "metrics"
    n = node(metrics={"listen": "unix:%s" % path}, server={"backlog": 50})

    def limit():
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(path))
            s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        return [line.split()[-1] for line in text.splitlines()
                if line.startswith("etagd_listen_queue_limit{")]
    until("the first", lambda: limit() == ["50"])
    n.take(way, server={"backlog": 70})
    until("the second", lambda: limit() == ["70"])


@WAYS
def test_defer_accept(node, way):
    n = node(server={"defer-accept": "on"})
    n.take(way, server={"defer-accept": "off"})
    with n.server.connect(lint=False):
        until("one without a byte", lambda: n.told()["open"] == 1)


@WAYS
def test_of_a_socket_that_systemd_passes(node, way):
    """Its unit says, unless the ini does; this end of it tells what it is."""
    def told():
        info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        most, = struct.unpack_from("I", info, 28)  # of a queue, where it listens
        return most, listener.getsockopt(socket.IPPROTO_TCP,
                                         socket.TCP_DEFER_ACCEPT) > 0

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        n = node(wrap=passing(listener), server={
            "listen": "127.0.0.1:%d" % listener.getsockname()[1]})
        assert told() == (64, True)
        for backlog, defer in (50, "on"), (70, "off"), (4096, "on"):
            n.take(way, server={"backlog": backlog, "defer-accept": defer})
            assert told() == (backlog, defer == "on")


@WAYS
def test_user(node, way):
    if os.geteuid() != 0:
        harness.need("not root")
    n = node(server={"user": "nobody"})

    def users():
        found = set()
        for pid in harness.processes():
            stat = harness.proc_stat(pid)
            if stat and stat[2] == n.pid and stat[1] not in "ZX":
                with contextlib.suppress(FileNotFoundError):
                    found.add(os.stat("/proc/%d" % pid).st_uid)
        return found
    until("nobody's", lambda: users() == {pwd.getpwnam("nobody").pw_uid})
    n.take(way, server={"user": "daemon"})
    until("the other's", lambda: users() == {pwd.getpwnam("daemon").pw_uid})

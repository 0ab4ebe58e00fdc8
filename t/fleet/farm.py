# SPDX-License-Identifier: MIT
"""farm: nodes of etagd (by packaging/fleet/etagd.ini) and of nginx for the tables
of ./run: each at an address of its own, in a folder of its own."""
import ctypes
import http.client
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))

import harness  # noqa: E402
from fronts import placing  # noqa: E402
from harness import until  # noqa: E402

PR_SET_CHILD_SUBREAPER = 36
LIFETIME = "max-age=0, s-maxage=1"

NGINX = """
daemon on;
worker_processes 2;
pid %(folder)s/pid;
error_log %(folder)s/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path %(folder)s/t1;
    proxy_temp_path %(folder)s/t2;
    fastcgi_temp_path %(folder)s/t3;
    uwsgi_temp_path %(folder)s/t4;
    scgi_temp_path %(folder)s/t5;
    types { text/html html; text/css css; text/javascript js; text/plain txt;
            image/png png; }
    default_type application/octet-stream;
    keepalive_requests 1000000;
    gzip on;
    gzip_types text/css text/javascript text/plain;
    gzip_vary on;
    add_header Cache-Control "%(lifetime)s";
    server {
        listen %(host)s:%(port)d;
        root %(root)s;
        location = /-/ready { return 200; }
        %(more)s
    }
}
"""
WORDS = ("alpha beta gamma delta epsilon zeta eta theta iota kappa <p> </p> "
         "color margin function return").split()


def site(folder, files=50, big=0, delta=0):
    """Files of five kinds, the same bytes each time, other times; their paths."""
    folder.mkdir(parents=True)
    r = random.Random(1)
    paths = []
    for i in range(files):
        kind = ("html", "css", "js", "png", "txt")[i % 5]
        n = r.randint(800, 60000)
        if kind == "png":
            data = b"\x89PNG\r\n\x1a\n" + r.randbytes(n)
        else:
            data = " ".join(r.choice(WORDS) for _ in range(n // 5)).encode()
            if kind == "html":
                data = b"<!doctype html><meta charset=utf-8>" + data
        put(folder / ("f%d.%s" % (i, kind)), data, delta + i)
        paths.append("/f%d.%s" % (i, kind))
    if big:
        put(folder / "big.bin", r.randbytes(big), delta)
    folder.chmod(0o755)
    return paths


def put(path, data, delta):
    path.write_bytes(data)
    os.utime(path, (1700000000 + delta,) * 2)


class Node:
    """More than one process in the course of time; pid() is the present one."""
    name = ""
    net = 0                   # the third number of its addresses

    def command(self):
        raise NotImplementedError

    def __init__(self, farm, i, root, more=""):
        self.farm, self.root, self.more = farm, root, more
        self.host = "127.86.%d.%d" % (self.net, i + 1)
        self.port = placing.free_port(self.host)
        self.address = self.host, self.port
        self.folder = farm.work / ("%s%d" % (self.name, i))
        self.folder.mkdir(exist_ok=True)
        self.start()

    def start(self):
        before = self.pid()
        with open(self.folder / "stderr", "ab") as log:
            self.process = self.spawn(self.command(), log)
        self.started(before)

    def spawn(self, command, log, **more):
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                stderr=log, start_new_session=True, **more)

    def started(self, before):
        until("%s at %s:%d" % (self.name, self.host, self.port), self.answers)

    def answers(self):
        c = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            c.request("GET", "/-/ready")
            return c.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            c.close()

    def pid(self):
        try:
            return int((self.folder / "pid").read_text())
        except (OSError, ValueError):
            return 0

    def leave(self, number):
        """Ends by this signal, then comes back."""
        pid = self.pid()
        os.kill(pid, number)
        until("the end of %s" % self.name, lambda: self.farm.gone(pid), 120)
        self.start()

    def reload(self):
        os.kill(self.pid(), signal.SIGHUP)

    def upgrade(self):
        old = self.pid()
        os.kill(old, signal.SIGUSR2)
        until("another master", lambda: self.pid() not in (0, old), 60)
        self.upgraded(old)

    def upgraded(self, old):
        until("the old one's end", lambda: self.farm.gone(old), 120)

    def kill_a_worker(self):
        """One that holds connections, if there is one."""
        mine = set(self.farm.children(self.pid()))
        told = subprocess.run(
            ["ss", "-tnpH", "state", "established", "src",
             "%s:%d" % self.address], capture_output=True, text=True).stdout
        held = [p for p in mine if "pid=%d," % p in told]
        os.kill((held or sorted(mine))[0], signal.SIGKILL)

    def kill_the_master(self):
        pid = self.pid()
        children = self.farm.children(pid)
        os.kill(pid, signal.SIGKILL)
        self.orphans(children)
        until("the end of all", lambda: self.farm.gone(pid) and all(
            self.farm.gone(p) for p in children), 120)
        self.start()

    def orphans(self, children):
        """Workers of etagd end by themselves."""

    def stop(self):
        pid = self.pid()
        for one in {pid, self.process.pid} - {0}:
            if not self.farm.gone(one):
                os.kill(one, signal.SIGINT)
                until("the end", lambda: self.farm.gone(one), 120)


class Etagd(Node):
    name, net = "etagd", 1

    def command(self):
        text = placing.etagd(self.address, (self.host, 0), self.root)
        ini = self.folder / "etagd.ini"
        ini.write_text(text.replace("max-age=0, s-maxage=5", LIFETIME) +
                       self.more)
        return [str(harness.binary()), "-c", str(ini),
                "-o", "server.control=%s" % (self.folder / "control"),
                "-o", "server.pidfile=%s" % (self.folder / "pid"),
                "-o", "server.workers=2", "-o", "log.access=off",
                "-o", "log.error=%s" % (self.folder / "error.log")]


HOLD = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""


class HeldEtagd(Etagd):
    """As the packaged unit starts it: the listening socket is systemd's (here the
    test's), so it is there all the time, and so is its queue."""
    listener = None

    def command(self):
        return super().command() + ["-o", "server.on-quit=release"]

    def spawn(self, command, log, **more):
        if not self.listener:
            self.listener = socket.create_server(self.address, backlog=4096)
        fd = self.listener.fileno()
        return super().spawn([sys.executable, "-c", HOLD, str(fd), *command],
                             log, pass_fds=(fd,), **more)

    def started(self, before):
        """Whoever answers in the end: until then the queue waits."""
        until("another %s" % self.name, lambda: self.pid() not in (0, before))
        super().started(before)

    def kill_the_master(self):
        """Whoever holds the socket starts another at once; workers finish by
        themselves (KillMode=process)."""
        pid = self.pid()
        children = self.farm.children(pid)
        os.kill(pid, signal.SIGKILL)
        until("its end", lambda: self.farm.gone(pid))
        self.orphans(children)
        self.start()

    def stop(self):
        super().stop()
        self.listener.close()


class Nginx(Node):
    name, net = "nginx", 2

    def command(self):
        conf = self.folder / "nginx.conf"
        conf.write_text(NGINX % dict(
            folder=self.folder, host=self.host, port=self.port, root=self.root,
            lifetime=LIFETIME, more=self.more))
        return [placing.program("nginx"), "-p", str(self.folder), "-c",
                str(conf), "-e", str(self.folder / "error.log")]

    def upgraded(self, old):
        os.kill(old, signal.SIGQUIT)
        super().upgraded(old)

    def orphans(self, children):
        for pid in children:
            os.kill(pid, signal.SIGKILL)


class Farm:
    """All nodes of a table's row, and what an upgrade leaves to us."""

    def __init__(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="etagd-farm-"))
        self.work.chmod(0o755)
        self.nodes, self.fronts = [], []
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def add(self, kind, root, more=""):
        self.nodes.append(kind(self, len(self.nodes), root, more))
        return self.nodes[-1]

    def front(self, kind):
        folder = self.work / ("front%d" % len(self.fronts))
        folder.mkdir()
        self.fronts.append(kind(folder, [n.address for n in self.nodes]))
        self.fronts[-1].await_good(*range(len(self.nodes)))
        return self.fronts[-1]

    @staticmethod
    def gone(pid):
        try:  # one that an upgrade left to us
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
        return not harness.alive(pid)

    @staticmethod
    def children(pid):
        return [p for p in harness.processes()
                if (harness.proc_stat(p) or (0, 0, 0))[2] == pid]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for front in self.fronts:
            front.stop()
        for node in self.nodes:
            node.stop()
        shutil.rmtree(self.work, ignore_errors=True)

# SPDX-License-Identifier: MIT
"""Starts and ends the servers: committed templates, one processor, own pids.

Every server is a child of ours in a session of its own, pinned before exec to
the server's processor; it is ended by the pids that were seen in its tree, and
the kernel ends its first process when this program is killed.
"""
import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from . import net, proc, wire

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONNECTIONS = 11000
FILES = 20000
PR_SET_PDEATHSIG = 1
REST_S, REST_SHARE = 0.2, 0.05  # of a processor: less is as good as none
HOLE = re.compile(r"@([A-Z]+)@")
LIBC = ctypes.CDLL(None)

# name -> (kind, values for its template)
VARIANTS = {
    "floor": ("floor", {}),
    "nginx": ("nginx", {}),
    "nginx-cached": ("nginx", {
        "CACHE": "open_file_cache max=20000 inactive=60s;"
                 " open_file_cache_valid 30s; open_file_cache_min_uses 1;"}),
    "nginx-push": ("nginx", {"NOPUSH": "off"}),
    "nginx-log": ("nginx", {"ACCESS": "@LOG@"}),
    # what lies beside a file; what is coded on the way; folders
    "nginx-static": ("nginx", {
        "MODULES": "load_module"
                   " /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;",
        "STATIC": "gzip_static on; brotli_static on;"}),
    "nginx-gzip": ("nginx", {
        "STATIC": "gzip on; gzip_types text/plain; gzip_vary on;"}),
    "nginx-listing": ("nginx", {"LISTING": "on"}),
    "lighttpd": ("lighttpd", {}),
    "lighttpd-static": ("lighttpd", {"MORE": "lighttpd-mix.conf"}),
    "lighttpd-listing": ("lighttpd", {"MORE": "lighttpd-listing.conf"}),
    "h2o": ("h2o", {}),
    "apache": ("apache", {}),
    "etagd": ("etagd", {}),
    "etagd-2": ("etagd", {"WORKERS": 2}),
    "etagd-4": ("etagd", {"WORKERS": 4}),
    "etagd-8": ("etagd", {"WORKERS": 8}),
    "etagd-listing": ("etagd", {"LISTING": "on"}),
    "etagd-stat": ("etagd", {"ETAG": "stat"}),
    "etagd-combined": ("etagd", {"ACCESS": "@LOG@", "FORMAT": "combined"}),
    "etagd-json": ("etagd", {"ACCESS": "@LOG@", "FORMAT": "json"}),
    # on, and nobody looks; somebody reads all of its events (special.py)
    "etagd-observe": ("etagd", {"OBSERVE": "@ADDRESS@:0"}),
    "etagd-watched": ("etagd", {"OBSERVE": "@ADDRESS@:0"}),
    "etagd-readable": ("etagd", {"ACCESS": "@LOG@", "FORMAT": "readable"}),
}
PROGRAMS = {"nginx": "nginx", "lighttpd": "lighttpd", "apache": "apache2",
            "h2o": "h2o"}
PACKAGES = {"nginx": "nginx-light", "lighttpd": "lighttpd",
            "apache": "apache2", "h2o": "h2o", "wrk": "wrk",
            "h2load": "nghttp2-client"}
DEFAULTS = {"CACHE": "", "NOPUSH": "on", "ACCESS": "off", "MORE": "",
            "FORMAT": "combined", "ETAG": "content", "OBSERVE": "off",
            "MODULES": "", "STATIC": "", "LISTING": "off",
            "WORKERS": 1}


class StartError(Exception):
    pass


def find(program):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return shutil.which(program, path=path)


def free_port():
    """A port that the kernel calls free.  For servers that cannot take port
    0; between here and their bind another could take it: start() tries on."""
    with socket.socket() as s:
        s.bind((net.address, 0))
        return s.getsockname()[1]


def user_line(kind):
    """Started by root, each gives up its privileges as its package does."""
    if os.geteuid() != 0:
        return ""
    return {"nginx": "user www-data www-data;", "h2o": "user: www-data",
            "apache": "User www-data\nGroup www-data",
            "etagd": "user = www-data\ngroup = www-data"}.get(kind, "")


def account(kind):
    """A server of one process that gives up root by itself loses the kernel's
    word to end it with us (PR_SET_PDEATHSIG): it starts unprivileged."""
    if os.geteuid() == 0 and kind in ("lighttpd", "floor"):
        return {"user": "www-data", "group": "www-data", "extra_groups": []}
    return {}


def template(name):
    with open(os.path.join(HERE, "conf", name)) as f:
        return f.read()


class Server:
    """One running server."""

    def __init__(self, name, process, port, folder):
        self.name, self.process, self.port = name, process, port
        self.folder = folder
        self.log = os.path.join(folder, "access.log")
        self.seen = {}

    @property
    def pid(self):
        return self.process.pid

    def note(self):
        """remembers who belongs to it, for the end"""
        for pid in proc.tree(self.pid):
            self.seen[pid] = proc.born(pid)

    def signal(self, number):
        """to all of it; those that have ended meanwhile do not mind"""
        for pid in proc.tree(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def left(self):
        return [p for p, t in self.seen.items() if t and proc.born(p) == t]

    def stop(self):
        self.signal(signal.SIGCONT)
        self.note()
        for number, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            end = time.monotonic() + seconds
            # the first process ends the others; one that is left gets it itself
            targets = [self.pid] if number == signal.SIGTERM else self.left()
            for pid in targets:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            while time.monotonic() < end:
                self.process.poll()
                if not self.left():
                    return
                time.sleep(0.01)


def rest(servers, patience_s=60):
    """Waits until they do nothing any more: a preparer goes on coding after
    the last answer, in what would be somebody else's time."""
    def used():
        return sum(proc.tree_cpu_ns(s.pid) for s in servers)
    end, before = time.monotonic() + patience_s, used()
    while servers and time.monotonic() < end:
        time.sleep(REST_S)
        now = used()
        if now - before < REST_S * 1e9 * REST_SHARE:
            return
        before = now


class Servers:
    """All of them by name, started when first asked for."""

    def __init__(self, root, folder, cpu, etagd, floor, options=(),
                 prefix=(), patience_s=10):
        self.root, self.folder, self.cpu = root, folder, cpu
        self.etagd, self.floor_program = etagd, floor
        self.options = options
        self.prefix = list(prefix)  # valgrind and the like
        self.patience_s = patience_s
        self.running = {}
        self.count = 0

    def missing(self):
        """kinds that cannot run here"""
        return [k for k, p in PROGRAMS.items() if not find(p)]

    def get(self, name, coded=False, answer=None, close=False):
        key = (name, coded, answer, close)
        if key not in self.running:
            self.running[key] = self.start(name, coded, answer, close)
        return self.running[key]

    def fresh(self, name, known=False):
        """one that nobody asked anything yet; the caller stops it.  With its
        port known it is asked before it can say that it serves"""
        key = ("fresh", self.count)
        self.running[key] = self.start(name, known=known)
        return self.running[key]

    @contextlib.contextmanager
    def alone(self, server):
        """All others are stopped as long as this one is measured (None: one
        that is started for it)."""
        others = [s for s in self.running.values() if s is not server]
        rest(others)
        for s in others:
            s.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for s in others:
                s.signal(signal.SIGCONT)

    def stop(self, server):
        server.stop()
        self.running = {k: s for k, s in self.running.items() if s != server}

    def stop_all(self):
        for server in list(self.running.values()):
            server.stop()
        self.running.clear()

    def start(self, name, coded=False, answer=None, close=False, known=False):
        for attempt in range(3):
            try:
                server = self.spawn(name, coded, answer, close, known)
            except StartError as e:
                if attempt == 2 or "in use" not in str(e):
                    raise
                continue
            server.note()
            return server

    def spawn(self, name, coded, answer, close, known):
        kind, values = VARIANTS[name]
        self.count += 1
        folder = os.path.join(self.folder, f"{name}.{self.count}")
        os.mkdir(folder)
        if os.geteuid() == 0:
            shutil.chown(folder, "www-data", "www-data")
        if kind == "floor":
            command, port = self.floor_command(answer, close), None
        else:
            port = free_port() if kind != "etagd" or known else 0
            command = self.command(kind, values, coded, folder, port)
        err_path = os.path.join(folder, "stderr")
        with open(err_path, "wb") as err:
            process = subprocess.Popen(
                self.prefix + command, stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                cwd=folder, start_new_session=True, preexec_fn=self.pin,
                **account(kind))
        server = Server(name, process, port or None, folder)
        try:
            self.wait_ready(server, err_path)
        except BaseException:
            server.stop()
            raise
        return server

    def pin(self):
        os.sched_setaffinity(0, {self.cpu})
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def floor_command(self, answer, close):
        command = [self.floor_program, "--address", net.address]
        if answer:
            command += ["--answer", answer]
        return command + (["--close"] if close else [])

    def command(self, kind, values, coded, folder, port):
        v = dict(DEFAULTS, **values)
        if coded and kind in ("lighttpd", "apache"):
            v["MORE"] = f"{kind}-coded.conf"
        if v["MORE"]:
            v["MORE"] = template(v["MORE"])
        v.update(PORT=port, ROOT=self.root, DIR=folder, USER=user_line(kind),
                 FILES=FILES, CONNECTIONS=CONNECTIONS,
                 MIME=os.path.join(HERE, "conf", "mime.types"),
                 ADDRESS=net.address, LOG=os.path.join(folder, "access.log"))
        text = template(f"{kind}.conf")
        for _ in range(2):  # a value may have holes of its own
            text = HOLE.sub(lambda m: str(v.get(m[1], m[0])), text)
        conf = os.path.join(folder, f"{kind}.conf")
        with open(conf, "w") as f:
            f.write(text)
        if kind == "nginx":
            return [find("nginx"), "-c", conf, "-e",
                    os.path.join(folder, "error.log")]
        if kind == "h2o":
            return [find("h2o"), "-m", "worker", "-c", conf]
        if kind == "lighttpd":
            return [find("lighttpd"), "-D", "-f", conf]
        if kind == "apache":
            return [find("apache2"), "-D", "FOREGROUND", "-f", conf]
        more = [x for o in self.options for x in ("-o", o)]
        return [self.etagd, "-c", conf] + more

    def wait_ready(self, server, err_path):
        """until it answers; port from its own words where it has any"""
        end = time.monotonic() + self.patience_s
        while time.monotonic() < end:
            with open(err_path, errors="replace") as f:
                said = f.read()
            if server.process.poll() is not None:
                raise StartError(self.complaint(server, said))
            port = re.search(r"serving http://[\d.]+:(\d+)/", said)
            if port:
                server.port = int(port[1])
            if server.port and self.answers(server):
                return
            time.sleep(0.001)
        raise StartError(self.complaint(server, f"no answer in {self.patience_s} s"))

    @staticmethod
    def answers(server):
        try:
            if server.name == "floor":  # whose answer may be one to HEAD
                socket.create_connection((net.address, server.port)).close()
            else:
                wire.fetch(server.port, "/page.html", timeout=2)
            return True
        except (OSError, wire.WireError):
            return False

    @staticmethod
    def complaint(server, said):
        with contextlib.suppress(OSError):
            with open(os.path.join(server.folder, "error.log")) as f:
                said += f.read()
        lines = said.strip().splitlines()
        status = server.process.returncode
        return "; ".join(lines[-3:]) or f"ended with status {status}"

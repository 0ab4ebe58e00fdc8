# SPDX-License-Identifier: MIT
"""fronts: what is in front of several nodes: HAProxy, Varnish and nginx by
the configurations of packaging/fleet, as Debian packages them (installed, or
unpacked by ./quickstart), on a port of loopback; those that look at the nodes'
health tell what they think of it.

The packaged configurations ask again what was lost, and caches spare the nodes
most requests: so a fault may not be seen.  A front whose name begins with Bare
does neither, and looks at the nodes' health more often."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys

from differential.peers import Peer, _environment
from harness import TOP, free_port, need, until

sys.path.insert(0, str(TOP / "packaging" / "fleet"))
import placing  # noqa: E402


class Front(Peer):
    """nodes: (address, port) of each; known in the front as 0, 1, ..."""
    checks = True
    bare = {}  # places that are exchanged besides

    def __init__(self, folder, nodes):
        self.nodes = nodes
        super().__init__(folder, None)

    def but(self, text):
        for old, new in self.bare.items():
            assert old in text, old
            text = text.replace(old, new)
        return text

    def good(self):
        """Numbers of the nodes that it sends requests to."""
        return set(range(len(self.nodes)))

    def await_good(self, *wanted):
        if self.checks:
            until("%s taking %r for good" % (self.name, wanted),
                  lambda: self.good() == set(wanted))


class HAProxy(Front):
    """Without a cache behind it."""
    name = program = "haproxy"

    def text(self):
        return placing.haproxy(self.folder, free_port(), self.port, free_port(),
                               ("127.0.0.1", free_port()), self.nodes)

    def command(self):
        return [self.installed(), "-db", "-f",
                self.write("haproxy.cfg", self.but(self.text()))]

    def ask(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            try:
                s.connect(str(self.folder / "admin.sock"))
            except (FileNotFoundError, ConnectionRefusedError):
                return []  # it listens to clients before
            s.sendall(command.encode() + b"\n")
            with s.makefile() as f:
                return f.read().splitlines()

    def up(self, backend):
        rows = [line.split() for line in
                self.ask("show servers state %s" % backend)]
        return [r[3] for r in rows if len(r) > 5 and r[1] == backend and
                r[5] == "2"]

    def good(self):
        return {int(name[-1]) - 1 for name in self.up("nodes")}


class BareHAProxy(HAProxy):
    bare = {"retry-on all-retryable-errors": "", "http-reuse always": "",
            "inter 500ms": "inter 100ms"}


class Varnish(Front):
    name = "varnish"
    program = "varnishd"
    gzip = "off"

    def command(self):
        vcl = self.write("default.vcl", self.but(placing.varnish(self.nodes)))
        return placing.varnishd(self.folder / "work", self.port, vcl, "16m") + [
            "-p", "http_gzip_support=" + self.gzip]

    def admin(self, *words):
        """What varnishadm says, or None: it has just been started."""
        program = pathlib.Path(self.installed()).parents[1] / "bin/varnishadm"
        done = subprocess.run([str(program), "-n", str(self.folder / "work"),
                               *words], env=_environment(),
                              capture_output=True, text=True, timeout=60)
        return None if done.returncode else done.stdout

    def counters(self):
        """{name: number}, as varnishstat has them."""
        program = pathlib.Path(self.installed()).parents[1] / "bin/varnishstat"
        told = subprocess.run([str(program), "-n", str(self.folder / "work"),
                               "-1"], env=_environment(), check=True,
                              capture_output=True, text=True, timeout=60)
        return {r[0]: int(r[1]) for r in map(str.split,
                                             told.stdout.splitlines())}

    def good(self):
        told = self.admin("backend.list", "-j")
        if not told:
            return set()
        rows = [r for r in json.loads(told) if isinstance(r, dict)][0]
        return {int(re.search(r"(\d+)$", name)[1]) - 1
                for name, row in rows.items() if row["type"] == "backend" and
                row["probe_message"][2] == "healthy"}


class BareVarnish(Varnish):
    bare = {"set req.grace = 0s;": "return (pass);",
            "bereq.retries < 2": "bereq.retries < 0",
            ".interval = 500ms": ".interval = 100ms"}


class PackingVarnish(Varnish):
    """As it is without a parameter: it asks for gzip and unpacks."""
    gzip = "on"


class Whole(HAProxy):
    """HAProxy, then Varnish, then the nodes: what ./quickstart fleet starts."""

    def __init__(self, folder, nodes):
        self.cache = Varnish(folder, nodes)
        super().__init__(folder, nodes)

    def text(self):
        return placing.haproxy(self.folder, self.port, free_port(), free_port(),
                               self.cache.address, self.nodes)

    def good(self):
        if not self.up("cache"):
            return set()
        return HAProxy.good(self) & self.cache.good() \
            if HAProxy.good(self) == self.cache.good() else None

    def stop(self):
        super().stop()
        self.cache.stop()


class Nginx(Front):
    """It looks at no health: a node that refuses is left for the next."""
    name = program = "nginx"
    checks = False

    def command(self):
        conf = self.write("nginx.conf", self.but(
            placing.nginx(self.folder, self.port, self.nodes)))
        return [self.installed(), "-c", conf, "-p", str(self.folder),
                "-e", str(self.folder / "error.log"), "-g", "daemon off;"]


class BareNginx(Nginx):
    bare = {"proxy_cache fleet;": "proxy_cache off;"}


def require(kind):
    """Skips where it can't be run."""
    if kind is Whole:
        require(Varnish)
    if not kind.installed():
        need("%s is neither installed nor in build/peers" % kind.program)
    if issubclass(kind, Varnish) and not shutil.which("cc"):
        need("varnishd needs a compiler")

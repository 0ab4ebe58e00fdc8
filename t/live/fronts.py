# SPDX-License-Identifier: MIT
"""fronts: what stands in front of several nodes: HAProxy, Varnish and nginx, as
Debian packages them (installed, or unpacked by ./quickstart), on a port of
loopback; those that look at the nodes' health tell what they think of it."""
import json
import pathlib
import re
import shutil
import socket
import subprocess

from differential.peers import NGINX_HEAD, UNPACKED, Peer, _environment
from harness import until

CHECK = "/-/ready"


class Front(Peer):
    """nodes: (address, port) of each; known in the front as n0, n1, ..."""
    checks = True

    def __init__(self, folder, nodes):
        self.nodes = nodes
        super().__init__(folder, None)

    def every(self, row):
        return "".join(row % {"i": i, "host": host, "port": port}
                       for i, (host, port) in enumerate(self.nodes))

    def good(self):
        """Numbers of the nodes that it sends requests to."""
        return set(range(len(self.nodes)))

    def await_good(self, *wanted):
        if self.checks:
            until("%s taking %r for good" % (self.name, wanted),
                  lambda: self.good() == set(wanted))


class HAProxy(Front):
    name = program = "haproxy"
    reuse = "always"
    more = ""

    def command(self):
        return [self.installed(), "-db", "-f", self.write("haproxy.cfg", """
global
    stats socket %(folder)s/stats mode 600 level admin
defaults
    mode http
    timeout connect 10s
    timeout client 30s
    timeout server 30s
    timeout check 10s
    retries 3
    option redispatch 1
    %(more)s
frontend all
    bind 127.0.0.1:%(port)d
    default_backend nodes
backend nodes
    balance roundrobin
    http-reuse %(reuse)s
    option httpchk GET %(check)s
    default-server check inter 100ms fall 2 rise 1
%(nodes)s
""" % dict(folder=self.folder, port=self.port, check=CHECK, reuse=self.reuse,
           more=self.more,
           nodes=self.every("    server n%(i)d %(host)s:%(port)d\n")))]

    def good(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            try:
                s.connect(str(self.folder / "stats"))
            except (FileNotFoundError, ConnectionRefusedError):
                return set()  # it listens to clients before
            s.sendall(b"show servers state nodes\n")
            with s.makefile() as f:
                rows = [line.split() for line in f if " n" in line]
        return {int(r[3][1:]) for r in rows if r[5] == "2"}


class HAProxySafe(HAProxy):
    reuse = "safe"


class HAProxyRetries(HAProxy):
    more = "retry-on all-retryable-errors"


class Varnish(Front):
    name = "varnish"
    program = "varnishd"

    def _pass(self):
        rows = self.every("""
backend n%(i)d {
    .host = "%(host)s";
    .port = "%(port)d";
    .probe = { .url = "CHECK"; .interval = 100ms; .timeout = 10s;
               .window = 3; .threshold = 2; .initial = 2; }
}
""").replace("CHECK", CHECK)
        return self.write("pass.vcl", "vcl 4.1;\nimport directors;\n" + rows + """
sub vcl_init {
    new all = directors.round_robin();
    %s
}
sub vcl_recv {
    set req.backend_hint = all.backend();
    return (pass);
}
""" % self.every("all.add_backend(n%(i)d); "))

    def command(self):
        command = [self.installed(), "-F", "-j", "none",
                   "-n", str(self.folder / "work"),
                   "-a", "127.0.0.1:%d" % self.port, "-f", self._pass(),
                   "-s", "malloc,16m"]
        if str(UNPACKED) in self.installed():
            vmods = next(UNPACKED.glob("usr/lib/*/varnish/vmods"))
            command += ["-p", "vmod_path=%s" % vmods]
        return command

    def good(self):
        admin = pathlib.Path(self.installed()).parents[1] / "bin/varnishadm"
        done = subprocess.run([str(admin), "-n", str(self.folder / "work"),
                               "backend.list", "-j"], env=_environment(),
                              capture_output=True, text=True, timeout=60)
        if done.returncode:
            return set()  # it has just been started
        rows = [r for r in json.loads(done.stdout) if isinstance(r, dict)][0]
        return {int(re.search(r"(\d+)$", name)[1])
                for name, row in rows.items() if row["type"] == "backend" and
                row["probe_message"][2] == "healthy"}


class Nginx(Front):
    """It looks at no health: a node that refuses is left for the next."""
    name = program = "nginx"
    checks = False

    def command(self):
        conf = self.write("nginx.conf", (NGINX_HEAD + """
    keepalive_requests 1000000;
    upstream nodes {
        %(nodes)s
        keepalive 32;
    }
    server {
        listen 127.0.0.1:%(port)d;
        location / {
            proxy_pass http://nodes;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
    }
}
""") % dict(folder=self.folder, port=self.port,
           nodes=self.every("server %(host)s:%(port)d; ")))
        return [self.installed(), "-c", conf, "-p", str(self.folder),
                "-e", str(self.folder / "error.log")]


def missing(front):
    """Why it can't be run here, or None."""
    if not front.installed():
        return "%s is neither installed nor in build/peers" % front.program
    if front is Varnish and not shutil.which("cc"):
        return "varnishd needs a compiler"
    return None

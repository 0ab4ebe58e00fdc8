# SPDX-License-Identifier: MIT
"""servers: etagd, nginx and Apache, each started in a folder of its own with
the same files and limits, for compare."""
import collections
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from rig import harness

FILES = {"/a.txt": b"a small file\n", "/b.bin": bytes(range(256)) * 40}

# {limit}: seconds until a head has to be whole, or a reader has to have taken
# something
NGINX = """daemon off; master_process on; worker_processes 2;
pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log {access}; client_body_temp_path {folder}/t1;
proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
keepalive_requests 1000000; sendfile on;
client_header_timeout {limit}s; send_timeout {limit}s;
server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}
"""
APACHE = """ServerRoot {folder}
Listen 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule reqtimeout_module /usr/lib/apache2/modules/mod_reqtimeout.so
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
CustomLog {access} "%h %r %s"
ServerName localhost
DocumentRoot {folder}/www
StartServers 2
ServerLimit 2
ThreadsPerChild 25
MaxRequestWorkers 50
KeepAlive On
MaxKeepAliveRequests 0
Timeout {limit}
RequestReadTimeout header={limit} body={limit}
<Directory />
Require all granted
</Directory>
"""
ETAGD = """[server]
listen = 127.0.0.1:{port}
root = {folder}/www
workers = 2
[log]
access = {access}
format = json
flush = 100ms
[timeouts]
head = {limit}s
send = {limit}s
[limits]
send-rate = 500
rate-window = {limit}s
"""
Kind = collections.namedtuple("Kind", "name program config argv reload finish "
                              "upgrade faults")
KINDS = (
    Kind("nginx", "/usr/sbin/nginx", NGINX, ["-p", "{folder}", "-c", "{conf}"],
         signal.SIGHUP, signal.SIGQUIT, True, "nonsense on;\n"),
    Kind("Apache", "/usr/sbin/apache2", APACHE,
         ["-f", "{conf}", "-DFOREGROUND"], signal.SIGUSR1, signal.SIGWINCH,
         False, "Nonsense On\n"),
    Kind("etagd", None, ETAGD, ["-c", "{conf}"], signal.SIGHUP, signal.SIGQUIT,
         True, "[server]\nnonsense = on\n[limits]\nhead = 16q\n"),
)


class Started:
    """One server in a session of its own."""

    def __init__(self, kind, folder=None, port=None, descriptors=None,
                 limit=60, access=None, orphan=False):
        self.kind = kind
        self.ours = kind.program is None
        self.folder = folder or tempfile.mkdtemp(prefix="etagd-c-")
        self.port = port or harness.free_port()
        self.www = pathlib.Path(self.folder, "www")
        if not self.www.exists():
            os.chmod(self.folder, 0o755)
            self.www.mkdir()
            for name, data in FILES.items():
                (self.www / name[1:]).write_bytes(data)
        self.conf = pathlib.Path(self.folder, "conf")
        self.access = access or os.path.join(self.folder, "access.log")
        words = {"folder": self.folder, "port": self.port, "conf": self.conf,
                 "limit": limit, "access": self.access}
        self.conf.write_text(kind.config.format(**words))

        def few():
            import resource
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE,
                                   (descriptors, descriptors))
        self.told = pathlib.Path(self.folder, "stderr")
        self.log = open(self.told, "ab")
        self.orphan = orphan  # its parent is gone: nginx upgrades only then
        argv = ["sh", "-c", '"$@" & sleep 0.3', "sh"] if orphan else []
        self.process = subprocess.Popen(
            argv + [str(kind.program or harness.binary())] +
            [a.format(**words) for a in kind.argv],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            start_new_session=True, preexec_fn=few,
            env=harness.environment())
        self.session = self.process.pid
        self.address = ("127.0.0.1", self.port)

    def __enter__(self):
        if self.up() is None:
            self.clean()
            raise OSError("%s does not start" % self.kind.name)
        return self

    def __exit__(self, *_):
        self.clean()

    def up(self, seconds=5):
        """Milliseconds until it answers, or None."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.process.poll() is not None and not self.orphan:
                return None
            if ask(self.address, 1):
                return (time.monotonic() - began) * 1000
            time.sleep(0.01)
        return None

    def children(self):
        found = []
        for pid in harness.processes():
            stat = harness.proc_stat(pid)
            if stat and stat[3] == self.session and pid != self.session and \
                    stat[1] not in "ZX":
                found.append(pid)
        return sorted(found)

    def masters(self):
        """Children that have children: what an upgrade started."""
        found = []
        for pid in self.children():
            stat = harness.proc_stat(pid)
            if stat:
                found.append(stat[2])
        return sorted(set(found) & set(self.children()))

    def workers(self):
        """Those that hold a listening socket."""
        inodes = {"socket:[%s]" % i for i in
                  harness.listening_inodes(self.port)}
        found = []
        for pid in self.children():
            try:
                if inodes & set(harness.descriptors(pid).values()):
                    found.append(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass
        return found

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        for pid in [self.session] + self.children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.log.close()

    def clean(self):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def ask(address, seconds):
    """Milliseconds of one request on a new connection, or None."""
    began = time.monotonic()
    try:
        with socket.create_connection(address, seconds) as s:
            s.settimeout(seconds)
            s.sendall(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n"
                      b"Connection: close\r\n\r\n")
            data = b""
            while b"a small file\n" not in data:
                more = s.recv(4096)
                if not more:
                    return None
                data += more
    except OSError:
        return None
    return (time.monotonic() - began) * 1000


def opened(server, path, **options):
    """A connection on which `path` has been asked for."""
    s = socket.socket()
    s.settimeout(5)
    if "rcvbuf" in options:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["rcvbuf"])
    s.connect(server.address)
    s.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
    return s


def alive(s):
    """Whether the server still holds its end, as far as TCP knows."""
    return s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[0] == 1

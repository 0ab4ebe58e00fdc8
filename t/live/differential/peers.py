# SPDX-License-Identifier: MIT
"""peers: other servers of files, as Debian packages them, on a port of
loopback with the least configuration that serves one folder.  Installed ones
are taken first, then what ./quickstart has unpacked in build/peers."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

from harness import TOP, free_port, until

UNPACKED = TOP / "build" / "peers"

# How each configuration of nginx begins, up to http's own lines.
NGINX_HEAD = """
worker_processes 1;
daemon off;
pid %(folder)s/pid;
error_log %(folder)s/error.log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path %(folder)s/t1;
    proxy_temp_path %(folder)s/t2;
    fastcgi_temp_path %(folder)s/t3;
    uwsgi_temp_path %(folder)s/t4;
    scgi_temp_path %(folder)s/t5;
"""


def _environment():
    """With the libraries of unpacked programs."""
    libraries = [str(p) for p in UNPACKED.glob("*lib/*-linux-*")] + \
        [str(p) for p in UNPACKED.glob("usr/lib/*-linux-*")]
    return dict(os.environ, LD_LIBRARY_PATH=":".join(libraries))


def _answers(port, process):
    def look():
        assert process.poll() is None, "ended at once"
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return True
        except OSError:
            return False
    return look


class Peer:
    """A server program that runs in the foreground until it is terminated."""
    name = ""
    program = ""
    known = ""  # the version that differences.tsv speaks of

    def command(self):
        """What starts it on self.port."""
        raise NotImplementedError

    def __init__(self, folder, root):
        self.folder = pathlib.Path(folder) / self.name
        self.folder.mkdir()
        self.root = root
        # These cannot be told to let the kernel choose a port and to say which
        # it was; another program may take a free one first: try again.
        for _ in range(10):
            self.port = free_port()
            self.process = subprocess.Popen(
                self.command(), cwd=str(self.folder),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                env=_environment(),
                stderr=open(str(self.folder / "stderr"), "wb"))
            try:
                until("%s listening" % self.name,
                      _answers(self.port, self.process))
                break
            except AssertionError:
                continue
        else:
            raise RuntimeError("%s does not start:\n%s" % (
                self.name, (self.folder / "stderr").read_text()))

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @classmethod
    def installed(cls):
        return shutil.which(cls.program) or shutil.which(
            cls.program, path="/usr/sbin:/sbin:%s" % (UNPACKED / "usr/sbin"))

    @classmethod
    def beside(cls, path):
        """What the package has at /usr/PATH."""
        return pathlib.Path(cls.installed()).parents[1] / path

    @classmethod
    def version(cls):
        done = subprocess.run([cls.installed(), "-v"], env=_environment(),
                              stdout=subprocess.PIPE, check=True,
                              stderr=subprocess.STDOUT, text=True)
        return re.search(r"/([0-9.]+)", done.stdout).group(1)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Nginx(Peer):
    name = program = "nginx"
    known = "1.22.1"

    def command(self):
        conf = self.write("nginx.conf", (NGINX_HEAD + """
    types { text/html html; text/plain txt; }
    default_type application/octet-stream;
    gzip on;
    gzip_types text/plain;
    gzip_vary on;
    server {
        listen 127.0.0.1:%(port)d;
        root %(root)s;
    }
}
""") % dict(folder=self.folder, port=self.port, root=self.root))
        return [self.installed(), "-c", conf, "-p", str(self.folder),
                "-e", str(self.folder / "error.log")]


class Lighttpd(Peer):
    name = program = "lighttpd"
    known = "1.4.69"

    def command(self):
        conf = self.write("lighttpd.conf", """
server.document-root = "%(root)s"
server.bind = "127.0.0.1"
server.port = %(port)d
server.errorlog = "%(folder)s/error.log"
index-file.names = ( "index.html" )
mimetype.assign = ( ".html" => "text/html", ".txt" => "text/plain",
                    "" => "application/octet-stream" )
""" % dict(folder=self.folder, port=self.port, root=self.root))
        return [self.installed(), "-D", "-f", conf,
                "-m", str(self.beside("lib/lighttpd"))]


class Apache(Peer):
    name = "apache"
    program = "apache2"
    known = "2.4.71"

    def command(self):
        modules = self.beside("lib/apache2/modules")
        conf = self.write("apache.conf", """
ServerRoot %(folder)s
ServerName localhost
Listen 127.0.0.1:%(port)d
PidFile %(folder)s/pid
DefaultRuntimeDir %(folder)s
LoadModule mpm_event_module %(modules)s/mod_mpm_event.so
LoadModule authz_core_module %(modules)s/mod_authz_core.so
LoadModule dir_module %(modules)s/mod_dir.so
LoadModule mime_module %(modules)s/mod_mime.so
LoadModule deflate_module %(modules)s/mod_deflate.so
LoadModule filter_module %(modules)s/mod_filter.so
TypesConfig /dev/null
AddType text/html .html
AddType text/plain .txt
AddOutputFilterByType DEFLATE text/plain
ErrorLog %(folder)s/error.log
DocumentRoot %(root)s
DirectoryIndex index.html
<Directory %(root)s>
    Require all granted
</Directory>
""" % dict(folder=self.folder, port=self.port, root=self.root,
           modules=modules))
        return [self.installed(), "-X", "-f", conf]


PEERS = (Nginx, Apache, Lighttpd)

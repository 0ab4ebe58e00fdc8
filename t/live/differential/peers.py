# SPDX-License-Identifier: MIT
"""peers: other servers of files, as Debian packages them, on a port of
loopback with the least configuration that serves one folder."""
import pathlib
import shutil
import signal
import socket
import subprocess

from harness import free_port, until


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
            cls.program, path="/usr/sbin:/sbin")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Nginx(Peer):
    name = program = "nginx"

    def command(self):
        conf = self.write("nginx.conf", """
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
""" % dict(folder=self.folder, port=self.port, root=self.root))
        return [self.installed(), "-c", conf, "-p", str(self.folder)]


class Lighttpd(Peer):
    name = program = "lighttpd"

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
        return [self.installed(), "-D", "-f", conf]


class Apache(Peer):
    name = "apache"
    program = "apache2"

    def command(self):
        modules = "/usr/lib/apache2/modules"
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

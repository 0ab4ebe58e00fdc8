# SPDX-License-Identifier: MIT
"""A shared cache in front of a node that has just been started: it is sent the
plain file first, and has to get the coded form as soon as that is made."""
import gzip
import shutil

import pytest

from differential.peers import NGINX_HEAD, UNPACKED, Peer
from harness import until
from wire import Connection

FILES = {"%d.txt" % i: b"".join(
    b"Line %d of text %d that compresses well.\n" % (k, i)
    for k in range(3000)) for i in range(5)}
ASK = {"Accept_Encoding": "gzip"}  # all caches hand that on as it is


class Cache(Peer):
    def __init__(self, folder, origin):
        self.origin = origin
        super().__init__(folder, None)


class Varnish(Cache):
    name, program = "varnish", "varnishd"
    gzip = "on"

    def command(self):
        vcl = self.write("cache.vcl", """vcl 4.1;
backend node { .host = "%s"; .port = "%d"; }
sub vcl_backend_response { set beresp.grace = 0s; set beresp.keep = 1h; }
""" % self.origin)
        command = [self.installed(), "-F", "-j", "none",
                   "-n", str(self.folder / "work"),
                   "-a", "127.0.0.1:%d" % self.port, "-f", vcl,
                   "-s", "malloc,16m", "-p", "http_gzip_support=" + self.gzip]
        if str(UNPACKED) in self.installed():
            vmods = next(UNPACKED.glob("usr/lib/*/varnish/vmods"))
            command += ["-p", "vmod_path=%s" % vmods]
        return command


class PlainVarnish(Varnish):
    """It hands Accept-Encoding on and never packs or unpacks."""
    name, gzip = "varnish-plain", "off"


class Nginx(Cache):
    name = program = "nginx"

    def command(self):
        conf = self.write("nginx.conf", (NGINX_HEAD + """
    proxy_cache_path %(folder)s/cache keys_zone=all:1m;
    server {
        listen 127.0.0.1:%(port)d;
        location / {
            proxy_pass http://%(host)s:%(to)d;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_cache all;
            proxy_cache_revalidate on;
        }
    }
}
""") % dict(folder=self.folder, port=self.port, host=self.origin[0],
           to=self.origin[1]))
        return [self.installed(), "-c", conf, "-p", str(self.folder),
                "-e", str(self.folder / "error.log")]


@pytest.mark.parametrize("kind", (Varnish, PlainVarnish, Nginx),
                         ids=lambda k: k.name)
def test_coded_forms_come_through(serve, kind):
    if not kind.installed():
        pytest.skip("%s is neither installed nor in build/peers" % kind.program)
    if issubclass(kind, Varnish) and not shutil.which("cc"):
        pytest.skip("varnishd needs a compiler")
    server = serve(files=FILES, rules="[cache *]\nCache-Control = max-age=1\n")
    cache = kind(server.folder, server.address)  # open to other users
    try:
        plain = 0
        for name in FILES:
            with Connection(cache.address) as c:
                r = c.get("/" + name, **ASK)
                plain += not r.has("Content-Encoding")
                assert r.status == 200
        assert plain, "each form was there at once: nothing to be seen"
        for name, data in FILES.items():
            def look():
                with Connection(cache.address) as c:
                    r = c.get("/" + name, **ASK)
                assert r.status == 200
                return r if r.has("Content-Encoding") else None
            r = until("%s coded through %s" % (name, kind.name), look)
            assert gzip.decompress(r.body) == data
    finally:
        cache.stop()

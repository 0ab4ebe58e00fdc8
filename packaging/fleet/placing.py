#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""placing: the configurations of this folder at other places.  They are written
for machines of their own (`etagd-1:8080`, `bind :8000`, /run/haproxy); to run
them on one machine, as ./here and t/fleet do, the places alone are exchanged, so
that what is tried is what is shipped.

    placing.py FILE OLD=NEW ...      prints FILE with each OLD replaced
"""
import os
import pathlib
import shutil
import socket
import sys

HERE = pathlib.Path(__file__).resolve().parent
UNPACKED = HERE.parents[1] / "build" / "peers"
NODES = ("etagd-1", "etagd-2", "etagd-3")


def placed(name, places):
    """The text of the file; a place that is not in it is an error."""
    text = (HERE / name).read_text()
    for old, new in places.items():
        if old not in text:
            raise ValueError("%s: there is no %r" % (name, old))
        text = text.replace(old, str(new))
    return text


def nodes(addresses, port=8080):
    """Places of the nodes: {etagd-1:8080: HOST:PORT, ...}"""
    return {"%s:%d" % (name, port): "%s:%d" % address
            for name, address in zip(NODES, addresses)}


def etagd(listen, metrics, root):
    return placed("etagd.ini", {
        "listen = 0.0.0.0:8080": "listen = %s:%d" % listen,
        "listen = 0.0.0.0:9180": "listen = %s:%d" % metrics,
        "root = /srv": "root = %s" % root})


def haproxy(folder, www, nocache, monitor, cache, addresses):
    """www, nocache, monitor: ports of loopback; cache: an address"""
    return placed("haproxy.cfg", dict(nodes(addresses), **{
        "/run/haproxy/admin.sock": "%s/admin.sock" % folder,
        "bind :8000": "bind 127.0.0.1:%d" % www,
        "bind :8001": "bind 127.0.0.1:%d" % nocache,
        "bind :8404": "bind 127.0.0.1:%d" % monitor,
        "varnish:6081": "%s:%d" % cache}))


def varnish(addresses):
    return placed("default.vcl", nodes(addresses))


def nginx(folder, port, addresses):
    return placed("nginx.conf", dict(nodes(addresses), **{
        "/run/nginx.pid": "%s/pid" % folder,
        "/var/lib/nginx/": "%s/" % folder,
        "listen 8000": "listen 127.0.0.1:%d" % port}))


def prometheus(metrics, monitor, alerts, interval="5s"):
    return placed("prometheus.yml", dict(nodes(metrics, 9180), **{
        "haproxy:8404": "127.0.0.1:%d" % monitor,
        "- alerts.yml": "- %s" % alerts,
        "interval: 5s": "interval: %s" % interval}))


# -- the programs: installed, or unpacked by ./quickstart in build/peers

def program(name):
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(
        ["/usr/sbin", "/sbin", "/usr/lib/varnish"] +
        [str(UNPACKED / at) for at in ("usr/sbin", "usr/bin")]))


def environment():
    """With the libraries of unpacked programs."""
    libraries = [str(p) for at in ("*lib/*-linux-*", "usr/lib/*-linux-*")
                 for p in UNPACKED.glob(at)]
    return dict(os.environ, LD_LIBRARY_PATH=":".join(libraries))


def varnishd(folder, port, vcl, memory="64m"):
    """Its command line; default.vcl says why http_gzip_support is off."""
    command = [program("varnishd"), "-F", "-j", "none",
               "-n", str(folder), "-a", "127.0.0.1:%d" % port,
               "-f", str(vcl), "-s", "malloc,%s" % memory,
               "-p", "http_gzip_support=off"]
    if str(UNPACKED) in command[0]:
        vmods = next(UNPACKED.glob("usr/lib/*/varnish/vmods"))
        command += ["-p", "vmod_path=%s" % vmods]
    return command


def free_port(host="127.0.0.1"):
    with socket.socket() as s:
        s.bind((host, 0))
        return s.getsockname()[1]


if __name__ == "__main__":
    sys.stdout.write(placed(sys.argv[1], dict(
        row.split("=", 1) for row in sys.argv[2:])))

# SPDX-License-Identifier: MIT
"""The cases, one row each, and what they shall show."""
from dataclasses import dataclass, field

PEERS = ("nginx", "nginx-cached", "lighttpd", "apache")
USUAL = ("floor",) + PEERS + ("etagd",)
NO_FLOOR = PEERS + ("etagd",)


@dataclass(frozen=True)
class Goal:
    """ours.key / theirs.key must be at most (or at least) so much"""
    key: str
    ours: str
    theirs: str
    limit: float
    at_least: bool = False


def cpu(limit, theirs="floor", ours="etagd"):
    return Goal("cpu_us", ours, theirs, limit)


def rate(limit, theirs, ours="etagd"):
    return Goal("rps", ours, theirs, limit, at_least=True)


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    path: str = "/page.html"
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    connections: int = 64
    status: int = 200
    client: str = "wrk"      # or a row of measure.CLIENTS
    mode: tuple = ("plain",)  # of wrk.lua; ("mix",) is made into its list
    close: bool = False
    by_bytes: bool = False   # count requests by the bytes that came
    servers: tuple = USUAL
    peer_paths: dict = field(default_factory=dict)
    peer_headers: dict = field(default_factory=dict)
    coding: str = ""
    files: str = ""          # folder of many files
    warm: bool = False       # each file asked for once before the first round
    slow: bool = False       # only where it is named: --case
    goals: tuple = ()


CODED_PEERS = ("floor", "nginx", "nginx-cached", "lighttpd", "apache", "etagd")


def coded(name, token, goals=()):
    direct = {k: f"/sidecar/{name}/page.html.{token}"
              for k in ("lighttpd", "apache")}
    nginx = "/sidecar/gzip/page.html" if token == "gz" else \
        "/sidecar/brotli/page.html.br"
    return Case(name, f"{name} page, 32 KiB before coding",
                path="/coded/page.html", coding=name, servers=CODED_PEERS,
                headers={"Accept-Encoding": "br" if token == "br" else "gzip"},
                peer_paths=dict(direct, nginx=nginx), goals=goals)


def mix(connections, goals=()):
    return Case(f"mix-{connections}",
                f"20 files of 3 to 300 KB, .br beside, {connections:,} clients",
                mode=("mix",), connections=connections, goals=goals,
                headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"},
                # which reads no weights
                peer_headers={"h2o": {"Accept-Encoding": "br, gzip"}},
                servers=("nginx-static", "h2o", "lighttpd-static", "etagd"))


CASES = (
    Case("page", "page 1 KiB, 64 connections",
         goals=(cpu(1.06), cpu(1.0, "lighttpd"), rate(1.25, "nginx"))),
    Case("page-256", "page 1 KiB, 256 connections", connections=256,
         goals=(cpu(1.10), cpu(1.0, "lighttpd"), cpu(1.0, "nginx"))),
    Case("logo", "logo 10 KiB", path="/logo.png",
         goals=(cpu(1.06), cpu(0.76, "nginx"), cpu(1.0, "lighttpd"))),
    Case("not-modified", "304 by tag", status=304,
         goals=(cpu(1.06), cpu(1.0, "nginx"), cpu(1.0, "lighttpd"))),
    Case("head", "HEAD of the page", method="HEAD", client="head",
         goals=(cpu(1.06),)),
    Case("not-found", "404", path="/there/is/none.html", status=404,
         goals=(cpu(1.10), cpu(0.70, "nginx"))),
    Case("range", "10 KiB range of a 1 MiB file", path="/file-1m.bin",
         status=206, headers={"Range": "bytes=500000-510239"},
         goals=(cpu(1.10), cpu(1.0, "nginx"), cpu(1.0, "lighttpd"))),
    Case("file-100k", "file 100 KiB", path="/file-100k.bin",
         goals=(cpu(1.05), cpu(0.95, "nginx"), cpu(0.95, "lighttpd"))),
    Case("file-1m", "file 1 MiB", path="/file-1m.bin",
         servers=NO_FLOOR + ("nginx-push",),
         goals=(rate(1.0, "lighttpd"), cpu(1.0, "lighttpd"),
                cpu(0.90, "nginx"))),
    Case("file-100m", "file 100 MiB, 8 connections", path="/file-100m.bin",
         connections=8, by_bytes=True, servers=NO_FLOOR,
         goals=(rate(1.0, "lighttpd"), cpu(1.0, "lighttpd"),
                cpu(1.0, "nginx"))),
    coded("gzip", "gz", (cpu(1.10), cpu(1.0, "nginx"))),
    coded("brotli", "br", (cpu(1.10), cpu(1.0, "nginx"))),
    Case("new-connection", "page, a new connection per request", close=True,
         headers={"Connection": "close"},
         goals=(cpu(0.95), cpu(1.0, "nginx"))),
    Case("pipeline", "page, 16 requests in one pipeline",
         mode=("pipeline", 16), servers=USUAL + ("nginx-push",),
         goals=(cpu(0.40), cpu(0.28, "lighttpd"))),
    Case("files-1", "1 small file, asked as the next two cases ask",
         mode=("files", "/many/f", 1), files="many"),
    Case("files-1000", "1,000 different small files",
         mode=("files", "/many/f", 1000), files="many"),
    Case("files-100000", "100,000 different small files",
         mode=("files", "/many/f", 100000), files="many"),
    Case("files-1000000", "1,000,000 different small files, each asked before",
         mode=("files", "/million/f", 1000000), files="million", warm=True,
         slow=True, servers=("nginx", "lighttpd", "etagd"),
         goals=(cpu(1.1, "nginx"),)),
    mix(256), mix(1024, (cpu(0.42, "nginx-static"),)), mix(4096),
    Case("coded-first", "first requests of 1,000 pages of 8 KiB, coded",
         client="coded-first", headers={"Accept-Encoding": "gzip, br"},
         servers=("nginx-gzip", "etagd")),
    Case("listings", "hot page beside 8 clients with listings of 1,500 names",
         client="listings", servers=("nginx-listing", "lighttpd-listing",
                                     "etagd-listing")),
    Case("idle", "page beside 10,000 idle connections", client="idle",
         servers=USUAL),
    Case("cold-start", "from exec to the first answer", client="cold-start",
         servers=NO_FLOOR),
    Case("cold-files", "hot page beside 10,000 first requests of files",
         client="cold-files", servers=NO_FLOOR),
    Case("access-log", "access log off and on",
         servers=("etagd", "etagd-combined", "etagd-json", "etagd-readable",
                  "nginx", "nginx-log"),
         goals=(cpu(1.08, "etagd", "etagd-combined"),
                cpu(1.08, "etagd", "etagd-json"))),
    Case("observer", "observer off, on, and with all its events read: worker",
         client="observer", servers=("etagd", "etagd-observe", "etagd-watched"),
         goals=(cpu(1.02, "etagd", "etagd-observe"),
                cpu(1.02, "etagd", "etagd-watched"),
                rate(0.98, "etagd", "etagd-observe"),
                rate(0.98, "etagd", "etagd-watched"))),
    # all on one processor: what they share and how they take turns, not speed
    Case("workers", "page, 1, 2, 4 and 8 workers on one processor",
         servers=("etagd", "etagd-2", "etagd-4", "etagd-8")),
    Case("etag", "ETag = content and ETag = stat",
         servers=("etagd", "etagd-stat"), goals=(cpu(1.02, "etagd-stat"),)),
)
# pairs across cases: (case, twin, server, at most)
TWINS = (("files-1000", "files-1", "etagd", 1.05),)


def scale(quick):
    """how much of the large things a run makes"""
    if quick:
        return {"files": 5000, "idle": 1000, "cold": 500, "big_mib": 16,
                "coded": 100}
    return {"files": 1000000, "idle": 10000, "cold": 10000, "big_mib": 100,
            "coded": 1000}

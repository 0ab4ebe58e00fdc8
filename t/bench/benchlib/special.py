# SPDX-License-Identifier: MIT
"""The cases that are more than one client against one address."""
import contextlib
import os
import re
import socket
import subprocess
import threading
import time

from . import load, net, proc, stats, wire
from .servers import rest

HOT_CLIENTS, HOT_RATE = 20, 100  # 2,000 requests a second, far from the limit
COLD_SECONDS_MAX = 120
LISTERS, NAMES = 8, 1500


# -- idle connections ------------------------------------------------------

def open_idle(port, count):
    """each made one request, as a browser's kept connections have"""
    sockets = []
    request = wire.request_bytes("/page.html", port)
    try:
        for _ in range(count):
            s = socket.create_connection((net.address, port), 10)
            sockets.append(s)
            s.sendall(request)
            wire.read_answer(s)
    except BaseException:
        close_all(sockets)
        raise
    return sockets


def close_all(sockets):
    for s in sockets:
        s.close()


def idle(bench, case, entrant, seconds, measure):
    """the load alone, then beside the idle ones; memory by the difference"""
    count = bench.scale["idle"]
    alone = measure(bench, case, entrant, seconds)
    before = proc.tree_pss_kb(entrant.server.pid)
    sockets = open_idle(entrant.server.port, count)
    try:
        after = proc.tree_pss_kb(entrant.server.pid)
        got = measure(bench, case, entrant, seconds)
    finally:
        close_all(sockets)
    got["cpu_alone_us"] = alone["cpu_us"]
    got["idle_costs"] = got["cpu_us"] / alone["cpu_us"]
    if before is not None and after is not None:
        got["idle_bytes"] = (after - before) * 1024 / count
        got["idle_total_bytes"] = after * 1024 / count
    return got


# -- the observer ------------------------------------------------------------

class Reader(threading.Thread):
    """Takes everything that /events brings, as an open page does."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.socket = socket.create_connection((net.address, port), 10)
        self.socket.settimeout(None)  # it ends by stop(), however busy all are
        self.socket.sendall(b"GET /events?new HTTP/1.0\r\n"
                            b"Host: localhost:%d\r\n\r\n" % port)
        self.events, self.error, self.ending = 0, None, False
        self.start()

    def run(self):
        try:
            while data := self.socket.recv(1 << 18):
                self.events += data.count(b"\nid: ")
            self.end("the server has closed")
        except OSError as e:
            self.end(e)

    def end(self, why):
        """what still arrives after our own shutdown is answered by a reset,
        which is our own too"""
        if not self.ending:
            self.error = why

    def stop(self):
        self.ending = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self.socket.close()


def holder(server, port, path):
    """the process that answers there"""
    with socket.create_connection((net.address, port), 10) as s:
        s.sendall(wire.request_bytes(path, port))
        wire.read_answer(s)
        return proc.owner(server.pid, port, s.getsockname()[1])


def observing(server):
    """the observer's port, from the server's own words; None: it has none"""
    with open(os.path.join(server.folder, "stderr"), errors="replace") as f:
        found = re.search(r"observing at http://127\.0\.0\.1:(\d+)/", f.read())
    return int(found[1]) if found else None


def observer(bench, case, entrant, seconds, measure):
    """The worker's own processor time.  The observer runs on the client's
    processor, for it is the worker that is to be measured; it is nice 10, so
    the client has the better part of it."""
    server = entrant.server
    port, looking = observing(server), 0
    worker = holder(server, server.port, "/page.html")
    if port:
        looking = holder(server, port, "/status")
        os.sched_setaffinity(looking, {bench.client_cpu})
    reader = Reader(port) if entrant.name == "etagd-watched" else None
    try:
        times = -proc.cpu_ns(worker), -proc.cpu_ns(looking) if looking else 0
        got = measure(bench, case, entrant, seconds)
        got["cpu_us"] = (times[0] + proc.cpu_ns(worker)) / 1e3 / got["requests"]
        if looking:
            got["observer_us"] = (times[1] + proc.cpu_ns(looking)) / 1e3 \
                / got["requests"]
    finally:
        if reader:
            reader.stop()
    if reader:
        if reader.error or not reader.events:
            raise load.LoadError(f"the events ended: {reader.error}")
        got["events_read"] = reader.events / seconds
    return got


# -- cold start --------------------------------------------------------------

def cold_start(bench, case, entrant, seconds):
    """From fork to the first byte of a right answer.  The same clock for all:
    a loop that asks for the page, 1 ms apart, from the first moment on."""
    began = time.monotonic()
    server = bench.servers.fresh(entrant.name, known=True)
    try:
        ready = time.monotonic() - began
        cpu = proc.tree_cpu_ns(server.pid)
        return {"start_ms": ready * 1e3, "start_cpu_ms": cpu / 1e6,
                "pss_kb": proc.tree_pss_kb(server.pid)}
    finally:
        bench.servers.stop(server)


# -- cold files beside a hot load -----------------------------------------

class Walker(threading.Thread):
    """Asks for each of the paths, one after the other, until told to stop."""

    def __init__(self, port, paths, headers=None):
        super().__init__(daemon=True)
        self.port, self.paths, self.headers = port, paths, headers
        self.halt = threading.Event()
        self.done, self.seconds, self.error = 0, 0.0, None
        self.times_us, self.coded = [], 0

    def ask(self, s, path):
        began = time.monotonic()
        s.sendall(wire.request_bytes(path, self.port, headers=self.headers))
        answer, _ = wire.read_answer(s)
        self.times_us.append((time.monotonic() - began) * 1e6)
        if answer.status != 200:
            raise wire.WireError(f"status {answer.status}")
        self.done += 1
        self.coded += "content-encoding" in answer.fields

    def run(self):
        began = time.monotonic()
        try:
            with socket.create_connection((net.address, self.port), 30) as s:
                for path in self.paths:
                    if self.halt.is_set():
                        break
                    self.ask(s, path)
        except (OSError, wire.WireError) as e:
            self.error = e
        self.seconds = time.monotonic() - began


def numbered(folder, count):
    return [f"/{folder}/f{i:07d}.html" for i in range(count)]


def beside(bench, server, log, walkers, seconds):
    """the hot load for as long as the walks take (at least `seconds`)"""
    hot = None
    cpu = -proc.tree_cpu_ns(server.pid)
    try:
        hot = subprocess.Popen(
            load.paced_command(server.port, "/page.html", HOT_CLIENTS,
                               HOT_RATE, COLD_SECONDS_MAX, log),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        time.sleep(0.2)
        for walker in walkers:
            walker.start()
        for walker in walkers:
            walker.join(max(0.0, began + COLD_SECONDS_MAX - 1
                            - time.monotonic()))
        time.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        for walker in walkers:
            walker.halt.set()
        if hot:
            hot.terminate()  # its log is written as it goes
            hot.wait()
    cpu += proc.tree_cpu_ns(server.pid)
    for walker in walkers:
        walker.join(5)
        if walker.error:
            raise walker.error
    got = load.paced_result(log)
    got["walked"] = sum(w.done for w in walkers)
    got["walk_s"] = max((w.seconds for w in walkers), default=0)
    got["cpu_ns"] = cpu
    return got


def cold_files(bench, case, entrant, seconds):
    """A fresh server; the hot load beside nobody, beside a walk over files
    that nobody asked for, and beside the same walk again, now warm.  Client
    and load are equal in both walks, so the difference is what being cold
    costs the others."""
    log = os.path.join(bench.folder, "paced.log")
    paths = numbered("cold", bench.scale["cold"])
    server = bench.servers.fresh(entrant.name)
    try:
        wire.fetch(server.port, "/page.html")
        got = {}
        for word in ("alone", "cold", "warm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(log)
            walkers = [Walker(server.port, paths)] if word != "alone" else []
            got[word] = beside(bench, server, log, walkers, seconds)
        pss = proc.tree_pss_kb(server.pid)
    finally:
        bench.servers.stop(server)
    cold, warm = got["cold"], got["warm"]
    return {
        "p50_us": cold["p50_us"], "p99_us": cold["p99_us"],
        "max_us": cold["max_us"], "alone_p99_us": got["alone"]["p99_us"],
        "warm_p99_us": warm["p99_us"],
        "warm_max_us": warm["max_us"],
        "errors": sum(part["errors"] for part in got.values()),
        "rps": cold["walked"] / cold["walk_s"],
        "warm_rps": warm["walked"] / warm["walk_s"],
        "cpu_us": cold["cpu_ns"] / 1000 / (cold["requests"] + cold["walked"]),
        "pss_kb": pss,
    }


# -- first requests of coded pages -----------------------------------------

def coded_first(bench, case, entrant, seconds):
    """A fresh server; each page is asked for once with Accept-Encoding, and
    once more when the server has done what it does aside.  All of its time
    counts, what came after the last answer too."""
    server = bench.servers.fresh(entrant.name)
    paths = numbered("first", bench.scale["coded"])
    try:
        wire.fetch(server.port, "/page.html")
        cpu = -proc.tree_cpu_ns(server.pid)
        walks = []
        for _ in range(2):
            walks.append(Walker(server.port, paths, case.headers))
            walks[-1].start()
            walks[-1].join()
            if walks[-1].error:
                raise walks[-1].error
            rest([server])
        cpu += proc.tree_cpu_ns(server.pid)
        pss = proc.tree_pss_kb(server.pid)
    finally:
        bench.servers.stop(server)
    first, again = walks
    return {"rps": first.done / first.seconds,
            "warm_rps": again.done / again.seconds,
            "cpu_us": cpu / 1000 / (first.done + again.done),
            "p50_us": stats.percentile(first.times_us, 50),
            "p99_us": stats.percentile(first.times_us, 99),
            "coded": first.coded / first.done,
            "coded_again": again.coded / again.done, "pss_kb": pss}


# -- listings beside a hot load ----------------------------------------------

def listings(bench, case, entrant, seconds):
    """The hot load beside clients that list folders as fast as they can."""
    server = entrant.server
    log = os.path.join(bench.folder, "paced.log")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(log)
    halt = time.monotonic() + seconds

    def again(path):
        while time.monotonic() < halt:
            yield path
    walkers = [Walker(server.port, again(f"/names{i}/"))
               for i in range(LISTERS)]
    got = beside(bench, server, log, walkers, seconds)
    return {"rps": got["walked"] / got["walk_s"],
            "cpu_us": got["cpu_ns"] / 1000 / got["walked"],
            "p50_us": got["p50_us"], "p99_us": got["p99_us"],
            "max_us": got["max_us"], "errors": got["errors"],
            "pss_kb": proc.tree_pss_kb(server.pid)}

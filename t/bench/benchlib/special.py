# SPDX-License-Identifier: MIT
"""The cases that are more than one client against one address."""
import contextlib
import os
import re
import socket
import subprocess
import threading
import time

from . import load, proc, wire

HOT_CLIENTS, HOT_RATE = 20, 100  # 2,000 requests a second, far from the limit
COLD_SECONDS_MAX = 120


# -- idle connections ------------------------------------------------------

def open_idle(port, count):
    """each made one request, as a browser's kept connections have"""
    sockets = []
    request = wire.request_bytes("/page.html", port)
    try:
        for _ in range(count):
            s = socket.create_connection(("127.0.0.1", port), 10)
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
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.sendall(b"GET /events?new HTTP/1.0\r\n"
                            b"Host: localhost:%d\r\n\r\n" % port)
        self.events, self.error = 0, None
        self.start()

    def run(self):
        try:
            while data := self.socket.recv(1 << 18):
                self.events += data.count(b"\nid: ")
        except OSError as e:
            self.error = e

    def stop(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self.socket.close()


def holder(server, port, path):
    """the process that answers there"""
    with socket.create_connection(("127.0.0.1", port), 10) as s:
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

def cold_start(bench, entrant):
    """From fork to the first byte of a right answer.  The same clock for all:
    a loop that asks for the page, 1 ms apart."""
    began = time.monotonic()
    server = bench.servers.fresh(entrant.name)
    try:
        ready = time.monotonic() - began
        cpu = proc.tree_cpu_ns(server.pid)
        return {"start_ms": ready * 1e3, "start_cpu_ms": cpu / 1e6,
                "pss_kb": proc.tree_pss_kb(server.pid)}
    finally:
        bench.servers.stop(server)


# -- cold files beside a hot load -----------------------------------------

class Walker(threading.Thread):
    """Asks for each file once, one after the other, until told to stop."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.port, self.count = port, count
        self.halt = threading.Event()
        self.done, self.seconds, self.error = 0, 0.0, None

    def run(self):
        began = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 30) as s:
                for i in range(self.count):
                    if self.halt.is_set():
                        break
                    s.sendall(wire.request_bytes(f"/cold/f{i:07d}.html",
                                                 self.port))
                    answer, _ = wire.read_answer(s)
                    if answer.status != 200:
                        raise wire.WireError(f"status {answer.status}")
                    self.done += 1
        except (OSError, wire.WireError) as e:
            self.error = e
        self.seconds = time.monotonic() - began


def beside(bench, server, log, count, seconds):
    """the hot load for as long as the walk takes (at least `seconds`)"""
    hot = None
    walker = Walker(server.port, count)
    cpu = -proc.tree_cpu_ns(server.pid)
    try:
        hot = subprocess.Popen(
            load.paced_command(server.port, "/page.html", HOT_CLIENTS,
                               HOT_RATE, COLD_SECONDS_MAX, log),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        time.sleep(0.2)
        walker.start()
        walker.join(COLD_SECONDS_MAX - 1)
        time.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        walker.halt.set()
        if hot:
            hot.terminate()  # its log is written as it goes
            hot.wait()
    cpu += proc.tree_cpu_ns(server.pid)
    walker.join(5)
    if walker.error:
        raise walker.error
    got = load.paced_result(log)
    got["walked"], got["walk_s"] = walker.done, walker.seconds
    got["cpu_ns"] = cpu
    return got


def cold_files(bench, entrant, seconds):
    """A fresh server; the walk over files that nobody asked for, then the
    same walk again, now warm.  Client and load are equal in both, so the
    difference is what being cold costs the others."""
    log = os.path.join(bench.folder, "paced.log")
    count = bench.scale["cold"]
    server = bench.servers.fresh(entrant.name)
    try:
        wire.fetch(server.port, "/page.html")
        got = {}
        for word in ("cold", "warm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(log)
            got[word] = beside(bench, server, log, count, seconds)
        pss = proc.tree_pss_kb(server.pid)
    finally:
        bench.servers.stop(server)
    cold, warm = got["cold"], got["warm"]
    return {
        "p50_us": cold["p50_us"], "p99_us": cold["p99_us"],
        "max_us": cold["max_us"], "warm_p99_us": warm["p99_us"],
        "warm_max_us": warm["max_us"],
        "errors": cold["errors"] + warm["errors"],
        "rps": cold["walked"] / cold["walk_s"],
        "warm_rps": warm["walked"] / warm["walk_s"],
        "cpu_us": cold["cpu_ns"] / 1000 / (cold["requests"] + cold["walked"]),
        "pss_kb": pss,
    }

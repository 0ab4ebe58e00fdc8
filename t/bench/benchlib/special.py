# SPDX-License-Identifier: MIT
"""The cases that are more than one client against one address."""
import contextlib
import os
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

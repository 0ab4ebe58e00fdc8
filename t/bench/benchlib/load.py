# SPDX-License-Identifier: MIT
"""The clients: wrk, headload, h2load; each gives one dict of what it saw."""
import json
import os
import re
import subprocess

from . import net, stats

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class LoadError(Exception):
    pass


def run(command, seconds):
    """a client that does not end is ended (subprocess kills it by its pid)"""
    try:
        got = subprocess.run(command, capture_output=True, text=True,
                             timeout=seconds + 30)
    except subprocess.TimeoutExpired:
        raise LoadError(f"{command[0]} did not end") from None
    if got.returncode != 0:
        raise LoadError(f"{command[0]}: {got.stderr.strip()[-200:]}")
    return got.stdout


def wrk(port, path, connections, seconds, headers, mode=("plain",)):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               "--timeout", "10s", "--latency",
               "-s", os.path.join(HERE, "wrk.lua")]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    command += [f"http://{net.address}:{port}{path}", "--", *map(str, mode)]
    found = re.search(r"^RESULT (.*)$", run(command, seconds), re.M)
    if not found:
        raise LoadError("wrk gave no result")
    got = json.loads(found[1])
    got["errors"] = sum(got.pop(k) for k in
                        ("connect", "read", "write", "timeout"))
    if mode[0] == "pipeline":
        # wrk times whole batches and then "corrects" them by the mean time
        # of one request: these numbers mean nothing
        got["p50_us"] = got["p99_us"] = None
    return got


def headload(program, port, path, connections, seconds):
    return json.loads(run(
        [program, "--address", net.address, "--port", str(port),
         "--path", path, "--connections", str(connections),
         "--seconds", str(seconds)], seconds))


def paced_command(port, path, clients, rate, seconds, log):
    """h2load: a steady rate, whatever the server does (an open loop)"""
    return ["h2load", "--h1", "-t1", f"-c{clients}", f"--rps={rate}",
            f"-D{seconds}", f"--log-file={log}",
            f"http://{net.address}:{port}{path}"]


def paced_result(log):
    """its log: start, status, microseconds"""
    times, bad = [], 0
    with open(log) as f:
        for line in f:
            if not line.endswith("\n"):
                break  # cut off when the client was ended
            _, status, us = line.split()
            times.append(int(us))
            bad += status != "200"
    return {"requests": len(times), "errors": bad,
            "p50_us": stats.percentile(times, 50),
            "p99_us": stats.percentile(times, 99),
            "max_us": max(times, default=None)}

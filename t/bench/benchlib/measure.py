# SPDX-License-Identifier: MIT
"""Runs one case: checks every server's answer, then the rounds."""
import dataclasses
import functools
import gzip
import hashlib
import os
import time
from collections.abc import Callable

from . import load, mix, proc, special, wire
from .servers import VARIANTS, StartError


WARM_SECONDS, WARM_SECONDS_MAX = 5, 900


class Unfit(Exception):
    """this server cannot take part in this case; the text says why"""


class Bench:
    """What all cases share."""

    def __init__(self, servers, tree, programs, cpus, scale, say):
        self.servers, self.tree, self.programs = servers, tree, programs
        self.server_cpu, self.client_cpu = cpus
        self.scale, self.say = scale, say
        self.folder = servers.folder


def case_path(case, name):
    kind = VARIANTS[name][0]
    return case.peer_paths.get(kind, case.path)


# -- is it the right answer? ---------------------------------------------

def file_behind(case, path):
    if case.mode[0] == "files":
        return f"{case.mode[1].lstrip('/')}{0:07d}.html"
    return path.lstrip("/")


def expected_body(bench, case, path):
    if case.status == 304 or case.status == 404 or case.method == "HEAD":
        return None
    data = bench.tree.bytes_of(file_behind(case, path))
    if case.status == 206:
        first, last = case.headers["Range"].split("=")[1].split("-")
        return data[int(first):int(last) + 1]
    return data


def ask(bench, case, name, server, headers):
    path = case_path(case, name)
    if case.mode[0] == "files":
        path = "/" + file_behind(case, path)
    return wire.fetch(server.port, path, case.method, headers)


def judge_coded(bench, case, answer):
    """the page in that coding, whatever the coder's version"""
    token = {"brotli": "br"}.get(case.coding, case.coding)
    if answer.fields.get("content-encoding") != token:
        return f"no Content-Encoding: {token}"
    page = bench.tree.bytes_of("coded/page.html")
    if token == "gzip" and gzip.decompress(answer.body) != page:
        return "other bytes after decoding"
    sidecar = f"sidecar/{case.coding}/page.html" + \
        {"gzip": ".gz", "br": ".br"}[token]
    if answer.body != bench.tree.bytes_of(sidecar):
        return "other coded bytes than the others"
    return None


def judge(bench, case, name, answer):
    """None, or what is wrong with it"""
    if answer.status != case.status:
        return f"status {answer.status} instead of {case.status}"
    if case.coding:
        return judge_coded(bench, case, answer)
    want = expected_body(bench, case, case_path(case, name))
    if want is not None and hashlib.sha256(want).digest() != \
            hashlib.sha256(answer.body).digest():
        return f"other bytes ({len(answer.body)} instead of {len(want)})"
    if case.close and answer.fields.get("connection", "").lower() != "close":
        return "no Connection: close"
    return None


def headers_for(bench, case, name, server):
    """the case's own, and for a 304 the tag that this server gave"""
    if case.status != 304:
        return dict(case.headers,
                    **case.peer_headers.get(VARIANTS[name][0], {}))
    answer = wire.fetch(server.port, case.path)
    if "etag" not in answer.fields:
        raise Unfit("sends no ETag")
    return dict(case.headers, **{"If-None-Match": answer.fields["etag"]})


def probe(bench, case, name, server):
    """Asks until the answer is right: what a server prepares in the
    background (digest, coded form) may take it a moment."""
    end = time.monotonic() + 5
    while True:
        try:
            headers = headers_for(bench, case, name, server)
            answer = ask(bench, case, name, server, headers)
            if case.mode[0] == "list":
                wrong = mix.wrong(bench.tree, server.port, headers)
            else:
                wrong = judge(bench, case, name, answer)
        except (OSError, wire.WireError) as e:
            wrong = str(e) or type(e).__name__
        if wrong is None:
            return headers, answer
        if time.monotonic() > end:
            raise Unfit(wrong)
        time.sleep(0.05)


def make_sidecars(bench, case, has_etagd):
    """Same bytes for all: the peers serve what etagd itself made."""
    token = {"brotli": "br"}.get(case.coding, case.coding)
    body, end = None, time.monotonic() + 5
    while has_etagd and body is None and time.monotonic() < end:
        a = wire.fetch(bench.servers.get("etagd").port, case.path,
                       headers=case.headers)
        if a.fields.get("content-encoding") == token:
            body = a.body
        else:
            time.sleep(0.05)
    page = bench.tree.bytes_of("coded/page.html")
    if body is None and token == "gzip":
        body = gzip.compress(page, 9, mtime=0)
    if body is None:
        body = mix.brotli(page)
    if body is None:
        raise Unfit("nobody here makes brotli (neither etagd nor libbrotlienc)")
    suffix = {"gzip": "gz", "br": "br"}[token]
    bench.tree.single(f"sidecar/{case.coding}/page.html.{suffix}", body)
    bench.tree.single(f"sidecar/{case.coding}/page.html", page)


# -- who takes part --------------------------------------------------------

class Entrant:
    """one server in one case"""

    def __init__(self, name, server, headers, path, answer_bytes):
        self.name, self.server = name, server
        self.headers, self.path = headers, path
        self.answer_bytes = answer_bytes
        self.rounds = []
        self.extra = {}


def enter(bench, case, name):
    if case.client in FRESH:
        bench.servers.stop(bench.servers.fresh(name))  # can it start at all?
        return Entrant(name, None, case.headers, case.path, 0), None
    server = bench.servers.get(name, coded=bool(case.coding))
    headers, answer = probe(bench, case, name, server)
    return Entrant(name, server, headers, case_path(case, name),
                   len(answer.raw)), answer


def enter_floor(bench, case, answer):
    """the floor sends the very bytes that the first peer answered with"""
    path = os.path.join(bench.folder, f"answer.{case.name}")
    with open(path, "wb") as f:
        f.write(answer.raw)
    server = bench.servers.get("floor", answer=path, close=case.close)
    return Entrant("floor", server, case.headers, case.path, len(answer.raw))


def line_up(bench, case, names, left_out):
    """entrants in the case's order; one that cannot is put into left_out"""
    entrants, example = {}, None
    for name in names:
        if name == "floor":
            continue
        try:
            entrants[name], answer = enter(bench, case, name)
            example = example or answer
        except (Unfit, StartError) as e:
            left_out[name] = str(e)
    if "floor" in names and example:
        try:
            entrants["floor"] = enter_floor(bench, case, example)
        except StartError as e:
            left_out["floor"] = str(e)
    return [entrants[n] for n in names if n in entrants]


# -- one measurement -------------------------------------------------------

def load_once(bench, case, entrant, seconds):
    port = entrant.server.port
    if case.client == "head":
        return load.headload(bench.programs["headload"], port, entrant.path,
                             case.connections, seconds)
    return load.wrk(port, entrant.path, case.connections, seconds,
                    entrant.headers, case.mode)


def measure(bench, case, entrant, seconds):
    """processor time before and after the client's run, and what it saw"""
    server = entrant.server
    if os.path.exists(server.log):
        os.truncate(server.log, 0)
    others = -proc.busy_ns(bench.server_cpu)
    cpu = -proc.tree_cpu_ns(server.pid)
    began = time.monotonic()
    got = load_once(bench, case, entrant, seconds)
    wall = time.monotonic() - began
    cpu += proc.tree_cpu_ns(server.pid)
    others += proc.busy_ns(bench.server_cpu) - cpu
    requests = got["requests"]
    if case.by_bytes:
        requests = got["bytes"] / entrant.answer_bytes
    if not requests:
        raise load.LoadError("not one request was answered")
    return {
        "requests": requests, "rps": requests / got["seconds"],
        "cpu_us": cpu / 1000 / requests,
        "p50_us": got["p50_us"], "p99_us": got["p99_us"],
        "errors": got["errors"] + wrong_status(case, got),
        "pss_kb": proc.tree_pss_kb(server.pid),
        "core": cpu / 1e9 / wall,
        "others": max(0.0, others / 1e9 / wall),
    }


def wrong_status(case, got):
    """wrk counts 4xx and 5xx; in the case of the 404 they are right"""
    if "status" not in got:
        return 0
    if case.status >= 400:
        return got["requests"] - got["status"]
    return got["status"]


# what is more than one client against one address; FRESH: each round with a
# server of its own
CLIENTS: dict[str, Callable[..., dict]] = {
    "idle": functools.partial(special.idle, measure=measure),
    "observer": functools.partial(special.observer, measure=measure),
    "cold-start": special.cold_start, "cold-files": special.cold_files,
    "coded-first": special.coded_first, "listings": special.listings,
}
FRESH = ("cold-start", "cold-files", "coded-first")


def used_by_others(bench):
    """all processors' time less that of servers, clients and ourselves"""
    return proc.busy_ns() - proc.own_ns() - sum(
        proc.tree_cpu_ns(s.pid) for s in bench.servers.running.values())


def measure_round(bench, case, entrant, seconds):
    """and how many processors others had meanwhile: they share the caches,
    and may have had one of those two that are measured on"""
    others, began = -used_by_others(bench), time.monotonic()
    got = CLIENTS.get(case.client, measure)(bench, case, entrant, seconds)
    others += used_by_others(bench)
    got["foreign"] = max(0.0, others / 1e9 / (time.monotonic() - began))
    return got


def make_files(bench, case):
    """what the case asks for; returns it as it can be measured here"""
    scale = bench.scale
    if case.files:
        word, prefix, count = case.mode
        count = min(count, scale["files"])
        case = dataclasses.replace(case, mode=(word, prefix, count))
        bench.tree.many(case.files, count)
    if case.client == "cold-files":
        bench.tree.many("cold", scale["cold"])
    if case.client == "coded-first":
        bench.tree.many("first", scale["coded"], 8 << 10)
    if case.client == "listings":
        for i in range(special.LISTERS):
            bench.tree.many(f"names{i}", special.NAMES, 64)
    if case.by_bytes:
        bench.tree.big(case.path.lstrip("/"), scale["big_mib"])
    if case.mode[0] == "mix":
        paths = mix.make(bench.tree)
        if not paths:
            raise Unfit("nobody here makes brotli (no libbrotlienc)")
        listed = os.path.join(bench.folder, "mix.paths")
        with open(listed, "w", encoding="ascii") as f:
            f.write("\n".join(paths) + "\n")
        case = dataclasses.replace(case, mode=("list", listed), path=paths[0])
    return case


def ask_each(bench, case, entrant):
    """Every file once: what a server keeps of files it has then.  First
    requests may be much slower than others, so nobody can tell how long."""
    word, prefix, count = case.mode
    asked, end = 0, time.monotonic() + WARM_SECONDS_MAX
    while asked < count:
        bench.say(f"{case.name}: {entrant.name} was asked for {asked:,}")
        part = dataclasses.replace(case, mode=(word, prefix, count, asked))
        asked += load_once(bench, part, entrant, WARM_SECONDS)["requests"]
        if time.monotonic() > end:
            raise load.LoadError(f"only {asked:,} files were asked for in "
                                 f"{WARM_SECONDS_MAX} s")


def warm_up(bench, case, entrants, left_out):
    """those that have each file afterwards"""
    ready = []
    for entrant in entrants:
        try:
            with bench.servers.alone(entrant.server):
                ask_each(bench, case, entrant)
            ready.append(entrant)
        except load.LoadError as e:
            left_out[entrant.name] = str(e)
    return ready


def run_case(bench, case, names, rounds, seconds):
    left_out = {}
    try:
        case = make_files(bench, case)
        if case.coding:
            make_sidecars(bench, case, "etagd" in names)
    except (Unfit, StartError, OSError) as e:
        return [], {n: str(e) for n in names}
    entrants = line_up(bench, case, names, left_out)
    if case.warm:
        entrants = warm_up(bench, case, entrants, left_out)
    for number in range(rounds):
        for entrant in entrants:
            bench.say(f"{case.name}: round {number + 1} of {rounds}: "
                      f"{entrant.name}")
            try:
                with bench.servers.alone(entrant.server):
                    got = measure_round(bench, case, entrant, seconds)
            except (load.LoadError, StartError, OSError,
                    wire.WireError) as e:
                left_out[entrant.name] = f"round {number + 1}: {e}"
                got = None
            entrant.rounds.append(got)
    return entrants, left_out

# SPDX-License-Identifier: MIT
"""tables: the rows of ./run: each a function of the kind of node and the number
of requests, which gives what it found and whether that is what is wanted."""
import collections
import contextlib
import functools
import random
import shutil
import signal
import threading
import time

from farm import Etagd, Farm, HeldEtagd, put, site
from fronts import (BareHAProxy, BareNginx, BareVarnish, HAProxy, Nginx,
                    PackingVarnish, Varnish, Whole)
from harness import until
from visits import Client, Lost, Visits, field

ALL = "gzip, deflate, br, zstd"
BIG = 8 << 20


# -- tags

@contextlib.contextmanager
def three(kind, files=50, big=0, delta=1, front=HAProxy):
    """Nodes whose copies have times of their own: (farm, paths, front)"""
    with Farm() as farm:
        for i in range(3):
            root = farm.work / ("www%d" % i)
            paths = site(root, files, big, delta * i)
            farm.add(kind, root)
        yield farm, paths, farm.front(front) if front else None


def ask(client, path, accepted, tag=None, more=""):
    fields = "Accept-Encoding: %s\r\n" % accepted
    if tag:
        fields += "If-None-Match: %s\r\n" % tag
    return client.get(path, fields + more)


def taken(address, paths, accepted):
    c = Client(address)
    try:
        return {p: field(ask(c, p, accepted)[1], "ETag") for p in paths}
    finally:
        c.close()


def coded(address, paths, accepted):
    """Until every text comes in a form; its tags."""
    texts = [p for p in paths if not p.endswith(".png")]

    def look():
        c = Client(address)
        answers = [ask(c, p, accepted)[1] for p in texts]
        c.close()
        return all(field(h, "Content-Encoding") for h in answers)
    until("coded forms", look, 120)
    return taken(address, paths, accepted)


def confirmed(address, tags, accepted, n=1000):
    """How many of n revalidations are 304, and the bytes of the others."""
    c, r = Client(address), random.Random(5)
    paths = (sorted(tags) * (n // len(tags) + 1))[:n]
    r.shuffle(paths)
    good = sent = 0
    for path in paths:
        status, _, body = ask(c, path, accepted, tags[path])
        good += status == 304
        sent += len(body)
    c.close()
    return "%d of %d × 304%s" % (
        good, n, ", %.1f MB again" % (sent / 1e6) if sent else ""), good == n


def identity(kind, _):
    with three(kind) as (farm, paths, front):
        tags = taken(front.address, paths, "identity")
        return confirmed(front.address, tags, "identity")


def while_made(kind, _, accepted=ALL):
    """A warm node's tags, asked for on two others that have just begun."""
    with three(kind, front=None) as (farm, paths, _none):
        tags = coded(farm.nodes[0].address, paths, accepted)
        for node in farm.nodes[1:]:
            node.leave(signal.SIGINT)
        return confirmed(farm.front(HAProxy).address, tags, accepted)


def warm(kind, _, accepted=ALL):
    with three(kind) as (farm, paths, front):
        for node in farm.nodes:
            tags = coded(node.address, paths, accepted)
        return confirmed(front.address, tags, accepted)


def one_of_three(kind, _):
    with three(kind) as (farm, paths, front):
        for node in farm.nodes:
            tags = coded(node.address, paths, ALL)
        farm.nodes[1].leave(signal.SIGINT)
        front.await_good(0, 1, 2)
        return confirmed(front.address, tags, ALL)


def renewed(act, kind, _):
    """The only node's tags, asked for at once after it was renewed."""
    with Farm() as farm:
        paths = site(farm.work / "www")
        node = farm.add(kind, farm.work / "www")
        tags = coded(node.address, paths, ALL)
        act(node)
        return confirmed(node.address, tags, ALL, 50)


def resumed(kind, _, cold=False):
    """Downloads that go on at another node; cold: the tag is of its first
    answer."""
    with three(kind, 2, BIG) as (farm, paths, front):
        if not cold:
            for node in farm.nodes:
                taken(node.address, ["/big.bin"], "identity")
        good = 0
        for i in range(15):
            first = farm.nodes[i % 3]
            if cold and i >= 3:
                first.leave(signal.SIGINT)
            tag = taken(first.address, ["/big.bin"], "identity")["/big.bin"]
            c = Client(farm.nodes[(i + 1) % 3].address)
            status, _, body = ask(c, "/big.bin", "identity", more=(
                "Range: bytes=%d-\r\nIf-Range: %s\r\n" % (BIG // 2, tag)))
            c.close()
            good += status == 206 and len(body) == BIG - BIG // 2
        return "%d of 15" % good, good == 15


def huge(kind, _):
    """Above [prepare] digest-max, where a tag is of times and size: copies with
    the same times."""
    with three(kind, 2, 80 << 20, delta=0) as (farm, _paths, front):
        tags = taken(farm.nodes[0].address, ["/big.bin"], "identity")
        for node in farm.nodes:
            taken(node.address, ["/big.bin"], "identity")
        return confirmed(front.address, tags, "identity", 12)


def through_a_cache(front_kind, kind, _):
    """30 texts, a lifetime of a second, nodes that have just begun; coded at
    the client within a minute."""
    with three(kind, front=front_kind) as (farm, paths, front):
        texts = [p for p in paths if not p.endswith(".png")][:30]
        assert len(texts) == 30
        end, best = time.monotonic() + 60, 0
        while best < 30 and time.monotonic() < end:
            c = Client(front.address)
            heads = [ask(c, p, "gzip, deflate, br")[1] for p in texts]
            best = max(best, sum(bool(field(h, "Content-Encoding"))
                                 for h in heads))
            c.close()
            time.sleep(0.5)
        return "%d of 30" % best, best == 30


TAGS = (
    ("3 nodes, times differ, 1,000 revalidations of identity", identity),
    ("the same, br or zstd, all warm", warm),
    ("the same, gzip", functools.partial(warm, accepted="gzip")),
    ("the same, br or zstd, two of the nodes cold", while_made),
    ("the same, gzip, two of the nodes cold",
     functools.partial(while_made, accepted="gzip")),
    ("one of 3 warm nodes restarted", one_of_three),
    ("only node restarted, 50 tags asked at once",
     functools.partial(renewed, lambda n: n.leave(signal.SIGINT))),
    ("the same after HUP", functools.partial(renewed, lambda n: n.reload())),
    ("the same after USR2", functools.partial(renewed, lambda n: n.upgrade())),
    ("8 MiB, 15 resumes at another node, tag known", resumed),
    ("the same, tag of a cold node's first answer",
     functools.partial(resumed, cold=True)),
    ("80 MiB, equal times, 12 revalidations", huge),
    ("cold nodes behind Varnish, 30 texts coded",
     functools.partial(through_a_cache, Varnish)),
    ("the same, Varnish that packs itself",
     functools.partial(through_a_cache, PackingVarnish)),
    ("the same, nginx's cache", functools.partial(through_a_cache, Nginx)),
)


# -- leaving

class HAProxyReuse(BareHAProxy):
    bare = {"retry-on all-retryable-errors": ""}


class HAProxyBlind(BareHAProxy):
    bare = {"retry-on all-retryable-errors": "", "check inter": "inter"}
    checks = False


class PassingVarnish(BareVarnish):
    """Asks again, keeps nothing."""
    bare = {"set req.grace = 0s;": "return (pass);"}


class BlindVarnish(BareVarnish):
    checks = False
    bare = {"bereq.retries < 2": "bereq.retries < 0",
            ".interval = 500ms": ".interval = 1h",
            "set req.grace = 0s;": "return (pass);"}


FRONTS = (
    ("HAProxy, packaged, no cache", HAProxy),
    ("HAProxy, reuse always, checks, no retry-on", HAProxyReuse),
    ("HAProxy, reuse safe, checks, no retry-on", BareHAProxy),
    ("HAProxy, no checks, no retry-on", HAProxyBlind),
    ("nginx, packaged, no cache", BareNginx),
    ("Varnish, packaged, pass", PassingVarnish),
    ("Varnish, pass, probe, no retries", BareVarnish),
    ("Varnish, pass, neither", BlindVarnish),
    ("HAProxy and Varnish, packaged", Whole),
)
EVENTS = (
    ("TERM", lambda n: n.leave(signal.SIGTERM)),
    ("QUIT", lambda n: n.leave(signal.SIGQUIT)),
    ("HUP", lambda n: n.reload()),
    ("USR2", lambda n: n.upgrade()),
    ("KILL worker", lambda n: n.kill_a_worker()),
    ("KILL master", lambda n: n.kill_the_master()),
)
# A front that neither looks nor asks again can't know: told, not judged.
UNJUDGED = {(front, event) for front in (HAProxyBlind, BlindVarnish)
            for event in ("TERM", "QUIT", "KILL master")} | {
    (BareVarnish, "KILL master")}
BROKEN = {(front, "KILL worker") for front in (
    HAProxyReuse, BareHAProxy, HAProxyBlind, BareVarnish, BlindVarnish)}


def leaving(front_kind, event, act, kind, requests, held=False):
    """Two of three nodes, one after the other, under load."""
    if held and kind is not Etagd:
        return "–", True  # it takes no sockets from a service manager
    kind = HeldEtagd if held else kind
    with three(kind, 30, 1 << 20, 0, front_kind) as (farm, paths, front):
        files = {p: (farm.nodes[0].root / p[1:]).read_bytes()
                 for p in paths + ["/big.bin"]}
        with Visits(front.address, files) as visits:
            visits.until(1000, until)
            for node in farm.nodes[:2]:
                act(node)
                front.await_good(0, 1, 2)
                visits.until(visits.done.value + 1000, until)
            visits.until(requests, until)
        lost = sum(visits.lost.values())
        right = lost == 0 or (front_kind, event) in UNJUDGED and not held or \
            (front_kind, event) in BROKEN and lost <= 32
        return "%d of %d%s" % (
            lost, visits.counts["good"] + lost, " (%s)" % ", ".join(
                "%s: %d" % at for at in sorted(visits.lost.items()))
            if lost else ""), right


LEAVING = tuple(
    ("%s: %s" % (name, event), functools.partial(leaving, front, event, act))
    for name, front in FRONTS for event, act in EVENTS) + tuple(
    ("%s, sockets held: %s" % (name, event),
     functools.partial(leaving, front, event, act, held=True))
    for name, front in FRONTS for event, act in EVENTS
    if (front, event) in UNJUDGED)


# -- releases

class Reader(threading.Thread):
    """Asks for /v.txt: (begun, ended, status, content) of each."""

    def __init__(self, address, path):
        super().__init__(daemon=True)
        self.address, self.path = address, path
        self.seen, self.ending = [], threading.Event()

    def run(self):
        c = Client(self.address)
        while not self.ending.is_set():
            begun = time.monotonic()
            try:
                status, _, body = c.get(self.path)
            except Lost as why:
                c.close()
                status, body = str(why), b""
            self.seen.append((begun, time.monotonic(), status, body.decode(
                errors="replace")))
            time.sleep(0.0005)
        c.close()


def made(folder, name):
    folder.mkdir(parents=True)
    (folder / "v.txt").write_text(name)
    folder.chmod(0o755)


def switched(link, to):
    new = link.with_name("next")
    new.symlink_to(to)
    new.rename(link)


def by_link(where, i):
    made(where / ("r%d" % i), "%03d" % i)
    switched(where / "current", "r%d" % i)


def by_link_deleted(where, i):
    by_link(where, i)
    shutil.rmtree(where / ("r%d" % (i - 1)))


def by_rename(where, i):
    """The folder itself gives way to another one."""
    made(where / "new", "%03d" % i)
    (where / "current").rename(where / ("old%d" % i))
    (where / "new").rename(where / "current")


def below(where, i):
    """As a ConfigMap's ..data: a link within the root."""
    made(where / "current" / (".r%d" % i), "%03d" % i)
    switched(where / "current" / "data", ".r%d" % i)


def in_place(where, i):
    """As rsync does it: a new file takes the name."""
    new = where / "current" / ".v.txt.new"
    new.write_text("%03d" % i)
    new.rename(where / "current" / "v.txt")


def begin(where, switch):
    if switch in (by_rename, in_place):
        made(where / "current", "000")
    elif switch is below:
        made(where / "current", "000")
        made(where / "current" / ".r0", "000")
        (where / "current" / "data").symlink_to(".r0")
    else:
        made(where / "r0", "000")
        (where / "current").symlink_to("r0")


def deploys(switch, kind, requests, alias=False):
    with Farm() as farm:
        where = farm.work / "site"
        where.mkdir()
        begin(where, switch)
        root, more, path = where / "current", "", "/v.txt"
        if alias:
            root = farm.work / "plain"
            made(root, "plain")
            path = "/app/v.txt"
            more = "[alias /app/]\nroot = %s\n" if kind is Etagd else \
                "location /app/ { alias %s/; }"
            more = more % (where / "current")
        elif switch is below:
            path = "/data/v.txt"
        node = farm.add(kind, root, more)
        return counted(node, path, functools.partial(switch, where), requests)


def counted(node, path, switch, requests):
    """Stale: begun after a release was there, and of an earlier one.  Missing:
    neither begun nor ended while a switch was being made."""
    readers = [Reader(node.address, path) for _ in range(4)]
    for r in readers:
        r.start()
    at = []
    for i in range(1, 26):
        seen = sum(len(r.seen) for r in readers)
        until("visits", lambda: sum(len(r.seen) for r in readers) >=
              seen + requests // 100, 120)
        begun = time.monotonic()
        switch(i)
        at.append((begun, time.monotonic(), "%03d" % i))
    seen = sum(len(r.seen) for r in readers)
    until("visits", lambda: sum(len(r.seen) for r in readers) >= seen + 100,
          120)
    for r in readers:
        r.ending.set()
    for r in readers:
        r.join()
    found = collections.Counter()
    for begun, ended, status, body in (s for r in readers for s in r.seen):
        within = any(b <= ended and begun <= e for b, e, _ in at)
        due = [name for _, e, name in at if e < begun]
        found["all"] += 1
        if status != 200:
            found["%s%s" % (status, " at the switch" if within else "")] += 1
        elif due and body < due[-1]:
            found["stale"] += 1
    n = found.pop("all")
    right = not found["stale"] and not any(
        "switch" not in str(k) for k in found if k != "stale")
    return "%s of %d" % (", ".join("%d × %s" % (v, k) for k, v in sorted(
        found.items(), key=str) if v) or "0", n), right


DEPLOYS = (
    ("root is a link that is switched", functools.partial(deploys, by_link)),
    ("the same, the last release deleted",
     functools.partial(deploys, by_link_deleted)),
    ("[alias] root is such a link",
     functools.partial(deploys, by_link, alias=True)),
    ("root renamed and made again", functools.partial(deploys, by_rename)),
    ("a link below the root (ConfigMap)", functools.partial(deploys, below)),
    ("a file takes the name (rsync)", functools.partial(deploys, in_place)),
)


# -- what a deploy costs the nodes behind a cache

def asked(cache):
    """What the cache has asked the nodes: requests, 304s, bytes of content."""
    now = cache.counters()
    return collections.Counter(
        asked=now["MAIN.s_fetch"], same=now["MAIN.fetch_304"],
        sent=sum(n for name, n in now.items()
                 if name.endswith(".beresp_bodybytes")))


def visit(address, paths):
    c = Client(address)
    for p in paths:
        status, _, _ = ask(c, p, "gzip, deflate, br")
        assert status == 200, (p, status)
    c.close()


def settled(cache, paths):
    """Visits until the cache has each file's best form."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(1.5)  # the lifetime of the farm's nodes is 1 s
        before = asked(cache)
        visit(cache.address, paths)
        spent = asked(cache)
        spent.subtract(before)
        if spent["same"] == spent["asked"] or not spent["same"]:
            return


def storm(kind, _, ban=False):
    """50 files in a new release with new times, one of them changed; what is
    asked once the cache may not use what it has unasked."""
    with Farm() as farm:
        for i in range(3):
            where = farm.work / ("site%d" % i)
            paths = site(where / "r0", delta=i)
            switched(where / "current", "r0")
            farm.add(kind, where / "current")
        cache = farm.front(Varnish)
        for node in farm.nodes:
            coded(node.address, paths, "br, gzip")
        settled(cache, paths)
        for i in range(3):
            where = farm.work / ("site%d" % i)
            site(where / "r1", delta=1000 * (i + 1))
            put(where / "r1" / "f1.css", b"body { color: red } " * 500, 5)
            switched(where / "current", "r1")
        if ban:
            cache.admin("ban", "obj.status != 0")
        else:
            time.sleep(1.5)
        before = asked(cache)
        visit(cache.address, paths * 20)
        spent = asked(cache)
        spent.subtract(before)
        c = Client(cache.address)
        right = b"red" in ask(c, "/f1.css", "identity")[2]
        c.close()
        return "%d asked, %d × 304, %.0f kB%s" % (
            spent["asked"], spent["same"], spent["sent"] / 1000,
            "" if right else ", stale"), right


STORMS = (
    ("50 files rewritten, 1 changed, lifetimes over: 1,000 visits", storm),
    ("the same after a ban of all", functools.partial(storm, ban=True)),
)

# SPDX-License-Identifier: MIT
"""Memory: what a server that rests has, and what it gives back after a load."""
import os
import resource
import time

import pytest

from harness import sanitized, until
from memory import mapped, own, rollup
from observing import fetch
from samples import parse, total

MIB = 1 << 20
N = 1500
CONNECTIONS = 6000


@pytest.fixture(autouse=True)
def plain(program):
    if sanitized():
        pytest.skip("sanitizers need memory of their own")


def test_at_rest(serve):
    """Tables, pools and libraries' own are not touched before they are used.
    (7.2 MiB, when they were.)"""
    server = serve(conf={"server": {"workers": 2}}, files={"a.txt": "a\n"})
    assert len(server.workers()) == 2
    assert server.preparer()
    until("what the start took is given back", lambda: own(server) < 2 * MIB)


def test_a_known_file(serve):
    """What is kept of a small file besides its bytes, tables and all.  (3,400
    and 1,312 bytes, when each had room for all forms; 1,895 in the worker, when
    each had a head of its own; 1,540, when each had room for tags of forms;
    3,012, when the table had room for a million from the start.)"""
    n, first = 2500, 40
    server = serve(
        conf={"server": {"workers": 1},
              "prepare": {"give-back": 0, "compress": "off"}},
        files={"%d.html" % i: "<p>%d</p>" % i + "text " * 140
               for i in range(n)})
    ago = time.time() - 3600
    for i in range(n):
        os.utime(server.tree.path("%d.html" % i), (ago, ago))
    pids = server.workers()[0], server.preparer()
    with server.connect() as c:
        for i in range(first):
            assert c.get("/%d.html" % i).status == 200
        before = [rollup(pid)["Pss_Anon"] for pid in pids]
        for i in range(first, n):
            assert c.get("/%d.html" % i).status == 200
    each = [(rollup(pid)["Pss_Anon"] - was) / (n - first)
            for pid, was in zip(pids, before)]
    print("a file: %d bytes in the worker, %d in the preparer" % (*each,))
    assert each[0] < 900
    assert each[1] < 700


def test_names_as_long_as_may_be(serve):
    """What is known of names is counted in bytes, too.  (2.2 MiB for 266 names
    that are not there.)"""
    server = serve(conf={"server": {"workers": 1}, "prepare": {"files": 1000}})
    worker = server.workers()[0]
    with server.connect() as c:
        assert c.get("/not-there").status == 404
        before = rollup(worker)["Pss_Anon"]
        for i in range(1500):
            assert c.get("/%d%s" % (i, "x" * 7000)).status == 404
        assert rollup(worker)["Pss_Anon"] - before < MIB


def test_connections_that_have_left(serve):
    """The places of many connections are given back when they have left, though
    the last of them stays.  (1.3 MiB of these stayed for good.)"""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < CONNECTIONS + 1000:
        pytest.skip("no more than %d descriptors here" % hard)
    server = serve(conf={"server": {"workers": 1}}, files={"a.txt": "a\n"})
    worker = server.workers()[0]
    assert server.get("/a.txt").status == 200
    before = rollup(worker)["Pss_Anon"]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        here = [server.connect() for _ in range(CONNECTIONS)]
        for c in here:
            assert c.get("/a.txt").status == 200
        most = rollup(worker)["Pss_Anon"] - before
        assert most > MIB
        for c in here[:-1]:
            c.close()
        until("their places are given back",
              lambda: here[-1].get("/a.txt").status == 200 and
              rollup(worker)["Pss_Anon"] - before < most / 2)
    finally:
        server.close_connections()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_observer_at_rest(observed):
    """It has memory for what has happened, not for what might.  (15 MiB.)"""
    server, _ = observed()
    until("what the start took is given back", lambda: own(server) < 4 * MIB)


def test_tables_of_libmagic(serve):
    """They are in memory while somebody asks.  (3.3 MiB stayed mapped.)"""
    server = serve(conf={"server": {"workers": 1},
                         "prepare": {"give-back": "3s"}},
                   files={"some": b"\0\1\2\3" * 900})
    preparer = server.preparer()
    before = mapped(preparer, ".mgc")
    if not before:
        pytest.skip("libmagic has not mapped its tables")
    with server.connect() as c:
        def asked():
            server.tree.write("some", os.urandom(4000))
            assert c.get("/some").status == 200
            return mapped(preparer, ".mgc") > before + MIB
        until("libmagic is asked", asked)
    until("its tables are let go of",
          lambda: mapped(preparer, ".mgc") < before + MIB / 4)


class Loaded:
    """A server that has been asked for N files, each once."""

    def __init__(self, serve, idle):
        self.server = serve(
            conf={"server": {"workers": 1}, "prepare": {"give-back": idle},
                  "metrics": {"listen": "127.0.0.1:0"}},
            files={"%d.html" % i: "<p>%d</p>" % i + "x%d y " % (i * 7919) * 900
                   for i in range(N)} | {"hot.txt": "hot\n" * 900})
        ago = time.time() - 3600
        for i in range(N):
            os.utime(self.server.tree.path("%d.html" % i), (ago, ago))
        os.utime(self.server.tree.path("hot.txt"), (ago, ago))
        self.port = int(self.server.await_line(
            r"M144: metrics at http://127\.0\.0\.1:(\d+)/metrics").group(1))
        until("rest", lambda: own(self.server) < 2 * MIB)
        self.rest = own(self.server)
        self.tags = {}
        with self.server.connect() as c:
            for i in range(N):
                r = c.get("/%d.html" % i)
                assert r.status == 200
                self.tags[i] = r.etag

    def count(self, name):
        return total(parse(fetch(self.port, "/metrics").text), name)


def test_given_back(serve):
    """What nobody asks for any more goes, of worker and preparer; what is
    asked for stays, and is not read again.  (32 MiB stayed for good.)"""
    loaded = Loaded(serve, "3s")
    server = loaded.server
    hot = server.get("/hot.txt")

    def rests():
        r = server.get("/hot.txt")
        assert (r.status, r.etag, r.body) == (200, hot.etag, hot.body)
        return (loaded.count("etagd_cache_entries") == 1 and
                own(server) < loaded.rest + 2 * MIB)
    until("memory is given back", rests)
    assert loaded.count("etagd_prepared_bytes_given_back_total") > 4 * MIB

    with server.connect() as c:  # nothing of it was forgotten wrongly
        r = c.get("/7.html", If_None_Match=loaded.tags[7])
        assert r.status == 304
        server.tree.replace("8.html", "new\n" * 300)
        r = c.get("/8.html", If_None_Match=loaded.tags[8])
        assert (r.status, r.body) == (200, b"new\n" * 300)


def test_idle_off(serve):
    """0: nothing goes before its place is wanted."""
    loaded = Loaded(serve, "0")
    with loaded.server.connect() as c:
        def again():
            """None was read again (young files are, once)."""
            before = loaded.count("etagd_preparer_files_read_total")
            for i in range(N):
                assert c.get("/%d.html" % i).etag == loaded.tags[i]
            return before == loaded.count("etagd_preparer_files_read_total")
        until("all is known", again)
    assert loaded.count("etagd_prepared_bytes_given_back_total") == 0


def test_warm_stays(serve):
    """What was made ready before anybody asked does not grow idle."""
    server = serve(conf={"server": {"workers": 1},
                         "prepare": {"give-back": "4s", "warm": "*.css"},
                         "metrics": {"listen": "127.0.0.1:0"}},
                   files={"a.css": "a { margin: 0 }\n" * 200,
                          "b.txt": "b\n" * 900})
    port = int(server.await_line(
        r"M144: metrics at http://127\.0\.0\.1:(\d+)/metrics").group(1))
    server.get("/b.txt")

    def entries():
        return total(parse(fetch(port, "/metrics").text),
                     "etagd_cache_entries")
    until("the other one has gone", lambda: entries() == 1)
    server.await_line("W087|W088")
    r = server.get("/a.css", Accept_Encoding="br")
    assert r.get("Content-Encoding") == "br"


@pytest.mark.skipif(not os.path.exists("/proc/pressure/memory"),
                    reason="the kernel has no PSI")
def test_is_told_of_pressure(serve):
    """The preparer has what the kernel tells it by."""
    try:
        with open("/proc/pressure/memory", "r+b", buffering=0) as f:
            f.write(b"some 200000 2000000\0")
    except OSError as why:
        pytest.skip("no triggers for us here: %s" % why)
    server = serve(files={"a.txt": "a\n"})
    folder = "/proc/%d/fd" % server.preparer()
    assert any(os.readlink(os.path.join(folder, fd)) == "/proc/pressure/memory"
               for fd in os.listdir(folder))

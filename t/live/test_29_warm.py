# SPDX-License-Identifier: MIT
"""[prepare] warm: forms are made before the node says that it is ready."""
import os
import re
import threading
from signal import SIGUSR2

from harness import alive, run, until
from wire import Connection

TEXT = "".join("<p>line %d of a page that is worth a coding</p>\n" % i
               for i in range(1500))
FILES = {"index.html": TEXT, "a/b.css": "p { margin: 0 }\n" * 400,
         "a/c.js": "let x = 1;\n" * 500, "other.txt": TEXT}
WARM = {"prepare": {"warm": "*.html /a/*", "warm-time": "25s"},
        "health": {"path": "/-/ready"}}
PATHS = ("/", "/a/b.css", "/a/c.js")


def coded(server, path, **fields):
    return server.get(path, Accept_Encoding="br, gzip", **fields)


def check_warm(server):
    for path in PATHS:
        # on connections of their own: any worker may have them
        for _ in range(4):
            r = coded(server, path)
            assert r.status == 200 and r.get("Content-Encoding") == "br", r
            assert coded(server, path, If_None_Match=r.get("ETag")
                         ).status == 304


def test_the_first_request_gets_the_coded_form(serve):
    server = serve(files=FILES, conf=WARM)
    check_warm(server)
    assert sum("W087: 3 files are ready" in line
               for line in server.process.lines) == 2  # a line each worker


def test_so_it_is_after_a_reload_with_another_preparer(serve):
    server = serve(files=FILES, conf=WARM)
    server.reload(conf={"prepare": {"compress-min": "300"}})
    check_warm(server)


def test_so_it_is_after_an_upgrade(serve, short):
    server = serve(files=FILES, conf={**WARM, "server": {
        "pidfile": short / "pid", "control": short / "control"}})
    os.kill(server.pid, SIGUSR2)

    def another():
        pid = int((short / "pid").read_text() or server.pid)
        return pid if pid != server.pid else None

    pid = until("another master", another, 60)
    assert server.process.popen.wait(60) == 0
    check_warm(server)
    assert run("--stop", "--control", short / "control").returncode == 0
    until("the end", lambda: not alive(pid), 60)
    server.stopped = True


def test_it_does_not_say_ready_before(serve, short):
    """Health is 503 until all is made, and files are served meanwhile."""
    path = str(short / "s")
    server = serve(files={**FILES, **{"m/%d.html" % i: TEXT + str(i) * 5000
                                      for i in range(6)}},
                   conf={**WARM, "server": {
                       "workers": 1, "listen": ["127.0.0.1:0",
                                                "unix:" + path]}},
                   start=False)
    starts = threading.Thread(target=server.start)
    starts.start()
    seen = set()

    def look():
        try:
            with Connection(path) as c:
                r = c.get("/-/ready")
                seen.add((r.status, r.body))
                if r.status == 503:
                    assert c.get("/other.txt").status == 200
                return r.status == 200
        except (FileNotFoundError, ConnectionRefusedError):
            return False

    until("ready", look, 60)
    starts.join()
    assert seen == {(503, b"warming\n"), (200, b"ready\n")}
    lines = server.process.lines
    made = next(i for i, x in enumerate(lines) if re.search("W08[78]: ", x))
    ready = next(i for i, x in enumerate(lines) if "M010: " in x)
    assert made < ready


def test_what_has_no_room_is_told(serve):
    server = serve(files={"%d.html" % i: os.urandom(40000).hex()
                          for i in range(60)},
                   conf={"prepare": {"warm": "*.html", "memory": "2m"},
                         "server": {"workers": 1}})
    line = server.process.await_line(r"W088: (\d+) of 60 files are ready .*"
                                     r"memory has no room")
    assert 0 < int(line.group(1)) < 60
    assert server.get("/1.html").status == 200


def test_a_folder_of_which_not_all_is_looked_at_is_told(serve):
    server = serve(files={"d/%d.txt" % i: "x" for i in range(2001)},
                   conf={"prepare": {"warm": "*.txt", "files": "9000"},
                         "server": {"workers": 1}})
    server.process.await_line("W088: 2000 of 2000 files are ready .*"
                              ": of a folder the first 2000 names")


def test_a_pattern_that_matches_nothing_is_a_fault(tmp_path):
    ini = tmp_path / "site.ini"
    ini.write_text("[server]\nroot = .\n[prepare]\nwarm = *.html assets/*\n",
                   encoding="utf-8")
    r = run("-t", "-c", ini)
    assert r.returncode == 2
    assert '[prepare] warm: "assets/*" can match nothing' in r.stderr

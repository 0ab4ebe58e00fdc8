# SPDX-License-Identifier: MIT
"""Command line, start and end."""
import os
import re
import signal
import socket
import stat

import pytest

import harness
from harness import TOP, ini, run, until
from parts import NEEDS
from wire import Connection

PAGE = {"index.html": "<!doctype html><title>x</title>\n", "a.txt": "a\n"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "index.html").write_text(PAGE["index.html"])
    return tmp_path


def write(folder, text):
    path = folder / "etagd.ini"
    path.write_text(text)
    return path


def good(folder, **server):
    keys = {"listen": "127.0.0.1:0", "root": folder / "www", "workers": 2}
    keys.update(server)
    return write(folder, ini({"server": keys}))


# -- runs that end by themselves

def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.match(r"etagd [0-9]+\.[0-9]+", done.stdout)
    assert done.stderr == ""


def test_a_build_says_what_it_lacks(folder):
    """Each part that configure can leave out: -V and -t say so, or neither."""
    text = run("--version").stdout
    lacks = set(re.findall(r"^built without (\w+): no ", text, re.M))
    assert len(lacks) == len(text.splitlines()) - 1
    file = write(folder, ini({"server": {"root": folder / "www",
                                         "sandbox": "on"},
                              "prepare": {"compress": "on"}}))
    done = run("-t", "-c", file)
    assert done.returncode == 0
    told = re.findall(r"was built without (\w+): no ", done.stderr)
    # [access] without crypt is a fault of its own
    assert sorted(told) == sorted(lacks - {"crypt"})
    passwords = folder / "users"
    passwords.write_text("alice:$2b$05$" + "a" * 53 + "\n")
    file = write(folder, ini({"server": {"root": folder / "www"}}) +
                 "[access *]\nbasic = %s\n" % passwords)
    done = run("-t", "-c", file)
    assert ("was built without libcrypt" in done.stderr) == \
        ("crypt" in lacks), done.stderr
    assert (done.returncode != 0) == ("crypt" in lacks)
    # nobody asked for it in so many words
    file = write(folder, ini({"server": {"root": folder / "www"}}))
    assert "built without" not in run("-t", "-c", file).stderr


def test_what_needs_a_part_that_is_left_out_is_there():
    """Tests, and files of tests, come and go."""
    there = set()
    for file in (TOP / "t").glob("*/test_*.py"):
        there.add(file.stem)
        there.update(re.findall(r"^def (test_\w+)\(", file.read_text(), re.M))
    for _, names in NEEDS:
        assert not [n for n in names if n.partition("[")[0] not in there]


def test_help_names_every_option():
    done = run("--help")
    assert done.returncode == 0
    for option in ("-c", "-t", "-o", "--dump-config", "--help-config",
                   "--version", "--help", "DIR"):
        assert option in done.stdout, option


def test_help_config_names_sections_and_defaults():
    done = run("--help-config")
    assert done.returncode == 0
    for word in ("[server]", "[timeouts]", "[limits]", "[log]", "[media]",
                 "[prepare]", "[observe]", "listen", "workers", "idle",
                 "ETag", "Last-Modified", "65s"):
        assert word in done.stdout, word


@pytest.mark.parametrize("args", (
    ["--nonsense"], ["-Z"], ["-c"], ["-o"], ["a", "b"], ["-o", "nonsense"],
    ["-o", "server=1", "."], ["-o", "server.nonsense=1", "."],
    ["-o", "nonsense.root=1", "."], ["-o", "server.workers=-1", "."],
    ["-o", "timeouts.idle=5 parsecs", "."], ["-c", "/nonexistent/etagd.ini"],
    ["/nonexistent/folder"]), ids=" ".join)
def test_wrong_usage_is_status_2(args, tmp_path):
    done = run(*args, cwd=str(tmp_path))
    assert done.returncode == 2, done
    assert done.stderr.strip(), "says nothing"
    assert "M010" not in done.stderr


def test_wrong_usage_names_the_nearest_key(tmp_path):
    done = run("-o", "server.wrokers=2", ".", cwd=str(tmp_path))
    assert done.returncode == 2 and "workers" in done.stderr, done.stderr


def test_check_only_good(folder):
    done = run("-t", "-c", good(folder))
    assert done.returncode == 0, done.stderr
    assert "M010" not in done.stderr


def test_check_only_bad(folder):
    path = write(folder, "[server]\nroot = %s\nworkers = many\n" %
                 (folder / "www"))
    done = run("-t", "-c", path)
    assert done.returncode == 2
    assert re.search(r"etagd\.ini:3: \[server\] workers: ", done.stderr), \
        done.stderr


RULES = """
[cache *.png]
Cache-Control = max-age=60
ETag = weak

[cache /lab/*]
Cache-Control = no-store
Last-Modified = off

[header *]
X-Frame-Options = DENY
"""


def test_dump_config_is_a_fixed_point(folder):
    path = good(folder)
    path.write_text(path.read_text() + RULES)
    first = run("--dump-config", "-c", path)
    assert first.returncode == 0, first.stderr
    again = write(folder, first.stdout)
    second = run("--dump-config", "-c", again)
    assert second.returncode == 0, second.stderr
    assert second.stdout == first.stdout
    for text in ("max-age=60", "no-store", "X-Frame-Options", "weak"):
        assert text in first.stdout, text


def test_dump_config_shows_overrides(folder):
    done = run("--dump-config", "-c", good(folder), "-o", "timeouts.idle=7s",
               "-o", "server.workers=3")
    assert done.returncode == 0, done.stderr
    assert re.search(r"(?m)^idle\s*=\s*7s", done.stdout), done.stdout
    assert re.search(r"(?m)^workers\s*=\s*3", done.stdout), done.stdout


@pytest.mark.parametrize("name", ("etagd.ini", "lab.ini"))
def test_shipped_configuration_is_right(name):
    path = TOP / "conf" / name
    if not path.exists():
        pytest.skip("no conf/%s in this tree" % name)
    done = run("-t", "-c", path, "-o", "server.root=%s" % (TOP / "www"))
    assert done.returncode == 0, done.stderr


# -- start

def test_serves_and_ends(serve):
    server = serve(files=PAGE)
    assert server.get("/a.txt").body == b"a\n"
    server.stop()
    assert server.requests == 1
    assert server.accepted == 1


def test_ad_hoc_folder(serve):
    server = serve(files=PAGE, adhoc=True,
                   args=["-o", "server.listen=127.0.0.1:0", "www"])
    r = server.get("/a.txt")
    assert r.status == 200 and r.get("Cache-Control") == "no-cache", r
    assert r.etag
    again = server.get("/a.txt", If_None_Match=r.etag)
    assert again.status == 304 and again.get("Cache-Control") == "no-cache"
    assert "no-cache" in "\n".join(server.process.lines +
                                   server.process.stdout)


def test_ad_hoc_listens_on_loopback_only(folder):
    done = run("--dump-config", folder / "www")
    assert done.returncode == 0, done.stderr
    server = done.stdout.split("[timeouts]")[0]
    listens = re.findall(r"(?m)^listen\s*=\s*(\S+)", server)
    assert listens and all(a.startswith(("127.0.0.1:", "[::1]:"))
                           for a in listens), listens
    assert "no-cache" in done.stdout


def test_override_on_a_file(serve):
    server = serve(files=PAGE, args=["-o", "server.workers=1"])
    assert server.worker_count == 1
    assert len(server.workers()) == 1


def test_several_listeners(serve, tmp_path):
    path = str(tmp_path / "s")
    server = serve(files=PAGE, conf={"server": {
        "listen": ["127.0.0.1:0", "127.0.0.2:0", "unix:" + path]}})
    assert len(server.addresses) == 3, server.urls
    for address in server.addresses:
        with server.connect(address=address) as c:
            assert c.get("/a.txt").body == b"a\n"
    assert stat.S_ISSOCK(os.stat(path).st_mode)
    server.stop()
    assert not os.path.exists(path), "socket left behind"


def have_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.skipif(not have_ipv6(), reason="no IPv6 on loopback here")
def test_ipv6_listener(serve):
    server = serve(files=PAGE, conf={"server": {"listen": "[::1]:0"}})
    assert server.get("/a.txt").status == 200
    assert server.url.startswith("http://[::1]:")


def test_address_in_use_is_status_1(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("-c", good(folder, listen="127.0.0.1:%d" %
                              taken.getsockname()[1]))
    assert done.returncode == 1, done
    assert "use" in done.stderr.lower(), done.stderr
    assert "M010" not in done.stderr


def test_pidfile(serve, tmp_path):
    path = tmp_path / "pid"
    server = serve(files=PAGE, conf={"server": {"pidfile": path}})
    assert int(path.read_text()) == server.pid
    server.stop()
    assert not path.exists()


def test_workers_are_as_many_as_said(serve):
    server = serve(files=PAGE, conf={"server": {"workers": 3}})
    assert server.worker_count == 3
    assert len(server.workers()) == 3
    server.preparer()


# -- end

@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT,
                                    signal.SIGQUIT))
def test_signals_end_it_cleanly(serve, number):
    server = serve(files=PAGE)
    assert server.get("/").status == 200
    server.stop(number)


def test_stop_with_open_connections(serve):
    server = serve(files=PAGE)
    idle = [server.connect() for _ in range(20)]
    used = [server.connect() for _ in range(5)]
    for c in used:
        assert c.get("/a.txt").status == 200
    half = server.connect()
    half.send(b"GET /a.txt HT")
    server.signal(signal.SIGTERM)
    server.finish()
    assert server.accepted == len(idle) + len(used) + 1
    for c in idle + used:
        assert c.ends()


def test_quit_finishes_what_is_under_way(serve):
    data = os.urandom(1 << 20) * 8
    server = serve(files={"big.bin": data, "a.txt": "a\n"})
    c = server.connect(rcvbuf=4096)
    c.send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = c.read_head()
    assert head.status == 200
    server.signal(signal.SIGQUIT)
    server.await_line("M081")
    body = c.read_raw(int(head.get("Content-Length")))
    assert body == data
    # An idle connection is not closed under its user, who may be sending just
    # now: the next request on it is answered and is its last.
    r = c.get("/a.txt")
    assert r.status == 200 and r.closes
    c.half_close()
    assert c.ends()
    server.finish()


def test_quit_lets_idle_connections_ask_once_more(serve):
    server = serve(files=PAGE)
    idle = [server.connect() for _ in range(6)]
    for c in idle[:3]:
        assert c.get("/a.txt").status == 200
    server.signal(signal.SIGQUIT)
    server.await_line("M081")
    for c in idle:
        r = c.get("/a.txt")
        # the word may reach the worker just after this request: then the next
        # one is the last
        if not r.closes:
            r = c.get("/a.txt")
        assert r.status == 200 and r.closes, r
        c.half_close()
        assert c.ends() and c.eof == "closed"
    server.finish()


def test_quit_ends_in_the_end(serve):
    """Connections that nobody uses are left when the time is up."""
    server = serve(files=PAGE, conf={"timeouts": {"drain": "200ms"}})
    idle = [server.connect() for _ in range(6)]
    assert idle[0].get("/a.txt").status == 200
    server.signal(signal.SIGQUIT)
    server.finish()
    for c in idle:
        assert c.ends()


def test_quit_refuses_new_connections(serve):
    data = os.urandom(1 << 20) * 8
    server = serve(files={"big.bin": data})
    c = server.connect(rcvbuf=4096)
    c.send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = c.read_head()
    server.signal(signal.SIGQUIT)

    def refused():
        try:
            Connection(server.address).close()
            return False
        except ConnectionRefusedError:
            return True
    until("port closed after QUIT", refused)
    assert c.read_raw(int(head.get("Content-Length"))) == data
    c.close()
    server.finish()


def test_term_cuts_what_is_under_way(serve):
    data = os.urandom(1 << 20) * 8
    server = serve(files={"big.bin": data})
    c = server.connect(rcvbuf=4096)
    c.send("GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head = c.read_head()
    assert head.status == 200
    server.signal(signal.SIGTERM)
    server.finish()
    assert len(c.read_to_end()) < len(data)


def test_start_again_at_once_on_the_same_port(serve):
    server = serve(files=PAGE)
    port = server.port
    with server.connect() as c:
        assert c.get("/").status == 200
        server.signal(signal.SIGTERM)
        server.finish()
    again = serve(files=PAGE, conf={"server": {"listen": "127.0.0.1:%d" %
                                               port}})
    assert again.port == port
    assert again.get("/").status == 200


def test_nothing_is_inherited(serve):
    """Descriptors of the one who started it do not reach the workers."""
    server = serve(files=PAGE)
    for pid in server.workers():
        assert not [w for w in harness.descriptors(pid).values()
                    if "/pytest" in w or w.endswith(".py")]

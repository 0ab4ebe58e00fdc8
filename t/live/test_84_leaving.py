# SPDX-License-Identifier: MIT
"""The paths of [health], and a node that leaves: not ready first, while it
serves everything, then deaf, then gone."""
import json
import os
import signal
import subprocess

import pytest

import harness
from controlled import FILES, ask, controlled
from harness import until

READY, LIVE = "/-/ready", "/-/live"
HEALTH = {"path": READY, "live": LIVE}
HOUR = {"ready-delay": "1h"}


def health(**more):
    return dict(HEALTH, **more)


def left(server, path="/a.txt"):
    """A request on a connection of its own; the connection closes."""
    with server.connect() as c:
        answer = c.get(path)
        assert answer.closes
    return answer


@pytest.mark.parametrize("path, text", ((READY, b"ready\n"),
                                        (LIVE, b"alive\n")))
def test_an_answer_without_a_file(serve, path, text):
    server = serve(files=FILES, conf={"health": HEALTH}, rules=(
        "[cache *]\nCache-Control = max-age=60\n"
        "[redirect /-/*]\nto = /a.txt\n"))
    answer = server.get(path)
    assert (answer.status, answer.body) == (200, text)
    assert answer.get("Cache-Control") == "no-store"
    assert answer.get("Content-Type") == "text/plain; charset=utf-8"
    assert answer.get("ETag") is None and answer.get("Location") is None
    assert not answer.closes
    assert server.get(path + "?x=1").status == 200
    assert server.get(path + "/").status == 308  # the rule's
    head = server.request("HEAD", path)
    assert head.status == 200 and head.get("Content-Length") == str(len(text))


def test_without_the_section_these_are_names_like_any(serve):
    server = serve(files=FILES)
    assert server.get(READY).status == 404


@pytest.mark.parametrize("method", ("POST", "PUT", "OPTIONS", "DELETE"))
def test_get_and_head_alone(serve, method):
    server = serve(files=FILES, conf={"health": HEALTH})
    for path in READY, LIVE:
        answer = server.request(method, path, [("Content-Length", "0")])
        assert answer.status == 405
        assert answer.get("Allow") == "GET, HEAD"
        assert answer.get("Cache-Control") == "no-store"


@pytest.mark.parametrize("host", ("10.2.3.4:8080", "[fd00::1]", "nobody.example"))
def test_any_host(serve, host):
    server = serve(files=FILES, conf={
        "server": {"unknown-host": "refuse"}, "health": HEALTH},
        rules="[host a.example]\n")
    with server.connect() as c:
        for path, status in ((READY, 200), (LIVE, 200), ("/a.txt", 421)):
            c.send(("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, host))
                   .encode())
            assert c.read_response().status == status


def test_a_check_of_http_1_0_without_a_host(serve):
    server = serve(files=FILES, conf={"health": HEALTH})
    with server.connect() as c:
        c.send(b"GET " + READY.encode() + b" HTTP/1.0\r\n\r\n")
        assert c.read_response().status == 200


@pytest.mark.parametrize("log", ("on", "off"))
def test_neither_logged_nor_counted_by_choice(serve, short, log):
    server = controlled(serve, short, conf={"health": health(log=log)})
    with server.connect() as c:
        for path in READY, LIVE, READY, "/a.txt":
            assert c.get(path).status == 200
    wanted = 4 if log == "on" else 1
    lines = server.log(wanted)
    assert [e["reason"] for e in lines] == \
        ["ready", "alive", "ready", "new"][-wanted:]
    assert [e["target"] for e in lines][-1] == "/a.txt"
    assert json.loads(ask(server, "--status=json").stdout)["requests"] == wanted


def test_one_path_says_one_thing(serve, tmp_path):
    ini = tmp_path / "e.ini"
    ini.write_text("[server]\nroot = .\n[health]\npath = /x\nlive = /x\n")
    done = harness.run("-t", "-c", ini)
    assert done.returncode == 2
    assert "live: is the same as path" in done.stderr


def drained_by(server, how):
    if how == "--drain":
        return harness.start("--drain", "-c", server.file)
    server.signal(getattr(signal, how))
    return None


@pytest.mark.parametrize("how, key", (("SIGTERM", "on-term"),
                                      ("SIGQUIT", "on-quit"),
                                      ("--drain", None)))
def test_not_ready_first_then_deaf_then_gone(serve, short, how, key):
    """QUIT, or the delay's end, ends the first part: here it is a word."""
    server = controlled(serve, short, conf={
        "server": {key: "drain"} if key else {}, "health": HEALTH,
        "timeouts": HOUR})
    held = server.connect()
    assert held.get("/a.txt").status == 200 and not held.get("/a.txt").closes
    asked = drained_by(server, how)
    server.await_line("M140: leaving: serving for another 3600000 ms")
    for _ in range(3):  # every worker
        answer = left(server, READY)
        assert (answer.status, answer.body) == (503, b"leaving\n")
        assert answer.get("Cache-Control") == "no-store"
        assert left(server, LIVE).status == 200
        assert left(server).body == b"a\n"
        assert len(left(server, "/big.bin").body) == 300000
    told = json.loads(ask(server, "--status=json").stdout)
    assert told["leaving"] is True
    assert "says that it is not ready" in ask(server, "--status").stdout
    answer = held.get("/a.txt")  # an old connection is served, and told to go
    assert answer.status == 200 and answer.closes
    if how == "--drain":
        assert asked.poll() is None
    assert ask(server, "--finish").returncode == 0
    if asked:
        assert asked.wait(harness.DEADLINE_S) == 0
        asked.stdout.close()
        asked.stderr.close()
    server.finish()


def test_after_the_delay_no_more_is_taken_and_the_rest_finishes(serve, short):
    server = controlled(serve, short, conf={
        "server": {"on-term": "drain", "workers": 1}, "health": HEALTH,
        "timeouts": {"ready-delay": "50ms"}})
    size = 60_000_000
    server.tree.write("slow.bin", bytes(size))
    with server.connect(lint=False) as c:
        c.send(b"GET /slow.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        first = c.sock.recv(100)  # the rest fills every buffer on the way
        mark = server.mark()
        server.signal(signal.SIGTERM)
        server.await_line("M140: leaving", mark)
        server.await_line("M081: finishing what is under way", mark)
        until("nobody listens", lambda: not accepts(server))
        rest = b"".join(iter(lambda: c.sock.recv(1 << 20), b""))
    assert first.startswith(b"HTTP/1.1 200")
    assert len((first + rest).partition(b"\r\n\r\n")[2]) == size
    server.finish()


def accepts(server):
    try:
        server.connect(lint=False).sock.close()
    except OSError:
        return False
    return True


def test_a_second_signal_changes_nothing_and_int_ends(serve, short):
    server = controlled(serve, short, conf={
        "server": {"on-term": "drain"}, "health": HEALTH, "timeouts": HOUR})
    server.signal(signal.SIGTERM)
    server.await_line("M140: leaving")
    mark = server.mark()
    server.signal(signal.SIGTERM)
    server.signal(signal.SIGUSR2)
    server.await_line("M105: no upgrade now", mark)
    assert left(server, READY).status == 503
    server.signal(signal.SIGINT)
    server.await_line("M080: stopping", mark)
    server.finish()


def test_quit_ends_the_delay(serve, short):
    server = controlled(serve, short, conf={
        "server": {"on-term": "drain"}, "health": HEALTH, "timeouts": HOUR})
    server.signal(signal.SIGTERM)
    server.await_line("M140: leaving")
    server.signal(signal.SIGQUIT)
    server.await_line("M081: finishing")
    server.finish()


def test_without_a_setting_term_stops_and_quit_finishes(serve, short):
    for number, line in ((signal.SIGTERM, "M080: stopping"),
                         (signal.SIGQUIT, "M081: finishing")):
        server = controlled(serve, short, conf={"health": HEALTH})
        server.signal(number)
        server.await_line(line)
        server.finish()
        assert not any("M140" in at for at in server.process.lines)


def test_a_reload_and_a_death_change_nothing_of_it(serve, short):
    """Whoever answers, however late it was started, says the same."""
    conf = {"server": {"on-term": "drain", "workers": 2}, "health": HEALTH,
            "timeouts": HOUR}
    server = controlled(serve, short, conf=conf)
    server.signal(signal.SIGTERM)
    server.await_line("M140: leaving")
    for pid in server.workers():
        mark = server.mark()
        os.kill(pid, signal.SIGKILL)
        server.await_line("M034: worker", mark)
        assert left(server, READY).status == 503
    assert ask(server, "--reload").returncode == 0
    for _ in range(4):
        assert left(server, READY).status == 503
        assert left(server).status == 200
    server.signal(signal.SIGINT)
    server.finish()


def test_a_node_that_reloads_is_ready_all_the_time(serve, short):
    """Kept connections, too: another generation serves on, and takes them."""
    server = controlled(serve, short, conf={"server": {"workers": 1},
                                            "health": HEALTH})
    held = server.connect()
    assert held.get(READY).status == 200
    assert ask(server, "--reload").returncode == 0
    answer = held.get(READY)
    assert answer.status == 200 and not answer.closes


def test_systemd_hears_of_the_end_once(serve, short):
    path = str(short / "notify")
    import socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        s.settimeout(harness.DEADLINE_S)
        server = serve(files=FILES, conf={
            "server": {"on-term": "drain", "control": short / "c"},
            "health": HEALTH, "timeouts": HOUR}, env={"NOTIFY_SOCKET": path})

        def hear(word):
            heard = []
            while not any(word in h for h in heard):
                heard.append(s.recv(4096).decode())
            return heard

        hear("READY=1")
        server.signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert ask(server, "--reload").returncode == 0
        server.signal(signal.SIGINT)
        assert not any("READY=1" in h or "RELOADING" in h
                       for h in hear("STOPPING=1"))
        server.finish()


def test_explain_knows_these_paths(serve, tmp_path):
    (tmp_path / "e.ini").write_text(
        "[server]\nroot = .\n[health]\npath = %s\n" % READY)
    done = subprocess.run([str(harness.binary()), "explain", "-c",
                           str(tmp_path / "e.ini"), READY], text=True,
                          capture_output=True, env=harness.environment(),
                          timeout=harness.DEADLINE_S)
    assert done.returncode == 0, done.stderr
    assert "200" in done.stdout and "this node wants requests" in done.stdout

# SPDX-License-Identifier: MIT
"""The control socket: etagd --status, --reload, --reopen, --stop."""
import concurrent.futures
import json
import os
import re
import signal
import socket
import threading

import pytest

import harness
from controlled import FILES, ask, controlled
from harness import until


def test_status(serve, short):
    server = controlled(serve, short)
    assert server.get("/a.txt").status == 200
    done = ask(server, "--status")
    assert done.returncode == 0
    assert "pid %d" % server.pid in done.stdout
    assert "generation 1: serving" in done.stdout
    assert not re.search(r"\b1 (requests|connections|files)\b", done.stdout)
    told = json.loads(ask(server, "--status=json").stdout)
    assert told["pid"] == server.pid and told["requests"] == 1
    assert told["listen"] == ["127.0.0.1:%d" % server.port]
    assert sorted(w["pid"] for w in told["generations"][0]["workers"]) == \
        server.workers()


def test_status_is_json_whatever_a_socket_is_called(serve, short):
    name = str(short / "a\"b\\c.sock")
    server = controlled(serve, short, conf={"server": {
        "listen": ["127.0.0.1:0", "unix:" + name]}})
    told = json.loads(ask(server, "--status=json").stdout)
    assert told["listen"] == ["127.0.0.1:%d" % server.port, "unix:" + name]


def test_reload_waits_and_serves(serve, short):
    server = controlled(serve, short, conf={"server": {"workers": 1}})
    server.configure({"server": {"workers": 3}})
    done = ask(server, "--reload")
    assert (done.returncode, done.stdout) == (0, "generation 2 serves\n")
    until("three workers", lambda: len(server.workers()) == 3)


def test_who_asked_before_another_waits_for_that_one(serve, short):
    """The first ones had read what was there then: what the last one brings is
    newer."""
    server = controlled(serve, short, conf={"server": {"workers": 4}})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: ask(server, "--reload"), range(8)))
    assert [d.returncode for d in done] == [0] * 8, done
    served = [int(re.fullmatch(r"generation (\d+) serves\n", d.stdout)[1])
              for d in done]
    assert 2 <= min(served) and max(served) <= 9


def test_after_a_reload_only_the_new_configuration_is_met(serve, short):
    """Both generations accept from the same socket for a moment: a reload is
    told as done when that is over."""
    server = controlled(serve, short, conf={"server": {"workers": 4}})
    for n in range(2, 22):
        server.configure({"header *": {"X-Generation": str(n)}})
        assert ask(server, "--reload").stdout == "generation %d serves\n" % n
        with server.connect() as c:
            answer = c.get("/a.txt")
            assert answer.get("X-Generation") == str(n)
            assert not answer.closes


def test_a_reload_does_not_wait_for_a_stopped_worker(serve, short):
    server = controlled(serve, short, conf={"server": {"workers": 2}})
    stopped = server.workers()[0]
    harness.halt(stopped)
    try:
        assert ask(server, "--reload").stdout == "generation 2 serves\n"
        assert harness.alive(stopped)
    finally:
        os.kill(stopped, signal.SIGCONT)
    until("its end", lambda: not harness.alive(stopped))


def test_faulty_reload_tells_and_changes_nothing(serve, short):
    server = controlled(serve, short)
    before = server.workers()
    server.configure({"server": {"workrs": 3}})
    done = harness.run("--reload", "--control", short / "control")
    assert done.returncode == 2
    assert 'did you mean "workers"' in done.stderr
    assert str(server.file) in done.stderr
    assert ask(server, "--reload").returncode == 2
    assert server.workers() == before
    assert server.get("/a.txt").status == 200


def test_reload_that_cannot_listen(serve, short):
    server = controlled(serve, short)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server.configure({"server": {"listen": [
            "127.0.0.1:0", "127.0.0.1:%d" % taken.getsockname()[1]]}})
        done = ask(server, "--reload")
    assert done.returncode == 2 and "listen" in done.stderr
    assert server.get("/a.txt").status == 200


def test_stop_waits_for_the_end(serve, short):
    server = controlled(serve, short)
    assert ask(server, "--stop").returncode == 0
    assert server.wait() == 0
    assert not (short / "control").exists()
    again = ask(server, "--status")
    assert again.returncode == 1 and "no etagd runs" in again.stderr


def test_reopen(serve, short):
    server = controlled(serve, short)
    assert server.get("/a.txt").status == 200
    os.rename(server.access_log, short / "old.log")
    assert ask(server, "--reopen").returncode == 0
    assert server.get("/a.txt").status == 200
    until("a line in the new file",
          lambda: server.access_log.exists() and server.log_lines())


def test_control_is_for_its_owner_alone(serve, short):
    controlled(serve, short)
    assert (short / "control").stat().st_mode & 0o777 == 0o600


def test_nonsense_on_the_control_socket(serve, short):
    server = controlled(serve, short)
    for line in (b"frobnicate\n", b"x" * 100, b"", b"status"):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(harness.DEADLINE_S)
            s.connect(str(short / "control"))
            s.sendall(line)
            s.shutdown(socket.SHUT_WR)
            try:
                told = s.recv(100)
            except ConnectionResetError:
                told = b""
            assert told in (b"2\n", b"2\nno such command\n", b""), told
    assert ask(server, "--status").returncode == 0


def test_more_clients_than_seats(serve, short):
    server = controlled(serve, short)
    idle = []
    for _ in range(9):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(harness.DEADLINE_S)
        s.connect(str(short / "control"))
        idle.append(s)
    assert idle[-1].recv(10) == b""
    for s in idle:
        s.close()
    until("a seat", lambda: ask(server, "--status").returncode == 0)


def listening(short):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(harness.DEADLINE_S)
    s.bind(str(short / "control"))
    s.listen()
    return s


@pytest.mark.parametrize("words", [0, 7])
def test_an_end_without_an_answer_is_asked_again(short, words):
    """As when another etagd takes the socket over at that moment: the one that
    is replaced ends, before or after it has read the word."""
    with listening(short) as s:
        asking = harness.start("--status", "--control", short / "control")
        for said in (None, None, b"0\nserves\n"):
            c = s.accept()[0]
            if said or words:
                assert c.recv(words or 100) == b"status\n"
            if said:
                c.sendall(said)
            c.close()
        assert asking.communicate(timeout=harness.DEADLINE_S)[0] == "serves\n"
        assert asking.returncode == 0


def test_no_answer_at_all(short):
    with listening(short) as s:
        asking = harness.start("--status", "--control", short / "control")
        ended = threading.Thread(target=lambda: [
            s.accept()[0].close() for _ in range(25)])
        ended.start()
        assert "no answer" in asking.communicate(
            timeout=harness.DEADLINE_S)[1]
        assert asking.returncode == 1
        ended.join()


@pytest.mark.parametrize("length,heard", [(103, True), (104, False)])
def test_a_path_that_an_upgrade_could_not_take_over(serve, short, length,
                                                    heard):
    """A socket's address has 107 bytes, and the name moves from PATH.new."""
    control = short / ("c" * (length - len(str(short)) - 1))
    server = serve(files=FILES, conf={"server": {"control": control}})
    assert server.get("/a.txt").status == 200
    if heard:
        assert ask(server, "--status").returncode == 0
    else:
        server.await_line("M110: .*too long")


def test_usage():
    for args in (["--reload", "--stop"], ["--status=xml"],
                 ["--control", "/x", "."], ["--reload", "."]):
        assert harness.run(*args).returncode == 2, args

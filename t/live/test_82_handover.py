# SPDX-License-Identifier: MIT
"""A preparer outlives the generation that it was started for: what it knows
about files is not to be found out again at each reload."""
import os
import resource
import signal

import pytest

import harness
from harness import until

FILES = {"a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n"}


def reload(server, conf=None):
    since = server.mark()
    if conf:
        server.configure(conf)
    server.signal(signal.SIGHUP)
    server.await_line("M013", since)


def test_same_preparer_after_a_reload(serve):
    server = serve(files=FILES)
    tag = server.get("/a.txt").etag
    pid = server.preparer()
    for n in (1, 3, 2):
        reload(server, {"server": {"workers": n}})
        assert server.preparer() == pid
        assert server.get("/a.txt").etag == tag
    assert server.get("/b.txt").etag.startswith('"')


@pytest.mark.parametrize("section,key,value", (
    ("prepare", "compress-min", "10k"), ("prepare", "memory", "20m"),
    ("prepare", "give-back", "3s"), ("prepare", "files", "20"),
    ("media", "default-text", "text/x-other"), ("log", "level", "debug")))
def test_another_one_when_its_part_has_changed(serve, section, key, value):
    server = serve(files=FILES)
    pid = server.preparer()
    reload(server, {section: {key: value}})
    until("the old one ends", lambda: not harness.alive(pid))
    assert server.preparer() != pid
    assert server.get("/a.txt").status == 200


def test_older_generations_get_the_next_one_too(serve):
    """Its death is mended for all that ask it, also for one that only finishes."""
    listen = ["127.0.0.1:0", "127.0.0.2:0", "127.0.0.3:0"]
    server = serve(files=FILES, conf={
        "server": {"workers": 1, "listen": listen},
        "timeouts": {"prepare": "20s"}})
    ports = server.await_line(r"127\.0\.0\.2:(\d+)/ http://127\.0\.0\.3:(\d+)/")
    # connections on an address that nobody listens at any more stay
    with server.connect(address=("127.0.0.3", int(ports[2]))) as older:
        assert older.get("/a.txt").status == 200
        reload(server, {"server": {"listen": listen[:2]}})
        old = server.connect(address=("127.0.0.2", int(ports[1])))
        assert old.get("/a.txt").status == 200
        reload(server, {"server": {"listen": listen[:1]}})
        since = server.mark()
        os.kill(server.preparer(), signal.SIGKILL)
        server.await_line("M031", since)
        for c, name in ((older, "/b.txt"), (old, "/c.txt")):
            answer = c.get(name)
            assert answer.status == 200
            # from the content: the preparer has answered
            assert answer.etag.startswith('"'), answer
            assert answer.closes
    assert server.get("/a.txt").status == 200
    server.sockets_at_start = {}


def test_given_back_when_the_next_generation_fails(serve):
    if harness.sanitized():
        pytest.skip("a sanitizer ends the test when memory is short")
    server = serve(files=FILES)
    pid = server.preparer()
    used = int(open("/proc/%d/statm" % server.pid).read().split()[0])
    most = (used << 12) + (64 << 20)
    resource.prlimit(server.pid, resource.RLIMIT_AS, (most, -1))
    since = server.mark()
    server.signal(signal.SIGHUP)
    server.await_line("M026: generation 2 does not come up", since)
    resource.prlimit(server.pid, resource.RLIMIT_AS, (-1, -1))
    assert server.preparer() == pid
    assert server.get("/b.txt").etag.startswith('"')
    os.kill(pid, signal.SIGKILL)
    server.await_line("M031", since)
    assert server.get("/c.txt").etag.startswith('"')
    reload(server)
    server.sockets_at_start = {}


def test_error_log_opened_again_reaches_it(serve, tmp_path):
    log = tmp_path / "error.log"
    server = serve(files=FILES, conf={
        "log": {"error": str(log), "level": "debug"}}, start=False)
    process = harness.Process([str(harness.binary()), "-c", str(server.file)],
                              cwd=str(server.folder))
    try:
        until("it serves", lambda: log.exists() and "M010" in log.read_text())
        log.rename(tmp_path / "rotated")
        os.kill(process.popen.pid, signal.SIGUSR1)
        until("a new log", log.exists)
        os.kill(process.popen.pid, signal.SIGHUP)
        until("reloaded", lambda: "M013" in log.read_text())
        os.kill(process.popen.pid, signal.SIGTERM)
        assert process.popen.wait(harness.DEADLINE_S) == 0
        text = log.read_text()
        assert "P003: bye" in text, text
        assert "P003" not in (tmp_path / "rotated").read_text()
    finally:
        if process.popen.poll() is None:
            process.popen.kill()
        process.popen.wait()


def test_a_reload_changes_everything_else(serve, tmp_path):
    """Root, rules, limits, workers and log at once, although the preparer
    stays."""
    server = serve(files=FILES)
    pid = server.preparer()
    one = server.get("/a.txt")
    assert not one.has("Cache-Control")
    root, log = tmp_path / "other", tmp_path / "access.log"
    root.mkdir()
    (root / "a.txt").write_text("another\n")
    tmp_path.chmod(0o755)
    server.configure({"server": {"root": root, "workers": 3},
                      "limits": {"target": 100}, "log": {"access": log}},
                     "[cache *]\nCache-Control = max-age=60\nETag = stat\n")
    reload(server)
    assert server.preparer() == pid
    assert len(server.workers()) == 3
    two = server.get("/a.txt")
    assert two.body == b"another\n" and two.etag != one.etag
    assert two.get("Cache-Control") == "max-age=60"
    assert server.get("/b.txt").status == 404
    assert server.get("/" + "x" * 200).status == 414
    until("the new log", lambda: log.exists() and "/a.txt" in log.read_text())

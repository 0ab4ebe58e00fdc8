# SPDX-License-Identifier: MIT
"""[log] error-format = json: whatever a run has to say, by whichever of its
processes, each line is an object of its own."""
import json
import os
import re
import signal

import pytest

import harness
from harness import until

NAME = 'q"\xe9.js'
KEYS = {"time", "level", "id", "process", "pid", "text"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")


def parsed(lines):
    entries = [json.loads(line) for line in lines]
    for e in entries:
        assert KEYS <= set(e) <= KEYS | {"site", "file"}, e
        assert TIME.match(e["time"]) and re.match(r"[A-Z]\d{3}\Z", e["id"])
        assert e["level"] in ("debug", "info", "warn", "error")
        assert isinstance(e["pid"], int)
    return entries


class Run:
    """A server that is watched by its lines alone, which are JSON."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "etagd.ini"
        self.pidfile = folder / "pid"
        self.tree = harness.Tree(folder / "www")
        self.tree.write("a.txt", "a\n")
        self.tree.write(NAME, "not gzip")
        folder.chmod(0o755)
        self.conf = {
            "server": {"listen": "127.0.0.1:0", "root": self.tree.root,
                       "workers": 2, "pidfile": self.pidfile},
            "log": {"access": "off", "error-format": "json"},
            "observe": {"listen": "127.0.0.1:0"}}

    def configure(self, rules="", **log):
        self.conf["log"].update(log)
        self.file.write_text(harness.ini(
            self.conf, "[header *.js]\nContent-Encoding = gzip\n"
            "[host a.example]\nroot = %s\n" % self.tree.root + rules))

    def start(self):
        self.process = harness.Process(
            [str(harness.binary()), "-c", str(self.file)], str(self.folder))
        self.pid = self.process.pid
        m = self.await_id("M010")
        self.port = int(re.search(r":(\d+)/", m["text"])[1])

    def await_id(self, ident, since=0):
        line = self.process.await_line('"id":"%s"' % ident, since)
        return json.loads(line.string)

    def signal(self, number, *idents):
        """and waits for these lines"""
        since = self.process.mark()
        os.kill(self.pid, number)
        return [self.await_id(i, since) for i in idents]

    def get(self, path, host="localhost"):
        with harness.Connection(("127.0.0.1", self.port)) as c:
            return c.request("GET", path, host=host)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        until("the end", lambda: len(self.process.ended) == 2)


@pytest.fixture
def run(short):
    made = Run(short)
    yield made
    process = made.process.popen
    for pid in {process.pid, made.pid}:
        if harness.alive(pid):
            os.kill(pid, signal.SIGKILL)
    process.wait(harness.DEADLINE_S)


def test_each_line_of_a_run_is_an_object(run):
    run.configure("[cache *.txt]\nCache-Control = max-foo=3\n")
    run.start()
    assert run.get("/q%22%c3%a9.js", "a.example").body == b"not gzip"
    told = run.await_id("W027")
    assert told["site"] == "a.example" and told["process"][:7] == "worker "
    assert told["file"] == '/' + NAME and told["file"] in told["text"]
    assert told["level"] == "warn" and told["pid"] != run.pid

    run.configure("[cache]\n[nonsense]\na = \"b\\\n")
    faults = run.signal(signal.SIGHUP, "M050", "M052")
    assert faults[0]["file"] == str(run.file)
    assert faults[0]["text"].startswith("%s:" % run.file)
    assert faults[0]["level"] == faults[1]["level"] == "error"
    run.configure()
    run.signal(signal.SIGHUP, "M013", "M014")

    def children():
        return {p for p in harness.processes()
                if (harness.proc_stat(p) or (0, 0, 0))[2] == run.pid}
    for pid in children():  # workers, preparer, observer
        since = run.process.mark()
        os.kill(pid, signal.SIGKILL)
        run.process.await_line("%d[^0-9].* ended" % pid, since)
    until("all again", lambda: len(children()) == 4)
    assert run.get("/a.txt").body == b"a\n"

    new = run.signal(signal.SIGUSR2, "M107", "M010")[1]
    assert new["pid"] != run.pid and new["process"] == "master"
    assert run.process.popen.wait(harness.DEADLINE_S) == 0
    run.pid = new["pid"]
    run.end()
    entries = parsed(run.process.lines)
    assert entries[0]["id"] == "M156" and "max-foo" in entries[0]["text"]
    assert entries[0]["file"] == str(run.file)
    assert [e["pid"] for e in entries if e["id"] == "M090"] == [
        entries[0]["pid"], new["pid"]]


def test_a_file_that_is_opened_again_gets_the_same(run):
    path, old = run.folder / "error.log", run.folder / "error.log.1"
    run.configure(error=path)
    run.process = harness.Process(
        [str(harness.binary()), "-c", str(run.file)], str(run.folder))
    run.pid = run.process.pid

    def has(file, ident):
        return file.exists() and '"id":"%s"' % ident in file.read_text()
    until("M010", lambda: has(path, "M010"))
    path.rename(old)
    os.kill(run.pid, signal.SIGUSR1)
    until("a new file", path.exists)
    os.kill(run.pid, signal.SIGHUP)
    until("M014", lambda: has(path, "M014"))
    run.end()
    assert parsed(old.read_text().splitlines())
    entries = parsed(path.read_text().splitlines())
    assert entries[-1]["id"] == "M090"
    assert not parsed(run.process.lines) or run.process.lines == [
        line for line in run.process.lines if '"S001"' in line]


def test_the_form_is_taken_by_a_reload(serve):
    """Text as ever is what a reload without it brings, and the other way."""
    server = serve(files={"a.txt": "a\n"})
    since = server.mark()
    server.configure({"log": {"error-format": "json"}})
    server.signal(signal.SIGHUP)
    line = server.await_line('"id":"M013"', since).string
    assert json.loads(line)["process"] == "master"
    server.configure({"log": {"error-format": "text"}})
    server.reload()


def test_a_long_text_is_cut_and_the_line_whole(run):
    """Three for each byte, and no line longer than what a pipe takes whole."""
    name = "/".join(["\xe9" * 100] * 6) + ".js"
    run.tree.write(name, "not gzip")
    run.configure()
    run.start()
    path = "/" + name.replace("\xe9", "%c3%a9")
    assert run.get(path).status == 200
    told = run.await_id("W027")
    assert told["text"].startswith(path.replace("%c3%a9", "\xe9")[:300])
    run.end()
    assert parsed(run.process.lines)
    assert max(map(len, run.process.lines)) < 4096

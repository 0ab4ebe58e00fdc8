# SPDX-License-Identifier: MIT
"""etagd passwd: entries of the files that [access] names."""
import os
import pty
import re
import signal
import stat
import subprocess
import termios

import pytest

from harness import ALARM, binary, environment, until

QUICK = ("--bcrypt", "--cost", "4")


def passwd(*args, stdin=None):
    done = subprocess.run([str(binary()), "passwd", *map(str, args)],
                          input=stdin, capture_output=True, timeout=120,
                          env=environment())
    assert not ALARM.search(done.stderr.decode()), done.stderr
    return done


def put(file, user, password, *more):
    return passwd("--stdin", *QUICK, *more, file, user,
                  stdin=password.encode() + b"\n")


def right(file, user, password):
    done = passwd("--check", "--stdin", file, user,
                  stdin=password.encode() + b"\n")
    return done.returncode == 0


def test_make_replace_delete(tmp_path):
    file = tmp_path / "users"
    old = os.umask(0)
    try:
        assert put(file, "alice", "one").returncode == 0
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"one" not in file.read_bytes()
    assert put(file, "B\u00e4r 1", "s\u00e9cret: x").returncode == 0
    assert right(file, "alice", "one") and right(file, "B\u00e4r 1",
                                                 "s\u00e9cret: x")
    assert not right(file, "alice", "One") and not right(file, "bob", "one")
    before = file.read_text().splitlines()
    assert put(file, "alice", "two").returncode == 0
    after = file.read_text().splitlines()
    assert after[1:] == before[1:] and after[0] != before[0]
    assert right(file, "alice", "two") and not right(file, "alice", "one")
    assert passwd("--delete", file, "alice").returncode == 0
    assert file.read_text().splitlines() == before[1:]
    again = passwd("-D", file, "alice")
    assert again.returncode == 1 and b"no such user" in again.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["users"]


def test_other_lines_stay_and_rights_too(tmp_path):
    file = tmp_path / "users"
    rest = b"# staff\r\n\nbob:plain\nalice:x\ncarol:{SHA}x\nalice:y\nlast:z"
    file.write_bytes(rest)
    os.chmod(file, 0o640)
    os.utime(file, (1, 1))
    done = put(file, "alice", "one")
    assert done.returncode == 0 and b":3: the line" in done.stderr
    assert b"plain" not in done.stderr
    assert re.sub(rb"alice:\$2y\$04\$\S+", b"ALICE", file.read_bytes()) == \
        b"# staff\r\n\nbob:plain\nALICE\ncarol:{SHA}x\nlast:z"
    assert put(file, "dave", "two").returncode == 0
    assert re.search(rb"last:z\ndave:\$2y\$\S+\n\Z", file.read_bytes())
    s = file.stat()
    assert stat.S_IMODE(s.st_mode) == 0o640 and s.st_mtime > 1
    link = tmp_path / "link"
    link.symlink_to("users")
    assert put(link, "eve", "three").returncode == 0
    assert link.is_symlink() and right(file, "eve", "three")


def test_hashes(tmp_path):
    file = tmp_path / "users"
    for args, begin in (((), "$y$j9T$"), (("-C", "1"), "$y$j75$"),
                        (("-B", "--cost=5"), "$2y$05$")):
        done = passwd("--stdin", *args, file, "a", stdin=b"x\nmore\n")
        assert done.returncode == 0, done.stderr
        assert file.read_text().startswith("a:" + begin)
        assert right(file, "a", "x")
    long = "x" * 72
    assert put(file, "a", long).returncode == 0
    done = put(file, "a", long + "x")
    assert done.returncode == 1 and b"72 bytes" in done.stderr
    assert right(file, "a", long)


@pytest.mark.parametrize("password,word", [
    (b"", b"No data"), (b"\n", b"empty"), (b"a\x07b\n", b"control"),
    (b"\xe4\n", b"UTF-8"), (b"x" * 512 + b"\n", b"511")])
def test_what_is_no_password(tmp_path, password, word):
    file = tmp_path / "users"
    done = passwd("--stdin", file, "a", stdin=password)
    assert done.returncode == 1 and word in done.stderr
    assert not file.exists()


def test_usage_and_places(tmp_path):
    file = tmp_path / "users"
    for args in ((), (file,), (file, "a", "b"), ("--what", file, "a"),
                 ("--check", "--delete", file, "a"), ("-C", "8", file, "a"),
                 ("-B", "-C", "3", file, "a"), ("-B", "-C", "16", file, "a"),
                 ("-C", "x", file, "a"), (file, "a:b"), (file, ""),
                 (file, "a\nb"), (file, "x" * 256)):
        assert passwd(*args, stdin=b"x\n").returncode == 2, args
    assert passwd("--help").stdout.startswith(b"usage: etagd passwd")
    for args in (("--stdin", tmp_path, "a"), ("--stdin", tmp_path / "no/x", "a"),
                 ("-D", tmp_path / "none", "a"), ("-D", "/dev/null", "a")):
        done = passwd(*args, stdin=b"x\n")
        assert done.returncode == 1 and done.stderr, args
    assert list(tmp_path.iterdir()) == []


def test_two_at_a_time_both_count(tmp_path):
    file = tmp_path / "users"
    argv = [str(binary()), "passwd", "--stdin", *QUICK, str(file)]
    all_ = [subprocess.Popen(argv + ["user%d" % i], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, env=environment())
            for i in range(12)]
    for p in all_:
        p.stdin.write(b"x\n")
        p.stdin.close()
    assert [p.wait(120) for p in all_] == [0] * 12
    users = {line.split(":")[0] for line in file.read_text().splitlines()}
    assert users == {"user%d" % i for i in range(12)}


# ---- at a terminal

class Terminal:
    def __init__(self, *args):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(str(binary()), ["etagd", "passwd", *map(str, args)],
                      environment())
        self.shown = b""

    def await_text(self, text):
        def look():
            self.shown += os.read(self.fd, 1000)
            return text in self.shown
        until("%r at the terminal" % text, look)

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.fd, text)

    def end(self):
        try:
            while True:
                data = os.read(self.fd, 1000)
                if not data:
                    break
                self.shown += data
        except OSError:
            pass
        return os.waitpid(self.pid, 0)[1]


def test_asks_twice_without_echo(tmp_path):
    file = tmp_path / "users"
    t = Terminal(*QUICK, file, "alice")
    t.await_text(b"Password: ")
    assert not t.echoes()
    t.type(b"hidden\n")
    t.await_text(b"The same again: ")
    t.type(b"hidden\n")
    assert t.end() == 0
    assert b"hidden" not in t.shown
    assert right(file, "alice", "hidden")


def test_two_that_differ(tmp_path):
    file = tmp_path / "users"
    t = Terminal(*QUICK, file, "alice")
    t.await_text(b"Password: ")
    t.type(b"hidden\n")
    t.await_text(b"The same again: ")
    t.type(b"hiddem\n")
    assert os.waitstatus_to_exitcode(t.end()) == 1
    assert b"these were two" in t.shown and not file.exists()


def test_interrupted_the_terminal_is_as_before(tmp_path):
    t = Terminal(tmp_path / "users", "alice")
    t.await_text(b"Password: ")
    assert not t.echoes()
    t.type(b"hid\x03")
    status = t.end()
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT
    assert b"hid" not in t.shown and not (tmp_path / "users").exists()


def test_without_a_terminal(tmp_path):
    done = subprocess.run([str(binary()), "passwd", str(tmp_path / "u"), "a"],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env=environment(), start_new_session=True, timeout=60)
    assert done.returncode == 1 and b"--stdin" in done.stderr


# ---- what it makes lets people in

def test_the_server_takes_it(serve, tmp_path):
    file = tmp_path / "users"
    assert put(file, "alice", "one").returncode == 0
    server = serve(files={"a.txt": "a"},
                   rules="[access *]\nbasic = %s\n" % file)
    assert server.get("/a.txt", Authorization="Basic YWxpY2U6b25l").status == 200
    assert put(file, "alice", "two").returncode == 0
    server.reload()
    assert server.get("/a.txt", Authorization="Basic YWxpY2U6b25l").status == 401
    assert server.get("/a.txt", Authorization="Basic YWxpY2U6dHdv").status == 200

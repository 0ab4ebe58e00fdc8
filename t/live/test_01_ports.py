# SPDX-License-Identifier: MIT
"""An address that can't be had: who holds it, and what to do."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

import pytest

import harness
from harness import ini, run

NOBODY = 65534
UNSHARE = "unshare"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "www").mkdir()
    return tmp_path


def conf(folder, listen, **more):
    path = folder / "etagd.ini"
    keys = {"listen": listen, "root": folder / "www", "workers": 1}
    path.write_text(ini({"server": keys, **more}))
    return path


def held(path, id="M020"):
    """What the start says; it must not succeed."""
    done = run("-c", path)
    assert done.returncode == 1, done
    return re.search(r"(?m)%s: (.*)$" % id, done.stderr).group(1)


def listening(address="127.0.0.1", family=socket.AF_INET):
    s = socket.socket(family)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind((address, 0))
    s.listen()
    return s


def name_of(pid):
    return pathlib.Path("/proc/%d/comm" % pid).read_text().strip()


@pytest.mark.parametrize("theirs, ours", (("127.0.0.1", "127.0.0.1"),
                                          ("0.0.0.0", "127.0.0.1"),
                                          ("127.0.0.1", "0.0.0.0")))
def test_a_port_in_use_is_told_with_its_holder(folder, theirs, ours):
    with listening(theirs) as s:
        line = held(conf(folder, "%s:%d" % (ours, s.getsockname()[1])))
    assert "Address already in use: pid %d (%s) holds it" % (
        os.getpid(), name_of(os.getpid())) in line, line
    assert "kill %d" % os.getpid() in line and "another port" in line, line


def test_a_wildcard_of_ipv6_holds_ipv4_too(folder):
    try:
        s = listening("::", socket.AF_INET6)
    except OSError as why:
        pytest.skip("no IPv6 here: %s" % why)
    with s:
        line = held(conf(folder, "127.0.0.1:%d" % s.getsockname()[1]))
    assert "pid %d (" % os.getpid() in line, line


def test_another_etagd_is_named_once_with_its_number(serve, folder):
    """Master and workers have the socket: the master is the one to end."""
    server = serve(files={"a.txt": "a\n"})
    line = held(conf(folder, "127.0.0.1:%d" % server.port))
    assert re.search(r"pid (\d+) \(etagd\) and \d+ more hold it", line), line
    assert "kill %d" % server.pid in line, line
    assert server.get("/a.txt").status == 200


def apart(script, *words):
    """In a space of process numbers of its own, as its number 1."""
    ours = [UNSHARE, "-Urpf", "--mount-proc", sys.executable, "-c"]
    if not shutil.which(UNSHARE) or subprocess.run(
            ours + ["open('/proc/sys/kernel/ns_last_pid', 'w').write('7')"],
            capture_output=True).returncode != 0:
        pytest.skip("no space of process numbers to be had here")
    done = subprocess.run(ours + [script, harness.binary()] + list(words),
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def test_numbers_that_began_again(folder):
    """Workers that came after that have lower ones than their master: to end
    one of them would only bring another."""
    path = conf(folder, "unix:%s" % (folder / "etagd.sock"))
    line = apart("""if True:
        import subprocess, sys
        def next_number(n):
            with open("/proc/sys/kernel/ns_last_pid", "w") as f:
                f.write(str(n - 1))
        def start(**more):
            return subprocess.Popen([sys.argv[1], "-c", sys.argv[2]],
                                    stderr=subprocess.PIPE, text=True, **more)
        def wait(id):
            while id not in master.stderr.readline():
                pass
        next_number(3000)
        master = start()
        wait("M010")
        next_number(300)
        master.send_signal(1)
        wait("M014")
        second = start()
        print(master.pid, second.communicate()[1])
        master.terminate()
        sys.exit(master.wait() or second.returncode != 1)
    """, path)
    assert line.startswith("3000 "), line
    assert "pid 3000 (etagd) and " in line and "(kill 3000)" in line, line


def test_a_socket_of_systemds(folder):
    """Which nobody should end."""
    path = conf(folder, "unix:%s" % (folder / "etagd.sock"))
    line = apart("""if True:
        import ctypes, socket, subprocess, sys
        ctypes.CDLL(None).prctl(15, b"systemd")
        s = socket.socket(socket.AF_UNIX)
        s.bind(sys.argv[3])
        s.listen()
        print(subprocess.run([sys.argv[1], "-c", sys.argv[2]],
                             stderr=subprocess.PIPE, text=True).stderr)
    """, path, folder / "etagd.sock")
    assert "systemd holds it" in line and "kill" not in line, line


def test_the_observers_port_is_told_as_well(folder):
    with listening() as s:
        path = conf(folder, "127.0.0.1:0",
                    observe={"listen": "127.0.0.1:%d" % s.getsockname()[1]})
        line = held(path, "O002")
    assert "pid %d (" % os.getpid() in line, line
    assert "observe.listen" in line, line


def test_a_unix_socket_in_use_is_told_with_its_holder(folder):
    path = folder / "s ock"
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(path))
        s.listen()
        line = held(conf(folder, "unix:%s" % path))
        assert "pid %d (" % os.getpid() in line, line


def test_a_reload_that_needs_its_own_address(serve):
    """127.0.0.1 to 0.0.0.0 on one port: the old generation holds it."""
    server = serve(files={"a.txt": "a\n"})
    since = server.mark()
    server.configure({"server": {"listen": "0.0.0.0:%d" % server.port}})
    server.signal(harness.SIGHUP)
    line = server.await_line(r"M020: .*", since).group(0)
    assert "this etagd holds it" in line and "restart" in line, line
    server.await_line("M053", since)
    assert server.get("/a.txt").status == 200


# -- without rights

def as_nobody(*argv):
    if os.geteuid() != 0:
        return list(argv)
    if not shutil.which("setpriv"):
        harness.need("no setpriv here")
    return ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
            "--clear-groups"] + list(argv)


def low_port():
    """A port that asks for a right and is free."""
    first = int(pathlib.Path(
        "/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    for port in range(min(first, 1024) - 1, 0, -1):
        if not harness.listening_inodes(port):
            return port
    pytest.skip("no port asks for a right here")


@pytest.fixture
def public(folder, tmp_path_factory):
    """A copy of the program and a configuration that nobody can read."""
    place = pathlib.Path(subprocess.check_output(
        ["mktemp", "-d", "/tmp/etagd-t-XXXXXX"], text=True).strip())
    place.chmod(0o755)
    (place / "www").mkdir()
    (place / "www" / "a.txt").write_text("a\n")
    shutil.copy(harness.binary(), place / "etagd")
    (place / "etagd").chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_a_low_port_without_rights_names_the_ways(public):
    port = low_port()
    path = conf(public, "127.0.0.1:%d" % port)
    done = subprocess.run(as_nobody(public / "etagd", "-c", path),
                          env=harness.environment(), text=True,
                          capture_output=True)
    assert done.returncode == 1, done
    for word in ("M020: listen 127.0.0.1:%d: Permission denied" % port,
                 "setcap cap_net_bind_service=+ep",
                 "AmbientCapabilities=CAP_NET_BIND_SERVICE",
                 "net.ipv4.ip_unprivileged_port_start=%d" % port,
                 "etagd.socket"):
        assert word in done.stderr, done.stderr


def serves_there(argv, port):
    p = harness.Process([str(a) for a in argv], cwd="/")
    try:
        p.await_line(harness.READY.pattern)
        with harness.Connection(("127.0.0.1", port)) as c:
            assert c.get("/a.txt").body == b"a\n"
        p.popen.terminate()
        assert p.popen.wait(harness.DEADLINE_S) == 0, p.lines
    finally:
        if p.popen.poll() is None:
            p.popen.kill()


def test_the_named_ways_lead_there(public):
    """setcap on the file, and an ambient capability as a unit gives it."""
    if os.geteuid() != 0 or not shutil.which("setcap"):
        harness.need("setcap and root's right to use it are not here")
    port = low_port()
    path = conf(public, "127.0.0.1:%d" % port)
    ambient = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
               "--clear-groups", "--inh-caps=+net_bind_service",
               "--ambient-caps=+net_bind_service"]
    serves_there(ambient + [public / "etagd", "-c", path], port)
    done = subprocess.run(["setcap", "cap_net_bind_service=+ep",
                           public / "etagd"], text=True, capture_output=True)
    if done.returncode:
        pytest.skip("no file capabilities here: %s" % done.stderr)
    serves_there(as_nobody(public / "etagd", "-c", path), port)

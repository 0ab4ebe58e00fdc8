# SPDX-License-Identifier: MIT
"""Who the processes become: root, nobody, and root of a user namespace that
has one user, which can become nobody else."""
import os
import pathlib
import pwd
import re
import shutil
import subprocess

import pytest

import harness

FILES = {"a.txt": "a\n"}
NOBODY = 65534
LESS = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
        "--clear-groups"]
UNSHARE = ["unshare", "-r"]


def namespaces(*before):
    argv = list(before) + UNSHARE + ["true"]
    done = subprocess.run(argv, text=True, capture_output=True)
    if done.returncode:
        harness.need("no user namespace: %s" % done.stderr.strip())


def as_root():
    if os.geteuid() != 0:
        pytest.skip("needs root's rights")


def conf(**server):
    """No access log: the folder is not everybody's to write to."""
    return {"server": {"workers": 1, **server}, "log": {"access": "off"}}


def status(pid):
    text = pathlib.Path("/proc/%d/status" % pid).read_text()
    return dict(re.findall(r"(?m)^(\w+):\s*(.*)$", text))


def check_children(server, uid):
    """Each is that user and has no capability at all."""
    for pid in server.children():
        told = status(pid)
        assert told["Uid"].split() == [str(uid)] * 4, told
        for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            assert int(told[name], 16) == 0, (name, told)
        assert told["NoNewPrivs"] == "1"


def serves(serve, wrap, uid, **server):
    s = serve(files=FILES, conf=conf(**server), wrap=wrap)
    assert s.get("/a.txt").body == b"a\n"
    check_children(s, uid)
    return s


@pytest.mark.parametrize("user", (None, "root"), ids=("unset", "root"))
def test_a_namespace_of_one_user(serve, user):
    namespaces()
    more = {"user": user} if user else {}
    server = serves(serve, UNSHARE, os.geteuid(), **more)
    if not user:
        assert any("M116" in line for line in server.process.lines)
    server.reload()
    assert server.get("/a.txt").status == 200


@pytest.mark.parametrize("user", (None, "root"), ids=("unset", "root"))
def test_a_namespace_of_one_unprivileged_user(serve, user):
    as_root()
    namespaces(*LESS)
    serves(serve, LESS + UNSHARE, NOBODY, **({"user": user} if user else {}))


def test_ad_hoc_in_a_namespace(serve):
    namespaces()
    server = serve(files=FILES, adhoc=True, wrap=UNSHARE,
                   args=["-o", "server.listen=127.0.0.1:0", "www"])
    assert server.get("/a.txt").status == 200


def refused(tmp_path, wrap, **server):
    (tmp_path / "www").mkdir(exist_ok=True)
    path = tmp_path / "etagd.ini"
    path.write_text(harness.ini({"server": {
        "listen": "127.0.0.1:0", "root": tmp_path / "www", **server}}))
    done = subprocess.run(wrap + [str(harness.binary()), "-c", str(path)],
                          env=harness.environment(), text=True,
                          capture_output=True, timeout=harness.DEADLINE_S)
    assert done.returncode == 1, done
    assert not harness.ALARM.search(done.stderr), done.stderr
    assert "M040" not in done.stderr, "a child was started: %s" % done.stderr
    return re.search(r"M024: (.*)", done.stderr).group(1)


def test_who_is_not_in_the_namespace(tmp_path):
    namespaces()
    line = refused(tmp_path, UNSHARE, user="nobody")
    assert "user nobody" in line and "not in this user namespace" in line
    assert "user = root" in line and "unshare" in line, line


def test_a_group_that_is_not_in_the_namespace(tmp_path):
    namespaces()
    line = refused(tmp_path, UNSHARE, user="root", group="nogroup")
    assert "group nogroup" in line and "not in this user namespace" in line


def test_explain_in_a_namespace(tmp_path):
    namespaces()
    (tmp_path / "a.txt").write_text("a\n")
    done = subprocess.run(UNSHARE + [str(harness.binary()), "explain",
                                     str(tmp_path), "/a.txt"],
                          env=harness.environment(), text=True,
                          capture_output=True, timeout=harness.DEADLINE_S)
    assert done.returncode == 0 and re.search(r"status +200", done.stdout), \
        done


# -- root that may become nobody else, as in a container without capabilities

def bare():
    as_root()
    if not shutil.which("setpriv"):
        harness.need("no setpriv here")
    return ["setpriv", "--bounding-set=-setuid,-setgid", "--inh-caps=-all"]


def test_root_without_capabilities_says_what_to_do(tmp_path):
    wrap = bare()
    line = refused(tmp_path, wrap)
    for word in ("CAP_SETUID", "CAP_SETGID", "user = root"):
        assert word in line, line
    assert "CAP_SETUID" in refused(tmp_path, wrap, user="nobody")


def test_root_without_capabilities_may_stay_root(serve):
    serves(serve, bare(), 0, user="root")


def test_user_root(serve):
    as_root()
    serves(serve, [], 0, user="root")


def test_nobody_by_default(serve):
    as_root()
    serves(serve, [], pwd.getpwnam("nobody").pw_uid)

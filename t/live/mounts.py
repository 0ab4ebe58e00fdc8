# SPDX-License-Identifier: MIT
"""mounts: file systems of other kinds below a server's root, in a mount
namespace of the server's own, so that they end with it."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

import harness


def in_namespace():
    """Can a mount namespace of our own be had here?"""
    return os.path.exists("/usr/bin/unshare") and subprocess.run(
        ["unshare", "-m", "true"], capture_output=True).returncode == 0


def start_inside(server, first, outer=("unshare", "-m")):
    """Starts it in a mount namespace of its own, after the command `first`; a
    function for further commands there."""
    server.process = harness.Process(
        [*outer, "sh", "-c", "%s && exec %s -c %s" % (
            first, server.program, server.file)], str(server.folder))
    m = server.process.await_line(harness.READY.pattern)
    server._addresses(m.group(1))
    server.worker_count, server.sockets_at_start = int(m.group(2)), {}
    return lambda command: subprocess.run(
        ["nsenter", "-m", "-t", str(server.pid), "sh", "-c", command],
        capture_output=True, timeout=harness.DEADLINE_S)


# What makes {dir} another file system; {with} is a folder for what it is made
# of.  The programs that this needs, and the kernel's word for the kind.
SFTP = "/usr/lib/openssh/sftp-server"
KINDS = {
    # nothing is remembered of it, so each look asks the program
    "bindfs": ("{ bindfs -f -o allow_other,attr_timeout=0,entry_timeout=0 {with} "
               "{dir} & echo $! >{with}/pid; } && "
               "until mountpoint -q {dir}; do sleep 0.05; done",
               ("bindfs",), "fuse"),
    "tmpfs": ("mount -t tmpfs none {dir}", (), "tmpfs"),
    "ext4-128": ("truncate -s 256M {with}/img && mkfs.ext4 -q -I 128 {with}/img "
                 "2>/dev/null && mount -o loop {with}/img {dir}",
                 ("mkfs.ext4",), "ext4"),
    "vfat": ("truncate -s 64M {with}/img && mkfs.vfat {with}/img >/dev/null && "
             "mount -o loop,umask=022 {with}/img {dir}",
             ("mkfs.vfat",), "vfat"),
    "overlay": ("mount -t tmpfs none {with} && "
                "mkdir {with}/lower {with}/upper {with}/work && mount -t "
                "overlay -o lowerdir={with}/lower,upperdir={with}/upper,"
                "workdir={with}/work none {dir}", (), "overlay"),
    # ssh's place is taken by its server of files, with which sshfs ends
    "sshfs": ("mkdir {with}/far && printf '#!/bin/sh\\necho $$ >{with}/pid\\n"
              "exec %s\\n' >{with}/ssh && chmod +x {with}/ssh && sshfs -o "
              "ssh_command={with}/ssh,allow_other x:{with}/far {dir}" % SFTP,
              ("sshfs", SFTP), "fuse"),
}


def need(kind):
    """Skips the test, with the reason, where this kind can't be had."""
    _, programs, name = KINDS[kind]
    if not in_namespace():
        pytest.skip("no mount namespaces here")
    for program in programs:
        if not shutil.which(program):
            pytest.skip("no %s here" % program)
    if "\t%s\n" % name not in pathlib.Path("/proc/filesystems").read_text():
        pytest.skip("this kernel has no %s" % name)
    if kind == "ext4-128" and not os.path.exists("/dev/loop-control"):
        pytest.skip("no loop devices here")


@contextlib.contextmanager
def serve_on(serve, kind, folder, **options):
    """A server whose root is a file system of that kind, and the root's path
    as this process reaches it."""
    need(kind)
    root, made_of = folder / "root", folder / "made-of"
    root.mkdir()
    made_of.mkdir()
    for path in (folder, root, made_of):
        path.chmod(0o755)
    conf = options.pop("conf", {})
    conf.setdefault("server", {})["root"] = str(root)
    server = serve(start=False, conf=conf, **options)
    command = KINDS[kind][0].replace("{dir}", str(root))
    start_inside(server, "mount --make-rprivate / && " +
                 command.replace("{with}", str(made_of)) +
                 " && { chmod 755 %s || true; }" % root)
    try:
        yield server, pathlib.Path("/proc/%d/root%s" % (server.pid, root))
    finally:
        server.close_connections()
        if (made_of / "pid").exists():
            os.kill(int((made_of / "pid").read_text()), signal.SIGTERM)
            harness.until("sshfs ends", lambda: not any(
                stat and stat[0] in ("sshfs", "sftp-server") and
                stat[3] == server.pid
                for stat in map(harness.proc_stat, harness.processes())))

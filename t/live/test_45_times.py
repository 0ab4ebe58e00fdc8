# SPDX-License-Identifier: MIT
"""File systems whose times are coarse: two edits of one size that bear the same
times are two versions all the same."""
import time

import pytest

from mounts import serve_on

LONG = 0.2  # far longer than a tick: a reader would take the file for settled


def keep_asking(server, seconds, check):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check(server.get("/f.txt"))


def edits(server, path, first, second):
    """Both within what the file system takes for one moment; were they?"""
    path.write_bytes(first)
    before = path.stat()
    seen = []
    keep_asking(server, LONG, lambda r: seen.append((r.body, r.get("ETag"))))
    with open(path, "r+b") as f:
        f.write(second)
    after = server.get("/f.txt")
    assert set(body for body, _ in seen) == {first}
    assert after.body == second
    old = seen[-1][1]
    assert after.get("ETag") != old
    assert server.get("/f.txt", If_None_Match=old).status == 200
    now = path.stat()
    return (before.st_mtime_ns, before.st_ctime_ns) == (now.st_mtime_ns,
                                                        now.st_ctime_ns)


@pytest.mark.parametrize("kind", ("ext4-128", "vfat", "sshfs"))
def test_two_edits_in_a_moment(serve, kind, tmp_path):
    with serve_on(serve, kind, tmp_path) as (server, root):
        path = root / "f.txt"
        same = 0
        for i in range(20):
            same += edits(server, path, b"one %03d\n" % i, b"two %03d\n" % i)
            if same == 3:
                break
        else:
            pytest.fail("%d of 20 pairs of edits had the same times" % same)
        # and once it has settled it is compressed and stays what it is
        keep_asking(server, LONG, lambda r: (r.body == b"two %03d\n" % i or
                                             pytest.fail(repr(r.body))))

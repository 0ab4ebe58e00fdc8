# SPDX-License-Identifier: MIT
"""What etagd is started into: signals that somebody else ignored or blocked,
limits, and a timer that runs."""
import os
import signal
import sys
import time

import pytest

import harness
from controlled import FILES
from harness import until
from test_55_processes import kill_worker

INHERITED = {
    "CHLD ignored": ["env", "--ignore-signal=CHLD"],
    "HUP ignored": ["env", "--ignore-signal=HUP"],
    "TERM ignored": ["env", "--ignore-signal=TERM"],
    "IO ignored and blocked": ["env", "--ignore-signal=IO",
                               "--block-signal=IO"],
    "all blocked": ["env", "--block-signal"],
    "real-time signals ignored": ["env", "--ignore-signal=RTMIN,RTMAX"],
}


def disposition(pid, field):
    for line in open("/proc/%d/status" % pid):
        if line.startswith(field + ":"):
            return int(line.split()[1], 16)
    raise KeyError(field)


@pytest.mark.parametrize("what", INHERITED)
def test_signals_are_its_own(serve, what):
    server = serve(files=FILES, wrap=INHERITED[what])
    ignored = disposition(server.pid, "SigIgn")
    assert ignored in (1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1,
                       1 << signal.SIGXFSZ - 1)
    for pid in server.children():
        assert disposition(pid, "SigBlk") == 0
    new = kill_worker(server, server.workers()[0])
    until("its successor", lambda: new in server.workers())
    server.reload()
    server.tree.write("a.txt", "changed\n")
    assert server.get("/a.txt").body == b"changed\n"
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    server.check_gone()


def test_an_alarm_that_somebody_set_is_not_its_own(serve):
    program = ("import os, signal, sys\n"
               "signal.setitimer(signal.ITIMER_REAL, 1)\n"
               "os.execv(sys.argv[1], sys.argv[1:])")
    began = time.monotonic()
    server = serve(files=FILES, wrap=[sys.executable, "-c", program])
    while time.monotonic() < began + 1.2:
        assert server.get("/a.txt").status == 200


def test_logs_at_the_limit_of_file_sizes(serve, tmp_path):
    """SIGXFSZ would end whoever writes; the lines are lost and counted."""
    limit = 1 << 26
    error = tmp_path / "error.log"
    with open(error, "wb") as f:
        f.truncate(limit - 100)
    server = serve(files=FILES, start=False,
                   wrap=["prlimit", "--fsize=%d" % limit])
    with open(server.access_log, "wb") as f:
        f.truncate(limit - 300)
    server.start()
    with server.connect() as c:
        for _ in range(20):
            assert c.get("/a.txt").status == 200
    assert server.access_log.stat().st_size == limit
    server.configure({"log": {"error": error}})
    workers = server.workers()
    server.signal(signal.SIGHUP)
    until("new workers", lambda: set(server.workers()).isdisjoint(workers)
          and len(server.workers()) == 2)
    assert error.stat().st_size == limit
    assert server.get("/a.txt").status == 200
    server.close_connections()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0  # and says so where nothing can be written
    server.check_gone()


def test_a_limit_below_what_the_preparer_wants(serve):
    """Shared memory has a size like a file, and the same limit."""
    server = serve(files=FILES, wrap=["prlimit", "--fsize=65536"])
    for _ in range(3):
        assert server.get("/a.txt").body == b"a\n"
        assert server.get("/big.bin").body == FILES["big.bin"]
    assert server.preparer()

# SPDX-License-Identifier: MIT
"""The wall clock is set while the server runs: dates follow it, deadlines don't.

A small library between etagd and libc adds to what the wall clock shows; how
much is in a file that every process has mapped."""
import calendar
import email.utils
import shutil
import struct
import subprocess
import time

import pytest

import harness
from harness import until
from rig import HOT, made
from load import Running

SHIM = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long *seconds;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ETAGD_TEST_CLOCK");
    int fd = path ? open(path, O_RDONLY) : -1;
    if (fd < 0)
        return;
    void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (p != MAP_FAILED)
        seconds = p;
    close(fd);
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    int rc = (int)syscall(SYS_clock_gettime, id, t);
    if (seconds && rc == 0 &&
        (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        t->tv_sec += *seconds;
    return rc;
}

time_t time(time_t *out)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}

int gettimeofday(struct timeval *restrict v, void *restrict zone)
{
    struct timespec t;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &t);
    v->tv_sec = t.tv_sec;
    v->tv_usec = t.tv_nsec / 1000;
    return 0;
}
"""


class Clock:
    def __init__(self, folder):
        self.file = folder / "clock"
        self.file.write_bytes(bytes(4096))
        source, self.library = folder / "clock.c", folder / "clock.so"
        source.write_text(SHIM)
        subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", "-O1",
                        "-o", self.library, source], check=True)

    def set(self, seconds):
        with open(self.file, "r+b") as f:
            f.write(struct.pack("l", seconds))

    def environment(self):
        env = {"LD_PRELOAD": str(self.library),
               "ETAGD_TEST_CLOCK": str(self.file)}
        options = harness.environment().get("ASAN_OPTIONS", "")
        if harness.sanitized():
            env["ASAN_OPTIONS"] = options + ":verify_asan_link_order=0"
        return env


@pytest.fixture
def clock(tmp_path):
    if not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("no C compiler here")
    return Clock(tmp_path)


def date_of(response):
    return calendar.timegm(email.utils.parsedate(response.get("Date")))


def test_jumps_of_the_wall_clock(serve, clock):
    server = serve(files={"a.txt": "a\n"}, env=clock.environment(), conf={
        "timeouts": {"idle": "1h", "head": "1h"}})
    idle, begun = server.connect(), server.connect()
    assert idle.get("/a.txt").status == 200
    begun.send(b"GET /a.txt HTTP/1.1\r\n")
    for jump in (7200, -7200, 86400 * 400, -86400 * 400, 0):
        clock.set(jump)
        until("dates of that clock", lambda: abs(date_of(
            server.get("/a.txt")) - time.time() - jump) < 5)
        assert idle.get("/a.txt").status == 200  # not timed out by any of them
        tag = idle.get("/a.txt").etag
        assert idle.get("/a.txt", If_None_Match=tag).status == 304
    begun.send(b"Host: localhost\r\n\r\n")
    assert begun.read_response().status == 200


def test_deadlines_do_not_stand_still(serve, clock):
    """A clock that is set back does not keep a slow client for longer."""
    server = serve(files={"a.txt": "a\n"}, env=clock.environment(), conf={
        "timeouts": {"head": "700ms"}})
    c = server.connect()
    c.send(b"GET /a.txt HTTP/1.1\r\n")
    clock.set(-86400)
    assert c.read_response().status == 408


def test_load_over_jumps(clock):
    with made(env=clock.environment()) as server:
        with Running(server.address, HOT, count=8) as load:
            for jump in (3600, -3600, 10 ** 8, 0) * 3:
                clock.set(jump)
                until("that clock", lambda: abs(date_of(
                    server.get("/a.txt")) - time.time() - jump) < 5)
        assert load.result["failures"] == [], load.result["failures"][:3]
        server.stop()

# SPDX-License-Identifier: MIT
"""Nothing is left behind, however the lab ends: no process, no folder."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import pytest

import harness
from reading import TOP

pytestmark = pytest.mark.usefixtures("chromium")
PATIENCE_S = 60


def of_this_run(mark):
    """Processes whose environment has the run's mark, zombies aside."""
    found = {}
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes():
                found[int(place.name)] = (place / "cmdline").read_bytes()
        except OSError:
            pass
    return found


def until(check, what):
    end = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < end, what()
        time.sleep(0.05)


@pytest.fixture
def started(program, tmp_path, request):
    """A run that has come to a step that waits."""
    steps = getattr(request, "param", "first,wait:600")
    # A short path: Chromium has a socket there.
    place = tempfile.TemporaryDirectory(prefix="t-")
    temporary = pathlib.Path(place.name)
    mark = "ETAGD_LAB_TEST=%s" % tmp_path
    process = subprocess.Popen(
        ["/usr/bin/python3", str(TOP / "lab" / "etagd-lab"), "-s",
         steps, "--matrix", "off", "-r", str(tmp_path / "r.html")],
        env={**harness.environment(), "ETAGD": program, "ETAGD_DATADIR":
             str(TOP), "TMPDIR": str(temporary),
             "ETAGD_LAB_TEST": str(tmp_path)},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True)
    said = []
    for line in process.stderr:
        said.append(line)
        if "step 2 of" in line:
            break
    else:
        pytest.fail("it ended with status %d: %s" % (process.wait(), said))
    yield process, mark.encode(), temporary
    process.stderr.close()
    if process.poll() is None:
        process.kill()
        process.wait()
    place.cleanup()


@pytest.mark.parametrize("number", [
    signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL],
    ids=lambda n: n.name)
def test_nothing_is_left(started, number):
    process, mark, temporary = started
    assert len(of_this_run(mark)) > 3
    os.kill(process.pid, number)
    status = process.wait(PATIENCE_S)
    assert status == (-number if number == signal.SIGKILL else 128 + number)
    until(lambda: not of_this_run(mark), lambda: of_this_run(mark))
    until(lambda: not list(temporary.glob("etagd-lab-*")),
          lambda: list(temporary.iterdir()))


def test_nor_without_the_reaper(started):
    """It is killed first, then the helper: the kernel ends the children."""
    process, mark, _ = started
    reaper = [pid for pid, line in of_this_run(mark).items()
              if b"reaper.py" in line]
    assert len(reaper) == 1
    os.kill(reaper[0], signal.SIGKILL)
    process.kill()
    process.wait(PATIENCE_S)
    until(lambda: not of_this_run(mark), lambda: of_this_run(mark))


@pytest.mark.parametrize("started", ["first,wait:4,again"], indirect=True)
@pytest.mark.parametrize("whose", [b"--remote-debugging", b"dumpcap"],
                         ids=["browser", "capture"])
def test_nor_by_what_goes_wrong(started, whose, tmp_path):
    """What it needs ends before its time: there is a report, and a status."""
    process, mark, temporary = started
    ended = [pid for pid, line in of_this_run(mark).items()
             if whose in line and b"--type=" not in line and
             b"reaper.py" not in line]
    if not ended and whose == b"dumpcap":
        pytest.skip("it captures without dumpcap here")
    assert ended
    for pid in ended:
        os.kill(pid, signal.SIGKILL)
    said = process.stderr.read()
    assert process.wait(PATIENCE_S) in (1, 3), said
    assert (tmp_path / "r.html").stat().st_size > 10000, said
    until(lambda: not of_this_run(mark), lambda: of_this_run(mark))
    until(lambda: not list(temporary.glob("etagd-lab-*")),
          lambda: list(temporary.iterdir()))

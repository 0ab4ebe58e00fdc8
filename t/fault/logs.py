# SPDX-License-Identifier: MIT
"""logs: nobody reads them, or there is no room for them."""
import os
import time

from rig import HOT, done, harness, made, make
from load import Running


def full_log(rounds):
    """A disk without room: lines are lost and counted, requests are not."""
    with made({"log": {"access": "/dev/full", "error": "-"}}) as server:
        with Running(server.address, HOT) as load:
            time.sleep(0.3 * rounds)
        result = done(rounds, load)
        server.stop()
        assert any("W030" in line for line in server.process.lines)
        return result


def stuck_pipe(rounds):
    """Standard output and error are pipes whose reader sleeps."""
    server = make({"log": {"access": "-"}}, start=False)
    out, err = os.pipe(), os.pipe()
    process = harness.subprocess.Popen(
        [str(harness.binary()), "-c", str(server.file), "-o",
         "log.level=debug"], stdin=harness.subprocess.DEVNULL, stdout=out[1],
        stderr=err[1], start_new_session=True, env=harness.environment())
    try:
        os.close(out[1])
        os.close(err[1])
        text = b""
        while b"M010" not in text or b"\n" not in text[text.index(b"M010"):]:
            text += os.read(err[0], 4096)
        url = text[text.index(b"http://"):].split(b"/", 3)[2].decode()
        host, _, port = url.partition(":")
        with Running((host, int(port)), HOT) as load:
            time.sleep(1 * rounds)
            reply = b""
            while b"\n" not in reply[-1:]:
                reply = os.read(out[0], 1 << 20)  # it wakes up once
            time.sleep(0.5)
        result = done(rounds, load)
        os.set_blocking(err[0], False)
        process.terminate()
        assert process.wait(harness.DEADLINE_S) == 0
        return result
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for fd in (out[0], err[0]):
            os.close(fd)
        server.cleanup()

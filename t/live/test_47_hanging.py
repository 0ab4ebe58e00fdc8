# SPDX-License-Identifier: MIT
"""A root on a file system whose server does not answer: the master goes on."""
import json
import os
import signal

from controlled import ask
from harness import halt, until
from mounts import serve_on


def up_s(server):
    return json.loads(ask(server, "--status=json").stdout)["seconds"]


def test_the_master_waits_for_no_root(serve, short):
    """It looks at its roots once a second, but not at one that may hang."""
    conf = {"server": {"workers": 1, "control": str(short / "control")}}
    with serve_on(serve, "bindfs", short, conf=conf) as (server, _):
        far = int((short / "made-of" / "pid").read_text())
        begun = up_s(server)
        halt(far)
        try:
            until("three looks", lambda: up_s(server) >= begun + 3)
        finally:
            os.kill(far, signal.SIGCONT)

# SPDX-License-Identifier: MIT
"""A short run of t/fault/torture: all kinds of writers at once, on the file
systems that can be had here."""
import os
import pathlib
import subprocess
import sys

import pytest

from harness import binary, need
from mounts import in_namespace

TORTURE = pathlib.Path(__file__).with_name("torture")


@pytest.mark.parametrize("kind", ("plain", "tmpfs", "overlay", "ext4-128"))
def test_writers_of_all_kinds(kind):
    if not in_namespace():
        need("no mount namespaces here")
    done = subprocess.run(
        [sys.executable, str(TORTURE), "--seconds", "5", "--clients", "8", kind],
        env=dict(os.environ, ETAGD=str(binary())), capture_output=True,
        text=True, timeout=300)
    if done.returncode and "Traceback" in done.stderr and kind != "plain":
        pytest.skip("%s can't be mounted: %s" % (
            kind, done.stderr.strip().splitlines()[-1]))
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith(kind)]
    assert len(rows) == 11, done.stdout

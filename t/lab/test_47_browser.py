# SPDX-License-Identifier: MIT
"""The browser's pipe, without a browser: what is said to it comes back."""
import os
import subprocess
import sys

from reading import TOP

ECHO = """
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
from etagdlab import cdp

# 3 and 4 are in use until the very moment of the fork, as when another thread
# closes a file just then
os.closerange(3, 64)
for number in (3, 4):
    assert os.open("/dev/null", os.O_RDONLY) == number
fork = subprocess._fork_exec

def closing(*arguments):
    os.closerange(3, 5)
    return fork(*arguments)

subprocess._fork_exec = closing
pipe = cdp.Pipe(["/bin/sh", "-c", "exec cat <&3 >&4"], dict(os.environ),
                print)
print(pipe.call("any"))
"""


def test_its_numbers_may_be_let_go_by_others():
    done = subprocess.run([sys.executable, "-c", ECHO, str(TOP / "lab")],
                          env=dict(os.environ), capture_output=True,
                          text=True, timeout=60)
    assert done.stdout == "{}\n", done.stderr

# SPDX-License-Identifier: MIT
"""Memory: what a server that rests has, and what it gives back after a load."""
import pytest

from harness import sanitized, until
from memory import own

MIB = 1 << 20


@pytest.fixture(autouse=True)
def plain(program):
    if sanitized():
        pytest.skip("sanitizers need memory of their own")


def test_at_rest(serve):
    """Tables, pools and libraries' own are not touched before they are used.
    (7.2 MiB, when they were.)"""
    server = serve(conf={"server": {"workers": 2}}, files={"a.txt": "a\n"})
    assert len(server.workers()) == 2
    assert server.preparer()
    until("what the start took is given back", lambda: own(server) < 2 * MIB)

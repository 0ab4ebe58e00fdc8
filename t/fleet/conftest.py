# SPDX-License-Identifier: MIT
"""Fixtures of the fleet's tests: nodes by packaging/fleet/etagd.ini, and what
is in front of them."""
import pytest

from fronts import require
from nodes import Node


@pytest.fixture
def node(serve, short):
    """node(files, **options): one more; they are numbered."""
    made = []

    def start(files, **options):
        made.append(Node(serve, short, len(made), files, **options))
        return made[-1]
    yield start
    for one in made:
        one.stop()


@pytest.fixture
def nodes(node):
    """nodes(files, **options): three with the same files."""
    return lambda files, **options: [node(files, **options) for _ in range(3)]


@pytest.fixture
def before(short):
    """before(kind, nodes): a front that takes all of them for good."""
    fronts = []

    def start(kind, nodes):
        require(kind)
        short.chmod(0o755)  # nginx serves as somebody else
        front = kind(short, [n.address for n in nodes])
        fronts.append(front)
        front.await_good(*range(len(nodes)))
        return front
    yield start
    for front in fronts:
        front.stop()

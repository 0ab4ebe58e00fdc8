# SPDX-License-Identifier: MIT
"""Nodes behind HAProxy, Varnish and nginx: one leaves, comes back, is upgraded
and reloaded, and no client of the front notices."""
import json
import pathlib
import subprocess
import sys

import pytest

from fronts import (BareHAProxy, BareNginx, BareVarnish, HAProxy, Varnish,
                    Whole, require)
from test_80_service import FILES, Load


@pytest.mark.parametrize("kind", (BareHAProxy, BareVarnish, BareNginx, Whole))
def test_no_client_notices(nodes, before, kind):
    three = nodes(FILES)
    front = before(kind, three)
    with Load(front.port) as load:
        load.more(50)
        for i in (1,) if kind is Whole else (0, 1):
            three[i].leave(front, {0, 1, 2} - {i})
            load.more(50)
            three[i].come_back()
            front.await_good(0, 1, 2)
            load.more(50)
        three[1].upgrade()
        load.more(50)
        for _ in range(3):
            three[2].server.reload()
            load.more(50)
        front.await_good(0, 1, 2)
    assert load.lost == []
    assert load.done > 300


@pytest.mark.parametrize("kind", (HAProxy, BareNginx))
def test_connections_of_a_front_outlive_the_program(nodes, before, kind):
    """Those that it keeps open go on at the next program's workers: it has no
    reason to ask anything again."""
    three = nodes(FILES)
    front = before(kind, three)
    with Load(front.port) as load:
        for node in three:
            load.more(50)
            node.upgrade()
        load.more(50)
    assert load.lost == []
    for node in three:
        told = json.loads(node.ask("--status=json"))["handed_over"]
        assert told["given"] == told["taken"] >= 1 and not told["untaken"]


# What has begun to reach the client can't be had again by anybody in between;
# the cache hands on what it has whole.
@pytest.mark.parametrize("kind, large", ((HAProxy, 0), (Whole, 7)))
def test_a_killed_worker_costs_nothing_where_requests_are_repeated(
        nodes, before, kind, large):
    three = nodes(FILES)
    front = before(kind, three)
    with Load(front.port, large=large) as load:
        for node in three:
            load.more(50)
            node.kill_a_worker()
        load.more(50)
    assert load.lost == []


@pytest.mark.parametrize("kind, title", (
    (HAProxy, "HAProxy, no checks, no retry-on, sockets held"),
    (Varnish, "Varnish, pass, neither, sockets held")))
def test_fronts_that_know_nothing_wait_at_held_sockets(kind, title):
    """TERM, QUIT, and a master that is killed: systemd has the sockets, and starts
    another one, which finds everybody in the queue."""
    require(kind)
    done = subprocess.run(
        [sys.executable, str(pathlib.Path(__file__).with_name("run")), "--table",
         "2", "--kind", "etagd", "--requests", "4000", title],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(title) == 3

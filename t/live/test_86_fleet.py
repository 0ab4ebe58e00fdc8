# SPDX-License-Identifier: MIT
"""Nodes behind HAProxy, Varnish and nginx: one leaves, comes back, is upgraded
and reloaded, and no client of the front notices."""
import os
import pathlib
import signal

import pytest

import harness
from fronts import (CHECK, HAProxy, HAProxyRetries, HAProxySafe, Nginx,
                    Varnish, missing)
from harness import until
from test_80_service import FILES, Load

CONF = {"server": {"on-term": "drain", "workers": 2},
        "health": {"path": CHECK, "log": "off"},
        "timeouts": {"ready-delay": "1h"}}  # the test says when it is over


class Node:
    """One etagd at an address of its own, which stays when it is another
    process."""

    def __init__(self, serve, folder, i):
        self.folder = pathlib.Path(folder)
        self.control = self.folder / ("c%d" % i)
        self.pidfile = self.folder / ("p%d" % i)
        conf = {k: dict(v) for k, v in CONF.items()}
        conf["server"].update({"listen": "127.86.0.%d:0" % (i + 1),
                               "control": self.control,
                               "pidfile": self.pidfile})
        self.server = serve(files=FILES, conf=conf)
        self.address = self.server.address

    def ask(self, word):
        return harness.run(word, "--control", self.control)

    def leave(self, front, others):
        self.server.signal(signal.SIGTERM)
        front.await_good(*others)
        self.server.signal(signal.SIGQUIT)
        self.server.finish()

    def come_back(self):
        self.server.configure({"server": {"listen": "%s:%d" % self.address}})
        self.server.start()

    def upgrade(self):
        """The server of this object ends; the other one is ended by stop()."""
        old = self.server.pid
        self.server.signal(signal.SIGUSR2)

        def other():
            now = int(self.pidfile.read_text() or 0)
            return now not in (0, old)
        until("another master", other)
        assert self.server.process.popen.wait(harness.DEADLINE_S) == 0
        self.server.stopped = True

    def stop(self):
        if not self.server.stopped:
            self.server.stop(signal.SIGINT)
        elif self.control.exists():
            assert self.ask("--stop").returncode == 0

    def kill_a_worker(self):
        mark = self.server.mark()
        os.kill(self.server.workers()[0], signal.SIGKILL)
        self.server.await_line("M030: worker", mark)


@pytest.fixture
def nodes(serve, short):
    made = [Node(serve, short, i) for i in range(3)]
    yield made
    for node in made:
        node.stop()


@pytest.fixture
def before(nodes, short):
    """before(Front) stands in front of the nodes."""
    fronts = []

    def start(kind):
        why = missing(kind)
        if why:
            harness.need(why)
        front = kind(short, [n.address for n in nodes])
        fronts.append(front)
        front.await_good(0, 1, 2)
        return front
    yield start
    for front in fronts:
        front.stop()


@pytest.mark.parametrize("kind", (HAProxy, HAProxySafe, Varnish, Nginx))
def test_no_client_notices(nodes, before, kind):
    front = before(kind)
    with Load(front.port) as load:
        load.more(50)
        for i in 0, 1:
            nodes[i].leave(front, {0, 1, 2} - {i})
            load.more(50)
            nodes[i].come_back()
            front.await_good(0, 1, 2)
            load.more(50)
        nodes[1].upgrade()
        load.more(50)
        for _ in range(3):
            nodes[2].server.reload()
            load.more(50)
        front.await_good(0, 1, 2)
    assert load.lost == []
    assert load.done > 400


def test_a_killed_worker_costs_nothing_where_requests_are_repeated(
        nodes, before):
    """As far as nothing of a response had come: what has begun to reach the
    client can't be had again by anybody in between."""
    front = before(HAProxyRetries)
    with Load(front.port, large=0) as load:
        for node in nodes:
            load.more(50)
            node.kill_a_worker()
        load.more(50)
    assert load.lost == []

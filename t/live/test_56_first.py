# SPDX-License-Identifier: MIT
"""The first answer of all: the worker is there before the preparer, and what
it asks meanwhile is answered."""
import pathlib
import socket

import pytest

from test_80_service import passing

FILES = {"a.txt": "a\n", "long.css": "b { margin: 0 }\n" * 3000}
NUMBERS = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text())


@pytest.fixture
def listener():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(64)
        yield s


def before(a, b):
    """Was process a started before b?  Numbers begin again at some time."""
    return (b - a) % NUMBERS < NUMBERS // 2


def test_the_worker_goes_first(serve):
    server = serve(files=FILES, conf={"server": {"workers": 1}})
    assert before(server.workers()[0], server.preparer())


@pytest.mark.parametrize("conf", (
    {"server": {"workers": 1}, "prepare": {"warm": "*.css"}},
    {"server": {"workers": 65}}), ids=("warmed", "many"))
def test_unless_files_are_warmed_or_workers_are_many(serve, conf):
    server = serve(files=FILES, conf=conf)
    assert before(server.preparer(), server.workers()[0])


def test_who_came_before_the_preparer_is_answered_by_it(serve, listener):
    """A page that a worker does not read by itself is asked for when nobody is
    there yet."""
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)) as early:
        early.sendall(b"GET /long.css HTTP/1.1\r\nHost: localhost\r\n"
                      b"Connection: close\r\n\r\n")
        server = serve(files=FILES, wrap=passing(listener), conf={
            "server": {"workers": 3, "listen": "127.0.0.1:%d" % port}})
        listener.close()
        told = b""
        while part := early.recv(65536):
            told += part
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == FILES["long.css"].encode()
    # a strong tag is made of the preparer's digest
    tag = server.get("/long.css").get("ETag")
    assert not tag.startswith("W/")
    assert ("\r\nETag: %s\r\n" % tag).encode() in head

# SPDX-License-Identifier: MIT
"""talk: a connection of the lab's own, where a browser would not do what is to
be seen: who closes first and how, a small MSS, one thing after the other, and
connections that hold workers."""
import contextlib
import select
import re
import socket
import struct
import time
from typing import Callable, Dict, List
from urllib.parse import urlsplit

from . import bpf

PATIENCE_S = 10
# As long as others may hold every worker.
STALL_S = 120
ANSWER_MAX = 64 << 20
# What a FIN needs to come again; the kernel's first timer is 0.2 s.
CROSS_S = 3
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
FIN_WAIT_1 = "04"


class NoAnswer(OSError):
    """The server did not do what belongs to the experiment."""


def _request(path: str, host: str, last: bool) -> bytes:
    return ("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: etagd-lab\r\n%s\r\n" % (
        path, host, "Connection: close\r\n" if last else "")).encode()


def _head(s: socket.socket) -> "tuple[bytes, int]":
    """(what came behind the head, bytes of content that it announces)"""
    data = b""
    while b"\r\n\r\n" not in data:
        part = s.recv(65536)
        if not part or len(data) > 1 << 16:
            raise NoAnswer("no answer to the lab's own request")
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and \
                re.fullmatch(rb"\s*[0-9]{1,18}\s*", value):
            return rest, int(value)
    return rest, 0


def _answer(s: socket.socket) -> int:
    """Reads one response; bytes of content."""
    rest, length = _head(s)
    got = len(rest)
    while got < min(length, ANSWER_MAX):
        part = s.recv(1 << 16)
        if not part:
            break
        got += len(part)
    return got


def _until_end(s: socket.socket) -> None:
    """What still comes, up to the other end's FIN."""
    got = 1
    while got:
        got = len(s.recv(1 << 16))


def _settle(s: socket.socket) -> None:
    """The other end has closed as well, or does not within a moment."""
    if select.select([s], [], [], PATIENCE_S)[0]:
        try:
            s.recv(1)
        except OSError:
            pass              # a reset is an end, too


def _client(s: socket.socket, path: str, host: str) -> None:
    s.sendall(_request(path, host, False))
    _answer(s)
    s.shutdown(socket.SHUT_WR)
    _settle(s)


def _server(s: socket.socket, path: str, host: str) -> None:
    s.sendall(_request(path, host, True))
    _answer(s)
    _until_end(s)


def _other_closed(s: socket.socket) -> bool:
    """Whether the other end, on this machine, is in FIN-WAIT-1."""
    mine, theirs = s.getsockname()[1], s.getpeername()[1]
    for name in TABLES:
        try:
            with open(name, encoding="ascii") as f:
                rows = [line.split()[1:4] for line in f][1:]
        except OSError:
            continue
        for here, there, state in rows:
            if state == FIN_WAIT_1 and here.endswith(":%04X" % theirs) and \
                    there.endswith(":%04X" % mine):
                return True
    return False


def _both(s: socket.socket, path: str, host: str) -> None:
    """The FINs cross: the server's is held off until ours has left, as on a
    long way; it comes again."""
    s.sendall(_request(path, host, False))
    _answer(s)
    bpf.attach(s, bpf.DROP_FIN)
    s.sendall(_request(path, host, True))
    # The content may come with the FIN, which is lost with it for now, so only
    # the kernel's table tells that it has been sent.
    end = time.monotonic() + PATIENCE_S
    while not _other_closed(s):
        if time.monotonic() > end:
            raise NoAnswer("the server did not close")
        time.sleep(0.01)
    s.shutdown(socket.SHUT_WR)
    bpf.detach(s)
    s.settimeout(CROSS_S)
    _until_end(s)


def _reset(s: socket.socket, path: str, host: str) -> None:
    s.sendall(_request(path, host, False))
    _answer(s)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _half(s: socket.socket, path: str, host: str) -> None:
    """Our direction is closed before the answer comes."""
    s.send(_request(path, host, False), socket.MSG_MORE)
    s.shutdown(socket.SHUT_WR)    # so the FIN rides on the request
    _answer(s)
    _until_end(s)


WAYS: "Dict[str, Callable[[socket.socket, str, str], None]]" = {
    "client": _client, "server": _server, "both": _both, "reset": _reset,
    "half": _half,
}


def _connect(url: str, mss: int = 0) -> "tuple[socket.socket, str]":
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    s.settimeout(PATIENCE_S)
    if mss:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, mss)
    s.connect((host, port))
    return s, parts.netloc


def close(url: str, path: str, way: str) -> int:
    """Asks for a page and closes in one of WAYS; our port."""
    s, host = _connect(url)
    with s:
        port = int(s.getsockname()[1])
        WAYS[way](s, path, host)
    return port


def fetch(url: str, path: str, mss: int) -> "tuple[int, int]":
    """Asks for a page with an MSS of our own: (our port, bytes of content)"""
    s, host = _connect(url, mss)
    with s:
        port = s.getsockname()[1]
        s.sendall(_request(path, host, False))
        got = _answer(s)
    return port, got


def serial(url: str, paths: List[str]) -> "tuple[int, float]":
    """Asks for one after the other on one connection: (our port, seconds)"""
    s, host = _connect(url)
    with s:
        port = s.getsockname()[1]
        began = time.monotonic()
        for path in paths:
            s.sendall(_request(path, host, False))
            _answer(s)
    return port, time.monotonic() - began


def stall(url: str, path: str, holders: int) -> "tuple[List[int], float]":
    """Opens connections that ask for nothing, then one that asks: (our ports,
    the one that asked first; the seconds that it waited)"""
    with contextlib.ExitStack() as all_of_them:
        held = [all_of_them.enter_context(_connect(url)[0])
                for _ in range(holders)]
        s, host = _connect(url)
        all_of_them.enter_context(s)
        s.settimeout(STALL_S)
        began = time.monotonic()
        s.sendall(_request(path, host, False))
        _answer(s)
        took = time.monotonic() - began
        ports = [x.getsockname()[1] for x in [s, *held]]
    return ports, took

# SPDX-License-Identifier: MIT
"""capture: the experiment's packets on the loopback interface, and nothing
else.

Two ways to get them: dumpcap (which Debian lets the group wireshark use), and
a packet socket of our own (needs CAP_NET_RAW).  Both begin and end with a
datagram of our own on the same port number: when it is in the file, so is
everything before it.  Nothing here waits for an amount of time.
"""
import os
import pathlib
import secrets
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from . import bpf, children, packets, pcapng, tools
from .words import Said

DEADLINE_S = 10
SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_STATISTICS = 263, 6
# A burst of loopback's 64 KB segments fills dumpcap's usual 2 MB in no time:
# 88 to 116 frames of 330 were lost, none with this.
BUFFER_MB = 64
ETH_P_IP = 0x0800
# Where the experiment's server listens.  A client at another address of this
# machine may have the same port number.
ADDRESS = "127.0.0.1"


class NoCapture(RuntimeError):
    """Why there is no capture, for the report."""


def said_of(why: BaseException) -> Said:
    """Its text, to be said in another language where that can be."""
    text = why.args[0] if why.args else ""
    return text if isinstance(text, Said) else Said((str(text),))


def mark_in(block: pcapng.Block, mark: bytes) -> bool:
    return bool(block.data) and mark in block.data


class _Dumpcap:
    def __init__(self, port: int, path: pathlib.Path) -> None:
        program = tools.DUMPCAP.path()
        if not program:
            raise NoCapture(tools.DUMPCAP.missing())
        self.path = path
        only = "(tcp or udp) and (%s)" % " or ".join(
            "(%s host %s and %s port %d)" % (end, ADDRESS, end, port)
            for end in ("src", "dst"))
        self.process = children.start(
            [program, "-q", "-B", str(BUFFER_MB), "-i", "lo", "-f", only,
             "-w", str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        if self.process.stderr is None:
            raise NoCapture("dumpcap: no pipe")
        self.stderr = self.process.stderr

    def blocks(self) -> list[pcapng.Block]:
        return pcapng.read_growing(self.path)

    def dropped(self) -> int | None:
        """Known once it has ended."""
        return pcapng.dropped(self.blocks())

    def why_ended(self) -> str | None:
        if self.process.poll() is None:
            return None
        text: str = self.stderr.read().decode("utf-8", "replace")
        lines = [x.strip() for x in text.splitlines() if x.strip()]
        wanted = [x for x in lines if "permission" in x.lower() or
                  "not permitted" in x.lower()]
        return "dumpcap: " + (wanted or lines or ["ended"])[0]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.stderr.close()
        children.ended(self.process)


class _PacketSocket:
    def __init__(self, port: int, _: pathlib.Path) -> None:
        try:
            self.socket = socket.socket(
                socket.AF_PACKET, socket.SOCK_DGRAM, 0)  # nothing before bind()
        except (PermissionError, AttributeError) as why:
            raise NoCapture("no right to open a packet socket "
                            "(CAP_NET_RAW)") from why
        self.found: list[tuple[int, bytes]] = []
        self.handed = self.lost = 0  # by the kernel
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        # Beyond the system's limit where that is allowed.
        for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):
            try:
                self.socket.setsockopt(socket.SOL_SOCKET, option,
                                       BUFFER_MB << 20)
            except OSError:
                pass
        # What others send through loopback must not fill the buffer.
        bpf.attach(self.socket, bpf.of_server(ADDRESS, port))
        self.socket.bind(("lo", ETH_P_IP))
        self.stop_r, self.stop_w = os.pipe()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        poll.register(self.stop_r, select.POLLIN)
        while True:
            if any(fd == self.stop_r for fd, _ in poll.poll()):
                return
            data, extra, _, _ = self.socket.recvmsg(1 << 17, 64)
            self.found.append((self._time(extra), data))

    @staticmethod
    def _time(extra: Sequence[tuple[int, int, bytes]]) -> int:
        for level, kind, value in extra:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                s, ns = struct.unpack("qq", value[:16])
                return int(s) * 10 ** 9 + int(ns)
        return time.time_ns()

    def blocks(self) -> list[pcapng.Block]:
        made = [pcapng.section(), pcapng.interface(packets.RAW)]
        for i, (time_ns, data) in enumerate(list(self.found)):
            made.append(pcapng.packet(data, time_ns, packets.RAW, i + 1))
        return made

    def dropped(self) -> int | None:
        return self.lost

    def why_ended(self) -> str | None:
        return None if self.thread.is_alive() else "the packet socket ended"

    def end(self) -> None:
        os.write(self.stop_w, b".")
        self.thread.join(DEADLINE_S)
        self.handed, self.lost = struct.unpack("II", self.socket.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))
        self.socket.close()
        os.close(self.stop_r)
        os.close(self.stop_w)


class _Source(Protocol):
    """Either of the two."""
    def blocks(self) -> list[pcapng.Block]: ...
    def dropped(self) -> int | None: ...
    def why_ended(self) -> str | None: ...
    def end(self) -> None: ...


WAYS: dict[str, Callable[[int, pathlib.Path], _Source]] = {
    "dumpcap": _Dumpcap, "socket": _PacketSocket}


class Capture:
    """Begins when constructed; finish() gives the blocks of the file."""

    def __init__(self, port: int, folder: str | os.PathLike[str],
                 way: str) -> None:
        self.port, self.way = port, way
        self.marks: list[bytes] = []
        self.ended = False
        self.whole = False        # up to its last mark
        self.dropped: int | None = None
        self.path = pathlib.Path(folder) / "raw.pcapng"
        self.source = WAYS[way](port, self.path)
        try:
            self._await_mark(repeat=True)
        except NoCapture:
            self.source.end()
            raise

    def _send_mark(self) -> bytes:
        mark = b"etagd-lab " + secrets.token_hex(8).encode()
        self.marks.append(mark)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(mark, (ADDRESS, self.port))
        return mark

    def _await_mark(self, repeat: bool) -> None:
        """Before the capture has begun a mark may be lost, so it is sent
        again; at the end the one mark must come."""
        end = time.monotonic() + DEADLINE_S
        sent = [self._send_mark()]
        while True:
            if any(mark_in(b, m) for b in self.source.blocks() for m in sent):
                return
            why = self.source.why_ended()
            if why or time.monotonic() > end:
                raise NoCapture(why or Said((
                    "%s captured nothing within %d s", self.way,
                    DEADLINE_S)))
            time.sleep(0.05)
            if repeat:
                sent.append(self._send_mark())

    def end(self) -> None:
        """Nothing captures any more; again and again if need be."""
        if not self.ended:
            self.ended = True
            self.source.end()

    def finish(self) -> list[pcapng.Block]:
        """The capture without our own marks, its packets numbered by
        themselves.  A last mark that does not come was lost, with others
        maybe: what there is is given all the same."""
        try:
            self._await_mark(repeat=True)
            self.whole = True
        except NoCapture:
            pass
        finally:
            self.end()
        blocks = self.source.blocks()
        self.dropped = self.source.dropped()
        kept, number = [], 0
        for b in blocks:
            if b.number and any(mark_in(b, m) for m in self.marks):
                continue
            if b.number:
                number += 1
                b.number = number
            kept.append(b)
        return kept


def begin(port: int, folder: str | os.PathLike[str],
          way: str = "auto") -> Capture:
    """A running Capture; NoCapture says why each way failed."""
    if way == "off":
        raise NoCapture("no capture was wanted (--capture off)")
    failed = []
    for name in WAYS if way == "auto" else [way]:
        try:
            return Capture(port, folder, name)
        except NoCapture as why:
            failed.append(said_of(why))
    said = failed[0]
    for more in failed[1:]:
        said = said.and_then("; ").joined(more)
    raise NoCapture(said)

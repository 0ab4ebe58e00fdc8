# SPDX-License-Identifier: MIT
"""packets: from the bytes of a captured frame to one TCP segment.

Knows the link types that a loopback capture can have; anything that is not
TCP over IPv4 or IPv6 is None.
"""
import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from .pcapng import Block

NULL, ETHERNET, RAW, RAW_OLD, LOOP = 0, 1, 101, 12, 108
SLL, IPV4, IPV6, SLL2 = 113, 228, 229, 276

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
FLAG_NAMES = ((FIN, "FIN"), (SYN, "SYN"), (RST, "RST"), (PSH, "PSH"),
              (ACK, "ACK"), (URG, "URG"))
MOD = 1 << 32

End = tuple[str, int]         # address and port


@dataclass
class Segment:
    number: int               # of the packet in the file
    time_ns: int
    source: str
    sport: int
    destination: str
    dport: int
    seq: int
    ack: int
    flags: int
    window: int
    options: list[str]        # in order
    data: bytes               # what was captured of it
    length: int               # of the data, by the IP header
    frame: int                # bytes on the wire, all headers

    @property
    def key(self) -> tuple[End, End]:
        """The same for both directions of one connection."""
        a, b = (self.source, self.sport), (self.destination, self.dport)
        return (a, b) if a <= b else (b, a)

    def has(self, flag: int) -> bool:
        return bool(self.flags & flag)

    @property
    def takes(self) -> int:
        """Sequence numbers used up."""
        return self.length + self.has(SYN) + self.has(FIN)

    @property
    def flag_text(self) -> str:
        return ", ".join(n for bit, n in FLAG_NAMES if self.flags & bit)


def network(link: int, data: bytes) -> bytes | None:
    """The IP packet in a frame, or None."""
    if link in (RAW, RAW_OLD, IPV4, IPV6):
        return data
    if link in (NULL, LOOP):
        return data[4:]
    if link == ETHERNET:
        at, kind = 14, data[12:14]
        while kind == b"\x81\x00":
            kind, at = data[at + 2:at + 4], at + 4
        return data[at:] if kind in (b"\x08\x00", b"\x86\xdd") else None
    if link == SLL:
        return data[16:]
    if link == SLL2:
        return data[20:]
    return None


def _ip(packet: bytes) -> tuple[str, str, int, bytes, int] | None:
    """(source, destination, protocol, payload, its true length) or None."""
    if len(packet) < 20:
        return None
    version = packet[0] >> 4
    if version == 4:
        head = (packet[0] & 15) * 4
        total = struct.unpack_from(">H", packet, 2)[0] or len(packet)
        if struct.unpack_from(">H", packet, 6)[0] & 0x1FFF:
            return None       # a later fragment has no TCP header
        return (str(ipaddress.IPv4Address(packet[12:16])),
                str(ipaddress.IPv4Address(packet[16:20])), packet[9],
                packet[head:total], total - head)
    if version == 6 and len(packet) >= 40:
        total = struct.unpack_from(">H", packet, 4)[0] or len(packet) - 40
        return (str(ipaddress.IPv6Address(packet[8:24])),
                str(ipaddress.IPv6Address(packet[24:40])), packet[6],
                packet[40:40 + total], total)
    return None


def _options(raw: bytes) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(raw):
        kind = raw[at]
        if kind == 0:
            break
        if kind == 1:
            at += 1
            continue
        if at + 1 >= len(raw) or raw[at + 1] < 2:
            break
        value = raw[at + 2:at + raw[at + 1]]
        if kind == 2 and len(value) == 2:
            found.append("MSS=%d" % struct.unpack(">H", value)[0])
        elif kind == 3 and len(value) == 1:
            found.append("WS=%d" % (1 << min(value[0], 14)))
        elif kind == 4:
            found.append("SACK_PERM")
        elif kind == 8 and len(value) == 8:
            found.append("TSval=%d TSecr=%d" % struct.unpack(">II", value))
        at += raw[at + 1]
    return found


def segment(block: Block) -> Segment | None:
    """The TCP segment in a packet block, or None."""
    packet = network(block.link, block.data)
    ip = _ip(packet) if packet else None
    if not ip or ip[2] != 6 or len(ip[3]) < 20:
        return None
    source, destination, _, tcp, length = ip
    sport, dport, seq, ack, bits, window = struct.unpack_from(">HHIIHH", tcp)
    head = (bits >> 12) * 4
    if not 20 <= head <= length:
        return None
    return Segment(block.number, block.time_ns, source, sport, destination,
                   dport, seq, ack, bits & 63, window,
                   _options(tcp[20:head]), tcp[head:], length - head,
                   len(block.data))


def segments(blocks: Iterable[Block]) -> list[Segment]:
    found = (segment(b) for b in blocks if b.data)
    return [s for s in found if s]

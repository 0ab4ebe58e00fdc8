# SPDX-License-Identifier: MIT
"""pcapng: reads and writes capture files (pcapng 1.0, and classic pcap for
reading), block by block.

What is not understood is kept byte for byte, so that a copy with comments is
the same capture.  Both byte orders; several sections and interfaces.
"""
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

SECTION, INTERFACE, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 3, 6
STATISTICS = 5
OPT_IFDROP, OPT_OSDROP = 5, 7
OPT_END, OPT_COMMENT, OPT_TSRESOL, OPT_TSOFFSET = 0, 1, 9, 14

CLASSIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 6), b"\xa1\xb2\xc3\xd4": (">", 6),
    b"\x4d\x3c\xb2\xa1": ("<", 9), b"\xa1\xb2\x3c\x4d": (">", 9),
}


class Malformed(ValueError):
    """The file is no capture, or ends in the middle of one."""


@dataclass
class Interface:
    link: int
    ticks: int = 1000000      # a second has so many
    offset: int = 0           # seconds


@dataclass
class Block:
    """One block as it is in the file; packet blocks also say what is in
    them."""
    kind: int
    order: str                # "<" or ">"
    body: bytes
    number: int = 0           # of the packet, from 1; 0: no packet
    link: int = 0
    time_ns: int = 0
    data: bytes = b""
    options_at: int = 0       # offset of the options in body
    comments: list[str] = field(default_factory=list)


def pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def options(body: bytes, at: int, order: str) -> list[tuple[int, bytes]]:
    """[(code, value)] from an offset to the end of the list."""
    found: list[tuple[int, bytes]] = []
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        if code == OPT_END:
            break
        value = body[at + 4:at + 4 + length]
        if len(value) < length:
            raise Malformed("an option is longer than its block")
        found.append((code, value))
        at += 4 + length + -length % 4
    return found


def _interface(body: bytes, order: str) -> Interface:
    if len(body) < 8:
        raise Malformed("an interface block is too short")
    face = Interface(struct.unpack_from(order + "H", body)[0])
    for code, value in options(body, 8, order):
        if code == OPT_TSRESOL and value:
            low = value[0] & 0x7F
            face.ticks = 2 ** low if value[0] & 0x80 else 10 ** low
        elif code == OPT_TSOFFSET and len(value) == 8:
            face.offset = struct.unpack(order + "q", value)[0]
    return face


def _packet(block: Block, faces: Sequence[Interface]) -> None:
    order, body = block.order, block.body
    if len(body) < 20:
        raise Malformed("a packet block is too short")
    number, high, low, kept = struct.unpack_from(order + "IIII", body)
    if number >= len(faces):
        raise Malformed("a packet of an interface that was not described")
    if 20 + kept > len(body):
        raise Malformed("a packet is longer than its block")
    face = faces[number]
    ticks = high << 32 | low
    block.link = face.link
    block.time_ns = (face.offset * 10 ** 9 +
                     ticks * 10 ** 9 // face.ticks)
    block.data = body[20:20 + kept]
    block.options_at = 20 + kept + -kept % 4
    block.comments = [v.decode("utf-8", "replace") for c, v in
                      options(body, block.options_at, order)
                      if c == OPT_COMMENT]


def _blocks(data: bytes) -> Iterator[Block]:
    at, order, number = 0, "<", 0
    faces: list[Interface] = []
    while at < len(data):
        if at + 12 > len(data):
            raise Malformed("the file ends in the middle of a block")
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            magic = data[at + 8:at + 12]
            if magic not in (b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"):
                raise Malformed("not a pcapng file")
            order = "<" if magic[0] == 0x4d else ">"
            faces = []
        elif at == 0:
            raise Malformed("not a pcapng file")
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length % 4 or at + length > len(data):
            raise Malformed("the file ends in the middle of a block")
        block = Block(kind, order, data[at + 8:at + length - 4])
        if kind == INTERFACE:
            faces.append(_interface(block.body, order))
        elif kind == ENHANCED:
            _packet(block, faces)
        if kind in (ENHANCED, SIMPLE):
            number += 1
            block.number = number
        yield block
        at += length


def _classic(data: bytes) -> Iterator[Block]:
    """A classic file, as the blocks of a pcapng file."""
    order, digits = CLASSIC[data[:4]]
    if len(data) < 24:
        raise Malformed("the file ends in its header")
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    yield section()
    yield interface(link, digits)
    at, number = 24, 0
    while at < len(data):
        if at + 16 > len(data):
            raise Malformed("the file ends in the middle of a packet")
        s, part, kept, full = struct.unpack_from(order + "IIII", data, at)
        frame = data[at + 16:at + 16 + kept]
        if len(frame) < kept:
            raise Malformed("the file ends in the middle of a packet")
        number += 1
        yield packet(frame, s * 10 ** 9 + part * 10 ** (9 - digits), link,
                     number, full, digits)
        at += 16 + kept


def parse(data: bytes) -> list[Block]:
    """All blocks of a capture file."""
    if data[:4] in CLASSIC:
        return list(_classic(data))
    return list(_blocks(data))


def read(path: str | os.PathLike[str]) -> list[Block]:
    with open(path, "rb") as f:
        return parse(f.read())


def dropped(blocks: Iterable[Block]) -> int | None:
    """Packets that the capturing program lost, as it says itself at the end;
    None: it does not say."""
    counts = [struct.unpack(b.order + "Q", value)[0]
              for b in blocks if b.kind == STATISTICS
              for code, value in options(b.body, 12, b.order)
              if code in (OPT_IFDROP, OPT_OSDROP) and len(value) == 8]
    return sum(counts) if counts else None


def read_growing(path: str | os.PathLike[str]) -> list[Block]:
    """The whole blocks of a file that is still being written."""
    blocks: list[Block] = []
    try:
        with open(path, "rb") as f:
            for block in _blocks(f.read()):
                blocks.append(block)
    except (Malformed, FileNotFoundError):
        pass
    return blocks


# -- making blocks -----------------------------------------------------------

def section() -> Block:
    return Block(SECTION, "<", struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(link: int, digits: int = 9) -> Block:
    body = struct.pack("<HHI", link, 0, 0)
    body += struct.pack("<HHB3x", OPT_TSRESOL, 1, digits) + bytes(4)
    return Block(INTERFACE, "<", body)


def packet(data: bytes, time_ns: int, link: int, number: int,
           full: int | None = None, digits: int = 9) -> Block:
    ticks = time_ns // 10 ** (9 - digits)
    body = struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF,
                       len(data), len(data) if full is None else full)
    body += pad(data)
    return Block(ENHANCED, "<", body, number, link, time_ns, data, len(body))


def with_comments(block: Block, comments: Sequence[str]) -> Block:
    """The packet's block with more comments, before the other options (some
    readers show only those that come first).  What it says already is not said
    again: a capture may be annotated twice."""
    comments = [c for c in comments if c not in block.comments]
    if block.kind != ENHANCED or not comments:
        return block
    order, at = block.order, block.options_at
    extra = b""
    for text in comments:
        raw = text.encode("utf-8")[:60000]
        extra += struct.pack(order + "HH", OPT_COMMENT, len(raw)) + pad(raw)
    rest = block.body[at:] or struct.pack(order + "HH", OPT_END, 0)
    return Block(block.kind, order, block.body[:at] + extra + rest,
                 block.number, block.link, block.time_ns, block.data, at,
                 list(comments) + block.comments)


def serialize(blocks: Iterable[Block]) -> bytes:
    out = []
    for b in blocks:
        length = len(b.body) + 12
        out.append(struct.pack(b.order + "II", b.kind, length))
        out.append(b.body)
        out.append(struct.pack(b.order + "I", length))
    return b"".join(out)


def write(path: str | os.PathLike[str], blocks: Iterable[Block]) -> None:
    with open(path, "wb") as f:
        f.write(serialize(blocks))

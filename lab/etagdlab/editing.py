# SPDX-License-Identifier: MIT
"""editing: another version of a file, so that one can see which version a
browser shows: pictures change their colours, texts get a comment."""
import os
import pathlib
import struct
import zlib
from collections.abc import Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, = struct.unpack_from(">I", data, at)
        yield data[at + 4:at + 8], data[at + 8:at + 8 + length]
        at += 12 + length


def _png(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    out = [SIGNATURE]
    for kind, body in chunks:
        out.append(struct.pack(">I", len(body)) + kind + body + struct.pack(
            ">I", zlib.crc32(kind + body)))
    return b"".join(out)


def _turn(raw: bytearray, step: int) -> bytearray:
    """Red to green to blue to red, in pixels of `step` bytes."""
    raw[0::step], raw[1::step], raw[2::step] = \
        raw[1::step], raw[2::step], raw[0::step]
    return raw


def png(data: bytes) -> bytes:
    """The same picture in other colours.

    PNG's filters work on each channel by itself, so the channels of filtered
    rows can be exchanged without undoing the filters."""
    chunks = list(_chunks(data))
    head = dict(chunks)[b"IHDR"]
    width, height, depth, kind, _, _, interlaced = struct.unpack(
        ">IIBBBBB", head)
    if kind == 3:
        return _png([(k, bytes(_turn(bytearray(b), 3)) if k == b"PLTE" else b)
                     for k, b in chunks])
    step = {2: 3, 6: 4}.get(kind)
    if not step or depth != 8 or interlaced:
        return _png(chunks[:-1] + [(b"tEXt", b"Comment\0edited"), chunks[-1]])
    raw = bytearray(zlib.decompress(b"".join(
        b for k, b in chunks if k == b"IDAT")))
    row = 1 + width * step
    for y in range(height):
        at = y * row
        raw[at + 1:at + row] = _turn(raw[at + 1:at + row], step)
    done, out = False, []
    for k, b in chunks:
        if k != b"IDAT":
            out.append((k, b))
        elif not done:
            out.append((k, zlib.compress(bytes(raw), 9)))
            done = True
    return _png(out)


def edited(name: str, data: bytes, number: int) -> bytes:
    """Other bytes of the same kind."""
    if data.startswith(SIGNATURE):
        try:
            return png(data)
        except (KeyError, struct.error, zlib.error, ValueError):
            pass              # broken or unusual: some other bytes will do
    note = b"edit %d" % number
    if name.endswith((".html", ".htm", ".svg", ".xml")):
        return data + b"<!-- " + note + b" -->\n"
    if name.endswith((".css", ".js")):
        return data + b"/* " + note + b" */\n"
    return data + note + b"\n"


def edit(path: pathlib.Path, number: int) -> None:
    """By rename, so that nobody ever sees half a file."""
    data = path.read_bytes()
    new = path.with_name(path.name + ".new~")
    new.write_bytes(edited(path.name, data, number))
    os.chmod(new, path.stat().st_mode & 0o777)
    os.rename(new, path)

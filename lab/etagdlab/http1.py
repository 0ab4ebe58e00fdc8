# SPDX-License-Identifier: MIT
"""http1: the messages in one direction of a connection, as far as a capture
needs them: where each head and each content begins and ends."""
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

METHODS = (b"GET ", b"HEAD ", b"OPTIONS ", b"POST ", b"PUT ", b"DELETE ",
           b"TRACE ", b"PATCH ", b"CONNECT ")
Gaps = Sequence[tuple[int, int]]     # (begin, end) of what was not captured


def _whole(text: str) -> int | None:
    """1*DIGIT that a file can have: int() takes signs, blanks, other scripts'
    digits and lines between them, and isdigit() superscripts."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


@dataclass
class Message:
    start: int                # offsets in the direction's bytes
    head_end: int
    end: int
    line: str
    fields: dict[str, str] = field(default_factory=dict)   # names in lower case
    sent: list[tuple[str, str]] = field(default_factory=list)   # as written
    whole: bool = True
    seen: bool = True         # its head is in the capture
    first_ns: int = 0         # where in time and among the packets it lies
    last_ns: int = 0
    first_packet: int = 0
    last_packet: int = 0

    @property
    def status(self) -> int:
        word = self.line.split(" ")
        return _whole(word[1]) or 0 if len(word) > 1 else 0

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        word = self.line.split(" ")
        return word[1] if len(word) > 1 else ""


def fields_of(lines: Iterable[str]) -> dict[str, str]:
    """{name in lower case: value}; repeated fields are joined."""
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            continue
        name, value = name.strip().lower(), value.strip()
        found[name] = found[name] + ", " + value if name in found else value
    return found


def sent_of(lines: Iterable[str]) -> list[tuple[str, str]]:
    """[(name, value)], in order and as they were written."""
    parts = (line.partition(":") for line in lines)
    return [(name.strip(), value.strip()) for name, colon, value in parts
            if colon]


def _head(data: bytes, at: int) -> Message | None:
    """Message without content, or None if its head is not whole."""
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        return None
    lines = data[at:end].decode("latin-1").split("\r\n")
    return Message(at, end + 4, end + 4, lines[0], fields_of(lines[1:]),
                   sent_of(lines[1:]))


def _chunked(data: bytes, at: int) -> int:
    """The offset behind the last chunk, or -1."""
    while True:
        line = data.find(b"\r\n", at)
        if line < 0:
            return -1
        told = data[at:line].split(b";")[0].strip(b" \t")
        if not re.fullmatch(b"[0-9A-Fa-f]{1,15}", told):
            return -1
        size = int(told, 16)
        at = line + 2 + size + 2
        if size == 0:
            return at if at <= len(data) else -1
        if at > len(data):
            return -1


def _content(message: Message, data: bytes, none: bool) -> None:
    if none:
        return
    if "chunked" in message.fields.get("transfer-encoding", ""):
        end = _chunked(data, message.head_end)
        message.whole = end >= 0
        message.end = end if end >= 0 else len(data)
        return
    length = message.fields.get("content-length")
    if length is None:
        if message.line.startswith("HTTP/"):
            message.end = len(data)   # until the connection ends
        return
    message.end = message.head_end + (_whole(length) or 0)
    if message.end > len(data):
        message.end, message.whole = len(data), False


def _resumed(data: bytes, at: int, begins: Sequence[int]) -> int:
    """Where, at a segment's begin, the next message after a loss begins."""
    for b in begins:
        if b >= at and data.startswith((b"HTTP/1.",) + METHODS, b):
            return b
    return len(data)


def _read(data: bytes, no_content: Callable[[Message, int], bool],
          gaps: Gaps = (), begins: Sequence[int] = ()) -> list[Message]:
    """gaps: [(begin, end)] of bytes that were not captured (zeros in data);
    begins: where segments begin, to go on from after a loss."""
    found: list[Message] = []
    at = 0
    while at < len(data):
        message = _head(data, at)
        upto = message.head_end if message else len(data)
        lost = [end for begin, end in gaps if begin < upto and end > at]
        if lost:
            next_at = _resumed(data, lost[0], begins)
            unseen = Message(at, next_at, next_at, "", whole=False, seen=False)
            no_content(unseen, len(found))
            found.append(unseen)
            at = next_at
            continue
        if message is None:
            line = data[at:at + 200].split(b"\r\n")[0].decode("latin-1")
            found.append(Message(at, len(data), len(data), line, whole=False))
            break
        _content(message, data, no_content(message, len(found)))
        lost = [end for begin, end in gaps
                if begin < message.end and end > at]
        if lost:
            framed = message.whole and "content-length" in message.fields
            message.whole = False
            if not framed:
                message.end = _resumed(data, lost[0], begins)
        found.append(message)
        at = message.end
    return found


def requests(data: bytes, gaps: Gaps = (),
             begins: Sequence[int] = ()) -> list[Message]:
    return _read(data, lambda m, i: False, gaps, begins)


def responses(data: bytes, asked: Sequence[Message], gaps: Gaps = (),
              begins: Sequence[int] = ()) -> list[Message]:
    """asked: the requests of the other direction, to know what a HEAD was."""
    finals: list[Message] = []

    def no_content(m: Message, _: int) -> bool:
        if 100 <= m.status < 200:
            return True
        at = len(finals)
        finals.append(m)
        head = at < len(asked) and asked[at].method == "HEAD"
        return head or m.status in (204, 304)
    return _read(data, no_content, gaps, begins)

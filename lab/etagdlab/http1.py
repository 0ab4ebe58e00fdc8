# SPDX-License-Identifier: MIT
"""http1: the messages in one direction of a connection, as far as a capture
needs them: where each head and each content begins and ends."""
from dataclasses import dataclass, field

METHODS = (b"GET ", b"HEAD ", b"OPTIONS ", b"POST ", b"PUT ", b"DELETE ",
           b"TRACE ", b"PATCH ", b"CONNECT ")


@dataclass
class Message:
    start: int                # offsets in the direction's bytes
    head_end: int
    end: int
    line: str
    fields: dict = field(default_factory=dict)   # names in lower case
    sent: list = field(default_factory=list)     # [(name, value)] as sent
    whole: bool = True
    seen: bool = True         # its head is in the capture

    @property
    def status(self):
        word = self.line.split(" ")
        return int(word[1]) if len(word) > 1 and word[1].isdigit() else 0

    @property
    def method(self):
        return self.line.split(" ")[0]

    @property
    def target(self):
        word = self.line.split(" ")
        return word[1] if len(word) > 1 else ""


def fields_of(lines):
    """{name in lower case: value}; repeated fields are joined."""
    found = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            continue
        name, value = name.strip().lower(), value.strip()
        found[name] = found[name] + ", " + value if name in found else value
    return found


def sent_of(lines):
    """[(name, value)], in order and as they were written."""
    parts = (line.partition(":") for line in lines)
    return [(name.strip(), value.strip()) for name, colon, value in parts
            if colon]


def _head(data, at):
    """Message without content, or None if its head is not whole."""
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        return None
    lines = data[at:end].decode("latin-1").split("\r\n")
    return Message(at, end + 4, end + 4, lines[0], fields_of(lines[1:]),
                   sent_of(lines[1:]))


def _chunked(data, at):
    """The offset behind the last chunk, or -1."""
    while True:
        line = data.find(b"\r\n", at)
        if line < 0:
            return -1
        try:
            size = int(data[at:line].split(b";")[0], 16)
        except ValueError:
            return -1
        at = line + 2 + size + 2
        if size == 0:
            return at if at <= len(data) else -1
        if at > len(data):
            return -1


def _content(message, data, none):
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
    message.end = message.head_end + (int(length) if length.isdigit() else 0)
    if message.end > len(data):
        message.end, message.whole = len(data), False


def _resumed(data: bytes, at: int, begins: "list[int]") -> int:
    """Where, at a segment's begin, the next message after a loss begins."""
    for b in begins:
        if b >= at and data.startswith((b"HTTP/1.",) + METHODS, b):
            return b
    return len(data)


def _read(data, no_content, gaps=(), begins=()):
    """gaps: [(begin, end)] of bytes that were not captured (zeros in data);
    begins: where segments begin, to go on from after a loss."""
    found, at = [], 0
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


def requests(data, gaps=(), begins=()):
    return _read(data, lambda m, i: False, gaps, begins)


def responses(data, asked, gaps=(), begins=()):
    """asked: the requests of the other direction, to know what a HEAD was."""
    finals = []

    def no_content(m, i):
        if 100 <= m.status < 200:
            return True
        at = len(finals)
        finals.append(m)
        head = at < len(asked) and asked[at].method == "HEAD"
        return head or m.status in (204, 304)
    return _read(data, no_content, gaps, begins)

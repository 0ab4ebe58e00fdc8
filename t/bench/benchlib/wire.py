# SPDX-License-Identifier: MIT
"""One request over one plain socket: what did the server really answer?"""
import socket

from . import net


class Answer:
    def __init__(self, raw, status, fields, body):
        self.raw, self.status = raw, status
        self.fields, self.body = fields, body


class WireError(Exception):
    pass


def read_answer(sock, method="GET", rest=b""):
    """One answer from a kept-alive connection, and what came behind it."""
    raw = rest
    while b"\r\n\r\n" not in raw:
        got = sock.recv(65536)
        if not got:
            raise WireError("connection closed before the end of the head")
        raw += got
    head, _, _ = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    length, chunked = 0, "chunked" in fields.get("transfer-encoding", "")
    if chunked and method != "HEAD":
        return read_chunks(sock, Answer(raw[:len(head) + 4], status, fields,
                                        b""), raw[len(head) + 4:])
    if method != "HEAD" and status not in (204, 304):
        if "content-length" not in fields:
            raise WireError(f"{status} without Content-Length")
        length = int(fields["content-length"])
    end = len(head) + 4 + length
    parts, have = [raw], len(raw)
    while have < end:
        got = sock.recv(1 << 20)
        if not got:
            raise WireError("connection closed within the body")
        parts.append(got)
        have += len(got)
    raw = b"".join(parts)
    return Answer(raw[:end], status, fields, raw[len(head) + 4:end]), raw[end:]


def read_chunks(sock, answer, rest):
    """the content of a chunked answer whose head has been read"""
    reader = sock.makefile("rb", buffering=0)

    def line():
        nonlocal rest
        while b"\r\n" not in rest:
            more(1)
        first, _, rest = rest.partition(b"\r\n")
        answer.raw += first + b"\r\n"
        return first

    def more(wanted):
        nonlocal rest
        got = reader.read(max(wanted, 65536))
        if not got:
            raise WireError("connection closed within the chunks")
        rest += got

    with reader:
        while size := int(line().split(b";")[0], 16):
            while len(rest) < size + 2:
                more(size + 2 - len(rest))
            answer.body += rest[:size]
            answer.raw, rest = answer.raw + rest[:size + 2], rest[size + 2:]
        while line():
            pass
    return answer, rest


def request_bytes(path, port, method="GET", headers=None):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {net.address}:{port}"]
    lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def fetch(port, path, method="GET", headers=None, timeout=10):
    with socket.create_connection((net.address, port), timeout) as s:
        s.sendall(request_bytes(path, port, method, headers))
        return read_answer(s, method)[0]

# SPDX-License-Identifier: MIT
"""wire: HTTP/1.1 as bytes on a socket, with no library between.

Connection sends exactly the bytes it is given and reads responses with a
parser of our own that refuses whatever RFC 9110 and RFC 9112 do not allow; a
lenient client would hide the faults that these tests look for.
"""
import os
import re
import socket
import struct
import time

# How long to wait for something that must come.  Generous: it only decides how
# late a hang is reported, never whether a slow machine passes.
DEADLINE_S = float(os.environ.get("T_DEADLINE", 60))

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) ([\t \x21-\x7e]*)\Z")
# Other servers answer HTTP/1.0 with HTTP/1.0, which RFC 9110 2.5 advises
# against.
OLD_STATUS_LINE = re.compile(STATUS_LINE.pattern.replace(rb"1\.1", rb"1\.[01]"))
FIELD_VALUE = re.compile(rb"(?:[\x21-\x7e\x80-\xff](?:[\t \x21-\x7e\x80-\xff]*"
                         rb"[\x21-\x7e\x80-\xff])?)?\Z")


class ProtocolError(AssertionError):
    """The server sent something that is not HTTP/1.1."""


class Closed(Exception):
    """The connection ended before a whole response had come."""

    def __init__(self, how, rest):
        super().__init__("%s after %d bytes: %r" % (how, len(rest), rest[:200]))
        self.how = how
        self.rest = rest


class Response:
    """One response: status, reason, fields in order, body, interim ones."""

    def __init__(self, method, status, reason, fields):
        self.method = method
        self.status = status
        self.reason = reason
        self.fields = fields
        self.body = b""
        self.framing = "none"
        self.interim = []
        self.head_bytes = 0
        self.raw_head = b""
        self.target = None  # (host, target) that it answers, when known

    def all(self, name):
        name = name.lower()
        return [v for n, v in self.fields if n.lower() == name]

    def get(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    def has(self, name):
        return bool(self.all(name))

    def tokens(self, name):
        """Members of a list field, lower case."""
        return [t.strip().lower() for v in self.all(name)
                for t in v.split(",") if t.strip()]

    @property
    def closes(self):
        return "close" in self.tokens("Connection")

    @property
    def etag(self):
        return self.get("ETag")

    def __repr__(self):
        return "<%d %s %r, %d bytes>" % (self.status, self.reason, self.fields,
                                         len(self.body))


def parse_head(raw, old=False):
    """Status line and field lines (without the blank line) to a Response."""
    lines = raw.split(b"\r\n")
    for line in lines:
        if b"\n" in line or b"\r" in line:
            raise ProtocolError("bare CR or LF in a head: %r" % raw)
    m = (OLD_STATUS_LINE if old else STATUS_LINE).match(lines[0])
    if not m:
        raise ProtocolError("bad status line: %r" % lines[0])
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.match(name):
            raise ProtocolError("bad field line: %r" % line)
        value = value.strip(b" \t")
        if not FIELD_VALUE.match(value):
            raise ProtocolError("bad field value: %r" % line)
        fields.append((name.decode("ascii"), value.decode("latin-1")))
    r = Response(None, int(m.group(1)), m.group(2).decode("latin-1"), fields)
    r.raw_head = raw
    r.head_bytes = len(raw) + 4
    return r


def body_framing(r, method):
    """(kind, bytes) by RFC 9112 section 6.3, in its order."""
    codings = r.tokens("Transfer-Encoding")
    lengths = r.all("Content-Length")
    if len(lengths) > 1:
        raise ProtocolError("repeated Content-Length: %r" % lengths)
    if lengths and not re.match(r"[0-9]+\Z", lengths[0]):
        raise ProtocolError("bad Content-Length: %r" % lengths[0])
    if lengths and codings:
        raise ProtocolError("Content-Length and Transfer-Encoding together")
    if r.status < 200 or r.status == 204:
        if lengths or codings:
            raise ProtocolError("framing fields in a %d" % r.status)
        return "none", 0
    if method == "HEAD" or r.status == 304:
        return "none", 0
    if codings:
        if codings != ["chunked"]:
            raise ProtocolError("unknown transfer coding: %r" % codings)
        return "chunked", None
    if lengths:
        return "length", int(lengths[0])
    return "close", None


class Connection:
    """A client connection.  lint: called with each final Response."""

    def __init__(self, address, lint=None, rcvbuf=None, timeout=DEADLINE_S,
                 old=False, source=None):
        family = (socket.AF_UNIX if isinstance(address, str) else
                  socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        if source:
            self.sock.bind(source)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        if family != socket.AF_UNIX:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.lint = lint
        self.old = old
        self.buffer = bytearray()
        self.eof = None  # None, "closed" or "reset"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    # -- sending

    def send(self, data):
        if isinstance(data, str):
            data = data.encode("latin-1")
        self.sock.sendall(data)

    def send_bytewise(self, data):
        """Each byte in a segment of its own (TCP_NODELAY).  True when all went
        out; a server that has refused the rest may have closed already."""
        try:
            for i in range(len(data)):
                self.sock.sendall(data[i:i + 1])
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def request(self, method="GET", target="/", fields=(), body=b"",
                host="localhost", version="HTTP/1.1"):
        """Sends one well-formed request and reads its response."""
        head = ["%s %s %s" % (method, target, version)]
        if host is not None:
            head.append("Host: %s" % host)
        items = fields.items() if isinstance(fields, dict) else fields
        head += ["%s: %s" % (n, v) for n, v in items]
        self.send("\r\n".join(head).encode("utf-8", "surrogateescape") +
                  b"\r\n\r\n" + body)
        return self.read_response(method, target=(host, target))

    def get(self, target="/", **fields):
        """GET; field names are given as If_None_Match="..."."""
        return self.request("GET", target,
                            [(n.replace("_", "-"), v)
                             for n, v in fields.items()])

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        """Ends with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()

    # -- receiving

    def _fill(self, deadline):
        """Reads some more; False at the end of the stream."""
        if self.eof:
            return False
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("nothing came; have %r" % bytes(self.buffer[:400]))
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(262144)
        except (ConnectionResetError, BrokenPipeError):
            self.eof = "reset"
            return False
        except socket.timeout:
            raise TimeoutError("nothing came; have %r" %
                               bytes(self.buffer[:400])) from None
        finally:
            self.sock.settimeout(self.timeout)
        if not data:
            self.eof = "closed"
            return False
        self.buffer += data
        return True

    def _need(self, n, deadline):
        while len(self.buffer) < n:
            if not self._fill(deadline):
                raise Closed(self.eof, bytes(self.buffer))

    def _take(self, n):
        data = bytes(self.buffer[:n])
        del self.buffer[:n]
        return data

    def _line(self, deadline):
        while True:
            end = self.buffer.find(b"\r\n")
            if end >= 0:
                return self._take(end + 2)[:-2]
            if not self._fill(deadline):
                raise Closed(self.eof, bytes(self.buffer))

    def _head(self, deadline):
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end >= 0:
                raw = self._take(end + 4)
                return parse_head(raw[:-4], self.old)
            if not self._fill(deadline):
                raise Closed(self.eof, bytes(self.buffer))

    def _chunked(self, deadline):
        body = bytearray()
        while True:
            size = self._line(deadline)
            if not re.match(rb"[0-9A-Fa-f]{1,16}\Z", size):
                raise ProtocolError("bad chunk size: %r" % size)
            n = int(size, 16)
            if n == 0:
                if self._line(deadline):
                    raise ProtocolError("trailers were not announced")
                return bytes(body)
            self._need(n + 2, deadline)
            body += self._take(n)
            if self._take(2) != b"\r\n":
                raise ProtocolError("chunk does not end with CR LF")

    def read_head(self, method="GET", timeout=None):
        """Head of the next response only (interim ones included)."""
        deadline = time.monotonic() + (timeout or self.timeout)
        r = self._head(deadline)
        r.method = method
        return r

    def read_response(self, method="GET", timeout=None, lint=True,
                      target=None):
        deadline = time.monotonic() + (timeout or self.timeout)
        interim = []
        while True:
            r = self._head(deadline)
            r.method = method
            kind, n = body_framing(r, method)
            if r.status >= 200:
                break
            interim.append(r)
        r.interim = interim
        r.framing = kind
        if kind == "length":
            self._need(n, deadline)
            r.body = self._take(n)
        elif kind == "chunked":
            r.body = self._chunked(deadline)
        elif kind == "close":
            while self._fill(deadline):
                pass
            if self.eof == "reset":
                raise Closed(self.eof, bytes(self.buffer))
            r.body = self._take(len(self.buffer))
        r.target = target
        if lint and self.lint:
            self.lint(r)
        return r

    def read_raw(self, n, timeout=None):
        """Exactly n bytes of whatever comes (slow readers use it)."""
        self._need(n, time.monotonic() + (timeout or self.timeout))
        return self._take(n)

    def read_to_end(self, timeout=None):
        """Everything up to the end of the stream; how it ended is in eof."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while self._fill(deadline):
            pass
        return self._take(len(self.buffer))

    def ends(self, timeout=None):
        """True when the server ends the connection with nothing more sent."""
        return self.read_to_end(timeout) == b""

    def lives(self, target="/"):
        """True when the connection carries one more request."""
        try:
            r = self.request("HEAD", target)
        except (Closed, BrokenPipeError, ConnectionResetError):
            return False
        return r.status > 0

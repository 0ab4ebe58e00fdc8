# SPDX-License-Identifier: MIT
"""bpf: small programs by which the kernel keeps packets from a socket."""
import ctypes
import socket
import struct
from typing import Tuple

# struct sock_filter: code, steps if true, steps if false, operand.
Program = Tuple[Tuple[int, int, int, int], ...]

LOAD_WORD, LOAD_BYTE, LOAD_HALF_X, LOAD_X_HEADER = 0x20, 0x30, 0x48, 0xB1
IF_EQUAL, IF_SET, RETURN = 0x15, 0x45, 0x06
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
ALL = 0xFFFFFFFF

# What a TCP socket's filter sees begins with the TCP header; its flags are byte
# 13: a segment that has FIN goes lost, all else is taken.
DROP_FIN: Program = ((LOAD_BYTE, 0, 0, 13), (IF_SET, 0, 1, 1),
                     (RETURN, 0, 0, 0), (RETURN, 0, 0, ALL))


def of_server(address: str, port: int) -> Program:
    """TCP and UDP from or to that address and port, by a packet that begins with
    its IPv4 header.  (Fragments are none of it: loopback makes none of TCP.)"""
    host = int.from_bytes(socket.inet_aton(address), "big")
    return ((LOAD_BYTE, 0, 0, 9), (IF_EQUAL, 1, 0, 6), (IF_EQUAL, 0, 9, 17),
            (LOAD_X_HEADER, 0, 0, 0),
            (LOAD_WORD, 0, 0, 12), (IF_EQUAL, 0, 2, host),
            (LOAD_HALF_X, 0, 0, 0), (IF_EQUAL, 5, 0, port),
            (LOAD_WORD, 0, 0, 16), (IF_EQUAL, 0, 2, host),
            (LOAD_HALF_X, 0, 0, 2), (IF_EQUAL, 1, 0, port),
            (RETURN, 0, 0, 0), (RETURN, 0, 0, ALL))


def attach(s: socket.socket, program: Program) -> None:
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("HBBI", *row) for row in program))
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack(
        "HxxxxxxP", len(program), ctypes.addressof(code)))


def detach(s: socket.socket) -> None:
    s.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)

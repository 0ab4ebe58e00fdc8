#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load: asks for a page over and over, each time on a new connection, until
its standard input ends; prints how often, and how often it failed."""
import select
import socket
import sys
import time

done = failed = 0
longest = 0.0
reasons = {}
while not select.select([sys.stdin], [], [], 0)[0]:
    start = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", 80), 10) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            told = b""
            while part := s.recv(65536):
                told += part
        if not told.startswith(b"HTTP/1.1 200 "):
            raise OSError("answer: %r" % told[:40])
    except OSError as e:
        failed += 1
        reasons[str(e)] = reasons.get(str(e), 0) + 1
    done += 1
    longest = max(longest, time.monotonic() - start)
print("%d requests, %d failed, longest %.0f ms %s" % (
    done, failed, 1000 * longest, reasons or ""))
sys.exit(1 if failed or done < 10 else 0)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""load: asks for a page over and over, each time on a new connection, until
TERM; says "begun" after the first answer, then how often, and how often it
failed."""
import signal
import socket
import sys
import time

done = failed = 0
longest = 0.0
reasons = {}
told_to_end = []
signal.signal(signal.SIGTERM, lambda *_: told_to_end.append(True))
while done < 10 or not told_to_end:
    start = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", 80), 60) as s:
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
    if done == 1:
        print("begun", flush=True)
    longest = max(longest, time.monotonic() - start)
print("%d requests, %d failed, longest %.0f ms %s" % (
    done, failed, 1000 * longest, reasons or ""))
sys.exit(1 if failed else 0)

# SPDX-License-Identifier: MIT
"""frames: TCP packets made by hand, as they are in a capture."""
import struct

from etagdlab import packets, pcapng

CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 80)
MS = 10 ** 6


def address(text):
    return bytes(int(p) for p in text.split("."))


def tcp(source, destination, seq, ack, flags, data=b"", options=b""):
    head = 20 + len(options)
    assert head % 4 == 0
    segment = struct.pack(">HHIIHHHH", source[1], destination[1],
                          seq % (1 << 32), ack % (1 << 32),
                          (head // 4) << 12 | flags, 512, 0, 0)
    segment += options + data
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64,
                       6, 0, address(source[0]), address(destination[0])
                       ) + segment


class Talk:
    """Builds a capture packet by packet, a millisecond apart."""

    def __init__(self, client=CLIENT, server=SERVER, isn=(1000, 5000)):
        self.ends = (server, client)      # by "from client"
        self.client, self.server = client, server
        self.seq = {True: isn[0], False: isn[1]}
        self.time_ns = 1_700_000_000 * 10 ** 9
        self.blocks = [pcapng.section(), pcapng.interface(packets.RAW)]

    def wait(self, seconds):
        self.time_ns += int(seconds * 10 ** 9)
        return self

    def say(self, client, flags, data=b"", seq=None, ack=None):
        a, b = (self.client, self.server) if client else \
            (self.server, self.client)
        number = self.seq[client] if seq is None else seq
        frame = tcp(a, b, number, self.seq[not client] if ack is None else
                    ack, flags, data)
        if seq is None:
            self.seq[client] += len(data) + bool(flags & packets.SYN) + \
                bool(flags & packets.FIN)
        self.time_ns += MS
        self.blocks.append(pcapng.packet(
            frame, self.time_ns, packets.RAW,
            sum(1 for x in self.blocks if x.number) + 1))
        return self

    def open(self):
        return self.say(True, packets.SYN, ack=0).say(
            False, packets.SYN | packets.ACK).say(True, packets.ACK)

    def ask(self, text):
        return self.say(True, packets.PSH | packets.ACK, text.encode())

    def answer(self, text):
        return self.say(False, packets.PSH | packets.ACK, text.encode())

    def fin(self, client):
        return self.say(client, packets.FIN | packets.ACK)

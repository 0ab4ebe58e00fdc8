#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""capacity: the arithmetic of capacity.md, for inputs of your own.

    doc/capacity.py                          the tables as they are there
    doc/capacity.py --answers 80000 --cores 16 --gbit 25 --lifetime 60
"""
import argparse
import math

# Of capacity.md's first table: 1 kB (or 304), 32 KiB of text, 100 KiB.
COSTS = {
    "etagd": (1.0, 1.0, 1.1, 6.8),
    "haproxy": (5.4, 5.0, 5.2, 19.5),
    "nginx": (2.4, 2.1, 2.4, 7.0),
    "both": (13.2, 13.7, 13.3, 31.4),
}
# Shares of the same, and bytes of content of an answer.
MIXES = {"small": ((1, 0, 0, 0), 600), "pages": ((0, .6, .3, .1), 13200)}
RATES = {10**5: "10⁵", 10**6: "10⁶", 10**7: "10⁷"}
GBYTE = 0.115e9  # of content, a second, of a network of 1 Gbit/s


def options():
    a = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    a.add_argument("--answers", type=int, default=50000,
                   help="of 1 kB, a second and core, by etagd")
    a.add_argument("--cores", type=int, default=8, help="of a machine")
    a.add_argument("--busy", type=float, default=.5, help="processors, at most")
    a.add_argument("--gbit", type=float, default=10, help="of its network")
    a.add_argument("--full", type=float, default=.7, help="network, at most")
    a.add_argument("--files", type=int, default=10000, help="in use")
    a.add_argument("--variants", type=int, default=2, help="of a file")
    a.add_argument("--lifetime", type=int, default=5, help="in a cache, s")
    return a.parse_args()


def cost(program, mix):
    return sum(a * b for a, b in zip(COSTS[program], MIXES[mix][0]))


def machines(rate, program, mix, a, gbit=None):
    """By processors, and by the network where gbit is given."""
    one = a.answers * a.cores * a.busy / cost(program, mix)
    if gbit:
        one = min(one, gbit * GBYTE * a.full / MIXES[mix][1])
    return math.ceil(rate / one)


def spare(n):
    return max(1, math.ceil(n / 20))


def told(n):
    return "%d + %d" % (n, spare(n))


def without(a):
    gbits = a.gbit, 2.5 * a.gbit
    yield "| requests/s | mix | nodes, %g Gbit/s | nodes, %g Gbit/s | " \
        "HAProxy besides, if \"HTTP\" |" % gbits
    yield "|---|---|---|---|---|"
    for rate, name in RATES.items():
        for mix in MIXES:
            yield "| %s | %s | %s | %s | %s |" % (
                name, mix, *(told(machines(rate, "etagd", mix, a, g))
                             for g in gbits),
                told(machines(rate, "haproxy", mix, a)))


def with_cache(a):
    yield "| requests/s | mix | nginx as cache | asked of the nodes, at most " \
        "| HAProxy and Varnish | asked, at most |"
    yield "|---|---|---|---|---|---|"
    for rate, name in RATES.items():
        for mix in MIXES:
            row = "| %s | %s |" % (name, mix)
            for program in "nginx", "both":
                n = machines(rate, program, mix, a, a.gbit)
                asked = (n + spare(n)) * a.files * a.variants // a.lifetime
                row += " %s | %s/s: %s |" % (
                    told(n), "{:,}".format(asked),
                    told(machines(asked, "etagd", "small", a, a.gbit)))
            yield row


if __name__ == "__main__":
    chosen = options()
    print("\n".join(without(chosen)))
    print()
    print("\n".join(with_cache(chosen)))

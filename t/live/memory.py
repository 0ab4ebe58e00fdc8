# SPDX-License-Identifier: MIT
"""What the processes of a server have in memory, by /proc."""


def rollup(pid):
    """Bytes by name, of all its mappings together."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        rows = (line.split() for line in f.read().splitlines()[1:])
        return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows}


def own(server):
    """Bytes that are there because this server runs: what its processes wrote,
    each page once.  Without libraries, which others may have in use."""
    total = 0
    for pid in [server.pid, *server.children()]:
        row = rollup(pid)
        total += row["Pss_Anon"] + row["Pss_Shmem"]
    return total

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


def mapped(pid, end):
    """Bytes in memory of files whose names end so, as far as they are mapped."""
    total, counts = 0, False
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as f:
        for line in f.read().splitlines():
            row = line.split()
            if not row[0].endswith(":"):
                counts = line.endswith(end)
            elif counts and row[0] == "Rss:":
                total += int(row[1]) * 1024
    return total

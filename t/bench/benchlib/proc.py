# SPDX-License-Identifier: MIT
"""What the kernel knows of a tree of processes: its time and its memory.

Time is the first number of /proc/PID/task/TID/schedstat: nanoseconds on a
processor, user and system together, exact where utime/stime are ticks.  It
holds the work that the kernel does in a process's name, and on loopback that
is also the delivery of what it sends into the receiver's socket.
"""
import os
import resource


def parents():
    """pid -> parent's pid of everything that runs"""
    table = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as f:
                rest = f.read().rpartition(b")")[2].split()
        except OSError:
            continue
        table[int(name)] = int(rest[1])
    return table


def tree(root):
    """root and all that descend from it, parents first"""
    table = parents()
    found = [root] if root in table else []
    for pid in found:
        found += [p for p, parent in table.items() if parent == pid]
    return found


def born(pid):
    """start time in ticks: with the pid it names one process for ever"""
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            return int(f.read().rpartition(b")")[2].split()[19])
    except OSError:
        return None


def cpu_ns(pid):
    """of all threads of one process; 0 if it is gone"""
    if not os.path.exists("/proc/self/schedstat"):
        return ticks_ns(pid)  # a kernel without CONFIG_SCHED_INFO
    total = 0
    try:
        for tid in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{tid}/schedstat") as f:
                total += int(f.read().split()[0])
    except OSError:
        pass
    return total


def ticks_ns(pid):
    """the same, in steps of a tick: good enough for long runs"""
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            word = f.read().rpartition(b")")[2].split()
    except OSError:
        return 0
    ticks = int(word[11]) + int(word[12])
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def tree_cpu_ns(root):
    return sum(cpu_ns(pid) for pid in tree(root))


def pss_kb(pid):
    """proportional memory: shared pages count by share; None: not ours"""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return None


def tree_pss_kb(root):
    sizes = [pss_kb(pid) for pid in tree(root)]
    if not sizes or None in sizes:
        return None
    return sum(sizes)


def busy_ns(cpu=""):
    """what a processor, or all of them, has worked for anybody, interrupts
    included; and what a machine that this one runs on took of it"""
    with open("/proc/stat") as f:
        for line in f:
            word = line.split()
            if word[0] == f"cpu{cpu}":
                user, nice, system, _idle, _iowait, irq, soft, steal = (
                    int(x) for x in word[1:9])
                ticks = user + nice + system + irq + soft + steal
                return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    return 0


def own_ns():
    """of this program and of those of its children that have ended"""
    return int(1e9 * sum(
        r.ru_utime + r.ru_stime for r in map(
            resource.getrusage,
            (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))))


def owner(root, port, peer_port):
    """Who of a tree holds the connection to `port` from peer_port?
    That is the worker that serves it, whatever the server calls it."""
    inode = None
    with open("/proc/net/tcp") as f:
        next(f)
        for line in f:
            word = line.split()
            if (int(word[1].split(":")[1], 16) == port and
                    int(word[2].split(":")[1], 16) == peer_port):
                inode = f"socket:[{word[9]}]"
    for pid in reversed(tree(root)) if inode else ():
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{fd}") == inode:
                    return pid
        except OSError:
            continue
    return None

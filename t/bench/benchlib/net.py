# SPDX-License-Identifier: MIT
"""A network of our own, in which all that take part have one congestion control.

etagd takes Reno for what listens on a loopback address, its peers what the
system has; where that is BBR, rows of large answers would compare the two.  So
this process, before it starts any other, moves to a network namespace whose
setting is the one asked for.  Anything but Reno comes by an address that is
loopback for the kernel and not for etagd, as it would reach a network card.
"""
import ctypes
import fcntl
import os
import socket
import struct

CONTROLS = ("reno", "cubic", "bbr", "system")
LOOPBACK, OTHER = "127.0.0.1", "192.0.2.1"  # RFC 5737: in nobody's network
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR = 0x8913, 0x8914, 0x8916
IFF_UP = 1
SETTING = "/proc/sys/net/ipv4/tcp_congestion_control"

address = LOOPBACK  # of all servers; set once, by enter()


class NetError(Exception):
    """there is no such network here; the text says why"""


def setting():
    try:
        with open(SETTING, encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return "not known"


def unshare():
    """As root a network; as anybody else a user namespace that may have one,
    in which we stay the user that we are."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWNET if uid == 0 else
                    CLONE_NEWUSER | CLONE_NEWNET) != 0:
        raise NetError("no network namespace: "
                       + os.strerror(ctypes.get_errno()))
    if uid == 0:
        return
    for name, words in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
                        ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as f:
            f.write(words)


def named(interface, rest):
    """struct ifreq (netdevice(7)): a name of 16 bytes, then what is asked"""
    return struct.pack("16s24s", interface, rest)


def bring_up(also=None):
    """lo, and on it one address more"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        got = fcntl.ioctl(s, SIOCGIFFLAGS, named(b"lo", b""))
        flags, = struct.unpack_from("H", got, 16)
        fcntl.ioctl(s, SIOCSIFFLAGS,
                    named(b"lo", struct.pack("H", flags | IFF_UP)))
        if also:
            fcntl.ioctl(s, SIOCSIFADDR, named(b"lo:1", struct.pack(
                "HH4s", socket.AF_INET, 0, socket.inet_aton(also))))


def enter(control):
    """Moves this process and all that it will start; "system" leaves it where
    it is."""
    global address
    if control == "system":
        return
    other = OTHER if control != "reno" else None
    try:
        unshare()
        bring_up(other)
        with open(SETTING, "w", encoding="ascii") as f:
            f.write(control)
    except PermissionError:
        raise NetError(f"{control} is not for everybody: name it in"
                       " net.ipv4.tcp_allowed_congestion_control") from None
    except OSError as e:
        raise NetError(f"no network with {control}: {e}") from None
    address = other or LOOPBACK


def words(meta):
    """what a heading says of it; "" for results that are older than this"""
    control = meta.get("congestion")
    if not control:
        return ""
    if meta.get("congestion_option") == "system":
        return f"congestion control of the system ({control}), etagd's Reno"
    return f"congestion control {control} for all"

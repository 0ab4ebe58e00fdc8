# SPDX-License-Identifier: MIT
"""rights: the one command that lets this person capture on this system."""
import getpass
import os
import pathlib
import shlex
from typing import Dict, List, Optional, Tuple

from . import tools

PACKAGES = {                  # by ID or ID_LIKE of os-release
    "debian": "apt-get install wireshark-common",
    "fedora": "dnf install wireshark-cli",
    "rhel": "dnf install wireshark-cli",
    "suse": "zypper install wireshark",
    "arch": "pacman -S wireshark-cli",
    "alpine": "apk add wireshark-common",
}
# Debian's package makes the group and gives the rights when it is asked to.
DEBIAN = ("echo wireshark-common wireshark-common/install-setuid boolean true |"
          " sudo debconf-set-selections && sudo dpkg-reconfigure -f "
          "noninteractive wireshark-common && sudo usermod -aG wireshark %s")


def system(path: str = "/etc/os-release") -> List[str]:
    """Its names, the nearest one first."""
    found: Dict[str, str] = {}
    try:
        for line in pathlib.Path(path).read_text().splitlines():
            key, equals, value = line.partition("=")
            if equals:
                found[key] = value.strip("\"'")
    except (OSError, UnicodeError):
        pass
    return [found.get("ID", "")] + found.get("ID_LIKE", "").split()


def _capable(path: str) -> bool:
    """Has the file capabilities of its own?"""
    try:
        return bool(os.getxattr(path, "security.capability"))
    except OSError:
        return False


def _group(path: str) -> Optional[str]:
    """The one that may run it, where not everybody may."""
    import grp
    found = os.stat(path)
    if found.st_mode & 0o001:
        return None
    try:
        return grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        return None


def command(dumpcap: Optional[str], names: List[str],
            user: str) -> Tuple[str, bool]:
    """(what to type, whether one has to log in again after it)"""
    who = shlex.quote(user)
    if not dumpcap:
        way = next((PACKAGES[n] for n in names if n in PACKAGES), None)
        return "sudo " + (way or PACKAGES["debian"]), False
    group = _group(dumpcap)
    if _capable(dumpcap) and group:
        return "sudo usermod -aG %s %s" % (shlex.quote(group), who), True
    if "debian" in names:
        return DEBIAN % who, True
    return "sudo setcap cap_net_raw,cap_net_admin+eip %s" % shlex.quote(
        dumpcap), False


def here() -> Tuple[str, bool]:
    return command(tools.DUMPCAP.path(), system(), getpass.getuser())

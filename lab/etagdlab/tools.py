# SPDX-License-Identifier: MIT
"""tools: the programs beside Python that the lab can use, what they are for,
and the Debian package that has each."""
import os
import shutil
import subprocess
from dataclasses import dataclass

from .words import Said

# Administrators' folders are not in everybody's PATH.
MORE_PATH = ("/usr/sbin", "/sbin", "/usr/local/sbin")


@dataclass(frozen=True)
class Tool:
    program: str
    package: str
    use: str

    def path(self) -> str | None:
        places = os.environ.get("PATH", os.defpath).split(os.pathsep)
        return shutil.which(self.program, path=os.pathsep.join(
            places + [p for p in MORE_PATH if p not in places]))

    def missing(self) -> Said:
        return Said((
            "%s is not installed (Debian: apt-get install %s); it ",
            self.program, self.package)).and_then(self.use)


BROWSER = Tool("chromium", "chromium", "is the browser that makes the visits")
FIREFOX = Tool("firefox-esr", "firefox-esr",
               "is the browser that makes the visits")
BROWSERS = {"chromium": BROWSER, "firefox": FIREFOX}
DUMPCAP = Tool("dumpcap", "wireshark-common",
               "captures the experiment's packets")
SS = Tool("ss", "iproute2", "shows the kernel's table of connections")
TSHARK = Tool("tshark", "tshark", "shows annotated captures in a terminal")


def version(tool: Tool) -> str | None:
    """The first line of its --version, or None."""
    path = tool.path()
    if not path:
        return None
    try:
        done = subprocess.run([path, "--version"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, timeout=20,
                              text=True, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = [x.strip() for x in done.stdout.splitlines() if x.strip()]
    return lines[0].rstrip(".") if lines else None

# SPDX-License-Identifier: MIT
"""Instructions a request that were written down, and what they hold for."""
import json
import platform
import re
import subprocess

MORE = 1.01        # of a figure: what a change may cost without a word


def built(program: str) -> dict[str, str]:
    """what the number of instructions depends on, besides the source"""
    got = subprocess.run(["readelf", "-p", ".comment", program],
                         capture_output=True, text=True)
    names = subprocess.run(["nm", program], capture_output=True, text=True)
    found = re.search(r"\[ *[0-9a-f]+\] +(\S.*)", got.stdout)
    return {"compiler": found[1].strip() if found else "not known",
            "across files": "yes" if ".lto_priv" in names.stdout else "no",
            "libc": " ".join(platform.libc_ver()),
            "processor": platform.machine()}


def otherwise(kept: dict[str, str], now: dict[str, str]) -> str:
    """why figures say nothing about this program; "": they do"""
    return "; ".join(f"{key} {now.get(key)}, not {value}"
                     for key, value in kept.items() if now.get(key) != value)


def verdicts(kept: dict[str, float],
             now: dict[str, float]) -> list[tuple[str, bool, str]]:
    """of each scene: its name, whether it will do, and a line about it"""
    rows = []
    for name, was in kept.items():
        if name not in now:
            continue
        share = now[name] / was
        words = f"{name:14} {was:8,.0f} {now[name]:8,.0f} {share - 1:+8.2%}"
        if share > MORE:
            words += "  too many"
        elif share < 2 - MORE:
            words += "  fewer: --write keeps it so"
        rows.append((name, share <= MORE, words))
    return rows


def read(path: str) -> tuple[dict[str, str], dict[str, float]]:
    with open(path, encoding="utf-8") as f:
        all_of_it = json.load(f)
    return all_of_it["built"], all_of_it["instructions"]


def write(path: str, what: dict[str, str], now: dict[str, float]) -> None:
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"built": what,
                   "instructions": {k: round(v) for k, v in now.items()}},
                  f, indent=1)
        f.write("\n")

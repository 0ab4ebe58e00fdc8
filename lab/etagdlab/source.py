# SPDX-License-Identifier: MIT
"""source: the text of the page that is visited, as its author wrote it."""
import os
import pathlib
import re
from typing import Optional
from urllib.parse import unquote_to_bytes

from .notes import decoded
from .rows import Source

BYTES_MAX = 256 << 10


def charset_of(data: bytes) -> Optional[str]:
    """What a page says of itself in its first kilobyte (HTML 13.2.3.2)."""
    found = re.search(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)",
                      data[:1024])
    return found[1].decode("ascii") if found else None


def text_of(data: bytes) -> str:
    name = charset_of(data)
    if name and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("gb18030" if name.lower() in ("gbk", "gb2312")
                               else name, "replace")
        except LookupError:
            pass
    return decoded(data)


def _file(site: pathlib.Path, page: str, index: str) -> pathlib.Path:
    name = os.fsdecode(unquote_to_bytes(re.split("[?#]", page)[0]))
    path = site / name.lstrip("/")
    if path.is_dir():
        found = [path / n for n in index.split() if (path / n).is_file()]
        return found[0] if found else path / "index.html"
    return path


def read(site: pathlib.Path, page: str,
         index: str = "index.html") -> Optional[Source]:
    """{name, text, bytes, cut} or None where the page is no file."""
    path = _file(site, page, index)
    try:
        inside = path.resolve().relative_to(site.resolve())
        with open(path, "rb") as f:
            data = f.read(BYTES_MAX)
        size = path.stat().st_size
    except (OSError, ValueError):
        return None
    return {"name": str(inside), "text": text_of(data), "bytes": size,
            "cut": size > len(data)}

# SPDX-License-Identifier: MIT
"""The conformance table's requests put to nginx, Apache and lighttpd as Debian
packages them.  Where one of them answers otherwise than etagd, the table
differential/differences.tsv says why; a difference without a row fails, and so
does a row that explains nothing any more."""
import fnmatch
import os
import pathlib

import pytest

import conformance
import harness
from conformance import case as table
from differential.outcome import corpus_tree, outcome, tags
from differential.peers import PEERS
from sites import close

# What is longer may be answered by a reset that overtakes the answer.
CASES = [c for c in conformance.all_cases() if len(c.raw) <= 20000]
ROWS = pathlib.Path(__file__).parent / "differential" / "differences.tsv"


def rows():
    """[(peers, glob on the case's name, etagd's, the peer's, why)]"""
    found = []
    for line in ROWS.read_text().splitlines():
        if line and not line.startswith("#"):
            cells = tuple(c.strip() for c in line.split("\t"))
            assert len(cells) == 5 and all(cells), line
            found.append(cells)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("differential")
    # The peers' workers are other users, on their way to the files too.
    for up in [path] + list(path.parents)[:2]:
        os.chmod(up, 0o755)
    corpus_tree(path / "www")
    return path


@pytest.fixture(scope="module")
def ours(folder):
    server = harness.Server(conf={
        "server": {"root": folder / "www", "workers": 1},
        "limits": {"target": table.TARGET_MAX, "line": table.LINE_MAX,
                   "head": table.HEAD_MAX, "fields": table.FIELDS_MAX,
                   "body": table.BODY_MAX}})
    for coding in ("gzip", "br", "zstd"):
        server.coded("/text.txt", coding)
    names = tags(server.address)
    yield {c.name: outcome(server.address, c, names)
           for c in CASES}
    close(server, False)


def explained(peer, name, a, b):
    return [r for r in rows()
            if any(fnmatch.fnmatchcase(peer, p) for p in r[0].split(","))
            and fnmatch.fnmatchcase(name, r[1].replace("[", "[[]"))
            and fnmatch.fnmatchcase(a, r[2]) and fnmatch.fnmatchcase(b, r[3])]


@pytest.mark.parametrize("kind", PEERS, ids=[p.name for p in PEERS])
def test_differences_are_explained(folder, ours, kind):
    if not kind.installed():
        pytest.skip("%s is not installed" % kind.name)
    peer = kind(folder, folder / "www")
    try:
        names = tags(peer.address)
        theirs = {c.name: outcome(peer.address, c, names)
                  for c in CASES}
    finally:
        peer.stop()
    open_, used = [], set()
    for case in CASES:
        a, b = ours[case.name], theirs[case.name]
        if a == b:
            continue
        why = explained(kind.name, case.name, a, b)
        used.update(why)
        line = "%s\t%s\t%s\t%s" % (kind.name, case.name, a, b)
        if why:
            print(line + "\t" + why[0][4])
        else:
            open_.append(line)
    version = kind.version()
    if version != kind.known:
        # its next release may answer otherwise, which is no fault of ours
        pytest.skip("the table is of %s %s, this is %s; unexplained: %s" % (
            kind.name, kind.known, version, open_ or "nothing"))
    assert not open_, "unexplained:\n" + "\n".join(open_)
    stale = [r for r in rows() if r not in used and
             r[0].split(",") == [kind.name]]
    assert not stale, "explain nothing any more:\n" + "\n".join(
        "\t".join(r) for r in stale)

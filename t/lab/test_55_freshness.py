# SPDX-License-Identifier: MIT
"""The lab's idea of freshness against t/data/freshness.tsv, which the server's
and the observer's page read as well."""
import email.utils
import pathlib
import time

import pytest

from etagdlab import freshness

DATE = 1_700_000_000
VECTORS = pathlib.Path(__file__).resolve().parents[1] / "data/freshness.tsv"
FIELDS = ("cache-control", "pragma", "vary", "age", "expires", "last-modified")
FORMS = {"850": "%A, %d-%b-%y %H:%M:%S GMT", "asctime": "%a %b %e %H:%M:%S %Y"}


def rows():
    for line in VECTORS.read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def date(cell):
    form, sign, text = cell.partition(":")
    if form == "text":
        return text
    if sign:
        return time.strftime(FORMS[form], time.gmtime(DATE + int(text)))
    return email.utils.formatdate(DATE + int(cell), usegmt=True)


def value(name, cell):
    if cell == '""':
        return ""
    return date(cell) if name in ("expires", "last-modified") else cell


def test_there_are_rows():
    assert len(list(rows())) >= 60


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[-1])
def test_a_row(row):
    fields = {name: value(name, cell) for name, cell in zip(FIELDS, row[1:7])
              if cell != "-"}
    fields["date"] = date("0")
    late, fresh, stale = map(int, row[7:10])
    # at some place within the second: a Date has whole ones
    got = freshness.grant(fields, DATE + late + 0.4)
    assert (got.seconds, got.stale_ok, got.by) == (fresh, stale, row[10])

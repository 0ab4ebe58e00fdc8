# SPDX-License-Identifier: MIT
"""Options for experiments are marked in the report as the server marks them."""
import subprocess

import pytest

import harness
from etagdlab import ini, report, words
from reading import TOP, english
from test_50_parts import sample

GIVEN = ("server.protocol=HTTP/1.0", "server.pieces=on", "server.mss=1460",
         "server.accept-upload=/upload", "server.defer-accept=on",
         "limits.connections-per-worker=1")


@pytest.fixture
def said(program):
    argv = [program, "-t", "-c", str(TOP / "conf" / "lab.ini")]
    for o in GIVEN:
        argv += ["-o", o]
    done = subprocess.run(argv, env=harness.environment(), text=True,
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    return done.stderr.splitlines()


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_all_are_marked(said, lang):
    found = ini.experiments(said + said)
    assert len(found) == sum("is for experiments" in x for x in said)
    told = {e["option"]: e["value"].strip('"') for e in found}
    for o in GIVEN:
        name, _, value = o.partition("=")
        assert told["[%s] %s" % tuple(name.split("."))] == value
    assert told["[cache /lab/logo/changing.png] ETag"] == "changing"
    text = report.html({**sample(), "experiments": found}, lang)
    w = words.Words(lang)
    for e in found:
        assert e["why"] and w(e["why"]) in text
    short = text.split('id="conf"')[0]
    assert "[limits] connections-per-worker, [server] accept-upload" in short
    assert lang == "en" or not english(text.split("<footer>")[0])


def test_without_any_nothing_is_said():
    assert ini.experiments(["warning: x: [server] mss: else"]) == []
    assert "xperiments" not in report.html(sample())

# SPDX-License-Identifier: MIT
"""The whole lab: a browser, a server, a capture, a report."""
import json
import os
import pathlib
import socket
import subprocess

import pytest

import harness
from english import plurals, shown
from reading import TOP, english

pytestmark = pytest.mark.usefixtures("chromium")


def lab(program, *args, through=None):
    """A run of `etagd lab` as a person starts it."""
    argv = [program, "lab"] if through is None else through
    done = subprocess.run(
        argv + [str(a) for a in args], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=300,
        env={**harness.environment(), "ETAGD": program,
             "ETAGD_DATADIR": str(TOP)})
    assert not plurals(done.stdout + "\n" + done.stderr)
    return done


def outcomes(step):
    return {r["path"]: r["outcome"] for r in step["resources"]}


def run(program, tmp_path, *args, **more):
    report = tmp_path / "report.html"
    done = lab(program, "-r", report, *args, **more)
    assert done.returncode == 0, done.stderr
    html = report.read_text()
    assert not plurals(shown(html))
    return json.loads(report.with_suffix(".json").read_text()), html, done


def test_the_default_page(program, tmp_path):
    capture = tmp_path / "c.pcapng"
    data, html, done = run(
        program, tmp_path, "-s", "first,again,reload,hard,edit-logo,again,"
        "back", "--name", "Ada Müster", "--number", "7", "-w", capture,
        "-o", "server.workers=1")
    first, again, reload, hard, edit, late, back = data["steps"]
    fresh = "/logo/fresh.png"
    assert set(outcomes(first).values()) == {"200"}
    assert outcomes(again) == outcomes(reload) == {
        "/": "304", "/style.css": "304", "/logo/no-store.png": "200",
        "/logo/no-cache.png": "304", fresh: "-"}
    assert set(outcomes(hard).values()) == {"200"}
    assert fresh in edit["note"]
    # The edit is seen where the browser asked, and hidden where not.
    assert outcomes(late)["/logo/no-cache.png"] == "200"
    assert outcomes(late)[fresh] == "-"
    # and where it is hidden the report says so
    told = {r["path"]: r for r in late["resources"]}
    assert told[fresh]["older"] == 5 and "older version" in told[fresh]["why"]
    assert not any("older" in r for p, r in told.items() if p != fresh)
    assert "<b class=bad>old</b>" in html
    why = next(r["why"] for r in again["resources"] if r["path"] == fresh)
    assert why.startswith("granted fresh for 60 s at ")
    assert why.endswith("s left: the browser need not ask")
    assert set(outcomes(back).values()) == {"-"} and back["restored"]
    matrix = data["matrix"]
    assert matrix["differ"] == 0, [r for r in matrix["rows"] if any(
        c["got"] != c["expected"] for c in r["cells"])]
    assert matrix["witnesses_differ"] == 0
    assert "Ada Müster" in html and "data:image/webp" in html
    assert str(tmp_path / "report.html") in done.stdout
    if data["capture"]["way"]:
        assert data["agreement"]["wrong"] == []
        assert data["agreement"]["logged"] == data["agreement"]["captured"]
        assert capture.stat().st_size > 10000
    elif os.environ.get("CI"):
        pytest.fail(data["capture"]["why_not"])


def test_two_connections_of_which_one_is_never_used(program, tmp_path):
    data, html, _ = run(program, tmp_path, "-p", "one.html", "-s",
                        "first,wait:3,again", "--matrix", "off", "-o",
                        "timeouts.idle=300ms", "-q")
    if not data["capture"]["way"]:
        pytest.skip(data["capture"]["why_not"])
    first = [s for s in data["streams"] if s["begin"] < 3]
    used, unused = sorted(data["streams"][:2], key=lambda s: s["unused"])
    assert not used["unused"] and unused["unused"], first
    assert used["first_closer"] == unused["first_closer"] == "server"
    assert "never used" in html


def test_no_connection_ahead_of_need(program, tmp_path):
    """Chromium opens a spare one for this page, but not when told so, not even
    after it was started again."""
    data, html, _ = run(program, tmp_path, "-p", "one.html", "-s",
                        "first,restart,again", "--matrix", "off", "-q",
                        "--no-spare")
    if not data["capture"]["way"]:
        pytest.skip(data["capture"]["why_not"])
    assert len(data["streams"]) == 2
    assert not any(s["unused"] for s in data["streams"])
    assert 'id="unused"' not in html


def test_without_a_capture(program, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(
        "<!doctype html><title>x</title><link rel=icon href='data:,'>"
        "<link rel=stylesheet href=a%20b.css><p>hello")
    (site / "a b.css").write_text("p { color: red }")
    ini = tmp_path / "my.ini"
    ini.write_text("[server]\nlisten = 127.0.0.1:1\nroot = /nowhere\n"
                   "[cache *]\nCache-Control = no-cache\n"
                   "[cache *.css]\nCache-Control = max-age=900\n")
    data, html, done = run(
        program, tmp_path, "--capture", "off", "-c", ini, "-s",
        "first,link,edit:a b.css,clear,restart,again,newtab", "--matrix",
        "off", "--lang", "zh", site,
        through=["/usr/bin/python3", str(TOP / "lab" / "etagd-lab")])
    got = [outcomes(s) for s in data["steps"] if "resources" in s]
    css = "/a%20b.css"
    assert [g[css] for g in got] == ["200", "-", "200", "-"]
    assert [g["/"] for g in got] == ["200", "304", "200", "304"]
    assert data["capture"]["way"] is None and data["packets"] == []
    assert data["streams"] and data["agreement"] is None
    begins = [s["begin"] for s in data["streams"]]
    assert begins == sorted(begins)
    assert "没有要求抓包" in done.stderr and "实验报告" in html
    assert english(html.split("<footer>")[0]) == []
    assert (site / "a b.css").read_text() == "p { color: red }"


def test_a_faulty_configuration_is_told(program, tmp_path):
    ini = tmp_path / "bad.ini"
    ini.write_text("[server]\nworkers = many\n")
    done = lab(program, "-r", tmp_path / "r.html", "-c", ini)
    assert done.returncode == 1
    assert "bad.ini:2: [server] workers" in done.stderr
    assert not (tmp_path / "r.html").exists()


def test_a_missing_python_is_named(program, tmp_path):
    env = {**harness.environment(), "PATH": str(tmp_path)}
    for word in ("lab", "annotate"):
        done = subprocess.run([program, word, "--help"], env=env,
                              stderr=subprocess.PIPE, text=True)
        assert done.returncode == 1, done.stderr
        assert "apt-get install python3" in done.stderr


def test_the_helper_is_found(program, tmp_path):
    """Where $ETAGD_LIBEXEC says, and nowhere else then."""
    env = {**harness.environment(), "ETAGD_LIBEXEC": str(tmp_path)}
    done = subprocess.run([program, "lab"], env=env, stderr=subprocess.PIPE,
                          text=True)
    assert done.returncode == 1 and str(tmp_path) in done.stderr
    (tmp_path / "lab").symlink_to(TOP / "lab" / "etagd-lab")
    done = subprocess.run([program, "annotate", "--help"], env=env,
                          stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0 and "LEDGER" in done.stdout
    assert pathlib.Path(program).is_file()


def test_what_a_page_or_a_server_does_not_take_is_told(program, tmp_path):
    """No form that sends a file; an option by -o; a value that is none."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html><link rel=icon "
                                     "href=data:,><title>x</title>")
    report = tmp_path / "r.html"
    done = lab(program, "-r", report, "--matrix", "off", "--capture", "off",
               "--lang", "zh", "-o", "timeouts.idle=9s", "-s",
               "first,upload:9,set:timeouts.idle=1s,set:server.workers=many,"
               "set:limits.connections=99,again", site)
    assert done.returncode == 1, done.stderr
    steps = json.loads(report.with_suffix(".json").read_text())["steps"]
    assert "no form" in steps[1]["skipped"]
    assert "given by -o" in steps[2]["failed"]
    assert "was not taken" in steps[3]["failed"]
    # The fault is taken back out of the file.
    assert steps[4]["failed"] == "" and outcomes(steps[5]) == {"/": "304"}
    assert english(report.read_text().split("<footer>")[0]) == []


def test_whose_it_is_and_on_which_port(program, tmp_path):
    """What heads the report, and a port of one's choice in every part of it."""
    with socket.socket() as s:     # one that is free just now
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    data, html, _ = run(program, tmp_path, "-p", "/one.html", "-s", "first",
                        "--matrix", "off", "-q", "--name", "Ada", "--number",
                        "7", "--subject", "Networks <1>", "--port", port)
    assert data["port"] == port and data["subject"] == "Networks <1>"
    head = html.split("<section", 1)[0]
    for said in ("Ada", "7", "Networks &lt;1&gt;"):
        assert said in head
    assert "\nlisten = 127.0.0.1:%d\n" % port in html
    asked = [v for e in data["exchanges"] for n, v in e["asked"]["fields"]
             if n == "Host"]
    assert bool(asked) == bool(data["packets"])
    assert set(asked) <= {"127.0.0.1:%d" % port}
    if data["packets"]:
        assert "tcp.port == %d" % port in html

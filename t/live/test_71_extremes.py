# SPDX-License-Identifier: MIT
"""Every option that is a number, at its least and at its most, under requests.

The options come from the program itself (--help-config), so a new one is tried
as soon as there is one.  What the requests are answered with may depend on the
value (a limit of one byte refuses them), but they are answered or cut by that
limit's rule, nobody dies, and the end is a clean one.
"""
import os
import re

import pytest

import harness
from wire import Closed, Connection

RANGE = re.compile(r"^  (\S+) = (number|size|duration): (\S+) to ([^,\s]+)")
SECTION = re.compile(r"^\[(\w+)( [^\]]*)?\]")

FILES = {"a.txt": "a\n" * 200, "index.html": "<!doctype html>x\n",
         "big.bin": os.urandom(300000), "large.bin": os.urandom(3 << 20)}

# Heads that use what the limits of heads allow at their most.
LARGE = [("/a.txt", [("X-%d" % i, "x") for i in range(250)]),
         ("/a.txt", [("X-%d" % i, "x") for i in range(300)]),
         ("/a.txt", [("X-Long", "x" * 65000)]),
         ("/a.txt?" + "q" * 65000, []),
         ("/a.txt", [("X-%d" % i, "x" * 7000) for i in range(140)])]

# Where the option is when it is no section by itself.
RULES = {"cache": "[cache /a*]\n%s = %s\nX-Tried = yes\n",
         "header": "[header /a*]\n%s = %s\nX-Tried = yes\n",
         "access": "[access /locked*]\n%s = %s\n",
         # of something that nobody waits for here
         "pace": "[pace /paced*]\n%s = %s\n"}

# These values stop what the requests are about: what is left must be an answer
# of this kind, or the connection's end.
REFUSING = {("limits", "target"): {200, 414}, ("limits", "line"): {200, 431},
            ("limits", "head"): {200, 431}, ("limits", "fields"): {200, 431},
            ("limits", "body"): {200, 404, 405, 413},
            ("timeouts", "head"): {200, 408}, ("timeouts", "body"): {200, 408},
            ("timeouts", "idle"): {200},
            ("server", "https-port"): {200, 308}}


def options():
    """(section, key, value) of both ends of each range."""
    section = None
    for line in harness.run("--help-config").stdout.splitlines():
        m = SECTION.match(line)
        if m:
            section = m.group(1)
        m = RANGE.match(line)
        if m:
            for value in (m.group(3), m.group(4)):
                yield section, m.group(1), value


try:
    OPTIONS = list(options())
except RuntimeError:  # there is no program: the fixture says so
    OPTIONS = []


def test_ranges_are_found():
    """Or this file would try nothing, and say nothing."""
    found = {(s, k) for s, k, _ in OPTIONS}
    for known in (("server", "workers"), ("limits", "fields"),
                  ("timeouts", "idle"), ("log", "buffer"), ("log", "flush"),
                  ("prepare", "memory"), ("observe", "events"),
                  ("header", "when-status")):
        assert known in found, sorted(found)
    text = harness.run("--help-config").stdout
    assert len(re.findall(r"(?m)^  \S+ = (?:number|size|duration): ", text)) \
        == len(found), "a number without a range that is read here"


def ask(server, method="GET", target="/a.txt", fields=(), body=b""):
    """The response's status and body; None: the connection was ended."""
    head = "%s %s HTTP/1.1\r\nHost: localhost\r\n" % (method, target)
    head += "".join("%s: %s\r\n" % f for f in fields)
    if body:
        head += "Content-Length: %d\r\n" % len(body)
    c = Connection(server.address)
    try:
        c.send(head.encode() + b"\r\n" + body)
        return c.read_response()
    except (Closed, OSError):
        return None
    finally:
        c.close()


def ask_all(server, allowed):
    """What clients do: whole files, conditions, ranges, content, pipelines."""
    for name, data in FILES.items():
        data = data.encode() if isinstance(data, str) else data
        r = ask(server, target="/" + name)
        if r is None:
            continue
        assert r.status in allowed, r
        if r.status != 200:
            continue
        assert r.body == data, "%s: %d bytes" % (name, len(r.body))
        again = ask(server, target="/" + name,
                    fields=[("If-None-Match", r.etag or '"x"')])
        assert again is None or again.status in allowed | {304}, again
        part = ask(server, target="/" + name, fields=[("Range", "bytes=1-5")])
        assert part is None or part.status in allowed | {206}, part
        if part is not None and part.status == 206:
            assert part.body == data[1:6]
    for method, target, body in (("GET", "/none", b""),
                                 ("GET", "/" + "x" * 300, b""),
                                 ("POST", "/a.txt", b"b" * 3000)):
        r = ask(server, method, target, body=body)
        assert r is None or r.status in allowed | {404, 405, 413, 414}, r
    for target, fields in LARGE:  # refused by rule, or within the limits
        r = ask(server, target=target, fields=fields)
        assert r is None or r.status in allowed | {200, 400, 404, 408, 414,
                                                   431}, r
    c = Connection(server.address)
    try:
        c.send(b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        for _ in range(20):
            r = c.read_response()
            assert r.status in allowed, r
            if r.closes:
                break
    except (Closed, OSError):
        pass
    finally:
        c.close()


ABOVE = re.compile(r"\[(\w+)\] (\S+): is \d+, above (\S+), which is \d+")


def agreeing(folder, conf, rules, section, key, value):
    """Two options that bound each other: the other one goes along."""
    for _ in range(4):
        path = folder / "tried.ini"
        path.write_text(harness.ini(
            {**conf, "server": {"root": folder, **conf["server"]}}, rules))
        done = harness.run("-t", "-c", path)
        if done.returncode == 0:
            return
        m = ABOVE.search(done.stderr)
        assert m and m.group(1) == section and key in m.group(2, 3), \
            "%s = %s is in its range: %s" % (key, value, done.stderr)
        other = m.group(3) if m.group(2) == key else m.group(2)
        conf[section][other] = value
    pytest.fail("[%s] %s = %s fits nothing" % (section, key, value))


@pytest.mark.parametrize("section, key, value", OPTIONS,
                         ids=["%s.%s=%s" % o for o in OPTIONS])
def test_each_end(serve, tmp_path, section, key, value):
    conf, rules = {"server": {"workers": 1}}, ""
    if section in RULES:
        rules = RULES[section] % (key, value)
    else:
        conf.setdefault(section, {})[key] = value
    if section == "observe":
        conf[section]["listen"] = "127.0.0.1:0"
    agreeing(tmp_path, conf, rules, section, key, value)
    server = serve(files=FILES, conf=conf, rules=rules, lint=False)
    ask_all(server, REFUSING.get((section, key), {200}))
    bad = [line for line in server.process.lines
           if re.search(r" error |M03[0-3]", line)]
    assert not bad, "\n".join(bad)
    server.close_connections()
    server.signal(harness.SIGTERM)
    assert server.wait() == 0, "\n".join(server.process.lines)
    server.check_no_alarm()
    server.check_gone()

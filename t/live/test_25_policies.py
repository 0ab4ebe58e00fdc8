# SPDX-License-Identifier: MIT
"""Every caching policy on the wire, and what is said about those that lie:
confirmations of other bytes (W090) and the cache debt of a change (W091)."""
import os
import re
import time
from signal import SIGHUP

import pytest

from linter import format_date, http_date

HOUR, DAY = 3600, 86400
OLD = 10 * DAY


def one(serve, rule, age=OLD, name="a.txt", text="one\n", strong=True, **more):
    """A server with one file of that age under one rule, and its answer."""
    server = serve(files={name: text}, strong=strong,
                   rules="[cache /%s]\n%s\n" % (name, rule),
                   conf={"server": {"workers": 1}}, **more)
    then = int(time.time()) - age
    os.utime(server.tree.path(name), (then, then))
    return server, then, server.get("/" + name)


def revalidate(server, r, name="/a.txt"):
    fields = {}
    if r.etag:
        fields["If_None_Match"] = r.etag
    if r.has("Last-Modified"):
        fields["If_Modified_Since"] = r.get("Last-Modified")
    return server.get(name, **fields)


# name: rule, {field: expected value, None: must be absent}, second look
POLICIES = {
    "no validators": ("ETag = off\nLast-Modified = off",
                      {"ETag": None, "Last-Modified": None,
                       "Cache-Control": None}, 200),
    "date only": ("ETag = off", {"ETag": None, "Cache-Control": None}, 304),
    "tag only": ("Last-Modified = off",
                 {"Last-Modified": None, "Cache-Control": None}, 304),
    "no-cache": ("Cache-Control = no-cache",
                 {"Cache-Control": "no-cache"}, 304),
    "must-revalidate": ("Cache-Control = max-age=0, must-revalidate",
                        {"Cache-Control": "max-age=0, must-revalidate"}, 304),
    "max-age": ("Cache-Control = max-age=3600",
                {"Cache-Control": "max-age=3600"}, 304),
    "immutable": ("Cache-Control = max-age=31536000, immutable",
                  {"Cache-Control": "max-age=31536000, immutable"}, 304),
    "no-store": ("Cache-Control = no-store",
                 {"Cache-Control": "no-store"}, 304),
    "private": ("Cache-Control = private, max-age=60",
                {"Cache-Control": "private, max-age=60"}, 304),
    "stale-while-revalidate": (
        "Cache-Control = max-age=1, stale-while-revalidate=60",
        {"Cache-Control": "max-age=1, stale-while-revalidate=60"}, 304),
    "vary": ("Vary = Cookie\nSet-Cookie = seen=1",
             {"Vary": "Cookie", "Set-Cookie": "seen=1"}, 304),
    "pragma": ("Pragma = no-cache", {"Pragma": "no-cache"}, 304),
    "age": ("Cache-Control = max-age=60\nAge = 50",
            {"Age": "50", "Cache-Control": "max-age=60"}, 304),
    "weak": ("ETag = weak", {}, 304),
    "stat": ("ETag = stat", {}, 304),
    "changing": ("ETag = changing", {}, 200),
    "mtime-size": ("ETag = mtime-size", {}, 304),
    "inode": ("ETag = inode", {}, 304),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_policy(serve, policy):
    rule, fields, second = POLICIES[policy]
    server, then, r = one(serve, rule, strong=policy != "changing")
    assert r.status == 200
    for name, value in fields.items():
        assert r.get(name) == value, (name, r.get(name))
    if "Last-Modified" not in fields:
        assert r.get("Last-Modified") == format_date(then)
    again = revalidate(server, r)
    assert again.status == second
    if second == 304:
        for name in ("Cache-Control", "Vary", "ETag", "Set-Cookie", "Age"):
            assert again.get(name) == r.get(name), name
        assert (again.body or b"") == b""


def test_vary_is_added_to_the_codings(serve):
    server, _, r = one(serve, "Vary = Cookie", text="words and words\n" * 99)
    assert [v.strip() for v in r.get("Vary").split(",")] == \
        ["Accept-Encoding", "Cookie"]


def test_weak_tag_is_of_the_bytes(serve):
    server, _, r = one(serve, "ETag = weak")
    assert r.etag.startswith('W/"')
    os.utime(server.tree.path("a.txt"))
    assert server.get("/a.txt").etag == r.etag
    server.tree.write("a.txt", "two\n")
    assert server.get("/a.txt").etag != r.etag


def test_changing_tag_is_another_each_time(serve):
    server, _, r = one(serve, "ETag = changing\nLast-Modified = off",
                       strong=False)
    tags = [server.get("/a.txt").etag for _ in range(20)]
    with server.connect() as c:
        tags += [c.get("/a.txt").etag for _ in range(20)]
    assert len(set(tags)) == 40
    assert server.get("/a.txt", If_None_Match=tags[-1]).status == 200
    assert server.get("/a.txt", If_None_Match="*").status == 304


def test_mtime_size_is_of_whole_seconds(serve):
    server, then, r = one(serve, "ETag = mtime-size")
    assert r.etag == '"%x-%x"' % (then, 4)


def test_inode_differs_after_a_copy(serve):
    server, then, r = one(serve, "ETag = inode")
    server.tree.replace("a.txt", "one\n", mtime_ns=then * 10**9)
    assert server.get("/a.txt").etag != r.etag


def test_expires_after_the_access(serve):
    server, _, r = one(serve, "Expires = access plus 1h")
    assert http_date(r.get("Expires")) - http_date(r.get("Date")) == HOUR
    again = revalidate(server, r)
    assert again.status == 304
    assert http_date(again.get("Expires")) - http_date(
        again.get("Date")) == HOUR


@pytest.mark.parametrize("date", ("on", "off"))
def test_expires_after_the_modification(serve, date):
    server, then, r = one(serve, "Expires = modified plus 20d\n"
                          "Last-Modified = " + date)
    assert http_date(r.get("Expires")) == then + 20 * DAY
    assert revalidate(server, r).get("Expires") == r.get("Expires")


@pytest.mark.parametrize("clock,shift", (("+2h", 2 * HOUR), ("-10d", -OLD)))
def test_clock_of_a_rule(serve, clock, shift):
    server, then, r = one(serve, "Expires = access plus 60s\nClock = " + clock)
    date = http_date(r.get("Date"))
    assert abs(date - time.time() - shift) < 30
    assert http_date(r.get("Expires")) - date == 60
    assert http_date(r.get("Last-Modified")) == then + shift
    assert revalidate(server, r).status == 304
    # a date that the client was given is one that it may ask with
    assert server.get("/a.txt", Range="bytes=0-1", If_Range=r.get(
        "Last-Modified")).status == 206
    other = server.get("/none")
    assert abs(http_date(other.get("Date")) - time.time()) < 30


def test_broken_schemes_are_told_at_the_start_and_by_t(serve):
    import harness
    rules = ("[cache /a]\nETag = changing\n[cache /b]\nETag = mtime-size\n"
             "[cache /c]\nETag = inode\n[cache /d]\nClock = -1h\n")
    server = serve(files={"a.txt": "one\n"}, rules=rules)
    told = harness.run("-t", "-c", str(server.file)).stderr
    for text in (told, "\n".join(server.process.lines)):
        for word in ("changing", "mtime-size", "inode", "Clock"):
            assert re.search(r"(?m)^.*warning.*%s" % word, text), (word, text)


# -- stale audit

def same_size_same_time(server, text, then, name="a.txt"):
    server.tree.write(name, text)
    os.utime(server.tree.path(name), (then, then))


def last_reason(server, status):
    return server.log(1, lambda e: e["status"] == status)[-1]["reason"]


def test_mtime_size_confirms_other_bytes_and_says_so(serve):
    server, then, old = one(serve, "ETag = mtime-size", strong=False,
                            lint=False)
    same_size_same_time(server, "two\n", then)
    r = server.get("/a.txt", If_None_Match=old.etag)
    assert r.status == 304  # as the scheme has it
    server.await_line(r"warn W090: /a\.txt: this 304 confirms")
    assert last_reason(server, 304) == "tag matches, but the bytes differ"


def test_range_that_would_be_a_mixture_is_told(serve):
    server, then, old = one(serve, "ETag = mtime-size", strong=False,
                            lint=False)
    same_size_same_time(server, "two\n", then)
    r = server.get("/a.txt", Range="bytes=2-3", If_Range=old.etag)
    assert r.status == 206
    assert last_reason(server, 206) == "range, but the bytes differ"


@pytest.mark.parametrize("scheme", ("off", "content"))
def test_date_confirms_other_bytes_and_says_so(serve, scheme):
    server, then, old = one(serve, "ETag = " + scheme, lint=False)
    same_size_same_time(server, "two\n", then)
    r = server.get("/a.txt", If_Modified_Since=old.get("Last-Modified"))
    assert r.status == 304
    server.await_line(r"warn W090: /a\.txt: this 304 confirms a date")
    assert last_reason(server, 304) == "not modified since, but the bytes differ"


def test_content_never_confirms_other_bytes(serve):
    server, then, old = one(serve, "ETag = content")
    same_size_same_time(server, "two\n", then)
    assert revalidate(server, old).status == 200
    assert not any("W090" in line for line in server.process.lines)


def test_a_confirmation_that_is_right_is_not_blamed(serve):
    server, then, old = one(serve, "ETag = mtime-size")
    server.tree.write("a.txt", "three\n")
    new = server.get("/a.txt")
    assert revalidate(server, new).status == 304
    assert last_reason(server, 304) == "tag matches"
    assert not any("W090" in line for line in server.process.lines)


def test_another_worker_and_another_generation_know_it_too(serve):
    server, then, old = one(serve, "ETag = mtime-size", strong=False,
                            lint=False)
    since = server.mark()
    server.signal(SIGHUP)
    server.await_line(r"M013", since)
    same_size_same_time(server, "two\n", then)
    assert server.get("/a.txt", If_None_Match=old.etag).status == 304
    server.await_line(r"W090")


# -- cache debt

@pytest.mark.parametrize("rule,seconds", (
    ("Cache-Control = max-age=3600", HOUR),
    ("Cache-Control = max-age=60, stale-while-revalidate=600", 660),
    ("Cache-Control = s-maxage=7200, max-age=60", 2 * HOUR),
    ("Expires = access plus 2h", 2 * HOUR),
    ("ETag = content", DAY),  # ten days old: a tenth of it
))
def test_a_change_owes_what_was_granted(serve, rule, seconds):
    server, _, _ = one(serve, rule)
    server.tree.write("a.txt", "another\n")
    server.get("/a.txt")
    m = server.await_line(r"W091: /a\.txt has changed: .* until (.*) \((\d+) s")
    assert abs(int(m.group(2)) - seconds) < 30
    assert abs(http_date(m.group(1)) - time.time() - seconds) < 30


@pytest.mark.parametrize("rule", (
    "Cache-Control = no-cache", "Cache-Control = no-store",
    "Cache-Control = max-age=0", "Last-Modified = off",
    "Cache-Control = max-age=60\nAge = 60",
    "Cache-Control = max-age=60\nClock = -10d"))
def test_a_change_owes_nothing(serve, rule):
    server, _, _ = one(serve, rule)
    server.tree.write("a.txt", "another\n")
    server.get("/a.txt")
    server.signal(SIGHUP)
    server.await_line(r"M013")
    assert not any("W091" in line for line in server.process.lines)


def test_debt_is_told_once(serve):
    server, _, _ = one(serve, "Cache-Control = max-age=3600")
    server.tree.write("a.txt", "another\n")
    for _ in range(5):
        server.get("/a.txt")
    server.tree.write("a.txt", "and another\n")
    server.get("/a.txt")
    server.stop()
    assert sum("W091" in line for line in server.process.lines) == 2


def test_debt_of_all_workers_is_told_once(serve):
    server = serve(files={"a.txt": "one\n"}, conf={"server": {"workers": 3}},
                   rules="[cache *]\nCache-Control = max-age=3600\n")
    for _ in range(12):
        server.get("/a.txt")
    server.tree.write("a.txt", "another\n")
    for _ in range(12):
        server.get("/a.txt")
    server.stop()
    assert sum("W091" in line for line in server.process.lines) == 1

# SPDX-License-Identifier: MIT
"""Ledgers in both forms, and what they become beside the packets."""
import json

import pytest

from etagdlab import annotate, cli, ledger, pcapng, streams, packets
from frames import Talk

GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
NOT_MODIFIED = "HTTP/1.1 304 Not Modified\r\n\r\n"
LINE = {"time": "2023-11-14T22:13:20.004000Z", "worker": 3, "connection": 7,
        "request": 1, "peer": "10.0.0.1", "port": 40000, "method": "GET",
        "target": "/a", "status": 200, "bytes": 5, "duration_us": 120,
        "encoding": "identity", "reason": "new", "end": "sent"}


def lines(*entries):
    return "".join(json.dumps(e) + "\n" for e in entries)


def talk():
    t = Talk().open().ask(GET).answer(OK).ask(GET).answer(NOT_MODIFIED)
    return t.wait(30).fin(False).fin(True)


SECOND = {**LINE, "request": 2, "status": 304, "bytes": 0,
          "reason": "tag matches"}


def test_access_log():
    book = ledger.parse(lines(LINE, SECOND) + "not json\n[1]\n\n")
    c, = book.connections
    assert book.unread == 2 and not book.complete
    assert (c.port, c.worker, c.number, len(c.requests)) == (40000, 3, 7, 2)
    assert c.requests[0].time_ns == 1_700_000_000_004_000_000


@pytest.mark.parametrize("odd", (
    {"worker": "three"}, {"connection": [7]}, {"worker": {}, "connection": {}},
    {"request": "first"}, {"status": "200"}, {"status": True},
    {"bytes": "five"}, {"duration_us": "long"}, {"time": 1e400},
    {"time": float("nan")}, {"time": -float("inf")}, {"target": 5},
    {"method": None}, {"reason": ["new"]}, {"end": {"who": "client"}},
    {"encoding": 1}, {"peer": 7}, {"peer": {"port": "x"}},
    {"via_port": "40000"}), ids=repr)
def test_fields_of_another_kind_are_not_taken(odd):
    """A log that something else wrote: what is no number is no number."""
    t = talk()
    book = ledger.parse(lines({**LINE, **odd}, {**SECOND, **odd}))
    for c in book.connections:
        c.port = 40000
    out, _, _, _ = annotate.annotate(t.blocks, book)
    assert len(out) == len(t.blocks)
    json.loads(ledger.lines(book).splitlines()[0])


@pytest.mark.parametrize("odd", (
    {"accept_waited_ms": "0"}, {"client_fin_us": "soon"}, {"end": ["idle"]},
    {"end": {"who": 1, "word": 2}}, {"opened_us": "early"}, {"number": "x"},
    {"closed_first": ["client"]}, {"request_list": [1, {"status": "x"}]},
    {"request_list": {}}), ids=repr)
def test_ended_connections_of_another_kind(odd):
    book = ledger.parse(lines({"port": 40000, "worker": 1, "connection": 7,
                               "opened_us": 1_700_000_000_000_000, **odd}))
    assert [c.port for c in book.connections] == [40000]
    annotate.annotate(talk().blocks, book)
    assert all(isinstance(t, int) for t in book.connections[0].fins.values())


def test_a_line_of_brackets_is_not_read():
    book = ledger.parse("[" * 100000 + "\n" + lines(LINE))
    assert book.unread == 1 and len(book.requests) == 1


def test_worker_0_is_a_worker():
    """Of another server's log, maybe, but it is a number."""
    t = talk()
    book = ledger.parse(lines({**LINE, "worker": 0}))
    book.connections[0].worker = None
    _, n, _, _ = annotate.annotate(t.blocks, book)
    assert n


@pytest.mark.parametrize("entry", (
    {"connection": 7, "worker": 3, "peer": "10.0.0.1", "port": 40000,
     "opened_us": 1_700_000_000_001_000, "first_us": 0, "server_fin_us": 0,
     "ended_us": 1_700_000_030_000_000, "end": "idle too long",
     "closed_first": "server", "requests": 2, "cut": 0, "request_list": [
         {"request": 1, "first_us": 1_700_000_000_002_000, "status": 200},
         {"request": 2, "status": 304, "reason": "tag matches"}]},
    {"connection": 7, "worker": 3, "peer": "10.0.0.1", "port": 40000,
     "accepted": "2023-11-14T22:13:20.001Z", "end": "idle too long",
     "requests": [{"time": "2023-11-14T22:13:20.004Z", "target": "/a",
                   "status": 200, "reason": "new"}, {"status": 304}]},
    {"connection": 7, "worker": 3, "peer": "10.0.0.1:40000",
     "start": 1_700_000_000_001_000, "closed_by": "server",
     "end": "idle too long", "requests": [{"status": 200}, {"status": 304}]},
    {"id": 7, "worker": 3, "client": {"addr": "10.0.0.1", "port": 40000},
     "opened": 1_700_000_000.001, "requests": [{}, {}],
     "end": {"word": "idle too long", "who": "server"}}))
def test_ledgers_of_connections(entry):
    book = ledger.parse(lines(entry))
    c, = book.connections
    assert book.complete and c.port == 40000 and c.number == 7
    assert (c.end, c.who) == ("idle too long", "server")
    assert c.time_ns == 1_700_000_000_001_000_000
    assert [r.number for r in c.requests] == [1, 2]


def notes(t, *entries):
    found, n, _, matched = annotate.annotate(
        t.blocks, ledger.parse(lines(*entries)))
    texts = {b.number: b.comments for b in found if b.comments}
    assert n == sum(map(len, texts.values()))
    return texts, matched


def test_a_second_time():
    """A capture of the lab's has its comments already."""
    t = talk()
    book = ledger.parse(lines(LINE, SECOND))
    once = annotate.annotate(t.blocks, book)[0]
    again = annotate.annotate(once, book)[0]
    assert pcapng.serialize(again) == pcapng.serialize(once)


def test_in_the_terminals_language(tmp_path, capsys, monkeypatch):
    (tmp_path / "a.jsonl").write_text(lines(LINE, SECOND) + "not json\n")
    pcapng.write(tmp_path / "a.pcapng", talk().blocks)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    command = [str(tmp_path / "a.pcapng"),
               str(tmp_path / "a.jsonl"), str(tmp_path / "b.pcapng")]
    assert cli.annotate_file(command) == 0
    said = capsys.readouterr()
    assert "条注释；1 个连接中有 1 个" in said.out and "查看方法" in said.out
    assert "略去了 1 行" in said.err
    texts = [c for b in pcapng.read(tmp_path / "b.pcapng") for c in b.comments]
    assert "etagd: 请求 1，连接 7，工作进程 3" in texts, texts
    assert cli.annotate_file([*command[:2], command[0]]) == 2
    assert "从不就地改动" in capsys.readouterr().err


def test_comments_of_the_access_log():
    texts, matched = notes(talk(), LINE, SECOND)
    assert list(matched) == [0]
    assert texts[1] == ["etagd: accepted by worker 3, connection 7"]
    assert texts[4] == ["etagd: request 1 on connection 7 of worker 3"]
    assert texts[5][0].startswith("etagd: 200: no precondition")
    assert texts[7][0].startswith("etagd: 304 because the tag matches")
    assert texts[8] == ["etagd: closed first by the server: after 30.0 s of "
                        "silence, so a timer fired (inferred)"]
    assert set(texts) == {1, 4, 5, 6, 7, 8}


def test_comments_of_a_ledger_that_knows_the_end():
    texts, _ = notes(talk(), {
        "port": 40000, "worker": 3, "connection": 7, "end": "idle too long",
        "requests": [{"status": 200, "reason": "new"},
                     {"status": 304, "reason": "tag matches"}]})
    assert texts[8] == ["etagd: the keep-alive timer fired: closed by the "
                        "server, idle too long"]


def test_an_unused_connection():
    t = Talk().open().wait(100).fin(True).fin(False)
    texts, matched = notes(t, {**LINE, "port": 1})
    assert not matched
    assert texts[1] == ["etagd: the ledger does not name this connection"]
    assert "never used" in texts[4][0] and "preconnect" in texts[4][0]


def test_a_ledger_that_contradicts_the_wire_is_told():
    t = Talk().open().ask(GET).answer(OK).fin(True)
    texts, _ = notes(t, {"port": 40000, "end": "idle too long",
                         "requests": []})
    assert "but the client was first on the wire" in texts[6][0]


def test_a_port_that_came_twice_is_told_apart_by_time():
    t = talk()
    t.seq = {True: 90000, False: 95000}
    t.wait(60).open().ask(GET).answer(OK).fin(True)
    late = {**LINE, "connection": 8, "time": "2023-11-14T22:14:50.02Z"}
    texts, matched = notes(t, late, LINE, SECOND)
    assert sorted((i, c.number) for i, c in matched.items()) == \
        [(0, 7), (1, 8)]


def test_the_command(tmp_path, capsys):
    raw, book = tmp_path / "in.pcapng", tmp_path / "access.jsonl"
    pcapng.write(raw, talk().blocks)
    before = raw.read_bytes()
    book.write_text(lines(LINE, SECOND))
    assert cli.main(["annotate", str(raw), str(book)]) == cli.OK
    out = tmp_path / "in-annotated.pcapng"
    assert "6 comments; 1 of 1 connections" in capsys.readouterr().out
    assert raw.read_bytes() == before
    found = pcapng.read(out)
    assert sum(len(b.comments) for b in found) == 6
    again = streams.streams(packets.segments(found))
    assert len(again[0].packets) == 9


def test_the_command_refuses(tmp_path, capsys):
    raw, book = tmp_path / "in.pcapng", tmp_path / "access.jsonl"
    pcapng.write(raw, talk().blocks)
    book.write_text("")
    assert cli.main(["annotate", str(raw), str(book)]) == cli.FAILED
    assert "none of its connections" in capsys.readouterr().err
    assert cli.main(["annotate", str(raw), str(book), str(raw)]) == cli.USAGE
    book.write_text("no capture at all")
    assert cli.main(["annotate", str(book), str(book)]) == cli.FAILED
    assert "not a pcapng file" in capsys.readouterr().err
    assert cli.main(["annotate", str(tmp_path / "x"), str(book)]) == \
        cli.FAILED
    assert "No such file" in capsys.readouterr().err


def test_both_ledgers_in_one():
    unused = {"connection": 8, "port": 40001, "requests": 0,
              "end": "client closed, never used"}
    ended = {"connection": 7, "port": 40000, "requests": 1,
             "end": "idle too long", "request_list": []}
    log = ledger.parse(lines(LINE))
    both = ledger.merge(log, ledger.parse(lines(ended, unused)))
    assert both.complete
    assert [(c.port, c.end, c.who, len(c.requests))
            for c in both.connections] == [
        (40000, "idle too long", "server", 1),
        (40001, "client closed, never used", "client", 0)]
    assert ledger.merge(log, ledger.parse("")) is log
    part = ledger.merge(log, ledger.parse(lines(unused)))
    assert not part.complete and len(part.connections) == 2

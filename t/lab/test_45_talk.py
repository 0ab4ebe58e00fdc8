# SPDX-License-Identifier: MIT
"""Connections of the lab's own: each way to close, as the capture has it."""
import pytest

from etagdlab import packets, scenario, server, streams, talk, tcpfacts, \
    tcpstates
from reading import TOP

SEEN = {"client": ("three", "client", ["TIME-WAIT", "CLOSED"]),
        "server": ("four", "server", ["CLOSED", "TIME-WAIT"]),
        "both": ("both", "server", ["TIME-WAIT", "TIME-WAIT"]),
        "reset": ("reset", "client", ["CLOSED", "CLOSED"]),
        "half": ("half", "client", ["TIME-WAIT", "CLOSED"])}


@pytest.fixture
def running(program, tmp_path):
    with server.Server(program, TOP / "conf" / "lab.ini", TOP / "www",
                       tmp_path) as s:
        yield s


def stream_of(blocks, port, mine):
    return next(s for s in streams.streams(packets.segments(blocks), port)
                if s.client[1] == mine)


@pytest.mark.parametrize("how", talk.WAYS)
def test_each_way(running, captured, how):
    run = captured(running.port)
    mine = talk.close(running.url, "/one.html", how)
    s = stream_of(run.finish(), running.port, mine)
    told = tcpfacts.manner(s)
    kind, first, ends = SEEN[how]
    # Whether the last ACK rides on the FIN is the moment's affair.
    kinds = (kind,) if how in ("both", "reset", "half") else ("three", "four")
    assert told["kind"] in kinds and told["first"] == first, told
    assert list(tcpstates.walk(s).values())[-1] == ends
    assert [r.status for _, r in s.pairs()][:1] == [200]


def test_a_small_mss(running, captured):
    run = captured(running.port)
    mine, got = talk.fetch(running.url, "/style.css", 500)
    s = stream_of(run.finish(), running.port, mine)
    assert "MSS=500" in tcpfacts.of(s)["client"]["options"]
    assert got == (TOP / "www" / "style.css").stat().st_size
    # 12 bytes of each segment are timestamps; several may pass as one frame.
    sizes = [p.segment.length for p in s.packets if not p.client]
    assert any(n and n % 488 == 0 for n in sizes), sizes


def test_no_answer_is_told(tmp_path):
    import socket
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = "http://127.0.0.1:%d" % listening.getsockname()[1]
        import threading

        def refuse():
            listening.accept()[0].close()
        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(OSError):
            talk.close(url, "/", "client")
        thread.join()


@pytest.mark.parametrize("words", [
    "first,close:never", "first,close", "first,segments:87",
    "first,segments:x", "first,segments"])
def test_bad_words(words):
    with pytest.raises(scenario.BadScenario):
        scenario.parse(words)

# SPDX-License-Identifier: MIT
"""A large file that is asked for again and again is sent from sealed memory."""
import os
import re
import threading
import time

import pytest

from harness import until
from test_32_whole import ONE, begin, bytes_of, known, patch, rest, tag_of

SIZE = 3 << 20  # gets a memory area of its own


def areas(server):
    """Sizes of the sealed areas that its worker has mapped."""
    sizes = set()
    for pid in server.workers():
        try:
            with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
                text = f.read()
        except OSError:
            continue  # it has ended
        for a, b in re.findall(r"^(\w+)-(\w+) r--s .*memfd:etagd", text, re.M):
            sizes.add(int(b, 16) - int(a, 16))
    return sizes


def heat(server, name, data):
    """Asks until all of it is there."""
    def asked():
        assert server.get("/" + name).body == data
        return SIZE in areas(server)
    until("it is in memory", asked)


def hot(serve, conf=None):
    data = bytes_of(b"1", SIZE)
    server = serve(files={"hot.bin": data}, conf={**ONE, **(conf or {})})
    assert known(server, "hot.bin", data) == tag_of(data)
    heat(server, "hot.bin", data)
    return server, data


def test_its_bytes_stay_while_it_is_sent(serve):
    server, data = hot(serve)
    assert server.get("/hot.bin").etag == tag_of(data)
    c, head, got = begin(server, "hot.bin")
    path = server.tree.path("hot.bin")
    patch(path, 0, bytes_of(b"2", SIZE))
    assert head.etag == tag_of(data) and rest(c, head, got) == data
    other = known(server, "hot.bin", bytes_of(b"2", SIZE))
    assert other == tag_of(bytes_of(b"2", SIZE))


def test_ranges_of_it(serve):
    server, data = hot(serve)
    for first, last in ((0, SIZE - 1), (1, SIZE - 2), (4095, 100_000),
                        (4096, 4096 + 32768), (777, 777 + 32767),
                        (SIZE - 40_000, SIZE - 1)):
        r = server.get("/hot.bin", Range=f"bytes={first}-{last}")
        assert r.status == 206 and r.body == data[first:last + 1]
    r = server.get("/hot.bin", Range="bytes=5-70000,100001-200000,9-9")
    assert r.status == 206 and data[100001:200001] in r.body


def test_a_download_under_way_goes_on_from_memory(serve):
    data = bytes_of(b"1", SIZE)
    server = serve(files={"hot.bin": data}, conf=ONE)
    path = server.tree.path("hot.bin")
    # of a file that is young another record is begun when it has settled, and
    # those that hang at the first one go on from the file
    until("it is not young any more",
          lambda: time.time() - path.stat().st_ctime > 0.5)
    assert known(server, "hot.bin", data) == tag_of(data)
    slow = [begin(server, "hot.bin") for _ in range(3)]
    heat(server, "hot.bin", data)
    patch(path, SIZE // 2, bytes_of(b"2", SIZE // 2))
    for c, head, got in slow:
        assert head.etag == tag_of(data) and rest(c, head, got) == data


def test_a_new_version_is_not_the_old_one(serve):
    server, data = hot(serve)
    path = server.tree.path("hot.bin")
    for n in range(3):
        other = bytes_of(b"v%d" % n, SIZE)
        with open(str(path) + "~", "wb") as f:
            f.write(other)
        os.rename(str(path) + "~", path)
        assert server.get("/hot.bin").body == other
        heat(server, "hot.bin", other)


@pytest.mark.parametrize("memory", ("4m", "1m"))
def test_where_there_is_no_room_it_comes_from_the_file(serve, memory):
    data = bytes_of(b"1", SIZE)
    server = serve(files={"hot.bin": data},
                   conf={**ONE, "prepare": {"memory": memory}})
    tag = known(server, "hot.bin", data)

    def ask():
        for _ in range(8):
            r = server.get("/hot.bin")
            assert r.body == data and r.etag == tag

    all_ask = [threading.Thread(target=ask) for _ in range(4)]
    for t in all_ask:
        t.start()
    for t in all_ask:
        t.join()
    assert SIZE not in areas(server)
    assert server.get("/hot.bin").etag == tag


def held(server, name):
    """Descriptors of that file, also of a name that is gone."""
    n = 0
    for pid in server.workers():
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                n += f"/{name}" in os.readlink(f"/proc/{pid}/fd/{fd}")
            except OSError:
                pass  # closed meanwhile
    return n


def test_what_is_forgotten_while_it_is_read_for_memory_is_let_go(serve):
    """The reading itself may push out what the file's sums are in."""
    server = serve(conf={**ONE, "prepare": {"memory": "4m"},
                         "timeouts": {"prepare": "1h"}})
    path = server.tree.path("f.bin")
    path.write_bytes(bytes_of(b"1", 1_200_000))
    for n in range(20):
        patch(path, 1000 * n, b"%04d" % n)
        data = path.read_bytes()
        known(server, "f.bin", data)
        for _ in range(40):
            assert server.get("/f.bin").body == data
    path.unlink()
    until("it is closed", lambda: server.get("/f.bin").status == 404
          and held(server, "f.bin") == 0)


def test_more_small_files_than_memory_holds(serve):
    """Areas go and come all the time: each answer is its file's, to several at
    once, and the worker does not keep what was given up."""
    files = {"many/%03d.bin" % i: b"%03d;" % i * 5000 for i in range(400)}
    server = serve(files=files, conf={
        "server": {"workers": 1},
        "prepare": {"memory": "4m", "compress": "off"}})
    wrong = []

    def walk(step):
        with server.connect() as c:
            for i in range(0, len(files), step):
                name = "many/%03d.bin" % (i * 7 % len(files))
                if c.get("/" + name).body != files[name]:
                    wrong.append(name)

    walkers = [threading.Thread(target=walk, args=(s,)) for s in (1, 3)]
    for w in walkers:
        w.start()
    for w in walkers:
        w.join()
    assert not wrong
    # what there may be, and what is on its way out
    until("few areas", lambda: sum_of_areas(server) <= 2 * (4 << 20))


def sum_of_areas(server):
    """Bytes of areas that the worker has mapped."""
    with open(f"/proc/{server.workers()[0]}/maps", encoding="utf-8") as f:
        return sum(int(b, 16) - int(a, 16) for a, b in re.findall(
            r"^(\w+)-(\w+) r--s .*memfd:etagd", f.read(), re.M))

# SPDX-License-Identifier: MIT
"""churn: files that change while they are asked for."""
import os
import random
import threading
import time

from rig import HOT, done, make
from load import Running


def content(name, version, lines):
    return (b"%s version %08d\n" % (name.encode(), version)) * lines


class Churn:
    """Writes new versions and knows which ones a request may see."""

    def __init__(self, tree, names, random_):
        self.tree = tree
        self.random = random_
        self.lock = threading.Lock()
        self.begun = dict.fromkeys(names, 1)   # newest that may be seen
        self.ended = dict.fromkeys(names, 1)   # oldest that may be seen
        self.gone = dict.fromkeys(names, 0)    # version that was deleted
        self.stop = False
        for n in names:
            tree.write(n, content(n, 1, self.lines(n)))

    @staticmethod
    def lines(name):
        return 20000 if name.startswith("large") else 40

    def change(self, name):
        with self.lock:
            version = self.begun[name] + 1
            self.begun[name] = version
            how = self.random.random()
        data = content(name, version, self.lines(name))
        if how < 0.45:
            self.tree.replace(name, data)
        elif how < 0.8 and name.startswith("small"):
            # one write of one page: no reader sees half of it
            fd = os.open(self.tree.path(name), os.O_WRONLY | os.O_CREAT, 0o644)
            os.pwrite(fd, data, 0)
            os.close(fd)
        else:
            self.gone[name] = version
            self.tree.path(name).unlink(missing_ok=True)
            self.tree.replace(name, data)
        self.ended[name] = version

    def run(self):
        while not self.stop:
            self.change(self.random.choice(list(self.begun)))
            time.sleep(0.002)


def judge(churn, name, oldest, status, body):
    """What is wrong with an answer whose request began when `oldest` was
    complete; None: nothing."""
    newest = churn.begun[name]
    if status == 404:
        return None if churn.gone[name] > oldest or churn.gone[name] >= oldest \
            else "404 for a file that was there"
    if status != 200:
        return "status %d" % status
    lines = set(body.splitlines())
    if len(lines) != 1:
        return "%d versions in one body" % len(lines)
    version = int(lines.pop().split()[-1])
    if len(body) != len(content(name, version, churn.lines(name))):
        return "%d bytes" % len(body)
    if not oldest <= version <= newest:
        return "version %d, not of %d to %d" % (version, oldest, newest)
    return None


def churn(rounds):
    """Files rewritten, renamed over and deleted while they are asked for: never
    stale, never mixed; a large one that changes under way is cut."""
    server = make()
    names = ["small%d.txt" % i for i in range(12)] + ["large1.bin",
                                                      "large2.bin"]
    changes = Churn(server.tree, names, random.Random(5))
    faults, count, cut = [], [0] * 4, [0] * 4
    until_s = time.monotonic() + 0.6 * rounds

    def ask(k):
        c = None
        rnd = random.Random(k)
        while time.monotonic() < until_s:
            name = rnd.choice(names)
            c = c or server.connect()
            oldest = changes.ended[name]
            try:
                r = c.get("/" + name)
            except Exception as e:  # only a large one may be cut
                if not name.startswith("large"):
                    faults.append((name, repr(e)))
                cut[k] += 1
                c = None
                continue
            count[k] += 1
            wrong = judge(changes, name, oldest, r.status, r.body)
            if wrong:
                faults.append((name, wrong))
            if r.closes:
                c = None
    try:
        server.linter = None
        writer = threading.Thread(target=changes.run)
        clients = [threading.Thread(target=ask, args=(k,)) for k in range(4)]
        with Running(server.address, HOT, count=8) as load:
            for t in [writer] + clients:
                t.start()
            for t in clients:
                t.join()
            changes.stop = True
            writer.join()
        assert not faults, faults[:5]
        result = done(rounds, load, note="%d requests of changing files, %d "
                      "large ones cut" % (sum(count), sum(cut)))
        server.stop()
        return result._replace(requests=result.requests + sum(count))
    finally:
        changes.stop = True
        server.kill()
        server.cleanup()

# SPDX-License-Identifier: MIT
"""[server] keep-previous: a page of a release that was switched away finds its
parts, by their names, as long as that says; what the new release has is never
another one's, and pages are never an old one's."""
import contextlib
import json
import os
import signal

import pytest

import harness
from harness import held_by, until
from visitors import Visitor, visiting
from wire import Closed

PARTS = ("assets/app.%s.js", "assets/style.%s.css", "assets/img/a.%s.svg",
         "data.%s.json")
KEPT = 8  # releases before the present one
PAGES = ("html", "htm", "html.gz", "html.br", "xhtml", "html~")


def part(name, version):
    return "part %s of %s\n" % (name, version) * 40


def release(folder, n):
    version = "%04d" % n
    names = [p % version for p in PARTS]
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(part(name, version))
    (folder / "index.html").write_text("\n".join([version] + names))
    (folder / "always.js").write_text(version)
    if n % 2 == 0:
        (folder / "now-and-then.js").write_text(version)
    for end in PAGES:
        (folder / ("only.%s.%s" % (version, end))).write_text(version)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


class Site:
    """How a release is put in its place, and what asks for it."""
    host, prefix, kept = "localhost", "/", "1h"

    def __init__(self, folder):
        self.folder, self.n = folder, 0
        folder.chmod(0o755)
        self.prepare()
        self.switch()

    def prepare(self):
        pass

    def conf(self):
        return {"server": {"root": self.root, "keep-previous": self.kept}}

    def switch(self):
        new = self.folder / ("r%04d" % self.n)
        release(new, self.n)
        self.put(new)
        self.n += 1


class Linked(Site):
    """A link into its own folder, which workers follow by themselves."""
    def prepare(self):
        self.root = self.folder / "current"

    def put(self, new):
        link = self.folder / "new"
        link.symlink_to(os.path.relpath(new, self.folder))
        link.rename(self.root)


class Afar(Linked):
    """A link to elsewhere, which takes a reload."""
    def prepare(self):
        (self.folder / "there").mkdir()
        (self.folder / "there").chmod(0o755)
        self.root = self.folder / "there" / "current"

    def put(self, new):
        link = self.folder / "there" / "new"
        link.symlink_to(new)
        link.rename(self.root)


class Renamed(Site):
    """A folder that is renamed and made again, which takes a reload, too."""
    def prepare(self):
        self.root = self.folder / "root"

    def put(self, new):
        if self.n:
            self.root.rename(self.folder / ("was%d" % self.n))
        new.rename(self.root)


class Host(Linked):
    host = "a.example"

    def conf(self):
        (self.folder / "other").mkdir()
        return {"server": {"root": self.folder / "other",
                           "keep-previous": self.kept},
                "host a.example": {"root": self.root}}


class Alias(Linked):
    prefix = "/app/"

    def conf(self):
        (self.folder / "other").mkdir()
        return {"server": {"root": self.folder / "other",
                           "keep-previous": self.kept},
                "alias /app/": {"root": self.root}}


class Twin(Linked):
    """Two sites of one name, as those of several names are made as well."""
    host = "a.example"

    def conf(self):
        return {"server": {"root": self.root, "keep-previous": self.kept},
                "host a.example": {"root": self.root}}


class Client(Visitor):
    """Gets the page, and then, slowly enough for switches in between, its
    parts, each time on the next of its connections."""

    def __init__(self, address, site):
        super().__init__()
        self.address, self.site = address, site
        self.open = []

    def get(self, name):
        while True:  # as browsers do when a kept connection is gone
            if len(self.open) < 3:
                self.open.append(harness.Connection(self.address))
            c = self.open.pop(0)
            try:
                got = c.request("GET", self.site.prefix + name,
                                host=self.site.host)
            except (Closed, ConnectionError):
                c.close()
                continue
            if got.closes:
                c.close()
            else:
                self.open.append(c)
            return got.status, got.body.decode()

    def page(self):
        return self.get("")

    def visit(self, n):
        k = self.site.n
        status, page = self.ask(self.page)
        if status != 200:
            self.faults.append(("page", status))
            return
        version, *names = page.split("\n")
        if n % 2 == 0:  # every other visit waits until the next release is there
            until("a switch", lambda: self.site.n > k or
                  self.ending.is_set())
        for name in names:
            got = self.get(name)
            if got != (200, part(name, version)):
                self.faults.append((name, got))
        status, text = self.get("always.js")
        if status != 200 or text < version:
            self.faults.append(("always.js", status, text, version))

    def leave(self):
        for c in self.open:
            c.close()


class Upgraded:
    """A server that may be another process after a while."""

    def __init__(self, server, workers=2):
        self.server, self.pid, self.n = server, server.pid, workers

    def none(self):
        pass

    def reload(self):
        since = self.server.mark()
        os.kill(self.pid, signal.SIGHUP)
        self.server.await_line("M013", since)

    def workers(self):
        stats = {p: harness.proc_stat(p) for p in harness.processes()}
        return {p for p, s in stats.items()
                if s and s[2] == self.pid and s[0] == "etagd-worker"}

    def kill(self):
        before = self.workers()
        for pid in before:  # one that finishes may have ended by itself
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until("others", lambda: len(self.workers() - before) >= self.n)

    def upgrade(self):
        since = self.server.mark()
        os.kill(self.pid, signal.SIGUSR2)
        new = int(self.server.await_line(r"M107: .* pid (\d+)", since)[1])
        self.server.await_line(r"etagd\[%d\] .* M010" % new, since)
        self.pid = new

    def end(self):
        if self.pid != self.server.pid:
            os.kill(self.pid, signal.SIGTERM)
            until("the end", lambda: not harness.alive(self.pid))
            assert self.server.process.popen.wait(harness.DEADLINE_S) == 0
            self.server.stopped = True


ACTS = ("none", "reload", "kill", "none", "upgrade")


@pytest.mark.parametrize("kind", (Linked, Host, Alias))
def test_visits_while_releases_are_switched(serve, short, kind):
    site = kind(short)
    server = Upgraded(serve(conf=site.conf(), strong=False))
    clients = [Client(server.server.address, site) for _ in range(3)]

    def pages(n):
        until("visits", lambda: all(len(c.seen) >= n or c.faults
                                    for c in clients))

    try:
        with visiting(clients):
            for k, act in enumerate(ACTS):
                # of each one a page has been got, and its parts are still wanted
                pages(2 * k + 2)
                site.switch()
                getattr(server, act)()
            pages(2 * len(ACTS) + 2)
    finally:
        server.end()


def asked(address, site, name, **fields):
    with harness.Connection(address) as c:
        return c.request("GET", site.prefix + name, host=site.host,
                         fields=[(n.replace("_", "-"), v)
                                 for n, v in fields.items()])


@pytest.mark.parametrize("kind", (Linked, Afar, Renamed, Host, Alias, Twin))
def test_parts_stay_what_they_were(serve, short, kind):
    """The tag, the policy, the form; through whatever becomes of workers; with
    the releases in between, too."""
    site = kind(short)
    server = Upgraded(serve(conf=site.conf(), rules="[cache *.js]\n"
                            "Cache-Control = max-age=77, immutable\n"))
    address, name = server.server.address, PARTS[0] % "0000"
    try:
        before = asked(address, site, name)
        assert before.status == 200
        for act in ACTS:
            site.switch()
            until("the new page", lambda: asked(address, site, "").body ==
                  (newest(site) / "index.html").read_bytes())
            getattr(server, act)()
            for n in range(site.n):
                version = "%04d" % n
                for p in PARTS:
                    got = asked(address, site, p % version)
                    assert got.status == 200, (act, p % version)
                    assert got.body.decode() == part(p % version, version)
            got = asked(address, site, name)
            for field in "ETag", "Cache-Control", "Content-Type":
                assert got.get(field) == before.get(field)
            tag = before.get("ETag")
            assert asked(address, site, name, If_None_Match=tag).status == 304
            got = asked(address, site, name, Range="bytes=0-4", If_Range=tag)
            assert (got.status, got.body) == (206, b"part ")
            # what the new one has, what are pages, what nobody has
            assert asked(address, site, "always.js").body.decode() == \
                "%04d" % (site.n - 1)
            assert asked(address, site, "now-and-then.js").body.decode() == \
                "%04d" % ((site.n - 1) // 2 * 2)
            for end in PAGES:
                assert asked(address, site, "only.0000." + end).status == 404
            assert asked(address, site, "assets/").status == 404
            assert asked(address, site, "none.js").status == 404
    finally:
        server.end()


def newest(site):
    return site.root


def test_what_is_told(serve, short):
    """By the log, by --status, by etagd explain."""
    site = Linked(short)
    conf = site.conf()
    conf["server"]["control"] = short / "control"
    server = serve(conf=conf)
    name = PARTS[0] % "0000"
    site.switch()
    got = asked(server.address, site, name)
    assert got.status == 200
    server.await_line("M158")
    (entry,) = server.log(1)
    assert entry["reason"] == "previous release"

    def status(form=""):
        done = harness.run("--status" + form, "--control", short / "control")
        assert done.returncode == 0, done.stderr
        return done.stdout
    assert "root %s: parts of 1 release before, for 3" % site.root in status()
    (row,) = json.loads(status("=json"))["previous"]
    assert row["root"] == str(site.root) and row["releases"] == 1
    assert 0 < row["seconds"] <= 3600
    told = harness.run("explain", "-c", server.file, "/" + name).stdout
    assert "keep-previous" in told and "404" in told


def test_it_is_over(serve, short):
    """Nothing of it is left, neither an answer nor a descriptor."""
    site = Linked(short)
    site.kept = "1s"
    conf = site.conf()
    conf["server"]["control"] = short / "control"
    conf["prepare"] = {"memory-file": "1k"}  # files stay open
    server = serve(conf=conf)
    name = PARTS[0] % "0000"

    def held():
        return [w for p in [server.pid, *server.children()]
                for w in harness.descriptors(p).values()
                if w.startswith("%s/r0000/" % short)]
    assert asked(server.address, site, name).status == 200
    assert held()
    site.switch()
    asked(server.address, site, name)
    until("an end", lambda: asked(server.address, site, name).status == 404)
    assert asked(server.address, site, PARTS[0] % "0001").status == 200
    until("nothing held", lambda: not held())
    until("nothing told", lambda: json.loads(harness.run(
        "--status=json", "--control", short / "control").stdout)["previous"] == [])


def test_a_release_that_is_the_present_one_again(serve, short):
    """Switched back, it is no previous one, and the other is."""
    site = Linked(short)
    server = serve(conf=site.conf())
    first, second = PARTS[0] % "0000", PARTS[0] % "0001"

    def seen_by_all():
        for pid in server.workers():
            held_by(server, pid, 1, "/always.js")
        server.close_connections()
    for _ in range(2):
        site.switch() if site.n == 1 else site.put(short / "r0001")
        assert asked(server.address, site, first).status == 200
        seen_by_all()
        site.put(short / "r0000")
        assert asked(server.address, site, second).status == 200
        assert asked(server.address, site, "").body.startswith(b"0000")
        seen_by_all()


@pytest.mark.parametrize("kind", (Linked, Host, Alias, Twin))
@pytest.mark.parametrize("n", (1, 3))
def test_a_worker_that_sleeps_while_releases_come(serve, short, kind, n):
    """It has none of those that came and went meanwhile, but is shown them: by
    the time of its next answer, for those that are made later, and in order."""
    site = kind(short)
    server = Upgraded(serve(conf=site.conf()))
    pid = server.server.workers()[0]
    mine = held_by(server.server, pid, 1, site.prefix + "always.js",
                   site.host)[0]
    harness.halt(pid)
    for k in range(n + 1):
        since = server.server.mark()
        site.switch()
        until("the page", lambda: asked(
            server.server.address, site, "").body.startswith(b"%04d" % (k + 1)))
        server.server.await_line("M150", since)
    names = [p % ("%04d" % k) for k in range(n + 1) for p in PARTS]
    try:
        for name in names:
            mine.send(("GET %s%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (
                site.prefix, name, site.host)).encode())
        mine.send(("GET %snow-and-then.js HTTP/1.1\r\nHost: %s\r\n\r\n" % (
            site.prefix, site.host)).encode())
        os.kill(pid, signal.SIGCONT)
        assert [mine.read_response().status for _ in names] == [200] * len(names)
        assert mine.read_response().body == b"%04d" % ((n + 1) // 2 * 2)
        for act in "kill", "upgrade":
            getattr(server, act)()
            for name in names:
                assert asked(server.server.address, site, name).status == 200
    finally:
        server.end()


@pytest.mark.parametrize("kind", (Linked, Afar))
@pytest.mark.parametrize("act", ("none", "kill", "upgrade"))
def test_back_to_one_of_as_many_as_are_kept(serve, short, kind, act):
    """The one that is left takes its place among them: none has to go."""
    site = kind(short)
    conf = site.conf()
    conf["server"]["workers"] = 1
    server = Upgraded(serve(conf=conf), 1)
    address = server.server.address

    def shows(n, put, *args):
        """To workers, and to the master, for those that come later."""
        since = server.server.mark()
        put(*args)
        until("release %d" % n, lambda: asked(
            address, site, "").body.decode().startswith("%04d" % n))
        server.server.await_line("M150|M013", since)
    try:
        for n in range(1, KEPT + 1):
            shows(n, site.switch)
        assert asked(address, site, PARTS[0] % "0000").status == 200
        shows(3, site.put, short / "r0003")
        getattr(server, act)()
        for n in range(KEPT + 1):
            for p in PARTS:
                assert asked(address, site, p % ("%04d" % n)).status == 200, n
        # one more is one too many: the one that was left first
        shows(5, site.put, short / "r0005")
        shows(KEPT + 1, site.switch)
        assert asked(address, site, PARTS[0] % "0000").status == 404
        assert asked(address, site, PARTS[0] % "0001").status == 200
    finally:
        server.end()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("kind", (Linked, Afar))
@pytest.mark.parametrize("policy, mine, others, outside", (
    ("owner", 200, 404, 404), ("beneath", 200, 200, 404),
    ("none", 404, 404, 404)))
def test_links_in_a_release_before(serve, short, kind, policy, mine, others,
                                   outside):
    """As in the present one: [server] symlinks."""
    site = kind(short)
    for name, to in (("mine.js", "always.js"), ("others.js", "always.js"),
                     ("out.js", "../r0001/only.0001.html")):
        (short / "r0000" / name).symlink_to(to)
    os.lchown(short / "r0000" / "others.js", 12345, 12345)
    conf = site.conf()
    conf["server"]["symlinks"] = policy
    server = serve(conf=conf)
    wanted = {"mine.js": mine, "others.js": others, "out.js": outside}

    def found():
        return {name: asked(server.address, site, name).status
                for name in wanted}
    site.switch()
    until("the new one", lambda: asked(
        server.address, site, "").body.startswith(b"0001"))
    assert found() == wanted


def test_a_release_that_was_there_before_is_taken_again(serve, short):
    """One that a reload took while the master had not looked is no reason to
    leave out the one that it had taken by itself."""
    site = Afar(short)
    site.kept = "0"
    server = serve(conf=site.conf())

    def shows(version):
        until("release " + version, lambda: asked(
            server.address, site, "").body.decode().startswith(version))
    site.switch()
    shows("0001")
    for _ in range(2):
        site.switch() if site.n == 2 else site.put(short / "r0002")
        os.kill(server.pid, signal.SIGHUP)
        shows("0002")
        site.put(short / "r0001")
        shows("0001")


class Dangling(Linked):
    def put(self, new):
        if not self.n:
            (new / "d.js").write_text("d")
            (new / "d.js").chmod(0o644)
        elif not (new / "d.js").is_symlink():
            (new / "d.js").symlink_to("nowhere")
        super().put(new)


def test_a_link_to_nothing_is_a_name_of_the_new_release(serve, short):
    site = Dangling(short)
    server = serve(conf=site.conf())
    assert asked(server.address, site, "d.js").status == 200
    site.switch()
    assert asked(server.address, site, PARTS[0] % "0000").status == 200
    assert asked(server.address, site, "d.js").status == 404


def test_what_was_missing_for_a_while_is_looked_for_again(serve, short):
    site = Linked(short)
    server = serve(conf=site.conf())
    name = PARTS[0] % "0000"
    site.switch()
    assert asked(server.address, site, name).status == 200
    (short / "r0000" / name).rename(short / "r0000" / "away")
    assert asked(server.address, site, name).status == 404
    (short / "r0000" / "away").rename(short / "r0000" / name)
    assert asked(server.address, site, name).status == 200


def test_without_it_nothing_is_kept(serve, short):
    site = Linked(short)
    site.kept = "0"
    server = serve(conf=site.conf())
    site.switch()
    assert asked(server.address, site, PARTS[0] % "0000").status == 404


@pytest.mark.parametrize("kind", (Linked, Renamed))
@pytest.mark.parametrize("kept", ("0", "1h"))
def test_roots_are_followed_without_watches(serve, short, kind, kept):
    """freshness = stat asks for names of roots as well."""
    site = kind(short)
    site.kept = kept
    server = serve(conf={**site.conf(), "prepare": {"freshness": "stat"}})
    with server.connect() as c:
        assert c.request("GET", site.prefix,
                         host=site.host).body.startswith(b"0000")
        for n in range(1, 4):
            site.switch()
            if kind is Renamed:
                server.await_line("M013: generation %d" % (n + 1))
                page = asked(server.address, site, "").body
            else:
                page = c.request("GET", site.prefix, host=site.host).body
            assert page.startswith(b"%04d" % n)
            got = asked(server.address, site, PARTS[0] % "0000")
            assert got.status == (200 if kept != "0" else 404)

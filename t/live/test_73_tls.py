# SPDX-License-Identifier: MIT
"""https by hitch and by HAProxy as packaging/tls has them: whose connection it
is, certificates that are renewed under load, and those that come without TLS."""
import ctypes
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading

import pytest

import harness
from differential.peers import UNPACKED, Peer, _environment
from harness import TOP, until
from test_72_proxies import GET, TLS, binary
from observing import Observer, of
from wire import DEADLINE_S

HERE = TOP / "packaging" / "tls"
FILES = {"a.txt": "a\n", "big.bin": b"b" * 300_000}


def need(program):
    found = shutil.which(program, path="%s:/usr/sbin:/sbin:%s" % (
        os.environ["PATH"], UNPACKED / "usr/sbin"))
    if not found:
        harness.need("%s is neither installed nor in build/peers" % program)
    return found


def certificate(folder, name):
    """A key and a certificate that signs itself; the certificate's file."""
    need("openssl")
    crt = folder / (name + ".crt")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=" + name, "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(folder / (name + ".key")), "-out", str(crt)],
        check=True, capture_output=True, timeout=DEADLINE_S)
    return crt


def together(crt):
    """Key and certificate, as these engines read them."""
    return crt.with_suffix(".key").read_text() + crt.read_text()


class Engine(Peer):
    """One that ends TLS; the packaged configuration with other places."""

    def __init__(self, folder, backend):
        self.certs = folder / "certs"
        self.certs.mkdir()
        self.backend = str(backend)
        self.crt = certificate(folder, "one.example")
        self.pem = self.certs / "site.pem"
        self.pem.write_text(together(self.crt))
        super().__init__(folder, None)

    def packaged(self, name, *rows):
        text = (HERE / name).read_text()
        for pattern, new in rows:
            text, n = re.subn(pattern, new, text, flags=re.M)
            assert n == 1, pattern
        return self.write(name, text)

    def trusts(self, crt=None):
        context = ssl.create_default_context(cafile=str(crt or self.crt))
        return context

    def connect(self, crt=None):
        return http.client.HTTPSConnection(
            "localhost", self.port, timeout=DEADLINE_S,
            context=self.trusts(crt))


class Hitch(Engine):
    name = program = "hitch"

    def command(self):
        return [self.installed(), "--config=" + self.packaged(
            "hitch.conf",
            ('host = .*', 'host = "127.0.0.1"'),
            ('port = .*', 'port = "%d"' % self.port),
            ('^backend = .*', 'backend = "%s"' % self.backend),
            ('^pem-dir = .*', 'pem-dir = "%s"' % self.certs),
            # as root it serves as somebody else only
            ('^user = .*\n', '' if os.geteuid() else 'user = "nobody"\n'),
            ('^group = .*\n', ''))]

    def renew(self, crt):
        self.pem.write_text(together(crt))
        self.process.send_signal(signal.SIGHUP)


class HAProxy(Engine):
    name = program = "haproxy"

    def command(self):
        return [self.installed(), "-db", "-f", self.packaged(
            "haproxy.cfg",
            (r'/run/haproxy/admin.sock', str(self.folder / "admin")),
            (r'bind :443', 'bind 127.0.0.1:%d' % self.port),
            (r'crt /etc/etagd/certs/', 'crt %s/' % self.certs),
            (r'unix@/run/etagd-tls/http', 'unix@' + self.backend))]

    def ask(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(DEADLINE_S)
            s.connect(str(self.folder / "admin"))
            s.sendall(command.encode())
            with s.makefile() as f:
                return f.read()

    def renew(self, crt):
        self.pem.write_text(together(crt))
        told = self.ask("set ssl cert %s <<\n%s\n\n" % (
            self.pem, together(crt).strip()))
        assert "transaction created" in told.lower(), told
        assert "Success" in self.ask("commit ssl cert %s\n" % self.pem)


@pytest.fixture
def secured(serve, short):
    """secured(Engine, **conf): etagd and the engine in front of it."""
    engines = []

    def start(kind, **conf):
        need(kind.program)
        place = short / "http"
        conf["server"] = dict({"listen": ["unix:%s proxy" % place,
                                          "127.0.0.1:0"]},
                              **conf.get("server", {}))
        server = serve(files=FILES, conf=conf)
        short.chmod(0o755)
        place.chmod(0o666)
        engines.append(kind(short, place))
        return server, engines[-1]
    yield start
    for engine in engines:
        engine.stop()


ENGINES = pytest.mark.parametrize("kind", (Hitch, HAProxy))


@ENGINES
def test_client_and_tls_are_known(secured, kind):
    server, engine = secured(kind, observe={"listen": "127.0.0.1:0"})
    o = Observer(server)
    c = engine.connect()
    c.request("GET", "/a.txt")
    port = c.sock.getsockname()[1]
    assert c.sock.version() == "TLSv1.3"
    cipher = c.sock.cipher()[0]
    assert c.getresponse().read() == b"a\n"
    c.request("GET", "/big.bin")  # the same connection
    assert len(c.getresponse().read()) == 300_000
    c.close()
    for line in server.log(2):
        assert (line["peer"], line["port"]) == ("127.0.0.1", port)
    events = [e for _, e in o.events(lambda es: [
        e for e in of(es, "end") if e["requests"] == 2])]
    told = [e for e in of(events, "proxy") if e.get("tls")][-1]
    assert told["tls"]["version"] == "TLSv1.3"
    assert told["tls"]["cipher"] == cipher
    assert told["tls"]["name"] == "localhost"


class Visits(threading.Thread):
    """One connection after the other, some requests each."""

    def __init__(self, engine, trusted):
        super().__init__(daemon=True)
        self.engine, self.trusted = engine, trusted
        self.ending = threading.Event()
        self.done, self.lost, self.seen = 0, [], set()

    def run(self):
        while not self.ending.is_set():
            try:
                c = http.client.HTTPSConnection(
                    "localhost", self.engine.port, timeout=DEADLINE_S,
                    context=self.trusted)
                for _ in range(5):
                    c.request("GET", "/a.txt")
                    assert c.getresponse().read() == b"a\n"
                    self.done += 1
                self.seen.add(c.sock.getpeercert()["subject"][0][0][1])
                c.close()
            except (OSError, AssertionError, http.client.HTTPException) as e:
                self.lost.append(repr(e))


def in_a_network_of_its_own(body):
    """Runs body where what one listener of a port lets go of is taken by the
    next one: each worker of hitch has a socket, and a reload closes it."""
    libc = ctypes.CDLL(None, use_errno=True)
    failed = []

    def run():
        try:
            if libc.unshare(0x40000000) != 0:  # CLONE_NEWNET, of this thread
                failed.append("no network namespace: %s" % os.strerror(
                    ctypes.get_errno()))
                return
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            migrate = pathlib.Path("/proc/sys/net/ipv4/tcp_migrate_req")
            if not migrate.exists():
                failed.append("this kernel has no tcp_migrate_req")
                return
            migrate.write_text("1")
            body()
        except BaseException as e:
            failed.append(e)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    for why in failed:
        if isinstance(why, str):
            harness.need(why)
        raise why


def renew_under_load(engine, short):
    other = certificate(short, "two.example")
    both = short / "both"
    both.write_text(engine.crt.read_text() + other.read_text())
    held = engine.connect()
    held.request("GET", "/a.txt")
    assert held.getresponse().read() == b"a\n"
    visits = [Visits(engine, engine.trusts(both)) for _ in range(3)]
    for v in visits:
        v.start()
    until("visits", lambda: all(v.done > 10 for v in visits))
    engine.renew(other)
    until("the new one", lambda: all("two.example" in v.seen for v in visits))
    for v in visits:
        v.ending.set()
    for v in visits:
        v.join()
    assert [v.lost for v in visits] == [[], [], []]
    held.request("GET", "/a.txt")  # what was open goes on
    assert held.getresponse().read() == b"a\n"
    held.close()


def test_haproxy_renews_a_certificate_and_loses_no_connection(secured, short):
    _, engine = secured(HAProxy)
    renew_under_load(engine, short)


def test_hitch_renews_a_certificate_and_loses_no_connection(secured, short):
    def body():
        _, engine = secured(Hitch)
        renew_under_load(engine, short)
    in_a_network_of_its_own(body)


# -- without TLS

HSTS = "max-age=63072000"
SECURE = "[header *]\nStrict-Transport-Security = %s\n" % HSTS


@pytest.mark.parametrize("target, to", (
    ("/a.txt", "https://a.example/a.txt"),
    ("/a%20b?x=1&y=%7c|", "https://a.example/a%20b?x=1&y=%7c%7C"),
    ("/", "https://a.example/"),
    ("http://b.example:81/c", "https://b.example/c")))
def test_what_comes_without_tls_is_sent_there(serve, target, to):
    server = serve(files=FILES, conf={"server": {"https-port": 443}},
                   rules=SECURE + "[redirect /*]\nto = /elsewhere\n")
    for method in "GET", "HEAD", "POST":
        with server.connect() as c:
            c.send(("%s %s HTTP/1.1\r\nHost: a.example:8080\r\n"
                    "Content-Length: 0\r\n\r\n" % (method, target)).encode())
            answer = c.read_response(method)
        assert answer.status == 308
        assert answer.get("Location") == to
        assert answer.get("Cache-Control") == "no-store"
        assert answer.get("Strict-Transport-Security") is None
        assert not answer.closes


def test_another_port_and_no_host(serve):
    server = serve(files=FILES, conf={"server": {"https-port": 8443}})
    assert server.get("/a.txt").get("Location") == \
        "https://localhost:8443/a.txt"
    with server.connect() as c:
        c.send(b"GET /a.txt HTTP/1.0\r\n\r\n")
        assert c.read_response().status == 400
    with server.connect() as c:
        c.send(b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * 8000))
        answer = c.read_response()
        assert answer.status == 308
        assert answer.get("Location") == "https://a:8443/" + "x" * 8000


def test_challenges_and_health_are_served_without(serve):
    name = ".well-known/acme-challenge/t0ken"
    server = serve(files=dict(FILES, **{name: "answer\n"}), conf={
        "server": {"https-port": 443}, "health": {"path": "/-/ready"}})
    assert server.get("/" + name).body == b"answer\n"
    assert server.get("/-/ready").status == 200
    assert server.get("/.well-known/security.txt").status == 308


def test_with_tls_it_is_served(serve):
    server = serve(files=FILES, rules=SECURE, conf={"server": {
        "https-port": 443, "workers": 1, "listen": "127.0.0.1:0 proxy"}})
    with server.connect(lint=False) as c:
        c.send(binary(tlvs=TLS) + GET)
        answer = c.read_response()
        assert answer.status == 200
        assert answer.get("Strict-Transport-Security") == HSTS
    with server.connect(lint=False) as c:  # a proxy that was asked without
        c.send(binary() + GET)
        assert c.read_response().status == 308


# -- on this machine, in one command

def test_here(short):
    for program in "hitch", "openssl", "bash":
        need(program)
    short.chmod(0o755)
    (short / "index.html").write_text("here\n")
    port = harness.free_port()
    here = harness.Process(
        [str(HERE / "here"), str(short), str(port)], cwd=str(short),
        env=dict(_environment(), ETAGD=str(harness.binary()),
                 PATH="%s:%s" % (os.environ["PATH"], UNPACKED / "usr/sbin")))
    try:
        told = here.await_stdout(r"its certificate: (\S+)")
        crt = pathlib.Path(told.group(1))

        def page():
            c = http.client.HTTPSConnection(
                "localhost", port, timeout=DEADLINE_S,
                context=ssl.create_default_context(cafile=str(crt)))
            try:
                c.request("GET", "/")
                return c.getresponse().read()
            except ConnectionError:
                return None
            finally:
                c.close()
        assert until("the page", page) == b"here\n"
    finally:
        os.kill(here.pid, signal.SIGTERM)
    assert here.popen.wait(DEADLINE_S) == 0
    assert not crt.parent.exists()


@pytest.mark.parametrize("arguments, status, says", (
    (["--help"], 0, "packaging/tls/here DIR"), ([], 1, "which DIR"),
    (["/no/such"], 1, "no directory /no/such"), (["{site}", "x"], 1, "no port"),
    (["{site}", "{taken}"], 1, "is taken")))
def test_here_says_what_is_wrong(short, arguments, status, says):
    """At once, and in a line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        places = {"site": short, "taken": taken.getsockname()[1]}
        done = subprocess.run(
            [str(HERE / "here"), *(a.format(**places) for a in arguments)],
            capture_output=True, text=True, timeout=DEADLINE_S,
            env=dict(os.environ, ETAGD=str(harness.binary())))
    said = done.stdout + done.stderr
    assert (done.returncode, says in said) == (status, True), said
    assert status == 0 or said.count("\n") == 1


def test_the_units_are_correct(tmp_path):
    verify = need("systemd-analyze")
    units = tmp_path / "units"
    units.mkdir()
    for name in "etagd-tls.service", "etagd-tls.socket":
        # (hitch need not be installed, which newer ones ask for)
        (units / name).write_text((HERE / name).read_text().replace(
            "/usr/sbin/hitch", "/bin/true"))
    (units / "etagd.service").write_text(
        "[Service]\nExecStart=/bin/true\n")
    done = subprocess.run(
        [verify, "verify", "--man=no", "--root=/",
         str(units / "etagd-tls.service"), str(units / "etagd-tls.socket")],
        capture_output=True, text=True, timeout=DEADLINE_S)
    told = [line for line in done.stderr.splitlines() if "etagd-tls" in line]
    assert told == [], told

# SPDX-License-Identifier: MIT
"""Behind proxies that name their clients in fields of each request: Forwarded,
and X-Forwarded-For and its kin; and what of others is not believed."""
import re

import pytest

from differential.peers import NGINX_HEAD, Peer
from harness import until
from observing import Observer, of
from wire import Connection

FILES = {"a.txt": "a\n"}
BOTH = pytest.mark.parametrize("fields", ("forwarded", "x-forwarded"))
# As a trusted proxy writes that 192.0.2.7:4711 asked it over TLS for a.example.
TELLS = {
    "forwarded": (("Forwarded", 'for="192.0.2.7:4711";proto=https;'
                                'host=a.example'),),
    "x-forwarded": (("X-Forwarded-For", "192.0.2.7:4711"),
                    ("X-Forwarded-Proto", "https"),
                    ("X-Forwarded-Host", "a.example")),
}
NAMES = {"forwarded": "Forwarded", "x-forwarded": "X-Forwarded-For"}


def node(address):
    """How either field names it."""
    return {"forwarded": "for=" + address, "x-forwarded": address}


@pytest.fixture
def fronted(serve):
    def start(fields, trust="127.0.0.0/8 10.0.0.0/8", server=None, **conf):
        conf["proxy"] = {"fields": fields, "trust": trust}
        conf["server"] = {"workers": 1, **(server or {})}
        return serve(files=FILES, conf=conf, lint=False)
    return start


def ask(server, *fields):
    before = len(server.log_lines())  # the last one was awaited
    response = server.request("GET", "/a.txt", fields)
    assert response.status == 200
    return server.log(before + 1)[-1]


@BOTH
def test_the_client_is_the_one_that_is_named(fronted, fields):
    server = fronted(fields)
    with server.connect() as c:
        for _ in range(2):  # of one connection, too
            c.request("GET", "/a.txt", TELLS[fields])
        c.request("GET", "/a.txt",
                  [(NAMES[fields], node("198.51.100.9")[fields])])
        c.request("GET", "/a.txt")
        own = c.sock.getsockname()[1]
    lines = server.log(4)
    assert [(e["peer"], e["port"], e.get("via")) for e in lines] == [
        ("192.0.2.7", 4711, "127.0.0.1"), ("192.0.2.7", 4711, "127.0.0.1"),
        ("198.51.100.9", 0, "127.0.0.1"), ("127.0.0.1", own, None)]


@BOTH
def test_each_of_a_pipeline_is_its_own_clients(fronted, fields):
    server = fronted(fields)
    with server.connect() as c:
        c.send(b"".join(
            b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n%s: %s\r\n\r\n" % (
                NAMES[fields].encode(),
                node("192.0.2.%d" % i)[fields].encode()) for i in range(9)))
        for _ in range(9):
            assert c.read_response().status == 200
    assert [e["peer"] for e in server.log(9)] == \
        ["192.0.2.%d" % i for i in range(9)]


@BOTH
def test_nobody_can_forge_what_a_proxy_adds(fronted, fields):
    server = fronted(fields)
    forged = {"forwarded": ("for=203.0.113.1", 'for="', "for=10.0.0.1, x=\"",
                            "for=unknown", "\\"),
              "x-forwarded": ("203.0.113.1", '"', "10.0.0.1", "unknown", ",")}
    true, hop = node("192.0.2.7")[fields], node("10.1.1.1")[fields]
    for lie in forged[fields]:
        with server.connect() as c:
            c.request("GET", "/a.txt",
                      [(NAMES[fields], "%s, %s, %s" % (lie, true, hop))])
            c.request("GET", "/a.txt",
                      [(NAMES[fields], lie), (NAMES[fields], true),
                       (NAMES[fields], hop)])
    lines = server.log(2 * len(forged[fields]))
    assert {e["peer"] for e in lines} == {"192.0.2.7"}


@BOTH
def test_what_is_hidden_or_malformed_names_nobody(fronted, fields):
    server = fronted(fields, log={"level": "debug"})
    for value in ("unknown", "_hidden"):
        assert ask(server, (NAMES[fields], node(value)[fields]))["peer"] == \
            "127.0.0.1"
    assert ask(server, (NAMES[fields], "a b c"))["peer"] == "127.0.0.1"
    server.await_line("W083: %s from 127.0.0.1: .*: ignored" % NAMES[fields])


@BOTH
def test_the_other_field_has_no_say(fronted, fields):
    """A proxy that sets one hands the other one on as it came."""
    server = fronted(fields)
    other = "x-forwarded" if fields == "forwarded" else "forwarded"
    assert ask(server, *TELLS[other])["peer"] == "127.0.0.1"
    assert ask(server, *TELLS[other], *TELLS[fields])["peer"] == "192.0.2.7"


def test_by_default_none_has(serve):
    server = serve(files=FILES)
    line = ask(server, *TELLS["forwarded"], *TELLS["x-forwarded"])
    assert line["peer"] == "127.0.0.1" and "via" not in line


@BOTH
def test_of_others_it_is_ignored_and_told_once(fronted, fields):
    server = fronted(fields, trust="10.0.0.0/8")
    assert ask(server)["peer"] == "127.0.0.1"
    assert not any("W082" in line for line in server.process.lines)
    for _ in range(3):
        assert ask(server, *TELLS[fields])["peer"] == "127.0.0.1"
    server.await_line("W082: %s from 127.0.0.1, which .proxy. trust does not "
                      "name" % NAMES[fields])
    server.stop()
    assert sum("W082" in line for line in server.process.lines) == 1


def test_over_a_unix_socket(fronted, short):
    """Whoever may open its file is trusted."""
    server = fronted("forwarded", trust="10.0.0.0/8", server={
        "listen": "unix:%s" % (short / "http")})
    with Connection(str(short / "http")) as c:
        assert c.request("GET", "/a.txt", TELLS["forwarded"]).status == 200
    line = server.log(1)[0]
    assert (line["peer"], line["via"]) == ("192.0.2.7", "unix:")


def test_behind_a_header_of_the_proxy_protocol(fronted):
    """Whoever that names is the peer, who may be a proxy himself."""
    server = fronted("forwarded", server={"listen": "127.0.0.1:0 proxy"})
    get = b"GET /a.txt HTTP/1.1\r\nHost: localhost\r\n" \
        b"Forwarded: for=192.0.2.7\r\n\r\n"
    for header, peer in ((b"PROXY TCP4 10.0.0.9 127.0.0.1 1 2\r\n",
                          ("192.0.2.7", "10.0.0.9")),
                         (b"PROXY TCP4 198.51.100.9 127.0.0.1 1 2\r\n",
                          ("198.51.100.9", None)),
                         (b"PROXY UNKNOWN\r\n", ("192.0.2.7", "127.0.0.1"))):
        mark = len(server.log_lines())
        with server.connect() as c:
            c.send(header + get)
            assert c.read_response().status == 200
        line = server.log(mark + 1)[-1]
        assert (line["peer"], line.get("via")) == peer


@BOTH
def test_the_combined_form(fronted, fields):
    server = fronted(fields, log={"format": "combined"})
    server.request("GET", "/a.txt", TELLS[fields])
    line = until("a line", lambda: server.log_lines())[0]
    assert re.match(r'192\.0\.2\.7 - - \[[^]]+\] "GET /a.txt HTTP/1.1" 200 ',
                    line)


@BOTH
def test_a_request_that_is_cut_is_its_clients(fronted, fields):
    server = fronted(fields)
    head = "POST /a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    head += "".join("%s: %s\r\n" % f for f in TELLS[fields]) + "\r\n12"
    with server.connect() as c:
        c.send(head.encode())
    line = server.log(1)[0]
    assert (line["status"], line["peer"]) == (0, "192.0.2.7")


@BOTH
def test_https_is_what_the_client_spoke(fronted, fields):
    """The redirect to https: by the scheme and to the host that are told."""
    server = fronted(fields, server={"https-port": "443"})
    plain = {
        "forwarded": [("Forwarded", "for=192.0.2.7;proto=http;host=\"a.example"
                                    ":8080\"")],
        "x-forwarded": [("X-Forwarded-For", "192.0.2.7"),
                        ("X-Forwarded-Proto", "http"),
                        ("X-Forwarded-Host", "a.example:8080")]}[fields]
    with server.connect() as c:
        assert c.request("GET", "/a.txt", TELLS[fields]).status == 200
        moved = c.request("GET", "/a.txt?q=1", plain)
        assert moved.status == 308
        assert moved.get("Location") == "https://a.example/a.txt?q=1"
        bare = c.request("GET", "/a.txt")
        assert bare.status == 308
        assert bare.get("Location").startswith("https://localhost/")


def test_no_scheme_of_a_stranger_is_believed(fronted):
    server = fronted("forwarded", trust="10.0.0.0/8",
                     server={"https-port": "443"})
    with server.connect() as c:
        r = c.request("GET", "/a.txt", TELLS["forwarded"])
    assert (r.status, r.get("Location")) == (308, "https://localhost/a.txt")


@BOTH
def test_limits_count_requests_of_clients(fronted, fields):
    """Those that are under way: which connections are whose is known no
    longer.  The proxy itself has no limit."""
    server = fronted(fields, limits={"connections-per-address": "2"})
    half = "POST /a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n" \
        "%s: %s\r\n\r\n"

    def begin(client):
        c = server.connect()
        c.send((half % (NAMES[fields], node(client)[fields])).encode())
        return c
    held = [begin("192.0.2.7"), begin("192.0.2.7"), begin("192.0.2.8")]
    with server.connect() as c:
        def status(client):
            return c.request("GET", "/a.txt", [
                (NAMES[fields], node(client)[fields])]).status
        until("a limit", lambda: status("192.0.2.7") == 503)
        for i in range(9, 30):  # the same connection, other clients
            assert status("192.0.2.%d" % i) == 200
            assert c.request("GET", "/a.txt").status == 200
        assert status("192.0.2.8") == 200
        held[0].send(b"12345")
        assert held[0].read_response().status == 405
        assert status("192.0.2.7") == 200  # though that one is still open
        held[1].close()
        until("its end", lambda: len(server.log(
            None, lambda e: e["status"] == 0)) == 1)
        assert status("192.0.2.7") == 200
    held[2].close()


def test_wrong_passwords_are_the_clients_own(serve, tmp_path):
    (tmp_path / "users").write_text("alice:$2y$04$abcdefghijklmnopqrstuuetGR"
                                     "vO6QNMBbbIoo5tpQkbPXg26U9Qu\n")
    server = serve(files=FILES, lint=False, conf={
        "proxy": {"fields": "x-forwarded"}, "server": {"workers": 1}},
        rules="[access /*]\nbasic = %s\nattempts = 2\n" % (tmp_path / "users"))
    with server.connect() as c:
        def status(client):
            return c.request("GET", "/a.txt", [
                ("X-Forwarded-For", client),
                ("Authorization", "Basic eDp5")]).status
        until("too many", lambda: status("192.0.2.7") == 429)
        assert status("192.0.2.8") == 401


@BOTH
def test_the_observer_shows_whose_each_is(fronted, fields):
    server = fronted(fields, observe={"listen": "127.0.0.1:0"})
    o = Observer(server)
    with server.connect() as c:
        c.request("GET", "/a.txt", TELLS[fields])
        c.request("GET", "/a.txt")
    events = [e for _, e in o.events(lambda es: of(es, "end"))]
    first, second = of(events, "request")
    assert (first["client"], first["client_port"]) == ("192.0.2.7", 4711)
    assert "client" not in second
    listed = o.ledger(1)[0]["request_list"]
    assert [q.get("client") for q in listed] == ["192.0.2.7", None]


class HAProxy(Peer):
    """names: its lines that make it name its clients."""
    name = program = "haproxy"
    names = "option forwardfor"

    def __init__(self, folder, node):
        self.node = node
        super().__init__(folder, None)

    def command(self):
        return [self.installed(), "-db", "-f", self.write("haproxy.cfg", """
defaults
    mode http
    timeout connect 30s
    timeout client 30s
    timeout server 30s
listen all
    bind 127.0.0.1:%d
    http-reuse always
    %s
    server node %s:%d
""" % (self.port, self.names, *self.node))]


class HAProxyForwarded(HAProxy):
    """As "option forwarded", which came with HAProxy 2.8, does."""
    names = r"http-request add-header Forwarded " \
        r"for=\"%[src]:%[src_port]\";proto=http"


class Nginx(HAProxy):
    name = program = "nginx"

    def command(self):
        conf = self.write("nginx.conf", (NGINX_HEAD + """
    upstream node { server %(host)s:%(to)d; keepalive 4; }
    server {
        listen 127.0.0.1:%(port)d;
        location / {
            proxy_pass http://node;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
    }
}
""") % dict(folder=self.folder, port=self.port, host=self.node[0],
           to=self.node[1]))
        return [self.installed(), "-c", conf, "-p", str(self.folder),
                "-e", str(self.folder / "error.log")]


@pytest.mark.parametrize("front,fields", (
    (HAProxy, "x-forwarded"), (HAProxyForwarded, "forwarded"),
    (Nginx, "x-forwarded")))
def test_behind_real_ones(fronted, tmp_path, front, fields):
    if not front.installed():
        pytest.skip("%s is neither installed nor in build/peers" %
                    front.program)
    server = fronted(fields, trust="127.0.0.1")
    one = front(tmp_path, server.address)
    try:
        for i in range(1, 4):  # over connections that the front keeps
            lie = node("203.0.113.9")[fields]
            with Connection(("127.0.0.1", one.port),
                            source=("127.7.0.%d" % i, 0)) as c:
                for _ in range(2):
                    r = c.request("GET", "/a.txt", [(NAMES[fields], lie)])
                    assert r.status == 200
    finally:
        one.stop()
    lines = server.log(6)
    assert [e["peer"] for e in lines] == \
        ["127.7.0.%d" % i for i in (1, 1, 2, 2, 3, 3)]
    assert {e["via"] for e in lines} == {"127.0.0.1"}

# SPDX-License-Identifier: MIT
"""[access PATTERN]: passwords by Basic (RFC 7617), and that no other address of
a file leads around them."""
import base64
import json
import os
import select
import shutil
import socket
import subprocess
from signal import SIGHUP, SIGTERM, SIGUSR2

import pytest

import harness
from harness import need, run, until
from observing import Observer
from wire import DEADLINE_S

SALT = "abcdefghijklmnopqrstuu"
HASHES = {
    "alice": ("wonder", "$2y$04$" + SALT + "etGRvO6QNMBbbIoo5tpQkbPXg26U9Qu"),
    "bob": ("b:uild", "$y$j75$abcdefghijklmnopqrstu/$"
            "lp/F4Cilmmo0u7ta7ROzf62OYZ/yVZMP6cO18cj7Gg4"),
    "B\u00e4r 1": ("s\u00e9cret", "$6$Yhzh7PaUZVrCTCdS$"
                   "RzWkv8v.GTZWaNmcVAHw6K7p8pn1u0DXqqDNkhV3UbtbCoVXi3GaiEkq."
                   "D0BsvTjJbDBDkXLfPhZ.Kk8OCafB."),
    "dave": ("d w", "$5$Xaxa9TkeLQ.6ta9L$"
             "r7EzCjMaToUQYjKeFzLEcc4ljAt/620qoRhPTYLnaT1"),
}
# some hundredths of a second
SLOW = "$2b$10$" + SALT + "TL3rBAB2FTLNnpGNZhAYflp5RzALnWK"
FILES = {"index.html": "<!doctype html><p>open", "a.txt": "open\n",
         "secret/index.html": "<!doctype html><p>secret",
         "secret/a.txt": "secret\n", "secret/sub/b.txt": "secret\n",
         "secret/big.bin": bytes(range(256)) * 4096,
         "x.pdf": "secret\n", "code/app.js": "let secret = 1;\n" * 100,
         "code/app.js.gz": "secret", "code/app.js.br": "secret",
         "lost.html": "<!doctype html><p>secret", "list/a.pdf": "secret",
         "list/b.txt": "open", "list/secret/c.txt": "open"}


def basic(user, password):
    both = ("%s:%s" % (user, password)).encode()
    return [("Authorization", "Basic " + base64.b64encode(both).decode())]


ALICE = basic("alice", "wonder")
WRONG = basic("alice", "under")


@pytest.fixture
def guarded(serve, tmp_path):
    """guarded(rules, ...): a server with a file of users; @ in the rules is
    that file."""
    path = tmp_path / "users"

    def write(lines):
        path.touch(0o600)
        path.write_text("# users\n" + "".join(
            "%s:%s\n" % (user, text) for user, text in lines))

    def start(rules="[access /secret/*]\nbasic = @\n", slow=False, **options):
        write([(user, text) for user, (_, text) in HASHES.items()] +
              ([("slow", SLOW)] if slow else []))
        options.setdefault("files", FILES)
        server = serve(rules=rules.replace("@", str(path)), **options)
        server.users = path
        server.write_users = write
        return server

    return start


def is_asked(r, realm="restricted"):
    assert r.status == 401
    assert r.all("WWW-Authenticate") == [
        'Basic realm="%s", charset="UTF-8"' % realm]
    for name in ("ETag", "Last-Modified", "Accept-Ranges", "Content-Range",
                 "Content-Encoding"):
        assert not r.has(name), name
    # of the page's words alone, not of the file
    assert r.all("Vary") == ["Accept-Language"]
    assert b"secret" not in r.body


# ---- who gets in

def test_each_kind_of_hash(guarded):
    server = guarded()
    for user, (password, _) in HASHES.items():
        with server.connect() as c:
            is_asked(c.get("/secret/a.txt"))
            r = c.request(target="/secret/a.txt", fields=basic(user, password))
            assert (r.status, r.body) == (200, b"secret\n"), user
            assert r.get("Cache-Control") == "private"
            is_asked(c.request(target="/secret/a.txt",
                               fields=basic(user, password + "x")))
            is_asked(c.request(target="/secret/a.txt",
                               fields=basic(user, "")))
            assert c.get("/a.txt").status == 200, "the connection lives on"
    assert not server.get("/a.txt").has("Cache-Control")
    reasons = [e["reason"] for e in server.log(
        4, lambda e: e["target"] == "/secret/a.txt")]
    assert reasons[:4] == ["no credentials", "new", "wrong credentials",
                           "wrong credentials"]


NO_PASSWORD = [
    "", "Basic", "Basic ", "Basic !", "Bearer x", "Digest username=\"alice\"",
    "Basic YWxpY2U6d29uZGVy,", "Basic YWxpY2U6d29uZGVyYWxpY2U6d29uZGVy",
    "Basic YWxpY2U6d29uZGVy YWxpY2U6d29uZGVy", "Basic YWxpY2U6d29uZGVyAA==",
    "Basic YWxpY2UAOndvbmRlcg==", "Basic QWxpY2U6d29uZGVy",
    "Basic YWxpY2U6V29uZGVy"]


def test_what_is_no_password(guarded):
    server = guarded()
    with server.connect() as c:
        for value in NO_PASSWORD:
            is_asked(c.request(target="/secret/a.txt",
                               fields=[("Authorization", value)]))


def test_two_fields_are_none(guarded):
    server = guarded()
    with server.connect(lint=False) as c:
        is_asked(c.request(target="/secret/a.txt", fields=ALICE + ALICE))
        is_asked(c.request(target="/secret/a.txt", fields=ALICE + WRONG))
        assert c.request(target="/secret/a.txt", fields=ALICE).status == 200


def test_methods_and_conditions(guarded):
    server = guarded()
    with server.connect() as c:
        ok = c.request(target="/secret/a.txt", fields=ALICE)
        tag = ok.get("ETag")
        for fields in ([("If-None-Match", tag)], [("If-None-Match", "*")],
                       [("If-Match", '"x"')], [("Range", "bytes=0-0")],
                       [("Range", "bytes=99-")],
                       [("If-Modified-Since", ok.get("Last-Modified"))]):
            for method in ("GET", "HEAD"):
                is_asked(c.request(method, "/secret/a.txt", fields))
                is_asked(c.request(method, "/secret/a.txt", fields + WRONG))
        r = c.request(target="/secret/a.txt",
                      fields=ALICE + [("If-None-Match", tag)])
        assert (r.status, r.get("Cache-Control")) == (304, "private")
        r = c.request(target="/secret/big.bin",
                      fields=ALICE + [("Range", "bytes=1-3")])
        assert (r.status, r.body) == (206, b"\1\2\3")
        assert c.request("HEAD", "/secret/a.txt", ALICE).status == 200
        is_asked(c.request("DELETE", "/secret/a.txt"))
        assert c.request("DELETE", "/secret/a.txt", ALICE).status == 405
        # a preflight has no credentials, and tells of no file
        assert c.request("OPTIONS", "/secret/a.txt").status == 204


def test_pipelines(guarded):
    """Answers in order, whoever has to wait."""
    server = guarded(conf={"server": {"workers": 1}})
    one = ("GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n")
    lines = [(p, "".join("%s: %s\r\n" % f for f in fields), s)
             for p, fields, s in [
                 ("/a.txt", [], 200), ("/secret/a.txt", ALICE, 200),
                 ("/secret/a.txt", [], 401), ("/a.txt", [], 200),
                 ("/secret/sub/b.txt", WRONG, 401),
                 ("/secret/sub/b.txt", WRONG, 401),
                 ("/secret/none", ALICE, 404), ("/a.txt", [], 200)]]
    everything = "".join(one % (p, f) for p, f, _ in lines).encode()
    for cut in (0, 1, 60, 100, 130, 400, len(everything) - 1):
        with server.connect() as c:
            c.send(everything[:cut])
            c.send(everything[cut:])
            for p, _, status in lines:
                r = c.read_response("GET", target=("localhost", p))
                assert r.status == status, p


def test_clients_that_leave_while_it_is_checked(guarded):
    server = guarded(slow=True, conf={"server": {"workers": 1}})
    head = ("GET /secret/a.txt HTTP/1.1\r\nHost: localhost\r\n"
            "Authorization: %s\r\n\r\n")
    for i in range(6):
        c = server.connect(lint=False)
        c.send(head % basic("slow", "x%d" % i)[0][1])
        c.reset() if i % 2 else c.close()
    with server.connect() as c:
        c.send((head % basic("slow", "slow")[0][1]).encode())
        c.half_close()
        assert c.read_response().status == 200, "half-closed is not gone"


# ---- other addresses of the same file

SPELLINGS = [
    "/secret/a.txt", "/secret/", "/secret", "//secret/a.txt", "/secret//a.txt",
    "/./secret/a.txt", "/x/../secret/a.txt", "/%73ecret/a.txt",
    "/secret%2e/../secret/a.txt", "/%2e/secret/a.txt", "/secret/%61.txt",
    "/secret/a.txt?x=/a.txt", "/secret/sub/../a.txt", "/secret/a.txt/",
    "/SECRET/a.txt", "/Secret/A.TXT", "http://localhost/secret/a.txt",
    "http://other/secret/a.txt", "/secret/./", "/secret/none", "/secret/.x"]


def test_every_spelling(guarded):
    server = guarded("[access /secret/*]\nbasic = @\nattempts = 0\n")
    with server.connect() as c:
        for target in SPELLINGS:
            is_asked(c.request(target=target))
            is_asked(c.request(target=target, fields=WRONG))
            assert c.request(target=target, fields=ALICE).status != 401, target


def test_faulty_targets_stay_faults(guarded):
    server = guarded()
    for target in ("/secret/%2fa.txt", "/../secret/a.txt", "/secret/%00"):
        assert server.request(target=target).status in (400, 404)


def test_index_sidecars_fallback_and_names(guarded):
    server = guarded(
        "[access /secret/index.html]\nbasic = @\n"
        "[access *.js]\nbasic = @\n[access /lost.html]\nbasic = @\n"
        "[access /x.pdf]\nbasic = @\n",
        conf={"server": {"fallback": "/lost.html"}})
    with server.connect() as c:
        is_asked(c.get("/secret/"))
        assert c.get("/secret/a.txt").status == 200
        for name in ("app.js", "app.js.gz", "app.js.br"):
            is_asked(c.get("/code/" + name))
            is_asked(c.request(target="/code/" + name, fields=[
                ("Accept-Encoding", "br, gzip")]))
        for fields in ([], WRONG):
            r = c.request(target="/no/such/page", fields=fields)
            is_asked(r)
        r = c.request(target="/no/such/page", fields=ALICE)
        assert r.status == 200 and b"secret" in r.body
        assert r.get("Cache-Control") == "private"
        assert c.get("/").status == 200


def test_alias_and_redirect(guarded, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.txt").write_text("secret\n")
    server = guarded(
        "[access /files/*]\nbasic = @\n[access /old/*]\nbasic = @\n"
        "[alias /files/]\nroot = %s\n[redirect /old/*]\nto = /new/$1\n" % other)
    with server.connect() as c:
        for target in ("/files/c.txt", "/files", "/files/", "/old/x"):
            is_asked(c.get(target))
        is_asked(c.request("POST", "/old/x"))
        assert c.request(target="/files/c.txt", fields=ALICE).body == b"secret\n"
        assert c.request(target="/old/x", fields=ALICE).status == 308


def test_hosts(guarded, tmp_path):
    other = tmp_path / "site"
    other.mkdir()
    (other / "a.txt").write_text("secret\n")
    server = guarded(
        "[host a.example *.b.example]\nroot = %s\n"
        "[access //a.example/*]\nbasic = @\nrealm = a \"b\"\n" % other)
    with server.connect() as c:
        for host in ("a.example", "A.Example", "a.example:80", "x.b.example"):
            r = c.request(target="/a.txt", host=host)
            is_asked(r, 'a \\"b\\"')
            assert c.request(target="/a.txt", host=host,
                             fields=ALICE).body == b"secret\n"
        assert c.get("/a.txt").body == b"open\n"
        r = c.request(target="http://a.example/a.txt", host="localhost")
        assert r.status == 401


def test_last_word_wins_and_open_is_open(guarded):
    server = guarded(
        "[access *]\nbasic = @\n[access /.well-known/acme-challenge/*]\n"
        "basic = off\n[access /a.txt]\nbasic = off\n[health]\npath = /up\n",
        files=dict(FILES, **{".well-known/acme-challenge/t": "token",
                             "404.html": "gone"}),
        conf={"server": {"error-404": "/404.html", "listing": "on"}})
    with server.connect() as c:
        assert c.get("/a.txt").status == 200
        assert c.get("/.well-known/acme-challenge/t").body == b"token"
        assert c.get("/up").status == 200
        for target in ("/A.txt", "/", "/.well-known/", "/none", "/404.html",
                       "/list/"):
            is_asked(c.get(target))
        r = c.request(target="/none", fields=ALICE)
        assert (r.status, r.body) == (404, b"gone")


def test_listings_leave_out_what_is_hidden(guarded):
    rules = ("[access *.pdf]\nbasic = @\n[access /list/secret/*]\n"
             "basic = @\n")
    server = guarded(rules, conf={"server": {"listing": "on"}})
    page = server.get("/list/").body
    assert b"b.txt" in page and b"a.pdf" not in page and b"secret" not in page
    server.reload(rules=(rules + "[access /list/]\nbasic = @\n").replace(
        "@", str(server.users)))
    is_asked(server.get("/list/"))
    r = server.request(target="/list/", fields=ALICE)
    assert b"a.pdf" in r.body and b"secret/" in r.body
    assert r.get("Cache-Control") == "private, no-cache"


# ---- content

def upload(n, *fields):
    lines = ["POST /upload HTTP/1.1", "Host: localhost",
             "Content-Length: %d" % n, *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_nobody_sends_what_is_not_wanted(guarded):
    server = guarded("[access /upload]\nbasic = @\n",
                     conf={"server": {"accept-upload": "/upload"}})
    wrong = "Authorization: " + WRONG[0][1]
    right = "Authorization: " + ALICE[0][1]
    for fields in ((), (wrong,)):
        with server.connect() as c:
            c.send(upload(5, "Expect: 100-continue", *fields))
            r = c.read_response("POST")
            is_asked(r)
            assert r.closes and not r.interim
        with server.connect() as c:
            c.send(upload(5, *fields) + b"hello")
            r = c.read_response("POST")
            is_asked(r)
            assert r.closes
    with server.connect() as c:
        c.send(upload(5, "Expect: 100-continue", right))
        c.send(b"hello")
        r = c.read_response("POST")
        assert r.status == 200
        c.send(upload(5, right) + b"hel")
        c.send(b"lo" + upload(0, right))
        assert c.read_response("POST").status == 200
        assert c.read_response("POST").status == 200


# ---- caching

def test_private_unless_said_otherwise(guarded):
    server = guarded(
        "[access /secret/*]\nbasic = @\n[cache *]\n"
        "Cache-Control = max-age=60, must-revalidate\n"
        "[cache *.bin]\nCache-Control = public, max-age=5\n"
        "[cache /secret/sub/*]\nremove = Cache-Control\n")
    with server.connect() as c:
        for target, want in (
                ("/secret/a.txt", "private, max-age=60, must-revalidate"),
                ("/secret/big.bin", "public, max-age=5"),
                ("/secret/sub/b.txt", "private"), ("/secret/none", "private"),
                ("/secret/sub", "private, max-age=60, must-revalidate"),
                ("/a.txt", "max-age=60, must-revalidate")):
            r = c.request(target=target, fields=ALICE)
            assert r.get("Cache-Control") == want, target


@pytest.mark.parametrize("rules,warned", [
    ("[cache *]\nCache-Control = public, max-age=60\n", True),
    ("[cache /secret/sub/*]\nCache-Control = max-age=6, s-maxage=60\n", True),
    ("[header *.txt]\nCache-Control = Public\n", False),
    ("[header /secret/*.txt]\nCache-Control = Public\n", True),
    ("[cache /other/*]\nCache-Control = public\n", False),
    ("[cache *]\nCache-Control = private, max-age=6, must-revalidate\n",
     False)])
def test_what_shared_caches_may_keep_is_warned_of(guarded, rules, warned):
    server = guarded("[access /secret/*]\nbasic = @\n" + rules, start=False)
    checked = run("-c", server.file, "-t")
    assert checked.returncode == 0
    assert ("shared caches" in checked.stderr) == warned, checked.stderr


def test_explain_says_that_a_password_is_asked_for(guarded):
    server = guarded(start=False)
    told = run("explain", "-c", server.file, "/secret/a.txt").stdout
    assert "[access /secret/*]: 401 without a password of " in told
    assert "status   200" in told and "Cache-Control: private" in told
    assert "access" not in run("explain", "-c", server.file, "/a.txt").stdout


# ---- attempts

def test_attempts_are_limited_for_all_workers(guarded):
    server = guarded("[access /secret/*]\nbasic = @\nattempts = 5\n",
                     conf={"server": {"workers": 3}})
    inside = server.connect()
    assert inside.request(target="/secret/a.txt", fields=ALICE).status == 200
    seen = []
    for i in range(9):
        r = server.request(target="/secret/a.txt",
                           fields=basic("user%d" % i, "x"))
        seen.append(r.status)
    assert seen == [401] * 5 + [429] * 4
    assert 1 <= int(r.get("Retry-After")) <= 60
    # those that are in stay in, and others may try
    assert inside.request(target="/secret/a.txt", fields=ALICE).status == 200
    other = server.connect(source=("127.0.0.2", 0))
    assert other.request(target="/secret/a.txt", fields=ALICE).status == 200
    r = server.request(target="/secret/a.txt", fields=basic("bob", "b:uild"))
    assert r.status == 429, "whether it is right is not looked at"
    assert server.get("/a.txt").status == 200
    is_asked(server.get("/secret/a.txt"))
    assert [e["reason"] for e in server.log(
        1, lambda e: e["status"] == 429)][0] == "too many attempts"


@pytest.mark.parametrize("number", (SIGHUP, SIGUSR2))
def test_attempts_count_on(guarded, tmp_path, number):
    """Over a reload, and in the program that an upgrade starts: nobody gets
    as many again by waiting for a deploy."""
    tmp_path.chmod(0o755)
    server = guarded("[access /secret/*]\nbasic = @\nattempts = 3\n",
                     conf={"server": {"pidfile": tmp_path / "pid"}})

    def tried(name):
        return server.request(target="/secret/a.txt",
                              fields=basic(name, "x")).status
    assert [tried("user%d" % i) for i in range(4)] == [401] * 3 + [429]
    since = server.mark()
    server.signal(number)
    server.await_line("M013|M108", since)
    server.stopped = number == SIGUSR2
    try:
        if server.stopped:  # the old one accepts nothing any more
            assert server.process.popen.wait(harness.DEADLINE_S) == 0
        assert tried("another") == 429
    finally:
        if server.stopped:
            os.kill(int((tmp_path / "pid").read_text()), SIGTERM)


def test_right_passwords_are_no_attempts(guarded):
    server = guarded("[access /secret/*]\nbasic = @\nattempts = 1\n")
    for _ in range(8):
        for user, (password, _) in HASHES.items():
            assert server.request(target="/secret/a.txt", fields=basic(
                user, password)).status == 200
    is_asked(server.request(target="/secret/a.txt", fields=WRONG))
    assert server.request(target="/secret/a.txt", fields=WRONG).status == 429
    for user, (password, _) in HASHES.items():
        server.request(target="/secret/a.txt", fields=basic(user, password))


# ---- the loop goes on

def readable(connections):
    """Those that were answered; descriptors may be beyond what select() takes."""
    poll = select.poll()
    for c in connections:
        poll.register(c.sock, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(0)}
    return [c for c in connections if c.sock.fileno() in ready]


def test_others_go_on_while_passwords_are_checked(guarded):
    server = guarded("[access /secret/*]\nbasic = @\nattempts = 0\n",
                     slow=True, conf={"server": {"workers": 1}})
    asking = []
    for i in range(50):
        c = server.connect(lint=False)
        c.send("GET /secret/a.txt HTTP/1.1\r\nHost: localhost\r\n"
               "Authorization: %s\r\n\r\n" % basic("slow", "x%d" % i)[0][1])
        asking.append(c)
    with server.connect() as c:
        for _ in range(100):
            assert c.get("/a.txt").status == 200
    answered = readable(asking)
    # one loop for both would have come to the others last
    assert len(answered) < 50
    # a queue that is full says so
    more = [server.connect(lint=False) for _ in range(80)]
    for i, c in enumerate(more):
        c.send("GET /secret/a.txt HTTP/1.1\r\nHost: localhost\r\n"
               "Authorization: %s\r\n\r\n" % basic("slow", "y%d" % i)[0][1])
    first = until("one of them is told",
                  lambda: readable(more))[0].read_response()
    assert first.status == 503 and first.get("Retry-After") == "1"
    server.kill()  # it would take its time


@pytest.mark.skipif(os.geteuid() != 0, reason="needs processes of two users")
def test_no_thread_for_a_password(guarded):
    """As at a limit of a control group: it is refused for now, nobody is let in
    and nobody else waits; why is said once."""
    server = guarded(conf={"server": {"workers": 1}},
                     # the leak check's own thread could not be had either
                     env={"ASAN_OPTIONS": "exitcode=99:detect_leaks=0"},
                     wrap=["prlimit", "--nproc=1"])
    with server.connect() as c:
        for fields in (ALICE, WRONG, ALICE):
            r = c.request(target="/secret/a.txt", fields=fields)
            assert r.status == 503 and r.get("Retry-After")
        assert c.get("/a.txt").status == 200
    server.await_line("S005: no thread for what may take long .*: .+; it is "
                      "refused")
    assert sum("S005" in line for line in server.process.lines) == 1


# ---- the file

def test_a_change_counts_from_the_reload_on(guarded):
    server = guarded()
    c = server.connect()
    assert c.request(target="/secret/a.txt", fields=ALICE).status == 200
    server.write_users([("bob", HASHES["bob"][1])])
    assert c.request(target="/secret/a.txt", fields=ALICE).status == 200
    server.reload()
    with server.connect() as d:
        is_asked(d.request(target="/secret/a.txt", fields=ALICE))
        assert d.request(target="/secret/a.txt",
                         fields=basic("bob", "b:uild")).status == 200


FAULTY = [
    ("alice:secret\n", "in clear"), ("a:$apr1$x$y\n", "MD5"),
    ("a:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n", "SHA-1"),
    ("a:rqXexS6ZhobKA\n", "DES"), ("nothing\n", "no colon"),
    ("a:%s\na:%s\n" % (SLOW, SLOW), "twice")]


def test_a_faulty_file_is_refused(guarded):
    server = guarded()
    for text, word in FAULTY:
        with open(server.users, "w") as f:
            f.write(text)
        since = server.mark()
        server.signal(SIGHUP)
        line = server.await_line("users.*" + word, since).string
        assert ":1:" in line or word == "twice"
        assert "secret" not in line.replace("/secret/", "")
        server.await_line("M052", since)
    assert server.request(target="/secret/a.txt", fields=ALICE).status == 200
    checked = run("-c", server.file, "-t")
    assert checked.returncode == 2 and word in checked.stderr


def test_unreadable_served_or_open_to_all(guarded):
    server = guarded()
    os.chmod(server.users, 0o644)
    checked = run("-c", server.file, "-t")
    assert checked.returncode == 0 and "chmod o-r" in checked.stderr
    inside = server.tree.root / "users"
    shutil.copy(server.users, inside)
    for path, word in ((inside, "is served"), ("/none", "cannot be read"),
                       ("/", "is not a file")):
        checked = run("-c", server.file, "-t", "-o",
                      "access /b/*.basic=%s" % path)
        assert checked.returncode == 2 and word in checked.stderr


# ---- other programs

def test_curl(guarded):
    if not shutil.which("curl"):
        need("curl")
    server = guarded()
    for user, (password, _) in HASHES.items():
        out = subprocess.run(
            ["curl", "-sS", "--user", "%s:%s" % (user, password),
             server.url + "/secret/a.txt"], capture_output=True, timeout=60)
        assert out.stdout == b"secret\n", out
    out = subprocess.run(
        ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--anyauth",
         "--user", "alice:x", server.url + "/secret/a.txt"],
        capture_output=True, timeout=60)
    assert out.stdout == b"401", out


def test_rules_without_a_file_are_told(tmp_path):
    ini = tmp_path / "site.ini"
    ini.write_text("[server]\nroot = .\n[access /m/*]\nrealm = m\n",
                   encoding="utf-8")
    r = run("-t", "-c", ini)
    assert r.returncode == 0
    assert "[access /m/*] basic: is in no [access]" in r.stdout + r.stderr


# ---- who it was, in the access log and for the observer

USERS = {"alice": "alice", "B\u00e4r 1": "B\\xc3\\xa4r\\x201"}


def ask_as_many(server):
    """Two that are let in, one that is not, one that need not ask, and alice's
    password where nobody is asked for one."""
    with server.connect() as c:
        for path, fields, status in (
                ("/secret/a.txt", ALICE, 200), ("/secret/a.txt", [], 401),
                ("/secret/a.txt", basic("B\u00e4r 1", "s\u00e9cret"), 200),
                ("/secret/a.txt", WRONG, 401), ("/a.txt", ALICE, 200),
                ("/secret/none", ALICE, 404), ("/none", ALICE, 404)):
            assert c.request(target=path, fields=fields).status == status
        # remembered by now, both in one turn
        text = "".join(
            "GET /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (path, "".join(
                "%s: %s\r\n" % f for f in fields))
            for path, fields in (("secret/a.txt", ALICE), ("a.txt", [])))
        c.send(text.encode())
        assert [c.read_response().status for _ in range(2)] == [200, 200]


WHO = ["alice", None, "B\u00e4r 1", None, None, "alice", None, "alice", None]


def watched(o, n):
    """The first n lines of /watch that tell of a request."""
    found = []
    with socket.create_connection(("127.0.0.1", o.port), DEADLINE_S) as s:
        s.sendall(b"GET /watch HTTP/1.0\r\nHost: localhost:%d\r\n\r\n" % o.port)
        for line in s.makefile("r", encoding="utf-8"):
            found += [line.rstrip("\n")] if " GET " in line else []
            if len(found) == n:
                break
    return found


def unseen(text):
    """Neither a password nor what holds it."""
    for user, password in (("alice", "wonder"), ("alice", "under"),
                           ("B\u00e4r 1", "s\u00e9cret")):
        assert password not in text.replace("secret", "")
        assert basic(user, password)[0][1].split()[1] not in text
    assert "\\u00e9cret" not in text and "\\xa9cret" not in text


def test_the_user_in_the_log(guarded):
    server = guarded(conf={"server": {"workers": 1}})
    ask_as_many(server)
    assert [e.get("user") for e in server.log(len(WHO))] == WHO
    unseen(server.access_log.read_text())


@pytest.mark.parametrize("form", ("combined", "readable"))
def test_the_user_in_lines_for_people(guarded, form):
    server = guarded(conf={"log": {"format": form}, "server": {"workers": 1}})
    ask_as_many(server)
    lines = until("the lines", lambda: (
        lambda x: x if len(x) == len(WHO) else None)(server.log_lines()))
    for line, who in zip(lines, WHO):
        if form == "combined":
            # three words, then the time
            assert line.split(" [")[0].split(" ")[1:] == [
                "-", USERS[who] if who else "-"]
        elif who:
            assert line.endswith(", user " + USERS[who].replace("\\x20", " "))
        else:
            assert "user" not in line
    unseen("\n".join(lines))


@pytest.mark.parametrize("words, hidden", (("token key", False),
                                           ("token user", True)))
def test_the_user_is_masked_as_other_names_are(guarded, words, hidden):
    server = guarded(conf={
        "server": {"workers": 1}, "log": {"mask": "on"},
        "observe": {"listen": "127.0.0.1:0", "mask": words}})
    ask_as_many(server)
    want = [who and "***" if hidden else who for who in WHO]
    assert [e.get("user") for e in server.log(len(WHO))] == want
    o = Observer(server)
    assert [q.get("user") for q in o.ledger(1)[0]["request_list"]] == want
    events = o.events(lambda es: sum(
        e["event"] == "request" for e in es) == len(WHO))
    assert [e.get("user") for _, e in events
            if e["event"] == "request"] == want
    lines = watched(o, len(WHO))
    assert [line.partition(", user ")[2] or None for line in lines] == [
        who and who.replace("\u00e4", "\\u00e4") for who in want]
    unseen(json.dumps(events) + "\n".join(lines))

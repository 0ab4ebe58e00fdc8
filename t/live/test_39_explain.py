# SPDX-License-Identifier: MIT
"""etagd explain and etagd mime: the server's own decisions, without a server."""
import os
import re
import shlex
import socket
import subprocess

import pytest

import harness

FILES = {"index.html": "<!doctype html><title>x</title>\n" + "<p>text\n" * 300,
         "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\0\0\1" * 2 +
         b"\x08\x02" + b"\0" * 482,
         "page.css": "body { color: red }\n", "sub/x.txt": "0123456789",
         "list/one.txt": "1\n", "app.html": "<!doctype html><title>a</title>\n"}
RULES = """
[cache *]
Cache-Control = no-cache
[cache *.png]
Cache-Control = max-age=60
[header /sub/*]
X-Sub = yes
remove = Server
[redirect /old/*]
to = /new/$1
[host a.example]
listing = on
fallback = /app.html
error-404 = /page.css
"""


@pytest.fixture
def conf(tmp_path):
    os.chmod(tmp_path, 0o755)
    tree = harness.Tree(tmp_path / "www")
    for name, data in FILES.items():
        tree.write(name, data)
    file = tmp_path / "etagd.ini"
    # an address that is taken, and logs that can't be: neither is touched
    file.write_text("[server]\nroot = www\nlisten = 127.0.0.1:1\n[log]\n"
                    "access = /proc/nothing\n" + RULES)
    return file


def explain(conf, *args, status=0):
    done = harness.run("explain", "-c", conf, *args)
    assert done.returncode == status, done.stderr
    above, _, head = done.stdout.partition("\n\n")
    return above, head


def line_of(conf, text):
    return conf.read_text().split("\n").index(text) + 1


def test_file(conf):
    above, head = explain(conf, "/")
    assert "request  GET /\n" in above
    assert "site     [server]" in above
    assert re.search(r"file     \S+/www/index.html, 2432 bytes, changed ", above)
    assert re.search(r"type     text/html; charset=utf-8: name and content",
                     above)
    assert "rule     %s:%d [cache *]: Cache-Control\n" % (
        conf, line_of(conf, "[cache *]")) in above
    assert "[cache *.png]" not in above
    assert "status   200 new (RFC 9110 15.3.1" in above
    assert head.startswith("HTTP/1.1 200 OK\nServer: etagd\nDate: ")
    assert "\nCache-Control: no-cache\n" in head


def test_beside_the_server_that_it_is_about(conf):
    """Whose observer's and metrics' addresses are taken by that."""
    with socket.socket() as one, socket.socket() as two:
        for s in (one, two):
            s.bind(("127.0.0.1", 0))
            s.listen()
        conf.write_text(conf.read_text() + harness.ini(
            {"observe": {"listen": "127.0.0.1:%d" % one.getsockname()[1]},
             "metrics": {"listen": "127.0.0.1:%d" % two.getsockname()[1]}}))
        above, head = explain(conf, "/")
    assert "status   200 new" in above and head.startswith("HTTP/1.1 200 OK")


def test_coding(conf):
    above, head = explain(conf, "-H", "Accept-Encoding: gzip;q=1, br;q=0.5",
                          "/")
    assert re.search(r"form     gzip .*-gz\", made .*, chosen\n", above)
    assert re.search(r"form     br .*-br\", made once .* sent it\n", above)
    assert "Content-Encoding: gzip\n" in head
    tag = re.search(r'ETag: (".*")', head).group(1)
    above, head = explain(conf, "-H", "Accept-Encoding: gzip", "-H",
                          "If-None-Match: " + tag, "/")
    assert "status   304 tag matches (RFC 9110 13.1.2, 13.2.2 step 3)" in above
    assert head.startswith("HTTP/1.1 304 ")


def test_what_is_not_made(conf):
    """It says which forms other clients would get."""
    above, _ = explain(conf, "/")
    for coding in ("gzip", "zstd", "br"):
        assert re.search(r'form     %s +\d+ bytes, tag "\S+", made once a '
                         r"client would be sent it\n" % coding, above), above
    assert above.count("chosen") == 1
    tag = re.search(r"form     br .*, tag (\S+),", above).group(1)
    above, head = explain(conf, "-H", "Accept-Encoding: br", "/")
    assert "\nETag: %s\n" % tag in head
    above, head = explain(conf, "-H", "Accept-Encoding: br", "-H",
                          'If-None-Match: "x"', "/")
    assert "\nETag: %s\n" % tag in head


def test_range(conf):
    above, head = explain(conf, "-H", "Range: bytes=0-1,400-", "/logo.png")
    assert "range    bytes 0-1 of 508\nrange    bytes 400-507 of 508" in above
    assert "status   206 range (RFC 9110 14.2" in above
    assert "[cache *.png]" in above
    above, head = explain(conf, "-H", "Range: bytes=999-", "/logo.png")
    assert "status   416 " in above and "Content-Range: bytes */508" in head
    assert "[cache" not in above


def test_rules_with_their_lines(conf):
    above, head = explain(conf, "/sub/x.txt")
    assert "rule     %s:%d [header /sub/*]: X-Sub, no Server\n" % (
        conf, line_of(conf, "[header /sub/*]")) in above
    assert "Server:" not in head and "X-Sub: yes\n" in head


def test_redirect_site_fallback_listing(conf):
    above, head = explain(conf, "/old/a?b")
    assert "redirect %s:%d [redirect /old/*] to = /new/$1" % (
        conf, line_of(conf, "[redirect /old/*]")) in above
    assert "Location: /new/a?b\n" in head
    above, head = explain(conf, "--host", "a.example", "/route")
    assert "site     [host a.example] %s:%d" % (
        conf, line_of(conf, "[host a.example]")) in above
    assert "status   200 fallback file" in above and "app.html" in above
    above, head = explain(conf, "-H", "Host: a.example", "/list/")
    assert "status   200 listing" in above and \
        "Vary: Accept, Accept-Language\n" in head
    above, head = explain(conf, "--host", "a.example", "/x.js")
    assert "status   404 no such file" in above
    assert "Content-Type: text/css; charset=utf-8\n" in head


@pytest.mark.parametrize("args, words", (
    (("/nothing",), "404 no such file (RFC 9110 15.5.5)"),
    (("/.git/x",), "404 dotfile"),
    (("-X", "DELETE", "/"), "405 method not allowed"),
    (("-X", "OPTIONS", "/"), "204 options"),
    (("-X", "HEAD", "/"), "200 new"),
    (("/%00",), "400 target-nul: "),
    (("/a b",), "400 "),
    (("-H", "X Y: z", "/"), "400 field-space: "),
    (("-H", "Host: x", "-H", "Host: y", "/"), "400 host-repeated"),
    (("-X", "POST", "-H", "Content-Length: 5", "/"), "none: the request is not"),
))
def test_refusals(conf, args, words):
    above, head = explain(conf, *args)
    assert "status   " + words in above


def test_same_as_the_server(conf, serve):
    s = serve(text=conf.read_text().replace("127.0.0.1:1", "127.0.0.1:0")
              .replace("/proc/nothing", "access.log")
              .replace("= www", "= %s/www" % conf.parent))
    for target in ("/", "/sub/x.txt", "/old/x", "/nothing", "/sub", "/%2F"):
        raw = s.get(target)
        names = [n for n, _ in raw.fields if n != "Date"]
        _, head = explain(conf, "-H", "Host: localhost", target)
        assert [line.split(":")[0] for line in head.split("\n")[1:] if line
                and not line.startswith("Date:")] == names
        assert head.split(" ")[1] == str(raw.status)


def test_ad_hoc_and_usage(conf):
    done = harness.run("explain", conf.parent / "www", "/")
    assert done.returncode == 0 and "200 new" in done.stdout
    for args in ((), ("/",), ("-c", conf), ("-c", conf, "/", "/"),
                 ("--nonsense",)):
        done = harness.run("explain", *args)
        assert done.returncode == 2 and "(see etagd explain --help)" in done.stderr
    assert harness.run("explain", "--help").returncode == 0
    conf.write_text("[server]\nroot = /nowhere\n")
    assert harness.run("explain", "-c", conf, "/").returncode == 2
    assert "explain" in harness.run("--help").stdout


def test_mime(conf):
    www = conf.parent / "www"
    done = harness.run("mime", www / "logo.png", www / "page.css")
    assert done.returncode == 0
    png, css = done.stdout.split(str(www / "page.css"))
    assert re.search(r"name says +image/png\n", png)
    assert re.search(r"content says +image/png; charset=binary", png)
    assert re.search(r"sent as +image/png\n", png)
    assert re.search(r"because +name and content agree", png)
    assert re.search(r"sent as +text/css; charset=utf-8\n", css)
    done = harness.run("mime", www / "nothing", www, www / "logo.png")
    assert done.returncode == 1 and done.stderr.count("etagd: ") == 2
    assert harness.run("mime").returncode == 2


def test_the_sample_in_the_readme():
    """Word for word, but for the root and the file's date."""
    def plain(text):
        text = re.sub(r"(root|file)( +)\S*/(lab|www)\b", r"\1\2ROOT", text)
        text = re.sub(r"root \S+", "root ROOT", text)
        return re.sub(r"changed .* GMT", "changed", text).splitlines()
    readme = (harness.TOP / "README.md").read_text()
    asked, shown = re.search(
        r"^    \$ etagd explain (-c conf/lab\.ini .*)\n((?:    .*\n)+)", readme,
        re.M).groups()
    shown = "\n".join(line[4:] for line in shown.splitlines())
    done = subprocess.run([str(harness.binary()), "explain",
                           *shlex.split(asked)], cwd=harness.TOP,
                          capture_output=True, text=True, timeout=60)
    assert plain(done.stdout)[:len(plain(shown))] == plain(shown)

# SPDX-License-Identifier: MIT
"""What etagd's own pages say, in the reader's language."""
import html
import os
import re
import subprocess

import pytest

ZH = "zh-CN,zh;q=0.9,en;q=0.8"
FILES = {"hello.txt": "hello\n", "list/a.txt": "a\n", "list/sub/b.txt": "b\n",
         "dir/x.txt": "x\n", "own.html": "<!doctype html>own\n" + "x" * 4000,
         "\u9875\u9762/\u6587.txt": "x\n"}
# names of fields, methods, versions and files, which stay what they are
STAYS = re.compile(r"/|HTTP|CR|LF|NUL|UTF|URI|UTC|kB|B|token|chunked|GET|HEAD|"
                   r"Host|Content-Length|Transfer-Encoding|metrics|allow|"
                   r"observe|names|http|https|\bF\b|[\w-]+\.txt|list|sub|"
                   r"continue|s")
# method, path, fields, status, what is said in English
ERRORS = [
    ("GET", "/nothing", {}, 404, "There is no such file here."),
    ("GET", "/a%2Fb", {}, 404, "No name has a slash inside"),
    ("GET", "/dir/", {}, 404, "This directory has no index file."),
    ("GET", "/%00", {}, 400, "an encoded NUL or control character"),
    ("DELETE", "/hello.txt", {}, 405, "Method Not Allowed"),
    ("BREW", "/", {}, 501, "Not Implemented"),
    ("GET", "/hello.txt", {"Range": "bytes=99-"}, 416,
     "The file ends before that range begins."),
    ("GET", "/hello.txt", {"If-Match": '"other"'}, 412,
     "The file is not the one you asked about."),
    ("GET", "/hello.txt", {"Expect": "tea"}, 417, "is 100-continue."),
]


ZH_UTF8 = {"LC_ALL": "zh_CN.UTF-8"}


def usage(**env):
    return subprocess.run(
        [os.environ["ETAGD"], "--help"], text=True, check=True, env=env,
        stdout=subprocess.PIPE).stdout


def test_help():
    """By the locale's name, which need not be installed."""
    english = usage(LANG="C")
    for env in ({}, {"LANG": "en_GB.UTF-8"}, {"LANG": "zh_CN"},
                {"LANG": "zh_CN.GBK"}, {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"},
                {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}):
        assert usage(**env) == english
    chinese = usage(**ZH_UTF8)
    for env in ({"LANG": "zh_TW.utf8"}, {"LANG": "C", "LC_ALL": "",
                                         "LC_MESSAGES": "zh_CN.UTF-8"}):
        assert usage(**env) == chinese
    options = r"(?<![\w-])--?[A-Za-z][\w-]*"
    assert re.findall(options, chinese) == re.findall(options, english)
    assert len(chinese.splitlines()) == len(english.splitlines())
    said = " ".join(line[27:] for line in chinese.splitlines()
                    if line.startswith("  ") and "etagd " not in line[:20])
    assert not set(re.findall("[A-Za-z]+", said)) - {
        "etagd", "DIR", "FILE", "http", "health", "access", "explain"}


def words(body):
    """English ones, without markup and what stays."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", body.decode(),
                  flags=re.S)
    return [w for w in re.findall(r"[A-Za-z][\w.-]*", html.unescape(text))
            if not STAYS.fullmatch(w)]


def check(s, method, path, fields, status, english):
    given = dict(fields)
    for ask, tongue in ((None, "en"), ("en-GB", "en"), ("de", "en"),
                        (ZH, "zh-CN"), ("en;q=0.1, zh-TW", "zh-CN")):
        if ask:
            given["Accept-Language"] = ask
        r = s.request(method, path, given)
        assert r.status == status
        assert r.get("Content-Type") == "text/html; charset=utf-8"
        assert r.all("Content-Language") == [tongue], (path, ask)
        assert "accept-language" in r.tokens("Vary")
        assert not r.has("ETag")
        assert ('<html lang="%s">' % tongue).encode() in r.body
        if tongue == "en":
            assert english.encode() in r.body
        else:
            assert not words(r.body), (path, words(r.body))
        if method == "GET" and "Range" not in given:  # only GET has ranges
            head = s.request("HEAD", path, given)
            assert (head.status, head.body) == (status, b"")
            assert head.get("Content-Length") == str(len(r.body))
            assert head.all("Content-Language") == [tongue]


@pytest.mark.parametrize("explain", ["off", "on"])
def test_errors(serve, explain):
    s = serve(conf={"server": {"explain-header": "on"}}
              if explain == "on" else {}, files=FILES)
    for row in ERRORS:
        check(s, *row)
    # a choice of codings and one of words
    r = s.get("/own.html", If_Match='"other"', Accept_Language=ZH)
    assert r.tokens("Vary") == ["accept-encoding", "accept-language"]


def test_malformed_heads(serve):
    s = serve(files=FILES)
    for lines, said in (("A b: c\r\n", "字段名与冒号之间有空白"),
                        ("A: " + "b" * 9000 + "\r\n", "有一个字段行超过")):
        with s.connect() as c:
            c.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: zh\r\n" +
                   lines + "\r\n")
            r = c.read_response()
            assert r.get("Content-Language") == "zh-CN"
            assert said in r.body.decode()
    with s.connect() as c:
        c.send("GET\r\nAccept-Language: zh\r\n\r\n")
        assert c.read_response().get("Content-Language") == "en"


def test_listings(serve):
    s = serve(conf={"server": {"listing": "on"}}, files=FILES)
    for ask, tongue, there, link in (
            ("", "en", "2 entries", "Parent directory"),
            (ZH, "zh-CN", "2 项", "上级目录")):
        r = s.get("/list/", Accept_Language=ask)
        assert r.status == 200 and r.get("Content-Language") == tongue
        assert r.tokens("Vary") == ["accept", "accept-language"]
        assert there in r.body.decode() and link in r.body.decode()
        if tongue != "en":
            assert not words(r.body)
        head = s.request("HEAD", "/list/", {"Accept-Language": ask})
        assert head.get("Content-Length") == str(len(r.body))
    r = s.get("/list/", Accept="application/json", Accept_Language=ZH)
    assert r.get("Content-Type") == "application/json"
    assert not r.has("Content-Language")
    assert r.tokens("Vary") == ["accept", "accept-language"]
    r = s.get("/list/", If_None_Match="*", Accept_Language=ZH)
    assert r.status == 304
    assert r.tokens("Vary") == ["accept", "accept-language"]
    # of many who ask at a time, each gets the own one
    with s.connect() as c:
        for ask in ("zh", "en", "zh", "en"):
            c.send("GET /list/ HTTP/1.1\r\nHost: x\r\nAccept-Language: %s"
                   "\r\n\r\n" % ask)
        got = [c.read_response().get("Content-Language") for _ in range(4)]
        assert got == ["zh-CN", "en", "zh-CN", "en"]


def test_what_an_administrator_says_wins(serve):
    s = serve(conf={"server": {"error-404": "/own.html"}}, files=FILES,
              rules="[header *]\nContent-Language = de\n"
                    "Vary = Accept-Language\n"
                    "[cache *]\nCache-Control = max-age=5\n")
    r = s.get("/nothing", Accept_Language=ZH)
    assert r.body == FILES["own.html"].encode()
    assert r.all("Content-Language") == ["de"]
    r = s.request("DELETE", "/hello.txt", {"Accept-Language": ZH})
    assert r.all("Content-Language") == ["de"]
    assert r.all("Vary") == ["Accept-Language"]
    # the prepared page is no exception
    s = serve(files=FILES, rules="[header *]\nContent-Language = de\n"
                                 "Vary = accept-language, Cookie\n")
    for ask in ("en", ZH):
        r = s.get("/nothing", Accept_Language=ask)
        assert r.all("Content-Language") == ["de"]
        assert r.all("Vary") == ["accept-language, Cookie"]


def test_answers_with_files_are_as_they_were(serve):
    s = serve(files=FILES)
    for path, status in (("/hello.txt", 200), ("/dir", 301)):
        r = s.get(path, Accept_Language=ZH)
        assert r.status == status
        assert not r.has("Content-Language")
        assert "accept-language" not in r.tokens("Vary")
    # a redirect has no word that would need a language
    assert words(s.get("/dir").body) == ["Moved", "Permanently", "Moved", "Permanently",
                                           "dir"]


def test_uploads(serve):
    s = serve(conf={"server": {"accept-upload": "/upload"}}, files=FILES)
    r = s.request("POST", "/upload", {"Content-Length": "3",
                                      "Accept-Language": ZH}, body=b"abc")
    assert r.status == 200 and r.get("Content-Language") == "zh-CN"
    assert not words(r.body)
    assert "已计数并丢弃" in r.body.decode()

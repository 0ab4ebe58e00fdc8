# SPDX-License-Identifier: MIT
"""Fixtures of the live tests: see harness.py for what they stand for."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import harness  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, "report_" + outcome.get_result().when, outcome.get_result())


def close(server, failed):
    """Looks a server over and ends it; of a failed test its folder and its
    error log are shown."""
    try:
        if failed:
            if server.process:
                print("-- error log\n" + "\n".join(server.process.lines[-80:]))
            server.close_connections()
        server.stop()
    finally:
        if not server.stopped:
            server.kill()
        server.cleanup()


@pytest.fixture
def serve(request):
    """serve(conf=..., files=..., ...) starts a Server; each is stopped and
    looked over at the end of the test."""
    servers = []

    def start(**options):
        server = harness.Server(**options)
        servers.append(server)
        return server

    yield start
    failed = getattr(request.node, "report_call", None)
    failed = failed is None or failed.failed
    faults = []
    for server in reversed(servers):
        try:
            close(server, failed)
        except BaseException as fault:  # each of them is to be ended
            faults.append(fault)
    if faults:
        raise faults[0]


# One small site for all tests that only ask: every kind of file they need.
SITE = {
    "index.html": "<!doctype html><title>Home</title><p>Hello.\n",
    "hello.txt": "Hello, world!\n",
    "ten.bin": b"0123456789",
    "empty.txt": b"",
    "sub/index.html": "<!doctype html><title>Sub</title>\n",
    "bare/file.txt": "a folder without an index\n",
    "a b.txt": "a name with a space\n",
    "caf\u00e9.txt": "a name in UTF-8\n",
    "100%.txt": "a name with a percent sign\n",
    "q?mark.txt": "a name with a question mark\n",
    ".secret": "not for anybody\n",
    ".hidden/file.txt": "not for anybody\n",
    ".well-known/security.txt": "Contact: mailto:security@example.org\n",
    "alphabet.txt": "".join(chr(97 + i % 26) for i in range(2600)),
    "logo.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00"
                b"\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\n"
                b"IDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00"
                b"\x00IEND\xaeB`\x82",
}


def make_site(**options):
    files = dict(SITE)
    files.update(options.pop("files", {}))
    server = harness.Server(files=files, **options)
    return server


@pytest.fixture(scope="session")
def site_server():
    server = make_site()
    yield server
    close(server, False)


@pytest.fixture
def site(site_server):
    """The shared site; nobody changes its files or its configuration."""
    yield site_server
    site_server.close_connections()
    site_server.check_no_alarm()


def pytest_report_header(config):
    try:
        return "etagd: %s" % harness.binary()
    except RuntimeError as missing:
        return "etagd: %s" % missing


def pytest_collection_modifyitems(config, items):
    if os.environ.get("CI"):
        return
    try:
        harness.binary()
    except RuntimeError as missing:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=str(missing)))

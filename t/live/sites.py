# SPDX-License-Identifier: MIT
"""sites: what several test files serve, and how a server is put away."""
import pytest

import harness


def nodes(kind):
    """A fixture that makes servers of that kind: kind(serve, folder, ...) with an
    end(), which comes after the test."""
    @pytest.fixture
    def node(serve, short):
        made = []

        def make(**conf):
            made.append(kind(serve, short, **conf))
            return made[-1]
        yield make
        for n in made:
            n.end()
    return node


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

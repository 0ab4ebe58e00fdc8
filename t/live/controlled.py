# SPDX-License-Identifier: MIT
"""Servers with a control socket."""
import harness

FILES = {"index.html": "hello\n", "a.txt": "a\n", "big.bin": bytes(300000)}


def ask(server, word):
    return harness.run(word, "-c", server.file)


def controlled(serve, short, **options):
    conf = options.pop("conf", {})
    conf.setdefault("server", {})["control"] = short / "control"
    return serve(files=FILES, conf=conf, **options)

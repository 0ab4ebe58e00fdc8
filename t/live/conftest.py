# SPDX-License-Identifier: MIT
"""Fixtures of the live tests alone; t/conftest.py has the others."""
import os

import pytest

import harness
from observing import FILES, Observer
from sites import close, make_site


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


@pytest.fixture
def observed(serve):
    def start(**options):
        conf = options.pop("conf", {})
        conf.setdefault("observe", {"listen": "127.0.0.1:0"})
        options.setdefault("files", FILES)
        server = serve(conf=conf, **options)
        return server, Observer(server)
    return start


def pytest_collection_modifyitems(config, items):
    if os.environ.get("CI"):
        return
    try:
        harness.binary()
    except RuntimeError as missing:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=str(missing)))

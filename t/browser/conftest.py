# SPDX-License-Identifier: MIT
"""Fixtures of the browser tests: a headless Chromium with a fresh profile, a
Firefox for all of a run.  t/conftest.py has the servers."""
import os
import pathlib
import shutil
import sys

import harness
import pytest
from english import plurals

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def missing():
    """Why these tests cannot run here, or None."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "python3-selenium is not installed"
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return "%s is not installed" % program
    try:
        harness.binary()
    except RuntimeError as why:
        return str(why)
    return None


def pytest_collection_modifyitems(config, items):
    why = missing()
    if why and not os.environ.get("CI"):
        for item in items:
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def one_firefox(tmp_path_factory):
    """For all tests, which have addresses of their own: a start takes it many
    seconds."""
    import fox
    why = fox.missing()
    if why:
        pytest.skip(why)
    b = fox.Browser(tmp_path_factory.mktemp("firefox") / "profile")
    yield b
    b.quit()


@pytest.fixture
def firefox(one_firefox):
    yield one_firefox
    one_firefox.let_go()


@pytest.fixture
def serve_ini(serve):
    """Starts a server by an ini of this tree, with ports and a log of its own."""
    def start(ini, **more):
        server = serve(start=False, **more)
        server.file = ini
        server.args = [
            "-o", "server.listen=127.0.0.1:0", "-o", "server.workers=1",
            "-o", "observe.listen=127.0.0.1:0",
            "-o", "log.access=%s" % server.access_log,
            "-o", "log.format=json", "-o", "log.buffer=0"]
        server.start()
        return server
    return start


@pytest.fixture
def browser(tmp_path):
    """A Browser whose profile nobody has used before."""
    from selenium.common.exceptions import WebDriverException

    from visitor import Browser
    b = Browser(tmp_path / "profile")
    yield b
    try:
        said = b.script("return document.body ? document.body.innerText : ''")
    except WebDriverException:
        said = ""             # the test has ended it, or left a question open
    finally:
        b.quit()
    assert not plurals(said)

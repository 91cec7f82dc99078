"""A real server and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.driving import settle

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """Mark what drives a browser.

    In CI a journey that fails is walked once more, and told in pytest's closing line as rerun: machines there are
    shared, and a click in the middle of a run that a neighbour has slowed down is not the app's mistake.
    """
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if os.environ.get("CI"):
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium_path():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and in CI the browser tests must run.")
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium)")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder, *options, port=None):
    """Address of the app, served as the README says, with a workspace of its own in a folder."""
    port = port or free_port()
    log = (folder / "log.txt").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", str(port),
         "--server.address", "127.0.0.1", *options],
        cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
        env=os.environ | {"CRM_AI_WORKSPACE": str(folder / "workspace")},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            break
        except OSError:
            assert process.poll() is None, (folder / "log.txt").read_text()
            time.sleep(0.25)
    try:
        yield address
    finally:
        process.terminate()
        process.wait(10)
        log.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Address of the app, where nobody signs in."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder) as address:
        yield address
    said = (folder / "log.txt").read_text()
    assert "Traceback" not in said, said[-3000:]
    assert "secrets" not in said, said[-3000:]


@pytest.fixture(scope="session")
def chromium(chromium_path):
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=30_000)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


def visits(chromium, server):
    """Open the app as a new visitor, and close all visits at the end."""
    contexts = []

    def open_as_new_visitor(path="", *, width=1440, height=900, theme="light", locale="en-GB"):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{server}/{path}")
        settle(page)
        return page

    yield open_as_new_visitor
    for context in contexts:
        context.close()


@pytest.fixture
def visit(chromium, server):
    """Open the app as a new visitor; call the result with a path."""
    yield from visits(chromium, server)


@pytest.fixture
def own_server(tmp_path):
    """Address of an app with a registry of its own, which no other test has written into."""
    folder = tmp_path / "own_server"
    folder.mkdir()
    with serving(folder) as address:
        yield address
    said = (folder / "log.txt").read_text()
    assert "Traceback" not in said, said[-3000:]


@pytest.fixture
def visit_own(chromium, own_server):
    """Open the app with a registry of its own."""
    yield from visits(chromium, own_server)

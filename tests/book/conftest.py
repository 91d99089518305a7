"""The built site, served on this machine, and one browser for each process of the tests."""

import threading
from pathlib import Path

import pytest
from built_site import SITE, WINDOW, watched

from bookbuild.cli import browser as finder
from bookbuild.cli import lock, serve


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site, when a build that is at work has ended."""
    if SITE.parent.is_dir():
        with lock.held(SITE.parent):
            pass
    if not (SITE / "index.html").is_file():
        pytest.fail(f"there is no site in {SITE}: run `make book`, or `make test`, which builds it first")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served."""
    with serve.server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    path = finder.find()
    if path is None:
        pytest.fail(finder.HELP)
    with sync_playwright() as playwright:
        # no name leads anywhere; pages of a site share a process; it may have to start while a build has all processors
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        flags = ["--no-sandbox", "--disable-gpu", "--process-per-site", nowhere]
        chromium = playwright.chromium.launch(executable_path=path, args=flags, timeout=300_000)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reader(browser, address):
    """One reader of the site, whose browser keeps what it has loaded; on a page of the site, which stays open."""
    context = browser.new_context(**WINDOW)
    page = context.new_page()
    page.goto(f"{address}404.html")
    yield page
    context.close()


@pytest.fixture
def page(reader, address):
    """A new page of a reader who has not been here; see `watched`."""
    reader.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page = watched(reader.context.new_page(), address)
    yield page
    page.close()

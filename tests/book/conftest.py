"""The built site, served on this machine, and one browser for each process of the tests."""

import threading
from pathlib import Path

import pytest
from built_site import SITE

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
        # it may have to start while the build has all processors
        options = {"args": ["--no-sandbox", "--disable-gpu"], "timeout": 300_000}
        chromium = playwright.chromium.launch(executable_path=path, **options)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, address):
    """A fresh page that reaches the site only; `page.outside` lists what else it asked for, `page.errors` what went
    wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.outside, page.errors = [], []

    def refuse(route):
        page.outside.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(address), refuse)
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()

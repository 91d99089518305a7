"""The browser of the tests: which one is taken, and what is said when there is none."""

import pytest

from bookbuild.cli import browser


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without a browser; a folder where playwright would keep its own."""
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser, "MAC", [])
    return tmp_path


def script(path, status):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


def test_named_browser_goes_first_and_must_start(bare, monkeypatch):
    monkeypatch.setenv("CHROME", script(bare / "mine", 0))
    assert browser.find() == str(bare / "mine")
    script(bare / "mine", 1)
    with pytest.raises(SystemExit, match="CHROME=.*mine does not start"):
        browser.find()


def test_playwrights_browser_is_found_if_it_starts(bare):
    script(bare / "chromium-1/chrome-linux/chrome", 1)
    assert browser.find() is None
    path = script(bare / "chromium_headless_shell-1/chrome-linux/headless_shell", 0)
    assert browser.find() == path


def test_without_a_browser_the_packages_are_named(bare, monkeypatch, capsys):
    monkeypatch.setattr(browser, "install", lambda: None)
    assert browser.main() == 1
    assert "apt-get install chromium" in capsys.readouterr().err

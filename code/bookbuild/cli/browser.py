"""Find a Chromium for the tests of the site, or install one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
MAC = ["Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium"]
HELP = """\
The tests of the site need Chromium, and none was found. Install one, then run `make test` again:
  Debian:           sudo apt-get install chromium
  Ubuntu, Fedora:   install Google Chrome
  macOS:            brew install --cask chromium
or name one that you have: CHROME=/path/to/chrome make test"""


def find() -> str | None:
    """Path of a browser that starts: the one named by CHROME, the system's, or playwright's; None if there is none."""
    if named := os.environ.get("CHROME"):
        if not starts(named):
            raise SystemExit(
                f"CHROME={named} does not start as a browser. Name another, or unset CHROME to let one be found."
            )
        return named
    found = (
        [shutil.which(name) for name in NAMES] + [f"/Applications/{name}" for name in MAC] + installed_by_playwright()
    )
    return next((path for path in found if path and starts(path)), None)


def starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def installed_by_playwright() -> list[str]:
    cache = {"darwin": Path.home() / "Library/Caches", "linux": Path.home() / ".cache"}.get(sys.platform, Path.home())
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or cache / "ms-playwright")
    names = {"headless_shell", "chrome-headless-shell", "chrome", "Chromium", "Google Chrome for Testing"}
    return sorted(str(p) for p in folder.glob("chromium*/**/*") if p.name in names and p.is_file())


def install() -> None:
    """Install a browser with what is at hand: Debian's packages as root, else playwright's download."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("No Chromium found: installing Debian's package `chromium`.", flush=True)
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet)
    if not find():
        print("No Chromium found: downloading playwright's.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"])


def main() -> int:
    if not find():
        install()
    if path := find():
        print(f"Browser for the tests: {path}")
        return 0
    print(HELP, file=sys.stderr)
    return 1

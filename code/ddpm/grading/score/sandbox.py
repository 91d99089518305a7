"""Where a submission runs: in a sandbox (bubblewrap), else under a user of its own, else as whoever grades.

What each of them keeps from a submission is said in `Sandbox.words`, which the report prints.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ddpm

BUBBLEWRAP, USER, NONE = "bubblewrap", "user", "none"
# where root grades without bubblewrap, submissions get these users: by Debian's policy nobody else's
FIRST_USER, USERS = 61_000, 4_000
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
    "/nix/store",
    "/gnu/store",
)
TEMPORARY = 2**30  # bytes for temporary files
SECONDS = 120  # for the trial run
TRIAL = """import os, sys
if not os.access(os.environ["PYTHONPATH"] + "/ddpm", os.R_OK):  # it would find the whole package, with right answers
    sys.exit("it may not enter the folder of temporary files (TMPDIR)")
import ipykernel, ddpm.grading.score.kernel, {}
"""
WORDS = {
    BUBBLEWRAP: "Each submission ran in a sandbox of its own (bubblewrap): it saw no network, no file but the "
    "programs' and its own, and no process but its own, and all of these were gone when its time was over.",
    USER: "Each submission ran under a user of its own, without bubblewrap: it could change neither files nor "
    "processes of others, but read every file that is open to all users of this machine, other submissions and "
    "the right answers of the checks among them if they are.",
    NONE: "The submissions ran without a sandbox, as the user who graded. What stood in one could read and change all "
    "that this user can: the other submissions, this package, these scores. Do not rely on these scores if you do not "
    "know all authors.",
}


@dataclass(frozen=True)
class Sandbox:
    """How submissions are kept apart.

    Attributes:
        level: BUBBLEWRAP, USER or NONE.
        package: the folder that holds the package for submissions.
        why: why it is not a better one, "" where there is none.
    """

    level: str
    package: Path
    why: str = ""

    @property
    def words(self) -> str:
        return WORDS[self.level] + (f" ({self.why})" if self.why else "")

    def command(self, arguments: Sequence[str], folder: Path) -> list[str]:
        """The command that runs Python with these arguments, where it may write into `folder` alone."""
        python = [sys.executable, "-P", *arguments]
        return [*_bubblewrap(self.package, folder), *python] if self.level == BUBBLEWRAP else python

    def environment(self, folder: Path) -> dict[str, str]:
        """The environment of that command. No secret of the grader's is in it."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
            if name in os.environ
        }
        home = str(folder)
        return kept | {
            "HOME": home,
            "TMPDIR": home,
            "IPYTHONDIR": home,
            "MPLCONFIGDIR": home,
            "JAX_PLATFORMS": "cpu",
            "OPENBLAS_NUM_THREADS": "1",  # several submissions run side by side, and NumPy's threads wait in a loop
            "PYTHONUTF8": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "PYTHONPATH": str(self.package),
        }


def choose(package: Path, scratch: Path, module: str) -> Sandbox:
    """The best sandbox that works here; each is tried before it is named.

    Args:
        package: the folder that holds the package for submissions.
        scratch: a folder for the trial.
        module: which holds the exercises: the trial is to import it.
    """
    reasons = []
    for level in (BUBBLEWRAP, USER):
        sandbox = Sandbox(level, package)
        if why := problem(sandbox, scratch, module):
            reasons.append(f"{level}: {why}")
        else:
            return Sandbox(level, package, "; ".join(reasons))
    return Sandbox(NONE, package, "; ".join(reasons))


def problem(sandbox, scratch, module) -> str:
    """Why this sandbox does not work here, "" if it does."""
    if sandbox.level == BUBBLEWRAP and not shutil.which("bwrap"):
        return "it is not installed"
    if sandbox.level == USER and os.getuid():
        return "only root can run a program as somebody else"
    folder = scratch / "trial"
    folder.mkdir(exist_ok=True)
    try:
        done = subprocess.run(
            sandbox.command(["-c", TRIAL.format(module)], folder),
            env=sandbox.environment(folder),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            **as_user(sandbox, FIRST_USER),
        )
    except OSError as error:
        return f"{error.strerror}: {error.filename}"
    except subprocess.SubprocessError as error:
        return type(error).__name__
    words = done.stderr.decode(errors="replace").strip().splitlines()
    return (words[-1] if words else f"status {done.returncode}") if done.returncode else ""


def as_user(sandbox: Sandbox, user: int) -> dict:
    """Arguments for `subprocess` that run a command as this user, where the sandbox is that."""
    return {"user": user, "group": user, "extra_groups": []} if sandbox.level == USER else {}


def _bubblewrap(package, folder) -> list[str]:
    command = [
        "bwrap",
        "--unshare-all",
        "--unshare-user",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "grading",
    ]
    if "--disable-userns" in _options():  # in a namespace of its own it could make file systems in memory
        command.append("--disable-userns")
    for path in SYSTEM:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            command += ["--ro-bind", path, path]
    command += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--remount-ro",
        "/dev",
        "--size",
        str(TEMPORARY),
        "--tmpfs",
        "/dev/shm",
        "--size",
        str(TEMPORARY),
        "--tmpfs",
        "/tmp",
    ]
    shown = [path for path in _pythons() if not path.is_relative_to("/usr")]
    for path in shown:
        command += ["--ro-bind", str(path), str(path)]
    own = Path(ddpm.__file__).parent  # with its references: if it would be seen, the other stands in its place
    if any(own.is_relative_to(path) for path in (*shown, Path("/usr"))):
        command += ["--ro-bind", str(package / "ddpm"), str(own)]
    return [
        *command,
        "--ro-bind",
        str(package),
        str(package),
        "--bind",
        str(folder),
        str(folder),
        "--chdir",
        str(folder),
        "--",
    ]


@functools.cache
def _options() -> str:
    """What this version of bubblewrap says that it can."""
    return subprocess.run(["bwrap", "--help"], capture_output=True, text=True).stdout


def _pythons() -> list[Path]:
    """The folders that this Python lives in, those of links to it included."""
    found, path = {Path(sys.prefix): None, Path(sys.base_prefix): None}, Path(sys.executable)
    while path.is_symlink():
        found[path.parent] = None
        path = path.parent / path.readlink()
    found[path.parent] = None
    found |= {path.resolve(): None for path in found}
    return [path for path in found if path.is_dir()]

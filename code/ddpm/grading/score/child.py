"""One submission, in a process of its own: `python -P child.py`, a job on stdin, what is found as lines of JSON on
stdout. Imports nothing of ddpm.

It starts the kernel, in its sandbox, and speaks to it. A cell that ends the kernel, does not end, or takes too much
is left
out: the kernel starts again with the others. The kernel never holds the pipe on which results leave.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty

import psutil
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

NEW_USER, NEW_NET = 0x10000000, 0x40000000  # from <linux/sched.h>
SET_DUMPABLE, SET_CHILD_SUBREAPER, SET_NO_NEW_PRIVS = 4, 36, 38  # from <linux/prctl.h>
SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")  # where every user may leave files
RESTARTS = 6
STARTS = 3  # attempts to start a kernel: a busy machine may kill or delay one before any cell has run
MIME = "application/x-ddpm-answer+json"  # as in `kernel`
KERNEL = "__import__('ddpm.grading.score.kernel', fromlist=['kernel'])"  # no name of the notebook's is taken
LARGEST = 4_000_000  # bytes of one answer
SHOWN = 200_000_000  # bytes that one run may print and show
PROCESSES, THREADS, FILES = 300, 5000, 2**30
BLOCK = 4096  # bytes that a file counts for, be it empty
# seconds for the imports before the first cell, and for the calls of one function, which have limits (`runner`)
OWN = 120
GRACE = 10  # seconds for the kernel's own work
PAUSE = 0.02  # seconds in which a kernel that was told to end does


def prepare(closed: bool, same_user: bool) -> bool:
    """Adopt orphans and hide from processes of the same user; unless the sandbox does, let no program give rights
    (`sudo`), and leave the network. Returns whether the network is left."""
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, FILES)):
        resource.setrlimit(kind, (most, most))
    if not sys.platform.startswith("linux"):
        return closed
    libc, user, group = ctypes.CDLL(None), os.getuid(), os.getgid()
    libc.prctl(SET_CHILD_SUBREAPER, 1)
    libc.prctl(SET_DUMPABLE, 0)
    if not closed:
        libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if closed or libc.unshare(NEW_NET) == 0 or {name for _, name in socket.if_nameindex()} <= {"lo"}:
        return True
    if not same_user:  # whoever is root in a namespace of users has no power over the others
        return False
    libc.prctl(SET_DUMPABLE, 1)  # the files below would be root's
    gone = libc.unshare(NEW_USER | NEW_NET) == 0
    if gone:
        with contextlib.suppress(OSError):  # the namespace holds without names for its users
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    libc.prctl(SET_DUMPABLE, 0)
    return gone


def say(**found) -> None:
    """A line on the pipe to the grader."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


class Lost(Exception):
    """The kernel is gone, or had to go; in words why."""


class Watch(threading.Thread):
    """Ends the kernel when it takes more than it may; `fired` says of what."""

    def __init__(self, process, job: dict):
        super().__init__(daemon=True)
        self.process, self.folder, self.memory = process, job["folder"], job["memory"]
        self.user, self.cores = job["user"], set(job["cores"])
        self.fired, self.over, self.du, self.counted, self.unit = "", False, None, 0, BLOCK

    def run(self):
        try:
            self.look()
        except Exception as error:  # nothing runs unwatched
            self.fired = f"could not be watched ({type(error).__name__})"
            end(self.process, self.user)

    def size(self) -> int:
        """Bytes below the folder, and of a user's files where all may write, as `du` counted them last, a file for a
        block at least; it reaches every depth, and is not waited for."""
        if self.du is None or self.du.poll() is not None:
            lines = self.du.communicate()[0].splitlines() if self.du else []
            self.counted = sum(int(line.split()[0]) for line in lines) * self.unit if lines else self.counted
            files = self.unit == 1024 and sys.platform.startswith("linux")  # bytes and files in turn
            how, self.unit = (["-s", "--inodes"], BLOCK) if files else (["-sk"], 1024)
            command = ["du", *how, self.folder]
            if self.user is not None:
                command = [*find(self.user, self.folder), "-exec", "du", *how, "{}", "+"]
            self.du = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return self.counted

    def look(self):
        here, turn = psutil.Process(), 0
        while not self.over:
            turn += 1
            used, threads, family = 0, 0, []
            if here.memory_info().rss > self.memory:  # a message that is too large has come in here
                say(problem="it showed more than fits into memory")
                end(self.process, self.user)
                os._exit(3)
            with contextlib.suppress(psutil.Error):  # a process that ends while it is looked at
                family = here.children(recursive=True)  # those that their parents have left among them
            for process in family:
                with contextlib.suppress(psutil.Error):
                    used += process.memory_info().rss
                    threads += process.num_threads()
            if used > self.memory:
                self.fired = f"used more than {self.memory / 2**30:.3g} GiB of memory"
            elif len(family) > PROCESSES:
                self.fired = f"started more than {PROCESSES} processes"
            elif threads > THREADS:
                self.fired = f"started more than {THREADS} threads"
            elif turn % 10 == 0 and _unseen(family) > FILES or turn % 40 == 0 and self.size() > FILES:
                self.fired = f"wrote more than {FILES / 2**30:.3g} GiB of files"
            elif turn % 10 == 0 and self.cores and _cores(family) - self.cores:
                self.fired = "took processors that are not its own"
            if self.fired:
                return end(self.process, self.user)
            time.sleep(0.05)


def _unseen(family) -> int:
    """Bytes of the files that processes hold open and that no folder has any more, those in memory among them."""
    found = {}
    for process in family:
        with contextlib.suppress(OSError):  # it has ended, or is somebody else's
            for entry in os.scandir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    one = os.stat(entry.path)
                    if stat.S_ISREG(one.st_mode) and not one.st_nlink:
                        found[one.st_dev, one.st_ino] = one.st_blocks * 512
    return sum(found.values())


def _cores(family) -> set[int]:
    """The processors that the threads of these processes may use."""
    found = set()
    for process in family:
        with contextlib.suppress(psutil.Error, OSError):
            for thread in process.threads():
                with contextlib.suppress(OSError):
                    found |= os.sched_getaffinity(thread.id)
    return found


def end(process, user: int | None = None) -> None:
    """End the kernel's process and all that it has started, and wait until they are gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    until = time.monotonic() + GRACE
    while time.monotonic() < until:
        left = psutil.Process().children(recursive=True)
        if user is not None:
            left += of_user(user)
        if not left:
            return
        for child in left:
            with contextlib.suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(left, timeout=0.2)


def of_user(user: int) -> list:
    """The processes of this user."""
    return [process for process in psutil.process_iter() if _user(process) == user]


def _user(process):
    with contextlib.suppress(psutil.Error):
        return process.uids().real


def find(user: int, *places: str) -> list[str]:
    """The command that finds what is this user's in these places, and where all may write."""
    return ["find", "-H", *places, *SHARED, "-maxdepth", "1", "-user", str(user)]


def clear(user: int) -> None:
    """Remove what a user without processes has left outside of its folder: files, and what the system keeps."""
    subprocess.run([*find(user), "-mindepth", "1", "-exec", "rm", "-rf", "--", "{}", "+"], stderr=subprocess.DEVNULL)
    with contextlib.suppress(OSError):  # shared memory and the like, as the user: root in a container may not
        as_user = {"user": user, "group": user, "extra_groups": []}
        subprocess.run(["ipcrm", "--all"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)


class Kernel:
    """A kernel in its sandbox, and what is said to it."""

    def __init__(self, job: dict):
        self.job, self.shown, user = job, 0, job["user"]
        self.folder = Path(job["folder"])
        if user is not None:
            if of_user(user):  # they could lead what root writes below elsewhere
                raise RuntimeError("what it has started cannot be ended")
            clear(user)
        # what a kernel that is gone has left, folders that it has locked among it
        for command in (
            ["chmod", "-R", "u+rwX", str(self.folder)],
            ["find", str(self.folder), "-mindepth", "1", "-delete"],
        ):
            subprocess.run(command, stderr=subprocess.DEVNULL)
        file = self.folder / "k.json"
        write_connection_file(str(file), transport="ipc", ip=str(self.folder / "k"))
        if user is not None:
            os.chown(file, user, user)
        self.process = subprocess.Popen(
            job["command"],
            env=job["environment"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **({} if user is None else {"user": user, "group": user, "extra_groups": []}),
        )
        self.watch = Watch(self.process, job)
        self.client = BlockingKernelClient(connection_file=str(file))
        self.client.load_connection_file()
        self.client.start_channels()
        self.watch.start()

    def __enter__(self):
        for attempt in range(1, STARTS + 1):
            until = time.monotonic() + 60
            while self.process.poll() is None and time.monotonic() < until:
                if self.alive() and self.heard():
                    return self
            self.__exit__()
            if attempt < STARTS:
                self.__init__(self.job)
        raise RuntimeError("the kernel does not start")

    def __exit__(self, *_):
        self.watch.over = True
        self.client.stop_channels()
        end(self.process, self.job["user"])

    def alive(self) -> bool:
        """Whether it answers, and goes on to."""
        return self.answers() and not time.sleep(PAUSE) and self.answers()

    def answers(self) -> bool:
        wanted = self.client.kernel_info()
        until = time.monotonic() + GRACE
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(Empty):
                if self.client.get_shell_msg(timeout=0.1)["parent_header"].get("msg_id") == wanted:
                    return True
        return False

    def heard(self) -> bool:
        """Whether what it shows comes through."""
        with contextlib.suppress(Empty):
            return bool(self.client.get_iopub_msg(timeout=0.5))
        return False

    def execute(self, source: str, seconds: float) -> tuple[str, list]:
        """The error that the cell raised ("" if none), and what it showed of the type `MIME`.

        Raises:
            Lost: the kernel is gone.
        """
        wanted, until = self.client.execute(source, allow_stdin=False, stop_on_error=False), time.monotonic() + seconds
        error, found, idle = "", [], False
        while not idle:
            if time.monotonic() > until:
                raise Lost(f"did not end within {seconds:g} s")
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                if self.process.poll() is not None:
                    raise Lost(self.watch.fired or "ended the kernel") from None
                continue
            content, kind = message["content"], message["msg_type"]
            self.shown += len(str(content.get("text", ""))) + sum(
                len(str(part)) for part in dict(content.get("data") or {}).values()
            )
            if self.shown > SHOWN:
                raise Lost(f"printed and showed more than {SHOWN / 1e6:g} MB")
            if message["parent_header"].get("msg_id") != wanted:
                continue
            if kind == "error":
                error = f"{content['ename']}: {content['evalue']}"[:200]
            elif kind == "stream" and str(content.get("text", "")).startswith("UsageError"):
                error = error or content["text"][:200].strip()
            elif MIME in dict(content.get("data") or {}):
                found.append(content["data"][MIME])
            idle = kind == "status" and content.get("execution_state") == "idle"
        if not self.alive():
            raise Lost(self.watch.fired or "ended the kernel")
        return error, found


class Session:
    """The runs of one submission."""

    def __init__(self, job: dict):
        self.job, self.left_out, self.answered, self.told = job, set(), set(), {}

    def work(self):
        """Run and ask, again and again until nothing breaks the kernel any more."""
        for _ in range(RESTARTS):
            if self.attempt():
                return
        for name in self.job["cases"].keys() - self.answered:
            say(run=name, broken=f"was not called: {RESTARTS} cells or calls ended the kernel")

    def tell(self, number, what):
        if what and self.told.get(number) != what:
            self.told[number] = what
            say(cell=number, what=what)

    def attempt(self) -> bool:
        with Kernel(self.job) as kernel:
            handed = f"{self.job['exercises']!r}, {self.job['closed']}"
            error, _ = kernel.execute(f"{KERNEL}.begin({handed})", OWN)
            if error:
                raise Lost(f"the kernel does not begin: {error}")
            for number, source in enumerate(self.job["cells"], start=1):
                if number in self.left_out:
                    continue
                say(at=number)
                try:
                    self.tell(number, self.cell(kernel, source))
                except Lost as lost:
                    self.left_out.add(number)
                    self.tell(number, str(lost))
                    return False
            for name, cases in self.job["cases"].items():
                if name not in self.answered:
                    say(at=name)
                    try:
                        self.ask(kernel, name, cases)
                    except Lost as lost:
                        self.answered.add(name)
                        say(run=name, broken=str(lost))
                        return False
        return True

    def cell(self, kernel, source) -> str:
        """What went wrong in a cell, "" for nothing."""
        error, _ = kernel.execute(source, self.job["cell_seconds"])
        if not error:
            return ""
        _, found = kernel.execute(f"{KERNEL}.go_on({source!r})", self.job["cell_seconds"])
        return "; ".join(dict.fromkeys([error, *map(str, json.loads(found[-1])[:5])] if found else [error]))

    def ask(self, kernel, name, cases):
        """What the submission answers to `name`, on the pipe."""
        error, found = kernel.execute(
            f"__import__('os').chdir({self.job['folder']!r})\n"
            f"{KERNEL}.answer({name!r}, __import__('json').loads({json.dumps(cases)!r}))",
            OWN,
        )
        self.answered.add(name)
        if error or not found:
            say(run=name, broken=f"raised {error}" if error else "gave no answer back")
        elif len(str(found[-1])) > LARGEST:
            say(run=name, broken="gave far too much back")
        else:
            say(run=name, text=str(found[-1]))


def main() -> None:
    """All of it: a job on stdin, what is found on stdout."""
    job = json.load(sys.stdin)
    if job["cores"]:
        os.sched_setaffinity(0, job["cores"])
    job["closed"] = prepare(job["closed"], job["user"] is None)
    say(closed=job["closed"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the way out takes the kernel along
    try:
        Session(job).work()
    except MemoryError:
        say(problem="it showed more than fits into memory")
    except Exception as error:  # what comes from a kernel may be anything
        say(problem=f"{type(error).__name__}: {error}"[:300])


if __name__ == "__main__":
    main()

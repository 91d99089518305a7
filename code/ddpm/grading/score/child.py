"""One notebook, in a process of its own: `python -P child.py JOB RESULT`, two JSON files. Imports nothing of ddpm.

The process leaves the network before it starts a thread, and the kernel that it starts inherits that. A cell that ends
the kernel, does not end, or takes too much memory is skipped: the kernel starts again with the others.
"""

import contextlib
import ctypes
import json
import os
import resource
import socket
import struct
import sys
import threading
import time
from pathlib import Path

NEW_USER, NEW_NET = 0x10000000, 0x40000000  # from <linux/sched.h>
SET_FLAGS, UP = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP | IFF_RUNNING
RESTARTS = 6


def leave_network() -> bool:
    """Move to a network namespace with nothing but a loopback in it. False where the system does not let us."""
    if not sys.platform.startswith("linux"):
        return False
    libc, user, group = ctypes.CDLL(None, use_errno=True), os.getuid(), os.getgid()
    if libc.unshare(NEW_NET):
        if libc.unshare(NEW_USER | NEW_NET):
            return False
        try:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        except OSError:
            pass  # the namespace holds without names for its users
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        import fcntl

        try:  # the kernel is spoken to over the loopback
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14s", b"lo", UP, b""))
        except OSError:
            os.execv(sys.executable, [sys.executable, "-P", __file__, *sys.argv[1:], "--with-network"])
    return True


class Watch(threading.Thread):
    """Kills the kernel when it and this process use more memory than allowed."""

    def __init__(self, limit: int):
        super().__init__(daemon=True)
        self.limit, self.fired = limit, False

    def run(self):
        import psutil

        here = psutil.Process()
        while True:
            if here.memory_info().rss > self.limit:
                os._exit(3)
            used, kernels = 0, []
            with contextlib.suppress(psutil.Error):  # a process that ends while it is looked at
                kernels = here.children(recursive=True)
                for process in kernels:
                    with contextlib.suppress(psutil.Error):
                        used += process.memory_info().rss
            if used > self.limit:
                self.fired = True
                for process in kernels:
                    with contextlib.suppress(psutil.Error):
                        process.kill()
            time.sleep(0.05)


class Session:
    """The runs of one notebook. `result` is what is found, kept in the file RESULT at every step."""

    def __init__(self, job: dict, path: Path, isolated: bool):
        self.job, self.path, self.watch = job, path, Watch(job["memory"])
        self.result = {"isolated": isolated, "cells": {}, "runs": {}}
        self.skipped = set()
        self.watch.start()

    def save(self):
        self.path.write_text(json.dumps(self.result), encoding="utf-8")

    def work(self):
        """Run and grade, again and again until nothing breaks the kernel any more."""
        self.save()
        for _ in range(RESTARTS):
            if self.attempt():
                return
            self.save()

    def attempt(self) -> bool:
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.read(self.job["notebook"], as_version=4)
        client = NotebookClient(notebook, timeout=self.job["cell_seconds"], kernel_name="python3", allow_errors=True,
                                resources={"metadata": {"path": self.job["folder"]}})
        with client.setup_kernel():
            start = f"import ddpm.grading.score.kernel as k; k.close_network(subprocesses={self.result['isolated']}); del k"
            if reason := self.execute(client, start)[0]:
                raise RuntimeError(f"the kernel does not start: {reason}")
            number = 0
            for index, cell in enumerate(notebook.cells):
                number += cell.cell_type == "code"
                if cell.cell_type != "code" or index in self.skipped:
                    continue
                reason, error = self.execute(client, cell.source)
                if reason:
                    self.skipped.add(index)
                if reason or error:
                    self.result["cells"][str(number)] = reason or error
                if reason:
                    return False
            for name in self.job["names"]:
                if name in self.result["runs"]:
                    continue
                answers = Path(self.job["folder"], f"answers-{name}.json")
                answers.parent.mkdir(exist_ok=True)  # a cell may have taken it away
                answers.unlink(missing_ok=True)
                call = (f"import os; os.chdir({self.job['folder']!r}); import ddpm.grading.score.kernel as k; "
                        f"k.answer({name!r}, {self.job['seed']}, {str(answers)!r})")
                reason, error = self.execute(client, call)
                if reason or error or not answers.is_file():
                    self.result["runs"][name] = {"broken": reason or (f"raised {error}" if error else "gave no answer back")}
                else:
                    try:
                        self.result["runs"][name] = json.loads(answers.read_text(encoding="utf-8")[:10_000_000])
                    except ValueError:
                        self.result["runs"][name] = {"broken": "wrote something else in the place of an answer"}
                self.save()
                if reason:
                    return False
        return True

    def execute(self, client, source: str) -> tuple[str, str]:
        """Why the kernel is lost ("" if it is not), and the error that the cell raised ("" if none)."""
        import nbformat
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        self.watch.fired = False
        cell = nbformat.v4.new_code_cell(source)
        client.nb.cells.append(cell)
        try:
            client.execute_cell(cell, len(client.nb.cells) - 1)
        except CellTimeoutError:
            client.km.shutdown_kernel(now=True)
            return f"did not end within {self.job['cell_seconds']:g} s", ""
        except DeadKernelError:
            return f"used more than {self.job['memory'] / 2**30:.3g} GiB of memory" if self.watch.fired else "ended the kernel", ""
        finally:
            client.nb.cells.pop()
        errors = [output for output in cell.outputs if output.output_type == "error"]
        return "", f"{errors[-1].ename}: {errors[-1].evalue}"[:200] if errors else ""


if __name__ == "__main__":
    job_path, result_path = map(Path, sys.argv[1:3])
    isolated = "--with-network" not in sys.argv and leave_network()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))  # no file above 1 GiB
    Session(json.loads(job_path.read_text(encoding="utf-8")), result_path, isolated).work()

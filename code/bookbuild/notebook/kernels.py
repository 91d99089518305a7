"""Kernels that have imported already what most chapters import: each is a copy of one process, made by `fork`.

The imports are most of what a chapter takes until its second cell runs, two seconds or three. What a cell
sees is the same as in a kernel of its own.
"""

import gc
import multiprocessing
import os
import sys
from multiprocessing import forkserver
from pathlib import Path
from unittest import mock

from jupyter_client.manager import AsyncKernelManager

IMPORTED = ["ipykernel.kernelapp", "ipykernel.debugger", "jax.numpy", "equinox", "optax", "scipy.stats", "sympy"]
IMPORTED += ["matplotlib.pyplot", "matplotlib.backends.backend_svg", "matplotlib.backends.backend_pdf"]
# a kernel says so itself before Matplotlib is imported, which reads it then
BACKEND = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
CAN_COPY = sys.platform == "linux"  # elsewhere the system's own libraries may not survive a fork
COPIES = multiprocessing.get_context("forkserver" if CAN_COPY else None)


def begin(env: dict[str, str]) -> None:
    """Start the process that is copied, with these surroundings; it imports while others begin, and ends with us."""
    COPIES.set_forkserver_preload([__name__, *IMPORTED])
    with mock.patch.dict(os.environ, env | BACKEND, clear=True):
        forkserver.ensure_running()


def become_kernel(arguments: list[str], folder: str) -> None:
    """In the copy: be the kernel that `python -m ipykernel_launcher` with these arguments is."""
    from ipykernel import kernelapp

    gc.freeze()  # what was imported stays: it need not be looked through again and again
    os.setsid()  # as jupyter_client starts its kernels: signals for this one reach it alone
    os.chdir(folder)
    ends_with = f"--IPKernelApp.parent_handle={os.getppid()}"  # the process that was copied
    kernelapp.launch_new_instance(argv=[*arguments, ends_with])


class Copy:
    """A kernel's process, as jupyter_client handles one."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], folder: str):
        self.process = COPIES.Process(target=become_kernel, args=(arguments, folder), daemon=True)
        self.process.start()
        self.pid = self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class CopyManager(AsyncKernelManager):
    """Starts a kernel as a copy. The surroundings are those that `begin` was given."""

    async def _async_launch_kernel(self, kernel_cmd, *, cwd, **_):
        arguments = kernel_cmd[kernel_cmd.index("-f") :]
        self.provisioner.process = Copy(arguments, str(Path(cwd).resolve()))
        self.provisioner.pid = self.provisioner.pgid = self.provisioner.process.pid
        self._reconcile_connection_info(self.provisioner.connection_info)

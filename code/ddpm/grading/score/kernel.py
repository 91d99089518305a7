"""What runs in the kernel of a submitted notebook beside the student's cells. It holds no reference.

Every function here is called by `child`, in a cell of its own, and shows what it finds as data of the type `MIME`.
"""

import ast
import functools
import importlib
import json
import os
import sys
import threading

from IPython import get_ipython
from IPython.display import display

from ddpm.grading.data import unpack_cases
from ddpm.grading.exercise import problems

MIME = "application/x-ddpm-answer+json"
PACKAGE = os.path.dirname(importlib.import_module("ddpm").__file__)
ALLOWED = ("grading", "schedule", "derivation")  # parts of the package that an answer may use
_EXERCISES = {}
_INTERNET = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")


def begin(module: str, closed: bool) -> None:
    """Before the first cell: the exercises are there, `exit()` is an error of its cell, and without `closed` Python
    code is kept from the network.

    Args:
        module: which holds the exercises, as of `Problems`.
        closed: the system itself keeps the network away.
    """
    _EXERCISES.update(problems(module).exercises)
    shell = get_ipython()
    shell.ask_exit = shell.kernel.do_shutdown = _refuse_exit
    shell.unobserve_all("exit_now")
    if not closed:
        sys.addaudithook(_no_network)


def _refuse_exit(*_):
    raise RuntimeError("this ends the kernel, and with it all that comes below. Take it out")


def _no_network(event, args):
    if event in _INTERNET or (
        event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(args[1], tuple)
    ):
        raise PermissionError(f"no network while notebooks are graded ({event})")


def go_on(source: str) -> None:
    """After a cell that an import or a magic has ended: run the statements below that one, each for itself; show
    what failed."""
    shell, failed, trace = get_ipython(), [], getattr(sys, "last_traceback", None)
    while trace is not None and trace.tb_frame.f_globals is not shell.user_global_ns:
        trace = trace.tb_next
    body = ast.parse(shell.transform_cell(source)).body if trace is not None else []
    broken = next((node for node in body if node.lineno <= trace.tb_lineno <= node.end_lineno), None)
    if broken and _brings_something(broken):
        names = broken.names if isinstance(broken, ast.Import) else []
        single = [ast.copy_location(ast.Import([name]), broken) for name in names if len(names) > 1]
        for node in [*single, *body[body.index(broken) + 1 :]]:
            try:
                exec(compile(ast.Module([node], []), trace.tb_frame.f_code.co_filename, "exec"), shell.user_ns)
            except BaseException as error:  # a student's cell may raise anything
                failed.append(f"{type(error).__name__}: {error}"[:200])
    _show(failed)


def _brings_something(node) -> bool:
    """Whether a statement is an import, or a magic."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) or "get_ipython().run_" in ast.unparse(node)


def answer(name: str, cases: list) -> None:
    """Show the notebook's written answer `name`, or what its function `name` answers to the cases."""
    namespace, used = dict(vars(sys.modules["__main__"])), set()
    if cases and callable(namespace.get(name)):
        namespace[name] = _watched(namespace[name], used)
    data = _EXERCISES[name].collect(namespace, unpack_cases(cases))
    _show({"data": data, "used": sorted(used)})


def _show(data) -> None:
    display({MIME: json.dumps(data)}, raw=True)


def _watched(student, used):
    """`student`, and into `used` come the functions of the package that it calls."""

    def note(frame, event, _):
        code = frame.f_code
        if (
            event == "call"
            and code.co_filename.startswith(PACKAGE)
            and not frame.f_back.f_code.co_filename.startswith(PACKAGE)
        ):
            module = code.co_filename.removeprefix(PACKAGE).lstrip(os.sep).removesuffix(".py").replace(os.sep, ".")
            if module.partition(".")[0] not in ALLOWED and code.co_name[0] not in "_<":
                used.add(f"ddpm.{module}.{code.co_name}")

    def watched(*arguments):
        threading.setprofile(note)  # for the threads that it starts
        sys.setprofile(note)
        try:
            return student(*arguments)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    try:
        return functools.wraps(student)(watched)
    except Exception:  # a callable object may have anything for a name
        return watched

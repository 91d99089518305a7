"""A time limit for what a reader has written: it may run for ever, and SymPy may take for ever over it.

The work is done in a thread of its own, and the caller waits no longer than the limit. So a limit works in a notebook,
in its threads, and on every system, and also where the interpreter waits for compiled code. A Python loop is then
stopped from inside; compiled code (a `jax.lax.while_loop` that never ends) cannot be, so that thread is left behind.
"""

import contextlib
import ctypes
import threading
from collections.abc import Callable
from time import monotonic, process_time  # by name: a reader's function may replace those of `time`

ASLEEP = 20


class Stopped(BaseException):
    """Raised inside the work when its time is up. Not an Exception, so that `except Exception` lets it pass."""


class TooLong(Exception):
    """The time was up.

    Attributes:
        stopped: False where the work could not be stopped and still goes on.
    """

    def __init__(self, stopped: bool):
        super().__init__()
        self.stopped = stopped


def in_time(left: Callable[[], float], work: Callable):
    """What `work()` returns, or the exception that it raises, if it is through within its time.

    It is stopped when its time is up or the reader interrupts the cell.

    Args:
        left: tells how many seconds are left, as what `of_work` gives does.

    Raises:
        TooLong: it took longer.
    """
    found, done = {}, threading.Event()  # not thread.join: an interrupt there hides that it runs

    def target():
        try:
            with contextlib.suppress(Stopped):  # a second one may come while the first is on its way
                try:
                    found["value"] = work()
                except Stopped:
                    pass
                except BaseException as error:  # what a reader's object raises may be anything
                    found["error"] = error
        finally:
            done.set()

    thread = threading.Thread(target=target, daemon=True)
    try:
        thread.start()
        while not done.is_set() and (seconds := left()) > 0:
            done.wait(seconds)
    except BaseException:
        if thread.ident is not None:
            _stop(thread, done)
        raise
    if not done.is_set():
        raise TooLong(_stop(thread, done))
    if "error" in found:
        raise found["error"]
    return found["value"]


def of_work(seconds: float | int) -> Callable[[], float]:
    """A limit of so many seconds of the processor, so that a busy computer changes no verdict.

    For what sleeps there are `ASLEEP` times as many by the clock.
    """
    worked, began = process_time(), monotonic()
    return lambda: min(seconds - (process_time() - worked), ASLEEP * seconds - (monotonic() - began))


def _stop(thread: threading.Thread, done: threading.Event) -> bool:
    """Stop the Python code in the thread; False if it does not react, being in compiled code."""
    worked, began = process_time(), monotonic()
    # more than once: the code may catch everything; and on a busy computer a second of the clock is little work
    while process_time() - worked < 1 and monotonic() - began < 5:
        if done.is_set() or not thread.is_alive():
            return True
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
        done.wait(0.05)
    return done.is_set()

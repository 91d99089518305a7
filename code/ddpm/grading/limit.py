"""A time limit for what a reader has written: it may run for ever, and SymPy may take for ever over it.

The work is done in a thread of its own, and the caller waits no longer than the limit. So a limit works in a notebook,
in its threads, and on every system, and also where the interpreter waits for compiled code. A Python loop is then
stopped from inside; compiled code (a `jax.lax.while_loop` that never ends) cannot be, so that thread is left behind.
"""

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


class End:
    """Whether the work is over. `Stopped` may be raised at any line of Python, and those of a `threading.Event` would
    keep their lock for ever; these locks are taken and given back in one instruction.

    Attributes:
        sending: held while `Stopped` is sent; once the work is over nothing is sent any more.
    """

    def __init__(self):
        self.over, self.sending, self.running = False, threading.Lock(), threading.Lock()
        self.running.acquire()

    def tell(self) -> None:
        """Said by the thread of the work; a second time does no harm."""
        with self.sending:
            self.over = True
            if self.running.locked():
                self.running.release()

    def wait(self, seconds: float) -> None:
        """Wait until it is over, but no longer than that (not with `thread.join`: an interrupt there hides that it
        runs)."""
        if not self.over:
            self.running.acquire(timeout=seconds)


def in_time(left: Callable[[], float], work: Callable):
    """What `work()` returns, or the exception that it raises, if it is through within its time.

    It is stopped when its time is up or the reader interrupts the cell.

    Args:
        left: tells how many seconds are left, as what `of_work` gives does.

    Raises:
        TooLong: it took longer.
    """
    found, end = {}, End()

    def target():
        try:
            try:
                found["value"] = work()
            except Stopped:
                pass
            except BaseException as error:  # what a reader's object raises may be anything
                found["error"] = error
            end.tell()
        except Stopped:  # a second one came while the first was on its way, or when the work was through
            end.tell()

    thread = threading.Thread(target=target, daemon=True)
    try:
        thread.start()
        while not end.over and (seconds := left()) > 0:
            end.wait(seconds)
    except BaseException:
        if thread.ident is not None:
            _stop(thread, end)
        raise
    if not end.over:
        raise TooLong(_stop(thread, end))
    if "error" in found:
        raise found["error"]
    return found["value"]


def of_work(seconds: float | int) -> Callable[[], float]:
    """A limit of so many seconds of the processor, so that a busy computer changes no verdict.

    For what sleeps there are `ASLEEP` times as many by the clock.
    """
    worked, began = process_time(), monotonic()
    return lambda: min(seconds - (process_time() - worked), ASLEEP * seconds - (monotonic() - began))


def _stop(thread: threading.Thread, end: End) -> bool:
    """Stop the Python code in the thread; False if it does not react, being in compiled code."""
    worked, began = process_time(), monotonic()
    # more than once: the code may catch everything; and on a busy computer a second of the clock is little work
    while process_time() - worked < 1 and monotonic() - began < 5:
        with end.sending:
            if end.over or not thread.is_alive():
                return True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
        end.wait(0.05)
    return end.over

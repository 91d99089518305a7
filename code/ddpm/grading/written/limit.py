"""A time limit for one check: SymPy may take for ever over an expression."""

import contextlib
import threading
from collections.abc import Callable

from ddpm.grading.runner import Stopped, stop


class TooLong(Exception):
    """The time was up."""


def within(seconds: float | int, work: Callable):
    """What `work()` returns, or the exception that it raises, if that takes no longer than `seconds`.

    The work is done in a thread of its own, which is stopped when its time is up or the reader interrupts the cell.

    Raises:
        TooLong: it took longer.
    """
    found = {}

    def target():
        with contextlib.suppress(Stopped):  # a second one may come while the first is on its way
            try:
                found["value"] = work()
            except Stopped:
                pass
            except BaseException as error:  # what a reader's object raises may be anything
                found["error"] = error

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    except BaseException:
        stop(thread)
        raise
    if thread.is_alive():
        stop(thread)
        raise TooLong
    if "error" in found:
        raise found["error"]
    return found["value"]

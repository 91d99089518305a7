"""Ctrl-C at a moment of one's own choosing."""

import signal
import threading


class Interrupts:
    """While this context lasts, Ctrl-C (a notebook's stop button too) only sets `pending`; a second one acts as ever.

    A donated buffer is gone once its program has started, so an interruption in the middle would lose it.
    Outside the main thread, where Python delivers no signals, it does nothing.
    """

    def __init__(self):
        self.pending = False

    def __enter__(self):
        self._active = threading.current_thread() is threading.main_thread()
        if self._active:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_):
        if self._active:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number, frame):
        if self.pending:
            signal.signal(signal.SIGINT, self._before)
            raise KeyboardInterrupt
        self.pending = True

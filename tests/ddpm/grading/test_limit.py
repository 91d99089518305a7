"""Work in a thread of its own, and what ends it."""

import subprocess
import sys
import threading
import time

import pytest

from ddpm.grading import limit


def test_a_limit_of_work_counts_the_processor_and_not_the_clock():
    left = limit.of_work(20)
    time.sleep(0.3)
    assert left() > 19.8
    began = time.process_time()
    while time.process_time() < began + 0.3:
        pass
    assert 19.3 < left() < 19.75
    short = limit.of_work(0.01)
    time.sleep(0.01 * limit.ASLEEP + 0.1)
    assert short() < 0


def test_a_limit_passes_on_results_and_errors():
    assert limit.in_time(limit.of_work(5), lambda: 7) == 7
    with pytest.raises(KeyError):
        limit.in_time(limit.of_work(5), lambda: {}[0])


def test_work_is_left_when_its_time_is_up_and_keeps_no_process_alive(monkeypatch):
    monkeypatch.setattr(limit, "_stop", lambda thread, done: stopped)
    for stopped in True, False:
        over, left = threading.Event(), iter([1e-3, 0.0])
        with pytest.raises(limit.TooLong) as late:
            limit.in_time(lambda: next(left), over.wait)
        over.set()
        assert late.value.stopped is stopped and not [*left]
    assert limit.in_time(lambda: 9.0, lambda: threading.current_thread().daemon)


class Interrupted(limit.End):
    """Its thread is asked to stop once more when the work is through."""

    told = 0

    def tell(self):
        self.told += 1
        if self.told == 1:
            raise limit.Stopped
        super().tell()


def test_who_is_asked_to_stop_when_the_work_is_through_tells_so_all_the_same(monkeypatch):
    monkeypatch.setattr(limit, "End", Interrupted)
    assert limit.in_time(limit.of_work(5), lambda: 7) == 7


RACE = """
import random, sys, threading, time
from ddpm.grading.limit import TooLong, in_time
sys.setswitchinterval(1e-6)
threading.excepthook = sys.unraisablehook = lambda said: unheard.append(said.exc_type)
unheard, late, until = [], 0, time.monotonic() + 10
while time.monotonic() < until:
    begun, turns, asked = [], random.randrange(300), random.randrange(3)
    def work():
        begun.append(1)
        for _ in range(turns): pass
        return 7
    def left():
        global asked
        while not begun: time.sleep(0)
        asked -= 1
        return 1e-9 if asked >= 0 else 0
    try:
        assert in_time(left, work) == 7
    except TooLong as error:
        assert error.stopped
        late += 1
print(late, len(unheard))
"""


@pytest.mark.slow
def test_work_that_ends_just_when_its_time_is_up_is_neither_waited_for_for_ever_nor_complains():
    said = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, timeout=60)
    late, unheard = map(int, said.stdout.split())
    assert late and not unheard, said.stderr


def interrupted():
    raise KeyboardInterrupt


@pytest.mark.parametrize("begins", [True, False])
def test_an_interrupt_while_it_waits_stops_what_has_begun(monkeypatch, begins):
    stopped, over = [], threading.Event()
    monkeypatch.setattr(limit, "_stop", lambda thread, done: stopped.append(thread.is_alive()))
    if not begins:
        monkeypatch.setattr(limit.threading.Thread, "start", lambda self: interrupted())
    with pytest.raises(KeyboardInterrupt):
        limit.in_time(interrupted, over.wait)
    over.set()
    assert stopped == [True] * begins


class Never(limit.End):
    """Never comes, and is not waited for."""

    def wait(self, seconds):
        assert seconds > 0


@pytest.mark.parametrize("work, clock, asked", [(0.3, 0.0, 4), (0.0, 2.0, 3), (0.3, 2.0, 3)])
def test_a_thread_is_asked_to_stop_for_a_second_of_work_or_five_of_the_clock(monkeypatch, work, clock, asked):
    """As much passes each time that it is asked; it does not hear."""
    turns, over = [], threading.Event()

    def ask(*_):
        turns.append(1)
        assert len(turns) < 20

    monkeypatch.setattr(limit, "process_time", lambda: 100 + work * len(turns))
    monkeypatch.setattr(limit, "monotonic", lambda: 700 + clock * len(turns))
    monkeypatch.setattr(limit.ctypes.pythonapi, "PyThreadState_SetAsyncExc", ask)
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert limit._stop(thread, Never()) is False and len(turns) == asked
    finally:
        over.set()
    thread.join()
    assert limit._stop(thread, Never()) is True and len(turns) == asked

"""Work in a thread of its own, and what ends it."""

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


class Never(threading.Event):
    """Is never set, and is not waited for."""

    def wait(self, timeout=None):
        assert timeout > 0
        return False


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

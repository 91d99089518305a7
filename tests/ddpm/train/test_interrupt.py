"""ddpm.train.interrupt: one Ctrl-C waits, two do not."""

import os
import signal
import time

import pytest

from ddpm.train.interrupt import Interrupts


@pytest.mark.usefixtures("ctrl_c")
def test_a_second_ctrl_c_acts_at_once():
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.pending
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
        pytest.fail("the second signal was swallowed")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

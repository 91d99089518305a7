import signal

import pytest


@pytest.fixture
def ctrl_c():
    """Ctrl-C reaches the test even where a shell has started it in the background, which makes programs deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

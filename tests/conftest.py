"""What all tests share."""

import os

import pytest
from hypothesis import settings

os.environ.setdefault("JAX_PLATFORMS", "cpu")

# The same examples in every run, and no limit on time: the first call of a jitted function compiles it.
settings.register_profile("book", derandomize=True, deadline=None)
settings.load_profile("book")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keep the tests of a file in one process, since they share what they compile or build; those in a browser fill the gaps."""
    for item in items:
        if "page" not in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))

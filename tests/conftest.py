"""What all tests share."""

import os

from hypothesis import settings

os.environ.setdefault("JAX_PLATFORMS", "cpu")

# The same examples in every run, and no limit on time: the first call of a jitted function compiles it.
settings.register_profile("book", derandomize=True, deadline=None)
settings.load_profile("book")

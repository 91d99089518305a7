"""Some of many cases in every run, the others in `make test-slow`."""

from itertools import groupby

import pytest


def some(cases, every: int, slow=()) -> list:
    """The cases with their ids: of each group, the cases with one first value, the first in every run and each so many
    after it. Those whose last value is in `slow` are left to the others."""
    found = []
    for _, group in groupby(cases, key=lambda case: case[0]):
        for i, case in enumerate(group):
            marks = [pytest.mark.slow] * (i % every > 0 or case[-1] in slow)
            found.append(pytest.param(*case, id=": ".join(case), marks=marks))
    return found

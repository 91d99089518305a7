"""Verdicts in words."""

import numpy as np
import pytest

from ddpm.grading.verdict import WIDTH, brief, not_yet, notes, show_case, wrap


def test_lines_are_as_long_as_they_may_be_and_break_between_words():
    words = ["a" * (WIDTH - 8), "bound-free", "c" * 10]
    assert wrap(" ".join(words), "  ") == f"{words[0]}\n  {words[1]} {words[2]}"
    assert wrap("a" * WIDTH) == "a" * WIDTH and wrap("a" * (WIDTH + 1)) == f"{'a' * WIDTH}\na"
    assert notes(["one\ntwo", "three"]) == "\nNote: one\ntwo\nNote: three" and notes([]) == ""


@pytest.mark.parametrize("said, shown", [("is new", "is new."), ("is new.", "is new."), ("is it?", "is it?")])
def test_what_is_wrong_ends_in_one_sign(said, shown):
    assert not_yet(f"it {said}") == f"Not right yet: it {shown}"


def test_each_argument_of_a_case_has_its_name():
    assert show_case(("x", "beta"), (2.0, 0.5)) == "  x = 2\n  beta = 0.5"
    with pytest.raises(ValueError, match=r"zip\(\)"):
        show_case(("x",), (2.0, 0.5))


@pytest.mark.parametrize("count, step, shown", [(5, 0.5, 5), (6, 0.5, 4), (11, 1.0, 11), (12, 1.0, 4)])
def test_a_few_numbers_are_shown_and_of_many_the_first(count, step, shown):
    numbers = [f"{i * step:g}" for i in range(count)]
    assert brief(np.arange(count) * step) == f"[{' '.join(numbers[:shown])}{' ...' if shown < count else ''}]"
    assert brief(2 / 3) == "0.6667"

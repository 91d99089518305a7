"""What counts as near in a prediction, and what a loss may not hold."""

import pytest

from ddpm.chapters.mean_to_noise.exercises import check_answer_3_2
from ddpm.derivation.expectation import E_noise
from ddpm.derivation.symbols import epsilon, t, x
from ddpm.grading.written.quantities import within_factor


@pytest.mark.parametrize(
    "predicted, measured, right",
    [
        (1.0, 1.9, True),
        (1.9, 1.0, True),
        (1.0, 2.1, False),
        (2.1, 1.0, False),
        (4.0, 5.0, True),
        (5.0, 4.0, True),
        (0.5, 1.9, False),
        (1.9, 0.5, False),
        (-1.0, 1.0, False),
        (-1.0, -1.0, False),
        (0.0, 1.0, False),
        (1.0, 0.0, False),
        (1.0, -1.0, False),
    ],
)
def test_a_factor_is_between_numbers_above_0(predicted, measured, right):
    assert within_factor(2)(predicted, measured) == right


def test_an_expectation_inside_of_another_is_told():
    verdict = check_answer_3_2(E_noise(x[t] * E_noise(epsilon)))
    assert not verdict.passed and "has an expectation inside of another" in str(verdict)

"""What counts as near in a prediction."""

import pytest
from ddpm.grading.written.quantities import within_factor


@pytest.mark.parametrize("predicted, measured, right", [
    (1.0, 1.9, True), (1.9, 1.0, True), (1.0, 2.1, False), (2.1, 1.0, False),
    (-1.0, 1.0, False), (-1.0, -1.0, False), (0.0, 1.0, False), (1.0, 0.0, False), (1.0, -1.0, False),
])
def test_a_factor_is_between_numbers_above_0(predicted, measured, right):
    assert within_factor(2)(predicted, measured) == right

"""How wide formulas are set."""

import pytest

from ddpm.derivation.layout import width


@pytest.mark.parametrize("other", ["x^{ab}", "x_{ab}^{c}", "x_{c}^{ab}", "x^{ab}_{c}", "x_{ab}^2"])
def test_an_index_and_a_power_stand_above_each_other(other):
    assert width(other) == width("x_{ab}")
    assert width(f"{other} + y") == pytest.approx(width(other) + width("+ y"))


def test_a_fraction_is_as_wide_as_its_wider_part():
    assert width(r"\frac{a}{abc}") == width(r"\frac{abc}{a}") > width("abc")
    assert width(r"\frac{a}{abc} b") == pytest.approx(width(r"\frac{a}{abc}") + 1)

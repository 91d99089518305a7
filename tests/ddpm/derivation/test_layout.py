"""How wide formulas are set."""

import pytest

from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.layout import DESK, PHONE, broken_at, width
from ddpm.derivation.statement import Statement
from ddpm.derivation.symbols import alpha, alpha_bar, as_written, t, x


@pytest.mark.parametrize("other", ["x^{ab}", "x_{ab}^{c}", "x_{c}^{ab}", "x^{ab}_{c}", "x_{ab}^2"])
def test_an_index_and_a_power_stand_above_each_other(other):
    assert width(other) == width("x_{ab}")
    assert width(f"{other} + y") == pytest.approx(width(other) + width("+ y"))


def test_a_fraction_is_as_wide_as_its_wider_part():
    assert width(r"\frac{a}{abc}") == width(r"\frac{abc}{a}") > width("abc")
    assert width(r"\frac{a}{abc} b") == pytest.approx(width(r"\frac{a}{abc}") + 1)


def lines_of_block(tex: str) -> list[str]:
    inside = tex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    return [line.replace("&", "").strip() for line in inside.split("\\\\")]


def test_the_same_chain_is_broken_for_a_desk_and_for_a_phone():
    with as_written():
        chain = Chain(alpha[t] * (1 - alpha_bar[t - 1]) + 1 - alpha[t])
        chain.step(1 - alpha[t] * alpha_bar[t - 1], r"$\alpha_t$ and $-\alpha_t$ cancel")
        chain.step(1 - alpha_bar[t], "by definition of the product")
    desk = lines_of_block(chain.latex())
    with broken_at(PHONE):
        phone = lines_of_block(chain.latex())
    assert len(desk) == 2 and len(phone) > 3
    assert "cancel" in desk[0] and "=" in desk[0]  # a reason beside its step, on a desk
    formulas = [line for line in phone if "text" not in line]
    assert max(map(width, formulas)) <= PHONE - 3 < width(desk[0].partition(r"\quad")[0]) <= DESK
    assert len(lines_of_block(chain.latex())) == 2  # as before


def test_a_divergence_is_not_broken_on_a_desk():
    with as_written():
        divergence = E_q(KL(q(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1] | x[t])))
        statement = Statement((divergence, r"\ge", 0))
        assert "\\\\" not in statement.latex()
        with broken_at(PHONE):
            assert "\\\\" in statement.latex()

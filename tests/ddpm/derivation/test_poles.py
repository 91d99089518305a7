"""Functions that have no value at some whole numbers, or of which that is not known."""

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided
from ddpm.derivation.poles import KNOWN, is_unknown
from ddpm.derivation.settle import settle
from ddpm.derivation.symbols import T, alpha, alpha_bar, family, function, s, t
from ddpm.derivation.values import terms_have_values

y = sp.Symbol("y", real=True)
m, f = family("m", "m"), function("f", "f")
WHOLE = [-3, -2, -1, 0, 1, 2, 3]


def has_value(kind, number):
    value = kind(sp.Integer(number))
    return not value.has(sp.zoo, sp.nan, sp.oo) and sp.N(value, 5).is_finite is not False


OF_PI = {sp.tan, sp.sec, sp.cot, sp.csc}  # whose poles are at no whole numbers but 0
OF_ONE = sorted({kind for kind in KNOWN if 1 in kind.nargs} - {*OF_PI, sp.Piecewise}, key=str)


@pytest.mark.parametrize("kind", OF_ONE, ids=str)
def test_known_functions_of_one_argument(kind):
    """Where SymPy finds no value is what is said to have none."""
    for number in WHOLE:
        refused = False
        try:
            terms_have_values(sp.Sum(kind(s, evaluate=False), (s, number, number)), {})
        except Undecided:
            refused = True
        assert refused == (not has_value(kind, number)), number


with sp.evaluate(False):
    NOT_KNOWN = [
        sp.erfinv(s - 2),
        sp.expint(s, 0),
        sp.elliptic_k(s),
        sp.LambertW(s - 1, -2),
        sp.atan2(s - 1, 0),
        sp.polylog(s, 1),
        sp.zeta(s, y),
        sp.harmonic(-2, s),
        sp.log(2, s),
        sp.binomial(s - 4, sp.S.Half),
        sp.polygamma(s - 3, y),
        sp.polygamma(s, -2),
        sp.beta(-1, s + 1),
        sp.Mod(5, s - 1),
        sp.Piecewise((y, s > 2)),
        sp.gamma((s - 1) * (s - 2)),
        sp.gamma(s * (-1) ** s),
        sp.gamma(sp.floor(s / 2)),
        sp.factorial(s * (s - 4)),
        m[s**2 - 3 * s],
        alpha[s**2 - 2 * s + 1],
        m[sp.Piecewise((s, s < 5), (s - 10, True))],
        m[(-1) ** s],
    ]
    HAVE_VALUES = [
        sp.binomial(s - 4, 2),
        sp.Mod(s, 2),
        sp.Piecewise((y, s > 2), (1, True)),
        sp.Piecewise((s * y, y > 0)),
        sp.polygamma(s, y),
        sp.beta(s, T),
        sp.gamma(s / 2),
        sp.gamma(s - sp.sqrt(2)),
        sp.gamma(y * s),
        sp.gamma(m[s]),
        sp.gamma(sp.floor(s / 2) + 1),
        sp.gamma(2 + (s - 1) * (s + 3)),
        m[s**2 - 1],
        m[sp.floor(s / 2)],
        m[sp.Min(s, T) - 1],
        alpha_bar[s * (s + 1) / 2],
        f(s - 9),
        sp.besselk(0, y),
    ]


@pytest.mark.parametrize("part", [*NOT_KNOWN, sp.gamma(s / 2 - 1)])
def test_what_may_have_no_value_does_not_cancel(part):
    with sp.evaluate(False):
        left, free = sp.Sum(0 * part, (s, 1, T)), part.xreplace({s: t})
    with pytest.raises(Undecided, match="(has|may have) no value"):
        settle(left, sp.S.Zero)
    with pytest.raises(Undecided, match="(has|may have) no value"):
        terms_have_values(free, {}, free=True)


@pytest.mark.parametrize("part", HAVE_VALUES)
def test_what_has_values_is_kept(part):
    terms_have_values(sp.Sum(part, (s, 1, T)), {})
    assert not is_unknown(f(s)) and not is_unknown(s + y)


def test_an_argument_that_turns_round_below_0():
    for part, first in ((m[s**2 - 3], 2), (sp.gamma((s - 1) * (s - 3)), 4)):
        terms_have_values(sp.Sum(part, (s, first, T)), {})
        with pytest.raises(Undecided, match="no value"):
            terms_have_values(sp.Sum(part, (s, first - 1, T)), {})
    with pytest.raises(Undecided, match="no value"):  # though SymPy takes s to be above 0
        terms_have_values(sp.Sum(m[s**2 - 3], (s, -5, T)), {})

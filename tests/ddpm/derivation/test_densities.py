"""Named densities: how they are written, and what the Markov property makes of them."""

import pytest
import sympy as sp

from ddpm.derivation.densities import Atom, Undecided, as_steps, factors, is_before, p, p_theta, q
from ddpm.derivation.symbols import T, epsilon, s, t, x

n = sp.Symbol("n", integer=True, positive=True)


def atom(law, target, given=()):
    return Atom(sp.Symbol(law), sp.Tuple(*target), sp.Tuple(*given))


def step(later, earlier, law="q"):
    return atom(law, [later], [earlier])


@pytest.mark.parametrize(
    "density, text",
    [
        (q(x[t]), "q(x[t])"),
        (q(x[t] | x[0]), "q(x[t] | x[0])"),
        (q(x[t - 1] | (x[t], x[0])), "q(x[t - 1] | (x[t], x[0]))"),
        (q(x[t], x[0]), "q(x[t], x[0])"),
        (q(x[1:T] | x[0]), "q(x[1:T] | x[0])"),
        (p_theta(x[0:T]), "p_theta(x[0:T])"),
        (p(x[T]), "p(x[T])"),
    ],
)
def test_text(density, text):
    assert str(density) == text
    assert density.is_positive and density.is_real and density.is_finite and density.is_commutative


def test_what_stands_before_the_bar_and_behind_it():
    whole = q(x[2], x[1] | x[0], x[3])
    assert whole.args[1:] == (sp.Tuple(x[2], x[1]), sp.Tuple(x[0], x[3]))
    assert whole.times(1) == [2, 1] and whole.times(2) == [0, 3] and not whole.is_path
    path = q(x[1:T] | x[0])
    assert path.times(1) == [1, T] and path.times(2) == [0] and path.is_path
    assert q(x[0] | x[1:3]).times(2) == [1, 3] and not q(x[0] | x[1:3]).is_path
    assert q(x[0:1], x[2]).is_path
    assert q(x[0:1], x[3:4]).args[1] == sp.Tuple(x[0:1], x[3:4])


@pytest.mark.parametrize(
    "build, why",
    [
        (lambda: q(x[2] | x[1], x[1] | x[0]), r"has one bar, as in q\(x\[t - 1\] \| \(x\[t\], x\[0\]\)\); got 2"),
        (lambda: q(epsilon), r"q\(...\) takes states such as x\[t\], x\[0\] or x\[1:T\]; got epsilon"),
        (lambda: q(x[1] | epsilon), "takes states"),
        (lambda: p(t), r"p\(...\) takes states"),
        (lambda: q(x[1]) | q(x[0]), r"two densities are compared as KL\(a, b\)"),
        (lambda: x[2] | x[1] | x[0], "there is one bar"),
    ],
)
def test_what_is_no_density(build, why):
    with pytest.raises(TypeError, match=why):
        build()


@pytest.mark.parametrize(
    "density, lowest, right",
    [
        (q(x[0]), {}, atom("q", [0])),
        (q(x[t] | x[t - 1]), {}, step(t, t - 1)),
        (q(x[2] | x[0]), {}, step(2, 0)),
        (q(x[2] | x[1], x[0]), {}, step(2, 1)),
        (q(x[t], x[0]), {}, atom("q", [0]) * step(t, 0)),
        (q(x[0] | x[t]), {}, atom("q", [0]) * step(t, 0) / atom("q", [t])),
        (q(x[t - 1] | (x[t], x[0])), {t: 2}, step(t, t - 1) * step(t - 1, 0) / step(t, 0)),
        (q(x[1], x[3], x[2]), {}, atom("q", [1]) * step(2, 1) * step(3, 2)),
        (q(x[T + 1] | x[T], x[T - 1]), {}, step(T + 1, T)),
        (p(x[T]), {}, atom("p", [T])),
        (p_theta(x[T]), {}, atom("p", [T])),
        (p_theta(x[t]), {}, atom("p_theta", [t])),
        (p_theta(x[t - 1] | x[t]), {}, step(t - 1, t, "p_theta")),
        (p_theta(x[T] | x[0]), {}, step(T, 0, "p_theta")),
        (p_theta(x[2], x[1] | x[0], x[3]), {}, atom("p_theta", [1, 2], [0, 3])),
        (p(x[T] | x[0]), {}, atom("p", [T], [0])),
    ],
)
def test_by_the_markov_property(density, lowest, right):
    assert factors(density, lowest) == right
    assert right.is_positive and right.is_finite


@pytest.mark.parametrize(
    "density, lowest",
    [
        (q(x[t - 1] | (x[t], x[0])), {}),
        (q(x[t], x[T]), {}),
        (q(x[t], x[s]), {}),
        (q(x[1], x[1]), {}),
        (q(x[t - 2] | x[0]), {t: 2}),
    ],
)
def test_states_that_may_be_one(density, lowest):
    with pytest.raises(Undecided, match="may be the same state"):
        factors(density, lowest)


def test_the_density_of_a_path_has_no_factors_but_steps():
    for density in (q(x[0:T]), q(x[0] | x[1:2]), q(x[5], x[0:1])):
        with pytest.raises(Undecided, match="of a path"):
            factors(density, {})


def test_what_is_before():
    assert is_before(t - 1, t, {}) and not is_before(t, t - 1, {}) and is_before(0, t, {}) and is_before(1, t, {t: 2})
    assert is_before(sp.S.Zero, sp.S.One, {}) and not is_before(T + 2, T, {})
    for a, b in ((1, t), (t, T), (t, t), (t, 2)):
        with pytest.raises(Undecided, match="as in where"):
            is_before(sp.sympify(a), b, {})


def product_of(build, first, last):
    """The product over steps, with the index that the tool has taken."""
    return lambda index: sp.Product(build(index), (index, first, last))


@pytest.mark.parametrize(
    "density, lowest, front, build, first, last",
    [
        (q(x[1:T] | x[0]), {}, 1, lambda k: q(x[k] | x[k - 1]), 1, T),
        (q(x[2:T] | x[1]), {}, 1, lambda k: q(x[k] | x[k - 1]), 2, T),
        (q(x[3:T] | x[2]), {T: 2}, 1, lambda k: q(x[k] | x[k - 1]), 3, T),
        (q(x[t:T] | x[t - 1]), {T: 1}, None, None, None, None),
        (q(x[0:T]), {}, q(x[0]), lambda k: q(x[k] | x[k - 1]), 1, T),
        (q(x[1:T]), {}, q(x[1]), lambda k: q(x[k] | x[k - 1]), 2, T),
        (q(x[2:T]), {T: 2}, q(x[2]), lambda k: q(x[k] | x[k - 1]), 3, T),
        (q(x[0:t]), {}, q(x[0]), lambda k: q(x[k] | x[k - 1]), 1, t),
        (p_theta(x[0:T]), {}, p(x[T]), lambda k: p_theta(x[k - 1] | x[k]), 1, T),
        (p_theta(x[1:T]), {}, p(x[T]), lambda k: p_theta(x[k - 1] | x[k]), 2, T),
        (p_theta(x[1:T] | x[0]), {}, p(x[T]) / p_theta(x[0]), lambda k: p_theta(x[k - 1] | x[k]), 1, T),
        (p_theta(x[2:T] | x[1]), {}, p(x[T]) / p_theta(x[1]), lambda k: p_theta(x[k - 1] | x[k]), 2, T),
    ],
)
def test_a_path_in_steps(density, lowest, front, build, first, last):
    if front is None:
        with pytest.raises(Undecided):
            as_steps(density, lowest)
        return
    found = as_steps(density, lowest)
    (product,) = found.atoms(sp.Product)
    index = product.args[1][0]
    assert index.is_integer and index.is_positive
    assert found == front * sp.Product(build(index), (index, first, last))


@pytest.mark.parametrize(
    "density, lowest",
    [
        (q(x[3:T] | x[2]), {}),
        (q(x[2:T]), {}),
        (q(x[2:T] | x[0]), {}),
        (q(x[1:T] | x[1]), {}),
        (q(x[1:T] | x[0], x[1]), {}),
        (q(x[1:T] | x[0:1]), {}),
        (q(x[0:1], x[2]), {}),
        (q(x[2], x[0:1]), {}),
        (q(x[0] | x[1:T]), {}),
        (q(x[2:T] | x[0:1]), {}),
        (q(x[2:T] | x[1:1]), {}),
        (q(x[2:T] | x[1], x[0:1]), {}),
        (q(x[0:T], x[0:T]), {}),
        (q(x[0:T], x[0:T] | x[0]), {}),
        (p_theta(x[0:t]), {}),
        (p_theta(x[1:T] | x[0:0]), {}),
        (p_theta(x[1:T], x[0]), {}),
        (p_theta(x[2:T]), {}),
        (p_theta(x[2:T] | x[0]), {}),
        (p_theta(x[1:t] | x[0]), {}),
        (p_theta(x[1:T] | x[0], x[1]), {}),
        (p(x[0:T]), {}),
        (p(x[1:T] | x[0]), {}),
    ],
)
def test_of_other_paths_nothing_is_known(density, lowest):
    with pytest.raises(Undecided, match="nothing is known about the density"):
        as_steps(density, lowest)


def test_what_is_no_path_stays():
    for density in (q(x[t] | x[0]), p(x[T])):
        assert as_steps(density, {}) is density

"""The rules of the chapter's proofs, against numbers and against SymPy's own derivatives."""

import numpy as np
import pytest
import sympy as sp

from ddpm.chapters.small_steps import calculus
from ddpm.chapters.small_steps.calculus import Mixture, along_u, beta_of_a_step, mean_over_noise, taylor
from ddpm.derivation.settle import Different
from ddpm.derivation.symbols import c_u, dc_u, dr_u, f_u, g_u, r_u, x_u

u = sp.Symbol("u", positive=True)
C, R = sp.exp(-(u**3)), sp.sqrt(u) + u**3  # some path
AT = sp.Rational(2, 5)


def test_along_a_path_is_the_derivative_by_u():
    expr = c_u**3 / r_u + r_u**2
    expected = sp.diff(expr.subs({c_u: C, r_u: R}), u)
    values = {dc_u: sp.diff(C, u), dr_u: sp.diff(R, u), c_u: C, r_u: R}
    assert float((along_u(expr).subs(values) - expected).subs(u, AT)) == pytest.approx(0, abs=1e-12)


def test_means_over_the_noise_are_moments():
    z, a = sp.symbols("z a", real=True)
    assert mean_over_noise((1 + a * z) ** 4, z) == sp.expand(1 + 6 * a**2 + 3 * a**4)


def test_taylor_of_a_polynomial_is_exact():
    y, step = sp.symbols("y step", real=True)
    slopes = [sp.diff(y**4, y, n) for n in range(5)]
    assert sp.expand(taylor(slopes, step) - (y + step) ** 4) == 0


def test_what_does_not_hold_for_every_density_is_refused():
    q = calculus.of_unknown_density("q")
    calculus.prove_of_unknown(calculus.slope(x_u * q(0)), q(0) + x_u * q(1))
    with pytest.raises(Different):
        calculus.prove_of_unknown(calculus.slope(x_u * q(0)), q(0) - x_u * q(1))


@pytest.mark.parametrize("dimensions", [1, 2])
def test_the_derivatives_of_a_mixture_are_those_of_its_density(dimensions):
    """Two components on a path, with numbers for all; the density written out, and differences of it."""
    rng = np.random.default_rng(dimensions)
    q, m = Mixture(2, dimensions), rng.normal(size=(2, dimensions))
    share, nu, place = np.array([0.3, 0.7]), np.array([0.2, 0.5]), rng.normal(size=dimensions)
    c, r = (sp.lambdify(u, part) for part in (C, R))

    def bells(at, x):
        variance = c(at) ** 2 * nu + r(at) ** 2
        square = np.sum((x - c(at) * m) ** 2, axis=1)
        return np.exp(-square / (2 * variance)) / (2 * np.pi * variance) ** (dimensions / 2)

    at, h = float(AT), 1e-5
    slopes = [sp.lambdify(u, sp.diff(part, u))(at) for part in (C, R)]
    f = slopes[0] / c(at)
    values = {f_u: f, g_u: np.sqrt(2 * r(at) * slopes[1] - 2 * f * r(at) ** 2)}
    for k in range(2):
        values |= {sp.Symbol(f"pi_{k + 1}", positive=True): share[k], q.densities[k]: bells(at, place)[k]}
        values[sp.Symbol(f"V_{k + 1}", positive=True)] = c(at) ** 2 * nu[k] + r(at) ** 2
        values |= {sp.Symbol(f"mu_{k + 1}{i}", real=True): c(at) * m[k, i] for i in range(dimensions)}
    values |= dict(zip(q.place, place))
    by_u = (share @ bells(at + h, place) - share @ bells(at - h, place)) / (2 * h)
    assert float(q.by_u(q.density).subs(values)) == pytest.approx(by_u, rel=1e-5)
    for axis, step in zip(q.place, h * np.eye(dimensions)):
        by_place = (share @ bells(at, place + step) - share @ bells(at, place - step)) / (2 * h)
        assert float(q.by(axis, q.density).subs(values)) == pytest.approx(by_place, rel=1e-5)


def test_beta_of_a_step_is_that_of_the_path():
    """To second order: halving h makes what is left of the difference eight times smaller."""
    f = sp.diff(sp.log(C), u)
    numbers = [
        1 - (C / C.subs(u, u - h)) ** 2 - beta_of_a_step(f, sp.diff(f, u), h)
        for h in (sp.Rational(1, 50), sp.Rational(1, 100))
    ]
    left = [abs(float(n.subs(u, AT))) for n in numbers]
    assert 7 < left[0] / left[1] < 9

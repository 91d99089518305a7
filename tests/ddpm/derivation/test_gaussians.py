"""Gaussian densities as formulas, their moments, and their divergences against quadrature."""

import mpmath
import pytest
import sympy as sp

from ddpm.derivation.gaussians import PIXELS, Normal, has_images, kl_by_moments, mean_and_variance, mean_of_polynomial
from ddpm.derivation.symbols import SquaredNorm, alpha, epsilon, x

y, z, u = sp.symbols("y z u", real=True)
v, w = sp.symbols("v w", positive=True)


def density(at, mean, variance):
    return mpmath.exp(-((at - mean) ** 2) / (2 * variance)) / mpmath.sqrt(2 * mpmath.pi * variance)


@pytest.mark.parametrize(
    "first, second", [((0.5, 2.0), (0.5, 2.0)), ((1.0, 0.5), (-0.25, 3.0)), ((-2.0, 1.5), (1.0, 0.75))]
)
def test_a_divergence_is_the_integral(first, second):
    points = [first[0] + k * first[1] ** 0.5 for k in range(-9, 10, 3)]
    right = mpmath.quad(lambda at: density(at, *first) * mpmath.log(density(at, *first) / density(at, *second)), points)
    found = kl_by_moments(Normal(y, *map(sp.Rational, first)), Normal(y, *map(sp.Rational, second)))
    assert abs(float(found) - float(right)) < 1e-9


def test_a_divergence_in_symbols():
    right = sp.log(w / v) / 2 + (v + (y - z) ** 2) / (2 * w) - sp.S.Half
    assert sp.simplify(sp.expand_log(kl_by_moments(Normal(u, y, v), Normal(u, z, w)) - right)) == 0
    image = kl_by_moments(Normal(u, y, v, "I"), Normal(u, z, w, "I"))
    square = SquaredNorm(y - z)
    assert (
        sp.simplify(sp.expand_log(image - PIXELS * (sp.log(w / v) / 2 + v / (2 * w) - sp.S.Half) - square / (2 * w)))
        == 0
    )
    assert kl_by_moments(Normal(u, y, v, "I"), Normal(u, y, v, "I")) == SquaredNorm(sp.S.Zero) / (2 * v)


def test_a_density_as_a_formula():
    at = {y: 0.7, z: -0.2, v: 1.3}
    assert abs(float(Normal(y, z, v).doit().subs(at)) - float(density(0.7, -0.2, 1.3))) < 1e-14
    assert abs(float(Normal(y, z, v).log.subs(at)) - float(mpmath.log(density(0.7, -0.2, 1.3)))) < 1e-14
    image = Normal(y, z, v, "I")
    assert image.log == -SquaredNorm(y - z) / (2 * v) - PIXELS * sp.log(2 * sp.pi * v) / 2
    assert image.doit() == sp.exp(image.log)
    assert str(Normal(y, z, v)) == "Normal(y, z, v)" and str(image) == 'Normal(y, z, v, "I")'
    assert Normal(y, z, v).is_positive and Normal(y, z, v).is_commutative and Normal(y, z, v).is_real
    assert Normal(y, z, v).is_finite and len(image.args) == 4 and Normal(y, 0, 1).args[1:] == (0, 1)


def test_the_variance_of_an_image_is_one_number():
    assert Normal(x[1], x[0], alpha[1], "I").args[2] == alpha[1]
    for variance in (x[0] ** 2, 1 + epsilon**2):
        Normal(x[1], 0, variance)
        with pytest.raises(TypeError, match=r"one number for all pixels; got .*\*\*2"):
            Normal(x[1], 0, variance, "I")


def test_what_has_images():
    assert has_images(SquaredNorm(y)) and has_images(2 * PIXELS) and has_images(1 + Normal(y, z, v, "I"))
    assert not has_images(Normal(y, z, v)) and not has_images(x[0] + y)


@pytest.mark.parametrize(
    "body, right",
    [
        (sp.S.One, 1),
        (y, z),
        (y**2, z**2 + v),
        (y**3, z**3 + 3 * z * v),
        (y**4, z**4 + 6 * z**2 * v + 3 * v**2),
        ((y - z) ** 6, 15 * v**3),
        ((y - z) ** 5, 0),
        (u * y - 3, u * z - 3),
    ],
)
def test_moments(body, right):
    assert sp.expand(mean_of_polynomial(body, y, z, v) - right) == 0


def test_what_is_no_polynomial():
    for body in (sp.exp(y), 1 / y, sp.Abs(y)):
        with pytest.raises(sp.PolynomialError):
            mean_of_polynomial(body, y, z, v)


def test_mean_and_variance_of_a_sum():
    assert mean_and_variance(2 + 3 * y - 4 * z, y, z) == (2, 25)
    assert mean_and_variance(u + v * y, y) == (u, v**2) and mean_and_variance(u, y) == (u, 0)
    for expr in (y**2, y * z, y + y * z):
        with pytest.raises(ValueError, match="is not affine in"):
            mean_and_variance(expr, y, z)


@pytest.mark.parametrize("args", [(y, 0, 0), (y, 0, -v), (y, sp.I * z, v), (sp.I * y, 0, v), (y, 0, v + sp.I)])
def test_a_density_that_is_none(args):
    for identity in ([], ["I"]):
        with pytest.raises(TypeError, match="the variance is above 0, and a density of real numbers"):
            Normal(*args, *identity)

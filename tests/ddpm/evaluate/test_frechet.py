"""ddpm.evaluate.frechet against what is known of Gaussians, and SciPy's square root of a matrix."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from ddpm.evaluate import frechet, frechet_of_gaussians


def covariance(random, d):
    a = random.normal(size=(d, 2 * d))
    return a @ a.T / d


def test_where_the_covariances_commute_it_is_a_sum_over_their_axes():
    random = np.random.default_rng(0)
    turn = np.linalg.qr(random.normal(size=(5, 5)))[0]
    s, r = random.uniform(0.1, 3, (2, 5))
    apart = random.normal(size=5)
    found = frechet_of_gaussians(apart, turn * s**2 @ turn.T, np.zeros(5), turn * r**2 @ turn.T)
    assert found == pytest.approx(np.sum(apart**2) + np.sum((s - r) ** 2), rel=1e-12)


def test_against_scipys_root_of_the_product():
    """tr (C C')^(1/2) is the form that is usually printed; it is the same."""
    random = np.random.default_rng(1)
    C, D = covariance(random, 6), covariance(random, 6)
    expected = np.trace(C + D - 2 * np.real(sqrtm(C @ D)))
    assert frechet_of_gaussians(np.ones(6), C, np.ones(6), D) == pytest.approx(expected, rel=1e-9)


def test_it_is_a_distance_between_gaussians_even_flat_ones():
    random = np.random.default_rng(2)
    C = covariance(random, 4)
    flat = np.diag([1.0, 4.0, 0.0, 0.0])
    zero = np.zeros(4)
    assert frechet_of_gaussians(zero, C, zero, C) == pytest.approx(0, abs=1e-10)
    assert frechet_of_gaussians(zero, flat, zero, 0 * flat) == pytest.approx(5)
    there, back = frechet_of_gaussians(zero, C, zero + 1, flat), frechet_of_gaussians(zero + 1, flat, zero, C)
    assert there == pytest.approx(back, rel=1e-7)  # the root of what rounding makes of 0 is 1e-8


def test_of_features_it_is_that_of_their_mean_and_covariance():
    random = np.random.default_rng(3)
    a, b = random.normal(size=(4000, 3)) * [1, 2, 3], random.normal(size=(4000, 3)) + [2, 0, 0]
    assert frechet(a, b) == pytest.approx(4 + 0 + 1 + 4, rel=0.1)
    centred = (a - a.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(a.T))).T  # mean 0 and covariance 1, exactly
    assert frechet(3 * centred, centred + [0, 1, 0]) == pytest.approx(1 + 3 * 4)
    assert frechet(a[:, :1], b[:, :1]) == pytest.approx(4, rel=0.2)


def test_what_does_not_fit(unchecked):
    with pytest.raises(ValueError, match=r"do not fit: \(2,\), \(2, 2\); \(3,\), \(3, 3\)"):
        frechet(np.ones((5, 2)), np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"n >= 2; got \(1, 2\) and \(5, 2\)"):
        frechet(np.ones((1, 2)), np.ones((5, 2)))
    with pytest.raises(ValueError, match=r"\(2, 2\); \(2,\), \(3, 3\)"):
        frechet_of_gaussians(np.zeros(2), np.eye(2), np.zeros(2), np.eye(3))
    assert abs(frechet(np.eye(2), np.eye(2))) < 1e-7  # two examples are enough

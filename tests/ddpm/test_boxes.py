"""ddpm.boxes: density and best prediction against integrals over the box, draws, and the examples' own checkerboard."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from ddpm.boxes import boxes, checkerboard
from ddpm.level import Level

NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)


def integrals(data, level, x):
    """Density and E[noise | x], each box and coordinate by Gauss and Legendre's quadrature over x_0."""
    x_0 = np.asarray(data.low)[..., None] + np.asarray(data.side)[:, None] * (NODES + 1) / 2  # (K, D, nodes)
    noise = (x[:, None] - level.signal * x_0) / level.spread
    density = stats.norm.pdf(noise) / level.spread * WEIGHTS / 2
    mass, weighed = density.sum(-1), (density * noise).sum(-1)
    total = mass.prod(-1).sum()
    return total / len(x_0), (weighed * mass[:, ::-1]).sum(0) / total  # in two dimensions


def test_density_and_best_noise_are_integrals_over_the_boxes():
    with jax.enable_x64(True):
        data, both = checkerboard(), jax.jit(lambda data, *at: (data.log_density(*at), data.best_noise(*at)))
        for signal, spread in ((0.5, 0.5), (0.9, 0.1), (0.05, 0.95), (1.0, 3.0)):
            level = Level(jnp.asarray(signal), jnp.asarray(spread))
            for x in np.random.default_rng(0).uniform(-5, 5, (4, 2)) * signal + spread * np.array([0.3, -0.8]):
                density, noise = integrals(data, level, x)
                log_density, best_noise = both(data, level, x)
                np.testing.assert_allclose(log_density, np.log(density), rtol=1e-9)
                np.testing.assert_allclose(best_noise, noise, rtol=1e-7, atol=1e-8)


def test_far_out_density_and_prediction_stay_finite():
    """Ten standard deviations beyond the last box both values of the distribution function are 1, or 0."""
    data, level = checkerboard(), Level(jnp.float32(0.9), jnp.float32(0.1))
    x = jnp.array([[5.0, 5.2], [-5.5, 0.1]])
    both = jax.jit(jax.vmap(lambda x: (data.log_density(level, x), data.best_noise(level, x))))
    assert all(np.isfinite(values).all() for values in both(x))


def test_the_checkerboard_is_that_of_the_examples():
    """Their program: a square of the column by a whole number, and every second one; all over 0.45."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 20_000)
    y = rng.uniform(0, 1, 20_000) - 2 * rng.integers(0, 2, 20_000) + np.floor(x) % 2
    theirs = np.stack([x, y], axis=1) / 0.45
    board = checkerboard()
    contains = jax.jit(jax.vmap(board.contains))
    assert np.asarray(contains(theirs)).all()
    ours = np.asarray(jax.jit(lambda key: board.sample(key, 20_000))(jax.random.key(0)))
    assert np.asarray(contains(ours)).all()
    for axis in (0, 1):
        assert stats.ks_2samp(theirs[:, axis], ours[:, axis]).pvalue > 1e-4
    share = np.mean(contains(rng.uniform(-2, 2, (20_000, 2)) / 0.45))
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(20_000)
    assert float(board.entropy) == pytest.approx(np.log(8 / 0.45**2), rel=1e-6)
    assert round(float(board.entropy), 3) == 3.676


def test_what_is_refused(unchecked):
    with pytest.raises(ValueError, match="overlap"):
        boxes([[0.0, 0.0], [0.5, 0.5]], [1.0, 1.0])
    with pytest.raises(ValueError, match="sides finite and > 0"):
        boxes([[0.0]], [0.0])
    with pytest.raises(ValueError, match="shape"):
        boxes([0.0, 1.0], [1.0])
    for scale in (0, np.inf):
        with pytest.raises(ValueError, match=f"scale must be > 0; got {scale}"):
            checkerboard(scale)
    with pytest.raises(ValueError, match="one example"):
        checkerboard().log_density(Level(1.0, 1.0), jnp.zeros((3, 2)))
    with pytest.raises(TypeError, match="key"):
        checkerboard().sample(3, 3)


def test_a_box_holds_its_lower_edges_alone():
    box = boxes(np.zeros((1, 2)), np.array([1.0, 2.0]))
    for x, inside in (([0, 0], True), ([0, 1], True), ([0.5, 0], True), ([1, 0], False), ([0, 2], False)):
        assert bool(box.contains(jnp.array(x, float))) == inside

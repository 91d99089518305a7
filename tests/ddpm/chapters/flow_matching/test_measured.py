"""ddpm.chapters.flow_matching.measured: zero for the exact prediction; costs and ends of fields in closed form."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from ddpm.chapters.flow_matching.measured import few_steps, follow, follow_all, noise_error
from ddpm.mixture import Mixture, mixture
from ddpm.oracle import PathOracle
from ddpm.path import Path, cosine_path, straight

DATA = mixture([[1.0, 0.0], [-1.0, 0.5]], [0.2, 0.1])


class Off(eqx.Module):
    """The exact prediction of a kind, and `off` more."""

    off: jax.Array
    path: Path
    data: Mixture
    kind: str = eqx.field(static=True)

    def __call__(self, x, u):
        oracle = PathOracle(self.path, self.data)
        return (oracle.velocity(x, u) if self.kind == "velocity" else oracle(x, u)) + self.off


@pytest.mark.parametrize(
    "path, kind, factor",
    # on the straight path the noise is x + (1 - u) v
    [(cosine_path(), "noise", np.ones_like), (straight(), "velocity", lambda sigma: 1 / (1 + sigma))],
    ids=["noise", "velocity"],
)
def test_the_error_is_that_of_the_noise(path, kind, factor):
    offs = jnp.array([0.0, 0.3])
    stacked = Off(offs, *(jax.tree.map(lambda a: jnp.stack([a, a]), part) for part in (path, DATA)), kind)
    x_0, noise = np.random.default_rng(0).normal(size=(2, 20, 2)).astype(np.float32)
    log_snr = jnp.array([-2.0, 0.0, 3.0])
    found = noise_error(stacked, path, kind, DATA, log_snr, x_0, noise)
    expected = (0.3 * factor(np.exp(-np.asarray(log_snr) / 2))) ** 2
    np.testing.assert_allclose(found, [np.zeros(3), expected], rtol=1e-3, atol=1e-9)


def test_costs_along_a_field_in_closed_form():
    """With dx/du = a x x ends at exp(-a) of itself, and the squares add up to a (1 - exp(-2 a)) / 2 of its own."""
    starts = jnp.array([[1.0, 2.0], [0.5, -0.5]])
    field = Partial(lambda a, x, u: a * x, jnp.asarray(0.7))
    states, squares = follow(field, starts)
    np.testing.assert_allclose(states[:, 0], starts)
    np.testing.assert_allclose(states[:, -1], np.exp(-0.7) * starts, rtol=1e-4)
    own = np.sum(np.asarray(starts) ** 2, axis=1)
    np.testing.assert_allclose(squares, 0.7 * (1 - np.exp(-1.4)) / 2 * own, rtol=1e-3)
    several = Partial(lambda a, x, u: a * x, jnp.array([0.7, 0.2]))
    both = follow_all(several, starts)
    np.testing.assert_allclose(both[0][0], states, rtol=1e-5)
    np.testing.assert_allclose(both[0][1][:, -1], np.exp(-0.2) * starts, rtol=1e-4)


def test_few_steps_are_those_of_euler():
    starts = jnp.array([[1.0, 2.0]])
    several = Partial(lambda a, x, u: a * x, jnp.array([0.7, 0.2]))
    found = few_steps(several, starts, (1, 3))
    expected = [[(1 - a / n) ** n * starts for n in (1, 3)] for a in (0.7, 0.2)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)

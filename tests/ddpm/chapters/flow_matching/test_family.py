"""One network, two ways: Euler on the straight path is DDIM on another one at the same levels, to rounding."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from ddpm.dialects import Translated
from ddpm.nn import InTime
from ddpm.path import cosine_path, straight, vp
from ddpm.sample import ddim, euler, velocity


@pytest.mark.parametrize("own", [cosine_path, pytest.param(vp, marks=pytest.mark.slow)])
def test_a_noise_network_is_a_flow(own, precision):
    own, other = own(), straight()
    network = jax.tree.map(lambda leaf: jnp.asarray(leaf, precision), InTime(jax.random.key(0), [2, 16]))
    u = jnp.linspace(0.95, 0.05, 9)
    own_u = own.time(u / (1 - u))
    z = jnp.asarray([[0.3, -1.2], [1.7, 0.4]])

    @jax.jit
    @jax.vmap
    def both(z):
        field = Partial(velocity, other, Translated(network, made_for=own, asked_in=other))
        flow, _ = euler(field, other.level(u[0]).spread * z, u)
        steps, _ = ddim(None, own, network, own.level(own_u[0]).spread * z, own_u)
        return flow / other.level(u[-1]).signal, steps / own.level(own_u[-1]).signal

    flow, steps = both(z)
    assert np.std(flow) > 0.3
    tolerance = {"float32": 2e-5, "float64": 1e-12}[precision]  # the first states are 20 times the last: 20 roundings
    np.testing.assert_allclose(flow, steps, rtol=tolerance, atol=tolerance)

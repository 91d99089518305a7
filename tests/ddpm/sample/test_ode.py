"""ddpm.sample.ode: the solvers against known solutions, the velocity against the exact one, encode and decode."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import vp
from ddpm.precision import enable_x64
from ddpm.sample import adaptive, decode, encode, euler, heun, velocity

DATA = [[1.0, 0.5], [-1.0, 0.2]], [0.1, 0.3], [0.3, 0.7]


def test_encode_then_decode_is_the_point():
    with enable_x64(True):
        field, x = PathOracle(vp(), mixture(*DATA)).velocity, jnp.array([0.3, -0.2])
        there_and_back = jax.jit(jax.vmap(lambda x: decode(field, encode(field, x))))
        xs = jnp.stack([x, 2 * x, -x])
        np.testing.assert_allclose(there_and_back(xs), xs, atol=1e-6)

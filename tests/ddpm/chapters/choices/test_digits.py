"""ddpm.chapters.choices.digits: what a step sees, and its loss, against the package's own."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.chapters.choices import said
from ddpm.chapters.choices.digits import _loss, _started, at_times
from ddpm.chapters.choices.glyphs import path_of
from ddpm.chapters.choices.settings import BASE
from ddpm.data import digits
from ddpm.nn.layers import time_features
from ddpm.path import cosine_path
from ddpm.train import labelled

NARROW = replace(BASE, width=2)
HALF = digits()[0]
LOSS, DRAW = labelled(cosine_path(), HALF.images, HALF.labels)
KEY = jax.random.key(0)


@pytest.mark.slow
def test_the_times_of_a_step():
    seen = DRAW(KEY, 50)
    for times, even, right in ((0, None, seen.u), (10, None, np.ceil(10 * np.asarray(seen.u)) / 10)):
        found = at_times(even, jnp.asarray(float(times)), DRAW, KEY, 50)
        np.testing.assert_allclose(found.u, right, rtol=1e-6)
        np.testing.assert_array_equal(found.x_0, seen.x_0)
    evenly = at_times(path_of("even"), jnp.asarray(0.0), DRAW, KEY, 50).u
    np.testing.assert_allclose(path_of("even").log_snr(evenly), 13 - 23 * np.asarray(seen.u), rtol=1e-3, atol=1e-3)


@pytest.mark.slow
def test_the_base_has_the_loss_of_v():
    network, seen = _started(NARROW, 0), DRAW(KEY, 20)
    network = jax.tree.map(lambda a: a + 0.1, network)  # or it would say 0
    kind, weight = (jnp.asarray(names.index(name)) for names, name in ((said.KINDS, "v"), (said.WEIGHTS, "flow")))
    no = jnp.asarray(False)
    own = eqx.filter_jit(lambda blind: _loss(cosine_path(), kind, weight, blind, no, network, KEY, seen))
    package = eqx.filter_jit(
        lambda: (LOSS(network, KEY, seen), LOSS(lambda x, u, *rest: network(x, 0.0, *rest), KEY, seen))
    )
    np.testing.assert_allclose((own(no), own(jnp.asarray(True))), package(), rtol=1e-4)


@pytest.mark.slow
def test_a_network_that_sees_u_alone():
    first = _started(replace(NARROW, features="u"), 0).told.time
    ends, middle = (first(jnp.asarray(time_features(u))) for u in (0.0, 0.7))
    np.testing.assert_allclose(ends, first.layer.bias, atol=1e-6)
    np.testing.assert_allclose(middle, 0.7 * first.layer.weight[0] + first.layer.bias, rtol=1e-5)

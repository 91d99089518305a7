"""ddpm.chapters.choices.digits_learned: networks that say a variance, against the variances of each t."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ddpm
from ddpm.chapters.choices.digits_learned import OfClass, _sample, bound_of, train_learned
from ddpm.process import reverse_variance

SCHEDULE = ddpm.cosine(6)


class Says(eqx.Module):
    """A v that depends on all that a network is told, and one place everywhere."""

    place: jax.Array

    def __call__(self, seen, u, label):
        image, empty = seen
        return jnp.stack([0.3 * image - u + label / 10, empty + self.place])


def test_a_network_says_two_numbers_for_each_pixel_of_an_image_of_its_class():
    x = jnp.arange(64.0).reshape(8, 8)
    v, place = OfClass(Says(jnp.asarray(0.7)), jnp.asarray(3)).all_said(x, 0.5)
    np.testing.assert_allclose(v, 0.3 * x - 0.5 + 0.3, rtol=1e-6)
    np.testing.assert_allclose(place, np.full((8, 8), 0.7), rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("place, kind", [(0.0, "beta_tilde"), (1.0, "beta")])
def test_at_the_ends_the_bound_and_the_samples_are_those_of_the_fixed_variance(place, kind):
    """Terms drawn with a variance for each pixel, against the formula that knows the losses alone."""
    says = Says(jnp.asarray(place))
    found, optimal = bound_of(says, SCHEDULE)
    assert found["nats learned"] == pytest.approx(found[f"nats {kind}"], rel=1e-4)
    assert found["nats optimal"] < min(found["nats beta"], found["nats beta_tilde"]) and optimal[0] == 0
    key, labels, other = jax.random.key(0), np.arange(4), {"beta": "beta_tilde", "beta_tilde": "beta"}[kind]
    own, same, apart = (
        _sample(SCHEDULE, says, name and jnp.asarray(reverse_variance(SCHEDULE, name)), key, labels)
        for name in (None, kind, other)
    )
    np.testing.assert_allclose(own, same, atol=1e-4)
    assert (
        own.shape == (4, 8, 8) and not np.allclose(own, apart, atol=0.1) and not np.allclose(own[0], own[1], atol=0.1)
    )


@pytest.mark.slow
def test_after_a_short_training_the_bound_is_less_than_with_any_variance_of_each_t():
    found, _ = bound_of(train_learned(4, 0, steps=200), ddpm.cosine(4))
    assert found["nats learned"] < found["nats optimal"] < min(found["nats beta"], found["nats beta_tilde"])

"""ddpm.chapters.choices.learned: networks that say a variance, against draws, the package's sampler, and the best."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ddpm
from ddpm.chapters.choices.glyphs import RECIPE, SAMPLES, total_variation
from ddpm.chapters.choices.learned import (
    DRAWS,
    WEIGHT,
    Learned,
    _averages,
    bound_of,
    hybrid_loss,
    samples_of,
    train_learned,
)
from ddpm.chapters.choices.networks import Small, stacked, unstacked
from ddpm.chapters.choices.variances import terms
from ddpm.data import glyphs
from ddpm.losses import variance_loss
from ddpm.mixture import points
from ddpm.oracle import Oracle, excess_loss, optimal_loss
from ddpm.predict import convert
from ddpm.process import noise_gain, optimal_variance, q_sample, reverse_variance
from ddpm.sample import ancestral_sample

SCHEDULE = ddpm.cosine(8)
BEST = Oracle(SCHEDULE, glyphs())


class Says(Small):
    """The best v of the glyphs, off by a constant, and one place everywhere."""

    best: Oracle
    off: jax.Array
    place: jax.Array

    def __init__(self, off, place):
        self.layers, self.features = (), "none"
        self.best, self.off, self.place = BEST, jnp.asarray(off), jnp.asarray(place)

    def all_said(self, x, u):
        t = jnp.round(u * SCHEDULE.T).astype(int)
        v = convert(SCHEDULE, x, t, self.best(x, t), "noise", "v")
        return jnp.stack([v + self.off, jnp.full_like(x, 1.0) * self.place])


def test_networks_are_taken_apart_as_they_were_put_together():
    x = jnp.arange(9.0).reshape(3, 3)
    asked = eqx.filter_jit(lambda network: (network(x, 0.3), network.all_said(x, 0.3)))
    (one, all_said), (other, _) = map(asked, unstacked(stacked(2, 8, "u", says=2)))
    assert all_said.shape == (2, 3, 3) and not np.allclose(one, other)
    np.testing.assert_array_equal(one, all_said[0])


@pytest.mark.slow
def test_the_averages_are_those_of_plain_draws():
    says = Learned(Says(0.1, 0.4), SCHEDULE)
    found = {name: np.asarray(values, float) for name, values in _averages(says, points(glyphs())).items()}
    x_0 = points(glyphs()).sample(jax.random.key(8), 20_000)
    noise = jax.random.normal(jax.random.key(9), x_0.shape)

    @jax.jit
    def drawn(t):  # the divergence of the two steps, with the noise itself in the place of what is known of it
        x_t = q_sample(SCHEDULE, x_0, jnp.full(len(x_0), t), noise)
        return jax.vmap(lambda e, x: variance_loss(SCHEDULE, t, e, *says(x, t)))(noise, x_t)

    for t in range(2, 9):
        values = np.asarray(drawn(t), float)
        error = values.std() * np.sqrt(1 / DRAWS + 1 / len(values))  # the averages' own is less
        assert abs(values.mean() - found["nats learned"][t - 2]) < 4 * error + 1e-4 * values.mean(), t
    # for each t the variance that fits the loss; what is best at each x_t costs less; the least of all the exact has
    loss, more = (f(jax.random.key(0), SCHEDULE, glyphs(), *rest, 2000).mean for f, rest in (
        (optimal_loss, ()), (excess_loss, (lambda x, t: says(x, t)[0],))))  # fmt: skip
    np.testing.assert_allclose(found["exact needed"], optimal_variance(SCHEDULE, loss)[2:], rtol=0.03)
    np.testing.assert_allclose(found["needed"], optimal_variance(SCHEDULE, loss + more)[2:], rtol=0.03)
    tilde = np.asarray(SCHEDULE.posterior_variance, float)[2:]
    optimal = 4.5 * np.log(found["needed"] / tilde)
    assert (found["exact nats best"] <= found["nats best"]).all() and (found["nats best"] < optimal).all()
    assert (found["nats best"] < found["nats learned"]).all()
    assert (found["above learned"] == 0).all() and (found["above best"] >= found["exact above best"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("place, kind", [(0.0, "beta_tilde"), (1.0, "beta")])
def test_at_the_ends_it_samples_as_the_package_does(place, kind):
    says = Learned(Says(0.0, place), SCHEDULE)
    own = samples_of(says)
    package = ancestral_sample(jax.random.key(3), SCHEDULE, BEST, SAMPLES, (3, 3), kind)
    given = samples_of(says, jnp.asarray(reverse_variance(SCHEDULE, kind)))
    for other in (package, given):
        assert np.mean(np.abs(own - other).max((1, 2)) < 1e-3) > 0.99  # rounding sends a few to another glyph
    assert total_variation(own) < 0.1


def test_the_mean_is_trained_by_the_error_of_v_alone():
    """Slopes against differences: by the mean those of the error, by the place those of the term."""
    x_0, noise = glyphs()[3], jax.random.normal(jax.random.key(1), (3, 3))
    off, place, h = 0.1, 0.4, 1e-2

    @jax.jit
    def of(off, place, t):
        says = Learned(Says(off, place), SCHEDULE)
        x_t = q_sample(SCHEDULE, x_0, t, noise)
        predicted, variance = says(x_t, t)
        v, of_v = (convert(SCHEDULE, x_t, t, e, "noise", "v") for e in (noise, predicted))
        return jnp.mean((v - of_v) ** 2), variance_loss(SCHEDULE, t, noise, predicted, variance)

    whole = jax.jit(
        jax.value_and_grad(lambda *said: hybrid_loss(Learned(Says(*said[:2]), SCHEDULE), x_0, said[2], noise), (0, 1))
    )
    value, slopes = whole(off, place, 5)
    per_pixel = WEIGHT * SCHEDULE.T / 9
    assert float(value) == pytest.approx(float(of(off, place, 5)[0] + per_pixel * of(off, place, 5)[1]), rel=1e-4)
    by_off = (of(off + h, place, 5)[0] - of(off - h, place, 5)[0]) / (2 * h)
    by_place = (of(off, place + h, 5)[1] - of(off, place - h, 5)[1]) / (2 * h)
    np.testing.assert_allclose(slopes, [by_off, per_pixel * by_place], rtol=1e-2)
    assert float(whole(off, place, 1)[1][1]) == 0  # the last step draws nothing, and has no variance


@pytest.mark.slow
def test_after_a_short_training_the_bound_is_less_than_with_the_variance_of_each_t():
    (says,) = train_learned(4, RECIPE | {"steps": 1000, "seeds": 1})
    found, optimal = bound_of(says)
    assert found["exact nats best"] < found["nats best"] < found["nats learned"] < found["nats optimal"]
    of_each_t = terms(says.schedule, fitting(optimal), optimal, 9).sum()
    assert found["nats optimal"] == pytest.approx(of_each_t, rel=1e-3)


def fitting(variance):
    """The losses that a variance is optimal for."""
    schedule = ddpm.cosine(4)
    return (np.asarray(variance) - schedule.posterior_variance) / noise_gain(schedule)

"""ddpm.train.denoising: the loss of Algorithm 1 against its line 5, its gradient against differences, the draws."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from truth import Z, shaken

import ddpm
from ddpm.data import dot, dots
from ddpm.nn import MLP, UNet
from ddpm.train import batch_loss, denoising, draw_batch, start, train, training_loss

SCHEDULE = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])


def test_training_loss_is_line_5_of_algorithm_1():
    x_0, noise = np.random.default_rng(0).normal(size=(2, 3, 3)).astype(np.float32)
    alpha_bar = 0.9 * 0.8 * 0.7
    for t, scale in ((3, 0.5), (3, -2.0)):
        x_t = np.sqrt(alpha_bar) * x_0 + np.sqrt(1 - alpha_bar) * noise
        expected = np.mean((noise - scale * x_t) ** 2)
        assert float(training_loss(SCHEDULE, lambda x, t: scale * x, x_0, t, noise)) == pytest.approx(
            expected, rel=1e-5
        )


def test_gradient_against_finite_differences():
    with jax.enable_x64(True):
        schedule = ddpm.Schedule.from_betas([0.1, 0.2, 0.3, 0.4])
        x_0, noise = np.random.default_rng(2).normal(size=(2, 5, 3, 3))
        t = np.array([1, 2, 3, 4, 2])
        for network in (
            MLP(jax.random.key(1), [9, 6], T=4),
            UNet(jax.random.key(2), [10, 12, 14], T=4, activation=jnp.tanh),
        ):
            network = shaken(network)

            @jax.jit
            def loss(network):
                return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(schedule, network, x_0, t, noise))

            gradient = jax.jit(jax.grad(loss))(network)
            direction = jax.tree.map(lambda leaf: np.random.default_rng(leaf.size).normal(size=leaf.shape), network)
            slope = sum(jnp.vdot(g, d) for g, d in zip(jax.tree.leaves(gradient), jax.tree.leaves(direction)))
            h = 1e-5
            ahead, behind = (jax.tree.map(lambda w, d: w + s * h * d, network, direction) for s in (1, -1))
            assert float(slope) == pytest.approx(float((loss(ahead) - loss(behind)) / (2 * h)), rel=1e-7)


def test_draws_are_uniform_in_t_and_in_the_images_and_standard_normal():
    n = 40_000
    x_0, t, noise = denoising(SCHEDULE, dots())[1](jax.random.key(0), n)
    seen = np.bincount(np.asarray(t), minlength=5)
    assert seen[0] == 0 and len(seen) == 5 and (np.abs(seen[1:] - n / 4) < Z * np.sqrt(n * 3 / 16)).all()
    images = np.asarray(x_0).sum(0).ravel()
    assert (np.abs(images - n / 9) < Z * np.sqrt(n * 8 / 81)).all()
    noise = np.asarray(noise, np.float64).reshape(n, 9)
    assert noise.shape == (n, 9) and x_0.shape == (n, 3, 3)
    assert (np.abs(noise.T @ noise / n - np.eye(9)) < Z * np.sqrt(2 / n)).all() and (
        np.abs(noise.mean(0)) < Z / np.sqrt(n)
    ).all()
    which = np.asarray(x_0).reshape(n, 9).argmax(1)
    assert np.abs(np.corrcoef([t, which, noise[:, 0]]) - np.eye(3)).max() < Z / np.sqrt(n)


def test_one_batch_is_learned_by_heart():
    """With noise that never changes the loss goes to nearly 0: network and optimiser can do it."""
    x_0, t, noise = draw_batch(jax.random.key(0), 4, schedule=SCHEDULE, images=dot()[None])
    network, optimiser = MLP(jax.random.key(2), [9, 64], T=4), optax.adam(1e-2)

    @jax.jit
    def fit(network):
        def loss(network):
            return jnp.mean(jax.vmap(training_loss, (None, None, 0, 0, 0))(SCHEDULE, network, x_0, t, noise))

        def step(carry, _):
            network, memory = carry
            value, slope = jax.value_and_grad(loss)(network)
            change, memory = optimiser.update(slope, memory)
            return (optax.apply_updates(network, change), memory), value

        return jax.lax.scan(step, (network, optimiser.init(network)), length=500)[1]

    losses = fit(network)
    assert losses[0] > 0.3 and losses[-1] < 1e-4


def test_the_loss_of_a_batch_is_the_mean_over_its_examples():
    network = shaken(MLP(jax.random.key(1), [9, 16], T=4))
    loss, draw = denoising(SCHEDULE, dots())
    x_0, t, noise = draw(jax.random.key(2), 6)
    of_one, of_all = jax.jit(training_loss), jax.jit(loss)
    each = [of_one(SCHEDULE, network, x_0[i], int(t[i]), noise[i]) for i in range(6)]
    for key in jax.random.split(jax.random.key(0)):
        assert float(of_all(network, key, (x_0, t, noise))) == pytest.approx(np.mean(each), rel=1e-5)


def test_other_schedules_and_images_are_data_and_compile_nothing():
    network, optimiser, traced = MLP(jax.random.key(1), [9, 16], T=4), optax.sgd(0.1), []

    def counted(network, key, batch):
        traced.append(batch)
        return batch_loss(network, key, batch, schedule=SCHEDULE)

    state, losses = start(jax.random.key(0), network, optimiser), []
    for images in (dots()[:2], dots()[3:5]):
        _, draw = denoising(SCHEDULE, images)
        losses.append(train(state, counted, draw, optimiser, steps=4, batch=8)[1])
    assert len(traced) == 1 and not np.array_equal(*losses)
    assert jax.tree.structure(denoising(SCHEDULE, dots())) == jax.tree.structure(denoising(ddpm.cosine(4), dots() + 1))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((0, 3, 3)), r"images must have shape \(n, \*pixels\) with n >= 1; got shape \(0, 3, 3\)"),
        (1.0, r"n >= 1; got shape \(\)"),
        (np.full((1, 3, 3), np.nan), "pixels of images must be finite"),
    ],
)
def test_bad_images(images, message, unchecked):
    with pytest.raises(ValueError, match=message):
        denoising(SCHEDULE, images)
    denoising(SCHEDULE, np.zeros(1))  # one image of one pixel without an axis


def trained(network, images, schedule=SCHEDULE):
    optimiser = optax.sgd(0.1)
    return train(
        start(jax.random.key(0), network, optimiser), *denoising(schedule, images), optimiser, steps=2, batch=8
    )


def test_a_network_for_another_number_of_steps():
    with pytest.raises(ValueError, match="made for T = 4.*schedule has T = 5"):
        trained(MLP(jax.random.key(1), [9, 16], T=4), dots(), ddpm.cosine(5))


def test_a_single_image_without_an_axis_for_the_examples():
    with pytest.raises(ValueError, match=r"takes 41 inputs.*x_t of shape \(3,\).*axis"):
        trained(MLP(jax.random.key(1), [9, 16], T=4), dot())


def test_a_prediction_that_is_not_one_of_the_noise(unchecked):
    """Broadcasting would hide that one number stands for nine."""
    with pytest.raises(ValueError, match=r"predicted_noise must have the shape of noise, \(3, 3\); got \(\)"):
        trained(jax.tree_util.Partial(lambda w, x_t, t: w * x_t.sum(), jnp.ones(())), dots())

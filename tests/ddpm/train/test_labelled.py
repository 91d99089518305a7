"""ddpm.train.labelled: the draws, the loss against its definition, and what training with it leads to."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from truth import Z

from ddpm.path import cosine_path
from ddpm.train import labelled, start, train, v_loss

PATH = cosine_path()
IMAGES = np.random.default_rng(0).normal(size=(6, 2, 2)).astype(np.float32)
LABELS = np.array([0, 1, 2, 0, 1, 2])


def drawn(draw, key, n):
    return jax.jit(draw, static_argnums=1)(jax.random.key(key), n)


def test_draws():
    n = 20_000
    _, draw = labelled(PATH, IMAGES, LABELS, untold=0.25, cell=0.1)
    seen = drawn(draw, 0, n)
    x_0, u, noise, label = (np.asarray(values) for values in seen[:4])
    apart = x_0[:, None] - IMAGES
    which = np.abs(apart).max(axis=(2, 3)).argmin(axis=1)
    within = apart[np.arange(n), which]
    assert np.abs(within).max() <= 0.0501 and within.std() == pytest.approx(0.1 / np.sqrt(12), rel=0.02)
    told = label < 3
    np.testing.assert_array_equal(label[told], LABELS[which[told]])
    assert (label[~told] == 3).all() and (~told).mean() == pytest.approx(0.25, abs=Z * np.sqrt(0.1875 / n))
    assert (np.abs(np.bincount(which) / n - 1 / 6) < Z * np.sqrt(5 / 36 / n)).all()
    assert u.min() >= 0 and u.max() <= 1 and u.mean() == pytest.approx(0.5, abs=Z / np.sqrt(12 * n))
    noise = noise.reshape(n, 4)
    assert (np.abs(noise.T @ noise / n - np.eye(4)) < Z * np.sqrt(2 / n)).all()
    assert not seen.move.any()
    assert np.abs(np.corrcoef([u, told, which, noise[:, 0]]) - np.eye(4)).max() < Z / np.sqrt(n)


def test_moved_draws_say_how():
    seen = drawn(labelled(PATH, IMAGES, LABELS, reach=1.0)[1], 0, 200)
    still = ~np.asarray(seen.move).any(axis=1)
    assert 60 < still.sum() < 140
    near = np.abs(np.asarray(seen.x_0)[:, None] - IMAGES).max(axis=(2, 3)).min(axis=1)
    assert near[still].max() < 1e-6 and np.median(near[~still]) > 0.1


def test_the_loss_of_v():
    def network(x, u, label, move, key):
        return 0.3 * x + u + label + move[0] + (0.0 if key is None else 100.0)

    batch = drawn(labelled(PATH, IMAGES, LABELS)[1], 1, 7)
    errors = []
    for x_0, u, noise, label, move in zip(*(np.asarray(values) for values in batch)):
        angle = np.arctan2(*(float(v) for v in (PATH.level(u).spread, PATH.level(u).signal)))
        x, v = np.cos(angle) * x_0 + np.sin(angle) * noise, np.cos(angle) * noise - np.sin(angle) * x_0
        errors.append((v - (0.3 * x + u + label + 100)) ** 2)
    loss = jax.jit(partial(v_loss, network, path=PATH))(jax.random.key(2), batch)
    assert float(loss) == pytest.approx(np.mean(errors), rel=1e-4)


def test_training_leads_to_the_mean_of_v_for_each_class_and_for_none():
    """One pixel, -1 or 1: of v = c noise - r x_0 a constant for each class can say -x_0 E[r], and 0 for none."""

    class Table(eqx.Module):
        of: jax.Array

        def __call__(self, x, u, label, move, key):
            return self.of[label]

    loss, draw = labelled(PATH, np.array([[-1.0], [1.0]]), np.array([0, 1]), untold=0.5)
    optimiser = optax.sgd(optax.exponential_decay(0.5, 100, 0.5))
    state = start(jax.random.key(0), Table(jnp.ones((3, 1))), optimiser)
    state, _ = train(state, loss, draw, optimiser, steps=600, batch=256)
    spread = np.mean(PATH.level((np.arange(1000) + 0.5) / 1000).spread)
    np.testing.assert_allclose(state.network.of[:, 0], [spread, -spread, 0], atol=0.05)


@pytest.mark.parametrize(
    ("images", "labels", "options", "message"),
    [
        (IMAGES, LABELS[:4], {}, r"labels shape \(n,\), n >= 1; got \(6, 2, 2\), \(4,\)"),
        (np.full((2, 2, 2), np.nan), LABELS[:2], {}, "pixels of images must be finite"),
        (IMAGES, LABELS + 1, {}, r"labels must be 0, 1, ... with none left out; got \[1, 2, 3\]"),
        (IMAGES, LABELS - 1, {}, r"got \[-1, 0, 1\]"),
        (np.zeros(6), LABELS, {}, r"n >= 1; got \(6,\), \(6,\)"),
        (IMAGES[:0], LABELS[:0], {}, r"n >= 1; got \(0, 2, 2\), \(0,\)"),
        (IMAGES, LABELS, dict(untold=1.0), r"untold must lie in \[0, 1\)"),
        (IMAGES, LABELS, dict(untold=-0.5), r"untold must lie in \[0, 1\)"),
        (IMAGES, LABELS, dict(reach=-0.5), "reach and cell be at least 0"),
        (IMAGES, LABELS, dict(cell=-0.5), "reach and cell be at least 0"),
        (IMAGES[:, 0], LABELS, dict(reach=1.0), r"\(rows, columns\) can be moved; these have \(2,\)"),
    ],
)
def test_what_does_not_fit(images, labels, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        labelled(PATH, images, labels, **options)
    with pytest.raises(TypeError, match="path"):
        labelled("cosine", IMAGES, LABELS)
    labelled(PATH, IMAGES, LABELS, untold=0.0)  # all are told


def test_a_prediction_of_another_shape(unchecked):
    batch = drawn(labelled(PATH, IMAGES, LABELS)[1], 1, 7)
    with pytest.raises(ValueError, match=r"predicted v must have the shape of the noise, \(2, 2\); got \(\)"):
        v_loss(lambda x, *rest: x.sum(), jax.random.key(0), batch, path=PATH)

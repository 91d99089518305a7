"""A small classifier, which lends its features to other measures and says what a sample shows."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.tree_util import Partial
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.arrays import Key, check_key
from ddpm.flat_random import integers_from_uniform, uniform_arrays
from ddpm.train import start, train

WIDTHS = (128, 32)
STEPS, BATCH, RATE, DECAY = 1500, 128, 2e-3, 0.02
SPREAD = (
    0.5  # of the noise that is added to pixels in training: with less, images that it has not seen look different to it
)


class Judge(eqx.Module):
    """A classifier of images: layers with rectifiers between. Its features are what its last layer sees.

    Make one with `train_judge`.
    """

    layers: list[eqx.nn.Linear]

    def __call__(self, image: Float[Array, "*pixels"]) -> Float[Array, " classes"]:
        """The logits of one image."""
        return self.layers[-1](self.features_of(image))

    def features_of(self, image: Float[Array, "*pixels"]) -> Float[Array, " features"]:
        """The features of one image."""
        h = image.ravel()
        for layer in self.layers[:-1]:
            h = jax.nn.relu(layer(h))
        return h

    def features(self, images: Float[ArrayLike, "n *pixels"]) -> Float[np.ndarray, "n features"]:
        """The features of many images."""
        return np.asarray(_each(Judge.features_of, self, jnp.asarray(images, jnp.result_type(float))), np.float64)

    def recognised(self, images: Float[ArrayLike, "n *pixels"]) -> Int[np.ndarray, " n"]:
        """The most likely class of each image."""
        return np.asarray(_each(Judge.__call__, self, jnp.asarray(images, jnp.result_type(float)))).argmax(axis=1)


def train_judge(key: Key, images: Float[ArrayLike, "n *pixels"], labels: Int[ArrayLike, " n"]) -> Judge:
    """A judge trained on these images. Both halves of a data set, so that neither is nearer to it.

    What it is and how it is trained stands fixed above: a judge that changes with the models is none.

    Args:
        labels: 0, 1, ..., classes - 1.

    Raises:
        TypeError: the key is none.
        ValueError: images and labels that do not fit.
    """
    check_key(key)
    images, labels = jnp.asarray(images, jnp.result_type(float)), jnp.asarray(labels)
    if images.ndim < 2 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"images must have shape (n, *pixels) and labels shape (n,); got {images.shape}, {labels.shape}"
        )
    sizes = [images[0].size, *WIDTHS, int(labels.max()) + 1]
    make, train_key = jax.random.split(key)
    optimiser = optax.adamw(optax.cosine_decay_schedule(RATE, STEPS), weight_decay=DECAY)
    state = start(train_key, _judge(make, tuple(sizes)), optimiser)
    state, _ = train(
        state, _cross_entropy, Partial(_draw, images, labels), optimiser, steps=STEPS, batch=BATCH, chunk=STEPS
    )
    return state.network


@eqx.filter_jit
def _judge(key, sizes):
    pairs = zip(sizes, sizes[1:], jax.random.split(key, len(sizes) - 1))
    return Judge([eqx.nn.Linear(n, m, key=key) for n, m, key in pairs])


@eqx.filter_jit
def _each(function, judge, images):
    return jax.vmap(function, (None, 0))(judge, images)


def _cross_entropy(judge, key, batch):
    images, labels = batch
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(jax.vmap(judge)(images), labels))


def _draw(images, labels, key, batch):
    which, noise = uniform_arrays(key, [(batch,), (batch, *images.shape[1:])], images.dtype)
    i = integers_from_uniform(which, len(images))
    return images[i] + np.sqrt(3) * SPREAD * noise, labels[i]

"""Small fully connected networks that predict the noise: network(x_t, t) for one example, `jax.vmap` for a batch.

They follow section 3.2 of Ho et al. (2020) in their task, eps_theta(x_t, t), and for images of a few pixels in their size.
"""

import operator
from collections.abc import Callable, Sequence
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int

from ddpm.forward import Key
from ddpm.schedule import Schedule

Activation = Callable[[Array], Array]


def layer_sizes(sizes: Sequence[int]) -> list[int]:
    """The widths of an upside-down U-Net, there and back: [9, 6, 4] gives [9, 6, 4, 6, 9].

    Raises:
        TypeError: a size is not an integer.
        ValueError: fewer than two sizes, or one below 1.
    """
    there = _checked_sizes(sizes)
    return there + there[-2::-1]


class UNet(eqx.Module):
    """A U-Net of fully connected layers, upside down: it widens first, then narrows back to the pixels.

    On the way back each layer's result is added to the state of the same width on the way there (the skip
    connections). Time is one more input, 2 t / T - 1: from -1 to 1, as wide as the pixels. The last layer starts at 0, as in
    the code of Ho et al. (2020): the untrained network answers x_t.

    Attributes:
        layers: the linear layers in order; 2 (len(sizes) - 1) of them.
    """

    layers: tuple[eqx.nn.Linear, ...]
    T: int = eqx.field(static=True)
    activation: Activation = eqx.field(static=True)

    def __init__(self, key: Key, sizes: Sequence[int], T: int, activation: Activation = jax.nn.relu):
        """A network with random weights.

        Args:
            sizes: the widths on the way there, the first being the number of pixels plus 1, for the time:
                [10, 200, 1000] for images of 9 pixels.
            T: the number of diffusion steps.

        Raises:
            TypeError: a size is not an integer.
            ValueError: fewer than two sizes, one below 1, or a first one that leaves no pixel.
        """
        widths = layer_sizes(sizes)
        if widths[0] < 2:
            raise ValueError(f"the first size counts the pixels and the time, so it is at least 2; got {widths[0]}")
        *layers, last = linear_layers(key, (*widths[:-1], widths[0] - 1))
        self.layers = (*layers, jax.tree.map(jnp.zeros_like, last))
        self.T = T
        self.activation = activation

    def __call__(self, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]) -> Float[Array, "..."]:
        """The predicted noise, shape of x_t; t in 1..T."""
        pixels = jnp.ravel(x_t)
        h = _checked_input(self, jnp.append(pixels, 2 * t / self.T - 1), x_t, "the pixels and the time")
        half = len(self.layers) // 2
        skips = []
        for layer in self.layers[:half]:
            skips.append(h)
            h = self.activation(layer(h))
        for layer in self.layers[half:-1]:
            h = self.activation(layer(h) + skips.pop())
        return (self.layers[-1](h) + pixels).reshape(jnp.shape(x_t))


class MLP(eqx.Module):
    """A plain multilayer perceptron on the pixels and on sines and cosines of the time.

    Attributes:
        layers: the linear layers in order.
    """

    layers: tuple[eqx.nn.Linear, ...]
    T: int = eqx.field(static=True)
    activation: Activation = eqx.field(static=True)

    def __init__(self, key: Key, sizes: Sequence[int], T: int, activation: Activation = jax.nn.silu):
        """A network with random weights.

        Args:
            sizes: the number of pixels, then the widths of the hidden layers: [9, 64, 64].
            T: the number of diffusion steps.

        Raises:
            TypeError: a size is not an integer.
            ValueError: fewer than two sizes, or one below 1.
        """
        pixels, *hidden = _checked_sizes(sizes)
        self.layers = linear_layers(key, (pixels + TIME_FEATURES, *hidden, pixels))
        self.T = T
        self.activation = activation

    def __call__(self, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]) -> Float[Array, "..."]:
        """The predicted noise, shape of x_t; t in 1..T."""
        table = time_features(np.arange(self.T + 1) / self.T)  # known when compiling, so that a step only looks it up
        h = jnp.concatenate([jnp.ravel(x_t), jnp.asarray(table, jnp.result_type(float))[t]])
        h = _checked_input(self, h, x_t, f"the pixels and {TIME_FEATURES} features of the time")
        for layer in self.layers[:-1]:
            h = self.activation(layer(h))
        return self.layers[-1](h).reshape(jnp.shape(x_t))


class Denoiser(eqx.Module):
    """A network that looks for the clean image and says the noise that follows from it.

    Its weights are in a multilayer perceptron, `MLP`. That sees x_t in the scale in which Bayes' rule sees it,
    sqrt(alpha_bar_t) / (1 - alpha_bar_t) x_t, but at most `MAX_SCALE` times x_t: at small t the scale is in the hundreds.
    A sigmoid makes an image of what the perceptron says, x_0 with pixels from 0 to 1, and the noise is then
    (x_t - sqrt(alpha_bar_t) x_0) / sqrt(1 - alpha_bar_t) (Ho et al. 2020, section 3.2, last paragraph).
    """

    mlp: MLP
    signal: tuple[float, ...] = eqx.field(static=True)
    spread: tuple[float, ...] = eqx.field(static=True)

    def __init__(self, key: Key, sizes: Sequence[int], schedule: Schedule):
        """A network with random weights for one schedule; arguments and errors as of `MLP`."""
        self.mlp = MLP(key, sizes, schedule.T)
        self.signal = tuple(np.sqrt(schedule.alpha_bar).tolist())
        self.spread = tuple(np.sqrt(schedule.one_minus_alpha_bar).tolist())

    @property
    def T(self) -> int:
        """The number of diffusion steps."""
        return self.mlp.T

    def __call__(self, x_t: Float[ArrayLike, "..."], t: Int[ArrayLike, ""]) -> Float[Array, "..."]:
        """The predicted noise, shape of x_t; t in 1..T."""
        x_t = jnp.asarray(x_t)
        signal, spread = np.array([self.signal, self.spread], x_t.dtype)
        safe = np.maximum(spread, MIN_SPREAD)
        scale = np.minimum(signal / safe**2, MAX_SCALE)
        x_0 = jax.nn.sigmoid(self.mlp(jnp.asarray(scale)[t] * x_t, t))
        return (x_t - jnp.asarray(signal)[t] * x_0) / jnp.asarray(safe)[t]


MAX_SCALE = 20.0  # of what a network sees; 1 / (1 - alpha_bar_t) itself is in the hundreds where there is little noise
MIN_SPREAD = 1e-6  # a step that adds no noise must not divide by 0
TIME_FEATURES = 32


def time_features(u) -> Float[np.ndarray, "... features"]:
    """sin and cos of u = t / T at frequencies from 1 to 100 (after Vaswani et al. 2017, section 3.5).

    Args:
        u: any shape; the features are a last axis behind it.
    """
    angle = np.asarray(u)[..., None] * np.geomspace(1.0, 100.0, TIME_FEATURES // 2)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)


def layer_shapes(network) -> list[tuple[int, int]]:
    """(inputs, outputs) of every linear layer, in order."""
    return [(layer.in_features, layer.out_features) for layer in network.layers]


@partial(jax.jit, static_argnums=1)
def linear_layers(key: Key, widths: tuple[int, ...]) -> tuple[eqx.nn.Linear, ...]:
    """A linear layer between each width and the next.

    The weights are uniform within +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010, eq. 16), the biases 0.
    """
    pairs = list(zip(widths, widths[1:]))
    structure = jax.tree.structure(jax.eval_shape(lambda: tuple(eqx.nn.Linear(n, m, key=key) for n, m in pairs)))
    # One flat draw for all: a random call of its own for each array would take XLA seconds to compile.
    ends = np.cumsum([n * m for n, m in pairs])
    flat = jnp.split(jax.random.uniform(key, (int(ends[-1]),), minval=-1.0), ends[:-1])
    arrays = []
    for (n, m), u in zip(pairs, flat, strict=True):
        arrays += [np.sqrt(6 / (n + m)) * u.reshape(m, n), jnp.zeros(m)]
    return jax.tree.unflatten(structure, arrays)


def _checked_sizes(sizes) -> list[int]:
    try:
        sizes = [operator.index(size) for size in sizes]
    except TypeError:
        raise TypeError(f"sizes must be a list of integers such as [10, 200, 1000]; got {sizes!r}") from None
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least two sizes, its input and one more layer, as in [9, 6]; got {sizes}")
    if min(sizes) < 1:
        raise ValueError(f"every layer needs a size of at least 1; got {sizes}")
    return sizes


def _checked_input(network, h, x_t, parts):
    expected = network.layers[0].in_features
    if h.size != expected:
        raise ValueError(
            f"the network takes {expected} inputs ({parts}) of one example; x_t of shape {jnp.shape(x_t)} gives {h.size}. "
            "For a batch use jax.vmap(network)(x_t, t); for other images choose the first of its sizes to fit"
        )
    return h

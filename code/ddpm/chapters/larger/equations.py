"""The equations of the chapter on many devices: shared gradients, what is sent and kept, and what a run costs."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import sympy as sp

from ddpm.chapters.larger.deep import deep_loss, deep_weights
from ddpm.chapters.larger.ring import ring_sum
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.nn import MLP
from ddpm.precision import enable_x64
from ddpm.train import start

n, b, W = sp.symbols("n b W", positive=True)
RING = (n - 1) / n * b  # bytes that each device sends to gather an array of b bytes, or to sum and scatter it


@numeric("eq-shared-gradient", bound=1e-12)
def shared_gradient():
    """The gradient of the mean over all examples, by automatic differentiation of that mean, against the weighted mean
    of those of three unequal shares."""
    rng, sizes = np.random.default_rng(0), (3, 5, 4)
    with enable_x64(True):
        x, y, w = (
            jnp.asarray(rng.normal(size=(12, 4))),
            jnp.asarray(rng.normal(size=12)),
            jnp.asarray(rng.normal(size=4)),
        )

        @jax.jit
        def gradients(w):
            def mean(w, x, y):
                return jnp.mean((jnp.tanh(x @ w) - y) ** 2)

            ends = np.cumsum((0, *sizes))
            shares = [jax.grad(mean)(w, x[i:j], y[i:j]) for i, j in zip(ends, ends[1:])]
            return jax.grad(mean)(w, x, y), sum(size / 12 * share for size, share in zip(sizes, shares))

        whole, joined = map(np.asarray, gradients(w))
    deviation = np.abs(whole - joined).max() / np.abs(whole).max()
    return (
        r"""
\begin{aligned}
\nabla \frac{1}{\mathsf B} \sum_{i=1}^{\mathsf B} \ell_i
&= \sum_{k=1}^{\mathsf n} \frac{\mathsf B_k}{\mathsf B}\, \mathsf g_k, \\
\mathsf B &= \sum_{k=1}^{\mathsf n} \mathsf B_k.
\end{aligned}""",
        deviation,
    )


@numeric("eq-ring", bound=1e-12)
def ring():
    """A ring of five devices, message by message: each ends with the sum, and has sent so many numbers."""
    parts = np.random.default_rng(1).normal(size=(5, 20))
    held, numbers = ring_sum(parts)
    np.testing.assert_allclose(held, np.broadcast_to(parts.sum(0), held.shape), rtol=1e-12, atol=1e-12)
    known = float(2 * RING.subs({n: 5, b: 20}))
    return (
        r"""
\begin{aligned}
\mathsf S_{\text{gather}} &= \mathsf S_{\text{scatter}} = \frac{\mathsf n - 1}{\mathsf n}\, \mathsf b, \\
\mathsf S_{\text{sum}} &= \mathsf S_{\text{scatter}} + \mathsf S_{\text{gather}} \\
&= 2\, \frac{\mathsf n - 1}{\mathsf n}\, \mathsf b
\end{aligned}""",
        np.abs(numbers / known - 1).max(),
    )


@proof("eq-sent")
def sent():
    """The rings of the slopes and the loss, and of the weights, of four bytes each."""
    copied = 2 * RING.subs(b, 4 * (W + 1))
    prove(copied, 8 * (n - 1) / n * (W + 1))
    prove(copied + RING.subs(b, 4 * W), 4 * (n - 1) / n * (3 * W + 2))
    return r"""
\begin{aligned}
\mathsf S_{\text{copied}} &= 8\, \frac{\mathsf n - 1}{\mathsf n}\, (\mathsf W + 1), \\
\mathsf S_{\text{split}} &= 4\, \frac{\mathsf n - 1}{\mathsf n}\, (3\, \mathsf W + 2).
\end{aligned}"""


@definition("eq-kept")
def kept():
    """The state that the package makes with Adam: three numbers of four bytes for each weight. Counters and the key
    are a few bytes more."""
    network = MLP(jax.random.key(0), [8, 16], T=4)
    weights = sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(network, eqx.is_inexact_array)))
    state = jax.eval_shape(lambda: start(jax.random.key(0), network, optax.adam(1e-3)))
    arrays = [leaf for leaf in jax.tree.leaves((state.network, state.optimiser_state)) if leaf.shape]
    assert sum(leaf.size * leaf.dtype.itemsize for leaf in arrays) == 12 * weights
    return (
        r"\mathsf M_{\text{copied}} = 12\, \mathsf W, \quad \mathsf M_{\text{split}} = 12\, \frac{\mathsf W}{\mathsf n}"
    )


@numeric("eq-operations", bound=0.05)
def operations():
    """XLA's own count for the gradient of a network of 16 layers, before anything is simplified. It is a little less:
    the first layer has no layer below that waits for a slope."""
    weights, x = deep_weights(16, 32), jnp.zeros((64, 32))
    lowered = jax.jit(jax.grad(deep_loss)).lower(weights, x)
    products = 16 * 32 * 32
    return r"\mathsf C = 6\, \mathsf P\, \mathsf B\, \mathsf K.", abs(
        lowered.cost_analysis()["flops"] / (6 * products * 64) - 1
    )


@proof("eq-again")
def again():
    """Two operations for each product forwards, four backwards, and two once more."""
    forward = sp.Symbol("P", positive=True) * 2
    prove((forward + 2 * forward + forward) / (forward + 2 * forward), sp.Rational(4, 3))
    return r"\frac{2 + 4 + 2}{2 + 4} = \frac43."

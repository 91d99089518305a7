"""The divergence of a field, the trace of its Jacobian: exactly, or by Hutchinson's estimate.

One product of the Jacobian with a vector, as by `jax.jvp`, costs no more than a few evaluations of the field. The exact
divergence takes D of them, one for each pixel; Hutchinson's estimate takes as many as there are probes.
"""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ddpm.arrays import Key, check_key, check_same_shape
from ddpm.flat_random import standard_normal

KINDS = ("rademacher", "gaussian")


def exact_divergence(
    field: Callable[[Array], Array], x: Float[Array, "*pixels"]
) -> tuple[Float[Array, "*pixels"], Float[Array, ""]]:
    """field(x), and its divergence there: the sum over the pixels i of d field_i / d x_i (equation `eq-divergence`).

    Args:
        field: from an example to an array of its shape.

    Raises:
        ValueError: field(x) has another shape than x.
    """
    basis = jnp.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    value, forms = _quadratic_forms(field, x, basis)
    return value, jnp.sum(forms)


def hutchinson(
    field: Callable[[Array], Array], x: Float[Array, "*pixels"], probes: Float[Array, "n *shape"]
) -> tuple[Float[Array, "*pixels"], Float[Array, ""]]:
    """field(x), and an estimate of its divergence: the mean over the probes e of <e, J e> (equation `eq-hutchinson`).

    It is unbiased if the entries of a probe have mean 0 and variance 1 and are uncorrelated, as those of
    `draw_probes`. Probes that are kept along an ODE make the divergence a smooth function of time, as a solver needs.

    Args:
        field: as in `exact_divergence`.
        probes: n of them.

    Raises:
        ValueError: field(x) or a probe has another shape than x.
    """
    if probes.shape[1:] != x.shape or len(probes) < 1:
        raise ValueError(
            f"probes must have the shape (n, *{x.shape}) with n >= 1, as from draw_probes(key, n, x.shape); "
            f"got {probes.shape}"
        )
    value, forms = _quadratic_forms(field, x, probes)
    return value, jnp.mean(forms)


def draw_probes(
    key: Key, n: int, shape: tuple[int, ...], kind: str = "rademacher", dtype=None
) -> Float[Array, "n *pixels"]:
    """n probes for Hutchinson's estimate.

    Args:
        shape: of an example.
        kind: "rademacher" (each entry -1 or 1, with even odds) or "gaussian" (standard normal).
        dtype: JAX's default float if not given.

    Raises:
        TypeError: not a random key.
        ValueError: another kind, or n < 1.
    """
    check_key(key)
    _check_kind(kind)
    if n < 1:
        raise ValueError(f"Hutchinson's estimate needs at least one probe; got n = {n}")
    dtype = jnp.result_type(float) if dtype is None else dtype
    if kind == "rademacher":
        return jax.random.rademacher(key, (n * math.prod(shape),), dtype).reshape(n, *shape)
    return standard_normal(key, (n, *shape), dtype)


def probe_variance(jacobian: Float[Array, "rows columns"], kind: str = "rademacher") -> Float[Array, ""]:
    """The variance of <e, J e> for one probe e (equation `eq-probe-variance`); of n probes it is 1/n of that.

    With S = (J + J^T) / 2 it is 2 sum_{i != j} S_ij^2 for Rademacher probes, and 2 sum_ij S_ij^2 for Gaussian ones.

    Raises:
        ValueError: another kind, or no square matrix.
    """
    _check_kind(kind)
    if jacobian.ndim != 2 or jacobian.shape[0] != jacobian.shape[1]:
        raise ValueError(f"the Jacobian must be a square matrix, shape (D, D); got shape {jacobian.shape}")
    symmetric = (jacobian + jacobian.T) / 2
    all_entries = 2 * jnp.sum(symmetric**2)
    return all_entries - 2 * jnp.sum(jnp.diag(symmetric) ** 2) if kind == "rademacher" else all_entries


def _check_kind(kind):
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, KINDS))}; got {kind!r}")


def _quadratic_forms(field, x, vectors):
    """field(x), and <e, J e> for each of the vectors e, in full precision also where a GPU would round products."""
    value, push = jax.linearize(field, x)
    check_same_shape("the value of the field", value, "x", x)
    return value, jax.vmap(lambda e: jnp.vdot(e, push(e), precision="highest"))(vectors)

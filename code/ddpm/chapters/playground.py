"""The figure of the playground, for paper: what the page draws on the screen."""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ddpm.arrays import Key
from ddpm.figures import COLOURS, INK, WIDTH
from ddpm.level import at_time
from ddpm.mixture import Mixture, log_density, noised, score
from ddpm.schedule import Schedule

EXTENT, SHADES, ARROWS = 3.0, 96, 13


def grid(side: int) -> np.ndarray:
    """The middles of side x side squares that fill the plane from -EXTENT to EXTENT, shape (side, side, 2)."""
    middles = EXTENT * ((2 * np.arange(side) + 1) / side - 1)
    return np.stack(np.meshgrid(middles, middles), axis=-1)


def levels(key: Key, schedule: Schedule, data: Mixture, times: Sequence[int]) -> Figure:
    """The density of x_t as a shade, spread times its score as arrows and draws as dots, one panel for each time.

    Args:
        data: in two dimensions.
        times: each in 1..T.
    """
    figure, axes = plt.subplots(1, len(times), figsize=(WIDTH, 2.1), sharey=True)
    for ax, t in zip(axes, times, strict=True):
        shade, field, drawn = map(np.asarray, _of_level(key, data, at_time(schedule, t)))
        x, y = grid(ARROWS)[..., 0], grid(ARROWS)[..., 1]
        length = np.linalg.norm(field, axis=-1, keepdims=True)
        u, v = np.moveaxis(field * np.minimum(1, 2 / length) / 2, -1, 0)
        image = np.full((SHADES, SHADES, 4), mpl.colors.to_rgba(COLOURS[0]))
        image[..., 3] = 0.85 * np.sqrt(shade / shade.max())
        ax.imshow(image, origin="lower", extent=[-EXTENT, EXTENT] * 2)
        style = {"angles": "xy", "scale_units": "xy", "scale": ARROWS / 2 / EXTENT, "pivot": "mid", "width": 0.006}
        ax.quiver(x, y, u, v, color=INK, **style)
        ax.plot(*drawn.T, ".", color=COLOURS[1], markersize=2.5)
        ax.set(title=f"$t = {t}$", xticks=[-2, 0, 2], yticks=[-2, 0, 2], xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT))
    return figure


@jax.jit
def _of_level(key, data, level):
    p = noised(data, level)
    shade = jnp.exp(jnp.vectorize(partial(log_density, p), signature="(d)->()")(grid(SHADES)))
    field = level.spread * jnp.vectorize(partial(score, p), signature="(d)->(d)")(grid(ARROWS))
    return shade, field, p.sample(key, 100)

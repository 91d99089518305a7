import jax
import matplotlib as mpl
import numpy as np
import pytest

import ddpm
from ddpm.chapters import playground
from ddpm.mixture import mixture
from ddpm.oracle import best_noise

pytestmark = pytest.mark.usefixtures("style")


def test_shade_and_arrows_are_density_and_best_prediction():
    schedule, data = ddpm.cosine(10), mixture([[1.0, 0.5]], 0.04)
    figure = playground.levels(jax.random.key(0), schedule, data, [2, 9])
    for ax, t in zip(figure.axes, [2, 9], strict=True):
        signal, variance = (
            np.sqrt(schedule.alpha_bar[t]),
            schedule.alpha_bar[t] * 0.04 + schedule.one_minus_alpha_bar[t],
        )
        places, (left, right, low, high) = playground.grid(playground.SHADES), ax.images[0].get_extent()
        assert (left, right, low, high) == (-3, 3, -3, 3) and ax.images[0].origin == "lower"
        distance = np.sum((places - signal * np.array([1.0, 0.5])) ** 2, axis=-1)
        density = np.exp(-distance / (2 * variance))
        opacity = ax.images[0].get_array()[..., 3]
        np.testing.assert_allclose(opacity, 0.85 * np.sqrt(density / density.max()), atol=1e-4)
        (arrows,) = (drawn for drawn in ax.collections if isinstance(drawn, mpl.quiver.Quiver))
        x_t = playground.grid(playground.ARROWS).reshape(-1, 2)
        noise = np.array(jax.jit(jax.vmap(best_noise, (None, None, 0, None)))(schedule, data, x_t, t))
        drawn = np.stack([np.ravel(arrows.U), np.ravel(arrows.V)], axis=1)
        length = np.linalg.norm(noise, axis=1, keepdims=True)
        np.testing.assert_allclose(drawn, -noise * np.minimum(1, 2 / length) / 2, atol=1e-4)
        assert np.linalg.norm(drawn, axis=1).max() <= 1 + 1e-5, "none reaches the next arrow"
        draws = np.stack(ax.lines[0].get_data(), axis=1)
        assert len(draws) == 100 and np.linalg.norm(draws.mean(0) - signal * np.array([1.0, 0.5])) < 0.5

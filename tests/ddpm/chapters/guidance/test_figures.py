"""The figures of the chapter on guidance show the numbers they are given."""

import equinox as eqx
import jax
import numpy as np
import pytest

from ddpm.chapters.guidance import figures as pictures
from ddpm.chapters.guidance.digits import MIDDLE, WHOLE, Row, calls
from ddpm.evaluate import Measured
from ddpm.path import cosine_path
from ddpm.sample import labelled_sample

pytestmark = pytest.mark.usefixtures("style")
RNG = np.random.default_rng(0)


def test_densities_and_points():
    x, drawn = np.linspace(-1, 1, 5), np.arange(1.0, 6)
    axes = pictures.densities(x, {"a": (np.ones(5), drawn), "b": (np.ones(5), drawn + 1)}).axes
    np.testing.assert_allclose([ax.lines[0].get_ydata() for ax in axes], [drawn, drawn + 1])
    points, centres = RNG.normal(size=(4, 7, 2)), RNG.normal(size=(3, 2))
    axes = pictures.plane({"a": points[:2], "b": points[2:]}, centres, np.array([True, False, True]), 3).axes
    np.testing.assert_allclose([ax.lines[0].get_xydata() for ax in axes], points[[0, 2, 1, 3]])


def test_digits_and_the_trade():
    images = RNG.normal(size=(2, 3, 8, 8))
    axes = pictures.digits({"a": images[0], "b": images[1]}, ["1", "2", "3"]).axes
    np.testing.assert_allclose(axes[4].images[0].get_array(), images[1, 1])
    rows = [Row(w, WHOLE, *(Measured(v, v - 0.1, v + 0.2) for v in (0.9, 0.8, 0.05 + w)), 50) for w in (0.0, 1.0, 4.0)]
    axes = pictures.trade_off({"a": rows, "b": rows}, 0.5, 0.9).axes
    np.testing.assert_allclose(np.array(axes[2].lines[0].get_ydata(), float), [0.05, 1.05, 4.05])
    assert all(segment[:, 1].min() >= 0 for c in axes[2].collections for segment in c.get_segments())


def test_calls_are_counted_where_there_is_guidance():
    assert calls(0.0) == 25 and calls(1.0) == 50
    asked = []

    class Counted(eqx.Module):
        def __call__(self, x, u, label=None):
            jax.debug.callback(lambda u: asked.append(float(u)), u)
            return 0.0 * x

    labelled_sample(jax.random.key(0), cosine_path(), Counted(), np.zeros(1, int), (2,), 25, 1.0, 0.0, MIDDLE)
    jax.effects_barrier()
    assert calls(1.0, MIDDLE) == len(asked) < 40

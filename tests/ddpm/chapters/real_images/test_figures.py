"""The figures of the chapter on real images show the numbers they are given."""

import numpy as np
import pytest

from ddpm.chapters.real_images import figures as images_of
from ddpm.evaluate import Curve

pytestmark = pytest.mark.usefixtures("style")
RNG = np.random.default_rng(0)


def test_images_stand_side_by_side_with_a_gap():
    rows = RNG.uniform(-1, 1, (2, 3, 4, 5))
    axes = images_of.digit_rows(rows, ["a", "b"], ["x", "y", "z"]).axes
    shown = np.ma.filled(axes[1].images[0].get_array(), np.nan)
    assert shown.shape == (4, 17) and np.isnan(shown[:, [5, 11]]).all()
    np.testing.assert_allclose(shown[:, 6:11], rows[1, 1])
    assert axes[0].get_ylabel() == "a" and [text.get_text() for text in axes[0].get_xticklabels()] == ["x", "y", "z"]


def test_the_two_gaps():
    times = np.linspace(0.1, 0.9, 5)
    names = ("best, trained on", "best, held out", "network, trained on", "network, held out")
    curves = {name: Curve(np.full(5, value), np.zeros(5)) for name, value in zip(names, (0.1, 2.0, 0.4, 0.5))}
    above, below = images_of.two_gaps(times, curves).axes
    np.testing.assert_allclose([line.get_ydata()[0] for line in above.lines], [0.1, 2.0, 0.4, 0.5])
    np.testing.assert_allclose(below.lines[0].get_ydata(), 1.25)
    assert len(above.collections) == 2


def test_runs_over_training_and_the_trade():
    steps, held, near = [250, 500], {"a": RNG.uniform(size=(3, 2))}, {"a": RNG.uniform(50, 100, (3, 2))}
    above, below = images_of.while_training(steps, held, near).axes
    np.testing.assert_allclose([line.get_ydata() for line in above.lines], held["a"])
    np.testing.assert_allclose([line.get_ydata() for line in below.lines[:3]], near["a"])
    runs = {"a": ([52, 60], [20, 3]), "b": ([55, 70], [30, 2])}
    ax = images_of.trade(runs, aims=(65, 3)).axes[0]
    np.testing.assert_allclose([line.get_xydata().T for line in ax.lines], list(runs.values()))
    assert len(ax.collections) == 1


def test_losses_are_drawn_as_means_of_fifty_steps():
    losses, ratios = {"one": np.arange(100.0), "two": np.ones(100)}, {"a": np.array([1.0, 2.0, 3.0])}
    above, below = images_of.wrong_scripts(losses, ratios).axes
    np.testing.assert_allclose(above.lines[0].get_xydata(), [[50, 24.5], [100, 74.5]])
    np.testing.assert_allclose(below.lines[0].get_ydata(), [1, 2, 3])
    assert below.get_xlim()[0] > below.get_xlim()[1]  # from noise to data

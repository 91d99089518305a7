import numpy as np
import pytest

from ddpm.chapters.closed_form import figures

pytestmark = pytest.mark.usefixtures("style")


def test_histograms_stand_under_their_densities():
    states = {t: np.random.default_rng(t).normal(0.5, t, 5000) for t in (1, 2, 3, 4)}
    figure = figures.pixel_histograms(states, {t: (0.5, t**2) for t in states}, limit=20)
    for ax, t in zip(figure.axes, states, strict=True):
        x, density = ax.lines[0].get_data()
        assert density.sum() * (x[1] - x[0]) == pytest.approx(1, rel=1e-3)
        assert np.sum(x**2 * density) * (x[1] - x[0]) == pytest.approx(t**2 + 0.25, rel=1e-2)
        assert sum(bar.get_height() * bar.get_width() for bar in ax.patches) == pytest.approx(1)

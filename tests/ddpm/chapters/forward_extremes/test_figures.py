import numpy as np
import pytest
from scipy.stats import norm

from ddpm.chapters.forward_extremes import figures as forward

pytestmark = pytest.mark.usefixtures("style")


@pytest.mark.parametrize("distance, deviation", [(1.2, 0.8), (1.97, 0.3), (0.01, 1.0)])
def test_the_filled_parts_are_the_wrong_guesses(distance, deviation):
    ax = forward.two_bells({"one": (distance, deviation)}, limit=8).axes[0]
    for line, side in zip(ax.lines, (-1, 1)):
        x, density = line.get_data()
        assert x[density.argmax()] == pytest.approx(side * distance / 2, abs=0.02)
        assert np.trapezoid(density, x) == pytest.approx(1, abs=1e-4)
    for area, side in zip(ax.collections, (-1, 1), strict=True):
        corners = area.get_paths()[0].vertices
        assert (side * corners[:, 0] <= 0).all(), "on the other image's side of the middle"
        closed = np.vstack([corners, corners[:1]])
        size = abs(np.sum(closed[:-1, 0] * closed[1:, 1] - closed[1:, 0] * closed[:-1, 1])) / 2
        assert size == pytest.approx(norm.cdf(-distance / 2 / deviation), abs=1e-3)


def test_each_case_has_a_panel_and_the_legend_stands_once():
    figure = forward.two_bells({"A": (2, 0.2), "B": (1.2, 0.8), "C": (0.1, 1)})
    assert [ax.get_title() for ax in figure.axes] == ["A", "B", "C"]
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 4 and all(ax.get_legend() is None for ax in figure.axes)

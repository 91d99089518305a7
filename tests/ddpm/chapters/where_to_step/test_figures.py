import numpy as np
import pytest

from ddpm.chapters.where_to_step import figures as grids

pytestmark = pytest.mark.usefixtures("style")


def test_every_grid_is_a_row_of_marks():
    given = {"one": np.array([-3.0, 0, 2]), "other": np.array([-3.0, 1, 2])}
    (ax,) = grids.combs(given, marks=[-2, 0.5]).axes
    for row, (line, values) in enumerate(zip(ax.lines[1:4:2], given.values(), strict=True)):
        np.testing.assert_allclose(line.get_xydata(), np.stack([values, [-row] * 3], 1))
    assert [line.get_xdata() for line in ax.lines[-2:]] == [[-2, -2], [0.5, 0.5]]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["one", "other"]


def test_errors_have_a_line_and_seeds_a_band():
    calls, errors = [5, 10, 20], np.array([[1.0, 2, 4], [0.5, 1, 2], [0.1, 0.2, 0.3]])
    (ax,) = grids.error_over_calls({"a": (calls, errors), "b": (calls, errors[:, 0])}, floor=0.1).axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), errors[:, 1])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), errors[:, 0])
    assert len(ax.collections) == 1 and ax.texts[0].get_text() == "the network's own"
    (ax,) = grids.error_over_calls(
        {"a": (calls, [0.18, 0.12, 0.09])}, floor=0.087
    ).axes  # two values at least to read off
    assert sum(ax.get_ylim()[0] < tick < ax.get_ylim()[1] for tick in ax.get_yticks()) >= 2


def test_densities_are_drawn():
    level = np.linspace(-1, 1, 5)
    (ax,) = grids.angle_densities(level, {"a": level**2, "b": level**4}).axes
    np.testing.assert_allclose(ax.lines[1].get_ydata(), level**4)

import numpy as np
import pytest

from ddpm.chapters.small_steps import figures as steps

pytestmark = pytest.mark.usefixtures("style")


def test_every_run_stands_over_its_share_of_the_way():
    runs = {2: np.array([1.0, 0.5, 0.2]), 40: np.linspace(1, 0, 41)}
    axes = steps.refined(runs).axes
    for ax, states in zip(axes, runs.values(), strict=True):
        np.testing.assert_allclose(ax.lines[0].get_ydata(), states)
        np.testing.assert_allclose(ax.lines[0].get_xdata()[[0, -1]], [0, 1])


def test_paths_of_both_ways_begin_at_the_same_places():
    rng = np.random.default_rng(0)
    flow, noisy = rng.normal(size=(2, 4, 2)), rng.normal(size=(2, 3, 4, 2))
    noisy[:, :, 0] = flow[:, None, 0]
    left, right = steps.two_ways(flow, noisy, rng.normal(size=(5, 2))).axes
    np.testing.assert_allclose(left.lines[1].get_xydata(), flow[0, ::2])  # every second point, which is light
    np.testing.assert_allclose(right.lines[1].get_xydata(), noisy[0, 0, ::2])
    assert len(right.lines) == 1 + 2 * (3 * 2 + 1) and len(left.lines) == 1 + 2 * 3


def test_the_orders_have_guides_of_their_slopes():
    T, one = np.array([10, 20, 40]), {"a": np.array([1.0, 0.25, 0.06])}
    above, below = steps.orders(T, one, {"b": np.array([0.2, 0.1, 0.05])}).axes
    np.testing.assert_allclose(above.lines[0].get_ydata(), one["a"])
    for ax, ratio in ((above, 4), (below, 2)):
        guide = ax.lines[-1].get_ydata()
        np.testing.assert_allclose(guide[:-1] / guide[1:], ratio)


def test_a_point_and_its_noise_have_one_colour():
    points, component = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 2])
    left, right = steps.codes(points, -points, component).axes
    for ax, values in ((left, points), (right, -points)):
        np.testing.assert_allclose(ax.lines[0].get_xydata(), values[[0, 2]])
        np.testing.assert_allclose(ax.lines[2].get_xydata(), values[[3]])
    assert left.lines[0].get_color() == right.lines[0].get_color() != left.lines[1].get_color()

import numpy as np
import pytest

from ddpm.chapters.fewer_steps import figures as few

pytestmark = pytest.mark.usefixtures("style")


def test_every_run_is_drawn_beside_the_flow():
    ratio = np.linspace(0, 2, 9)
    runs = {"a": (np.array([2.0, 0.0]), np.array([2.0, 0.2])), "b": (np.array([2.0, 1, 0]), np.array([2.0, 1, 0.4]))}
    (ax,) = few.tangents(ratio, np.sqrt(1 + ratio**2), runs).axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.sqrt(1 + ratio**2))
    for line, (places, states) in zip(ax.lines[1:], runs.values(), strict=True):
        np.testing.assert_allclose(line.get_xydata(), np.stack([places, states], axis=1))


def test_samples_stand_by_sampler_and_by_number_of_steps():
    points, centres = np.arange(24.0).reshape(4, 3, 2), np.array([[1.0, 0.0], [0.0, 1.0]])
    samples = {"one": {5: points[0], 10: points[1]}, "other": {5: points[2], 10: points[3]}}
    axes = few.few_steps(samples, centres).axes
    for ax, own in zip(axes, points, strict=True):
        np.testing.assert_allclose(ax.lines[0].get_xydata(), own)
        np.testing.assert_allclose(ax.lines[1].get_xydata(), centres)
    assert [ax.get_title() for ax in axes] == ["5 steps", "10 steps", "", ""]
    assert [ax.get_ylabel() for ax in axes] == ["one", "", "other", ""]


def test_errors_have_guides_of_order_one_and_two():
    calls = np.array([4, 8, 16])
    panels = {"here": {"a": (calls, 1.0 / calls)}, "there": {"a": (calls, 2.0 / calls)}}
    for ax, title, size in zip(few.error_over_calls(panels).axes, panels, (1, 2), strict=True):
        np.testing.assert_allclose(ax.lines[0].get_ydata(), size / calls)
        for line, ratio in zip(ax.lines[1:], (2, 4), strict=True):
            np.testing.assert_allclose(line.get_ydata()[:-1] / line.get_ydata()[1:], ratio)
        assert ax.get_title() == title

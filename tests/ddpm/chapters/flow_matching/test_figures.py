"""The figures of the chapter on flow matching show the numbers they are given."""

import numpy as np
import pytest

from ddpm.chapters.flow_matching import figures as flows

pytestmark = pytest.mark.usefixtures("style")
RNG = np.random.default_rng(0)


def test_pairs_are_straight_lines_and_the_flow_as_given():
    pairs, flow, times = RNG.normal(size=(4, 2)), RNG.normal(size=(3, 5)), np.linspace(1, 0, 5)
    left, right = flows.crossing(pairs, flow, times).axes
    np.testing.assert_allclose([line.get_ydata() for line in left.lines], pairs)
    np.testing.assert_allclose([line.get_ydata() for line in right.lines], flow)


def test_curves_are_those_given():
    log_snr, curves = np.linspace(-1, 1, 5), {"a": np.ones(5), "b": np.arange(1.0, 6)}
    ax = flows.weights(log_snr, curves).axes[0]
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], list(curves.values()))
    errors = {"a": RNG.uniform(1, 2, (3, 5)), "b": RNG.uniform(1, 2, (2, 5))}
    ax = flows.noise_errors(log_snr, errors).axes[0]
    assert len(ax.lines) == 5 and [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_costs_are_above_the_ends():
    costs = [{"pairs": 3.0, "flow": 2.0, "ends": 1.0}, {"pairs": 2.5, "flow": 1.5, "ends": 1.0}]
    ax = flows.cost_of_ways([1, 2], costs).axes[0]
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], [[2, 1.5], [1, 0.5], [1, 0.5]])


def test_ways_end_in_marks_and_points_lie_on_the_board():
    states = RNG.normal(size=(6, 5, 2))
    axes = flows.ways({"one": states, "two": states[:3]}, limit=3).axes
    assert [len(ax.lines) for ax in axes] == [7, 4]
    np.testing.assert_allclose(axes[0].lines[-1].get_xydata(), states[:, -1])
    low, side = np.array([[0.0, 0.0], [1.0, 1.0]]), np.ones(2)
    axes = flows.boards({"a": RNG.normal(size=(9, 2)), "b": RNG.normal(size=(4, 2))}, low, side).axes
    assert [len(ax.patches) for ax in axes] == [2, 2] and len(axes[1].lines[0].get_xydata()) == 4

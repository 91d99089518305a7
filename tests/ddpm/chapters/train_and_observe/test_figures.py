import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle

from ddpm.chapters.train_and_observe import figures as training

pytestmark = pytest.mark.usefixtures("style")


def test_the_diagram_has_a_bar_for_each_layer_and_an_arc_for_each_skip():
    ax = training.network_diagram([10, 40, 80, 20]).axes[0]
    assert [text.get_text() for text in ax.texts if text.get_text().isdigit()] == [
        "10",
        "40",
        "80",
        "20",
        "80",
        "40",
        "9",
    ]
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    arcs = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(bars) == 7 and len(arcs) == 3
    heights = [bar.get_height() for bar in bars]
    assert np.argsort(heights[:4]).tolist() == [0, 3, 1, 2] and heights[1] == heights[5]


def test_a_loss_curve_is_the_mean_of_windows_a_line_for_each_run():
    runs = np.random.default_rng(0).uniform(0.1, 1, (2, 107))
    ax = training.loss_curves({"one": runs[0], "two": runs}, window=10).axes[0]
    single, *two = [line.get_xydata() for line in ax.lines]
    np.testing.assert_allclose(single[0], [5, runs[0, :10].mean()])
    np.testing.assert_allclose(two[1][-1], [95, runs[1, 90:100].mean()])
    assert ax.get_yscale() == "log" and [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "two"]


def test_first_steps_show_every_seed_their_median_and_the_prediction():
    rows = [(1.2, None, [0.001, 0.003, 0.002], [0.01, 0.03, 0.04]), (4.0, None, [0.005, 0.005, 0.005], [0.1, 0.2, 0.6])]
    ax = training.first_step({"4 steps": rows, "50 steps": rows[:1]}).axes[0]
    medians, seeds, predicted = (line.get_xydata() for line in ax.lines[:3])
    np.testing.assert_allclose(medians, [[1.2, 0.03], [4.0, 0.2]])
    np.testing.assert_allclose(seeds, [[1.2, 0.01], [1.2, 0.03], [1.2, 0.04], [4.0, 0.1], [4.0, 0.2], [4.0, 0.6]])
    np.testing.assert_allclose(predicted, [[1.2, 0.002], [4.0, 0.005]])
    assert ax.lines[2].get_linestyle() == "--" and ax.lines[2].get_color() == ax.lines[0].get_color()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["4 steps", "50 steps", "from the loss"]


def test_both_ways_draw_formulas_as_lines_and_chains_as_marks():
    laws = {
        name: (np.array([1.0, 0.5]) - i / 4, np.array([0.0, 0.5]) + i / 4)
        for i, name in enumerate(["forward", "backward"])
    }
    found = {name: (mean + 0.01, variance + 0.02) for name, (mean, variance) in laws.items()}
    figure = training.both_ways(laws["forward"], laws["backward"], found)
    for panel, ax in enumerate(figure.axes):
        drawn = [line.get_ydata() for line in ax.lines]
        np.testing.assert_allclose(
            drawn, [laws["forward"][panel], found["forward"][panel], laws["backward"][panel], found["backward"][panel]]
        )
        assert [line.get_linestyle() for line in ax.lines] == ["-", "None", "--", "None"]


def test_shares_have_intervals_that_shrink_with_the_trials():
    def lengths(trials):
        (container,) = training.shares({"net": np.array([trials // 2, trials])}, trials).axes[0].containers
        np.testing.assert_allclose(container.lines[0].get_ydata(), [0.5, 1.0])
        return [np.ptp(segment[:, 1]) for segment in container.lines[2][0].get_segments()]

    (half, full), (few, _) = lengths(10_000), lengths(100)
    assert half == pytest.approx(2 * 1.96 * 0.005, rel=0.01)  # the normal approximation
    assert few > 9 * half and 0 < full < half

import numpy as np
import pytest

from ddpm.chapters.more_patterns import figures as patterns

pytestmark = pytest.mark.usefixtures("style")


def curves(ax):
    return [line.get_ydata() for line in ax.lines]


def test_guesses_of_image_and_noise_stand_in_their_own_panels():
    x_t, pair, other = np.linspace(-1, 1, 5), (np.arange(5.0), -np.arange(5.0)), (np.ones(5), np.zeros(5))
    above, below = patterns.best_guesses(x_t, {"a": pair, "b": other}).axes
    np.testing.assert_allclose(curves(above), [pair[0], other[0]])
    np.testing.assert_allclose(curves(below), [pair[1], other[1]])


def test_rows_of_patterns_may_differ_in_length():
    rows = [np.zeros((3, 2, 2)), np.ones((1, 2, 2))]
    axes = patterns.pattern_table(rows, ["three", "one"]).axes
    assert [len(ax.images) for ax in axes] == [1, 1, 1, 1, 0, 0]
    np.testing.assert_allclose(axes[3].images[0].get_array(), 1)
    assert [axes[0].get_ylabel(), axes[3].get_ylabel()] == ["three", "one"]


def test_the_error_in_x_0_is_the_loss_over_the_snr():
    loss, snr = np.array([np.nan, 0.2, 0.6, 0.1]), np.array([np.inf, 4.0, 1.0, 0.1])
    above, below = patterns.least_loss({"one": loss}, snr).axes
    np.testing.assert_allclose(curves(above)[0], [0.2, 0.6, 0.1])
    np.testing.assert_allclose(curves(below)[0], [0.05, 0.6, 1.0])


def test_the_approach_shows_the_optimum_and_every_seed():
    losses, excess = np.linspace(1, 0.1, 20), {"a": [[0.4, 0.2], [0.5, 0.1]], "b": [[0.3, 0.3]]}
    above, below = patterns.approach([10, 20], losses, excess, 0.05).axes
    np.testing.assert_allclose(curves(above)[0], losses)
    np.testing.assert_allclose(above.lines[0].get_xdata()[[0, -1]], [1, 20])
    np.testing.assert_allclose(curves(above)[1], 0.05)
    np.testing.assert_allclose(curves(below), [[0.4, 0.2], [0.5, 0.1], [0.3, 0.3]])
    assert [text.get_text() for text in below.get_legend().get_texts()] == ["a", "b"]


def test_the_networks_loss_is_the_least_one_and_the_excess():
    optimum, excess = np.array([np.nan, 0.1, 0.3]), np.array([[np.nan, 0.01, 0.02], [np.nan, 0.0, 0.04]])
    above, below = patterns.at_every_t(optimum, excess).axes
    np.testing.assert_allclose(curves(above), [[0.11, 0.32], [0.1, 0.34]])
    np.testing.assert_allclose(curves(below), [[0.01, 0.02], [0.0, 0.04]])


def test_counts_stand_in_their_intervals():
    counts = {"best": np.array([5.0, 7.0]), "network": np.array([4.0, 9.0])}
    intervals = {name: (values - 1, values + 2) for name, values in counts.items()}
    axes = patterns.frequencies(counts, ["a", "b"], intervals, 6.0).axes
    for ax, values in zip(axes, counts.values(), strict=True):
        np.testing.assert_allclose(ax.containers[0].lines[0].get_ydata(), values)
        ends = np.array([path.vertices[:, 1] for path in ax.containers[0].lines[2][0].get_paths()])
        np.testing.assert_allclose(ends.T, [values - 1, values + 2])
        np.testing.assert_allclose(curves(ax)[0], 6.0)
    assert [label.get_text() for label in axes[-1].get_xticklabels()] == ["a", "b"]


def test_shares_of_samples_are_stacked():
    known, new, other = np.array([[0.5, 0.7], [0.2, 0.2], [0.3, 0.1]])
    bars = patterns.known_and_new([1, 2], known, new, other).axes[0].containers
    np.testing.assert_allclose([[bar.get_height() for bar in group] for group in bars], [known, new, other])
    np.testing.assert_allclose([bar.get_y() for bar in bars[2]], known + new)


def test_shares_and_distances_stand_over_the_snr_of_the_first_step():
    exact, sampler = ([1.0, 10.0], [0.1, 0.9], [0.5, 0.2]), ([2.0], [0.3], [0.4])
    axes = patterns.first_step(exact, sampler, {"mine": (5.0, 0.6, 0.25), "yours": (7.0, 0.7, 0.21)}).axes
    for ax, row in zip(axes, (1, 2), strict=True):
        np.testing.assert_allclose(ax.lines[0].get_xydata().T, [exact[0], exact[row]])
        np.testing.assert_allclose(ax.lines[1].get_xydata().T, [sampler[0], sampler[row]])
        np.testing.assert_allclose(
            [line.get_xydata()[0] for line in ax.lines[2:]], [[5.0, (0.6, 0.25)[row - 1]], [7.0, (0.7, 0.21)[row - 1]]]
        )
    assert axes[0].get_xscale() == "log"

import numpy as np
import pytest

from ddpm.chapters.mean_or_noise_timing.figures import naive_bars, ratio_curves
from ddpm.measure.roofline import Cost, Race
from ddpm.measure.timing import Comparison, quartiles

pytestmark = pytest.mark.usefixtures("style")


def test_naive_bars_run_from_one_to_the_ratio():
    ratios = {"mean loss first": {2: 500.0, 202: 300.0}, "noise loss first": {2: 0.3, 202: 0.5}}
    figure = naive_bars(ratios)
    bars = [[(bar.get_y(), bar.get_y() + bar.get_height()) for bar in group] for group in figure.axes[0].containers]
    for drawn, given in zip(bars, ratios.values(), strict=True):
        np.testing.assert_allclose(drawn, [(1, value) for value in given.values()])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["2", "202"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(ratios)


def test_ratio_curves_draw_median_quartiles_and_expectation():
    rng = np.random.default_rng(0)
    races = {
        d: Race(Comparison(rng.uniform(1, 2, 51), np.ones(51)), (Cost(1, 1.0, 1.0, False),) * 2, 1.0 + d / 1000)
        for d in (2, 202, 802)
    }
    ax = ratio_curves({"jit": races}).axes[0]
    marks, _, (bars,) = ax.containers[0].lines
    low, middle, high = np.transpose([quartiles(r.comparison.ratio) for r in races.values()])
    np.testing.assert_allclose(marks.get_xydata(), np.transpose([list(races), middle]))
    np.testing.assert_allclose([segment[:, 1] for segment in bars.get_segments()], np.transpose([low, high]))
    dashed = next(line for line in ax.lines if line.get_linestyle() == "--")
    np.testing.assert_allclose(dashed.get_xydata(), [(d, r.expected) for d, r in races.items()])
    assert dashed.get_color() == marks.get_color()

import numpy as np
import pytest

from ddpm.chapters.bound_in_numbers import figures as bound

pytestmark = pytest.mark.usefixtures("style")


def curves(ax):
    return [line.get_ydata() for line in ax.lines]


def test_terms_are_bars_under_the_names_of_the_paper():
    steps, kls = np.array([1.5, -0.2, 0.1, -0.4]), np.array([-0.5, 1.0, 0.3, 0.2])
    figure = bound.terms(steps, kls)
    for ax, values in zip(figure.axes, (steps, kls)):
        np.testing.assert_allclose([bar.get_height() for bar in ax.containers[0]], values)
        assert ax.get_title().endswith("total 1.0000")
    assert [label.get_text() for label in figure.axes[1].get_xticklabels()] == ["$L_0$", "$L_{1}$", "$L_{2}$", "$L_T$"]


def test_the_gap_is_bound_minus_likelihood():
    share, above, below = np.linspace(0, 1, 4), np.array([3.0, 2.5, 2.0, 1.2]), np.array([2.0, 2.4, 1.5, 1.2])
    upper, lower = bound.bound_over_share(share, above, below, 1.1).axes
    np.testing.assert_allclose(curves(upper)[:2], [above, below])
    np.testing.assert_allclose(curves(upper)[2], 1.1)
    np.testing.assert_allclose(curves(lower)[0], above - below)


def test_two_fits_and_kernels_draw_what_they_get():
    x = np.linspace(-1, 1, 5)
    data, wide, narrow = np.array([0, 1, 2, 1, 0.0]), np.full(5, 0.5), np.array([0, 0, 3, 0, 0.0])
    np.testing.assert_allclose(curves(bound.two_fits(x, data, wide, narrow).axes[0]), [wide, narrow])
    figure = bound.reverse_kernels(x, [data, data], [wide, narrow], ["a", "b"])
    np.testing.assert_allclose([curves(ax)[0] for ax in figure.axes], [wide, narrow])
    low, high = figure.axes[0].get_xlim()
    assert low == pytest.approx(-0.6) and high == pytest.approx(0.6)  # only where the exact density is seen


def test_gaps_and_spreads_are_on_log_scales_with_a_tick_for_each_number():
    gaps = {"one": [0.3, 0.1], "two": [0.4, 0.2]}
    ax = bound.gap_over_steps((4, 8), gaps).axes[0]
    np.testing.assert_allclose(curves(ax), list(gaps.values()))
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "8"]
    ax = bound.spreads([1.0, 2.0, 3.0], [0.3, 0.2, 0.1]).axes[0]
    np.testing.assert_allclose(curves(ax), [[1.0, 2.0, 3.0], [0.3, 0.2, 0.1]])
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [1, 2, 3])


def test_the_three_parts_are_stacked_in_their_order():
    ax = bound.three_parts({"a": (0.5, 0.1, 0.2), "b": (0.4, 0.3, 0.0)}).axes[0]
    for number, (entropy, error, gap) in enumerate([(0.5, 0.1, 0.2), (0.4, 0.3, 0.0)]):
        bars = [bars[number] for bars in ax.containers]
        np.testing.assert_allclose([bar.get_x() for bar in bars], [0, entropy, entropy + error])
        np.testing.assert_allclose([bar.get_width() for bar in bars], [entropy, error, gap])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_each_arrow_of_the_turned_chain_goes_from_what_is_given_to_what_is_drawn():
    upper, lower = bound.turned_chain().axes

    def ways(ax):
        return [
            (round(arrow.xyann[0]), round(arrow.xy[0])) for arrow in ax.texts if getattr(arrow, "arrow_patch", None)
        ]

    def densities(ax):
        return [text.get_text() for text in ax.texts if text.get_text().startswith("$q")]

    for ax, expected in ((upper, [(0, 1), (1, 2), (2, 3)]), (lower, [(0, 3), (3, 2), (2, 1)])):
        assert ways(ax) == expected
        for (given, drawn), name in zip(expected, densities(ax), strict=True):
            assert name.startswith(f"$q(x_{drawn}") and f"x_{given}" in name.split("|")[1]


def test_the_top_of_the_sum_is_marked():
    x = np.linspace(-2, 2, 401)
    first, second = -((x - 1) ** 2), -3 * x**2
    ax = bound.parabolas(x, first, second, first + second).axes[0]
    np.testing.assert_allclose(curves(ax)[:3], [first, second, first + second])
    np.testing.assert_allclose(ax.lines[3].get_xdata(), 0.25)  # a mean of the tops, weighted by curvature: 1 and 3

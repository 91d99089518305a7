import numpy as np
import pytest

from ddpm.chapters.bits import figures as bits

pytestmark = pytest.mark.usefixtures("style")


def curves(ax):
    return [line.get_ydata() for line in ax.lines]


def test_spikes_are_two_curves_and_the_entropy():
    width, bare, whole = np.geomspace(0.02, 1, 5), np.linspace(-2, 2, 5), np.linspace(5, 2, 5)
    (ax,) = bits.spikes(width, bare, whole, 1.75).axes
    np.testing.assert_allclose(curves(ax)[:2], [bare, whole])
    np.testing.assert_allclose(curves(ax)[2], 1.75)


def test_the_parts_of_a_bar_follow_each_other():
    parts = {"one": (1.75, 0.2, 0.1), "two": (1.75, 0.0, 1.0)}
    (ax,) = bits.two_gaps(parts).axes
    widths = np.array([[bar.get_width() for bar in group] for group in ax.containers])
    np.testing.assert_allclose(widths.T, list(parts.values()))
    ends = [bar.get_x() + bar.get_width() for bar in ax.containers[-1]]
    np.testing.assert_allclose(ends, [sum(row) for row in parts.values()])


def test_errors_run_to_small_tolerances():
    tolerances, errors = np.array([1e-3, 1e-6]), np.array([1e-2, 1e-7])
    (ax,) = bits.error_over_tolerance(tolerances, errors, 0.05).axes
    np.testing.assert_allclose(curves(ax)[:2], [errors, tolerances])
    np.testing.assert_allclose(curves(ax)[2], 0.05)
    assert ax.xaxis_inverted() and ax.get_yscale() == "log"


def test_measured_variances_stand_on_the_curves_of_their_kind():
    u, curve = np.array([0.1, 0.5]), {"rademacher": np.array([1.0, 2.0]), "gaussian": np.array([3.0, 4.0])}
    measured = {kind: (u, values, values - 0.1, values + 0.2) for kind, values in curve.items()}
    (ax,) = bits.probe_variances(u, curve, measured).axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Rademacher", "Gaussian"]
    for group, kind in zip(ax.containers, curve):
        points, _, (bars,) = group
        np.testing.assert_allclose(points.get_ydata(), curve[kind])
        np.testing.assert_allclose(bars.get_segments()[0][:, 1], [curve[kind][0] - 0.1, curve[kind][0] + 0.2])

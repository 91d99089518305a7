import numpy as np
import pytest

from ddpm.chapters.score import figures as pictures

pytestmark = pytest.mark.usefixtures("style")


def curves(ax):
    return [line.get_ydata() for line in ax.lines]


def test_density_and_score_stand_in_their_own_panels_with_the_place_in_both():
    x, p, s = np.linspace(-1, 1, 5), np.arange(5.0), -np.arange(5.0)
    above, below = pictures.density_and_score(x, p, s, {"one": 2 * s}, (0.5, 3.0, -3.0)).axes
    np.testing.assert_allclose(above.collections[0].get_paths()[0].vertices[:, 1].max(), 4.0)
    np.testing.assert_allclose(curves(below)[:2], [s, 2 * s])
    assert above.lines[0].get_xydata().tolist() == [[0.5, 3.0]] and [0.5, -3.0] in below.lines[2].get_xydata().tolist()


def test_arrows_point_as_the_field_does_each_panel_on_its_own_scale():
    panels = {
        name: (lambda x: np.exp(-np.sum(x**2, 1)), lambda x, size=size: -size * x)
        for name, size in (("a", 1), ("b", 9))
    }
    axes = pictures.fields(panels, window=2.0, per_side=3).axes
    quivers = [ax.collections[-1] for ax in axes]
    assert [ax.get_title() for ax in axes] == ["a", "b"]
    for quiver, size in zip(quivers, (1, 9)):
        np.testing.assert_allclose(np.stack([quiver.U, quiver.V], -1), -size * quiver.XY)
    assert quivers[1].scale == pytest.approx(9 * quivers[0].scale)


def test_fits_and_targets_are_all_there():
    x, exact = np.linspace(-1, 1, 5), np.arange(5.0)
    (ax,) = pictures.fitted_scores(x, exact, {"fit": 2 * exact}, (x[:3], -exact[:3])).axes
    np.testing.assert_allclose(curves(ax)[0], -exact[:3])
    np.testing.assert_allclose(curves(ax)[1:], [exact, 2 * exact])


def test_the_first_order_is_a_straight_line_beside_the_formula():
    h, formula = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    (ax,) = pictures.variance_at_rest(h, formula, (h, formula, 0.1 * formula)).axes
    np.testing.assert_allclose(curves(ax)[:2], [[1, 2], [1, 1.5]])


def test_bars_are_densities_over_both_laws():
    x, edges = np.linspace(-1, 1, 5), np.array([-1.0, 0.0, 1.0])
    runs = {name: (np.array(counts), 100, 2 * np.ones(5)) for name, counts in {"a": [25, 75], "b": [50, 50]}.items()}
    ax, _ = pictures.chains_and_density(x, np.ones(5), edges, runs).axes
    np.testing.assert_allclose(curves(ax)[0], 2)
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[-0.5, 0.25], [0.5, 0.75]])
    reach = ax.collections[-1].get_segments()[0][:, 1]
    np.testing.assert_allclose(np.diff(reach) / 2, 1.96 * np.sqrt(0.25 * 0.75 / 100))


def test_noise_falls_from_left_to_right():
    (ax,) = pictures.relaxation_over_levels([8.0, 1.0], [10.0, 200.0]).axes
    assert ax.xaxis_inverted() and curves(ax)[0].tolist() == [10.0, 200.0]


def test_ends_keep_the_shape_of_the_plane():
    axes = pictures.ends_in_the_plane({"a": np.ones((3, 2)), "b": np.zeros((2, 2))}, 5.0).axes
    assert [ax.get_title(loc="left") for ax in axes] == ["a", "b"] and all(ax.get_aspect() == 1 for ax in axes)

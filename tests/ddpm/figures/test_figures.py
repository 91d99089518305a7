import io

import matplotlib
import numpy as np
import pytest

import ddpm
from ddpm import figures
from ddpm.chapters.closed_form import figures as closed_form
from ddpm.chapters.mean_to_noise import figures as weights

pytestmark = pytest.mark.usefixtures("style")


def svg(figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def test_a_strip_shows_every_image_in_its_place_and_the_values_it_got():
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    figure = figures.image_strip(images, ["a", "b", "c"], ["one", "two"])
    panels = figure.axes[:6]
    for panel, image in zip(panels, images.reshape(6, 4, 5), strict=True):
        assert (panel.images[0].get_array() == image).all()
        assert panel.images[0].get_clim() == (-abs(images).max(), abs(images).max())
    assert [p.get_title() for p in panels] == ["a", "b", "c", "", "", ""]
    assert panels[0].get_ylabel() == "one" and panels[3].get_ylabel() == "two"


def test_a_strip_with_missing_titles_is_refused():
    with pytest.raises(ValueError, match="2 images"):
        figures.image_strip(np.zeros((2, 3, 3)), ["only one"])


def test_a_strip_is_no_wider_than_a_page():
    wide = figures.image_strip(np.zeros((2, 8, 3, 3)), list("abcdefgh"), ["a", "b"]).get_size_inches()
    narrow = figures.image_strip(np.zeros((1, 2, 3, 3)), ["a", "b"]).get_size_inches()
    assert narrow[0] < wide[0] <= figures.WIDTH + 1e-9


def test_schedule_curves_draw_the_schedule():
    schedule = ddpm.cosine(10)
    figure = figures.schedule_curves({"cosine": schedule})
    beta, alpha_bar, snr = (ax.lines[0].get_ydata() for ax in figure.axes)
    np.testing.assert_array_equal(beta, schedule.beta[1:])
    np.testing.assert_array_equal(alpha_bar, schedule.alpha_bar)
    np.testing.assert_allclose(snr, alpha_bar[1:] / (1 - alpha_bar[1:]), rtol=1e-4)


def test_the_same_figure_gives_the_same_file_with_ink_in_the_one_colour():
    def draw():
        figure = figures.chain_diagram(np.linspace(-1, 1, 36).reshape(4, 3, 3))
        return svg(figure)

    first = draw()
    assert first == draw()
    assert figures.INK in first and "#000000" not in first


def test_two_witnesses_draw_the_densities():
    figure = weights.two_witnesses({"a": (0.9, 0.1), "b": (0.5, 0.25)}, (0.8, 0.07), np.array([0.7, 0.8, 0.9]))
    for line, (mean, variance) in zip(figure.axes[0].lines, [(0.9, 0.1), (0.5, 0.25), (0.8, 0.07)], strict=True):
        x, density = line.get_data()
        assert x[density.argmax()] == pytest.approx(mean, abs=0.01)
        assert density.max() == pytest.approx((2 * np.pi * variance) ** -0.5, rel=1e-3)


def test_noise_weights_draw_the_weight_for_both_variances():
    schedule = ddpm.linear(10, 0.01, 0.3)
    beta, bar = (np.asarray(a, np.float64) for a in (schedule.beta, schedule.alpha_bar))
    above, below = (ax.lines[0].get_data() for ax in weights.noise_weights({"linear": schedule}).axes)
    np.testing.assert_allclose(above[1], beta[1:] / (2 * (1 - beta[1:]) * (1 - bar[1:])), rtol=1e-4)
    np.testing.assert_allclose(below[1], (beta / (1 - beta))[2:] / (2 * (1 - bar[1:-1])), rtol=1e-4)
    np.testing.assert_allclose(below[0], np.arange(2, 11) / 10)  # infinite at t = 1, so not drawn


def test_family_weights_draw_what_an_unweighted_loss_stresses():
    schedule = ddpm.linear(10, 0.01, 0.3)
    bar = np.asarray(schedule.alpha_bar, np.float64)[1:]
    below = {line.get_label(): line.get_ydata() for line in weights.family_weights(schedule).axes[1].lines}
    for name, implied in {"$x_0$": (1 - bar) / bar, "$v$": 1 / bar, "score": 1 / (1 - bar)}.items():
        np.testing.assert_allclose(below[f"{name}, unweighted"], implied / implied.mean(), rtol=1e-3)


def test_the_feet_on_the_turned_axes_are_x_t_and_v():
    bar, x_0, noise = 0.36, 0.7, 1.2
    ax = weights.rotation(np.arccos(0.6), x_0, noise).axes[0]
    feet = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "s"]
    x_t, v = np.sqrt(bar) * x_0 + np.sqrt(1 - bar) * noise, np.sqrt(bar) * noise - np.sqrt(1 - bar) * x_0
    expected = [(x_0, 0), (0, noise), (0.6 * x_t, 0.8 * x_t), (-0.8 * v, 0.6 * v)]
    np.testing.assert_allclose(feet, expected, atol=1e-12)


def test_tradeoff_gives_a_name_one_colour():
    figure = weights.tradeoff({"a": np.array([np.nan, 0.1, 0.2])}, {"best": np.zeros(9), "a": np.ones(9)})
    line = figure.axes[0].lines[0]
    assert list(line.get_ydata()) == [0.1, 0.2]
    assert [matplotlib.colors.to_hex(p.get_edgecolor()) for p in figure.axes[1].patches][-1] == line.get_color()


def test_histograms_stand_under_their_densities():
    states = {t: np.random.default_rng(t).normal(0.5, t, 5000) for t in (1, 2, 3, 4)}
    figure = closed_form.pixel_histograms(states, {t: (0.5, t**2) for t in states}, limit=20)
    for ax, t in zip(figure.axes, states, strict=True):
        x, density = ax.lines[0].get_data()
        assert density.sum() * (x[1] - x[0]) == pytest.approx(1, rel=1e-3)
        assert np.sum(x**2 * density) * (x[1] - x[0]) == pytest.approx(t**2 + 0.25, rel=1e-2)
        assert sum(bar.get_height() * bar.get_width() for bar in ax.patches) == pytest.approx(1)


def test_a_shaded_area_has_an_edge():
    ax = matplotlib.pyplot.figure().add_subplot()
    figures.shade(ax, [0, 1], [1, 2])
    (area,) = ax.collections
    assert area.get_facecolor()[0, 3] < 0.5 < area.get_edgecolor()[0, 3]

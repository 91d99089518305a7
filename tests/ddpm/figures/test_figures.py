import base64
import io
import re

import matplotlib
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.layout_engine import ConstrainedLayoutEngine

import ddpm
from ddpm import figures

pytestmark = pytest.mark.usefixtures("style")


def svg(figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def test_a_strip_shows_every_image_in_its_place_and_the_values_it_got():
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    figure = figures.image_strip(images, ["a", "b", "c"], ["one", "two"])
    ax = figure.axes[0]
    assert len(ax.images) == len(ax.patches) == 6
    for shown, frame, image in zip(ax.images, ax.patches, images.reshape(6, 4, 5), strict=True):
        assert (shown.get_array() == image).all()
        assert shown.get_clim() == (-abs(images).max(), abs(images).max())
        left, right, bottom, top = shown.get_extent()
        assert (right - left, bottom - top) == pytest.approx((5, 4))  # pixels are squares, and the first row is above
        assert frame.get_bbox().extents == pytest.approx([left, top, right, bottom])
    centres = np.array([np.mean(np.reshape(shown.get_extent(), (2, 2)), 1) for shown in ax.images]).reshape(2, 3, 2)
    assert (np.diff(centres[..., 0], axis=1) > 5).all() and (np.diff(centres[..., 1], axis=0) > 4).all()
    for axis, names, places in ((ax.xaxis, "a b c", centres[0, :, 0]), (ax.yaxis, "one two", centres[:, 0, 1])):
        assert [label.get_text() for label in axis.get_ticklabels()] == names.split()
        np.testing.assert_allclose(axis.get_ticklocs(), places)


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


def test_a_shaded_area_has_an_edge():
    ax = matplotlib.pyplot.figure().add_subplot()
    figures.shade(ax, [0, 1], [1, 2])
    (area,) = ax.collections
    assert area.get_facecolor()[0, 3] < 0.5 < area.get_edgecolor()[0, 3]


def test_both_forms_of_a_figure_are_laid_out_once_and_have_the_same_size(monkeypatch):
    figure = figures.image_strip(np.zeros((2, 3, 3)), ["a", "b"])
    figure.suptitle("Above both")
    engine, laid_out, execute = figure.get_layout_engine(), [], ConstrainedLayoutEngine.execute
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *args: (laid_out.append(1), execute(*args))[1])
    draw, drawn = figure.draw, []
    monkeypatch.setattr(figure, "draw", lambda renderer: (drawn.append(1), draw(renderer)))
    forms, _ = InteractiveShell.instance().display_formatter.format(figure)
    assert len(laid_out) == 1 and len(drawn) == 3  # to lay it out, and each form
    assert figure.get_layout_engine() is engine
    of_svg = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', forms["image/svg+xml"]).groups()
    of_pdf = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", base64.b64decode(forms["application/pdf"])).groups()
    np.testing.assert_allclose(np.float64(of_svg), np.float64(of_pdf), atol=1e-3)

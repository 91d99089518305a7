"""The colours of the figures, for all eyes and both kinds of page."""

from itertools import combinations

import numpy as np
import pytest

from ddpm.figures import COLOURS, INK

# linear sRGB to what is seen without one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1
EYES = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour: str):
    """Linear sRGB of "#rrggbb"."""
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIELAB of linear sRGB."""
    xyz = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one, other) -> float:
    """WCAG 2.2."""
    low, high = sorted(float(XYZ[1] @ linear(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_the_measures_on_known_colours():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the grey that just passes for text
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.05)
    for eyes in EYES.values():
        np.testing.assert_allclose(eyes @ np.ones(3), 1, atol=1e-5)  # white stays white


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
@pytest.mark.parametrize("colour", COLOURS)
def test_lines_stand_out_on_light_and_dark_pages(colour, page):
    assert contrast(colour, page) >= 3  # WCAG 1.4.11, for graphics


@pytest.mark.parametrize("eyes", EYES)
def test_no_two_colours_look_alike(eyes):
    seen = {colour: lab(EYES[eyes] @ linear(colour)) for colour in (*COLOURS, INK)}
    near = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in combinations(seen, 2)}
    assert min(near.values()) >= 20, min(near, key=near.get)  # 2.3 is just noticeable side by side

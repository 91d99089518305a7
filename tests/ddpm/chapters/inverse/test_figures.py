"""The figure of the chapter on inverse problems shows the points it is given."""

import numpy as np
import pytest

from ddpm.chapters.inverse import figures as pictures

pytestmark = pytest.mark.usefixtures("style")


def test_six_panels_of_points():
    points = np.random.default_rng(0).normal(size=(6, 9, 2))
    axes = pictures.posteriors(dict(zip("abcdef", points)), np.zeros((4, 2)), [[-1, 1], [1, -1]], 3).axes
    np.testing.assert_allclose([ax.lines[1].get_xydata() for ax in axes], points)

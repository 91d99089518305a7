"""Figures as the site shows them."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np

from bookbuild.site.darkfigures import compact

NUMBER = re.compile(r"-?\d+\.?\d*")


def test_a_figure_in_fewer_bytes_is_the_same_to_a_hundredth_of_a_point():
    figure, ax = plt.subplots()
    ax.plot(np.linspace(0, 1, 50), np.random.default_rng(0).normal(size=50), "o-", label="1.23456 points")
    ax.legend()
    file = io.StringIO()
    figure.savefig(file, format="svg")
    plt.close(figure)
    before = file.getvalue()
    after = compact(before)
    assert len(after) < 0.95 * len(before)
    assert NUMBER.sub("", "".join(before.split())) == NUMBER.sub("", "".join(after.split()))
    numbers = [np.array(NUMBER.findall(text), float) for text in (before, after)]
    np.testing.assert_allclose(*numbers, atol=0.01, rtol=0)

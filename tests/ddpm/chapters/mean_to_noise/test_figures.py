import matplotlib
import numpy as np
import pytest

import ddpm
from ddpm.chapters.mean_to_noise import figures

pytestmark = pytest.mark.usefixtures("style")


def test_two_witnesses_draw_the_densities():
    figure = figures.two_witnesses({"a": (0.9, 0.1), "b": (0.5, 0.25)}, (0.8, 0.07), np.array([0.7, 0.8, 0.9]))
    for line, (mean, variance) in zip(figure.axes[0].lines, [(0.9, 0.1), (0.5, 0.25), (0.8, 0.07)], strict=True):
        x, density = line.get_data()
        assert x[density.argmax()] == pytest.approx(mean, abs=0.01)
        assert density.max() == pytest.approx((2 * np.pi * variance) ** -0.5, rel=1e-3)


def test_noise_weights_draw_the_weight_for_both_variances():
    schedule = ddpm.linear(10, 0.01, 0.3)
    beta, bar = (np.asarray(a, np.float64) for a in (schedule.beta, schedule.alpha_bar))
    above, below = (ax.lines[0].get_data() for ax in figures.noise_weights({"linear": schedule}).axes)
    np.testing.assert_allclose(above[1], beta[1:] / (2 * (1 - beta[1:]) * (1 - bar[1:])), rtol=1e-4)
    np.testing.assert_allclose(below[1], (beta / (1 - beta))[2:] / (2 * (1 - bar[1:-1])), rtol=1e-4)
    np.testing.assert_allclose(below[0], np.arange(2, 11) / 10)  # infinite at t = 1, so not drawn


def test_family_weights_draw_what_an_unweighted_loss_stresses():
    schedule = ddpm.linear(10, 0.01, 0.3)
    bar = np.asarray(schedule.alpha_bar, np.float64)[1:]
    below = {line.get_label(): line.get_ydata() for line in figures.family_weights(schedule).axes[1].lines}
    for name, implied in {"$x_0$": (1 - bar) / bar, "$v$": 1 / bar, "score": 1 / (1 - bar)}.items():
        np.testing.assert_allclose(below[f"{name}, unweighted"], implied / implied.mean(), rtol=1e-3)


def test_the_feet_on_the_turned_axes_are_x_t_and_v():
    bar, x_0, noise = 0.36, 0.7, 1.2
    ax = figures.rotation(np.arccos(0.6), x_0, noise).axes[0]
    feet = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "s"]
    x_t, v = np.sqrt(bar) * x_0 + np.sqrt(1 - bar) * noise, np.sqrt(bar) * noise - np.sqrt(1 - bar) * x_0
    expected = [(x_0, 0), (0, noise), (0.6 * x_t, 0.8 * x_t), (-0.8 * v, 0.6 * v)]
    np.testing.assert_allclose(feet, expected, atol=1e-12)


def test_tradeoff_gives_a_name_one_colour():
    figure = figures.tradeoff({"a": np.array([np.nan, 0.1, 0.2])}, {"best": np.zeros(9), "a": np.ones(9)})
    line = figure.axes[0].lines[0]
    assert list(line.get_ydata()) == [0.1, 0.2]
    assert [matplotlib.colors.to_hex(p.get_edgecolor()) for p in figure.axes[1].patches][-1] == line.get_color()

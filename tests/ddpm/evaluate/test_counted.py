import numpy as np
import pytest
from scipy.stats import binomtest

from ddpm.data import dot, dots
from ddpm.evaluate import confidence_interval, counts, pixels_within, share_within


def test_every_pixel_must_be_near():
    near, far = np.asarray(dot()) + 0.04, np.array(dot())
    far[2, 0] += 0.06
    samples = np.stack([near, far, dot()])
    np.testing.assert_array_equal(pixels_within(samples, dot(), 0.05), [True, False, True])
    assert share_within(samples, dot(), 0.05) == pytest.approx(2 / 3)
    assert share_within(samples, dot(), 0.01) == pytest.approx(1 / 3)
    assert share_within(samples - 0.2, dot(), 0.1) == 0  # below counts like above


def test_counts_add_up():
    images = np.asarray(dots())
    samples = np.concatenate([images[[0, 0, 4]] + 0.1, images[[8]] - 0.1, np.zeros((2, 3, 3))]).astype(np.float32)
    np.testing.assert_array_equal(counts(samples, dots(), 0.2), [2, 0, 0, 0, 1, 0, 0, 0, 1, 2])
    with pytest.raises(ValueError, match="half the distance of pattern 0"):
        counts(samples, dots(), 0.5)


def test_no_two_patterns_are_near():
    patterns = np.array([[9.0], [0.0], [1.0]])
    np.testing.assert_array_equal(counts(patterns, patterns, 0.4), [1, 1, 1, 0])
    with pytest.raises(ValueError, match="half the distance of pattern 1"):
        counts(patterns, patterns, 0.5)


@pytest.mark.parametrize(("successes", "trials"), [(0, 20), (3, 20), (20, 20), (812, 10_000)])
def test_wilson_against_scipy(successes, trials):
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    got = confidence_interval(successes, trials, z=1.959963984540054)
    np.testing.assert_allclose(got, expected, atol=1e-12)
    np.testing.assert_allclose(confidence_interval(successes, trials), expected, atol=2e-5)  # 1.96 by default
    low, high = confidence_interval(np.array([successes, 1]), trials)
    assert low.shape == high.shape == (2,)

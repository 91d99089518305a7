"""ddpm.evaluate.neighbours on examples counted by hand, and where the answer is known for every distribution."""

import numpy as np
import pytest
from truth import Z

from ddpm.evaluate import coverage, expected_coverage, nearest, precision, share_nearer

LINE = np.array([0.0, 1.0, 2.0, 10.0])


def test_the_nearest_of_the_others():
    which, far = nearest(np.array([[0.9, 0.0], [9.0, 4.0]]), np.array([[1.0, 0.0], [6.0, 0.0]]))
    np.testing.assert_array_equal(which, [0, 1])
    np.testing.assert_allclose(far, [0.1, 5.0])


def test_shares_counted_by_hand():
    samples = np.array([0.1, 1.5, 5.0, 12.0, 40.0])
    # nearest other image: 1, 1, 1 and 8 away
    assert precision(samples, LINE, k=1).value == 4 / 5  # 5.0 is within 8 of 10, 40 is not within 8
    assert coverage(samples, LINE, k=1).value == 4 / 4
    assert coverage(samples[[0, 3]], LINE, k=1).value == 3 / 4  # 0.1 is 1.9 from 2
    assert coverage(samples[3:], LINE, k=1).value == 1 / 4
    assert precision(samples, LINE, k=3).value == 4 / 5  # 40 is 30 from 10, whose third nearest is 10 away


def test_copies_are_nearer_to_what_they_copy_and_ties_are_split():
    images, others = LINE, LINE + 100
    assert share_nearer(images, images, others).value == 1 and share_nearer(others + 1, images, others).value == 0
    assert share_nearer(images, images, images).value == 0.5
    assert share_nearer(np.array([0.0, 55.0, 100.0, 99.0]), images, others).value == 0.375


def test_honest_samples_are_as_often_nearer_to_either_half():
    random = np.random.default_rng(0)
    value, low, high = share_nearer(*random.normal(size=(3, 500, 3)))
    assert low < 0.5 < high and high - low < 0.1
    random = np.random.default_rng(1)
    images, others = random.normal(size=(2, 500, 3))
    value, low, _ = share_nearer(images + random.normal(scale=0.05, size=images.shape), images, others)
    assert low > 0.6 and value < 1


@pytest.mark.parametrize("draw", ["normal", "exponential"])
@pytest.mark.parametrize(("samples", "images", "k"), [(80, 60, 5), (40, 60, 1)])
def test_the_coverage_of_the_datas_own_distribution_does_not_depend_on_it(draw, samples, images, k):
    """The chance that none of M samples is among the k nearest of M + N - 1 points."""
    random = np.random.default_rng(2)
    draw = getattr(random, draw)
    found = [coverage(draw(size=(samples, 2)), draw(size=(images, 2)), k).value for _ in range(150)]
    assert np.mean(found) == pytest.approx(expected_coverage(samples, images, k), abs=Z * np.std(found) / np.sqrt(150))
    assert expected_coverage(1, 2, 1) == pytest.approx(1 / 2)  # of three points two are images; which is nearer?


def test_what_is_expected_is_of_the_coverage_that_is_measured_where_no_k_is_given():
    samples, images = np.random.default_rng(6).normal(size=(2, 60, 2))
    found = [coverage(samples, images, k) for k in range(1, 9)]
    (k,) = [k for k, value in enumerate(found, start=1) if value == coverage(samples, images)]
    assert expected_coverage(60, 60) == expected_coverage(60, 60, k)


def test_what_is_nowhere_near_and_what_has_lost_half():
    random = np.random.default_rng(3)
    data, far = random.normal(size=(2, 300, 2))
    halves = np.concatenate([data[:150] + [20, 0], data[150:]])
    only_one = random.normal(size=(300, 2))
    assert precision(far + 50, data).value == coverage(far + 50, data).value == 0
    assert precision(only_one, halves).value > 0.9
    assert 0.4 < coverage(only_one, halves).value < 0.55


@pytest.mark.parametrize(("measure", "most"), [(precision, 0.985), (coverage, 1.0)])
def test_intervals_hold_what_other_samples_give_on_average(measure, most):
    """Of the same images; of coverage no less often than they say."""
    random, found, sets = np.random.default_rng(4), [], 60
    for images in random.normal(size=(5, 100, 2)):
        intervals = [measure(sample + [0.7, 0], images) for sample in random.normal(size=(sets, 100, 2))]
        mean = np.mean([value for value, _, _ in intervals])
        found += [low <= mean <= high for _, low, high in intervals]
    assert 0.95 - 4 * np.sqrt(0.05 * 0.95 / len(found)) < np.mean(found) <= most
    low, high = measure(np.full((30, 2), 99.0), np.random.default_rng(5).normal(size=(50, 2)))[1:]
    assert low == 0 and high > 0.02


def test_one_of_two_samples_that_covers_all_alone_leaves_the_coverage_nearly_unknown():
    """The jackknife by hand: without the one nothing is covered, so that the error is sqrt(1/2 (1/4 + 1/4))."""
    np.testing.assert_allclose(coverage(np.array([4.0, 1e6]), np.arange(9.0), k=8), (1.0, 1 - 1.96 / 2, 1.0))


def test_what_does_not_fit(unchecked):
    for k in (0, 4):
        with pytest.raises(ValueError, match=f"below the number of images, 4; got {k}"):
            precision(LINE, LINE, k=k)
    with pytest.raises(ValueError, match=r"shape \(2,\), and those beside them \(3,\)"):
        nearest(np.ones((4, 2)), np.ones((4, 3)))

import jax
import numpy as np
from sklearn.datasets import load_digits

from ddpm.data import GREY_VALUES, as_grey, as_images, digits
from ddpm.likelihood import dequantise


def rows(images):
    return sorted(map(tuple, as_grey(images).reshape(len(images), -1).tolist()))


def test_the_halves_are_all_of_the_digits_half_of_each():
    half, other = digits()
    assert half.images.shape == (899, 8, 8) and other.images.shape == (898, 8, 8)
    pixels, labels = load_digits(return_X_y=True)
    assert rows(np.concatenate([half.images, other.images])) == sorted(map(tuple, pixels.astype(int).tolist()))
    counts = [np.bincount(part.labels) for part in (half, other)]
    np.testing.assert_array_equal(sum(counts), np.bincount(labels))
    assert np.abs(counts[0] - counts[1]).max() == 1
    by_image = {tuple(row): label for row, label in zip(pixels.astype(int).tolist(), labels)}
    for part in (half, other):
        seen = [by_image[tuple(row)] for row in as_grey(part.images).reshape(-1, 64).tolist()]
        np.testing.assert_array_equal(seen, part.labels)


def test_the_split_is_the_seeds():
    first, again, another = digits(), digits(), digits(1)
    np.testing.assert_array_equal(first[0].images, again[0].images)
    assert rows(first[0].images) != rows(another[0].images)
    assert first[0].labels[:20].tolist() == [0, 4, 0, 3, 4, 5, 6, 8, 9, 1, 3, 4, 5, 6, 7, 8, 0, 5, 0, 9]  # for ever


def test_a_pixel_is_the_middle_of_its_cell():
    grey = np.arange(GREY_VALUES)
    images = as_images(grey)
    np.testing.assert_array_equal(as_grey(images), grey)
    np.testing.assert_allclose(images[[0, 8, 16]], [-16 / 17, 0, 16 / 17], atol=1e-7)
    spread = np.asarray(dequantise(jax.random.key(0), np.tile(grey, (500, 1)), GREY_VALUES))
    np.testing.assert_array_equal(as_grey(spread), np.tile(grey, (500, 1)))
    assert np.abs(spread - images).max() < 1.001 / 17
    np.testing.assert_array_equal(as_grey(np.array([-1.5, -1.0, 0.999, 1.0, 7.0])), [0, 0, 16, 16, 16])

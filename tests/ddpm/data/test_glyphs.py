import numpy as np

from ddpm.data import GLYPHS, dot, dots, glyphs, identity


def test_dots_are_the_nine_places_of_one_dot():
    images = np.asarray(dots())
    assert images.shape == (9, 3, 3)
    for place, image in enumerate(images):
        assert image.sum() == 1 and image.max() == 1 and image.ravel()[place] == 1
    np.testing.assert_array_equal(images[4], dot())


def test_glyphs_are_eight_different_pictures():
    images = np.asarray(glyphs())
    assert images.shape == (8, 3, 3) and len(GLYPHS) == 8
    assert set(np.unique(images)) == {0, 1}
    assert len(np.unique(images.reshape(8, 9), axis=0)) == 8
    plus, cross = images[0], images[1]
    np.testing.assert_array_equal(plus + cross, 1 + dot())  # together they cover all, and both have the middle
    np.testing.assert_array_equal(images[list(GLYPHS).index("L")], [[1, 0, 0], [1, 0, 0], [1, 1, 1]])


def test_identity():
    np.testing.assert_array_equal(identity(), np.eye(3))

"""ddpm.train.moved: moves by whole pixels, against SciPy in between, and the moves that are drawn."""

import jax
import numpy as np
import pytest
from scipy.ndimage import affine_transform

from ddpm.train.moved import draw_moves, moved

IMAGE = np.random.default_rng(0).uniform(size=(8, 6)).astype(np.float32)
NONE = np.zeros(5, np.float32)


def move(**sizes):
    names = ["down", "right", "taller", "wider", "slant"]
    return np.array([sizes.get(name, 0.0) for name in names], np.float32)


def test_by_whole_pixels():
    by = jax.jit(moved)
    np.testing.assert_allclose(by(IMAGE, NONE, -1.0), IMAGE, atol=1e-6)
    there = np.asarray(by(IMAGE, move(down=1.0, right=-2.0), -1.0))
    np.testing.assert_allclose(there[1:, :-2], IMAGE[:-1, 2:], atol=1e-6)
    np.testing.assert_allclose(there[0], -1, atol=1e-6)
    np.testing.assert_allclose(there[:, -2:], -1, atol=1e-6)


@pytest.mark.parametrize("sizes", [dict(down=0.3, right=-0.7), dict(taller=0.2), dict(wider=-0.3), dict(slant=0.25)])
def test_in_between_against_scipy(sizes):
    values = dict(zip(["down", "right", "taller", "wider", "slant"], np.float64(move(**sizes))))
    # rows and columns of the source from those of the result, both counted from the middle
    of_i = [np.exp(-values["taller"]), 0]
    of_j = [values["slant"] * np.exp(-values["wider"]), np.exp(-values["wider"])]
    matrix = np.array([of_i, of_j])
    from_shift = np.array([-of_i[0] * values["down"], -of_j[1] * values["right"]])
    padded = np.pad(IMAGE, 5, constant_values=-1.0)  # so that SciPy sees the background
    middle = (np.array(padded.shape) - 1) / 2
    offset = middle - matrix @ middle + from_shift
    inside = affine_transform(padded, matrix, offset, order=1, cval=-1.0)
    np.testing.assert_allclose(moved(IMAGE, move(**sizes), -1.0), inside[5:-5, 5:-5], atol=1e-5)


def test_half_of_the_images_stay():
    u = np.random.default_rng(1).uniform(-1, 1, (4000, 6)).astype(np.float32)
    moves = np.asarray(draw_moves(u, 1.5))
    still = (moves == 0).all(axis=1)
    assert still.mean() == pytest.approx(0.5, abs=0.04)
    most = np.abs(moves).max(axis=0)
    np.testing.assert_allclose(most, [1.5, 1.5, 0.3, 0.3, 0.5], rtol=0.01)
    assert (most <= [1.5, 1.5, 0.3001, 0.3001, 0.5]).all() and np.abs(moves[~still].mean(0) / most).max() < 0.06

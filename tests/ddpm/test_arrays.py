"""ddpm.arrays: what is a key, and which axes are pixels."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.arrays import check_key, check_shape, over_pixels


def test_keys_of_both_kinds_pass_also_while_traced():
    for key in (jax.random.key(0), jax.random.PRNGKey(0), jax.random.key(0, impl="rbg")):
        assert check_key(key) is None
        jax.jit(check_key)(key)
    jax.vmap(lambda key: check_key(key) or 0)(jax.random.split(jax.random.key(0), 3))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (0, r"a JAX random key; got 0\. Make one: jax\.random\.key\(0\)"),
        (42, r"a JAX random key; got 42\. Make one: jax\.random\.key\(42\)"),
        (None, r"a JAX random key; got NoneType\. Make one: jax\.random\.key\(0\)"),
        (np.zeros(2, int), r"a JAX random key; got ndarray\. Make one: jax\.random\.key\(0\)"),
        (
            jax.random.split(jax.random.key(0), 3),
            r"one JAX random key; got an array of 3\. Take one of them: keys\[0\]",
        ),
    ],
)
def test_what_is_no_key_is_told_how_to_make_one(key, words):
    with pytest.raises(TypeError, match="^key must be " + words):
        check_key(key)


def test_over_pixels():
    values, images = jnp.asarray([1.0, 2.0]), jnp.ones((2, 3, 3))
    np.testing.assert_array_equal((over_pixels(values, images) * images)[:, 1, 2], [1, 2])
    assert over_pixels(jnp.asarray(3.0), images).shape == (1, 1, 1) and over_pixels(values, values).shape == (2,)


def test_a_shape_is_a_tuple():
    check_shape((3, 3))
    check_shape(())
    for shape in (3, [3, 3]):
        with pytest.raises(TypeError, match=r"shape must be a tuple.* got"):
            check_shape(shape)

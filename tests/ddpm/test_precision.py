import jax.numpy as jnp
import pytest

from ddpm.precision import enable_x64


@pytest.mark.parametrize("on, dtype", [(True, "float64"), (False, "float32")])
def test_default_float(on, dtype):
    with enable_x64(on):
        assert jnp.ones(1).dtype == dtype

"""The counts of published networks against what is published, and against XLA's count of the same layers."""

import jax
import jax.numpy as jnp
import pytest

from ddpm.chapters.larger.published import Counted, ddpm_cifar10, dit_xl_2, layer


def test_the_papers_numbers():
    """35.7 million (Ho et al. 2020, appendix B); the public weights hold 35,746,307. 675 million and 118.64 Gflops
    (Peebles and Xie 2023, table 4)."""
    assert ddpm_cifar10().weights == 35_746_307
    assert dit_xl_2().weights == pytest.approx(675e6, rel=1e-3)
    assert dit_xl_2().products == pytest.approx(118.64e9, rel=1e-3)


def test_a_layer():
    """A convolution of 3 x 3 as patches: XLA counts two operations for each product."""
    found = layer(5, 7, 16, 9)
    assert found.weights == 5 * 9 * 7 + 7
    product = jax.jit(jnp.matmul).lower(jnp.zeros((16, 45)), jnp.zeros((45, 7)))
    assert product.cost_analysis()["flops"] == 2 * found.products
    assert found + found == Counted(2 * found.weights, 2 * found.products)

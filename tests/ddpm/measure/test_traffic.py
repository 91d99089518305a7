"""ddpm.measure.traffic: what programs for many devices say that they send. The lines are as XLA has written them."""

import re

import jax
import jax.numpy as jnp
import pytest

from ddpm.measure.traffic import sent

NEW = """
  %all-gather.1 = f32[128,64]{1,0} all-gather(%param.2), channel_id=2, replica_groups=mesh['axis_0'=8], dimensions={0}
  %all-reduce.3 = (f32[128,64]{1,0}, bf16[64]{0}, f32[]) all-reduce(%dot.3, %dot.4, %wrapped_reduce), channel_id=3
  %get-tuple-element.1 = f32[128,64]{1,0} get-tuple-element(%all-reduce.3), index=0
"""
OLD = """
  %all-gather = f32[8,16]{1,0} all-gather(f32[8,2]{1,0} %copy), channel_id=1, replica_groups=[1,8]<=[8], dimensions={1}
  ROOT %reduce-scatter = f32[8,2]{1,0} reduce-scatter(f32[8,16]{1,0} %x), channel_id=2, dimensions={1}, to_apply=%add
"""


def test_bytes_around_a_ring():
    matrix = 128 * 64 * 4
    assert sent(NEW, 8) == {"all-gather": 7 / 8 * matrix, "all-reduce": 2 * 7 / 8 * (matrix + 128 + 4)}
    assert sent(OLD, 8) == {"all-gather": 7 / 8 * 512, "reduce-scatter": 7 * 64}
    assert sent("%add = f32[3]{0} add(%a, %b)", 8) == {}


def test_each_type_that_jax_has_counts_with_its_bits():
    with jax.enable_x64(True):
        names = {name for name in dir(jnp) if isinstance(getattr(jnp, name), type(jnp.float32))}
        kinds = {jnp.dtype(getattr(jnp, name)) for name in names}
        shapes = [jax.ShapeDtypeStruct((8, 3), kind) for kind in kinds]
        program = jax.jit(lambda *arrays: arrays).lower(*shapes).as_text("hlo")
    called = re.search(r"entry_computation_layout=\{\((.*?)\)->", program)[1]
    called = re.findall(r"(\w+)\[8,3\]", called)
    assert len(called) == len(kinds) > 20
    for kind, name in zip(kinds, called, strict=True):
        known = jnp.iinfo if jnp.issubdtype(kind, jnp.integer) else jnp.finfo  # of half a byte NumPy makes a whole one
        bits = known(kind).bits if kind.itemsize == 1 and name != "pred" else 8 * kind.itemsize
        found = sent(f"%a = {name}[8,3]{{1,0}} all-gather(%x), channel_id=1", 4)
        assert found == {"all-gather": 3 / 4 * 24 * bits / 8}, (kind, name)


def test_a_type_that_does_not_say_its_size_is_named():
    with pytest.raises(ValueError, match="sends an array of the type token, which does not say how many bits"):
        sent("%a = token[] all-gather(%x), channel_id=1", 4)


@pytest.mark.parametrize("kind", ["all-to-all", "collective-permute", "all-reduce-start", "all-gather-start"])
def test_other_exchanges_are_not_passed_over(kind):
    with pytest.raises(ValueError, match=f"of the kind {kind}, which is not counted; only"):
        sent(f"%a = f32[8]{{0}} {kind}(%x), channel_id=1", 8)

"""Runs before each notebook there: products are rounded as a recent NVIDIA card rounds them unless told (TF32), so that
what a notebook asserts holds on such a card too.

Operands of 32 bits keep ten bits of their mantissa, in products of matrices and in convolutions for which nobody asked
for more. The names of JAX's inner parts are those of the version that is pinned beside this file.
"""

import jax
from jax._src.interpreters import mlir
from jax._src.lib.mlir import ir
from jax._src.lib.mlir.dialects import hlo


def _as_asked(precision) -> bool:
    return {*precision} == {jax.lax.Precision.DEFAULT} if isinstance(precision, tuple) else precision is None


def _round_operands_of(product) -> None:
    lower = mlir._platform_specific_lowerings["cpu"].get(product) or mlir._lowerings[product]
    exponent, mantissa = 8, 10

    def rounded(context, *operands, **parameters):
        single = all(str(ir.RankedTensorType(x.type).element_type) == "f32" for x in operands)
        if single and _as_asked(parameters["precision"]):
            number = ir.IntegerType.get_signless(32)
            bits = [ir.IntegerAttr.get(number, n) for n in (exponent, mantissa)]
            operands = [hlo.reduce_precision(x, *bits) for x in operands]
        return lower(context, *operands, **parameters)

    mlir.register_lowering(product, rounded, platform="cpu")


_round_operands_of(jax.lax.dot_general_p)
_round_operands_of(jax.lax.conv_general_dilated_p)

"""ddpm.precision: the switch for float64, and products in full wherever something exact is computed."""

import ast
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from ddpm.precision import enable_x64, full_product

PACKAGE = Path(__file__).parents[2] / "code/ddpm"
NETWORKS = ("nn/", "chapters/larger/deep.py")  # a few digits are enough for them
NUMPY = ("inverse/exact.py", "chapters/guidance/exact.py")  # their products are NumPy's, in double precision
CHECKS = ("equations", "exercises")  # run on a processor, or by a judge that asks for full products
PRODUCTS = {"dot", "matmul", "einsum", "tensordot", "vdot", "inner", "vecdot", "convolve", "correlate", "cov"}


@pytest.mark.parametrize("on, dtype", [(True, "float64"), (False, "float32")])
def test_default_float(on, dtype):
    with enable_x64(on):
        assert jnp.ones(1).dtype == dtype


def test_a_full_product_keeps_its_digits_whatever_is_asked_of_others():
    with jax.default_matmul_precision("bfloat16"):
        of_full, of_other = (
            jax.make_jaxpr(product)(jnp.ones((2, 3)), jnp.ones(3)).eqns[-1].params["precision"]
            for product in (full_product, jnp.matmul)
        )
    assert of_full == (jax.lax.Precision.HIGHEST,) * 2 != of_other


def rounded(path: Path) -> list[str]:
    """The products of JAX in the file that a GPU would round: line and text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found.append(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PRODUCTS:
            asked = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if ast.unparse(node.func.value) in ("jnp", "jax.numpy") and asked.get("precision") != "'highest'":
                found.append(node)
    return [f"{path}:{node.lineno}: {ast.unparse(node)}" for node in found]


def test_what_is_exact_does_not_round_its_products():
    """On a GPU. The tests themselves ask for full products everywhere, and so cannot see it."""
    files = [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if "import jax.numpy as jnp" in path.read_text(encoding="utf-8")
        and not path.relative_to(PACKAGE).as_posix().startswith(NETWORKS + NUMPY)
        and not set(CHECKS) & {path.stem, *path.parts}
    ]
    assert len(files) > 50
    assert [place for path in files for place in rounded(path)] == []


def test_such_products_are_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(
        "a @ b\njnp.dot(a, b)\njnp.dot(a, b, precision='high')\njnp.dot(a, b, precision='highest')\na.dot(b)"
    )
    assert [place.split(":")[1] for place in rounded(path)] == ["1", "2", "3"]

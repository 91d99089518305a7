"""What readers see of a cell."""

import pytest

from bookbuild.site.shown import is_setup, without_glue

SEEN = """\
import jax

for n in (1, 2):
    print(n)  # glue is a word here

if n:
    x = 1
else:
    x = 2"""


def test_glue_is_left_out_and_nothing_else():
    source = """\
import jax
from ddpm.notebook.glue import glue

for n in (1, 2):
    print(n)  # glue is a word here
    glue(f"n_{n}", n)
    glue("two_lines",
         n)
for n in (1, 2):
    with jax.disable_jit():
        glue("only", n)

if n:
    glue("n", n)
    x = 1
else:
    x = 2
    glue("x", x)
glue("end", x)"""
    assert without_glue(source) == SEEN
    assert without_glue(SEEN) == SEEN


def test_a_block_that_also_does_something_else_stays():
    source = "if a:\n    glue('a', a)\nelse:\n    b = 1"
    with pytest.raises(ValueError, match="line 2"):
        without_glue(source)


@pytest.mark.parametrize(
    "source", ["x = glue('a', 1)", "f(glue)", "import ddpm.notebook.glue as glue\nglue.glue('a', 1)"]
)
def test_glue_that_cannot_be_left_out_is_refused(source):
    with pytest.raises(ValueError, match="statement of its own"):
        without_glue(source)


@pytest.mark.parametrize("source", ["", "glue('a', 1)", "from ddpm.notebook.glue import glue\n\nglue('a', 1)\n"])
def test_a_cell_may_have_nothing_to_show(source):
    assert without_glue(source) == ""


def test_a_magic_is_left_alone():
    assert without_glue("%pip install glue") == "%pip install glue"


def test_a_block_that_does_more_stays_however_much_is_glued_inside():
    source = "for a in b:\n    print(a)\n    for c in a:\n        print(c)\n        glue('x', c)\n        glue('y', c)"
    assert without_glue(source) == "for a in b:\n    print(a)\n    for c in a:\n        print(c)"


@pytest.mark.parametrize(
    "source, setup",
    [
        ("import jax\nfrom a import (\n    b,\n    c)", True),
        ("import jax\n\nfigures.use_style()", True),
        ("import jax\nx = 1", False),
        ("", False),
        ("%matplotlib inline\nimport jax", False),
    ],
)
def test_what_only_imports_is_set_up(source, setup):
    assert is_setup(source) == setup

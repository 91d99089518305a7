"""What is typeset beside chains: rows and several chains in one block."""

import sympy as sp

from ddpm.derivation.chain import Chain
from ddpm.derivation.layout import PHONE, broken_at, width
from ddpm.derivation.statement import Law, Statement, Together
from ddpm.derivation.symbols import as_written

a, b, c, d = sp.symbols("a b c d")
with as_written():  # else the order of the terms is SymPy's own
    LONG, THREE, FOUR = sum(sp.symbols("e:z"), a), a + b + c, a + b + c + d


def inside(tex):
    return tex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").splitlines()


def test_one_row_is_no_block():
    assert Statement((a, "=", b)).latex() == "a = b" and Statement((a, ":=", b), end=".").latex() == "a := b."
    assert Statement((r"\alpha", r"\sim", Law(a, b))).latex() == r"\alpha \sim \mathcal N(a,\ b)"
    assert Statement((a, "=", b)).settled == "symbolically" and Statement((a, "=", b), settled="so").settled == "so"


def test_rows_end_with_commas_and_the_last_as_told():
    rows = (a, "=", b), (c, r"\le", d), ("x", "=", "y")
    assert inside(Statement(*rows, end=".").latex()) == [r"a &= b, \\", r"c &\le d, \\", "x &= y."]
    assert inside(Statement(*rows[:2]).latex()) == [r"a &= b, \\", r"c &\le d"]
    assert Statement(*rows).latex().startswith("\\begin{aligned}\n")


def test_a_row_that_is_too_wide_is_broken_before_its_sign():
    for letters, broken in ((18.5, True), (19.0, False)):  # about 18.8 letters
        with broken_at(letters):
            lines = inside(Statement((THREE, "=", FOUR), end=".").latex())
        assert lines == ([r"&a + b + c \\", r"&\quad = a + b + c + d."] if broken else ["a + b + c = a + b + c + d."])
    with broken_at(PHONE):
        wide = inside(Statement((a, "=", LONG), (LONG, "=", b)).latex())
        assert (
            wide[0] == r"&a \\" and wide[1].startswith(r"&\quad = a + e") and wide[2].startswith(r"&\quad\quad {} + ")
        )
        assert sum(line.startswith(r"&\quad = ") for line in wide) == 2 and wide[-1] == r"&\quad = b"
        assert all(line.endswith(r" \\") for line in wide[:-1])
        assert any(line.endswith(r", \\") for line in wide)


def test_a_row_that_just_fits_is_not_broken():
    first, narrow = (a * b, "=", THREE), width("a b = a + b + c,")
    for left, second in ((c, "c &= "), (sp.Mul(*sp.symbols("e:t")), r"&\quad = ")):
        rows = {}
        for room in (narrow, narrow - 0.1):
            with broken_at(room):
                rows[room] = inside(Statement(first, (left, "=", LONG)).latex())
        assert rows[narrow][0] == r"a b &= a + b + c, \\" and any(row.startswith(second) for row in rows[narrow])
        assert rows[narrow - 0.1][0] == r"&a b \\"


def test_a_block_is_written_as_it_stands():
    first, second = Chain(a).step(a, ""), Chain(b).step(b, "")
    third = Together(first, second, Chain(c).step(c, ""), end=".").latex()
    assert inside(third) == [r"a &= a, \\[0.5em]", r"b &= b, \\[0.5em]", "c &= c."]
    with broken_at(12.0):
        tall = inside(Statement((a, "=", FOUR), end=".").latex())
    assert tall == [r"a &= a + b + c \\", r"&\quad {} + d."]
    with as_written():
        written = a * b + (b + a)
    assert Statement((written, "=", written)).latex() == "a b + b + a = a b + b + a"


def test_laws():
    assert Law(0, 1).args == (0, 1) and Law(0, 1, "I").args == (0, 1, sp.Symbol("I"))


def test_chains_together():
    first, second = Chain(2 * a).step(2 * a, "twice"), Chain(b**2).step(b**2, "square")
    both = Together(first, second, end=".")
    assert inside(both.latex()) == [
        r"2 a &= 2 a, \quad \text{(twice)} \\[0.5em]",
        r"b^2 &= b^2. \quad \text{(square)}",
    ]
    assert Together(first, second).latex().endswith("b^2 \\quad \\text{(square)}\n\\end{aligned}")
    assert both.settled == "symbolically, 1 step"
    third = Chain(b).step(b, "").step(b, "")
    assert Together(first, third).settled == "symbolically, 1 step; symbolically, 2 steps"

"""The table of an algorithm beside its code is made from the code."""

import pytest

from ddpm.notebook import algorithms


def two_lines(x):
    y = [
        x,  # not marked: 1
        x,
    ]
    for _ in y:  # 1, 3
        x = x + 1  # 2
    return x  # 3


@pytest.fixture
def shown(monkeypatch):
    """`shown(*args)`: the rows of the table, without its head."""

    def rows(*args):
        kept = []
        monkeypatch.setattr(algorithms, "display", kept.append)
        algorithms.beside(*args)
        return kept[0].data.splitlines()[2:]

    return rows


def test_marked_lines_stand_beside_their_number_in_order(shown):
    assert shown(["loop", "add", "$x$"], two_lines) == [
        "| 1 | loop | `for _ in y:` |",
        "| 2 | add | `x = x + 1` |",
        "| 3 | $x$ | `for _ in y:` |",
        "|  |  | `return x` |",
    ]


def test_several_functions_and_compiled_ones(shown):
    import jax

    @jax.jit
    def more(x):
        return x + 1  # 4

    assert shown(["a", "b", "c", "d"], two_lines, more)[-1] == "| 4 | d | `return x + 1` |"


def test_a_line_without_code_and_code_without_a_line_are_refused():
    with pytest.raises(ValueError, match=r"lines 1 to 4; without a partner: \[4\]"):
        algorithms.beside("abcd", two_lines)
    with pytest.raises(ValueError, match=r"without a partner: \[3\]"):
        algorithms.beside("ab", two_lines)

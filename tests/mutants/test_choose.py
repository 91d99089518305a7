from pathlib import Path
from types import SimpleNamespace

import pytest

from mutants import choose

ROOT = Path(__file__).parents[2]
SOURCE = """\
from functools import cache

@cache
def f(x: int | float, é=1 | 2) -> int | None:
    y: int | str = x + 1
    return not y
"""


def change(line, column, name="NumberReplacer"):
    return SimpleNamespace(start_pos=(line, column), operator_name=f"core/{name}")


@pytest.mark.parametrize(
    "line, text, name, counts",
    [
        (3, "@", "RemoveDecorator", False),
        (4, "| float", "ReplaceBinaryOperator_BitOr_BitAnd", False),
        (4, "| 2", "ReplaceBinaryOperator_BitOr_BitAnd", True),
        (4, "1 ", "NumberReplacer", True),
        (4, "| None", "ReplaceBinaryOperator_BitOr_BitAnd", False),
        (5, "| str", "ReplaceBinaryOperator_BitOr_BitAnd", False),
        (5, "+", "ReplaceBinaryOperator_Add_Sub", True),
        (5, "+", "ReplaceBinaryOperator_Add_RShift", False),
        (6, "not", "ReplaceUnaryOperator_Delete_Not", True),
    ],
)
def test_what_counts(line, text, name, counts):
    column = SOURCE.splitlines()[line - 1].index(text)
    assert choose.counts(change(line, column, name), SOURCE, choose.uncounted(SOURCE)) == counts


@pytest.mark.parametrize("error, counts", [("ValueError", True), ("(KeyError, np.Error)", True), ("np.Error", False)])
def test_an_exception_of_a_module_is_not_replaced(error, counts):
    source = f"try:\n    f()\nexcept {error}:\n    pass\n"
    column = source.splitlines()[2].index(error.strip("(").split(",")[0])
    assert choose.counts(change(3, column, "ExceptionReplacer"), source, []) == counts


def test_a_decorator_that_changes_what_comes_out_counts():
    source = "@property\ndef f(self): return 1\n"
    assert choose.counts(change(1, 0, "RemoveDecorator"), source, choose.uncounted(source))


def test_the_parts_are_the_package_without_what_belongs_to_the_book():
    found = {part: choose.modules(ROOT, part) for part in choose.PARTS}
    assert (
        Path("code/ddpm/schedule.py") in found["core"] and Path("code/ddpm/derivation/chain.py") in found["derivation"]
    )
    assert not set(found["core"]) & {*found["derivation"], *found["grading"]}
    assert not [path for path in found["core"] if "chapters" in path.parts or "figures" in path.parts]


def test_the_tests_of_a_module_are_those_of_its_folder_and_never_all_there_are():
    found = choose.tests(ROOT, Path("code/ddpm/sample/loop.py"))
    assert Path("tests/ddpm/sample/test_loop.py") in found
    of_all = {Path("tests/ddpm/test_defaults.py"), Path("tests/ddpm/test_records.py")}
    assert of_all < set(found) and {path.parent for path in set(found) - of_all} == {Path("tests/ddpm/sample")}
    of_grading = choose.tests(ROOT, Path("code/ddpm/grading/written/wire.py"))
    assert {path.parent for path in set(of_grading) - of_all} == {Path("tests/ddpm/grading")}
    for part in choose.PARTS:
        assert all(choose.tests(ROOT, module) for module in choose.modules(ROOT, part))


def test_a_sample_is_the_same_every_time_and_in_order():
    items = list(range(100))
    drawn = choose.sample(items, 10, seed=3)
    assert drawn == sorted(drawn) == choose.sample(items, 10, seed=3) != choose.sample(items, 10, seed=4)
    assert choose.sample(items, None, 0) == choose.sample(items, 500, 0) == items

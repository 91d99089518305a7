"""Which mutants count, and which tests have to kill them."""

import ast
import random
import re
from collections.abc import Sequence
from pathlib import Path

PACKAGE, TESTS = Path("code/ddpm"), Path("tests/ddpm")
Span = tuple[tuple[int, int], tuple[int, int]]  # from a line and column to another
OF_ALL = ("test_defaults.py", "test_records.py")  # of every room
PARTS = ("core", "derivation", "grading")
NOT_CORE = {"chapters", "derivation", "figures", "grading", "notebook"}
# The changes that a slip could make. Left out is what fails wherever it stands, as `>>` in the place of `+`.
OPERATORS = """
    AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd ReplaceUnaryOperator_Delete_Not
    ReplaceUnaryOperator_Delete_USub ReplaceUnaryOperator_Delete_Invert NumberReplacer RemoveDecorator
    ReplaceBreakWithContinue ReplaceContinueWithBreak ZeroIterationForLoop ExceptionReplacer
    ReplaceBinaryOperator_Add_Sub ReplaceBinaryOperator_Sub_Add ReplaceBinaryOperator_Mul_Div
    ReplaceBinaryOperator_Div_Mul ReplaceBinaryOperator_Pow_Mul ReplaceBinaryOperator_Mod_Mul
    ReplaceBinaryOperator_FloorDiv_Div ReplaceBinaryOperator_BitOr_BitAnd ReplaceBinaryOperator_BitAnd_BitOr
    ReplaceComparisonOperator_Eq_NotEq ReplaceComparisonOperator_NotEq_Eq
    ReplaceComparisonOperator_Is_IsNot ReplaceComparisonOperator_IsNot_Is
    ReplaceComparisonOperator_Lt_LtE ReplaceComparisonOperator_Lt_GtE
    ReplaceComparisonOperator_LtE_Lt ReplaceComparisonOperator_LtE_Gt
    ReplaceComparisonOperator_Gt_GtE ReplaceComparisonOperator_Gt_LtE
    ReplaceComparisonOperator_GtE_Gt ReplaceComparisonOperator_GtE_Lt
""".split()
ONLY_FASTER = {"jit", "filter_jit", "cache", "lru_cache"}  # decorators without which all comes out the same


def modules(root: Path, part: str) -> list[Path]:
    """The modules of one of the PARTS of the package, relative to the clone."""
    found = sorted(path.relative_to(root) for path in (root / PACKAGE).rglob("*.py"))
    rooms = {path: path.relative_to(PACKAGE).parts[0] for path in found}
    return [path for path, room in rooms.items() if (room not in NOT_CORE if part == "core" else room == part)]


def tests(root: Path, module: Path) -> list[Path]:
    """The files of tests of a module: those in the folder that mirrors its own, or in the next one up that has any; and
    those that look at all of the package."""
    room = module.relative_to(PACKAGE).parent
    folder = TESTS / room
    while not (found := {path.relative_to(root) for path in (root / folder).glob("test_*.py")}):
        folder = folder.parent
    return sorted(found | {TESTS / name for name in OF_ALL})


def counts(change, source: str, spans: Sequence[Span]) -> bool:
    """Whether one of Cosmic Ray's changes to a source counts: it is among ours, and outside of the spans."""
    line, column = change.start_pos
    text, name = source.splitlines()[line - 1], change.operator_name.removeprefix("core/")
    place = (line, len(text[:column].encode()))  # as `ast` counts
    inside = any(start <= place < end for start, end in spans)
    dotted = re.match(r"\w+\.", text[column:])  # Cosmic Ray puts an exception only for one that is a bare name
    return name in OPERATORS and not inside and not (name == "ExceptionReplacer" and dotted)


def uncounted(source: str) -> list[Span]:
    """Where a change does not count: in annotations, and in decorators that only make faster."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found += [node.returns] * (node.returns is not None)
            found += [decorator for decorator in node.decorator_list if names(decorator) & ONLY_FASTER]
    # a decorator's place is that of its @, one column before it
    return [((part.lineno, part.col_offset - 1), (part.end_lineno, part.end_col_offset)) for part in found]


def names(node: ast.AST) -> set[str]:
    """The names in an expression, without what stands before a point."""
    return {
        inner.attr if isinstance(inner, ast.Attribute) else inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute | ast.Name)
    }


def sample(items: list, number: int | None, seed: int) -> list:
    """As many of the items as asked for, drawn at random; all if `number` is None or larger."""
    if number is None or number >= len(items):
        return items
    return [items[i] for i in sorted(random.Random(seed).sample(range(len(items)), number))]

"""Which names a cell makes for later cells, and which it needs from earlier ones."""

import dis
from functools import cache
from types import CodeType

LOADS = {"LOAD_NAME", "LOAD_GLOBAL"}


@cache  # an assignment asks for the names of each cell again and again
def names(source: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The names that the cell `source` makes, and those that it uses before it makes them; None if it is not plain
    Python."""
    try:
        code = compile(source, "cell", "exec")
    except SyntaxError:  # a magic
        return None
    made, used = set(), set()
    for step in dis.get_instructions(code):  # in the order in which they run
        if step.opname == "STORE_NAME":
            made.add(step.argval)
        elif step.opname in LOADS and step.argval not in made:
            used.add(step.argval)
    for inner in within(code):
        used |= {step.argval for step in dis.get_instructions(inner) if step.opname in LOADS} - made
    return frozenset(made), frozenset(used)


def within(code: CodeType):
    """The functions, classes and comprehensions inside `code`."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from within(constant)

"""The student's version of a cell: what stands between the marks of a solution gives way to a placeholder."""

import ast
import re
from itertools import takewhile
from textwrap import dedent

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
MARKS = re.compile(rf"^ *(?:{BEGIN}|{END}) *(?:\n|\Z)", re.M)
PLACEHOLDER = "...  # your answer"
INNER_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def blank(source: str, later: set[str]) -> str:
    """`source` without its solutions.

    Each solution becomes one `...`. Where it made names that the rest of the cell or a later cell uses, it becomes a
    `...`
    for each of them; of a function that it made, the signature is kept. So the cell still runs, and a check that gets
    `...`, or calls a function that returns nothing, says that there is no answer yet.

    Args:
        later: the names that later cells use.

    Raises:
        ValueError: a mark without its partner, an empty solution, or no solution at all; with the line in the cell.
    """
    lines, done, start = source.splitlines(), [], None
    for number, line in enumerate(lines, start=1):
        mark = line.strip()
        if mark == BEGIN:
            if start is not None:
                raise ValueError(
                    f"line {number}: `{BEGIN}` inside of a solution. End the one that began in line {start} first."
                )
            start = number
        elif mark == END:
            if start is None:
                raise ValueError(f"line {number}: `{END}` without `{BEGIN}` above it.")
            indent = line[: len(line) - len(line.lstrip())]
            rest = what_follows(lines[number:], indent)
            block = placeholder("\n".join(lines[start : number - 1]), set() if indent else later, rest)
            done += [indent + text for text in block.splitlines()]
            start = None
        elif start is None:
            done.append(line)
    if start is not None:
        raise ValueError(f"line {start}: `{BEGIN}` without `{END}` below it.")
    if len(done) == len(lines):
        raise ValueError(f"no solution in this cell. Put it between `{BEGIN}` and `{END}`.")
    return "\n".join(done)


def asked(source: str) -> list[str]:
    """The names of the functions and variables in a cell, as `blank` leaves it, that wait for an answer."""
    found = []
    for node in ast.parse(source).body:
        waits = any(
            isinstance(inner, ast.Expr | ast.Assign)
            and isinstance(inner.value, ast.Constant)
            and inner.value.value is ...
            for inner in ast.walk(node)
        )
        if waits and isinstance(node, ast.FunctionDef):
            found.append(node.name)
        elif waits and isinstance(node, ast.Assign):
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return found


def unmarked(source: str) -> str:
    """`source` with its solutions, without the marks around them."""
    return MARKS.sub("", source).rstrip("\n")


def what_follows(lines: list[str], indent: str) -> str:
    """The lines of the same block that students see."""
    block = takewhile(lambda line: not line.strip() or line.startswith(indent), lines)
    return re.sub(rf"{BEGIN}.*?(?:{END}|\Z)", "", "\n".join(block), flags=re.S)


def placeholder(solution: str, later: set[str], rest: str) -> str:
    tree = ast.parse(dedent(solution))
    if not tree.body:
        raise ValueError(f"an empty solution. Write one between `{BEGIN}` and `{END}`.")
    wanted = {name: node for name, node in made(tree).items() if name in later or re.search(rf"\b{name}\b", rest)}
    return "\n".join(as_blank(name, node) for name, node in wanted.items()) or PLACEHOLDER


def made(tree) -> dict[str, ast.AST]:
    """The names that `tree` binds where it stands, each with the node that does, in the order of the text."""
    found, nodes = {}, [tree]
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = node
        elif isinstance(node, ast.alias):
            found[(node.asname or node.name).partition(".")[0]] = node
        if not isinstance(node, INNER_SCOPES):
            nodes = [*ast.iter_child_nodes(node), *nodes]
    return found


def as_blank(name: str, node) -> str:
    if isinstance(node, ast.FunctionDef):
        return f"def {name}({ast.unparse(node.args)}):\n    {PLACEHOLDER}"
    return f"{name} = {PLACEHOLDER}"

"""What a person should look at: the package's own functions as answers, predictions as measurements, the same answers
twice."""

import ast
import contextlib
from collections.abc import Sequence

from ddpm.grading.limit import TooLong, in_time, of_work
from ddpm.grading.score.assigned import definitions, parsed
from ddpm.grading.score.notebook import Notebook

MEASURED = "measured"
WATCHES = ("setprofile", "settrace", "setprofile_all_threads", "settrace_all_threads", "monitoring")  # see `kernel`
SAME = 2  # exercises answered, and more: then equal answers are told
SECONDS = 30  # of work for one notebook: some code takes hours to look through
MOST, LONGEST = 20, 200  # remarks on one notebook, and letters of each
DEEPEST = 20  # attributes of attributes
ANSWERS = {"schedule", "derivation", "grading"}  # the parts of the package that answers are made of


def of_notebook(notebook: Notebook, asked: Sequence[str]) -> list[str]:
    """What the text of a notebook tells: where an answer names a function of the package, and where `measured` comes
    from answers."""
    try:
        found = in_time(of_work(SECONDS), lambda: _looked_through(notebook, asked))
    except TooLong:
        return ["its code takes too long to be looked through: nothing is known of what it names"]
    more = [f"{len(found) - MOST} more remarks of this kind"] if len(found) > MOST else []
    return [line if len(line) <= LONGEST else f"{line[:LONGEST]} ..." for line in found[:MOST]] + more


def _looked_through(notebook, asked) -> list[str]:
    trees = list(map(parsed, notebook.cells))
    known = _imported(trees)
    found, made = [], {}
    for number, tree in enumerate(trees, start=1):
        for name, node in definitions(tree).items():
            made[name] = node
            if name == MEASURED and (used := [n for n in _names(node) if n.startswith("answer_")]):
                found.append(f"code cell {number} makes `measured` out of {used[0]}")
            elif name == MEASURED and not any(n in made for n in _names(node)):
                found.append(f"code cell {number} makes `measured` out of nothing that the notebook has computed")
    for name in asked:
        for used in sorted(_uses(name, made, known)):
            found.append(f"{name} uses the package's own {used}")
    for number, tree in enumerate(trees, start=1):
        for used in sorted(
            {whole for node in ast.walk(tree) if (whole := _whole(node, known)) and _is_reference(whole)}
        ):
            found.append(f"code cell {number} looks into the checks: {used}")
        for used in sorted(set(WATCHES) & {_last_name(node) for node in ast.walk(tree)}):
            found.append(f"code cell {number} names {used}, with which it can hide what it calls")
    return found


def _imported(trees) -> dict[str, str]:
    """What names stand for that come from the package, by imports and by assignments such as f = package.function."""
    known = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            known |= {
                (alias.asname or "ddpm"): (alias.name if alias.asname else "ddpm")
                for alias in node.names
                if alias.name.partition(".")[0] == "ddpm"
            }
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "ddpm":
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return known


def _whole(node, known) -> str:
    """The full name of a name or an attribute that comes from the package, else ""."""
    parts = []
    while isinstance(node, ast.Attribute) and len(parts) < DEEPEST:
        parts, node = [node.attr, *parts], node.value
    return ".".join([known[node.id], *parts]) if isinstance(node, ast.Name) and node.id in known else ""


def _last_name(node):
    """The name that a name, an attribute, an import or a text ends with."""
    found = (getattr(node, field, None) for field in ("id", "attr", "name", "value"))
    return next((name for name in found if isinstance(name, str)), None)


def _names(node) -> list[str]:
    """The names that a statement takes from elsewhere."""
    own = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    if isinstance(node, ast.FunctionDef):
        own |= {
            inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
    return [
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and inner.id not in own
    ]


def _uses(name, made, known) -> set[str]:
    """The functions of the package that an answer names, itself or by another function of the notebook."""
    found, seen, waiting = set(), set(), [name]
    while waiting:
        current = waiting.pop()
        if current in seen or current not in made:
            continue
        seen.add(current)
        node, names = made[current], _names(made[current])
        for inner in ast.walk(node):
            whole = _whole(inner, known)
            if whole.count(".") >= 2 and whole.split(".")[1] not in ANSWERS and _root(inner) in names:
                found.add(whole)
        functions = [n for n in names if isinstance(made.get(n), ast.FunctionDef)]
        waiting += functions if isinstance(node, ast.FunctionDef) else names
    return {whole for whole in found if not any(other.startswith(f"{whole}.") for other in found)}


def _root(node) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id


def _is_reference(whole) -> bool:
    """Whether a name leads into a module of the checks, and not to a check or to what a notebook is meant to use."""
    parts = whole.split(".")
    return (
        (parts[:2] == ["ddpm", "grading"] or "exercises" in parts)
        and len(parts) > 2
        and parts[-1] != "exercises"
        and not parts[-1].startswith("check_")
        and not parts[-2].startswith("check_")
    )


def answers(notebook: Notebook, asked: Sequence[str]) -> dict[str, str]:
    """The answers as they are written, without comments, spaces and descriptions; blanks left out."""
    found = {}
    for tree in map(parsed, notebook.cells):
        for name, node in definitions(tree).items():
            if name in asked:
                # a sum of thousands of terms, a number of thousands of digits, or a line break in an f-string
                with contextlib.suppress(RecursionError, ValueError, SyntaxError):
                    found[name] = _plain(node)
    return {name: text for name, text in found.items() if text}


def _plain(node) -> str:
    """An answer as it is written; "" for a blank."""
    tree = ast.parse(ast.unparse(node))
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Constant) and inner.value is Ellipsis:
            return ""
        if isinstance(inner, ast.FunctionDef) and ast.get_docstring(inner) is not None:
            inner.body = inner.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def same(named: Sequence[tuple[str, dict[str, str]]]) -> list[str]:
    """The groups of submissions whose answers are the same in every exercise that is answered, `SAME` at least."""
    groups = {}
    for name, found in named:
        if len(found) >= SAME:
            groups.setdefault(frozenset(found.items()), []).append((name, found))
    return [
        f"{', '.join(name for name, _ in group)}: the same answers in all of {', '.join(group[0][1])}"
        for group in groups.values()
        if len(group) > 1
    ]

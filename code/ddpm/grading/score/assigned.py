"""Which assignment a notebook is, and which exercises were set: stated by it, never guessed from what it mentions.

The builder of the assignments writes both into the notebook's metadata and into that of each exercise's cell. For a
notebook that has lost them there are further rules, and the report says which was used.
"""

import ast
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ddpm.grading.score.notebook import Notebook

Assignments = Mapping[str, tuple[str, ...]]  # by name, the names of their exercises
ONE_AT_A_TIME = threading.Lock()  # Python 3.11 counts the depth of a tree for all threads together
TITLE = re.compile(r"^# Assignment (\w+)", re.M)


@dataclass(frozen=True)
class Stated:
    """What a notebook says of itself.

    Attributes:
        assignment: its name, "" if it is none of this book's.
        exercises: those that it states; all of the assignment's if it states none.
        rule: how that was found, "" for the notebook's own metadata.
    """

    assignment: str
    exercises: tuple[str, ...] = ()
    rule: str = ""


def stated(notebook: Notebook, assignments: Assignments) -> Stated:
    """The assignment that a notebook states: in its metadata, else in its cells', else in its title, else by the
    checks that it calls and the exercises that it defines."""
    name, exercises = notebook.states
    if name in assignments:
        return Stated(name, _of(assignments[name], exercises))
    names = Counter(cell.states[0] for cell in notebook.cells if cell.states[0] in assignments)
    if names:
        [(name, _)] = names.most_common(1)
        listed = [e for cell in notebook.cells for e in cell.states[1]]
        return Stated(name, _of(assignments[name], listed), "by the metadata of its cells")
    if titles := [name for text in notebook.text for name in TITLE.findall(text) if name in assignments]:
        return Stated(titles[0], assignments[titles[0]], "by its title, since its metadata are lost")
    for find, rule in ((_checked, "by the checks that it calls"), (_defined, "by what it defines")):
        made = set().union(*map(find, map(parsed, notebook.cells)))
        if found := {name: len(made & set(group)) for name, group in assignments.items() if made & set(group)}:
            name = max(found, key=found.get)
            return Stated(name, assignments[name], f"{rule}, since metadata and title are lost")
    return Stated("")


def _of(whole, listed) -> tuple[str, ...]:
    """The stated exercises that belong to the whole assignment, in its order; all if none is stated."""
    return tuple(e for e in whole if e in listed) or whole


def in_class(all_stated: Sequence[Stated], assignments: Assignments) -> dict[str, tuple[str, ...]]:
    """For each assignment the exercises that were set: those that most of its notebooks state, so that nobody
    changes them alone."""
    found = {}
    for name in assignments:
        counts = Counter(s.exercises for s in all_stated if s.assignment == name)
        if counts:
            found[name] = max(counts, key=lambda exercises: (counts[exercises], len(exercises)))
    return found


def in_words(exercises: Assignments, all_stated: Sequence[Stated], assignments: Assignments) -> list[str]:
    """What was set of each assignment, and how many of its notebooks state that: who hands in many files has many
    votes."""
    found = []
    for name, asked in exercises.items():
        own = [s for s in all_stated if s.assignment == name]
        what = f"{', '.join(asked)} ({len(asked)} of {len(assignments[name])} exercises)"
        what = f"all {len(asked)} exercises" if asked == assignments[name] else what
        found.append(f"{name}: {what}, as stated by {sum(s.exercises == asked for s in own)} of {len(own)} notebooks")
    return found


def parsed(cell) -> ast.Module:
    """The cell's Python, without its magics; empty if it is none."""
    lines = [re.sub(r"^(\s*)([%!].*)", r"\1pass", line) for line in cell.source.splitlines()]
    try:
        with ONE_AT_A_TIME:
            return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _checked(tree) -> set[str]:
    """The names that are handed to a check: x in `check_...(x)`."""
    return {
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith("check_")
        and node.args
        and isinstance(node.args[0], ast.Name)
    }


def _defined(tree) -> set[str]:
    """The names that a cell defines at its top."""
    return set(definitions(tree))


def definitions(tree) -> dict[str, ast.stmt]:
    """The functions and variables that a cell makes at its top, each with the statement that does."""
    found = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {
                inner.id: node
                for target in targets
                for inner in ast.walk(target)
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
            }
    return found

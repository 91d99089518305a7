"""The package without references: `python -m ddpm.grading.score.lean FOLDER MODULE` writes the one that students'
notebooks carry. MODULE holds the exercises.

In the place of a module that holds the right answers of exercises in code stands one that holds their values for the
cases of one seed. For a process that runs submissions the modules of the derivations are replaced too, and the book's
formulas left out: there an answer is only read. What the proofs need, and what grades, is left out of both.
"""

import ast
import dataclasses
import importlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np

import ddpm
from ddpm.grading.compared import Compared
from ddpm.grading.data import pack_cases
from ddpm.grading.score.stored import SEED
from ddpm.grading.written.problem import Derivation

PACKAGE = Path(ddpm.__file__).parent
LEFT_OUT = ("grading/score", "grading/judge.py")
KEPT = ("__init__.py", "kernel.py", "stored.py", "unjudged.py")  # of grading/score
PROOFS, COMMAND, FORMULAS = "equations.py", "grade.py", "formulas.py"  # modules that are left out, by their names
DIGITS = 5  # of the stored values; the checks tell 1e-4 apart


def write(folder: Path, module: str, judged_elsewhere: bool) -> Path:
    """Write the package into `folder`, and return its path there.

    Args:
        module: which holds the exercises; it stands beside the packages of the chapters.
        judged_elsewhere: for a process that runs submissions: written answers are read there, not judged.
    """
    target, left_out = folder / "ddpm", {PROOFS, COMMAND, *([FORMULAS] if judged_elsewhere else [])}
    for path in sorted(PACKAGE.rglob("*")):
        place = path.relative_to(PACKAGE)
        if (
            path.is_file()
            and "__pycache__" not in place.parts
            and not place.as_posix().startswith(LEFT_OUT)
            and place.name not in left_out
        ):
            _copy(path, target / place)
    for name in KEPT:
        _copy(PACKAGE / "grading/score" / name, target / "grading/score" / name)
    stored = {}
    chapters = PACKAGE.parent.joinpath(*module.split(".")[:-1])
    for path in sorted(chapters.rglob("exercises/*.py")):
        place = path.relative_to(PACKAGE)
        if text := _stand_in(path, place, judged_elsewhere, stored):
            (target / place).write_text(text, encoding="utf-8")
    text = json.dumps({name: _values(exercise) for name, exercise in stored.items()})
    (target / "grading/score/values.py").write_text(
        f'"""Cases, right answers and slips of exercises in code, as values."""\n\nTEXT = r"""{text}"""\n'
    )
    return target


def _copy(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def _stand_in(path, place, judged_elsewhere, stored) -> str:
    """What stands for a module with references; "" for a module without. Its exercises in code go into `stored`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    module = importlib.import_module(".".join(("ddpm", *place.with_suffix("").parts)).removesuffix(".__init__"))
    lines, of = [], {}
    for name in made:
        value = getattr(module, name, None)
        if isinstance(value, Compared):
            stored[value.name] = value
            lines.append(f"{name} = stored.exercise({value.name!r})")
            of[name] = f"stored.checks({name})"
        elif isinstance(value, Derivation) and judged_elsewhere:
            lines.append(f"{name} = unjudged.derivation({value.name!r}, {value.problem!r})")
            of[name] = f"unjudged.check({value.name!r})"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("check_"):
            found = [of[inner.id] for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id in of]
            lines += [f"{node.name} = {what}" for what in found[:1]]
    if not of:
        return ""
    helper = "stored" if "stored." in lines[0] else "unjudged"
    return (
        f'"""Stands for this module where there are no references."""\n\nfrom ddpm.grading.score import {helper}\n\n'
        + "\n".join(lines)
        + "\n"
    )


def _values(exercise: Compared) -> dict:
    """An exercise, its answers and its slips on the cases of one seed, in the words of JSON."""
    cases = exercise.cases(SEED)
    with np.errstate(all="ignore"):  # slips divide by 0
        slips = [
            {"name": slip.name, "hint": slip.hint, "answers": [_number(slip.make(*case)) for case in cases]}
            for slip in exercise.slips
        ]
        answers = [_number(exercise.reference(*case)) for case in cases]
    plain = {"name", "problem", "arguments", "cases", "reference", "slips"}
    more = {
        field.name: getattr(exercise, field.name) for field in dataclasses.fields(exercise) if field.name not in plain
    }
    return {
        "problem": exercise.problem,
        "arguments": exercise.arguments,
        "cases": pack_cases(cases),
        "answers": answers,
        "slips": slips,
        "more": more,
    }


def _number(value):
    if value is None:
        return None
    array = np.asarray(value, np.float64)
    return {"shape": array.shape, "values": [float(f"{v:.{DIGITS}g}") for v in array.ravel()]}


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], judged_elsewhere=False)

"""Scores as a table for machines (CSV) and as a page for people (HTML)."""

import csv
import html
import io
import math
import re
from collections.abc import Sequence
from importlib.metadata import packages_distributions, version

from ddpm.grading.exercise import Problems
from ddpm.grading.in_code import CodeExercise
from ddpm.grading.score.folder import Class, Score
from ddpm.grading.score.found import printable

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
body { color: #1f2328; background: #fff }
table { border-collapse: collapse }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #d0d7de; text-align: left }
pre { background: #f3f4f6; padding: .75rem; overflow-x: auto } .wide { overflow-x: auto } a { color: inherit }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } pre { background: #161b22 } }
"""
USUAL = (
    "jax",
    "numpy",
    "scipy",
    "matplotlib",
    "sympy",
    "equinox",
    "optax",
    "pandas",
    "torch",
    "tensorflow",
    "ipywidgets",
    "tqdm",
)
LONGEST = 20_000  # letters of one verdict


def columns(scores: Sequence[Score], problems: Problems) -> list[str]:
    """The exercises that were set, in the order of the problem set."""
    return [name for name in problems.exercises if any(name in score.verdicts for score in scores)]


def to_csv(scores: Sequence[Score], problems: Problems) -> str:
    """A line for each file: points, out of how many, for each exercise 1 or 0 (empty: not set), for those in code
    its mean error, remarks."""
    names, text = columns(scores, problems), io.StringIO()
    in_code = [name for name in names if isinstance(problems.exercises[name], CodeExercise)]
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        [
            "notebook",
            "assignment",
            "points",
            "of",
            *names,
            *(f"{name} mean error" for name in in_code),
            "problem",
            "remarks",
        ]
    )
    for score in scores:
        verdicts = [score.verdicts.get(name) for name in names]
        errors = [
            f"{v.mean_error:.3g}" if (v := score.verdicts.get(name)) and not math.isnan(v.mean_error) else ""
            for name in in_code
        ]
        table.writerow(
            [
                _safe(score.name),
                score.assignment,
                score.points,
                len(score.verdicts),
                *("" if v is None else int(v.passed) for v in verdicts),
                *errors,
                _safe(score.problem),
                _safe("; ".join(score.remarks)),
            ]
        )
    return text.getvalue()


def _safe(text: str) -> str:
    """The text on one line that a spreadsheet does not take for a formula, nor where it parts cells at semicolons."""
    return re.sub(r"(^|;)(?=\s*[=+\-@])", r"\1'", printable(" ".join(text.splitlines())))


def _escaped(text: str) -> str:
    """The text as HTML; what would turn other text round, or colour a terminal, is written out."""
    return html.escape(printable(text))


def to_html(graded: Class, problems: Problems, seed: int, ignored: Sequence[str] = ()) -> str:
    """Who has what, what to look at, the slips of the class, and the verdicts on each notebook."""
    scores = graded.scores
    names = columns(scores, problems)
    head = "".join(f'<th scope="col">{name}<br>{problems.exercises[name].problem}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row"><a href="#n{i}">{_escaped(score.name)}</a></th>'
        f"<td>{score.assignment}</td><td>{_points(score)}</td>"
        + "".join(f"<td>{score.verdicts[name].status if name in score.verdicts else ''}</td>" for name in names)
        + "</tr>"
        for i, score in enumerate(scores)
    )
    parts = "".join(_section(i, score) for i, score in enumerate(scores))
    network = (
        ""
        if all(score.closed for score in scores)
        else (" Some notebooks were kept from the network by a hook in Python alone, which compiled code can pass.")
    )
    notebooks = sum(bool(score.assignment) for score in scores)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scores</title><style>{STYLE}</style>
<h1>Scores</h1>
<p>{notebooks} notebooks, {len(scores) - notebooks} other files; cases drawn with the seed {seed}.
{_escaped(graded.ran)}{network}</p>
<p>The notebooks could use {", ".join(_packages())}, and what else is installed where they were graded.</p>
{_list("What was set", graded.asked)}{_list("Left out", ignored)}
<div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">File</th><th scope="col">Assignment</th><th scope="col">Points</th>{head}</tr></thead>
<tbody>{rows}</tbody></table></div>
{_list("To look at", [f"{score.name}: {remark}" for score in scores for remark in score.remarks])}
{_list("The same answers", graded.same)}
{_list("Not graded, or not to the end", [f"{score.name}: {score.problem}" for score in scores if score.problem])}
{_list("Slips made", _slips(scores, names))}{parts}</html>
"""


def _packages() -> list[str]:
    """The usual packages that are installed here, with their versions."""
    found = packages_distributions()
    return [f"{name} {version(found[name][0])}" for name in USUAL if name in found]


def _points(score) -> str:
    return f"{score.points} of {len(score.verdicts)}" if score.verdicts else "not graded"


def _list(title, lines) -> str:
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{_escaped(line)}</li>' for line in lines)}</ul>" if lines else ""


def _slips(scores, names) -> list[str]:
    """The slips that were made, the most frequent first: what to talk about in class."""
    counts = {}
    for score in scores:
        for name, verdict in score.verdicts.items():
            if verdict.slip:
                counts[name, verdict.slip] = counts.get((name, verdict.slip), 0) + 1
    return [
        f"{count} × {name}: {slip}"
        for (name, slip), count in sorted(counts.items(), key=lambda item: (-item[1], names.index(item[0][0])))
    ]


def _section(i, score) -> str:
    cells = "".join(
        f"<li>Code cell {number}: {_escaped(str(what))}</li>" for number, what in sorted(score.cells.items())
    )
    verdicts = "".join(
        f"<h3>{name}</h3><pre>{_escaped(verdict.message[:LONGEST])}</pre>" for name, verdict in score.verdicts.items()
    )
    said = [text.rstrip(".?!") for text in [score.problem, *score.remarks] if text]
    notes = "".join(f"<p>Remark: {_escaped(text)}.</p>" for text in said)
    listed = f"<ul>{cells}</ul>" if cells else ""
    return f'<h2 id="n{i}">{_escaped(score.name)}: {_points(score)}</h2>{notes}{listed}{verdicts}'

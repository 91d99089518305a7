"""Scores as a table for machines (CSV) and as a page for people (HTML)."""

import csv
import html
import io
import math
from collections.abc import Sequence

from ddpm.grading.exercises import EXERCISES, WRITTEN
from ddpm.grading.score.folder import Score

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328; background: #fff }
table { border-collapse: collapse } th, td { padding: .25rem .75rem; border-bottom: 1px solid #d0d7de; text-align: left }
pre { background: #f3f4f6; padding: .75rem; overflow-x: auto } .wide { overflow-x: auto }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } pre { background: #161b22 } }
"""


def columns(scores: Sequence[Score]) -> list[str]:
    """The exercises that were set, in the order of the problem set."""
    return [name for name in EXERCISES if any(name in score.verdicts for score in scores)]


def word(verdict) -> str:
    """A verdict in a word: right, blank, other form (true, but not in the form asked for), or wrong."""
    return "right" if verdict.passed else "other form" if verdict.unfinished else "wrong" if verdict.answered else "blank"


def to_csv(scores: Sequence[Score]) -> str:
    """A line for each notebook: points, out of how many, for each exercise 1 or 0 (empty: not set), for those in code its mean error, remarks."""
    names, text = columns(scores), io.StringIO()
    in_code = [name for name in names if name not in WRITTEN]
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["notebook", "points", "of", *names, *(f"{name} mean error" for name in in_code), "remarks"])
    for score in scores:
        verdicts = [score.verdicts.get(name) for name in names]
        errors = [f"{v.mean_error:.3g}" if (v := score.verdicts.get(name)) and not math.isnan(v.mean_error) else "" for name in in_code]
        table.writerow([_safe(score.name), score.points, len(score.verdicts), *("" if v is None else int(v.passed) for v in verdicts),
                        *errors, score.problem])
    return text.getvalue()


def _safe(name: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{name}" if name[:1] in "=+-@" else name


def to_html(scores: Sequence[Score], seed: int) -> str:
    """Who has what, the slips of the class, and the verdicts on each notebook."""
    names = columns(scores)
    head = "".join(f'<th scope="col">{name}<br>{EXERCISES[name].problem}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row"><a href="#n{i}">{html.escape(score.name)}</a></th><td>{score.points} of {len(score.verdicts)}</td>'
        + "".join(f"<td>{word(score.verdicts[name]) if name in score.verdicts else ''}</td>" for name in names) + "</tr>"
        for i, score in enumerate(scores))
    parts = "".join(_section(i, score) for i, score in enumerate(scores))
    closed = all(score.isolated for score in scores if score.verdicts)
    network = "The system kept the network away from all notebooks." if closed else (
        "Some notebooks were kept from the network by a hook in Python alone, which compiled code can pass.")
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scores</title><style>{STYLE}</style>
<h1>Scores</h1>
<p>{len(scores)} notebooks; cases drawn with the seed {seed}. {network}</p>
<div class="wide" tabindex="0"><table><thead><tr><th scope="col">Notebook</th><th scope="col">Points</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>
{_slips(scores, names)}{parts}</html>
"""


def _slips(scores, names) -> str:
    """The slips that were made, the most frequent first: what to talk about in class."""
    counts = {}
    for score in scores:
        for name, verdict in score.verdicts.items():
            if verdict.slip:
                counts[name, verdict.slip] = counts.get((name, verdict.slip), 0) + 1
    if not counts:
        return ""
    lines = "".join(f"<li>{count} × {name}: {html.escape(slip)}</li>"
                    for (name, slip), count in sorted(counts.items(), key=lambda item: (-item[1], names.index(item[0][0]))))
    return f"<h2>Slips made</h2><ul>{lines}</ul>"


def _section(i, score) -> str:
    cells = "".join(f"<li>Code cell {number}: {html.escape(str(what))}</li>" for number, what in score.cells.items())
    verdicts = "".join(f"<h3>{name}</h3><pre>{html.escape(verdict.message)}</pre>" for name, verdict in score.verdicts.items())
    problem = f"<p>Remark: {html.escape(score.problem)}.</p>" if score.problem else ""
    return (f'<h2 id="n{i}">{html.escape(score.name)}: {score.points} of {len(score.verdicts)}</h2>{problem}'
            f"{f'<ul>{cells}</ul>' if cells else ''}{verdicts}")

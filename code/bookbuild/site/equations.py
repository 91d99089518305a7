"""The directive `{equation} label`: runs the check of a labelled equation and sets what the check returns.

The body stays empty, so that no labelled equation is typed into a chapter. A check that is missing or fails is a
warning at the directive, and so an error of the build. What each check found is kept with Sphinx's environment.

A build checks its equations in a process beside the chapters (`python -m bookbuild.site.equations LABELS`), and keeps
what passed in `_build/.equations.json` until the package changes (bookbuild.cli.freshness).
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.directives.patches import MathDirective
from sphinx.util import logging

TWO_WIDTHS = "two-widths"  # class of a formula that is set twice: for a desk and for a phone (book.css)
DIRECTIVE = re.compile(r"\{equation\} *(\S+)")
LOG = logging.getLogger(__name__)


class Equation(MathDirective):
    """A labelled equation, numbered and referred to like any other of Sphinx's math domain."""

    has_content = False
    required_arguments, optional_arguments = 1, 0
    final_argument_whitespace = False
    option_spec = {}

    def run(self):
        label = self.arguments.pop()
        try:
            tex, narrow, *found = passed(self.env.app).get(label) or check(label)
        except ValueError as error:
            LOG.warning("%s", error, location=self.get_location())
            return []
        results(self.env)[label] = (self.env.docname, *found)
        self.options["label"] = label
        self.content = StringList(without_blank_lines(tex).splitlines(), source=label)
        made = super().run()
        if narrow != tex:
            for node in made:
                if isinstance(node, nodes.math_block):
                    node["narrow"] = without_blank_lines(narrow)
                    node["classes"].append(TWO_WIDTHS)
        return made


def without_blank_lines(tex: str) -> str:
    """A blank line would end an equation."""
    return "\n".join(line for line in tex.splitlines() if line.strip())


def check(label: str) -> tuple[str, str, str, str, str | None, float, int]:
    """The TeX of the equation `label`, the same for a phone, its kind, how it was settled, BibTeX key, seconds, wrong
    variants.

    Raises:
        ValueError: it has no check, or the check fails; with the reason.
    """
    from ddpm.chapters import load_equations  # here, since these bring JAX and SymPy with them
    from ddpm.derivation.registry import EquationError, run

    load_equations()
    try:
        result = run(label)
    except EquationError as error:
        raise ValueError(str(error)) from error
    return (
        result.tex,
        result.narrow,
        result.entry.kind,
        result.settled,
        result.entry.key,
        result.seconds,
        result.mutants,
    )


def kept(app) -> Path:
    return Path(app.outdir).parent / ".equations.json"


def passed(app) -> dict[str, list]:
    """What `check` gave for the equations that passed apart."""
    return json.loads(kept(app).read_text(encoding="utf-8")) if kept(app).exists() else {}


def unchecked(app, texts: list[str]) -> list[str]:
    """The labels of the equations in the texts of pages that have not passed yet."""
    there = passed(app)
    return [label for text in texts for label in DIRECTIVE.findall(text) if label not in there]


def check_apart(app, labels: list[str], env: dict[str, str]) -> None:
    """Check equations in a process of its own. What fails there fails again, with its place, at the directive."""
    command = [sys.executable, "-P", "-m", "bookbuild.site.equations", *labels]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE)
    if done.returncode == 0:
        kept(app).write_text(json.dumps(passed(app) | json.loads(done.stdout)), encoding="utf-8")


def main(labels: list[str]) -> None:
    found = {}
    for label in labels:
        try:
            found[label] = check(label)
        except ValueError:
            pass
    print(json.dumps(found))


def results(env) -> dict[str, tuple[str, str, str, str | None, float, int]]:
    """Page, kind, how it was settled, BibTeX key, seconds and wrong variants of each equation that was read, by
    label."""
    if not hasattr(env, "ddpm_equations"):
        env.ddpm_equations = {}
    return env.ddpm_equations


def forget(app, env, docname):
    for label in [label for label, (page, *_) in results(env).items() if page == docname]:
        del results(env)[label]


def merge(app, env, docnames, other):
    results(env).update({label: found for label, found in results(other).items() if found[0] in docnames})


def setup(app):
    app.add_directive("equation", Equation)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"version": "1", "env_version": 3, "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    main(sys.argv[1:])

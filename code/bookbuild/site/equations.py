"""The directive `{equation} label`: runs the check of a labelled equation and sets what the check returns.

The body stays empty, so that no labelled equation is typed into a chapter. A check that is missing or fails is a
warning at the directive, and so an error of the build. What each check found is kept with Sphinx's environment.

A build checks all equations at once, in a process beside the chapters (`python -m bookbuild.site.equations FILE`), and
keeps what passed in `_build/.equations.json` until the package changes (bookbuild.cli.freshness).
"""

import json
import subprocess
import sys
from pathlib import Path

from docutils.statemachine import StringList
from sphinx.directives.patches import MathDirective
from sphinx.util import logging

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
            tex, *found = passed(self.env.app).get(label) or check(label)
        except ValueError as error:
            LOG.warning("%s", error, location=self.get_location())
            return []
        results(self.env)[label] = (self.env.docname, *found)
        self.options["label"] = label
        # a blank line would end the equation for Sphinx
        self.content = StringList([line for line in tex.splitlines() if line.strip()], source=label)
        return super().run()


def check(label: str) -> tuple[str, str, str, str | None, float, int]:
    """The TeX of the equation `label`, its kind, how it was settled, BibTeX key, seconds and wrong variants.

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
    return result.tex, result.entry.kind, result.settled, result.entry.key, result.seconds, result.mutants


def kept(app) -> Path:
    return Path(app.outdir).parent / ".equations.json"


def passed(app) -> dict[str, list]:
    """What `check` gave for the equations that passed apart; empty if none were checked."""
    if not hasattr(app, "ddpm_passed"):
        app.ddpm_passed = json.loads(kept(app).read_text(encoding="utf-8")) if kept(app).exists() else {}
    return app.ddpm_passed


def check_apart(app, env: dict[str, str]) -> None:
    """Check all equations in a process of its own. What fails there fails again, with its place, at the directive."""
    subprocess.run([sys.executable, "-P", "-m", "bookbuild.site.equations", str(kept(app))], env=env)


def main(path: Path) -> None:
    from ddpm.chapters import load_equations
    from ddpm.derivation.registry import entries

    load_equations()
    found = {}
    for label in entries():
        try:
            found[label] = check(label)
        except ValueError:
            pass
    path.write_text(json.dumps(found), encoding="utf-8")


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
    return {"version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The directive `{equation} label`: runs the check of a labelled equation and sets what the check returns.

The body stays empty, so that no labelled equation is typed into a chapter. A check that is missing or fails is a
warning at the directive, and so an error of the build. What each check found is kept with Sphinx's environment.
"""

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
        from ddpm.chapters import load_equations  # here, since these bring JAX and SymPy with them
        from ddpm.derivation.registry import EquationError, run

        label = self.arguments.pop()
        load_equations()
        try:
            result = run(label)
        except EquationError as error:
            LOG.warning("%s", error, location=self.get_location())
            return []
        results(self.env)[label] = (
            self.env.docname,
            result.entry.kind,
            result.settled,
            result.entry.key,
            result.seconds,
            result.mutants,
        )
        self.options["label"] = label
        # a blank line would end the equation for Sphinx
        self.content = StringList([line for line in result.tex.splitlines() if line.strip()], source=label)
        return super().run()


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

"""The chapter on how the book is checked: what every equation's check found, counts of tests, versions.

`{checked-equations}` becomes a table when all pages have been read; `{checked-tests}` and `{checked-versions}` read the
tests and the environment of this build.
"""

import ast
import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookbuild.site.equations import results

KINDS = {"definition": "definition", "proof": "proof", "numeric": "numeric proof", "cited": "cited result"}
PACKAGES = {
    "JAX": "jax",
    "NumPy": "numpy",
    "SciPy": "scipy",
    "SymPy": "sympy",
    "mpmath": "mpmath",
    "Equinox": "equinox",
    "Optax": "optax",
    "Matplotlib": "matplotlib",
    "Jupyter Book": "jupyter-book",
    "Sphinx": "sphinx",
    "MyST-NB": "myst-nb",
    "pytest": "pytest",
    "Hypothesis": "hypothesis",
}
TESTS = {
    "tests/ddpm/derivation": "the derivations",
    "tests/ddpm": "the package",
    "tests/bookbuild": "the build",
    "tests/book": "the pages, the notebooks and the PDF",
    "tests": "everything else",
}


class EquationTable(nodes.General, nodes.Element):
    """The place of the table, until all equations are known."""


class CheckedEquations(SphinxDirective):
    def run(self):
        self.env.metadata[self.env.docname]["checked-equations"] = True
        return [EquationTable()]


class FillEquationTable(SphinxPostTransform):
    default_priority = 5  # before references are resolved, at 10

    def run(self, **_):
        for place in list(self.document.findall(EquationTable)):
            place.replace_self(self.summary() + [self.table()])

    def rows(self):
        """(number, label, what was found), in the order of the book."""
        found = []
        for label, result in results(self.env).items():
            numbers = self.env.toc_fignumbers.get(result[0], {}).get("displaymath", {})
            found.append((numbers.get(nodes.make_id(f"equation-{label}"), ()), label, result))
        return sorted(found)

    def summary(self):
        kinds = [kind for _, kind, *_ in results(self.env).values()]
        counts = [
            f"{kinds.count(kind)} {name}{'s' * (kinds.count(kind) != 1)}"
            for kind, name in KINDS.items()
            if kind in kinds
        ]
        seconds = sum(result[4] for result in results(self.env).values())
        wrong = sum(result[5] for result in results(self.env).values())
        text = (
            f"{len(kinds)} equations: {', '.join(counts)}. Their checks took {seconds:.1f} s in this build. "
            f"From what they claim, {wrong} wrong equations were made; the tests see each refused."
        )
        return [nodes.paragraph("", text)]

    def table(self):
        rows = [
            [
                self.link(label),
                text(KINDS[kind]),
                self.cited(key) if key else text(settled + refused(wrong)),
                text(f"{seconds:.2f}\u00a0s"),
            ]
            for _, label, (_, kind, settled, key, seconds, wrong) in self.rows()
        ]
        return table(["Equation", "Kind", "How it was settled", "Time"], rows, [14, 18, 52, 16])

    def link(self, label):
        node = pending_xref(
            "",
            nodes.literal("", label),
            refdomain="math",
            reftype="eq",
            reftarget=label,
            refdoc=self.env.docname,
            refwarn=True,
        )
        return nodes.paragraph("", "", node)

    def cited(self, key):
        node = pending_xref(
            "", nodes.Text(key), refdomain="cite", reftype="p", reftarget=key, refdoc=self.env.docname, refwarn=True
        )
        return nodes.paragraph("", "", node)


def refused(wrong: int) -> str:
    return f"; {wrong}\u00a0wrong ones" if wrong else ""


class CheckedTests(SphinxDirective):
    """A list of how many test functions there are, and what they test."""

    def run(self):
        root = Path(self.env.srcdir)
        tests = list(tests_below(root / "tests"))
        for path in [root / "tests", *(root / "tests").rglob("*")]:
            if (path.is_dir() and path.name != "__pycache__") or path.suffix == ".py":
                self.env.note_dependency(str(path))
        if not tests:
            return [nodes.paragraph("", "This copy of the book came without its tests.")]
        counts = count_tests(root, tests)
        items = [nodes.list_item("", nodes.paragraph("", f"{n} of {what}")) for what, n in counts.items()]
        several = sum(test.on_cases for _, test in tests)
        words = f"There are {len(tests)} test functions; {several} of them run on a list of cases:"
        return [nodes.paragraph("", words), nodes.bullet_list("", *items)]


class CheckedVersions(SphinxDirective):
    def run(self):
        found = {"Python": platform.python_version()} | {name: version(package) for name, package in PACKAGES.items()}
        return [table(["Package", "Version"], [[text(name), text(number)] for name, number in found.items()], [50, 50])]


@dataclass(frozen=True)
class Test:
    """A test function: its name, and whether it is run on each of a list of cases."""

    name: str
    on_cases: bool


def count_tests(root: Path, tests: list[tuple[Path, Test]]) -> dict[str, int]:
    """How many of the test functions of the book under `root` test what."""
    counts = Counter(
        next(what for part, what in TESTS.items() if path.is_relative_to(root / part)) for path, _ in tests
    )
    return {what: counts[what] for what in TESTS.values() if counts[what]}


def tests_below(folder: Path) -> Iterator[tuple[Path, Test]]:
    """Every test function below `folder`, with its file."""
    shared = {name: tests for path in folder.rglob("support/*.py") for name, tests in shared_tests(path).items()}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path, Test(node.name, on_cases(node))
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                names = [name.id for name in ast.walk(node.targets[0]) if isinstance(name, ast.Name)]
                if names and all(name.startswith("test_") for name in names):
                    made = shared[ast.unparse(node.value.func)]
                    yield from ((path, Test(name, cases)) for name, cases in zip(names, made, strict=True))


def shared_tests(path: Path) -> dict[str, list[bool]]:
    """Of each function in the file whose name ends with `_tests`: of the tests that it makes, in their order, whether
    each is run on a list of cases."""
    return {
        node.name: [on_cases(test) for test in node.body if isinstance(test, ast.FunctionDef)]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_tests")
    }


def on_cases(test: ast.FunctionDef) -> bool:
    """Whether it is run on each of a list of cases."""
    return any("parametrize" in ast.unparse(decorator) for decorator in test.decorator_list)


def text(words: str):
    return nodes.paragraph("", words)


def table(head: list[str], rows: list[list[nodes.Node]], widths: list[int]):
    """A table with a head; the widths are shares of 100."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(head))
    group += nodes.thead("", row([text(word) for word in head]))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group, classes=["longtable", "colwidths-given"])


def row(cells):
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def outdated(app, env):
    """The pages with the table are written again when an equation has changed."""
    shown, now = getattr(env, "ddpm_shown", None), dict(results(env))
    env.ddpm_shown = now
    return [] if shown == now else [name for name in env.found_docs if env.metadata[name].get("checked-equations")]


def setup(app):
    app.add_node(EquationTable)
    app.add_directive("checked-equations", CheckedEquations)
    app.add_directive("checked-tests", CheckedTests)
    app.add_directive("checked-versions", CheckedVersions)
    app.add_post_transform(FillEquationTable)
    app.connect("env-updated", outdated)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}

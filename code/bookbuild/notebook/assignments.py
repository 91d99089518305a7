"""The assignment notebooks, made of the parts of chapters that are marked for them: for students, and with the
solutions.

A chapter whose header says `assignment: name` gives to the notebook `name` what carries the mark `assignment` (a
class of
an exercise, a box or a passage, a tag of a cell); its cells with the tag `exercise`, each with the next cell, which
checks
it; and the earlier cells that those need. The folded solutions of marked exercises go into the notebook with
solutions only.

The notebook states in its metadata, and in those of its exercises' cells, which assignment it is and what it asks
for: that is what
is graded. The students' carries a package without references.
"""

from functools import partial
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.errors import ExtensionError

from bookbuild.notebook import install, wheel
from bookbuild.notebook.blanks import asked, blank
from bookbuild.notebook.cellnames import names as cell_names
from bookbuild.notebook.install import FOLDER
from bookbuild.notebook.markdown import Markdown
from bookbuild.notebook.notebooks import Cells, captions, code_cells, install_cells
from bookbuild.notebook.page import Page

MARK, EXERCISE, CHECK = "assignment", "exercise", "check"
STUDENT, SOLUTION = "student", "solution"
STATED = "ddpm"  # the key of the metadata that say which assignment a notebook is, and what it asks for
INTRODUCTION = {
    STUDENT: """\
Fill in each cell that has a `...` marked *your answer*, and run the cell below it. It says whether the answer is \
right, and if not, how far off it is. Repeat until all are right; then run everything once more from the top, and hand \
in this file.

Numbers of sections, equations and exercises are those of the book *{title}*, where the explanations are.""",
    SOLUTION: "The solutions. Numbers of sections, equations and exercises are those of the book *{title}*.",
}
WAITING = """\
# A cell that begins with %%answered waits until the answers that it names are there.
from ddpm.chapters import answered"""
YOUR_WORDS = "*Your answer in words: double-click here and write.*"


def assignments(env) -> dict[str, list[str]]:
    """The chapters of each assignment, in the order of the book."""
    found = {}
    for docname in env.collect_relations():
        if name := env.metadata[docname].get(MARK):
            found.setdefault(name, []).append(docname)
    return found


class Assignment(Cells):
    """The notebook of an assignment in one of its two versions, from the doctrees of its chapters."""

    def __init__(self, app, name: str, doctrees: dict, version: str):
        super().__init__()
        self.version = version
        chapters = [Chapter(app, docname, doctree) for docname, doctree in doctrees.items()]
        labels = {(chapter.page.docname, i) for chapter in chapters for i in chapter.labels()}
        used = set().union(*(chapter.used for chapter in chapters))
        title = f"# Assignment {name}" + (", solutions" if version == SOLUTION else "")
        self.pending = [title, INTRODUCTION[version].format(title=app.config.html_title)]
        self.flush()
        self.cells += install_cells(app) if version == SOLUTION else student_install_cells(app)
        self.name, self.exercises = name, []
        references = {}
        for chapter in chapters:
            chapter.page.labels &= labels
            chapter.page.here, chapter.page.names = set(doctrees), {}  # no links out of the notebook
            self.chapter, self.used, self.headings, self.asked = chapter, used, [], False
            self.waiting = waiting(chapter) if version == STUDENT else {}
            self.add(chapter.doctree.children, level=2)
            self.add_cells(before=float("inf"))
            self.ask_for_words()
            references |= dict.fromkeys(chapter.page.references().splitlines())
        self.flush()
        self.add_references("\n".join(references))

    def add(self, children, level: int):
        for node in children:
            if isinstance(node, nodes.section):
                self.ask_for_words()
                self.headings.append((node, level))
                self.add(node.children, level + 1)
                self.headings = [(n, depth) for n, depth in self.headings if n is not node]
            elif node.get("nb_element") == "cell_code":
                self.add_cells(before=node["cell_index"] + 1, node=node)
            elif node.tagname == "solution_node":
                if self.version == SOLUTION and node["target_label"] in self.chapter.exercises:
                    self.asked = False
                    self.add_block(unfolded(node))
            elif MARK in node.get("classes", ()):
                if node.tagname.startswith("exercise"):
                    self.ask_for_words()
                    self.asked = True
                self.add_block(node)

    def add_block(self, node):
        self.add_headings()
        self.pending.append(self.chapter.write.block(node))

    def add_headings(self):
        """The headings above what comes next, unless they are there already."""
        for node, level in self.headings:
            self.flush()
            self.pending.append(self.chapter.write.heading(node, level))
        self.headings = []

    def add_cells(self, before: float, node=None):
        """The chosen cells up to here, those that the page leaves out among them, and the captions of `node`, the
        last."""
        for index in [i for i in self.chapter.chosen if i < before]:
            kind = self.chapter.chosen.pop(index)
            self.add_headings()
            self.append_cell(self.chapter.sources[index], kind, self.waiting.get(index))
            if node is not None and index == before - 1:
                self.pending += captions(node, self.chapter.page, self.chapter.write)

    def append_cell(self, cell, kind: str, answers=None):
        """Append a cell; if it needs `answers`, it waits for them."""
        if answers:
            if not any(other.source == WAITING for other in self.cells):
                self.flush()
                self.cells.append(nbformat.v4.new_code_cell(WAITING))
            cell = nbformat.v4.new_code_cell(
                f"%%answered {' '.join(sorted(answers))}\n{cell.source}", metadata=cell.metadata
            )
        if kind not in (EXERCISE, CHECK):
            return self.append_code(cell)
        self.flush()
        source, metadata = cell.source, {"tags": [kind], "deletable": False}
        if kind == EXERCISE:
            self.asked = False
            blanked = self.blanked(source)
            names = asked(blanked)
            self.exercises += names
            metadata[STATED] = {"assignment": self.name, "exercises": names}
            if self.version == STUDENT:
                source = blanked
        else:
            metadata["editable"] = False
        self.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))

    def text(self) -> str:
        """The notebook, with what it states of itself."""
        notebook = nbformat.reads(super().text(), as_version=4)
        notebook.metadata[STATED] = {"assignment": self.name, "exercises": self.exercises, "version": self.version}
        return nbformat.writes(notebook) + "\n"

    def blanked(self, source: str) -> str:
        try:
            return blank(source, self.used)
        except (ValueError, SyntaxError) as error:
            raise ExtensionError(
                f"{self.chapter.page.docname}: the exercise that begins with {source.splitlines()[0]!r}: {error}"
            ) from error

    def ask_for_words(self):
        """A place for the answer to the last exercise, if it has no cell for it: before the next exercise or
        section."""
        if self.asked and self.version == STUDENT:
            self.flush()
            self.cells.append(nbformat.v4.new_markdown_cell(YOUR_WORDS))
        self.asked = False


class Chapter:
    """What an assignment takes from a chapter."""

    def __init__(self, app, docname, doctree):
        self.doctree = doctree
        self.page = Page(app, docname)
        self.write = Markdown(self.page)
        self.sources = code_cells(app, docname)
        self.chosen = choose(self.sources)
        exercises = self.doctree.findall(
            lambda node: node.tagname.startswith("exercise") and MARK in node.get("classes", ())
        )
        self.exercises = {node["label"] for node in exercises}
        self.used = set().union(*((cell_names(self.sources[i].source) or (set(), set()))[1] for i in self.chosen))

    def labels(self) -> set[str]:
        """The ids of what the assignment may refer to."""
        taken = [
            n
            for n in self.doctree.findall(nodes.Element)
            if MARK in n.get("classes", ()) or n.get("cell_index") in self.chosen
        ]
        return {i for node in taken for inner in node.findall(nodes.Element) for i in inner["ids"]}


def choose(cells: dict) -> dict[int, str]:
    """The cells that an assignment takes from a chapter, each by its index, with what it is: EXERCISE, CHECK or
    MARK."""
    chosen, answers = {}, set()  # answers: the names that the cell before makes, if it is an exercise
    for index, cell in cells.items():
        tags = cell.metadata.get("tags", ())
        made, used = cell_names(cell.source) or (set(), set())
        if EXERCISE in tags:
            chosen[index] = EXERCISE
        elif answers & used:
            chosen[index] = CHECK
        elif MARK in tags:
            chosen[index] = MARK
        answers = made if EXERCISE in tags else set()
    waiting = list(chosen)
    while waiting:
        index = waiting.pop()
        for name in (cell_names(cells[index].source) or (set(), set()))[1]:
            makers = [
                i for i, cell in cells.items() if i < index and name in (cell_names(cell.source) or (set(), set()))[0]
            ]
            if makers and makers[-1] not in chosen:
                chosen[makers[-1]] = MARK
                waiting.append(makers[-1])
    return dict(sorted(chosen.items()))


def waiting(chapter) -> dict[int, set[str]]:
    """For each cell that works with answers of the reader, or with what such a cell makes, the names of these
    answers."""
    found, answers = {}, {}  # answers: for a name, the answers that it comes from
    for index, kind in chapter.chosen.items():
        made, used = cell_names(chapter.sources[index].source) or (set(), set())
        if kind == EXERCISE:
            answers |= {name: {name} for name in made}
            continue
        needs = set().union(*(answers.get(name, ()) for name in used))
        if kind == CHECK:  # it takes blanks, but nothing that was never made
            needs = needs if any(name in used and origins != {name} for name, origins in answers.items()) else set()
        if needs:
            found[index] = needs
        answers = {name: origins for name, origins in answers.items() if name not in made} | dict.fromkeys(
            made if needs else (), needs
        )
    return found


def unfolded(node):
    copy = node.deepcopy()
    copy["classes"] = [name for name in copy["classes"] if name != "dropdown"]
    copy.parent = node.parent
    return copy


def student_install_cells(app):
    """The first of the students' version: its package comes from the site or is carried, and has no references."""
    folder = f"{FOLDER}/{STUDENT}"
    return install.cells("", "", app.config.html_baseurl, next(Path(app.outdir, folder).glob("*.whl"), None), folder)


def write_all(written: dict, app, error):
    """Write both versions of every assignment: the students' into the site, the solutions beside it.

    Args:
        written: the resolved doctrees of the pages that were written just now; of others it is made.
    """
    if error is not None or app.builder.format != "html":
        return
    folders = {STUDENT: Path(app.outdir, FOLDER, STUDENT), SOLUTION: Path(app.outdir).parent / SOLUTION}
    chapters = {
        name: {docname: written.get(docname) or resolved(app, docname) for docname in docnames}
        for name, docnames in assignments(app.env).items()
    }
    for version, folder in folders.items():
        folder.mkdir(exist_ok=True)
        if version == STUDENT and chapters:
            wheel.build(Path(app.srcdir), folder, references=False)
        for old in folder.glob("*.ipynb"):
            old.unlink()
        for name, doctrees in chapters.items():
            (folder / f"{name}.ipynb").write_text(Assignment(app, name, doctrees, version).text(), encoding="utf-8")


def resolved(app, docname: str) -> nodes.document:
    doctree = app.env.get_and_resolve_doctree(docname, app.builder)
    app.builder.post_process_images(doctree)
    return doctree


def setup(app):
    written = {}

    def keep(app, doctree, docname):  # here, since the pages themselves may be written by other processes
        written[docname] = doctree

    app.connect("doctree-resolved", keep)
    app.connect("build-finished", partial(write_all, written))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

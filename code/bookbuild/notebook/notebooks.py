"""Every chapter as a plain Jupyter notebook, written beside the pages into `_notebooks`, and offered in their
download menu."""

import shutil
from copy import deepcopy
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat
from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook

from bookbuild.notebook import install, wheel
from bookbuild.notebook.blanks import unmarked
from bookbuild.notebook.cellnames import names as cell_names
from bookbuild.notebook.install import FOLDER
from bookbuild.notebook.markdown import Markdown
from bookbuild.notebook.page import Page, names
from bookbuild.site.shown import without_glue

# The branch to which the published notebooks are pushed: Colab opens nothing but files in a repository.
COLAB_BRANCH = "notebooks"
SMALL = 60_000  # bytes of a figure that travels in a notebook
FOLDED = {
    "hide-input": ["source"],
    "remove-input": ["source"],
    "hide-output": ["outputs"],
    "remove-output": ["outputs"],
    "hide-cell": ["source", "outputs"],
    "remove-cell": ["source", "outputs"],
}


class Cells:
    """The cells of a notebook while it is being made."""

    def __init__(self):
        self.cells, self.pending = [], []

    def append_code(self, cell):
        self.flush()
        tags = [tag for tag in cell.metadata.get("tags", ()) if tag in FOLDED or tag == "raises-exception"]
        metadata = {"tags": tags} if tags else {}
        folded = {f"{part}_hidden": True for tag in tags for part in FOLDED.get(tag, ())}
        if folded:
            metadata["jupyter"] = folded
        self.cells.append(nbformat.v4.new_code_cell(cell.source, metadata=metadata, outputs=cell.outputs))

    def flush(self):
        if text := "\n\n".join(filter(None, self.pending)):
            self.cells.append(nbformat.v4.new_markdown_cell(text))
        self.pending = []

    def add_references(self, text: str):
        if text:
            self.pending += ["## References", text]
            self.flush()

    def text(self) -> str:
        for i, cell in enumerate(self.cells):
            cell["id"] = f"cell-{i}"  # the same in every build
        notebook = nbformat.v4.new_notebook(
            cells=self.cells,
            metadata={
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
        )
        nbformat.validate(notebook)
        return nbformat.writes(notebook) + "\n"


class Notebook(Cells):
    """The notebook of a chapter, made from the page's resolved doctree and its source."""

    def __init__(self, app, docname, doctree):
        super().__init__()
        self.page = Page(app, docname)
        self.write = Markdown(self.page)
        self.sources = code_cells(app, docname)
        top = next(doctree.findall(nodes.section))
        self.cells.append(nbformat.v4.new_markdown_cell(self.write.heading(top, 1)))
        self.cells += install_cells(app)
        self.add_blocks(top.children, level=1)
        self.add_blocks([node for node in doctree.children if node is not top], level=1)
        self.add_unseen(before=float("inf"))
        self.flush()
        self.add_references(self.page.references())

    def add_blocks(self, children, level):
        for node in children:
            if isinstance(node, nodes.section):
                self.flush()
                self.pending.append(self.write.heading(node, level + 1))
                self.add_blocks(node.children, level + 1)
            elif node.get("nb_element") == "cell_code":
                self.add_code(node)
            elif not isinstance(node, nodes.title) or node.parent.tagname != "section":
                self.pending.append(self.write.block(node))

    def add_code(self, node):
        """A code cell, and below it the captions of its figures."""
        self.add_unseen(before=node["cell_index"])
        cell = self.sources.pop(node["cell_index"])
        if cell.source:
            shown = outputs(node, self.page)
            self.append_code(nbformat.v4.new_code_cell(unmarked(cell.source), metadata=cell.metadata, outputs=shown))
        self.pending += captions(node, self.page, self.write)

    def add_unseen(self, before: float):
        """The cells that the page leaves out (`remove-cell`), if a later cell needs what they make."""
        for index in sorted(i for i in self.sources if i < before):
            cell = self.sources.pop(index)
            if cell.source and needed(cell.source, [later.source for i, later in self.sources.items() if i > index]):
                self.append_code(cell)


def code_cells(app, docname) -> dict:
    """The code cells in the source of a page as readers see them, by the index that their nodes have."""
    return deepcopy(read_cells(Path(app.env.doc2path(docname)).read_text(encoding="utf-8")))


@cache
def read_cells(text: str) -> dict:
    cells = read_myst_markdown_notebook(text).cells
    found = {i: cell for i, cell in enumerate(cells) if cell.cell_type == "code"}
    for cell in found.values():
        cell.source = without_glue(cell.source)
    return found


def outputs(node, page) -> list:
    """What a cell printed, and its figures if they are small: a preview of the notebook shows them."""
    found = []
    for part in [part for part in node.findall(nodes.container) if part.get("nb_element") == "cell_code_output"]:
        text = part.get("printed") or "\n".join(block.astext() for block in part.findall(nodes.literal_block))
        if text.strip():
            found.append(nbformat.v4.new_output("stream", name="stdout", text=text.rstrip("\n") + "\n"))
        for image in part.findall(nodes.image):
            path = Path(page.image(image))
            if "only-dark" not in image["classes"] and path.suffix == ".svg" and path.stat().st_size <= SMALL:
                data = {"image/svg+xml": path.read_text(encoding="utf-8"), "text/plain": image.get("alt", "")}
                found.append(nbformat.v4.new_output("display_data", data=data))
    return found


def captions(node, page, write) -> list[str]:
    return [page.anchor(figure) + write.caption(figure) for figure in node.findall(nodes.figure)]


def needed(source: str, later: list[str]) -> bool:
    """Whether the cell `source` makes a name that a `later` one uses; true where that cannot be told."""
    found, others = cell_names(source), list(map(cell_names, later))
    return not found or None in others or any(found[0] & used for _, used in others)


def repository(app) -> tuple[str, str]:
    """The repository's address ("" if there is none yet) and branch."""
    options = app.config.html_theme_options
    return options.get("repository_url") or "", options.get("repository_branch") or "main"


def colab(app, name: str) -> str:
    """Where Colab opens the notebook `name`; "" unless the repository is on GitHub."""
    url = urlsplit(repository(app)[0])
    if url.hostname != "github.com":
        return ""
    return f"https://colab.research.google.com/github/{url.path.strip('/')}/blob/{COLAB_BRANCH}/{quote(name)}.ipynb"


def install_cells(app):
    wheels = Path(app.outdir, FOLDER).glob("*.whl")
    return install.cells(*repository(app), app.config.html_baseurl, next(wheels, None))


def export(app, docname, template, context, doctree):
    """Write the notebook of a page, and offer it where the page offers downloads."""
    if doctree is None or docname not in names(app.env):
        return
    name = names(app.env)[docname]
    Path(app.outdir, FOLDER, f"{name}.ipynb").write_text(Notebook(app, docname, doctree).text(), encoding="utf-8")
    entries = [button(context, f"{FOLDER}/{name}.ipynb", ".ipynb", "Download notebook", "fa-book")]
    if address := colab(app, name):
        context["header_buttons"].append(
            {
                "type": "link",
                "url": address,
                "text": "",
                "tooltip": "Open in Colab",
                "icon": "fas fa-rocket",
                "label": "launch-colab",
            }
        )
    for group in context.get("header_buttons", ()):
        if group.get("label") == "download-buttons":
            group["buttons"][:0] = entries


def button(context, path, text, tooltip, icon) -> dict:
    return {
        "type": "link",
        "url": context["pathto"](path, 1),
        "text": text,
        "tooltip": tooltip,
        "icon": f"fas {icon}",
        "label": f"download-{text.strip('.')}-button",
    }


def prepare(app):
    """The folder, with the package's wheel in it, before the first page asks for it."""
    if app.builder.format == "html":
        folder = Path(app.outdir, FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        wheel.build(Path(app.srcdir), folder)


def tidy(app, error):
    """Take away notebooks of chapters that are no more."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir, FOLDER).glob("*.ipynb"):
            if path.stem not in names(app.env).values():
                path.unlink()


def setup(app):
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", export, priority=800)  # after the theme has made its menu, at 501
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def collect(root: Path) -> None:
    """Copy the notebooks and the wheel of the built site under `root`, and the solutions, to `_build/notebooks`."""
    target, new = root / "_build/notebooks", root / "_build/notebooks.new"
    for folder in (target, new):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "_build/html" / FOLDER, new)
    shutil.copytree(root / "_build/solution", new / "solution")
    new.rename(target)  # all of them are there
    print(f"Notebooks: {target}")

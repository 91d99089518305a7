"""Every chapter as a plain Jupyter notebook, written beside the pages into `_notebooks`, and offered in their download menu."""

import posixpath
import re
import shutil
from pathlib import Path
from symtable import symtable
from urllib.parse import quote, urlsplit

import nbformat
from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from pybtex.backends.markdown import Backend
from sphinx.errors import ExtensionError

from bookbuild import wheel
from bookbuild.markdown import Markdown, escape
from bookbuild.tex import one_line

FOLDER = "_notebooks"
# The branch to which the published notebooks are pushed: Colab opens nothing but files in a repository.
COLAB_BRANCH = "notebooks"
UNNAMED = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # the label that an equation without one gets, new in every build
FOLDED = {"hide-input": ["source"], "remove-input": ["source"], "hide-output": ["outputs"], "remove-output": ["outputs"],
          "hide-cell": ["source", "outputs"], "remove-cell": ["source", "outputs"]}
INSTALL = """\
# The package of the book, from {place}, if it is not here yet. (The `ddpm` on PyPI is another project.)
try:
    from ddpm import Schedule
except ImportError:
{steps}
    from ddpm import Schedule"""
FROM_REPOSITORY = "    %pip install --quiet 'ddpm @ git+{url}@{branch}'"
FROM_WHEEL = """\
    from pathlib import Path

    wheels = sorted(Path().glob("ddpm-*.whl"))
    if not wheels:
        raise FileNotFoundError(
            "The book's package is missing. Download ddpm-*.whl from the menu that offered this notebook, "
            f"put it into {Path().resolve()}, and run this cell again."
        ) from None
    %pip install --quiet {wheels[-1]}"""


def names(env) -> dict[str, str]:
    """The name of its notebook for each page that has code cells."""
    found = {}
    for docname in sorted(env.found_docs):
        if "kernelspec" in env.metadata[docname]:
            name = posixpath.basename(docname)
            if name in found.values():
                raise ExtensionError(f"{docname}: another page is named {name} too, and their notebooks would be one. Rename one of them.")
            found[docname] = name
    return found


class Page:
    """What the writer of Markdown asks about a page."""

    def __init__(self, app, docname):
        self.app, self.env, self.docname = app, app.env, docname
        self.names, self.cited = names(app.env), set()
        self.macros = ((app.config.mathjax3_config or {}).get("tex") or {}).get("macros") or {}
        self.targets = {app.builder.get_target_uri(name): name for name in app.env.found_docs}
        self.files = {name: path for path, name in app.builder.images.items()}
        self.citations = {(c.bibliography_key.docname, c.citation_id): c for c in app.env.get_domain("cite").citations}
        # what can be referred to by a label, in the whole book
        self.labels = {(doc, label) for doc, label, *_ in app.env.get_domain("std").anonlabels.values()}
        self.labels |= {(doc, nodes.make_id(f"equation-{label}")) for label, (doc, _) in app.env.get_domain("math").equations.items()
                        if not UNNAMED.fullmatch(label)}

    def number(self, kind: str, node) -> str:
        """The number that the page shows for `node`, with its word ("Fig. 1.2") if it has one; "" for none."""
        ids = node["ids"]
        if kind == "section":
            table = self.env.toc_secnumbers.get(self.docname, {})
            return ".".join(map(str, table.get("" if isinstance(node.parent, nodes.document) else f"#{ids[0]}", ())))
        table = self.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        text = ".".join(map(str, next((table[i] for i in ids if i in table), ())))
        return self.app.config.numfig_format[kind] % text if text and kind in self.app.config.numfig_format else text

    def anchor(self, node) -> str:
        return "".join(f'<a id="{i}"></a>' for i in node["ids"] if (self.docname, i) in self.labels and "/" not in i)

    def link(self, node) -> str:
        """Where the reference `node` leads in the notebooks; "" if it leads out of them."""
        uri = node.get("refuri", "")
        if urlsplit(uri).scheme:
            return uri
        path, _, fragment = uri.partition("#")
        fragment = node.get("refid", fragment)
        here = posixpath.dirname(self.app.builder.get_target_uri(self.docname))
        target = self.targets.get(posixpath.normpath(posixpath.join(here, path)), "") if path else self.docname
        if citation := self.citations.get((target, fragment)):
            self.cited.add(citation.key)
            return f"#ref-{citation.key}"
        fragment = f"#{fragment}" if (target, fragment) in self.labels else ""
        if target == self.docname:
            return fragment
        return f"{self.names[target]}.ipynb{fragment}" if target in self.names else ""

    def image(self, node) -> Path:
        return Path(self.app.srcdir, self.files[posixpath.basename(node["uri"])])

    def references(self) -> str:
        """The list of what was cited, in the order of the book's bibliography."""
        cited = [c for c in self.citations.values() if c.key in self.cited]
        return "\n".join(f'- <a id="ref-{c.key}"></a>{one_line(c.formatted_entry.text.render(References()))}' for c in cited)


class References(Backend):
    """pybtex's Markdown with a backslash only where one is needed."""

    def format_str(self, text):
        return escape(text)


class Notebook:
    """The cells of a notebook, made from a page's resolved doctree and its source."""

    def __init__(self, app, docname, doctree):
        self.page, self.cells, self.pending = Page(app, docname), [], []
        self.write = Markdown(self.page)
        source = Path(app.env.doc2path(docname)).read_text(encoding="utf-8")
        cells = read_myst_markdown_notebook(source).cells
        self.sources = {i: cell for i, cell in enumerate(cells) if cell.cell_type == "code"}
        top = next(doctree.findall(nodes.section))
        self.cells.append(nbformat.v4.new_markdown_cell(self.write.heading(top, 1)))
        self.cells.append(install_cell(app))
        self.add_blocks(top.children, level=1)
        self.add_blocks([node for node in doctree.children if node is not top], level=1)
        self.add_unseen(before=len(cells))
        self.flush()
        if self.page.cited:
            self.pending += ["## References", self.page.references()]
            self.flush()
        for i, cell in enumerate(self.cells):
            cell["id"] = f"cell-{i}"  # the same in every build

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
        self.append_code(self.sources.pop(node["cell_index"]))
        for figure in node.findall(nodes.figure):
            self.pending.append(self.page.anchor(figure) + self.write.caption(figure))

    def add_unseen(self, before: int):
        """The cells that the page leaves out (`remove-cell`), if a later cell needs what they make."""
        for index in sorted(i for i in self.sources if i < before):
            cell = self.sources.pop(index)
            if needed(cell.source, [later.source for i, later in self.sources.items() if i > index]):
                self.append_code(cell)

    def append_code(self, cell):
        self.flush()
        tags = [tag for tag in cell.metadata.get("tags", ()) if tag in FOLDED or tag == "raises-exception"]
        metadata = {"tags": tags} if tags else {}
        folded = {f"{part}_hidden": True for tag in tags for part in FOLDED.get(tag, ())}
        self.cells.append(nbformat.v4.new_code_cell(cell.source, metadata=metadata | ({"jupyter": folded} if folded else {})))

    def flush(self):
        if text := "\n\n".join(filter(None, self.pending)):
            self.cells.append(nbformat.v4.new_markdown_cell(text))
        self.pending = []

    def text(self) -> str:
        notebook = nbformat.v4.new_notebook(cells=self.cells, metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        })
        nbformat.validate(notebook)
        return nbformat.writes(notebook) + "\n"


def needed(source: str, later: list[str]) -> bool:
    """Whether the cell `source` makes a name that stands in a `later` one; true where that cannot be told."""
    try:
        made = [s.get_name() for s in symtable(source, "cell", "exec").get_symbols() if s.is_assigned() or s.is_imported()]
    except SyntaxError:  # a magic
        return True
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in made for text in later)


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


def install_cell(app):
    url, branch = repository(app)
    steps = FROM_REPOSITORY.format(url=url, branch=branch) if url else FROM_WHEEL
    source = INSTALL.format(place="its repository" if url else "the file beside this notebook", steps=steps)
    return nbformat.v4.new_code_cell(source, metadata={"tags": ["hide-input"], "jupyter": {"source_hidden": True}})


def export(app, docname, template, context, doctree):
    """Write the notebook of a page, and offer it where the page offers downloads."""
    if doctree is None or docname not in names(app.env):
        return
    name = names(app.env)[docname]
    folder = Path(app.outdir, FOLDER)
    (folder / f"{name}.ipynb").write_text(Notebook(app, docname, doctree).text(), encoding="utf-8")
    url, _ = repository(app)
    entries = [button(context, f"{FOLDER}/{name}.ipynb", ".ipynb", "Download notebook", "fa-book")]
    if not url:
        entries += [button(context, f"{FOLDER}/{path.name}", ".whl", "Download the package that the notebook needs", "fa-box")
                    for path in folder.glob("*.whl")]
    if address := colab(app, name):
        context["header_buttons"].append({"type": "link", "url": address, "text": "", "tooltip": "Open in Colab",
                                          "icon": "fas fa-rocket", "label": "launch-colab"})
    for group in context.get("header_buttons", ()):
        if group.get("label") == "download-buttons":
            group["buttons"][:0] = entries


def button(context, path, text, tooltip, icon) -> dict:
    return {"type": "link", "url": context["pathto"](path, 1), "text": text, "tooltip": tooltip, "icon": f"fas {icon}",
            "label": f"download-{text.strip('.')}-button"}


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
    """Copy the notebooks and the wheel of the built site under `root` to `_build/notebooks`."""
    target = root / "_build/notebooks"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(root / "_build/html" / FOLDER, target)
    print(f"Notebooks: {target}")

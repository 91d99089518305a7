"""MathJax from the book's own site, and the macros of _config.yml for LaTeX too."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

# the component, what it may load later (TeX extensions, fonts, speech), and not the 13 MB of other components
PARTS = [
    "tex-chtml.js",
    "input/tex/extensions/*.js",
    "output/chtml/fonts/woff-v2/*.woff",
    "a11y/*.js",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
]
LEFT_OUT = {"all-packages.js"}


def copy_mathjax(app):
    """Copy the needed files into the output, before the pages that ask for them are written."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "mathjax")
    with as_file(files("mathjax") / "static/mathjax/es5") as source:
        for pattern in PARTS:
            for path in source.glob(pattern):
                copy = target / path.relative_to(source)
                if path.name not in LEFT_OUT and not copy.exists():
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copy)


def newcommand(name: str, macro) -> str:
    r"""A macro of MathJax's configuration as LaTeX: `text` or `[text, arguments]` becomes `\newcommand`.

    `\providecommand` comes first, so that a name which some package has already is taken over.
    """
    text, arguments = (macro, 0) if isinstance(macro, str) else macro
    number = f"[{arguments}]" if arguments else ""
    return rf"\providecommand{{\{name}}}{{}}\renewcommand{{\{name}}}{number}{{{text}}}"


def add_macros_to_latex(app, config):
    macros = ((config.mathjax3_config or {}).get("tex") or {}).get("macros") or {}
    lines = [newcommand(name, macro) for name, macro in sorted(macros.items())]
    config.latex_elements["preamble"] = "\n".join([config.latex_elements.get("preamble", ""), *lines])


def setup(app):
    app.connect("config-inited", add_macros_to_latex)
    app.connect("builder-inited", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

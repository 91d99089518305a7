"""The first cell of every notebook: it brings the book's package to where the notebook runs.

Where neither a repository nor a site has it, a cell before that one carries the package, folded: the last resort.
"""

import base64
from pathlib import Path
from urllib.parse import urljoin

import nbformat

DISTRIBUTION = "denoising-diffusion-checked"  # as in pyproject.toml; `ddpm` on PyPI is another project
EXTRA = "book"  # what chapters need beside the package's core
TAGS = {"carried", "install"}  # of the cells that are made here
FOLDER = "_notebooks"  # in the site: the notebooks and the wheel
# What is here already stays as it is: pip gets the version of everything as a constraint.
# (Versions that Python's own rules do not know, as some systems have them, are left out: pip would stop at them.)
CELL = r"""# @title Set-up: run this first
# It brings the book's package, `ddpm`, and what is missing beside it; it changes nothing that is there, and does
# nothing the next time.
# (The package is not on PyPI: what is called `ddpm` there is another project.)
try:
    from ddpm import Schedule
except ImportError:
    import re
    from importlib.metadata import distributions
    from pathlib import Path
    from tempfile import mkdtemp

    folder = Path(mkdtemp())
    present = {{f"{{d.name}}=={{d.version}}" for d in distributions() if d.name != "{name}"}}
    pin = r"[\w.-]+==\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?(\+[\w.]+)?"
    Path(folder, "present.txt").write_text("\n".join(p for p in present if re.fullmatch(pin, p)))
{package}
    %pip install --quiet --constraint {{folder}}/present.txt "{{package}}"
    from ddpm import Schedule"""
ADDRESS = f'    package = "{DISTRIBUTION}[{EXTRA}] @ {{}}"'
CARRIED = """\
    # The package as one file: the cell above carries it.
    import base64

    wheel = Path(folder, carried[0])
    package = f"{{wheel}}[{extra}]"
    wheel.write_bytes(base64.b64decode(carried[1]))"""
RESORT = """\
# @title The package itself: run this, too
# This copy of the book has no address from which it could be fetched.
carried = "{name}", "{data}\""""


def package(repository: str, branch: str, site: str, wheel: Path | None, folder: str = FOLDER) -> str:
    """The lines that say where the package is: in the repository if there is one, else on the site, else in the cell
    before.

    Args:
        repository, site: addresses; "" for none.
        wheel: the wheel that the site publishes; None in a book without a package.
        folder: where in the site the wheel is.
    """
    if repository:
        return ADDRESS.format(f"git+{repository}@{branch}")
    if site and wheel:
        return ADDRESS.format(urljoin(site.rstrip("/") + "/", f"{folder}/{wheel.name}"))
    return CARRIED.format(extra=EXTRA)


def cells(repository: str, branch: str, site: str, wheel: Path | None, folder: str = FOLDER) -> list:
    """The cell, folded in Jupyter and in Colab, and where it needs that the cell before; what it takes is said at
    `package`."""
    lines = package(repository, branch, site, wheel, folder)
    setup = folded(CELL.format(name=DISTRIBUTION, package=lines), "install")
    if wheel is None or not lines.startswith(CARRIED.splitlines()[0]):
        return [setup]
    data = base64.b64encode(wheel.read_bytes()).decode()
    return [folded(RESORT.format(name=wheel.name, data=data), "carried"), setup]


def folded(source: str, tag: str):
    metadata = {"tags": [tag, "hide-input"], "jupyter": {"source_hidden": True}, "cellView": "form"}
    return nbformat.v4.new_code_cell(source, metadata=metadata)

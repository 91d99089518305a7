"""The first cell of every notebook: it brings the book's package to where the notebook runs."""

import base64
from pathlib import Path
from urllib.parse import urljoin

import nbformat

DISTRIBUTION = "denoising-diffusion-checked"  # as in pyproject.toml; `ddpm` on PyPI is another project
EXTRA = "book"  # what chapters need beside the package's core
FOLDER = "_notebooks"  # in the site: the notebooks and the wheel
# What is here already stays as it is: pip gets the version of everything as a constraint.
# (Versions that Python's own rules do not know, as some systems have them, are left out: pip would stop at them.)
CELL = r"""# @title The book's package, `ddpm`: run this cell first
# It installs what is missing, changes nothing that is there, and does nothing the next time.
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
    # The package as one file, carried by this cell.
    import base64

    wheel = Path(folder, "{name}")
    package = f"{{wheel}}[{extra}]"
    wheel.write_bytes(base64.b64decode("{data}"))"""


def package(repository: str, branch: str, site: str, wheel: Path | None, folder: str = FOLDER) -> str:
    """The lines that say where the package is: in the repository if there is one, else on the site, else in the cell
    itself.

    Args:
        repository, site: addresses; "" for none.
        wheel: the wheel that the site publishes; None in a book without a package.
        folder: where in the site the wheel is.
    """
    if repository:
        return ADDRESS.format(f"git+{repository}@{branch}")
    if site and wheel:
        return ADDRESS.format(urljoin(site.rstrip("/") + "/", f"{folder}/{wheel.name}"))
    data = base64.b64encode(wheel.read_bytes()).decode() if wheel else ""
    return CARRIED.format(name=wheel.name if wheel else "", data=data, extra=EXTRA)


def cell(repository: str, branch: str, site: str, wheel: Path | None, folder: str = FOLDER):
    """The cell, folded in Jupyter and in Colab; what it takes is said at `package`."""
    source = CELL.format(name=DISTRIBUTION, package=package(repository, branch, site, wheel, folder))
    return nbformat.v4.new_code_cell(
        source,
        metadata={
            "tags": ["install", "hide-input"],
            "jupyter": {"source_hidden": True},
            "cellView": "form",
        },
    )

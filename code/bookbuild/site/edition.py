"""Which edition this is: version, day and works to cite, from CITATION.cff alone. They stand below every page."""

from datetime import date
from html import escape
from pathlib import Path

import yaml

FILE = "CITATION.cff"
LICENCE = "Text and figures: CC BY 4.0. Code: MIT."


def edition(root: Path) -> dict | None:
    """What CITATION.cff says, the day of release as a date; None in a book without one."""
    path = root / FILE
    if not path.is_file():
        return None
    cited = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML makes a date of it unless it stands in quotation marks
    return cited | {"date-released": date.fromisoformat(str(cited["date-released"]))}


def day(released: date) -> str:
    """As in 28 November 2026."""
    return f"{released.day} {released:%B %Y}"


def words(cited: dict) -> str:
    return f"Version {cited['version']}, {day(cited['date-released'])}"


def bibtex(cited: dict, url: str = "") -> str:
    """The entry for this book; with the address where there is one."""
    fields = {
        "title": "{" + cited["title"] + "}",
        "author": "{" + " and ".join(author["name"] for author in cited["authors"]) + "}",
        "year": str(cited["date-released"].year),
        "note": f"Version {cited['version']}",
        "url": url,
    }
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
    return "@misc{denoisingdiffusionchecked,\n" + ",\n".join(lines) + "\n}"


def configure(app, config):
    if cited := edition(Path(app.srcdir)):
        config.html_theme_options["extra_footer"] = f"<p>{escape(words(cited))}. {LICENCE}</p>"


def setup(app):
    app.connect("config-inited", configure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The bibliography's labels: authors and year, as in the text. Two works with one label have a and b behind their
years in references.bib."""

from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from sphinx.errors import ExtensionError


class AuthorYear(BaseLabelStyle):
    def format_labels(self, sorted_entries):
        """One label for each entry.

        Raises:
            ExtensionError: two entries would have the same.
        """
        seen = {}
        for entry in sorted_entries:
            label = f"{authors(entry)}, {entry.fields['year']}"
            if label in seen:
                raise ExtensionError(
                    f"references.bib: {seen[label]} and {entry.key} are both {label!r}. "
                    "Write a and b behind their years, as in {2021a}."
                )
            seen[label] = entry.key
            yield label


def authors(entry) -> str:
    names = [
        " ".join([*person.prelast_names, *person.last_names]).replace("{", "").replace("}", "")
        for person in entry.persons["author"]
    ]
    return names[0] if len(names) == 1 else f"{names[0]} and {names[1]}" if len(names) == 2 else f"{names[0]} et al."


class Style(Plain):
    default_label_style = AuthorYear


def setup(app):
    register_plugin("pybtex.style.formatting", "author_year", Style)
    # named again: for each citation its name would be looked for in what all installed packages say of themselves
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Numbers for the prose, from the cell that computed them."""

from IPython.display import display

_MIME_PREFIX = "application/papermill.record/"


def glue(name: str, value, spec: str = "") -> None:
    """Give `value`, formatted by `spec`, to the text as `{glue:text}` `name`.

    It writes the record that MyST-NB's own `glue` writes, so that a notebook does not need MyST-NB; in plain Jupyter
    nothing is shown.

    Raises:
        ValueError: the value is not finite: a text with "nan" in it helps nobody.
    """
    text = value if isinstance(value, str) else powers_of_ten(format(value, spec))
    if text.strip("-−") in ("nan", "inf"):
        raise ValueError(f"the number {name!r} for the text is {text}")
    display(
        {f"{_MIME_PREFIX}text/plain": repr(text)},
        metadata={"scrapbook": {"name": name, "mime_prefix": _MIME_PREFIX}},
        raw=True,
    )


def powers_of_ten(text: str) -> str:
    """-1.3e-08 as readers write it: −1.3 × 10⁻⁸, in one line."""
    digits, e, exponent = text.partition("e")
    digits = digits.replace("-", "−")
    if not e:
        return digits
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10{raised}"

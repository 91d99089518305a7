"""Numbers for the prose, from the cell that computed them."""

from IPython.display import display

from ddpm.digits import powers_of_ten

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

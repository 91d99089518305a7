"""Figures that answer: what the site's script needs to let the reader move a figure's parameters.

A cell draws its figure as usual; the cell after it calls `interactive`. On the site the script `interactive.js` finds
the record and puts controls in the place of the drawing, under the same caption. The PDF, a notebook, and a page
without scripts show the drawing.
"""

import json
from html import escape

import matplotlib as mpl
import numpy as np
from IPython.display import display

from ddpm.figures import COLOURS

KINDS = ("schedule", "film", "weight")


def interactive(figure: str, kind: str, **data) -> None:
    """Hand `data` to the site's script. Elsewhere nothing is shown.

    Args:
        figure: the name of the figure, as `{numref}` has it.
        kind: "schedule": the forward process under a schedule of the reader's; `image` and `noise` of one shape (h, w).
            "film": states of chains played step by step; `rows` maps a label to an array (T + 1, h, w), entry t
            being x_t.
            "weight": the weight of the noise loss over t.
        data: arrays or plain values; all numbers finite.

    Raises:
        ValueError: an unknown kind, or a number that is not finite.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of figure {kind!r}; expected one of {', '.join(KINDS)}")
    palette = [mpl.colors.to_hex(mpl.colormaps["PuOr"](i / 20)) for i in range(21)]
    record = json.dumps(
        {"palette": palette, "colours": COLOURS, **_plain(data)}, allow_nan=False, separators=(",", ":")
    )
    marks = f'data-figure="{figure}" data-kind="{kind}" data-record="{escape(record)}"'
    display({"text/html": f'<div class="interactive" {marks}></div>'}, raw=True)


def _plain(value):
    """`value` as JSON has it: arrays as lists, five digits after the point being more than a screen shows."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, str | bool | int):
        return value
    array = np.asarray(value, np.float64)
    if not np.isfinite(array).all():
        raise ValueError("the data of an interactive figure must be finite numbers")
    return np.round(array, 5).tolist()

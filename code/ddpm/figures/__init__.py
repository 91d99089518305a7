"""The one style of the book's figures, and the figures that are drawn more than once."""

import os
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from jaxtyping import ArrayLike, Real
from matplotlib.figure import Figure
from matplotlib_inline.backend_inline import set_matplotlib_formats

INK = "#1f2328"  # text and axes; the site swaps this very colour for a light one in dark mode
# Near those of Okabe and Ito, moved until each has 3:1 on light and dark pages and no two look alike to colour-blind
# eyes.
COLOURS = ("#046aba", "#ca3c00", "#00a67a", "#b7619c", "#96964e")
MARKERS = ("o", "s", "^", "D", "v")
APART = 1.1  # images in a strip, in their own size
WIDTH = 5.1  # inches, of a full figure: shrunk to a phone, its smallest text of 10 points still has 9 pixels


def use_style() -> None:
    """Set the style for all figures that follow: vectors, no background of their own, colour-blind-safe."""
    mpl.rcParams.update(
        {
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.titlecolor": INK,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.prop_cycle": mpl.cycler(color=COLOURS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titley": 1.0,  # else each title looks where all tick labels are, a quarter of a figure's time
            "axes.labelsize": 12,
            "xtick.labelsize": 10,
            "ytick.labelsize": 10,
            "legend.fontsize": 10,
            "mathtext.fontset": "cm",  # symbols look as they do in the text
            "figure.figsize": (WIDTH, 3.2),
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "figure.constrained_layout.use": True,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "lines.markersize": 5,
            "svg.hashsalt": "ddpm",  # the same figure gives the same file
        }
    )
    # The pictures carry no date, so that two builds give the same files (Matplotlib reads this variable).
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    set_matplotlib_formats("svg", "pdf")
    formatters = InteractiveShell.instance().display_formatter.formatters
    formatters["image/svg+xml"].for_type(Figure, _svg)
    formatters["application/pdf"].for_type(Figure, _pdf_within_the_same_edges)


def _svg(figure: Figure) -> str | None:
    """As IPython draws it; the figure keeps the edges that Matplotlib finds."""
    measure = figure.get_tightbbox

    def kept(*args, **options):
        figure.edges = measure(*args, **options)
        return figure.edges

    figure.get_tightbbox = kept
    try:
        return print_figure(figure, fmt="svg")
    finally:
        del figure.get_tightbbox


def _pdf_within_the_same_edges(figure: Figure) -> str | None:
    """The PDF, with axes and edges where the SVG has them, which IPython asks for first: without a layout to find
    Matplotlib draws once, and not twice."""
    if not hasattr(figure, "edges"):  # nothing is in it
        return None
    engine = figure.get_layout_engine()
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    try:
        edges = figure.edges.padded(mpl.rcParams["savefig.pad_inches"])
        return print_figure(figure, fmt="pdf", base64=True, bbox_inches=edges)
    finally:
        if engine is not None:
            figure.set_layout_engine(engine)


def light(colour: str | tuple) -> str:
    """A quarter of `colour`, as a string: the histograms of Matplotlib 3.10.0 take a tuple for several colours."""
    return mpl.colors.to_hex(mpl.colors.to_rgba(colour, 0.25), keep_alpha=True)


def shade(ax, x, density, colour=INK, label=None) -> None:
    """The area under a curve, with an edge that is seen where the area is thin."""
    ax.fill_between(x, density, facecolor=light(colour), edgecolor=colour, linewidth=0.8, label=label)


def image_strip(
    images: Real[ArrayLike, "*rows columns height width"],
    titles: Sequence[str],
    row_labels: Sequence[str] | None = None,
    limit: float | None = None,
) -> Figure:
    """Rows of small images, black on white by value, each with its title.

    Args:
        images: of one row or of several.
        titles: one for each column.
        row_labels: one for each row.
        limit: values are shown from -limit to limit; the largest magnitude if not given.

    Raises:
        ValueError: the numbers of titles or labels do not fit the images.
    """
    images = np.asarray(images)
    images = images[None] if images.ndim == 3 else images
    rows, columns = images.shape[:2]
    if len(titles) != columns or (row_labels is not None and len(row_labels) != rows):
        raise ValueError(f"{rows} rows of {columns} images need as many row labels and titles")
    limit = np.abs(images).max() if limit is None else limit
    height, width = images.shape[2:]
    side = min(1.2, (WIDTH - (0.1 if row_labels is None else 0.5)) / columns)
    size = (side * columns + (0.1 if row_labels is None else 0.5), side * rows + 1.0)
    figure, ax = plt.subplots(figsize=size)  # one panel: one for each image took three times as long to lay out
    for r, c in np.ndindex(rows, columns):
        left, top = c * width * APART, r * height * APART
        extent = (left, left + width, top + height, top)
        shown = ax.imshow(images[r, c], cmap="PuOr", vmin=-limit, vmax=limit, interpolation="nearest", extent=extent)
        ax.add_patch(plt.Rectangle((left, top), width, height, fill=False, edgecolor=INK, linewidth=0.8, clip_on=False))
    ax.set(xlim=(0, left + width), ylim=(top + height, 0))
    ax.set_xticks(width * (APART * np.arange(columns) + 0.5), titles)
    ax.set_yticks(
        height * (APART * np.arange(rows) + 0.5),
        rows * [""] if row_labels is None else row_labels,
        rotation="vertical",
        va="center",
        multialignment="center",
    )
    ax.tick_params(length=0, labelsize=mpl.rcParams["axes.titlesize"], top=True, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    bar = figure.colorbar(shown, ax=ax, location="bottom", shrink=0.5, aspect=30, label="pixel value")
    bar.outline.set_visible(False)
    return figure


def chain_diagram(images: Real[ArrayLike, "4 height width"]) -> Figure:
    """The two directions of the chain drawn over the states x_0, x_{t-1}, x_t and x_T."""
    figure, axes = plt.subplots(1, 4, figsize=(WIDTH, 1.7), layout="none", gridspec_kw={"wspace": 0.9})
    figure.subplots_adjust(left=0.03, right=0.97, bottom=0.14, top=0.9)
    limit = np.abs(np.asarray(images)).max()
    names = ("$x_0$", "$x_{t-1}$", "$x_t$", "$x_T$")
    for ax, image, name in zip(axes, np.asarray(images), names, strict=True):
        ax.imshow(image, cmap="PuOr", vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[], xlabel=name)
        ax.spines[:].set(visible=True, linewidth=0.8)
    forward = ("", "$q(x_t\\,|\\,x_{t-1})$", "")
    backward = ("", "$p_\\theta(x_{t-1}\\,|\\,x_t)$", "")
    for left, right, above, below in zip(axes[:-1], axes[1:], forward, backward, strict=True):
        start, end = left.get_position().x1 + 0.012, right.get_position().x0 - 0.012
        arrow = {"arrowstyle": "->", "linewidth": 1.6}
        for (x, y), (u, v), colour in (
            ((start, 0.6), (end, 0.6), COLOURS[1]),
            ((end, 0.42), (start, 0.42), COLOURS[0]),
        ):
            axes[0].annotate(
                "", xy=(u, v), xytext=(x, y), xycoords="figure fraction", arrowprops=arrow | {"color": colour}
            )
        middle = (start + end) / 2
        figure.text(middle, 0.86, above, ha="center")
        figure.text(middle, 0.09, below, ha="center")
        if not above:
            figure.text(middle, 0.505, "$\\cdots$", ha="center", va="center")
    return figure


def schedule_curves(schedules: Mapping) -> Figure:
    """beta_t, alpha_bar_t and the signal-to-noise ratio over t / T.

    Args:
        schedules: from the name in the legend to a `ddpm.Schedule`.
    """
    figure, axes = plt.subplots(3, 1, figsize=(WIDTH, 6.4), sharex=True)
    for (name, schedule), marker in zip(schedules.items(), MARKERS):
        u = np.arange(schedule.T + 1) / schedule.T
        style = {"marker": marker, "markevery": max(1, schedule.T // 8), "label": name}
        axes[0].plot(u[1:], schedule.beta[1:], **style)
        axes[1].plot(u, schedule.alpha_bar, **style)
        axes[2].plot(u[1:], schedule.snr[1:], **style)
    axes[0].set(yscale="log", ylabel=r"$\beta_t$")
    axes[1].set(ylabel=r"$\bar\alpha_t$", ylim=(0, 1.05))
    axes[2].set(yscale="log", ylabel="signal-to-noise ratio", xlabel="$t / T$")
    axes[2].axhline(1, color=INK, linewidth=0.8, linestyle=":")
    axes[1].legend()
    return figure


def stacked_bars(parts: Mapping[str, Sequence[float]], labels: Sequence[str], unit: str) -> Figure:
    """One bar for each entry of `parts`, made of its values one after the other.

    Args:
        labels: one for each value.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 0.8 + 0.6 * len(parts)))
    names, values = list(parts), np.array(list(parts.values()))
    edges = np.cumsum(values, 1) - values
    for label, left, width, colour in zip(labels, edges.T, values.T, COLOURS):
        ax.barh(names, width, left=left, height=0.55, color=colour, label=label)
    ax.invert_yaxis()
    ax.set(xlabel=unit)
    figure.legend(loc="outside upper center", ncols=2 if sum(map(len, labels)) > 45 else 3)
    return figure

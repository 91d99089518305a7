"""The figures of the chapter on guidance."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, shade


def densities(x, panels):
    """What the tilted density is and what the flow draws, over one pixel, a panel for each strength.

    Args:
        x: places, shape (n,).
        panels: mapping from the title to a pair of densities, each of shape (n,): tilted, drawn.
    """
    figure, axes = plt.subplots(len(panels), 1, figsize=(WIDTH, 1.5 * len(panels) + 0.6), sharex=True)
    for ax, (title, (tilted, drawn)) in zip(axes, panels.items(), strict=True):
        shade(ax, x, tilted, COLOURS[0], "tilted density")
        ax.plot(x, drawn, color=COLOURS[1], linewidth=1.6, label="drawn by the flow")
        ax.set_title(title, loc="left", fontsize=11)
        ax.set(yticks=[], ylim=(0, None))
        ax.spines["left"].set_visible(False)
    axes[-1].legend(loc="upper right")
    axes[-1].set(xlabel="$x_0$")
    return figure


def plane(drawn, centres, own, limit):
    """Points in the plane, two rows of panels: above what the flow draws, below draws from the tilted density.

    Args:
        drawn: mapping from the title of a column to a pair of arrays, each of shape (n, 2).
        centres: of all clouds, shape (K, 2).
        own: which of them are the class's, shape (K,).
        limit: the axes go from -limit to limit.
    """
    figure, axes = plt.subplots(2, len(drawn), figsize=(WIDTH, 3.7), sharex=True, sharey=True)
    for column, (title, pair) in zip(axes.T, drawn.items(), strict=True):
        column[0].set_title(title, fontsize=11)
        for ax, points in zip(column, pair, strict=True):
            ax.plot(*np.asarray(points).T, ".", color=COLOURS[0], markersize=1, rasterized=True)
            ax.plot(*centres[own].T, "x", color=COLOURS[1], markersize=6)
            ax.plot(*centres[~own].T, "o", color=INK, markersize=4, fillstyle="none")
            ax.set(aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[])
    for ax, label in zip(axes[:, 0], ("flow", "tilted"), strict=True):
        ax.set_ylabel(label)
    return figure


def digits(rows, labels):
    """Rows of digits, ink dark on paper.

    Args:
        rows: mapping from the label of a row to images, shape (n, 8, 8).
        labels: above each column.
    """
    count = len(labels)
    figure, axes = plt.subplots(len(rows), count, figsize=(WIDTH, 0.62 * len(rows) * 10 / count), squeeze=False)
    for row, (name, images) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(row, np.asarray(images), strict=True):
            ax.imshow(image, cmap="Greys", vmin=-1, vmax=1, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
    for ax, label in zip(axes[0], labels, strict=True):
        ax.set_title(label, fontsize=10)
    return figure


def trade_off(series, floor, expected):
    """Three figures over w, with intervals, for guidance at all times and in the middle.

    Args:
        series: mapping from the name in the legend to rows with w, recognised, covered and frechet.
        floor: the Frechet distance between two halves of the data.
        expected: the coverage of fresh images.
    """
    figure, axes = plt.subplots(3, 1, figsize=(WIDTH, 5.6), sharex=True)
    names = ("recognised", "covered", "frechet")
    for i, (name, rows) in enumerate(series.items()):
        places = [np.sqrt(row.w) + 0.012 * (2 * i - 1) for row in rows]
        for ax, kind in zip(axes, names, strict=True):
            found = [getattr(row, kind) for row in rows]
            values = [measured.value for measured in found]
            low = [m.value - max(m.low, 0.0) for m in found]  # none of the three is below 0
            high = [m.high - m.value for m in found]
            style = {"color": COLOURS[i], "marker": MARKERS[i], "linewidth": 1.4, "capsize": 2, "label": name}
            ax.errorbar(places, values, yerr=[low, high], **style)
    for ax, value in ((axes[1], expected), (axes[2], floor)):
        ax.axhline(value, color=INK, linestyle=":", linewidth=1.2)
    for ax, label in zip(axes, ("recognised", "coverage", "Fréchet distance"), strict=True):
        ax.set_ylabel(label)
    strengths = [row.w for row in next(iter(series.values()))]
    axes[-1].set_xticks(np.sqrt(strengths), [f"{w:g}" for w in strengths])
    axes[-1].set(xlabel="strength $w$", ylim=(0, None))
    axes[0].legend(loc="lower right")
    return figure

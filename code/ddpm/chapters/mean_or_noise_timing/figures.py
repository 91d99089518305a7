"""Figures of the chapter on timing: the naive ratios, and measured beside expected ones."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, NullLocator

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH
from ddpm.measure.timing import quartiles

PLAIN = FuncFormatter(lambda value, _: f"{value:,.12g}")


def naive_bars(ratios):
    """Ratios as bars on a log scale that start from 1: a bar upward says "slower", one downward "faster".

    Args:
        ratios: for each name in the legend a mapping from the dimension D to the ratio.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.6))
    width = 0.8 / len(ratios)
    for i, (name, by_dimension) in enumerate(ratios.items()):
        x, values = np.arange(len(by_dimension)), np.array(list(by_dimension.values()))
        x = x + (i - (len(ratios) - 1) / 2) * width
        ax.bar(
            x,
            values - 1,
            width,
            bottom=1,
            label=name,
            hatch=("", "//")[i % 2],
            color=COLOURS[i],
            edgecolor=INK,
            linewidth=0.6,
        )
    ax.axhline(1, color=INK, linewidth=0.8)
    ax.set(yscale="log", xlabel="dimension $D$", ylabel="ratio of times, mean / noise")
    ax.set_xticks(x, [f"{d:,}" for d in by_dimension])
    ax.yaxis.set_major_formatter(PLAIN)
    figure.legend(loc="outside upper center", ncols=len(ratios))
    return figure


def ratio_curves(regimes):
    """Measured ratios over the dimension with bars from quartile to quartile, and the expected ones as dashed lines.

    Args:
        regimes: mapping from the name in the legend to the races (`ddpm.measure.roofline.Race`) by dimension D.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.9))
    for i, (name, races) in enumerate(regimes.items()):
        colour, marker, d = COLOURS[i], MARKERS[i], np.array(list(races))
        # each regime a little to the right of the one before, so that the bars do not hide each other
        low, middle, high = np.array([quartiles(r.comparison.ratio) for r in races.values()]).T
        ax.errorbar(
            d * 1.1**i,
            middle,
            (middle - low, high - middle),
            color=colour,
            marker=marker,
            linewidth=1.2,
            capsize=3,
            label=name,
        )
        ax.plot(d, [r.expected for r in races.values()], color=colour, linestyle="--", linewidth=1.2)
    ax.axhline(1, color=INK, linewidth=0.8, linestyle=":")
    ax.plot([], [], color=INK, linestyle="--", linewidth=1.2, label="expected")
    ax.set(xscale="log", yscale="log", xlabel="dimension $D$", ylabel="ratio of times, mean / noise")
    ax.set_yticks([t for t in (0.25, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10) if ax.get_ylim()[0] <= t <= ax.get_ylim()[1]])
    ax.yaxis.set_major_formatter(PLAIN)
    ax.yaxis.set_minor_locator(NullLocator())
    figure.legend(loc="outside upper center", ncols=len(regimes) + 1)
    return figure

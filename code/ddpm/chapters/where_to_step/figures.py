"""The figures of the chapter *Where to step, and when to stop*."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH


def combs(grids, marks=(), label="log-SNR"):
    """Each grid as a row of marks along the log-SNR.

    Args:
        grids: from a name to the values of the log-SNR, falling times, so rising values.
        marks: values at which lines are drawn across.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 0.55 * len(grids) + 0.9))
    for row, (name, values) in enumerate(grids.items()):
        ax.plot(values, np.full(len(values), -row), color=INK, linewidth=0.6)
        ax.plot(values, np.full(len(values), -row), "|", color=COLOURS[row % 5], markersize=16, markeredgewidth=2.5)
    for mark in marks:
        ax.axvline(mark, color=INK, linewidth=1, linestyle=":")
    ax.set(yticks=-np.arange(len(grids)), yticklabels=list(grids), xlabel=label, ylim=(0.5 - len(grids), 0.6))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return figure


def angle_densities(level, densities):
    """The density of the best steps along the log-SNR for Gaussians; `densities` maps a name to values at `level`."""
    figure, ax = plt.subplots(figsize=(WIDTH, 2.9))
    styles = ("-", "--", ":")
    for (name, values), colour, style in zip(densities.items(), COLOURS, styles):
        ax.plot(level, values, color=colour, linestyle=style, label=name)
    ax.set(xlabel=r"log-SNR $\Lambda_u$", ylabel="density of steps", ylim=(0, None))
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def error_over_calls(curves, floor=None, shown="relative error"):
    """Errors over the number of calls, on two scales of logarithms.

    Args:
        curves: from a name to (calls, errors); errors of shape (n,), or (n, seeds) for a band from least to largest.
        floor: a value drawn across.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.6))
    styles = ("-", "--", "-.", ":", "-")
    for (name, (calls, errors)), colour, marker, style in zip(curves.items(), COLOURS, MARKERS, styles):
        errors = np.asarray(errors)
        if errors.ndim == 2:
            ax.fill_between(calls, errors.min(1), errors.max(1), color=colour, alpha=0.2, linewidth=0)
            errors = np.median(errors, 1)
        ax.plot(calls, errors, color=colour, marker=marker, linestyle=style, label=name)
    if floor is not None:
        ax.axhline(floor, color=INK, linewidth=1, linestyle=":")
        ax.annotate("the network's own", (0.01, floor), (0, -3), ha="left", va="top",
                    xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=10)  # fmt: skip
    ticks = [n for n in (3, 5, 10, 20, 50) if min(c[0][0] for c in curves.values()) <= n]
    ax.set(xscale="log", yscale="log", xlabel="calls of the predictor", ylabel=shown)
    ax.set_xticks(ticks, [str(n) for n in ticks])
    if floor is not None:  # less than one power of ten, and room for the words
        ax.set_ylim(bottom=0.8 * floor)
        ax.yaxis.set(major_locator=LogLocator(subs=(1, 1.5, 2, 3, 5)), major_formatter="{x:g}")
    ax.minorticks_off()
    figure.legend(loc="outside upper center", ncols=2)
    return figure

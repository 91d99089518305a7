"""The figures of the chapter on fewer steps."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light


def tangents(ratio, curve, runs):
    """A trajectory of the flow in x / c over r / c, and runs of DDIM from the same start, which go along tangents.

    Args:
        ratio, curve: the trajectory, shape (n,).
        runs: mapping from the name in the legend to a pair (r / c, x / c), shape (steps + 1,).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.4))
    ax.plot(ratio, curve, color=INK, label="the flow")
    for (name, (places, states)), colour, marker in zip(runs.items(), COLOURS, MARKERS, strict=False):
        ax.plot(places, states, marker=marker, color=colour, linewidth=1.2, label=name)
    ax.set(xlabel=r"$\varsigma = r / c$", ylabel="$x / c$", ylim=(0, None))
    ax.legend()
    return figure


def few_steps(samples, centres):
    """Samples in the plane: a row for each sampler, a column for each number of steps.

    Args:
        samples: mapping from a row's label to a mapping from the number of steps to points, shape (n, 2).
        centres: of the clouds of the data, shape (k, 2).
    """
    columns = list(next(iter(samples.values())))
    size = (WIDTH, WIDTH / len(columns) * len(samples) + 0.4)
    figure, axes = plt.subplots(len(samples), len(columns), figsize=size, sharex=True, sharey=True, squeeze=False)
    for ax, steps in zip(axes[0], columns, strict=True):
        ax.set_title(f"{steps} steps")
    for row, (label, by_steps), colour, marker in zip(axes, samples.items(), COLOURS, MARKERS, strict=False):
        for ax, points in zip(row, by_steps.values(), strict=True):
            ax.plot(*np.asarray(points).T, marker, color=colour, markersize=2, linestyle="none")
            ax.plot(*np.asarray(centres).T, "+", color=INK, markersize=7, markeredgewidth=1)
            ax.set(aspect="equal", xticks=[], yticks=[])
        row[0].set_ylabel(label)
    return figure


def error_over_calls(panels):
    """How wrong solvers are over the number of calls of the predictor, one panel for each grid.

    Args:
        panels: mapping from the title of a panel to a mapping from the name in the legend to a pair (calls, errors).
    """
    figure, axes = plt.subplots(len(panels), 1, figsize=(WIDTH, 3.0 * len(panels)), sharex=True, squeeze=False)
    for ax, (title, curves) in zip(axes[:, 0], panels.items(), strict=True):
        for (name, (calls, errors)), colour, marker in zip(curves.items(), COLOURS, MARKERS, strict=False):
            ax.loglog(calls, errors, marker=marker, color=colour, linewidth=1.5, label=name)
        calls = np.asarray(calls, float)
        for order, start in ((1, 0.05), (2, 0.0007)):
            guide = start * (calls / 64) ** -order
            ax.loglog(calls, guide, color=light(INK), linestyle=":", linewidth=1.5, zorder=0)
            ax.text(calls[-1], guide[-1], f"$-{order}$", ha="left", va="center")
        ax.set(title=title, ylabel="relative error")
    axes[0, 0].legend()
    ticks = [4, 16, 64, 256, 1024]
    axes[-1, 0].set_xticks(ticks, [str(n) for n in ticks])
    axes[-1, 0].minorticks_off()
    axes[-1, 0].set(xlabel="calls of the predictor")
    return figure

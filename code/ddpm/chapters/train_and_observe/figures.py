"""The figures of the chapter on training: the network, the loss as it falls, the states both ways, schedules, seeds."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter, StrMethodFormatter

from ddpm.evaluate import confidence_interval
from ddpm.figures import COLOURS, INK, MARKERS, WIDTH
from ddpm.nn import layer_sizes


def network_diagram(sizes):
    """The layers of an upside-down U-Net as bars as high as they are wide, with its skip connections.

    Args:
        sizes: the widths there, the first counting the pixels and the time.
    """
    widths = layer_sizes(sizes)
    widths[-1] = sizes[0] - 1
    figure, ax = plt.subplots(figsize=(WIDTH, 2.9))
    heights = [0.4 + 2.2 * w / max(widths) for w in widths]
    for i, (width, height) in enumerate(zip(widths, heights, strict=True)):
        ax.add_patch(Rectangle((i - 0.13, -height / 2), 0.26, height, facecolor=COLOURS[0], alpha=0.55, edgecolor=INK))
        ax.text(i, -height / 2 - 0.12, str(width), ha="center", va="top")
        if i:
            ax.annotate("", (i - 0.16, 0), (i - 0.84, 0), arrowprops={"arrowstyle": "->", "color": INK})
    for i in range(len(sizes) - 1):
        j = len(widths) - 1 - i
        start, end = (i, heights[i] / 2 + 0.05), (j, heights[j] / 2 + 0.05)
        bend = -0.32 if i else -0.42
        ax.add_patch(
            FancyArrowPatch(
                start,
                end,
                connectionstyle=f"arc3,rad={bend}",
                arrowstyle="->",
                mutation_scale=12,
                linestyle="--",
                color=COLOURS[1],
            )
        )
    ax.text(-0.25, 0, "pixels\nand $t$", ha="right", va="center")
    ax.text(len(widths) - 0.75, 0, "noise", ha="left", va="center")
    ax.set(xlim=(-1.1, len(widths) - 0.1), ylim=(-1.75, 2.6))
    ax.set_axis_off()
    return figure


def loss_curves(losses, window: int = 50):
    """The loss over the steps on a log scale, each point the mean of `window` steps.

    Args:
        losses: mapping from the name in the legend to an array (steps,), or (runs, steps): a thin line for each run.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.6))
    for i, (name, values) in enumerate(losses.items()):
        values = np.atleast_2d(values)
        values = values[:, : values.shape[1] // window * window].reshape(len(values), -1, window).mean(axis=2)
        steps = window * (0.5 + np.arange(values.shape[1]))
        for run, curve in enumerate(values):
            ax.plot(
                steps,
                curve,
                color=COLOURS[i],
                marker=MARKERS[i],
                markevery=max(1, len(steps) // 6),
                linewidth=1.2 if len(values) > 1 else 2,
                label=name if run == 0 else None,
            )
    ax.set(yscale="log", xlabel="step", ylabel="loss")
    ax.legend()
    return figure


def both_ways(forward, backward, counted):
    """Mean and variance of the middle pixel over t, forward and backward: formulas as lines, simulated chains as marks.

    Args:
        forward, backward: (mean, variance), each of shape (T + 1,).
        counted: mapping "forward" and "backward" to the same of simulated chains.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.0), sharex=True)
    for i, (name, law) in enumerate({"forward": forward, "backward": backward}.items()):
        for ax, formula, found in zip(axes, law, counted[name], strict=True):
            t = np.arange(len(formula))
            ax.plot(t, formula, color=COLOURS[i], linestyle=("-", "--")[i], label=name)
            ax.plot(t, found, color=COLOURS[i], marker=MARKERS[i], linestyle="none", markersize=7)
    axes[0].set(ylabel="mean")
    axes[1].set(ylabel="variance", xlabel="$t$")
    axes[1].xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].legend()
    return figure


def first_step(groups):
    """The error of samples over the root of SNR_1, with a dashed line for what the loss of the forward process
    predicts.

    Args:
        groups: mapping from the name in the legend to a list, with (root of SNR_1, losses, predicted errors, errors)
            for each schedule; the last three have one number for each seed.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.8))
    for (name, schedules), colour, marker in zip(groups.items(), COLOURS, MARKERS, strict=False):
        x, _, predicted, errors = zip(*schedules)
        ax.plot(x, np.median(errors, axis=1), color=colour, marker=marker, label=name)
        ax.plot(np.repeat(x, np.shape(errors)[1]), np.ravel(errors), color=colour, marker=marker, linestyle="none")
        ax.plot(
            x,
            np.median(predicted, axis=1),
            color=colour,
            marker=marker,
            markerfacecolor="none",
            linestyle="--",
            linewidth=1.2,
        )
    ax.plot([], [], color=INK, marker="o", markerfacecolor="none", linestyle="--", linewidth=1.2, label="from the loss")
    ax.set(xscale="log", yscale="log", xlabel=r"$\sqrt{\mathrm{SNR}_1}$", ylabel="error of the samples")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
    ax.legend()
    return figure


def shares(successes, trials: int):
    """Shares with their 95% intervals, one for each run; a panel for each method, since one scale would hide what is
    small.

    Args:
        successes: mapping from the title of a panel to how many of `trials` samples are good, shape (runs,).
    """
    figure, axes = plt.subplots(len(successes), sharex=True, squeeze=False, figsize=(WIDTH, 1.9 * len(successes) + 0.6))
    for i, ((name, counts), ax) in enumerate(zip(successes.items(), axes[:, 0])):
        counts = np.asarray(counts)
        low, high = confidence_interval(counts, trials)
        bars = np.maximum((counts / trials - low, high - counts / trials), 0)
        ax.errorbar(
            np.arange(len(counts)),
            counts / trials,
            bars,
            color=COLOURS[i],
            marker=MARKERS[i],
            linestyle="none",
            capsize=4,
        )
        ax.set(title=name, ylabel="good samples")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.set_xlabel("seed")
    return figure

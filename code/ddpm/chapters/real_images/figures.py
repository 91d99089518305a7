"""The figures of the chapter on real images."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light


def digit_rows(rows, labels=None, titles=None):
    """Rows of small images, dark ink on paper, as one picture each row.

    Args:
        rows: images in [-1, 1], shape (rows, columns, height, width); where a pixel is NaN, nothing is drawn.
        labels: one for each row.
        titles: one for each column.
    """
    rows = np.asarray(rows, np.float64)
    count, columns, height, width = rows.shape
    size = WIDTH if labels is None else WIDTH - 0.9
    figure, axes = plt.subplots(
        count, 1, figsize=(WIDTH, count * size / columns * 1.12 + (0.3 if titles else 0)), squeeze=False
    )
    for number, (ax, row) in enumerate(zip(axes[:, 0], rows)):
        wide = np.full((height, columns * (width + 1) - 1), np.nan)  # a gap of one pixel between images
        for column, image in enumerate(row):
            wide[:, column * (width + 1) : column * (width + 1) + width] = image
        ax.imshow(np.ma.masked_invalid(wide), cmap="Greys", vmin=-1, vmax=1, interpolation="nearest")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        if labels is not None:
            ax.set_ylabel(labels[number], rotation=0, ha="right", va="center")
        if titles is not None and number == 0:
            ax.set_xticks((width + 1) * np.arange(columns) + (width - 1) / 2, titles)
            ax.xaxis.tick_top()
            ax.tick_params(length=0)
    return figure


def two_gaps(times, curves):
    """Above, losses of v over u, and two gaps as areas: between the network's two losses, and from there to that of the
    best predictor on images held out. Below, how many times the network's loss on these is that on the training half.

    Args:
        times: shape (n,).
        curves: from "best, trained on", "best, held out", "network, trained on", "network, held out" to a `Curve`.
    """
    values = {name: np.asarray(curve.mean) for name, curve in curves.items()}
    low, high, best = (values[name] for name in ("network, trained on", "network, held out", "best, held out"))
    figure, (ax, below) = plt.subplots(2, 1, figsize=(WIDTH, 5.2), sharex=True, gridspec_kw={"height_ratios": (2.2, 1)})
    ax.fill_between(times, low, high, color=light(COLOURS[1]), linewidth=0, label="memory")
    ax.fill_between(times, high, best, where=best > high, color=light(COLOURS[2]), linewidth=0,
                    label="what memory lacks")  # fmt: skip
    for (name, curve), colour, marker in zip(values.items(), (INK, INK, *COLOURS), MARKERS):
        style = {"linestyle": "--" if colour == INK else "-", "markevery": 2, "linewidth": 1.4}
        ax.plot(times, curve, color=colour, marker=marker, label=name, **style)
    ax.set(yscale="log", ylabel="loss of $v$", ylim=(0.05, 2 * best.max()))
    below.plot(times, high / low, color=COLOURS[1], marker="D")
    below.axhline(1, color=INK, linestyle=":", linewidth=1)
    below.set(xlabel="$u$", ylabel="held out /\ntrained on", ylim=(0.98, None))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def while_training(steps, held_out, nearer, floor=50.0):
    """Above, a network's loss on images held out, below, the share of its samples nearer to what it was trained on, in
    percent; over the steps of training, one line for each seed.

    Args:
        steps: shape (n,).
        held_out, nearer: from the name of a setting to values, shape (seeds, n).
        floor: the honest share.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.4), sharex=True)
    for ax, settings in zip(axes, (held_out, nearer)):
        for (name, runs), colour, marker in zip(settings.items(), COLOURS, MARKERS):
            for number, run in enumerate(np.asarray(runs)):
                ax.plot(
                    steps, run, color=colour, marker=marker, linewidth=1.2, label=None if number else name, markersize=4
                )
    axes[0].set(ylabel="loss, held out", xscale="log")
    axes[1].set(ylabel="nearer, %", xlabel="steps of training", ylim=(45, 103))
    axes[1].axhline(floor, color=INK, linestyle=":", linewidth=1)
    axes[1].set_xticks(steps, [f"{n:.0f}" for n in steps])
    axes[1].minorticks_off()
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def trade(runs, aims=None):
    """The Frechet distance over the share of nearer samples: each way of training a line over time, a mean of seeds.

    Args:
        runs: from a name to (nearer in percent, distance in floors), each of shape (n,).
        aims: a corner (nearer, distance) that is drawn as a box of what lies below both.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.8))
    styles = ("-", "--", "-.", ":", "-")
    for (name, (nearer, distance)), colour, marker, style in zip(runs.items(), COLOURS, MARKERS, styles):
        ax.plot(nearer, distance, color=colour, marker=marker, linestyle=style, label=name, markersize=4, linewidth=1.4)
    if aims is not None:
        ax.fill_between([50, aims[0]], 1, aims[1], color=light(INK), linewidth=0)
    ax.set(yscale="log", xlabel="nearer to the training half, %", ylabel="Fréchet distance, floors")
    ticks = (1, 2, 3, 5, 10, 20, 50, 100)
    low, high = ax.get_ylim()
    ax.set_yticks([n for n in ticks if low <= n <= high], [str(n) for n in ticks if low <= n <= high])
    ax.minorticks_off()
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def wrong_scripts(losses, variances):
    """Above, the loss of two trainings; below, how far a sampler's variance is off at each t.

    Args:
        losses: from a name to losses, shape (steps,), of which means of 50 are drawn.
        variances: from a name to the variance over the right one, shape (T + 1,).
    """
    figure, (left, right) = plt.subplots(2, 1, figsize=(WIDTH, 5.6))
    for (name, values), colour, style in zip(losses.items(), (INK, COLOURS[1]), ("-", "--")):
        means = np.asarray(values)[: len(values) // 50 * 50].reshape(-1, 50).mean(1)
        left.plot(50 * np.arange(1, len(means) + 1), means, style, color=colour, label=name)
    left.set(xlabel="step of training", ylabel="loss")
    left.legend()
    for (name, values), colour, marker in zip(variances.items(), (INK, *COLOURS[1:]), MARKERS):
        t = np.arange(len(values))
        right.plot(t, values, color=colour, marker=marker, markevery=2, linewidth=1.4, label=name)
    right.set(xlabel="$t$", ylabel="variance / right one")
    right.invert_xaxis()
    right.set_xticks(np.arange(0, len(t), 5))
    right.legend()
    return figure

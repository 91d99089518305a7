"""The figures of the chapter on more than one pattern: the best predictor of a finite data set, and a network beside
it."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light, shade


def best_guesses(x_t, curves):
    """The best guess at x_0 and at the noise, each over x_t.

    Args:
        x_t: points, shape (n,).
        curves: mapping from the name in the legend to (E[x_0 | x_t], E[noise | x_t]), both of shape (n,).
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.0), sharex=True)
    for (name, pair), colour, style in zip(curves.items(), COLOURS, ("-", "--", "-."), strict=False):
        for ax, values in zip(axes, pair, strict=True):
            ax.plot(x_t, values, style, color=colour, label=name)
    axes[0].set(ylabel=r"$\mathbb{E}[x_0\,|\,x_t]$")
    axes[1].set(ylabel=r"$\mathbb{E}[\epsilon\,|\,x_t]$", xlabel="$x_t$")
    axes[0].legend()
    return figure


def pattern_table(rows, labels):
    """Rows of black-on-white images, one row for each data set.

    Args:
        rows: for each data set an array (n, height, width); n may differ.
        labels: one for each row.
    """
    columns = max(map(len, rows))
    figure, axes = plt.subplots(
        len(rows), columns, figsize=(min(WIDTH, 0.72 * columns + 0.9), 0.8 * len(rows)), squeeze=False
    )
    for row, images, label in zip(axes, rows, labels, strict=True):
        for ax, image in zip(row, np.asarray(images)):
            ax.imshow(image, cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set(visible=True, linewidth=0.8)
        for ax in row[len(images) :]:
            ax.set_axis_off()
        row[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return figure


def least_loss(losses, snr):
    """Above, the least loss over t of several data sets; below, the part of it that x_0 is to blame for: loss / SNR.

    Args:
        losses: mapping from the name in the legend to an array (T + 1,), entry 0 ignored.
        snr: shape (T + 1,).
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.2), sharex=True)
    for (name, loss), colour, marker in zip(losses.items(), COLOURS, MARKERS, strict=False):
        t = np.arange(1, len(loss))
        style = {"color": colour, "marker": marker, "markevery": max(1, len(t) // 10), "label": name}
        axes[0].plot(t, np.asarray(loss)[1:], **style)
        axes[1].plot(t, np.asarray(loss)[1:] / np.asarray(snr)[1:], **style)
    axes[0].set(ylabel="error in the noise")
    axes[1].set(ylabel="error in $x_0$", xlabel="$t$")
    axes[0].legend()
    return figure


def approach(steps, losses, excess, optimum: float):
    """Above, the loss of each step of training and the optimum; below, the excess over the optimum at some steps.

    Args:
        steps: where the excess was measured, shape (n,).
        losses: the loss of each step, shape (steps[-1],).
        excess: mapping from the name in the legend to an array (seeds, n), as a share of the least loss.
        optimum: the least loss.
    """
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 5.8))
    above.plot(np.arange(1, len(losses) + 1), losses, color=COLOURS[0], linewidth=0.8, label="loss of each step")
    above.axhline(optimum, color=INK, linestyle="--", linewidth=1.2, label="least loss")
    above.set(xscale="log", yscale="log", ylabel="loss")
    above.legend()
    for (name, runs), colour, marker in zip(excess.items(), COLOURS[1:], MARKERS, strict=False):
        for i, run in enumerate(np.asarray(runs)):
            below.plot(steps, run, color=colour, marker=marker, linewidth=1.2, label=name if i == 0 else None)
    below.set(xscale="log", yscale="log", xlabel="steps of training", ylabel="excess / least loss")
    below.set_xticks(steps, [str(n) for n in steps])
    low, high = below.get_ylim()
    shares = [share for share in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if low <= share <= high]
    below.set_yticks(shares, [f"{share:.0%}" for share in shares])
    below.minorticks_off()
    below.legend()
    return figure


def at_every_t(optimum, excess):
    """Above, the least loss and the network's over t; below, the difference, one line for each seed.

    Args:
        optimum: shape (T + 1,), entry 0 ignored.
        excess: shape (seeds, T + 1).
    """
    optimum, excess = np.asarray(optimum)[1:], np.asarray(excess)[:, 1:]
    t = np.arange(1, len(optimum) + 1)
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 5.2), sharex=True)
    shade(above, t, optimum, label="least loss")
    for i, (run, marker) in enumerate(zip(excess, MARKERS)):
        style = {"color": COLOURS[i], "marker": marker, "markevery": max(1, len(t) // 10), "linewidth": 1.2}
        above.plot(t, optimum + run, label=f"network, seed {i}", **style)
        below.plot(t, run, **style)
    above.set(ylabel="loss")
    below.set(ylabel="excess loss", xlabel="$t$", ylim=(0, None))
    above.legend()
    return figure


def frequencies(counts, names, intervals, expected: float):
    """How often each pattern came, with intervals, one panel for each sampler, and the right number as a line.

    Args:
        counts: mapping from the sampler's name to an array (K,).
        names: of the patterns, K of them.
        intervals: mapping from the sampler's name to (lower, upper), arrays (K,).
        expected: the right count.
    """
    figure, axes = plt.subplots(
        len(counts), 1, figsize=(WIDTH, 1.35 * len(counts) + 0.5), sharex=True, sharey=True, squeeze=False
    )
    places = np.arange(len(names))
    for (name, values), colour, marker, ax in zip(
        counts.items(), (INK, *COLOURS), ("x", *MARKERS), axes[:, 0], strict=False
    ):
        lower, upper = map(np.asarray, intervals[name])
        ax.axhline(expected, color=INK, linewidth=0.8, linestyle=":")
        ax.errorbar(
            places,
            values,
            [values - lower, upper - values],
            color=colour,
            marker=marker,
            linestyle="",
            linewidth=1.5,
            capsize=3,
        )
        ax.set_title(name, loc="left")
    axes[-1, 0].set_xticks(places, names)
    figure.supylabel("number of samples", fontsize=plt.rcParams["axes.labelsize"])
    return figure


def known_and_new(steps, known, new, other):
    """The shares of samples that are training images, images held back, or neither, over training; stacked bars.

    Args:
        steps: names of the bars, such as steps of training; n of them.
        known, new, other: shares, shape (n,); they sum to 1.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    places, bottom = np.arange(len(steps)), np.zeros(len(steps))
    rows = (
        (known, COLOURS[0], "", "shown in training"),
        (new, COLOURS[1], "//", "held back"),
        (other, light(INK), "..", "neither"),
    )
    for values, colour, hatch, name in rows:
        ax.bar(places, values, 0.7, bottom, color=colour, hatch=hatch, edgecolor="white", linewidth=0, label=name)
        bottom = bottom + np.asarray(values)
    ax.set_xticks(places, [str(step) for step in steps])
    ax.set(ylabel="share of samples", xlabel="steps of training", ylim=(0, 1))
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def first_step(exact, sampler, named):
    """Above, the share of samples near an image, below, their mean distance from it, over the SNR of the first step.

    Args:
        exact: (snr, share, distance), arrays of one length: where x_1 is drawn by the forward process.
        sampler: the same, where the sampler has made x_1.
        named: mapping from the name of a schedule to its (snr, share, distance), three numbers.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.4), sharex=True)
    for ax, row in zip(axes, (1, 2), strict=True):
        ax.plot(exact[0], exact[row], color=INK, linewidth=1.2, label="$x_1$ from the forward process")
        ax.plot(sampler[0], sampler[row], "o", color=COLOURS[0], label="samples")
        for (name, place), marker, colour in zip(named.items(), MARKERS[1:], COLOURS[1:]):
            ax.plot(place[0], place[row], marker, color=colour, markersize=8, linestyle="", label=name)
    axes[0].set(ylabel="share near an image", xscale="log")
    axes[1].set(ylabel="mean distance", xlabel=r"$\mathrm{SNR}_1$")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure

"""The figures of the chapter *From the mean to the noise*: the posterior, the weights, and what they do."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light
from ddpm.losses import prediction_weight

NAMES = {"noise": r"noise $\epsilon$", "x_0": "$x_0$", "v": "$v$", "score": "score", "mean": r"mean $\mu$"}


def two_witnesses(witnesses, posterior, kept):
    """Two Gaussian statements about one pixel, the Gaussian that both together make, and simulated pixels.

    Args:
        witnesses: mapping from the name in the legend to (mean, variance), two of them.
        posterior: (mean, variance).
        kept: shape (n,), the pixels of the chains that were kept.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    grid = np.linspace(-0.8, 2.2, 301)

    def density(mean, variance):
        return np.exp(-((grid - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)

    ax.hist(
        kept, bins=50, density=True, histtype="stepfilled", facecolor=light(COLOURS[2]), label="chains that were kept"
    )
    for (name, gaussian), colour, style in zip(witnesses.items(), COLOURS, ("--", "-."), strict=False):
        ax.plot(grid, density(*gaussian), style, color=colour, label=name)
    ax.plot(grid, density(*posterior), color=COLOURS[2], label="both together")
    ax.set(xlabel="$x_1$", ylabel="density", xlim=(grid[0], grid[-1]), ylim=(0, 1.3 * density(*posterior).max()))
    ax.legend(loc="upper left")
    return figure


def noise_weights(schedules):
    """The weight of the noise loss over t / T, for both choices of sigma_t^2.

    Args:
        schedules: mapping from the name in the legend to a `ddpm.Schedule`.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.4), sharex=True, sharey=True)
    titles = {"beta": r"$\sigma_t^2 = \beta_t$", "beta_tilde": r"$\sigma_t^2 = \tilde\beta_t$ (infinite at $t = 1$)"}
    for ax, (variance, title) in zip(axes, titles.items(), strict=True):
        for (name, schedule), marker in zip(schedules.items(), MARKERS, strict=False):
            weight = np.asarray(prediction_weight(schedule, "noise", variance))
            t = np.arange(1, schedule.T + 1)[np.isfinite(weight[1:])]
            ax.plot(t / schedule.T, weight[t], marker=marker, markevery=max(1, schedule.T // 8), label=name)
        ax.axhline(1, color=INK, linewidth=0.8, linestyle=":")
        ax.set(yscale="log", ylabel="weight", title=title)
    axes[1].set_xlabel("$t / T$")
    axes[0].legend()
    return figure


def family_weights(schedule):
    """Above, the bound's weight for an error in each kind of prediction. Below, what a loss without a weight stresses.

    An unweighted squared error in one kind is a weighted squared error in the noise. Below stands that weight over t,
    scaled to mean 1, and for comparison the bound's own.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.6), sharex=True)
    t = np.arange(1, schedule.T + 1)
    bound = np.asarray(prediction_weight(schedule, "noise"))[1:]
    for (kind, name), colour, marker in zip(NAMES.items(), COLOURS, MARKERS, strict=True):
        weight = np.asarray(prediction_weight(schedule, kind))[1:]
        style = {"color": colour, "marker": marker, "markevery": max(1, schedule.T // 8)}
        axes[0].plot(t / schedule.T, weight, label=name, **style)
        if kind != "mean":
            implied = bound / weight
            axes[1].plot(t / schedule.T, implied / implied.mean(), label=f"{name}, unweighted", **style)
    axes[1].plot(t / schedule.T, bound / bound.mean(), color=INK, linestyle="--", label="the bound")
    axes[0].set(yscale="log", title="the bound's weight for an error in each kind", ylabel="weight")
    axes[1].set(yscale="log", title="the weight of a noise error, scaled to mean 1", ylabel="weight", xlabel="$t / T$")
    for ax in axes:
        ax.legend(ncols=2)
    return figure


def rotation(angle, x_0, noise):
    """One pixel as a point with the coordinates x_0 and noise, and the axes of x_t and v, turned by `angle` (in
    radians)."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.9))
    axes = {
        "$x_0$": (1, 0),
        r"$\epsilon$": (0, 1),
        "$x_t$": (np.cos(angle), np.sin(angle)),
        "$v_t$": (-np.sin(angle), np.cos(angle)),
    }
    length, point = 1.7, np.array([x_0, noise])
    for number, (name, way) in enumerate(axes.items()):
        way, colour = np.array(way), (INK, COLOURS[0])[number // 2]
        ax.annotate("", length * way, -0.6 * way, arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.6})
        ax.text(*(1.12 * length * way), name, color=colour, ha="center", va="center", fontsize=13)
        foot = way @ point * way
        ax.plot(*zip(point, foot), color=colour, linewidth=1, linestyle=":")
        ax.plot(*foot, MARKERS[1], color=colour, markersize=4)
    sweep = np.linspace(0, angle)
    ax.plot(0.45 * np.cos(sweep), 0.45 * np.sin(sweep), color=COLOURS[1], linewidth=1.4)
    ax.text(
        0.6 * np.cos(angle / 2), 0.6 * np.sin(angle / 2), r"$\varphi_t$", color=COLOURS[1], ha="center", va="center"
    )
    ax.plot(*point, MARKERS[0], color=COLOURS[1], markersize=8)
    ax.set(aspect="equal", xlim=(-2.0, 2.1), ylim=(-0.9, 2.1))
    ax.axis("off")
    return figure


def tradeoff(excess, samples, limits=(-2.2, 1.2)):
    """Above, the avoidable error over t of several predictors. Below, the densities of the samples they lead to.

    Args:
        excess: mapping from the name in the legend to an array (T + 1,).
        samples: mapping from the name in the legend to an array (n,); names of `excess` have their colour.
        limits: of the pixel values shown.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.0))
    for (name, values), colour, marker in zip(excess.items(), COLOURS, MARKERS, strict=False):
        t = np.arange(1, len(values))
        axes[0].plot(t, values[1:], color=colour, marker=marker, markevery=max(1, len(t) // 10), label=name)
    axes[0].set(yscale="log", xlabel="$t$", ylabel="avoidable noise error")
    colours = dict(zip(excess, COLOURS, strict=False))
    edges = np.linspace(*limits, 120)
    for name, values in samples.items():
        filled = name not in colours
        look = (
            {"facecolor": light(INK), "edgecolor": INK, "linewidth": 0.8}
            if filled
            else {"edgecolor": colours[name], "linewidth": 2}
        )
        axes[1].hist(values, bins=edges, density=True, label=name, histtype="stepfilled" if filled else "step", **look)
    axes[1].set(xlabel="$x_0$", ylabel="density", yscale="log", ylim=(3e-3, 20))
    for ax in axes:
        ax.legend()
    return figure

"""The figures of the two chapters on the bound."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, shade, stacked_bars


def two_fits(x, data, moments, mode):
    """A density of data, and the Gaussians that are nearest to it in the two directions of KL.

    Args:
        x: points, shape (n,); data, moments, mode: densities there; moments is nearest in KL(data || .), mode in
            KL(. || data).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 2.8))
    shade(ax, x, data, label="data $q$")
    ax.plot(x, moments, color=COLOURS[0], label=r"least $\mathrm{KL}(q\,\Vert\,p)$")
    ax.plot(x, mode, color=COLOURS[1], linestyle="--", label=r"least $\mathrm{KL}(p\,\Vert\,q)$")
    ax.set(xlabel="$x$", ylabel="density", ylim=(0, None))
    ax.legend()
    return figure


def three_parts(parts):
    """L as a bar of three parts for each model. `parts` maps its name to (entropy, error of the model, gap) in nats."""
    return stacked_bars(parts, ("entropy of the data", "the model's error", "gap"), "nats")


def turned_chain():
    """The states x_0 to x_3 with the steps of q, and below with steps 2 and 3 turned round, given x_0."""
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 3.0), height_ratios=(2, 3))
    forward, turned = ([(0, 1), (1, 2), (2, 3)], "{}"), ([(0, 3), (3, 2), (2, 1)], "{}, x_0")
    for ax, (arrows, given) in zip(axes, (forward, turned)):
        for start, end in arrows:
            colour, bend = COLOURS[start < end], 0.35 * (end - start > 1)
            style = {"arrowstyle": "->", "linewidth": 1.8, "color": colour, "shrinkA": 15, "shrinkB": 15}
            ax.annotate("", (end, 0), (start, 0), arrowprops=style | {"connectionstyle": f"arc3,rad={-bend}"})
            condition = given.format(f"x_{start}") if start else "x_0"
            middle, height, side = (start + end) / 2, 0.8 if bend else -0.16, "bottom" if bend else "top"
            ax.text(middle, height, rf"$q(x_{end}\,|\,{condition})$", ha="center", va=side)
        for state in range(4):
            ring = {"boxstyle": "circle", "facecolor": "none", "edgecolor": INK}
            ax.text(state, 0, f"$x_{state}$", ha="center", va="center", bbox=ring)
        ax.set(xlim=(-0.3, 3.3), ylim=(-0.5, 1.15 if ax is axes[1] else 0.4))
        ax.axis("off")
    return figure


def parabolas(x, first, second, total):
    """Two exponents and their sum over x, each an array of the shape of x; the vertex of the sum is marked."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.0))
    names = {"of the step": "--", "of what was known": "-.", "their sum": "-"}
    for values, (name, style), colour in zip((first, second, total), names.items(), COLOURS):
        ax.plot(x, values, style, color=colour, label=name)
    top = np.argmax(total)
    ax.plot(x[top], total[top], MARKERS[0], color=COLOURS[2])
    ax.axvline(x[top], color=INK, linewidth=0.8, linestyle=":")
    ax.set(xlabel="$x_{t-1}$", ylabel="exponent", ylim=(-8, 0.5))
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def terms(steps, kls):
    """The terms of the two forms over t. Both arguments have shape (T + 1,), ordered as by `ddpm.bound.exact`."""
    T = len(steps) - 1
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 4.6), sharey=True)
    names = ("sum over steps", "KL form")
    labels = (["$p(x_T)$", *range(1, T + 1)], ["$L_0$", *[f"$L_{{{t}}}$" for t in range(1, T)], "$L_T$"])
    for ax, values, name, ticks, colour in zip(axes, (steps, kls), names, labels, COLOURS[:2]):
        ax.bar(range(T + 1), np.asarray(values), color=colour, width=0.7)
        ax.axhline(0, color=INK, linewidth=0.8)
        ax.set_xticks(range(T + 1), ticks)
        ax.set(ylabel="nats", title=f"{name}: total {float(np.sum(np.asarray(values))):.4f}")
    return figure


def bound_over_share(share, bound, likelihood, floor: float):
    """L, E[-log p_theta(x_0)] and their difference over what p_theta knows of the data, and the entropy of the data."""
    figure, (ax, below) = plt.subplots(2, 1, figsize=(WIDTH, 4.4), sharex=True, height_ratios=(2, 1))
    ax.plot(share, bound, color=COLOURS[1], marker=MARKERS[0], label="bound $L$")
    ax.plot(share, likelihood, color=COLOURS[0], marker=MARKERS[1], label=r"$\mathbb{E}[-\log p_\theta(x_0)]$")
    ax.axhline(floor, color=INK, linewidth=1, linestyle=":", label="entropy of the data")
    below.plot(share, np.subtract(bound, likelihood), color=COLOURS[2], marker=MARKERS[2])
    ax.set(ylabel="nats")
    below.set(xlabel="0: knows nothing of the data; 1: all", ylabel="gap in nats", ylim=(0, None))
    ax.legend()
    return figure


def reverse_kernels(x, exact, gaussian, titles):
    """Reverse steps, each the exact density and the Gaussian with its mean and variance.

    Args:
        x: points, shape (n,); exact, gaussian: densities there, shape (panels, n).
    """
    figure, axes = plt.subplots(1, len(titles), figsize=(WIDTH, 2.4))
    for ax, true, near, title in zip(axes, exact, gaussian, titles, strict=True):
        shade(ax, x, true, label="exact")
        ax.plot(x, near, color=COLOURS[0], label="Gaussian")
        seen = x[np.asarray(true) > 1e-3 * np.max(true)]
        ax.set(title=title, xlabel="$x_{t-1}$", xlim=(seen.min() - 0.1, seen.max() + 0.1), ylim=(0, None), yticks=[])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def gap_over_steps(steps, gaps):
    """The gap over the number of steps, on log scales. `gaps` maps the name of a reverse process to its gaps."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for (name, values), colour, marker in zip(gaps.items(), COLOURS, MARKERS):
        ax.plot(steps, values, color=colour, marker=marker, label=name)
    ax.set(xscale="log", yscale="log", xlabel="number of steps $T$", ylabel="gap in nats")
    ax.set_xticks(steps, [str(T) for T in steps])
    ax.minorticks_off()
    ax.legend()
    return figure


def spreads(steps, kls):
    """The standard deviation of each term's draws, sum over steps against KL form, on a log scale; t = 1, 2, ..."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.0))
    t = np.arange(1, len(steps) + 1)
    ax.plot(t, steps, color=COLOURS[0], marker=MARKERS[0], label="sum over steps")
    ax.plot(t, kls, color=COLOURS[1], marker=MARKERS[1], label="KL form")
    ax.set(yscale="log", xlabel="$t$", ylabel="standard deviation in nats")
    ax.set_xticks(t)
    ax.legend()
    return figure

"""The figures of the chapter on the score: densities and their scores, fields in the plane, Langevin chains."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light, shade


def density_and_score(x, density, score, parts, mark):
    """Above, a density; below, its score, and as dashed lines those of its parts. A line marks one place.

    Args:
        x, density, score: shape (n,).
        parts: mapping from the name in the legend to an array (n,).
        mark: (x, density, score) at the place.
    """
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 5.0), sharex=True)
    shade(above, x, density)
    below.plot(x, score, color=INK, label="score of $p$")
    for (name, values), colour, style in zip(parts.items(), COLOURS, ("--", "-.", ":")):
        below.plot(x, values, style, color=colour, linewidth=1.3, label=name)
    for ax, height in zip((above, below), mark[1:]):
        ax.plot(mark[0], height, "o", color=COLOURS[1])
        ax.axvline(mark[0], color=INK, linewidth=0.8, linestyle=":")
    below.axhline(0, color=INK, linewidth=0.8)
    reach = 1.15 * np.abs(score).max()
    above.set(ylabel="$p(x)$", ylim=(0, None))
    below.set(ylabel="slope of the log", xlabel="$x$", ylim=(-reach, reach))
    figure.legend(*below.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def fields(panels, window: float, per_side: int = 13):
    """Fields of arrows over shaded densities, two panels in a row, the arrows of each on their own scale.

    Args:
        panels: mapping from the title to (density, arrow), functions of points (n, 2) that give (n,) and (n, 2).
        window: the panels show -window to window on both axes.
    """
    rows = -(-len(panels) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 2.75 * rows), sharex=True, sharey=True)
    fine, coarse = (_points(window * reach, n) for reach, n in ((1, 31), (0.94, per_side)))
    for ax, (title, (density, arrow)) in zip(axes.flat, panels.items(), strict=True):
        height = np.asarray(density(fine)).reshape(31, 31)
        levels = height.max() * np.array([0.02, 0.1, 0.3, 0.6, 1.0])
        colours = [light(COLOURS[0]), *(COLOURS[0] + alpha for alpha in ("66", "99", "cc"))]
        line = np.linspace(-window, window, 31)
        ax.contourf(line, line, height, levels=levels, colors=colours)
        ways = np.asarray(arrow(coarse))
        longest = (
            np.linalg.norm(ways, axis=1).max() * per_side / (3 * window)
        )  # one and a half times the way to the next
        ax.quiver(*coarse.T, *ways.T, color=INK, angles="xy", scale_units="xy", scale=longest, width=0.006)
        ax.set(title=title, xlim=(-window, window), ylim=(-window, window), aspect="equal")
    return figure


def _points(reach, n):
    line = np.linspace(-reach, reach, n)
    return np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)


def fitted_scores(x, exact, fits, draws):
    """Targets of single draws as dots, and the exact score with what was fitted.

    Args:
        x, exact: shape (n,).
        fits: mapping from the name in the legend to an array (n,).
        draws: (x, targets), each of shape (m,).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.8))
    ax.plot(*draws, ".", color=light(INK), markersize=3, label="targets")
    ax.plot(x, exact, color=INK, linewidth=3, label="score")
    for (name, values), colour, style in zip(fits.items(), COLOURS[1:], ("--", "-.")):
        ax.plot(x, values, style, color=colour, linewidth=1.6, label=name)
    reach = 1.6 * np.abs(exact).max()
    ax.set(xlabel="$x_u$", ylabel="slope of the log", ylim=(-reach, reach), xlim=(x[0], x[-1]))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def variance_at_rest(h, formula, measured):
    """The variance of a Langevin chain at rest over the size of its steps: formula, first order, and measured.

    Args:
        h, formula: shape (n,).
        measured: (h, variance, half the width of its interval), each of shape (m,).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.4))
    ax.plot(h, formula, color=COLOURS[0], label="exact, at rest")
    ax.plot(h, 1 + h / 2, ":", color=INK, linewidth=1.3, label="first order")
    ax.axhline(1, color=INK, linewidth=0.8)
    ax.errorbar(*measured, fmt=MARKERS[0], color=COLOURS[1], capsize=3, label="measured")
    ax.set(xlabel="$h_u / r_u^2$", ylabel="variance / $r_u^2$", yscale="log")
    ax.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    ax.minorticks_off()
    ax.legend()
    return figure


def chains_and_density(x, density, edges, runs):
    """Histograms of the ends of chains with 95% intervals, each over the density and the chain's own law.

    Args:
        x, density: shape (n,).
        edges: of the bins, shape (bins + 1,).
        runs: mapping from the title to (counts in the bins, number of chains, own law at x).
    """
    figure, axes = plt.subplots(len(runs), 1, figsize=(WIDTH, 2.5 * len(runs) + 0.5), sharex=True, sharey=True)
    for ax, (title, (counts, chains, own)) in zip(axes, runs.items(), strict=True):
        shares = np.asarray(counts) / chains
        half = 1.96 * np.sqrt(shares * (1 - shares) / chains)
        shade(ax, x, density, label="$p$")
        ax.plot(x, own, "--", color=COLOURS[1], linewidth=1.4, label="law of the chain")
        middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        style = {"fmt": MARKERS[0], "color": COLOURS[0], "markersize": 3, "linewidth": 1}
        ax.errorbar(middles, shares / widths, half / widths, label="ends of chains", **style)
        ax.set_title(title, loc="left")
    axes[-1].set(xlabel="$x$", ylim=(0, None), xlim=(edges[0] - 0.5, edges[-1] + 0.5))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def relaxation_over_levels(spreads, steps):
    """How many steps a chain takes to forget its start, over the level of noise, both on log scales."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    ax.plot(spreads, steps, MARKERS[0] + "-", color=COLOURS[0])
    ax.set(xscale="log", yscale="log", xlabel="$r_u$", ylabel="steps until forgotten")
    ax.invert_xaxis()
    return figure


def ends_in_the_plane(runs, window: float):
    """Where chains end: dots in the plane, one panel for each run, with the share on the left.

    Args:
        runs: mapping from the title to points, shape (n, 2); at most 200 are drawn, so that the page stays light.
    """
    figure, axes = plt.subplots(len(runs), 1, figsize=(WIDTH, 1.75 * len(runs) + 0.3), sharex=True, sharey=True)
    for ax, (title, points), colour in zip(axes, runs.items(), COLOURS, strict=False):
        some = np.random.default_rng(0).permutation(len(points))[:200]
        ax.plot(*np.asarray(points)[some].T, ".", color=colour, markersize=2)
        ax.axvline(0, color=INK, linewidth=0.8, linestyle=":")
        ax.set_title(title, loc="left")
        ax.set(xlim=(-window, window), ylim=(-0.4 * window, 0.4 * window), aspect="equal")
    return figure

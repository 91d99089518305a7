"""The figures of the chapter on small steps."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light


def refined(runs):
    """One run of the chain with ever more steps, one panel for each number of steps, all with the same noise.

    Args:
        runs: mapping from T to the states, shape (T + 1,).
    """
    figure, axes = plt.subplots(len(runs), 1, figsize=(WIDTH, 1.5 * len(runs) + 0.6), sharex=True, sharey=True)
    for ax, (T, states), colour in zip(axes, runs.items(), COLOURS, strict=False):
        style = {"marker": "o", "markersize": 4} if T <= 20 else {"linewidth": 1.0}
        ax.plot(np.arange(T + 1) / T, states, color=colour, **style)
        ax.axhline(0, color=INK, linewidth=0.8, linestyle=":")
        ax.set(title=f"$T = {T}$", ylabel="$x_u$")
    axes[-1].set(xlabel="$u = t / T$")
    return figure


def two_ways(flow, noisy, data):
    """Ways back in the plane: along the ODE, and along the reverse SDE from the same points of noise.

    Args:
        flow: paths of the ODE, shape (starts, times, 2), the first time being that of the noise.
        noisy: paths of the reverse SDE, shape (starts, runs, times, 2).
        data: points of the data, shape (n, 2), of which at most 80 are drawn behind.
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.9), sharex=True, sharey=True)
    for ax, paths, title in zip(axes, (flow[:, None], noisy), ("ODE", "reverse SDE"), strict=True):
        ax.plot(*np.asarray(data)[:80].T, ".", color=light(INK), markersize=2, zorder=0)
        for start, colour, marker in zip(np.asarray(paths), COLOURS, MARKERS, strict=False):
            for path in start:
                ax.plot(*path[::2].T, color=colour, linewidth=0.6)
                ax.plot(*path[-1], marker, color=colour, markersize=5)
            ax.plot(*start[0, 0], marker, color=colour, markersize=9, markerfacecolor="none")
        ax.set(title=title, aspect="equal", xlabel="first coordinate")
    axes[0].set(ylabel="second coordinate")
    return figure


def orders(T, one_step, whole):
    """Above, how far apart two kinds of step are; below, how wrong a whole run is; over the number of steps.

    Args:
        T: the numbers of steps, shape (n,).
        one_step: mapping from the name in the legend to differences, shape (n,).
        whole: the same for errors at the end of the run.
    """
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 5.4), sharex=True)
    for ax, curves, order in zip(axes, (one_step, whole), (2, 1), strict=True):
        for (name, values), colour, marker in zip(curves.items(), COLOURS, MARKERS, strict=False):
            ax.loglog(T, values, marker=marker, color=colour, label=name)
        first = max(np.asarray(values)[0] for values in curves.values())
        guide = 2 * first * (np.asarray(T) / T[0]) ** -float(order)
        ax.loglog(T, guide, color=INK, linestyle=":", linewidth=1.2, label=f"slope $-{order}$")
        ax.legend()
    axes[0].set(ylabel="difference of one step")
    axes[1].set(ylabel="error at the end", xlabel="steps $T$")
    axes[1].set_xticks(T, [str(n) for n in T])
    axes[1].minorticks_off()
    return figure


def codes(points, noises, component):
    """Points of the data, and where the ODE takes each of them; of one component all in one colour and with one marker.

    Args:
        points: shape (n, 2), of which at most 50 of a component are drawn.
        noises: shape (n, 2).
        component: of each point, integers, shape (n,).
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.8), sharex=True, sharey=True)
    for ax, values, title in zip(axes, (points, noises), ("data, $u = 0$", "their noise, $u = 1$"), strict=True):
        for k, (colour, marker) in enumerate(zip(COLOURS, MARKERS, strict=True)):
            ax.plot(*np.asarray(values)[component == k][:50].T, marker, color=colour, markersize=2.5, linestyle="none")
        ax.set(title=title, aspect="equal")
    return figure

"""The figures of the chapter on flow matching."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, light


def crossing(pairs, flow, times):
    """Ways of one pixel over u: left those of pairs of image and noise, right those of the flow.

    Args:
        pairs: image and noise, shape (n, 2).
        flow: states, shape (m, times).
        times: u, shape (times,).
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharey=True)
    for image, noise in np.asarray(pairs):
        axes[0].plot([0, 1], [image, noise], color=COLOURS[0] if image > 0 else COLOURS[1], linewidth=1.0)
    for states in np.asarray(flow):
        axes[1].plot(times, states, color=COLOURS[0] if states[np.argmin(times)] > 0 else COLOURS[1], linewidth=1.0)
    for ax, title in zip(axes, ("pairs", "the flow"), strict=True):
        ax.set(title=title, xlabel="$u$")
    axes[0].set(ylabel="$x_u$")
    return figure


def weights(log_snr, curves):
    """Weights of the noise's error over the log-SNR, on a log scale.

    Args:
        log_snr: shape (n,).
        curves: mapping from the name in the legend to the weights, shape (n,).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.4))
    styles = ("-", "--", "-.", (0, (1, 1)))
    for (name, values), colour, style in zip(curves.items(), COLOURS, styles, strict=False):
        ax.semilogy(log_snr, values, color=colour, linestyle=style, label=name)
    ax.set(xlabel=r"log-SNR $\Lambda$   (noise left, image right)", ylabel="weight", ylim=(2e-3, 500))
    ax.legend()
    return figure


def noise_errors(log_snr, recipes):
    """How far trained networks are from the exact prediction, over the log-SNR: a thin line for each network.

    Args:
        log_snr: shape (n,).
        recipes: mapping from the name in the legend to errors, shape (networks, n).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for (name, errors), colour, marker in zip(recipes.items(), COLOURS, MARKERS, strict=False):
        for i, values in enumerate(np.asarray(errors)):
            ax.semilogy(log_snr, values, marker + "-", color=colour, linewidth=0.9, label=None if i else name)
    ax.set(xlabel=r"log-SNR $\Lambda$   (noise left, image right)", ylabel="error of the noise")
    ax.legend()
    return figure


def cost_of_ways(batches, costs):
    """What pairs and flow cost over the size of the batches, less the cost of the ends; both axes logarithmic.

    Args:
        batches: the sizes, shape (n,).
        costs: for each of them a mapping with "pairs", "flow" and "ends".
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.0))
    for name, label, colour, marker in (
        ("pairs", "pairs", COLOURS[1], MARKERS[1]),
        ("flow", r"flow: the bend $\mathcal{S}$", COLOURS[0], MARKERS[0]),
    ):
        ax.loglog(batches, [cost[name] - cost["ends"] for cost in costs], marker + "-", color=colour, label=label)
    guide = (costs[0]["flow"] - costs[0]["ends"]) / np.asarray(batches)
    ax.loglog(batches, guide, color=INK, linestyle=":", linewidth=1.2, label="slope $-1$")
    ax.set(xlabel="pairs in a batch", ylabel="cost above that of the ends")
    ax.set_xticks(batches, [str(batch) for batch in batches])
    ax.minorticks_off()
    ax.legend()
    return figure


def ways(fields, limit):
    """Ways in the plane from noise to data, a panel for each field.

    Args:
        fields: mapping from the title to states, shape (n, times, 2), the first time being that of the noise.
        limit: the axes go from -limit to limit.
    """
    figure, axes = plt.subplots(1, len(fields), figsize=(WIDTH, 2.3), sharex=True, sharey=True)
    for ax, (title, states) in zip(axes, fields.items(), strict=True):
        for path in np.asarray(states):
            ax.plot(*path[::2].T, color=COLOURS[0], linewidth=0.7)
        ax.plot(*np.asarray(states)[:, -1].T, ".", color=COLOURS[1], markersize=4)
        ax.set(title=title, aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
        ax.title.set_fontsize(11)
    return figure


def boards(points, low, side):
    """Points on the checkerboard, a panel for each kind.

    Args:
        points: mapping from the title to points, shape (n, 2).
        low, side: the corners of the dark squares, shape (K, 2), and their sides.
    """
    figure, axes = plt.subplots(1, len(points), figsize=(WIDTH, 2.8), sharex=True, sharey=True)
    for ax, (title, drawn) in zip(axes, points.items(), strict=True):
        for corner in np.asarray(low):
            ax.add_patch(plt.Rectangle(corner, *np.asarray(side), facecolor=light(INK), edgecolor="none"))
        ax.plot(*np.asarray(drawn).T, ".", color=COLOURS[0], markersize=1.5)
        ax.set(title=title, aspect="equal", xlim=(-5.5, 5.5), ylim=(-5.5, 5.5))
    return figure

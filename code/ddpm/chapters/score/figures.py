"""The figures of the chapter on the score: densities and their scores, fields in the plane, Langevin chains."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, WIDTH, shade


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

"""The figures of the chapter on inverse problems."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, WIDTH


def posteriors(drawn, centres, line, limit):
    """Points in the plane, a panel for each method, with the line on which the measured value lies.

    Args:
        drawn: mapping from the title to points, shape (n, 2).
        centres: of the data's clouds, shape (K, 2).
        line: two points of the line, shape (2, 2).
        limit: the axes go from -limit to limit.
    """
    figure, axes = plt.subplots(2, 3, figsize=(WIDTH, 3.9), sharex=True, sharey=True)
    for ax, (title, points) in zip(axes.ravel(), drawn.items(), strict=True):
        ax.plot(*np.asarray(line).T, color=INK, linewidth=0.8, linestyle=":")
        ax.plot(*np.asarray(points).T, ".", color=COLOURS[0], markersize=1, rasterized=True)
        ax.plot(*np.asarray(centres).T, "o", color=COLOURS[1], markersize=4, fillstyle="none")
        ax.set_title(title, fontsize=11)
        ax.set(aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[])
    return figure

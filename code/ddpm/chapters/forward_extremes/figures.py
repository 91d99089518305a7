"""The figure of the chapter on the forward process: two bells, and the middle between them."""

from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, INK, WIDTH, light


def two_bells(laws, limit=3.5):
    """Where x_t lies along the line between two images, one panel for each case; what lies beyond the middle is filled.

    Args:
        laws: mapping from a panel's title to the distance of the two means and the standard deviation of the noise,
            both along the line.
        limit: positions are shown from -limit to limit; the middle is 0.
    """
    figure, axes = plt.subplots(len(laws), 1, figsize=(WIDTH, 1.4 * len(laws) + 0.8), sharex=True, squeeze=False)
    x = np.linspace(-limit, limit, 701)
    for ax, (title, (distance, deviation)) in zip(axes.flat, laws.items()):
        for side, colour, name, style in ((-1, COLOURS[1], "b", "--"), (1, COLOURS[0], "a", "-")):
            bell = NormalDist(side * distance / 2, deviation)
            density = np.array([bell.pdf(place) for place in x])
            wrong = side * x <= 0
            ax.fill_between(x[wrong], density[wrong], facecolor=light(colour), label=f"from ${name}$, guessed wrong")
            ax.plot(x, density, style, color=colour, label=f"from ${name}$")
        ax.axvline(0, color=INK, linewidth=0.8, linestyle=":")
        ax.set(title=title, yticks=[], ylim=(0, None))
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    axes[-1, 0].set_xlabel("position of $x_t$ between the images")
    return figure

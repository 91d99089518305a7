"""The figure of the chapter on the closed form: simulated pixels under the densities of the formula."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import COLOURS, WIDTH


def pixel_histograms(states, laws, limit=3.5):
    """What a pixel is at some times: simulated chains as bars, a Gaussian as a line, one panel for each time.

    Args:
        states: mapping from t to an array (chains,); four of them.
        laws: mapping from t to (mean, variance).
        limit: values are shown from -limit to limit.
    """
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 4.2), sharex=True, sharey=True)
    grid = np.linspace(-limit, limit, 200)
    for ax, (t, values) in zip(axes.flat, states.items(), strict=True):
        mean, variance = map(float, laws[t])
        ax.hist(values, bins=60, density=True, color=COLOURS[0], alpha=0.5)
        ax.plot(grid, np.exp(-((grid - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance), color=COLOURS[1])
        ax.set(title=f"$t = {t}$", xlim=(-limit, limit))
    figure.supxlabel("pixel value", fontsize=plt.rcParams["axes.labelsize"])
    figure.supylabel("density", fontsize=plt.rcParams["axes.labelsize"])
    return figure

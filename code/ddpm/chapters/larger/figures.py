"""The figures of the chapter on many devices."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH


def by_devices(weights: int) -> Figure:
    """Bytes that each device sends in a step, and keeps, against the number of devices."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharey=True)
    n = 2.0 ** np.arange(9)
    share = (n - 1) / n
    for ax, copied, split, title in (
        (left, 8 * share * (weights + 1), 4 * share * (3 * weights + 2), "sent in a step"),
        (right, 12 * weights + 0 * n, 12 * weights / n, "kept"),
    ):
        for i, (values, name) in enumerate(((copied, "weights copied"), (split, "weights split"))):
            ax.plot(n, values / weights, color=COLOURS[i], marker=MARKERS[i], markersize=4, label=name)
        ax.set_xscale("log", base=2)
        ax.set(xlabel="devices $n$", title=title, ylim=(0, 13))
        ax.axvline(8, color=INK, linewidth=0.8, linestyle=":")
    left.set(ylabel="bytes per weight")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure

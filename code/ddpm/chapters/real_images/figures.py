"""The figures of the chapter on real images."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.figures import WIDTH


def digit_rows(rows, labels=None, titles=None):
    """Rows of small images, dark ink on paper, as one picture each row.

    Args:
        rows: images in [-1, 1], shape (rows, columns, height, width); where a pixel is NaN, nothing is drawn.
        labels: one for each row.
        titles: one for each column.
    """
    rows = np.asarray(rows, np.float64)
    count, columns, height, width = rows.shape
    size = WIDTH if labels is None else WIDTH - 0.9
    figure, axes = plt.subplots(
        count, 1, figsize=(WIDTH, count * size / columns * 1.12 + (0.3 if titles else 0)), squeeze=False
    )
    for number, (ax, row) in enumerate(zip(axes[:, 0], rows)):
        wide = np.full((height, columns * (width + 1) - 1), np.nan)  # a gap of one pixel between images
        for column, image in enumerate(row):
            wide[:, column * (width + 1) : column * (width + 1) + width] = image
        ax.imshow(np.ma.masked_invalid(wide), cmap="Greys", vmin=-1, vmax=1, interpolation="nearest")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        if labels is not None:
            ax.set_ylabel(labels[number], rotation=0, ha="right", va="center")
        if titles is not None and number == 0:
            ax.set_xticks((width + 1) * np.arange(columns) + (width - 1) / 2, titles)
            ax.xaxis.tick_top()
            ax.tick_params(length=0)
    return figure

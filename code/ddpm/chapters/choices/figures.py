"""The figures of the chapter *Which choices matter*."""

import matplotlib.pyplot as plt
import numpy as np

from ddpm.chapters.choices.verdict import LARGE
from ddpm.figures import COLOURS, INK, WIDTH, light

LONGEST = 24  # rows and heads of one panel


def intervals(contexts, shown="ratio to the base"):
    """Each alternative as a point with its interval, context by context; the band is what counts as the same. Many
    contexts are shown in two panels.

    Args:
        contexts: from the name of a context to named effects.
    """
    parts = [contexts]
    if _length(contexts) > LONGEST:
        half = min(range(1, len(contexts)), key=lambda n: max(map(_length, _cut(contexts, n))))
        parts = _cut(contexts, half)
    ends = np.array([(found.low, found.high) for named in contexts.values() for found in named.values()])
    low, high = min(ends.min(), 0.75), max(ends.max(), 1.35)
    values = [v for v in (0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20) if low * 0.9 < v < high * 1.1]
    if high / low > 6:
        values = [v for v in values if v not in (0.8, 1.25)]
    size = (WIDTH, 0.9 + 0.25 * max(map(_length, parts)))
    figure, axes = plt.subplots(1, len(parts), figsize=size, squeeze=False)
    for ax, part in zip(axes[0], parts, strict=True):
        _panel(ax, part)
        ax.set(xscale="log", xlim=(low * 0.9, high * 1.1))
        ax.set_xticks(values, [f"{v:g}" for v in values])
        ax.minorticks_off()
    if len(parts) == 1:
        ax.set(xlabel=shown)
    else:
        figure.supxlabel(shown, fontsize=ax.xaxis.label.get_fontsize())
    return figure


def _length(contexts):
    return sum(len(named) + 1.3 for named in contexts.values())


def _cut(contexts, number):
    """The first contexts, as many as `number`, and the others."""
    items = list(contexts.items())
    return [dict(items[:number]), dict(items[number:])]


def _panel(ax, contexts):
    place, ticks, labels = 0.0, [], []
    for context, named in contexts.items():
        ax.annotate(context, (0, place), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    va="center", fontsize=10, fontstyle="italic")  # fmt: skip
        rows = [place - 0.5, place - len(named) - 0.5]
        ax.fill_betweenx(rows, 1 / LARGE, LARGE, color=light(INK), linewidth=0)
        ax.vlines(1, *rows, color=INK, linewidth=0.8)
        for name, found in named.items():
            place -= 1
            colour = INK if found.word in ("same", "open") else COLOURS[0] if found.word == "better" else COLOURS[1]
            marker = {"same": "o", "open": "D", "better": "<", "worse": ">"}[found.word]
            ax.plot([found.low, found.high], [place, place], color=colour)
            ax.plot([found.ratio], [place], color=colour, marker=marker)
            ticks.append(place)
            labels.append(name)
        place -= 1.3
    ax.set(ylim=(place + 0.9, 0.7))
    ax.set_yticks(ticks, labels)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def between(u, place):
    """Where an optimal variance lies from beta_tilde, 0, to beta, 1, over t / T."""
    figure, ax = plt.subplots(figsize=(WIDTH, 2.6))
    ax.plot(u, place, color=COLOURS[0])
    for height, name in ((0, r"$\tilde\beta_t$"), (1, r"$\beta_t$")):
        ax.axhline(height, color=INK, linewidth=0.8, linestyle=":")
        ax.annotate(name, (0, height), (4, 3), xycoords=("axes fraction", "data"), textcoords="offset points")
    ax.set(xlabel="$t / T$", ylabel="place between the two", ylim=(-0.08, 1.2))
    return figure

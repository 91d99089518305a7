"""The figures of the chapter *Likelihood in bits per dimension*."""

import matplotlib.pyplot as plt

from ddpm.figures import COLOURS, INK, MARKERS, WIDTH, stacked_bars


def spikes(width, bare, dequantised, entropy: float):
    """Bits over the width of the spikes, at the grey values themselves and dequantised; all of shape (n,)."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    ax.plot(width, bare, color=COLOURS[1], linestyle="--", label="not dequantised")
    ax.plot(width, dequantised, color=COLOURS[0], label="dequantised")
    ax.axhline(entropy, color=INK, linewidth=1, linestyle=":", label="entropy")
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set(xscale="log", xlabel="width of a spike", ylabel="bits", ylim=(min(bare) - 0.3, 6.5))
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def two_gaps(parts):
    """The bits of each model as a bar of three parts: `parts` maps its name to (entropy, KL, gap within the cells)."""
    return stacked_bars(parts, ("entropy of the data", "wrong probabilities", "slopes within the cells"), "bits")


def error_over_tolerance(tolerances, errors, of_heun: float):
    """Error of the log-density over the solver's tolerance, shapes (n,), and that of Heun's method as a line."""
    figure, ax = plt.subplots(figsize=(WIDTH, 3.4))
    ax.plot(tolerances, errors, color=COLOURS[0], marker=MARKERS[0], label="adaptive, largest error")
    ax.plot(tolerances, tolerances, color=INK, linewidth=1, linestyle=":", label="the tolerance itself")
    ax.axhline(of_heun, color=COLOURS[1], linestyle="--", label="Heun, 100 steps")
    ax.set(xscale="log", yscale="log", xlabel="tolerance", ylabel="nats")
    ax.invert_xaxis()
    ax.legend()
    return figure


def probe_variances(u, formulas, measured):
    """The variance of one probe's estimate over time: curves by formula, points with intervals as measured.

    Args:
        u: shape (n,); formulas: from a kind to variances, shape (n,); measured: from a kind to (u, middle, low, high).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for (kind, curve), colour, marker in zip(formulas.items(), COLOURS, MARKERS):
        ax.plot(u, curve, color=colour, label=kind.capitalize())
        at, middle, low, high = measured[kind]
        ax.errorbar(at, middle, (middle - low, high - middle), fmt=marker, color=colour, capsize=3)
    ax.set(yscale="log", xlabel="$u$", ylabel="variance of one probe")
    ax.legend()
    return figure

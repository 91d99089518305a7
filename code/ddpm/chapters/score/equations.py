"""The equations of the chapter on the score."""

import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import stats

from ddpm import level, mixture
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.registry import definition, proof
from ddpm.derivation.settle import prove
from ddpm.sample import langevin_step

x, x_0, e, guess, y = sp.symbols("x x_0 epsilon s y", real=True)
c, r, h = sp.symbols("c_u r_u h_u", positive=True)
means = sp.symbols("m_1:3", real=True)
variances, shares = sp.symbols("nu_1:3", positive=True), sp.symbols("pi_1:3", positive=True)

# A distribution of three Gaussians in numbers, and a level of noise.
PLACES, WIDTHS, SHARES, SIGNAL, SPREAD = (
    np.array([-1.5, 0.3, 2.0]),
    np.array([0.2, 0.6, 0.1]),
    np.array([0.5, 0.3, 0.2]),
    0.8,
    0.6,
)
LEVEL = level.Level(jnp.asarray(SIGNAL), jnp.asarray(SPREAD))


def _log(places, widths):
    """The log density of two Gaussians together, one pixel."""
    return sp.log(sum(w * sp.exp(Normal(x, m, v).log) for w, m, v in zip(shares, places, widths)))


def _responsibilities(places, widths):
    bells = [w * sp.exp(Normal(x, m, v).log) for w, m, v in zip(shares, places, widths)]
    return [bell / sum(bells) for bell in bells]


def _on_a_grid():
    """x, the density q_u there times the step, and the score, for the three Gaussians at the level."""
    z, step = np.linspace(-9, 9, 20001, retstep=True)
    spread = np.sqrt(SIGNAL**2 * WIDTHS + SPREAD**2)
    each = SHARES * stats.norm.pdf(z[:, None], SIGNAL * PLACES, spread)
    slope = (each * (SIGNAL * PLACES - z[:, None]) / spread**2).sum(-1) / each.sum(-1)
    return z, each.sum(-1) * step, slope


@definition("eq-the-score")
def the_score():
    """The package's score of three Gaussians in the plane against differences of SciPy's log density."""
    places, at = np.array([[-1.0, 0.5], [0.4, 1.2], [1.5, -0.3]]), np.array([0.3, 0.1])

    def log_p(z):
        bells = [w * stats.multivariate_normal.pdf(z, m, v * np.eye(2)) for w, m, v in zip(SHARES, places, WIDTHS)]
        return np.log(sum(bells))

    expected = [(log_p(at + d) - log_p(at - d)) / 2e-5 for d in 1e-5 * np.eye(2)]
    ours = mixture.score(mixture.mixture(places, WIDTHS, SHARES), jnp.asarray(at))
    np.testing.assert_allclose(ours, expected, rtol=1e-4)
    return r"\text{score of } p \text{ at } x \;:=\; \nabla \log p(x) = \frac{\nabla p(x)}{p(x)}."


@proof("eq-mixture-score")
def mixture_score():
    """Of two Gaussians, one pixel, any places, widths and shares."""
    r_1, r_2 = _responsibilities(means, variances)
    slopes = [(m - x) / v for m, v in zip(means, variances)]
    prove(sp.diff(_log(means, variances), x), r_1 * slopes[0] + r_2 * slopes[1])
    return r"""
\begin{aligned}
\nabla \log p(x) &= \sum_{k=1}^{K} r_k(x)\, \frac{m_k - x}{\nu_k}, \\
r_k(x) &= \frac{\pi_k\, \mathcal N(x; m_k, \nu_k I)}{p(x)}.
\end{aligned}"""


@definition("eq-langevin")
def langevin():
    state, slope, noise = np.array([0.3, -1.0]), np.array([0.5, 2.0]), np.array([-0.7, 0.1])
    expected = state + 0.1 * slope + np.sqrt(0.2) * noise
    np.testing.assert_allclose(langevin_step(state, 0.1, slope, noise), expected, rtol=1e-6)
    return r"y_{k+1} := y_k + h\, \nabla \log p(y_k) + \sqrt{2 h}\; z_k."

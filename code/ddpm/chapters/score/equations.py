"""The equations of the chapter on the score."""

import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import integrate, stats

from ddpm import level, mixture
from ddpm.derivation import symbols
from ddpm.derivation.gaussians import Normal, mean_and_variance
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Statement
from ddpm.sample import langevin_step

x, x_0, e, guess, y = sp.symbols("x x_0 epsilon s y", real=True)
c, r, h = symbols.c_u, symbols.r_u, symbols.h_u
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


@definition("eq-level")
def noised_at_a_level():
    x_of_0, noise = np.array([0.7, -1.0]), np.array([0.2, 1.4])
    np.testing.assert_allclose(level.noised(LEVEL, x_of_0, noise), SIGNAL * x_of_0 + SPREAD * noise, rtol=1e-6)
    return r"x_u := c_u\, x_0 + r_u\, \epsilon, \qquad \epsilon \sim \mathcal N(0, I),"


@numeric("eq-marginal", bound=1e-6)
def marginal():
    """The integral over x_0 on a grid, against the package's density of the noised mixture."""
    z = np.linspace(-2, 2, 9)
    places, step = np.linspace(-7, 8, 8001, retstep=True)
    prior = (SHARES * stats.norm.pdf(places[:, None], PLACES, np.sqrt(WIDTHS))).sum(-1)
    integral = (prior * stats.norm.pdf(z[:, None], SIGNAL * places, SPREAD)).sum(-1) * step
    p = mixture.noised(mixture.mixture(PLACES, WIDTHS, SHARES), LEVEL)
    ours = [np.exp(float(mixture.log_density(p, jnp.asarray(value)))) for value in z]
    return (
        r"q_u(x_u) = \int q(x_0)\; \mathcal N(x_u; c_u x_0, r_u^2 I)\, \mathrm d x_0.",
        np.abs(integral - ours).max(),
    )


@proof("eq-under-the-integral")
def under_the_integral():
    """Inside of the integral for every x_0; and the whole for data that are no mixture, uniform on [-1, 1]."""
    bell = sp.exp(Normal(x, c * x_0, r**2).log)
    prove(sp.diff(bell, x), -1 / r * ((x - c * x_0) / r) * bell)
    at, d = 0.4, 1e-4

    def q_u(z):
        return integrate.quad(lambda w: stats.norm.pdf(z, SIGNAL * w, SPREAD) / 2, -1, 1)[0]

    inside = integrate.quad(
        lambda w: -(at - SIGNAL * w) / SPREAD**2 * stats.norm.pdf(at, SIGNAL * w, SPREAD) / 2, -1, 1
    )
    np.testing.assert_allclose((q_u(at + d) - q_u(at - d)) / (2 * d), inside[0], rtol=1e-6)
    return r"""
\begin{aligned}
&\nabla q_u(x_u) \\
&\quad = \int q(x_0)\; \nabla \mathcal N_u\, \mathrm d x_0 \\
&\quad = -\frac{1}{r_u} \int q(x_0)\, \frac{x_u - c_u x_0}{r_u}\, \mathcal N_u\, \mathrm d x_0,
\end{aligned}"""


@proof("eq-tweedie")
def tweedie():
    """Of data of two Gaussians, one pixel: within each the noise and x_u are jointly Gaussian. And the package's."""
    seen = [c * m for m in means], [c**2 * v + r**2 for v in variances]
    r_1, r_2 = _responsibilities(*seen)
    noise = [r * (x - m) / v for m, v in zip(*seen)]  # covariance r over the variance, times how far x lies off
    prove(r_1 * noise[0] + r_2 * noise[1], -r * sp.diff(_log(*seen), x))
    data, at = mixture.mixture(PLACES, WIDTHS, SHARES), jnp.asarray(0.7)
    z = np.linspace(-7, 8, 8001)
    weight = (SHARES * stats.norm.pdf(z[:, None], PLACES, np.sqrt(WIDTHS))).sum(-1)
    weight = weight * stats.norm.pdf(0.7, SIGNAL * z, SPREAD)
    of_noise = (weight * (0.7 - SIGNAL * z) / SPREAD).sum() / weight.sum()
    np.testing.assert_allclose(mixture.mean_variance(mixture.noise_posterior(data, LEVEL, at))[0], of_noise, rtol=1e-5)
    np.testing.assert_allclose(-SPREAD * mixture.score(mixture.noised(data, LEVEL), at), of_noise, rtol=1e-5)
    return r"\epsilon^\star(x_u) := \mathbb E[\epsilon \mid x_u] = -r_u\, \nabla \log q_u(x_u)."


@proof("eq-tweedie-x-0")
def tweedie_for_the_image():
    """x_0 through the noise, whose mean is known."""
    score = sp.Symbol("score", real=True)
    prove((x - r * e) / c, (x + r**2 * score) / c, using={e: -r * score})
    return r"""
\begin{aligned}
\mathbb E[x_0 \mid x_u] &= \frac{x_u - r_u\, \mathbb E[\epsilon \mid x_u]}{c_u} \\
&= \frac{x_u + r_u^2\, \nabla \log q_u(x_u)}{c_u}.
\end{aligned}"""


@proof("eq-conditional-score")
def conditional_score():
    slope = sp.diff(Normal(x, c * x_0, r**2).log, x)
    prove(slope, -(x - c * x_0) / r**2)
    prove(slope, -e / r, using={x: c * x_0 + r * e})
    return r"\nabla \log q(x_u \mid x_0) = -\frac{x_u - c_u x_0}{r_u^2} = -\frac{\epsilon}{r_u}."


@numeric("eq-denoising-score-matching", bound=1e-10)
def denoising_score_matching():
    """Both sides by integration over two points and the noise, for a network that is far from the score."""
    places, odds = np.array([-1.0, 0.5]), np.array([0.3, 0.7])
    noise, step = np.linspace(-9, 9, 4001, retstep=True)
    mass = stats.norm.pdf(noise) * step * odds[:, None]
    z = SIGNAL * places[:, None] + SPREAD * noise
    given = odds * stats.norm.pdf(z[..., None], SIGNAL * places, SPREAD)
    slope = (given * (SIGNAL * places - z[..., None]) / SPREAD**2).sum(-1) / given.sum(-1)
    network, of_one = 0.4 - np.tanh(z), -noise / SPREAD
    left = (mass * (network - of_one) ** 2).sum()
    right = (mass * ((network - slope) ** 2 + (of_one - slope) ** 2)).sum()
    return (
        r"""
\begin{aligned}
&\mathbb E\bigl[ \lVert s_\theta(x_u) - \nabla \log q(x_u \mid x_0) \rVert^2 \bigr] \\
&\quad = \mathbb E\bigl[ \lVert s_\theta(x_u) - \nabla \log q_u(x_u) \rVert^2 \bigr] + C_u.
\end{aligned}""",
        abs(left - right),
    )


@numeric("eq-implicit-score-matching", bound=1e-9)
def implicit_score_matching():
    """Both sides by integration, for a network whose derivative is known."""
    z, mass, slope = _on_a_grid()
    network, derivative = 0.4 - np.tanh(z), -(1 - np.tanh(z) ** 2)
    left = (mass * (network - slope) ** 2).sum()
    right = (mass * (network**2 + 2 * derivative)).sum() + (mass * slope**2).sum()
    return (
        r"""
\begin{aligned}
&\mathbb E\bigl[ \lVert s_\theta(x_u) - \nabla \log q_u(x_u) \rVert^2 \bigr] \\
&\quad = \mathbb E\bigl[ \lVert s_\theta(x_u) \rVert^2 + 2\, \nabla \cdot s_\theta(x_u) \bigr] \\
&\qquad + \mathbb E\bigl[ \lVert \nabla \log q_u(x_u) \rVert^2 \bigr].
\end{aligned}""",
        abs(left - right),
    )


@proof("eq-score-loss")
def score_loss():
    of_one = sp.Symbol("slope", real=True)
    network = sp.Symbol("epsilon_theta", real=True)
    prove(r**2 * (guess - of_one) ** 2, (e - network) ** 2, using={guess: -network / r, of_one: -e / r})
    return r"""
\begin{aligned}
&r_u^2\, \lVert s_\theta(x_u) - \nabla \log q(x_u \mid x_0) \rVert^2 \\
&\quad = \lVert \epsilon - \epsilon_\theta(x_u) \rVert^2, \\
&s_\theta(x_u) := -\epsilon_\theta(x_u) / r_u.
\end{aligned}"""


@definition("eq-langevin")
def langevin():
    state, slope, noise = np.array([0.3, -1.0]), np.array([0.5, 2.0]), np.array([-0.7, 0.1])
    expected = state + 0.1 * slope + np.sqrt(0.2) * noise
    np.testing.assert_allclose(langevin_step(state, 0.1, slope, noise), expected, rtol=1e-6)
    return r"y_{k+1} := y_k + h\, \nabla \log p(y_k) + \sqrt{2 h}\; z_k,"


@proof("eq-langevin-variance")
def langevin_variance():
    """On N(0, r_u^2): the state, of any variance, and fresh noise go into the next one linearly."""
    before, first, fresh = sp.Symbol("V", positive=True), *sp.symbols("a z", real=True)
    state = sp.sqrt(before) * first
    slope = sp.diff(Normal(y, 0, r**2).log, y).subs(y, state)
    mean, variance = mean_and_variance(state + h * slope + sp.sqrt(2 * h) * fresh, first, fresh)
    prove(variance, (1 - h / r**2) ** 2 * before + 2 * h)
    assert sp.simplify(mean) == 0
    return r"\mathrm{Var}[y_{k+1}] = \Bigl( 1 - \frac{h_u}{r_u^2} \Bigr)^2\, \mathrm{Var}[y_k] + 2 h_u."


@proof("eq-langevin-rest")
def langevin_at_rest():
    """The variance that the step leaves as it is."""
    rest = r**2 / (1 - h / (2 * r**2))
    prove((1 - h / r**2) ** 2 * rest + 2 * h, rest)
    with sp.evaluate(False):
        return Statement((r"\mathrm{Var}[y_\infty]", "=", r"\frac{r_u^2}{1 - h_u / (2 r_u^2)}"), end=".")

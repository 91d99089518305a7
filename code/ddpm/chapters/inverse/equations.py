"""The equations of the chapter on inverse problems: the exact posterior, the exact field, and what stands in for it."""

import jax.numpy as jnp
import numpy as np
import sympy as sp
from equinox import filter_jit
from scipy import integrate, stats

from ddpm.derivation.gaussians import Normal
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.inverse import ExactlyMeasured, Reconstructed, measured_posterior, measurement, no_doubt, replaced
from ddpm.level import Level
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path

x_0, x, b, m, h = sp.symbols("x_0 x b m H", real=True)
nu, xi, c, r = sp.symbols("nu xi c_u r_u", positive=True)
PLANE = mixture([[-1.5, 1.2], [0.0, -1.4], [0.4, 1.1]], [0.1, 0.3, 0.2], [0.2, 0.3, 0.5])
SEEN = measurement([[0.8, -0.4]], [0.3], 0.25)


@definition("eq-measurement")
def linear_measurement():
    """The package's log density of a measurement is SciPy's."""
    ours = SEEN.log_density(jnp.asarray([0.5, -0.2]), 0.3)
    np.testing.assert_allclose(
        ours, stats.norm.logpdf(0.3, 0.8 * 0.5 + 0.4 * 0.2, np.sqrt(0.3 * 0.8 + 0.25**2)), rtol=1e-5
    )
    return r"\mathbf b \mid x_0 \;\sim\; \mathcal N(H x_0,\, \xi^2 I)."


@proof("eq-measured-gaussian")
def measured_gaussian():
    """One pixel: prior times likelihood is the posterior times what does not depend on x_0, that of b alone. And for
    matrices: the package's against the rule for joint Gaussians, the Schur complement of their covariance."""
    gain = nu * h / (nu * h**2 + xi**2)
    together = Normal(x_0, m, nu).log + Normal(b, h * x_0, xi**2).log
    apart = Normal(x_0, m + gain * (b - h * m), nu * (1 - gain * h)).log + Normal(b, h * m, nu * h**2 + xi**2).log
    prove(sp.expand_log(together, force=True), sp.expand_log(apart, force=True))
    rng = np.random.default_rng(0)
    H, mean, value = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=2)
    joint = np.block([[0.7 * np.eye(3), 0.7 * H.T], [0.7 * H, 0.7 * H @ H.T + 0.4**2 * np.eye(2)]])
    found = measured_posterior(mixture(mean[None], 0.7), measurement(H, value, 0.4))
    inverse = np.linalg.inv(joint[3:, 3:])
    np.testing.assert_allclose(found.means[0], mean + joint[:3, 3:] @ inverse @ (value - H @ mean), rtol=1e-4)
    schur = joint[:3, :3] - joint[:3, 3:] @ inverse @ joint[3:, :3]
    np.testing.assert_allclose(found.covariances[0], schur, atol=1e-5)
    return r"""
\begin{aligned}
\text{mean} \quad & m_k + G_k\, (\mathbf b - H m_k), \\
\text{covariance} \quad & \nu_k\, (I - G_k H), \\
G_k &:= \nu_k H^\top \bigl( \nu_k H H^\top + \xi^2 I \bigr)^{-1}.
\end{aligned}"""


@numeric("eq-measured-posterior", bound=5e-5)
def posterior_of_mixture():
    """The package's mixture, three components in the plane, against prior times likelihood on a grid: mean, second
    moments, and the mass of a half-plane."""
    side, step = np.linspace(-5, 5, 801, retstep=True)
    places = np.stack(np.meshgrid(side, side, indexing="ij"), -1).reshape(-1, 2)
    prior = sum(
        weight * stats.multivariate_normal.pdf(places, mean, variance * np.eye(2))
        for weight, mean, variance in zip(
            *(np.asarray(a, float) for a in (PLANE.weights, PLANE.means, PLANE.variances))
        )
    )
    mass = prior * stats.norm.pdf(0.3, places @ [0.8, -0.4], 0.25)
    mass /= mass.sum()
    found = measured_posterior(PLANE, SEEN)
    weights, means, covariances = (np.asarray(a, float) for a in (found.weights, found.means, found.covariances))
    moments = np.einsum("k,kij->ij", weights, covariances + means[:, :, None] * means[:, None, :])
    above = weights @ stats.norm.sf(0.5, means[:, 1], np.sqrt(covariances[:, 1, 1]))
    on_edge = mass[places[:, 1] == 0.5].sum() / 2
    return (
        r"""
\begin{aligned}
p(x_0 \mid \mathbf b) &= \sum_k \pi_k'\, \mathcal N_k(x_0), \\
\pi_k' &\propto \pi_k\, \mathcal N(\mathbf b;\, H m_k, \\
&\qquad\quad\;\; \nu_k H H^\top + \xi^2 I).
\end{aligned}""",
        max(
            abs(weights @ means - mass @ places).max(),
            abs(moments - (places.T * mass) @ places).max(),
            abs(above - mass[places[:, 1] > 0.5].sum() - on_edge),
        ),
    )


@proof("eq-measured-score")
def measured_score():
    """Bayes' rule at a level, of two images: at x their shares times densities are f, with the slopes d, and b has the
    likelihoods s. On the left the density of both, on the right that of x and the mean of s over what x may be."""
    f, d, s = (sp.symbols(f"{letter}_1:3", positive=letter != "d", real=True) for letter in "fds")
    any_, slope = sum(f), sum(d)
    of_b = sum(likelihood * share / any_ for likelihood, share in zip(s, f))
    rise = sum(likelihood * (change * any_ - share * slope) / any_**2 for likelihood, share, change in zip(s, f, d))
    both = sum(likelihood * change for likelihood, change in zip(s, d)) / sum(a * c for a, c in zip(s, f))
    prove(both, slope / any_ + rise / of_b)
    return r"""
\begin{aligned}
\nabla \log q_u(x \mid \mathbf b) &= \nabla \log q_u(x) \\
&\quad + \nabla \log q_u(\mathbf b \mid x).
\end{aligned}"""


@numeric("eq-measured-likelihood", bound=1e-5)
def measured_likelihood():
    """The package's exact log density of b once x_u is seen, by quadrature over x_0, of a mixture of one pixel."""
    data, path, at = mixture([[-1.0], [0.6]], [0.1, 0.3], [0.4, 0.6]), cosine_path(s=0), 0.4
    ours = filter_jit(ExactlyMeasured(path, data, measurement([[0.7]], [0.5], 0.3)).log_density)
    level = path.level(jnp.asarray(at))
    signal, spread = float(level.signal), float(level.spread)

    def joint(image, place, seen):
        prior = 0.4 * stats.norm.pdf(image, -1, np.sqrt(0.1)) + 0.6 * stats.norm.pdf(image, 0.6, np.sqrt(0.3))
        of_b = stats.norm.pdf(0.5, 0.7 * image, 0.3) if seen else 1.0
        return prior * stats.norm.pdf(place, signal * image, spread) * of_b

    apart = []
    for place in (-0.8, 0.3, 1.1):
        with_b, without = (integrate.quad(joint, -6, 6, (place, seen), limit=200)[0] for seen in (True, False))
        apart.append(float(ours(jnp.asarray([place]), at)) - np.log(with_b / without))
    return (
        r"""
\begin{aligned}
q_u(\mathbf b \mid x) &= \int \mathcal N(\mathbf b;\, H x_0,\, \xi^2 I) \\
&\quad \cdot q(x_0 \mid x_u = x)\, dx_0.
\end{aligned}""",
        abs(np.array(apart)).max(),
    )


@proof("eq-guided-image")
def guided_image():
    """A score with a term more, as a prediction of x_0 (Tweedie)."""
    slope, more = sp.symbols("slope more", real=True)
    prove((x + r**2 * (slope + more)) / c, (x + r**2 * slope) / c + r**2 / c * more)
    return r"""
\mathbb E[x_0 \mid x_u, \mathbf b] = x^\star + \frac{r_u^2}{c_u}\, \nabla \log q_u(\mathbf b \mid x)."""


@definition("eq-reconstruction")
def reconstruction():
    """The package's shift of the predicted image, with a predictor whose derivative is known."""
    path, at, slope = cosine_path(s=0), 0.5, 0.6
    seen = measurement([[2.0]], [1.0], 0.5)
    found = filter_jit(Reconstructed(path, lambda x, u: slope * x, seen, no_doubt, "x_0"))(jnp.asarray([0.4]), at)
    level = path.level(jnp.asarray(at))
    gradient = slope * 2.0 * (1.0 - 2.0 * slope * 0.4) / 0.25
    np.testing.assert_allclose(found[0], slope * 0.4 + level.spread**2 / level.signal * gradient, rtol=1e-5)
    doubtful = Reconstructed(path, lambda x, u: slope * x, seen, lambda level: jnp.asarray(0.3), "x_0")
    gradient *= 0.25 / (0.25 + 0.3 * 4)
    np.testing.assert_allclose(
        doubtful(jnp.asarray([0.4]), at)[0], slope * 0.4 + level.spread**2 / level.signal * gradient, rtol=1e-5
    )
    return r"""
\begin{aligned}
q_u(\mathbf b \mid x) \approx \mathcal N\bigl(&\mathbf b;\, H x^\star(x), \\
&\, d_u H H^\top + \xi^2 I\bigr).
\end{aligned}"""


@proof("eq-one-gaussian")
def one_gaussian():
    """Of one Gaussian the mean of x_0 is linear in x, its variance the same everywhere; then the approximation is
    exact, if d_u is that variance. Prior times likelihood, one pixel; and the package's, approximate and exact."""
    total = c**2 * nu + r**2
    mean, variance = c * nu * x / total, nu * r**2 / total
    joint = Normal(x_0, 0, nu).log + Normal(x, c * x_0, r**2).log
    apart = Normal(x_0, mean, variance).log + Normal(x, 0, total).log
    prove(sp.expand_log(joint, force=True), sp.expand_log(apart, force=True))
    prove(variance.subs(nu, 1), r**2 / (c**2 + r**2))
    one, seen, path = mixture([[0.7]], 4.0), measurement([[0.8]], [1.5], 0.5), cosine_path(s=0)

    def right(level):
        return 4.0 * level.spread**2 / (4.0 * level.signal**2 + level.spread**2)

    at = jnp.asarray([-0.3])
    guess = filter_jit(Reconstructed(path, PathOracle(path, one), seen, right))(at, 0.4)
    np.testing.assert_allclose(guess, filter_jit(ExactlyMeasured(path, one, seen))(at, 0.4), rtol=1e-4)
    return r"\mathrm{Var}[x_0 \mid x_u] = \frac{\nu\, r_u^2}{c_u^2\, \nu + r_u^2}."


@definition("eq-replacement")
def replacement():
    """The package's replacement: what was measured is as wanted, and what was not is as it was."""
    H = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]])
    seen, level = measurement(H, [0.3, -0.5], 0.1), Level(jnp.asarray(0.8), jnp.asarray(0.6))
    before, noise = jnp.asarray([0.2, 1.0, -0.4]), jnp.asarray([0.5, -0.3, 0.9])
    after = replaced(seen, level, before, noise)
    np.testing.assert_allclose(H @ after, 0.8 * np.array([0.3, -0.5]) + 0.6 * H @ noise, rtol=1e-5)
    unseen = np.array([0.0, 0.8, -0.6])
    np.testing.assert_allclose(unseen @ after, unseen @ before, atol=1e-6)
    return r"""
\begin{aligned}
x &\leftarrow x + H^+ \bigl( c_u \mathbf b + r_u H z - H x \bigr), \\
&\qquad z \sim \mathcal N(0, I).
\end{aligned}"""

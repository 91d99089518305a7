"""The equations of the chapter on flow matching: the velocity and its loss, one family of paths, what ways cost."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from equinox import filter_jit
from scipy import integrate, stats

from ddpm.boxes import checkerboard
from ddpm.chapters.flow_matching.one_pixel import costs, share_of_lower
from ddpm.chapters.small_steps import calculus
from ddpm.chapters.small_steps.calculus import along_u
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import c_u, dc_u, dr_u, epsilon, r_u, x, x_u
from ddpm.level import Level
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import straight
from ddpm.precision import enable_x64
from ddpm.process import minibatch_coupling
from ddpm.train import velocity_target

u, w = sp.symbols("u w", positive=True)
SLOPE = dc_u / c_u
STATE = c_u * x[0] + r_u * epsilon
PAIR = dc_u * x[0] + dr_u * epsilon
SPREADING = dr_u - SLOPE * r_u  # g_u^2 / (2 r_u)


@proof("eq-conditional-velocity")
def conditional_velocity():
    """The derivative of a state along its path, in general and on the straight one; and the package's target."""
    image, noise = jnp.array([0.7, -0.2]), jnp.array([-1.1, 0.4])
    np.testing.assert_allclose(velocity_target(straight(), image, 0.3, noise), noise - image, rtol=1e-6)
    prove(along_u(STATE), PAIR)
    prove(sp.diff((1 - u) * x[0] + u * epsilon, u), epsilon - x[0])
    return r"""
\begin{aligned}
\frac{d x_u}{du} &= c_u'\, x_0 + r_u'\, \epsilon \\
&= \epsilon - x_0 \quad \text{on the straight path.}
\end{aligned}"""


@definition("eq-marginal-velocity")
def marginal_velocity():
    """The package's velocity is the mean over the pairs that meet at a place, by integration over two components."""
    means, variances, odds, path, at = (
        np.array([-1.0, 0.5]),
        np.array([0.09, 0.3]),
        np.array([0.3, 0.7]),
        straight(),
        0.4,
    )
    with enable_x64(True):
        velocity = filter_jit(PathOracle(path, mixture(means[:, None], variances, odds)).velocity)
        found = [float(velocity(jnp.array([place]), at)[0]) for place in (-0.7, 0.1, 1.2)]
    for place, value in zip((-0.7, 0.1, 1.2), found):

        def weight(noise, place=place):
            image = (place - at * noise) / (1 - at)
            return stats.norm.pdf(noise) * (odds * stats.norm.pdf(image, means, np.sqrt(variances))).sum(), image

        total = integrate.quad(lambda e: weight(e)[0], -9, 9, epsabs=1e-12, limit=200)[0]
        mean = integrate.quad(lambda e: weight(e)[0] * (e - weight(e)[1]), -9, 9, epsabs=1e-12, limit=200)[0] / total
        np.testing.assert_allclose(value, mean, rtol=1e-7, atol=1e-9)
    return r"""
\mathbf v(x, u) := \mathbb E\bigl[\, c_u'\, x_0 + r_u'\, \epsilon \;\big|\; x_u = x \,\bigr]."""


@proof("eq-watched-velocity")
def watched_velocity():
    """The chain rule under the mean; and by parts, for any density and velocity, with what vanishes at both ends."""
    phi = sp.Function("phi")
    inner = (sp.diff(phi(c_u * x[0] + r_u * epsilon), c_u) * dc_u + sp.diff(phi(STATE), r_u) * dr_u).doit()
    slope = sp.Symbol("slope", real=True)
    chained = inner.replace(lambda e: isinstance(e, sp.Subs), lambda e: slope)
    prove(chained, slope * PAIR)
    q, of_phi, v = (calculus.of_unknown_density(name) for name in ("q", "phi", "v"))
    flux = v(0) * q(0)
    calculus.prove_of_unknown(of_phi(1) * flux + of_phi(0) * calculus.slope(flux), calculus.slope(of_phi(0) * flux))
    return r"""
\begin{aligned}
\frac{d}{du}\, \mathbb E[\phi(x_u)] &= \mathbb E\bigl[\nabla\phi(x_u) \cdot (c_u'\, x_0 + r_u'\, \epsilon)\bigr] \\
&= \mathbb E\bigl[\nabla\phi(x_u) \cdot \mathbf v(x_u, u)\bigr] \\
&= -\int \phi\; \nabla \cdot (\mathbf v\, q_u)\, dx.
\end{aligned}"""


@proof("eq-straight-velocity")
def straight_velocity():
    """On the straight path: from both predictions, from each alone, with x = (1 - u) x_0 + u epsilon."""
    state = (1 - u) * x[0] + u * epsilon
    prove((x_u - x[0]) / u, epsilon - x[0], using={x_u: state})
    prove((epsilon - x_u) / (1 - u), epsilon - x[0], using={x_u: state})
    prove(x_u + (1 - u) * (epsilon - x[0]), epsilon, using={x_u: state})
    prove(x_u - u * (epsilon - x[0]), x[0], using={x_u: state})
    return r"""
\begin{aligned}
\mathbf v &= \epsilon^\star - x^\star = \frac{\epsilon^\star - x}{1 - u} = \frac{x - x^\star}{u}, \\
\epsilon^\star &= x + (1 - u)\, \mathbf v, \qquad x^\star = x - u\, \mathbf v.
\end{aligned}"""


@proof("eq-same-flow")
def same_flow():
    """Divide the flow by c, and count by the ratio: the velocity is the noise, whatever the path."""
    velocity = SLOPE * x_u + c_u * along_u(r_u / c_u) * epsilon  # eq-from-noise
    of_quotient = velocity / c_u - x_u * dc_u / c_u**2
    prove(of_quotient, along_u(r_u / c_u) * epsilon)
    prove(velocity, PAIR, using={x_u: STATE})
    return r"\frac{d}{d\varsigma} \left(\frac{x}{c_u}\right) = \epsilon^\star, \qquad \varsigma = \frac{r_u}{c_u}."


@proof("eq-euler-is-ddim")
def euler_is_ddim():
    """A step along the velocity from u to w keeps both predictions and takes the new level; on any path it takes the
    tangents at u, which are the new level where signal and spread are straight lines."""
    image, noise = sp.symbols("X E", real=True)
    state = (1 - u) * image + u * noise
    prove(state + (w - u) * (noise - image), (1 - w) * image + w * noise)
    tangents = (c_u + (w - u) * dc_u) * image + (r_u + (w - u) * dr_u) * noise
    prove(c_u * image + r_u * noise + (w - u) * (dc_u * image + dr_u * noise), tangents)
    a, b, c, d = sp.symbols("a b c d", real=True)  # signal a + b u, spread c + d u
    state = (a + b * u) * image + (c + d * u) * noise
    prove(state + (w - u) * (b * image + d * noise), (a + b * w) * image + (c + d * w) * noise)
    return r"""
\begin{aligned}
x + (w - u)\, \mathbf v &= x + (w - u)\, (\epsilon^\star - x^\star) \\
&= (1 - w)\, x^\star + w\, \epsilon^\star.
\end{aligned}"""


def _on_two_clouds():
    """States on the straight path at u = 0.4 with their probabilities, the targets, and the means of these."""
    at, means, odds = 0.4, np.array([-1.0, 0.5]), np.array([0.3, 0.7])
    noise, step = np.linspace(-9, 9, 4001, retstep=True)
    mass = stats.norm.pdf(noise) * step * odds[:, None]
    state = (1 - at) * means[:, None] + at * noise
    given = odds * stats.norm.pdf(state[..., None], (1 - at) * means, at)
    mean = (given * ((state[..., None] - means) / at)).sum(-1) / given.sum(-1)
    return state, mass, noise - means[:, None], mean


@numeric("eq-flow-loss", bound=1e-10)
def flow_loss():
    """Both sides by integration over two points and the noise, for a network that is far from the velocity."""
    state, mass, target, velocity = _on_two_clouds()
    network = 0.4 - np.tanh(state)
    left = (mass * (network - target) ** 2).sum()
    right = (mass * ((network - velocity) ** 2 + (target - velocity) ** 2)).sum()
    return (
        r"""
\begin{aligned}
&\mathbb E\bigl[ \lVert \mathbf v_\theta(x_u, u) - (c_u'\, x_0 + r_u'\, \epsilon) \rVert^2 \bigr] \\
&\quad = \mathbb E\bigl[ \lVert \mathbf v_\theta(x_u, u) - \mathbf v(x_u, u) \rVert^2 \bigr] \\
&\qquad + \mathbb E\bigl[ \lVert c_u'\, x_0 + r_u'\, \epsilon - \mathbf v(x_u, u) \rVert^2 \bigr].
\end{aligned}""",
        abs(left - right),
    )


@proof("eq-flow-weight")
def flow_weight():
    """The error of a velocity that is made of a predicted noise; in general, and on the straight path."""
    said = sp.Symbol("epsilon_theta", real=True)
    of_noise = [SLOPE * x_u + SPREADING * e for e in (said, epsilon)]
    prove((of_noise[0] - of_noise[1]) ** 2, SPREADING**2 * (said - epsilon) ** 2)
    prove(SPREADING, (along_u(r_u**2) - 2 * SLOPE * r_u**2) / (2 * r_u))
    prove(SPREADING, c_u * along_u(r_u / c_u))
    on_straight = SPREADING.subs({c_u: 1 - u, r_u: u, dc_u: -1, dr_u: 1})
    prove(on_straight, 1 / (1 - u))
    return r"""
\begin{aligned}
&\lVert \mathbf v_\theta - \mathbf v \rVert^2 \\
&\quad = \left(\frac{g_u^2}{2 r_u}\right)^2 \lVert \epsilon_\theta - \epsilon^\star \rVert^2 \\
&\quad = \frac{1}{(1 - u)^2}\, \lVert \epsilon_\theta - \epsilon^\star \rVert^2 \\
&\qquad \text{(straight path).}
\end{aligned}"""


@proof("eq-weights-of-log-snr")
def weights_of_log_snr():
    """The weight of the noise's error, times the density of the log-SNR when u is uniform, for three losses; and for
    logit-normal times."""
    log_snr, m = sp.symbols("Lambda m", real=True)
    straight_u = 1 / (1 + sp.exp(log_snr / 2))
    prove(2 * sp.log((1 - u) / u), log_snr, using={u: straight_u})
    prove(-sp.diff(straight_u, log_snr) / (1 - straight_u) ** 2, sp.exp(-log_snr / 2) / 2)
    cosine_u = 2 / sp.pi * sp.atan(sp.exp(-log_snr / 2))
    prove(-sp.diff(cosine_u, log_snr), 1 / (2 * sp.pi * sp.cosh(log_snr / 2)))
    # the density of u is normal in the logit, over u (1 - u)
    prove(sp.log(straight_u / (1 - straight_u)), -log_snr / 2)
    slope = -sp.diff(straight_u, log_snr) / (straight_u * (1 - straight_u))
    prove(slope / (1 - straight_u) ** 2, (1 + sp.exp(-log_snr / 2)) ** 2 / 2)
    prove((-log_snr / 2 - m) ** 2, (log_snr / 2 + m) ** 2)
    return r"""
\begin{aligned}
\text{flow, straight path:}\quad & \tfrac{1}{2}\, e^{-\Lambda / 2}, \\
\text{simple, cosine path:}\quad & \frac{1}{2 \pi \cosh(\Lambda / 2)}, \\
\text{flow, logit-normal:}\quad & \tfrac{1}{2} \left(1 + e^{-\Lambda / 2}\right)^2 \\
& \; \cdot \mathcal N\bigl(-\tfrac{1}{2} \Lambda;\, m, \varrho^2\bigr),
\end{aligned}"""


@numeric("eq-energies", bound=1e-8)
def energies():
    """The first line by integration at one u; the second along flows of a mixture, whose states of one pixel are the
    quantiles of its densities."""
    _, mass, target, velocity = _on_two_clouds()
    first = abs((mass * target**2).sum() - (mass * (velocity**2 + (target - velocity) ** 2)).sum())
    nodes, weights = np.polynomial.legendre.leggauss(80)
    means, variances, odds, shares = np.array([-1.0, 0.5]), np.array([0.09, 0.3]), np.array([0.3, 0.7]), (nodes + 1) / 2
    with enable_x64(True):
        oracle = PathOracle(straight(), mixture(means[:, None], variances, odds))
        field = jax.jit(jax.vmap(jax.vmap(oracle.velocity, (0, None)), (0, 0)))
        inner = np.stack([_quantiles(share, (1 + nodes) / 2, means, variances, odds) for share in shares], axis=1)
        v = np.asarray(field(inner[..., None], (1 + nodes) / 2))[..., 0]
    ends = np.array([_quantiles(share, np.array([0.0, 1.0]), means, variances, odds) for share in shares])
    chord, in_time = ends[:, 1] - ends[:, 0], weights / 2
    second = in_time @ v**2 - chord**2 - in_time @ (v - chord) ** 2
    return (
        r"""
\begin{aligned}
&\mathbb E \lVert \epsilon - x_0 \rVert^2 \\
&\quad = \int_0^1 \mathbb E \lVert \mathbf v(x_u, u) \rVert^2\, du \\
&\quad + \int_0^1 \mathbb E \lVert \epsilon - x_0 - \mathbf v(x_u, u) \rVert^2\, du, \\
&\int_0^1 \mathbb E \lVert \mathbf v \rVert^2\, du \\
&\quad = \mathbb E \lVert X_1 - X_0 \rVert^2 + \mathcal S, \\
&\mathcal S := \\
&\quad \int_0^1 \mathbb E \lVert \mathbf v(X_u, u) - (X_1 - X_0) \rVert^2\, du.
\end{aligned}""",
        max(first, float(abs(second[5:-5]).max())),
    )


def _quantiles(share, times, means, variances, odds):
    """Where the distribution function of x_u has the value `share`, by bisection, for each u."""
    low, high = np.full(len(times), -12.0), np.full(len(times), 12.0)
    centres = (1 - times)[:, None] * means
    spreads = np.sqrt((1 - times)[:, None] ** 2 * variances + times[:, None] ** 2)
    for _ in range(60):
        middle = (low + high) / 2
        below = (odds * stats.norm.cdf(middle[:, None], centres, spreads)).sum(1) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


@numeric("eq-coupled-share", bound=0.02)
def coupled_share():
    """The binomial sum against batches that SciPy has coupled: in each of 20 parts of the noise the share of -1. With
    8000 pairs in each part five standard errors are 0.028, and the larger of 20 such deviations seldom above 0.02."""
    rng, batch = np.random.default_rng(0), 8
    x_0, noise = np.where(rng.random(160_000) < 0.5, -1.0, 1.0), rng.standard_normal(160_000)
    noise = minibatch_coupling(x_0, noise, batch)
    order = np.argsort(noise).reshape(20, -1)
    exact = share_of_lower(noise, batch)
    assert costs(1)["pairs"] - 2 < 1e-9
    shares = [share_of_lower(-np.linspace(0.01, 4, 50), size) for size in range(1, 80)]
    assert np.all(np.diff(shares, axis=0) > -1e-12)  # the more pairs, the more surely negative noise goes with -1
    return (
        r"""
\begin{aligned}
&P(x_0 = -1 \mid \epsilon) \\
&\quad = \sum_{j=0}^{B-1} b_{B-1,\, \Phi(\epsilon)}(j) \sum_{i=j+1}^{B} b_{B,\, 1/2}(i), \\
&b_{n,\, p}(j) := \binom{n}{j}\, p^j\, (1 - p)^{n - j}.
\end{aligned}""",
        abs((x_0 == -1)[order].mean(1) - exact[order].mean(1)).max(),
    )


@proof("eq-box-marginal")
def box_marginal():
    """One pixel, uniform from a to b: the integral over x_0; its nats, for the checkerboard; and the package's."""
    place, a, b, image = sp.symbols("x a b x_0", real=True)
    normal = sp.exp(-((place - c_u * image) ** 2) / (2 * r_u**2)) / (r_u * sp.sqrt(2 * sp.pi))

    def below(z):
        return (1 + sp.erf(z / sp.sqrt(2))) / 2

    antiderivative = -below((place - c_u * image) / r_u) / c_u
    prove(sp.diff(antiderivative, image), normal)
    board = checkerboard()
    np.testing.assert_allclose(board.entropy, np.log(8 / 0.45**2), rtol=1e-6)
    level, at = Level(jnp.asarray(0.6), jnp.asarray(0.4)), np.array([0.3, -1.1])
    ends = [(at - 0.6 * corner) / 0.4 for corner in (np.asarray(board.low), np.asarray(board.low + board.side))]
    density = np.prod((stats.norm.cdf(ends[0]) - stats.norm.cdf(ends[1])) / (0.6 / 0.45), axis=1).mean()
    np.testing.assert_allclose(board.log_density(level, jnp.asarray(at)), np.log(density), rtol=1e-4)
    return r"""
\begin{aligned}
&\frac{1}{b - a} \int_a^b \mathcal N(x;\, c_u x_0, r_u^2)\, dx_0 \\
&\quad = \frac{1}{c_u (b - a)} \biggl[ \Phi\!\left(\frac{x - c_u a}{r_u}\right) \\
&\qquad\quad - \Phi\!\left(\frac{x - c_u b}{r_u}\right) \biggr].
\end{aligned}"""

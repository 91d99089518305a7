"""The equations of the chapter on real images: the predictor that remembers, what judges count, and a slip."""

from itertools import combinations
from math import comb

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import linalg

from ddpm.chapters.real_images.best_of_class import BestOfClass
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import alpha_bar, beta, t
from ddpm.evaluate import expected_coverage, frechet_of_gaussians, loss_over_time, share_nearer
from ddpm.path import cosine_path
from ddpm.predict import convert_at
from ddpm.schedule import Schedule

n, m = sp.symbols("n m", positive=True)


def _three():
    """Three images of four pixels with two classes, a path, a time, and a state at it."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 4)), np.array([0, 1, 0]), cosine_path(), 0.4, rng.normal(size=4)


@numeric("eq-remembered", bound=1e-5)
def remembered():
    """The package's best predictor of images of one class, against Bayes' rule by hand."""
    images, labels, path, u, x = _three()
    level = path.level(u)
    c, r = float(level.signal), float(level.spread)
    kept = images[labels == 0]
    chance = np.exp(-np.sum((x - c * kept) ** 2, 1) / (2 * r**2))
    by_hand = chance @ kept / chance.sum()
    found = BestOfClass(path, images, labels)(jnp.asarray(x), jnp.asarray(u), jnp.asarray(0))
    return (
        r"""
\begin{aligned}
x^\star(x, u) &= \sum_{k=1}^K r_k(x)\, m_k, \\
r_k(x) &= \frac{\exp(-\lVert x - c_u m_k \rVert^2 / 2 r_u^2)}
{\sum_l \exp(-\lVert x - c_u m_l \rVert^2 / 2 r_u^2)}.
\end{aligned}""",
        np.abs(by_hand - np.asarray(found)).max(),
    )


@proof("eq-nearest-wins")
def nearest_wins():
    """The ratio of two responsibilities is an exponential; all but the first together are at most K - 1 times the
    largest of these, since the first is at most 1."""
    r = sp.Symbol("r", positive=True)
    near, far, gap = sp.symbols("near far gap", nonnegative=True)
    near_weight, far_weight = (sp.exp(-square / (2 * r**2)) for square in (near, far))
    prove(far_weight / near_weight, sp.exp(-gap / (2 * r**2)), using={gap: far - near})
    rng = np.random.default_rng(1)
    for r_u in (0.2, 0.5, 1.0):
        squares = np.sort(rng.uniform(0, 3, 6))
        share = np.exp(-squares / (2 * r_u**2)) / np.exp(-squares / (2 * r_u**2)).sum()
        assert 1 - share[0] <= 5 * np.exp(-(squares[1] - squares[0]) / (2 * r_u**2))
    return r"""
\begin{aligned}
1 - r_1(x) &\le (K - 1)\, \exp\Bigl(-\frac{\Gamma}{2 r_u^2}\Bigr), \\
\Gamma &= \lVert x - c_u m_2 \rVert^2 - \lVert x - c_u m_1 \rVert^2.
\end{aligned}"""


@definition("eq-loss-on-a-half")
def loss_on_a_half():
    """The package's loss over time is the mean over images and pixels of the squared error of v."""
    images, _, path, u, _ = _three()
    found = loss_over_time(jax.random.key(0), path, lambda x, u: 0.3 * x, images, jnp.array([u]))
    level = path.level(u)
    c, r = float(level.signal), float(level.spread)
    # E (v - 0.3 x)^2 with v = c noise - r x_0 and x = c x_0 + r noise, by the moments of the noise
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(20000, *images.shape))
    values = ((c * noise - r * images - 0.3 * (c * images + r * noise)) ** 2).mean(-1)
    assert abs(found.mean[0] - values.mean()) < 6 * values.mean(1).std()
    x_0 = jnp.asarray(images[0])
    state = c * x_0 + r * jnp.ones(4)
    np.testing.assert_allclose(convert_at(level, state, x_0, "x_0", "v"), c - r * images[0], rtol=1e-4)
    return r"""
\begin{aligned}
L_A(u) &:= \frac{1}{|A|\, D} \sum_{x_0 \in A} \mathbb E\, \lVert v - v_\theta(x_u, u) \rVert^2, \\
v &:= c_u\, \epsilon - r_u\, x_0.
\end{aligned}"""


@numeric("eq-frechet", bound=1e-8)
def frechet_distance():
    """The package's distance of two Gaussians, against the same with SciPy's root of a matrix that is not symmetric."""
    rng = np.random.default_rng(0)
    worst = 0.0
    for d in (1, 3, 8):
        roots = rng.normal(size=(2, d, d))
        C, other = (root @ root.T for root in roots)
        mean, other_mean = rng.normal(size=(2, d))
        by_scipy = np.sum((mean - other_mean) ** 2) + np.trace(C + other - 2 * np.real(linalg.sqrtm(C @ other)))
        worst = max(worst, abs(by_scipy - frechet_of_gaussians(mean, C, other_mean, other)))
    return (
        r"""
\begin{aligned}
d_{\mathrm F} &= \lVert a - b \rVert^2 \\
&\quad + \operatorname{tr}\bigl(A + B - 2\, (A^{1/2} B A^{1/2})^{1/2}\bigr).
\end{aligned}""",
        worst,
    )


@proof("eq-frechet-of-one")
def frechet_of_one():
    """The same for one feature, with the variances as squares of the deviations."""
    a, b = sp.symbols("a b", real=True)
    first, second = sp.symbols("s_a s_b", positive=True)
    general = (a - b) ** 2 + first**2 + second**2 - 2 * sp.sqrt(first * second**2 * first)
    prove(general, (a - b) ** 2 + (first - second) ** 2)
    assert abs(frechet_of_gaussians(np.zeros(1), np.eye(1), np.ones(1), 4 * np.eye(1)) - 2) < 1e-12
    return r"d_{\mathrm F} = (a - b)^2 + (s_a - s_b)^2."


@proof("eq-nearer-honest")
def nearer_honest():
    """With F the distribution of a distance, which is the same for all n + m images: the mean over the nearest of the
    n of the chance that all of the m lie farther off. And over all orders, for small numbers."""
    p = sp.Symbol("p", positive=True)
    of_nearest = n * p ** (n + m) / p  # p = 1 - F: none of the n - 1 others, and of the m, is nearer
    integral = n / (n + m) * p ** (n + m)
    prove(sp.diff(integral, p), of_nearest)
    prove(integral.subs(p, 1), n / (n + m))
    for a, b in ((1, 1), (3, 2), (2, 5)):
        first = sum(0 in places for places in combinations(range(a + b), a))
        assert first * (a + b) == a * comb(a + b, a)
    return r"P(\text{nearer to the $n$}) = \frac{n}{n + m}."


@proof("eq-copies")
def copies():
    """With share p of copies, which are nearer, and the rest honest; and the package's count of such samples."""
    p, s = sp.symbols("p s", real=True)
    prove(p * 1 + (1 - p) * sp.Rational(1, 2), s, using={s: (1 + p) / 2})
    prove(2 * s - 1, p, using={s: (1 + p) / 2})
    rng = np.random.default_rng(0)
    images, others, fresh = rng.normal(size=(3, 400, 2))
    copied = share_nearer(np.concatenate([images[:200], fresh[:200]]), images, others)
    assert copied.low < 0.75 < copied.high
    return r"""
s = p + \frac{1 - p}{2}, \qquad p = 2 s - 1."""


@numeric("eq-coverage-expected", bound=1e-12)
def coverage_expected():
    """An image is missed if, among the N - 1 other images and the M samples, in the order of their distance, the k
    nearest are images: counted over all orders, against the package's product."""
    worst = 0.0
    for k, M, N in ((1, 3, 4), (2, 6, 5), (3, 4, 7), (5, 3, 9)):
        orders = list(combinations(range(M + N - 1), M))  # the places of the samples
        missed = sum(min(places) >= k for places in orders) / len(orders)
        worst = max(worst, abs(1 - missed - expected_coverage(M, N, k)))
    return (
        r"""
\mathbb E[\text{coverage}] = 1 - \prod_{i=1}^{k} \frac{N - i}{M + N - i}.""",
        worst,
    )


@proof("eq-slipped-variance")
def slipped_variance():
    """The right variance as in the package; with alpha_bar_t above, too, the fraction is 1."""
    schedule = Schedule.from_betas([0.1, 0.3, 0.5])
    bar, b = np.asarray(schedule.alpha_bar, np.float64), np.asarray(schedule.beta, np.float64)
    by_hand = b[1:] * (1 - bar[:-1]) / (1 - bar[1:])
    np.testing.assert_allclose(schedule.posterior_variance[1:], by_hand, rtol=1e-5)
    prove(beta[t] * (1 - alpha_bar[t]) / (1 - alpha_bar[t]), beta[t])
    return r"""
\begin{aligned}
\text{used:} \quad & \beta_t\, \frac{1 - \bar\alpha_t}{1 - \bar\alpha_t} = \beta_t, \\
\text{right:} \quad & \tilde\beta_t = \beta_t\, \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}.
\end{aligned}"""

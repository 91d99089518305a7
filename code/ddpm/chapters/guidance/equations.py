"""The equations of the chapter on guidance: Bayes' rule for scores, the guided field, and what it draws."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from ddpm.derivation.gaussians import Normal
from ddpm.derivation.registry import definition, proof
from ddpm.derivation.settle import prove
from ddpm.mixture import log_density, mixture, responsibilities, score
from ddpm.sample import OfClass

x, w = sp.symbols("x w", real=True)
means, shares = sp.symbols("m_1:3", real=True), sp.symbols("pi_1:3", positive=True)
variances = sp.symbols("V_1:3", positive=True)  # of the noised classes
nu_k, nu, s = sp.symbols("nu_k nu s", positive=True)
CLASSES = [sp.exp(Normal(x, m, v).log) for m, v in zip(means, variances)]
ANY = sum(share * bell for share, bell in zip(shares, CLASSES))


def _slope(log):
    return sp.diff(log, x)


@proof("eq-bayes-score")
def bayes_score():
    """Of two classes with any densities: at x these are q_1 and q_2, with slopes d_1 and d_2; the share of the class
    has no slope."""
    q, d = sp.symbols("q_1:3", positive=True), sp.symbols("d_1:3", real=True)
    any_, slope = (sum(share * value for share, value in zip(shares, of)) for of in (q, d))
    posterior = shares[0] * q[0] / any_
    rise = shares[0] * (d[0] * any_ - q[0] * slope) / any_**2
    prove(d[0] / q[0], slope / any_ + rise / posterior)
    return r"""
\begin{aligned}
\nabla \log q_u(x \mid k) &= \nabla \log q_u(x) \\
&\quad + \nabla \log P_u(k \mid x).
\end{aligned}"""


@definition("eq-guided-score")
def guided_score():
    """Both forms, on two classes; and the package's prediction."""
    posterior = shares[0] * CLASSES[0] / ANY
    of_class, of_any = _slope(sp.log(CLASSES[0])), _slope(sp.log(ANY))
    prove(of_class + w * _slope(sp.log(posterior)), (1 + w) * of_class - w * of_any)
    said = {None: 0.7, 3: -0.2}
    found = OfClass(lambda x, u, label=None: said[label] * x, 3, 1.5)(jnp.ones(2), jnp.asarray(0.5))
    np.testing.assert_allclose(found, (1 + 1.5) * said[3] - 1.5 * said[None], rtol=1e-6)
    return r"""
\begin{aligned}
\mathbf s_w(x, u) &:= \nabla \log q_u(x \mid k) \\
&\quad + w\, \nabla \log P_u(k \mid x) \\
&= (1 + w)\, \nabla \log q_u(x \mid k) \\
&\quad - w\, \nabla \log q_u(x).
\end{aligned}"""


@proof("eq-untold")
def untold():
    """The best noise of any image is the mean of those of the classes: of two, within each the noise is linear in x."""
    r = sp.Symbol("r_u", positive=True)
    chances = [share * bell / ANY for share, bell in zip(shares, CLASSES)]
    of_class = [-r * _slope(sp.log(bell)) for bell in CLASSES]
    prove(sum(chance * noise for chance, noise in zip(chances, of_class)), -r * _slope(sp.log(ANY)))
    return r"""
\begin{aligned}
\epsilon^\star(x, u) &= \mathbb E[\epsilon \mid x_u = x] \\
&= \sum_k P_u(k \mid x)\; \epsilon^\star(x, u, k).
\end{aligned}"""


@definition("eq-tilted")
def tilted():
    """Both forms have the same shape, and its slope is the guided score without noise: on three hills in the plane."""
    hills = np.array([[-1.0, 0.2], [0.5, 1.0], [0.8, -0.7]])
    everything, of_class = mixture(hills, 0.3, [0.2, 0.3, 0.5]), mixture(hills[:2], 0.3, [0.4, 0.6])
    strength, places = 1.5, jnp.asarray(np.random.default_rng(0).normal(size=(5, 2)))

    def first(z):
        return log_density(of_class, z) + strength * jnp.log(responsibilities(everything, z)[:2].sum())

    def second(z):
        return (1 + strength) * log_density(of_class, z) - strength * log_density(everything, z)

    @jax.jit
    @jax.vmap
    def of_both(z):
        guided = (1 + strength) * score(of_class, z) - strength * score(everything, z)
        return first(z) - second(z), jax.grad(first)(z) - guided

    apart, slopes = of_both(places)
    np.testing.assert_allclose(apart, apart[0], atol=1e-4)
    np.testing.assert_allclose(slopes, 0.0, atol=1e-4)
    return r"""
\begin{aligned}
p_w(x) &:= \frac{1}{Z_w}\; q_0(x \mid k)\; P_0(k \mid x)^w \\
&\propto q_0(x \mid k)^{1 + w}\; q_0(x)^{-w}.
\end{aligned}"""


TILT = nu * nu_k / ((1 + w) * nu - w * nu_k)
PULL = (1 + w) / (nu_k + s) - w / (nu + s)  # minus the guided score, over x, where noise of variance s was added


@proof("eq-tilted-gaussian")
def tilted_gaussian():
    """The log of the tilted density is a parabola; its curvature."""
    log = (1 + w) * Normal(x, 0, nu_k).log - w * Normal(x, 0, nu).log
    prove(-sp.diff(log, x, 2), 1 / TILT)
    return r"""
\frac{1}{V_{\mathrm{tilt}}} = \frac{1 + w}{\nu_k} - \frac{w}{\nu}."""


@proof("eq-guided-gaussian")
def guided_gaussian():
    """Along the variance s of the noise, c_u = 1: dx/ds = x PULL / 2 for the ODE, so V' = PULL V; for the SDE, which
    has the whole score and noise of variance ds, V' = 2 PULL V - 1. Both begin as s without end."""
    scale = (nu_k + s) ** (1 + w) * (nu + s) ** (-w)
    prove(sp.diff(sp.log(scale), s), PULL)
    ode = nu_k ** (1 + w) * nu ** (-w)
    prove(scale.subs(s, 0), ode)
    # N(0, s) has the variance s scale(0) / scale(s) at the end of the way from s, and scale(s) / s goes to 1
    strength = sp.Symbol("w", positive=True)
    assert sp.limit((scale / s).subs({w: strength, nu_k: 2, nu: 5}).subs(strength, 3), s, sp.oo) == 1
    grown = (nu + s) ** (2 * w + 1) * (nu_k + s) ** (-2 * w - 1)
    inside = (grown - 1) / ((2 * w + 1) * (nu - nu_k))  # of d s / scale^2, from s on without end
    prove(sp.diff(inside, s), -1 / scale**2)
    assert inside.subs({w: 3, nu_k: 2, nu: 5}).limit(s, sp.oo) == 0
    sde = scale**2 * inside
    prove(sp.diff(sde, s), 2 * PULL * sde - 1)
    final = nu_k * (nu - nu_k ** (1 + 2 * w) * nu ** (-2 * w)) / ((2 * w + 1) * (nu - nu_k))
    prove(sde.subs(s, 0), final)
    prove(final.subs(w, 0), nu_k)
    for variance in (ode, TILT):
        prove(variance.subs(w, 0), nu_k)
    return r"""
\begin{aligned}
V_{\mathrm{ODE}} &= \nu_k \left( \frac{\nu_k}{\nu} \right)^{w}, \\
V_{\mathrm{SDE}} &= \nu_k\, \frac{\nu - \nu_k\, (\nu_k / \nu)^{2 w}}{(2 w + 1)\, (\nu - \nu_k)}.
\end{aligned}"""


@proof("eq-guided-is-not-noised")
def guided_is_not_noised():
    """The pull of the guided field less that of the tilted density with noise of variance s, c_u = 1."""
    gap = PULL - 1 / (TILT + s)
    closed = w * (1 + w) * s * (nu - nu_k) ** 2 / ((nu_k + s) * (nu + s) * (nu * nu_k + s * ((1 + w) * nu - w * nu_k)))
    prove(gap, closed)
    of_class, of_any = (-(x - mean) / (nu + s) for mean in means)  # of one variance, with means of their own
    shifted = means[0] + w * (means[0] - means[1])  # the tilted density is a Gaussian there, with this mean
    prove((1 + w) * of_class - w * of_any, -(x - shifted) / (nu + s))
    tilt = (1 + w) * Normal(x, means[0], nu).log - w * Normal(x, means[1], nu).log
    prove(sp.diff(tilt, x), -(x - shifted) / nu)
    return r"""
\begin{aligned}
&\Bigl( \frac{1 + w}{\nu_k + s} - \frac{w}{\nu + s} \Bigr) - \frac{1}{V_{\mathrm{tilt}} + s} \\
&\quad = \frac{w\, (1 + w)\, s\, (\nu - \nu_k)^2}{(\nu_k + s)\, (\nu + s)\, N}, \\
&N := \nu\, \nu_k + s\, \bigl( (1 + w)\, \nu - w\, \nu_k \bigr).
\end{aligned}"""

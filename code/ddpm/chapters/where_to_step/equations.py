"""The equations of the chapter *Where to step, and when to stop*."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from ddpm.derivation.registry import definition, proof
from ddpm.derivation.settle import prove
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import edm, straight
from ddpm.sample import ddim, karras, spaced_t

theta = sp.Symbol("theta", positive=True)
nu, zeta = sp.Symbol("nu", positive=True), sp.Symbol("zeta", real=True)


@proof("eq-even-angle")
def even_angle():
    """Jensen's inequality for log cos, whose second derivative is below 0; and the first terms of a series in 1 / N."""
    prove(sp.simplify(sp.diff(sp.log(sp.cos(theta)), theta, 2)), -1 / sp.cos(theta) ** 2)
    whole, k = sp.symbols("Theta k", positive=True)
    series = sp.series(sp.exp(sp.series(sp.log(sp.cos(whole * k)), k, 0, 5).removeO() / k), k, 0, 2).removeO()
    prove(series, 1 - whole**2 / 2 * k)  # k is 1 / N
    angles = np.random.default_rng(0).dirichlet(np.ones(6), 1000) * 1.4
    assert (np.cos(angles).prod(1) <= np.cos(1.4 / 6) ** 6 + 1e-12).all()
    return r"""
\begin{aligned}
\prod_{i=0}^{N-1} \cos(\theta_i - \theta_{i+1}) &\le \cos^N \frac{\Theta}{N} \\
&= 1 - \frac{\Theta^2}{2 N} + O(N^{-2}).
\end{aligned}"""


@proof("eq-angle-density")
def angle_density():
    level = sp.Symbol("Lambda", real=True)
    of_level = sp.atan(sp.exp(-level / 2) / sp.sqrt(nu))
    density = 1 / (4 * sp.cosh((level + sp.log(nu)) / 2))
    prove(sp.simplify((-sp.diff(of_level, level) / density).rewrite(sp.exp)), sp.Integer(1))
    return r"""
-\frac{\mathrm d \theta}{\mathrm d \Lambda} = \frac{1}{4 \cosh \frac{\Lambda + \log \nu}{2}}."""


@definition("eq-karras-grid")
def karras_grid():
    """The package's times on the path whose time is the noise, against the formula."""
    sigma = (5 ** (1 / 7) + np.arange(9) / 8 * (0.05 ** (1 / 7) - 5 ** (1 / 7))) ** 7
    np.testing.assert_allclose(5 * karras(edm(5.0), 1.0, 0.01, 8), sigma, rtol=1e-4)
    return r"""
\varsigma_i := \Bigl( \varsigma_0^{1/\rho} + \frac{i}{N} \bigl( \varsigma_N^{1/\rho} - \varsigma_0^{1/\rho} \bigr)
\Bigr)^{\rho}."""


@definition("eq-spacings")
def spacings():
    """The package's t, for T = 1000 and 10 steps, and for a number of steps that does not divide T."""
    for steps in (10, 7):
        k = np.arange(steps)
        np.testing.assert_array_equal(spaced_t(1000, steps, "leading")[:-1], 1 + (steps - 1 - k) * (1000 // steps))
        np.testing.assert_array_equal(spaced_t(1000, steps, "trailing")[:-1], np.round(1000 - k * 1000 / steps))
        even = 1 + np.round((steps - 1 - k) * 999 / (steps - 1))
        np.testing.assert_array_equal(spaced_t(1000, steps, "linspace")[:-1], even)
    return r"""
\begin{aligned}
\text{leading:} &\quad t_i := 1 + (N - 1 - i) \lfloor T / N \rfloor, \\
\text{trailing:} &\quad t_i := T - i\, T / N, \\
\text{linspace:} &\quad t_i := 1 + (N - 1 - i)\, \tfrac{T - 1}{N - 1}.
\end{aligned}"""


@proof("eq-noise-forgets")
def noise_forgets():
    """From the step q(x_s | x_u) of jointly Gaussian states; and by draws of DDIM with eta = 1."""
    V_s, V_u, C = sp.symbols("V_s V_u C", positive=True)  # variances, and the covariance of x_s and x_u
    after = V_s - C**2 / V_u + (C / V_u) ** 2 * (1 + zeta) * V_u
    prove(sp.simplify(after / V_s), 1 + C**2 / (V_s * V_u) * zeta)
    path, variance = straight(), 0.3
    oracle, times = PathOracle(path, mixture([[0.0]], variance)), jnp.linspace(0.7, 0.3, 201)
    (c, r), (c_, r_) = ((float(level.signal), float(level.spread)) for level in (path.level(0.7), path.level(0.3)))
    V, V_ = c**2 * variance + r**2, c_**2 * variance + r_**2
    correlation_2 = (c / c_ * V_) ** 2 / (V * V_)  # x_u = c / c' x_s + fresh noise
    keys, x = jax.random.split(jax.random.key(0), 20_000), jax.random.normal(jax.random.key(1), (20_000, 1))
    run = jax.jit(jax.vmap(lambda key, x: ddim(key, path, oracle, x, times, 1.0)[0]))
    variance_after = np.asarray(run(keys, np.sqrt(2 * V) * x), np.float64).var() / V_  # zeta = 1
    assert abs(variance_after - (1 + correlation_2)) < 5 * np.sqrt(2 / 20_000) * 2 + 0.01
    return r"""
\begin{aligned}
\text{ODE:} \quad &(1 + \zeta)\, V_u \;\mapsto\; (1 + \zeta)\, V_s, \\
\text{SDE:} \quad &(1 + \zeta)\, V_u \;\mapsto\; (1 + \kappa_{su}^2\, \zeta)\, V_s.
\end{aligned}"""

"""The equations of the chapter on the closed form."""

import jax.numpy as jnp
import numpy as np
import sympy as sp

import ddpm
from ddpm.derivation.registry import definition, proof
from ddpm.forward import q_mean_variance, q_sample

BETAS = [0.02, 0.3, 0.05, 0.6]


def _must_vanish(*differences):
    for difference in differences:
        if sp.simplify(difference) != 0:
            raise ValueError(f"{difference} is not 0")


@proof("eq-step-sample")
def step_sample():
    """The sampled step has the mean and the variance of the step, by integration."""
    alpha, x_prev = sp.symbols("alpha x_prev", positive=True)
    noise = sp.Symbol("noise", real=True)
    normal = sp.exp(-(noise**2) / 2) / sp.sqrt(2 * sp.pi)
    x_t = sp.sqrt(alpha) * x_prev + sp.sqrt(1 - alpha) * noise
    mean = sp.integrate(sp.expand(x_t * normal), (noise, -sp.oo, sp.oo))
    second = sp.integrate(sp.expand(x_t**2 * normal), (noise, -sp.oo, sp.oo))
    _must_vanish(mean - sp.sqrt(alpha) * x_prev, second - mean**2 - (1 - alpha))
    return r"""
\begin{aligned}
x_t &= \sqrt{\alpha_t}\, x_{t-1} + \sqrt{1 - \alpha_t}\; \epsilon_t, \\
\epsilon_t &\sim \mathcal N(0, 1),
\end{aligned}"""


@proof("eq-sum-of-gaussians")
def sum_of_gaussians():
    """Characteristic functions multiply; and the one used is that of a standard normal."""
    a, b, k, x = sp.symbols("a b k x", real=True)

    def characteristic(variance):
        return sp.exp(-variance * k**2 / 2)

    integral = sp.integrate(sp.cos(k * x) * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), (x, -sp.oo, sp.oo))
    _must_vanish(characteristic(a**2) * characteristic(b**2) - characteristic(a**2 + b**2), integral - characteristic(1))
    return r"a\, \epsilon + b\, \epsilon' \;\sim\; \mathcal N(0,\ a^2 + b^2)."


@proof("eq-recurrence")
def recurrence():
    """Factor and variance are read off an affine map: one step applied to m x_0 + sqrt(v) e, with fresh noise e_t."""
    alpha, m, v, x_0, e, e_t = sp.symbols("alpha m v x_0 e e_t", positive=True)
    x_t = sp.expand(sp.sqrt(alpha) * (m * x_0 + sp.sqrt(v) * e) + sp.sqrt(1 - alpha) * e_t)
    variance = x_t.coeff(e) ** 2 + x_t.coeff(e_t) ** 2
    _must_vanish(x_t.coeff(x_0) - sp.sqrt(alpha) * m, variance - (alpha * v + 1 - alpha))
    return r"""
\begin{aligned}
m_t &= \sqrt{\alpha_t}\; m_{t-1}, \\
v_t &= \alpha_t\, v_{t-1} + 1 - \alpha_t,
\end{aligned}"""


@proof("eq-induction")
def induction():
    alpha, bar = sp.symbols("alpha bar", positive=True)
    _must_vanish(sp.sqrt(alpha) * sp.sqrt(bar) - sp.sqrt(alpha * bar), alpha * (1 - bar) + 1 - alpha - (1 - alpha * bar))
    return r"""
\begin{aligned}
m_t &= \sqrt{\alpha_t}\, \sqrt{\bar\alpha_{t-1}} = \sqrt{\bar\alpha_t}, \\
v_t &= \alpha_t (1 - \bar\alpha_{t-1}) + 1 - \alpha_t \\
    &= 1 - \bar\alpha_t,
\end{aligned}"""


@proof("eq-closed-form")
def closed_form():
    mean, variance = 1.0, 0.0
    schedule = ddpm.Schedule.from_betas(BETAS)
    for t, beta in enumerate(BETAS, start=1):
        mean, variance = mean * (1 - beta) ** 0.5, variance * (1 - beta) + beta
        np.testing.assert_allclose(q_mean_variance(schedule, jnp.asarray(1.0), t), (mean, variance), rtol=1e-6)
    return r"""
\begin{aligned}
&q(x_t \mid x_0) \\
&\quad = \mathcal N\bigl(x_t;\ \sqrt{\bar\alpha_t}\, x_0,\ (1 - \bar\alpha_t) I\bigr),
\end{aligned}"""


@definition("eq-q-sample")
def draw():
    x_0, noise, bar = 1.5, -0.7, float(np.prod(1 - np.array(BETAS)))
    ours = q_sample(ddpm.Schedule.from_betas(BETAS), jnp.asarray(x_0), 4, jnp.asarray(noise))
    np.testing.assert_allclose(ours, bar**0.5 * x_0 + (1 - bar) ** 0.5 * noise, rtol=1e-5)
    return r"""
\begin{aligned}
x_t &= \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\; \epsilon, \\
\epsilon &\sim \mathcal N(0, I).
\end{aligned}"""


@proof("eq-jump")
def jump():
    """The chain after s is a chain of its own, with the alphas after s."""
    whole, rest = ddpm.Schedule.from_betas(BETAS), ddpm.Schedule.from_betas(BETAS[1:])
    ratio = float(whole.alpha_bar[4] / whole.alpha_bar[1])
    np.testing.assert_allclose(q_mean_variance(rest, jnp.asarray(2.0), 3), (2 * ratio**0.5, 1 - ratio), rtol=1e-5)
    return r"""
\begin{aligned}
&q(x_t \mid x_s) \\
&\quad = \mathcal N\Bigl(x_t;\ \sqrt{\tfrac{\bar\alpha_t}{\bar\alpha_s}}\; x_s,\ \bigl(1 - \tfrac{\bar\alpha_t}{\bar\alpha_s}\bigr) I\Bigr).
\end{aligned}"""

"""The equations of the chapter on small steps: the SDE of the chain, the two ways back, the ancestral step as one of
theirs."""

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from ddpm.chapters.small_steps import calculus, dialects  # noqa: F401  (registers its equations)
from ddpm.chapters.small_steps.calculus import Mixture, along_u, of_unknown_density, taylor
from ddpm.derivation.registry import definition, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.symbols import c_u, dc_u, dr_u, epsilon, f_u, g_u, r_u, score_u, x, x_u
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import schedule_on, vp
from ddpm.predict import mean_from_noise
from ddpm.process.sde import forward_sde

h, z, u = sp.Symbol("h", positive=True), sp.Symbol("z", real=True), sp.Symbol("u", positive=True)
DRIFT, DIFFUSION_2 = dc_u / c_u, along_u(r_u**2) - 2 * dc_u / c_u * r_u**2
VELOCITY = f_u * x_u - g_u**2 / 2 * score_u


@proof("eq-limit-signal")
def limit_of_the_signal():
    """The share of the variance that T u steps of variance g^2 / T leave to the image."""
    T = sp.Symbol("T", positive=True)
    prove(sp.limit((1 - g_u**2 / T) ** (u * T), T, sp.oo), sp.exp(-(g_u**2) * u))
    return r"\lim_{T \to \infty} \left(1 - \frac{g^2}{T}\right)^{u T} = e^{-g^2 u}."


@proof("eq-small-step")
def small_step():
    """One step of the chain with beta = g^2 h, for its factor of x; the noise is exact."""
    factor = sp.series(sp.sqrt(1 - g_u**2 * h), h, 0, 3).removeO()
    prove(factor, 1 - g_u**2 * h / 2 - g_u**4 * h**2 / 8)
    return r"""
\begin{aligned}
x_{u+h} &= \sqrt{1 - g^2 h}\; x_u + \sqrt{g^2 h}\; z \\
&= x_u - \tfrac{1}{2} g^2 x_u\, h + g \sqrt{h}\, z \\
&\quad - \tfrac{1}{8} g^4 x_u\, h^2 + O(h^3),
\end{aligned}"""


@definition("eq-sde")
def the_sde():
    """A step of the package: linear in x, with noise that grows as the root of the step and has the right variance."""
    path, start, step, places = vp(), 0.4, 0.01, jnp.linspace(-2, 2, 20_000)
    f, g_2 = float(path.drift(start)), float(path.diffusion_squared(start))

    def after(x, length):
        return np.asarray(forward_sde(jax.random.key(0), path, x, jnp.array([start, start + length]))[0], np.float64)

    noise = after(0 * places, step)
    np.testing.assert_allclose(after(places, step) - noise, (1 + f * step) * places, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after(0 * places, step / 4), noise / 2, rtol=1e-4, atol=1e-6)
    assert abs(noise.var() / (g_2 * step) - 1) < 5 * np.sqrt(2 / noise.size)
    return r"""
\begin{aligned}
dx &= f_u\, x\, du + g_u\, d\mathbf w_u, \\
x_{u+h} &= x_u + f_u\, x_u\, h + g_u \sqrt{h}\, z.
\end{aligned}"""


@proof("eq-moments")
def moments():
    """What one Euler-Maruyama step does to the factor of x_0 and to the variance, divided by h, for ever smaller h."""
    M, V = sp.symbols("M V", positive=True)
    prove(sp.limit(((1 + f_u * h) * M - M) / h, h, 0), f_u * M)
    prove(sp.limit(((1 + f_u * h) ** 2 * V + g_u**2 * h - V) / h, h, 0), 2 * f_u * V + g_u**2)
    return r"""
\begin{aligned}
M_u' &= f_u\, M_u, & M_0 &= 1, \\
V_u' &= 2 f_u\, V_u + g_u^2, & V_0 &= 0.
\end{aligned}"""


@proof("eq-drift-diffusion")
def drift_and_diffusion():
    """Both equations for the moments, with c and r^2 put in for M and V; and the noise in units of the clean image."""
    prove(dc_u, DRIFT * c_u)
    prove(along_u(r_u**2), 2 * DRIFT * r_u**2 + DIFFUSION_2)
    prove(along_u(sp.log(c_u)), DRIFT)
    prove(DIFFUSION_2, c_u**2 * along_u(r_u**2 / c_u**2))
    return r"""
\begin{aligned}
f_u &= \frac{c_u'}{c_u} = (\log c_u)', \\
g_u^2 &= (r_u^2)' - 2 f_u\, r_u^2 = c_u^2 \left(\frac{r_u^2}{c_u^2}\right)'.
\end{aligned}"""


@proof("eq-ito")
def ito():
    """The Taylor series of phi to the fourth power of the step, averaged over z: what is of first order in h."""
    slopes = sp.symbols("phi_0:5", real=True)
    mean = calculus.mean_over_noise(taylor(slopes, f_u * x_u * h + g_u * sp.sqrt(h) * z), z)
    prove(mean.coeff(h, 0), slopes[0])
    prove(mean.coeff(h, 1), f_u * x_u * slopes[1] + g_u**2 / 2 * slopes[2])
    return r"""
\begin{aligned}
&\mathbb E_z[\phi(x_{u+h})] = \phi(x_u) \\
&\quad + h \left(f_u x_u\, \phi'(x_u) + \tfrac{1}{2} g_u^2\, \phi''(x_u)\right) \\
&\quad + O(h^2).
\end{aligned}"""


@proof("eq-fokker-planck")
def fokker_planck():
    """The two integrands differ by the derivative of what vanishes at both ends; in each coordinate."""
    q, phi = of_unknown_density("q"), of_unknown_density("phi")
    drift = f_u * x_u
    forward = q(0) * (drift * phi(1) + g_u**2 / 2 * phi(2))
    backward = phi(0) * (-calculus.slope(drift * q(0)) + g_u**2 / 2 * q(2))
    ends = drift * q(0) * phi(0) + g_u**2 / 2 * (q(0) * phi(1) - q(1) * phi(0))
    calculus.prove_of_unknown(forward - backward, calculus.slope(ends))
    return r"""
\frac{\partial q_u}{\partial u} = -\nabla \cdot (f_u\, x\, q_u) + \tfrac{1}{2} g_u^2\, \Delta q_u."""


@proof("eq-mixture-marginal")
def marginal_of_a_mixture():
    """Two components with two variances solve the Fokker-Planck equation in two dimensions, whatever the path is."""
    m, v = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
    prove(along_u(c_u * m), DRIFT * c_u * m)
    variance = c_u**2 * v + r_u**2
    prove(along_u(variance), 2 * DRIFT * variance + DIFFUSION_2)
    q = Mixture(2, 2)
    spreading = q.divergence([q.by(axis, q.density) for axis in q.place])
    carried = q.divergence([f_u * axis * q.density for axis in q.place])
    prove(q.by_u(q.density), g_u**2 / 2 * spreading - carried)
    return r"""
\begin{aligned}
q_u(x) &= \sum_{k=1}^{K} \pi_k\, \mathcal N\left(x;\ c_u m_k,\ \nu_{k,u} I\right), \\
\nu_{k,u} &= c_u^2 \nu_k + r_u^2.
\end{aligned}"""


@proof("eq-continuity")
def continuity():
    """The spreading is a flow down the density's own slope: div grad q = div (q grad log q)."""
    q = of_unknown_density("q")
    velocity = f_u * x_u - g_u**2 / 2 * q(1) / q(0)
    calculus.prove_of_unknown(-calculus.slope(f_u * x_u * q(0)) + g_u**2 / 2 * q(2), -calculus.slope(velocity * q(0)))
    return r"""
\begin{aligned}
\frac{\partial q_u}{\partial u} &= -\nabla \cdot \bigl(\mathbf v(x, u)\, q_u\bigr), \\
\mathbf v(x, u) &:= f_u\, x - \tfrac{1}{2} g_u^2\, \nabla \log q_u(x).
\end{aligned}"""


@proof("eq-flow-ode")
def flow_ode():
    """The continuity equation with the mixture's own density and score, exactly; and the package's velocity."""
    at, path, oracle = jnp.array([0.3]), vp(), PathOracle(vp(), mixture([[-1.0], [0.8]], [0.1, 0.4]))
    by_hand = path.drift(0.4) * at - path.diffusion_squared(0.4) / 2 * oracle.score(at, 0.4)
    np.testing.assert_allclose(oracle.velocity(at, 0.4), by_hand, rtol=1e-4)
    q = Mixture(2, 1)
    velocity = [f_u * axis - g_u**2 / 2 * score for axis, score in zip(q.place, q.score())]
    prove(q.by_u(q.density), -q.divergence([v * q.density for v in velocity]))
    return r"\frac{dx}{du} = \mathbf v(x, u)."


@proof("eq-reverse-sde")
def reverse_sde():
    """Run by s = 1 - u: its Fokker-Planck equation takes q_u to q_{u-h}, for any density and for the mixture."""
    q = of_unknown_density("q")
    change = -calculus.slope(f_u * x_u * q(0)) + g_u**2 / 2 * q(2)
    backwards = -(f_u * x_u - g_u**2 * q(1) / q(0))
    calculus.prove_of_unknown(-calculus.slope(backwards * q(0)) + g_u**2 / 2 * q(2), -change)
    q = Mixture(2, 1)
    backwards = [-(f_u * axis - g_u**2 * score) for axis, score in zip(q.place, q.score())]
    spreading = q.divergence([q.by(axis, q.density) for axis in q.place])
    prove(-q.divergence([v * q.density for v in backwards]) + g_u**2 / 2 * spreading, -q.by_u(q.density))
    return r"""
\begin{aligned}
dx &= \left(f_u\, x - g_u^2\, \nabla \log q_u(x)\right) du \\
&\quad + g_u\, d\bar{\mathbf w}_u.
\end{aligned}"""


@proof("eq-reverse-step")
def reverse_step():
    """One Euler-Maruyama step back is Euler's step for the ODE and a Langevin step of size eta = g^2 h / 2."""
    eta = g_u**2 * h / 2
    step = x_u - h * (f_u * x_u - g_u**2 * score_u) + g_u * sp.sqrt(h) * z
    prove(step, x_u - h * VELOCITY + eta * score_u + sp.sqrt(2 * eta) * z)
    return r"""
\begin{aligned}
x_{u-h} &= x_u - h \left(f_u x_u - g_u^2\, \nabla \log q_u(x_u)\right) \\
&\quad + g_u \sqrt{h}\, z \\
&= x_u - h\, \mathbf v(x_u, u) \\
&\quad + \tfrac{1}{2} g_u^2 h\, \nabla \log q_u(x_u) + \sqrt{g_u^2 h}\, z.
\end{aligned}"""


@proof("eq-ancestral-mean")
def ancestral_mean():
    """The mean of the ancestral step to second order in h = 1 / T, for a path that keeps c^2 + r^2 = 1."""
    schedule, at, push = schedule_on(vp(), 8), jnp.array([0.7, -0.2]), jnp.array([0.4, 1.1])
    beta_5 = float(schedule.beta[5])
    of_package = mean_from_noise(schedule, at, 5, -jnp.sqrt(schedule.one_minus_alpha_bar[5]) * push)
    np.testing.assert_allclose(of_package, (at + beta_5 * push) / np.sqrt(1 - beta_5), rtol=1e-4)
    slope = sp.Symbol("f'_u", real=True)
    beta = calculus.beta_of_a_step(f_u, slope, h)
    mean = (x_u + beta * score_u) / sp.sqrt(1 - beta)
    series = sp.expand(sp.series(mean, h, 0, 3).removeO())
    reverse = x_u - h * (f_u * x_u + 2 * f_u * score_u)  # g^2 = -2 f where c^2 + r^2 = 1
    rest = ((f_u**2 + slope) / 2 * x_u + slope * score_u) * h**2
    prove(series, reverse + rest)
    prove(DIFFUSION_2.subs(dr_u, -c_u * dc_u / r_u), -2 * DRIFT * (c_u**2 + r_u**2))
    return r"""
\begin{aligned}
&\frac{1}{\sqrt{\alpha_t}} \left(x_t + \beta_t\, \nabla \log q_u(x_t)\right) \\
&\quad = x_t - h \left(f_u x_t - g_u^2\, \nabla \log q_u(x_t)\right) \\
&\quad\quad + \tfrac{1}{2} h^2 (f_u^2 + f_u')\, x_t \\
&\quad\quad + h^2 f_u'\, \nabla \log q_u(x_t) + O(h^3).
\end{aligned}"""


@proof("eq-ancestral-variance")
def ancestral_variance():
    """Both usual variances of a reverse step to second order in h."""
    slope = sp.Symbol("f'_u", real=True)
    beta = calculus.beta_of_a_step(f_u, slope, h)
    bar = sp.Symbol("c_2", positive=True)  # alpha_bar_t, so that alpha_bar_{t-1} = alpha_bar_t / (1 - beta_t)
    beta_tilde = (1 - bar / (1 - beta)) / (1 - bar) * beta
    first = sp.expand(sp.series(beta, h, 0, 3).removeO())
    second = sp.simplify(sp.series(beta_tilde, h, 0, 3).removeO().coeff(h, 2))
    prove(first, -2 * f_u * h + (slope - 2 * f_u**2) * h**2)
    prove(second, slope - 2 * f_u**2 - 4 * f_u**2 * bar / (1 - bar))
    return r"""
\begin{aligned}
\beta_t &= g_u^2 h + \left(f_u' - 2 f_u^2\right) h^2 + O(h^3), \\
\tilde\beta_t &= \beta_t - g_u^4\, \frac{c_u^2}{r_u^2}\, h^2 + O(h^3).
\end{aligned}"""


@proof("eq-velocity-pair")
def velocity_of_a_pair():
    """The velocity with x = c x_0 + r epsilon and the score -epsilon / r put in."""
    put_in = VELOCITY.subs({f_u: DRIFT, g_u: sp.sqrt(DIFFUSION_2), score_u: -epsilon / r_u})
    prove(put_in.subs(x_u, c_u * x[0] + r_u * epsilon), dc_u * x[0] + dr_u * epsilon)
    return r"\mathbf v(x, u) = c_u'\, x^\star + r_u'\, \epsilon^\star."

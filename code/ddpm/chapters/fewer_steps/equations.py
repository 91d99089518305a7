"""The equations of the chapter on fewer steps: DDIM's family and its two ends, one Gaussian in closed form, the errors
of one step of DDIM, Heun and DPM-Solver++ 2M."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from equinox import filter_jit

from ddpm.chapters.small_steps.calculus import along_u
from ddpm.derivation.chain import Chain
from ddpm.derivation.registry import definition, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Together
from ddpm.derivation.symbols import (
    alpha,
    alpha_bar,
    as_written,
    beta,
    beta_tilde,
    c_i,
    c_next,
    c_u,
    dc_u,
    dr_u,
    epsilon,
    f_u,
    family,
    r_i,
    r_next,
    r_u,
    sigma_i,
    sqrt,
    t,
    x,
    x_i,
)
from ddpm.level import Level, noised
from ddpm.mixture import mixture
from ddpm.oracle import PathOracle
from ddpm.path import cosine_path
from ddpm.sample import ddim_step, dpm_solver, dpm_solver_weights
from ddpm.sample.ddim import predicted

i = sp.Symbol("i", integer=True, positive=True)
h, nu = sp.Symbol("h", real=True), sp.Symbol("nu", positive=True)
now, after = sp.symbols("varsigma_i varsigma_next", positive=True)  # r / c before and after a step
KEPT = sqrt(r_next**2 - sigma_i**2)
X_0 = (x_i - r_i * epsilon) / c_i


@definition("eq-ddim-family")
def the_family():
    """The package's step with the true image in the place of the predicted one, for three shares of fresh noise."""
    rng = np.random.default_rng(0)
    x_0, e, z = (jnp.asarray(values, jnp.float32) for values in rng.normal(size=(3, 4)))
    before, after = (Level(*map(jnp.asarray, level)) for level in ((0.3, 1.1), (0.6, 0.8)))
    for eta in (0.0, 0.5, 1.0):
        deviation = eta * 0.8 * np.sqrt(1 - (0.8 / 0.6 * 0.3 / 1.1) ** 2)
        by_hand = 0.6 * x_0 + np.sqrt(0.8**2 - deviation**2) * e + deviation * z
        ours = ddim_step(before, after, noised(before, x_0, e), x_0, z, eta)
        np.testing.assert_allclose(ours, by_hand, rtol=1e-5, atol=1e-6)
    return r"""
x_{u_{i+1}} = c_{i+1}\, x_0 + A_i\, \frac{x_{u_i} - c_i\, x_0}{r_i} + \sigma_i\, z."""


@proof("eq-ddim-marginals")
def marginals_of_the_family():
    """The inductive step for the factor of x_0 and for the variance; they begin as those of x_{u_0}."""
    M, V, c, r, sigma = (
        family(name, name.replace("sigma", r"\sigma"), positive=True) for name in ("M", "V", "c", "r", "sigma")
    )
    kept = sqrt(r[i + 1] ** 2 - sigma[i] ** 2)
    with as_written():
        of_mean = c[i + 1] + kept / r[i] * (M[i] - c[i])
        mean = Chain(M[i + 1]).step(of_mean, "one step", using={M[i + 1]: of_mean})
        mean.step(c[i + 1], "$M_i = c_i$", using={M[i]: c[i]})
        of_variance = (r[i + 1] ** 2 - sigma[i] ** 2) / r[i] ** 2 * V[i] + sigma[i] ** 2
        variance = Chain(V[i + 1]).step(of_variance, "one step", using={V[i + 1]: of_variance})
        variance.step(r[i + 1] ** 2, "$V_i = r_i^2$", using={V[i]: r[i] ** 2})
    return Together(mean, variance, end=".")


@proof("eq-ddim-step")
def the_step():
    """What one knows of the image and of the noise, put in; and with sigma = 0 the image taken out."""
    prove((x_i - c_i * X_0) / r_i, epsilon)
    return r"""
\begin{aligned}
x_{u_{i+1}} &= c_{i+1}\, \hat x_0 + \sqrt{r_{i+1}^2 - \sigma_i^2}\; \hat\epsilon + \sigma_i\, z, \\
\hat x_0 &= \frac{x_{u_i} - r_i\, \hat\epsilon}{c_i}.
\end{aligned}"""


@proof("eq-ddim-eta")
def the_share_of_noise():
    """On neighbouring times of a chain, eta = 1 is the root of beta_tilde; on any grid sigma is below r_next."""
    signals = {c_i: sqrt(alpha_bar[t]), c_next: sqrt(alpha_bar[t - 1])}
    spreads = {r_i: sqrt(1 - alpha_bar[t]), r_next: sqrt(1 - alpha_bar[t - 1])}
    of_grid = r_next**2 / r_i**2 * (r_i**2 - c_i**2 / c_next**2 * r_next**2)
    tilde = (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * (1 - alpha_bar[t] / alpha_bar[t - 1])
    prove(of_grid.subs(signals | spreads), tilde)
    prove(beta[t], 1 - alpha_bar[t] / alpha_bar[t - 1])
    prove(of_grid, r_next**2 * (1 - after**2 / now**2), using={after: r_next / c_next, now: r_i / c_i})
    return r"""
\sigma_i = \eta\; r_{i+1} \sqrt{1 - \frac{\varsigma_{i+1}^2}{\varsigma_i^2}}, \qquad 0 \le \eta \le 1."""


@proof("eq-ddim-ancestral")
def the_ancestral_end():
    """The step from t to t - 1 with the variance beta_tilde, as written for the family, and as in Algorithm 2."""
    before, total = 1 - alpha_bar[t - 1], 1 - alpha_bar[t]
    tilde = before / total * beta[t]
    prove((alpha[t] * before**2 / total), before - tilde)
    with as_written():
        image = (x[t] - sqrt(total) * epsilon) / sqrt(alpha_bar[t])
        kept = sqrt(before - beta_tilde[t])
        chain = Chain(sqrt(alpha_bar[t - 1]) * image + kept * epsilon)
        root = sqrt(alpha[t]) * before / sqrt(total)
        chain.step(
            sqrt(alpha_bar[t - 1]) * image + root * epsilon, r"$\tilde\beta_t$ put in", using={beta_tilde[t]: tilde}
        )
        result = 1 / sqrt(alpha[t]) * (x[t] - beta[t] / sqrt(total) * epsilon)
        return chain.step(result, r"$\bar\alpha_t = \alpha_t \bar\alpha_{t-1}$")


@proof("eq-ddim-euler")
def the_euler_end():
    """The step without noise in two pairs of variables: x / c over r / c, and x / r over c / r."""
    step = c_next * X_0 + r_next * epsilon
    prove(step / c_next, x_i / c_i + (r_next / c_next - r_i / c_i) * epsilon)
    image = x[0]
    step = c_next * image + r_next * (x_i - c_i * image) / r_i
    prove(step / r_next, x_i / r_i + (c_next / r_next - c_i / r_i) * image)
    return r"""
\begin{aligned}
\frac{x_{u_{i+1}}}{c_{i+1}} &= \frac{x_{u_i}}{c_i} + (\varsigma_{i+1} - \varsigma_i)\, \hat\epsilon, \\
\frac{x_{u_{i+1}}}{r_{i+1}} &= \frac{x_{u_i}}{r_i}
+ \left(\frac{1}{\varsigma_{i+1}} - \frac{1}{\varsigma_i}\right) \hat x_0.
\end{aligned}"""


@proof("eq-ode-ratio")
def ode_over_the_ratio():
    """The derivatives along u of x / c and of x / r, with the flow's velocity, over those of r / c and of c / r."""
    state = c_u * x[0] + r_u * epsilon
    velocity = dc_u * x[0] + dr_u * epsilon
    prove(velocity, f_u * state + c_u * along_u(r_u / c_u) * epsilon, using={f_u: dc_u / c_u})
    prove((velocity * c_u - state * dc_u) / c_u**2, along_u(r_u / c_u) * epsilon)
    prove((velocity * r_u - state * dr_u) / r_u**2, along_u(c_u / r_u) * x[0])
    return r"""
\frac{d (x / c_u)}{d \varsigma_u} = \epsilon^\star, \qquad \frac{d (x / r_u)}{d (1 / \varsigma_u)} = x^\star."""


def _of_one_gaussian(ratio):
    """The best noise over x / c, for data N(0, nu)."""
    return ratio / (nu + ratio**2)


@proof("eq-gauss-flow")
def flow_of_one_gaussian():
    """The derivative over the ratio of what keeps its number of deviations is the best noise; DDIM steps along it."""
    flow = sp.sqrt(nu + now**2)
    prove(sp.diff(flow, now), _of_one_gaussian(now) * flow)
    place, signal, spread = sp.Symbol("x", real=True), c_i, r_i
    noise = spread * place / (signal**2 * nu + spread**2)  # -r times the score of N(0, c^2 nu + r^2)
    prove(noise, _of_one_gaussian(now) * place / signal, using={now: spread / signal})
    prove(1 + (after - now) * _of_one_gaussian(now), (nu + now * after) / (nu + now**2))
    return r"""
\begin{aligned}
\text{DDIM:} \quad \frac{x_{u_{i+1}}}{c_{i+1}} &= \frac{\nu + \varsigma_i\, \varsigma_{i+1}}{\nu + \varsigma_i^2}
\cdot \frac{x_{u_i}}{c_i}, \\
\text{the flow:} \quad \frac{x_{u_{i+1}}}{c_{i+1}} &= \sqrt{\frac{\nu + \varsigma_{i+1}^2}{\nu + \varsigma_i^2}}
\cdot \frac{x_{u_i}}{c_i}.
\end{aligned}"""


@proof("eq-gauss-step")
def step_of_one_gaussian():
    """The first factor of `eq-gauss-flow` over the second, both positive, with the angles put in."""
    a, b = sp.symbols("theta_i theta_next", positive=True)
    ddim, flow_2 = (nu + now * after) / (nu + now**2), (nu + after**2) / (nu + now**2)
    angle = {now: sp.sqrt(nu) * sp.sin(a) / sp.cos(a), after: sp.sqrt(nu) * sp.sin(b) / sp.cos(b)}
    quotient_2 = sp.trigsimp(sp.simplify((ddim**2 / flow_2).subs(angle)))
    prove(sp.expand_trig(sp.cos(a - b)) ** 2, sp.expand_trig(sp.expand(quotient_2)))
    return r"""
\begin{aligned}
\frac{\text{factor of DDIM}}{\text{factor of the flow}} &= \cos(\theta_i - \theta_{i+1}), \\
\tan \theta_i &:= \frac{\varsigma_i}{\sqrt{\nu}}.
\end{aligned}"""


@proof("eq-gauss-run")
def run_of_one_gaussian():
    """N steps of the same angle Theta / N, as a series in 1 / N."""
    whole, share = sp.symbols("Theta share", positive=True)
    logarithm = sp.series(sp.log(sp.cos(whole * share)), share, 0, 4).removeO() / share
    run = sp.series(sp.exp(sp.expand(logarithm)), share, 0, 2).removeO()
    prove(run, 1 - whole**2 * share / 2)
    return r"""
\begin{aligned}
&\prod_{i=0}^{N-1} \cos(\theta_i - \theta_{i+1}) = \cos\left(\frac{\Theta}{N}\right)^{N} \\
&\quad = 1 - \frac{\Theta^2}{2 N} + O\left(\frac{1}{N^2}\right).
\end{aligned}"""


@proof("eq-step-errors")
def errors_of_a_step():
    """Taylor's series of the solution of y' = F(y, varsigma), against the two steps, by the derivatives of F."""
    F, by_place, by_time = sp.symbols("F F_y F_s", real=True)
    second, mixed, twice = sp.symbols("F_yy F_ys F_ss", real=True)

    def slope(place, time):
        bent = second * place**2 / 2 + mixed * place * time + twice * time**2 / 2
        return F + by_place * place + by_time * time + bent

    exact = h * F + h**2 / 2 * (by_time + F * by_place)  # y'' is the derivative of F along the solution
    prove(exact - h * F, h**2 / 2 * (by_time + F * by_place))
    of_heun = sp.expand(h / 2 * (F + slope(h * F, h)))
    prove(sum(of_heun.coeff(h, n) * h**n for n in (0, 1, 2)), exact)
    return r"""
\begin{aligned}
\text{Euler:} \quad & \tfrac{1}{2} h^2
\left(\frac{\partial F}{\partial \varsigma} + F\, \frac{\partial F}{\partial y}\right) + O(h^3), \\
\text{Heun:} \quad & O(h^3).
\end{aligned}"""


@proof("eq-heun-far")
def heun_from_far():
    """Heun's factor of x / c for one Gaussian, from ever larger varsigma to a fixed one; that of DDIM vanishes."""
    step = after - now
    first = _of_one_gaussian(now)
    second = _of_one_gaussian(after) * (1 + step * first)
    prove(sp.limit(1 + step * first, now, sp.oo), sp.Integer(0))
    prove(sp.limit(sp.sqrt((nu + after**2) / (nu + now**2)), now, sp.oo), sp.Integer(0))
    prove(sp.limit(sp.together(1 + step / 2 * (first + second)), now, sp.oo), nu / (2 * (nu + after**2)))
    return r"""
\begin{aligned}
&\text{Heun's factor} \to \frac{\nu}{2 (\nu + \varsigma_{i+1}^2)}, \\
&\text{that of DDIM and the flow} \to 0, \\
&\text{as } \varsigma_i \to \infty.
\end{aligned}"""


@definition("eq-two-m")
def two_m():
    """The package's step is DDIM's with this image in the place of the predicted one."""
    path, times = cosine_path(), jnp.array([0.9, 0.6, 0.35, 0.2])
    gains = np.diff(np.asarray(path.log_snr(times), np.float64))
    np.testing.assert_allclose(dpm_solver_weights(path, times), [0, *gains[1:] / (2 * gains[:-1])], rtol=1e-4)
    oracle, x = PathOracle(path, mixture([[-1.0], [0.8]], [0.1, 0.4])), jnp.array([0.7])
    _, states = jax.jit(partial(dpm_solver, path, oracle))(x, times)
    image = filter_jit(partial(predicted, path, oracle))
    images = [image(states[k], times[k], "noise", "x_0") for k in (1, 2)]
    D = images[1] + gains[2] / (2 * gains[1]) * (images[1] - images[0])
    by_hand = ddim_step(path.level(times[2]), path.level(times[3]), states[2], D, 0 * x)
    np.testing.assert_allclose(states[3], by_hand, rtol=1e-4)
    return r"""
\begin{aligned}
D_i &= \hat x_0^{(i)} + \frac{\Lambda_{i+1} - \Lambda_i}{2 (\Lambda_i - \Lambda_{i-1})} \\
&\quad\quad \cdot \left(\hat x_0^{(i)} - \hat x_0^{(i-1)}\right), \\
x_{u_{i+1}} &= c_{i+1}\, D_i + r_{i+1}\, \frac{x_{u_i} - c_i\, D_i}{r_i}.
\end{aligned}"""


@proof("eq-two-m-error")
def error_of_two_m():
    """What x / r gains exactly from Lambda_i to Lambda_i + h, as a series in h, against both steps; 1 / varsigma is the
    exponential of Lambda / 2, and the step before was kappa times as long."""
    X, slope, bend = sp.symbols("X X' X''", real=True)
    kappa, s, length = sp.symbols("kappa s h", positive=True)

    def image(time):
        return X + slope * time + bend * time**2 / 2

    gained = sp.integrate(sp.expand(sp.series(image(s) * sp.exp(s / 2) / 2, s, 0, 3).removeO()), (s, 0, length))
    step = sp.series(sp.exp(length / 2) - 1, length, 0, 4).removeO()
    extrapolated = X + (X - image(-kappa * length)) / (2 * kappa)
    of_ddim, of_two_m = (sp.expand(gained - step * value) for value in (X, extrapolated))
    prove(sum(of_ddim.coeff(length, n) * length**n for n in (0, 1, 2)), slope * length**2 / 4)
    prove(sum(of_two_m.coeff(length, n) * length**n for n in (0, 1, 2)), sp.Integer(0))
    return r"""
\begin{aligned}
\text{DDIM:} \quad & \frac{h^2}{4\, \varsigma_i}\, \frac{d x^\star}{d \Lambda} + O(h^3), \\
\text{2M:} \quad & O(h^3), \qquad h = \Lambda_{i+1} - \Lambda_i.
\end{aligned}"""

"""The equations of the chapter *Likelihood in bits per dimension*."""

from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import integrate, stats

from ddpm.chapters.likelihood_to_kl.equations import jensen
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.likelihood import bits_per_dimension, dequantise, exact_divergence, log_density
from ddpm.likelihood.divergence import probe_variance
from ddpm.mixture import log_density as mixture_log_density
from ddpm.mixture import mixture, noised
from ddpm.oracle import PathOracle
from ddpm.path import vp
from ddpm.precision import enable_x64
from ddpm.sample import heun

SIZE = 3  # of the matrices for which the identities are proved


@proof("eq-scale-density")
def scale_density():
    """One pixel: the density of x = s z + c is the derivative of P(z <= (x - c) / s). Pixel after pixel makes s^D."""
    x, c, z = sp.symbols("x c z", real=True)
    s = sp.Symbol("s", positive=True)
    of_z = sp.Function("F")  # any distribution function
    density = sp.Subs(sp.diff(of_z(z), z), z, (x - c) / s)  # of z, where z belongs to x
    assert sp.simplify(sp.diff(of_z((x - c) / s), x) - density / s) == 0
    D = sp.Symbol("D", positive=True)
    p_z = sp.Symbol("p", positive=True)
    prove(-sp.log(p_z / s**D) / (D * sp.log(2)), -sp.log(p_z) / (D * sp.log(2)) + sp.log(s) / sp.log(2))
    return r"""
\begin{aligned}
p_{sz + c}(s\,z + c) &= \frac{p_z(z)}{s^D}, \\
-\frac{\log_2 p_{sz + c}}{D} &= -\frac{\log_2 p_z}{D} + \log_2 s.
\end{aligned}"""


@definition("eq-dequantise")
def dequantised():
    """The package's pixels lie in their cells, and fill them."""
    pixels = np.repeat(np.arange(4), 2000)
    x = np.asarray(dequantise(jax.random.key(0), pixels, values=4, low=-2.0, high=1.0), np.float64)
    u = (x + 2) * 4 / 3 - pixels
    assert -1e-5 < u.min() < 0.01 and 0.99 < u.max() < 1 + 1e-5
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    return r"""
\begin{aligned}
x &:= a + (b - a)\, \frac{y + \delta}{G}, \\
\delta &\sim \text{uniform on } [0, 1)^D.
\end{aligned}"""


@numeric("eq-cell-probability", bound=1e-8)
def cell_probability():
    """For two pixels of their own Gaussians: the integral, against the probability of the cell by their cdfs."""
    one, two, deviations = stats.norm(1.7, 0.9), stats.norm(0.6, 0.7), []
    for y in product(range(3), range(2)):
        integral, _ = integrate.dblquad(lambda d, e: one.pdf(y[0] + d) * two.pdf(y[1] + e), 0, 1, 0, 1)
        of_cell = (one.cdf(y[0] + 1) - one.cdf(y[0])) * (two.cdf(y[1] + 1) - two.cdf(y[1]))
        deviations.append(abs(integral - of_cell))
    return r"P_\theta(y) := \int_{[0, 1)^D} p_\theta(y + \delta)\; \mathrm d \delta,", max(deviations)


@proof("eq-dequantised-bound")
def dequantised_bound():
    """Jensen's inequality, for w = p_theta(y + delta): its mean over delta is P_theta(y), by definition."""
    jensen()
    return r"""
\begin{aligned}
-\log P_\theta(y) &= -\log \mathbb E_\delta\bigl[ p_\theta(y + \delta) \bigr] \\
&\le \mathbb E_\delta\bigl[ -\log p_\theta(y + \delta) \bigr].
\end{aligned}"""


@proof("eq-two-gaps")
def two_gaps():
    """For two grey values of any probabilities, and a density that is constant on parts of any width of each cell."""
    p, total, gaps = sp.symbols("p_0:2", positive=True), 0, 0
    for y in range(2):
        widths, heights = sp.symbols(f"w_{y}(0:2)", positive=True), sp.symbols(f"q_{y}(0:2)", positive=True)
        widths = (widths[0], 1 - widths[0])  # they make up the cell
        of_cell = sum(w * q for w, q in zip(widths, heights))
        total += p[y] * sum(-w * sp.log(q) for w, q in zip(widths, heights))
        uniform = sum(w * (sp.log(of_cell) - sp.log(q)) for w, q in zip(widths, heights))  # KL(uniform || q / P)
        gaps += p[y] * (-sp.log(p[y]) + (sp.log(p[y]) - sp.log(of_cell)) + uniform)
    prove(total, gaps)
    return r"""
\begin{aligned}
&\mathbb E_{y, \delta}\bigl[ -\log p_\theta(y + \delta) \bigr] \\
&\quad = \mathbb E_y\bigl[ -\log q(y) \bigr] + \mathrm{KL}(q \,\Vert\, P_\theta) \\
&\quad\quad + \mathbb E_y\Bigl[ \mathrm{KL}\bigl( \text{uniform} \,\Vert\, p_\theta(\,\cdot \mid y) \bigr) \Bigr].
\end{aligned}"""


@definition("eq-bits")
def bits():
    """The package's, against the density of the pixels themselves, y + u, for two pixels of five grey values."""
    a, b, values = -2.0, 1.0, 5
    of_x = stats.multivariate_normal([-0.5, 0.1], [[0.3, 0.1], [0.1, 0.4]])
    x, scale = np.array([0.2, -1.1]), values / (b - a)
    of_y = stats.multivariate_normal(scale * (of_x.mean - a), scale**2 * of_x.cov)  # y = (x - a) scale
    ours = bits_per_dimension(of_x.logpdf(x), 2, values=values, low=a, high=b)
    np.testing.assert_allclose(ours, -of_y.logpdf((x - a) * scale) / (2 * np.log(2)), rtol=1e-6)
    np.testing.assert_allclose(bits_per_dimension(0.0, 3), 7)
    np.testing.assert_allclose(bits_per_dimension(0.0, 3, low=0.0), 8)
    return r"""
\begin{aligned}
\mathrm{bpd} &:= -\frac{\log p_\theta(x)}{D \log 2} + \log_2 \frac{G}{b - a} \\
&\phantom{:}= -\frac{1}{D} \log_2 p_\theta(y + \delta).
\end{aligned}"""


@proof("eq-det-trace")
def det_trace():
    """The derivative of det(I + h J) at h = 0 is the trace, for any matrix of SIZE rows; det there is 1."""
    h = sp.Symbol("h", real=True)
    J = sp.Matrix(SIZE, SIZE, sp.symbols(f"J_1:{SIZE + 1}(1:{SIZE + 1})", real=True))
    det = (sp.eye(SIZE) + h * J).det(method="berkowitz")
    prove(sp.expand(sp.diff(det, h).subs(h, 0)), J.trace())
    assert det.subs(h, 0).simplify() == 1
    return r"\log \det(I + h\, J) = h\, \operatorname{tr} J + O(h^2),"


@definition("eq-divergence")
def divergence():
    """The package's divergence of a field of three pixels, against SymPy's derivatives."""
    names = sp.symbols("x_1:4", real=True)
    field = [sp.sin(names[0] * names[1]), names[1] ** 2 * names[2], sp.exp(names[2] - names[0])]
    at = {name: value for name, value in zip(names, (0.4, -1.2, 0.7))}
    expected = float(sum(sp.diff(f, name) for f, name in zip(field, names)).subs(at))
    as_jax = sp.lambdify([names], field, [{"sin": jnp.sin, "exp": jnp.exp}])
    ours_of = jax.jit(partial(exact_divergence, lambda x: jnp.stack(as_jax(x))))
    value, ours = ours_of(jnp.asarray(list(at.values())))
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    np.testing.assert_allclose(value, [float(f.subs(at)) for f in field], rtol=1e-5)
    return r"""
\begin{aligned}
\nabla \cdot \mathbf v
&:= \frac{\partial \mathbf v_1}{\partial x_1} + \dots + \frac{\partial \mathbf v_D}{\partial x_D} \\
&\phantom{:}= \operatorname{tr} J.
\end{aligned}"""


@proof("eq-instantaneous")
def instantaneous():
    """Any density and any velocity of two pixels that satisfy the continuity equation: the chain rule along x_u."""
    q = sp.Symbol("q", positive=True)
    v, w, q_x, q_y, v_x, w_y = sp.symbols("v w q_x q_y v_x w_y", real=True)  # the derivatives of q, v and w at a point
    q_u = -(q_x * v + q * v_x) - (q_y * w + q * w_y)  # continuity
    prove((q_u + v * q_x + w * q_y) / q, -v_x - w_y)
    return r"""
\begin{aligned}
&\frac{\mathrm d}{\mathrm d u} \log q_u(x_u) \\
&\quad = \frac{\partial \log q_u}{\partial u} + \langle \mathbf v, \nabla \log q_u \rangle \\
&\quad = -\nabla \cdot \mathbf v(x_u, u),
\end{aligned}"""


@numeric("eq-log-density-ode", bound=1e-6)
def log_density_along_the_ode():
    """The package's, in 6000 of Heun's steps, against the known log-density of a mixture of two pixels."""
    with enable_x64(True):
        path, data = vp(), mixture([[1.0, 0.0], [-1.0, 0.5], [0.0, -1.0]], [0.04, 0.1, 0.02], [0.5, 0.3, 0.2])
        at_end = partial(mixture_log_density, noised(data, path.level(1.0)))
        times = jnp.linspace(0.0, 1.0, 6001) ** 2
        of_one = partial(log_density, PathOracle(path, data).velocity, end_log_density=at_end, times=times, solve=heun)
        x = data.sample(jax.random.key(0), 16)
        known = jax.vmap(partial(mixture_log_density, data))(x)
        deviation = jnp.abs(jax.jit(jax.vmap(lambda x: of_one(x)))(x) - known).max()
    return (
        r"""
\begin{aligned}
\log q_0(x_0) &= \log q_1(x_1) \\
&\quad + \int_0^1 \nabla \cdot \mathbf v(x_u, u)\; \mathrm d u.
\end{aligned}""",
        deviation,
    )


@proof("eq-hutchinson")
def hutchinson():
    """The mean of e_i e_j is 1 for i = j and 0 otherwise, and the form is linear in these products."""
    J, e, form = _quadratic_form()
    prove(_mean(form, e, {1: 0, 2: 1}), J.trace())
    return r"""
\begin{aligned}
\mathbb E\bigl[ \langle \mathbf e, J \mathbf e \rangle \bigr]
&= \sum_{i, j} J_{ij}\, \mathbb E[\mathbf e_i \mathbf e_j] \\
&= \operatorname{tr} J,
\end{aligned}"""


@proof("eq-probe-form")
def form_of_a_probe():
    J, e, form = _quadratic_form()
    S = (J + J.T) / 2
    pairs = sum(S[i, j] * e[i] * e[j] for i in range(SIZE) for j in range(i + 1, SIZE))
    prove(form, sum(S[i, i] * e[i] ** 2 for i in range(SIZE)) + 2 * pairs)
    return r"""
\begin{aligned}
\langle \mathbf e, J \mathbf e \rangle &= \langle \mathbf e, S \mathbf e \rangle \\
&= \sum_i S_{ii}\, \mathbf e_i^2 + 2 \sum_{i < j} S_{ij}\, \mathbf e_i \mathbf e_j.
\end{aligned}"""


@proof("eq-probe-variance")
def variance_of_a_probe():
    """From the moments of an entry, 1, 0, 1, 0, m, with m = 1 (Rademacher) and 3 (Gaussian); for Rademacher also over
    all signs; and the package's numbers."""
    J, e, form = _quadratic_form()
    S = (J + J.T) / 2
    square = sp.expand((form - J.trace()) ** 2)
    off = sum(S[i, j] ** 2 for i in range(SIZE) for j in range(SIZE) if i != j)
    formulas = {"rademacher": 2 * off, "gaussian": 2 * (off + sum(S[i, i] ** 2 for i in range(SIZE)))}
    numbers = dict(zip(J, np.random.default_rng(0).normal(size=SIZE**2)))
    for (kind, formula), fourth in zip(formulas.items(), (1, 3)):
        prove(_mean(square, e, {1: 0, 2: 1, 3: 0, 4: fourth}), sp.expand(formula))
        ours = probe_variance(jnp.asarray(np.array(J.subs(numbers), float)), kind)
        np.testing.assert_allclose(ours, float(formula.subs(numbers)), rtol=1e-5)
    signs = [square.subs(dict(zip(e, way))) for way in product((-1, 1), repeat=SIZE)]
    prove(sp.expand(sum(signs) / len(signs)), sp.expand(formulas["rademacher"]))
    return r"""
\begin{aligned}
\operatorname{Var}_{\text{Rademacher}} \langle \mathbf e, J \mathbf e \rangle &= 2 \sum_{i \ne j} S_{ij}^2, \\
\operatorname{Var}_{\text{Gaussian}} \langle \mathbf e, J \mathbf e \rangle &= 2 \sum_{i, j} S_{ij}^2,
\end{aligned}"""


def _quadratic_form():
    """A matrix J of symbols, a vector e of symbols, and <e, J e>."""
    J = sp.Matrix(SIZE, SIZE, sp.symbols(f"J_1:{SIZE + 1}(1:{SIZE + 1})", real=True))
    e = sp.symbols(f"e_1:{SIZE + 1}", real=True)
    return J, e, sp.expand((sp.Matrix([e]) * J * sp.Matrix(e))[0])


def _mean(form, entries, moments):
    """The mean of a polynomial in independent entries with these moments."""
    terms = sp.Poly(form, *entries).terms()
    return sum(factor * sp.prod([moments[power] for power in powers if power]) for powers, factor in terms)

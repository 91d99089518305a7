"""The equations of the chapter on the bound (problems 2.1, 2.2a and 2.2b)."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import sympy as sp
from scipy import integrate, stats

import ddpm
from ddpm.bound import ReverseProcess, exact, normal
from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.formulas import (
    FIRST,
    POSTERIOR,
    REVERSE,
    STEP,
    TRUE_REVERSE,
    bound,
    bound_in_divergences,
    bound_in_steps,
    turned_step,
)
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.registry import definition, numeric, proof
from ddpm.derivation.settle import prove
from ddpm.derivation.statement import Statement
from ddpm.derivation.symbols import T, as_written, log, t, x
from ddpm.gaussian import kl_divergence
from ddpm.mixture import mixture
from ddpm.precision import enable_x64

with as_written():
    L, AS_STEPS, AS_KL = bound(), bound_in_steps(), bound_in_divergences()


@definition("eq-reverse-process")
def reverse_process():
    """The tool knows p_theta as the chain that runs backward; the package's likelihood is that of this product, T =
    2."""
    with as_written():
        product = p(x[T]) * sp.Product(REVERSE, (t, 1, T))
    prove(p_theta(x[0:T]), product)
    assert _deviation_of_the_likelihood() < 1e-8
    return Statement((p_theta(x[0:T]), ":=", product), end=".")


@numeric("eq-likelihood", bound=1e-8)
def likelihood():
    return r"p_\theta(x_0) = \int p_\theta(x_{0:T})\; \mathrm d x_{1:T}.", _deviation_of_the_likelihood()


def _deviation_of_the_likelihood():
    """E[-log p_theta(x_0)] for T = 2: the package, step by step on a grid, against the double integral at once."""
    schedule, (slope_1, slope_2), (spread_1, spread_2) = ddpm.Schedule.from_betas([0.4, 0.7]), (0.7, 0.4), (0.5, 0.3)
    x_0, x_1, x_2 = np.meshgrid(*[np.linspace(-7, 7, 141)] * 3, indexing="ij", sparse=True)
    path = (
        stats.norm.pdf(x_2)
        * stats.norm.pdf(x_1, slope_2 * x_2, spread_2**0.5)
        * stats.norm.pdf(x_0, slope_1 * x_1, spread_1**0.5)
    )
    density = path.sum((1, 2)) * 0.1**2
    direct = -np.sum(stats.norm.pdf(x_0.ravel(), 0.3, 0.6) * np.log(density)) * 0.1

    def step(x_t, time):
        return normal(jnp.where(time == 1, slope_1, slope_2) * x_t, jnp.where(time == 1, spread_1, spread_2))

    with enable_x64(True):
        data, process = mixture([0.3], [0.36]), ReverseProcess(normal(0.0, 1.0), step)
        return abs(float(exact.negative_log_likelihood(schedule, data, process)) - direct)


@proof("eq-importance")
def importance():
    """The integrands are equal: q cancels."""
    path, whole = q(x[1:T] | x[0]), p_theta(x[0:T])
    prove(log(path) + log(whole / path), log(whole))
    return r"""
\begin{aligned}
&p_\theta(x_0) \\
&= \int q(x_{1:T} \mid x_0)\, \frac{p_\theta(x_{0:T})}{q(x_{1:T} \mid x_0)}\; \mathrm d x_{1:T} \\
&= \mathbb E_{q(x_{1:T} \mid x_0)}\left[\frac{p_\theta(x_{0:T})}{q(x_{1:T} \mid x_0)}\right].
\end{aligned}"""


@proof("eq-log-below-line")
def log_below_line():
    """u - 1 - log u has its only minimum at u = 1, where it is 0."""
    u = sp.Symbol("u", positive=True)
    gap = u - 1 - log(u)
    prove(sp.diff(gap, u), (u - 1) / u)  # negative below 1, positive above
    prove(gap.subs(u, 1), 0)
    with as_written():
        return Statement((log(u), r"\le", u - 1), end=",")


@proof("eq-jensen")
def jensen():
    """E[log(w / E w)] <= E[w / E w - 1], and the latter is 0: shown for a w of three values with any probabilities."""
    log_below_line()
    values, weights = sp.symbols("w_1:4", positive=True), sp.symbols("p_1:4", positive=True)
    total = sum(weights)
    mean = sum(a * b for a, b in zip(weights, values)) / total
    prove(sum(a * b for a, b in zip(weights, values)) / total / mean, 1)
    return r"""
\begin{aligned}
\mathbb E\left[\log \frac{w}{\mathbb E[w]}\right] &\le \mathbb E\left[\frac{w}{\mathbb E[w]} - 1\right] \\
&= 0, \quad\text{and so} \\
-\log \mathbb E[w] &\le \mathbb E[-\log w].
\end{aligned}"""


@proof("eq-gap")
def gap() -> Chain:
    rest = p_theta(x[1:T] | x[0])
    with as_written():
        chain = Chain(L)
        chain.step(E_q(-log(p_theta(x[0]) * rest / q(x[1:T] | x[0]))), "$x_0$ apart from the rest")
        chain.step(E_q(-log(p_theta(x[0])) + KL(q(x[1:T] | x[0]), rest)), "definition of KL")
    return chain


class NamedL(Statement):
    """A statement whose right side is called L at its end."""

    def latex(self) -> str:
        tex = super().latex()
        if not tex.endswith("\\end{aligned}"):
            return f"{tex} =: L."
        return tex.replace("\n\\end{aligned}", " \\\\\n&\\quad =: L.\n\\end{aligned}")


@proof("eq-bound")
def above_the_likelihood():
    """L is the negative log-likelihood plus a KL divergence, and that is not negative by `eq-jensen`."""
    jensen()
    with as_written():
        likelihood, excess = -log(p_theta(x[0])), KL(q(x[1:T] | x[0]), p_theta(x[1:T] | x[0]))
        right = E_q(likelihood + excess)
        statement = NamedL((E_q(likelihood), r"\le", L))
    prove(L, right)
    return statement


@proof("eq-floor")
def floor() -> Chain:
    with as_written():
        chain = Chain(E_q(-log(p_theta(x[0]))))
        chain.step(E_q(-log(q(x[0])) + log(q(x[0]) / p_theta(x[0]))), "put in $q(x_0)$")
        chain.step(E_q(-log(q(x[0])) + KL(q(x[0]), p_theta(x[0]))), "definition of KL")
    return chain


@definition("eq-kl")
def kl():
    """The package's divergence is this mean, by integration."""
    first, second = stats.norm(0.4, 0.7), stats.norm(-0.5, 1.3)
    mean, _ = integrate.quad(lambda z: first.pdf(z) * (first.logpdf(z) - second.logpdf(z)), -8, 9)
    np.testing.assert_allclose(kl_divergence(0.4, 0.49, -0.5, 1.69), mean, rtol=1e-5)
    return r"\mathrm{KL}(q \,\Vert\, p) := \mathbb E_{x \sim q}\left[\log \frac{q(x)}{p(x)}\right]"


@proof("eq-kl-gaussian")
def kl_gaussian():
    z, m_1, m_2 = sp.symbols("x m_1 m_2", real=True)
    v_1, v_2 = sp.symbols("v_1 v_2", positive=True)
    with as_written():
        divergence = KL(Normal(z, m_1, v_1), Normal(z, m_2, v_2))
        formula = sp.Rational(1, 2) * (v_1 / v_2 - 1 - log(v_1 / v_2) + (m_1 - m_2) ** 2 / v_2)
    how = prove(divergence, formula)
    left = r"\mathrm{KL}\bigl(\mathcal N(m_1, v_1) \,\Vert\, \mathcal N(m_2, v_2)\bigr)"
    return Statement((left, "=", formula), end=".", settled=str(how))


@proof("eq-cross-entropy")
def cross_entropy():
    """For any density with mean a and variance s; what it exceeds its value at m = a, v = s by is a KL divergence,
    so not negative."""
    z, m, a = sp.symbols("x m a", real=True)
    v, s = sp.symbols("v s", positive=True)
    square = sp.Poly(sp.expand(-Normal(z, m, v).log), z)
    moments = {0: 1, 1: a, 2: s + a**2}  # E[x^k] under q
    mean = sum(coefficient * moments[power] for (power,), coefficient in square.terms())
    with as_written():
        formula = sp.Rational(1, 2) * log(2 * sp.pi * v) + (s + (a - m) ** 2) / (2 * v)
    how = prove(mean, formula)
    prove(mean - mean.subs({m: a, v: s}, simultaneous=True), KL(Normal(z, a, s), Normal(z, m, v)))
    left = r"\mathbb E_q\bigl[-\log \mathcal N(x; m, v)\bigr]"
    return Statement((left, "=", formula), end=",", settled=str(how))


@cache
def problem_2_1() -> Chain:
    """The chain that solves problem 2.1."""
    with as_written():
        chain = Chain(L)
        chain.step(
            E_q(-log(p(x[T]) * sp.Product(REVERSE, (t, 1, T)) / sp.Product(STEP, (t, 1, T)))),
            "both chains, step by step",
        )
        chain.step(AS_STEPS, "the log of a product is a sum")
    return chain


@cache
def problem_2_2a() -> Chain:
    """The chain that solves problem 2.2a."""
    with as_written():
        chain = Chain(STEP, where={t: 2})
        chain.step(q(x[t] | (x[t - 1], x[0])), "the forward chain is Markov")
        chain.step(q(x[t - 1], x[t], x[0]) / q(x[t - 1], x[0]), "definition of a conditional density")
        chain.step(POSTERIOR * q(x[t], x[0]) / q(x[t - 1], x[0]), "the same, other way round")
        chain.step(turned_step(), "$q(x_0)$ cancels")
    return chain


@cache
def problem_2_2b() -> Chain:
    """The chain that solves problem 2.2b."""
    with as_written():
        first = log(FIRST / q(x[1] | x[0]))
        wanted = sp.Sum(log(REVERSE / POSTERIOR), (t, 2, T))
        rest = sp.Sum(log(q(x[t - 1] | x[0]) / q(x[t] | x[0])), (t, 2, T))
        chain = Chain(AS_STEPS)
        chain.step(E_q(-log(p(x[T])) - sp.Sum(log(REVERSE / STEP), (t, 2, T)) - first), "the term $t = 1$ apart")
        chain.step(E_q(-log(p(x[T])) - wanted - rest - first), "Bayes' rule")
        chain.step(E_q(-log(p(x[T]) / q(x[T] | x[0])) - wanted - log(FIRST)), "the second sum telescopes")
        chain.step(AS_KL, "mean of a conditional mean")
    return chain


@proof("eq-bound-steps")
def bound_steps():
    return Statement(("L", "=", AS_STEPS), end=".", settled=problem_2_1().settled)


@proof("eq-bound-steps-chain")
def bound_steps_chain():
    return problem_2_1()


@proof("eq-bayes-step")
def bayes_step():
    with as_written():
        return Statement((STEP, "=", turned_step()), end=".", settled=problem_2_2a().settled)


@proof("eq-bayes-step-chain")
def bayes_step_chain():
    return problem_2_2a()


@proof("eq-log-telescope")
def telescope() -> Chain:
    with as_written():
        chain = Chain(sp.Sum(log(q(x[t - 1] | x[0]) / q(x[t] | x[0])), (t, 2, T)))
        chain.step(log(q(x[1] | x[0]) / q(x[T] | x[0])), "all others appear twice")
    return chain


@proof("eq-telescope-three")
def telescope_of_three_steps() -> Chain:
    one, two, three = (log(q(x[n] | x[0])) for n in (1, 2, 3))
    with as_written():
        chain = Chain(sp.Sum(log(q(x[t - 1] | x[0]) / q(x[t] | x[0])), (t, 2, 3)))
        chain.step(one - two + two - three, "written out")
        return chain.step(log(q(x[1] | x[0]) / q(x[3] | x[0])), "the middle cancels")


@proof("eq-chain-turned")
def chain_turned() -> Chain:
    with as_written():
        chain = Chain(q(x[1] | x[0]) * q(x[2] | x[1]) * q(x[3] | x[2]))
        turned = q(x[3] | x[0]) * q(x[2] | (x[3], x[0])) * q(x[1] | (x[2], x[0]))
        return chain.step(turned, "steps 2 and 3 turned round")


@proof("eq-bound-kl")
def bound_kl():
    return Statement(("L", "=", AS_KL), end=".", settled=problem_2_2b().settled)


@proof("eq-bound-kl-chain")
def bound_kl_chain():
    return problem_2_2b()


@proof("eq-best-step")
def best_step() -> Chain:
    with as_written():
        chain = Chain(E_q(KL(POSTERIOR, REVERSE)), where={t: 2})
        chain.step(E_q(log(POSTERIOR / TRUE_REVERSE) + log(TRUE_REVERSE / REVERSE)), "definition of KL")
        return chain.step(E_q(KL(POSTERIOR, TRUE_REVERSE) + KL(TRUE_REVERSE, REVERSE)), "mean of a conditional mean")

"""The written problems as checked chains: the tool carries each of them, and refuses each step with a wrong sign."""

import pytest
import sympy as sp

from ddpm.derivation.chain import Chain, WrongStep
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.induction import Induction
from ddpm.derivation.symbols import (
    C,
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    epsilon,
    epsilon_theta,
    family,
    log,
    mu_theta,
    mu_tilde,
    s,
    sigma,
    sqrt,
    t,
    x,
)

BEFORE = q(x[t - 1] | (x[t], x[0]))
REVERSE = p_theta(x[t - 1] | x[t])


def problem_1_4():
    m, v = family("m", "m"), family("v", "v")
    mean = Induction(m, 1, lambda n, m: sqrt(alpha[n]) * m, lambda n: sqrt(alpha_bar[n]))
    variance = Induction(v, 0, lambda n, v: alpha[n] * v + 1 - alpha[n], lambda n: 1 - alpha_bar[n])
    return [mean.base, mean.step, variance.base, variance.step]


def problem_2_1():
    chain = Chain(E_q(-log(p_theta(x[0:T]) / q(x[1:T] | x[0]))))
    steps = sp.Product(REVERSE, (t, 1, T)), sp.Product(q(x[t] | x[t - 1]), (t, 1, T))
    chain.step(E_q(-log(p(x[T]) * steps[0] / steps[1])), "both chains step by step")
    chain.step(
        E_q(-log(p(x[T])) - sp.Sum(log(REVERSE / q(x[t] | x[t - 1])), (t, 1, T))), "the log of a product is a sum"
    )
    return [chain]


def problem_2_2a():
    chain = Chain(q(x[t] | x[t - 1]), where={t: 2})
    chain.step(q(x[t] | (x[t - 1], x[0])), "the chain is Markov")
    chain.step(q(x[t - 1], x[t], x[0]) / q(x[t - 1], x[0]), "definition of a conditional density")
    chain.step(BEFORE * q(x[t], x[0]) / q(x[t - 1], x[0]), "the same, the other way round")
    chain.step(BEFORE * q(x[t] | x[0]) / q(x[t - 1] | x[0]), "$q(x_0)$ cancels")
    return [chain]


def problem_2_2b():
    first = log(p_theta(x[0] | x[1]) / q(x[1] | x[0]))
    chain = Chain(E_q(-log(p(x[T])) - sp.Sum(log(REVERSE / q(x[t] | x[t - 1])), (t, 1, T))))
    chain.step(
        E_q(-log(p(x[T])) - sp.Sum(log(REVERSE / q(x[t] | x[t - 1])), (t, 2, T)) - first), "the term $t = 1$ apart"
    )
    bayes = log(REVERSE / BEFORE * (q(x[t - 1] | x[0]) / q(x[t] | x[0])))
    chain.step(E_q(-log(p(x[T])) - sp.Sum(bayes, (t, 2, T)) - first), "Bayes' rule")
    chain.step(
        E_q(-log(p(x[T]) / q(x[T] | x[0])) - sp.Sum(log(REVERSE / BEFORE), (t, 2, T)) - log(p_theta(x[0] | x[1]))),
        "the sum telescopes",
    )
    chain.step(
        E_q(KL(q(x[T] | x[0]), p(x[T])) + sp.Sum(KL(BEFORE, REVERSE), (t, 2, T)) - log(p_theta(x[0] | x[1]))),
        "tower rule",
    )
    return [chain]


def posterior_mean():
    return (
        sqrt(alpha_bar[t - 1]) * beta[t] / (1 - alpha_bar[t]) * x[0]
        + sqrt(alpha[t]) * (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * x[t]
    )


def completing_the_square():
    chain = Chain(
        Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t])
        * Normal(x[t - 1], sqrt(alpha_bar[t - 1]) * x[0], 1 - alpha_bar[t - 1])
        / Normal(x[t], sqrt(alpha_bar[t]) * x[0], 1 - alpha_bar[t]),
        where={t: 2},
    )
    chain.step(
        Normal(x[t - 1], posterior_mean(), (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t]),
        "completing the square",
    )
    return [chain]


def problem_3_1():
    x_0 = (x[t] - sqrt(1 - alpha_bar[t]) * epsilon) / sqrt(alpha_bar[t])
    chain = Chain(mu_tilde(t, x[t], x[0])).step(
        posterior_mean(), "its formula", using={mu_tilde(t, x[t], x[0]): posterior_mean()}
    )
    chain.step(
        1 / sqrt(alpha[t]) * (x[t] - beta[t] / sqrt(1 - alpha_bar[t]) * epsilon),
        "$x_0$ through $x_t$ and $\\epsilon$",
        using={x[0]: x_0},
    )
    x_t = sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon
    loss = Chain(E_q(1 / (2 * sigma[t] ** 2) * SquaredNorm(mu_tilde(t, x[t], x[0]) - mu_theta(x[t], t))) + C)
    inside = 1 / sqrt(alpha[t]) * (x_t - beta[t] / sqrt(1 - alpha_bar[t]) * epsilon) - mu_theta(x_t, t)
    loss.step(
        E_noise(1 / (2 * sigma[t] ** 2) * SquaredNorm(inside)) + C,
        "put in",
        using={mu_tilde(t, x[t], x[0]): posterior_mean()},
    )
    return [chain, loss]


def problem_3_2():
    network = 1 / sqrt(alpha[t]) * (x[t] - beta[t] / sqrt(1 - alpha_bar[t]) * epsilon_theta(x[t], t))
    target = 1 / sqrt(alpha[t]) * (x[t] - beta[t] / sqrt(1 - alpha_bar[t]) * epsilon)
    chain = Chain(E_noise(1 / (2 * sigma[t] ** 2) * SquaredNorm(target - mu_theta(x[t], t))) + C)
    chain.step(
        E_noise(1 / (2 * sigma[t] ** 2) * SquaredNorm(target - network)) + C,
        "definition",
        using={mu_theta(x[t], t): network},
    )
    weight = beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t] * (1 - alpha_bar[t]))
    chain.step(E_noise(weight * SquaredNorm(epsilon - epsilon_theta(x[t], t))) + C, "$x_t$ cancels")
    x_t = sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon
    chain.step(E_noise(weight * SquaredNorm(epsilon - epsilon_theta(x_t, t))) + C, "the closed form")
    return [chain]


PROBLEMS = [problem_1_4, problem_2_1, problem_2_2a, problem_2_2b, completing_the_square, problem_3_1, problem_3_2]


LONG = (problem_2_2b, problem_3_1, problem_3_2)  # seconds each


@pytest.mark.parametrize("problem", [pytest.param(p, marks=[pytest.mark.slow] * (p in LONG)) for p in PROBLEMS])
def test_problem_is_proved_with_symbols(problem):
    with as_written():
        chains = problem()
    for chain in chains:
        assert chain.steps
        assert "numerically" not in chain.settled
        assert "$" not in chain.latex()


def test_the_cumulative_product_of_beta_is_refused():
    v = family("v", "v")
    with pytest.raises(WrongStep, match=r"alpha\[1\] = .*left = .*right = ") as caught:
        Induction(v, 0, lambda n, v: alpha[n] * v + 1 - alpha[n], lambda n: 1 - sp.Product(beta[s], (s, 1, n)))
    assert caught.value.part == "inductive step"

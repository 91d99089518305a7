"""What is put in for a state, or for a density of q, is what the schedule makes of it; other symbols are free."""

import pytest
import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL
from ddpm.derivation.forward import contradicts_the_chain, is_proved
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.premises import equalities
from ddpm.derivation.symbols import T, alpha, alpha_bar, beta, epsilon, epsilon_t, epsilon_theta, s, sigma, sqrt, t, x

y = sp.Symbol("y", real=True)
bar, total, before = alpha_bar[t], 1 - alpha_bar[t], 1 - alpha_bar[t - 1]
noised = sqrt(bar) * x[0] + sqrt(total) * epsilon
back = q(x[t - 1] | x[t])
step, earlier, closed = q(x[t] | x[t - 1]), q(x[t - 1] | (x[t], x[0])), q(x[t] | x[0])
mean = sqrt(alpha_bar[t - 1]) * beta[t] / total * x[0] + sqrt(alpha[t]) * before / total * x[t]


@pytest.mark.parametrize(
    "old, new",
    [
        (x[t], noised),
        (x[3], noised.subs(t, 3)),
        (x[0], (x[t] - sqrt(total) * epsilon) / sqrt(bar)),
        (epsilon, (x[T] - sqrt(alpha_bar[T]) * x[0]) / sqrt(1 - alpha_bar[T])),
        (x[t] - sqrt(bar) * x[0], sqrt(total) * epsilon),
        (step, Normal(x[t], sqrt(1 - beta[t]) * x[t - 1], 1 - alpha[t])),
        (step, Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t], "I")),
        (closed, Normal(x[t], sqrt(bar) * x[0], total)),
        (q(x[t] | x[s]), Normal(x[t], sqrt(bar / alpha_bar[s]) * x[s], 1 - bar / alpha_bar[s])),
        (earlier, Normal(x[t - 1], mean, before / total * beta[t])),
        (KL(closed, p(x[t])), KL(Normal(x[t], sqrt(bar) * x[0], total), Normal(x[t], 0, 1))),
        (back, step * q(x[t - 1]) / q(x[t])),
        (earlier, step * q(x[t - 1] | x[0]) / closed),
        (q(x[1:T] | x[0]), sp.Product(step, (t, 1, T))),
        (q(x[t - 3] | x[t]), q(x[t] | x[t - 3]) * q(x[t - 3]) / q(x[t])),  # where there is an x[t - 3]
    ],
)
def test_what_the_schedule_says_may_be_put_in(old, new):
    assert not contradicts_the_chain(old, new)
    assert len(equalities({old: new})) == 1


@pytest.mark.parametrize(
    "old, new",
    [
        (x[t], sqrt(bar) * x[0] + total * epsilon),
        (x[t], sqrt(bar) * x[0] + sqrt(beta[t]) * epsilon),
        (x[t], sqrt(total) * x[0] + sqrt(bar) * epsilon),
        (x[t - 1], noised),
        (x[t], sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon),  # that noise is epsilon_t
        (x[0], (x[t] + sqrt(total) * epsilon) / sqrt(bar)),
        (epsilon, (x[t] - sqrt(bar) * x[0]) / total),
        (step, Normal(x[t], alpha[t] * x[t - 1], beta[t])),
        (step, Normal(x[t], sqrt(alpha[t]) * x[t - 1], sqrt(beta[t]))),
        (step, Normal(x[t - 1], sqrt(alpha[t]) * x[t], beta[t])),
        (step, Normal(x[t], sqrt(beta[t]) * x[t - 1], alpha[t], "I")),
        (closed, Normal(x[t], sqrt(alpha[t]) * x[0], total)),
        (closed, Normal(x[t], sqrt(bar) * x[0], beta[t])),
        (q(x[t] | x[s]), Normal(x[t], sqrt(bar) * x[s], 1 - bar / alpha_bar[s])),
        (earlier, Normal(x[t - 1], mean, beta[t])),
        (KL(closed, p(x[t])), KL(Normal(x[t], sqrt(bar) * x[0], beta[t]), Normal(x[t], 0, 1))),
        (back, earlier),
        (back, step * q(x[t]) / q(x[t - 1])),
        (earlier, step * q(x[t - 1]) / q(x[t])),
        (step, closed),
        (q(x[0], x[t]), q(x[0]) * q(x[t])),
        (q(x[1:T] | x[0]), sp.Product(closed, (t, 1, T))),
        (p_theta(x[0:T]), sp.Product(p_theta(x[t - 1] | x[t]), (t, 1, T))),
        (KL(closed, p(x[t])), sp.log(closed / p(x[t]))),
        (KL(p(x[t]), closed), KL(Normal(x[t], 0, 1), Normal(x[t], sqrt(bar) * x[0], beta[t]))),
        (earlier, Normal(x[t - 1], mean.subs(x[0], x[1]), before / total * beta[t])),
    ],
)
def test_what_the_schedule_denies_is_not_put_in(old, new):
    assert contradicts_the_chain(old, new)
    with pytest.raises(ValueError, match="fixed by the chain"):
        equalities({old: new})


@pytest.mark.parametrize(
    "old, new",
    [
        (x[t], x[0] + sigma[t] * epsilon),  # of another chain
        (x[t], y * x[0] + epsilon),
        (x[t], sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon_t[t]),
        (x[0], (x[t] - sqrt(total) * epsilon_theta(x[t], t)) / sqrt(bar)),
        (x[t], x[0]),
        (epsilon, beta[t]),
        (step, Normal(x[t], x[t - 1], sigma[t] ** 2)),
        (step, Normal(x[t], 0, 1)),
        (step, Normal(x[t], sqrt(alpha[t]) * x[t - 1], y**2)),
        (p_theta(x[t] | x[0]), Normal(x[t], x[0], beta[t])),
        (step, beta[t]),
        (q(x[t - 1]), Normal(x[t - 1], 0, beta[t])),
        (q(x[t - 1] | x[t]), Normal(x[t - 1], sqrt(alpha[t]) * x[t], beta[t])),  # right for normal data
        (q(x[t - 1] | (x[t], x[1])), Normal(x[t - 1], x[1], beta[t])),
        (q(x[t] | (x[t - 1], x[0])), Normal(x[t], x[t - 1], beta[t])),
        (KL(closed, p(x[t])), beta[t]),
        (p_theta(x[t - 1] | x[t]), back),  # a model that is right
        (q(x[T] | x[0]), p(x[T])),  # a schedule that ends in the prior
        (q(x[t]), y * q(x[0])),
        (q(x[t]), sigma[t] * q(x[0])),
        (q(x[0:t]), Normal(x[t], 0, beta[t])),
        (p_theta(x[t - 1] | x[t]), Normal(x[t - 1], x[t], beta[t])),
    ],
)
def test_of_anything_else_nothing_is_said(old, new):
    assert not contradicts_the_chain(old, new)


def test_what_rules_do_not_reach_is_not_proved():
    assert is_proved(beta[t] + alpha[t], 1)
    assert not is_proved(alpha[t], beta[t])
    assert not is_proved(q(x[t] | x[s]), q(x[s] | x[t]))  # the order of their times is not known

"""What may be put in: definitions of what is free, which can be so, and do not contradict each other."""

import pytest
import sympy as sp

from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import Undecided, p, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.premises import equalities
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    epsilon,
    family,
    log,
    mu_tilde,
    s,
    sigma,
    sqrt,
    t,
    x,
)

y, z = sp.symbols("y z", real=True)
v = sp.Symbol("v", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
m, r = family("m", "m"), family("r", "r", positive=True)
f = sp.Function("f")


def test_what_may_be_put_in():
    assert equalities(None) == equalities({}) == ()
    (known,) = equalities({m[t]: 0.5})
    assert (known.old, known.new, known.where, known.general) == (m[t], sp.S.Half, {}, True)
    generals = {m[t]: True, mu_tilde(t, y, z): True, q(x[t]): True, KL(q(x[T]), p(x[T])): True}
    generals |= {y: False, m[t] + y: False, y**2: False}
    assert [known.general for known in equalities({old: z for old in generals})] == list(generals.values())
    assert equalities([known]) == (known,)
    for old in (alpha[t], alpha_bar[t - 1] * beta[s], sqrt(1 - alpha_bar[t]), sp.Integer(3)):
        with pytest.raises(ValueError, match="is fixed"):
            equalities({old: y})
    with pytest.raises(ValueError, match="has it inside"):
        equalities({y: y**2})
    for fine in ({t: 3}, {alpha[t] * y: z}, {sigma[t]: beta[t]}, {y: y}, {alpha[t]: alpha[t]}):
        assert len(equalities(fine)) == 1


@pytest.mark.parametrize(
    "old",
    [
        log(2),
        sp.sin(t),
        log(alpha[t]),
        sp.factorial(T) / 2,
        sp.floor(n / 2),
        sp.sign(t - T),
        alpha[n],
        SquaredNorm(beta[t]),
        sp.Integral(y, (y, 0, 1)),
        sp.Limit(sp.sin(y) / y, y, 0),
        sp.Sum(y, (y, 1, 3)),
        sp.Sum(alpha[s], (s, 1, n)),
        sp.exp(E_noise(epsilon)),
        f(E_noise(epsilon)),
        KL(Normal(y, 0, 1), Normal(y, z, 1)),
        KL(q(x[t]), q(x[t])),
    ],
)
def test_what_has_nothing_free_in_it_is_not_put_in(old):
    with pytest.raises(ValueError, match="is fixed"):
        equalities({old: v})


@pytest.mark.parametrize("old", [log(m[t]), f(t), y**2, t * y, alpha[t] * m[t], KL(q(x[t]), p(x[t])), n, f(2), q(x[0])])
def test_what_has_something_free_in_it_is_put_in(old):
    assert len(equalities({old: 3})) == 1


@pytest.mark.parametrize(
    "old, new",
    [
        (r[t], -1),
        (v, 0),
        (n, sp.S.Half),
        (y**2 + 1, 0),
        (y, sp.I),
        (m[t], sp.I * v),
        (sp.Abs(y), -v),
        (i, sp.pi),
        (sp.Symbol("below", negative=True), 2),
        (sp.Symbol("other", nonzero=True), 0),
    ],
)
def test_nothing_is_put_in_that_cannot_be(old, new):
    with pytest.raises(ValueError, match="a number of another kind"):
        equalities({old: new})


@pytest.mark.parametrize("name", ["q", "p", "p_theta", "x_0,epsilon", "I"])
def test_the_name_of_a_law_is_no_number(name):
    with pytest.raises(ValueError, match="name of a law"):
        equalities({sp.Symbol(name): y})


def test_a_chain_that_rests_on_what_a_state_is_does_not_hold_in_a_mean():
    square = Chain(x[t] ** 2).step(y**2, "given", using={x[t]: y})
    for mean in (E_q, E_noise):
        with pytest.raises(Undecided):
            Chain(mean(x[t] ** 2)).step(y**2, "the square", using=square)
    assert Chain(2 * x[t] ** 2).step(2 * y**2, "the square", using=square)


@pytest.mark.parametrize("old", [sp.cos(y), sp.sign(y), sp.tanh(m[t]), sp.erf(y)])
def test_no_number_is_put_in_for_a_function_that_has_values_of_its_own(old):
    with pytest.raises(ValueError, match="values of its own"):
        equalities({old: 2})
    assert len(equalities({old: z})) == 1


@pytest.mark.parametrize(
    "one, other",
    [
        ({m[t]: y + 1}, {m[s]: y}),
        ({m[t]: t}, {m[t + 1]: t + 5}),
        ({x[t]: y + 1}, {x[s]: y}),
        ({m[t]: t**2}, {m[1]: 2}),
        ({m[i]: i}, {m[t]: t - 1}),
        ({y: 1, f(t): 1, m[s - 1]: 1, m[t]: 1}, {m[s]: 2}),
        ({m[t]: t**2}, {m[t - 1]: t**2}),  # t - 1 is a time too, from t = 2 on
        ({m[t + 1]: t}, {m[s - 1]: s - 1}),
        ({r[t]: alpha_bar[t]}, {r[t - 1]: alpha_bar[t]}),
        ({mu_tilde(t, x[t], x[0]): t}, {mu_tilde(t - 1, x[t - 1], x[0]): t}),
        ({q(x[t + 1] | x[t]): z}, {q(x[t] | x[t - 1]): y}),
        ({KL(q(x[t]), p(x[t])): z}, {KL(q(x[1]), p(x[1])): y}),
        ({y: 1}, {y**2: 4}),
        ({r[t]: alpha[t]}, {r[t] ** 2: beta[t]}),
        ({r[t]: sqrt(alpha[t] / alpha_bar[t])}, {log(r[t]): log(alpha[t]) - log(alpha_bar[t])}),
        ({y: 1}, {sp.exp(y): 2}),
        ({y: z}, {y**2: z**2 + 1}),
    ],
)
def test_a_family_is_not_defined_twice(one, other):
    for both in (one | other, other | one):
        with pytest.raises(ValueError, match="so that"):
            equalities(both)
    start = sp.Add(*one, *other)
    for first, second in ((one, other), (other, one)):
        chain = Chain(start).step(start.xreplace(first), "given", using=first)
        with pytest.raises(ValueError, match="so that"):
            chain.step(chain.last.xreplace(second), "given", using=second)


def test_epsilon_is_the_noise_of_one_state():
    def at(n):
        return sqrt(alpha_bar[n]) * x[0] + sqrt(1 - alpha_bar[n]) * epsilon

    noise = {epsilon: (x[t] - sqrt(alpha_bar[t]) * x[0]) / sqrt(1 - alpha_bar[t])}
    for both in ({x[t]: at(t), x[t - 1]: at(t - 1)}, {x[s]: at(s)} | noise):
        with pytest.raises(ValueError, match="a noise of its own"):
            equalities(both)
    chain = Chain(x[t] - x[t - 1]).step(at(t) - x[t - 1], "put in", using={x[t]: at(t)})
    with pytest.raises(ValueError, match="a noise of its own"):
        chain.step(at(t) - at(t - 1), "put in", using={x[t - 1]: at(t - 1)})
    for fine in (
        {x[t]: at(t), x[t - 1]: y},
        {x[t]: at(t), x[t - 1]: sigma[t] * x[0] + y * epsilon},
        {x[T]: at(T)} | {y: x[s]},
    ):
        assert equalities(fine)


def test_a_family_may_be_defined_at_two_times():
    fine = [
        {m[t]: t * (t + 1), m[t - 1]: t**2 - t},
        {m[t]: t, m[0]: 5},  # t begins at 1
        {m[t]: t, m[1 - t]: 5},
        {m[t]: beta[t] + t - t**2, m[t - 1]: 1 - alpha[t - 1] - (t - 1) * (t - 2)},  # equal, once it is multiplied out
        {mu_tilde(t, x[t], x[0]): t, mu_tilde(t, x[t - 1], x[0]): 5},
        {q(x[t] | x[t - 1]): z, q(x[t] | x[t - 2]): y},
        {m[i]: v, r[i]: i, m[t]: v},
        {r[t]: sqrt(1 - beta[t]), r[t] ** 2: alpha[t]},
        {m[t]: y, m[t] ** 2: z},
        {m[t]: m[t - 1] + 1, m[s]: s},  # a recurrence
        {m[t]: t, m[s]: m[s - 1] + 1},
        {m[2 * t]: 1, m[t]: 1},
        {m[t]: t, r[s]: s + 1},
        {m[t]: t, m[s / 2]: z},  # s / 2 may be no time
        {y: 2, y**2: 4},
    ]
    for both in fine:
        with as_written():
            assert len(equalities(both)) == len(both)

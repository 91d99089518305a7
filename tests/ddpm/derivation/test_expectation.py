"""Expectations and divergences: what they are built of, and what may be taken out of them."""

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided, p, p_theta, q
from ddpm.derivation.expectation import (
    KL,
    LAW_NOISE,
    LAW_Q,
    E_noise,
    E_q,
    by_moments,
    expand_kl,
    integrand,
    laws,
    one_state_at_a_time,
    outside_as_mean,
    reparameterized,
)
from ddpm.derivation.gaussians import PIXELS, Normal
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    beta,
    epsilon,
    epsilon_t,
    family,
    log,
    s,
    sqrt,
    t,
    x,
)

y, z, u = sp.symbols("y z u", real=True)
v, w = sp.symbols("v w", positive=True)
m = family("m", "m")
f = sp.Function("f")
GIVEN = KL(q(x[1] | x[0]), p_theta(x[1]))

SAME, OTHER = KL(q(x[1] | x[0]), p_theta(x[1] | x[0])), KL(q(x[1]), p_theta(x[1] | x[1]))


def noised(time):
    return sqrt(alpha_bar[time]) * x[0] + sqrt(1 - alpha_bar[time]) * epsilon


def test_text_and_what_is_known():
    assert str(E_q(x[t])) == "E_q(x[t])" and str(E_noise[epsilon]) == "E_noise(epsilon)" and E_q[y] == E_q(y)
    assert str(GIVEN) == "KL(q(x[1] | x[0]), p_theta(x[1]))"
    for part in (E_q(x[t]), GIVEN):
        assert part.is_real and part.is_finite and part.is_commutative
    assert GIVEN.is_nonnegative and E_q(x[t]).is_nonnegative is None
    with pytest.raises(TypeError):
        iter(E_q)


@pytest.mark.parametrize(
    "first, second, why",
    [
        (y, z, "two named densities or two Normals"),
        (q(x[1]), Normal(x[1], 0, 1), "two named densities or two Normals"),
        (Normal(y, 0, 1), Normal(z, 0, 1), "of one variable; got y and z"),
        (Normal(y, 0, 1), Normal(y, 0, 1, "I"), "two densities of one pixel, or two of an image"),
        (Normal(alpha[t], beta[t], v), Normal(alpha[t], 0, v), "is fixed, and no variable"),
        (q(x[1]), q(x[2]), "densities of one variable"),
        (q(x[1], x[0]), q(x[1] | x[0]), "densities of one variable"),
    ],
)
def test_a_divergence_is_of_two_of_one_kind(first, second, why):
    with pytest.raises(TypeError, match=why):
        KL(first, second)


def test_the_laws_that_are_tried():
    assert laws(E_q(x[t]), E_q(x[0])) == laws(E_q(x[t]), y) == [LAW_Q, LAW_NOISE]
    assert laws(E_q(x[t]), E_noise(epsilon)) == laws(E_noise(epsilon), y) == [LAW_NOISE]


@pytest.mark.parametrize(
    "expr, law, right",
    [
        (E_q(x[t]), LAW_Q, x[t]),
        (2 * E_q(x[t]) + y, LAW_Q, 2 * x[t] + y),
        (E_q(x[t]) - E_q(x[0]), LAW_Q, x[t] - x[0]),
        (sp.Sum(m[s] * E_q(x[s]), (s, 1, T)), LAW_Q, sp.Sum(m[s] * x[s], (s, 1, T))),
        (E_noise(x[t]), LAW_NOISE, noised(t)),
        (E_q(x[t]), LAW_NOISE, noised(t)),
        (E_q(x[t] + x[1]), LAW_NOISE, noised(t) + noised(1)),
        (E_noise(x[2] * x[1]), LAW_NOISE, noised(2) * noised(1)),
        (E_q(sp.Sum(x[s], (s, 1, T))), LAW_NOISE, sp.Sum(noised(s), (s, 1, T))),
        (E_q(x[0]), LAW_NOISE, x[0]),
        (y, LAW_Q, y),
        (E_q(GIVEN), LAW_Q, log(q(x[1] | x[0])) - log(p_theta(x[1]))),
        (E_q(2 * GIVEN + y), LAW_Q, 2 * (log(q(x[1] | x[0])) - log(p_theta(x[1]))) + y),
        (E_q(GIVEN**2), LAW_Q, GIVEN**2),
        (E_q(GIVEN**2 + GIVEN), LAW_Q, GIVEN**2 + GIVEN),
        (E_q(SAME), LAW_Q, log(q(x[1] | x[0])) - log(p_theta(x[1] | x[0]))),
        (E_q(OTHER), LAW_Q, OTHER),
        (E_q(x[0] * GIVEN), LAW_Q, x[0] * GIVEN),  # a factor that is no number
        (E_q(epsilon * GIVEN), LAW_Q, epsilon * GIVEN),
        (E_q(epsilon_t[1] * GIVEN), LAW_Q, epsilon_t[1] * GIVEN),
        (E_q(GIVEN * GIVEN.xreplace({x[1]: x[2]})), LAW_Q, GIVEN * GIVEN.xreplace({x[1]: x[2]})),
        (E_q(KL(p_theta(x[1]), q(x[1]))), LAW_Q, KL(p_theta(x[1]), q(x[1]))),
        (E_q(KL(q(x[1]), p_theta(x[1] | x[0]))), LAW_Q, KL(q(x[1]), p_theta(x[1] | x[0]))),
        (y * E_q(x[t]), LAW_Q, y * x[t]),
    ],
)
def test_the_integrand(expr, law, right):
    assert integrand(expr, law) == right


def test_divergences_in_a_sum():
    term = KL(q(x[s] | x[0]), p_theta(x[s]))
    found = integrand(E_q(sp.Sum(y * term, (s, 1, T))), LAW_Q)
    assert found == sp.Sum(y * (log(q(x[s] | x[0])) - log(p_theta(x[s]))), (s, 1, T))


@pytest.mark.parametrize(
    "expr, law, why",
    [
        (E_q(E_q(x[t])), LAW_Q, "an expectation in an expectation"),
        (E_q(x[t]) ** 2, LAW_Q, "no linear combination"),
        (E_q(x[t]) * E_q(x[0]), LAW_Q, "no linear combination"),
        (f(E_q(x[t])), LAW_Q, "no linear combination"),
        (x[t] + E_q(x[t]), LAW_Q, "a state or a noise outside of expectations"),
        (x[t] * E_q(x[t]), LAW_Q, "a state or a noise outside of expectations"),
        (q(x[t]) * E_q(x[t]), LAW_Q, "a state or a noise outside of expectations"),
        (sp.Sum(x[s] * E_q(x[s]), (s, 1, T)), LAW_Q, "a state or a noise outside of expectations"),
        (epsilon * E_noise(x[t]), LAW_NOISE, "a state or a noise outside of expectations"),
        (epsilon * E_q(x[t]), LAW_Q, "a state or a noise outside of expectations"),
        (epsilon_t[t] * E_q(x[t]), LAW_Q, "a state or a noise outside of expectations"),
        (epsilon_t[t] + E_noise(x[t]), LAW_NOISE, "a state or a noise outside of expectations"),
        (E_noise(log(q(x[t]))), LAW_NOISE, "no expectation over x_0 and epsilon"),
        (E_q(epsilon * x[t]), LAW_NOISE, "no expectation over x_0 and epsilon"),
        (E_q(epsilon_t[t] * x[t]), LAW_NOISE, "no expectation over x_0 and epsilon"),
        (E_q(x[2] * x[1]), LAW_NOISE, "several states in one term"),
        (E_q(x[0] * sp.Sum(x[s], (s, 1, T)) ** 2), LAW_NOISE, "several states in one term"),
        (E_q(sp.Product(x[s], (s, 1, T))), LAW_NOISE, "several states in one term"),
    ],
)
def test_what_has_no_integrand(expr, law, why):
    with pytest.raises(Undecided, match=why):
        integrand(expr, law)


def test_states_through_the_noise():
    assert reparameterized(x[t] * x[0] + f(x[1])) == noised(t) * x[0] + f(noised(1))
    assert reparameterized(y + epsilon) == y + epsilon
    assert reparameterized(y * sp.Sum(f(x[s]), (s, 0, T))) == y * sp.Sum(f(noised(s)), (s, 0, T))
    assert one_state_at_a_time(x[1] + f(x[2]) * x[0]) == noised(1) + f(noised(2)) * x[0]
    assert one_state_at_a_time(x[1] * sp.Sum(m[s], (s, 1, T))) == noised(1) * sp.Sum(m[s], (s, 1, T))
    with pytest.raises(Undecided, match="several states"):
        one_state_at_a_time(y + x[1] * x[2])


def test_moments():
    assert by_moments(epsilon**4 * y + epsilon + x[0]) == 3 * y + x[0]
    assert by_moments(y) == y and by_moments(sp.exp(epsilon)) is None
    assert by_moments(epsilon * epsilon_t[t]) is None  # of which it is made
    over = lambda body: sp.Sum(body, (s, 1, T))  # noqa: E731
    assert by_moments(over(epsilon**2 * m[s] + epsilon)) == over(m[s]) and by_moments(over(m[s])) == over(m[s])
    assert by_moments(y * epsilon * over(epsilon * m[s]) - x[0] * epsilon**4) == over(y * m[s]) - 3 * x[0]
    assert by_moments(over(over(epsilon**2)) + (epsilon - f(epsilon)) ** 2 - f(epsilon) ** 2) is None
    assert by_moments(
        (epsilon - f(epsilon)) ** 2 - f(epsilon) ** 2 + 2 * epsilon * f(epsilon) + over(epsilon)
    ) == 1 + over(0)
    assert by_moments(over(sp.exp(epsilon))) is by_moments(over(epsilon) * over(epsilon * m[s])) is None
    assert by_moments(f(over(epsilon))) is by_moments(over(epsilon) ** 2) is None


def test_a_divergence_of_normals_is_written_out():
    first, second = Normal(u, y, v), Normal(u, z, w)
    right = log(w / v) / 2 + (v + (y - z) ** 2) / (2 * w) - sp.S.Half
    assert sp.simplify(sp.expand_log(expand_kl(3 * KL(first, second), {}) - 3 * right)) == 0
    image = expand_kl(KL(Normal(u, y, v, "I"), Normal(u, z, v, "I")), {})
    assert sp.simplify(image - SquaredNorm(y - z) / (2 * v)) == 0 and not image.has(PIXELS)
    others = [
        KL(Normal(x[t], 0, v), Normal(x[t], sp.Sum(x[s], (s, 1, T)), w)),
        KL(Normal(u**2, y, v), Normal(u**2, u, w)),
    ]
    for kl in (KL(Normal(u, u + y, v), second), KL(first, Normal(u, z, u**2 + 1)), GIVEN, *others):
        assert expand_kl(2 * kl, {}) == 2 * kl
    state = expand_kl(KL(Normal(x[t], sp.Sum(m[s], (s, 1, T)), v), Normal(x[t], x[0], v)), {})
    assert sp.simplify(state - (sp.Sum(m[s], (s, 1, T)) - x[0]) ** 2 / (2 * v)) == 0


def test_a_divergence_outside_of_expectations():
    free = KL(q(x[1]), p_theta(x[1]))
    ratio = E_q(log(q(x[1])) - log(p_theta(x[1])))
    assert outside_as_mean(free) == ratio and outside_as_mean(2 * free + y) == 2 * ratio + y
    given = KL(q(x[T]), p_theta(x[T] | x[0]))
    for kl in (GIVEN, given, KL(p_theta(x[1]), q(x[1])), KL(p(x[1]), q(x[1])), KL(Normal(u, y, v), Normal(u, z, w))):
        assert outside_as_mean(kl) == kl
    assert outside_as_mean(E_q(free)) == E_q(free) and outside_as_mean(free**2) == free**2


def test_a_mean_is_real_where_what_it_is_of_is():
    assert E_q(x[t]).is_real and E_noise(epsilon**2 * log(q(x[t]))).is_real
    for body in (sqrt(x[t]), log(epsilon), sp.I * epsilon**2):
        assert not E_noise(body).is_real and sp.re(E_noise(body)) != E_noise(body)

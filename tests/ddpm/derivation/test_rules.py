"""Single rules, each where it holds and where it just does not: what is put in, conditions, expectations, norms,
sums, worlds."""

import pytest
import sympy as sp

from ddpm.derivation import algebra, proofs
from ddpm.derivation.chain import Chain, WrongStep
from ddpm.derivation.densities import Density, Undecided, as_steps, factors, p, p_theta, q
from ddpm.derivation.expectation import E_noise, E_q, by_moments
from ddpm.derivation.induction import Induction
from ddpm.derivation.numbers import Point
from ddpm.derivation.settle import Different, settle
from ddpm.derivation.symbols import T, alpha, alpha_bar, epsilon, family, log, s, sqrt, t, x

y, z = sp.symbols("y z", real=True)
v = sp.Symbol("v", positive=True)
m = family("m", "m")
STEP, POSTERIOR = q(x[t] | x[t - 1]), q(x[t - 1] | (x[t], x[0]))
BAYES = POSTERIOR * q(x[t] | x[0]) / q(x[t - 1] | x[0])
NOISED = sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon


def bayes():
    return Chain(STEP, where={t: 2}).step(BAYES, "Bayes' rule")


def test_a_chain_is_put_in_only_where_it_holds():
    assert Chain(log(STEP), where={t: 2}).step(log(BAYES), "above", using=bayes()).steps
    with pytest.raises(Undecided, match="known from t = 2 on only"):
        Chain(log(STEP)).step(log(BAYES), "above", using=bayes())
    Chain(sp.Sum(log(STEP), (t, 2, T))).step(sp.Sum(log(BAYES), (t, 2, T)), "above", using=bayes())
    with pytest.raises(Undecided, match="known from t = 2 on only"):
        Chain(sp.Sum(log(STEP), (t, 1, T))).step(sp.Sum(log(BAYES), (t, 1, T)), "above", using=bayes())


def test_neither_is_one_put_in_where_its_own_symbols_do_not_reach():
    one = Chain(sp.sign(1 - alpha_bar[t])).step(1, "above 0 from t = 1 on")
    with pytest.raises(Undecided, match="known from t = 1 on only"):
        Chain(sp.Sum(one.start, (t, 0, T))).step(T + 1, "above", using=one)
    assert Chain(sp.Sum(one.start, (t, 1, T))).step(T, "above", using=one).steps


def test_an_equality_for_one_t_is_not_put_into_a_sum_over_t():
    with pytest.raises((WrongStep, Undecided)):
        Chain(sp.Sum(t, (t, 1, T))).step(3 * T, "t is 3", using={t: sp.Integer(3)})
    assert Chain(sp.Sum(m[t], (t, 1, T))).step(T * y, "each", using={m[t]: y}).steps


def test_neither_is_a_chain_that_rests_on_it():
    three = Chain(t).step(3, "given", using={t: 3})
    with pytest.raises(Undecided, match="still stands"):
        Chain(sp.Sum(t, (t, 1, T))).step(3 * T, "above", using=three)
    assert Chain(t * y).step(3 * y, "above", using=three).steps
    each = Chain(2 * m[t]).step(2 * y, "given", using={m[t]: y})
    assert Chain(sp.Sum(2 * m[t], (t, 1, T))).step(2 * T * y, "above", using=each).steps


@pytest.mark.parametrize(
    "left, right, using",
    [
        (E_noise(epsilon**2), sp.Integer(4), {epsilon: 2}),
        (E_q(x[t] + y), z, {x[t] + y: z}),
        (E_q(x[t]), sqrt(alpha_bar[t]) * E_q(x[0]) + sqrt(1 - alpha_bar[t]) * epsilon, {x[t]: NOISED}),
    ],
)
def test_an_equality_for_one_state_is_not_put_into_an_expectation(left, right, using):
    with pytest.raises(Undecided, match="still stands"):
        settle(left, right, using=using)


def test_what_holds_for_all_states_is_put_into_an_expectation():
    settle(E_noise(x[t] * y), E_noise(NOISED * y), using={x[t]: NOISED})
    settle(E_q(m[t] * x[t]), 3 * E_q(x[t]), using={m[t]: 3})
    settle(E_q(y * x[t]), 3 * E_q(x[t]), using={y: 3})


@pytest.mark.parametrize(
    "old, new",
    [
        (alpha_bar[t], alpha[t]),
        (alpha[t], sp.S.Half),
        (1 - alpha_bar[t], 1 - alpha[t]),
        (y, y + 1),
        (sp.Integer(2), sp.Integer(3)),
        (E_q(x[t]), x[t]),
    ],
)
def test_what_is_fixed_is_not_put_in(old, new):
    with pytest.raises(ValueError, match="is fixed|has it inside"):
        settle(old, new, using={old: new})


def test_a_condition_is_one_that_its_symbol_can_meet():
    with pytest.raises(ValueError, match="cannot begin at 0"):
        settle(t, t, where={t: 0})


def test_an_index_has_the_properties_of_what_it_runs_over():
    i, j = sp.symbols("i j", integer=True)
    false = sp.Sum(sp.sign(i), (i, t, T), (t, 0, T)), sp.Sum(1, (i, t, T), (t, 0, T))  # sign(0) = 0
    assert proofs.find_proof(*false, {}) is None
    assert proofs.find_proof(sp.Sum(sp.sign(i), (i, j, T), (j, 1, T)), sp.Sum(1, (i, j, T), (j, 1, T)), {})
    with sp.evaluate(False):
        sums = [sp.Sum(body, (s, 0, T)) for body in (sp.Pow(0, s), sp.sign(s), sp.KroneckerDelta(s, 0) * m[s])]
    for written, wrong in zip(sums, (0, T + 1, 0)):
        with pytest.raises(Undecided, match="take another"):
            settle(written, wrong)


def test_what_is_put_in_brings_no_index_into_a_sum():
    for end in (sp.Sum(s * s, (s, 1, 3)), 6 * s):  # captured, and not: a reader cannot tell
        with pytest.raises(Undecided, match="take another"):
            Chain(sp.Sum(m[T] * s, (s, 1, 3))).step(end, "put in", using={m[T]: s})
    assert Chain(sp.Sum(m[T] * t, (t, 1, 3))).step(6 * s, "not captured", using={m[T]: s}).steps


def test_premises_do_not_contradict_each_other():
    one = Chain(y).step(1, "given", using={y: 1})
    with pytest.raises(ValueError, match="y is 1 in this step, and was 2 before"):
        Chain(z).step(2, "given", using={z: y, y: 2}).step(1, "above", using=one)


def test_a_point_refutes_only_what_is_free():
    with pytest.raises(Undecided, match="still stands"):
        settle(y**4, z**2, using={y**2: z})


@pytest.mark.parametrize(
    "body, mean", [(epsilon, 0), (epsilon**2 + y, 1 + y), (3 * epsilon**4, 9), (x[0] * epsilon**6, 15 * x[0])]
)
def test_moments(body, mean):
    assert by_moments(body) == mean


@pytest.mark.parametrize(
    "body", [sp.Abs(epsilon), epsilon**t, sp.exp(epsilon) * epsilon, sp.Sum(epsilon**s, (s, 1, t)), 1 / epsilon]
)
def test_what_is_no_polynomial_has_no_moments(body):
    assert by_moments(body) is None


def test_arguments_of_a_sum_of_expectations_are_not_swapped():
    left = E_q(x[t] ** 2) + 2 * E_q(x[0])
    assert settle(left, E_q(x[t] ** 2 + 2 * x[0])).by == "symbols"
    with pytest.raises(Different):
        settle(left, E_q(2 * x[t] ** 2 + x[0]))
    assert proofs.find_proof(E_noise(epsilon * y), y * E_noise(epsilon), {}) and not proofs.find_proof(
        E_q(x[t]), E_q(x[0]), {}
    )


def test_only_equal_arguments_make_functions_equal():
    f = sp.Function("f")
    assert algebra.vanishes(f(y + z) - f(z + y), {}) and not algebra.vanishes(f(y) - f(z), {})
    assert not algebra.vanishes(m[t] - m[t + 1], {}) and not algebra.vanishes(
        sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[s], (s, 1, T)), {}
    )
    assert not algebra.vanishes(sp.Sum(m[s], (s, 1, t)) - sp.Sum(m[s + 1], (s, 1, t)), {})


def test_a_root_and_a_log_split_only_what_is_positive():
    assert algebra.vanishes(sqrt(v * alpha[t]) - sqrt(v) * sqrt(alpha[t]), {}) and not algebra.vanishes(
        sqrt(y * z) - sqrt(y) * sqrt(z), {}
    )
    first = 1 - alpha_bar[t - 1]  # 0 at t = 1
    assert algebra.is_positive(first, {t: 2}) and not algebra.is_positive(first, {})
    assert not algebra.is_positive(v - 1, {}) and not algebra.is_positive(alpha[t] - alpha[s], {})


@pytest.mark.parametrize(
    "density, steps",
    [
        (q(x[0:T]), lambda n: q(x[0]) * sp.Product(q(x[n] | x[n - 1]), (n, 1, T))),
        (q(x[1:T] | x[0]), lambda n: sp.Product(q(x[n] | x[n - 1]), (n, 1, T))),
        (p_theta(x[0:T]), lambda n: p(x[T]) * sp.Product(p_theta(x[n - 1] | x[n]), (n, 1, T))),
    ],
)
def test_the_density_of_a_path(density, steps):
    found = as_steps(density, {})
    (product,) = found.atoms(sp.Product)
    assert found == steps(product.args[1][0])


@pytest.mark.parametrize(
    "density", [p_theta(x[0:t]), p_theta(x[0:2]), q(x[2:T] | x[0]), q(x[5:T]), q(x[0] | x[1:T]), q(x[t:T])]
)
def test_of_other_paths_nothing_is_known(density):
    with pytest.raises(Undecided):
        factors(as_steps(density, {}), {})


def test_states_that_may_be_one_are_not_ordered():
    assert factors(STEP, {}).has(sp.Function) and isinstance(STEP, Density)
    for density in (q(x[T] | x[t]), q(x[t - 1] | (x[t], x[0])), q(x[t] | x[s])):
        with pytest.raises(Undecided, match="may be the same state"):
            factors(density, {})


def test_induction_goes_from_the_claim_before():
    wrong = [lambda n: sqrt(alpha_bar[n + 1]), lambda n: sqrt(alpha_bar[n]) * (1 + n), lambda n: sp.S.One]
    for claim in wrong:
        with pytest.raises((WrongStep, Undecided)):
            Induction(m, 1, lambda n, before: sqrt(alpha[n]) * before, claim)
    proof = Induction(m, 1, lambda n, before: sqrt(alpha[n]) * before, lambda n: sqrt(alpha_bar[n]))
    assert proof.step.steps[0].expr == sqrt(alpha[t]) * m[t - 1] and proof.step.last == sqrt(alpha_bar[t])
    assert proof.step.steps[1].expr == sqrt(alpha[t]) * sqrt(alpha_bar[t - 1])


def test_points_lie_far_apart():
    points = [Point(seed, {}) for seed in range(40)]
    times = {int(point.value(t)) for point in points} | {int(point.value(T)) for point in points}
    sizes = [abs(point.value(y)) for point in points]
    assert max(times) > 20 and min(times) == 1 and min(sizes) < 1e-4 and max(sizes) > 1e4
    assert {sp.sign(float(point.value(y))) for point in points} == {-1, 1}
    assert any(point.value(q(x[1] | x[0])) > 1 for point in points)
    assert {int(Point(seed, {t: 2}).value(T)) for seed in range(40)} >= {2, 3} and min(
        Point(seed, {t: 2}).value(t) for seed in range(9)
    ) >= 2

"""Draws and the bounds of what is typed: mean and variance against numbers drawn or summed, each bound at its edge."""

import numpy as np
import pytest
import sympy as sp

from ddpm.chapters.closed_form.exercises import check_answer_1_4
from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import Undecided, p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.numbers import Undefined
from ddpm.derivation.symbols import (
    A_i,
    C,
    I,
    Product,
    SquaredNorm,
    Sum,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    epsilon,
    epsilon_t,
    epsilon_theta,
    family,
    function,
    log,
    mu_tilde,
    s,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.grading.verdict import Status
from ddpm.grading.written import predictions, states, too_large
from ddpm.grading.written import sample as module
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.families import own_families, with_definitions
from ddpm.grading.written.linear import mean_and_variance
from ddpm.grading.written.lines import Line, Reading
from ddpm.grading.written.notation import counted, earliest, exact, in_notation
from ddpm.grading.written.predictions import Misconception, Predictions, row, short
from ddpm.grading.written.problem import Derivation, _count
from ddpm.grading.written.quantities import Choice, Number, number_of, numbers_of, within_distance, within_factor
from ddpm.grading.written.reading import read
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.states import is_log_linear, point, refuse_foreign
from ddpm.grading.written.too_large import Unreadable

BETA = {n: sp.Rational(n + 2, 20) for n in range(1, 8)}


def at(expr, time):
    """A number for an expression at t = time, with beta_n as above and x_0 = 3."""
    numbers = {beta[n]: value for n, value in BETA.items()}
    bars = {0: sp.Integer(1)}
    for n, value in BETA.items():
        bars[n] = bars[n - 1] * (1 - value)
    numbers |= {alpha[n]: 1 - value for n, value in BETA.items()} | {alpha_bar[n]: bar for n, bar in bars.items()}
    return float(sp.N(expr.subs(t, time).doit().subs(numbers).subs(x[0], 3)))


def coefficients(draw, time):
    """What stands before x_0 and before each noise, once all sums are written out."""
    written = sp.expand(draw.subs(t, time).doit())
    noises = sorted(written.atoms(epsilon_t.function) | ({epsilon} & written.free_symbols), key=str)
    return written.subs(dict.fromkeys(noises, 0)), [written.coeff(noise) for noise in noises]


DRAWS = {
    "one noise": sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon,
    "twice the same": sqrt(alpha[t]) * x[0] + beta[t] * (2 * epsilon + epsilon_t[t]) - epsilon,
    "each step": x[0] + Sum(beta[s] * epsilon_t[s], (s, 1, t)),
    "shifted": x[0] + Sum(beta[s] * epsilon_t[s - 1], (s, 2, t)),
    "backwards": x[0] + Sum(beta[s] * epsilon_t[t - s], (s, 1, t - 1)),
    "the last apart": Sum(beta[s] * epsilon_t[s], (s, 1, t - 1)) + alpha[t] * epsilon_t[t],
    "the last twice": Sum(beta[s] * epsilon_t[s], (s, 1, t)) + alpha[t] * epsilon_t[t],
    "the one after": Sum(beta[s] * epsilon_t[s], (s, 1, t)) + alpha[t] * epsilon_t[t + 1],
    "the one before": Sum(beta[s] * epsilon_t[s], (s, 2, t)) + alpha[t] * epsilon_t[1],
    "the first twice": Sum(beta[s] * epsilon_t[s], (s, 1, t)) + alpha[t] * epsilon_t[1],
    "two sums": Sum(beta[s] * epsilon_t[s], (s, 1, t)) + Sum(alpha[s] * epsilon_t[s], (s, 1, t - 1)),
    "two sums apart": Sum(beta[s] * epsilon_t[s], (s, 1, t - 1)) + Sum(alpha[s] * epsilon_t[s + t], (s, 1, 2)),
    "one noise in a sum": Sum(beta[s] * epsilon, (s, 1, t)) + x[0],
    "a factor": 3 * (x[0] + Sum(beta[s] * epsilon_t[s], (s, 1, t))) / 2,
    "a number in a sum": Sum(1 + beta[s] * epsilon_t[s], (s, 1, t)),
    "a mean in a sum": Sum(beta[s] * (x[0] + epsilon_t[s]), (s, 1, t)),
}


@pytest.mark.parametrize("name", DRAWS)
def test_mean_and_variance_are_those_of_the_sum_written_out(name):
    mean, variance = mean_and_variance(DRAWS[name], {t: 2})
    assert all(total.args[1][0].is_integer for total in variance.atoms(sp.Sum))
    for time in (2, 4):
        plain, before = coefficients(DRAWS[name], time)
        assert at(mean, time) == pytest.approx(at(plain, time))
        assert at(variance, time) == pytest.approx(sum(at(c, time) ** 2 for c in before))


def test_what_two_sums_have_in_common_may_be_nothing():
    draw = DRAWS["two sums"]  # of the second there is nothing at t = 1
    variance = mean_and_variance(draw, {})[1]
    for time in (1, 3):
        assert at(variance, time) == pytest.approx(sum(at(c, time) ** 2 for c in coefficients(draw, time)[1]))


def test_an_earlier_state_is_a_draw_of_its_own():
    mean, variance = mean_and_variance(sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon, {})
    for time in (1, 3):
        assert at(mean, time) == pytest.approx(at(sqrt(alpha_bar[t]) * x[0], time))
        assert at(variance, time) == pytest.approx(at(1 - alpha_bar[t], time))
    mean, variance = mean_and_variance(x[1] + x[0] + epsilon, {})  # of which the second is no draw
    assert at(mean, 1) == pytest.approx(at((1 + sqrt(alpha_bar[1])) * x[0], 1))
    assert at(variance, 1) == pytest.approx(at(2 - alpha_bar[1], 1))
    later = mean_and_variance(x[t - 1] + Sum(beta[s] * epsilon_t[s], (s, t, t + 1)), {})[1]
    assert at(later, 3) == pytest.approx(at(1 - alpha_bar[t - 1] + beta[t] ** 2 + beta[t + 1] ** 2, 3))
    assert at(mean_and_variance(x[t - 1] + epsilon_t[t], {})[1], 3) == pytest.approx(at(2 - alpha_bar[t - 1], 3))


@pytest.mark.parametrize(
    "draw, words",
    [
        (x[t - 1] + x[t - 2], "has the states x[t - 1] and x[t - 2] in one draw"),
        (x[t - 1] + epsilon_t[t - 1], "that noise is in x[t - 1] already"),
        (x[t - 1] + Sum(epsilon_t[s], (s, 1, t)), "for some t they are in this order, for others not"),
        (x[t - 1] + Sum(epsilon_t[s], (s, t - 1, t)), "noise of the steps t - 1 to t beside x[t - 1], which holds it"),
        (epsilon**2, "not linear in the noise"),
        (epsilon * epsilon_t[1], "not linear in the noise"),
        (Sum(epsilon_t[s], (s, 1, t)) * epsilon, "not linear in the noise"),
        (log(epsilon), "not linear in the noise"),
        (Sum(beta[t] * Sum(epsilon_t[s], (s, 1, t)), (t, 1, 3)), "put the inner sum in front"),
        (Sum(epsilon_t[s], (s, 1, t)) + epsilon_t[3], "for some t they are in this order, for others not"),
        (Sum(epsilon_t[s], (s, t, T)) + epsilon_t[1], "for some t they are in this order, for others not"),
    ],
)
def test_a_draw_of_which_no_variance_can_be_told_is_refused(draw, words):
    with pytest.raises(Unreadable) as error:
        mean_and_variance(draw, {})
    assert words in str(error.value)


def test_noise_that_an_earlier_state_holds_is_refused_in_a_sum_too():
    """sqrt(alpha_t) x_{t-1} and all noises in equal parts have the variance of x_t only if they were independent."""
    draw = sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t] / t) * Sum(epsilon_t[s], (s, 1, t))
    with pytest.raises(Unreadable, match=r"has noise of the steps 1 to t beside x\[t - 1\], which holds it already"):
        mean_and_variance(draw, {t: 2})
    assert not check_answer_1_4(draw).passed


def test_of_mean_and_variance_both_are_told_where_both_are_wrong():
    mean, variance = sqrt(alpha_bar[t]) * x[0], 1 - alpha_bar[t]
    both = " ".join(str(check_answer_1_4((3 * mean, 5 * variance))).split())
    assert "It is 3 times the right one. And" in both and "It is 5 times the right one." in both
    assert " And" not in str(check_answer_1_4((3 * mean, variance))) and check_answer_1_4((mean, variance)).passed


# How large an expression may be


@pytest.mark.parametrize(
    "within, beyond, words",
    [
        (alpha[t] ** 24, alpha[t] ** 25, "exponents go up to 24"),
        (alpha[t] ** -24, alpha[t] ** -25, "exponents go up to 24"),
        (alpha[t] ** sp.Rational(1, 24), alpha[t] ** sp.Rational(1, 25), "exponents go up to 24"),
        (
            (alpha[t] + x[0]) ** 8 * beta[t] ** 24 * x[1] ** 24 * x[2] ** 8,
            beta[t] ** 24 * x[1] ** 24 * x[2] ** 17,
            "64",
        ),
        ((x[0] + x[1] + x[2]) ** 24, (x[0] + x[1] + x[2] + x[3] + x[4]) ** 20, "more than 5000 terms"),
        (SquaredNorm(x[0] ** 24 * x[1] ** 8), SquaredNorm(x[0] ** 24 * x[1] ** 9), "degree above 64"),
        (SquaredNorm((x[0] + x[1]) ** 24), SquaredNorm((x[0] + x[1] + x[2] + x[3]) ** 7), "more than 5000 terms"),
        (sp.exp(1000 * x[0]), sp.exp(1001 * x[0]), "no computer can write down"),
        (sp.exp(x[0]), sp.exp(sp.exp(x[0])), "no computer can write down"),
        (alpha[t] ** (24 * t), alpha[t] ** (25 * t), "does not compare"),
        (alpha[t] ** (t / 2), alpha[t] ** (t**2), "does not compare"),
        (999_999_999 * x[0], 1_000_000_001 * x[0], "more than nine digits"),
        (x[0] / 999_999_999, x[0] / 1_000_000_001, "more than nine digits"),
        (sp.Float(2e8) * x[0], sp.Float(2e9) * x[0], "more than nine digits"),
        (sp.Float(2e-9) * x[0], sp.Float(5e-10) * x[0], "more than nine digits"),
        (Sum(x[s], (s, 1, 100)), Sum(x[s], (s, 1, 101)), "more than 100 terms"),
        (Sum(x[s], (s, -100, 1)), Sum(x[s], (s, -101, 1)), "more than 100 terms"),
        (Sum((x[s] + x[0]) ** 24, (s, 1, 100)), Sum((x[s] + x[0] + x[1]) ** 12, (s, 1, 100)), "more than 5000 terms"),
        (Product(x[s] + x[0], (s, 1, 12)), Product(x[s] + x[0], (s, 1, 13)), "more than 5000 terms"),
        (Product(x[s], (s, 1, 64)), Product(x[s] + x[0], (s, 1, 65)), "degree above 64"),
        (Sum(x[s], (s, 5, 1)), Sum(x[s], (s, 1, 2), (t, 1, 2)), "one index with both ends"),
    ],
)
def test_each_bound_holds_at_its_edge(within, beyond, words):
    too_large.check(within)
    with pytest.raises(Unreadable) as error:
        too_large.check(beyond)
    assert words in str(error.value)


def nested(depth):
    expr = x[0]
    for _ in range(depth):
        expr = sp.log(sp.Add(1, expr, evaluate=False), evaluate=False)
    return expr


def test_depth_and_size_are_bounded():
    for inside in (lambda e: e, lambda e: sp.exp(e, evaluate=False), lambda e: sp.Pow(e, 2, evaluate=False)):
        too_large.check(inside(nested(29)))
        with pytest.raises(Unreadable, match="nested too deeply"):
            too_large.check(inside(nested(30)))
    tower = x[0]
    for _ in range(70):
        tower = sp.exp(tower, evaluate=False)
    with pytest.raises(Unreadable, match="nested too deeply"):
        too_large.check(tower)
    with pytest.raises(Unreadable, match="holds int, which is no expression"):
        too_large.check(3)
    assert too_large.size(x[0] + x[1]) == 5  # the sum, two states, two indices
    assert too_large.size(sp.Add(*(x[i] for i in range(40))), most=30) == 31
    with pytest.raises(Unreadable, match="more than 1500 parts"):
        too_large.check(sp.Add(*(x[i] for i in range(800))))
    too_large.check(sp.Add(*(x[i] for i in range(700))))
    for value in (sp.nan, sp.oo, -sp.oo):
        with pytest.raises(Unreadable, match="not finite"):
            too_large.number(value)


def test_terms_and_degrees_are_those_of_what_is_multiplied_out():
    two = alpha[t] + beta[t]
    for expr, terms, degree in (
        (two, 2, 1),
        (epsilon + C, 2, 1),
        (2 * two, 2, 2),
        (two**3, 4, 3),
        (two**t, 2, 2),
        (sp.Pow(two, 0, evaluate=False), 1, 1),
        (two * x[t] * two, 3, 3),
        (SquaredNorm(two), 4, 2),
        (log(two**2), 1, 2),
        (sp.exp(two), 1, 1),
        (Sum(two, (s, 1, T)), 2, 1),
        (Sum(two, (s, 1, 3)), 6, 1),
        (Sum(two, (s, 3, 1)), 0, 1),
        (Product(two, (s, 1, T)), 2, 1),
        (Product(two, (s, 1, 3)), 8, 3),
        (Product(alpha[s] ** 2, (s, 1, 3)), 1, 2),
    ):
        assert too_large._counted(expr, 0) == (terms, degree), expr


# Which states a line may speak of


@pytest.mark.parametrize(
    "expr, words",
    [
        (log(q(x[-1])), "x[-1], which does not exist"),
        (log(q(x[t - 2] | x[t])), "x[-1], which does not exist"),
        (log(q(x[T + 1])), "x[T + 1], which does not exist"),
        (Sum(log(q(x[t + 1] | x[t])), (t, 1, T)), "x[T + 1], which does not exist: the first step leads"),
        (log(q(x[1 : T + 1])), "a path has both ends in it"),
        (Sum(log(q(x[t - 1] | x[t])), (t, 0, T)), "x[-1], which does not exist"),
        (log(p(x[T] | x[0])), "p is the density of x_T alone"),
        (log(p(x[0])), "p is the density of x_T alone"),
        (E_noise(log(q(x[1]))), "write E_q"),
        (log(q(x[1])) * alpha[t], "only densities, their logs"),
        (t * log(q(x[1])), "holds t as a number"),
        (x[1] + log(q(x[1])), "as a number"),
        (log(q(x[7])), "states up to x[6] apart"),
        (log(q(x[T - 7])), "states up to x[6] apart"),
        (Sum(log(q(x[t])), (t, 8, T)), "states up to x[6] apart"),
    ],
)
def test_a_line_about_the_chains_stays_inside_of_them(expr, words):
    with pytest.raises(Unreadable) as error:
        refuse_foreign(expr, {})
    assert words in str(error.value)


def test_lines_inside_of_the_chains_are_taken():
    for expr in (
        Sum(log(q(x[t] | x[t - 1])), (t, 1, T)),
        log(q(x[0:T])) - log(p(x[T])) + log(p_theta(x[0] | x[1])),
        E_q(log(q(x[1]))),
        KL(q(x[T] | x[0]), p(x[T])),
    ):
        refuse_foreign(expr, {})
    refuse_foreign(log(q(x[t - 2] | x[t])), {t: 2})
    for expr in (log(q(x[6])), log(q(x[T - 6])), Sum(log(q(x[t])), (t, 7, T))):  # as far as states are looked at
        refuse_foreign(expr, {T: 6})
    refuse_foreign(log(q(x[3])), {T: 3})
    with pytest.raises(Unreadable, match="T . 1"):
        refuse_foreign(log(q(x[3])), {T: 2})


@pytest.mark.parametrize(
    "expr, words",
    [
        (log(q(x[0] | (x[1], x[0]))), "x_0 is known there"),
        (Sum(log(q(x[t - 1] | (x[t], x[0]))), (t, 1, T)), "At t = 1 that is q(x[0] | (x[1], x[0])): x_0 is known"),
        (log(q(x[0:T] | x[0])), "x_0 is known there"),
        (log(q(x[0:T] | (x[1], x[0]))), "x_0 is known there"),
        (Sum(log(q(x[t - 1] | (x[t], x[0]))), (t, 2, T)), ""),
        (log(q(x[1:T] | x[0])), ""),
    ],
)
def test_a_density_of_what_is_given_is_told(expr, words):
    found = point(expr, {})
    assert words in found and bool(words) == bool(found)


@pytest.mark.parametrize(
    "expr, right",
    [
        (log(q(x[1])) - 2 * log(p(x[T])) / 3, True),
        (E_q(Sum(log(q(x[t]) ** 2 / p(x[T])), (t, 1, T))), True),
        (log(q(x[1]) * sp.exp(KL(q(x[T] | x[0]), p(x[T])))), True),
        (log(q(x[1]) * sp.exp(x[1])), False),
        (KL(q(x[T] | x[0]), p(x[T])) + 5, True),
        (log(Product(q(x[t] | x[t - 1]), (t, 1, T)) * sp.exp(log(q(x[0])))), True),
        (log(q(x[1])) * log(q(x[2])), False),
        (log(q(x[1]) + q(x[2])), False),
        (q(x[1]), False),
        (log(log(q(x[1]))), False),
        (log(-q(x[1])), False),
        (log(q(x[1])) ** 2, False),
        (sp.pi * log(q(x[1])), False),
    ],
)
def test_of_which_lines_chains_of_events_tell_all(expr, right):
    assert bool(is_log_linear(expr)) == right


def test_spans_and_indices():
    values = {t: 2, T: 4}
    assert [*states.span(x[t - 1], values)] == [1] and [*states.span(x[t:T], values)] == [2, 3, 4]
    assert states.at(T - t + 1, values) == 3 and states.at(sp.Integer(3), values) == 3 and states.at(2 * t, values) == 4
    seen = {tuple(sorted((str(n), v) for n, v in values.items())) for _, values in states.every(log(q(x[t])), {t: 2})}
    assert seen == {(("T", last), ("t", n)) for last in range(2, 6) for n in range(2, last + 1)}
    sum_to_t = Sum(log(q(x[s])), (s, 1, t))
    for expr in (sum_to_t, sum_to_t + Sum(log(q(x[t])), (t, 1, 0))):  # t is also that of a sum
        found = [(values[T], values[t], values[s]) for _, values in states.every(expr, {})]
        assert found == [(last, n, i) for last in range(1, 6) for n in range(1, last + 1) for i in range(1, n + 1)]


# The book's notation


def test_a_covariance_may_have_its_identity_matrix():
    for marked in (sp.Symbol("I"), sp.I):
        assert in_notation(beta[t] * marked) == beta[t] and in_notation((1 - alpha_bar[t]) * marked) == 1 - alpha_bar[t]
        assert in_notation(sqrt(beta[t]) * sp.Symbol("I")) == sqrt(beta[t])
    for refused in (sqrt(-beta[t]), sp.I * sqrt(beta[t]), beta[t] + sp.I, sp.I * x[t], sp.I * beta[t] * epsilon):
        with pytest.raises(Unreadable, match="root of a negative number"):
            in_notation(refused)


def test_an_index_of_ones_own_is_a_whole_number():
    for kind in Sum, Product:
        found = in_notation(kind(alpha[sp.Symbol("k", integer=True)], (sp.Symbol("k", integer=True), 1, t)))
        assert found.args[1][0].is_integer and found.args[1][0].name == "k"


def test_a_family_of_ones_own_has_one_index_and_an_equation_and_is_used():
    own, pair = family("own", "M"), function("pair", "f")
    named = sp.Eq(own[t], alpha[t], evaluate=False)
    assert own_families([named, own[t] * x[0]]) == own_families([sp.Eq(own[0], 1, evaluate=False)]) == {"own"}
    assert not own_families([named]) and not own_families([own[t]])
    assert not own_families([sp.Eq(pair(x[t], t), x[t], evaluate=False), pair(x[t], t)])
    assert not own_families([sp.Eq(beta[t], 1 - alpha[t], evaluate=False), beta[t]])


def test_an_imaginary_number_is_no_identity_matrix():
    for kept in (0.5 * beta[t] * I, 0.5 * beta[t], I * beta[t] / 2, sp.I * beta[t] / 2):
        assert in_notation(kept) == beta[t] / 2
    for refused in (1j * beta[t], beta[t] * 2j, 0.5j * beta[t], np.complex128(1j) * beta[t], beta[t] / 1j, sp.exp(1j)):
        with pytest.raises(Unreadable, match="holds an imaginary number, as 1j; the identity matrix is I of"):
            in_notation(refused)
    for variance in (1j * beta[t], beta[t] + beta[t] * 1j, sp.I * beta[t]):
        with pytest.raises(TypeError, match="the identity matrix is I of ddpm.derivation.symbols"):
            Normal(x[t], x[0], variance)
    assert read(1j, "answer").fault.startswith("holds an imaginary number")
    assert in_notation(Normal(x[t], x[0], 0.5 * beta[t] * I)) == Normal(x[t], x[0], beta[t] / 2)
    assert in_notation(Normal(x[t], x[0], beta[t] * I, "I")) == Normal(x[t], x[0], beta[t], "I")


def test_what_depends_on_state_and_time_has_all_its_arguments_in_the_books_order():
    for given in (mu_tilde(t, x[t], x[0]), mu_tilde(x[0], x[t]), mu_tilde(x[t], x[0], t)):
        assert in_notation(given) == mu_tilde(t, x[t], x[0])
    for given in (epsilon_theta(x[t]), epsilon_theta(t, x[t])):
        assert in_notation(given) == epsilon_theta(x[t], t)


def test_numbers_are_made_exact():
    assert exact(sp.Float(0.5)) == sp.Rational(1, 2) and exact(sp.Float("0.333333333333")) == sp.Rational(1, 3)
    assert exact(sp.Float("0.123456789")) == sp.Rational(123456789, 10**9)
    assert exact(sp.Float(-0.999)) == sp.Rational(-999, 1000)


def test_the_earliest_time_keeps_all_states_inside():
    assert [earliest(e) for e in (x[t], x[t - 1], x[t - 3] + x[t - 1], x[0], x[T - 3] * alpha[t - 5])] == [
        1,
        1,
        3,
        1,
        1,
    ]


@pytest.mark.parametrize(
    "expr, words",
    [
        (alpha_bar[10], "indices are as in"),
        (x[t - 10], "indices are as in"),
        (x[2 * t], "indices are as in"),
        (x[t / 2], "indices are as in"),
        (Sum(beta[s], (s, t / 2, T)), "indices are as in"),
        (Sum(beta[s], (s, 1, 2 * t)), "indices are as in"),
        (sigma.function(), "without what belongs in its brackets"),
        (sp.Function("g")(x[t]), "not a symbol of the book"),
        (sp.Symbol("a") + sp.Symbol("b"), "holds a, b, not symbols of the book"),
        (sp.Symbol("a") + t, "holds a, not a symbol of the book"),
        (epsilon_theta(x[t], x[0]), "write epsilon_theta(x[t], t)"),
        (epsilon_theta(x[t], t, t), "write epsilon_theta(x[t], t)"),
        (mu_tilde(t, x[t - 1], x[0]), "write mu_tilde(t, x[t], x[0])"),
    ],
)
def test_what_is_not_the_books_is_named(expr, words):
    with pytest.raises(Unreadable) as error:
        in_notation(expr)
    assert words in str(error.value)


def test_symbols_that_stand_for_numbers_are_told_from_indices():
    for expr, symbols in (
        (t * x[s] + alpha[T] * epsilon, {t, epsilon}),
        (Sum(s * beta[s], (s, 1, T)), {t}),  # the book's letter for what a sum counts
        (Sum(C * beta[s], (s, 1, T)), {C}),
        (E_q(T * log(q(x[t] | x[0]))), {T}),
    ):
        assert counted(expr) - {E_q(x[t]).args[1]} == symbols, expr


def test_indices_at_their_edge_are_taken():
    k = sp.Symbol("k")
    for expr in (alpha_bar[9], x[t - 9], alpha[T - s + 1], Sum(beta[k], (k, 1, t)) * x[T - t]):
        assert in_notation(expr)


def test_keys_are_names_of_the_readers_own():
    keys = {"mean": x[0], "sigma": x[t], "x_u": alpha[t], 3: beta[t]}
    assert [(line.name, line.right) for line in read(keys, "mine").lines] == [
        ("mean", x[0]),
        ("sigma", x[t]),
        ("x_u'", alpha[t]),
        ("", beta[t]),
    ]
    keys = {sp.Symbol("x"): x[0], A_i: x[t], A_i**2: alpha[t]}
    assert [(line.name, line.left, line.right) for line in read(keys, "mine").lines] == [
        ("x", None, x[0]),
        ("", A_i, x[t]),
        ("", None, alpha[t]),
    ]


def test_a_true_equation_and_an_array_of_formulas_are_read():
    both = [line.right for line in read([sp.Eq(x[0], x[0]), "so", x[0], x[t]], "mine").lines]
    assert both == [x[0], x[t]] == [line.right for line in read(np.array([x[0], x[t]]), "mine").lines]
    assert read([sp.Eq(x[0], x[0]), "so", x[0]], "mine").texts == 1
    assert "a line False" in read([sp.Eq(x[0], x[0] + 1), x[0]], "mine").fault


@pytest.mark.parametrize(
    "answer, word",
    [
        (sp.Eq(x[0], x[0]), "nothing in it but True"),
        ([sp.Eq(x[0], x[0]), "so it is"], "nothing in it but True"),
        ({"x": x[0] == x[0]}, "nothing in it but True"),
        ((x[0] + 1) ** 2 == x[0] ** 2 + 2 * x[0] + 1, "False in it"),
        ([x[0], x[0] == 0], "False in it"),
    ],
)
def test_what_is_left_of_an_equation_that_is_compared_when_typed_is_no_wrong_answer(answer, word):
    reading = read(answer, "mine")
    assert word in reading.blank and "Type the right side alone, or Eq(left, right, evaluate=False)" in reading.blank
    assert not reading.fault and not reading.lines


# Points, and numbers there


def test_a_sample_tells_factors_pairs_of_slips_and_gaps():
    sample, right = Sample({}), alpha[t] * x[t]
    assert sample.factor(3 * right / 7, right) == sp.Rational(3, 7)
    assert sample.factor(right, right) is None and sample.factor(right + 1, right) is None
    assert sample.factor(right * sp.Rational(22, 21), right) is None  # 21 is no simple denominator
    assert sample.factor(right * sp.Rational(21, 20), right) == sp.Rational(21, 20)
    assert sample.factor(right, 0 * right) is None  # nowhere to divide
    assert sample.factor(-right, right) == -1 and sample.factor(0 * right, right) is None
    slips = [alpha[t] * x[0], beta[t] * x[t], alpha[t] ** 2 * x[t], x[t]]
    assert sample.two_of(alpha[t] ** 2 * x[0], right, slips) == (0, 2)  # by their factors
    assert sample.two_of(alpha[t] ** 2 * x[0] + 1, right, slips) is None
    both = slips[0] + slips[1] - right
    assert sample.two_of(both, right, slips) is None  # neither leaves a part of the right one
    assert sample.two_of(both + 1, right + 1, [slip + 1 for slip in slips]) == (0, 1)  # by their differences
    assert sample.two_of(alpha[t] - x[0], x[t] + x[0], [x[t] + alpha[t], sp.Integer(0)]) is None  # one leaves a part
    assert sample.two_of(alpha[t] * slips[1], right, slips) is None  # both by alpha: by chance
    assert Sample({}).two_of(alpha_bar[t] + 1, 1 - alpha_bar[t], [1 - alpha_bar[t] ** 2, sp.Integer(1)]) is None
    p_4 = (t - 1) * (t - 2) * (t - 3) * (t - 4)  # two slips that cancel are not in what is right at few t
    assert sample.two_of(right + p_4, right, [right + 1, right - 1]) is None
    assert sample.equal(right, x[t] * alpha[t]) and not sample.equal(right, slips[0])
    assert sample.lacking(sqrt(x[t] - 100) * 0 + log(x[t]) - log(x[t]) + right, right) == ""
    assert "t = 2" in Sample({}).lacking(right / (t - 2), right)


def test_so_many_points_are_taken_as_are_asked_for():
    sample = Sample({}, alpha[t])
    assert len([*sample.pairs(alpha[t], x[t], 3)]) == 3 and len([*sample.pairs(alpha[t], x[t])]) == 12
    assert [i for i, *_ in sample.pairs(alpha[t], 1 / (t - 1), 2)] != [0, 1]  # at the first point t is 1
    assert sample.difference(alpha[t], alpha[t] + 0 * x[t]) is None and sample.tried == 5
    assert sample.difference(alpha[t], 1 - beta[t], thorough=True) is None and sample.tried == 12
    with pytest.raises(Undecided, match="has no value at nearly all points tried: [a-z]"):
        sample.difference(alpha[t], log(alpha_bar[t - 20]))
    assert not sample.equal(alpha[t], log(alpha_bar[t - 20])) and not Sample({}).proof(alpha[t], beta[t])


def test_a_proof_that_fails_or_does_not_end_is_none(monkeypatch):
    def forever(*_):
        while True:
            pass

    def fails(*_):
        raise RecursionError

    monkeypatch.setattr(module, "PROOF_SECONDS", 0.2)
    assert Sample({}).proof(alpha[t], 1 - beta[t]) == "symbolically"
    sums = Sum(beta[s] * alpha_bar[s - 1], (s, 2, t))
    assert Sample({t: 2}).proof(sums, alpha[1] - alpha_bar[t]) == "by induction over t from 2, symbolically"
    for find in (forever, fails, lambda *_: None):
        monkeypatch.setattr(module, "find_proof", find)
        assert Sample({}).proof(alpha[t], alpha[t]) == ""
    sample = Sample({})
    monkeypatch.setattr(sample.points[3], "difference", lambda *_: {}["no value"])  # with more digits than there are
    assert sample.difference(alpha[t], 1 - beta[t]) is None
    with pytest.raises(KeyError):
        sample.difference(alpha[t], 1 - beta[t], thorough=True)
    monkeypatch.setattr(sample.points[3], "difference", undefined)
    assert sample.difference(alpha[t], 1 - beta[t], thorough=True) is None


def undefined(*_):
    raise Undefined("not known precisely enough")


def test_what_was_checked_is_counted():
    one, two = Line(alpha[t]), Line(alpha[t], beta[t], between=(x[t], x[0]))
    named = Line(alpha[t], of="definition")
    for lines, texts, words in (
        ([one], 0, "1 line checked"),
        ([one], 1, "1 line checked, 1 text beside it"),
        ([one, two], 0, "4 lines checked"),
        ([one, two, named], 2, "4 lines checked, 2 texts and 1 name beside them"),
        ([one, named, named], 0, "1 line checked, 2 names beside it"),
    ):
        assert _count(Reading(tuple(lines), texts)) == words


def test_families_of_ones_own_need_a_line_that_says_what_they_are():
    with pytest.raises(Unreadable) as error:
        with_definitions([], frozenset({"b", "a"}))
    wanted = "holds a[t], but no line says what it is: add Eq(a[t], ...) with the book's symbols"
    assert str(error.value) == wanted
    assert with_definitions([Line(alpha[t])], frozenset()) == (Line(alpha[t]),)


def test_a_name_of_ones_own_is_put_into_the_other_lines():
    m, own = family("m", "m"), frozenset({"m"})
    step, ready = Line(beta[t] * m[t - 1], m[t]), Line(alpha[t] * x[0], m[t])
    assert with_definitions([ready, Line(2 * m[t - 1])], own) == (
        Line(alpha[t] * x[0], of="definition"),
        Line(2 * alpha[t - 1] * x[0]),
    )
    assert with_definitions([step, ready], own) == (  # a rule of recurrence, and what it comes to
        Line(beta[t] * alpha[t - 1] * x[0], alpha[t] * x[0], "identity"),
        Line(alpha[t] * x[0], of="induction"),
    )
    first = Line(x[0], m[0])  # holds at one index: no definition of all
    assert with_definitions([first, ready], own)[0] == Line(x[0], alpha[0] * x[0], "identity")
    other = Line(m[t] + 1, beta[t], between=(x[0],), name="n")
    assert with_definitions([ready, other], own)[1] == Line(alpha[t] * x[0] + 1, beta[t], between=(x[0],), name="n")


@pytest.mark.parametrize(
    "answer, words",
    [
        (sp.Interval(0, 1), "is an Interval; expected an expression"),
        (sp.FiniteSet(1), "is a FiniteSet; expected an expression"),
        (lambda: print, "is a function; expected an expression"),
        ([alpha[t]] * 41, "41 lines"),
        (alpha_bar, "has a line alpha_bar without an index or arguments; alpha_bar is a number only with its index"),
    ],
)
def test_what_is_no_expression_is_named(answer, words):
    assert words in read(answer, "name").fault


def test_what_raises_is_told():
    def later():
        raise NotImplementedError

    def deep():
        return deep()

    def stops():
        raise KeyboardInterrupt

    def waits():
        value = ...
        return value

    assert read(later, "name").blank == "name returns NotImplemented."
    assert read(waits, "name").blank == "name returns None."
    assert read(deep, "name").fault == "is nested too deeply"
    assert read(lambda: 1 / 0, "name").fault == "raised ZeroDivisionError: division by zero"
    with pytest.raises(KeyboardInterrupt):
        read(stops, "name")


def test_a_name_that_stands_for_itself_is_told():
    assert "holds my_name, not" in read({"my_name": sp.Symbol("my_name")}, "name").blank


def test_forty_lines_may_be_given():
    assert len(read([alpha[t]] * 40, "name").lines) == 40


def test_a_chain_without_steps_is_its_start():
    with as_written():
        (line,) = read(Chain(alpha[t]), "name").lines
    assert line == Line(alpha[t])


def test_an_equation_with_a_name_is_a_line_about_what_is_named():
    name = sp.Symbol("my_name")
    for left, right in ((name, alpha[t]), (name - C, alpha[t] - C), (alpha[t], name)):
        (line,) = read(sp.Eq(left, right, evaluate=False), "name").lines
        assert line.right == alpha[t] and line.left is None and line.name == "my_name"
    for rest in (t, beta[1], beta[t]):
        assert "holds my_name, not" in read(sp.Eq(name + rest, alpha[t], evaluate=False), "name").blank
    (line,) = read(sp.Eq(beta[t], 1 - alpha[t], evaluate=False), "name").lines
    assert (line.left, line.right, line.name) == (beta[t], 1 - alpha[t], "")


# Predictions: what is near


def test_a_distance_and_a_factor_end_where_they_say():
    near = within_distance(0.5)
    assert near(1.5, 1.0) and near(0.5, 1.0) and not near(1.51, 1.0) and not near(0.49, 1.0)
    same = within_factor(4, same_side=True)
    assert same(2.0, 1.5) and not same(0.9, 1.5) and not same(1.2, 0.5) and same(0.9, 1.05) and same(1.2, 0.95)
    assert not same(1.0, 1.5) and within_factor(4)(0.9, 1.5) and within_factor(2)(2.0, 1.0)


def test_numbers_and_words_are_read():
    assert numbers_of(2, "k", 3) == [2.0] * 3 and numbers_of([1, "2", sp.pi], "k", 3)[:2] == [1.0, 2.0]
    assert numbers_of(np.array([1.5, 2]), "k", 2) == [1.5, 2.0] and numbers_of(sp.Tuple(1, 2), "k", 2) == [1.0, 2.0]
    assert number_of(np.float32(0.5), "k") == 0.5 and number_of(np.array(2.0), "k") == 2.0
    for value, words in (
        (("a", "b"), "2 numbers for k; expected 3 or one for all"),
        ("many", "'many' for k; expected a number, such as 0.5"),
        (10**400, "00 ... for k; expected a number"),
        (10**5000, "int for k; expected a number"),
        (np.bytes_(b"a"), "b'a') for k; expected a number"),
        (x[t], "a formula for k"),
        (float("nan"), "NaN for k"),
        (sp.I, "for k; expected a number"),
        (None, "None for k"),
    ):
        with pytest.raises(Unreadable) as error:
            numbers_of(value, "k", 3)
        assert words in str(error.value)
    with pytest.raises(Unreadable, match="2 numbers for k; expected 1$"):
        numbers_of([1, 2], "k", 1)
    choice = Choice("which", ("yes", "no", "Much larger", "equal"))
    for given, word in (
        (True, "yes"),
        (np.False_, "no"),
        (sp.true, "yes"),
        ("much  LARGER", "Much larger"),
        ("same", "equal"),
    ):
        assert choice.word(given, "k") == word
    for given in (3, "perhaps", None, "bigger"):
        with pytest.raises(Unreadable, match="for k; choose from 'yes', 'no', 'Much larger', 'equal'"):
            choice.word(given, "k")
    assert choice.near("yes", "yes") and not choice.near("yes", "no")


def test_data_of_predictions_are_judged_as_far_as_they_go():
    made = Predictions("answer", "0", {k: Number(k, within_distance(0.1)) for k in "ab"}, ())
    for reading, words in (
        ({"blank": "nothing."}, "Not yet answered: nothing."),
        ({"fault": "is a text"}, "Not right yet: answer is a text."),
        ({"values": {"b": [1.0]}}, "Not yet answered in full: still to predict a."),
    ):
        assert str(made.judge({"reading": reading, "measured": None})) == words


def test_predictions_of_any_kind_are_read_without_an_exception(monkeypatch):
    made = Predictions("answer", "0", {"a": Number("one", within_distance(0.1))}, ())

    def forever():
        while True:
            pass

    class Odd(dict):
        def __iter__(self):
            raise self.error

    odd = Odd(a=1)
    for odd.error, words in ((SystemExit("bye"), "raised SystemExit: bye"), (MemoryError(), "raised MemoryError")):
        assert made.read(odd) == {"fault": words}
    odd.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        made.read(odd)
    assert made.read({"b": 1, "c": 2}) == {"fault": "has the unknown key 'b'; the keys are a"}
    assert made.read({"a": 1}) == {"values": {"a": [1.0]}}
    assert made.read({"a": ...}) == {"blank": "answer holds no prediction yet."}
    assert made.read([...]) == {"blank": "answer holds no prediction yet."}
    assert made.read(...) == {"blank": "answer is still to be filled in."}
    assert made.collect({}) == {"reading": {"blank": "answer is not in the notebook."}, "measured": None}
    for measured in (None, {}, {"a": "many"}, 3):
        assert made.collect({"answer": {"a": 1}, "measured": measured})["measured"] is None
    monkeypatch.setattr(predictions, "SECONDS", 0.2)
    assert made.read(forever) == {"fault": "did not end within 0.2 s"}


def test_a_number_that_cannot_be_is_refused_at_its_ends():
    share = Number("a share", within_distance(0.1), least=0, most=1)
    assert share.possible([0.0, 1.0], "k") == [0.0, 1.0]
    for value, words in ((-0.1, "-0.1 for k, a share; it cannot be below 0"), (1.5, "it cannot be above 1")):
        with pytest.raises(Unreadable, match=words):
            share.possible([0.5, value], "k")
    assert Number("any", within_distance(1.0)).possible([-1e300, 1e300], "k")


def test_a_table_stands_in_columns_and_rows_are_compared_one_by_one():
    near = within_distance(0.1)
    made = Predictions("answer", "0", {"a_long_key": Number("one", near), "k": Number("a row", near, count=2)}, ())

    def judged(**measured):
        found = {"answer": {"a_long_key": 1, "k": [2, 3]}} | ({"measured": measured} if measured else {})
        return made.judge(made.collect(found))

    verdict = judged(a_long_key=1.06, k=[2, 3.5])
    assert str(verdict).splitlines()[1:] == [
        "            predicted  measured  verdict",
        "a_long_key          1       1.1  right",
        "k                 2 3     2 3.5  off",
        "Off: k (a row).",
    ]
    assert str(verdict).startswith("1 of 2 predictions of answer hold.") and verdict.slip is None
    assert predictions.apart([2.0, 3.0], [2.0, 3.5]) == ["2 3", "2 3.5"]
    assert predictions.apart([24.7], [25.0]) == ["24.7", "25"]  # with as many digits as it takes
    assert predictions.apart([0.0, 1.0], [0.0, 1.00004]) == ["0 1", "0 1.00004"]
    assert predictions.apart([1.0449], [1.0]) == ["1.04", "1"]
    assert predictions.apart([1 + 1e-8], [1.0]) == ["1.00000001", "1"]
    assert predictions.apart([1 + 1e-9], [1.0]) == ["1", "1"]
    assert "are the predictions themselves" in " ".join(str(judged(a_long_key=1, k=[2, 3])).split())
    assert "has left no figures" in " ".join(str(judged()).split())
    assert "still to predict k" in str(made.check({"a_long_key": 1}))
    assert made.check([1, 3], {"a_long_key": 1, "k": [3, 3]}).mean_error == 0
    assert made.check([1, 3], {"a_long_key": [0.5, 0.7, 0.95], "k": [2.95, 3.05]}).passed  # near the third quartile
    assert not made.check([1, 3], {"a_long_key": [0.5, 0.7, 0.85], "k": [2.95, 3.05]}).passed
    assert made.check([1, 3], {"a_long_key": [1.05, 1.7, 1.8], "k": [2.95, 3.05]}).passed
    assert not made.check([1, 3], {"a_long_key": [1.15, 1.7, 1.8], "k": [2.95, 3.05]}).passed


def test_what_was_measured_may_be_a_word():
    quantities = {"way": Choice("which way", ("up", "down")), "a": Number("one", within_distance(0.1))}
    made = Predictions("answer", "0", quantities, ())
    for way, right in (("up", True), ("down", False)):
        data = made.collect({"answer": {"way": "up", "a": 1.5}, "measured": {"way": way, "a": [0.5, 1.45, 2]}})
        assert data["measured"] == {"way": [way], "a": [0.5, 1.45, 2.0]} and made.judge(data).passed == right


def test_a_misconception_sees_the_middle_of_what_was_measured():
    seen = []

    def shows(predicted, measured):
        seen.append((predicted["a"], measured["a"], list(predicted["k"]), list(measured["k"])))
        return predicted["a"] == 9

    quantities = {"a": Number("one", within_distance(0.1)), "k": Number("a row", within_distance(0.1), count=2)}
    made = Predictions("answer", "0", quantities, (Misconception("nine", "not nine", shows),))
    measured = {"a": [0.5, 0.7, 0.9], "k": [2, 3]}
    assert made.check([9, [2, 3]], measured).slip == "nine" and made.check([8, [2, 3]], measured).slip is None
    assert seen == [(9, 0.7, [2, 3], [2, 3]), (8, 0.7, [2, 3], [2, 3])]


def test_numbers_in_a_table_are_short():
    assert [short(v) for v in (0.0, 4e-5, 0.324, 1.5, 9.99, 9.996, 541.4, 1e5, 999_999.2, 1e6, 1e9)] == [
        *("0", "0", "0.32", "1.5", "10", "10", "541", "100,000", "999,999", "1e+06", "1e+09")
    ]
    assert (
        row([0.0051, 2.0]) == "0.01 2"
        and row(["w" * 18]) == "w" * 18
        and row([1.0, 1.0]) == "1"
        and row([0.512]) == "0.51"
        and row(["yes"]) == "yes"
        and row([0.512, 2.0]) == "0.51 2"
    )
    long = row([float(n) for n in range(10, 40)])
    assert long == "10 11 12 13 14 15"[:17] + "…" and len(long) == 18


def test_what_rounding_alone_tells_apart_is_not_wrong():
    v = sp.Symbol("v", positive=True)
    for many in 1, 100:
        left, right = 1 - 1 / (1 + sp.exp(-many * v)), 1 / (1 + sp.exp(many * v))
        assert Sample({}).difference(left, right, thorough=True) is None
        assert Sample({}).difference(left, 2 * right, thorough=True)
        problem = Derivation("answer", "0", lambda lines: [Claim(Target("it", right), left, left)])
        assert problem.verdict(Reading((Line(left),))).status is Status.RIGHT

"""One mistake undone: it is named where the rest is right, and nowhere else."""

import itertools

import pytest
import sympy as sp

from ddpm.chapters.closed_form.exercises import check_answer_1_4
from ddpm.chapters.fewer_steps.exercises import check_answer_13_3
from ddpm.chapters.flow_matching.exercises import check_answer_15_3
from ddpm.chapters.mean_to_noise.exercises import check_answer_3_1
from ddpm.chapters.score.exercises import check_answer_10_2
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import (
    Product,
    Sum,
    T,
    alpha,
    alpha_bar,
    beta,
    c_i,
    c_next,
    c_u,
    dc_u,
    dr_u,
    epsilon,
    epsilon_t,
    epsilon_theta,
    exp,
    h_u,
    log,
    mu_theta,
    r_i,
    r_next,
    r_u,
    s,
    score_u,
    sigma,
    sqrt,
    t,
    x,
    x_i,
    x_u,
)
from ddpm.grading import Status
from ddpm.grading.written import naming
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.naming import one_change
from ddpm.grading.written.sample import Sample

BAR = 1 - alpha_bar[t]
MEAN = (x[t] - beta[t] / sqrt(BAR) * epsilon) / sqrt(alpha[t])
FACTOR = dr_u - r_u * dc_u / c_u
NEXT = c_next / c_i * x_i + (r_next - c_next * r_i / c_i) * epsilon
REST = 2 * h_u / (1 - (1 - h_u / r_u**2) ** 2)
STEP, BACK = q(x[t] | x[t - 1]), p_theta(x[t - 1] | x[t])
BAYES = q(x[t - 1] | (x[t], x[0])) * q(x[t] | x[0]) / q(x[t - 1] | x[0])
TERMS = -log(p(x[T])) - Sum(log(BACK / STEP), (t, 1, T))
SHRUNK = Sum(beta[s] * Product(alpha[t], (t, s + 1, T)), (s, 1, T))

NAMED = [  # right, wrong, the mistake
    (MEAN, MEAN.subs(alpha_bar[t], alpha_bar[t - 1]), "alpha_bar[t - 1] in the place of alpha_bar[t]."),
    (MEAN, MEAN.subs(epsilon, epsilon_t[t]), "epsilon_t[t] in the place of epsilon."),
    (MEAN, MEAN.subs(epsilon, epsilon_theta(x[t], t)), "epsilon_theta(x[t], t) in the place of epsilon."),
    (MEAN, MEAN.subs(beta[t], sigma[t] ** 2), "sigma[t] in the place of sqrt(beta[t])."),
    (MEAN, MEAN.subs(t, t + 1), "all times are one step too late."),
    (MEAN, MEAN.subs(t, T), "T in the place of t, everywhere."),
    (MEAN + mu_theta(x[t], t), MEAN + mu_theta(x[0], t), "x[0] in the place of x[t]."),
    (FACTOR, dc_u - c_u * dr_u / r_u, "c_u with r_u and dc_u with dr_u: they are swapped."),
    (FACTOR, dr_u - c_u * dc_u / r_u, "c_u and r_u are swapped."),
    (FACTOR, dr_u + r_u * dc_u / c_u, "the sign before dc_u*r_u/c_u is turned."),
    (FACTOR, dr_u - sqrt(r_u) * dc_u / c_u, "sqrt(r_u) in the place of r_u."),
    (FACTOR, dr_u - r_u * dc_u * c_u, "c_u in the place of 1/c_u."),
    (FACTOR, dr_u - dc_u / c_u, "a factor r_u is missing before dc_u/c_u."),
    (FACTOR, dr_u - r_u * dc_u, "a division by c_u is missing of dc_u*r_u."),
    (FACTOR, dr_u - r_u * dc_u / c_u + h_u, "the term h_u is left over."),
    (FACTOR, dr_u - 3 * r_u * dc_u / c_u, "the factor 3 is left over."),
    (FACTOR, dr_u * x_u - r_u * dc_u / c_u, "the factor x_u is left over."),
    (FACTOR, dr_u, "a term is missing; those that are there are right."),
    (FACTOR**2, 2 * FACTOR, "2*dr_u - 2*dc_u*r_u/c_u in the place of (dr_u - dc_u*r_u/c_u)**2."),
    (FACTOR**2, dr_u**2 - (r_u * dc_u / c_u) ** 2, "in the place of (dr_u - dc_u*r_u/c_u)**2."),
    (1 / FACTOR, FACTOR, "in the place of 1/(dr_u - dc_u*r_u/c_u)."),
    (sqrt(r_next**2 - r_i**2), r_next - r_i, "-r_i + r_next in the place of sqrt(-r_i**2 + r_next**2)."),
    (NEXT, NEXT.subs({r_i: r_next, r_next: r_i}, simultaneous=True), "r_i and r_next are swapped."),
    (NEXT, NEXT + c_i, "the term c_i is left over."),
    (NEXT, NEXT.subs(x_i, x[0]), "x[0] in the place of x_i."),
    (REST, 2 * h_u / (1 - h_u / r_u**2) ** 2, "(-h_u/r_u**2 + 1)**(-2) in the place of 1/(1 - (-h_u/r_u**2 + 1)**2)."),
    (exp(-(x[t] ** 2)) + 1, exp(x[t] ** 2) + 1, "the sign of the exponent is turned."),
    (SHRUNK, SHRUNK.replace(s + 1, s), "the product begins at s in the place of s + 1."),
    (SHRUNK, Sum(SHRUNK.args[0], (s, 2, T)), "the sum begins at 2 in the place of 1."),
    (SHRUNK, Sum(beta[s] * Sum(alpha[t], (t, s + 1, T)), (s, 1, T)), "a sum in the place of a product."),
    (BAYES, BAYES.subs(q(x[t] | x[0]), q(x[t])), "q(x[t]) in the place of q(x[t] | x[0])."),
    (BAYES, BAYES.subs(q(x[t] | x[0]), q(x[t + 1] | x[0])), "q(x[t + 1] | x[0]) in the place of q(x[t] | x[0])."),
    (BAYES, log(BAYES), "is taken once too often."),
    (BAYES, BAYES * q(x[t - 1] | x[0]), "a division by q(x[t - 1] | x[0]) is missing."),
    (E_q(TERMS), E_q(TERMS.subs(log(p(x[T])), p(x[T]))), "the log of p(x[T]) is missing."),
    (E_q(TERMS), E_q(TERMS.subs(p(x[T]), p(x[0]))), "p(x[0]) in the place of p(x[T])."),
    (
        E_q(KL(q(x[0]), p_theta(x[0]))),
        E_q(KL(p_theta(x[0]), q(x[0]))),
        "the two densities of the KL divergence are swapped.",
    ),
]


@pytest.mark.parametrize(
    "right, wrong, name",
    [pytest.param(*row, id=row[2], marks=[pytest.mark.slow] * (i % 4 > 0)) for i, row in enumerate(NAMED)],
)
def test_the_one_mistake_is_named(right, wrong, name):
    slip = one_change(Claim(Target("it", right), wrong, wrong), Sample({}, right))
    assert slip and name in slip.name and slip.hint, slip


@pytest.mark.parametrize(
    "right, wrong, name",
    [
        (MEAN + x[0], MEAN + x[t], "x[t] in the place of x[0]"),
        (dr_u - 2 * r_u, dr_u - r_u**2, "r_u**2 in the place of 2*r_u."),
    ],
)
def test_a_state_for_another_and_a_square_for_the_double(right, wrong, name):
    assert one_change(Claim(Target("it", right), wrong, wrong), Sample({}, right)).name.startswith(name)


def test_what_is_too_much_has_a_hint_of_its_own():
    for wrong, kind in ((FACTOR + h_u, "term"), (FACTOR * h_u, "factor")):
        slip = one_change(Claim(Target("it", FACTOR), wrong, wrong), Sample({}, FACTOR))
        assert slip.hint == f"Compare with the line before, {kind} by {kind}.", slip


FREE = alpha[t] * x[t] + alpha[t] ** 3 * x[0]
EQ = dict(evaluate=False)
TWICE = [
    (FREE, FREE + alpha[t] + beta[t]),
    (BAYES, q(x[t])),
    (FACTOR, dc_u + c_u * dr_u / r_u**2),
    (FACTOR**2, (c_u + r_u) ** 2),
    (MEAN, x[t] + x[0]),
    (MEAN, MEAN.subs({sqrt(BAR): BAR, alpha[t]: alpha[t] ** 3})),
    (NEXT, NEXT.subs({r_i: r_next, c_i: c_next + 1})),
]


@pytest.mark.parametrize(
    "right, wrong", [pytest.param(*row, marks=[pytest.mark.slow] * (i > 2)) for i, row in enumerate(TWICE)]
)
def test_two_mistakes_and_more_have_no_name(right, wrong):
    assert one_change(Claim(Target("it", right), wrong, wrong), Sample({}, right)) is None


def equation(left, right):
    claim = Claim(Target("", right), left, sp.Eq(left, right, **EQ), put=lambda side: side)
    found = one_change(claim, Sample({}, right))
    return found and found.name


def test_a_false_equation_is_named_by_what_makes_it_true_and_not_trivial():
    assert equation(alpha_bar[t], alpha[t] * alpha_bar[t + 1]) == "alpha_bar[t + 1] in the place of alpha_bar[t - 1]."
    assert equation(alpha_bar[t], Sum(alpha[s], (s, 1, t))) == "a sum in the place of a product."
    assert equation(x[t], x[0]) is None and equation(c_u, r_u) is None
    bayes = equation(STEP, q(x[t] | x[0]) * q(x[t - 1] | (x[t], x[0])))
    assert bayes == "a factor q(x[t - 1] | x[0]) is missing."
    markov = equation(q(x[t - 1] | (x[t], x[0])), q(x[t - 1] | x[t]))
    assert markov == "q(x[t - 1] | x[t]) in the place of q(x[t - 1] | (x[t], x[0]))."


@pytest.mark.parametrize(
    "check, answer, slip",
    [
        (
            check_answer_15_3,
            [dr_u + r_u * dc_u / c_u, FACTOR**2],
            "to be the factor of the noise: the sign before dc_u*r_u",
        ),
        (
            check_answer_10_2,
            [r_u * score_u, (x_u + r_u**2 * score_u) / c_u],
            "to be the mean of the noise, given x_u: the",
        ),
        (
            check_answer_13_3,
            [(x_i + r_i * epsilon) / c_i, NEXT],
            "to be the image: the sign before epsilon*r_i is turned.",
        ),
        pytest.param(
            check_answer_3_1,
            [(x[t] + sqrt(BAR) * epsilon) / sqrt(alpha_bar[t]), MEAN],
            "to be x_0: the sign before epsilon*sqrt(1 - alpha_bar[t]) is turned.",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_line_on_the_way_is_judged_by_what_it_may_have_been_meant_for(check, answer, slip):
    verdict = check(answer)
    assert not verdict.passed and verdict.slip.startswith(slip), verdict
    assert "All is right but for one thing" in str(verdict) and "Hint: " in str(verdict)


def test_of_a_line_that_may_be_meant_for_anything_nothing_is_said_to_be_left_over():
    verdict = check_answer_13_3([(x_i - r_i * epsilon) / c_i + c_u, NEXT])
    assert not verdict.passed and verdict.slip is None, verdict


def test_a_law_that_is_called_another_is_told():
    normal = Normal(x[t], sqrt(alpha_bar[t]) * x[0], BAR)
    called = check_answer_1_4(sp.Eq(q(x[t] | x[t - 1]), normal, **EQ))
    assert "that holds given x_0, and the line says: given a later state." in called.slip
    assert "is about x[0] given x[t]" in str(check_answer_1_4(sp.Eq(q(x[0] | x[t]), Normal(x[0], x[t], BAR), **EQ)))


def test_what_is_wrong_is_wrong_though_no_name_is_found_in_time(monkeypatch):
    monkeypatch.setattr(naming, "changes", lambda *_: (sum(range(10**4)) for _ in itertools.count()))
    monkeypatch.setattr(naming, "SECONDS", 0.1)
    verdict = check_answer_1_4(sqrt(alpha_bar[t]) * x[0] + sqrt(BAR + beta[t] ** 5) * epsilon)
    assert verdict.status is Status.WRONG and verdict.slip is None

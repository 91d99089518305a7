"""The written exercises of the chapter on small steps: right answers pass in every form, slips are named."""

import pytest
import sympy as sp
from sympy import Eq, sqrt

from ddpm.chapters.small_steps.exercises import check_answer_11_1, check_answer_11_5, written
from ddpm.derivation.symbols import alpha, c_u, dc_u, dr_u, epsilon, f_u, g_u, r_u, score_u, t, x, x_u
from ddpm.grading import Status
from ddpm.grading.written import problem

F, G_2 = dc_u / c_u, 2 * r_u * dr_u - 2 * r_u**2 * dc_u / c_u
PAIR = dc_u * x[0] + dr_u * epsilon
D_F = {
    "a pair": (F, G_2),
    "the other way round": (G_2, F),
    "three lines": (F, 2 * r_u * dr_u - 2 * f_u * r_u**2, G_2),
    "with f": (F, 2 * r_u * dr_u - 2 * f_u * r_u**2),
    "a list": [F, 2 * r_u * (dr_u - F * r_u)],
    "a dictionary": {"f": F, "g^2": G_2},
    "by names, the other way round": {"g squared": G_2, "f": F},
    "equations": [Eq(f_u, F), Eq(g_u**2, G_2)],
    "equations, the other way round": [Eq(g_u**2, G_2), Eq(f_u, F)],
    "turned equations": [Eq(F, f_u), Eq(G_2, g_u**2)],
    "with steps": [Eq(dc_u, f_u * c_u), Eq(f_u, F), Eq(2 * r_u * dr_u, 2 * f_u * r_u**2 + g_u**2), Eq(g_u**2, G_2)],
    "by the ratio": (F, c_u**2 * (2 * r_u * dr_u * c_u**2 - 2 * c_u * dc_u * r_u**2) / c_u**4),
    "g by its root": [Eq(f_u, F), Eq(g_u, sqrt(2 * r_u * (dr_u - F * r_u)))],
    "g by its root and its name": {"f_u": F, "g_u": sqrt(G_2)},
    "the diffusion by its name": {"drift": F, "diffusion": sqrt(G_2)},
    "a function": lambda: (F, G_2),
}
V = {
    "as asked": PAIR,
    "a list of steps": [
        f_u * x_u - g_u**2 / 2 * score_u,
        f_u * x_u + g_u**2 / (2 * r_u) * epsilon,
        F * (c_u * x[0] + r_u * epsilon) + (dr_u - F * r_u) * epsilon,
        PAIR,
    ],
    "an equation": Eq(sp.Symbol("v"), PAIR),
    "from the definition": Eq(f_u * x_u - g_u**2 / 2 * score_u, PAIR),
    "with what was put in": [Eq(score_u, -epsilon / r_u), Eq(x_u, c_u * x[0] + r_u * epsilon), PAIR],
    "with the results of 11.1": [Eq(f_u, F), Eq(g_u**2, G_2), Eq(score_u, -epsilon / r_u), PAIR],
    "with an equation of the path": [Eq(dc_u, f_u * c_u), Eq(g_u**2 / (2 * r_u), dr_u - F * r_u), PAIR],
    "with g by its root": [Eq(sqrt(G_2), g_u), PAIR],
    "part by part": [
        Eq(f_u * x_u, dc_u * x[0] + F * r_u * epsilon),
        Eq(-(g_u**2) / 2 * score_u, (dr_u - F * r_u) * epsilon),
        PAIR,
    ],
    "what was put in after it": [PAIR, Eq(score_u, -epsilon / r_u), Eq(f_u, F)],
    "a dictionary": {"velocity": epsilon * dr_u + x[0] * dc_u},
}


@pytest.mark.parametrize("words", D_F)
def test_drift_and_diffusion_pass_in_every_form(words):
    verdict = check_answer_11_1(D_F[words])
    assert verdict.status is Status.RIGHT, verdict


@pytest.mark.parametrize("words", V)
def test_the_velocity_passes_in_every_form(words):
    verdict = check_answer_11_5(V[words])
    assert verdict.status is Status.RIGHT, verdict


@pytest.mark.parametrize(
    "check, answer, words",
    [
        (check_answer_11_1, F, "says nothing of g_u^2"),
        (check_answer_11_1, G_2, "says nothing of f_u"),
        (check_answer_11_1, [Eq(f_u, F)], "says nothing of g_u^2"),
        (check_answer_11_1, [Eq(dc_u, f_u * c_u), Eq(2 * r_u * dr_u, 2 * f_u * r_u**2 + g_u**2)], "is not solved"),
        (check_answer_11_5, f_u * x_u - g_u**2 / 2 * score_u, "still contains f_u"),
        (check_answer_11_5, [f_u * x_u - g_u**2 / 2 * score_u, Eq(score_u, -epsilon / r_u)], "still contains f_u"),
        (check_answer_11_5, F * x_u + (dr_u - F * r_u) * epsilon, "still contains x_u"),
    ],
)
def test_right_answers_in_another_form_are_told_apart(check, answer, words):
    verdict = check(answer)
    assert verdict.status is Status.OTHER_FORM and words in " ".join(str(verdict).split()), verdict


@pytest.mark.parametrize(
    "check, answer, words",
    [
        (check_answer_11_1, (dc_u, G_2), "not divided by c_u"),
        (check_answer_11_1, [Eq(f_u, G_2), Eq(g_u**2, F)], "that is g_u^2.\nthat is f_u."),
        (check_answer_11_1, (F, 2 * r_u * (c_u * dr_u - r_u * dc_u)), "multiplied by c_u"),
        (check_answer_11_5, dc_u * x_u + dr_u * epsilon, "x_u in the place of x_0"),
        (check_answer_11_5, dc_u * x[0] + (dr_u + F * r_u) * epsilon, "left over"),
        (check_answer_11_5, F * x[0] + dr_u / r_u * epsilon, "as factors"),
        (check_answer_11_1, (F, 2 * r_u * dr_u), "what the drift does to the variance is missing"),
        (check_answer_11_1, (F, 2 * r_u * dr_u + 2 * f_u * r_u**2), "sign before 2 f_u r_u^2"),
        (check_answer_11_1, (F, 2 * r_u * dr_u - f_u * r_u**2), "without the 2"),
        (check_answer_11_1, (F, -2 * r_u * dr_u - 2 * f_u * r_u**2), "sign before 2 r_u r_u'"),
        (check_answer_11_1, (F, dr_u - 2 * f_u * r_u**2), "r_u' in the place of (r_u^2)'"),
        (check_answer_11_1, (F, -2 * f_u), "only where c_u^2 + r_u^2 = 1"),
        (check_answer_11_1, (-r_u * dr_u / c_u**2, G_2), "-r_u' r_u / c_u^2"),
        (check_answer_11_1, (F, 2 * r_u - 2 * f_u * r_u**2), "the inner derivative"),
        (check_answer_11_1, (F, dr_u - 2 * f_u * r_u), "the standard deviation put in for the variance"),
        (check_answer_11_1, (F, 2 * r_u * dr_u / c_u**2), "2 r_u' r_u / c_u^2"),
        (check_answer_11_1, [Eq(f_u, dr_u / r_u), Eq(g_u**2, G_2)], "The drift belongs to the image"),
        (check_answer_11_1, [Eq(f_u, F), Eq(g_u, G_2)], "squared once more"),
        (check_answer_11_5, f_u * x_u - g_u**2 * score_u, "the drift of the reverse SDE"),
        (check_answer_11_5, F * x_u - (dr_u - F * r_u) * epsilon, "the sign of the score is turned"),
        (check_answer_11_5, F * x_u + r_u * (dr_u - F * r_u) * epsilon, "not divided by r_u"),
        (check_answer_11_5, c_u * x[0] + r_u * epsilon, "not how it moves"),
        (check_answer_11_5, x[0] - epsilon, "the time that runs to the data"),
        (check_answer_11_5, dr_u * x[0] + dc_u * epsilon, "swapped"),
        (check_answer_11_5, dr_u * epsilon - dc_u * x[0], "the image has a minus"),
        (check_answer_11_5, f_u * c_u * x[0] - g_u**2 / 2 * score_u, "the state has its noise, too"),
        (check_answer_11_5, -PAIR, "against the direction of u"),
        (check_answer_11_5, c_u * epsilon - r_u * x[0], "v prediction"),
    ],
)
def test_written_slips_are_named(check, answer, words):
    verdict = check(answer)
    assert verdict.status is Status.WRONG and verdict.slip and words in verdict.slip, verdict
    assert "known slip" in str(verdict) and "Hint:" in str(verdict)
    assert max(map(len, str(verdict).splitlines())) <= 78


@pytest.mark.parametrize(
    "answer", [..., None, (F, ...), "dc_u / c_u", alpha[t], (F, F, F), [Eq(f_u, F), Eq(f_u, 2 * F)]]
)
def test_what_is_no_answer_is_not_right(answer):
    assert not check_answer_11_1(answer).passed and not check_answer_11_5(answer).passed


def test_a_step_that_is_not_true_is_not_passed_over():
    verdict = check_answer_11_1([Eq(dc_u, f_u * r_u), F, G_2])
    assert verdict.status is Status.WRONG and "is not true" in str(verdict)


@pytest.mark.parametrize(
    "wrong",
    [Eq(f_u, dc_u), Eq(dc_u, f_u * r_u), Eq(score_u, -epsilon)]
    + [pytest.param(wrong, marks=pytest.mark.slow) for wrong in (Eq(g_u**2, 2 * r_u * dr_u), Eq(x_u, PAIR))],
)
def test_what_is_put_into_the_velocity_must_be_true(wrong):
    verdict = check_answer_11_5([wrong, PAIR])
    assert verdict.status is Status.WRONG and "is not true" in str(verdict)


def test_what_is_put_in_alone_is_no_velocity():
    verdict = check_answer_11_5([Eq(f_u, F), Eq(score_u, -epsilon / r_u)])
    assert verdict.status is Status.WRONG and "does not say what the velocity is" in " ".join(str(verdict).split())


def test_an_equation_with_a_slip_on_both_sides_is_still_named():
    wrong = f_u * x_u - g_u**2 * score_u
    for answer in (Eq(wrong, written.of_pair(wrong)), [Eq(wrong, written.of_pair(wrong)), written.of_pair(wrong)]):
        verdict = check_answer_11_5(answer)
        assert verdict.slip and "the drift of the reverse SDE" in verdict.slip, verdict


@pytest.mark.parametrize("target", ["F", "G_2", "VELOCITY"])
def test_every_written_slip_differs_from_the_answer_and_from_those_before_it(target):
    target = getattr(written, target)
    sample = problem.Sample({})
    for slip in target.slips:
        expr = slip.make()
        assert sample.difference(expr, target.value) is not None, slip.name
        assert problem.matching(problem.Claim(target, expr, expr), sample).name == slip.name

"""Problem 15.3: no false verdict, whatever form, and slips named."""

import pytest
from sympy import Eq, Symbol, expand, simplify, sqrt

from ddpm.chapters.flow_matching.exercises import check_answer_15_3
from ddpm.derivation.symbols import alpha, c_u, dc_u, dr_u, epsilon, f_u, g_u, r_u, x, x_u
from ddpm.grading import Status

FACTOR = dr_u - r_u * dc_u / c_u
w = Symbol("w_u")
RIGHT = {
    "plain": FACTOR**2,
    "one fraction": (c_u * dr_u - r_u * dc_u) ** 2 / c_u**2,
    "multiplied out": expand(FACTOR**2),
    "the other sign": (r_u * dc_u / c_u - dr_u) ** 2,
    "as an equation with a name": Eq(w, FACTOR**2),
    "the other way round": Eq(FACTOR**2, w),
    "through the ratio": (c_u * (dr_u * c_u - r_u * dc_u) / c_u**2) ** 2,
    "the factor first": [FACTOR, FACTOR**2],
    "the factor first, with a minus": [-FACTOR, FACTOR**2],
    "through g": [g_u**4 / (4 * r_u**2), FACTOR**2],
    "with what is put in": [
        Eq(f_u, dc_u / c_u),
        Eq(g_u**2, 2 * r_u * dr_u - 2 * f_u * r_u**2),
        g_u**4 / (4 * r_u**2),
        FACTOR**2,
    ],
    "with the whole derivation": [
        Eq(x[0], (x_u - r_u * epsilon) / c_u),
        dc_u * x[0] + dr_u * epsilon,
        dc_u * (x_u - r_u * epsilon) / c_u + dr_u * epsilon,
        dc_u / c_u * x_u + FACTOR * epsilon,
        FACTOR,
        FACTOR**2,
    ],
    "what was put in after it": [FACTOR**2, Eq(x[0], (x_u - r_u * epsilon) / c_u), Eq(f_u, dc_u / c_u)],
    "symbols made by the reader": (Symbol("dr_u") - Symbol("r_u") * Symbol("dc_u") / Symbol("c_u")) ** 2,
    "simplified": simplify(expand(FACTOR**2)),
    "in two steps": [(c_u * dr_u - r_u * dc_u) ** 2 / c_u**2, FACTOR**2],
}


@pytest.mark.parametrize("words", RIGHT)
def test_right_answers_pass_in_every_form(words):
    verdict = check_answer_15_3(RIGHT[words])
    assert verdict.status is Status.RIGHT and not verdict.slip, verdict


@pytest.mark.parametrize("answer", [(dr_u - f_u * r_u) ** 2, g_u**4 / (4 * r_u**2), Eq(w, (dr_u - f_u * r_u) ** 2)])
def test_right_answers_in_another_form_are_told_apart(answer):
    verdict = check_answer_15_3(answer)
    assert verdict.status is Status.OTHER_FORM and "still contains" in str(verdict), verdict


SLIPS = {
    "the absolute value of the factor": abs(FACTOR),
    "a factor r_u^2 is missing": (dr_u / r_u - dc_u / c_u) ** 2,
    "four times as much: g_u^2 / r_u": Eq(4 * FACTOR**2, expand(4 * FACTOR**2)),
    "not yet squared": FACTOR,
    "as if it were known": dr_u**2,
    "is turned": (dr_u + r_u * dc_u / c_u) ** 2,
    "does not divide c_u'": (dr_u - r_u * dc_u) ** 2,
    "multiplied by c_u^2": (c_u * dr_u - r_u * dc_u) ** 2,
    "derivative of r_u / c_u: a factor": ((c_u * dr_u - r_u * dc_u) / c_u**2) ** 2,
    "upside down": 1 / FACTOR**2,
    "half of it": FACTOR**2 / 2,
    "four times as much": g_u**4 / r_u**2,
    "that is g_u^2": g_u**2,
    "the score's error": g_u**4 / 4,
    "the image's error, not": (dc_u - c_u * dr_u / r_u) ** 2,
    "straight path alone": 1 / c_u**2,
    "(c_u' / (c_u r_u))^2": (dc_u / (c_u * r_u)) ** 2,
    "(r_u' / c_u^2)^2": dr_u**2 / c_u**4,
    "and the sign kept": dr_u**2 - r_u**2 * dc_u**2 / c_u**2,
    "what stands before x": f_u**2,
    "factors, added": (dc_u + dr_u) ** 2,
    "factors, subtracted": (dc_u - dr_u) ** 2,
    "sum of the squares of the velocity's": dc_u**2 + dr_u**2,
}


@pytest.mark.parametrize("words", SLIPS)
def test_slips_are_named(words):
    verdict = check_answer_15_3(SLIPS[words])
    assert verdict.status is Status.WRONG and verdict.slip and words in verdict.slip, verdict
    assert "Hint:" in str(verdict) and max(map(len, str(verdict).splitlines())) <= 78


@pytest.mark.parametrize("answer", [2 * FACTOR**2, FACTOR**3, (FACTOR / r_u**2) ** 2])
def test_no_two_slips_are_named_that_make_an_answer_by_chance(answer):
    verdict = check_answer_15_3(answer)
    assert "known" not in str(verdict) and "\n" not in (verdict.slip or "")


def test_a_false_equation_after_the_weight_is_shown():
    assert "line 2 of answer_15_3 is not true" in str(check_answer_15_3([FACTOR**2, Eq(x[0], (x_u + epsilon) / c_u)]))


def test_the_factor_last_is_not_the_weight():
    assert "not yet squared" in check_answer_15_3([FACTOR**2, FACTOR]).slip


@pytest.mark.parametrize(
    "answer",
    [
        ...,
        None,
        1 / (1 - Symbol("u")) ** 2,
        [Eq(x[0], (x_u + r_u * epsilon) / c_u), FACTOR**2],
        [dc_u / c_u * x_u - FACTOR * epsilon, FACTOR**2],
        "1",
        alpha[1],
        epsilon,
        x[0] ** 2,
        [FACTOR, FACTOR],
        [Eq(f_u, dc_u), FACTOR**2],
        [FACTOR**2, Eq(f_u, dc_u)],
        sqrt(FACTOR**2),
    ],
)
def test_what_is_no_answer_or_has_a_wrong_step_is_not_right(answer):
    assert not check_answer_15_3(answer).passed

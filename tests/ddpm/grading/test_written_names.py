"""Names of the reader's own for parts: what they stand for is put into what is built of them."""

import json

import pytest
import sympy as sp

from ddpm.chapters.closed_form.exercises import check_answer_1_4
from ddpm.chapters.fewer_steps.exercises import check_answer_13_1, check_answer_13_3
from ddpm.chapters.flow_matching.exercises import check_answer_15_3
from ddpm.chapters.mean_to_noise.exercises import check_answer_3_1
from ddpm.chapters.score.exercises import check_answer_10_2, check_answer_10_4
from ddpm.chapters.small_steps.exercises import check_answer_11_1, check_answer_11_5
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import (
    alpha,
    alpha_bar,
    beta,
    c_i,
    c_next,
    c_u,
    dc_u,
    dr_u,
    epsilon,
    f_u,
    family,
    g_u,
    h_u,
    r_i,
    r_next,
    r_u,
    score_u,
    sigma_i,
    sqrt,
    t,
    x,
    x_i,
    x_u,
)
from ddpm.grading import Status
from ddpm.grading.written import wire
from ddpm.grading.written.lines import Line
from ddpm.grading.written.reading import read
from ddpm.grading.written.unused import unused

A, F, V, W, X, Y = sp.symbols("A F V W x Y")
FACTOR = dr_u - r_u * dc_u / c_u
IMAGE = (x_i - r_i * epsilon) / c_i


def eq(left, right):
    return sp.Eq(left, right, evaluate=False)


RIGHT = {
    "a state's letter": (check_answer_1_4, eq(X, sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon)),
    "a letter of the book without index": (
        check_answer_3_1,
        eq(sp.Symbol("mu_tilde"), (x[t] - beta[t] / sqrt(1 - alpha_bar[t]) * epsilon) / sqrt(alpha[t])),
    ),
    "for mean and variance": (
        check_answer_1_4,
        [eq(X, sqrt(alpha_bar[t]) * x[0]), eq(V, 1 - alpha_bar[t]), Normal(x[t], X, V)],
    ),
    "for the image": (check_answer_13_3, [eq(X, IMAGE), c_next * X + r_next * epsilon]),
    "behind what is built of it": (check_answer_13_3, [c_next * X + r_next * epsilon, eq(IMAGE, X)]),
    "keys": (check_answer_13_3, {"x": IMAGE, "y": c_next * X + r_next * epsilon}),
    "symbols as keys": (check_answer_13_3, {X: IMAGE, Y: c_next * X + r_next * epsilon}),
    "of a name": (check_answer_15_3, [eq(W, F), eq(F, FACTOR), W**2]),
    "a factor": (check_answer_10_4, [eq(A, 1 - h_u / r_u**2), 2 * h_u / (1 - A**2)]),
    "another assumption": (check_answer_15_3, [eq(sp.Symbol("F", positive=True), FACTOR), F**2]),
    "of the answer itself": (
        check_answer_13_1,
        [eq(A, sqrt(r_next**2 - sigma_i**2)), eq(A**2 + sigma_i**2, r_next**2)],
    ),
    "a name that is an index elsewhere": (check_answer_15_3, [eq(sp.Symbol("s"), FACTOR), sp.Symbol("s") ** 2]),
    "asked for, too": (
        check_answer_11_1,
        [eq(F, dc_u / c_u), eq(V, 2 * r_u * dr_u - 2 * F * r_u**2)],
    ),
    "of what is put in": (
        check_answer_11_5,
        [eq(F, dc_u / c_u), f_u * x_u - g_u**2 / 2 * score_u, dc_u * x[0] + dr_u * epsilon],
    ),
    "for what is asked, in every line": (check_answer_15_3, [eq(W, (g_u**2 / (2 * r_u)) ** 2), eq(W, FACTOR**2)]),
    "in an equation for a square": (
        check_answer_11_1,
        [eq(F, dc_u / c_u), eq(V, r_u**2), eq(f_u, F), eq(g_u**2, 2 * r_u * dr_u - 2 * F * V)],
    ),
    "squared": (check_answer_1_4, [eq(V**2, 1 - alpha_bar[t]), sqrt(alpha_bar[t]) * x[0] + V * epsilon]),
    "squared, as what is asked": (
        check_answer_11_1,
        [eq(f_u, dc_u / c_u), eq(sp.Symbol("g") ** 2, 2 * r_u * dr_u - 2 * dc_u / c_u * r_u**2)],
    ),
    "squared, on the way": (check_answer_13_1, [eq(A**2, r_next**2 - sigma_i**2), sqrt(r_next**2 - sigma_i**2)]),
    "twice": (check_answer_15_3, [eq(F, FACTOR), eq(F, (c_u * dr_u - r_u * dc_u) / c_u), eq(W, F**2)]),
}


SLOW = [
    "for mean and variance",
    "keys",
    "behind what is built of it",
    "another assumption",
    "of a name",
    "a state's letter",
]


@pytest.mark.parametrize("how", [pytest.param(how, marks=[pytest.mark.slow] * (how in SLOW)) for how in RIGHT])
def test_a_name_of_ones_own_is_as_good_as_what_it_stands_for(how):
    check, answer = RIGHT[how]
    assert check(answer).status is Status.RIGHT, check(answer)
    reading = read(answer, "mine")
    assert wire.from_json(json.loads(json.dumps(wire.to_json(reading)))) == reading


def test_a_name_of_what_is_asked_is_no_part():
    lines = read([eq(W, x[t]), eq(W, x[0]), eq(W**2, x[1] + 1)], "mine").lines
    assert [(line.of, line.name) for line in lines] == [("", "W"), ("", "W"), ("", "")]
    twice, part, _ = read([eq(W, x[t]), eq(W, x[0]), W + 1], "mine").lines
    assert (twice.left, twice.right, twice.of, part.of) == (x[0], x[t], "", "definition")


def test_what_a_name_stands_for_is_judged_where_it_is_used():
    wrong = dr_u + r_u * dc_u / c_u
    for answer in ([eq(F, wrong), F**2], {"F": wrong, "w": F**2}):
        verdict = check_answer_15_3(answer)
        assert verdict.slip == "the sign before r_u c_u' / c_u is turned.", verdict
    twice = check_answer_15_3([eq(F, wrong), eq(F, FACTOR), F**2])
    assert twice.status is Status.WRONG and "line 1 of answer_15_3 is not true" in str(twice)
    verdict = check_answer_11_1({"f": 2 * dc_u / c_u, "g2": 2 * r_u * dr_u - sp.Symbol("f") * r_u**2})
    assert verdict.slip == "a factor 2: that is the derivative of log c_u^2.", verdict
    verdict = check_answer_13_1([eq(A, sqrt(r_next**2 - sigma_i**2)), eq(A**2 - sigma_i**2, r_next**2)])
    assert verdict.status is Status.WRONG and "line 2 of answer_13_1 is not true" in str(verdict)


@pytest.mark.parametrize(
    "answer, word",
    [
        ([F**2], 'holds F, not a symbol of the book: say what it is in a line Eq(Symbol("F"), ...), or write'),
        ([eq(F, F + 1), F**2], "holds F, not a symbol"),
        ([eq(F, W), eq(W, F), F**2], "not a symbol"),
        ([eq(F, sp.Symbol("a") * r_u), F**2], "holds a, not a symbol"),
        ([eq(F, sp.Add(*sp.symbols("a:1600"))), F], "more than 1500 parts"),
        (
            [eq(sp.Symbol(f"n{i + 1}"), sp.Symbol(f"n{i}") ** 2 + r_u) for i in range(30)] + [eq(F, sp.Symbol("n30"))],
            "",
        ),
    ],
)
def test_a_name_that_stands_for_nothing_readable_is_refused(answer, word):
    reading = read(answer, "mine")
    assert word in (reading.blank or reading.fault) and bool(reading.blank) != bool(reading.fault)
    assert bool(reading.blank) is ("symbol" in word), "what is not defined is not yet answered, and not wrong"


MEAN, VARIANCE = sqrt(alpha_bar[t]) * x[0], 1 - alpha_bar[t]
NUMERATOR = x_u + r_u**2 * score_u


@pytest.mark.parametrize(
    "check, answer, name, slip",
    [
        (check_answer_10_2, {"num": NUMERATOR, "x0": NUMERATOR / c_u}, "num", "c_u is missing"),
        (check_answer_10_2, {"x_0": NUMERATOR / c_u, "num": NUMERATOR}, "num", "c_u is missing"),
        (check_answer_10_2, [sp.Eq(sp.Symbol("r2"), r_u**2), NUMERATOR / c_u], "r2", ""),
        (check_answer_10_2, {"a": r_u**2, "b": NUMERATOR, "end": NUMERATOR / c_u}, "a, b", ""),
        (check_answer_10_4, {"k": h_u / r_u**2, "l": r_u**2 / (1 - h_u / r_u**2 / 2)}, "k", ""),
        (check_answer_1_4, {"a": alpha_bar[t], "law": Normal(x[t], MEAN, VARIANCE)}, "a", "alpha_bar_t in the place"),
    ],
)
def test_a_name_that_no_line_uses_is_neither_right_nor_wrong(check, answer, name, slip):
    verdict = check(answer)
    said = " ".join(str(verdict).split())
    assert verdict.status is Status.BLANK and verdict.slip is None
    assert said.startswith("Not yet clear: no line of ") and f" uses {name}. " in said and "As a step: line " in said
    assert slip in said


@pytest.mark.parametrize(
    "check, answer",
    [
        (check_answer_10_2, [NUMERATOR, NUMERATOR / c_u]),  # steps: no names
        (check_answer_10_2, {"num": NUMERATOR, "x0": NUMERATOR / c_u**2}),  # the end is wrong as well
        (check_answer_10_2, {"num": x_u - r_u**2 * score_u, "x0": NUMERATOR / c_u}),  # no part of it
        (check_answer_10_2, {"x0": NUMERATOR, "end": NUMERATOR / c_u}),  # a name of what is asked
        (check_answer_10_2, [sp.Eq(sp.Symbol("r"), side) for side in (NUMERATOR, NUMERATOR / c_u)]),  # of both
        (check_answer_1_4, {"draw": MEAN + sqrt(VARIANCE) * epsilon, "variance": sqrt(VARIANCE)}),
        (check_answer_1_4, {"draw": MEAN + sqrt(VARIANCE) * epsilon, "var": sqrt(VARIANCE)}),
    ],
)
def test_what_is_wrong_beside_a_right_end_is_wrong(check, answer):
    assert check(answer).status is Status.WRONG


@pytest.mark.parametrize(
    "name, asked, is_of_a_part",
    [
        ("x_0", "E[x_0 | x_u]", False),
        ("x0part", "E[x_0 | x_u]", True),  # of two letters a word is no part of a name
        ("partial_sums", "the sum", False),
        ("va", "the variance", True),
        ("var", "the variance", False),
    ],
)
def test_which_names_may_be_meant_for_what_is_asked(name, asked, is_of_a_part):
    lines = [Line(NUMERATOR, name=name), Line(NUMERATOR / c_u)]
    assert unused(lines, [asked]) == lines[:1] * is_of_a_part


def test_a_family_of_ones_own_without_a_start_is_not_yet_answered():
    M = family("M", "M")
    verdict = check_answer_1_4([eq(M[t], sqrt(alpha[t]) * M[t - 1]), Normal(x[t], M[t], 1 - alpha_bar[t])])
    assert verdict.status is Status.BLANK and "what it is: add Eq(M[t], ...)" in " ".join(str(verdict).split())


def test_a_square_of_a_name_is_no_answer_for_the_name():
    verdict = check_answer_13_1(eq(A**2, r_next**2 - sigma_i**2))
    assert verdict.status is Status.OTHER_FORM and "not solved for A_i yet" in " ".join(str(verdict).split())
    verdict = check_answer_13_1(eq(A**2, r_next**2 + sigma_i**2))
    assert verdict.status is Status.WRONG, verdict
    wrong = check_answer_1_4([eq(V**2, alpha_bar[t]), sqrt(alpha_bar[t]) * x[0] + V * epsilon])
    assert wrong.status is Status.WRONG and wrong.slip == "alpha_bar_t in the place of 1 - alpha_bar_t.", wrong
    twice = [eq(A**2, r_next**2 - sigma_i**2), eq(A, sqrt(r_next**2 - sigma_i**2)), A]
    assert check_answer_13_1(twice).passed
    assert "holds A" in read([eq(A**2, A + r_u), A], "mine").blank


def test_the_names_of_the_book_and_of_an_index_are_no_names_of_ones_own():
    n = sp.Symbol("n")
    lines = read([eq(c_u, r_u), eq(n, r_u), sp.Sum(x[n], (n, 1, t)), c_u], "mine").lines
    assert [line.of for line in lines] == [""] * 4 and lines[3].right == c_u
    assert lines[2].right.args[1][0].name == "n"

"""Names that readers of the problems about the bound give to a part: a definition is no step towards L."""

import pytest
import sympy as sp

from ddpm.chapters.likelihood_to_kl.exercises import check_answer_2_1, check_answer_2_2b
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_q
from ddpm.derivation.symbols import Product, Sum, T, log, t, x
from ddpm.grading import Status

FORWARD, BACK = q(x[t] | x[t - 1]), p_theta(x[t - 1] | x[t])
RATIO = BACK / FORWARD
PRODUCTS = E_q(-log(p(x[T]) * Product(BACK, (t, 1, T)) / Product(FORWARD, (t, 1, T))))
SUM = E_q(-log(p(x[T])) - Sum(log(RATIO), (t, 1, T)))
KLS = E_q(
    KL(q(x[T] | x[0]), p(x[T])) + Sum(KL(q(x[t - 1] | (x[t], x[0])), BACK), (t, 2, T)) - log(p_theta(x[0] | x[1]))
)


def r(value, name="r"):
    return sp.Eq(sp.Symbol(name), value, evaluate=False)


DEFINED = {
    "a fraction": [PRODUCTS, r(RATIO), SUM],
    "behind the answer": [PRODUCTS, SUM, r(RATIO)],
    "keys": {"ratio": RATIO, "products": PRODUCTS, "L": SUM},
    "a term": {"products": PRODUCTS, "prior": -log(p(x[T])), "L": SUM},
    "a sum": [r(Sum(log(RATIO), (t, 1, T))), PRODUCTS, SUM],
}
STEPS = {
    "the mean is missing": ({"a": PRODUCTS.args[0], "L": SUM}, "the expectation is missing"),
    "a known slip without its mean": ({"a": log(q(x[1:T])) - log(p_theta(x[0:T])), "L": SUM}, "line 1"),
    "a number": ({"a": E_q(-Sum(log(RATIO), (t, 1, T))), "b": PRODUCTS, "L": SUM}, "log p(x_T) is missing"),
    "the name of what is asked": ([r(log(RATIO), "L"), PRODUCTS, SUM], "line 1"),
    "a name of two lines": ([r(log(RATIO)), r(PRODUCTS), r(SUM)], "line 1"),
    "the last line": ([PRODUCTS, SUM, r(1 / RATIO)], "line 3"),
    "nothing else": ([r(RATIO)], "is not L"),
    "a wrong answer beside it": ([r(RATIO), PRODUCTS, E_q(-log(p(x[T])) - Sum(log(RATIO), (t, 2, T)))], "line 3"),
}


QUICK = ["a fraction", "the mean is missing", "a number", "a wrong answer beside it"]


def cases(names):
    return [pytest.param(how, marks=[pytest.mark.slow] * (how not in QUICK)) for how in names]


@pytest.mark.parametrize("how", cases(DEFINED))
def test_a_definition_that_no_line_uses_is_no_step(how):
    verdict = check_answer_2_1(DEFINED[how])
    assert verdict.status is Status.RIGHT and "(2 lines checked, 1 name beside them;" in " ".join(str(verdict).split())


@pytest.mark.slow
def test_a_divergence_may_be_named_apart():
    assert check_answer_2_2b([PRODUCTS, r(KL(q(x[T] | x[0]), p(x[T]))), KLS]).passed


def test_what_a_name_is_for_that_stands_nowhere_else_is_asked():
    verdict = check_answer_2_1([r(1 / RATIO), PRODUCTS, SUM])
    assert verdict.status is Status.OTHER_FORM and "says what r is, but no line uses it" in " ".join(
        str(verdict).split()
    )


@pytest.mark.parametrize("how", cases(STEPS))
def test_what_may_be_meant_for_l_is_judged_whatever_its_name(how):
    answer, words = STEPS[how]
    verdict = check_answer_2_1(answer)
    assert verdict.status is Status.WRONG and words in " ".join(str(verdict).split()), verdict

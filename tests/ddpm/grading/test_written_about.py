"""What the lines of a written answer are about."""

import dataclasses

import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import E_q
from ddpm.derivation.symbols import Sum, T, alpha, alpha_bar, beta, log, t, x
from ddpm.grading.written.about import Placed, claims_of, equation, kind_of, part_of, placed, solved
from ddpm.grading.written.claims import Target
from ddpm.grading.written.lines import Line
from ddpm.grading.written.sample import Sample, close

RIGHT, WRONG = alpha[t] * x[t], beta[t] * x[t]
PRODUCT, SUM = Target("the product", RIGHT), Target("the sum", alpha[t] + x[t])
m = sp.Symbol("m")
TRUE, FALSE = Line(sp.Integer(1), alpha[t] + beta[t]), Line(x[0], x[1])


def known(value):
    return lambda side: side.subs(m, value)


def test_a_line_is_about_the_answer_or_true_or_false():
    both = PRODUCT, SUM
    assert kind_of(Line(WRONG), both) == "answer" and kind_of(TRUE, both) == "aside" == kind_of(TRUE, ())
    assert kind_of(FALSE, both) == "false" == kind_of(Line(x[0], m), both, known(x[1]))
    assert kind_of(Line(x[0], m), both, known(x[0])) == "aside"
    for value in (RIGHT, SUM.value):
        for line in (Line(value, x[0]), Line(x[0], value), Line(x[0], m), Line(x[0], x[1], between=(value,))):
            assert kind_of(line, both, known(value)) == "answer"
    assert kind_of(Line(RIGHT, x[0]), (SUM,)) == "false" and kind_of(Line(x[0], m), (SUM,), known(x[0])) == "aside"
    assert kind_of(dataclasses.replace(TRUE, between=(sp.Integer(1),)), both) == "aside"
    assert kind_of(dataclasses.replace(TRUE, between=(x[0],)), both) == "false"
    bayes = Line(q(x[t] | x[t - 1]) * q(x[t - 1] | x[0]), q(x[t - 1] | (x[t], x[0])) * q(x[t] | x[0]))
    of_chain = Target("a density", q(x[t] | x[0]))
    assert kind_of(bayes, (dataclasses.replace(of_chain, where={t: 2}), SUM)) == "aside"
    from_2 = Line(abs(t - 2), t - 2)
    assert kind_of(from_2, (dataclasses.replace(SUM, where={t: 2}), SUM)) == "aside" != kind_of(from_2, both)


def test_a_true_equation_is_no_false_one_by_rounding():
    joint, product = q(x[t - 1], x[t] | x[0]), q(x[t - 1] | (x[t], x[0])) * q(x[t] | x[0])
    collapsed = Sum(log(q(x[t - 1] | x[0]) / q(x[t] | x[0])), (t, 2, T)), log(q(x[1] | x[0]) / q(x[T] | x[0]))
    step = Target("a step", q(x[t] | x[t - 1]), where={t: 2})
    for left, right in ((joint - product, 0), (log(joint) - log(product), 0), (log(joint), log(product)), collapsed):
        for sides in ((left, right), (right, left)):
            assert kind_of(Line(*map(sp.sympify, sides)), (step,)) == "aside"
    assert kind_of(Line(sp.Integer(0), E_q(log(joint)) - E_q(log(product))), (step, SUM)) == "aside"
    for left, right in ((joint - 2 * product, 0), (log(joint), log(2 * product)), (sp.exp(log(joint)), 2 * product)):
        assert kind_of(Line(*map(sp.sympify, (right, left))), (step,)) == "false"
    assert kind_of(Line(sp.Integer(0), 10**30 * (1 - alpha[t] - beta[t] + p(x[T]) - p_theta(x[T]))), (step,)) == "aside"
    assert Sample({}).equal(sp.Integer(0), alpha[t] + beta[t] - 1)
    assert not Sample({}).equal(sp.Integer(0), alpha[t] / 10**30 + log(alpha[t] + beta[t]))
    assert not Sample({t: 2}).equal(step.value / 10**40, 2 * step.value / 10**40)
    assert not close(2e-40, 1e-40) and close(2e-40, 1e-40, 1)
    assert not Sample({}).equal(alpha_bar[t] ** 40 * sp.Rational(1, 10**30), 2 * alpha_bar[t] ** 40 / 10**30)


def test_what_is_said_beside_the_answer_after_it_goes_before_it():
    a, b, name = Line(x[0]), Line(x[1]), Line(x[3], of="definition")

    def kind(line):
        return "aside" if line is TRUE else "false" if line is FALSE else "answer"

    assert placed([a, TRUE, name, b, TRUE, TRUE], kind) == [
        Placed(TRUE, "line 5", "aside", False),
        Placed(TRUE, "line 6", "aside", False),
        Placed(a, "line 1", "answer", False),
        Placed(TRUE, "line 2", "aside", False),
        Placed(b, "line 4", "answer", True),
    ]
    for lines, order in (([a, TRUE], "21"), ([a, b, TRUE], "312"), ([a, TRUE, b], "123")):
        assert "".join(said.place[-1] for said in placed(lines, kind)) == order
    assert placed([a, FALSE], kind)[-1] == Placed(FALSE, "line 2", "false", True)
    assert placed([TRUE, TRUE], kind) == [Placed(TRUE, "line 1", "aside", False), Placed(TRUE, "line 2", "aside", True)]
    assert placed([a]) == [Placed(a, "", "answer", True)] and placed([name, TRUE])[0].kind == "answer"
    assert placed([name]) == []


def test_a_line_claims_that_it_is_the_answer_or_that_it_is_true():
    here = dataclasses.replace(PRODUCT, where={t: 2})
    for kind, last in (("false", True), ("false", False), ("aside", False)):
        (claim,) = claims_of(Placed(Line(m, alpha_bar[t]), "line 1", kind, last), here, known(x[0]))
        assert (claim.compared, claim.target.value, claim.target.what) == (alpha_bar[t], x[0], "")
        assert (claim.typed, claim.place) == (sp.Eq(alpha_bar[t], m), "line 1")
        assert claim.step and not claim.open and claim.target.where == {t: 2}
    steps = claims_of(Placed(Line(m, x[0], between=(WRONG, m)), "", "answer", True), PRODUCT, known(RIGHT))
    assert [(claim.compared, claim.typed, claim.step) for claim in steps] == [
        (WRONG, WRONG, True),
        (RIGHT, m, True),
        (x[0], x[0], False),
    ]
    assert all(claim.target is PRODUCT for claim in steps)
    assert not equation(Placed(TRUE, "", "aside", True)).target.where
    assert equation(Placed(Line(sp.Integer(2), sp.Integer(1)), "", "false", True)).typed == sp.Eq(1, 2, evaluate=False)


def test_a_true_equation_alone_is_to_be_solved_or_says_nothing_of_the_target():
    for line, unknown in ((Line(x[0], m), (m,)), (Line(sp.Integer(0), x[0]), ()), (Line(x[0], sp.Integer(0)), ())):
        (claim,) = claims_of(Placed(line, "", "aside", True), PRODUCT, unknown=unknown)
        assert claim.open == "is a true equation, but not yet solved for the product." and not claim.step
        assert (claim.compared, claim.target.value) == (line.left, line.right)
    (claim,) = claims_of(Placed(Line(x[0], x[1]), "", "aside", True), PRODUCT, unknown=(m,))
    assert claim.target is PRODUCT and claim.compared == x[0] and not claim.open


def test_a_line_for_itself_may_be_a_part_on_the_way():
    said = Placed(Line(m), "line 1", "answer", False)
    (claim,) = part_of(said, (SUM, PRODUCT, dataclasses.replace(PRODUCT)), known(RIGHT))
    assert claim.target is PRODUCT and (claim.compared, claim.typed, claim.place) == (RIGHT, m, "line 1") and claim.step
    assert part_of(said, (SUM,), known(RIGHT)) == part_of(said, (), known(RIGHT)) == []
    assert part_of(said._replace(last=True), (PRODUCT,), known(RIGHT)) == []
    assert part_of(said._replace(line=Line(m, x[0])), (PRODUCT,), known(RIGHT)) == []


def test_of_an_equation_the_side_beside_what_is_asked_counts():
    assert solved(Line(RIGHT), PRODUCT) == RIGHT
    assert solved(Line(x[0], RIGHT), PRODUCT) == solved(Line(RIGHT, x[0]), PRODUCT) == x[0]
    long = (1 - beta[t]) * x[t]
    formed = dataclasses.replace(PRODUCT, form=lambda typed: "" if typed == long else "no")
    for left, right in ((RIGHT, long), (long, RIGHT)):
        assert solved(Line(right, left), formed) == long
        assert solved(Line(right, left), PRODUCT) == right
    assert solved(Line(x[0], x[1]), PRODUCT) == x[0]
    assert solved(Line(x[0], m), PRODUCT, known(RIGHT)) == x[0]

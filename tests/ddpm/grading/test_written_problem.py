"""What a written problem says of an answer, word for word: a small one, made up, whose right answer and slips are known
here."""

import dataclasses

import pytest
import sympy as sp

from ddpm.derivation.densities import Undecided, q
from ddpm.derivation.expectation import E_q
from ddpm.derivation.symbols import alpha, beta, log, t, x
from ddpm.grading import Slip, Status
from ddpm.grading.written import problem as module
from ddpm.grading.written.claims import Claim, Target
from ddpm.grading.written.lines import Line, Reading
from ddpm.grading.written.problem import Derivation, _as_judged
from ddpm.grading.written.too_large import Unreadable

RIGHT = alpha[t] * x[t]
ONE_MORE = RIGHT + alpha[t] + beta[t]  # no change of one thing makes it right
NOWHERE = 1 / (x[t] - x[t] * (alpha[t] + beta[t]))  # has no value
SLIPS = (
    Slip("the first state.", "Which state is asked for?", lambda: alpha[t] * x[0]),
    Slip("beta in the place of alpha.", "What is kept?", lambda: beta[t] * x[t]),
)
PRODUCT = Target("the product", RIGHT, SLIPS)
SUM = Target("the sum", alpha[t] + x[t], (Slip("the difference.", "Add them.", lambda: alpha[t] - x[t]),))


def problem(*targets, **more):
    """Each line is about the next target, and those before the last are steps if there is but one."""

    def claims(lines):
        one = len(targets) == 1
        pairs = zip(lines, targets * len(lines) if one else targets)
        return [
            Claim(target, line.right, line.right, f"line {i}" if len(lines) > 1 else "", step=one and i < len(lines))
            for i, (line, target) in enumerate(pairs, start=1)
        ]

    return Derivation("mine", "0", claims, **more)


def said(made, *answers, **more):
    """The verdict on lines, and its words in one line."""
    verdict = made.verdict(Reading(tuple(map(Line, answers)), **more))
    return verdict, " ".join(str(verdict).split())


def lacking(expr):
    """The same, without a value at t = 1."""
    return expr * ((t - 1) * x[t] - (t - 1) * x[0]) / ((t - 1) * (x[t] - x[0]))


def test_a_right_answer_says_with_what_it_agrees_and_how_that_was_found():
    verdict, words = said(problem(PRODUCT), RIGHT)
    assert verdict.status is Status.RIGHT and verdict.mean_error == 0 and verdict.slip is None
    assert words.startswith("Right: mine agrees with the product (1 line checked; ") and words.endswith(").")
    assert said(problem(PRODUCT, remark=lambda claims: f"{len(claims)} seen."), RIGHT)[1].endswith("). 1 seen.")
    both = said(problem(PRODUCT, SUM), RIGHT, alpha[t] + x[t])[1]
    assert "agrees with the product and the sum (2 lines checked; " in both
    steps = said(problem(PRODUCT), RIGHT, (1 - beta[t]) * x[t], texts=1)[1]
    assert "agrees with the product (2 lines checked, 1 text beside them; " in steps


def test_of_several_ways_each_is_counted(monkeypatch):
    ways = ["by a rule", "", "by a rule"]
    monkeypatch.setattr("ddpm.grading.written.problem.Sample.proof", lambda *_: ways.pop())
    words = said(problem(PRODUCT), *[RIGHT] * 3)[1]
    assert words.endswith("(3 lines checked; 2 by a rule, 1 not proved, but equal at 12 random points).")
    ways[:] = ["", ""]
    assert said(problem(PRODUCT), *[RIGHT] * 2)[1].endswith("checked; not proved, but equal at 12 random points).")


def test_what_is_not_proved_may_hold_no_index_as_a_number(monkeypatch):
    monkeypatch.setattr("ddpm.grading.written.problem.Sample.proof", lambda *_: "")
    verdict, words = said(problem(PRODUCT), RIGHT + t - t * (alpha[t] + beta[t]))
    assert words == (
        "Not right yet: mine agrees at all points tried, but holds t as a number, and no proof was found; "
        "write it without."
    )
    assert verdict.status is Status.WRONG


def test_a_last_line_may_not_lack_a_value_that_the_right_answer_has():
    verdict, words = said(problem(PRODUCT), lacking(RIGHT))
    assert verdict.status is Status.WRONG and verdict.slip is None
    assert "mine agrees with the product as far as it has a value, but has none at " in words and "t = 1" in words
    assert said(problem(PRODUCT), lacking(RIGHT), RIGHT)[0].passed  # a step on the way
    assert said(problem(PRODUCT, SUM), lacking(RIGHT), alpha[t] + x[t])[0].passed


def test_a_wrong_answer_is_shown_beside_the_right_one():
    verdict, words = said(problem(PRODUCT), ONE_MORE)
    assert verdict.status is Status.WRONG and verdict.slip is None
    assert words.startswith("Not right yet: mine is not the product. Yours: ")
    assert "x[t]" in words.partition("For example at ")[0] and "slip" not in words and "times" not in words
    expected, got = (float(words.partition(f" {side} ")[2].split()[0]) for side in ("expected", "got"))
    assert got == pytest.approx(expected + 1, abs=1e-4)
    assert said(problem(PRODUCT), 5 * RIGHT)[1].endswith("It is 5 times the right one.")
    equation = dataclasses.replace(PRODUCT, what="")
    assert said(problem(equation), RIGHT / 5)[1].endswith("The left side is 1/5 times the right one.")
    inside = problem(PRODUCT)
    inside = dataclasses.replace(
        inside, claims=lambda lines, of=inside.claims: [dataclasses.replace(c, inside=True) for c in of(lines)]
    )
    assert ", inside of the expectation: expected" in said(inside, RIGHT + 1)[1]
    assert "inside" not in words


def test_an_equation_between_other_things_is_true_or_not():
    equation = Target("", RIGHT)
    words = said(problem(equation), RIGHT + 1, RIGHT)[1]
    assert words.startswith("Not right yet: line 1 of mine is not true. Yours: ")
    right, left = (float(words.partition(f" {side} side ")[2].split()[0]) for side in ("right", "left"))
    assert left == pytest.approx(right + 1, abs=1e-4) and "expected" not in words


def test_a_known_slip_has_its_name_and_hint_and_two_at_once_have_both():
    verdict, words = said(problem(PRODUCT), alpha[t] * x[0])
    assert verdict.slip == "the first state."
    assert words.endswith("This is a known slip: the first state. Hint: Which state is asked for?")
    verdict, words = said(problem(PRODUCT), beta[t] * x[0])
    assert verdict.slip == "the first state.\nbeta in the place of alpha."
    assert words.endswith(
        "These are two known slips at once: the first state. beta in the place of alpha. "
        "Hint: Which state is asked for? Hint: What is kept?"
    )
    same = dataclasses.replace(PRODUCT, slips=tuple(dataclasses.replace(slip, hint="Look.") for slip in SLIPS))
    assert said(problem(same), beta[t] * x[0])[1].count("Hint: Look.") == 1
    twice = tuple(Slip(f"{n} of it.", "How many?", lambda n=n: n * RIGHT) for n in (sp.Rational(1, 2), 4))
    verdict, words = said(problem(dataclasses.replace(PRODUCT, slips=twice)), 2 * RIGHT)
    assert verdict.slip == "It is 2 times the right one." and words.endswith(verdict.slip)  # and not both slips
    assert said(problem(PRODUCT), 5 * RIGHT)[0].slip is None  # nobody's mistake
    alone = Slip("x_t alone.", "What is before it?", lambda: x[t])
    other = dataclasses.replace(PRODUCT, other=lambda typed, sample: alone if typed == x[t] else None)
    assert said(problem(other), x[t])[0].slip == "x_t alone." and said(problem(other), x[t] + 1)[0].slip is None
    assert said(problem(other), alpha[t] * x[0])[0].slip == "the first state."


def test_the_first_wrong_line_is_named_and_another_about_something_else():
    wrong, minus = alpha[t] * x[0], alpha[t] - x[t]
    verdict, words = said(problem(PRODUCT), RIGHT, wrong, 2 * wrong)
    assert words.startswith("Not right yet: line 2 of mine is not the product.") and " And " not in words
    verdict, words = said(problem(PRODUCT, SUM), wrong, minus)
    assert "known slip: the first state." in words and " And line 2 of mine is not the sum." in words
    assert verdict.slip == "the first state.\nthe difference." and verdict.status is Status.WRONG
    assert said(problem(PRODUCT, SUM), ONE_MORE, minus)[0].slip == "the difference."
    verdict, words = said(problem(PRODUCT, SUM), ONE_MORE, minus + alpha[t] + beta[t])
    assert " And line 2" in words and verdict.slip is None
    assert " And line 2 of mine has no value at nearly all points" in said(problem(PRODUCT, SUM), wrong, NOWHERE)[1]
    assert " And " not in said(problem(PRODUCT, SUM), wrong, alpha[t] + x[t])[1]
    assert " And " not in said(problem(PRODUCT, PRODUCT), wrong, wrong)[1]
    for error in (Undecided("it is open"), Unreadable("it is too large")):

        def sound(claim, error=error):
            if claim.target is SUM:
                raise error
            return "", None

        third = dataclasses.replace(PRODUCT, what="the third")
        for last, told in ((RIGHT, False), (minus, True)):  # what cannot be compared is passed over
            words = said(problem(PRODUCT, SUM, third, sound=sound), wrong, alpha[t] + x[t], last)[1]
            assert words.startswith("Not right yet: line 1 of mine is not the product.")
            assert (" And line 3 of mine is not the third." in words) == (" And " in words) == told


def test_what_is_right_may_lack_its_form_or_a_derivation():
    lacks = dataclasses.replace(PRODUCT, form=lambda typed: "" if typed == RIGHT else "holds beta; write alpha.")
    other = (1 - beta[t]) * x[t]
    verdict, words = said(problem(lacks), other)
    assert verdict.status is Status.OTHER_FORM
    assert words == "Right, but not in the form asked for: mine holds beta; write alpha."
    assert said(problem(lacks), other, RIGHT)[0].passed and not said(problem(lacks), RIGHT, other)[0].passed
    verdict, words = said(problem(PRODUCT, derived=lambda claims: "show the steps." * (len(claims) < 2)), RIGHT)
    assert verdict.status is Status.OTHER_FORM and words == "Right result, no derivation yet: show the steps."
    claims = [Claim(PRODUCT, RIGHT, RIGHT, open="is not yet solved.")]
    assert said(Derivation("mine", "0", lambda lines: claims), RIGHT)[1].endswith("asked for: mine is not yet solved.")


def test_a_line_that_does_not_hold_in_general_says_why():
    made = problem(PRODUCT, sound=lambda claim: ("holds by chance", SLIPS[0]))
    for answer in (RIGHT, NOWHERE):  # agrees; has no value
        verdict, words = said(made, answer)
        assert verdict.slip == SLIPS[0].name and "known slip: the first state." in words
        assert words.startswith("Not right yet: mine holds by chance. ")
    assert said(problem(PRODUCT, sound=lambda claim: ("why?", None)), RIGHT, RIGHT)[1] == (
        "Not right yet: line 1 of mine why?"
    )


def test_what_agrees_at_the_first_points_alone_is_wrong(monkeypatch):
    real = module.Sample.difference

    def difference(self, expr, right, thorough=False):
        return real(self, expr, right, thorough) if thorough else None

    monkeypatch.setattr(module.Sample, "proof", lambda *_: "")
    monkeypatch.setattr(module.Sample, "difference", difference)
    assert said(problem(PRODUCT), RIGHT + alpha[t])[1].startswith("Not right yet: mine is not the product.")


def test_an_equation_with_0_may_hold_densities():
    joint, product = q(x[1], x[2] | x[0]), q(x[1] | x[0]) * q(x[2] | x[1])
    nothing = Target("", sp.Integer(0))
    assert said(problem(nothing), joint - product)[0].status is Status.RIGHT
    assert "left side" in said(problem(nothing), joint - 2 * product)[1]
    assert said(problem(nothing), E_q(log(joint)) - E_q(log(product)))[0].status is Status.RIGHT


def test_what_is_expected_does_not_hang_on_the_answer():
    said_of = [said(problem(PRODUCT), wrong)[1] for wrong in (beta[t] * x[0], x[1] ** 3 * x[t], sp.Integer(7))]
    assert len({words.split("expected")[1].split()[0] for words in said_of}) == 1


def test_what_cannot_be_compared_is_refused_in_words(monkeypatch):
    def claims(error):
        def raises(lines):
            raise error

        return Derivation("mine", "0", raises)

    for error, why in (
        (Unreadable("is no answer"), "is no answer."),
        (Undecided("has no value."), "has no value."),
        (ZeroDivisionError("1 / 0"), "could not be evaluated (ZeroDivisionError: 1 / 0)."),
        (RecursionError(), "could not be evaluated (RecursionError: )."),
    ):
        verdict, words = said(claims(error), RIGHT)
        assert verdict.status is Status.WRONG and words == f"Not right yet: mine {why}"
    with pytest.raises(KeyboardInterrupt):
        said(claims(KeyboardInterrupt()), RIGHT)
    assert "has no value at nearly all points" in said(problem(PRODUCT), NOWHERE)[1]
    monkeypatch.setattr(module.Sample, "difference", lambda *_, **__: {}["odd"])
    assert said(problem(PRODUCT), RIGHT)[1] == "Not right yet: mine could not be evaluated (KeyError: 'odd')."
    assert said(problem(PRODUCT), blank="nothing there.")[0].status is Status.BLANK
    assert said(problem(PRODUCT), fault="is a picture")[1] == "Not right yet: mine is a picture."
    assert str(problem(PRODUCT).judge(problem(PRODUCT).collect({}))) == (
        "Not yet answered: mine is not in the notebook."
    )


def test_lines_of_which_no_claim_is_made_are_not_counted_as_checked():
    lines = Line(alpha[t], name="a"), Line(beta[t], name="b"), Line(beta[t])
    mean = Claim(Target("", alpha[t]), alpha[t], alpha[t], "the mean of line 1")
    for claims, wanted in (([mean], ["", "definition", ""]), ([], ["definition", "definition", ""])):
        assert [line.of for line in _as_judged(Reading(lines), claims).lines] == wanted
    assert _as_judged(Reading(lines[:1]), []).lines[0].of == "", "a single line stands without a number"

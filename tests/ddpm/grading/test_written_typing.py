"""What is typed by hand: echoes can be typed back, natural first tries are understood or answered in one sentence,
nothing stops the judge."""

import math
import re
import time
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from written_answers import NO_DERIVATION, OTHER_FORM, RIGHT, SLIPS

import ddpm.derivation.symbols as symbols
from ddpm.chapters.closed_form.exercises import check_answer_1_4
from ddpm.chapters.likelihood_to_kl.exercises import check_answer_2_1
from ddpm.chapters.mean_to_noise.exercises import check_answer_3_1, check_answer_3_2
from ddpm.derivation import densities, expectation, gaussians
from ddpm.derivation.densities import p, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.numbers import Point
from ddpm.derivation.symbols import (
    C,
    Product,
    SquaredNorm,
    Sum,
    T,
    alpha,
    alpha_bar,
    beta,
    epsilon,
    epsilon_t,
    epsilon_theta,
    log,
    mu_theta,
    mu_tilde,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.grading.written import wire
from ddpm.grading.written.reading import read
from ddpm.grading.written.sample import Sample
from ddpm.grading.written.too_large import Unreadable

NAMES = {
    name: value
    for module in (symbols, densities, expectation, gaussians)
    for name, value in vars(module).items()
    if name[0] != "_"
}
NAMES["n"] = sp.Symbol("n")  # an index of the reader's own


@pytest.mark.parametrize(
    "number",
    ["1.4", "2.2a", "3.2", *(pytest.param(number, marks=pytest.mark.slow) for number in ("2.1", "2.2b", "3.1"))],
)
def test_an_echo_can_be_typed_back(number):
    seen = set()
    for answers in (RIGHT, NO_DERIVATION, OTHER_FORM, SLIPS):
        for answer in answers.get(number, {}).values():
            for line in read(answer, "name").lines:
                for side in (line.right, line.left):
                    if side is not None and side not in seen:
                        seen.add(side)
                        again = read(eval(sp.sstr(side), dict(NAMES)), "name")
                        assert not again.fault, again.fault
                        same = again.lines[0].right  # SymPy may put a sign elsewhere
                        assert same == side or Point(0, {t: 2}).near(same, side, 1e-20), sp.sstr(side)
    assert len(seen) >= 15


def test_forms_of_the_paper_are_understood():
    assert q(x[t - 1] | x[t], x[0]) == q(x[t - 1] | (x[t], x[0])) and q(x[1], x[2] | x[0]).args[1] == sp.Tuple(
        x[1], x[2]
    )
    assert E_q[log(q(x[1]))] == E_q(log(q(x[1]))) and epsilon[t] == epsilon_t[t]
    assert Sum(x[t], t, 1, 3) == Sum(x[t], (t, 1, 3)) and Product(alpha[t], t, 1, 3) == Product(alpha[t], (t, 1, 3))
    assert np.sqrt(1 - alpha_bar[t]) == sqrt(1 - alpha_bar[t]) and np.log(alpha[t]) == log(alpha[t])
    for formula in (alpha[t], 2 * alpha[t], alpha[t] ** 2, -(x[t] ** 2) / 2):  # a power has `exp` for its exponent
        assert np.exp(formula) == sp.exp(formula)
    assert C[t] == C


def test_between_truths_the_sign_is_still_theirs():
    a, b = sp.Symbol("a"), sp.Symbol("b")
    assert a ^ b == sp.Xor(a, b) and a ^ sp.true == sp.Not(a)
    for left, right in ((alpha[t], t), (t, alpha[t])):  # a number on one side
        with pytest.raises(TypeError, match="two stars"):
            left ^ right


def test_what_numpy_refuses_for_another_reason_is_told_in_its_words():
    with pytest.raises(TypeError, match="no_such"):
        np.add(alpha[t], 1, no_such=2)


def test_numbers_are_still_numbers():
    assert (
        math.sqrt(sp.Integer(4)) == 2 and float(sp.pi / 3) == pytest.approx(math.pi / 3) and float(jnp.sqrt(4.0)) == 2
    )
    for product in (alpha[t] * 2.0, np.float64(2) * alpha[t], np.multiply(alpha[t], 2), np.sum([alpha[t]] * 2)):
        assert read(product, "name").lines[0].right == 2 * alpha[t]
    assert list(np.array([1, 2]) * alpha[t]) == [alpha[t], 2 * alpha[t]]
    assert list(np.sqrt(np.array([alpha[t], beta[t]]))) == [sqrt(alpha[t]), sqrt(beta[t])]


@pytest.mark.parametrize(
    "typed, words",
    [
        (lambda: sqrt(symbols.alpha_bar) * x[0], "write alpha_bar[t]"),
        (lambda: 2 * x, "write x[t]"),
        (lambda: np.float64(2) * x, "write x[t]"),
        (lambda: x[t] - beta, "write beta[t]"),
        (lambda: sigma**2, "write sigma[t]"),
        (lambda: mu_theta[t], r"write mu_theta(x[t], t)"),
        (lambda: epsilon - epsilon_theta, "write epsilon_theta(x[t], t)"),
        (lambda: -mu_tilde, "write mu_tilde(t, x[t], x[0])"),
        (lambda: beta[t] ^ 2, "two stars: a**2"),
        (lambda: (1 - alpha[t]) ^ 2, "two stars"),
        (lambda: t ^ 2, "two stars"),
        (lambda: x[1:], "write x[0:T]"),
        (lambda: x[T:0], "x[0:T]"),
        (lambda: range(1, T), "Sum(a, (t, 1, T))"),
        (lambda: q(x[1] | x[2] | x[0]), "write q(x[t - 1] | (x[t], x[0]))"),
        (lambda: x[:t], "write x[0:T]"),
        (lambda: KL(q(x[1]) | p(x[1]), q(x[1])), "as KL(a, b), with a comma"),
        (lambda: np.sin(alpha_bar[t]), "a formula is no number"),
        (lambda: jnp.sqrt(alpha_bar[t]), "sqrt, log and exp of ddpm.derivation.symbols"),
        (lambda: jnp.log(1 - alpha[t]), "sqrt, log and exp of ddpm"),
        (lambda: math.sqrt(1 - alpha_bar[t]), "sqrt, log and exp of ddpm"),
        (lambda: jnp.log(q(x[1])), "sqrt, log and exp of ddpm"),
        (lambda: q(x[1] | x[0], x[2] | x[0]), "one bar"),
        (lambda: q(t), "takes states such as x[t]"),
    ],
)
def test_a_first_try_that_raises_says_what_to_type(typed, words):
    with pytest.raises(TypeError) as error:
        typed()
    assert words in str(error.value) and len(str(error.value)) < 130


@pytest.mark.parametrize(
    "typed",
    [
        lambda: (2 * alpha[t]) ** (10**9),
        lambda: (alpha[t] / 3) ** (10**9),
        lambda: sp.Rational(2, 3) ** -(10**9) * alpha[t],
        lambda: sqrt(2 * alpha[t]) ** (10**9 + 1),
    ],
)
def test_a_power_of_a_number_that_nobody_can_write_down_is_refused_at_once(typed):
    started = time.process_time()
    with pytest.raises(ValueError, match="is the exponent what you mean"):
        typed()
    assert time.process_time() - started < 1
    assert sp.Integer(3) ** 10_000 % 10 == 1 and sp.Rational(1, 3) ** 40 == sp.Rational(1, 3**40)


@pytest.mark.parametrize(
    "answer, words",
    [
        ([mu_tilde, x[t]], "write mu_tilde(t, x[t], x[0])"),
        (SquaredNorm(mu_theta), "write mu_theta(x[t], t)"),
        (alpha, "write alpha[t]"),
        (x[t] | x[0], "write q(x[t] | x[0])"),
        (mu_tilde(t, x[t]), "write mu_tilde(t, x[t], x[0])"),
        (sqrt(-alpha[t]), "root of a negative number"),
        (["x_t = sqrt(alpha_bar) x_0"], "without quotation marks"),
        (sp.Symbol("a") * x[t], "holds a, not a symbol of the book"),
    ],
)
def test_a_first_try_that_raises_nothing_is_answered_with_what_to_type(answer, words):
    verdict = check_answer_3_1(answer)
    assert words in " ".join(str(verdict).split()), verdict
    assert str(verdict).startswith("Not yet answered" if "not a symbol" in words else "Not right yet"), verdict


def test_the_example_of_the_box_on_typing_is_read_and_true():
    chapter = (Path(__file__).parents[3] / "book/likelihood_to_kl.md").read_text(encoding="utf-8")
    box = re.search(r":::\{admonition\} How to type a derivation\n(.*?)\n:::", chapter, re.S)[1]
    example = eval(re.search(r"```python\nexample = (.*?)```", box, re.S)[1], dict(NAMES))
    reading = read(example, "example")
    assert len(reading.lines) == 4 and reading.texts == 1 and not reading.fault
    sample = Sample({})
    for line in reading.lines[1:]:
        assert sample.difference(line.right, reading.lines[0].right) is None
    for typed in re.findall(r"`([^`]+)`", box.split("```")[0].split("| typed |")[1]):
        for part in typed.replace(r"\|", "|").split("`, `"):
            assert eval(part, {**NAMES, "a": q(x[t]), "b": q(x[t] | x[0])}) is not None


STOPPERS = {
    "exponential": sp.exp(-999999999),
    "exponentials": sp.exp(sp.exp(sp.exp(x[t]))),
    "exponent in t": alpha[t] ** (999999999 * t),
    "exponent": beta[t] ** (10**9),
    "exponent of a number": (999999999 / 999999998 * alpha[t]) ** 99999999,
    "negative": x[t] ** -(10**7),
    "tower": ((alpha[t] + beta[t]) ** 20 + 1) ** 20,
    "deeper tower": (((alpha[t] + 1) ** 9 + 1) ** 9 + 1) ** 9,
    "root": alpha[t] ** sp.Rational(1, 10**6),
    "multiplied out": sp.Mul(*(alpha[t] + x[i] + beta[i + 1] for i in range(9))) ** 2,
    "index": alpha_bar[10**8],
    "index to a power": alpha_bar[t**9],
    "product": Product(alpha[symbols.s] + x[symbols.s], (symbols.s, 1, 100)),
    "long sum": Sum(alpha[symbols.s], (symbols.s, 1, 10**9)),
    "limit": Sum(alpha[symbols.s], (symbols.s, 1, 10**6 * t)),
    "number": sp.Rational(10**12, 7) * alpha[t],
    "small number": sp.Float("1e-300") * alpha[t],
    "power of powers": 9 ** (9**t) * alpha[t],
    "nested": eval("sqrt(1 + " * 60 + "x[t]" + ")" * 60),
    "exponent of a sum": (alpha[t] + beta[t] + x[t] + x[0] + epsilon + 1) ** 24,
    "norm": SquaredNorm(sum(x[i] for i in range(9)) ** 12),
    "in a density": log(q(x[10**7] | x[0])),
    "mean": E_noise(epsilon ** (10**6)),
}


@pytest.mark.parametrize("name", STOPPERS)
def test_nothing_typed_stops_the_judge(name):
    started = time.process_time()
    for check in (check_answer_1_4, check_answer_2_1, check_answer_3_2):
        verdict = check([STOPPERS[name], x[0]])
        assert (
            not verdict.passed
            and str(verdict).startswith("Not right yet")
            and "could not be compared within" not in str(verdict)
        )
    assert time.process_time() - started < 5  # they are refused at once


def test_a_bound_does_not_refuse_what_is_small():
    for expr in (
        alpha[t] ** 24,
        (alpha[t] + beta[t]) ** 12,
        sp.exp(-((x[t] - x[0]) ** 2) / 2),
        alpha[t] ** (t / 2),
        Sum(beta[t], (t, 1, 100)),
    ):
        assert not read(expr, "name").fault
    assert read(alpha[t] ** 25, "name").fault and read(Sum(beta[t], (t, 1, 101)), "name").fault


@pytest.mark.parametrize(
    "expr",
    [x[0] ** 2, x[1] ** -3, alpha[1] ** sp.Rational(5, 2), (x[0] + 1) ** 2, alpha_bar[2] ** 7, q(x[1] | x[0]) ** 2],
)
def test_powers_with_numbers_as_indices_survive_as_data(expr):
    reading = read(expr, "name")
    assert not reading.fault and wire.from_json(wire.to_json(reading)) == reading


@pytest.mark.parametrize(
    "part, error, words",
    [
        (["eval", ".x"], KeyError, "eval"),
        (["Pow", "10/1", "1000000000/1"], Unreadable, "exponents go up to"),
        (["Pow", ["Pow", "9/1", "300/1"], "300/1"], Unreadable, "exponents go up to"),
        ("1" * 40 + "/1", ValueError, "a number that is too long"),
        (["x"], Unreadable, "without what belongs in its brackets"),
        (["x", {"a": 1}], KeyError, "0"),
        (None, TypeError, "subscriptable"),
        ("1/0", Unreadable, "division by 0"),
        (["Add", *[f".{i}" for i in "ab" * 1000]], ValueError, "too large"),
        (".unknown", Unreadable, "holds unknown"),
        ("!tau", KeyError, "tau"),
    ],
)
def test_data_that_are_no_answer_are_refused(part, error, words):
    plain = wire.to_json(read(alpha[t], "name"))
    assert wire.from_json(plain).lines[0].right == alpha[t]
    for place in {"right": part}, {"between": [part]}:
        with pytest.raises(error, match=words):
            wire.from_json(plain | {"lines": [plain["lines"][0] | place]})


def test_what_has_no_data_is_told():
    with pytest.raises(ValueError, match="no data for f"):
        wire.packed(sp.Function("f")(x[0]))


def test_as_many_parts_are_taken_from_data_as_may_be():
    data = wire.packed(x[0] + x[1])  # the sum, two states, two indices
    assert wire.unpacked(data, [5]) == x[0] + x[1]
    with pytest.raises(ValueError, match="an expression that is too large"):
        wire.unpacked(data, [4])
    assert wire.unpacked(".t", [1]) == t and wire.unpacked("!pi", [1]) is sp.pi
    assert wire.unpacked("-999999999/999999998", [1]) == sp.Rational(-999999999, 999999998)


def test_the_size_of_a_number_too_long_to_be_written_is_told():
    from ddpm.grading.written.sample import mp, number

    assert number(mp.mpf(2) / 3) == "0.666667" and number(mp.exp(mp.mpf(10) ** 8)).startswith("about 10^434294")
    assert number(-mp.exp(mp.mpf(10) ** 8)).startswith("about -10^") and number(mp.zero) == "0.0"

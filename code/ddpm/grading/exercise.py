"""An exercise: its cases, its answer, its known slips; and the comparison of a student's answers with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ddpm.grading import seal
from ddpm.grading.cases import chosen_seed
from ddpm.grading.later import USES
from ddpm.grading.remarks import close, remark, way_out
from ddpm.grading.runner import TO_FILL_IN, Run, run
from ddpm.grading.verdict import Verdict, blank, brief, notes, show_case, wrap


@dataclass(frozen=True)
class Slip:
    """A known slip: what was done, a hint that leaves the rest to the student, and a function that makes it."""

    name: str
    hint: str
    make: Callable


OWN_NOISE = Slip(
    "the noise that is given has no part in the answer, as when fresh noise is drawn inside.",
    "All randomness comes in from outside, so that an answer can be checked. Which argument brings it?",
    lambda *case: None,
)
RANDOM = Slip(
    "the same arguments give different answers: random numbers are drawn inside.", OWN_NOISE.hint, lambda *case: None
)


@dataclass(frozen=True)
class Exercise:
    """A code exercise.

    Attributes:
        name: of the student's function.
        problem: its number in the problem set.
        arguments: the function's, in order.
        cases: seed -> list of tuples of arguments.
        reference: the right answer for one case.
        slips: what other answers mean.
        noise: the argument that brings the randomness in, or ""; then the cases end with those of `with_other_noise`.
        later: how later cells call the function, in the names of `later.USES`. If there are any, its arrays are JAX's.
    """

    name: str
    problem: str
    arguments: tuple[str, ...]
    cases: Callable[[int], list[tuple]]
    reference: Callable
    slips: tuple[Slip, ...] = ()
    noise: str = ""
    later: Sequence[str] = ()

    def judge(self, cases: Sequence[tuple], result: Run, name: str = "") -> Verdict:
        """The verdict on a run over these cases."""
        with np.errstate(all="ignore"):  # slips divide by 0
            return _judge(self, cases, result, name or self.name)


def check(student, exercise, seed: int | None = None) -> Verdict:
    """Check a student's function. A verdict comes back whatever the function returns or raises.

    Two things go past it. An interrupt, from the reader or from the function, stops the check like any cell. And a
    function that stays inside one built-in call, as `sum(range(10**11))`, holds the interpreter: nothing in this
    process can stop it, and the kernel has to be restarted.

    Args:
        student: the function; anything else gets a verdict that says so.
        exercise: an `Exercise`, or another object with its `name`, `arguments`, `cases`, `later` and `judge`.
        seed: of the cases; by default the environment variable DDPM_GRADING_SEED, or 0.
    """
    if student is None or student is Ellipsis:
        return blank(f"{exercise.name} {TO_FILL_IN}")
    if replaced := seal.broken():
        return _unchecked(
            f"{replaced} is not what it was. Something has replaced it: restart the kernel and run the notebook again."
        )
    if not callable(student):
        return _unchecked(
            f"expected a function, got {_said(lambda: type(student).__name__, 'something else')}. Hand "
            f"over {exercise.name} "
            "itself, without calling it."
        )
    cases = exercise.cases(chosen_seed(seed))
    result = run(student, cases, exercise.arguments, exercise.later)
    return exercise.judge(cases, result, _said(lambda: student.__name__, exercise.name))


def _unchecked(why: str) -> Verdict:
    return Verdict(False, float("nan"), wrap(f"Not checked: {why}"))


def _said(name: Callable, otherwise: str) -> str:
    """What `name()` gives if it is a plain text; a reader's object may raise anything, or give anything."""
    try:
        text = name()
    except BaseException:
        return otherwise
    return text if type(text) is str else otherwise


def _judge(exercise, cases, result, name):
    if result.blank:
        return blank(f"{name} {result.blank}")
    answers = result.answers[: len(cases)]
    expected = [np.asarray(exercise.reference(*case), np.float64) for case in cases]
    problems = [_problem(*pair) for pair in zip(answers, expected)]
    errors = [abs(a.reshape(e.shape) - e) for a, e, p in zip(answers, expected, problems) if not p]
    comparable = len(errors) == len(cases)
    mean_error = float(np.mean(np.concatenate([e.ravel() for e in errors]))) if comparable else float("nan")
    wrong = [i for i, p in enumerate(problems) if p or not close(answers[i], expected[i])]
    if not wrong and len(answers) == len(cases):
        if failed := _later(exercise, expected, result, name, mean_error):
            return failed
        text = f"Right: {name} agrees in all {len(cases)} cases\n(mean error {mean_error:.1e})."
        return Verdict(True, mean_error, text + notes(result.notes))
    first = wrong[0]
    if problems[first]:
        text = wrap(f"Not right yet: {name} {problems[first]}{'' if problems[first][-1] in '.?' else '.'}")
    else:
        off = "" if np.isnan(mean_error) else f"\nis off by {mean_error:.3g} on average over {len(cases)} cases."
        text = f"Not right yet: {name}{off or ' gives other values than expected.'}"
    text += f"\nFirst at case {first + 1} of {len(cases)}:\n{show_case(exercise.arguments, cases[first])}"
    text += f"\n  expected {brief(expected[first])}"
    if isinstance(answers[first], np.ndarray):
        text += f"\n  got      {brief(answers[first])}"
    slip = _matching_slip(exercise, cases, answers)
    if slip:
        text += f"\nThese are the values of a known slip:\n{wrap('  ' + slip.name, '  ')}"
        text += f"\n{wrap('Hint: ' + slip.hint, '  ')}"
    elif said := way_out(problems[first]) or remark(exercise.arguments, cases, answers, expected):
        text += f"\n{wrap(said, '  ')}"
    return Verdict(False, mean_error, text + notes(result.notes), slip.name if slip else None)


def _later(exercise, expected, result, name, mean_error) -> Verdict | None:
    """The verdict on a function whose values are right if the first of the later cells could not use it."""
    answers = result.answers[len(expected) :]
    for use, answer in zip(map(USES.get, exercise.later), [*answers, *("was not called" for _ in exercise.later)]):
        wanted = use.expected(expected)
        compiled = "jax.jit" in use.how
        if isinstance(answer, str):
            fails = answer
        else:
            fails = "" if answer.shape == wanted.shape and close(answer, wanted) else "gives other values"
        if fails:
            eagerly = "but it works only eagerly. Later cells" if compiled else "but later cells"
            text = wrap(
                f"Not right yet: the values of {name} are right, {eagerly} call it {use.how}, and there it "
                f"{fails}{'' if fails[-1] in '.?' else '.'}"
            )
            out = way_out(fails, "functions of jnp in the place of np, if and float(...)." if compiled else "")
            text += f"\n{wrap(out, '  ')}" if out else ""
            return Verdict(False, mean_error, text + notes(result.notes), unfinished=True)
    return None


def _problem(answer, wanted) -> str:
    """Why an answer cannot be compared; "" if it can."""
    if isinstance(answer, str):
        return answer
    if answer.shape != wanted.shape and not answer.size == wanted.size == 1:
        same = answer.size == wanted.size and close(answer, wanted)
        right = "; the numbers in it are right" if same else ""
        return f"returned the shape {answer.shape}, expected {wanted.shape}{right}"
    if not np.isfinite(answer).all():
        return "returned a value that is not finite"
    return ""


def _matching_slip(exercise, cases, answers) -> Slip | None:
    numbers = [(case, answer) for case, answer in zip(cases, answers) if isinstance(answer, np.ndarray)]
    if 2 * sum(bool(np.isfinite(answer).all()) for _, answer in numbers) < len(cases):  # too few to be sure
        return None
    found = next((slip for slip in exercise.slips if all(_is(slip, case, answer) for case, answer in numbers)), None)
    return found or (_random(answers, len(cases)) if exercise.noise else None)


def _random(answers, count) -> Slip | None:
    """Of the last four cases, the second and fourth are the first two; the others differ from these in their noise."""
    if len(answers) < count or not all(isinstance(answer, np.ndarray) for answer in (*answers[:2], *answers[-4:])):
        return None
    once, again, other = answers[:2], answers[-3::2], answers[-4::2]
    if not all(map(_agree, once, again)):
        return RANDOM
    return OWN_NOISE if all(map(_agree, once, other)) else None


def _agree(one, other) -> bool:
    return one.shape == other.shape and close(one, other)


def _is(slip, case, answer) -> bool:
    value = slip.make(*case)
    if value is None:
        return False
    value = np.asarray(value, np.float64)
    if answer.shape != value.shape and not answer.size == value.size == 1:
        return False
    answer, finite = answer.reshape(value.shape), np.isfinite(value)
    if not np.array_equal(finite, np.isfinite(answer)):
        return False
    return close(answer[finite], value[finite])

"""An exercise in code with one right answer: a student's answers are compared with it, and with known slips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import CodeExercise
from ddpm.grading.later import USES
from ddpm.grading.remarks import close, remark, way_out
from ddpm.grading.runner import Run
from ddpm.grading.verdict import Status, Verdict, blank, brief, not_yet, notes, show_case, wrap

OWN_NOISE = Slip(
    "the noise that is given has no part in the answer, as when fresh noise is drawn inside.",
    "All randomness comes in from outside, so that an answer can be checked. Which argument brings it?",
    lambda *case: None,
)
RANDOM = Slip(
    "the same arguments give different answers: random numbers are drawn inside.", OWN_NOISE.hint, lambda *case: None
)


@dataclass(frozen=True)
class Compared(CodeExercise):
    """A function whose answers are compared.

    Attributes:
        name, problem, arguments, later: as of every `CodeExercise`.
        cases: seed -> list of tuples of arguments.
        reference: the right answer for one case.
        slips: what other answers mean.
        noise: the argument that brings the randomness in, or ""; then the cases end with those of `with_other_noise`.
    """

    name: str
    problem: str
    arguments: tuple[str, ...]
    cases: Callable[[int], list[tuple]]
    reference: Callable
    slips: tuple[Slip, ...] = ()
    noise: str = ""
    later: Sequence[str] = ()

    def verdict(self, cases: Sequence[tuple], result: Run, name: str = "") -> Verdict:
        """The verdict on a run over these cases."""
        with np.errstate(all="ignore"):  # slips divide by 0
            return _verdict(self, cases, result, name or self.name)


def _verdict(exercise, cases, result, name):
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
        return Verdict(Status.RIGHT, text + notes(result.notes), mean_error)
    first = wrong[0]
    if problems[first]:
        text = not_yet(f"{name} {problems[first]}")
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
    return Verdict(Status.WRONG, text + notes(result.notes), mean_error, slip.name if slip else None)


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
            text = not_yet(f"the values of {name} are right, {eagerly} call it {use.how}, and there it {fails}")
            out = way_out(fails, "functions of jnp in the place of np, if and float(...)." if compiled else "")
            text += f"\n{wrap(out, '  ')}" if out else ""
            return Verdict(Status.OTHER_FORM, text + notes(result.notes), mean_error)
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

"""An exercise: its cases, its answer, its known slips; and the comparison of a student's answers with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ddpm.grading.cases import chosen_seed
from ddpm.grading.runner import Run, run
from ddpm.grading.verdict import Verdict, blank, brief, notes, show_case, wrap

TOLERANCE = 1e-4  # relative to the largest entry: float32 needs 1e-6, and slips differ by 1e-2 and more


@dataclass(frozen=True)
class Slip:
    """A known slip: what was done, a hint that leaves the rest to the student, and a function that makes it."""

    name: str
    hint: str
    make: Callable


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
    """

    name: str
    problem: str
    arguments: tuple[str, ...]
    cases: Callable[[int], Sequence[tuple]]
    reference: Callable
    slips: tuple[Slip, ...] = ()

    def judge(self, cases: Sequence[tuple], result: Run, name: str = "") -> Verdict:
        """The verdict on a run over these cases."""
        return _judge(self, cases, result, name or self.name)


def check(student, exercise, seed: int | None = None) -> Verdict:
    """Check a student's function. Whatever it does, a verdict comes back, never an exception.

    Args:
        student: the function; anything else gets a verdict that says so.
        exercise: an `Exercise`, or another object with its `name`, `arguments`, `cases` and `judge`.
        seed: of the cases; by default the environment variable DDPM_GRADING_SEED, or 0.
    """
    if student is None or student is Ellipsis:
        return blank(f"{exercise.name} is {student}.")
    if not callable(student):
        return Verdict(False, float("nan"), wrap(
            f"Not checked: expected a function, got {type(student).__name__}. Hand over {exercise.name} itself, without calling it."))
    name = getattr(student, "__name__", None)
    cases = exercise.cases(chosen_seed(seed))
    return exercise.judge(cases, run(student, cases, exercise.arguments), name if isinstance(name, str) else exercise.name)


def _judge(exercise, cases, result, name):
    if result.blank:
        return blank(f"{name}: {result.blank}")
    with np.errstate(all="ignore"):  # slips divide by 0
        expected = [np.asarray(exercise.reference(*case), np.float64) for case in cases]
        problems = [_problem(*pair) for pair in zip(result.answers, expected)]
        slip = _matching_slip(exercise.slips, cases, result.answers)
    errors = [np.abs(a.reshape(e.shape) - e) for a, e, p in zip(result.answers, expected, problems) if not p]
    mean_error = float(np.mean(np.concatenate([e.ravel() for e in errors]))) if len(errors) == len(cases) else float("nan")
    wrong = [i for i, p in enumerate(problems) if p or not _close(result.answers[i], expected[i])]
    if not wrong and len(problems) == len(cases):
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
    if isinstance(result.answers[first], np.ndarray):
        text += f"\n  got      {brief(result.answers[first])}"
    if slip:
        text += f"\nThese are the values of a known slip:\n{wrap('  ' + slip.name, '  ')}\n{wrap('Hint: ' + slip.hint, '  ')}"
    elif remark := _remark([a for a, p in zip(result.answers, problems) if not p or "finite" in p],
                           [e for e, p in zip(expected, problems) if not p or "finite" in p], len(cases)):
        text += f"\n{wrap(remark, '  ')}"
    return Verdict(False, mean_error, text + notes(result.notes), slip.name if slip else None)


def _problem(answer, wanted) -> str:
    """Why an answer cannot be compared; "" if it can."""
    if isinstance(answer, str):
        return answer
    if answer.shape != wanted.shape and not answer.size == wanted.size == 1:
        same = answer.size == wanted.size and _close(answer.reshape(wanted.shape), wanted)
        return f"returned the shape {answer.shape}, expected {wanted.shape}" + ("; the numbers in it are right" if same else "")
    if not np.isfinite(answer).all():
        return "returned a value that is not finite"
    return ""


def _close(answer, wanted) -> bool:
    answer = answer.reshape(wanted.shape)
    scale = np.max(np.abs(wanted), initial=0.0) + 1e-3
    return bool(np.allclose(answer, wanted, rtol=0, atol=TOLERANCE * scale))


def _matching_slip(slips, cases, answers) -> Slip | None:
    numbers = [(case, answer) for case, answer in zip(cases, answers) if isinstance(answer, np.ndarray)]
    if 2 * sum(bool(np.isfinite(answer).all()) for _, answer in numbers) < len(cases):  # too few to be sure
        return None
    return next((slip for slip in slips if all(_is(slip, case, answer) for case, answer in numbers)), None)


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
    return _close(answer[finite], value[finite])


def _remark(answers, expected, count) -> str:
    """What can be said of answers of the right shape, out of `count`, that no known slip explains."""
    if 2 * len(answers) < count:
        return ""
    a, e = (np.concatenate([np.ravel(part) for part in side]) for side in (answers, expected))
    if not np.isfinite(a).all():
        return "A frequent reason: 1 - alpha_bar_0, which is 0, as a divisor. Is an index too low, or does a loop go too far?"
    if not a.any():
        return "Every answer is 0."
    factor = float(a @ e / (e @ e))
    if abs(factor - 1) > 10 * TOLERANCE and np.allclose(a, factor * e, rtol=0, atol=TOLERANCE * np.abs(a).max()):
        return f"Every answer is {factor:.4g} times the expected one."
    if np.allclose(a, e, rtol=0, atol=0.01 * np.abs(e).max()):
        return "That is close, but further off than rounding in float32 explains."
    return ""

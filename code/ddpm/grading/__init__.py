"""Checks for the code exercises: how far off on average, where first, and which known slip it looks like."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Case = tuple


@dataclass(frozen=True)
class Verdict:
    """What a check found. Its text is what the reader sees.

    Attributes:
        passed: every case agrees within the tolerance.
        mean_error: mean absolute error over all cases and entries; NaN if the answer could not be compared.
        message: the verdict in words.
        slip: the name of the known slip that gives the same answers, if one does.
    """

    passed: bool
    mean_error: float
    message: str
    slip: str | None = None

    def __repr__(self) -> str:
        return self.message


def check(
    student, reference: Callable, cases: Sequence[Case], slips: dict[str, Callable] | None = None,
    tolerance: float = 1e-5,
) -> Verdict:
    """Compare a student's function with the reference on every case.

    The student's function gets copies of the arguments. Whatever it does, a verdict comes back, never an exception.

    Args:
        student: a function of the arguments of one case; anything else gets a verdict that says so.
        cases: tuples of arguments.
        slips: for each known slip its name and a function that makes it.
        tolerance: largest absolute error that passes, with room for float32.
    """
    name = getattr(student, "__name__", "the function")
    if not callable(student):
        return Verdict(False, float("nan"), f"Not checked: expected a function, got {type(student).__name__}.")
    answers, expected = [], []
    for case in cases:
        wanted = np.asarray(reference(*case), np.float64)
        try:
            answer = student(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in case))
        except Exception as error:  # a student's function may raise anything
            return _failure(f"{name} raised {type(error).__name__}: {error}", case)
        if answer is None or answer is Ellipsis:
            return Verdict(False, float("nan"), f"Not yet answered: {name} returns {answer}.")
        try:
            answer = np.asarray(answer, np.float64)
        except (TypeError, ValueError):
            return _failure(f"{name} returned {type(answer).__name__}, expected numbers of shape {wanted.shape}", case)
        if answer.shape != wanted.shape:
            return _failure(f"{name} returned the shape {answer.shape}, expected {wanted.shape}", case)
        if not np.isfinite(answer).all():
            return _failure(f"{name} returned a value that is not finite", case)
        answers.append(answer)
        expected.append(wanted)
    errors = [np.abs(a - e) for a, e in zip(answers, expected, strict=True)]
    mean_error = float(np.mean(np.concatenate([np.ravel(e) for e in errors])))
    wrong = [i for i, e in enumerate(errors) if e.max(initial=0) > tolerance]
    if not wrong:
        return Verdict(True, mean_error, f"Right: {name} agrees in all {len(cases)} cases\n(mean error {mean_error:.1e}).")
    first = wrong[0]
    text = (
        f"Not right yet: {name}\nis off by {mean_error:.3g} on average over {len(cases)} cases.\n"
        f"First at {_show(cases[first])}\n  expected {_brief(expected[first])}\n  got      {_brief(answers[first])}"
    )
    slip = _matching_slip(slips or {}, cases, answers, tolerance)
    return Verdict(False, mean_error, text + (f"\nThese are the values of a known slip:\n  {slip}" if slip else ""), slip)


def check_forward_mean(student, seed: int = 0) -> Verdict:
    """Check student(x_prev, beta), the mean of q(x_t | x_{t-1}) (problem 1.2)."""
    return check(student, lambda x, beta: np.sqrt(1 - beta) * x, _step_cases(seed), {
        "1 - beta without the square root.": lambda x, beta: (1 - beta) * x,
        "the square root of beta: that scales the noise, not the image.": lambda x, beta: np.sqrt(beta) * x,
        "1 - sqrt(beta) instead of sqrt(1 - beta).": lambda x, beta: (1 - np.sqrt(beta)) * x,
        "the image itself: a step shrinks it before it adds noise.": lambda x, beta: x,
        "beta times the image: beta is the variance of the noise.": lambda x, beta: beta * x,
        "divided by sqrt(1 - beta): that is the way back.": lambda x, beta: x / np.sqrt(1 - beta),
    })


def check_forward_variance(student, seed: int = 0) -> Verdict:
    """Check student(x_prev, beta), the covariance matrix of q(x_t | x_{t-1}) over the flattened pixels (problem 1.2)."""
    eye = lambda x: np.eye(np.size(x))  # noqa: E731
    return check(student, lambda x, beta: beta * eye(x), _step_cases(seed), {
        "the standard deviation sqrt(beta), where the variance belongs.": lambda x, beta: np.sqrt(beta) * eye(x),
        "beta squared: beta is a variance already.": lambda x, beta: beta**2 * eye(x),
        "1 - beta: that belongs to the mean.": lambda x, beta: (1 - beta) * eye(x),
        "sqrt(1 - beta): that belongs to the mean.": lambda x, beta: np.sqrt(1 - beta) * eye(x),
        "the same beta in every entry: then all pixels would get the same noise.":
            lambda x, beta: np.full((np.size(x), np.size(x)), beta),
        "the identity without beta.": lambda x, beta: eye(x),
    })


def _step_cases(seed: int, count: int = 20) -> list[Case]:
    rng = np.random.default_rng(seed)
    shapes = ((3, 3), (5,), (2, 4))
    return [(rng.normal(size=shapes[i % len(shapes)]), float(rng.uniform(0.05, 0.9))) for i in range(count)]


def _matching_slip(slips, cases, answers, tolerance) -> str | None:
    for name, slip in slips.items():
        if all(np.allclose(slip(*case), answer, rtol=0, atol=tolerance) for case, answer in zip(cases, answers)):
            return name
    return None


def _failure(what: str, case: Case) -> Verdict:
    return Verdict(False, float("nan"), f"Not right yet: {what}.\nThe arguments were {_show(case)}")


def _show(case: Case) -> str:
    return ", ".join(f"array of shape {a.shape}" if isinstance(a, np.ndarray) else f"{a:.4g}" for a in case)


def _brief(array: np.ndarray) -> str:
    text = np.array2string(array.ravel()[:4], precision=4)
    return text if array.size <= 4 else f"{text[:-1]} ...]"

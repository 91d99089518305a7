"""A variance schedule of one's own: is it valid, and what does it reach? (problem 1.3)"""

from collections.abc import Sequence

import numpy as np

from ddpm.grading.in_code import CodeExercise, check
from ddpm.grading.remarks import close
from ddpm.grading.runner import Run
from ddpm.grading.verdict import Status, Verdict, blank, brief, not_yet, notes, wrap

MOST_LEFT = 0.05  # alpha_bar_T, as the exercise asks
ROUNDED = MOST_LEFT * (1 + 1e-3)  # a thousand steps in float32


class MyBetas(CodeExercise):
    """The exercise `my_betas(T)`: many answers are right, so each is looked at alone."""

    name, problem, arguments = "my_betas", "1.3", ("T",)

    def cases(self, seed: int) -> list[tuple]:
        """Three numbers of steps, and the first once more."""
        rng = np.random.default_rng((seed, 13))
        short, long = int(rng.integers(8, 17)), int(rng.integers(60, 200))
        return [(short,), (long,), (1000,), (short,)]

    def verdict(self, cases: Sequence[tuple], result: Run, name: str = "") -> Verdict:
        """Valid or not, and for each T what is left of the image."""
        name = name or self.name
        if result.blank:
            return blank(f"{name} {result.blank}")
        found = _fault(cases, result.answers)
        if found:
            where, fault, slip, hint = found
            text = not_yet(f"{name}({cases[where][0]}) {fault}")
            if isinstance(result.answers[where], np.ndarray):
                text += f"\n  got      {brief(result.answers[where])}"
            if slip:
                text += f"\nThat is a known slip:\n{wrap('  ' + slip, '  ')}\n{wrap('Hint: ' + hint, '  ')}"
            return Verdict(Status.WRONG, text + notes(result.notes), slip=slip)
        lines = [f"Right: {name} gives valid schedules that end in noise. What they reach:"]
        lines += [line for (T,), betas in list(zip(cases, result.answers))[:3] for line in _reach(T, betas)]
        return Verdict(Status.RIGHT, "\n".join(lines) + notes(_remarks(result.answers) + result.notes), 0.0)


MY_BETAS = MyBetas()


def check_my_betas(student, seed: int | None = None) -> Verdict:
    """Check student(T), betas of one's own, shape (T,), each in [0, 1], alpha_bar_T <= 0.05 (problem 1.3)."""
    return check(student, MY_BETAS, seed)


def _fault(cases, answers):
    """The first case with a fault, the fault, and the slip and its hint, or None for a valid schedule."""
    for i, answer in enumerate(answers):
        if isinstance(answer, str):
            schedule = "Schedule" in answer.split(";")[0]
            return i, answer, "a Schedule where its betas belong." if schedule else None, "What shape has the answer?"
    lengths = {answer.size for answer in answers}
    for i, ((T,), answer) in enumerate(zip(cases, answers)):
        if answer.shape != (T,):
            return i, f"returned the shape {answer.shape}, expected ({T},)", *_wrong_shape(T, answer, len(lengths) == 1)
        if not np.isfinite(answer).all():
            return i, "returned a value that is not finite", None, ""
    for i, answer in enumerate(answers):
        outside = (answer < 0) | (answer > 1)
        if outside.any():
            t = int(np.argmax(outside)) + 1
            above = "a variance above 1: alpha_t = 1 - beta_t would be negative."
            which = "a negative variance." if answer[t - 1] < 0 else above
            return i, f"has beta_{t} = {answer[t - 1]:.4g}", which, "Each beta_t lies between 0 and 1, whatever T is."
        if not answer.any():
            return (
                i,
                "has no beta above 0",
                "betas of 0: nothing ever happens.",
                ("What does x_t look like if no step adds noise?"),
            )
    if not close(answers[3], answers[0], 1e-5):
        return (
            3,
            "gives other betas in the second call than in the first",
            "betas that are random.",
            ("Training and sampling must agree on the schedule."),
        )
    for i, answer in enumerate(answers):
        left = np.prod(1 - answer)
        if left > ROUNDED:
            return i, f"leaves alpha_bar_T = {left:.2g}: its chain does not end in noise", *_too_weak(answers)
    return None


def _too_weak(answers):
    """The slip and its hint where the noise is too weak for some T, or for all."""
    enough = [np.prod(1 - answer) <= ROUNDED for answer in answers]
    if not any(enough):
        return "too little noise, whatever T is.", (
            "Each step keeps the share 1 - beta_t of the image's variance. How much do T of them keep together?"
        )
    if enough[2] and not enough[0]:
        return "enough noise for many steps, too little for few.", (
            "With fewer steps each has to add more. How could the betas depend on T?"
        )
    return None, ""


def _remarks(answers):
    """Questions about valid schedules that look as if something else was meant."""
    falling = all(a[0] > 0.9 and (np.diff(a) <= 0).all() and a[-1] < a[0] for a in answers)
    return (
        [
            f"beta_1 = {answers[0][0]:.4g}, and they fall from there: the image is gone after one step. A schedule "
            f"may do that. "
            "Or are these alpha_t or alpha_bar_t?"
        ]
        if falling
        else []
    )


def _wrong_shape(T, answer, fixed):
    """The slip and its hint."""
    if answer.size == T and answer.ndim == 2:
        return "a row or a column in the place of a plain list.", "How many axes has the answer?"
    if answer.ndim == 0:
        return "one number in the place of T.", "Each step has a beta of its own."
    if fixed:
        return "the same number of betas, whatever T is.", "How many steps does the argument T ask for?"
    if answer.shape == (T + 1,):
        first = answer[0]
        if first == 1:
            return "alpha_bar_0, ..., alpha_bar_T in the place of the betas.", (
                "Which of the symbols is the variance that a step adds?"
            )
        return "T + 1 betas.", "The list begins with beta_1: the package puts beta_0 = 0 before it."
    if answer.shape == (T - 1,):
        return "T - 1 betas.", "Python's ranges leave their end out, and a difference of T numbers has one entry less."
    return None, ""


def _reach(T, betas) -> list[str]:
    """What is left of the image after T steps, in two lines."""
    alpha_bar = np.cumprod(1 - betas)
    left = alpha_bar[-1]
    words = "nothing but noise is left" if left <= 1e-3 else "hardly anything but noise is left"
    half = np.flatnonzero(alpha_bar < 0.5)
    when = (
        "More than half of the image's variance goes in the first step."
        if half[0] == 0
        else f"Half of the image's variance is gone at t = {half[0] + 1}."
    )
    lines = [wrap(f"  T = {T}: alpha_bar_T = {left:.2g}, SNR {left / (1 - left):.2g}: {words}.", "    "), f"    {when}"]
    if (betas == 0).any():
        lines.append(
            f"    beta_{int(np.argmax(betas == 0)) + 1} = 0: that step does nothing, and a loss divides by it."
        )
    return lines

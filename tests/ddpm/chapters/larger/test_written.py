"""Problem 19.2: right predictions hold, and each slip is named."""

import pytest

from ddpm.chapters.larger.exercises import check_answer_19_2
from ddpm.chapters.larger.exercises.written import PROBLEM_19_2
from ddpm.grading import Status

RIGHT = {"sent_256": 1.14, "sent_split": 1.5, "kept_split": 0.125, "again": 1.33, "parts": "close"}
SLIPS = {
    "percentages": dict(kept_split=12.5),
    "32 times as many": dict(sent_256=32),
    "taken for 1 already": dict(sent_256=1),
    "less each, as each has fewer": dict(sent_256=1 / 32),
    "save what is sent": dict(sent_split=1 / 8),
    "the same as copied ones": dict(sent_split=1),
    "two rounds, as a sum": dict(sent_split=2),
    "what Adam remembers copied": dict(kept_split=17 / 24),
    "only what Adam remembers was taken": dict(kept_split=10 / 24),
    "upside down": dict(kept_split=8),
    "as much as the way forward": dict(again=1.5),
    "what is added": dict(again=1 / 3),
    "computed twice": dict(again=2),
    "otherwise than the whole": dict(parts="different"),
    "the same in any order": dict(parts="same"),
}


def test_right_predictions():
    assert check_answer_19_2(RIGHT).status is Status.NOTED
    verdict = check_answer_19_2(RIGHT, PROBLEM_19_2.known)
    assert verdict.status is Status.RIGHT, verdict


@pytest.mark.parametrize("words", SLIPS)
def test_slips_are_named(words):
    verdict = check_answer_19_2(RIGHT | SLIPS[words], PROBLEM_19_2.known)
    assert verdict.status is Status.WRONG and words in verdict.slip


def test_a_guess_that_is_no_known_slip_is_off_and_no_more():
    verdict = check_answer_19_2(RIGHT | dict(again=1.2), PROBLEM_19_2.known)
    assert verdict.status is Status.WRONG and verdict.slip is None and "again (operations" in str(verdict)

"""Written problems in a process that runs submissions: an answer is read there as data, and judged elsewhere."""

from ddpm.grading.verdict import Status, Verdict
from ddpm.grading.written.problem import Derivation


def derivation(name: str, problem: str) -> Derivation:
    """The written problem `name`, without what its answer must equal."""
    return Derivation(name, problem, lambda lines: [])


def check(name: str):
    """Stands for the check of the written answer `name`."""

    def unjudged(answer=None, *rest):
        return Verdict(Status.NOT_CHECKED, f"{name} is judged when the notebook has been run.")

    return unjudged

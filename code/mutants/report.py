"""What came out, as Markdown: the score, what survived, and what no test can tell from the original."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ddpm.evaluate import confidence_interval

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True)
class Outcome:
    """A mutant and what the tests said.

    Attributes:
        module: its path.
        where: the function or class in which it is.
        diff: as `diff -u` has it.
        killed: whether a test failed.
        late: whether the tests took too long, which counts as killed.
    """

    module: str
    where: str
    diff: str
    killed: bool
    late: bool = False

    def matches(self, entry: dict) -> bool:
        """Whether an entry of the list of equivalents means this mutant."""
        before, after = ([line[1:].strip() for line in changed(self.diff, sign)] for sign in "-+")
        found = {"module": self.module, "where": self.where, "before": " ".join(before), "after": " ".join(after)}
        return all(entry[key] == value for key, value in found.items())


def changed(diff: str, sign: str) -> list[str]:
    """The lines of a diff that begin with the sign, without its head."""
    return [line for line in diff.splitlines() if line.startswith(sign) and not line.startswith(sign * 3)]


def equivalents(path: Path = EQUIVALENTS) -> list[dict]:
    """The list of mutants that no test can tell from the original: module, where, before, after and the reason.

    Raises:
        ValueError: an entry without one of these.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    for entry in entries:
        if set(entry) != {"module", "where", "before", "after", "reason"} or not all(entry.values()):
            raise ValueError(f"an entry needs module, where, before, after and reason, and has {entry}")
    return entries


def text(part: str, outcomes: Sequence[Outcome], entries: Sequence[dict], of: int, seed: int) -> str:
    """The report.

    Args:
        outcomes: of all mutants that were tried.
        of: how many mutants there are.
    """
    equal = {id(o): entry["reason"] for o in outcomes for entry in entries if o.matches(entry)}
    counted = [o for o in outcomes if id(o) not in equal]
    killed = sum(o.killed for o in counted)
    low, high = confidence_interval(killed, len(counted))
    drawn = "all of them tried" if len(outcomes) == of else f"{len(outcomes)} of them drawn with the seed {seed}"
    lines = [
        f"# Mutants of {part}\n",
        f"{of} mutants, {drawn}; {len(outcomes) - len(counted)} of these are equivalent to the original.",
        f"Of the other {len(counted)} the tests killed {killed}: {killed / len(counted):.1%}, "
        f"95% interval {low:.1%} to {high:.1%}. {sum(o.late for o in counted)} of them by taking too long.\n",
        "| Module | Tried | Survived |\n| --- | --- | --- |",
    ]
    tried, survived = Counter(o.module for o in counted), Counter(o.module for o in counted if not o.killed)
    lines += [f"| {module} | {tried[module]} | {survived[module]} |" for module in sorted(tried)]
    lines += ["\n## What survived\n"]
    lines += [f"In `{o.where}`:\n\n```diff\n{o.diff}\n```\n" for o in counted if not o.killed] or ["Nothing.\n"]
    if wrong := [o for o in outcomes if id(o) in equal and o.killed]:
        lines += ["## Listed as equivalent, and killed\n", *(f"```diff\n{o.diff}\n```\n" for o in wrong)]
    return "\n".join(lines)

"""What came out, as Markdown: the score, what survived, and what no test can tell from the original."""

import re
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

    def is_near(self, entry: dict, lines: str) -> bool:
        """Whether an entry may mean this mutant, of which the lines that it changes are known."""
        here = entry["module"] == self.module and entry["where"] in (self.where, "*")
        return here and piece_of(entry) in lines.replace(" ", "")

    def matches(self, entry: dict) -> bool:
        """Whether an entry of the list of equivalents means this mutant."""
        before, after = ("".join(line[1:] for line in changed(self.diff, sign)).replace(" ", "") for sign in "-+")
        if not self.is_near(entry, before):
            return False
        piece = piece_of(entry)
        places = [found.span() for found in re.finditer(f"(?={re.escape(piece)})", before)]
        for start, _ in places:
            head, tail = before[:start], before[start + len(piece) :]
            if len(after) < len(head) + len(tail) or not (after.startswith(head) and after.endswith(tail)):
                continue
            new = after[len(head) : len(after) - len(tail)]
            if new == entry["after"].replace(" ", "") if "after" in entry else without_numbers(new, piece):
                return True
        return False


def piece_of(entry: dict) -> str:
    """What an entry says is changed, without spaces."""
    return entry.get("before", entry.get("numbers")).replace(" ", "")


def without_numbers(*texts: str) -> bool:
    """Whether texts are the same but for their numbers."""
    return len({re.sub(r"\d[\d_]*(\.\d+)?", "0", text) for text in texts}) == 1


def changed(diff: str, sign: str) -> list[str]:
    """The lines of a diff that begin with the sign, without its head."""
    return [line for line in diff.splitlines() if line.startswith(sign) and not line.startswith(sign * 3)]


def equivalents(path: Path = EQUIVALENTS) -> list[dict]:
    """The list of mutants that no test can tell from the original, and of numbers that may be any others.

    Raises:
        ValueError: an entry that lacks something.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    for entry in entries:
        change = {"numbers"} if "numbers" in entry else {"before", "after"}
        if set(entry) != {"module", "where", "reason"} | change or not all(entry.values()):
            raise ValueError(f"an entry needs module, where, {' and '.join(sorted(change))} and reason; got {entry}")
    return entries


def text(part: str, outcomes: Sequence[Outcome], entries: Sequence[dict], of: int, seed: int) -> str:
    """The report.

    Args:
        outcomes: of all mutants that were tried.
        of: how many mutants there are.
    """
    equal = {id(o): entry for o in outcomes for entry in entries if o.matches(entry)}
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
    if wrong := [o for o in outcomes if o.killed and "after" in equal.get(id(o), {})]:
        lines += ["## Listed as equivalent, and killed\n", *(f"```diff\n{o.diff}\n```\n" for o in wrong)]
    return "\n".join(lines)

"""Names that an answer gives to a part of one of its lines without using them there."""

import re
from collections import Counter
from collections.abc import Sequence

from ddpm.grading.written.lines import Line


def unused(lines: Sequence[Line], asked: Sequence[str]) -> list[Line]:
    """The lines that name what stands inside of another line: {"num": a + b, "mean": (a + b) / c}. They may be no more
    than names, or steps towards the answer.

    Args:
        asked: in words, what the answer has to be; a name with one of these words is no name of a part.
    """
    words = {word for what in asked for word in re.findall(r"\w+", what.replace("_", "").lower())}
    times, found = Counter(line.name for line in lines), []
    for line in lines:
        others = [side for one in lines if one is not line for side in (one.left, *one.between, one.right)]
        inside = any(side is not None and side != line.right and side.has(line.right) for side in others)
        name = line.name.replace("_", "").lower()
        meant = name in words or any(len(word) > 2 and word in name for word in words) or _begins(name, words)
        once = times[line.name] == 1  # the lines of one name are claimed to be equal
        if name and once and line.left is None and not line.of and inside and not meant:
            found.append(line)
    return found


def _begins(name, words) -> bool:
    """Whether it is short for one of the words: var for variance."""
    return len(name) > 2 and any(word.startswith(name) for word in words)

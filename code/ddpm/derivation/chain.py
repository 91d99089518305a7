r"""Chains of equalities in which every step is verified when it is added.

    from ddpm.derivation.chain import Chain
    from ddpm.derivation.symbols import alpha, alpha_bar, as_written, t

    with as_written():
        chain = Chain(alpha[t] * (1 - alpha_bar[t - 1]) + 1 - alpha[t])
        chain.step(1 - alpha[t] * alpha_bar[t - 1], r"$\alpha_t$ and $-\alpha_t$ cancel")
        chain.step(1 - alpha_bar[t], "by definition of the product")
    chain.latex()      # one aligned block; a notebook shows a chain this way
    print(chain)       # plain text, with how each step was settled
    chain.settled      # "symbolically, 2 steps"

A step that does not hold raises a `WrongStep`, which shows both sides and a point at which they differ.

    Chain(mu_tilde(t, x[t], x[0])).step(..., "put in", using={mu_tilde(t, x[t], x[0]): formula})   # a definition
    Chain(a).step(b, "by the chain above", using=other)                # an equality that another chain has proved
    Chain(q(x[t] | x[t - 1]), where={t: 2})                           # holds from t = 2 on
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from ddpm.derivation import printing
from ddpm.derivation.settle import Different, Settled, settle


SHORT = 8.0  # letters of a left side that shares its line with the first step


class WrongStep(ValueError):
    """A step that does not follow from the one before.

    Attributes:
        number: which step, from 1 on.
        left, right: the two sides.
        point: where they differ, as text; `values` are the two values there.
    """

    def __init__(self, number: int, left, right, reason: str, found: Different):
        super().__init__(
            f"step {number} ({reason}) does not hold.\n  left:  {printing.plain(left)}\n  right: {printing.plain(right)}\n  {found}")
        self.number, self.left, self.right, self.point = number, left, right, found.point
        self.values = (found.left, found.right)


@dataclass(frozen=True)
class Step:
    """What a chain has proved equal to the expression before it.

    Attributes:
        how: how it was settled.
        using: what was put in.
    """

    expr: sp.Basic
    reason: str
    how: Settled
    using: dict


class Chain:
    """An expression, and steps that leave its value as it is.

    Args:
        start: a SymPy expression, printed as it was written.
        where: the smallest value of integer symbols, such as {t: 2}; 1 where none is given.
    """

    def __init__(self, start, where: Mapping | None = None):
        self.start, self.where, self.steps = sp.sympify(start), dict(where or {}), []

    def step(self, expr, reason: str, using=None) -> "Chain":
        """Add `expr`, once it is verified to equal the last expression.

        Args:
            reason: why, in a few words; mathematics in it between dollars.
            using: what may be put in: a mapping from expressions to expressions, a chain (its start for its end), or a list of both.

        Raises:
            WrongStep: the two sides differ.
        """
        expr, using = sp.sympify(expr), _equalities(using)
        try:
            with sp.evaluate(True):
                how = settle(self.last, expr, self.where, using)
        except Different as found:
            raise WrongStep(len(self.steps) + 1, self.last, expr, reason, found) from None
        self.steps.append(Step(expr, reason, how, using))
        return self

    @property
    def last(self):
        """The expression that the chain has arrived at."""
        return self.steps[-1].expr if self.steps else self.start

    @property
    def settled(self) -> str:
        """How the steps were settled, in words."""
        counts = {}
        for step in self.steps:
            counts[str(step.how)] = counts.get(str(step.how), 0) + 1
        return "; ".join(f"{how}, {n} step{'s' * (n != 1)}" for how, n in counts.items())

    def latex(self, end: str = "") -> str:
        """The chain as one aligned block of TeX.

        Args:
            end: punctuation behind the last expression.
        """
        with sp.evaluate(False):
            return block(self.start, [(step.expr, step.reason) for step in self.steps], end)

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    def __str__(self) -> str:
        rows = [f"  {printing.plain(self.start)}"] + [f"= {printing.plain(step.expr)}\n      [{step.reason}; {step.how}]" for step in self.steps]
        return "\n".join(rows)

    __repr__ = __str__


def _equalities(using) -> dict:
    if using is None:
        return {}
    if isinstance(using, Chain):
        return {using.start: using.last}
    if isinstance(using, Mapping):
        return dict(using)
    return {old: new for part in using for old, new in _equalities(part).items()}


def block(start, rows, end: str = "", sign: str = "=") -> str:
    """`start = row = ...` with reasons as an aligned block; `rows` are pairs of an expression and a reason ("" for none)."""
    first = printing.lines(start)
    texts = [printing.lines(expr) for expr, _ in rows]
    texts[-1:] = [[*text[:-1], text[-1] + end] for text in texts[-1:]]
    widest = max((printing.width(line) for lines in texts for line in lines), default=0)
    if len(first) == 1 and printing.width(first[0]) + widest + 2 <= printing.WIDTH and printing.width(first[0]) <= SHORT:
        head, out, room = first[0] + " ", [], printing.WIDTH - printing.width(first[0])
    else:
        head, room = "", printing.WIDTH
        out = [f"&{first[0]}", *(rf"&\quad {line}" for line in first[1:])]
    for (_, reason), lines in zip(rows, texts):
        words = reason_lines(reason, room)
        if len(lines) == len(words) == 1 and printing.width(lines[0]) + text_width(reason) + 5 <= room:
            out.append(rf"{head}&{sign} {lines[0]} \quad {words[0]}")
        else:
            out += [rf"{head}&{sign} {lines[0]}", *(rf"&\quad {line}" for line in lines[1:]), *(rf"&\quad {line}" for line in words)]
        head = ""
    return "\\begin{aligned}\n" + " \\\\\n".join(out) + "\n\\end{aligned}"


def reason_lines(reason: str, room: float) -> list[str]:
    """A reason in brackets, as TeX lines that fit; mathematics stands between dollars."""
    if not reason:
        return []
    words, lines = _words(f"({reason})"), [[]]
    for word in words:
        if lines[-1] and text_width(" ".join([*lines[-1], word])) > room - 3:
            lines.append([])
        lines[-1].append(word)
    return [_as_text(" ".join(line)) for line in lines]


def _words(text: str) -> list[str]:
    """Split at spaces outside of dollars."""
    words, inside = [""], False
    for mark in text:
        inside ^= mark == "$"
        if mark == " " and not inside:
            words.append("")
        else:
            words[-1] += mark
    return words


def _as_text(text: str) -> str:
    """TeX for words with mathematics between dollars, without a dollar in it: notebooks end a formula there."""
    parts = text.split("$")
    return "".join(part if i % 2 else rf"\text{{{part}}}" * bool(part) for i, part in enumerate(parts))


def text_width(text: str) -> float:
    """About how wide a reason is set, in letters of a formula."""
    return sum(printing.width(part) if i % 2 else 0.83 * len(part) for i, part in enumerate(text.split("$")))

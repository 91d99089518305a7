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

from ddpm.derivation.densities import STATE
from ddpm.derivation.hidden import hold_as_defined
from ddpm.derivation.layout import block
from ddpm.derivation.mutants import Claim, tell
from ddpm.derivation.premises import agree, equalities
from ddpm.derivation.printing import plain
from ddpm.derivation.settle import Different, Numerically, Settled, settle
from ddpm.derivation.terms import Equality, exactly


class WrongStep(ValueError):
    """A step that does not follow from the one before.

    Attributes:
        number: which step, from 1 on.
        left, right: the two sides.
        point: where they differ, as text; `values` are the two values there.
    """

    def __init__(self, number: int, left, right, reason: str, found: Different):
        lines = [
            f"step {number} ({reason.replace('$', '')}) does not hold.",
            f"left:  {plain(left)}",
            f"right: {plain(right)}",
            str(found),
        ]
        super().__init__("\n  ".join(lines))
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
    using: tuple[Equality, ...]


class Chain:
    """An expression, and steps that leave its value as it is.

    Args:
        start: a SymPy expression, printed as it was written.
        where: the smallest value of integer symbols, such as {t: 2}; 1 where none is given.
    """

    def __init__(self, start, where: Mapping | None = None):
        self.start, self.where, self.steps, self.premises = sp.sympify(start), dict(where or {}), [], {}
        self.claims = []  # here and in the chains that are used

    def step(self, expr, reason: str, using=None, numerically: Numerically | None = None) -> "Chain":
        """Add `expr`, once it is verified to equal the last expression.

        Args:
            reason: why, in a few words; mathematics in it between dollars.
            using: what may be put in: a mapping from expressions to expressions, a chain (its start for its end), or
                a list of both.
                A chain is put in only where its own `where` holds, and its premises are taken along.
            numerically: declares that numbers alone support the step, with the reason and a bound; the book says so.

        Raises:
            WrongStep: the two sides differ.
            Undecided: no proof was found, and no point at which they differ; or it is known for
                any number, and not for what one of them is by definition.
        """
        claims = [*self.claims, *(claim for chain in _chains(using) for claim in chain.claims)]
        expr, using, premises = sp.sympify(expr), _equalities(using), self._with(_premises(using))
        try:
            with sp.evaluate(True):
                how = settle(self.last, expr, self.where, using, numerically)
        except Different as found:
            raise WrongStep(len(self.steps) + 1, self.last, expr, reason, found) from None
        claims.append(Claim(exactly(self.last), exactly(expr), self.where, using))
        hold_as_defined(claims, premises)
        self.claims, self.premises = claims, premises
        self.steps.append(Step(expr, reason, how, using))
        return self

    def _with(self, given) -> dict:
        """The premises with those of a step, once nothing contradicts what has been put in before."""
        premises = dict(self.premises)
        for old, new in given:
            if premises.setdefault(old, new) != new:
                raise ValueError(f"{plain(old)} is {plain(new)} in this step, and was {plain(premises[old])} before")
        agree(premises.items())
        return premises

    @property
    def last(self):
        """The expression that the chain has arrived at."""
        return self.steps[-1].expr if self.steps else self.start

    @property
    def settled(self) -> str:
        """How the steps were settled, in words."""
        counts, sides = {}, [self.start, *(step.expr for step in self.steps)]
        for before, step in zip(sides, self.steps):
            tell(Claim(exactly(before), exactly(step.expr), self.where, step.using))
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
        rows = [f"  {plain(self.start)}"] + [
            f"= {plain(step.expr)}\n      [{step.reason.replace('$', '')}; {step.how}]" for step in self.steps
        ]
        return "\n".join(rows)

    __repr__ = __str__


def _equalities(using) -> tuple[Equality, ...]:
    if isinstance(using, Chain):
        if any(step.how.numerically for step in using.steps):
            raise ValueError(f"a chain that numbers support is not put into another: {using.settled}")
        premises = equalities(using.premises)
        general = all(known.general and not isinstance(known.old, STATE) for known in premises)
        return (Equality(exactly(using.start), exactly(using.last), using.where, general),)
    if using is None or isinstance(using, Mapping):
        return equalities(using)
    return tuple(known for part in using for known in _equalities(part))


def _chains(using) -> list:
    """The chains in what may be put in."""
    if isinstance(using, Chain):
        return [using]
    return [] if using is None or isinstance(using, Mapping) else [chain for part in using for chain in _chains(part)]


def _premises(using) -> list:
    """What has been put in by definition, here or in the chains that are used."""
    if isinstance(using, Chain):
        return list(using.premises.items())
    if using is None or isinstance(using, Mapping):
        return [(known.old, known.new) for known in equalities(using)]
    return [pair for part in using for pair in _premises(part)]

r"""Proofs by induction over t: a base case and a step, both checked chains.

    m = family("m", "m")
    proof = Induction(m, first=1, recurrence=lambda t, before: sqrt(alpha[t]) * before,
                      claim=lambda t: sqrt(alpha_bar[t]))
    proof.base     # the chain m_0 = 1 = sqrt(alpha_bar_0)
    proof.step     # the chain m_t = sqrt(alpha_t) m_{t-1} = sqrt(alpha_t) sqrt(alpha_bar_{t-1}) = sqrt(alpha_bar_t)

(A sum or product up to a symbol inside one step of a chain needs none of this: the chain proves it by induction
itself.)
"""

from collections.abc import Callable

import sympy as sp

from ddpm.derivation.chain import Chain
from ddpm.derivation.rebuilt import evaluated
from ddpm.derivation.symbols import Family, as_written, t

FIRST = 9  # times at which the sign of the claim is looked at


class Induction:
    """The claim `quantity[t] == claim(t)` for t = 0, 1, 2, ...

    Args:
        first: the value of quantity[0].
        recurrence: (t, quantity[t - 1]) -> quantity[t].
        claim: t -> the closed form.
        last_reason: why the claim for t follows in the end.

    Raises:
        WrongStep: the base case or the step fails. The attribute `part` of the error is "base case" or "inductive
            step".
    """

    def __init__(
        self, quantity: Family, first, recurrence: Callable, claim: Callable, last_reason: str = "the claim for $t$"
    ):
        before = quantity[t - 1]
        below = [n for n in range(FIRST) if quantity[n].is_positive and evaluated(claim(sp.Integer(n))).is_nonpositive]
        if below:
            raise ValueError(f"{quantity[t]} is above 0, and the claim for t = {below[0]} is not")
        with as_written():
            self.base = Chain(quantity[0]).step(first, "by definition", using={quantity[0]: first})
            self.step = Chain(quantity[t]).step(
                recurrence(t, before), "the recurrence", using={quantity[t]: recurrence(t, before)}
            )
            self.step.step(recurrence(t, claim(t - 1)), "the claim for $t-1$", using={before: claim(t - 1)})
            self._conclude("base case", self.base, claim(0), "the claim for $t=0$")
            self._conclude("inductive step", self.step, claim(t), last_reason)

    @staticmethod
    def _conclude(part, chain, end, reason):
        try:
            chain.step(end, reason)
        except ValueError as error:
            error.part = part
            raise

    @property
    def settled(self) -> str:
        return f"base case {self.base.settled}; inductive step {self.step.settled}"

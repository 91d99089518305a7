r"""What is typeset beside chains: equations and laws as rows, and several chains in one block.

    Statement((x[t], "=", sqrt(alpha[t]) * x[t - 1] + sqrt(1 - alpha[t]) * epsilon[t]), (epsilon[t], r"\sim", Law(0,
    1)))
    Together(first_chain, second_chain)

A statement proves nothing by itself: the check that returns it has done so, with the same expressions.
"""

import sympy as sp

from ddpm.derivation.chain import Chain
from ddpm.derivation.layout import line, lines_of, width


class Law(sp.Basic):
    """The Gaussian law N(mean, variance) without a variable; with a third argument "I" the covariance is variance I."""

    def __new__(cls, mean, variance, identity=None):
        return super().__new__(cls, sp.sympify(mean), sp.sympify(variance), *([sp.Symbol("I")] if identity else []))


class Statement:
    """Rows of (left, sign, right), with SymPy expressions or TeX on either side."""

    def __init__(self, *rows, end: str = "", settled: str = "symbolically"):
        self.rows, self.end, self.settled = rows, end, settled

    def latex(self) -> str:
        """The rows as one block; a row that is too wide is broken in its right side, or before its sign where one
        of the rows does not fit otherwise."""
        rows = []
        for number, (left, sign, right) in enumerate(self.rows):
            end = self.end if number == len(self.rows) - 1 else ","
            with sp.evaluate(False):
                left, right = (side if isinstance(side, str) else lines_of(side) for side in (left, right))
            left, right = (([side] if isinstance(side, str) else list(side)) for side in (left, right))
            right[-1] += end
            rows.append((left, sign, right))
        beside = all(
            len(left) == 1 and all(width(f"{left[0]} = {part}") <= line() for part in right) for left, _, right in rows
        )
        out = []
        for left, sign, right in rows:
            if beside or len(left) == len(right) == 1 and width(f"{left[0]} = {right[0]}") <= line():
                out += [f"{left[0]} &{sign} {right[0]}", *(rf"&\quad {part}" for part in right[1:])]
            else:
                out += [
                    *(f"&{part}" for part in left),
                    rf"&\quad {sign} {right[0]}",
                    *(rf"&\quad\quad {part}" for part in right[1:]),
                ]
        if len(out) == 1:
            return out[0].replace("&", "", 1)
        return "\\begin{aligned}\n" + " \\\\\n".join(out) + "\n\\end{aligned}"


class Together:
    """Several chains in one aligned block."""

    def __init__(self, *chains: Chain, end: str = ""):
        self.chains, self.end = chains, end

    @property
    def settled(self) -> str:
        return "; ".join(dict.fromkeys(chain.settled for chain in self.chains))

    def latex(self) -> str:
        ends = ["," for _ in self.chains[:-1]] + [self.end]
        blocks = [
            chain.latex(end).removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
            for chain, end in zip(self.chains, ends)
        ]
        return "\\begin{aligned}\n" + " \\\\[0.5em]\n".join(blocks) + "\n\\end{aligned}"

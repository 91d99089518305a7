"""Lines: what has been read of an answer."""

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Line:
    """One line of an answer.

    Attributes:
        right: the expression; of an equation the right side.
        left: the left side of an equation, None if there is none or it is only a name for what is asked.
        of: "" for a claim about what is asked; "induction": a closed form, proved; "identity": an equation between
            other things;
            "definition": a name of the reader's own, put into the other lines.
        between: of a chain what stands between its two ends.
        name: what the reader calls it, as the key of a dictionary or on the other side of an equation; "" if nothing.
    """

    right: sp.Expr
    left: sp.Expr | None = None
    of: str = ""
    between: tuple[sp.Expr, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Reading:
    """The lines of an answer, and how many texts stand beside them; or why it counts as not yet answered; or why it
    cannot be checked."""

    lines: tuple[Line, ...] = ()
    texts: int = 0
    blank: str = ""
    fault: str = ""

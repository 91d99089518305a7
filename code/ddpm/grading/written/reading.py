"""What the reader typed, as lines to check: an expression, an equation, a chain, or several of these."""

import inspect
import numbers
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import BooleanAtom

from ddpm.derivation.chain import Chain
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.induction import Induction
from ddpm.derivation.statement import Law
from ddpm.derivation.symbols import Family, Given, Quantity, t, x
from ddpm.grading.answered import is_blank
from ddpm.grading.limit import TooLong, within
from ddpm.grading.written.notation import Unreadable, in_notation

MOST = 40  # lines
SECONDS = 10  # for a function that makes the answer
HINT = "write it with the symbols of ddpm.derivation.symbols"


@dataclass(frozen=True)
class Line:
    """One line of an answer.

    Attributes:
        right: the expression; of an equation the right side.
        left: the left side of an equation, None if there is none or it is only a name for what is asked.
        of: "" or "induction": a family's closed form, proved.
    """

    right: sp.Expr
    left: sp.Expr | None = None
    of: str = ""


@dataclass(frozen=True)
class Reading:
    """The lines of an answer; or why it counts as not yet answered; or why it cannot be checked."""

    lines: tuple[Line, ...] = ()
    blank: str = ""
    fault: str = ""


def read(answer, name: str) -> Reading:
    """Read an answer. Whatever it is, a reading comes back, never an exception.

    Args:
        name: of the reader's variable.
    """
    try:
        return within(SECONDS, lambda: _read(answer, name))
    except TooLong:
        return Reading(fault=f"did not end within {SECONDS} s")
    except Unreadable as error:
        return Reading(fault=str(error))
    except RecursionError:
        return Reading(fault="is nested too deeply")
    except BaseException as error:  # a reader's object may raise anything
        if isinstance(error, KeyboardInterrupt):
            raise
        return Reading(fault=f"raised {type(error).__name__}: {textwrap.shorten(str(error), 160)}".removesuffix(": "))


def _read(answer, name):
    if is_placeholder(answer):
        return Reading(blank=f"{name} is still to be filled in.")
    answer = called(answer)
    if is_placeholder(answer):
        return Reading(blank=f"{name} returns {answer}.")
    items = list(flat(answer))
    items = [item for item in items if not isinstance(item, str)] or items  # texts beside expressions are reasons
    if not items:
        return Reading(blank=f"{name} is empty.")
    if any(is_placeholder(item) for item in items):
        return Reading(blank=f"there is still a ... or None in {name}.")
    if len(items) > MOST:
        raise Unreadable(f"has {len(items)} lines; expected no more than {MOST}")
    return Reading(tuple(line(item) for item in items))


def is_placeholder(answer) -> bool:
    return answer is None or answer is Ellipsis or answer is NotImplemented


def called(answer):
    """The answer that a function without arguments makes; any other as it is."""
    if not inspect.isfunction(answer) and not inspect.ismethod(answer):
        return answer
    if is_blank(answer):
        return None
    needed = [p for p in inspect.signature(answer).parameters.values() if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if needed:
        raise Unreadable(f"is a function of {', '.join(p.name for p in needed)}; expected an expression: {HINT}")
    try:
        return answer()
    except NotImplementedError:
        return NotImplemented


def flat(answer):
    """The items of a list, a tuple or a dictionary, also of one inside another; a single answer alone."""
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    if isinstance(answer, (list, tuple, sp.Tuple)):
        for item in answer:
            yield from flat(item)
    else:
        yield answer


def line(item) -> Line:
    if isinstance(item, Chain):
        return equation(item.start, item.last) if item.steps else Line(in_notation(item.start))
    if isinstance(item, Induction):
        return Line(in_notation(item.step.last), of="induction")
    if isinstance(item, Law):
        item = Normal(x[t], *item.args)
    if isinstance(item, sp.Eq):
        return equation(*item.args)
    if isinstance(item, str):
        raise Unreadable(f"is a text; {HINT}, without quotation marks")
    if isinstance(item, (bool, np.bool_, BooleanAtom)):
        raise Unreadable(f"is {item}: an equation whose sides SymPy compares at once; give the right side alone")
    if isinstance(item, (Family, Given)) or isinstance(item, type):
        what = "a family without an index, as alpha where alpha[t] belongs" if isinstance(item, Family) else f"{type(item).__name__}, no expression"
        raise Unreadable(f"is {what}")
    if callable(item) and not isinstance(item, sp.Basic):
        raise Unreadable(f"is a function; expected an expression: {HINT}")
    if isinstance(item, numbers.Number):
        item = sp.sympify(item)
    if not isinstance(item, sp.Expr):
        raise Unreadable(f"is {_article(type(item).__name__)}; expected an expression: {HINT}")
    return Line(in_notation(item))


def equation(left, right) -> Line:
    """An equation as a line. A symbol or m[t] that is not the book's, alone on one side, is a name for what is asked."""
    for name, other in ((left, right), (right, left)):
        if isinstance(name, (sp.Symbol, Quantity, AppliedUndef)):
            try:
                in_notation(name)
            except Unreadable:
                return Line(in_notation(other))
    return Line(in_notation(right), in_notation(left))


def _article(word):
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"

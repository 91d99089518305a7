"""What the reader typed, as lines to check: an expression, an equation, a chain, or several of these."""

import dataclasses
import inspect
import numbers
from collections.abc import Mapping
from textwrap import shorten

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import BooleanAtom

from ddpm.derivation.chain import Chain
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.induction import Induction
from ddpm.derivation.statement import Law
from ddpm.derivation.symbols import C, Given, Kind, Quantity, Unfinished, t, x
from ddpm.grading.blank import is_blank
from ddpm.grading.limit import TooLong, in_time, of_work
from ddpm.grading.written import too_large
from ddpm.grading.written.families import own_families, with_definitions
from ddpm.grading.written.lines import Line, Reading
from ddpm.grading.written.names import is_name, is_square, without_names
from ddpm.grading.written.notation import FUNCTIONS, NAMES, in_notation
from ddpm.grading.written.too_large import Undefined, Unreadable

MOST, LONGEST = 40, 40  # lines, and letters of a name
SECONDS = 10  # for a function that makes the answer
HINT = "write it with the symbols of ddpm.derivation.symbols"
AT_ONCE = (
    "SymPy compares the sides of Eq(left, right) when it is typed, and keeps True alone if it sees that they are the "
    "same; left == right becomes True or False, too. Type the right side alone, or Eq(left, right, evaluate=False)."
)


def read(answer, name: str) -> Reading:
    """Read an answer. Whatever it is, a reading comes back, never an exception.

    Args:
        name: of the reader's variable.
    """
    try:
        return in_time(of_work(SECONDS), lambda: _read(answer, name))
    except TooLong:
        return Reading(fault=f"did not end within {SECONDS} s")
    except Undefined as error:
        return Reading(blank=f"{name} {error}.")
    except Unreadable as error:
        return Reading(fault=str(error))
    except RecursionError:
        return Reading(fault="is nested too deeply")
    except BaseException as error:  # a reader's object may raise anything
        if isinstance(error, KeyboardInterrupt):
            raise
        return Reading(fault=f"raised {type(error).__name__}: {shorten(str(error), 160)}".removesuffix(": "))


def _read(answer, name):
    if is_placeholder(answer):
        return Reading(blank=f"{name} is still to be filled in.")
    answer = called(answer)
    if is_placeholder(answer):
        return Reading(blank=f"{name} returns {answer}.")
    everything = list(flat(answer))
    texts = [item for item in everything if isinstance(item, str)]  # beside expressions they are remarks
    items = [item for item in everything if not is_true(item) and not isinstance(item, str)]
    if not items and any(map(is_true, everything)):
        return Reading(blank=f"{name} has nothing in it but True. {AT_ONCE}")
    if any(isinstance(item, (bool, np.bool_)) for item in items):
        return Reading(blank=f"{name} has False in it, where an equation may have been meant. {AT_ONCE}")
    items = items or everything
    if not items:
        return Reading(blank=f"{name} is empty.")
    if any(is_placeholder(item) for item in items):
        return Reading(blank=f"there is still a ... or None in {name}.")
    if len(items) > MOST:
        raise Unreadable(f"has {len(items)} lines; expected no more than {MOST}")
    items, parts = without_names(items)
    own = own_families(items)
    lines = [line(item, own) for item in items]
    lines = [dataclasses.replace(one, of="definition") if i in parts else one for i, one in enumerate(lines)]
    return Reading(with_definitions(lines, own), len(texts))


def is_true(item) -> bool:
    """Whether an item is what SymPy or Python makes at once of an equation whose sides are the same to it."""
    return item is sp.true or isinstance(item, (bool, np.bool_)) and bool(item)


def is_placeholder(answer) -> bool:
    return answer is None or answer is Ellipsis or answer is NotImplemented


def called(answer):
    """The answer that a function without arguments makes; any other as it is."""
    if not inspect.isfunction(answer) and not inspect.ismethod(answer):
        return answer
    if is_blank(answer):
        return None
    needed = [
        p
        for p in inspect.signature(answer).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if needed:
        raise Unreadable(f"is a function of {', '.join(p.name for p in needed)}; expected an expression: {HINT}")
    try:
        return answer()
    except NotImplementedError:
        return NotImplemented


def flat(answer):
    """The items of a list, a tuple or a dictionary, also of one inside another; a single answer alone."""
    if isinstance(answer, Mapping):
        answer = [
            sp.Eq(as_name(key), value, evaluate=False)
            if isinstance(key, (str, sp.Symbol, Quantity)) and is_formula(value)
            else value
            for key, value in answer.items()
        ]
    if isinstance(answer, np.ndarray) and answer.dtype == object:
        answer = answer.tolist()
    if isinstance(answer, (list, tuple, sp.Tuple)):
        for item in answer:
            yield from flat(item)
    else:
        yield answer


def as_name(key: str | sp.Expr) -> sp.Expr:
    """The key of a dictionary as a name of the reader's, with a mark if it is a text and the book has it too."""
    return key if isinstance(key, sp.Basic) else sp.Symbol(f"{key}'" if key in NAMES else key)


def is_formula(value) -> bool:
    return isinstance(value, sp.Expr) and not isinstance(value, Normal)


def line(item, own=frozenset()) -> Line:
    if isinstance(item, Chain):
        return chain(item)
    if isinstance(item, Induction):
        return Line(in_notation(item.step.last), of="induction")
    if isinstance(item, Law):
        item = Normal(x[t], *item.args)
    if isinstance(item, sp.Eq):
        return equation(*item.args, own)
    if isinstance(item, str):
        raise Unreadable(f"is a text; {HINT}, without quotation marks")
    if isinstance(item, BooleanAtom):
        raise Unreadable(f"has a line {item}: an equation whose sides SymPy has found to differ")
    if isinstance(item, (Unfinished, Kind)):
        raise Unreadable(f"has a line {item.how.split(' ')[0]} without an index or arguments; {item.how}")
    if isinstance(item, Given):
        raise Unreadable(f"has a line {item} without its law; write q({item})")
    if isinstance(item, type):
        raise Unreadable(f"is {type(item).__name__}, no expression")
    if callable(item) and not isinstance(item, sp.Basic):
        raise Unreadable(f"is a function; expected an expression: {HINT}")
    if isinstance(item, numbers.Number):
        item = sp.sympify(item)
    if not isinstance(item, sp.Expr):
        raise Unreadable(f"is {_article(type(item).__name__)}; expected an expression: {HINT}")
    return Line(in_notation(item, own))


def chain(item: Chain) -> Line:
    if not item.steps:
        return Line(in_notation(item.start))
    ends = equation(item.start, item.last)
    return Line(ends.right, ends.left, between=tuple(in_notation(step.expr) for step in item.steps[:-1]))


def equation(left, right, own=frozenset()) -> Line:
    """An equation as a line. A symbol, its square or m[t] that is not the book's is a name for what is asked; it
    stands alone on a side, or with C."""
    for named, other in ((left, right), (right, left)):
        too_large.check(named)
        name, rest = _name(named, own)
        if name is not None:
            return Line(in_notation(other - rest, own), name=str(name)[:LONGEST])
    return Line(in_notation(right, own), in_notation(left, own))


def _name(side, own):
    """A name that is not the book's, and what stands beside it on its side: L[t - 1] - C; (None, None) if there is
    none."""
    terms = sp.Add.make_args(side)
    strange = [
        e
        for e in terms
        if is_name(e)
        and e.name not in own  # Symbol("x") is none of the states x[t]
        or is_square(e)
        and len(terms) == 1
        or isinstance(e, (Quantity, AppliedUndef))
        and getattr(e, "code", type(e).__name__) not in (*FUNCTIONS, *own)
    ]
    rest = [e for e in terms if e not in strange]
    if len(strange) != 1 or not all(e.atoms(sp.Symbol) <= {C} and not e.atoms(Quantity) for e in rest):
        return None, None
    return strange[0], sp.Add(*rest)


def _article(word):
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"

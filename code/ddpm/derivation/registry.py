r"""The registry of the book's equations: what checks each label, and what comes out.

    from ddpm.derivation.registry import definition, run

    @definition("eq-alpha")
    def alpha():
        schedule = ddpm.constant(0.1, T=3)
        np.testing.assert_allclose(schedule.alpha[1:], 0.9, rtol=1e-6)
        return r"\alpha_t := 1 - \beta_t"

    run("eq-alpha").tex      # what the book prints, after the check

A check takes no arguments, raises if the equation does not hold, and returns what is typeset: a `Chain`, another object
with a method `latex()`, or TeX where nothing symbolic carries the formula. The kinds are

- `definition`: sets a symbol; the check compares the package with it;
- `proof`: one side is derived from the other with symbols;
- `numeric`: both sides are computed independently; the check returns `(typeset, deviation)`, and a deviation above
  `bound` is a failure;
- `cited`: taken from the work with the BibTeX key `key`; the check tests what can be tested of it.

The modules `equations` of `ddpm.chapters` register the book's own equations; `ddpm.chapters.load_equations` imports
them all.
"""

import inspect
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from ddpm.derivation.layout import PHONE, broken_at
from ddpm.derivation.mutants import claims, mutants
from ddpm.digits import powers_of_ten

_ENTRIES: dict[str, "Entry"] = {}


class EquationError(Exception):
    """An equation without a check, with two, or with one that fails."""


@dataclass(frozen=True)
class Entry:
    """An equation and its check.

    Attributes:
        label: as in `{eq}` of the book.
        kind: "definition", "proof", "numeric" or "cited".
        check: the registered function.
        bound: the largest deviation allowed, for "numeric" only.
        key: the BibTeX key, for "cited" only.
    """

    label: str
    kind: str
    check: Callable[[], object]
    bound: float | int | None = None
    key: str | None = None

    @property
    def place(self) -> str:
        """Where the check stands, as file:line."""
        code = inspect.unwrap(self.check).__code__
        return f"{code.co_filename}:{code.co_firstlineno}"

    @property
    def chapter(self) -> str:
        """The package of the module that registered it: the chapter, for the book's own equations."""
        return self.check.__module__.split(".")[-2]


@dataclass(frozen=True)
class Result:
    """What a check that passed has found.

    Attributes:
        tex: the equation, as it is typeset.
        narrow: the same with lines that fit a phone.
        settled: how it was settled, in words.
        seconds: how long the check took.
        mutants: how many wrong equations were made from what it claims, each of which the tests see refused.
    """

    entry: Entry
    tex: str
    narrow: str
    settled: str
    seconds: float
    mutants: int


def definition(label: str):
    """Register the decorated function as the check of an equation that defines a symbol."""
    return _register(label, "definition")


def proof(label: str):
    """Register the decorated function as the proof of an equation."""
    return _register(label, "proof")


def numeric(label: str, *, bound: float | int):
    """Register the decorated function, which returns `(typeset, deviation)`, for an equation that holds within
    `bound`."""
    if not 0 < bound < math.inf:
        raise EquationError(f"{label}: bound must be a finite number above 0; got {bound!r}")
    return _register(label, "numeric", bound=bound)


def cited(label: str, *, key: str):
    """Register the decorated function for a result taken from the work `key` in book/references.bib."""
    if not key:
        raise EquationError(f"{label}: name the work by its key in book/references.bib")
    return _register(label, "cited", key=key)


def entries() -> dict[str, Entry]:
    """All entries by label, in the order of registration."""
    return dict(_ENTRIES)


def run(label: str) -> Result:
    """Check the equation `label`.

    Raises:
        EquationError: no check has this label, or the check fails, or it returns nothing that can be typeset.
    """
    if label not in _ENTRIES:
        near = get_close_matches(label, _ENTRIES, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "Register one in the module `equations` of its chapter."
        raise EquationError(f"no check is registered for the equation `{label}`. {hint}")
    entry = _ENTRIES[label]
    started = time.perf_counter()
    try:
        with claims() as heard:
            typeset = entry.check()
            getattr(typeset, "settled", None)  # a chain that another check has made tells again what it claims
    except Exception as error:
        raise EquationError(
            f"the check of `{label}` failed ({entry.place}):\n{type(error).__name__}: {error}"
        ) from error
    seconds = time.perf_counter() - started
    typeset, settled = _settle(entry, typeset)
    tex = printed(typeset)
    if not (isinstance(tex, str) and tex.strip()):
        raise EquationError(f"the check of `{label}` must return what is typeset; got {typeset!r} ({entry.place})")
    with broken_at(PHONE):
        narrow = printed(typeset)
    return Result(
        entry, tex.strip("\n"), narrow.strip("\n"), settled, seconds, sum(1 for claim in heard for _ in mutants(claim))
    )


def printed(typeset) -> str | None:
    """The TeX of what a check returned; None if it has none."""
    return typeset if isinstance(typeset, str) else typeset.latex() if hasattr(typeset, "latex") else None


def _settle(entry: Entry, typeset) -> tuple[object, str]:
    """What is typeset, and the words that say how the equation was settled."""
    if entry.kind == "numeric":
        if not (isinstance(typeset, tuple) and len(typeset) == 2):
            raise EquationError(
                f"the check of `{entry.label}` must return (typeset, deviation); got {typeset!r} ({entry.place})"
            )
        typeset, deviation = typeset
        deviation = float(deviation)
        if not 0 <= deviation <= entry.bound:  # NaN is refused too
            raise EquationError(
                f"`{entry.label}` is off by {deviation:.2g}, and {entry.bound:.2g} is allowed ({entry.place})"
            )
        return typeset, f"off by {powers_of_ten(f'{deviation:.1g}')}, {powers_of_ten(f'{entry.bound:.1g}')} allowed"
    if entry.kind == "definition":
        return typeset, "the package computes the same"
    if entry.kind == "cited":
        return typeset, ""
    return typeset, getattr(typeset, "settled", "symbolically")


def _register(label: str, kind: str, **details):
    def register(check):
        if label in _ENTRIES:
            raise EquationError(
                f"`{label}` has a check already: {_ENTRIES[label].place}. A label belongs to one equation."
            )
        _ENTRIES[label] = Entry(label, kind, check, **details)
        return check

    return register

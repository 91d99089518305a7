"""Mistakes that are made anywhere, each undone in one part of an expression, with its name.

A name is "what was typed, in the place of what belongs there". That the rest is right has to be seen: see
`naming.one_change`.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.densities import Density, p
from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.symbols import Path, Quantity, T, epsilon, epsilon_t, t, x
from ddpm.grading.written.notation import AT_T, FUNCTIONS

Undone = tuple[str, str, Callable[[], sp.Basic]]  # the mistake, a hint, and a function that makes the part without it

STATE, HALF = x.function, sp.Rational(1, 2)
ALIKE = (  # symbols that are taken for one another
    (symbols.c_u, symbols.r_u, symbols.dc_u, symbols.dr_u),
    (symbols.x_u, x[0], epsilon),
    (symbols.score_u, epsilon),
    (symbols.f_u, symbols.g_u, symbols.dc_u),
    (symbols.V_u, symbols.r_u),
    (symbols.c_i, symbols.c_next, symbols.r_i, symbols.r_next, symbols.sigma_i),
    (symbols.x_i, symbols.x_next, x[0], epsilon),
)
SCHEDULE = symbols.alpha, symbols.beta, symbols.alpha_bar, symbols.beta_tilde, symbols.sigma
BESIDE = (*(f.function for f in SCHEDULE), sp.Symbol, sp.Pow, sp.Add, sp.Sum, sp.Product)

WHICH = "What does each of the two stand for? Go back to the line where it came in."
INDEX = "Which step does it belong to? Try the smallest t."
SIGN = "Follow this sign from the line where it came in."
POWER = "Where did a root or a square come in here, or a division, and of what?"
FACTOR = "Compare with the line before, factor by factor."
TERM = "Compare with the line before, term by term."
RANGE = "What are the first and the last value of the index, and for which is there such a term?"
GIVEN = "Which states are known there, and of which process?"
NUMBERS = "Try it with numbers, such as 3 and 4."


@lru_cache(4096)  # what is printed for one change is printed for many
def said(e) -> str:
    text = sp.sstr(e)
    return text if len(text) <= 70 else f"{text[:66]} ..."


def bare(term):
    """A term without its minus."""
    return -term if term.could_extract_minus_sign() else term


def is_family(e) -> bool:
    return isinstance(e, Quantity) and len(e.args) == 1


def _instead(old, new, hint) -> Undone:
    return f"{said(old)} in the place of {said(new)}.", hint, lambda: new


def with_one(expr, i: int, new):
    return expr.func(*expr.args[:i], new, *expr.args[i + 1 :])


def alike(e) -> Iterator[tuple[str, sp.Expr]]:
    """(hint, what may have been meant by a symbol or a quantity)."""
    yield from ((WHICH, other) for group in ALIKE if e in group for other in group if other != e)
    if e == epsilon:
        yield from ((WHICH, other) for other in (epsilon_t[t], symbols.epsilon_theta(x[t], t)))
    if not isinstance(e, Quantity):
        return
    family = next((f for f in SCHEDULE if f.function is e.func), None)
    if family:
        i = e.args[0]
        for j in (i, *_times(i, 0)):
            others = symbols.alpha_bar[j], symbols.alpha[j], 1 - symbols.alpha_bar[j], symbols.beta[j]
            others = others if j == i else others[:3]
            yield from ((WHICH if j == i else INDEX, other) for other in (family[j], *others) if other != e)
        yield from (
            (WHICH, other) for other in (symbols.beta_tilde[i], symbols.sigma[i] ** 2, sp.sqrt(symbols.beta[i]))
        )
    elif is_family(e):
        yield from ((INDEX, e.func(i)) for i in _times(e.args[0], 0 if isinstance(e, STATE) else 1))
    if isinstance(e, STATE):
        yield from ((WHICH, other) for other in (x[0], x[t], epsilon) if other != e)
    if e.code == "epsilon_t":
        yield WHICH, epsilon
    if e.code in AT_T:
        if e.args != AT_T[e.code] and e.code != "mu_tilde":
            yield WHICH, e.func(*AT_T[e.code])
        names = {"epsilon_theta": "mu_theta", "mu_theta": "epsilon_theta mu_tilde", "mu_tilde": "mu_theta"}[e.code]
        full = AT_T | {"mu_tilde": (t, x[t], x[0])}
        yield from ((WHICH, FUNCTIONS[name](*full[name])) for name in names.split())
        if e.code == "epsilon_theta":
            yield WHICH, epsilon


def _times(index, least):
    """Other times that may have been meant: one step away, or as far on the other side; t for T."""
    constant, symbol = index.as_coeff_Add()
    if symbol == 0:
        return [n for n in (index - 1, index + 1) if n >= least]
    found = [index - 1, index + 1, symbol - constant, {T: t, t: T}.get(index, symbol)]
    return [i for i in dict.fromkeys(found) if i != index]


def confused(node) -> Iterator[Undone]:
    """One symbol for another in this place alone; a for 1 - a."""
    if isinstance(node, (Quantity, sp.Symbol)):
        for hint, other in alike(node):
            yield f"{said(node)} in the place of {said(other)}, once.", hint, lambda other=other: other
            if isinstance(node, sp.Symbol):
                yield _instead(node, other**2, hint)
    if node.is_Pow and isinstance(node.base, sp.Symbol):
        yield from (_instead(node, other, hint) for hint, other in alike(node.base))
    if is_family(node) and not isinstance(node, STATE) or node.is_Pow and node.exp.is_Rational and node.exp > 0:
        yield _instead(node, 1 - node, WHICH)
    elif node.is_Pow and node.exp.is_Rational:
        yield _instead(node, 1 / (1 - 1 / node), WHICH)
    if node.is_Add and len(node.args) == 2 and 1 in node.args:
        yield _instead(node, 1 - node, WHICH)


def signs(node) -> Iterator[Undone]:
    if node.is_Add:
        for i, term in enumerate(node.args):
            made = lambda i=i, term=term: with_one(node, i, -term)  # noqa: E731
            yield f"the sign before {said(bare(term))} is turned.", SIGN, made
    elif isinstance(node, sp.exp):
        yield "the sign of the exponent is turned.", SIGN, lambda: sp.exp(-node.args[0])


def powers(node) -> Iterator[Undone]:
    """Roots, squares and divisions that are missing or left over; a power for a multiple."""
    if node.is_Number or isinstance(node, (sp.log, KL, Expectation, Density)):
        return
    base, e = node.as_base_exp() if node.is_Pow and node.exp.is_Rational else (node, sp.Integer(1))
    yield from (_instead(node, base**n, POWER) for n in dict.fromkeys((2 * e, e / 2, -e, 1, 2, HALF, -HALF)) if n != e)
    if node.is_Pow and e == 2 or node.is_Mul and node.args[0] in (2, HALF):
        yield _instead(node, 2 * base if node.is_Pow else sp.Mul(*node.args[1:]) ** node.args[0], POWER)
    elif node.is_Add and node.primitive()[0] == 2:
        yield _instead(node, node.primitive()[1] ** 2, POWER)
    if node.is_Mul:
        lower = node.as_numer_denom()[1]
        scale = sp.Mul(*(arg for arg in node.args if isinstance(arg, BESIDE)))
        for part in dict.fromkeys((1 / lower, scale)):
            if part != node and part != 1:
                for n in (2, HALF, -1):
                    yield f"{said(part)} in the place of {said(part**n)}.", POWER, lambda a=part, n=n: node / a * a**n


def densities(node) -> Iterator[Undone]:
    if isinstance(node, KL):
        yield "the two densities of the KL divergence are swapped.", WHICH, lambda: KL(*reversed(node.args))
    elif isinstance(node, sp.log):
        yield f"the log of {said(node.args[0])} is taken once too often.", WHICH, lambda: node.args[0]
    elif isinstance(node, Density):
        law, targets, given = node.args
        yield from (_instead(node, other, GIVEN) for other in _of_density(law, targets, given))
        yield f"the log of {said(node)} is missing.", WHICH, lambda: sp.log(node)


def _of_density(law, targets, given):
    """The densities that may have been meant by one."""
    if law.name == "p":
        yield p(x[T])
    if any(isinstance(state, Path) for state in (*targets, *given)):
        return
    if x[0] not in (*targets, *given):
        yield Density(law, targets, sp.Tuple(*given, x[0]))
    for i in range(len(given)):
        yield Density(law, targets, sp.Tuple(*given[:i], *given[i + 1 :]))
    if law.name in ("q", "p_theta"):
        yield Density(sp.Symbol("p_theta" if law.name == "q" else "q"), targets, given)
    if len(given) == len(targets) == 1:
        yield Density(law, given, targets)
    for part, states in enumerate((targets, given)):
        for i, state in enumerate(states):
            for time in _times(state.args[0], 0):
                many = sp.Tuple(*states[:i], x[time], *states[i + 1 :])
                yield Density(law, *((many, given) if part == 0 else (targets, many)))


def ranges(node) -> Iterator[Undone]:
    if isinstance(node, (sp.Sum, sp.Product)):
        body, (n, first, last) = node.args
        kinds = {sp.Sum: "sum", sp.Product: "product"}
        kind, other = (sp.Sum, sp.Product) if isinstance(node, sp.Sum) else (sp.Product, sp.Sum)
        for k in (1, -1):
            begins, ends = ((n, first + k, last), f"begins at {first}"), ((n, first, last + k), f"ends at {last}")
            for (limits, words), right in ((begins, first + k), (ends, last + k)):
                made = lambda limits=limits: kind(body, limits)  # noqa: E731
                yield f"the {kinds[kind]} {words} in the place of {right}.", RANGE, made
        yield f"a {kinds[kind]} in the place of a {kinds[other]}.", WHICH, lambda: other(*node.args)


def left_over(node) -> Iterator[Undone]:
    """Terms and factors that do not belong there."""
    if node.is_Add or node.is_Mul:
        hint = TERM if node.is_Add else FACTOR
        for i, part in enumerate(node.args):
            if part != -1:
                kept = [sp.Integer(-1)] if node.is_Mul and part.is_number and part.is_negative else []  # its sign
                made = lambda i=i, kept=kept: node.func(*node.args[:i], *kept, *node.args[i + 1 :])  # noqa: E731
                text = said(-part if kept else part)
                yield f"the {'term' if node.is_Add else 'factor'} {text} is left over.", hint, made


def joined(node) -> Iterator[Undone]:
    """A square or a root taken term by term, or the other way round; a product for a sum, or the other way round."""
    if node.is_Pow and node.base.is_Add and node.exp in (2, HALF):
        signs = [-1 if term.could_extract_minus_sign() else 1 for term in node.base.args]
        for kept in (signs, [1] * len(signs)):
            new = sp.Add(*(sign * bare(term) ** node.exp for sign, term in zip(kept, node.base.args)))
            yield _instead(node, new, NUMBERS)
    if node.is_Add:
        for a, b in combinations(node.args, 2):
            rest, (c, d) = node - a - b, map(bare, (a, b))
            sign = -1 if (c == a) != (d == b) else 1
            for root, power in ((HALF, 2), (2, HALF)):
                for e in (sign, -sign):
                    new = (_power(c, root) + e * _power(d, root)) ** power
                    yield f"{said(a + b)} in the place of {said(new)}.", NUMBERS, lambda new=new, r=rest: r + new
            for new in (a * b, c / d, d / c):
                yield f"{said(a + b)} in the place of {said(new)}.", WHICH, lambda new=new, r=rest: r + new
    if node.is_Mul:
        for a, b in combinations(sp.Mul.make_args(node.as_coeff_Mul()[1]), 2):
            for new in (a + b, a - b, a - 1 / b, b - 1 / a):
                yield f"{said(a * b)} in the place of {said(new)}.", WHICH, lambda new=new, ab=a * b: node / ab * new


def _power(term, n):
    """A power of a product, factor by factor: the root of a square is what is squared."""
    return sp.Mul(*(base ** (e * n) for base, e in (part.as_base_exp() for part in sp.Mul.make_args(term))))


KINDS = confused, signs, powers, densities, ranges, left_over, joined

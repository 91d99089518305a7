"""What has a value for each pixel of an image, and what is linear in sums over the pixels."""

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.symbols import Quantity, SquaredNorm

STATE = symbols.x.function
PIXELS = sp.Symbol("pixels", integer=True, positive=True)  # of an image


def is_image(symbol) -> bool:
    """States, noise and unknown functions have a value for each pixel."""
    if symbol == symbols.epsilon or isinstance(symbol, (STATE, symbols.epsilon_t.function)):
        return True
    return isinstance(symbol, Quantity) and len(symbol.args) > symbol.func.indices


def is_linear(expr, kind) -> bool:
    """Whether `expr` is a combination of `kind`s and of terms without, with factors that are no images."""
    if isinstance(expr, kind) or not expr.has(kind):
        return True
    if isinstance(expr, (sp.Add, sp.Sum)):
        return all(is_linear(arg, kind) for arg in expr.args if not isinstance(arg, sp.Tuple))
    if isinstance(expr, sp.Mul):
        inside = [arg for arg in expr.args if arg.has(kind)]
        others = [arg for arg in expr.args if not arg.has(kind)]
        scalars = not any(is_image(part) for other in others for part in sp.preorder_traversal(other))
        return len(inside) == 1 and is_linear(inside[0], kind) and scalars
    return False


def images(*sides) -> frozenset:
    """What stands inside a squared norm only, and so may be an image: nothing positive or whole."""
    inside, outside = set(), set()

    def visit(expr, place):
        if isinstance(expr, SquaredNorm):
            place = inside
        if expr.is_Symbol or isinstance(expr, Quantity):
            place.add(expr)
        if not isinstance(expr, Quantity):
            for arg in expr.args:
                visit(arg, place)

    for side in sides:
        visit(side, outside)
    return frozenset(e for e in inside - outside if not e.is_positive and not e.is_integer and e != symbols.C)

"""Expressions as TeX in the paper's notation, and as plain text in that of the code, in the order in which they were
written."""

import re

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from ddpm.derivation.densities import Density
from ddpm.derivation.expectation import LAW_Q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.symbols import TEX, Quantity


class Printer(LatexPrinter):
    """SymPy's printer with the book's notation; sums and products keep the order of their parts."""

    def parts(self, expr) -> list[str]:
        """The terms of a sum, each with its sign but for a first plus."""
        texts = []
        for i, term in enumerate(terms_of(expr)):
            negative, rest = sign_of(term)
            text = self._print(rest)
            if negative and rest.is_Add:
                text = brackets(text)
            texts.append(("-" if i == 0 else "- ") * negative + ("" if negative or i == 0 else "+ ") + text)
        return texts

    def _print_Add(self, expr, order=None):
        return " ".join(self.parts(expr))

    def _print_Mul(self, expr):
        negative, rest = sign_of(expr)
        if negative:
            text = self._print(rest)
            return "-" + (brackets(text) if rest.is_Add else text)
        above, below, front = [], [], []
        for arg in expr.args:
            if _is_reciprocal(arg):
                (front if not above else below).append(arg)  # 1/a (b + c) as it is written, b/a as a fraction
            elif arg.is_Rational and arg.q != 1:
                above += [sp.Integer(arg.p)] * (arg.p != 1)
                below.append(sp.Integer(arg.q))
            elif arg != 1:
                above.append(arg)
        if front and not (above and any(a.is_Add for a in above)):
            front, below = [], front + below
        text = self._factors(above) or "1"
        if below:
            bottom = self._factors([_flipped(arg) for arg in below], alone=True)
            text = rf"\frac{{{self._factors(above, alone=True) or '1'}}}{{{bottom}}}"
        if front:
            text = rf"\frac{{1}}{{{self._factors([_flipped(arg) for arg in front], alone=True)}}} {text}"
        return text

    def _factors(self, factors, alone=False) -> str:
        """A product; `alone` means that nothing else stands beside it, so that a single sum needs no brackets."""
        texts = []
        for i, factor in enumerate(factors):
            text = self._print(factor)
            open_sum = isinstance(factor, sp.Sum) and i < len(factors) - 1
            if (is_sum(factor) or open_sum) and not (alone and len(factors) == 1):
                text = brackets(text)
            elif isinstance(factor, sp.log) and i < len(factors) - 1 or texts and text.startswith("-"):
                text = brackets(text)
            if texts and text[0].isdigit() and re.search(r"\d$", texts[-1]):
                text = r"\cdot " + text
            texts.append(text)
        return " ".join(
            text + (r"\," if i < len(texts) - 1 and text.startswith(r"\sqrt") else "") for i, text in enumerate(texts)
        )

    def _print_Pow(self, expr):
        base, exponent = expr.base, expr.exp
        if exponent == sp.S.Half:
            return rf"\sqrt{{{self._print(base)}}}"
        if exponent.is_Rational and exponent.is_negative:
            return rf"\frac{{1}}{{{self._print(_flipped(expr))}}}"
        text = self._print(base)
        if base.is_Add or base.is_Mul or base.is_Pow or isinstance(base, (sp.Sum, sp.Product, sp.log)):
            text = brackets(text)
        return rf"{text}^{braced(self._print(exponent))}"

    def _print_log(self, expr, exp=None):
        inner = expr.args[0]
        text = self._print(inner)
        if not (
            isinstance(inner, (Density, Normal, Quantity, sp.Symbol))
            or inner.is_Number
            or text.startswith(r"\frac")
            and text.endswith("}")
            and _one_group(text)
        ):
            text = brackets(text)
        return (
            r"\log " + text
            if text[:1] not in "\\(" or text.startswith((r"\frac", r"\alpha", r"\bar"))
            else r"\log" + text
        )

    def _print_exp(self, expr, exp=None):
        return r"\exp" + brackets(self._print(expr.args[0]))

    def _print_Sum(self, expr):
        return self._big(r"\sum", expr)

    def _print_Product(self, expr):
        return self._big(r"\prod", expr)

    def _big(self, sign, expr):
        body, (index, first, last) = bare(expr.args[0]), expr.args[1]
        text = self._print(body)
        if is_sum(body):
            text = brackets(text)
        return rf"{sign}_{{{self._print(index)}={self.index(first)}}}^{braced(self.index(last))} {text}"

    def _quantity(self, expr):
        index, inside = expr.args[: expr.indices], expr.args[expr.indices :]
        text = expr.tex
        if index:
            text += "_" + braced(", ".join(map(self.index, index)))
        return text + (brackets(", ".join(map(self._print, inside))) if inside else "")

    def index(self, expr) -> str:
        """A time, t - 1 and not -1 + t."""
        with sp.evaluate(True):
            return LatexPrinter()._print(expr)

    def _print_Function(self, expr, exp=None):
        return self._quantity(expr) if isinstance(expr, Quantity) else super()._print_Function(expr, exp)

    def _print_Path(self, expr):
        state, first, last = expr.args
        return rf"x_{{{self.index(first)}:{self.index(last)}}}"

    def _print_Density(self, expr):
        law, target, given = expr.args
        text = ", ".join(map(self._print, target)) + (r" \mid " + ", ".join(map(self._print, given)) if given else "")
        return {"q": "q", "p": "p", "p_theta": r"p_\theta"}[law.name] + f"({text})"

    def _print_Normal(self, expr):
        variable, mean, variance, *identity = expr.args
        width = self._print(variance)
        if identity:
            width = (brackets(width) if is_sum(variance) else width) + r"\, I"
        return r"\mathcal N" + brackets(rf"{self._print(variable)};\ {self._print(mean)},\ {width}")

    def _print_Law(self, expr):
        mean, variance, *identity = expr.args
        text = self._print(variance)
        if identity:
            text = "I" if text == "1" else (brackets(text) if is_sum(variance) else text) + r"\, I"
        return r"\mathcal N" + brackets(rf"{self._print(mean)},\ {text}")

    def _print_Expectation(self, expr):
        return self.expectation_sign(expr) + rf"\Bigl[ {self._print(expr.args[0])} \Bigr]"

    def expectation_sign(self, expr):
        return r"\mathbb{E}_q" if expr.args[1] == LAW_Q else r"\mathbb{E}_{x_0, \epsilon}"

    def _print_KL(self, expr):
        first, second = map(self._print, expr.args)
        return rf"\mathrm{{KL}}\bigl( {first} \,\Vert\, {second} \bigr)"

    def _print_SquaredNorm(self, expr, exp=None):
        text = self._print(expr.args[0])
        size = r"\Bigl" if r"\frac" in text else r"\bigl" if r"\sqrt" in text else ""
        left, right = (size + r"\lVert ", (size.replace("l", "r") if size else "") + r"\rVert")
        return rf"{left} {text} {right}^2".replace("  ", " ")

    def _print_Symbol(self, expr, style="plain"):
        return TEX.get(expr.name) or super()._print_Symbol(expr, style)


class Plain(StrPrinter):
    """SymPy's plain text, with sums and products as written."""

    def _print_Add(self, expr, order=None):
        text = ""
        for term in terms_of(expr):
            negative, rest = sign_of(term)
            inner = self._print(rest)
            inner = f"({inner})" if negative and rest.is_Add else inner
            text += ("-" if not text else " - ") + inner if negative else " + " * bool(text) + inner
        return text

    def _print_Mul(self, expr):
        text = ""
        for arg in expr.args[1:] if expr.args[0] == 1 else expr.args:
            if arg == -1 and not text:
                text = "-"
                continue
            below = _is_reciprocal(arg)
            part = _flipped(arg) if below else arg
            inner = self._print(part)
            fraction = _is_reciprocal(part) or part.is_Rational and not part.is_Integer
            if part.is_Add or below and part.is_Mul or fraction:
                inner = f"({inner})"
            text = (
                (text if text not in ("", "-") else text + "1") + f"/{inner}"
                if below
                else text + "*" * (text not in ("", "-")) + inner
            )
        return text


def tex(expr) -> str:
    """`expr` as TeX on one line."""
    return Printer()._print(expr)


def plain(expr) -> str:
    """`expr` as the code would write it, in the order in which it was written."""
    return Plain({"order": "none"}).doprint(expr)


def brackets(text: str) -> str:
    """`text` in round brackets of the size that it needs."""
    if r"\frac" in text or r"\sum" in text or r"\prod" in text:
        return rf"\Bigl({text}\Bigr)"
    return rf"\bigl({text}\bigr)" if r"\sqrt" in text or r"\bigl" in text or r"\bar" in text else f"({text})"


def _one_group(text):
    """Whether `text` is a single fraction."""
    _, i = group_at(text, 5)
    return group_at(text, i)[1] == len(text)


def braced(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def terms_of(expr):
    if not expr.is_Add:
        return [expr]
    first, *others = expr.args
    return [*terms_of(first), *others]  # a + b + c is written as (a + b) + c


def bare(expr):
    """`expr` without the factor 1 that SymPy puts before the body of a sum as written."""
    return expr.args[1] if expr.is_Mul and len(expr.args) == 2 and expr.args[0] == 1 else expr


def is_sum(expr) -> bool:
    return bool(bare(expr).is_Add)


def sign_of(term):
    """Whether the term has a minus in front, and the term without it."""
    if term.is_Number and term.is_negative:
        return True, -term
    if term.is_Mul and term.args[0].is_Number and term.args[0].is_negative:
        first, *rest = term.args
        with sp.evaluate(False):
            if first == -1:
                return True, rest[0] if len(rest) == 1 else sp.Mul(*rest)
            return True, sp.Mul(-first, *rest)
    if term.is_Mul and term.args[0].is_Mul:
        negative, first = sign_of(term.args[0])
        if negative:
            with sp.evaluate(False):
                return True, sp.Mul(first, *term.args[1:])
    return False, term


def _is_reciprocal(arg) -> bool:
    return arg.is_Pow and arg.exp.is_Rational and bool(arg.exp.is_negative)


def _flipped(arg):
    """1 / arg for a power with a negative exponent; any other as it is."""
    if not _is_reciprocal(arg):
        return arg
    if arg.exp == -1:
        return arg.base
    with sp.evaluate(False):
        return sp.Pow(arg.base, -arg.exp)


def group_at(text, i):
    """The argument that starts at `i`, and where it ends."""
    while text[i : i + 1] == " ":
        i += 1
    if text[i : i + 1] != "{":
        found = re.match(r"\\[A-Za-z]+|.", text[i:])
        return (found[0], i + found.end()) if found else ("", i)
    depth, start = 0, i
    while True:
        depth += (text[i] == "{") - (text[i] == "}")
        i += 1
        if depth == 0:
            return text[start + 1 : i - 1], i

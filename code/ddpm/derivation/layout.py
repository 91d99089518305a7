r"""Formulas in lines that fit: where an expression is broken, and how a chain and its reasons are set.

chain.latex()                    # for a page on a desk, and for paper
with broken_at(PHONE):
    chain.latex()                # for a phone
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sympy as sp

from ddpm.derivation.expectation import KL, Expectation
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.printing import Printer, bare, braced, brackets, group_at, is_sum, sign_of, terms_of
from ddpm.derivation.symbols import SquaredNorm

DESK = 54.0  # of a line, in letters: a column of 640 pixels with the number beside it, and a page of the PDF
PHONE = 26.0  # a phone of 375 pixels, inside a box
SHORT = 0.31  # of a line: a left side that shares its line with the first step
_line: ContextVar[float] = ContextVar("line", default=DESK)


@contextmanager
def broken_at(letters: float) -> Iterator[None]:
    """What is printed inside has lines of at most so many letters, where it can be broken."""
    token = _line.set(letters)
    try:
        yield
    finally:
        _line.reset(token)


def line() -> float:
    """How many letters a line may have."""
    return _line.get()


def block(start, rows, end: str = "", sign: str = "=") -> str:
    """`start = row = ...` with reasons as an aligned block; `rows` are pairs of an expression and a reason ("" for
    none)."""
    first = lines_of(start)
    texts = [lines_of(expr) for expr, _ in rows]
    texts[-1:] = [[*text[:-1], text[-1] + end] for text in texts[-1:]]
    widest = max((width(text) for lines in texts for text in lines), default=0)
    short = len(first) == 1 and width(first[0]) <= SHORT * line()
    if rows and short and width(first[0]) + widest + 2 <= line():
        head, out, room = first[0] + " ", [], line() - width(first[0])
    else:
        head, room = "", line()
        out = [f"&{first[0]}", *(rf"&\quad {line}" for line in first[1:])]
    for (_, reason), lines in zip(rows, texts):
        words = reason_lines(reason, room)
        if len(lines) == len(words) == 1 and width(lines[0]) + text_width(reason) + 5 <= room:
            out.append(rf"{head}&{sign} {lines[0]} \quad {words[0]}")
        else:
            out += [
                rf"{head}&{sign} {lines[0]}",
                *(rf"&\quad {line}" for line in lines[1:]),
                *(rf"&\quad {line}" for line in words),
            ]
        head = ""
    return "\\begin{aligned}\n" + " \\\\\n".join(out) + "\n\\end{aligned}"


def lines_of(expr) -> list[str]:
    """`expr` as TeX lines that fit with a sign of equality or an indent before them."""
    return _lines(sp.sympify(expr), Printer(), line() - 3)


def _lines(expr, printer, room):
    text = printer._print(expr)
    if width(text) <= room:
        return [text]
    if isinstance(expr, Expectation):
        return _enclosed(printer.expectation_sign(expr) + r"\Bigl[", expr.args[0], r"\Bigr]", printer, room)
    if isinstance(expr, SquaredNorm):
        return _enclosed(r"\Bigl\lVert", expr.args[0], r"\Bigr\rVert^2", printer, room)
    if is_sum(expr):
        return _packed(expr, printer, room)
    if isinstance(expr, Normal):
        variable, mean, variance, *identity = expr.args
        last = printer._print(variance)
        last = (brackets(last) if is_sum(variance) else last) + r"\, I" if identity else last
        means = _lines(mean, printer, room - 2)
        return [
            rf"\mathcal N\Bigl({printer._print(variable)};",
            *(r"\quad " + line for line in means[:-1]),
            rf"\quad {means[-1]},",
            rf"\quad {last}\Bigr)",
        ]
    if isinstance(expr, KL):
        first, second = map(printer._print, expr.args)
        return [rf"\mathrm{{KL}}\bigl( {first}", rf"\qquad \Vert\, {second} \bigr)"]
    if isinstance(expr, sp.Sum | sp.Product):
        sign = text[: text.index("^")]
        head = sign + "^" + braced(printer.index(expr.args[1][2])) + " "
        body = bare(expr.args[0])
        inner = _lines(body, printer, room - 2)
        if len(inner) > 1 and not is_sum(body):
            return [head + inner[0], *inner[1:]]
    if isinstance(expr, sp.log) and isinstance(expr.args[0], Normal):
        inner = _lines(expr.args[0], printer, room - 2)
        return [r"\log " + inner[0], *inner[1:]]
    if expr.is_Mul and isinstance(expr.args[-1], SquaredNorm | Expectation | sp.Add):
        *before, last = expr.args
        head = "-" if before == [-1] else printer._print(expr.func(*before, evaluate=False))
        rest = [brackets(printer._print(last))] if last.is_Add else _lines(last, printer, room)
        if isinstance(last, Expectation):
            return [f"{head} {rest[0]}", *rest[1:]]
        return [head, r"\cdot " + rest[0], *rest[1:]]
    return [text]


def _enclosed(left, body, right, printer, room):
    inner = _lines(body, printer, room - 2)
    if len(inner) == 1:
        return [left, rf"{inner[0]} {right}"]
    inner = [f"{left} {inner[0]}", *inner[1:]]
    inner[-1] += f" {right}"
    return inner


def _packed(expr, printer, room):
    """The terms of a sum, as many on a line as fit."""
    done = []
    for term, text in zip(terms_of(expr), printer.parts(expr)):
        if done and width(done[-1] + " " + text) <= room:
            done[-1] += " " + text
        elif width(text) <= room:
            done.append(text)
        else:
            negative, rest = sign_of(term)
            pieces = [text] if negative and is_sum(rest) else _lines(rest, printer, room - 2)
            if len(pieces) > 1:
                pieces = [
                    text[:2] * bool(done) + "-" * (negative and not done) + pieces[0],
                    *(r"\quad " + piece for piece in pieces[1:]),
                ]
                done += pieces
            else:
                done.append(text)
    return done[:1] + [
        "{} " + line if line[:2] in ("+ ", "- ") else line for line in done[1:]
    ]  # a sign with room on both sides


def reason_lines(reason: str, room: float) -> list[str]:
    """A reason in brackets, as TeX lines that fit; mathematics stands between dollars."""
    if not reason:
        return []
    words, lines = _words(f"({reason})"), [[]]
    for word in words:
        if lines[-1] and text_width(" ".join([*lines[-1], word])) > room - 3:
            lines.append([])
        lines[-1].append(word)
    return [_as_text(" ".join(line)) for line in lines]


def _words(text: str) -> list[str]:
    """Split at spaces outside of dollars."""
    words, inside = [""], False
    for mark in text:
        inside ^= mark == "$"
        if mark == " " and not inside:
            words.append("")
        else:
            words[-1] += mark
    return words


def _as_text(text: str) -> str:
    """TeX for words with mathematics between dollars, without a dollar in it: notebooks end a formula there."""
    parts = text.split("$")
    return "".join(part if i % 2 else rf"\text{{{part}}}" * bool(part) for i, part in enumerate(parts))


def text_width(text: str) -> float:
    """About how wide a reason is set, in letters of a formula."""
    return sum(width(part) if i % 2 else 0.83 * len(part) for i, part in enumerate(text.split("$")))


def width(text: str) -> float:
    """About how wide TeX is set, in letters."""
    text = re.sub(
        r"\\(?:(?:[bB]ig[glr]*|left|right|displaystyle|tfrac|mathcal|mathrm|mathbb|text)(?![A-Za-z])|[,;])", "", text
    )
    total, i = 0.0, 0
    while i < len(text):
        if text.startswith(r"\frac", i):
            above, i = group_at(text, i + 5)
            below, i = group_at(text, i)
            total += max(width(above), width(below)) + 0.4
        elif text.startswith((r"\sum_", r"\prod_"), i):
            index, i = group_at(text, i + (5 if text[i + 1] == "s" else 6))
            top, i = group_at(text, i + 1)
            total += max(1.6, 0.6 * width(index), 0.6 * width(top)) + 0.4
        elif text[i] in "_^":
            inner, i = group_at(text, i + 1)
            # an index and a power stand above each other
            if text[i : i + 1] in ("_", "^"):
                other, i = group_at(text, i + 1)
                total += 0.65 * max(width(inner), width(other))
            else:
                total += 0.65 * width(inner)
        elif text.startswith(r"\sqrt", i):
            inner, i = group_at(text, i + 5)
            total += width(inner) + 0.9
        elif found := re.match(r"\\(quad|qquad)\b", text[i:]):
            total += {"quad": 2, "qquad": 4}[found[1]]
            i += found.end()
        elif found := re.match(r"\\(bar|tilde|hat)(?![a-z])", text[i:]):
            i += found.end()
        elif found := re.match(r"\\(log|exp|mid|Vert|lVert|rVert)(?![a-zA-Z])", text[i:]):
            total += {"log": 2.0, "exp": 2.2, "mid": 1.1, "Vert": 1.1}.get(found[1], 0.6)
            i += found.end()
        elif found := re.match(r"\\([A-Za-z]+|.)", text[i:]):
            total += 1.0
            i += found.end()
        else:
            total += {
                " ": 0,
                "{": 0,
                "}": 0,
                "(": 0.7,
                ")": 0.7,
                ",": 0.6,
                "=": 1.8,
                "+": 1.8,
                "-": 1.6,
                "[": 0.6,
                "]": 0.6,
                "&": 0,
                ";": 0.6,
            }.get(text[i], 1.0)
            i += 1
    return total

"""How wide formulas are set, and where they are broken."""

import matplotlib
import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser

from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.layout import (
    DESK,
    PHONE,
    _packed,
    block,
    broken_at,
    line,
    lines_of,
    reason_lines,
    text_width,
    width,
)
from ddpm.derivation.printing import Printer
from ddpm.derivation.statement import Statement
from ddpm.derivation.symbols import (
    SquaredNorm,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    epsilon,
    epsilon_theta,
    log,
    s,
    sqrt,
    t,
    x,
)

a, b, c = sp.symbols("a b c")
LONG = sp.symbols("a:z")
with as_written():
    TEN = a * b * c * a * b * c * a * b * c * a


def drawn(text):
    """How wide Matplotlib draws TeX in Computer Modern, in letters x."""
    with matplotlib.rc_context({"mathtext.fontset": "cm"}):
        parser = MathTextParser("path")
        font = matplotlib.font_manager.FontProperties(size=100)
        ten, found = (parser.parse(f"${part}$", dpi=72, prop=font)[0] for part in ("x" * 10, text))
    return 10 * found / ten


@pytest.mark.parametrize(
    "text",
    [
        *(6 * f"a {sign} b " for sign in ("=", "+", "-", ",", ";", r"\mid", r"\Vert", r"\cdot", r"\sim")),
        *(6 * piece for piece in ("(a)", "[a]", r"\alpha_t ", r"x_{t - 1} ", "a^2 ", "x_{ab}^{cd} ", r"\bar\alpha ")),
        *(3 * piece for piece in (r"\log a ", r"\exp a ", r"\sqrt{a + b} ", r"\tilde\mu_t ", r"\hat x ")),
        *(3 * piece for piece in (r"\dfrac{a + b}{c} ", r"\dfrac{a}{b + c} ", r"\mathrm{KL} ")),
        *(4 * piece for piece in (r"\sum_{t=1}^{T} ", r"\prod_{t=1}^{T} ")),
        r"\sum_{a = b + c + d}^{T} a",
        r"a \quad b \quad c \quad d",
        r"a \qquad b \qquad c",
    ],
)
def test_the_width_is_about_what_is_drawn(text):
    ours = width(text.replace("dfrac", "frac"))
    assert abs(ours / drawn(text) - 1) < 0.25


@pytest.mark.parametrize("other", ["x^{ab}", "x_{ab}^{c}", "x_{c}^{ab}", "x^{ab}_{c}", "x_{ab}^2"])
def test_an_index_and_a_power_stand_above_each_other(other):
    assert width(other) == width("x_{ab}")
    assert width(f"{other} + y") == pytest.approx(width(other) + width("+ y"))


def test_a_fraction_is_as_wide_as_its_wider_part():
    assert width(r"\frac{a}{abc}") == width(r"\frac{abc}{a}") > width("abc")
    wider = width(r"\sqrt{\frac{a}{abc}}") - width(r"\sqrt{abc}")
    assert wider == pytest.approx(width(r"\frac{a}{abc}") - width("abc"))
    assert width(r"\frac{a}{abc} b") == pytest.approx(width(r"\frac{a}{abc}") + 1)


@pytest.mark.parametrize(
    "text, same",
    [
        (r"\Bigl(a\Bigr)", "(a)"),
        (r"\bigl[a\bigr]", "[a]"),
        (r"\left(a\right)", "(a)"),
        (r"\mathrm{a}", "a"),
        (r"\mathbb{E}", "a"),
        (r"\text{a}", "a"),
        (r"a\,b\;c", "abc"),
        (r"\displaystyle a", "a"),
        ("& a {b}", "ab"),
        (r"\bar\alpha", r"\alpha"),
        (r"\tilde\mu", r"\mu"),
        (r"\lVert a \rVert", r"\rVert a \lVert"),
        (r"\theta", "a"),
        (r"\textstyle", "a"),  # another command, not \text
        (r"\barwedge", "a"),
    ],
)
def test_what_takes_no_room_of_its_own(text, same):
    assert width(text) == pytest.approx(width(same))


def test_the_parts_of_a_formula_add_up():
    parts = [
        r"\sum_{t=1}^T ",
        r"\prod_{t=1}^T ",
        r"\sqrt{a}",
        r"\frac{a}{b}",
        "x_t^2",
        r"\log a",
        "(a)",
        r"\quad ",
        r"\lVert ",
    ]
    for first in parts:
        for second in parts:
            assert width(first + second) == pytest.approx(width(first) + width(second)), first + second
    long = width(r"\sum_{aaaaaaaaaa}^T")
    assert long > width(r"\sum_a^T") == width(r"\sum_a^b") and long == width(r"\sum_a^{aaaaaaaaaa}")


@pytest.mark.parametrize(
    "reason, right",
    [
        ("", []),
        ("by definition", [r"\text{(by definition)}"]),
        ("$a = b$ by $c$", [r"\text{(}a = b\text{ by }c\text{)}"]),
        ("one two three four", [r"\text{(one two}", r"\text{three}", r"\text{four)}"]),
        ("a $b = c + d$ e", [r"\text{(a}", r"b = c + d", r"\text{e)}"]),
    ],
)
def test_a_reason_in_lines(reason, right):
    room = 11.0 if len(right) > 1 else 40.0
    assert reason_lines(reason, room) == right


def test_the_width_of_a_reason():
    assert text_width("abc") == pytest.approx(3 * text_width("a")) and 0.7 < text_width("a") < 1
    assert text_width("a $b + c$ d") == pytest.approx(text_width("a ") + width("b + c") + text_width(" d"))


def at(letters, build):
    with broken_at(float(letters)), as_written():
        return lines_of(build())


def test_the_width_of_a_line_is_set_for_a_while():
    assert line() == DESK
    with broken_at(PHONE):
        assert line() == PHONE
        with broken_at(10.0):
            assert line() == 10
        assert line() == PHONE
    with pytest.raises(RuntimeError), broken_at(PHONE):
        raise RuntimeError
    assert line() == DESK > PHONE


def summed(number, sign=1):
    total = LONG[0]
    for symbol in LONG[1:number]:
        total = total + symbol if sign > 0 else total - symbol
    return total


@pytest.mark.parametrize(
    "letters, build, right",
    [
        # a sum: as many terms on a line as fit, and a sign before the next
        (15, lambda: summed(3), ["a + b + c"]),
        (12, lambda: summed(5), ["a + b + c", "{} + d + e"]),
        (11, lambda: summed(5, -1), ["a - b - c", "{} - d - e"]),
        (9, lambda: summed(3), ["a + b", "{} + c"]),
        (12, lambda: -a * b * c - sqrt(a * b * c), ["-a b c", r"{} - \sqrt{a b c}"]),
        # what is enclosed
        (14, lambda: E_q(summed(4)), [r"\mathbb{E}_q\Bigl[ a + b + c", r"{} + d \Bigr]"]),
        (
            14,
            lambda: E_q(TEN),
            [r"\mathbb{E}_q\Bigl[", r"a b c a b c a b c a \Bigr]"],
        ),
        (14, lambda: SquaredNorm(summed(4)), [r"\Bigl\lVert a + b + c", r"{} + d \Bigr\rVert^2"]),
        (14, lambda: 2 * a * SquaredNorm(summed(4)), ["2 a", r"\cdot \Bigl\lVert a + b + c", r"{} + d \Bigr\rVert^2"]),
        # laws
        (
            16,
            lambda: Normal(x[t], sqrt(alpha[t]) * x[t - 1], 1 - alpha[t], "I"),
            [r"\mathcal N\Bigl(x_t;", r"\quad \sqrt{\alpha_t}\, x_{t - 1},", r"\quad (1 - \alpha_t)\, I\Bigr)"],
        ),
        (
            12,
            lambda: Normal(x[t], a, beta[t] * b * c),
            [r"\mathcal N\Bigl(x_t;", r"\quad a,", r"\quad \beta_t b c\Bigr)"],
        ),
        (
            14,
            lambda: Normal(a, summed(4), b, "I"),
            [r"\mathcal N\Bigl(a;", r"\quad a + b + c", r"\quad {} + d,", r"\quad b\, I\Bigr)"],
        ),
        (
            16,
            lambda: log(Normal(a, summed(3), b)),
            [r"\log \mathcal N\Bigl(a;", r"\quad a + b + c,", r"\quad b\Bigr)"],
        ),
        (
            16,
            lambda: KL(q(x[T] | x[0]), p(x[T])),
            [r"\mathrm{KL}\bigl( q(x_T \mid x_0)", r"\qquad \Vert\, p(x_T) \bigr)"],
        ),
        # a factor before what is long
        (10, lambda: a * b * SquaredNorm(a - b), ["a b", r"\cdot \lVert a - b \rVert^2"]),
        (11, lambda: a * b * c * (a + b), ["a b c", r"\cdot (a + b)"]),
        (14, lambda: -E_q(summed(4)), [r"- \mathbb{E}_q\Bigl[ a + b + c", r"{} + d \Bigr]"]),
        (14, lambda: c * E_q(summed(4)), [r"c \mathbb{E}_q\Bigl[ a + b + c", r"{} + d \Bigr]"]),
        # sums over an index
        (
            19,
            lambda: sp.Sum(KL(q(x[s] | x[0]), p_theta(x[s])), (s, 1, T)),
            [r"\sum_{s=1}^T \mathrm{KL}\bigl( q(x_s \mid x_0)", r"\qquad \Vert\, p_\theta(x_s) \bigr)"],
        ),
        (
            19,
            lambda: sp.Sum(E_q(summed(5)), (s, 1, T - 1)),
            [r"\sum_{s=1}^{T - 1} \mathbb{E}_q\Bigl[ a + b + c + d", r"{} + e \Bigr]"],
        ),
        # a long term in a sum
        (
            17,
            lambda: a - E_q(summed(6)),
            ["a", r"{} - \mathbb{E}_q\Bigl[ a + b + c + d", r"\quad {} + e + f \Bigr]"],
        ),
        (
            17,
            lambda: E_q(summed(6)) + a,
            [r"\mathbb{E}_q\Bigl[ a + b + c + d", r"\quad {} + e + f \Bigr] + a"],
        ),
        (
            17,
            lambda: -E_q(summed(6)) + a,
            [r"-\mathbb{E}_q\Bigl[ a + b + c + d", r"\quad {} + e + f \Bigr] + a"],
        ),
        # what cannot be broken stays whole
        (6, lambda: (a + b) * c, ["(a + b) c"]),
        (8, lambda: a * b * c * a * b * c * a * b, ["a b c a b c a b"]),
        (9, lambda: sp.Sum(alpha[s] + beta[s], (s, 1, T)), [r"\sum_{s=1}^T (\alpha_s + \beta_s)"]),
        (12, lambda: a - (b + c + a + b + c), ["a", "{} - (b + c + a + b + c)"]),
    ],
)
def test_where_a_formula_is_broken(letters, build, right):
    assert at(letters, build) == right


def test_what_just_fits_stands_on_one_line():
    with as_written():
        term, three = a - E_q(summed(6)), a + b + c
    whole = width(Printer().parts(term)[1])
    assert len(_packed(term, Printer(), whole)) == 2 < len(_packed(term, Printer(), whole - 0.01))
    assert _packed(three, Printer(), width("a + b")) == ["a + b", "{} + c"]
    assert _packed(three, Printer(), width("a + b") - 0.01) == ["a", "{} + b", "{} + c"]


def test_the_log_of_a_law_is_whole_only_where_it_fits():
    def build():
        return log(Normal(a, summed(3), b))

    (whole,) = at(40, build)
    for letters, pieces in ((width(whole), 1), (width(whole) - 0.5, 3)):
        found = at(letters + 3, build)  # three letters are for a sign of equality
        assert len(found) == pieces and max(map(width, found)) <= letters


def test_the_mean_of_a_law_is_whole_where_it_fits():
    fits = width("a + b + c") + 2 + 3.0  # an indent, and three letters for a sign of equality
    for letters, means in ((fits, ["a + b + c,"]), (fits - 1e-6, ["a + b", "{} + c,"])):
        found = at(letters, lambda: Normal(a, summed(3), b))
        assert found == [r"\mathcal N\Bigl(a;", *(r"\quad " + part for part in means), r"\quad b\Bigr)"]


@pytest.mark.parametrize("letters", [12, 20, 26, 40, 54])
def test_broken_lines_fit_and_lose_nothing(letters):
    def build():
        return E_noise(SquaredNorm(epsilon - epsilon_theta(sqrt(alpha_bar[t]) * x[0], t)))

    (whole,) = at(1000, build)
    assert (len(at(letters, build)) > 1) == (width(whole) > letters - 3)
    terms = at(letters, lambda: summed(20))
    assert all(width(part.removeprefix("{} ")) <= letters - 3 for part in terms)
    assert " ".join(part.removeprefix("{} ") for part in terms) == at(1000, lambda: summed(20))[0]


def test_a_block():
    rows = [(a + b, "first"), (c, "")]
    assert block(c, rows) == "\\begin{aligned}\nc &= a + b \\quad \\text{(first)} \\\\\n&= c\n\\end{aligned}"
    assert block(c, rows, ".", r"\le").splitlines()[1:3] == [r"c &\le a + b \quad \text{(first)} \\", r"&\le c."]
    assert block(c, []) == "\\begin{aligned}\n&c\n\\end{aligned}"  # no step yet
    with broken_at(12.0):
        tall = block(summed(5), [(a, "a long reason for it"), (summed(4), "so")], ",").splitlines()[1:-1]
    assert tall == [
        r"&a + b + c \\",
        r"&\quad {} + d + e \\",
        r"&= a \\",
        r"&\quad \text{(a long} \\",
        r"&\quad \text{reason for} \\",
        r"&\quad \text{it)} \\",
        r"&= a + b + c \\",
        r"&\quad {} + d, \\",
        r"&\quad \text{(so)}",
    ]
    with broken_at(40.0):  # a left side that is long for the line stands on a line of its own
        first = block(summed(6), [(a, "")]).splitlines()[1:-1]
        short = block(a * b, [(a, "")]).splitlines()[1:-1]
    assert first == [r"&a + b + c + d + e + f \\", "&= a"] and short == ["a b &= a"]


@pytest.mark.parametrize(
    "start, expr, reason, least, whole, broken",
    [
        # a left side, the sign, and the right side
        (a * b, a + b, "", width("a b") + width("a + b") + 2, ["a b &= a + b"], ["&a b", "&= a + b"]),
        # a left side that shares its line is short for it
        (a * b * c, a, "", 3 / 0.31, ["a b c &= a"], ["&a b c", "&= a"]),
        # a reason beside its step, where the left side stands apart
        (
            summed(6),
            a,
            "so be it, as was said",
            width("a") + text_width("so be it, as was said") + 5,
            ["&a + b + c + d + e + f", r"&= a \quad \text{(so be it, as was said)}"],
            ["&a + b + c + d + e + f", "&= a", r"&\quad \text{(so be it, as was said)}"],
        ),
        # and where it shares the line
        (
            a * b * c,
            a,
            "$a b c a b c$",
            3.0 + 1 + 6 + 5,
            [r"a b c &= a \quad \text{(}a b c a b c\text{)}"],
            ["a b c &= a", r"&\quad \text{(}a b c a b c\text{)}"],
        ),
    ],
)
def test_what_just_fits_is_not_broken(start, expr, reason, least, whole, broken):
    for letters, right in ((least, whole), (least - 1e-6, broken)):
        with broken_at(letters):
            assert [text.removesuffix(r" \\") for text in block(start, [(expr, reason)]).splitlines()[1:-1]] == right


def lines_of_block(tex: str) -> list[str]:
    inside = tex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    return [line.replace("&", "").strip() for line in inside.split("\\\\")]


def test_the_same_chain_is_broken_for_a_desk_and_for_a_phone():
    with as_written():
        chain = Chain(alpha[t] * (1 - alpha_bar[t - 1]) + 1 - alpha[t])
        chain.step(1 - alpha[t] * alpha_bar[t - 1], r"$\alpha_t$ and $-\alpha_t$ cancel")
        chain.step(1 - alpha_bar[t], "by definition of the product")
    desk = lines_of_block(chain.latex())
    with broken_at(PHONE):
        phone = lines_of_block(chain.latex())
    assert len(desk) == 2 and len(phone) > 3
    assert "cancel" in desk[0] and "=" in desk[0]  # a reason beside its step, on a desk
    formulas = [line for line in phone if "text" not in line]
    assert max(map(width, formulas)) <= PHONE - 3 < width(desk[0].partition(r"\quad")[0]) <= DESK
    assert len(lines_of_block(chain.latex())) == 2  # as before


def test_a_divergence_is_not_broken_on_a_desk():
    with as_written():
        divergence = E_q(KL(q(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1] | x[t])))
        statement = Statement((divergence, r"\ge", 0))
        assert "\\\\" not in statement.latex()
        with broken_at(PHONE):
            assert "\\\\" in statement.latex()


def test_a_left_side_that_has_room_shares_its_line():
    L = sp.Symbol("L")
    with as_written():
        loss = E_q(
            KL(q(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1] | x[t]))
            - log(p_theta(x[0] | x[1]))
            - log(p_theta(x[1] | x[2]))
            - log(q(x[2] | x[1]))
        )
        short, long = Statement((L, "=", loss)), Statement((E_q(L + log(p_theta(x[0] | x[1]))), "=", loss))
    assert width(lines_of_block(short.latex())[0]) > 20
    assert lines_of_block(short.latex())[0].startswith("L = ") and len(lines_of_block(short.latex())) == 2
    assert "=" not in lines_of_block(long.latex())[0]
    for statement in (short, long):
        assert max(map(width, lines_of_block(statement.latex()))) <= DESK

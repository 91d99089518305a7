"""What one mistake may have made of a part: all that may have been meant, the words and the hint."""

import pytest
import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL
from ddpm.derivation.symbols import (
    Product,
    Sum,
    T,
    V_u,
    alpha,
    alpha_bar,
    beta,
    beta_tilde,
    c_i,
    c_next,
    c_u,
    dc_u,
    dr_u,
    epsilon,
    epsilon_t,
    epsilon_theta,
    f_u,
    g_u,
    h_u,
    mu_theta,
    mu_tilde,
    r_i,
    r_next,
    r_u,
    s,
    score_u,
    sigma,
    sigma_i,
    sqrt,
    t,
    x,
    x_i,
    x_next,
    x_u,
)
from ddpm.grading.written.changes import changes
from ddpm.grading.written.mistakes import alike, confused, densities, joined, left_over, powers, ranges, signs

WHICH, INDEX, SIGN = "What does each", "Which step", "Follow this sign"
POWER, RANGE, GIVEN, NUMBERS = (
    "Where did a root",
    "What are the first and the last",
    "Which states",
    "Try it with numbers",
)
TERM, FACTOR = "term by term", "factor by factor"
LOG, EXP, HALF = sp.log, sp.exp, sp.Rational(1, 2)
PRIOR, POSTERIOR = p(x[T]), q(x[t - 1] | (x[t], x[0]))
NOISE, MEAN = epsilon_theta(x[t], t), mu_theta(x[t], t)


def of_schedule(at):
    return {alpha[at], alpha_bar[at], 1 - alpha_bar[at]}


ALIKE = [  # what is typed; what may have been meant: something else, or the same at another time
    (dc_u, {c_u, r_u, dr_u, f_u, g_u}, set()),
    (V_u, {r_u}, set()),
    (score_u, {epsilon}, set()),
    (x_u, {x[0], epsilon}, set()),
    (c_i, {c_next, r_i, r_next, sigma_i}, set()),
    (x_i, {x_next, x[0], epsilon}, set()),
    (epsilon, {x_u, x[0], score_u, x_i, x_next, epsilon_t[t], NOISE}, set()),
    (x[t], {x[0], epsilon}, {x[t - 1], x[t + 1], x[T]}),
    (x[t - 1], {x[0], x[t], epsilon}, {x[t - 2], x[t], x[t + 1]}),
    (x[0], {x_u, epsilon, x_i, x_next, x[t]}, {x[1]}),
    (x[T], {x[0], x[t], epsilon}, {x[T - 1], x[T + 1], x[t]}),
    (epsilon_t[t], {epsilon}, {epsilon_t[t - 1], epsilon_t[t + 1], epsilon_t[T]}),
    (epsilon_t[1], {epsilon}, {epsilon_t[2]}),
    (NOISE, {MEAN, epsilon}, set()),
    (epsilon_theta(x[0], t), {NOISE, MEAN, epsilon}, set()),
    (MEAN, {NOISE, mu_tilde(t, x[t], x[0])}, set()),
    (mu_tilde(t, x[t], x[0]), {MEAN}, set()),
    (
        alpha[t],
        {alpha_bar[t], 1 - alpha_bar[t], beta[t], beta_tilde[t], sigma[t] ** 2, sqrt(beta[t])},
        of_schedule(t - 1) | of_schedule(t + 1) | of_schedule(T),
    ),
    (
        beta[1],
        {alpha[1], alpha_bar[1], 1 - alpha_bar[1], beta_tilde[1], sigma[1] ** 2, sqrt(beta[1])},
        of_schedule(0) | of_schedule(2) | {beta[0], beta[2]},
    ),
    (
        alpha_bar[t - 1],
        {alpha[t - 1], 1 - alpha_bar[t - 1], beta[t - 1], beta_tilde[t - 1], sigma[t - 1] ** 2, sqrt(beta[t - 1])},
        of_schedule(t - 2) | of_schedule(t) | of_schedule(t + 1),
    ),
]


@pytest.mark.parametrize("typed, others, times", ALIKE, ids=[str(row[0]) for row in ALIKE])
def test_what_may_have_been_meant(typed, others, times):
    found = list(alike(typed))
    assert {new for hint, new in found if hint.startswith(WHICH)} == others
    assert {new for hint, new in found if hint.startswith(INDEX)} == times
    assert {hint.split(" ")[0] for hint, _ in found} <= {"What", "Which"}


REPLACED = [  # the kind, what is typed, what may have been meant, the hint
    (confused, r_u, {c_u, dc_u, dr_u, V_u, c_u**2, dc_u**2, dr_u**2, V_u**2}, WHICH),
    (confused, r_u**2, {c_u, dc_u, dr_u, V_u, 1 - r_u**2}, WHICH),
    (confused, sqrt(alpha[t]), {1 - sqrt(alpha[t])}, WHICH),
    (confused, 1 / sqrt(alpha[t]), {1 / (1 - sqrt(alpha[t]))}, WHICH),
    (confused, 1 - alpha[t], {alpha[t]}, WHICH),
    (confused, 1 - alpha[t] - beta[t], set(), WHICH),
    (confused, alpha[t] - beta[t], set(), WHICH),
    (powers, c_u, {c_u**2, sqrt(c_u), 1 / c_u, 1 / sqrt(c_u)}, POWER),
    (powers, c_u**2, {c_u**4, c_u, c_u**-2, sqrt(c_u), 1 / sqrt(c_u), 2 * c_u}, POWER),
    (powers, sqrt(c_u), {c_u, c_u ** (HALF / 2), 1 / sqrt(c_u), c_u**2}, POWER),
    (powers, 1 / c_u, {c_u**-2, 1 / sqrt(c_u), c_u, c_u**2, sqrt(c_u)}, POWER),
    (
        powers,
        2 * c_u,
        {4 * c_u**2, sqrt(2 * c_u), 1 / (2 * c_u), 1 / sqrt(2 * c_u), c_u**2, 2 * c_u**2, 2 * sqrt(c_u), 2 / c_u},
        POWER,
    ),
    (
        powers,
        (c_u + r_u) / 2,
        {(c_u / 2 + r_u / 2) ** n for n in (2, HALF, -1, -HALF)},
        POWER,
    ),
    (powers, 2 * c_u + 2 * r_u, {(2 * c_u + 2 * r_u) ** n for n in (2, HALF, -1, -HALF)} | {(c_u + r_u) ** 2}, POWER),
    (
        powers,
        c_u / h_u,
        {(c_u / h_u) ** n for n in (2, -1)}
        | {sqrt(c_u) / sqrt(h_u), sqrt(h_u) / sqrt(c_u)}
        | {c_u / h_u**2, c_u / sqrt(h_u), c_u * h_u},
        POWER,
    ),
    (powers, LOG(c_u), set(), POWER),
    (powers, sp.Integer(3), set(), POWER),
    (powers, PRIOR, set(), POWER),
    (joined, (c_u - r_u) ** 2, {c_u**2 - r_u**2, c_u**2 + r_u**2}, NUMBERS),
    (joined, sqrt(c_u + r_u), {sqrt(c_u) + sqrt(r_u)}, NUMBERS),
    (joined, 1 / (c_u + r_u), set(), NUMBERS),
    (joined, c_u * r_u, {c_u + r_u, c_u - r_u, c_u - 1 / r_u, r_u - 1 / c_u}, WHICH),
    (joined, 3 * c_u * r_u, {3 * (c_u + r_u), 3 * (c_u - r_u), 3 * (c_u - 1 / r_u), 3 * (r_u - 1 / c_u)}, WHICH),
    (
        densities,
        q(x[t] | x[t - 1]),
        {q(x[t] | (x[t - 1], x[0])), q(x[t]), p_theta(x[t] | x[t - 1]), q(x[t - 1] | x[t])}
        | {q(x[at] | x[t - 1]) for at in (t - 1, t + 1, T)}
        | {q(x[t] | x[at]) for at in (t - 2, t, t + 1)},
        GIVEN,
    ),
    (
        densities,
        p_theta(x[t - 1] | x[t]),
        {p_theta(x[t - 1] | (x[t], x[0])), p_theta(x[t - 1]), q(x[t - 1] | x[t]), p_theta(x[t] | x[t - 1])}
        | {p_theta(x[at] | x[t]) for at in (t - 2, t, t + 1)}
        | {p_theta(x[t - 1] | x[at]) for at in (t - 1, t + 1, T)},
        GIVEN,
    ),
    (densities, p(x[0]), {p(x[T]), p(x[1])}, GIVEN),
    (densities, PRIOR, {PRIOR, p(x[T] | x[0]), p(x[T - 1]), p(x[T + 1]), p(x[t])}, GIVEN),
    (
        densities,
        POSTERIOR,
        {q(x[t - 1] | x[0]), q(x[t - 1] | x[t]), p_theta(x[t - 1] | (x[t], x[0])), q(x[t - 1] | (x[t], x[1]))}
        | {q(x[at] | (x[t], x[0])) for at in (t - 2, t, t + 1)}
        | {q(x[t - 1] | (x[at], x[0])) for at in (t - 1, t + 1, T)},
        GIVEN,
    ),
]


@pytest.mark.parametrize("kind, typed, meant, hint", REPLACED, ids=[f"{row[0].__name__} {row[1]}" for row in REPLACED])
def test_what_stands_in_the_place_of_what(kind, typed, meant, hint):
    found = [(name, said, make()) for name, said, make in kind(typed) if " in the place of " in name]
    assert {new for *_, new in found} == meant
    assert all(said.startswith(hint) for _, said, _ in found)
    for name, _, new in found:
        old, other = (sp.sstr(e) for e in (typed, new))
        assert name in (f"{old} in the place of {other}.", f"{old} in the place of {other}, once.") or old not in name


def test_what_is_confused_in_one_place_is_said_to_be_so_once():
    found = {name: make() for name, _, make in confused(x[t])}
    assert found == {f"x[t] in the place of {new}, once.": new for _, new in alike(x[t])}
    part = {name: make() for name, _, make in powers(c_u / h_u) if not name.startswith("c_u/h_u")}
    assert part == {f"1/h_u in the place of {n}.": c_u * n for n in (h_u**-2, 1 / sqrt(h_u), h_u)}
    scaled = {name: make() for name, _, make in joined(3 * c_u * r_u)}
    assert scaled["c_u*r_u in the place of c_u + r_u."] == 3 * (c_u + r_u)


def test_terms_and_what_is_made_of_their_roots_squares_products_and_quotients():
    for sign, node in ((-1, c_u - r_u), (1, c_u + r_u)):
        found = {new: hint for _, hint, make in joined(node) for new in [make()]}
        assert next(iter(found)) == (sqrt(c_u) + sign * sqrt(r_u)) ** 2, "the likelier one first"
        squares = {(sqrt(c_u) + e * sqrt(r_u)) ** 2 for e in (1, -1)} | {sqrt(c_u**2 + e * r_u**2) for e in (1, -1)}
        others = {sign * c_u * r_u, c_u / r_u, r_u / c_u}
        assert found.keys() == squares | others
        assert {new for new, hint in found.items() if hint.startswith(NUMBERS)} == squares
        assert {new for new, hint in found.items() if hint.startswith(WHICH)} == others
    rest = {new for *_, make in joined(c_u + r_u + h_u) for new in [make()]}
    assert {h_u + (sqrt(c_u) + sqrt(r_u)) ** 2, c_u + r_u * h_u, r_u + sqrt(c_u**2 - h_u**2)} <= rest


WORDED = [  # the kind, what is typed, all that is said of it, with what is meant
    (
        signs,
        c_u - r_u,
        SIGN,
        {"the sign before c_u is turned.": -c_u - r_u, "the sign before r_u is turned.": c_u + r_u},
    ),
    (signs, EXP(-c_u), SIGN, {"the sign of the exponent is turned.": EXP(c_u)}),
    (signs, c_u * r_u, SIGN, {}),
    (left_over, c_u - 2 * r_u, TERM, {"the term c_u is left over.": -2 * r_u, "the term -2*r_u is left over.": c_u}),
    (left_over, -c_u * r_u, FACTOR, {"the factor c_u is left over.": -r_u, "the factor r_u is left over.": -c_u}),
    (left_over, c_u**2, FACTOR, {}),
    (
        left_over,
        -2 * c_u * r_u,
        FACTOR,
        {
            "the factor 2 is left over.": -c_u * r_u,
            "the factor c_u is left over.": -2 * r_u,
            "the factor r_u is left over.": -2 * c_u,
        },
    ),
    (
        densities,
        KL(q(x[0]), p_theta(x[0])),
        WHICH,
        {"the two densities of the KL divergence are swapped.": KL(p_theta(x[0]), q(x[0]))},
    ),
    (densities, LOG(PRIOR), WHICH, {"the log of p(x[T]) is taken once too often.": PRIOR}),
]
for make, kind, other in ((Sum, "sum", "product"), (Product, "product", "sum")):
    swapped = Product if make is Sum else Sum
    WORDED += [
        (
            ranges,
            make(alpha[s], (s, 2, T)),
            RANGE,
            {
                f"the {kind} begins at 2 in the place of 3.": make(alpha[s], (s, 3, T)),
                f"the {kind} begins at 2 in the place of 1.": make(alpha[s], (s, 1, T)),
                f"the {kind} ends at T in the place of T + 1.": make(alpha[s], (s, 2, T + 1)),
                f"the {kind} ends at T in the place of T - 1.": make(alpha[s], (s, 2, T - 1)),
                f"a {kind} in the place of a {other}.": swapped(alpha[s], (s, 2, T)),
            },
        )
    ]


@pytest.mark.parametrize("kind, typed, hint, said", WORDED, ids=[f"{row[0].__name__} {row[1]}" for row in WORDED])
def test_what_is_said(kind, typed, hint, said):
    found = list(kind(typed))
    assert {name: make() for name, _, make in found} == said
    hints = {name: text for name, text, _ in found}
    assert all(hint in text or name.startswith("a ") and text.startswith(WHICH) for name, text in hints.items())


def test_the_log_of_a_density_may_be_missing():
    ((name, hint, make),) = [row for row in densities(PRIOR) if " in the place of " not in row[0]]
    assert (name, make()) == ("the log of p(x[T]) is missing.", LOG(PRIOR)) and hint.startswith(WHICH)


def undone(expr, wanted=x_u, whole=True):
    return {change.name: change.make() for change in changes(expr, wanted, whole)}


LATE, EARLY, LAST = (
    "all times are one step too late.",
    "all times are one step too early.",
    "T in the place of t, everywhere.",
)
MOVED = [  # an expression, and what it is with all its times moved
    (
        alpha[t] * x[t - 1] + T,
        {LATE: alpha[t - 1] * x[t - 2] + T, EARLY: alpha[t + 1] * x[t] + T, LAST: alpha[t] * x[t - 1] + t},
    ),
    (alpha[T] * h_u, {LAST: alpha[t] * h_u}),
    (alpha[1] * h_u, {}),
    (LOG(q(x[t]) / PRIOR), {LATE: LOG(q(x[t - 1]) / PRIOR), EARLY: LOG(q(x[t + 1]) / PRIOR)}),
]


@pytest.mark.parametrize("typed, moved", MOVED, ids=[str(row[0]) for row in MOVED])
def test_all_times_are_moved_where_all_is_there(typed, moved):
    found = undone(typed)
    assert {name: found[name] for name in (LATE, EARLY, LAST) if name in found} == moved
    assert not {LATE, EARLY, LAST} & undone(typed, whole=False).keys()


SWAPPED = [
    (
        c_u * dr_u + r_u,
        {
            "c_u and r_u are swapped.": r_u * dr_u + c_u,
            "c_u and dr_u are swapped.": c_u * dr_u + r_u,
            "dr_u and r_u are swapped.": c_u * r_u + dr_u,
            "c_u with r_u and dc_u with dr_u: they are swapped.": r_u * dc_u + c_u,
        },
    ),
    (
        c_i * r_next + r_i,
        {
            "c_i and r_i are swapped.": r_i * r_next + c_i,
            "c_i and r_next are swapped.": c_i * r_next + r_i,
            "r_i and r_next are swapped.": c_i * r_i + r_next,
            "c_i with c_next and r_i with r_next: they are swapped.": c_next * r_i + r_next,
            "c_i with r_i and c_next with r_next: they are swapped.": r_i * c_next + c_i,
        },
    ),
    (alpha[t] - alpha[t - 1] ** 2, {"alpha[t] and alpha[t - 1] are swapped.": alpha[t - 1] - alpha[t] ** 2}),
    (alpha[t] - beta[1] ** 2 * h_u, {}),
    (x[t] - x[0] * h_u, {"x[0] and x[t] are swapped.": x[0] - x[t] * h_u}),
]


@pytest.mark.parametrize("typed, swapped", SWAPPED, ids=[str(row[0]) for row in SWAPPED])
def test_what_may_be_swapped(typed, swapped):
    found = {
        name.replace("alpha[t - 1] and alpha[t]", "alpha[t] and alpha[t - 1]"): new
        for name, new in undone(typed).items()
    }
    assert {name: new for name, new in found.items() if name.endswith("swapped.") and new != typed} == {
        name: new for name, new in swapped.items() if new != typed
    }


def test_what_may_be_missing():
    wanted, term, other = dr_u * (c_u + h_u) * epsilon, 3 * V_u, f_u
    scales = [base**n for base in (c_u, dr_u, h_u, c_u + h_u) for n in (1, HALF, -1, -HALF)]
    factors = {2, HALF, epsilon, *scales, *(base**n for base in (c_u, dr_u, h_u) for n in (2, -2))}
    found = [c for c in changes(term - other, wanted) if "is missing" in c.name]
    made = {c.make(): c for c in found}
    places = {f: {f * (term - other), f * term - other, term - f * other} for f in factors}
    ends = {term - other + sign * more for sign in (1, -1) for more in (dr_u * c_u * epsilon, dr_u * h_u * epsilon)}
    assert made.keys() == set().union(ends, *places.values())
    assert {c.hint[-17:] for new, c in made.items() if new not in ends} == {"factor by factor."}
    assert {(c.name, c.hint[-13:]) for new, c in made.items() if new in ends} == {
        ("a term is missing; those that are there are right.", "term by term.")
    }
    assert max(c.rank for new, c in made.items() if new not in ends) < min(made[new].rank for new in ends)
    named = {
        "a factor 2 is missing.": 2 * (term - other),
        "a factor dr_u**2 is missing before f_u.": term - other * dr_u**2,
        "a division by sqrt(c_u) is missing of 3*V_u.": term / sqrt(c_u) - other,
        "a division by c_u + h_u is missing.": (term - other) / (c_u + h_u),
    }
    assert {name: made[new].name for name, new in named.items()} == {name: name for name in named}


def test_what_may_be_missing_of_densities():
    found = {c.name: c.make() for c in changes(LOG(q(x[t])), LOG(PRIOR)) if "is missing" in c.name}
    assert found["a factor p(x[T]) is missing before q(x[t])."] == LOG(q(x[t]) * PRIOR)
    assert found["a division by q(x[t - 1] | x[0]) is missing of q(x[t])."] == LOG(q(x[t]) / q(x[t - 1] | x[0]))
    assert found["a factor 1/2 is missing."] == LOG(q(x[t])) / 2
    given = {PRIOR, q(x[0]), q(x[1] | x[0]), q(x[T] | x[0]), q(x[t] | x[0]), q(x[t - 1] | x[0])}
    factors = {2, HALF, *given, *(1 / density for density in given)}
    terms = {LOG(q(x[t])) + LOG(PRIOR), LOG(q(x[t])) - LOG(PRIOR), LOG(LOG(q(x[t])))}
    assert set(found.values()) - terms == {f * LOG(q(x[t])) for f in factors} | {LOG(f * q(x[t])) for f in factors}


def test_a_change_is_made_in_one_place_and_none_within_densities_indices_and_limits():
    typed = c_u * Sum(alpha[s] * h_u, (s, 1, T)) + LOG(q(x[t]))
    found = {change.make() for change in changes(typed, x_u)}
    assert c_u * Sum(alpha[s] * sqrt(h_u), (s, 1, T)) + LOG(q(x[t])) in found
    assert c_u * Sum(alpha[s] * h_u, (s, 2, T)) + LOG(q(x[t])) in found
    assert c_u * Sum(alpha[s] * h_u, (s, 1, T)) + LOG(q(x[t - 1])) in found
    assert not any(new.has(alpha[s**2], alpha[sqrt(s)], sqrt(T), T**2, x[t**2]) for new in found)
    assert (c_u + h_u) * c_u**2 in {change.make() for change in changes((c_u + h_u) * c_u, x_u)}

"""Written answers to the problems of the chapter `score`, as in `written_answers`."""

from sympy import Eq, Rational, Symbol, simplify, sqrt

from ddpm.derivation.symbols import V_u, c_u, epsilon, h_u, r_u, score_u, x, x_u

RIGHT, OTHER_FORM, REFUSED, SLIPS = {}, {}, {}, {}

# 10.2

RIGHT["10.2"] = {
    "plain": (x_u + r_u**2 * score_u) / c_u,
    "both means by name": {"E_epsilon": -r_u * score_u, "E_x_0": (x_u + r_u**2 * score_u) / c_u},
    "the mean of the noise first": [-r_u * score_u, (x_u + r_u**2 * score_u) / c_u],
    "term by term": x_u / c_u + r_u * r_u / c_u * score_u,
    "equation": Eq(x[0], (x_u + r_u**2 * score_u) / c_u),
    "turned equation": Eq((x_u + r_u**2 * score_u) / c_u, x[0]),
    "steps": [(x_u - r_u * epsilon) / c_u, (x_u - r_u * (-r_u * score_u)) / c_u, (x_u + r_u**2 * score_u) / c_u],
    "symbols made by the reader": (Symbol("x_u") + Symbol("r_u") ** 2 * Symbol("score_u")) / Symbol("c_u"),
    "what was put in after it": [
        (x_u + r_u**2 * score_u) / c_u,
        Eq(x_u, c_u * x[0] + r_u * epsilon),
        Eq(epsilon, -r_u * score_u),
    ],
    "by way of the noise": [Eq(epsilon, -r_u * score_u), Eq(x[0], (x_u + r_u**2 * score_u) / c_u)],
    "taken out": r_u**2 / c_u * (score_u + x_u / r_u**2),
    "a negative exponent": c_u**-1 * (x_u - (-score_u) * r_u**2.0),
}
OTHER_FORM["10.2"] = {"not yet solved for E[x_0 | x_u]": Eq(c_u * x[0], x_u + r_u**2 * score_u)}
REFUSED["10.2"] = {
    "line 2 of answer_10_2 is not the mean of the noise": [(x_u + r_u**2 * score_u) / c_u, Eq(epsilon, r_u * score_u)],
    "still has epsilon in it": (x_u - r_u * epsilon) / c_u,
    "has x_0 in it": x[0],
    "says nothing of the mean of x_0": Eq(epsilon, -r_u * score_u),
    "line 1 of answer_10_2 is not true": [
        Eq(x_u, c_u * x[0] + r_u**2 * epsilon),
        (x_u + r_u**2 * score_u) / c_u,
    ],
    "answer_10_2 is not true": Eq(c_u * x[0], x_u - r_u**2 * score_u),
}
SLIPS["10.2"] = {
    "sign of the score is turned": (x_u - r_u**2 * score_u) / c_u,
    "r_u in the place of r_u^2.": (x_u + r_u * score_u) / c_u,
    "r_u in the place of r_u^2, and": (x_u - r_u * score_u) / c_u,
    "the score alone is added": (x_u + score_u) / c_u,
    "c_u is missing": x_u + r_u**2 * score_u,
    "multiplied by c_u": (x_u + r_u**2 * score_u) * c_u,
    "c_u^2 in the place": x_u / c_u**2 + r_u**2 * score_u / c_u**2,
    "divides x_u alone": x_u / c_u + r_u**2 * score_u,
    "divides the score alone": x_u + r_u**2 * score_u / c_u,
    "1 - c_u^2 in the place": (x_u + score_u - c_u**2 * score_u) / c_u,
    "as if there were no noise": x_u / c_u,
    "mean of the noise": Eq(x[0], -r_u * score_u),
    "divides the score twice": (x_u + r_u**2 * score_u / c_u) / c_u,
    "sign of Tweedie's formula": [Eq(epsilon, r_u * score_u), (x_u - r_u**2 * score_u) / c_u],
    "half of r_u^2": (x_u + Rational(1, 2) * r_u**2 * score_u) / c_u,
}

# 10.4

RIGHT["10.4"] = {
    "plain": r_u**2 / (1 - h_u / (2 * r_u**2)),
    "one fraction": 2 * r_u**4 / (2 * r_u**2 - h_u),
    "from the fixed point": 2 * h_u / (1 - (1 - h_u / r_u**2) ** 2),
    "multiplied out": 2 * h_u / (2 * h_u / r_u**2 - h_u**2 / r_u**4),
    "with a symbol for it": [
        Eq(V_u, (1 - h_u / r_u**2) ** 2 * V_u + 2 * h_u),
        Eq(V_u, 2 * r_u**4 / (2 * r_u**2 - h_u)),
    ],
    "the equation after it": [
        2 * h_u / (1 - (1 - h_u / r_u**2) ** 2),
        Eq(V_u, (1 - h_u / r_u**2) ** 2 * V_u + 2 * h_u),
    ],
    "an equation on the way": [
        Eq(2 * h_u, V_u * (1 - (1 - h_u / r_u**2) ** 2)),
        2 * h_u / (1 - (1 - h_u / r_u**2) ** 2),
    ],
    "steps": [2 * h_u / (1 - (1 - h_u / r_u**2) ** 2), simplify(2 * h_u / (1 - (1 - h_u / r_u**2) ** 2))],
    "decimals": r_u**2 / (1 - 0.5 * h_u / r_u**2),
    "symbols made by the reader": Symbol("r_u") ** 2 / (1 - Symbol("h_u") / (2 * Symbol("r_u") ** 2)),
}
OTHER_FORM["10.4"] = {
    "still has V_u in it": (1 - h_u / r_u**2) ** 2 * V_u + 2 * h_u,
    "not yet solved for the variance at rest": Eq(V_u, (1 - h_u / r_u**2) ** 2 * V_u + 2 * h_u),
}
REFUSED["10.4"] = {
    "line 1 of answer_10_4 is not true": [
        Eq(V_u, (1 - h_u / r_u**2) * V_u + 2 * h_u),
        Eq(V_u, 2 * r_u**4 / (2 * r_u**2 - h_u)),
    ],
}
SLIPS["10.4"] = {
    "1 - a^2 in the place": 2 * h_u / (1 - (1 - h_u**2 / r_u**4)),
    "brackets are missing": r_u**2 / (1 - h_u / 2 * r_u**2),
    "h_u: the 2 is missing": Eq(h_u / (1 - (1 - h_u / r_u**2) ** 2), simplify(h_u / (1 - (1 - h_u / r_u**2) ** 2))),
    "as if the steps did no harm": r_u**2,
    "first order in h_u alone": r_u**2 * (1 + h_u / (2 * r_u**2)),
    "sign of h_u is turned": r_u**2 / (1 + h_u / r_u**2 / 2),
    "2 below h_u is missing": r_u**4 / (r_u**2 - h_u),
    "score of N(0, 1) was used": 2 / (2 - h_u),
    "compared with 1": 2 * r_u**2 / (2 - h_u),
    "not squared in its variance": 2 * r_u**2,
    "noise has variance h_u": h_u / (1 - (1 - h_u / r_u**2) ** 2),
    "the h_u of the noise is squared": 2 * h_u**2 / (1 - (1 - h_u / r_u**2) ** 2),
    "that of two steps": 2 * h_u / (1 - (1 - 2 * h_u / r_u**2) ** 2),
    "its standard deviation, as": sqrt(2 * h_u) / (1 - (1 - h_u / r_u**2) ** 2),
    "r_u in the place of r_u^2 in the score": 2 * h_u / (1 - (1 - h_u / r_u) ** 2),
    "standard deviation at rest": sqrt(2 * r_u**4 / (2 * r_u**2 - h_u)),
    "what one step adds": 2 * h_u,
    "h_u is added, without its half": r_u**2 + h_u,
    "what one step makes": (1 - h_u / r_u**2) ** 2 * r_u**2 + 2 * h_u,
    "over that of the target": 1 / (1 - h_u / (2 * r_u**2)),
}

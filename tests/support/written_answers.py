"""Written answers as readers type them: right ones in different forms, right ones in another form than asked for,
and slips with a part
of the name that the check must give. None is made from the formulas of the checks.
"""

import importlib
from fractions import Fraction

import numpy as np
import sympy as sp
import written_answers_score
from sympy import Eq, Rational, Symbol, exp

from ddpm.derivation.chain import Chain
from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.induction import Induction
from ddpm.derivation.statement import Law
from ddpm.derivation.symbols import (
    C,
    I,
    Product,
    SquaredNorm,
    Sum,
    T,
    alpha,
    alpha_bar,
    as_written,
    beta,
    beta_tilde,
    epsilon,
    epsilon_t,
    epsilon_theta,
    family,
    log,
    mu_theta,
    mu_tilde,
    s,
    sigma,
    sqrt,
    t,
    x,
)
from ddpm.grading.written import typed  # noqa: F401  (as in a notebook, which imports the check before an answer is typed)

RIGHT, OTHER_FORM, NO_DERIVATION, SLIPS, MEASURED = {}, {}, {}, {}, {}


class Made:
    """An answer that is made when it is asked for: chains are proved as they are written, which takes seconds."""

    def __init__(self, make):
        self.make = make


class Answers(dict):
    """Answers to a problem by what is special about them."""

    def __getitem__(self, words):
        answer = super().__getitem__(words)
        return answer.make() if isinstance(answer, Made) else answer

    def values(self):
        return map(self.__getitem__, self)

    def items(self):
        return zip(self, self.values())


# 1.1

MEASURED["1.1"] = {
    "mean_0": np.ones(3),
    "deviation_0": np.zeros(3),
    "mean_1": [0.0001, 0.0016, -0.001],
    "deviation_1": [0.998, 0.998, 0.996],
    "same_noise_1": -0.002,
    "mean_almost_1": 0.0306,
    "half_gone": 1358,
}
EXTREMES = {
    "mean_0": [1, 1, 1],
    "deviation_0": [0, 0, 0],
    "mean_1": [0, 0, 0],
    "deviation_1": [1, 1, 1],
    "same_noise_1": 0,
    "mean_almost_1": 0.03,
    "half_gone": 1386,
}
RIGHT["1.1"] = {
    "rows": EXTREMES,
    "one number for a row": {
        "mean_0": 1,
        "deviation_0": 0,
        "mean_1": 0,
        "deviation_1": 1,
        "same_noise_1": 0,
        "mean_almost_1": 0.0316,
        "half_gone": 1400,
    },
    "SymPy": EXTREMES
    | {"mean_almost_1": sqrt(Rational(1, 1000)), "half_gone": sp.ceiling(2 * log(2) / -log(Rational(999, 1000)))},
    "NumPy": {key: np.array(value, np.float32) for key, value in EXTREMES.items()},
    "in order, without keys": [1, 0, 0, 1, 0, Fraction(3, 100), 1300],
    "a function": lambda: EXTREMES,
}
SLIPS["1.1"] = {
    "swapped": EXTREMES | {"mean_0": 0, "deviation_0": 1, "mean_1": 1, "deviation_1": 0},
    "black image": EXTREMES | {"mean_0": 0},
    "at variance 0 noise is added": EXTREMES | {"deviation_0": [0.5, 0.7, 1]},
    "stays below the noise": EXTREMES | {"mean_1": 1},
    "fades step by step": EXTREMES | {"mean_1": [0.7, 0.3, 0]},
    "variances add up": EXTREMES | {"deviation_1": [1, 1.41, 1.73]},
    "no noise: black": EXTREMES | {"deviation_1": 0},
    "stay the same": EXTREMES | {"same_noise_1": 1},
    "exactly 0": EXTREMES | {"half_gone": float("inf")},
    "root is missing": EXTREMES | {"half_gone": 693},
    "500 times": EXTREMES | {"half_gone": 500},
    "almost 1 was taken for exactly 1": EXTREMES | {"mean_almost_1": 0},
    "1 - beta_t in the place of its root": EXTREMES | {"mean_almost_1": 0.001},
    "nearly whole": EXTREMES | {"mean_almost_1": 0.999},
}

# 1.4

MEAN, REST = sqrt(alpha_bar[t]) * x[0], 1 - alpha_bar[t]
n = Symbol("n")
M, V = family("M", "M"), family("V", "V")


def by_induction(name, first, recurrence, claim):
    return Induction(family(name, name), first, recurrence, claim)


RIGHT["1.4"] = {
    "Normal": Normal(x[t], MEAN, REST),
    "an equation on the way": [Eq(x[t] - MEAN, sqrt(REST) * epsilon), Normal(x[t], MEAN, REST)],
    "an equation after it": [Normal(x[t], MEAN, REST), Eq(epsilon, (x[t] - MEAN) / sqrt(REST))],
    "a step, then solved": [
        Eq(x[t] - sqrt(alpha[t]) * x[t - 1], sqrt(beta[t]) * epsilon_t[t]),
        MEAN + sqrt(REST) * epsilon,
    ],
    "Normal of an image": Normal(x[t], MEAN, REST, "I"),
    "draw": sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon,
    "draw with a minus and powers": alpha_bar[t] ** 0.5 * x[0] - (1 - alpha_bar[t]) ** 0.5 * epsilon_t[t],
    "pair": (MEAN, REST),
    "dictionary": {"mean": x[0] * sqrt(alpha_bar[t]), "variance": -alpha_bar[t] + 1},
    "equation for the density": Eq(q(x[t] | x[0]), Normal(x[t], MEAN, REST)),
    "equation for the draw": Eq(x[t], MEAN + sqrt(REST) * epsilon),
    "law": Law(MEAN, REST),
    "density as a formula": exp(-((x[t] - MEAN) ** 2) / (2 * REST)) / sqrt(2 * sp.pi * REST),
    "pair of equations": [Eq(family("M", "M")[t], MEAN), Eq(Symbol("v"), REST)],
    "products written out": (Product(sqrt(1 - beta[s]), (s, 1, t)) * x[0], 1 - Product(alpha[s], (s, 1, t))),
    "index of one's own": Normal(x[t], sqrt(Product(alpha[n], (n, 1, t))) * x[0], 1 - Product(1 - beta[n], (n, 1, t))),
    "noise of every step": (MEAN, Sum(beta[s] * alpha_bar[t] / alpha_bar[s], (s, 1, t))),
    "one step after the closed form": sqrt(alpha[t])
    * (sqrt(alpha_bar[t - 1]) * x[0] + sqrt(1 - alpha_bar[t - 1]) * epsilon)
    + sqrt(beta[t]) * epsilon_t[t],
    "steps": [
        sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon_t[t],
        sqrt(alpha[t]) * (sqrt(alpha[t - 1]) * x[t - 2] + sqrt(beta[t - 1]) * epsilon_t[t - 1])
        + sqrt(beta[t]) * epsilon_t[t],
        MEAN + sqrt(REST) * epsilon,
    ],
    "three steps": [
        sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon_t[t],
        sqrt(alpha[t] * alpha[t - 1]) * x[t - 2]
        + sqrt(alpha[t] * beta[t - 1]) * epsilon_t[t - 1]
        + sqrt(beta[t]) * epsilon_t[t],
        sqrt(alpha[t] * alpha[t - 1] * alpha[t - 2]) * x[t - 3]
        + sqrt(alpha[t] * alpha[t - 1] * beta[t - 2]) * epsilon_t[t - 2]
        + sqrt(alpha[t] * beta[t - 1]) * epsilon_t[t - 1]
        + sqrt(beta[t]) * epsilon_t[t],
        MEAN + sqrt(REST) * epsilon,
    ],
    "small t first": [
        Normal(x[1], sqrt(alpha[1]) * x[0], beta[1]),
        Normal(x[2], sqrt(alpha[1] * alpha[2]) * x[0], 1 - alpha[1] * alpha[2]),
        Normal(x[t], MEAN, REST),
    ],
    "small t as draws": [
        Eq(x[1], sqrt(alpha[1]) * x[0] + sqrt(beta[1]) * epsilon_t[1]),
        Eq(x[2], sqrt(alpha[2]) * x[1] + sqrt(beta[2]) * epsilon_t[2]),
        Eq(x[t], MEAN + sqrt(REST) * epsilon),
    ],
    "unrolled": MEAN + Sum(sqrt(beta[s] * alpha_bar[t] / alpha_bar[s]) * epsilon_t[s], (s, 1, t)),
    "unrolled, the last noise turned": MEAN
    + Sum(sqrt(beta[s] * alpha_bar[t] / alpha_bar[s]) * epsilon_t[s], (s, 1, t))
    - 2 * sqrt(beta[t]) * epsilon_t[t],
    "unrolled backward": MEAN
    + Sum(sqrt(beta[t - s] * alpha_bar[t] / alpha_bar[t - s]) * epsilon_t[t - s], (s, 0, t - 1)),
    "unrolled, the last step apart": MEAN
    + sqrt(beta[t]) * epsilon_t[t]
    + sqrt(alpha_bar[t]) * Sum(sqrt(beta[s] / alpha_bar[s]) * epsilon_t[s], (s, 1, t - 1)),
    "induction typed": [
        Eq(M[0], 1),
        Eq(V[0], 0),
        Eq(M[t], sqrt(alpha[t]) * M[t - 1]),
        Eq(V[t], alpha[t] * V[t - 1] + 1 - alpha[t]),
        Eq(M[t], sqrt(alpha_bar[t])),
        Eq(V[t], 1 - alpha_bar[t]),
    ],
    "induction and draw": [
        Eq(M[t], sqrt(alpha[t]) * M[t - 1]),
        Eq(V[t], alpha[t] * V[t - 1] + beta[t]),
        Eq(M[t], sqrt(alpha_bar[t])),
        Eq(V[t], REST),
        Eq(x[t], M[t] * x[0] + sqrt(V[t]) * epsilon),
    ],
    "step as a density": [
        Eq(q(x[t] | x[t - 1]), Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t])),
        Eq(q(x[t] | x[0]), Normal(x[t], MEAN, REST)),
    ],
    "identity matrix": Normal(x[t], MEAN, REST * I),
    "SymPy's I": (MEAN, REST * sp.I),
    "variance line by line": [alpha[t] * (1 - alpha_bar[t - 1]) + beta[t], REST, MEAN],
    "NumPy's root": np.sqrt(alpha_bar[t]) * x[0] + np.sqrt(1 - alpha_bar[t]) * epsilon,
    "index on epsilon": sqrt(alpha_bar[t]) * x[0] + sqrt(REST) * epsilon[t],
    "remarks": ["guess", Normal(x[t], MEAN, REST), "and prove"],
    "standard deviation by name": {"mean": MEAN, "std": sqrt(REST)},
    "inductions": Made(
        lambda: [
            by_induction("m", 1, lambda k, m: sqrt(alpha[k]) * m, lambda k: sqrt(alpha_bar[k])),
            by_induction("v", 0, lambda k, v: alpha[k] * v + 1 - alpha[k], lambda k: 1 - alpha_bar[k]),
        ]
    ),
    "the variance first": (REST, MEAN),
    "mean and noise": (MEAN, sqrt(REST) * epsilon),
    "spread by name": {"mean": MEAN, "spread": sqrt(REST)},
    "sigma by name": {"mu": MEAN, "sigma": sqrt(REST)},
    "its square by name": {"mu": MEAN, "sigma^2": REST},
    "a remark as an equation after it": [Normal(x[t], MEAN, REST), Eq(beta[t], 1 - alpha[t])],
    "numbered names": {"step 1": REST, "step 2": MEAN},
    "the covariance by name": {"mu": MEAN, "Sigma": REST * I},
    "what alpha_bar and beta are": [
        Eq(beta[t], 1 - alpha[t]),
        Eq(alpha_bar[t], Product(alpha[s], (s, 1, t))),
        Eq(alpha_bar[t], alpha[t] * alpha_bar[t - 1]),
        Normal(x[t], MEAN, REST),
    ],
    "the factor first": [
        Eq(alpha[t] * (1 - alpha_bar[t - 1]) + beta[t], REST),
        Eq(sqrt(alpha[t]) * sqrt(alpha_bar[t - 1]), sqrt(alpha_bar[t])),
        Normal(x[t], MEAN, REST),
    ],
    "two chains": Made(
        lambda: [
            Chain(sqrt(alpha[t]) * sqrt(alpha_bar[t - 1]) * x[0]).step(MEAN, "product"),
            Chain(alpha[t] * (1 - alpha_bar[t - 1]) + 1 - alpha[t]).step(REST, "product"),
        ]
    ),
    "chain": Made(
        lambda: Chain(q(x[t] | x[0])).step(
            Normal(x[t], MEAN, REST), "", using={q(x[t] | x[0]): Normal(x[t], MEAN, REST)}
        )
    ),
}
OTHER_FORM["1.4"] = {
    "yet solved for x_t": Eq(x[t] - MEAN, sqrt(REST) * epsilon),
    "is a true equation": Eq((x[t] - MEAN) / sqrt(REST), epsilon),
    "mean of q(x_t | x_0)": MEAN,
    "What is the mean": 1 - alpha_bar[t],
    "factor of x_0": (sqrt(alpha_bar[t]), REST),
    "in line 2, the factor of x_0": (REST, sqrt(alpha_bar[t])),
    "says nothing yet": [Eq(alpha_bar[t], alpha[t] * alpha_bar[t - 1]), Eq(beta[t], 1 - alpha[t])],
    "x[t - 1] is still in it": sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon_t[t],
}
SLIPS["1.4"] = {
    "x_{t-1} in the place of x_0": Normal(x[t], sqrt(alpha_bar[t]) * x[t - 1], REST),
    "begins at 2": (sqrt(Product(alpha[s], (s, 2, t))) * x[0], 1 - Product(alpha[s], (s, 2, t))),
    "x**2 / 2 * v": exp(-((x[t] - MEAN) ** 2) / 2 * REST) / sqrt(2 * sp.pi * REST),
    "itself adds is missing": [Eq(alpha[t] * (1 - alpha_bar[t - 1]), REST), Normal(x[t], MEAN, REST)],
    "deviation belongs: it is squared once more": Eq(x[t] - MEAN, REST * epsilon),
    "step t itself adds is missing": (MEAN, alpha[t] * (1 - alpha_bar[t - 1])),
    "is not shrunk by step t": (MEAN, 1 - alpha_bar[t - 1] + beta[t]),
    "shrunk by sqrt(alpha_t)": (MEAN, sqrt(alpha[t]) * (1 - alpha_bar[t - 1]) + beta[t]),
    "beta_t in the place of its root": [
        sqrt(alpha[t]) * x[t - 1] + beta[t] * epsilon_t[t],
        MEAN + sqrt(REST) * epsilon,
    ],
    "alpha_t in the place of its root": Eq(x[t] - alpha[t] * x[t - 1], sqrt(beta[t]) * epsilon_t[t]),
    "shrunk by alpha_t^2": alpha[t] * (sqrt(alpha_bar[t - 1]) * x[0] + sqrt(1 - alpha_bar[t - 1]) * epsilon)
    + sqrt(beta[t]) * epsilon_t[t],
    "product of beta": Normal(x[t], sqrt(Product(beta[s], (s, 1, t))) * x[0], 1 - Product(beta[s], (s, 1, t))),
    "1 - the cumulative product of beta": (sqrt(1 - Product(beta[s], (s, 1, t))) * x[0], REST),
    "without its square root in the mean": alpha_bar[t] * x[0] + sqrt(REST) * epsilon,
    "standard deviation where the variance": Normal(x[t], MEAN, sqrt(REST)),
    "squared once more.": {"mean": MEAN, "spread": REST},
    "1 + alpha_bar_t": Normal(x[t], MEAN, 1 + alpha_bar[t]),
    "squared once more": (MEAN, REST * epsilon),
    "variance where the standard deviation": MEAN + REST * epsilon,
    "one step alone": Normal(x[t], sqrt(alpha[t]) * x[t - 1], beta[t]),
    "mean of one step": Normal(x[t], sqrt(alpha[t]) * x[0], beta[t]),
    "beta_t, the variance of one step": (MEAN, beta[t]),
    "sum of the betas": (MEAN, Sum(beta[s], (s, 1, t))),
    "one step too few": Normal(x[t], sqrt(alpha_bar[t - 1]) * x[0], 1 - alpha_bar[t - 1]),
    "mixed up": sqrt(1 - alpha_bar[t]) * x[0] + sqrt(alpha_bar[t]) * epsilon,
    "alpha_bar_t in the place of 1 - alpha_bar_t": MEAN + sqrt(alpha_bar[t]) * epsilon,
    "not scaled": x[0] + sqrt(REST) * epsilon,
    "1 - sqrt(alpha_bar_t)": Normal(x[t], MEAN, 1 - sqrt(alpha_bar[t])),
    "1 - sqrt(alpha_bar_t))^2": MEAN + (1 - sqrt(alpha_bar[t])) * epsilon,
    "sum of the betas: the noise": MEAN + Sum(sqrt(beta[s]) * epsilon_t[s], (s, 1, t)),
    "standard deviation": [Normal(x[1], sqrt(alpha[1]) * x[0], sqrt(beta[1])), Normal(x[t], MEAN, REST)],
    "without its square root": Normal(x[t], alpha_bar[t] * x[0], sqrt(REST)),
    "in the end only": Normal(x[t], 0, 1),
    "mean.\nthe standard deviation": {"mean": alpha_bar[t] * x[0], "variance": sqrt(REST)},
    "factor before the exponential": exp(-((x[t] - MEAN) ** 2) / (2 * REST)),
    "are swapped: the variance stands": Normal(x[t], REST, MEAN),
    "are swapped: the mean stands": {"mean": REST, "variance": MEAN},
    "one epsilon for two steps": sqrt(alpha[t]) * (sqrt(alpha_bar[t - 1]) * x[0] + sqrt(1 - alpha_bar[t - 1]) * epsilon)
    + sqrt(beta[t]) * epsilon,
}

# 2.1

L = E_q(-log(p_theta(x[0:T]) / q(x[1:T] | x[0])))
STEP, REVERSE = q(x[t] | x[t - 1]), p_theta(x[t - 1] | x[t])
STEPS = -log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T))
with as_written():
    WRITTEN_STEPS = E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T)))
    PRODUCTS = E_q(-log(p(x[T]) * Product(REVERSE, (t, 1, T)) / Product(STEP, (t, 1, T))))
NO_DERIVATION["2.1"] = {
    "as in the problem set": E_q(STEPS),
    "as written": WRITTEN_STEPS,
    "logs apart, fraction turned over": E_q(Sum(log(STEP) - log(REVERSE), (t, 1, T)) - log(p(x[T]))),
    "minus in front": -E_q(log(p(x[T])) + Sum(log(REVERSE / STEP), (t, 1, T))),
    "expectations term by term": -E_q(log(p(x[T]))) + Sum(E_q(log(STEP / REVERSE)), (t, 1, T)),
    "another index": E_q(-log(p(x[T])) - Sum(log(p_theta(x[s - 1] | x[s]) / q(x[s] | x[s - 1])), (s, 1, T))),
    "index of one's own": E_q(-log(p(x[T])) - Sum(log(p_theta(x[n - 1] | x[n]) / q(x[n] | x[n - 1])), (n, 1, T))),
    "sum from 0": E_q(-log(p(x[T])) - Sum(log(p_theta(x[s] | x[s + 1]) / q(x[s + 1] | x[s])), (s, 0, T - 1))),
    "first step apart": E_q(
        -log(p(x[T])) - log(p_theta(x[0] | x[1]) / q(x[1] | x[0])) - Sum(log(REVERSE / STEP), (t, 2, T))
    ),
    "equation": Eq(L, E_q(STEPS)),
    "equation with a name": Eq(Symbol("L"), E_q(STEPS)),
    "two forms of it": [L, WRITTEN_STEPS, E_q(STEPS)],
    "a chain without a step between": Made(lambda: Chain(L).step(E_q(STEPS), "log")),
}
RIGHT["2.1"] = {name: [PRODUCTS, result] for name, result in list(NO_DERIVATION["2.1"].items())[:5]} | {
    "with 0 on a side": [Eq(p_theta(x[0:T]) - p(x[T]) * Product(REVERSE, (t, 1, T)), 0), PRODUCTS, E_q(STEPS)],
    "steps": [L, PRODUCTS, E_q(STEPS)],
    "with a remark": [L, "the Markov property", PRODUCTS, E_q(STEPS)],
    "p_theta of the start": [PRODUCTS, E_q(-log(p_theta(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T)))],
    "brackets as on paper": [PRODUCTS, E_q[-log(p(x[T])) - Sum(log(REVERSE / STEP), t, 1, T)]],
    "log of a fraction first": [L, E_q(log(q(x[1:T] | x[0])) - log(p_theta(x[0:T]))), E_q(STEPS)],
    "what was put in after it": [
        PRODUCTS,
        E_q(STEPS),
        Eq(p_theta(x[0:T]), p(x[T]) * Product(REVERSE, (t, 1, T))),
    ],
    "steps with reasons": [(L, "definition"), (PRODUCTS, "step by step"), (E_q(STEPS), "the log of a product")],
    "chain": Made(lambda: Chain(L).step(PRODUCTS, "step by step").step(E_q(STEPS), "log")),
}
OTHER_FORM["2.1"] = {
    "is a true equation, but": Eq(0, L - E_q(STEPS)),
    "density of a whole path": L,
    "product": PRODUCTS,
    "KL divergences": E_q(
        KL(q(x[T] | x[0]), p(x[T]))
        + Sum(KL(q(x[t - 1] | (x[t], x[0])), REVERSE), (t, 2, T))
        - log(p_theta(x[0] | x[1]))
    ),
    "with q(": E_q(-log(p(x[T])) - Sum(log(REVERSE / q(x[t] | (x[t - 1], x[0]))), (t, 1, T))),
    "not yet solved": Eq(L - E_q(STEPS), 0),
}
SLIPS["2.1"] = {
    "divided by T": E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T)) / T),
    "q(x_{0:T}) in the place": E_q(-log(p_theta(x[0:T]) / q(x[0:T]))),
    "x_0 is missing behind the bar": E_q(-log(p_theta(x[0:T]) / q(x[1:T]))),
    "quotient of the logs": [PRODUCTS, E_q(-log(p(x[T])) - Sum(log(REVERSE) / log(STEP), (t, 1, T)))],
    "p_theta end at T - 1": E_q(-log(p(x[T]) * Product(REVERSE, (t, 1, T - 1)) / Product(STEP, (t, 1, T)))),
    "L compares the model with q": E_q(-log(p(x[T])) - Sum(log(q(x[t - 1] | x[t]) / STEP), (t, 1, T))),
    "upside down": E_q(-log(p(x[T])) - Sum(log(STEP / REVERSE), (t, 1, T))),
    "sign of log p(x_T)": E_q(log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T))),
    "all signs": E_q(log(p(x[T])) + Sum(log(REVERSE / STEP), (t, 1, T))),
    "log p(x_T) is missing": -E_q(Sum(log(REVERSE / STEP), (t, 1, T))),
    "begins at t = 2": [L, E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 2, T)))],
    "ends at T - 1": E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T - 1))),
    "expectation is missing": STEPS,
    "a product in the place of the sum": E_q(-log(p(x[T])) - Product(log(REVERSE / STEP), (t, 1, T))),
    "steps of q are missing": E_q(-log(p(x[T])) - Sum(log(REVERSE), (t, 1, T))),
    "where q(x_t | x_{t-1}) belongs": Eq(L, E_q(-log(p(x[T])) - Sum(log(REVERSE / q(x[t - 1] | x[t])), (t, 1, T)))),
    "counts T times": E_q(-Sum(log(p(x[T]) * REVERSE / STEP), (t, 1, T))),
    "one step alone": E_q(-log(p(x[T])) - log(REVERSE / STEP)),
    "reverse process steps back": E_q(-log(p(x[T])) - Sum(log(p_theta(x[t] | x[t - 1]) / STEP), (t, 1, T))),
    "what L bounds": E_q(-log(p_theta(x[0]))),
    "log of a mean": [PRODUCTS, -log(E_q(p(x[T]) * Product(REVERSE / STEP, (t, 1, T))))],
    "stands around a part": -log(p(x[T]))
    - Sum(log(REVERSE / STEP), (t, 1, T - 1))
    + E_q(-log(p_theta(x[T - 1] | x[T]) / q(x[T] | x[T - 1]))),
    "q(x_T) in the place": E_q(-log(q(x[T])) - Sum(log(REVERSE / STEP), (t, 1, T))),
}

# 2.2a

POSTERIOR, NOW, BEFORE = q(x[t - 1] | (x[t], x[0])), q(x[t] | x[0]), q(x[t - 1] | x[0])
JOINT = q(x[t - 1], x[t], x[0]) / q(x[t - 1], x[0])
NO_DERIVATION["2.2a"] = {
    "as in the problem set": POSTERIOR * NOW / BEFORE,
    "another order behind the bar": NOW / BEFORE * q(x[t - 1] | (x[0], x[t])),
    "equation": Eq(STEP, POSTERIOR * NOW / BEFORE),
    "equation, sides swapped": Eq(POSTERIOR * NOW / BEFORE, STEP),
    "exponential of logs": exp(log(POSTERIOR) + log(NOW) - log(BEFORE)),
    "power": POSTERIOR * NOW * BEFORE**-1,
    "from what is given": [STEP, POSTERIOR * NOW / BEFORE],
    "from right to left": [POSTERIOR * NOW / BEFORE, STEP],
}
RIGHT["2.2a"] = {name: [JOINT, result] for name, result in list(NO_DERIVATION["2.2a"].items())[:4]} | {
    "in logs": [Eq(log(STEP), log(POSTERIOR) + log(NOW) - log(BEFORE)), POSTERIOR * NOW / BEFORE],
    "bar as on paper": [q(x[t] | x[t - 1], x[0]), POSTERIOR * NOW / BEFORE],
    "joint given": [q(x[t - 1], x[t] | x[0]) / BEFORE, POSTERIOR * NOW / BEFORE],
    "path given": [q(x[t - 1 : t] | x[0]) / BEFORE, POSTERIOR * NOW / BEFORE],
    "steps": [q(x[t] | (x[t - 1], x[0])), JOINT, POSTERIOR * NOW / BEFORE],
    "from right to left": [POSTERIOR * NOW / BEFORE, JOINT, STEP],
    "chain": Made(
        lambda: (
            Chain(STEP, where={t: 2}).step(JOINT, "definition").step(POSTERIOR * NOW / BEFORE, "the other way round")
        )
    ),
}
OTHER_FORM["2.2a"] = {
    "is a true equation": Eq(log(STEP * BEFORE), log(POSTERIOR * NOW)),
    "q(x[t] | x[t - 1]) in it": STEP,
    "q(x[t] | (x[t - 1], x[0])) in it": q(x[t] | (x[t - 1], x[0])),
    "x[0]) in it": JOINT,
    "Asked for are": POSTERIOR * q(x[t], x[0]) / q(x[t - 1], x[0]),
    "not yet solved": Eq(STEP * BEFORE, POSTERIOR * NOW),
    "with q(x[t] | x[t - 1]) in it": [JOINT, STEP],
}
SLIPS["2.2a"] = {
    "two marginals are swapped": Eq(POSTERIOR * BEFORE / NOW, q(x[t - 1], x[t] | x[0]) * BEFORE / NOW**2),
    "the marginal q(x_t | x_0)": [Eq(STEP, NOW), POSTERIOR * NOW / BEFORE],
    "marginal above the line": POSTERIOR * q(x[t]) / BEFORE,
    "marginal below the line": POSTERIOR * NOW / q(x[t - 1]),
    "holds it already": q(x[t - 1], x[t] | x[0]) * NOW / BEFORE,
    "x_0 is missing below the line": q(x[t - 1], x[t], x[0]) / q(x[t - 1]),
    "marginals are swapped": POSTERIOR * BEFORE / NOW,
    "divisor q(x_{t-1} | x_0) is missing": POSTERIOR * NOW,
    "factor q(x_t | x_0) is missing": Eq(STEP, POSTERIOR / BEFORE),
    "posterior alone": POSTERIOR,
    "missing in the posterior": q(x[t - 1] | x[t]) * NOW / BEFORE,
    "missing in the marginals": POSTERIOR * q(x[t]) / q(x[t - 1]),
    "turned over": BEFORE / POSTERIOR / NOW,
    "posterior of the model": REVERSE * NOW / BEFORE,
    "both marginals": [STEP, POSTERIOR * NOW * BEFORE],
}

# 2.2b

PRIOR_TERM, TERM, FIRST = KL(q(x[T] | x[0]), p(x[T])), KL(POSTERIOR, REVERSE), log(p_theta(x[0] | x[1]))
NO_DERIVATION["2.2b"] = {
    "as in the problem set": E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    "expectations term by term": E_q(PRIOR_TERM) + Sum(E_q(TERM), (t, 2, T)) - E_q(FIRST),
    "another order": -E_q(FIRST - PRIOR_TERM - Sum(TERM, (t, 2, T))),
    "another index": E_q(PRIOR_TERM + Sum(KL(q(x[s - 1] | (x[0], x[s])), p_theta(x[s - 1] | x[s])), (s, 2, T)) - FIRST),
    "sum from 1": E_q(
        PRIOR_TERM + Sum(KL(q(x[n] | (x[n + 1], x[0])), p_theta(x[n] | x[n + 1])), (n, 1, T - 1)) - FIRST
    ),
    "equation": Eq(L, E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST)),
    "equation from 2.1": Eq(E_q(STEPS), E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST)),
    "from the sum over steps": [L, E_q(STEPS), E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST)],
    "chain": Made(lambda: Chain(L).step(E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST), "all at once")),
}
TURNED = E_q(-log(p(x[T]) / q(x[T] | x[0])) - Sum(log(REVERSE / POSTERIOR), (t, 2, T)) - FIRST)
RIGHT["2.2b"] = {name: [TURNED, result] for name, result in list(NO_DERIVATION["2.2b"].items())[:4]} | {
    "the collapsed sum cited": [
        Eq(Sum(log(BEFORE / NOW), (t, 2, T)), log(q(x[1] | x[0]) / q(x[T] | x[0]))),
        TURNED,
        E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    ],
    "Bayes from t = 2": [
        E_q(STEPS),
        E_q(-log(p(x[T])) - Sum(log(REVERSE * BEFORE / (POSTERIOR * NOW)), (t, 2, T)) - FIRST + log(q(x[1] | x[0]))),
        E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    ],
    "p_theta of the start": [TURNED, E_q(KL(q(x[T] | x[0]), p_theta(x[T])) + Sum(TERM, (t, 2, T)) - FIRST)],
    "Bayes' rule cited": [
        Eq(STEP, POSTERIOR * NOW / BEFORE),
        TURNED,
        E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    ],
    "the divergence at t = 2 kept apart": [
        TURNED,
        E_q(PRIOR_TERM + TERM.subs(t, 2) + Sum(TERM, (t, 3, T)) - FIRST),
    ],
    "the first step kept apart": [
        E_q(STEPS),
        E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 2, T)) + log(q(x[1] | x[0])) - FIRST),
        E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    ],
    "steps": [
        E_q(STEPS),
        E_q(-log(p(x[T]) / q(x[T] | x[0])) - Sum(log(REVERSE / POSTERIOR), (t, 2, T)) - FIRST),
        E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    ],
}
OTHER_FORM["2.2b"] = {
    "no KL divergence": E_q(-log(p(x[T]) / q(x[T] | x[0])) - Sum(log(REVERSE / POSTERIOR), (t, 2, T)) - FIRST),
    "no KL divergence in it": E_q(STEPS),
    "outside of a KL": E_q(-log(p(x[T]) / q(x[T] | x[0])) + Sum(TERM, (t, 2, T)) - FIRST),
    "whole path": E_q(-log(p_theta(x[0])) + KL(q(x[1:T] | x[0]), p_theta(x[1:T] | x[0]))),
}
SLIPS["2.2b"] = {
    "x_t is missing in the posterior": E_q(PRIOR_TERM + Sum(KL(BEFORE, REVERSE), (t, 2, T)) - FIRST),
    "multiplies p(x_T)": E_q(-log(p(x[T]) * q(x[T] | x[0])) - Sum(log(REVERSE / POSTERIOR), (t, 2, T)) - FIRST),
    "still stands below": E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST + log(q(x[1] | x[0]))),
    "upside down": E_q(
        -log(p(x[T])) - Sum(log(REVERSE * NOW / (POSTERIOR * BEFORE)), (t, 2, T)) - FIRST + log(q(x[1] | x[0]))
    ),
    "L_0 has the wrong sign": E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) + FIRST),
    "is missing.": E_q(PRIOR_TERM + Sum(TERM, (t, 2, T))),
    "L_T = KL(q(x_T | x_0) || p(x_T)) is missing": E_q(Sum(TERM, (t, 2, T)) - FIRST),
    "of the steps are the wrong way round": E_q(PRIOR_TERM + Sum(KL(REVERSE, POSTERIOR), (t, 2, T)) - FIRST),
    "all KL divergences are the wrong way round": E_q(
        KL(p(x[T]), q(x[T] | x[0])) + Sum(KL(REVERSE, POSTERIOR), (t, 2, T)) - FIRST
    ),
    "of the steps stand with a minus": E_q(PRIOR_TERM - Sum(TERM, (t, 2, T)) - FIRST),
    "begins at t = 1": E_q(PRIOR_TERM + Sum(TERM, (t, 1, T)) - FIRST),
    "ends at T - 1": [L, E_q(PRIOR_TERM + Sum(TERM, (t, 2, T - 1)) - FIRST)],
    "missing in the posterior": E_q(PRIOR_TERM + Sum(KL(q(x[t - 1] | x[t]), REVERSE), (t, 2, T)) - FIRST),
    "missing in L_T": E_q(KL(q(x[T]), p(x[T])) + Sum(TERM, (t, 2, T)) - FIRST),
    "one step alone": E_q(PRIOR_TERM + TERM - FIRST),
    "Bayes' rule is used where": [
        E_q(-log(p(x[T])) - Sum(log(REVERSE * BEFORE / (POSTERIOR * NOW)), (t, 1, T))),
        E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST),
    ],
    "begins at t = 1 and L_0 is left out": E_q(
        -log(p(x[T]) / q(x[T] | x[0])) - Sum(log(REVERSE / POSTERIOR), (t, 1, T))
    ),
    "around a part alone": PRIOR_TERM + Sum(TERM, (t, 2, T)) + E_q(-FIRST),
    "L_T stands with a minus": E_q(-PRIOR_TERM + Sum(TERM, (t, 2, T)) + FIRST),
    "half of the log ratio": E_q(-log(p(x[T])) + Sum(TERM, (t, 2, T)) - FIRST),
    "log p_theta(x_0) in the place": E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - log(p_theta(x[0]))),
    "expectation is missing": PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST,
}

# 3.1

NOISED = sqrt(alpha_bar[t]) * x[0] + sqrt(1 - alpha_bar[t]) * epsilon
MU = mu_tilde(t, x[t], x[0])
FORMULA = sqrt(alpha_bar[t - 1]) * beta[t] / REST * x[0] + sqrt(alpha[t]) * (1 - alpha_bar[t - 1]) / REST * x[t]
X_0 = (x[t] - sqrt(REST) * epsilon) / sqrt(alpha_bar[t])
ANSWER = (x[t] - beta[t] / sqrt(REST) * epsilon) / sqrt(alpha[t])
HALF = 1 / (2 * sigma[t] ** 2)
RIGHT["3.1"] = {
    "as in the problem set": 1 / sqrt(alpha[t]) * (x[t] - beta[t] / sqrt(1 - alpha_bar[t]) * epsilon),
    "multiplied out, alpha alone": x[t] / sqrt(alpha[t])
    - (1 - alpha[t]) * epsilon / sqrt(alpha[t] - alpha[t] * alpha_bar[t]),
    "decimal powers": (x[t] - beta[t] * epsilon * (1 - alpha_bar[t]) ** -0.5) * alpha[t] ** -0.5,
    "not tidied up": sqrt(alpha_bar[t - 1]) * beta[t] / REST * X_0
    + sqrt(alpha[t]) * (1 - alpha_bar[t - 1]) / REST * x[t],
    "equation": Eq(MU, ANSWER),
    "x_0 by its name": {"x_0": X_0, "mean": ANSWER},
    "equation with a name": Eq(Symbol("my mean"), ANSWER),
    "beta by alpha_bar": (x[t] - (1 - alpha_bar[t] / alpha_bar[t - 1]) / sqrt(REST) * epsilon)
    * sqrt(alpha_bar[t - 1] / alpha_bar[t]),
    "loss": E_noise(HALF * SquaredNorm(ANSWER - mu_theta(x[t], t))) + C,
    "loss, x_t written out for the network": C + E_q(SquaredNorm(ANSWER - mu_theta(NOISED, t)) / (2 * sigma[t] ** 2)),
    "what was put in after it": [ANSWER, Eq(x[0], X_0)],
    "loss of one draw": (mu_theta(x[t], t) - ANSWER) ** 2 / 2 / sigma[t] ** 2,
    "C inside of the expectation": E_noise(HALF * SquaredNorm(ANSWER - mu_theta(x[t], t)) + C),
    "steps": [MU, FORMULA, FORMULA.subs(x[0], X_0), ANSWER],
    "chain": Made(
        lambda: Chain(MU).step(FORMULA, "formula", using={MU: FORMULA}).step(ANSWER, "x_0 put in", using={x[0]: X_0})
    ),
}
OTHER_FORM["3.1"] = {
    "still contains mu_tilde_t": MU,
    "contains mu_tilde_t. Put": [MU, Eq(x[0], X_0)],
    "contains mu_tilde_t": E_q(HALF * SquaredNorm(MU - mu_theta(x[t], t))) + C,
    "no epsilon in it": FORMULA,
    "with x_t and epsilon alone": (NOISED - beta[t] / sqrt(REST) * epsilon) / sqrt(alpha[t]),
    "has x_0 in it": C
    + E_q(
        SquaredNorm((NOISED - beta[t] / sqrt(REST) * epsilon) / sqrt(alpha[t]) - mu_theta(NOISED, t))
        / (2 * sigma[t] ** 2)
    ),
    "remove x_0": sqrt(alpha_bar[t - 1]) * beta[t] / REST * x[0]
    + sqrt(alpha[t]) * (1 - alpha_bar[t - 1]) / REST * NOISED
    + x[t]
    - NOISED,
}
SLIPS["3.1"] = {
    "means are added": E_noise(HALF * SquaredNorm(ANSWER + mu_theta(x[t], t))) + C,
    "network sees x_0": E_noise(HALF * SquaredNorm(ANSWER - mu_theta(x[0], t))) + C,
    "not the mean of x_{t-1}": Eq(x[0], X_0),
    "bars are missing": FORMULA.subs(x[0], (x[t] - sqrt(beta[t]) * epsilon) / sqrt(alpha[t])),
    "without dividing by sqrt(alpha_bar_t)": FORMULA.subs(x[0], x[t] - sqrt(REST) * epsilon),
    "sqrt(alpha_bar_t) below x_t alone": FORMULA.subs(x[0], x[t] / sqrt(alpha_bar[t]) - sqrt(REST) * epsilon),
    "sign of the noise": (x[t] + beta[t] / sqrt(REST) * epsilon) / sqrt(alpha[t]),
    "sqrt(beta_t) in the place": (x[t] - sqrt(beta[t] / REST) * epsilon) / sqrt(alpha[t]),
    "without its square root": (x[t] - beta[t] / REST * epsilon) / sqrt(alpha[t]),
    "1 - alpha_bar_t is missing": (x[t] - beta[t] * epsilon) / sqrt(alpha[t]),
    "1 / sqrt(alpha_t) is missing": x[t] - beta[t] / sqrt(REST) * epsilon,
    "multiplied by sqrt(alpha_t)": sqrt(alpha[t]) * (x[t] - beta[t] / sqrt(REST) * epsilon),
    "alpha_bar_t in the place of alpha_t": (x[t] - beta[t] / sqrt(REST) * epsilon) / sqrt(alpha_bar[t]),
    "only the noise of step t": Eq(MU, (x[t] - sqrt(beta[t]) * epsilon) / sqrt(alpha[t])),
    "that is x_0": X_0,
    "before x_t alone": x[t] / sqrt(alpha[t]) - beta[t] / sqrt(REST) * epsilon,
    "epsilon_t, the noise of step t alone": (x[t] - beta[t] / sqrt(REST) * epsilon_t[t]) / sqrt(alpha[t]),
    "network's prediction": (x[t] - beta[t] / sqrt(REST) * epsilon_theta(x[t], t)) / sqrt(alpha[t]),
    "that is a draw of x_{t-1}": ANSWER + sigma[t] * epsilon_t[t],
    "beta_tilde_t in the place": (x[t] - beta_tilde[t] / sqrt(REST) * epsilon) / sqrt(alpha[t]),
    "1/2 is missing": E_noise(SquaredNorm(ANSWER - mu_theta(x[t], t)) / sigma[t] ** 2) + C,
    "sigma_t in the place": E_noise(SquaredNorm(ANSWER - mu_theta(x[t], t)) / (2 * sigma[t])) + C,
    "root is missing": [MU, FORMULA, FORMULA.subs(x[0], (x[t] - sqrt(REST) * epsilon) / alpha_bar[t])],
}

# 3.2

GUESS = epsilon_theta(x[t], t)
WEIGHT = beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t] * (1 - alpha_bar[t]))
MODEL = (x[t] - beta[t] / sqrt(REST) * GUESS) / sqrt(alpha[t])
RIGHT["3.2"] = {
    "as in the problem set": E_noise(WEIGHT * SquaredNorm(epsilon - epsilon_theta(NOISED, t))) + C,
    "x_t short": E_q(WEIGHT * SquaredNorm(epsilon - GUESS)) + C,
    "weight and error": (WEIGHT, SquaredNorm(epsilon - GUESS)),
    "error and weight": {"error": (GUESS - epsilon) ** 2, "factor": beta[t] / sqrt(alpha[t] * REST), "weight": WEIGHT},
    "weight before the expectation": C + WEIGHT * E_noise(SquaredNorm(GUESS - epsilon)),
    "one fraction": sp.together(C + WEIGHT * E_noise(SquaredNorm(GUESS - epsilon))),
    "without C": E_noise(WEIGHT * (epsilon - GUESS) ** 2),
    "one draw": WEIGHT * (epsilon - GUESS) ** 2,
    "weight alone": (1 - alpha[t]) ** 2 / (alpha[t] - alpha[t] * alpha_bar[t]) / sigma[t] ** 2 / 2,
    "weight and loss": (0.5 * beta[t] ** 2 / (sigma[t] ** 2 * alpha[t] * REST), WEIGHT * SquaredNorm(epsilon - GUESS)),
    "dictionary": {"weight": WEIGHT, "loss": WEIGHT * (GUESS - epsilon) ** 2},
    "multiplied out": E_noise(sp.expand(WEIGHT * (epsilon - GUESS) ** 2)) + C,
    "network without t": WEIGHT * SquaredNorm(epsilon - epsilon_theta(x[t])),
    "C inside of the expectation": E_noise(WEIGHT * SquaredNorm(epsilon - GUESS) + C),
    "the difference of the means first": [
        ANSWER - MODEL,
        beta[t] / sqrt(alpha[t] * REST) * (GUESS - epsilon),
        E_noise(WEIGHT * SquaredNorm(epsilon - GUESS)),
    ],
    "the factor first": [-beta[t] / sqrt(alpha[t] * REST), WEIGHT],
    "the factor, then its square": {
        "factor": beta[t] / sqrt(alpha[t] * REST),
        "squared": beta[t] ** 2 / (alpha[t] * REST),
        "weight": WEIGHT,
    },
    "the model after it": [WEIGHT, Eq(mu_theta(x[t], t), MODEL)],
    "equations first": [
        Eq(ANSWER - MODEL, beta[t] / sqrt(alpha[t] * REST) * (GUESS - epsilon)),
        Eq(beta[t] ** 2 / (alpha[t] * REST) / (2 * sigma[t] ** 2), WEIGHT),  # to SymPy it is True
        WEIGHT,
    ],
    "both means first": [ANSWER, MODEL, ANSWER - MODEL, WEIGHT],
    "the model's mean first": [MODEL, E_noise(WEIGHT * SquaredNorm(epsilon - GUESS)) + C],
    "a name for the weight": [
        Eq(family("w", "w")[t], WEIGHT),
        E_noise(family("w", "w")[t] * SquaredNorm(epsilon - GUESS)) + C,
    ],
    "C on the other side": Eq(Symbol("L") - C, E_noise(WEIGHT * SquaredNorm(epsilon - GUESS))),
    "L with an index": Eq(family("L", "L")[t - 1] - C, E_noise(WEIGHT * SquaredNorm(epsilon - GUESS))),
    "equation": Eq(
        E_noise(HALF * SquaredNorm(MU - mu_theta(x[t], t))) + C, E_noise(WEIGHT * SquaredNorm(epsilon - GUESS)) + C
    ),
    "steps": [
        E_noise(HALF * SquaredNorm(ANSWER - MODEL)),
        E_noise(HALF * SquaredNorm(beta[t] / sqrt(alpha[t] * REST) * (GUESS - epsilon))),
        E_noise(WEIGHT * SquaredNorm(epsilon - GUESS)),
    ],
    "chain": Made(
        lambda: Chain(E_noise(HALF * SquaredNorm(ANSWER - mu_theta(x[t], t)))).step(
            E_noise(WEIGHT * SquaredNorm(epsilon - GUESS)), "put in", using={mu_theta(x[t], t): MODEL}
        )
    ),
}
OTHER_FORM["3.2"] = {
    "contains mu_tilde": E_q(HALF * SquaredNorm(MU - MODEL)),
    "contains mu_theta": E_noise(HALF * SquaredNorm(ANSWER - mu_theta(x[t], t))) + C,
    "x_t still stands outside": E_noise(HALF * SquaredNorm(ANSWER - MODEL)) + C,
    "but another integrand": E_noise(WEIGHT * (SquaredNorm(epsilon - GUESS) + epsilon**2 - 1)) + C,
    "inside of the norm": E_noise(HALF * SquaredNorm(beta[t] / sqrt(alpha[t] * REST) * (epsilon - GUESS))) + C,
}
SLIPS["3.2"] = {
    "brackets are missing": beta[t] ** 2 / 2 * sigma[t] ** 2 * alpha[t] * (1 - alpha_bar[t]),
    "brackets are missing below": beta[t] ** 2 / (2 * sigma[t] ** 2) * alpha[t] * (1 - alpha_bar[t]),
    "what stands behind a /": beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t]) * (1 - alpha_bar[t]),
    "the noise of step t alone": E_noise(WEIGHT * SquaredNorm(epsilon_t[t] - GUESS)) + C,
    "x_0 in the place of epsilon": E_noise(WEIGHT * SquaredNorm(x[0] - GUESS)) + C,
    "squared norm is squared once more": E_noise(WEIGHT * SquaredNorm(epsilon - GUESS) ** 2) + C,
    "the simple loss": [SquaredNorm(epsilon - GUESS), WEIGHT * SquaredNorm(epsilon - GUESS)],
    "that is the simple loss": SquaredNorm(epsilon - GUESS),
    "weight is missing": (WEIGHT, E_noise(SquaredNorm(epsilon - GUESS))),
    "the factor 1/2 is missing.": (2 * WEIGHT, SquaredNorm(epsilon - GUESS)),
    "stands inside of the norm": E_noise(SquaredNorm(WEIGHT * (epsilon - GUESS))) + C,
    "1 - alpha_t^2": WEIGHT * (1 - alpha[t] ** 2) / beta[t] ** 2,
    "t - 1 in the place of t": beta[t - 1] ** 2 / (2 * sigma[t - 1] ** 2 * alpha[t - 1] * (1 - alpha_bar[t - 1])),
    "1/2 is missing": beta[t] ** 2 / (sigma[t] ** 2 * alpha[t] * REST),
    "beta_t in the place of beta_t^2.": beta[t] / (sigma[t] ** 2 * alpha[t] * REST),
    "beta_t in the place of beta_t^2": beta[t] / (2 * sigma[t] ** 2 * alpha[t] * REST) * SquaredNorm(epsilon - GUESS),
    "sigma_t in the place": beta[t] ** 2 / (2 * sigma[t] * alpha[t] * REST),
    "sigma_t^2 is missing": beta[t] ** 2 / (2 * alpha[t] * REST),
    "sqrt(alpha_t) in the place": (
        beta[t] ** 2 / (2 * sigma[t] ** 2 * sqrt(alpha[t]) * REST),
        WEIGHT * SquaredNorm(epsilon - GUESS),
    ),
    "alpha_t is missing": beta[t] ** 2 / (2 * sigma[t] ** 2 * REST),
    "alpha_bar_t in the place of alpha_t": beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha_bar[t] * REST),
    "sqrt(1 - alpha_bar_t) in the place": beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t] * sqrt(REST)),
    "alpha_t in the place of 1 - alpha_bar_t": beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t] ** 2),
    "1 - alpha_bar_{t-1}": beta[t] ** 2 / (2 * sigma[t] ** 2 * alpha[t] * (1 - alpha_bar[t - 1])),
    "not squared at all": E_noise(beta[t] / (2 * sigma[t] ** 2 * sqrt(alpha[t] * REST)) * SquaredNorm(epsilon - GUESS))
    + C,
    "simple loss": E_noise(SquaredNorm(epsilon - GUESS)),
    "weight of the loss on the mean": E_noise(HALF * SquaredNorm(epsilon - GUESS)) + C,
    "sigma_t^2 = beta_t was put in": beta[t] / (2 * alpha[t] * REST) * (epsilon - GUESS) ** 2,
    "added": WEIGHT * (epsilon + GUESS) ** 2,
    "sign is turned": -WEIGHT * (epsilon - GUESS) ** 2,
    "sees x_0": E_noise(WEIGHT * SquaredNorm(epsilon - epsilon_theta(x[0], t))),
}

# What is refused with a reason, though it agrees in many worlds or at many points

P4 = (t - 1) * (t - 2) * (t - 3) * (t - 4)
REFUSED = {
    "1.4": {
        "line 2 of answer_1_4 is not true": [Normal(x[t], MEAN, REST), Eq(beta[t], alpha[t])],
        "is in x[t - 1] already": sqrt(alpha[t]) * x[t - 1] + sqrt(beta[t]) * epsilon_t[t - 1],
        "not independent": sqrt(alpha[t] / 2) * x[t - 1]
        + sqrt(alpha[t] * alpha[t - 1] / 2) * x[t - 2]
        + sqrt(beta[t]) * epsilon_t[t],
        "is not the variance": Normal(x[t], MEAN, REST * (1 + P4)),
        "is not true": [
            Eq(M[t], alpha[t] * M[t - 1]),
            Eq(V[t], alpha[t] * V[t - 1] + beta[t]),
            Eq(M[t], sqrt(alpha_bar[t])),
            Eq(V[t], REST),
        ],
        "is not the variance of": Eq(Normal(x[t], MEAN, REST), Normal(x[t], MEAN, sqrt(REST))),
        "is not the mean": {"mean": REST, "variance": MEAN},
        "And line 2 of answer_1_4 is not the variance": [
            Eq(Symbol("mean"), 2 * MEAN),
            Eq(Symbol("variance"), 3 * REST),
        ],
        "And the variance of answer_1_4": Normal(x[t], 2 * MEAN, 3 * REST),
    },
    "2.1": {
        "write p(x[T])": [PRODUCTS, E_q(-log(p(x[T] | x[0])) - Sum(log(REVERSE / STEP), (t, 1, T)))],
        "line 1 of answer_2_1 is not true": [Eq(p_theta(x[0:T]), p(x[T]) * Product(REVERSE, (t, 2, T))), PRODUCTS],
        "T as a number": [PRODUCTS, E_q(STEPS) * (1 + P4.subs(t, T))],
        "is not L": [PRODUCTS, E_q(STEPS + x[1] ** 2 - x[1])],
        "is not L.": [PRODUCTS, E_q(STEPS) - Sum(E_q(log(REVERSE)), (t, 4, T))],
        "write E_q": [PRODUCTS, E_noise(STEPS)],
        "states up to x[6] apart": [
            PRODUCTS,
            E_q(STEPS) + E_q(log(q(x[T] | x[0]))) - Sum(E_q(log(q(x[T] | x[0]))), (t, 9, 9)),
        ],
        "which does not exist: a path": [E_q(-log(p_theta(x[0 : T + 1]) / q(x[1:T] | x[0]))), E_q(STEPS)],
        "which does not exist: the first step": [PRODUCTS, E_q(-log(p(x[T])) - Sum(log(REVERSE / STEP), (t, 0, T)))],
    },
    "2.2a": {
        "is a density, for each pair": E_q(POSTERIOR * NOW / BEFORE),
        "is not q(x_t | x_{t-1})": POSTERIOR * NOW / BEFORE * (1 + P4.subs(t, t + 1)),
        "has no density": [JOINT, POSTERIOR * NOW / BEFORE * q(x[0] | (x[1], x[0])) / q(x[0] | x[0])],
    },
    "2.2b": {
        "write p(x[T])": [TURNED, E_q(KL(q(x[T] | x[0]), p(x[T] | x[0])) + Sum(TERM, (t, 2, T)) - FIRST)],
        "holds": [TURNED, E_q(PRIOR_TERM + Sum(TERM, (t, 2, T)) - FIRST) * (1 + P4.subs(t, T))],
    },
    "3.1": {
        "has C in it; to mu_tilde_t": ANSWER + C,
        "line 1 of answer_3_1 is not true": [Eq(x[0], (x[t] + sqrt(REST) * epsilon) / sqrt(alpha_bar[t])), ANSWER],
        "is not mu_tilde_t": ANSWER * (1 + P4),
        "is not the loss": (mu_theta(x[t], t) - ANSWER) ** 2 / 2 / sigma[t] ** 2 * (1 + P4),
    },
    "3.2": {
        "has C in it; to the weight": WEIGHT + C,
        "constant that is added": WEIGHT * E_noise(SquaredNorm(epsilon - GUESS) + C),
        "is not the weight": WEIGHT * (1 + P4),
        "is not the loss": E_noise(WEIGHT * SquaredNorm(epsilon - GUESS)) * (1 + P4),
    },
}

# 4.2

MEASURED["4.2"] = {
    "mean_first": 541.2,
    "noise_first": 0.31,
    "eager": 1.33,
    "jit_small": 1.02,
    "jit_large": 1.55,
    "gradient": 0.95,
}
SPEEDS = {"mean_first": 300, "noise_first": 0.3, "eager": 1.4, "jit_small": 1, "jit_large": 1.5, "gradient": 1}
RIGHT["4.2"] = {
    "plain": SPEEDS,
    "rough": SPEEDS | {"mean_first": 60, "noise_first": 0.9, "jit_large": 1.3, "jit_small": 1.2},
    "SymPy": {key: Rational(str(value)) for key, value in SPEEDS.items()},
    "fractions": SPEEDS | {"jit_large": Fraction(3, 2), "gradient": Fraction(16, 16)},
    "NumPy": {key: np.float32(value) for key, value in SPEEDS.items()},
    "texts": {key: str(value) for key, value in SPEEDS.items()},
}
SLIPS["4.2"] = {
    "arrays were counted": dict.fromkeys(SPEEDS, 1.5),
    "operations on a pixel": dict.fromkeys(SPEEDS, 2),
    "equal work": dict.fromkeys(SPEEDS, 1),
    "whatever is timed": dict.fromkeys(SPEEDS, 1.3),
    "folklore": {
        "mean_first": 500,
        "noise_first": 100,
        "eager": 100,
        "jit_small": 50,
        "jit_large": 100,
        "gradient": 100,
    },
    "upside down": {key: 1 / value for key, value in SPEEDS.items()},
    "percentages": {key: 100 * value for key, value in SPEEDS.items()},
    "runs second": SPEEDS | {"mean_first": 0.01, "noise_first": 50},
    "no difference": SPEEDS | {"mean_first": 1.4, "noise_first": 1.4},
    "bound by memory": SPEEDS | {"jit_small": 1.5},
    "cost the same": SPEEDS | {"jit_large": 1},
    "widen the difference": SPEEDS | {"gradient": 2},
}

# 5.2

MEASURED["5.2"] = {
    "middle_T": 0.003,
    "retraced": "no",
    "spread_1": "larger",
    "best_error": 2e-7,
    "cause": "network at 1",
    "why_it_generates": "aims anew",
}
SEEN = {
    "middle_T": 0,
    "retraced": "no",
    "spread_1": "larger",
    "best_error": 0,
    "cause": "network at 1",
    "why_it_generates": "aims anew",
}
RIGHT["5.2"] = {
    "plain": SEEN,
    "other words": SEEN | {"retraced": False, "spread_1": "Greater", "cause": "Network  at 1"},
    "SymPy": SEEN | {"middle_T": Rational(1, 10), "retraced": sp.false},
    "NumPy": SEEN | {"middle_T": np.float64(-0.05), "retraced": np.bool_(False), "best_error": np.zeros(1)},
    "in order, without keys": list(SEEN.values()),
    "a function": lambda: SEEN,
}
SLIPS["5.2"] = {
    "retrace the forward one": SEEN | {"retraced": "yes"},
    "retrace": SEEN | {"why_it_generates": "retraces"},
    "left in x_T": SEEN | {"why_it_generates": "x_T remembers"},
    "where the forward chain ends": SEEN | {"middle_T": 0.55},
    "belong to the method": SEEN | {"best_error": 0.1},
    "start was taken": SEEN | {"cause": "start"},
    "stay in the sample": SEEN | {"cause": "fresh noise"},
    "add up": SEEN | {"cause": "all steps alike"},
    "first step back": SEEN | {"cause": "network at T"},
    "to cancel": SEEN | {"why_it_generates": "errors cancel"},
    "spread alike": SEEN | {"spread_1": "equal"},
    "cleaner": SEEN | {"spread_1": "smaller"},
}


for chapter in (written_answers_score,):
    RIGHT |= chapter.RIGHT
    OTHER_FORM |= chapter.OTHER_FORM
    REFUSED |= getattr(chapter, "REFUSED", {})
    SLIPS |= chapter.SLIPS
for table in (RIGHT, NO_DERIVATION, OTHER_FORM):
    table |= {number: Answers(answers) for number, answers in table.items()}


def check_of(number: str):
    """The check of the written answer to a problem."""
    name = f"check_answer_{number.replace('.', '_')}"
    chapters = (
        "forward_extremes",
        "closed_form",
        "likelihood_to_kl",
        "mean_to_noise",
        "mean_or_noise_timing",
        "train_and_observe",
        "score",
    )
    modules = [importlib.import_module(f"ddpm.chapters.{chapter}.exercises") for chapter in chapters]
    return next(getattr(module, name) for module in modules if hasattr(module, name))

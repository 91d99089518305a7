"""The exercises in code: a grid even in a root of the noise, and the steps of trailing spacing."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

ROOT_HINT = "Which function of the noise is even? Write its values down first, then go back to the noise."
COUNT_HINT = "N steps have N + 1 ends. Which i belongs to the last?"
ORDER_HINT = "Sampling begins where there is most noise."


def karras_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 142))
    return [
        (float(rng.uniform(5, 90)), float(rng.uniform(0.002, 0.5)), 3 + i, float(rng.uniform(1.5, 9)))
        for i in range(12)
    ]


def _sigmas(
    forth=lambda s, rho: s ** (1 / rho),
    back=lambda y, rho: y**rho,
    part=lambda N: np.arange(N + 1) / N,
    ends=lambda high, low: (high, low),
    more=lambda sigmas: sigmas,
):
    """The grid with one of its parts replaced."""

    def of(sigma_max, sigma_min, N, rho):
        begin, end = ends(forth(sigma_max, rho), forth(sigma_min, rho))
        with np.errstate(over="ignore", invalid="ignore"):
            return more(back((1 - part(N)) * begin + part(N) * end, rho))

    return of


KARRAS = Compared(
    "karras_sigmas",
    "14.2",
    ("sigma_max", "sigma_min", "N", "rho"),
    karras_cases,
    _sigmas(),
    (
        Slip("the values rise: the ends are exchanged.", ORDER_HINT, _sigmas(ends=lambda high, low: (low, high))),
        Slip(
            "the powers are exchanged: rho before, 1 / rho after.",
            ROOT_HINT,
            _sigmas(lambda s, rho: s**rho, lambda y, rho: y ** (1 / rho)),
        ),
        Slip("even in the noise itself: that is rho = 1.", ROOT_HINT, _sigmas(lambda s, rho: s, lambda y, rho: y)),
        Slip("those are the roots: the last power is missing.", ROOT_HINT, _sigmas(back=lambda y, rho: y)),
        Slip(
            "no root is taken of the two ends before.",
            ROOT_HINT,
            _sigmas(lambda s, rho: s),
        ),
        Slip(
            "even in the log of the noise: that is the limit of large rho.",
            ROOT_HINT,
            _sigmas(lambda s, rho: np.log(s), lambda y, rho: np.exp(y)),
        ),
        Slip(
            "rho = 7 whatever rho is given.",
            "rho is an argument.",
            _sigmas(lambda s, rho: s ** (1 / 7), lambda y, rho: y**7),
        ),
        Slip(
            "N values, from the first to the last: those are N - 1 steps.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(N) / (N - 1)),
        ),
        Slip(
            "N values: sigma_min, the end of the last step, is missing.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(N) / N),
        ),
        Slip(
            "N values, and sigma_max, where sampling begins, is missing.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(1, N + 1) / N),
        ),
        Slip(
            "N + 1 in the denominator: sigma_min is not reached.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(N + 1) / (N + 1)),
        ),
        Slip(
            "N - 1 in the denominator, with N + 1 values: sigma_min is passed before the end.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(N + 1) / (N - 1)),
        ),
        Slip(
            "N + 2 values: those are N + 1 steps.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(N + 2) / (N + 1)),
        ),
        Slip(
            "a 0 is appended: here the last step ends at sigma_min.",
            COUNT_HINT,
            _sigmas(more=lambda sigmas: np.append(sigmas, 0.0)),
        ),
        Slip(
            "N values and a 0, as in the paper, where the last step leads to no noise. Here it ends at sigma_min.",
            COUNT_HINT,
            _sigmas(part=lambda N: np.arange(N) / (N - 1), more=lambda sigmas: np.append(sigmas, 0.0)),
        ),
    ),
)

STRIDE_HINT = "Where does the next step begin? Each step must end there, whatever T / N is."
ROUND_HINT = "T / N need not be whole. When is it to be rounded?"
ONE_HINT = "The paper's t runs from 1 to T, and 0 is the clean image."


def trailing_cases(seed: int) -> list[tuple]:
    """T and N; no T k / N ends in one half, where rounding could be done in two ways. Those that divide T come late."""
    rng, cases = np.random.default_rng((seed, 143)), []
    while len(cases) < 12:
        T, N = int(rng.integers(40, 301)), int(rng.integers(3, 16))
        if T >= 2 * N and T % N and N % 2:
            cases.append((T, N))
    return [*cases, (100, 10), (100, 5)]


def _t(T, N):
    return np.round(np.arange(N, 0, -1) * (T / N))


def _leading(T, N):
    return 1.0 + np.arange(N)[::-1] * (T // N)


LINSPACE = (  # at ties they round in different ways
    lambda T, N: 1 + np.round(np.linspace(0, T - 1, N))[::-1],
    lambda T, N: np.round(np.linspace(T, 1, N)),
    lambda T, N: np.floor(np.linspace(T, 1, N)),
)


def _pairs(t, last=0.0):
    return np.stack([t, np.append(t[1:], last)], 1)


def _slips(name, hint, *ways):
    """One slip that is made in several ways; each is a function (T, N) -> t."""
    return [Slip(name, hint, lambda T, N, way=way: _pairs(way(T, N))) for way in ways]


def _by_rounded(T, N):
    return T - np.arange(N + 1) * float(np.round(T / N))


TRAILING_PAIRS = Compared(
    "trailing_pairs",
    "14.3",
    ("T", "N"),
    trailing_cases,
    lambda T, N: _pairs(_t(T, N)),
    (
        Slip(
            "each step goes down by T // N whatever the next t is, so that it does not end where the next begins.",
            STRIDE_HINT,
            lambda T, N: np.stack([_t(T, N), np.maximum(_t(T, N) - T // N, 0)], 1),
        ),
        Slip(
            "the steps go down from T by T // N, so that they do not reach 0 where N does not divide T.",
            STRIDE_HINT,
            lambda T, N: _pairs(T - np.arange(N) * (T // N), T - N * (T // N)),
        ),
        Slip(
            "the steps go down from T by T // N, and the last is longer than the others.",
            ROUND_HINT,
            lambda T, N: _pairs(T - np.arange(N) * (T // N)),
        ),
        Slip(
            "t counts from 0: the first is T - 1, and the last step ends at -1.",
            ONE_HINT,
            lambda T, N: _pairs(_t(T, N)) - 1,
        ),
        Slip(
            "t counts from 0: the first is T - 1.",
            ONE_HINT,
            lambda T, N: _pairs(_t(T, N) - 1),
        ),
        Slip(
            "T / N is rounded before it is multiplied, so that the steps do not end at 0.",
            ROUND_HINT,
            lambda T, N: _pairs(_by_rounded(T, N)[:-1], _by_rounded(T, N)[-1]),
        ),
        Slip(
            "T / N is rounded before it is multiplied, and the last step makes up for it.",
            ROUND_HINT,
            lambda T, N: _pairs(_by_rounded(T, N)[:-1]),
        ),
        Slip(
            "T / N is rounded before it is multiplied, and what falls below 0 is set to 0.",
            ROUND_HINT,
            lambda T, N: np.maximum(_pairs(_by_rounded(T, N)[:-1], _by_rounded(T, N)[-1]), 0),
        ),
        Slip(
            "the steps are T // N long until 0 is reached: where N does not divide T these are more than N.",
            ROUND_HINT,
            lambda T, N: _pairs(np.arange(T, 0, -(T // N), dtype=float)),
        ),
        *_slips(
            "that is leading spacing: it begins below T.",
            "Trailing counts down from T.",
            _leading,
            lambda T, N: np.round(1 + np.arange(N)[::-1] * T / N),
        ),
        Slip(
            "that is leading spacing, and t counts from 0: it begins below T, and its last t is 0.",
            "Trailing counts down from T. The paper's t runs from 1 to T.",
            lambda T, N: _pairs(_leading(T, N) - 1),
        ),
        *_slips(
            "that is linspace: it visits t = 1 as well as T.",
            "Trailing counts down from T in steps of T / N. What is then its last t?",
            *LINSPACE,
        ),
        Slip(
            "rounded up and not to the nearest whole number.",
            "Which whole number is nearest?",
            lambda T, N: _pairs(np.ceil(np.arange(N, 0, -1) * (T / N) - 1e-9)),
        ),
        Slip(
            "rounded down and not to the nearest whole number.",
            "Which whole number is nearest?",
            lambda T, N: _pairs(np.floor(np.arange(N, 0, -1) * (T / N) + 1e-9)),
        ),
        Slip(
            "not rounded: t is a whole number.",
            "A network that was trained on t = 1, ..., T knows whole numbers.",
            lambda T, N: _pairs(np.arange(N, 0, -1) * (T / N)),
        ),
        Slip(
            "the rows rise: the first step is the last one.",
            "Sampling begins at T.",
            lambda T, N: _pairs(_t(T, N))[::-1],
        ),
        Slip(
            "in each row the two are exchanged.",
            "First where the step begins, then where it ends.",
            lambda T, N: _pairs(_t(T, N))[:, ::-1],
        ),
        Slip(
            "the second is the length of the step, and not the t that it leads to.",
            "Where does the step end?",
            lambda T, N: _pairs(_t(T, N)) @ np.array([[1, 1], [0, -1]]),
        ),
        Slip(
            "both are the t at which the step begins.",
            "Where does the step end?",
            lambda T, N: _pairs(_t(T, N))[:, [0, 0]],
        ),
        Slip(
            "both are the t at which the step ends.",
            "Where is the network asked?",
            lambda T, N: _pairs(_t(T, N))[:, [1, 1]],
        ),
        Slip(
            "the step to 0 is missing: there are N calls, and so N rows.",
            ONE_HINT,
            lambda T, N: _pairs(_t(T, N))[:-1],
        ),
        Slip(
            "the last step ends at 1 and not at the clean image.",
            ONE_HINT,
            lambda T, N: _pairs(_t(T, N), 1.0),
        ),
        Slip(
            "one row for the t and one for where they lead: the rows should be the steps.",
            "The shape is (N, 2).",
            lambda T, N: _pairs(_t(T, N)).T,
        ),
    ),
)


def check_karras_sigmas(student, seed: int | None = None) -> Verdict:
    """Check student(sigma_max, sigma_min, N, rho): N + 1 values, even in the root, falling."""
    return check(student, KARRAS, seed)


def check_trailing_pairs(student, seed: int | None = None) -> Verdict:
    """Check student(T, N): the pairs (t, t') of the N steps of trailing spacing, shape (N, 2)."""
    return check(student, TRAILING_PAIRS, seed)

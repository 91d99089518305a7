"""Problem 17.2: three variances, a library's scale and a number of calls, computed by hand before the machine does."""

from functools import partial

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, is_about, within_distance

NU, NU_K = 2.0, 0.8
RIGHT = {
    "scale": 6.5,
    "tilt": 1 / (2 / NU_K - 1 / NU),
    "ode": NU_K * (NU_K / NU),
    "sde": NU_K * (NU - NU_K * (NU_K / NU) ** 2) / (3 * (NU - NU_K)),
    "calls": 70,
    "narrowest": "ode",
}
NEAR = within_distance(0.0065)  # two digits, rounded or cut off
WHOLE = within_distance(0.01)
TILT_HINT = (
    "Gaussians are multiplied by adding their 1 / variance. Which factor stands before each, and with which sign?"
)
POWER_HINT = "Is nu_k / nu above 1 or below? And which power does it get?"
SCALE_HINT = "Write eps + g (eps_k - eps) as eps_k + w (eps_k - eps): what stands before eps in both?"
CALLS_HINT = "A step without guidance asks the network once. And one with guidance?"
_is = partial(is_about, within=0.006)

PROBLEM_17_2 = Predictions(
    "answer_17_2",
    "17.2",
    {
        "scale": Number("the w of a scale of 7.5 in the other convention", WHOLE),
        "tilt": Number("the variance of the tilted density", NEAR, least=0),
        "ode": Number("the variance that the guided ODE draws", NEAR, least=0),
        "sde": Number("the variance that the guided SDE draws", NEAR, least=0),
        "calls": Number("the calls of the network for one image", WHOLE, least=0),
        "narrowest": Choice("which of the three is the narrowest when w is large", ("tilt", "ode", "sde")),
    },
    (
        Misconception(
            "the guided ODE or SDE was taken to draw the tilted density. It does not: that is the chapter's point.",
            "Compute all three from their formulas.",
            lambda p, m: _is(p["tilt"], m["tilt"]) and (p["ode"] == p["tilt"] or p["sde"] == p["tilt"]),
        ),
        Misconception(
            "ODE and SDE are swapped.",
            "Which of the two formulas has a power alone?",
            lambda p, m: _is(p["ode"], m["sde"]) and _is(p["sde"], m["ode"]),
        ),
        Misconception("the sign of w.", SCALE_HINT, lambda p, m: _is(p["scale"], -6.5)),
        Misconception("each guided step was counted three times.", CALLS_HINT, lambda p, m: _is(p["calls"], 90)),
        Misconception("1 was added: the other scale is 1 + w.", SCALE_HINT, lambda p, m: _is(p["scale"], 8.5)),
        Misconception("the two conventions were taken for one.", SCALE_HINT, lambda p, m: _is(p["scale"], 7.5)),
        Misconception("the scale was divided by 2.", SCALE_HINT, lambda p, m: _is(p["scale"], 3.75)),
        Misconception(
            "1 / variance, and not the variance.", "Turn it over.", lambda p, m: _is(p["tilt"], 1 / RIGHT["tilt"])
        ),
        Misconception(
            "w / nu was added, and not subtracted.", TILT_HINT, lambda p, m: _is(p["tilt"], 1 / (2 / NU_K + 1 / NU))
        ),
        Misconception(
            "w in the place of 1 + w before 1 / nu_k.", TILT_HINT, lambda p, m: _is(p["tilt"], 1 / (1 / NU_K - 1 / NU))
        ),
        Misconception(
            "the density of the class was squared, and that of all images forgotten.",
            TILT_HINT,
            lambda p, m: _is(p["tilt"], NU_K / 2),
        ),
        Misconception(
            "the variance of the class, as if there were no guidance.",
            "That is so for w = 0.",
            lambda p, m: any(_is(p[key], NU_K) for key in ("tilt", "ode", "sde")),
        ),
        Misconception(
            "the ratio stands upside down: that is wider than the class.",
            POWER_HINT,
            lambda p, m: _is(p["ode"], NU_K * NU / NU_K),
        ),
        Misconception("the power 2 w, not w.", POWER_HINT, lambda p, m: _is(p["ode"], NU_K * (NU_K / NU) ** 2)),
        Misconception("the power w / 2, not w.", POWER_HINT, lambda p, m: _is(p["ode"], NU_K * (NU_K / NU) ** 0.5)),
        Misconception("nu_k before the power is missing.", POWER_HINT, lambda p, m: _is(p["ode"], NU_K / NU)),
        Misconception(
            "the power w, not 2 w, in the variance of the SDE.",
            POWER_HINT,
            lambda p, m: _is(p["sde"], NU_K * (NU - NU_K * (NU_K / NU)) / (3 * (NU - NU_K))),
        ),
        Misconception(
            "2 w + 1 is missing below.",
            "What does the fraction give for w = 0, and what for large w?",
            lambda p, m: _is(p["sde"], 3 * RIGHT["sde"]),
        ),
        Misconception(
            "w + 1 in the place of 2 w + 1.",
            "Which factor stands below in the variance of the SDE?",
            lambda p, m: _is(p["sde"], 1.5 * RIGHT["sde"]),
        ),
        Misconception(
            "nu_k before the fraction is missing.", POWER_HINT, lambda p, m: _is(p["sde"], RIGHT["sde"] / NU_K)
        ),
        Misconception(
            "ODE and SDE were taken to draw the same: so it is with scores of one family of densities, and the guided "
            "field is none.",
            "Compute both from their formulas.",
            lambda p, m: _is(p["ode"], p["sde"]),
        ),
        Misconception("guidance was counted in every step.", CALLS_HINT, lambda p, m: _is(p["calls"], 100)),
        Misconception("each step was counted once.", CALLS_HINT, lambda p, m: _is(p["calls"], 50)),
        Misconception(
            "the guided steps alone were counted.", CALLS_HINT, lambda p, m: _is(p["calls"], 40) or _is(p["calls"], 20)
        ),
        Misconception(
            "the steps without guidance were counted twice, and not those with it.",
            CALLS_HINT,
            lambda p, m: _is(p["calls"], 80),
        ),
        Misconception(
            "the SDE's variance falls as 1 / w; a power of a number below 1 falls faster.",
            "Put w = 10 into all three.",
            lambda p, m: p["narrowest"] == "sde",
        ),
        Misconception(
            "the tilted density is the widest of the three.",
            "Put w = 10 into all three.",
            lambda p, m: p["narrowest"] == "tilt",
        ),
    ),
    known=RIGHT,
)


def check_answer_17_2(answer, measured=None) -> Verdict:
    """Check the numbers computed by hand: before the cell that computes them that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_17_2.quantities`.
        measured: the same keys, with what the machine gives.
    """
    return PROBLEM_17_2.check(answer, measured)

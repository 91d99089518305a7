"""Problem 5.2: forward and backward states beside each other, and why the denoising is not perfect, predicted before
it is seen."""

from ddpm.grading.verdict import Verdict
from ddpm.grading.written.predictions import Misconception, Predictions
from ddpm.grading.written.quantities import Choice, Number, within_distance

START_HINT = "From which distribution does the backward chain start, whatever the forward chain has reached?"
FRESH_HINT = "Where does a backward chain start, and what is drawn anew in each of its steps?"
LAST_HINT = "Look at the last step, from x_1 to x_0. No noise is added there. What goes straight into x_0?"
AIM_HINT = "What does a step see of the steps before it, besides x_t? And where does it head?"

PROBLEM_5_2 = Predictions(
    "answer_5_2",
    "5.2",
    {
        "middle_T": Number("mean of the middle pixel of the backward chains at t = T", within_distance(0.15)),
        "retraced": Choice("whether a backward chain passes through the states of a forward chain", ("yes", "no")),
        "spread_1": Choice("variance of a pixel of x_1, backward beside forward", ("smaller", "equal", "larger")),
        "best_error": Number("largest error of the samples with the best predictor", within_distance(0.02), least=0),
        "cause": Choice(
            "where the error of the samples comes from",
            ("start", "fresh noise", "network at 1", "network at T", "all steps alike"),
        ),
        "why_it_generates": Choice(
            "why the chain generates all the same", ("aims anew", "retraces", "errors cancel", "x_T remembers")
        ),
    },
    (
        Misconception(
            "the backward chain was taken to retrace the forward one, state by state.",
            FRESH_HINT,
            lambda p, m: (
                "yes" == p["retraced"] != m["retraced"] or "retraces" == p["why_it_generates"] != m["why_it_generates"]
            ),
        ),
        Misconception(
            "something of the dot was taken to be left in x_T, where the backward chain starts.",
            START_HINT,
            lambda p, m: "x_T remembers" == p["why_it_generates"] != m["why_it_generates"],
        ),
        Misconception(
            "the backward chain was taken to start where the forward chain ends: it starts from pure noise.",
            START_HINT,
            lambda p, m: p["middle_T"] > m["middle_T"] + 0.15,
        ),
        Misconception(
            "the imperfection was taken to belong to the method: with the best predictor there is none.",
            "There is one image. Whoever knows it and sees x_t knows the noise.",
            lambda p, m: p["best_error"] > m["best_error"] + 0.02,
        ),
        Misconception(
            "the start was taken for the cause: it is forgotten on the way.",
            LAST_HINT,
            lambda p, m: "start" == p["cause"] != m["cause"],
        ),
        Misconception(
            "the noise added on the way was taken to stay in the sample.",
            LAST_HINT,
            lambda p, m: "fresh noise" == p["cause"] != m["cause"],
        ),
        Misconception(
            "the errors of all steps were taken to add up.",
            LAST_HINT,
            lambda p, m: "all steps alike" == p["cause"] != m["cause"],
        ),
        Misconception(
            "the first step back was taken for the cause, as the largest.",
            LAST_HINT,
            lambda p, m: "network at T" == p["cause"] != m["cause"],
        ),
        Misconception(
            "errors of single steps were taken to cancel.",
            AIM_HINT,
            lambda p, m: "errors cancel" == p["why_it_generates"] != m["why_it_generates"],
        ),
        Misconception(
            "backward and forward states were taken to spread alike: sigma_t^2 = beta_t is not the variance of the "
            "posterior.",
            "Compare beta_t with beta_tilde_t.",
            lambda p, m: "equal" == p["spread_1"] != m["spread_1"],
        ),
        Misconception(
            "the backward states were taken to be cleaner than the forward states.",
            "Compare beta_t with beta_tilde_t.",
            lambda p, m: "smaller" == p["spread_1"] != m["spread_1"],
        ),
    ),
    known={
        "middle_T": 0,
        "retraced": "no",
        "spread_1": "larger",
        "best_error": 0,
        "cause": "network at 1",
        "why_it_generates": "aims anew",
    },
)


def check_answer_5_2(answer, measured=None) -> Verdict:
    """Check the predictions of problem 5.2: before the experiment that all are there, after it which hold.

    Args:
        answer: a dictionary; its keys are those of `PROBLEM_5_2.quantities`.
        measured: the same keys, with what the experiment showed.
    """
    return PROBLEM_5_2.check(answer, measured)

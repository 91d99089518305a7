"""Problems 18.1 and 18.3: a Gaussian once it is measured, and the replacement of known pixels."""

import numpy as np

from ddpm.grading.cases import with_other_noise
from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict


def measured_mean_cases(seed: int) -> list[tuple]:
    """Fewer values than pixels, variances and deviations away from 1."""
    rng, cases = np.random.default_rng((seed, 18, 1)), []
    for i in range(16):
        m, D = ((1, 2), (2, 3), (2, 4), (3, 4))[i % 4]
        variance = float(rng.choice([rng.uniform(0.3, 0.7), rng.uniform(1.5, 2.5)]))
        deviation = float(rng.choice([rng.uniform(0.3, 0.6), rng.uniform(1.4, 1.9)]))
        cases.append((rng.normal(size=D), variance, rng.normal(size=(m, D)), rng.normal(size=m), deviation))
    return cases


def _mean(
    of_b=lambda v, H, d: v * H @ H.T + d**2 * np.eye(len(H)),
    gain=lambda v: v,
    apart=lambda mean, H, b: b - H @ mean,
    start=lambda mean: mean,
    solve=np.linalg.solve,
):
    """The posterior mean with one of its parts replaced."""

    def mean_of(mean, variance, H, b, deviation):
        return start(mean) + gain(variance) * H.T @ solve(of_b(variance, H, deviation), apart(mean, H, b))

    return mean_of


OF_B_HINT = "Which covariance has b = H x_0 + noise, if x_0 has the covariance nu I?"
GAIN_HINT = "The covariance of x_0 and b is nu H^T. It stands before the inverse."
APART_HINT = "What has been learned from b is by how much it differs from what was expected. What was expected?"

MEASURED_MEAN = Compared(
    "measured_mean",
    "18.1",
    ("mean", "variance", "H", "b", "deviation"),
    measured_mean_cases,
    _mean(),
    (
        Slip(
            "the deviation in the place of its square.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: v * H @ H.T + d * np.eye(len(H))),
        ),
        Slip("the noise of the measurement is left out.", OF_B_HINT, _mean(of_b=lambda v, H, d: v * H @ H.T)),
        Slip(
            "the variance is missing in the covariance of b.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: H @ H.T + d**2 * np.eye(len(H))),
        ),
        Slip(
            "the variance squared in the covariance of b.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: v**2 * H @ H.T + d**2 * np.eye(len(H))),
        ),
        Slip("the variance before H^T is missing.", GAIN_HINT, _mean(gain=lambda v: 1.0)),
        Slip(
            "the variance is missing in both places: that is right for the variance 1 alone.",
            GAIN_HINT,
            _mean(of_b=lambda v, H, d: H @ H.T + d**2 * np.eye(len(H)), gain=lambda v: 1.0),
        ),
        Slip(
            "the variance squared in both places: what is given is the variance, not the standard deviation.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: v**2 * H @ H.T + d**2 * np.eye(len(H)), gain=lambda v: v**2),
        ),
        Slip(
            "the square of the deviation is added to all entries, and not to the diagonal alone.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: v * H @ H.T + d**2, solve=lambda of_b, apart: np.linalg.pinv(of_b) @ apart),
        ),
        Slip("the root of the variance before H^T.", GAIN_HINT, _mean(gain=np.sqrt)),
        Slip("b itself, not its distance from what was expected.", APART_HINT, _mean(apart=lambda mean, H, b: b)),
        Slip("the sign of b - H mean is turned.", APART_HINT, _mean(apart=lambda mean, H, b: H @ mean - b)),
        Slip(
            "the mean before is not added: only by how much it moves.", APART_HINT, _mean(start=lambda mean: 0 * mean)
        ),
        Slip(
            "multiplied by the covariance of b, not by its inverse.",
            OF_B_HINT,
            _mean(solve=lambda of_b, apart: of_b @ apart),
        ),
        Slip("the covariance of b is left out.", OF_B_HINT, _mean(solve=lambda of_b, apart: apart)),
        Slip("the mean itself: nothing is learned from b.", APART_HINT, lambda mean, v, H, b, d: mean),
        Slip(
            "b itself in the place of b - H mean, and the mean not added: the prior's mean is taken to be 0.",
            APART_HINT,
            _mean(apart=lambda mean, H, b: b, start=lambda mean: 0 * mean),
        ),
        Slip(
            "the deviation divides in the covariance of b.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: v * H @ H.T + np.eye(len(H)) / d**2),
        ),
        Slip(
            "the diagonal of the covariance of b alone: values that share pixels are not independent.",
            OF_B_HINT,
            _mean(of_b=lambda v, H, d: np.diag(np.diag(v * H @ H.T)) + d**2 * np.eye(len(H))),
        ),
    ),
)

SHAPES = ((3, 3), (2, 4), (6,))


def keep_measured_cases(seed: int) -> list[tuple]:
    """Masks with both kinds of pixels; b holds numbers where nothing was measured, too, which are not to be used."""
    rng, cases = np.random.default_rng((seed, 18, 3)), []
    for i in range(16):
        shape = SHAPES[i % 3]
        x, b, noise = rng.normal(size=(3, *shape))
        known = np.zeros(int(np.prod(shape)), bool)
        known[rng.permutation(known.size)[: rng.integers(2, known.size - 1)]] = True
        angle = float(rng.choice([rng.uniform(0.3, 0.6), rng.uniform(1.0, 1.3)]))
        cases.append((x, known.reshape(shape), b, float(np.cos(angle)), 0.9 * float(np.sin(angle)), noise))
    return with_other_noise(cases, place=5)


def _kept(inside=lambda x, b, c, r, z: c * b + r * z, outside=lambda x, b, c, r, z: x):
    """The state after the replacement with one of its parts replaced."""
    return lambda x, known, b, c_u, r_u, noise: np.where(
        known, inside(x, b, c_u, r_u, noise), outside(x, b, c_u, r_u, noise)
    )


LEVEL_HINT = "The state is at a level with noise. How does a clean pixel get there?"
MASK_HINT = "Which pixels were measured, and which are left to the sampler?"

KEEP_MEASURED = Compared(
    "keep_measured",
    "18.3",
    ("x", "known", "b", "c_u", "r_u", "noise"),
    keep_measured_cases,
    _kept(),
    (
        Slip(
            "the measured values as they are: without signal and noise they are not at the level of the others.",
            LEVEL_HINT,
            _kept(lambda x, b, c, r, z: b),
        ),
        Slip("the noise is missing: c_u b alone.", LEVEL_HINT, _kept(lambda x, b, c, r, z: c * b)),
        Slip("the signal c_u is missing before b.", LEVEL_HINT, _kept(lambda x, b, c, r, z: b + r * z)),
        Slip("the spread r_u is missing before the noise.", LEVEL_HINT, _kept(lambda x, b, c, r, z: c * b + z)),
        Slip("c_u and r_u are swapped.", LEVEL_HINT, _kept(lambda x, b, c, r, z: r * b + c * z)),
        Slip(
            "the variance r_u^2 in the place of the spread.", LEVEL_HINT, _kept(lambda x, b, c, r, z: c * b + r**2 * z)
        ),
        Slip("sqrt(r_u) in the place of r_u.", LEVEL_HINT, _kept(lambda x, b, c, r, z: c * b + np.sqrt(r) * z)),
        Slip("1 - c_u in the place of r_u.", LEVEL_HINT, _kept(lambda x, b, c, r, z: c * b + (1 - c) * z)),
        Slip(
            "sqrt(1 - c_u^2) in the place of r_u: that is so on some paths alone.",
            LEVEL_HINT,
            _kept(lambda x, b, c, r, z: c * b + np.sqrt(1 - c**2) * z),
        ),
        Slip(
            "sqrt(c_u) and sqrt(1 - c_u): c_u is the factor itself, not its square.",
            LEVEL_HINT,
            _kept(lambda x, b, c, r, z: np.sqrt(c) * b + np.sqrt(1 - c) * z),
        ),
        Slip(
            "signal and noise are put on all pixels: the others are at the level already.",
            MASK_HINT,
            _kept(outside=lambda x, b, c, r, z: c * x + r * z),
        ),
        Slip(
            "noise is added to all pixels: the others have theirs already.",
            MASK_HINT,
            _kept(outside=lambda x, b, c, r, z: x + r * z),
        ),
        Slip("the other pixels are multiplied by c_u.", MASK_HINT, _kept(outside=lambda x, b, c, r, z: c * x)),
        Slip(
            "the other pixels are taken from b, where nothing was measured.",
            MASK_HINT,
            _kept(outside=lambda x, b, c, r, z: b),
        ),
        Slip("the noise is subtracted.", LEVEL_HINT, _kept(lambda x, b, c, r, z: c * b - r * z)),
        Slip(
            "the mask is turned: the known pixels are left, and the others replaced.",
            MASK_HINT,
            lambda x, known, b, c, r, z: np.where(known, x, c * b + r * z),
        ),
        Slip("all pixels are replaced.", MASK_HINT, _kept(outside=lambda x, b, c, r, z: c * b + r * z)),
        Slip("the other pixels are set to 0.", MASK_HINT, _kept(outside=lambda x, b, c, r, z: 0 * x)),
        Slip("the other pixels are noise.", MASK_HINT, _kept(outside=lambda x, b, c, r, z: r * z)),
        Slip(
            "the measured values are added to the state, and do not replace it.",
            MASK_HINT,
            _kept(lambda x, b, c, r, z: x + c * b + r * z),
        ),
        Slip(
            "the state's own pixels in the place of fresh noise.",
            LEVEL_HINT,
            _kept(lambda x, b, c, r, z: c * b + r * x),
        ),
        Slip("nothing is replaced.", MASK_HINT, _kept(lambda x, b, c, r, z: x)),
    ),
    noise="noise",
)


def check_measured_mean(student, seed: int | None = None) -> Verdict:
    """Check student(mean, variance, H, b, deviation): the mean of N(mean, variance I) once b = H x_0 + noise is
    seen."""
    return check(student, MEASURED_MEAN, seed)


def check_keep_measured(student, seed: int | None = None) -> Verdict:
    """Check student(x, known, b, c_u, r_u, noise): the state with its known pixels replaced, noised to its level."""
    return check(student, KEEP_MEASURED, seed)

"""Problems 16.1, 16.3 and 16.4: the share of nearer samples, coverage, and the variances of the reverse steps."""

import numpy as np

from ddpm.grading.compared import Compared
from ddpm.grading.exercise import Slip
from ddpm.grading.in_code import check
from ddpm.grading.verdict import Verdict

NEAREST_HINT = "How far is a sample from the nearest image of a set? Which axis of the distances runs over that set?"
SIDE_HINT = "Which set was trained on? Its share is asked for: a model that copies must get 1."
TIE_HINT = "A sample as near to both sets says nothing. It counts as half, so that two equal sets give 1/2."
LENGTH_HINT = "Far away in one pixel or a little in all: what is the length of a difference of two images?"


def _apart(one, other):
    return np.sqrt(np.sum((one[:, None] - other[None]) ** 2, axis=tuple(range(2, one.ndim + 1))))


def share_nearer_cases(seed: int) -> list[tuple]:
    """Sets of small whole numbers, in which ties come up, and of any numbers, in which there are none."""
    rng, cases = np.random.default_rng((seed, 16, 1)), []
    for i in range(16):
        shape = ((2, 2), (3,), (3, 2), (2, 3))[i % 4]
        n, m, k = (7, 8, 9, 7)[i % 4], 5 + i % 2, 6
        draw = (lambda *s: rng.integers(-2, 3, s).astype(float)) if i % 2 else (lambda *s: rng.normal(size=s))
        samples, images, others = draw(n, *shape), draw(m, *shape), draw(k, *shape)
        if i % 2:
            others[0], images[1] = samples[1], samples[1]  # a tie at distance 0
        cases.append((samples, images, others))
    return cases


def _share(distance=_apart, least=lambda d: d.min(axis=1), hit=lambda a, b: (a < b) + 0.5 * (a == b), of=np.mean):
    """The share with one of its parts replaced."""

    def share(samples, images, others):
        flat = [x.reshape(len(x), -1) for x in (samples, images, others)]
        near, far = least(distance(flat[0], flat[1])), least(distance(flat[0], flat[2]))
        return of(hit(near, far))

    return share


SHARE_NEARER = Compared(
    "share_nearer",
    "16.1",
    ("samples", "images", "others"),
    share_nearer_cases,
    _share(),
    (
        Slip("the share nearer to the images held out.", SIDE_HINT, _share(hit=lambda a, b: (a > b) + 0.5 * (a == b))),
        Slip("ties count as nothing.", TIE_HINT, _share(hit=lambda a, b: a < b)),
        Slip("ties count as whole hits.", TIE_HINT, _share(hit=lambda a, b: a <= b)),
        Slip(
            "ties count as hits, and the share is that of the images held out.",
            f"{SIDE_HINT} {TIE_HINT}",
            _share(hit=lambda a, b: a >= b),
        ),
        Slip(
            "ties count as nothing, and the share is that of the images held out.",
            f"{SIDE_HINT} {TIE_HINT}",
            _share(hit=lambda a, b: a > b),
        ),
        Slip(
            "the mean distance to a set, not the one to its nearest image.",
            NEAREST_HINT,
            _share(least=lambda d: d.mean(axis=1)),
        ),
        Slip("the largest distance in a set, not the smallest.", NEAREST_HINT, _share(least=lambda d: d.max(axis=1))),
        Slip(
            "the distance of the means of the two sets.",
            NEAREST_HINT,
            _share(distance=lambda a, b: _apart(a, b.mean(axis=0)[None])),
        ),
        Slip(
            "the sum of the absolute differences in the place of the length.",
            LENGTH_HINT,
            _share(distance=lambda a, b: np.abs(a[:, None] - b[None]).sum(-1)),
        ),
        Slip(
            "the largest difference of a pixel in the place of the length.",
            LENGTH_HINT,
            _share(distance=lambda a, b: np.abs(a[:, None] - b[None]).max(-1)),
        ),
        Slip(
            "the difference of the sums of the pixels: differences in different pixels cancel.",
            LENGTH_HINT,
            _share(distance=lambda a, b: np.abs((a[:, None] - b[None]).sum(-1))),
        ),
        Slip(
            "for each image the nearest sample: the share is one of the samples.",
            NEAREST_HINT,
            _share(
                least=lambda d: d.min(axis=0),
                hit=lambda a, b: a[: min(len(a), len(b))] < b[: min(len(a), len(b))],
            ),
        ),
        Slip("the number of hits, not their share.", "A share lies between 0 and 1.", _share(of=np.sum)),
        Slip("in percent.", "A share lies between 0 and 1.", _share(of=lambda hits: 100 * np.mean(hits))),
        Slip(
            "one entry for each sample: the mean is missing.", "One number is asked for.", _share(of=lambda hits: hits)
        ),
        Slip("ties are left out of the mean.", TIE_HINT, _share(hit=lambda a, b: (a < b)[a != b])),
    ),
)

RADIUS_HINT = (
    "Whose neighbourhoods are to be found? An image has a radius: the distance to its k-th nearest other image."
)
SELF_HINT = "The nearest image to an image in its own set is itself, at distance 0. Is it one of the k?"
COVER_HINT = "Coverage is a share of the images: of those that have at least one sample inside."


def coverage_cases(seed: int) -> list[tuple]:
    rng, cases = np.random.default_rng((seed, 16, 3)), []
    while len(cases) < 16:
        i = len(cases)
        images = rng.normal(size=((14, 15, 16, 14)[i % 4], 2 + i % 2))
        samples = rng.normal(size=(9 + i % 4, 2 + i % 2)) * rng.uniform(0.5, 0.9) + rng.uniform(0, 0.8)
        k = 1 + i % 3
        if 0.1 < _coverage()(samples, images, k) < 0.95:
            cases.append((samples, images, k))
    return cases


def _radii(points, k):
    return np.sort(_apart(points, points), axis=1)[:, k]


def _coverage(radii=lambda samples, images, k: _radii(images, k)[None], of=lambda inside: inside.any(axis=0).mean()):
    """Coverage with one of its parts replaced; `inside` has a row for each sample and a column for each image."""
    return lambda samples, images, k: of(_apart(samples, images) <= radii(samples, images, k))


COVERAGE = Compared(
    "coverage",
    "16.3",
    ("samples", "images", "k"),
    coverage_cases,
    _coverage(),
    (
        Slip(
            "the share of the samples that lie inside: that is precision.",
            COVER_HINT,
            _coverage(of=lambda i: i.any(axis=1).mean()),
        ),
        Slip(
            "the radii are those of the samples: an image counts if a sample's holds it. That is recall.",
            RADIUS_HINT,
            _coverage(lambda samples, images, k: _radii(samples, k)[:, None]),
        ),
        Slip(
            "the radii are those of the samples, and the share is one of the samples.",
            f"{RADIUS_HINT} {COVER_HINT}",
            _coverage(lambda samples, images, k: _radii(samples, k)[:, None], lambda i: i.any(axis=1).mean()),
        ),
        Slip(
            "the image itself counts as its first neighbour.",
            SELF_HINT,
            _coverage(lambda s, images, k: _radii(images, k - 1)[None]),
        ),
        Slip("one neighbour too many.", SELF_HINT, _coverage(lambda s, images, k: _radii(images, k + 1)[None])),
        Slip(
            "the image itself counts as its first neighbour, and the share is one of the samples.",
            f"{SELF_HINT} {COVER_HINT}",
            _coverage(lambda s, images, k: _radii(images, k - 1)[None], lambda i: i.any(axis=1).mean()),
        ),
        Slip(
            "the distance to the k-th nearest sample as the radius.",
            RADIUS_HINT,
            _coverage(lambda s, images, k: np.sort(_apart(images, s), axis=1)[:, k - 1][None]),
        ),
        Slip(
            "the mean share of pairs that are inside: density, but for its factor.", COVER_HINT, _coverage(of=np.mean)
        ),
        Slip(
            "pairs inside over k times the number of samples: that is density.",
            COVER_HINT,
            lambda s, images, k: (_apart(s, images) <= _radii(images, k)[None]).sum() / (k * len(s)),
        ),
        Slip(
            "an image counts only if all samples are inside.", COVER_HINT, _coverage(of=lambda i: i.all(axis=0).mean())
        ),
        Slip(
            "the number of the images, not their share.",
            "A share lies between 0 and 1.",
            _coverage(of=lambda i: i.any(axis=0).sum()),
        ),
        Slip(
            "the share of the images that have none inside.",
            COVER_HINT,
            _coverage(of=lambda i: 1 - i.any(axis=0).mean()),
        ),
        Slip(
            "the number of samples is divided by, not that of the images.",
            COVER_HINT,
            _coverage(of=lambda i: i.any(axis=0).sum() / i.shape[0]),
        ),
        Slip(
            "one radius for all: the mean of the images' radii.",
            RADIUS_HINT,
            _coverage(lambda s, images, k: np.mean(_radii(images, k))),
        ),
        Slip(
            "one radius for all: the largest.", RADIUS_HINT, _coverage(lambda s, images, k: np.max(_radii(images, k)))
        ),
        Slip(
            "one entry for each image: the mean is missing.",
            "One number is asked for.",
            _coverage(of=lambda i: i.any(axis=0)),
        ),
    ),
)


def reverse_variances_cases(seed: int) -> list[tuple]:
    rng = np.random.default_rng((seed, 16, 4))
    return [(np.sort(rng.uniform(0.05, 0.6, 4 + i % 4)),) for i in range(12)]


def _variances(of):
    """Variances from beta, alpha, alpha_bar and alpha_bar of one step before."""

    def variances(beta):
        bar = np.cumprod(1 - beta)
        return of(beta, 1 - beta, bar, np.concatenate([[1.0], bar[:-1]]))

    return variances


def _twice(beta):
    return np.cumprod(1 - np.concatenate([beta[:1], beta]))


BEFORE_HINT = "How much noise has x_{t-1}? And what is alpha_bar_0?"
FIRST_HINT = "At t = 1 the step ends at the image itself. How much noise may be left?"
TILDE_HINT = "beta_t stands there in full, times a share below 1: the noise of x_{t-1} over that of x_t."
PRODUCT_HINT = "alpha_bar_1 is 1 - beta_1. What is yours?"

REVERSE_VARIANCES = Compared(
    "reverse_variances",
    "16.4",
    ("beta",),
    reverse_variances_cases,
    _variances(lambda b, a, bar, before: b * (1 - before) / (1 - bar)),
    (
        Slip(
            "beta_t itself: that is what alpha_bar_t in the place of alpha_bar_{t-1} gives, too.",
            BEFORE_HINT,
            _variances(lambda b, a, bar, before: b),
        ),
        Slip(
            "beta_t, but 0 at t = 1: that is the other choice of variance.",
            TILDE_HINT,
            _variances(lambda b, a, bar, before: b * (before < 1)),
        ),
        Slip(
            "beta_1 has a part in alpha_bar twice, so that the last step is noised.",
            PRODUCT_HINT,
            lambda b: b * (1 - _twice(b)[:-1]) / (1 - _twice(b)[1:]),
        ),
        Slip(
            "the first is beta_1, as if alpha_bar_{t-1} began with alpha_1 in the place of 1.",
            BEFORE_HINT,
            _variances(lambda b, a, bar, before: b * (1 - np.concatenate([bar[:1], bar[:-1]])) / (1 - bar)),
        ),
        Slip(
            "alpha_bar_0 = 0: nothing has been kept where nothing has been lost.",
            FIRST_HINT,
            _variances(lambda b, a, bar, before: b * (1 - before * (before < 1)) / (1 - bar)),
        ),
        Slip(
            "alpha_bar itself, not 1 - alpha_bar, above and below.",
            TILDE_HINT,
            _variances(lambda b, a, bar, before: b * before / bar),
        ),
        Slip(
            "alpha_t in the place of beta_t.",
            TILDE_HINT,
            _variances(lambda b, a, bar, before: a * (1 - before) / (1 - bar)),
        ),
        Slip(
            "the standard deviations: a root was taken.",
            "What is asked for are the variances.",
            _variances(lambda b, a, bar, before: np.sqrt(b * (1 - before) / (1 - bar))),
        ),
        Slip(
            "the alpha_t themselves where their products belong.",
            PRODUCT_HINT,
            _variances(lambda b, a, bar, before: b * (1 - np.concatenate([[1.0], a[:-1]])) / (1 - a)),
        ),
        Slip(
            "the products of beta where those of alpha belong.",
            PRODUCT_HINT,
            _variances(
                lambda b, a, bar, before: b * (1 - np.concatenate([[1.0], np.cumprod(b)[:-1]])) / (1 - np.cumprod(b))
            ),
        ),
        Slip("without beta_t.", TILDE_HINT, _variances(lambda b, a, bar, before: (1 - before) / (1 - bar))),
        Slip("1 - alpha_bar_t: the noise in x_t.", TILDE_HINT, _variances(lambda b, a, bar, before: 1 - bar)),
        Slip(
            "the first is missing.",
            FIRST_HINT,
            _variances(lambda b, a, bar, before: (b * (1 - before) / (1 - bar))[1:]),
        ),
        Slip(
            "alpha_bar_{t+1} in the place of alpha_bar_{t-1}.",
            BEFORE_HINT,
            _variances(lambda b, a, bar, before: b * (1 - np.append(bar[1:], bar[-1])) / (1 - bar)),
        ),
    ),
)


def check_share_nearer(student, seed: int | None = None) -> Verdict:
    """Check student(samples, images, others): the share nearer to an image than to any of the others."""
    return check(student, SHARE_NEARER, seed)


def check_coverage(student, seed: int | None = None) -> Verdict:
    """Check student(samples, images, k): the share of the images with a sample in their neighbourhood."""
    return check(student, COVERAGE, seed)


def check_reverse_variances(student, seed: int | None = None) -> Verdict:
    """Check student(beta): the variances of q(x_{t-1} | x_t, x_0), for t = 1, ..., T."""
    return check(student, REVERSE_VARIANCES, seed)

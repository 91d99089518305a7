"""The digits' judges: what is said of any samples, in one table."""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import ArrayLike, Float, Int

from ddpm.arrays import Key
from ddpm.data import Labelled, as_grey, as_images, digits
from ddpm.evaluate import (
    Judge,
    Measured,
    bootstrapped,
    coverage,
    expected_coverage,
    frechet,
    precision,
    share,
    share_nearer,
    train_judge,
)

SPLITS = 20


class Verdict(NamedTuple):
    """What is measured of samples, each with its interval.

    Attributes:
        frechet: to the half held out, in the judge's features.
        nearer: the share nearer to the half trained on than to the other, in pixels; a half is honest.
        recognised: the share in which the judge sees the digit that it should be; None without labels.
        precision, coverage: of the half held out, in the judge's features.
    """

    frechet: Measured
    nearer: Measured
    recognised: Measured | None
    precision: Measured
    coverage: Measured


class Court(NamedTuple):
    """Both halves and the judge, which has seen both. Make one with `court`."""

    half: Labelled
    other: Labelled
    judge: Judge

    def verdict(
        self, key: Key, samples: Float[ArrayLike, "_n 8 8"], labels: Int[ArrayLike, " _n"] | None = None
    ) -> Verdict:
        """Of samples, best as many as a half has. They are rounded to grey values first, as the data are."""
        samples = as_images(as_grey(samples))
        features, others = self.judge.features(samples), self.judge.features(self.other.images)
        seen = None if labels is None else share(self.judge.recognised(samples) == np.asarray(labels))
        classes = None if labels is None else (labels, self.other.labels)  # so many of each were ordered
        distance = bootstrapped(key, frechet, features, others, draws=50, groups=classes)
        return Verdict(
            distance._replace(low=max(0.0, distance.low)),
            share_nearer(samples, self.half.images, self.other.images),
            seen,
            precision(features, others),
            coverage(features, others),
        )

    def floor(self, seed: int = 0) -> Measured:
        """The Frechet distance between two halves, class by class: its mean over random splits of all images, and where
        19 of 20 lie."""
        both = [np.concatenate(pair) for pair in zip(self.half, self.other)]
        features, random = self.judge.features(both[0]), np.random.RandomState(seed)
        found = []
        for _ in range(SPLITS):
            order = np.lexsort((random.permutation(len(features)), both[1]))
            found.append(frechet(features[order[::2]], features[order[1::2]]))
        low, high = np.quantile(found, [0.025, 0.975])
        return Measured(float(np.mean(found)), float(low), float(high))

    def expected_coverage(self, samples: int) -> float:
        """What coverage is on average for so many fresh images."""
        return expected_coverage(samples, len(self.other.images))


def court(seed: int = 0) -> Court:
    """The judge of the split with this seed."""
    half, other = digits(seed)
    images, labels = (np.concatenate(pair) for pair in zip(half, other))
    return Court(half, other, train_judge(jax.random.key(seed), images, labels))

"""Answers to the exercises in code of the chapter on real images, as students write them; as in `grading_answers`."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy.spatial.distance import cdist

from ddpm.chapters.real_images.exercises import check_coverage, check_reverse_variances, check_share_nearer

CHECKS = {
    "share_nearer": check_share_nearer,
    "coverage": check_coverage,
    "reverse_variances": check_reverse_variances,
}


def _flat(x):
    return np.asarray(x).reshape(len(x), -1)


def _share_by_loops(samples, images, others):
    hits = 0
    for sample in samples:
        near = min(float(np.linalg.norm(sample - image)) for image in images)
        far = min(float(np.linalg.norm(sample - image)) for image in others)
        hits += 1 if near < far else 0.5 if near == far else 0
    return hits / len(samples)


def _share_by_vmap(samples, images, others):
    def to(sample, data):
        return jnp.min(jax.vmap(lambda image: jnp.sum((sample - image) ** 2))(data))

    near = jax.vmap(to, (0, None))(jnp.asarray(samples), jnp.asarray(images))
    far = jax.vmap(to, (0, None))(jnp.asarray(samples), jnp.asarray(others))
    return jnp.mean(jnp.where(near == far, 0.5, near < far))


def _share_by_sign(samples, images, others):
    near, far = (((_flat(samples)[:, None] - _flat(x)) ** 2).sum(-1).min(1) for x in (images, others))
    return (np.sign(far - near).mean() + 1) / 2


def _share_by_cdist(samples, images, others):
    near = cdist(_flat(samples), _flat(images)).min(axis=1)
    far = cdist(_flat(samples), _flat(others)).min(axis=1)
    return np.where(near < far, 1, np.where(near > far, 0, 0.5)).mean()


def _share_by_counting(samples, images, others):
    near, far = (((_flat(samples)[:, None] - _flat(x)) ** 2).sum(-1).min(1) for x in (images, others))
    return float(((near < far).sum() + (near == far).sum() / 2) / len(samples))


def _share_of_one_array(samples, images, others):
    both = np.concatenate([_flat(images), _flat(others)])
    d = ((_flat(samples)[:, None] - both) ** 2).sum(-1)
    near, far = d[:, : len(images)].min(1), d[:, len(images) :].min(1)
    return np.heaviside(far - near, 0.5).mean()


def _coverage_by_loops(samples, images, k):
    covered = 0
    for i, image in enumerate(images):
        radius = sorted(np.linalg.norm(image - other) for j, other in enumerate(images) if j != i)[k - 1]
        covered += any(np.linalg.norm(image - sample) <= radius for sample in samples)
    return covered / len(images)


def _coverage_by_cdist(samples, images, k):
    own = cdist(images, images)
    np.fill_diagonal(own, np.inf)
    radii = np.sort(own, axis=1)[:, k - 1]
    return np.mean(cdist(images, samples).min(axis=1) <= radii)


def _coverage_by_vmap(samples, images, k):
    images, samples = jnp.asarray(images), jnp.asarray(samples)

    def covered(image):
        radius = jnp.sort(jnp.linalg.norm(images - image, axis=1))[k]
        return jnp.min(jnp.linalg.norm(samples - image, axis=1)) <= radius

    return jnp.mean(jax.vmap(covered)(images))


def _coverage_of_squares(samples, images, k):
    squares = ((images[:, None] - images) ** 2).sum(-1)
    radii = np.partition(squares, k, axis=1)[:, k]
    inside = ((samples[:, None] - images) ** 2).sum(-1) <= radii
    return np.count_nonzero(inside.any(0)) / images.shape[0]


def _coverage_left_out(samples, images, k):
    missed = 0
    for i in range(len(images)):
        others = np.delete(images, i, axis=0)
        radius = np.sort(np.sqrt(((others - images[i]) ** 2).sum(1)))[k - 1]
        missed += not (np.sqrt(((samples - images[i]) ** 2).sum(1)) <= radius).any()
    return 1 - missed / len(images)


def _coverage_in_jax(samples, images, k):
    to = jnp.sqrt(jnp.sum((jnp.asarray(images)[:, None] - jnp.asarray(images)) ** 2, -1))
    radii = -jax.lax.top_k(-to, k + 1)[0][:, -1]
    gap = jnp.sqrt(jnp.sum((jnp.asarray(images)[:, None] - jnp.asarray(samples)) ** 2, -1))
    return (gap <= radii[:, None]).any(axis=1).mean()


def _variances_by_loop(beta):
    bar, found = 1.0, []
    for b in beta:
        before, bar = bar, bar * (1 - b)
        found.append((1 - before) / (1 - bar) * b)
    return np.array(found)


def _variances_by_precision(beta):
    bar = np.cumprod(1 - np.asarray(beta))
    before = np.append(1.0, bar[:-1])
    with np.errstate(divide="ignore"):
        return 1 / ((1 - beta) / beta + 1 / (1 - before))


def _variances_by_logs(beta):
    bar = jnp.exp(jnp.cumsum(jnp.log1p(-jnp.asarray(beta))))
    before = bar / (1 - jnp.asarray(beta))
    before = before.at[0].set(1.0)
    return beta * (1 - before) / (1 - bar)


def _variances_with_zero(beta):
    bar = np.concatenate([[1.0], np.cumprod(1 - beta)])
    return beta * (1 - bar[:-1]) / (1 - bar[1:])


def _variances_by_scan(beta):
    def step(bar, b):
        new = bar * (1 - b)
        return new, b * (1 - bar) / (1 - new)

    return jax.lax.scan(step, jnp.ones(()), jnp.asarray(beta))[1]


def _variances_as_a_list(beta):
    return [float(beta[i] * (1 - np.prod(1 - beta[:i])) / (1 - np.prod(1 - beta[: i + 1]))) for i in range(len(beta))]


RIGHT = {
    "share_nearer": {
        "by loops": _share_by_loops,
        "by vmap": _share_by_vmap,
        "by sign": _share_by_sign,
        "by cdist": _share_by_cdist,
        "by counting": _share_by_counting,
        "of one array": _share_of_one_array,
    },
    "coverage": {
        "by loops": _coverage_by_loops,
        "by cdist": _coverage_by_cdist,
        "by vmap": _coverage_by_vmap,
        "of squares": _coverage_of_squares,
        "left out": _coverage_left_out,
        "in jax": _coverage_in_jax,
    },
    "reverse_variances": {
        "by loop": _variances_by_loop,
        "by precision": _variances_by_precision,
        "by logs": _variances_by_logs,
        "with a zero": _variances_with_zero,
        "by scan": _variances_by_scan,
        "as a list": _variances_as_a_list,
    },
}


def _near_far(samples, images, others, of=np.min):
    return (of(cdist(_flat(samples), _flat(x)), axis=1) for x in (images, others))


def _compared(how, of=np.min):
    return lambda s, i, o: how(*_near_far(s, i, o, of))


def _half(near, far):
    return np.mean(np.where(near == far, 0.5, near < far))


def _radius(points, k):
    return np.sort(cdist(points, points), axis=1)[:, k]


def _bar(beta, twice=False):
    return np.cumprod(1 - np.concatenate([beta[:1], beta] if twice else [beta]))


SLIPS = {
    "share_nearer": {
        "nearer to the images held out": _compared(lambda near, far: np.mean(np.where(near == far, 0.5, near > far))),
        "ties count as nothing.": _compared(lambda near, far: np.mean(near < far)),
        "ties count as whole hits": _compared(lambda near, far: np.mean(near <= far)),
        "ties are left out": _compared(lambda near, far: np.mean((near < far)[near != far])),
        "the mean distance to a set": _compared(_half, np.mean),
        "the largest distance": _compared(_half, np.max),
        "absolute differences": lambda s, i, o: _half(*(cdist(_flat(s), _flat(x), "cityblock").min(1) for x in (i, o))),
        "largest difference of a pixel": lambda s, i, o: _half(
            *(cdist(_flat(s), _flat(x), "chebyshev").min(1) for x in (i, o))
        ),
        "the number of hits": _compared(lambda near, far: len(near) * _half(near, far)),
        "in percent": _compared(lambda near, far: 100 * _half(near, far)),
        "one entry for each": _compared(lambda near, far: np.where(near == far, 0.5, near < far)),
        "the means of the two sets": lambda s, i, o: _half(
            *(np.linalg.norm(_flat(s) - _flat(x).mean(0), axis=1) for x in (i, o))
        ),
    },
    "coverage": {
        "that is precision": lambda s, i, k: (cdist(s, i) <= _radius(i, k)).any(1).mean(),
        "That is recall": lambda s, i, k: (cdist(i, s) <= _radius(s, k)).any(1).mean(),
        "counts as its first neighbour.": lambda s, i, k: (cdist(s, i) <= _radius(i, k - 1)).any(0).mean(),
        "one neighbour too many": lambda s, i, k: (cdist(s, i) <= _radius(i, k + 1)).any(0).mean(),
        "k-th nearest sample": lambda s, i, k: (cdist(s, i) <= np.sort(cdist(i, s), 1)[:, k - 1]).any(0).mean(),
        "that is density": lambda s, i, k: (cdist(s, i) <= _radius(i, k)).sum() / k / len(s),
        "the number of the images": lambda s, i, k: (cdist(s, i) <= _radius(i, k)).any(0).sum(),
        "that have none inside": lambda s, i, k: (~(cdist(s, i) <= _radius(i, k)).any(0)).mean(),
        "the number of samples is divided by": lambda s, i, k: (cdist(s, i) <= _radius(i, k)).any(0).sum() / len(s),
        "the mean of the images' radii": lambda s, i, k: (cdist(s, i) <= _radius(i, k).mean()).any(0).mean(),
        "one entry for each image": lambda s, i, k: 1.0 * (cdist(s, i) <= _radius(i, k)).any(0),
    },
    "reverse_variances": {
        "beta_t itself": lambda b: b * (1 - _bar(b)) / (1 - _bar(b)),
        "the other choice of variance": lambda b: np.where(np.arange(len(b)) == 0, 0, b),
        "a part in alpha_bar twice": lambda b: b * (1 - _bar(b, True)[:-1]) / (1 - _bar(b, True)[1:]),
        "as if alpha_bar_{t-1} began with alpha_1": lambda b: (
            b * (1 - np.append(_bar(b)[0], _bar(b)[:-1])) / (1 - _bar(b))
        ),
        "alpha_bar_0 = 0": lambda b: b * (1 - np.append(0.0, _bar(b)[:-1])) / (1 - _bar(b)),
        "the standard deviations": lambda b: np.sqrt(_variances_by_loop(b)),
        "without beta_t": lambda b: _variances_by_loop(b) / b,
        "1 - alpha_bar_t": lambda b: 1 - _bar(b),
        "the first is missing": lambda b: _variances_by_loop(b)[1:],
        "alpha_t in the place": lambda b: (1 - b) * _variances_by_loop(b) / b,
        "where their products belong": lambda b: b * (1 - np.append(1.0, (1 - b)[:-1])) / b,
    },
}

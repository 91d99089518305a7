"""Answers as students write them: right ones in many styles, and slips with a part of the name that the check must
give.

Written apart from the formulas of the checks: with the package's core, with running products, in loops, in JAX.
"""

import functools
import math

import grading_answers_bits
import grading_answers_choices
import grading_answers_fewer_steps
import grading_answers_flow_matching
import grading_answers_guidance
import grading_answers_inverse
import grading_answers_larger
import grading_answers_real_images
import grading_answers_score
import grading_answers_small_steps
import grading_answers_where_to_step
import jax
import jax.numpy as jnp
import numpy as np

import ddpm.losses
import ddpm.predict
import ddpm.process
import ddpm.train
from ddpm.chapters.closed_form.exercises import check_q_sample
from ddpm.chapters.forward_extremes.exercises import check_forward_mean, check_forward_variance, check_my_betas
from ddpm.chapters.mean_or_noise_timing.exercises import check_mean_loss, check_noise_loss
from ddpm.chapters.train_and_observe.exercises import (
    check_layer_sizes,
    check_reverse_step,
    check_sampler,
    check_training_loss,
)
from ddpm.sample import ancestral_step


def bar(schedule, t):
    """alpha_bar_t, factor by factor."""
    return math.prod(1 - float(b) for b in schedule.beta[1 : t + 1])


def tilde(schedule, t):
    return (1 - bar(schedule, t - 1)) / (1 - bar(schedule, t)) * float(schedule.beta[t])


def listed(x):
    return np.asarray(x).tolist()


def traced_bar(schedule, t):
    """The same where t is a number that JAX traces."""
    return jnp.prod(jnp.where(jnp.arange(schedule.T + 1) <= t, 1 - schedule.beta, 1))


RIGHT, SLIPS = {}, {}
EAGER = {}  # right values, but later cells cannot use them; with a part of the way out
CHECKS = {
    "forward_mean": check_forward_mean,
    "forward_covariance": check_forward_variance,
    "q_sample": check_q_sample,
    "mean_loss": check_mean_loss,
    "noise_loss": check_noise_loss,
    "training_loss": check_training_loss,
    "layer_sizes": check_layer_sizes,
    "reverse_step": check_reverse_step,
    "sampler": check_sampler,
    "my_betas": check_my_betas,
}


def _scaled_copy(x_prev, beta):
    mean = np.empty(x_prev.shape)
    rows, columns = x_prev.shape
    for i in range(rows):
        for j in range(columns):
            mean[i, j] = math.sqrt(1 - beta) * x_prev[i, j]
    return mean


RIGHT["forward_mean"] = {
    "numpy": lambda x, beta: np.sqrt(1 - beta) * x,
    "jitted": jax.jit(lambda x, beta: jnp.sqrt(1 - beta) * x),
    "float32": lambda x, beta: (np.float32(1 - beta) ** np.float32(0.5)) * x.astype(np.float32),
    "a list, in loops": lambda x, beta: (
        [[math.sqrt(1 - beta) * v for v in row] for row in x] if x.ndim == 2 else [math.sqrt(1 - beta) * v for v in x]
    ),
    "at": lambda x, beta: x.at[...].multiply((1 - beta) ** 0.5),
    "assigned in a copy": _scaled_copy,
    "taken off": lambda x, beta: x - (1 - np.sqrt(1 - beta)) * x,
}
SLIPS["forward_mean"] = {
    "without the square root": lambda x, beta: (1 - beta) * x,
    "the square root of beta:": lambda x, beta: beta**0.5 * x,
    "1 - sqrt(beta)": lambda x, beta: x - beta**0.5 * x,
    "image itself": lambda x, beta: x,
    "beta times": lambda x, beta: x * beta,
    "way back": lambda x, beta: x / (1 - beta) ** 0.5,
    "taken twice": lambda x, beta: jnp.sqrt(jnp.sqrt(1 - beta)) * x,
    "1 - beta / 2": lambda x, beta: x - beta / 2 * x,
}
RIGHT["forward_covariance"] = {
    "eye": lambda x, beta: beta * np.eye(x.size),
    "diag": lambda x, beta: jnp.diag(jnp.full(x.size, beta)),
    "standard deviation squared": lambda x, beta: (np.sqrt(beta) * np.identity(x.size)) ** 2,
    "where": lambda x, beta: np.where(np.arange(x.size)[:, None] == np.arange(x.size), beta, 0),
    "loops": lambda x, beta: [[beta if i == j else 0 for i in range(x.size)] for j in range(x.size)],
    "height times width": lambda x, beta: beta * jnp.eye(x.shape[0] * x.shape[1]),
    "of all noise": lambda x, beta: np.cov(
        np.sqrt(beta * (2 * x.size - 1) / 2) * np.vstack([np.eye(x.size), -np.eye(x.size)]).T
    ),
}
SLIPS["forward_covariance"] = {
    "standard deviation": lambda x, beta: np.diag([beta**0.5] * x.size),
    "squared": lambda x, beta: np.diag([beta**2] * x.size),
    "1 - beta:": lambda x, beta: np.diag([1 - beta] * x.size),
    "sqrt(1 - beta)": lambda x, beta: np.diag([(1 - beta) ** 0.5] * x.size),
    "every entry": lambda x, beta: np.ones((x.size, x.size)) * beta,
    "without beta": lambda x, beta: jnp.eye(x.size),
    "the number beta alone": lambda x, beta: beta,
    "in the shape of the image": lambda x, beta: beta * jnp.ones_like(x),
    "a diagonal of standard deviations": lambda x, beta: [beta**0.5] * x.size,
}


def q_with(image, noise):
    return lambda s, x_0, t, eps: image(s, t) * x_0 + noise(s, t) * eps


@jax.jit
def _jitted_q(schedule, x_0, t, noise):
    a = jnp.cumprod(1 - schedule.beta)[t]
    return jnp.sqrt(a) * x_0 + jnp.sqrt(1 - a) * noise


def _looped_q(schedule, x_0, t, noise):
    result = np.zeros(x_0.shape)
    for i in np.ndindex(*x_0.shape):
        result[i] = math.sqrt(bar(schedule, t)) * x_0[i] + math.sqrt(1 - bar(schedule, t)) * noise[i]
    return result


def _logarithmic_q(schedule, x_0, t, noise):
    bar = jnp.exp(jnp.sum(jnp.log1p(-schedule.beta[: t + 1])))
    return x_0 * bar**0.5 + noise * jnp.sqrt(-jnp.expm1(jnp.log(bar)))


def _in_place_q(schedule, x_0, t, noise):
    x_0 *= np.sqrt(schedule.alpha_bar[t])
    x_0 += np.sqrt(schedule.one_minus_alpha_bar[t]) * noise
    return x_0


def _stepwise_q(schedule, x_0, t, noise):
    for s in range(1, t + 1):
        x_0 = jnp.sqrt(schedule.alpha[s]) * x_0 + jnp.sqrt(schedule.beta[s]) * noise
    return x_0


RIGHT["q_sample"] = {
    "the package": ddpm.process.q_sample,
    "jitted": _jitted_q,
    "loops": _looped_q,
    "in place": _in_place_q,
    "by logarithms": _logarithmic_q,
    "numpy": q_with(
        lambda s, t: np.sqrt(np.cumprod(1 - np.array(s.beta)))[t],
        lambda s, t: np.sqrt(1 - np.prod(1 - np.array(s.beta)[: t + 1])),
    ),
}
SLIPS["q_sample"] = {
    "the variance 1 - alpha_bar_t in the place": q_with(
        lambda s, t: jnp.sqrt(s.alpha_bar[t]), lambda s, t: 1 - s.alpha_bar[t]
    ),
    "alpha_bar_t without its square root": q_with(
        lambda s, t: s.alpha_bar[t], lambda s, t: jnp.sqrt(1 - s.alpha_bar[t])
    ),
    "both square roots are missing": q_with(lambda s, t: bar(s, t), lambda s, t: 1 - bar(s, t)),
    "one step instead of t": q_with(lambda s, t: jnp.sqrt(1 - s.beta[t]), lambda s, t: jnp.sqrt(s.beta[t])),
    "step t - 1 in the place of t": q_with(lambda s, t: bar(s, t - 1) ** 0.5, lambda s, t: (1 - bar(s, t - 1)) ** 0.5),
    "step t + 1 in the place of t": q_with(
        lambda s, t: jnp.sqrt(s.alpha_bar[t + 1]), lambda s, t: jnp.sqrt(1 - s.alpha_bar[t + 1])
    ),
    "product of beta in the place": q_with(
        lambda s, t: jnp.cumprod(s.beta[1:])[t - 1] ** 0.5, lambda s, t: (1 - jnp.cumprod(s.beta[1:])[t - 1]) ** 0.5
    ),
    "beta_0 = 0": q_with(lambda s, t: jnp.cumprod(s.beta)[t] ** 0.5, lambda s, t: (1 - jnp.cumprod(s.beta)[t]) ** 0.5),
    "swapped": q_with(lambda s, t: (1 - bar(s, t)) ** 0.5, lambda s, t: bar(s, t) ** 0.5),
    "no noise": q_with(lambda s, t: bar(s, t) ** 0.5, lambda s, t: 0),
    "same noise in each": _stepwise_q,
    "to the power t": q_with(lambda s, t: s.alpha[t] ** (t / 2), lambda s, t: jnp.sqrt(1 - s.alpha[t] ** t)),
    "has no part in the answer": lambda s, x_0, t, noise: q_with(
        lambda s, t: bar(s, t) ** 0.5, lambda s, t: (1 - bar(s, t)) ** 0.5
    )(s, x_0, t, jax.random.normal(jax.random.key(7), x_0.shape)),
    "the same arguments": lambda s, x_0, t, noise: (
        np.sqrt(bar(s, t)) * x_0 + np.random.default_rng().normal(size=x_0.shape)
    ),
    "keeps its size": q_with(lambda s, t: 1, lambda s, t: 1 / jnp.sqrt(s.snr[t])),
}


def mean_with(x_0_factor=None, x_t_factor=None, weight=lambda s, t: 1 / (2 * s.beta[t]), reduce=lambda d: (d**2).sum()):
    def loss(s, t, x_0, x_t, predicted_mean):
        a = bar(s, t - 1) ** 0.5 * s.beta[t] / (1 - bar(s, t)) if x_0_factor is None else x_0_factor(s, t)
        b = s.alpha[t] ** 0.5 * (1 - bar(s, t - 1)) / (1 - bar(s, t)) if x_t_factor is None else x_t_factor(s, t)
        return weight(s, t) * reduce(a * x_0 + b * x_t - predicted_mean)

    return loss


def _bayes_mean_loss(s, t, x_0, x_t, predicted_mean):
    """Sums of precisions."""
    before, beta = traced_bar(s, t - 1), s.beta[t]
    prior, likelihood = 1 / jnp.where(t > 1, 1 - before, 1), (1 - beta) / beta
    mean = (prior * before**0.5 * x_0 + likelihood * x_t / (1 - beta) ** 0.5) / (prior + likelihood)
    return jnp.sum((jnp.where(t > 1, mean, x_0) - predicted_mean) ** 2) / (2 * beta)


def _in_words_of_numpy(s, t, x_0, x_t, predicted_mean):
    beta, bar_t, before = (np.asarray(part) for part in (s.beta[t], s.alpha_bar[t], s.alpha_bar[t - 1]))
    mean = (np.sqrt(before) * beta * x_0 + np.sqrt(1 - beta) * (1 - before) * x_t) / (1 - bar_t)
    return np.sum((mean - predicted_mean) ** 2) / (2 * beta)


def _with_if(s, t, x_0, x_t, predicted_mean):
    if t == 1:
        return jnp.sum((x_0 - predicted_mean) ** 2) / (2 * s.beta[1])
    return ddpm.losses.mean_loss(s, t, x_0, x_t, predicted_mean)


def _padded_mean_loss(s, t, x_0, x_t, predicted_mean):
    before = jnp.concatenate([jnp.ones(1), s.alpha_bar[:-1]])  # alpha_bar_{t-1}, padded on the right side
    a, b = jnp.sqrt(before) * s.beta / (1 - s.alpha_bar), jnp.sqrt(s.alpha) * (1 - before) / (1 - s.alpha_bar)
    return jnp.linalg.norm(a[t] * x_0 + b[t] * x_t - predicted_mean) ** 2 / (2 * s.beta[t])


def traced_mean(reduce=lambda d: jnp.sum(d**2)):
    return mean_with(
        lambda s, t: jnp.sqrt(traced_bar(s, t - 1)) * s.beta[t] / (1 - traced_bar(s, t)),
        lambda s, t: s.alpha[t] ** 0.5 * (1 - traced_bar(s, t - 1)) / (1 - traced_bar(s, t)),
        reduce=reduce,
    )


RIGHT["mean_loss"] = {
    "the package": ddpm.losses.mean_loss,
    "jitted": jax.jit(ddpm.losses.mean_loss),
    "precisions": _bayes_mean_loss,
    "products": traced_mean(),
    "a scalar product": traced_mean(lambda d: d @ d),
    "padded": _padded_mean_loss,
    "einsum": traced_mean(lambda d: jnp.einsum("i,i->", d, d)),
}
EAGER["mean_loss"] = {
    "jnp in the place of np": _in_words_of_numpy,
    "jnp.where": _with_if,
    "in the place of a slice": mean_with(),
    "no float()": lambda *case: ddpm.losses.mean_loss(*case).item(),
    "without static_argnums": jax.jit(ddpm.losses.mean_loss, static_argnums=1),
}
SLIPS["mean_loss"] = {
    "factor 1/2": mean_with(weight=lambda s, t: 1 / s.beta[t]),
    "sigma_t (the standard deviation)": mean_with(weight=lambda s, t: 1 / (2 * jnp.sqrt(s.beta[t]))),
    "beta_tilde_t in the place": mean_with(weight=lambda s, t: np.float64(0.5) / np.float64(tilde(s, t))),
    "mean over the pixels": mean_with(reduce=lambda d: jnp.mean(d**2)),
    "the mean squared error:": mean_with(weight=lambda s, t: 1, reduce=lambda d: jnp.mean(d**2)),
    "beta_t taken from step t - 1": mean_with(weight=lambda s, t: 1 / (2 * s.beta[t - 1])),
    "beta_tilde_t without its denominator": mean_with(
        weight=lambda s, t: 1 / (2 * (1 - s.alpha_bar[t - 1]) * s.beta[t])
    ),
    "the list is alpha_bar_{t+1}": mean_with(
        lambda s, t: jnp.sqrt(jnp.append(s.alpha_bar[1:], 1)[t]) * s.beta[t] / (1 - s.alpha_bar[t]),
        lambda s, t: jnp.sqrt(s.alpha[t]) * (1 - jnp.append(s.alpha_bar[1:], 1)[t]) / (1 - s.alpha_bar[t]),
    ),
    "the list is alpha_bar_t,": mean_with(
        lambda s, t: jnp.sqrt(jnp.append(s.alpha_bar[:-1], 1)[t]) * s.beta[t] / (1 - s.alpha_bar[t]),
        lambda s, t: jnp.sqrt(s.alpha[t]) * (1 - jnp.append(s.alpha_bar[:-1], 1)[t]) / (1 - s.alpha_bar[t]),
    ),
    "without its brackets": mean_with(
        lambda s, t: jnp.sqrt(s.alpha_bar[t - 1]) * s.beta[t] / 1 - s.alpha_bar[t],
        lambda s, t: jnp.sqrt(s.alpha[t]) * (1 - s.alpha_bar[t - 1]) / 1 - s.alpha_bar[t],
    ),
    "weight of the noise loss": mean_with(weight=lambda s, t: s.beta[t] / (2 * s.alpha[t] * (1 - bar(s, t)))),
    "length itself": mean_with(reduce=jnp.linalg.norm),
    "absolute values": mean_with(reduce=lambda d: abs(d).sum()),
    "weight 1 / (2 sigma_t^2) is missing": mean_with(weight=lambda s, t: 1),
    "alpha_bar_t in the place of alpha_bar_{t-1} in both": mean_with(
        lambda s, t: bar(s, t) ** 0.5 * s.beta[t] / (1 - bar(s, t)), lambda s, t: s.alpha[t] ** 0.5
    ),
    "swapped": mean_with(
        lambda s, t: s.alpha[t] ** 0.5 * (1 - bar(s, t - 1)) / (1 - bar(s, t)),
        lambda s, t: bar(s, t - 1) ** 0.5 * s.beta[t] / (1 - bar(s, t)),
    ),
    "x_t in the place of mu_tilde_t": mean_with(lambda s, t: 0, lambda s, t: 1),
}


def noise_with(weight=lambda s, t: s.beta[t] / (2 * s.alpha[t] * (1 - bar(s, t))), reduce=lambda d: (d**2).sum()):
    return lambda s, t, noise, predicted_noise: weight(s, t) * reduce(noise - predicted_noise)


def traced_weight(s, t):
    return s.beta[t] / (2 * s.alpha[t] * (1 - traced_bar(s, t)))


def _by_the_means(schedule, t, noise, predicted_noise):
    """The mean loss of the two means that belong to the noises, at any x_t."""
    x_t = jnp.ones_like(noise)
    means = [ddpm.predict.mean_from_noise(schedule, x_t, t, jnp.asarray(e)) for e in (noise, predicted_noise)]
    return jnp.sum((means[0] - means[1]) ** 2) / (2 * schedule.beta[t])


RIGHT["noise_loss"] = {
    "the package": ddpm.losses.noise_loss,
    "jitted": jax.jit(ddpm.losses.noise_loss),
    "by the means": _by_the_means,
    "products": noise_with(traced_weight),
    "a loop": noise_with(traced_weight, lambda d: sum(d[i] ** 2 for i in range(d.size))),
    "beta squared": noise_with(lambda s, t: s.beta[t] ** 2 / (2 * s.beta[t] * s.alpha[t] * (1 - s.alpha_bar[t]))),
}
EAGER["noise_loss"] = {
    "in the place of a slice": noise_with(),
    "jnp in the place of np": noise_with(lambda s, t: np.float32(s.beta[t]) / (2 * s.alpha[t] * (1 - s.alpha_bar[t]))),
    "NumPy cannot": noise_with(traced_weight, lambda d: sum(v**2 for v in listed(d))),
    "no float()": noise_with(traced_weight, lambda d: sum(float(v) ** 2 for v in d)),
    "jnp.where": noise_with(lambda s, t: traced_weight(s, t) if t > 0 else 0),
}
SLIPS["noise_loss"] = {
    "factor 1/2": noise_with(lambda s, t: s.beta[t] / (s.alpha[t] * (1 - bar(s, t)))),
    "the simple loss": noise_with(lambda s, t: 1),
    "mean over the pixels": noise_with(reduce=lambda d: (d**2).mean()),
    "the mean squared error:": noise_with(lambda s, t: 1, lambda d: (d**2).mean()),
    "absolute values": noise_with(reduce=lambda d: jnp.abs(d).sum()),
    "alpha_bar_t in the place of alpha_t": noise_with(lambda s, t: s.beta[t] / (2 * bar(s, t) * (1 - bar(s, t)))),
    "alpha_bar_{t-1} in the place": noise_with(
        lambda s, t: s.beta[t] ** 2 / np.float64(2 * tilde(s, t) * s.alpha[t] * (1 - bar(s, t)))
    ),
    "square root of 1 - alpha_bar_t": noise_with(lambda s, t: s.beta[t] / (2 * s.alpha[t] * (1 - bar(s, t)) ** 0.5)),
    "sigma_t (the standard deviation)": noise_with(
        lambda s, t: s.beta[t] ** 2 / (2 * s.beta[t] ** 0.5 * s.alpha[t] * (1 - bar(s, t)))
    ),
    "beta_tilde_t without its denominator": noise_with(
        lambda s, t: s.beta[t] ** 2 / (2 * (1 - s.alpha_bar[t - 1]) * s.beta[t] * s.alpha[t] * (1 - s.alpha_bar[t]))
    ),
    "2 alpha_t * 1 - alpha_bar_t": noise_with(lambda s, t: s.beta[t] / (2 * s.alpha[t] * 1 - s.alpha_bar[t])),
    "2 sigma_t^2 alpha_t * 1": noise_with(
        lambda s, t: s.beta[t] ** 2 / (2 * s.beta[t] * s.alpha[t] * 1 - s.alpha_bar[t])
    ),
    "beta_t and alpha_t of step t - 1": noise_with(
        lambda s, t: s.beta[t - 1] / (2 * s.alpha[t - 1] * (1 - s.alpha_bar[t]))
    ),
    "weight of the mean loss": noise_with(lambda s, t: 1 / (2 * s.beta[t])),
}


def train_with(
    x_t=lambda x_0, noise, s, t: bar(s, t) ** 0.5 * x_0 + (1 - bar(s, t)) ** 0.5 * noise,
    time=lambda t: t,
    loss=lambda noise, predicted, x_0: jnp.mean((noise - predicted) ** 2),
):
    return lambda s, predict_noise, x_0, t, noise: loss(noise, predict_noise(x_t(x_0, noise, s, t), time(t)), x_0)


@functools.partial(jax.jit, static_argnums=1)
def _static_training(schedule, predict_noise, x_0, t, noise):
    return ddpm.train.training_loss(schedule, predict_noise, x_0, t, noise)


@jax.jit
def _jitted_error(noise, predicted):
    return jnp.mean((noise - predicted) ** 2)


def _looped_training(schedule, predict_noise, x_0, t, noise):
    x_t = np.array(ddpm.process.q_sample(schedule, x_0, t, noise), np.float32)
    errors = [(a - b) ** 2 for a, b in zip(listed(np.ravel(noise)), listed(np.ravel(predict_noise(x_t, t))))]
    return sum(errors) / len(errors)


def _batched_training(schedule, predict_noise, x_0, t, noise):
    x_t = _jitted_q(schedule, x_0, t, noise)
    predicted = jax.vmap(predict_noise)(x_t[None], jnp.array([t]))
    return jnp.mean((noise - predicted[0]) ** 2, keepdims=False)


def traced_x_t(x_0, noise, s, t):
    return traced_bar(s, t) ** 0.5 * x_0 + (1 - traced_bar(s, t)) ** 0.5 * noise


RIGHT["training_loss"] = {
    "the package": ddpm.train.training_loss,
    "products": train_with(traced_x_t),
    "vmap": _batched_training,
    "jitted inside": train_with(traced_x_t, loss=lambda noise, p, x_0: _jitted_error(noise, p)),
    "sum and size": train_with(traced_x_t, loss=lambda noise, p, x_0: jnp.sum((noise - p) ** 2) / x_0.size),
    "both axes": train_with(traced_x_t, loss=lambda noise, p, x_0: jnp.square(p - noise).mean(axis=(0, 1))),
}
EAGER["training_loss"] = {
    "in the place of a slice": train_with(),
    "jnp in the place of np": train_with(
        lambda x_0, noise, s, t: np.sqrt(s.alpha_bar[t]) * x_0 + np.sqrt(1 - s.alpha_bar[t]) * noise
    ),
    "no float()": train_with(traced_x_t, loss=lambda noise, p, x_0: jnp.mean((noise - p) ** 2).item()),
    "The way out": _static_training,
    "NumPy cannot": _looped_training,
}
SLIPS["training_loss"] = {
    "the sum over": train_with(loss=lambda noise, p, x_0: jnp.sum((noise - p) ** 2)),
    "absolute values": train_with(loss=lambda noise, p, x_0: jnp.mean(abs(noise - p))),
    "compared with x_0": train_with(loss=lambda noise, p, x_0: jnp.mean((x_0 - p) ** 2)),
    "network sees x_0": train_with(lambda x_0, noise, s, t: x_0),
    "network gets t - 1": train_with(time=lambda t: t - 1),
    "t counted from 0": train_with(
        lambda x_0, noise, s, t: bar(s, t - 1) ** 0.5 * x_0 + (1 - bar(s, t - 1)) ** 0.5 * noise, lambda t: t - 1
    ),
    "half the mean": train_with(loss=lambda noise, p, x_0: jnp.mean((noise - p) ** 2) / 2),
    "step t - 1": train_with(lambda x_0, noise, s, t: bar(s, t - 1) ** 0.5 * x_0 + (1 - bar(s, t - 1)) ** 0.5 * noise),
    "has no part in the answer": lambda s, f, x_0, t, noise: train_with()(
        s, f, x_0, t, jax.random.normal(jax.random.key(t), x_0.shape)
    ),
    "compared with x_t - x_0": lambda s, f, x_0, t, noise: jnp.mean(
        (traced_x_t(x_0, noise, s, t) - x_0 - f(traced_x_t(x_0, noise, s, t), t)) ** 2
    ),
    "variance 1 - alpha_bar_t": train_with(lambda x_0, noise, s, t: bar(s, t) ** 0.5 * x_0 + (1 - bar(s, t)) * noise),
}


def _popped(sizes):
    back = list(sizes)
    back.pop()
    back.reverse()
    return sizes + back


RIGHT["layer_sizes"] = {
    "slices": lambda sizes: sizes + sizes[-2::-1],
    "pop": _popped,
    "a tuple": lambda sizes: (*sizes, *reversed(sizes[:-1])),
    "numpy": lambda sizes: np.concatenate([sizes, sizes[:-1][::-1]]),
    "jax": lambda sizes: jnp.array(sizes + sizes[:-1][::-1]),
    "a loop": lambda sizes: sizes + [sizes[i] for i in range(len(sizes) - 2, -1, -1)],
}
SLIPS["layer_sizes"] = {
    "the way there alone": lambda sizes: sizes,
    "innermost layer stands there twice.": lambda sizes: sizes + list(reversed(sizes)),
    "way back alone": lambda sizes: list(reversed(sizes)),
    "innermost layer is missing": lambda sizes: sizes[:-1] + sizes[-2::-1],
    "one layer too early": lambda sizes: sizes + sizes[-2:0:-1],
    "the way there twice.": lambda sizes: 2 * sizes,
    "straight from": lambda sizes: [*sizes, sizes[0]],
    "pairs": lambda sizes: list(zip(sizes[:-1], sizes[1:])),
}


def reverse_with(
    share=lambda s, t: s.beta[t] / (1 - bar(s, t)) ** 0.5,
    scale=lambda s, t: 1 / s.alpha[t] ** 0.5,
    sigma=lambda s, t: s.beta[t] ** 0.5 if t > 1 else 0,
):
    return lambda s, x_t, t, predicted, noise: scale(s, t) * (x_t - share(s, t) * predicted) + sigma(s, t) * noise


def _by_x_0(schedule, x_t, t, predicted_noise, noise):
    x_0 = ddpm.predict.x_0_from_noise(schedule, x_t, t, jnp.asarray(predicted_noise))
    mean = ddpm.process.posterior_mean(schedule, x_0, x_t, t)
    return jnp.where(t > 1, mean + jnp.sqrt(schedule.beta[t]) * noise, mean)


def _in_numpy(schedule, x_t, t, predicted_noise, noise):
    beta, x = np.asarray(schedule.beta), np.array(x_t)
    x -= beta[t] / np.sqrt(1 - np.cumprod(1 - beta)[t]) * np.asarray(predicted_noise)
    x /= np.sqrt(1 - beta[t])
    if t != 1:
        x += np.sqrt(beta[t]) * np.asarray(noise)
    return x


RIGHT["reverse_step"] = {
    "core": reverse_with(),
    "the package": ancestral_step,
    "jitted": jax.jit(ancestral_step),
    "by x_0": jax.jit(_by_x_0),
    "NumPy, in a copy": _in_numpy,
    "at": lambda s, x_t, t, e, z: reverse_with()(s, x_t, t, e, z.at[...].multiply(min(t - 1, 1))),
}
EAGER["reverse_step"] = {"jnp.array(...)": lambda *args: listed(reverse_with()(*args))}
SLIPS["reverse_step"] = {
    "in the last step": reverse_with(sigma=lambda s, t: s.beta[t] ** 0.5),
    "no noise": reverse_with(sigma=lambda s, t: 0),
    "beta_t scales": reverse_with(sigma=lambda s, t: s.beta[t] if t > 1 else 0),
    "beta_tilde_t in the place": reverse_with(sigma=lambda s, t: tilde(s, t) ** 0.5),
    "1 / sqrt(alpha_t) is missing": reverse_with(scale=lambda s, t: 1),
    "predicted noise is added": reverse_with(share=lambda s, t: -s.beta[t] / (1 - bar(s, t)) ** 0.5),
    "without its square root.": reverse_with(share=lambda s, t: s.beta[t] / (1 - bar(s, t))),
    "step t - 1": reverse_with(share=lambda s, t: s.beta[t] / jnp.sqrt(1 - s.alpha_bar[t - 1])),
    "beta_t and alpha_t of step t - 1": reverse_with(
        lambda s, t: s.beta[t - 1] / (1 - bar(s, t)) ** 0.5,
        lambda s, t: s.alpha[t - 1] ** -0.5,
        lambda s, t: s.beta[t - 1] ** 0.5 if t > 1 else 0,
    ),
    "clipped to [-1, 1]": lambda s, x_t, t, eps, noise: (
        ddpm.process.posterior_mean(s, jnp.clip(ddpm.predict.x_0_from_noise(s, x_t, t, eps), -1, 1), x_t, t)
        + (jnp.sqrt(s.beta[t]) * noise if t > 1 else 0)
    ),
    "has no part in the answer": lambda s, x_t, t, eps, noise: reverse_with()(
        s, x_t, t, eps, np.random.normal(size=x_t.shape)
    ),
    "beta_tilde_t without its denominator": reverse_with(
        sigma=lambda s, t: jnp.sqrt((1 - s.alpha_bar[t - 1]) * s.beta[t]) if t > 1 else 0
    ),
    "estimate of x_0": reverse_with(lambda s, t: (1 - bar(s, t)) ** 0.5, lambda s, t: bar(s, t) ** -0.5),
    "DDIM": lambda s, x_t, t, eps, noise: (
        bar(s, t - 1) ** 0.5 * ddpm.predict.x_0_from_noise(s, x_t, t, jnp.asarray(eps))
        + (1 - bar(s, t - 1)) ** 0.5 * eps
    ),
}


def loop_with(step=ancestral_step, ts=lambda T: range(T, 0, -1), index=lambda t, T: t, time=lambda t, T: t):
    def sampler(schedule, predict_noise, x_T, noises):
        x, T = x_T, schedule.T
        for t in ts(T):
            x = step(schedule, x, t, predict_noise(x, time(t, T)), noises[index(t, T)])
        return x

    return sampler


def assigned(x, new):
    x[...] = new
    return x


def _scanned(schedule, predict_noise, x_T, noises):
    def step(x, t):
        mean = ddpm.predict.mean_from_noise(schedule, x, t, predict_noise(x, t))
        return mean + jnp.where(t > 1, jnp.sqrt(schedule.beta[t]), 0) * noises[t], None

    return jax.lax.scan(step, jnp.asarray(x_T), jnp.arange(1, schedule.T + 1), reverse=True)[0]


def _counted(schedule, predict_noise, x_T, noises):
    t, x = schedule.T, np.array(x_T)
    while t >= 1:
        x[...] = np.asarray(reverse_with()(schedule, x, t, np.asarray(predict_noise(x, t)), noises[t]))
        t -= 1
    return x


def _recursive(schedule, predict_noise, x_T, noises, t=None):
    t = schedule.T if t is None else t
    if t == 0:
        return x_T
    x = reverse_with()(schedule, x_T, t, predict_noise(x_T, t), noises[t])
    return _recursive(schedule, predict_noise, x, noises, t - 1)


def _fori(schedule, predict_noise, x_T, noises):
    def body(i, x):
        t, noises_ = schedule.T - i, jnp.asarray(noises)
        return _by_x_0(schedule, x, t, predict_noise(x, t), noises_[t])

    return jax.lax.fori_loop(0, schedule.T, body, jnp.asarray(x_T))


RIGHT["sampler"] = {
    "a loop": loop_with(),
    "scan": _scanned,
    "while": _counted,
    "recursion": _recursive,
    "fori_loop": _fori,
    "reversed": loop_with(ts=lambda T: reversed(range(1, T + 1))),
}
EAGER["sampler"] = {
    "jnp.array(...)": lambda *args: listed(loop_with()(*args)),
    "x.at[...]": loop_with(lambda schedule, x, *rest: assigned(x, ancestral_step(schedule, x, *rest))),
}
SLIPS["sampler"] = {
    "in the last step": loop_with(SLIPS["reverse_step"]["in the last step"]),
    "no noise": loop_with(SLIPS["reverse_step"]["no noise"]),
    "beta_tilde_t in the place": loop_with(SLIPS["reverse_step"]["beta_tilde_t in the place"]),
    "1 / sqrt(alpha_t) is missing": loop_with(SLIPS["reverse_step"]["1 / sqrt(alpha_t) is missing"]),
    "runs forwards, from": loop_with(ts=lambda T: range(1, T + 1)),
    "starts at t = T - 1": loop_with(ts=lambda T: range(T - 1, 0, -1)),
    "starts at t = T + 1": loop_with(reverse_with(), lambda T: range(T + 1, 0, -1)),
    "has no part in the answer": lambda s, f, x_T, noises: loop_with()(
        s, f, x_T, jax.random.normal(jax.random.key(1), noises.shape)
    ),
    "clipped to [-1, 1]": loop_with(SLIPS["reverse_step"]["clipped to [-1, 1]"]),
    "stops at t = 2": loop_with(ts=lambda T: range(T, 1, -1)),
    "noises[t - 1]": loop_with(index=lambda t, T: t - 1),
    "noises[T - t]": loop_with(index=lambda t, T: T - t),
    "same noise in every step, noises[1]": loop_with(index=lambda t, T: 1),
    "network gets t - 1": loop_with(time=lambda t, T: t - 1),
    "t counted from 0": loop_with(index=lambda t, T: t - 1, time=lambda t, T: t - 1),
}
RIGHT["my_betas"] = {
    "linspace": lambda T: np.minimum(np.linspace(0.1 / T, 20 / T, T), 0.999),
    "a list": lambda T: [min(0.5, 10 / T)] * T,
    "cosine": lambda T: ddpm.cosine(T).beta[1:],
    "falling": lambda T: jnp.linspace(0.9, 0.01, T),
    "constant 0.99": lambda T: np.full(T, 0.99),
    "from alpha_bar": jax.jit(
        lambda T: 1 - jnp.linspace(1, 0.05, T + 1)[1:] / jnp.linspace(1, 0.05, T + 1)[:-1], static_argnums=0
    ),
    "float32": lambda T: np.linspace(0.001, 0.999, T, dtype=np.float32),
    "falling from 1": lambda T: np.linspace(1, 0.05, T),
    "falling from 0.9999": lambda T: np.linspace(0.9999, 0.9, T),
    "all at the end": lambda T: [0] * (T - 1) + [1],
    "falling from 0.95 in steps": lambda T: [0.95 if t < T // 2 else 0.5 for t in range(T)],
    "what alphas look like": lambda T: 1 - np.linspace(1e-4, 0.02, T),
}
SLIPS["my_betas"] = {
    "T + 1 betas": lambda T: ddpm.cosine(T).beta,
    "T - 1 betas": lambda T: 1 - ddpm.cosine(T).alpha_bar[2:] / ddpm.cosine(T).alpha_bar[1:-1],
    "enough noise for many steps": lambda T: np.linspace(1e-4, 0.02, T),
    "too little noise": lambda T: np.full(T, 1 / T),
    "alpha_bar_0, ..., alpha_bar_T": lambda T: ddpm.cosine(T).alpha_bar,
    "whatever T is": lambda T: [0.1, 0.2, 0.5],
    "variance above 1": lambda T: np.arange(1, T + 1) * 0.1,
    "negative variance": lambda T: np.linspace(-0.1, 0.1, T),
    "nothing ever happens": lambda T: np.zeros(T, int),
    "random": lambda T: np.random.default_rng().uniform(0.01, 0.1, T),
    "one number": lambda T: 0.02,
    "row or a column": lambda T: np.full((T, 1), 0.02),
    "a Schedule": ddpm.cosine,
}

for chapter in (
    grading_answers_score,
    grading_answers_small_steps,
    grading_answers_bits,
    grading_answers_fewer_steps,
    grading_answers_where_to_step,
    grading_answers_flow_matching,
    grading_answers_real_images,
    grading_answers_guidance,
    grading_answers_inverse,
    grading_answers_larger,
    grading_answers_choices,
):
    RIGHT |= chapter.RIGHT
    SLIPS |= chapter.SLIPS
    CHECKS |= chapter.CHECKS

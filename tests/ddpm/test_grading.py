import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.grading import Exercise, check, check_forward_mean, check_forward_variance

RIGHT_MEANS = {
    "numpy": lambda x, beta: np.sqrt(1 - beta) * x,
    "jax, jitted": jax.jit(lambda x, beta: jnp.sqrt(1 - beta) * x),
    "float32": lambda x, beta: (np.float32(1 - beta) ** np.float32(0.5)) * x.astype(np.float32),
    "a list, in loops": lambda x, beta: [[math.sqrt(1 - beta) * v for v in row] for row in x] if x.ndim == 2
    else [math.sqrt(1 - beta) * v for v in x],
}
RIGHT_VARIANCES = {
    "eye": lambda x, beta: beta * np.eye(x.size),
    "diag": lambda x, beta: jnp.diag(jnp.full(x.size, beta)),
    "standard deviation squared": lambda x, beta: (np.sqrt(beta) * np.identity(x.size)) ** 2,
    "outer": lambda x, beta: np.where(np.arange(x.size)[:, None] == np.arange(x.size), beta, 0),
}
MEAN_SLIPS = {
    "without the square root": lambda x, beta: (1 - beta) * x,
    "square root of beta": lambda x, beta: beta**0.5 * x,
    "1 - sqrt(beta)": lambda x, beta: x - beta**0.5 * x,
    "image itself": lambda x, beta: x,
    "beta times": lambda x, beta: x * beta,
    "way back": lambda x, beta: x / (1 - beta) ** 0.5,
}
VARIANCE_SLIPS = {
    "standard deviation": lambda x, beta: np.diag([beta**0.5] * x.size),
    "squared": lambda x, beta: np.diag([beta**2] * x.size),
    "1 - beta:": lambda x, beta: np.diag([1 - beta] * x.size),
    "sqrt(1 - beta)": lambda x, beta: np.diag([(1 - beta) ** 0.5] * x.size),
    "every entry": lambda x, beta: np.ones((x.size, x.size)) * beta,
    "without beta": lambda x, beta: np.eye(x.size),
}


@pytest.mark.parametrize("answer", RIGHT_MEANS.values(), ids=RIGHT_MEANS)
def test_right_means_pass(answer):
    verdict = check_forward_mean(answer)
    assert verdict.passed and verdict.mean_error < 1e-5 and verdict.slip is None


@pytest.mark.parametrize("answer", RIGHT_VARIANCES.values(), ids=RIGHT_VARIANCES)
def test_right_variances_pass(answer):
    verdict = check_forward_variance(answer, seed=3)
    assert verdict.passed and verdict.slip is None


@pytest.mark.parametrize("words, answer", MEAN_SLIPS.items())
def test_mean_slips_are_named(words, answer):
    verdict = check_forward_mean(answer, seed=1)
    assert not verdict.passed and words in verdict.slip and words in str(verdict)


@pytest.mark.parametrize("words, answer", VARIANCE_SLIPS.items())
def test_variance_slips_are_named(words, answer):
    verdict = check_forward_variance(answer)
    assert not verdict.passed and words in verdict.slip


def test_an_unknown_mistake_is_wrong_without_a_name():
    verdict = check_forward_mean(lambda x, beta: np.sqrt(1 - beta) * x + 0.01)
    assert not verdict.passed and verdict.slip is None
    assert verdict.mean_error == pytest.approx(0.01)
    assert "off by 0.01" in str(verdict) and "expected" in str(verdict)


def _raises(x, beta):
    raise KeyError("oops")


@pytest.mark.parametrize("answer, words", [
    (_raises, "raised KeyError"),
    (lambda x, beta: None, "Not yet answered"),
    (lambda x, beta: ..., "Not yet answered"),
    (lambda x, beta: "0.3", "returned str"),
    (lambda x, beta: "much", "returned str"),
    (lambda x, beta: x * np.nan, "not finite"),
    (lambda x, beta: x.ravel()[:2], "returned the shape (2,)"),
    (lambda x: x, "raised TypeError"),
    ("a string", "expected a function"),
])
def test_nonsense_gets_a_verdict_not_an_exception(answer, words):
    verdict = check_forward_mean(answer)
    assert not verdict.passed and words in str(verdict) and math.isnan(verdict.mean_error)


def test_a_function_that_changes_its_input_spoils_nothing():
    def destructive(x, beta):
        x *= math.sqrt(1 - beta)
        return x

    case = (np.ones(3), 0.36)
    exercise = Exercise("scaled", "0", ("x", "beta"), lambda seed: [case, case], lambda x, beta: 0.8 * x)
    verdict = check(destructive, exercise)
    assert verdict.passed and "changes its argument x" in str(verdict)
    assert (case[0] == 1).all()


def test_the_seed_changes_the_cases():
    seen = []
    for seed in (0, 1):
        check_forward_mean(lambda x, beta: seen.append(beta) or np.sqrt(1 - beta) * x, seed)
    assert len(seen) == 40 and set(seen[:20]).isdisjoint(seen[20:])

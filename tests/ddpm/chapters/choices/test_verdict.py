"""The rule of the verdicts: the interval against SciPy's paired test, the words at their limits."""

import numpy as np
import pytest
from scipy import stats

from ddpm.chapters.choices.verdict import Effect, effect, of_context, of_factor


def test_the_interval_is_that_of_a_paired_test():
    rng = np.random.default_rng(0)
    values, base = np.exp(rng.normal(size=(2, 6)))
    found = effect(values, base)
    ends = stats.ttest_rel(np.log(values), np.log(base)).confidence_interval(0.95)
    np.testing.assert_allclose(np.log(found[1:]), [ends.low, ends.high])
    assert found.ratio == pytest.approx(stats.gmean(values / base))


def test_it_holds_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    hits = [
        (e := effect(np.exp(0.3 + rng.normal(0, 0.2, 5)), np.ones(5))).low < np.exp(0.3) < e.high for _ in range(2000)
    ]
    assert 0.935 < np.mean(hits) < 0.965


@pytest.mark.parametrize(
    "low, high, word",
    [(1.3, 1.4, "worse"), (0.6, 0.79, "better"), (0.81, 1.24, "same"), (1.2, 1.3, "open"), (0.7, 1.4, "open")],
)
def test_the_words(low, high, word):
    assert Effect((low * high) ** 0.5, low, high).word == word


def test_contexts_and_factors():
    assert of_context(["same", "worse"]) == of_context(["better", "open"]) == "matters"
    assert of_context(["same", "same"]) == "does not" and of_context(["same", "open"]) == "open"
    assert of_factor(["matters", "does not", "open"]) == "depends"
    assert of_factor(["matters", "open"]) == of_factor(["matters"]) == "matters"
    assert of_factor(["does not"]) == "does not" and of_factor(["does not", "open"]) == "open"


@pytest.mark.parametrize("values, base", [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([1.0, 0.0], [1.0, 1.0])])
def test_words_for_what_is_no_pair(values, base):
    with pytest.raises(ValueError, match="two or more values above 0"):
        effect(np.array(values), np.array(base))

"""The exercises of the chapter `bits`, where they differ from others: the numbers by hand, and what the package has."""

import jax.numpy as jnp
import numpy as np
import pytest
from by_hand import by_hand_tests
from grading_answers_bits import BY_HAND, CHECKS, RIGHT_BY_HAND, SLIPS_BY_HAND

from ddpm.chapters.bits.exercises.bits import BITS
from ddpm.chapters.bits.exercises.trace import TRACE
from ddpm.chapters.bits.exercises.written import PROBLEM_12_3, check_answer_12_3
from ddpm.grading import Status
from ddpm.likelihood import bits_per_dimension, hutchinson, offset, probe_variance


def test_the_answers_are_the_packages():
    for log_density, x, values, low, high in BITS.cases(0):
        ours = bits_per_dimension(log_density, x.size, values, low, high)
        np.testing.assert_allclose(BITS.reference(log_density, x, values, low, high), ours, rtol=1e-5)
    for J, probes in TRACE.cases(0)[:2]:
        J, probes = jnp.asarray(J, jnp.float32), jnp.asarray(probes, jnp.float32)
        ours = hutchinson(lambda x: J @ x, jnp.zeros(len(J)), probes)[1]
        np.testing.assert_allclose(TRACE.reference(J, probes), ours, rtol=1e-4)


def test_what_is_known_is_what_the_package_computes():
    J, halves = jnp.array([[2.0, 1.0], [3.0, 4.0]]), np.array([1.5, 0.5])
    known = PROBLEM_12_3.known
    assert known["offset_unit"] == offset(low=0.0) and known["offset_book"] == offset()
    np.testing.assert_allclose(known["uniform"], bits_per_dimension(np.log(0.5), 1), rtol=1e-6)
    np.testing.assert_allclose(known["gap"], np.log2(halves.mean()) - np.log2(halves).mean())
    for kind in ("rademacher", "gaussian"):
        np.testing.assert_allclose(known[kind], probe_variance(J, kind))


test_right_numbers_pass, test_misconceptions_are_named, test_every_misconception_has_an_answer_here = by_hand_tests(
    PROBLEM_12_3, check_answer_12_3, BY_HAND, RIGHT_BY_HAND, SLIPS_BY_HAND
)


@pytest.mark.parametrize("key, wrong", [("gap", 0.24), ("offset_book", 6.9), ("rademacher", 15), ("gaussian", 57)])
def test_a_wrong_number_without_a_name_is_off_all_the_same(key, wrong):
    verdict = check_answer_12_3(BY_HAND | {key: wrong}, PROBLEM_12_3.known)
    assert not verdict.passed and verdict.slip is None and key in str(verdict)


def test_nothing_yet_is_no_error():
    assert not CHECKS["bits_of"](...).passed and not CHECKS["trace_of"](None).passed
    assert check_answer_12_3(...).status is Status.BLANK and check_answer_12_3(BY_HAND).status is Status.NOTED

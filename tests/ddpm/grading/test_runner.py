"""Whatever a student's function does, a verdict comes back, it says what was wrong, and nothing stays changed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from ddpm.grading import Exercise, check, check_forward_mean, check_layer_sizes, check_q_sample, runner


def right(x, beta):
    return np.sqrt(1 - beta) * x


def raises(error):
    def answer(x, beta):
        raise error

    return answer


def recursive(x, beta):
    return recursive(x, beta)


def prints(x, beta):
    for i in range(1000):
        print("line", i, "x" * 200)
    return right(x, beta)


@pytest.mark.parametrize("answer, words", [
    (raises(KeyError("oops")), "raised KeyError: 'oops', at line"),
    (raises(SystemExit()), "raised SystemExit"), (raises(KeyboardInterrupt()), "raised KeyboardInterrupt"),
    (raises(MemoryError()), "raised MemoryError"), (recursive, "raised RecursionError"),
    (lambda x, beta: np.empty(10**15), "MemoryError"),
    (lambda x, beta: np.broadcast_to(beta, (10**5, 10**5)), "far more numbers than asked for"),
    (lambda x, beta: "0.3", "returned str; expected numbers"), (lambda x, beta: {"mean": x}, "returned dict"),
    (lambda x, beta: (v for v in x), "list(...)"), (lambda x, beta: right, "returned function"),
    (lambda x, beta: [1, [2, 3]], "differ in shape"), (lambda x, beta: [None, 1.0], "with None in it"),
    (lambda x, beta: x * np.nan, "not finite"), (lambda x, beta: x.ravel()[:2], "returned the shape (2,)"),
    (lambda x, beta: right(x, beta) * 1j, "complex numbers"), (lambda x, beta: x > 0, "True or False"),
    (lambda x, beta: jax.random.key(0), "expected numbers"), (lambda x, beta: np.array([x, None], object), "expected numbers"),
    (lambda x: x, "raised TypeError"), (lambda x, beta: x.nothing, "AttributeError"),
    (lambda x, beta: (right(x, beta), beta), "differ in shape"),
])
def test_nonsense_gets_a_verdict_not_an_exception(answer, words):
    verdict = check_forward_mean(answer)
    assert not verdict.passed and verdict.answered and verdict.slip is None and words in " ".join(str(verdict).split())
    assert np.isnan(verdict.mean_error)


@pytest.mark.parametrize("answer", [
    None, ..., lambda x, beta: None, lambda x, beta: ..., raises(NotImplementedError("write me")),
    lambda x, beta: jnp.sqrt(...) * x, lambda x, beta: ... * x,
])
def test_a_blank_is_not_yet_answered(answer):
    verdict = check_forward_mean(answer)
    assert not verdict.passed and not verdict.answered and str(verdict).startswith("Not yet answered")


def test_a_result_in_the_place_of_a_function():
    assert "expected a function, got float" in str(check_forward_mean(0.3))


@pytest.mark.parametrize("convert", [
    np.float32, np.float64, jnp.asarray, np.asmatrix, list, tuple, lambda a: a.astype(complex), lambda a: a.astype(object),
])
def test_any_kind_of_number_array_passes(convert):
    check_ = Exercise("twice", "0", ("x",), lambda seed: [(np.array([[0.5, 1.5]]),)], lambda x: 2 * x)
    assert check(lambda x: convert(2 * x), check_).passed


def test_a_number_may_come_in_an_array_of_one():
    length = Exercise("length", "0", ("x",), lambda seed: [(np.array([3.0, 4.0]),)], lambda x: 5.0)
    for answer in (5, 5.0, np.float32(5), jnp.array(5.0), np.array([5.0]), [[5.0]]):
        assert check(lambda x: answer, length).passed  # noqa: B023


def test_the_line_of_the_students_code_is_named_below_a_library():
    def answer(x, beta):
        return np.linalg.inv(np.zeros((2, 2)))  # this line

    text = str(check_forward_mean(answer))
    assert "LinAlgError" in text and f"at line {answer.__code__.co_firstlineno + 1} of answer" in " ".join(text.split())


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(runner, "CALL_LIMIT", 0.3)


def forever(x, beta):
    while True:
        pass


def stubborn(x, beta):
    for _ in range(3):
        try:
            forever(x, beta)
        except BaseException:
            pass
    return x


def silent(x, beta):
    try:
        forever(x, beta)
    except BaseException:
        pass


@pytest.mark.parametrize("answer", [forever, stubborn, silent])
def test_an_endless_loop_is_stopped(answer, short):
    before = threading.active_count()
    verdict = check_forward_mean(answer)
    assert not verdict.passed and "did not return within 0.3 s" in str(verdict) and "restart" not in str(verdict)
    assert threading.active_count() == before


def test_it_works_outside_of_the_main_thread(short):
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check_forward_mean(forever)))
    thread.start()
    thread.join(20)
    assert "did not return" in str(verdicts[0])


def test_an_endless_loop_in_compiled_code_is_left_behind():
    """In a process of its own, which must end although the loop never does."""
    code = """
import jax, numpy as np
from ddpm.grading import check_forward_mean, runner
runner.CALL_LIMIT = 2.0
loop = jax.jit(lambda x: jax.lax.while_loop(lambda c: c[0, 0] > -1, lambda c: abs(c + 1) % 7, abs(x)))
print(check_forward_mean(lambda x, beta: loop(x)))
print(check_forward_mean(lambda x, beta: np.sqrt(1 - beta) * x))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "did not return within 2 s" in words and "restart the kernel" in words and "Right:" in words


def test_a_right_answer_that_prints_passes_and_is_quoted_briefly(capsys):
    verdict = check_forward_mean(prints)
    assert verdict.passed and "It printed:" in str(verdict) and "more lines" in str(verdict) and len(str(verdict)) < 600
    assert capsys.readouterr().out == ""


def test_changed_arguments_are_noticed_and_spoil_nothing():
    def in_place(x, beta):
        x *= np.sqrt(1 - beta)
        return x

    def of_a_list(sizes):
        sizes.extend(sizes[-2::-1])
        return sizes

    case = (np.ones(3), 0.36)
    exercise = Exercise("scaled", "0", ("x", "beta"), lambda seed: [case, case], lambda x, beta: 0.8 * x)
    verdict = check(in_place, exercise)
    assert verdict.passed and "changes its argument x in place" in str(verdict) and (case[0] == 1).all()
    verdict = check_layer_sizes(of_a_list)
    assert verdict.passed and "changes its argument sizes" in str(verdict)


def test_what_it_changes_elsewhere_is_put_back():
    def vandal(x, beta):
        np.random.seed(0)
        random.seed(0)
        jax.config.update("jax_enable_x64", not jax.config.jax_enable_x64)
        np.sqrt = jnp.sqrt = lambda value: value
        runner.as_numbers = lambda answer: answer
        os.environ["VANDAL"] = "1"
        os.chdir("/")
        sys.setrecursionlimit(5000)
        np.set_printoptions(precision=1)
        warnings.warn("look", stacklevel=1)
        return x

    np.random.seed(5)
    wanted = np.random.random()
    np.random.seed(5)
    random.seed(5)
    before = np.sqrt, jnp.sqrt, runner.as_numbers, jax.config.jax_enable_x64, os.getcwd(), sys.getrecursionlimit(), np.get_printoptions()
    verdict = check_forward_mean(vandal)
    assert not verdict.passed and "VANDAL" not in os.environ
    assert before == (np.sqrt, jnp.sqrt, runner.as_numbers, jax.config.jax_enable_x64, os.getcwd(), sys.getrecursionlimit(), np.get_printoptions())
    assert np.random.random() == wanted
    assert random.random() != random.Random(0).random()  # the run-time check of annotations draws from `random` too
    assert check_forward_mean(right).passed


def test_an_interrupt_by_the_reader_goes_through():
    def forever(x, beta):
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        check_forward_mean(forever)
    assert threading.active_count() == before


def test_jax_and_numpy_styles_both_get_their_arrays():
    def at(schedule, x_0, t, noise):
        return (x_0 * jnp.sqrt(schedule.alpha_bar[t])).at[...].add(noise.at[...].multiply(jnp.sqrt(schedule.one_minus_alpha_bar[t])))

    def assigned(schedule, x_0, t, noise):
        x_0[...] = np.sqrt(schedule.alpha_bar[t]) * x_0 + np.sqrt(schedule.one_minus_alpha_bar[t]) * noise
        return x_0

    assert check_q_sample(at).passed and check_q_sample(assigned).passed

"""Whatever a student's function does, a verdict comes back, it says what was wrong, and nothing stays changed."""

import builtins
import contextlib
import importlib.util
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
import warnings
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ddpm.chapters.closed_form.exercises import check_q_sample
from ddpm.chapters.flow_matching.exercises import check_flow_loss
from ddpm.chapters.forward_extremes.exercises import check_forward_mean
from ddpm.chapters.forward_extremes.exercises.step import FORWARD_MEAN
from ddpm.chapters.guidance.exercises import check_classifier_score
from ddpm.chapters.guidance.exercises.in_code import CLASSIFIER_SCORE
from ddpm.chapters.score.exercises import check_langevin_step
from ddpm.chapters.score.exercises.langevin import LANGEVIN_STEP
from ddpm.chapters.train_and_observe.exercises import check_layer_sizes
from ddpm.grading import Compared, Slip, Status, Verdict, check, compared, remarks, runner, seal, state, verdict
from ddpm.grading.later import USES
from ddpm.grading.state import KEPT_PRINT, Tape, captured


def right(x, beta):
    return np.sqrt(1 - beta) * x


def raises(error):
    def answer(x, beta):
        raise error

    return answer


class Wordless(Exception):
    def __str__(self):
        raise ValueError("no words")


def recursive(x, beta):
    return recursive(x, beta)


def prints(x, beta):
    for i in range(1000):
        print("line", i, "x" * 200)
    return right(x, beta)


@pytest.mark.parametrize(
    "answer, words",
    [
        (raises(KeyError("oops")), "raised KeyError: 'oops', at line"),
        (raises(SystemExit()), "raised SystemExit"),
        (raises(KeyboardInterrupt()), "raised KeyboardInterrupt"),
        (raises(MemoryError()), "raised MemoryError"),
        (raises(Wordless()), "raised Wordless, at line"),
        (recursive, "raised RecursionError"),
        (lambda x, beta: np.empty(10**15), "MemoryError"),
        (lambda x, beta: np.broadcast_to(beta, (10**5, 10**5)), "far more numbers than asked for"),
        (lambda x, beta: "0.3", "returned str; expected numbers"),
        (lambda x, beta: {"mean": x}, "returned dict"),
        (lambda x, beta: (v for v in x), "list(...)"),
        (lambda x, beta: right, "returned function"),
        (lambda x, beta: [1, [2, 3]], "differ in shape"),
        (lambda x, beta: [None, 1.0], "with None in it"),
        (lambda x, beta: x * np.nan, "not finite"),
        (lambda x, beta: x.ravel()[:2], "returned the shape (2,)"),
        (lambda x, beta: right(x, beta) * 1j, "complex numbers"),
        (lambda x, beta: x > 0, "True or False"),
        (lambda x, beta: jax.random.key(0), "expected numbers"),
        (lambda x, beta: np.array([x, None], object), "expected numbers"),
        (lambda x: x, "raised TypeError"),
        (lambda x, beta: x.nothing, "AttributeError"),
        (lambda x, beta: (right(x, beta), beta), "differ in shape"),
    ],
)
@pytest.mark.usefixtures("unsealed")
def test_nonsense_gets_a_verdict_not_an_exception(answer, words):
    verdict = check_forward_mean(answer)
    assert verdict.status is Status.WRONG and verdict.slip is None and words in " ".join(str(verdict).split())
    assert np.isnan(verdict.mean_error)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ...,
        lambda x, beta: None,
        lambda x, beta: ...,
        raises(NotImplementedError("write me")),
        lambda x, beta: jnp.sqrt(...) * x,
        lambda x, beta: ... * x,
    ],
)
@pytest.mark.usefixtures("unsealed")
def test_a_blank_is_not_yet_answered(answer):
    verdict = check_forward_mean(answer)
    assert verdict.status is Status.BLANK and str(verdict).startswith("Not yet answered")


def test_a_result_in_the_place_of_a_function():
    verdict = check_forward_mean(0.3)
    assert verdict.status is Status.NOT_CHECKED and "expected a function, got float" in str(verdict)


@pytest.mark.parametrize(
    "convert",
    [
        np.float32,
        np.float64,
        jnp.asarray,
        np.asmatrix,
        list,
        tuple,
        lambda a: a.astype(complex),
        lambda a: a.astype(object),
    ],
)
@pytest.mark.usefixtures("unsealed")
def test_any_kind_of_number_array_passes(convert):
    check_ = Compared("twice", "0", ("x",), lambda seed: [(np.array([[0.5, 1.5]]),)], lambda x: 2 * x)
    assert check(lambda x: convert(2 * x), check_).passed


def test_a_number_may_come_in_an_array_of_one():
    length = Compared("length", "0", ("x",), lambda seed: [(np.array([3.0, 4.0]),)], lambda x: 5.0)
    for answer in (5, 5.0, np.float32(5), jnp.array(5.0), np.array([5.0]), [[5.0]]):
        assert check(lambda x: answer, length).passed


def test_the_line_of_the_students_code_is_named_below_a_library():
    def answer(x, beta):
        return np.linalg.inv(np.zeros((2, 2)))  # this line

    def calls(x, beta):
        return answer(x, beta)

    for student in answer, calls:
        text = " ".join(str(check_forward_mean(student)).split())
        assert "LinAlgError" in text and f"at line {answer.__code__.co_firstlineno + 1} of answer: return np" in text


def test_libraries_lie_beside_jax_too_wherever_python_has_its_own(monkeypatch):
    monkeypatch.setattr("sysconfig.get_path", lambda kind: "/nowhere")
    spec = importlib.util.spec_from_file_location("runner_elsewhere", runner.__file__)
    again = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, again)
    spec.loader.exec_module(again)
    beside, book = Path(jax.__file__).parents[1], Path(runner.__file__).parents[1]
    assert set(again._LIBRARIES) >= {"/nowhere", str(beside), str(book)}
    assert not {str(beside.parent), str(book.parent)} & set(again._LIBRARIES)


@pytest.mark.parametrize("place, own", [("mine.py", True), ("ddpm/mine.py", False)])
def test_code_beside_the_package_is_the_students_own(place, own):
    made = {}
    exec(
        compile("def answer(x, beta):\n    return nothing", str(Path(runner.__file__).parents[2] / place), "exec"), made
    )
    assert ("at line 2 of answer" in " ".join(str(check_forward_mean(made["answer"])).split())) == own


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


def test_a_busy_machine_changes_no_verdict(short):
    """While others have the processor, the clock runs and no work is done: here for seven times the limit."""
    waits = [2.1]

    def answer(x, beta):
        time.sleep(waits.pop() if waits else 0)
        return np.sqrt(1 - beta) * x

    assert check_forward_mean(answer).passed


def test_it_works_outside_of_the_main_thread(short):
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check_forward_mean(forever)))
    thread.start()
    thread.join(300)
    assert "did not return" in str(verdicts[0])


@pytest.mark.slow
def test_an_endless_loop_in_compiled_code_is_left_behind():
    """In a process of its own, which must end although the loop never does, nor any clock that it can reach go on."""
    code = """
import time, jax, numpy as np
from ddpm.grading import runner
from ddpm.chapters.forward_extremes.exercises import check_forward_mean
runner.CALL_LIMIT = 0.5
loop = jax.jit(lambda x: jax.lax.while_loop(lambda c: c[0, 0] > -1, lambda c: abs(c + 1) % 7, abs(x)))
def answer(x, beta):
    time.process_time = time.monotonic = lambda: 0.0
    return loop(x)
print(check_forward_mean(answer))
print(check_forward_mean(lambda x, beta: np.sqrt(1 - beta) * x))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "did not return within 0.5 s" in words and "restart the kernel" in words and "Right:" in words


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
    exercise = Compared("scaled", "0", ("x", "beta"), lambda seed: [case, case], lambda x, beta: 0.8 * x)
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
        runner.as_numbers, runner.LARGEST = (lambda answer: answer), 0
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
    before = (
        np.sqrt,
        jnp.sqrt,
        runner.as_numbers,
        runner.LARGEST,
        jax.config.jax_enable_x64,
        os.getcwd(),
        sys.getrecursionlimit(),
        np.get_printoptions(),
    )
    verdict = check_forward_mean(vandal)
    assert not verdict.passed and "VANDAL" not in os.environ
    assert before == (
        np.sqrt,
        jnp.sqrt,
        runner.as_numbers,
        runner.LARGEST,
        jax.config.jax_enable_x64,
        os.getcwd(),
        sys.getrecursionlimit(),
        np.get_printoptions(),
    )
    assert np.random.random() == wanted
    assert random.random() != random.Random(0).random()  # the run-time check of annotations draws from `random` too
    assert check_forward_mean(right).passed


@cache
def of_zeros():
    return str(check_forward_mean(lambda x, beta: 0 * x))


@pytest.fixture(scope="module")
def wanted():
    return of_zeros()


def replaced(owner, name, value):
    """A function that gives nonsense and replaces something meanwhile."""

    def answer(x, beta):
        if isinstance(owner, Compared | Slip):
            object.__setattr__(owner, name, value)
        else:
            setattr(owner, name, value)
        return 0 * x

    return answer


@pytest.mark.parametrize(
    "owner, name, value",
    [
        (FORWARD_MEAN, "reference", lambda x, beta: 0 * x),
        (FORWARD_MEAN, "slips", ()),
        (FORWARD_MEAN.slips[0], "make", lambda x, beta: 0 * x),
        (np, "isclose", lambda *_, **__: True),
        (np, "allclose", lambda *_, **__: True),
        (np, "asarray", lambda *_: np.zeros(1)),
        (Verdict, "__init__", lambda self, *_, **__: None),
        (Verdict, "__repr__", lambda self: "Right"),
        (verdict, "Verdict", lambda *_, **__: "Right"),
        (compared, "_verdict", lambda *_: "Right"),
        (compared, "close", lambda *_: True),
        (remarks.close, "__code__", (lambda answer, wanted, tolerance: True).__code__),
        (remarks.close, "__defaults__", (1e9,)),
        (runner._Job, "answer", lambda self, case: np.zeros(1)),
        (runner, "USES", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_function_replaces_in_the_checks_changes_no_verdict(owner, name, value, wanted):
    assert "Every answer is 0." in wanted
    assert " ".join(str(check_forward_mean(replaced(owner, name, value))).split()).replace(
        "answer", "<lambda>"
    ) == " ".join(wanted.split()).replace("answer", "<lambda>")
    assert check_forward_mean(right).passed and of_zeros() == wanted


@pytest.mark.parametrize(
    "name, value",
    [
        ("all", lambda things: True),
        ("map", lambda function, *lists: []),
        ("vars", lambda owner: {}),
        ("zip", lambda *lists: []),
    ],
)
def test_what_puts_things_back_is_put_back_itself(name, value):
    def answer(x, beta):
        setattr(builtins, name, value)
        object.__setattr__(FORWARD_MEAN, "reference", lambda x, beta: 0 * x)
        return 0 * x

    before = getattr(builtins, name), FORWARD_MEAN.reference
    try:
        said = check_forward_mean(answer)
        after = getattr(builtins, name), FORWARD_MEAN.reference
    finally:
        setattr(builtins, name, before[0])
        object.__setattr__(FORWARD_MEAN, "reference", before[1])
    assert after == before and not said.passed and check_forward_mean(right).passed


def test_what_is_inside_of_the_right_answer_is_put_back():
    def own_code(own, other, spread):
        CLASSIFIER_SCORE.reference.__code__ = (lambda own, other, spread: 0 * own).__code__
        return 0 * own

    def factors(x, h, score, noise):
        for cell in LANGEVIN_STEP.reference.__closure__:
            cell.cell_contents = (lambda h: 0 * h) if callable(cell.cell_contents) else 0
        return 0 * x

    def code_of_a_factor(x, h, score, noise):
        for cell in LANGEVIN_STEP.reference.__closure__:
            if hasattr(cell.cell_contents, "__code__"):
                cell.cell_contents.__code__ = (lambda h: 0 * h).__code__
        return x

    for checked, answer in (
        (check_classifier_score, own_code),
        (check_langevin_step, factors),
        (check_langevin_step, code_of_a_factor),
    ):
        assert not checked(answer).passed
    assert check_classifier_score(lambda own, other, spread: (other - own) / spread).passed
    assert check_langevin_step(lambda x, h, score, noise: x + h * score + np.sqrt(2 * h) * noise).passed


def test_an_answer_is_compared_on_cases_that_it_has_not_had():
    def silenced(network, x_0, noise, u):
        object.__setattr__(network, "amplitude", 0.0)
        return np.mean((noise - x_0) ** 2)

    def zeroed(x, h, score, noise):
        frame = sys._getframe()
        while frame := frame.f_back:
            for case in getattr(frame.f_locals.get("self"), "cases", []):
                for value in case:
                    if isinstance(value, np.ndarray):
                        value[...] = 0
        return 0 * x

    assert not check_flow_loss(silenced).passed and not check_langevin_step(zeroed).passed


def test_a_clock_that_is_replaced_does_not_stop_the_limit(short):
    def answer(x, beta):
        time.monotonic = lambda: 0.0
        forever(x, beta)

    clock = time.monotonic
    assert "did not return within 0.3 s" in str(check_forward_mean(answer)) and time.monotonic is clock


def test_what_is_imported_later_is_put_back_too(monkeypatch):
    for name, value in (("_kept", dict(seal._kept)), ("_seen", set(seal._seen)), ("_columns", list(seal._columns))):
        monkeypatch.setattr(seal, name, value)
    late = types.ModuleType("ddpm.grading.late")
    exec("import math\nlimit = 1\nclass Two: pass\ndef one():\n    return 1", vars(late))
    monkeypatch.setitem(sys.modules, late.__name__, late)
    seal.look()
    late.one.__code__ = (lambda: 2).__code__
    seal.restore()
    assert late.one() == 1 and seal.broken() == ""
    late.one.__code__ = (lambda: 2).__code__
    assert seal.broken() == "ddpm.grading.late.one.__code__"
    seal.restore()
    late.limit = 2  # a number is no part that is kept
    for name in ("math", "Two", "one"):
        real = getattr(late, name)
        setattr(late, name, None)
        assert seal.broken() == f"ddpm.grading.late.{name}"
        seal.restore()
        assert getattr(late, name) is real and late.limit == 2


@pytest.mark.usefixtures("unsealed")
def test_of_jax_settings_those_that_have_changed_are_put_back(monkeypatch):
    settings, put_back = {"old": 1, "changed": 2}, []
    config = types.SimpleNamespace(values=settings, update=lambda *pair: put_back.append(pair))
    monkeypatch.setattr(state, "jax", types.SimpleNamespace(config=config))
    with state.restored():
        settings |= {"changed": 3, "new": 4}
    assert put_back == [("changed", 2)]


def test_a_check_that_a_cell_has_changed_says_so_and_gives_no_verdict():
    before = FORWARD_MEAN.reference
    object.__setattr__(FORWARD_MEAN, "reference", lambda x, beta: 0 * x)
    try:
        verdict = check_forward_mean(lambda x, beta: 0 * x)
        assert (
            not verdict.passed
            and "FORWARD_MEAN.reference is not what it was" in " ".join(str(verdict).split())
            and "restart the kernel" in str(verdict)
        )
    finally:
        object.__setattr__(FORWARD_MEAN, "reference", before)
    assert check_forward_mean(right).passed


@pytest.mark.parametrize(
    "name, value",
    [
        ("bool", lambda *_: True),
        ("enumerate", lambda *_: []),
        ("zip", lambda *_: []),
        ("abs", lambda *_: sys.exit()),
    ],
)
def test_a_check_bears_that_a_cell_replaces_pythons_own_functions(name, value):
    before, said = getattr(builtins, name), []
    setattr(builtins, name, value)
    try:
        said += [check_forward_mean(lambda x, beta: 0 * x), check_forward_mean(lambda x, beta: 0 * x)]
    finally:
        setattr(builtins, name, before)
    assert [verdict.status for verdict in said] == [Status.NOT_CHECKED, Status.WRONG]
    assert f"builtins.{name} is not what it was" in " ".join(str(said[0]).split())


@pytest.mark.parametrize("fails", [lambda *_, **__: 1 / 0, lambda *_, **__: sys.exit()])
@pytest.mark.parametrize(
    "module, name",
    [
        (np, "isnan"),
        (np, "get_printoptions"),
        (np.random, "seed"),
        (random, "getstate"),
        (random, "seed"),
        (contextlib, "redirect_stdout"),
        (os, "getcwd"),
        (sys, "getrecursionlimit"),
        (textwrap, "fill"),
        (threading, "Event"),
        (threading, "Thread"),
        (warnings, "catch_warnings"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_check_bears_that_a_cell_replaces_functions_of_libraries(monkeypatch, module, name, fails):
    with monkeypatch.context() as replaced:
        replaced.setattr(module, name, fails)
        wrong, good = check_forward_mean(lambda x, beta: 0 * x), check_forward_mean(right)
    assert wrong.status in (Status.WRONG, Status.NOT_CHECKED) and good.status in (Status.RIGHT, Status.NOT_CHECKED)
    assert all(
        "replaced: restart the kernel" in " ".join(str(v).split())
        for v in (wrong, good)
        if v.status is Status.NOT_CHECKED
    )
    assert check_forward_mean(right).passed


class Nameless:
    def __call__(self, x, beta):
        return right(x, beta)

    @property
    def __name__(self):
        raise SystemExit("no name")


class Strange(type):
    @property
    def __name__(cls):
        raise ValueError("no name")


def test_an_object_without_a_name_is_checked_all_the_same():
    assert str(check_forward_mean(Nameless())).startswith("Right: forward_mean agrees")
    assert "expected a function, got" in str(check_forward_mean(Strange("Odd", (), {})()))


def test_what_comes_after_the_call_is_caught_too():
    class Late:
        def __eq__(self, other):
            raise SystemExit("late")

        def __array__(self, *_, **__):
            raise SystemExit("later")

    def answer(sizes):
        sizes[0] = Late()
        return [1, 2]

    assert "raised SystemExit: late" in str(check_layer_sizes(answer))
    assert not check_forward_mean(lambda x, beta: Late()).passed


def test_it_works_in_a_folder_that_is_gone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    assert check_forward_mean(right).passed


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda x, beta: np.sqrt(-beta) * x, "the square root of a negative number"),
        (lambda x, beta: jnp.sqrt(beta - 1) * x, "the square root of a negative number"),
        (jax.jit(lambda x, beta: (jnp.asarray(beta) - 1) ** 0.5 * x), "a root (or another power) of a negative number"),
        (lambda x, beta: x / jnp.zeros(()), "a division by 0"),
        (lambda x, beta: x / np.float64(0), "a division by 0"),
        (lambda x, beta: x * (jnp.zeros(()) / 0), "a division without a value, as 0 / 0"),
        (lambda x, beta: jnp.log(0 * x), "the logarithm of 0"),
        (lambda x, beta: np.log(-abs(x)), "the logarithm of a negative number"),
    ],
)
def test_the_first_value_that_is_not_finite_is_traced(answer, words):
    text = " ".join(str(check_forward_mean(answer)).split())
    assert (
        f"The first value that is not finite comes from {words}" in text
        and "at line" in text
        and "It printed" not in text
    )


def test_expected_and_got_are_what_they_say():
    lines = str(check_layer_sizes(lambda sizes: [1, 2, 3, 4, 5])).splitlines()
    assert "  expected [9 6 4 6 9]" in lines and "  got      [1 2 3 4 5]" in lines


@pytest.fixture
def heard():
    """Ctrl-C reaches the test in a shell's background job too, where it is not listened to."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_by_the_reader_goes_through(heard):
    def forever(x, beta):
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        check_forward_mean(forever)
    assert threading.active_count() == before


def test_a_use_takes_all_arguments_of_its_cases_or_none():
    assert "zip()" in runner.run(lambda x, y: x + y, [(1.0, 2.0)], ("x",)).answers[0]
    with pytest.raises(ValueError, match=r"zip\(\)"):
        USES["trained"].made(lambda schedule, x: x, [(None, 1.0)] * 4 + [(None, 1.0), (), (None, 1.0, 2.0)])


def test_what_fails_on_a_case_is_not_called_as_later_cells_do():
    calls = []

    def fails(x, y):
        calls.append(x)
        return "no number" if x == 2 else x + y

    cases = [(float(n), 1.0) for n in range(9)]
    assert len(runner.run(fails, cases, ("x", "y"), later=("jitted",)).answers) == len(calls) == len(cases)
    assert len(runner.run(lambda x, y: x + y, cases, ("x", "y"), later=("jitted",)).answers) == len(cases) + 1


def test_answers_count_until_the_last_second_is_over(monkeypatch):
    for limit, over in ((0.9, False), (0.0, True)):
        monkeypatch.setattr(runner, "CALL_LIMIT", limit)
        job = runner._Job(abs, [], (), ())
        assert limit - 0.5 < job.left() <= limit and job.over == over


def test_what_is_no_python_function_is_touched():
    assert not runner.untouched(3) and not runner.untouched(abs) and runner.untouched(lambda: ...)


def test_what_prints_may_ask_whether_it_can():
    with captured() as tape:
        assert sys.stdout.writable() and sys.stderr is tape
        for letter in "abc":
            assert sys.stdout.write(letter * KEPT_PRINT + "\n") == KEPT_PRINT + 1
    assert tape.text == "a" * KEPT_PRINT and tape.lines == 3
    tape = Tape()
    for letter in "abc":
        tape.write(letter * (KEPT_PRINT - 500))
    assert tape.text == "a" * (KEPT_PRINT - 500) + "b" * 500


@pytest.mark.parametrize("end", [ValueError(), NotImplementedError()])
def test_what_breaks_off_where_a_value_is_traced_is_no_verdict_of_its_own(end):
    traced = []

    def moody(x, beta):
        if isinstance(x, jax.Array):  # only there
            traced.append(1)
            raise end
        return np.nan * x

    said = str(check_forward_mean(moody))
    assert traced == [1] and "is not finite" in said and "comes from" not in said


def test_jax_and_numpy_styles_both_get_their_arrays():
    def at(schedule, x_0, t, noise):
        return (
            (x_0 * jnp.sqrt(schedule.alpha_bar[t]))
            .at[...]
            .add(noise.at[...].multiply(jnp.sqrt(schedule.one_minus_alpha_bar[t])))
        )

    def assigned(schedule, x_0, t, noise):
        x_0[...] = np.sqrt(schedule.alpha_bar[t]) * x_0 + np.sqrt(schedule.one_minus_alpha_bar[t]) * noise
        return x_0

    assert check_q_sample(at).passed and check_q_sample(assigned).passed


def test_an_argument_is_the_same_by_its_shape_and_its_values():
    row = np.array([1.0, np.nan])
    assert runner._same(row, row.copy()) and runner._same([1], [1]) and runner._same(1, 2)
    assert not runner._same(row, row[None]) and not runner._same(row, np.array([2.0, np.nan]))
    assert not runner._same([1], [2])

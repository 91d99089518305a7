"""Cases, what is said of wrong answers, and the calls of later cells: each number and sentence from another way."""

import ast
import dataclasses
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ddpm.grading
from ddpm import Schedule
from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading import Compared, Slip, Status, check, compared, remarks, verdict
from ddpm.grading.cases import (
    Coefficients,
    FlowWave,
    LabelWave,
    LevelWave,
    TimeWave,
    Wave,
    chosen_seed,
    steps_and_schedules,
    with_other_noise,
)
from ddpm.grading.data import pack_cases, unpack_cases
from ddpm.grading.later import USES

BETAS = [0.1, 0.3, 0.2, 0.4]


def test_the_coefficients_of_a_step_are_the_papers():
    schedule = Schedule.from_betas(np.array(BETAS))
    for t in (1, 2, 4, 9):
        c, n = Coefficients(schedule, t), min(t, 4)
        bars = [1.0, 0.9, 0.9 * 0.7, 0.9 * 0.7 * 0.8, 0.9 * 0.7 * 0.8 * 0.6]
        wanted = {
            "beta": BETAS[n - 1],
            "alpha": 1 - BETAS[n - 1],
            "alpha_bar": bars[n],
            "before": bars[n - 1],
            "beta_tilde": (1 - bars[n - 1]) / (1 - bars[n]) * BETAS[n - 1],
            "beta_bar": np.prod(BETAS[:n]),
        }
        for name, value in wanted.items():
            np.testing.assert_allclose(getattr(c, name), value, rtol=2e-6, err_msg=name)
        np.testing.assert_allclose(c.betas, BETAS[:n], rtol=1e-6)


def test_the_seed_is_the_one_given_or_that_of_the_environment(monkeypatch):
    monkeypatch.delenv("DDPM_GRADING_SEED", raising=False)
    assert chosen_seed(None) == 0 and chosen_seed(4) == 4
    monkeypatch.setenv("DDPM_GRADING_SEED", "7")
    assert chosen_seed(None) == 7 and chosen_seed(0) == 0
    monkeypatch.setenv("DDPM_GRADING_SEED", "-1")
    with pytest.raises(ValueError, match="an integer >= 0; got '-1'"):
        chosen_seed(None)


def test_first_and_last_step_are_among_the_cases_and_not_first():
    pairs = steps_and_schedules(np.random.default_rng(0))
    assert len(pairs) == 16 and [schedule.T for _, schedule in pairs] == [5, 8] * 8
    for T in (5, 8):
        steps = [t for t, schedule in pairs if schedule.T == T]
        assert steps[3:5] == [1, T] and all(1 < t < T for t in (*steps[:3], *steps[5:]))
    drawn = [pair for seed in range(6) for pair in steps_and_schedules(np.random.default_rng(seed))]
    assert {t for t, schedule in drawn if schedule.T == 8} == set(range(1, 9))  # no step is left out
    jitted = pairs[USES["jitted"].cases]
    assert any(t == 1 for t, _ in jitted) and any(t == schedule.T for t, schedule in jitted)
    trained = pairs[USES["trained"].cases]
    assert len({schedule.T for _, schedule in trained}) == 1 and len({t for t, _ in trained}) > 1
    assert all(0.15 <= beta <= 0.45 for beta in pairs[0][1].beta[1:])


def test_a_wave_is_what_it_says():
    x, wave = np.array([0.2, -1.0]), (0.7, 1.1, 0.6)
    for kind, words in ((Wave, "t"), (LevelWave, "alpha_bar"), (TimeWave, "u"), (FlowWave, "s")):
        made = kind(*wave)
        np.testing.assert_allclose(made(x, 0.5), 0.7 * np.sin(1.1 * x + 0.6 * 0.5), rtol=1e-12)
        assert isinstance(made(x, 2), np.ndarray) and isinstance(made(jnp.asarray(x), 2), jax.Array)
        assert isinstance(jax.jit(made)(x, 2), jax.Array) and jax.tree.leaves(made) == [*wave]
        shown = repr(made).replace("x_t", "x")
        assert shown == f"0.700 sin(1.100 x + 0.600 {words})"
    told = LabelWave(*wave)
    assert jax.tree.leaves(told) == [*wave]
    for label, shift in ((None, 0.0), (0, 1.0), (2, 2.4)):
        np.testing.assert_allclose(told(x, 0.5, label), 0.7 * np.sin(1.1 * x + 0.6 * (0.5 + shift)), rtol=1e-12)
    drawn = Wave.draw(np.random.default_rng(1))
    assert 0.6 <= drawn.amplitude <= 1.2 and 0.8 <= drawn.frequency <= 1.6 and 0.5 <= drawn.pace <= 1.0


def test_own_noise_is_found_out_by_two_cases_asked_again():
    cases = [(i, np.array([float(i)]), "rest") for i in range(3)]
    more = with_other_noise(cases, 1)
    assert more[:3] == cases and len(more) == 7
    assert [case[1].tolist() for case in more[3:]] == [[1.0], [0.0], [1.5], [1.0]]
    assert all(case[::2] == (i, "rest") for case, i in zip(more[3:], (0, 0, 1, 1)))


NOISY = Compared(
    "noisy",
    "0",
    ("x", "noise"),
    lambda seed: with_other_noise([(np.array([1.0, 2.0]), np.array([0.3, s])) for s in (0.4, -0.6, 0.7)], 1),
    lambda x, noise: x + noise,
    (Slip("twice the noise", "once", lambda x, noise: x + 2 * noise),),
    noise="noise",
)


def test_noise_that_is_drawn_inside_is_told_from_noise_that_is_not_used():
    rng = np.random.default_rng(3)
    assert check(lambda x, noise: x + noise, NOISY).passed
    fresh = check(lambda x, noise: x + rng.normal(size=2), NOISY)
    assert "random numbers are drawn inside" in fresh.slip
    unused = check(lambda x, noise: 1.5 * x, NOISY)
    assert "has no part in the answer" in unused.slip
    assert check(lambda x, noise: x + 2 * noise, NOISY).slip == "twice the noise"
    assert check(lambda x, noise: x - noise, NOISY).slip is None
    once = dataclasses.replace(NOISY, noise="")
    assert check(lambda x, noise: 1.5 * x, once).slip is None

    def sometimes(x, noise):  # an answer that cannot be compared says nothing about noise
        return 1.5 * x if noise[1] > 0 else "no number"

    assert check(sometimes, NOISY).slip is None
    apart = [(np.array([1.0, 2.0]) * k, np.array([0.3, k])) for k in (1.0, 2.0, 3.0)]
    several = dataclasses.replace(NOISY, cases=lambda seed: with_other_noise(apart, 1))
    assert "has no part in the answer" in check(lambda x, noise: 1.5 * x, several).slip
    assert "random numbers are drawn inside" in check(lambda x, noise: x + rng.normal(size=2), several).slip
    assert check(lambda x, noise: x - noise, several).slip is None


PLAIN = Compared(
    "plain",
    "0",
    ("x", "t"),
    lambda seed: [(np.array([2.0, 4.0]), t) for t in (3, 1, 5)],
    lambda x, t: x * t,
    (
        Slip("divided", "multiply", lambda x, t: x / t),
        Slip("no value at t = 1", "look at t = 1", lambda x, t: x / np.float64(t - 1)),
        Slip("alone", "all of them", lambda x, t: None if t == 1 else x * t),
    ),
)


def test_what_is_printed_is_quoted_to_its_third_line():
    def prints(count):
        def answer(x, t):
            if t == 3:
                for i in range(count):
                    print("line", i)
            return x * t

        return answer

    for count, more in (
        (3, ""),
        (4, "... and 1 more lines."),
        (9, "and 6 more lines."),
        (2000, "and 1997 more lines."),
    ):
        text = str(check(prints(count), PLAIN))
        assert "line 2" in text and "line 3" not in text and ("more lines" in text) == bool(more) and more in text


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda x, t: 3 * x * t, "Every answer is 3 times the expected one."),
        (lambda x, t: -x * t, "Every answer is -1 times the expected one."),
        (lambda x, t: 1.002 * x * t, "Every answer is 1.002 times the expected one."),
        (lambda x, t: 0 * x, "Every answer is 0."),
        (lambda x, t: x * t + 0.003, "further off than rounding in float32 explains"),
        (lambda x, t: x * t + (t == 5), "In 2 of the 3 cases the values are right."),
        (lambda x, t: x * t if t == 3 else "text", "In 1 of the 3 cases the values are right."),
        (lambda x, t: x * t / (t > 1), "That happens at t = 1 alone"),
        (lambda x, t: (x * t)[:1], "returned the shape (1,), expected (2,)"),
        (lambda x, t: (x * t).reshape(2, 1), "expected (2,); the numbers in it are right"),
    ],
)
def test_what_no_slip_explains_is_described(answer, words):
    found = check(answer, PLAIN)
    said = str(found).partition("\nNote: ")[0]  # which may quote this very line
    assert found.status is Status.WRONG and found.slip is None and words in " ".join(said.split()), found


def test_what_happens_not_at_t_1_alone_is_not_laid_on_it():
    above_3, above_1 = (lambda x, t: x * t / (t > 3)), (lambda x, t: x * t / (t > 1))
    text = str(check(above_3, PLAIN))
    assert "not finite" in text and "That happens" not in text
    assert "That happens" not in str(check(above_1, dataclasses.replace(PLAIN, arguments=("x", "n"))))


def test_a_slip_is_named_where_it_has_the_same_values_and_gaps():
    assert check(lambda x, t: x / t, PLAIN).slip == "divided"
    assert check(lambda x, t: x / np.float64(t - 1), PLAIN).slip == "no value at t = 1"
    assert check(lambda x, t: x / t if t > 1 else x + 1, PLAIN).slip is None
    assert check(lambda x, t: (x / t).reshape(2, 1), PLAIN).slip is None
    assert check(lambda x, t: x / t if t == 3 else "text", PLAIN).slip is None  # too few to be sure
    assert check(lambda x, t: x / t if t > 1 else "text", PLAIN).slip == "divided"
    assert "off by 7.47 on average over 3 cases" in " ".join(str(check(lambda x, t: x / t, PLAIN)).split())
    first = str(check(lambda x, t: x * t if t == 3 else x, PLAIN))
    assert "First at case 3 of 3" in first and "  expected [10 20]\n  got      [2 4]" in first


def test_a_slip_is_told_by_half_of_the_cases_and_by_no_fewer():
    four = dataclasses.replace(PLAIN, cases=lambda seed: [(np.array([2.0, 4.0]), t) for t in (3, 2, 5, 4)])
    assert check(lambda x, t: x / t if t > 3 else "text", four).slip == "divided"
    assert check(lambda x, t: x / t if t > 3 else x * np.inf, four).slip is None
    assert check(lambda x, t: x / t if t > 4 else "text", four).slip is None


def test_close_is_relative_to_the_largest_entry_that_is_wanted():
    wanted = np.array([1000.0, 0.0])
    assert remarks.close(wanted + 0.09, wanted) and not remarks.close(wanted + 0.11, wanted)
    small = np.array([0.01])
    assert remarks.close(small + 1e-6, small) and not remarks.close(small + 1.2e-6, small)
    assert remarks.close(np.zeros(0), np.zeros(0)) and not remarks.close(np.array([np.nan]), small)
    assert remarks.close(np.array([[1.0], [2.0]]), np.array([1.0, 2.0]))
    assert not remarks.close(np.array([1.0, 2.2]), np.array([1.0, 2.0]), 0.05)


def test_arrays_are_shown_briefly():
    brief = verdict.brief
    assert brief(0.123456) == "0.1235" and brief([1.5]) == "[1.5]" and brief(range(5)) == "[0 1 2 3 4]"
    assert brief(range(6)) == "[0 1 2 3 4 5]" and brief(range(11)).endswith("9 10]")
    assert brief(range(12)) == "[0 1 2 3 ...]" and brief(np.arange(6) / 2) == "[0 0.5 1 1.5 ...]"
    assert brief(np.ones((2, 2))) == "[1 1 1 1]"
    shown = verdict.show_case(("x", "s", "t", "u"), (np.ones(2), Schedule.from_betas(np.array(BETAS)), 3, 0.5))
    assert shown.splitlines() == [
        "  x = [1 1], shape (2,)",
        "  s = 4 steps, beta = [0.1 0.3 0.2 0.4]",
        "  t = 3",
        "  u = 0.5",
    ]
    long = verdict.wrap("word " * 40, "    ").splitlines()
    assert max(map(len, long)) <= 72 and all(line.startswith("    ") for line in long[1:]) and long[0][0] == "w"
    assert verdict.notes(["a\nb", "c"]) == "\nNote: a\nb\nNote: c" and verdict.notes([]) == ""


def test_a_call_of_later_cells_has_the_numbers_of_the_single_calls():
    rng = np.random.default_rng(5)
    schedule, network = Schedule.from_betas(np.array(BETAS)), Wave(0.7, 1.1, 0.6)

    def loss(schedule, network, x_0, t, noise):
        bar = jnp.asarray(schedule.alpha_bar)[t]
        return jnp.mean((network(jnp.sqrt(bar) * x_0 + jnp.sqrt(1 - bar) * noise, t) - noise) ** 2)

    cases = [(schedule, network, rng.normal(size=2), 1 + i % 4, rng.normal(size=2)) for i in range(13)]
    use = USES["descended"]
    alone = [np.asarray(loss(*case)) for case in cases]
    np.testing.assert_allclose(use.made(loss, cases), np.mean([alone[i] for i in (0, 6, 12)]), rtol=1e-5)
    np.testing.assert_allclose(use.expected(alone), np.mean([alone[i] for i in (0, 6, 12)]), rtol=1e-6)
    with pytest.raises(ValueError, match="its gradient is 0: training would stand still"):
        use.made(lambda schedule, network, x_0, t, noise: jnp.mean(x_0), cases)
    with pytest.raises(ValueError, match="its gradient is not finite"):
        use.made(lambda schedule, network, x_0, t, noise: jnp.sqrt(0 * network.pace), cases)


def test_batches_have_the_numbers_of_the_single_calls():
    rng = np.random.default_rng(6)
    schedule, network = Schedule.from_betas(np.array(BETAS)), Wave(0.7, 1.1, 0.6)

    def loss(schedule, noise, predicted):
        return jnp.mean((noise - predicted) ** 2) * schedule.T

    cases = [(schedule, rng.normal(size=2), rng.normal(size=2)) for _ in range(12)]
    alone = [np.asarray(loss(*case)) for case in cases]
    for numbers in (USES["trained"].made(loss, cases), USES["trained"].expected(alone)):
        np.testing.assert_allclose(numbers, np.mean(alone[4:12:2]), rtol=1e-6)

    def step(schedule, x_t, t, predicted, z):
        return x_t * t + 2 * predicted + 3 * z

    cases = [(schedule, rng.normal(size=2), 3, rng.normal(size=2), rng.normal(size=2)) for _ in range(4)]
    use = USES["stepped"]
    np.testing.assert_allclose(use.made(step, cases), use.expected([step(*case) for case in cases]), rtol=1e-6)
    with pytest.raises(TypeError, match="the answer is a list, where an array is needed"):
        use.made(lambda *arguments: [1.0], cases)

    def sampler(schedule, network, x_T, noises):
        return x_T + network(x_T, 2) + noises[0] - noises[1]

    cases = [(schedule, network, rng.normal(size=2), rng.normal(size=(3, 2))) for _ in range(4)]
    use = USES["sampled"]
    np.testing.assert_allclose(
        use.made(sampler, cases), use.expected([sampler(*case) for case in cases]), rtol=1e-5, atol=1e-6
    )


def test_what_works_only_eagerly_is_told_with_the_way_out():
    used = dataclasses.replace(
        PLAIN, cases=lambda seed: [(np.array([2.0, 4.0]), t) for t in range(1, 10)], later=("jitted",)
    )
    assert check(lambda x, t: x * t, used).passed
    eager = check(lambda x, t: np.asarray(x * t), used)
    words = " ".join(str(eager).split())
    assert eager.status is Status.OTHER_FORM and "but it works only eagerly. Later cells call it under jax.jit" in words
    assert "jnp in the place of np: NumPy cannot compute" in words and ".. The way out" not in words
    calls = []

    def counting(x, t):
        calls.append(t)
        return x * t * (1 if len(calls) < 10 else 2)

    assert "and there it gives other values. The way out: functions of jnp" in " ".join(
        str(check(counting, used)).split()
    )


def test_the_answer_that_counts_is_the_one_in_the_students_own_style():
    def emptied(x, t):
        y = x * t
        x.fill(0.0)  # JAX's arrays have no such method
        return y

    verdict = check(emptied, PLAIN)
    assert verdict.passed and "changes its argument x in place" in " ".join(str(verdict).split())

    def fails_either_way(x, t):
        x[0] = 1.0  # with JAX's arrays it gets no further
        raise KeyError("mine")

    assert "raised KeyError: 'mine'" in " ".join(str(check(fails_either_way, PLAIN)).split())


def test_an_answer_that_is_missing_in_some_cases_alone_is_wrong_and_no_blank():
    verdict = check(lambda x, t: x * t if t == 3 else None, PLAIN)
    words = " ".join(str(verdict).split())
    assert verdict.status is Status.WRONG and "First at case 2 of 3" in words
    assert words.startswith("Not right yet: <lambda> returns None. Is its return missing? First")


def test_a_value_that_is_none_in_an_argument_is_not_taken_for_a_change():
    gap = Compared("gap", "0", ("x",), lambda seed: [(np.array([np.nan, 1.0]),)], lambda x: 1.0)
    assert check(lambda x: 1.0, gap).message.startswith("Right") and "changes" not in str(check(lambda x: 1.0, gap))


def test_a_slip_that_is_a_number_is_found_in_an_array_of_one():
    length = Compared(
        "length",
        "0",
        ("x",),
        lambda seed: [(np.array([3.0, 4.0]),)],
        lambda x: 5.0,
        (Slip("sum", "root", lambda x: 7.0),),
    )
    assert check(lambda x: np.array([7.0]), length).slip == check(lambda x: 7, length).slip == "sum"
    assert check(lambda x: np.array([7.0, 7.0]), length).slip is None
    assert "Every answer is 2 times the expected one." in str(check(lambda x: np.array([10.0]), length))


def test_what_the_checks_are_made_of_cannot_be_changed_by_mistake():
    """All records are frozen but the three that are filled as a submission runs."""
    changeable = set()
    for path in Path(ddpm.grading.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = [ast.unparse(decorator) for decorator in getattr(node, "decorator_list", ())]
            if any("dataclass" in word for word in words) and not any("(frozen=True)" in word for word in words):
                changeable.add(node.name)
    assert changeable == {"Run", "Score", "Class"}


def test_cases_that_are_no_data_are_refused():
    class Other(Wave):
        pass

    for value, words in ((Other(1.0, 1.0, 1.0), "Other, that is not among WAVES"), ({}, "dict in it")):
        with pytest.raises(TypeError, match=words):
            pack_cases([(value,)])
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    ((back, number, row),) = unpack_cases(pack_cases([(array, 3, [1, [2]])]))
    assert back.dtype == np.float32 and (back == array).all() and (number, row) == (3, [1, [2]])


@pytest.mark.parametrize(
    "name, count", [("jitted", 4), ("trained", 4), ("descended", 3), ("stepped", 2), ("sampled", 2)]
)
def test_a_call_of_later_cells_is_made_of_cases_that_go_together(name, count):
    asked = [exercise for exercise in PROBLEMS.exercises.values() if name in getattr(exercise, "later", ())]
    for exercise in asked:
        cases = exercise.cases(0)
        picked = cases[USES[name].cases]
        assert len(picked) == count
        if name == "jitted":
            times = exercise.arguments.index("t")
            assert {1, picked[-1][0].T} <= {case[times] for case in picked}  # the ends
        else:
            shapes = {tuple(np.shape(value) for value in case[1:]) for case in picked}
            assert all(case[0] is picked[0][0] for case in picked) and len(shapes) == 1
        if name in ("stepped", "sampled"):  # one case with two noises
            one, other = ([value for value in case[:-1] if isinstance(value, np.ndarray)] for case in picked)
            assert one and all(map(np.array_equal, one, other)) and not np.array_equal(picked[0][-1], picked[1][-1])
    assert asked


def test_noise_is_judged_by_both_of_the_cases_that_come_again():
    """Of the last four answers the second and fourth are to be the first two, the others not both."""
    one, two, other = map(np.array, (1.0, 2.0, 5.0))
    for last, found in (
        ((other, one, other, two), None),
        ((one, one, other, two), None),
        ((other, one, two, two), None),
        ((one, one, two, two), compared.OWN_NOISE),
        ((other, other, other, two), compared.RANDOM),
        ((other, one, other, other), compared.RANDOM),
    ):
        assert compared._random([one, two, *last], 6) is found
    assert compared._random([one, two, "is no number", one, one, two], 6) is None
    assert compared._random([one, two, one, one, two, two], 7) is None

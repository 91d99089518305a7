"""Check and later cells agree on what is an answer, whatever became of the line of dots."""

import importlib
from types import SimpleNamespace

import pytest
from some import some

from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading import CodeExercise, Status, answered, check
from ddpm.grading.blank import is_blank

EXERCISES = PROBLEMS.exercises
CODE = [name for name, exercise in EXERCISES.items() if isinstance(exercise, CodeExercise)]
Q_SAMPLE = EXERCISES["q_sample"]

RETURN = "return jnp.sqrt(schedule.alpha_bar[t]) * x_0 + jnp.sqrt(1 - schedule.alpha_bar[t]) * noise"
HEAD = "def q_sample(schedule, x_0, t, noise):"
SOURCES = {
    "above": (f"{HEAD}\n    ...  # your answer\n    {RETURN}", True),
    "below": (f"{HEAD}\n    {RETURN}\n    ...  # your answer", True),
    "below, jitted": (f"@jax.jit\n{HEAD}\n    {RETURN}\n    ...", True),
    "in an empty helper": (f"{HEAD}\n    def helper(x):\n        ...\n    {RETURN}", True),
    "in an empty helper outside": (f"def helper(x):\n    ...\n\n\n{HEAD}\n    {RETURN}", True),
    "a name that gets its value": (
        f"{HEAD}\n    a = ...\n    a = schedule.alpha_bar[t]\n    {RETURN.replace('schedule.alpha_bar[t]', 'a')}",
        True,
    ),
    "an index": (f"{HEAD}\n    x_0 = x_0[...]\n    {RETURN}", True),
    "as it comes": (f"{HEAD}\n    ...  # your answer", False),
    "with words": (f'{HEAD}\n    "x_t in one go."\n    ...  # your answer', False),
    "jitted": (f"@jax.jit\n{HEAD}\n    ...  # your answer", False),
    "returned": (f"{HEAD}\n    return ...", False),
    "pass": (f"{HEAD}\n    pass", False),
    "computed, not returned": (f"{HEAD}\n    x_t = {RETURN.removeprefix('return ')}\n    ...", False),
    "a name still open": (f"{HEAD}\n    a = ...\n    {RETURN.replace('schedule.alpha_bar[t]', 'a')}", False),
    "not implemented": (f"{HEAD}\n    raise NotImplementedError", False),
    "a name": ("q_sample = ...", False),
}


@pytest.fixture
def defined(tmp_path, monkeypatch):
    """The q_sample of some source."""

    def made(where):
        name = f"dots_{abs(hash(where))}"
        (tmp_path / f"{name}.py").write_text(f"import jax\nimport jax.numpy as jnp\n\n\n{SOURCES[where][0]}\n")
        return importlib.import_module(name).q_sample

    monkeypatch.syspath_prepend(tmp_path)
    return made


@pytest.mark.parametrize(
    "found, where", some([("RIGHT" if right else "BLANK", where) for where, (_, right) in SOURCES.items()], every=5)
)
def test_dots_beside_an_answer_are_no_blank_and_dots_in_its_place_are(found, where, defined):
    q_sample = defined(where)
    verdict = check(q_sample, Q_SAMPLE)
    assert verdict.status is Status[found], verdict
    assert is_blank(q_sample, Q_SAMPLE) == (found == "BLANK")


def test_an_answer_that_fails_is_an_answer():
    def q_sample(schedule, x_0, t, noise):
        return helper(x_0)

    def helper(x): ...

    for function in (q_sample, lambda schedule, x_0, t, noise: 1 / 0, lambda *_: 0):
        assert (check(function, Q_SAMPLE).status is Status.BLANK) == is_blank(function, Q_SAMPLE)


@pytest.mark.parametrize(
    "where, words",
    [
        ("as it comes", "q_sample is still to be filled in."),
        ("with words", "q_sample is still to be filled in."),
        ("jitted", "q_sample is still to be filled in."),
        ("pass", "q_sample is still to be filled in."),
        ("a name", "q_sample is still to be filled in."),
        ("a name still open", "q_sample still has a ... in it."),
        ("computed, not returned", "q_sample returns None. Is its return missing?"),
        ("not implemented", "q_sample raises NotImplementedError."),
    ],
)
def test_who_has_not_begun_is_asked_for_no_return(where, words, defined):
    assert str(check(defined(where), Q_SAMPLE)) == f"Not yet answered: {words}"


@pytest.mark.parametrize("name", CODE)
def test_every_exercise_in_code_says_the_same_as_long_as_nothing_stands_in_it(name):
    def stub(*arguments): ...  # your answer

    stub.__name__ = name
    assert str(check(stub, EXERCISES[name])) == f"Not yet answered: {name} is still to be filled in."


@pytest.mark.parametrize(
    "namespace, words",
    [
        ({}, "Not yet answered: q_sample is not in the notebook."),
        ({"q_sample": None}, "Not yet answered: q_sample is still to be filled in."),
        ({"q_sample": ...}, "Not yet answered: q_sample is still to be filled in."),
        ({"q_sample": 3}, "Not right yet: q_sample is not a function but int."),
    ],
)
def test_what_a_notebook_has_in_the_place_of_a_function_is_told(namespace, words):
    cases = Q_SAMPLE.cases(0)
    assert words in str(Q_SAMPLE.judge(Q_SAMPLE.collect(namespace, cases), cases)).splitlines()[0]


def test_a_cell_waits_for_its_answers_and_then_runs(monkeypatch, capsys):
    kinds, cells = {}, []
    shell = SimpleNamespace(
        user_ns={"done": 3, "open": ...},
        register_magic_function=lambda function, kind: kinds.update({function.__name__: (kind, function)}),
        run_cell=lambda cell: SimpleNamespace(raise_error=lambda: cells.append(cell)),
    )
    monkeypatch.setattr(answered, "get_ipython", lambda: shell)
    answered.install(EXERCISES)
    kind, magic = kinds["answered"]
    magic("done open absent", "a cell")
    assert kind == "cell" and cells == []
    assert capsys.readouterr().out == "This cell waits. Not yet answered: open, absent.\n"
    magic("done", "a cell")
    assert cells == ["a cell"] and capsys.readouterr().out == ""
    monkeypatch.setattr(answered, "get_ipython", lambda: None)
    answered.install(EXERCISES)  # no notebook


def test_a_function_whose_text_cannot_be_read_is_no_blank():
    made = {}
    exec("def of_no_file(): ...", made)
    of_an_expression = (lambda: ..., 3)[0]  # its text is half an expression
    assert not is_blank(made["of_no_file"]) and not is_blank(of_an_expression)


def dots_alone(x): ...


def dots_above_a_return(x):
    ...
    return x


def a_name_still_open(x):
    a = ...
    return a


def a_name_that_is_filled(x):
    a = ...
    a = x
    return a


def test_a_function_that_no_check_knows_is_told_by_its_text():
    assert is_blank(dots_alone) and is_blank(a_name_still_open)
    assert not is_blank(dots_above_a_return) and not is_blank(a_name_that_is_filled)
    assert not is_blank(len) and not is_blank(3) and is_blank(...) and is_blank(None)

"""One judge for notebook and grader: the same verdicts, also from a process of its own, which survives whatever it is
handed."""

import io
import json
import resource
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from written_answers import MEASURED, NO_DERIVATION, OTHER_FORM, REFUSED, RIGHT, SLIPS

from ddpm.chapters.exercises import PROBLEMS
from ddpm.grading import Status, Verdict
from ddpm.grading import judge as module
from ddpm.grading.judge import Judge

EXERCISES = PROBLEMS.exercises

FORMS = [
    (number, kind, words, answers)
    for kind, answers in (
        ("right", RIGHT),
        ("other", OTHER_FORM),
        ("result", NO_DERIVATION),
        ("slip", SLIPS),
        ("refused", REFUSED),
    )
    for number in answers
    if number not in MEASURED
    for words in answers[number]
]


def collected(number, answer):
    name = f"answer_{number.replace('.', '_')}"
    return name, json.loads(json.dumps(EXERCISES[name].collect({name: answer})))


@pytest.fixture(scope="module")
def judge():
    with Judge(PROBLEMS.module) as found:
        yield found


def agree(judge, forms):
    for number, kind, words, answers in forms:
        answer = answers[number][words]
        name, data = collected(number, answer)
        here, there = EXERCISES[name].check(answer), judge(name, data)
        assert (str(here), here.status, here.slip) == (str(there), there.status, there.slip), (kind, words)


def test_notebook_and_grader_say_the_same_of_some_forms(judge):
    agree(judge, [form for form in FORMS if form[0] in ("1.4", "2.2a", "3.1", "3.2")][::80])


@pytest.mark.slow
@pytest.mark.parametrize(
    "number, part",
    [
        ("1.4", 0),
        ("2.2a", 0),
        ("3.1", 0),
        ("3.2", 0),
        *((number, part) for number in ("2.1", "2.2b") for part in range(3)),
    ],
)
def test_notebook_and_grader_say_the_same_of_all_forms(judge, number, part):
    agree(judge, [form for form in FORMS if form[0] == number][part :: 3 if number in ("2.1", "2.2b") else 1])


@pytest.mark.parametrize("number", MEASURED)
def test_predictions_are_judged_there_too(judge, number):
    name = f"answer_{number.replace('.', '_')}"
    right = next(iter(RIGHT[number].values()))
    verdict = judge(name, EXERCISES[name].collect({name: right, "measured": MEASURED[number]}))
    assert verdict.passed and str(verdict).startswith("Right: all")
    slip = next(iter(SLIPS[number].values()))
    assert (
        judge(name, EXERCISES[name].collect({name: slip, "measured": slip})).passed is False
    )  # what is measured is not what is predicted


def test_answers_in_code_are_judged_there_on_the_cases_of_its_seed(judge):
    exercise = EXERCISES["forward_mean"]
    for function, status in ((lambda x, beta: (1 - beta) ** 0.5 * x, Status.RIGHT), (lambda x, beta: x, Status.WRONG)):
        data = {seed: exercise.collect({"forward_mean": function}, exercise.cases(seed)) for seed in (0, 1)}
        verdict = judge("forward_mean", data[0])
        assert verdict.status is status and str(verdict) == str(exercise.judge(data[0], exercise.cases(0)))
        assert judge("forward_mean", data[1]).status is Status.WRONG
    for data in ({}, {"answers": [3], "blank": "", "notes": []}, {"answers": [], "blank": "", "notes": []}):
        assert judge("forward_mean", data).status is Status.WRONG


@pytest.mark.parametrize(
    "data", [None, [], {"lines": 3}, {"lines": [{"right": "1/0"}]}, "text", {"lines": [["Pow"] * 5]}]
)
def test_data_that_are_no_answer_get_a_verdict(judge, data):
    verdict = judge("answer_1_4", data)
    assert not verdict.passed and "cannot be read" in str(verdict)


def test_a_name_that_is_none_and_data_that_are_no_json_get_a_verdict(judge):
    assert "cannot be read (KeyError)" in str(judge("answer_9_9", {}))
    assert "could not be judged (TypeError)" in str(judge("answer_1_4", {"lines": object()}))
    name, data = collected("3.1", RIGHT["3.1"]["as in the problem set"])
    assert judge(name, data).passed


@pytest.mark.slow
def test_what_takes_too_long_is_killed_and_the_next_is_judged(monkeypatch):
    program = (
        "import json, sys, time\nprint('ready', flush=True)\n"
        "for line in sys.stdin:\n    name, data, seconds = json.loads(line)\n"
        "    if name == 'hang':\n        from ddpm.grading.judge import limit_work\n"
        "        limit_work(seconds)\n        while True: 9 ** (10 ** 7)\n    if name == 'end':\n        sys.exit(3)\n"
        "    if name == 'quit':\n        sys.exit()\n"
        "    if name == 'sleep':\n        time.sleep(999)\n"
        "    print(json.dumps({'status': 'right', 'message': name}), flush=True)\n"
    )
    real = module.subprocess.Popen

    def start(arguments, **options):
        judges = Path(options["env"]["PYTHONPATH"], "ddpm/grading/judge.py")  # of this package and no other
        assert judges.samefile(module.__file__) and options["env"]["JAX_PLATFORMS"] == "cpu"
        return real([arguments[0], "-c", program], **options)

    monkeypatch.setattr(module.subprocess, "Popen", start)
    with Judge("none", seconds=0.5) as judge:
        assert judge("one", {}).passed
        first = judge.process
        monkeypatch.setattr(module, "ASLEEP", 400)  # on a busy machine so much work may take minutes
        assert "within 0.5 s of work" in str(judge("hang", {})) and first.poll() is not None
        assert judge("and again", {}).passed
        first = judge.process
        monkeypatch.setattr(module, "ASLEEP", 1)
        assert "within 0.5 s." in str(judge("sleep", {})) and first.poll() is not None
        monkeypatch.undo()
        monkeypatch.setattr(module.subprocess, "Popen", start)
        assert judge("two", {}).passed and judge.process is not first
        assert "could not be judged (OSError)" in str(judge("end", {})) and judge("three", {}).passed
        monkeypatch.delattr(module.signal, "SIGXCPU")  # as on Windows
        assert "could not be judged (OSError)" in str(judge("quit", {}))
        assert judge("four", {}).passed
        last = judge.process
    assert last.poll() is not None


def test_a_process_answers_each_question_with_a_verdict_and_prints_nothing_else(monkeypatch):
    class Exercise:
        def cases(self, seed):
            asked.append(seed)
            return [(seed,)]

        def judge(self, data, cases):
            print("not a verdict")
            return Verdict(Status.RIGHT, f"{data} {cases}", 0.5) if data else {}[data]

    def questions():
        for i, line in enumerate(lines, start=1):
            assert len(out.buffer.getvalue().splitlines()) == i  # said at once: the grader waits for it
            yield line

    asked, limits, out, rest = [], [], io.TextIOWrapper(io.BytesIO()), io.StringIO()
    lines = [json.dumps(["known", 1, 3]), json.dumps(["known", 0, 4]), json.dumps(["other", 1, 5])]
    monkeypatch.setattr(module, "problems", lambda name: SimpleNamespace(exercises={"known": Exercise()}))
    monkeypatch.setattr(module, "limit_work", limits.append)
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: limits.append(limit))
    monkeypatch.setattr(sys, "stdin", questions())
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", rest)
    module.serve("a.module", 7)
    ready, right, *wrong = out.buffer.getvalue().decode().splitlines()
    assert ready == "ready" and rest.getvalue() == "not a verdict\n" * 2
    assert json.loads(right) == {"status": "right", "message": "1 [(7,)]", "mean_error": 0.5, "slip": None}
    assert [json.loads(line)["message"] for line in wrong] == [
        f"Not right yet: {name} cannot be read (KeyError)." for name in ("known", "other")
    ]
    assert asked == [7] and limits == [(resource.RLIMIT_AS, (module.MEMORY,) * 2), 3, 4, 5]


def test_the_limit_of_work_is_counted_from_now_and_never_above_the_systems(monkeypatch):
    limits = []
    monkeypatch.setattr(module.time, "process_time", lambda: 2.3)
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: limits.append(limit))
    for hard in (resource.RLIM_INFINITY, 100, 6):
        monkeypatch.setattr(resource, "getrlimit", lambda kind: (1, hard))
        module.limit_work(5)
    wanted = ((8, resource.RLIM_INFINITY), (8, 100), (6, 6))
    assert limits == [(resource.RLIMIT_CPU, pair) for pair in wanted]


def test_memory_is_limited_and_stays_so(judge):
    assert judge.process is None or judge.process.poll() is None
    judge("answer_1_4", None)
    assert resource.prlimit(judge.process.pid, resource.RLIMIT_AS) == (module.MEMORY, module.MEMORY)

"""What ddpm.scale.launch starts, and how that ends, with processes and a clock that are none. Real ones: see
test_processes.py."""

import runpy
import sys
from types import SimpleNamespace

import jax
import pytest

from ddpm.scale import launch


def test_all_are_started_or_one_is_joined(monkeypatch):
    said = []
    monkeypatch.setattr(launch, "start_all", lambda *given: said.append(given) or 3)
    monkeypatch.setattr(launch, "join", lambda *given: said.append(given))
    assert launch.main(["--processes", "1", "x.py", "--more", "y"]) == 3
    assert launch.main(["--processes", "2", "--index", "0", "--coordinator", "h:1", "x.py", "y"]) == 0
    assert said == [(1, ["x.py", "--more", "y"]), ("h:1", 2, 0, "x.py", ["y"])]


@pytest.fixture
def started(monkeypatch):
    """Start two processes, each of which ends at a second with a code; what comes of it."""

    def start(*ends, sleep=None):
        now, made = [0.0], []

        class Process:
            def __init__(self, command, env, start_new_session):
                self.end, self.code = ends[len(made)]
                self.given, self.calls = (command[-3:], env.get("TQDM_DISABLE"), start_new_session), []
                made.append(self)

            def poll(self):
                return self.code if now[0] >= self.end else None

            def kill(self):
                self.calls.append("kill")

            def wait(self):
                self.calls.append("wait")

        def passes(seconds):
            now[0] += seconds

        monkeypatch.delenv("TQDM_DISABLE", raising=False)
        monkeypatch.setattr(launch, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep or passes))
        monkeypatch.setattr("subprocess.Popen", Process)
        status = launch.start_all(2, ["x.py"])
        assert [process.calls for process in made] == [["kill", "wait"]] * 2
        assert [process.given for process in made] == [
            (["--index", "0", "x.py"], None, True),
            (["--index", "1", "x.py"], "1", True),
        ]
        return status, now[0]

    return start


@pytest.mark.parametrize(
    "ends, status, seconds, words",
    [
        (((1, 0), (2, 0)), 0, 2, ""),
        (((9, 0), (1, 1)), 1, 6, "Process 1 of 2 has ended with exit status 1; all are ended."),  # after 5 s of grace
        (((1, 3), (3, 0)), 3, 3, "Process 0 of 2 has ended with exit status 3"),
        (((1, -9), (3, 4)), 1, 3, "Process 0 of 2 has ended with signal 9"),
        (((1, -1), (1, 0)), 1, 1, "Process 0 of 2 has ended with signal 1"),
    ],
)
def test_how_all_end(started, capsys, ends, status, seconds, words):
    found, now = started(*ends)
    assert found == status and now == pytest.approx(seconds, abs=0.11)
    assert capsys.readouterr().err.startswith(words) and bool(words) == bool(status)


def test_ctrl_c_ends_all(started, capsys):
    def interrupt(seconds):
        raise KeyboardInterrupt

    assert started((9, 0), (9, 0), sleep=interrupt)[0] == 130
    assert "what the last checkpoint holds is kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error, failed", [(SystemExit(), False), (SystemExit(0), False), (SystemExit(3), True), (ValueError(), True)]
)
def test_a_script_fails_by_an_error_or_a_status(monkeypatch, capsys, error, failed):
    seen, exits = [], []

    def run(script, run_name):
        seen.append((script, run_name, sys.argv, sys.path[0]))
        raise error

    for owner, name, value in ((sys, "argv", []), (sys, "path", [*sys.path]), (jax.config, "update", lambda *_: None)):
        monkeypatch.setattr(owner, name, value)
    monkeypatch.setattr("jax.distributed.initialize", lambda *given, **named: seen.append((given, named)))
    monkeypatch.setattr(runpy, "run_path", run)
    monkeypatch.setattr("os._exit", exits.append)
    launch.join("h:1", 4, 2, "/a/x.py", ["y"])
    assert seen == [
        (("h:1",), dict(num_processes=4, process_id=2)),
        ("/a/x.py", "__main__", ["/a/x.py", "y"], "/a"),
    ]
    assert exits == [1] * failed and bool(capsys.readouterr().err) == failed  # the traceback

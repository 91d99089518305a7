"""The stored runs: those of the settings, read as they stand; and the command, with few steps."""

import json

import numpy as np
import pytest

from ddpm.chapters.real_images import runs, stored
from ddpm.chapters.real_images.stored import over_seeds


def test_what_is_stored_is_of_the_settings():
    wanted = [runs.asdict(setting) for setting in runs.settings()]
    settings = [run["setting"] for run in stored.stored()["runs"]]
    assert all(setting in wanted for setting in settings)
    assert all(settings.count(setting) == 1 for setting in settings)
    assert stored.PLAIN | {"seed": 0} == runs.asdict(runs.Setting())
    for run in stored.stored()["runs"]:
        steps = [point["steps"] for point in run["points"]]
        assert steps == list(runs.MARKS) or len(steps) == 1 and run["setting"]["seconds"]
        for point in run["points"]:
            assert len(point["network_held_out"]) == len(runs.TIMES)
            assert all(0 <= point[name] <= 1 for name in ("nearer", "recognised", "precision", "coverage"))


def test_a_value_over_seeds_and_points():
    steps = over_seeds(lambda point: point["steps"])
    assert steps.shape[1] == len(runs.MARKS) and (steps == np.array(runs.MARKS)).all()
    with pytest.raises(KeyError, match="no run with .*'width': 7"):
        over_seeds(lambda point: point["steps"], width=7)


@pytest.mark.slow
def test_the_command_makes_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(runs, "FILE", tmp_path / "runs.json")
    monkeypatch.setattr(runs, "MARKS", (2, 4))
    monkeypatch.setattr(runs, "settings", lambda: [runs.Setting(width=8), runs.Setting(width=8, seconds=1, says="x_0")])
    runs.main(float("inf"))
    made = json.loads(runs.FILE.read_text())
    assert [point["steps"] for point in made["runs"][0]["points"]] == [2, 4]
    assert made["runs"][1]["points"][0]["seconds"] >= 1 and made["date"] and made["made_with"]["jax"]
    capsys.readouterr()
    runs.main(float("inf"))
    assert capsys.readouterr().out == "" and json.loads(runs.FILE.read_text()) == made

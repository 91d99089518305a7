"""`make digits` with a recipe of few steps, and a ninth of the images."""

import re
from importlib import import_module

import pytest

from ddpm.data import Labelled, digits
from ddpm.pretrained import Recipe, read
from ddpm.pretrained.__main__ import main


def few_digits(seed: int) -> tuple[Labelled, Labelled]:
    return tuple(Labelled(half.images[::9], half.labels[::9]) for half in digits(seed))


@pytest.mark.slow
def test_it_writes_the_file_and_says_how_good_the_network_is(tmp_path, capsys, monkeypatch):
    for name in ("recipe", "judged"):
        monkeypatch.setattr(import_module(f"ddpm.pretrained.{name}"), "digits", few_digits)
    recipe = Recipe(widths=(4, 8), steps=20, batch=4)
    assert main(tmp_path / "digits", recipe) == 0
    read(tmp_path / "digits", recipe)
    said = capsys.readouterr().out
    assert "20 steps in" in said and "0.01 MB" in said
    for guidance in ("None", "1.0"):
        floors = re.search(rf"guidance {guidance}: Frechet distance (\S+) floors", said)[1]
        assert float(floors) > 10  # it has learned next to nothing
    assert len(re.findall(r"bits per dimension of the half (trained on|held out) \d\.\d+, ", said)) == 2
    assert len(re.findall(r"nearer 0\.\d+, 0\.\d+ to 0\.\d+", said)) == 2

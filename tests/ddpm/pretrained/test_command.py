"""`make digits` with a recipe of few steps, and a ninth of the images."""

from importlib import import_module

import pytest

from ddpm.data import Labelled, digits
from ddpm.pretrained import Recipe, read, read_figures
from ddpm.pretrained.__main__ import main


def few_digits(seed: int) -> tuple[Labelled, Labelled]:
    return tuple(Labelled(half.images[::9], half.labels[::9]) for half in digits(seed))


@pytest.mark.slow
def test_it_writes_the_file_and_says_how_good_the_network_is(tmp_path, capsys, monkeypatch):
    for name in ("recipe", "judged"):
        monkeypatch.setattr(import_module(f"ddpm.pretrained.{name}"), "digits", few_digits)
    monkeypatch.setattr("ddpm.pretrained.recipe.EVERY", 10)
    recipe = Recipe(widths=(4, 8), steps=(10, 10), rise=(1, 1), batch=4)
    assert main(tmp_path / "digits", recipe) == 0
    read(tmp_path / "digits", recipe)
    said, found = capsys.readouterr().out, read_figures(tmp_path / "digits")
    assert "20 steps in" in said and "0.01 MB" in said
    assert [point["steps"] for point in found["curve"]] == [10, 20]
    for point in (*found["curve"], *found["chosen"], *found["fresh"], found["guided"]):
        assert point["floors"][0] > 10  # it has learned next to nothing
        for value, low, high in (point["floors"], point["nearer"], point["recognised"]):
            assert 0 <= low <= value <= high
    assert 10 < found["together"] < max(point["floors"][0] for point in found["fresh"])
    assert set(found["bits"]) == {"trained on", "held out"}
    assert f"bits per dimension, held out: {found['bits']['held out'][0]:.3f}" in said

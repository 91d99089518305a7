"""ddpm.pretrained.recipe, with a recipe of few steps."""

import dataclasses

import jax
import numpy as np
import pytest

from ddpm.pretrained import DIGITS, FILE, Recipe, make, read, read_figures, write_figures
from ddpm.pretrained.__main__ import CHOSEN, FRESH

FEW = Recipe(widths=(4, 8), steps=(4, 2), rise=(1, 1), batch=4)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    file, told = tmp_path_factory.mktemp("pretrained") / "digits.safetensors", []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ddpm.pretrained.recipe.EVERY", 2)
        return file, make(file, FEW, progress=lambda *of: told.append(of)), told


@pytest.mark.slow
def test_it_is_made_and_read_again(made):
    file, network, told = made
    assert [step for step, _, _ in told] == [2, 4, 6] and all(0 < loss < 3 for _, loss, _ in told)
    for one, other in zip(jax.tree.leaves(read(file, FEW)), jax.tree.leaves(network)):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_it_is_the_same_file_each_time(made, tmp_path):
    make(tmp_path / "again", FEW)
    assert (tmp_path / "again").read_bytes() == made[0].read_bytes()


@pytest.mark.slow
def test_on_the_way_it_is_what_a_shorter_training_has(made):
    shorter = []
    dataclasses.replace(FEW, steps=(2, 2)).trained(lambda *of: shorter.append(of))
    for one, other in zip(jax.tree.leaves(shorter[0]), jax.tree.leaves(made[2][0])):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_the_second_part_goes_on_from_what_is_kept_of_the_first(made):
    """A second part of rate 0 moves nothing: what comes out is the first part's average, as its file has it."""
    still = dataclasses.replace(FEW, rate=(FEW.rate[0], 0.0)).trained()
    assert still.dropout == 0 < FEW.dropout
    for one, other in zip(jax.tree.leaves(still), jax.tree.leaves(made[2][1][2])):
        np.testing.assert_array_equal(one, np.asarray(other, np.float16))


def test_a_file_of_another_recipe(tmp_path):
    with pytest.raises(ValueError, match="stale: .* reach = 1.0, and the recipe says 0.5.*`make digits` makes it"):
        read(FILE, dataclasses.replace(DIGITS, reach=0.5))
    with pytest.raises(FileNotFoundError, match="there is no .*`make digits` makes it"):
        read(tmp_path / "none", FEW)


def test_the_file_that_ships_is_small():
    """Two bytes for a number."""
    numbers = sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(DIGITS.network)))
    assert 2 * numbers < 1.9e6
    assert FILE.stat().st_size < 2e6


def test_the_file_that_ships_is_that_of_the_recipe():
    for leaf in jax.tree.leaves(read()):
        assert np.isfinite(leaf).all()


def test_figures_belong_to_one_file(tmp_path):
    file = tmp_path / "digits.safetensors"
    file.write_bytes(b"numbers")
    with pytest.raises(FileNotFoundError, match="no figures of .*; `make digits` makes both"):
        read_figures(file)
    write_figures({"seconds": 3}, file)
    assert read_figures(file) == {"seconds": 3}
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match="the figures of another file; `make digits` makes both"):
        read_figures(file)


def test_figures_ship_with_the_file():
    found = read_figures()
    assert found["curve"][-1]["steps"] == sum(DIGITS.steps)
    assert len(found["chosen"]) == len({*CHOSEN}) and len(found["fresh"]) == len({*FRESH} - {*CHOSEN})


def test_an_interrupted_training_writes_nothing(tmp_path, monkeypatch):
    from ddpm.pretrained import recipe

    def stopped(state, *task, steps, **options):
        return state, np.ones(steps - 1)

    monkeypatch.setattr(recipe, "train", stopped)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "digits", FEW)
    assert not (tmp_path / "digits").exists()

"""The benchmark's parts run, and what is raced against each other is the same work."""

from types import SimpleNamespace

import jax
import jaxtyping
import numpy as np
import pytest

from bench import equal, recipes
from bench.__main__ import digits, meshes, shares, spread, step_cost
from ddpm.measure.roofline import Cost, Machine


@pytest.fixture(scope="module")
def recipe():
    return recipes.problem_set()


@pytest.mark.slow
def test_the_loop_and_the_compiled_program_learn_alike(recipe):
    """Draws differ, so the losses agree as averages do."""
    _, losses = recipe.run(recipe.begin(), 60)
    value = recipes.problem_set_loop(recipe)(60)
    assert 0 < float(value) < 4 * losses[-20:].mean() and losses[-20:].mean() < 0.5 * losses[0]


def test_the_operations_are_those_of_the_matrices(recipe, monkeypatch):
    """Forward, and twice that backward; nothing before the first layer."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # JAX puts descriptions in the place of arrays
    products = 10 * 200 + 200 * 1000 + 1000 * 200 + 200 * 9
    assert step_cost(recipe).operations == pytest.approx(2 * recipe.batch * (3 * products - 10 * 200), rel=0.03)


@pytest.mark.parametrize("make", [recipes.small, recipes.glyphs_quick, recipes.glyphs_long])
def test_recipes_can_be_started(make):
    recipe = make()
    assert recipe.data.shape[1:] == (3, 3) and recipe.steps >= 1000
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(recipe.network))


def test_spread():
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0], ".1f") == "3.0 [2.0, 4.0]" and spread([2.0], ".1f") == "2.0"


def test_shares():
    machine = Machine(overhead=0.0, wait=0.0, bandwidth=100.0, peak=1000.0)
    assert shares(machine, Cost(programs=1, operations=500.0, bytes=20.0, handed_over=True), seconds=2.0) == (
        "25%",
        "10%",
    )


def test_rows_of_meshes_compare_with_none_in_pairs(monkeypatch):
    asked = []
    monkeypatch.setattr("bench.__main__.printed", lambda *a: asked.append(a) or [[2.0, 4.0, 6.0], [1.0, 4.0, 12.0]])
    rows = list(meshes())
    assert [a[:3] for a in asked] == [("bench.devices", n, axis) for n in (1, 8) for axis in ("data", "fsdp")]
    assert rows[2][1].startswith("1.00 [0.75, 1.50] times") and all(len(row) == 4 for row in rows)


def test_without_pytorch_the_digits_are_timed_alone(monkeypatch):
    monkeypatch.setattr(recipes, "digits_run", lambda: lambda steps: np.zeros(steps))
    monkeypatch.setattr("bench.__main__.SECONDS", 0.01)
    ((title, reached, *_),) = digits(SimpleNamespace(missing="no PyTorch"))
    assert "U-Net of the digits" in title and reached.endswith("no rival here")


def test_the_digits_race_pytorch_eager_and_compiled_and_what_does_not_run_is_said(monkeypatch):
    monkeypatch.setattr(recipes, "digits_run", lambda: lambda steps: np.zeros(steps))
    monkeypatch.setattr("bench.__main__.SECONDS", 0.01)

    class Torch:
        missing = ""

        def __call__(self, name, steps):
            if name == "digits_compiled":
                raise RuntimeError("no compiler")

    eager, compiled = digits(Torch())
    assert "times PyTorch eager (" in eager[1]
    assert compiled[1] == "PyTorch compiled (torch.compile) does not run here: no compiler"


def test_the_least_number_of_calls_for_an_error():
    """Errors 1 / n and 1 / n^2, against looking at all of them."""
    for power in (1, 2):
        asked = []
        found = equal.least(lambda n: asked.append(n) or (1 if power == 1 else 4) / n**power)
        assert found == (128 if power == 1 else 24) and len(asked) <= 4
    assert equal.least(lambda n: 1.0) is None
    wanted = np.ones((5, 2, 2))
    assert equal.error(wanted * [[[1.1]], [[1.1]], [[1.1]], [[1.0]], [[-9.0]]], wanted) == pytest.approx(0.1)


@pytest.mark.slow
def test_the_samplers_that_are_compared_are_those_of_the_package():
    """A predictor of v that is exact for one image: two of them keep the noise that they begin with, as the flow does;
    DDPM ends with another, of the size that it has at the end."""
    image = np.linspace(-1, 1, 64).reshape(8, 8)
    noise = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)

    def network(x, u, label):
        level = equal.PATH.level(u)
        return (level.signal * x - image.astype(np.float32)) / level.spread

    times = equal.GRIDS["even in log-SNR"](equal.START, equal.END, 8)
    end = equal.PATH.level(equal.END)
    on_the_flow = end.signal * image + end.spread * noise
    for sampler in equal.SAMPLERS:
        off = equal.error(equal.drawn(sampler, jax.tree_util.Partial(network), noise, times), on_the_flow)
        assert 0.01 < off < 0.1 if sampler == "DDPM" else off < 1e-3


@pytest.mark.slow
def test_rows_of_equal_error_name_the_calls_that_are_enough_and_those_that_are_too_few(monkeypatch):
    assert all(len(grid(equal.START, equal.END, 8)) == 9 for grid in equal.GRIDS.values())
    stand_ins = dict(
        GRIDS=dict.fromkeys(equal.GRIDS, lambda start, end, calls: np.linspace(start, end, calls + 1)),
        flow=lambda network, x: x,
        read=lambda: None,
        standard_normal=lambda *_: np.zeros((equal.IMAGES, 8, 8)),
        drawn=lambda sampler, network, x, times: len(times) - 1,
        error=lambda found, wanted: 0.5 / found,
        measure=lambda run, seconds: np.ones(5),
    )
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(equal, name, stand_in)
    ddim, solver, ancestral = equal.rows(1)
    assert ddim[1].startswith("64 calls for 1% (0.78%, times even in") and ddim[1].endswith("; 48 are too few)")
    assert solver[0] == "DPM-Solver++(2M)" and ancestral[1].startswith("1000 calls, from 100 timed")
    np.testing.assert_allclose((ddim[2], ancestral[2]), [[1 / equal.IMAGES] * 5, [10 / equal.IMAGES] * 5])

"""Named densities at a point."""

import pytest

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.draws import Undefined
from ddpm.derivation.named import world_of
from ddpm.derivation.numbers import Point
from ddpm.derivation.symbols import T, s, t, x
from ddpm.derivation.worlds import Discrete, Gaussian, exact, mp

DISCRETE, CONTINUOUS = 0, 2  # seeds


@pytest.mark.parametrize("seed", [DISCRETE, CONTINUOUS])
def test_a_density_is_that_of_its_world(seed):
    point = Point(seed, {T: 3})
    joint = point.value(q(x[0], x[1], x[2]))
    world = world_of(point)
    assert isinstance(world, Gaussian if seed == CONTINUOUS else Discrete)
    states = {time: point.drawn["state", time] for time in range(3)}

    def density(law, *times):
        return world.density(law, {time: states[time] for time in times})

    def close(a, b):
        return abs(a / b - 1) < 1e-40

    assert close(joint, density("q", 0, 1, 2)) and joint == point.value(q(x[0:2]))
    assert close(point.value(q(x[1] | x[0])), density("q", 0, 1) / density("q", 0))
    assert close(point.value(q(x[1] | (x[0], x[2]))), joint / density("q", 0, 2))
    assert close(point.value(p_theta(x[0] | x[1])), density("p_theta", 0, 1) / density("p_theta", 1))
    assert close(point.value(p(x[T])), point.value(p_theta(x[T])))
    assert close(point.value(q(x[1:2] | x[0])), joint / density("q", 0))
    assert close(point.value(q(x[t - 1])), point.value(q(x[int(point.value(t)) - 1])))
    assert point.value(x[1]) == exact(states[1])


def test_a_state_given_itself_is_certain():
    point = Point(DISCRETE, {})
    found = point.value(q(x[1] | x[1]))
    assert abs(found * world_of(point).cell(point.drawn["state", 1]) - 1) < 1e-40
    both = point.value(q(x[0], x[1] | x[1]))
    right = point.value(q(x[0] | x[1])) / world_of(point).cell(point.drawn["state", 1])
    assert abs(both / right - 1) < 1e-40


@pytest.mark.parametrize(
    "expr, why",
    [
        (q(x[1], x[1]), "a state twice"),
        (q(x[0:1], x[1]), "a state twice"),
        (p(x[0], x[1]), "only the density of one state"),
        (p(x[T] | x[0]), "only the density of one state"),
        (p(x[0:T]), "only the density of one state"),
        (q(x[-1]), r"x\[-1\]"),
        (q(x[T + 1]), "runs from 0 to"),
        (p_theta(x[T + 1]), "runs from 0 to"),
    ],
)
def test_what_has_no_density(expr, why):
    with pytest.raises(Undefined, match=why):
        Point(DISCRETE, {}).value(expr)


def test_a_path_may_be_empty_and_no_shorter():
    point = Point(DISCRETE, {})
    assert point.value(q(x[s : t + 1]), {s: mp.mpf(3), t: mp.mpf(1)}) == 1
    with pytest.raises(Undefined, match="a path from 4 to 2"):
        point.value(q(x[s : t + 1]), {s: mp.mpf(4), t: mp.mpf(1)})


def test_a_continuous_state_given_itself_has_no_density():
    with pytest.raises(Undefined, match="no density"):
        Point(CONTINUOUS, {}).value(q(x[1] | x[1]))

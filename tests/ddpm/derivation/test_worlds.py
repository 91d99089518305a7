"""Small worlds: each density is what summing or integrating over all other states gives."""

import itertools

import mpmath
import pytest

from ddpm.derivation.worlds import Discrete, Gaussian, Outside, exact, mp, precision, rounded

LAWS = ["q", "p_theta"]


def close(a, b):
    return abs(a - b) <= mp.mpf("1e-30") * max(abs(a), abs(b))


def test_exact():
    from fractions import Fraction

    with mp.workdps(40):
        assert exact(Fraction(2, 3)) == mp.mpf(2) / 3 and exact(Fraction(-5)) == -5


def test_rounding_down_and_up_encloses_what_is_exact():
    def third():
        return mp.one / 3

    to_nearest = precision()
    for digits in (30, 50):
        with mp.workdps(digits):
            with rounded("f"):
                low, of_low = third(), precision()
            with rounded("c"):
                high, of_high = third(), precision()
            with mp.workdps(100):
                assert low < third() < high and high - low < mp.mpf(10) ** -digits
            assert len({of_low, of_high, precision()}) == 3
    assert precision() == to_nearest
    with pytest.raises(ZeroDivisionError), rounded("f"):
        mp.one / 0
    assert precision() == to_nearest


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("law", LAWS)
def test_a_discrete_chain_is_summed(law, size):
    world = Discrete(5, 3, size)
    assert len(set(world.values)) == size and all(world.cells[v] > 0 for v in world.values)
    joint = {
        states: world.density(law, dict(zip(range(4), states))) * mp.fprod(map(world.cell, states))
        for states in itertools.product(world.values, repeat=4)
    }
    assert close(mp.fsum(joint.values()), 1) and min(joint.values()) > 0
    for times in [(0,), (3,), (1, 2), (0, 2), (1, 3), (0, 1, 3)]:
        for chosen in itertools.product(world.values, repeat=len(times)):
            whole = mp.fsum(
                mass for states, mass in joint.items() if all(states[i] == u for i, u in zip(times, chosen))
            )
            found = world.density(law, dict(zip(times, chosen))) * mp.fprod(map(world.cell, chosen))
            assert close(whole, found)


@pytest.mark.parametrize("law", LAWS)
def test_a_discrete_chain_runs_in_its_direction(law):
    """The steps are those of the law, one from each state, and one after the other."""
    world = Discrete(2, 2, 2)
    a, b = world.values
    order = [0, 1, 2] if law == "q" else [2, 1, 0]
    steps = [world.step(law, max(i, j)) for i, j in zip(order, order[1:])]
    found = world.density(law, dict(zip(order, [a, b, a])))
    right = world.start(law)[a] * steps[0][a][b] * steps[1][b][a] / world.cell(a) ** 2 / world.cell(b)
    assert close(found, right)
    assert all(close(mp.fsum(row.values()), 1) for step in steps for row in step.values())
    assert steps[0] != steps[1] and world.start("q") != world.start("p_theta")
    assert world.step(law, 1)[a] != world.step(law, 1)[b] and world.step("q", 1) != world.step("p_theta", 1)
    assert close(world.prior(a), world.density("p_theta", {2: a}))


@pytest.mark.parametrize("law", LAWS)
def test_a_gaussian_chain_is_integrated(law):
    world = Gaussian(3, 2)
    order = [0, 1, 2] if law == "q" else [2, 1, 0]
    start, first, second = world.start(law), *(world.step(law, max(i, j)) for i, j in zip(order, order[1:]))

    def normal(at, mean, variance):
        return mpmath.exp(-((at - mean) ** 2) / (2 * variance)) / mpmath.sqrt(2 * mpmath.pi * variance)

    a, b, c = (world.draw(time) for time in order)

    def joint(u, w, z):
        return (
            normal(u, *map(mpmath.mpf, start))
            * normal(w, mpmath.mpf(first[0]) * u + first[1], mpmath.mpf(first[2]))
            * normal(z, mpmath.mpf(second[0]) * w + second[1], mpmath.mpf(second[2]))
        )

    u, w, z = (mpmath.mpf(n.numerator) / n.denominator for n in (a, b, c))
    assert abs(world.density(law, dict(zip(order, [a, b, c]))) / joint(u, w, z) - 1) < 1e-12
    mean, deviation = first[0] * start[0] + first[1], mpmath.sqrt(first[0] ** 2 * start[1] + first[2])
    places = [float(mean + k * deviation) for k in range(-12, 13)]
    whole = mpmath.quad(
        lambda w: (
            normal(w, float(mean), float(deviation**2))
            * normal(z, float(second[0]) * w + float(second[1]), float(second[2]))
        ),
        places,
    )
    assert abs(world.density(law, {order[2]: c}) / whole - 1) < 1e-8
    # the mean and variance of two steps in one, from a state
    centre, spread = world.given(world.kernel(law, order[0], order[2]), a)
    assert close(centre, second[0] * (first[0] * exact(a) + first[1]) + second[1])
    assert close(spread, second[0] ** 2 * first[2] + second[2])
    assert close(world.prior(a), world.density("p_theta", {2: a}))
    assert start[1] > 0 and first[2] > 0 and first[:2] != second[:2] and first[0] != 0


@pytest.mark.parametrize("world", [Discrete(0, 2, 2), Gaussian(0, 2)])
def test_a_world_has_its_times_alone(world):
    states = {time: world.draw(time) for time in (0, 1, 2)}
    assert (
        world.density("q", states) > 0 and world.density("q", {}) == 1 and world.density("p_theta", {0: states[0]}) > 0
    )
    for outside in (-1, 3):
        with pytest.raises(Outside, match="from 0 to 2"):
            world.density("q", {outside: states[0]})


def test_only_a_discrete_state_has_a_cell():
    world = Discrete(1, 1, 2)
    assert all(world.cell(v) == exact(world.cells[v]) for v in world.values)
    with pytest.raises(Outside, match="no density"):
        Gaussian(1, 1).cell(0)


def test_a_seed_gives_a_world():
    one, again, other = Discrete(1, 2, 2), Discrete(1, 2, 2), Discrete(2, 2, 2)
    assert one.values == again.values != other.values
    assert one.density("q", {1: one.values[0]}) == again.density("q", {1: one.values[0]})
    assert {Discrete(1, 2, 2).draw(1) for _ in range(5)} == {one.draw(1)} and one.draw(1) in one.values
    assert len({Gaussian(1, 2).draw(time) for time in range(9)}) > 3
    assert any(world.density("q", {0: v}) > 1 for world in (one, other, Discrete(3, 2, 2)) for v in world.values)


def test_no_world_is_degenerate():
    """Nothing is impossible, each state tells of the one before; densities are small in some, large in others."""
    discrete = [Discrete(seed, 2, 3) for seed in range(200)]
    assert min(cell for world in discrete for cell in world.cells.values()) > 0
    assert min(share for world in discrete for share in world.start("q").values()) > 0
    assert {len(set(world.values)) for world in discrete} == {3}
    steps = [Gaussian(seed, 2).step("q", 1) for seed in range(200)]
    assert all(slope and offset and variance > 0 for slope, offset, variance in steps)
    assert min(variance for *_, variance in steps) < 0.01 and max(variance for *_, variance in steps) < 10
    assert min(slope for slope, *_ in steps) < 0 < max(slope for slope, *_ in steps)
    largest = [max(world.density("q", {0: v}) for v in world.values) for world in discrete]
    assert min(largest) < 1 < max(largest)


def test_precision_is_that_in_use():
    world = Discrete(1, 2, 2)
    state = {1: world.values[0]}
    with mp.workdps(20):
        rough = world.density("q", state)
    with mp.workdps(100):
        fine, again = world.density("q", state), Discrete(1, 2, 2).density("q", state)
        assert fine == again and 0 < abs(fine - rough) < mp.mpf("1e-18")

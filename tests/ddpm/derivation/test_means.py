"""Expectations and divergences at a point: what enumerating the states, or a formula, gives."""

import itertools

import pytest
import sympy as sp

from ddpm.derivation.densities import p, p_theta, q
from ddpm.derivation.draws import PIXEL, Undefined
from ddpm.derivation.expectation import KL, E_noise, E_q
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.means import PATHS
from ddpm.derivation.named import world_of
from ddpm.derivation.numbers import Point
from ddpm.derivation.symbols import SquaredNorm, T, alpha_bar, epsilon, epsilon_t, family, log, s, sqrt, t, x
from ddpm.derivation.worlds import exact, mp

y, z = sp.symbols("y z", real=True)
v, w = sp.symbols("v w", positive=True)
m = family("m", "m")


def close(a, b):
    return abs(a - b) <= mp.mpf("1e-12") * max(1, abs(a), abs(b))


def summed(point, body, times):
    """The mean of body(states) over the states of q at some times."""
    world = world_of(point)
    total = 0
    for states in itertools.product(world.values, repeat=len(times)):
        drawn = dict(zip(times, states))
        total += world.density("q", drawn) * mp.fprod(map(world.cell, states)) * body(drawn)
    return total


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_mean_over_states_is_a_sum(seed):
    point = Point(seed, {T: 2})
    entropy = point.value(E_q(log(q(x[1]))))
    world = world_of(point)

    def log_of(states, *given):
        kept = {time: state for time, state in states.items() if time in given} if given else states
        return mp.log(world.density("q", kept))

    assert close(entropy, summed(point, log_of, [1]))
    assert close(point.value(E_q(log(q(x[1] | x[0])))), summed(point, lambda u: log_of(u) - log_of(u, 0), [0, 1]))
    assert close(
        point.value(E_q(x[0] * x[2] * q(x[1]) / q(x[1]))), summed(point, lambda u: exact(u[0]) * exact(u[2]), [0, 2])
    )
    assert close(point.value(E_q(log(q(x[0:2])))), summed(point, log_of, [0, 1, 2]))
    whole = point.value(E_q(sp.Sum(log(q(x[s])) + s, (s, 0, 2))))
    assert close(whole, sum(summed(point, log_of, [time]) for time in range(3)) + 3)
    product = point.value(E_q(sp.Product(q(x[s]), (s, 0, 1))))
    assert close(
        product, summed(point, lambda u: world.density("q", {0: u[0]}) * world.density("q", {1: u[1]}), [0, 1])
    )
    # what is free stays, and a mean inside is a number
    assert close(point.value(E_q(y * log(q(x[1])) - E_q(log(q(x[1]))))), (point.value(y) - 1) * entropy)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_divergence_of_named_densities_is_a_sum(seed):
    point = Point(seed, {T: 2})
    found = point.value(KL(q(x[2]), p(x[2])))
    world = world_of(point)
    right = summed(point, lambda u: mp.log(world.density("q", u) / world.prior(u[2])), [2])
    assert close(found, right) and found > 0
    # over both states the mean of the conditional one is the mutual information
    mutual = point.value(E_q(KL(q(x[1] | x[0]), q(x[1]))))
    right = summed(
        point,
        lambda u: mp.log(world.density("q", u) / world.density("q", {0: u[0]}) / world.density("q", {1: u[1]})),
        [0, 1],
    )
    assert close(mutual, right) and mutual > 0
    back = point.value(E_q(KL(q(x[0] | x[1]), p_theta(x[0] | x[1]))))
    right = summed(
        point,
        lambda u: mp.log(
            world.density("q", u)
            / world.density("q", {1: u[1]})
            / (world.density("p_theta", u) / world.density("p_theta", {1: u[1]}))
        ),
        [0, 1],
    )
    assert close(back, right)
    paths = point.value(KL(q(x[0:2]), p_theta(x[0:2])))
    right = summed(point, lambda u: mp.log(world.density("q", u) / world.density("p_theta", u)), [0, 1, 2])
    assert close(paths, right)


def test_a_state_given_itself_is_certain():
    point = Point(0, {})
    found = point.value(KL(q(x[1] | x[1]), q(x[1])))
    state = point.drawn["state", 1]
    assert close(found, -mp.log(world_of(point).density("q", {1: state}) * world_of(point).cell(state)))


def test_a_sum_over_paths_is_short():
    seeds = {Point(seed, {T: 8}).size: seed for seed in range(20)}
    assert set(seeds) == {2, 3}
    for size, seed in seeds.items():
        longest = max(n for n in range(1, 10) if size**n <= PATHS)
        assert Point(seed, {T: 8}).value(E_q(log(q(x[0 : longest - 1])))) is not None
        with pytest.raises(Undefined, match="too many paths"):
            Point(seed, {T: 8}).value(E_q(log(q(x[0:longest]))))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_mean_over_noise_is_that_of_the_two_data_and_a_normal(seed):
    point = Point(seed, {})
    mean, square, of_data = (point.value(e) for e in (E_noise(x[0]), E_noise(x[0] ** 2), E_q(x[0])))
    a, b, share = point.datum(0, 0), point.datum(1, 0), exact(point.drawn["share"])
    assert 0 < share < 1 and a != b
    assert close(mean, share * a + (1 - share) * b) and close(square, share * a**2 + (1 - share) * b**2)
    assert mean == of_data
    bar, first, second = (point.value(e) for e in (alpha_bar[t], alpha_bar[1], alpha_bar[2]))
    for law in (E_noise, E_q):
        assert close(point.value(law(x[t])), mp.sqrt(bar) * mean)
        assert close(point.value(law(x[t] ** 2)), bar * square + 1 - bar)
        assert close(point.value(law(x[t] * x[0])), mp.sqrt(bar) * square)
        assert close(point.value(law(x[1] + x[2])), (mp.sqrt(first) + mp.sqrt(second)) * mean)
    assert close(point.value(E_noise(epsilon**4)), 3) and close(point.value(E_noise(epsilon)), 0)
    assert close(point.value(E_noise(x[t] * epsilon)), mp.sqrt(1 - bar))
    both = mp.sqrt(first * second) * square + mp.sqrt((1 - first) * (1 - second))
    assert close(point.value(E_noise(x[1] * x[2])), both)
    assert close(point.value(E_noise(SquaredNorm(epsilon) ** 2)), 3)  # of one pixel
    assert close(point.value(E_noise(epsilon**2 * E_q(x[0]))), mean)
    assert close(point.value(E_q(epsilon * x[0])), point.value(epsilon) * mean)
    for other in E_q(epsilon), E_q(epsilon * x[0]), E_q(epsilon_t[t]), E_noise(epsilon_t[t]):
        with pytest.raises(Undefined, match="not known well enough"):  # noise that is not what the mean is over
            point.difference(other, sp.Integer(7))


def test_a_mean_of_an_image_has_the_value_of_each_pixel():
    point = Point(1, {}, pixels=2, images=frozenset({y}))
    both = [point.value(y, {PIXEL: pixel}) for pixel in range(2)]
    assert both[0] != both[1]
    right = mp.fsum((value + value**2) ** 2 + 1 for value in both)
    assert close(point.value(E_noise(SquaredNorm(epsilon - y - y**2))), right)
    assert close(point.value(E_noise(y * SquaredNorm(epsilon))), 2 * both[0])


def test_a_mean_is_found_for_each_value_of_what_is_free():
    point = Point(0, {})
    assert close(point.value(sp.Sum(E_noise(s * epsilon**2), (s, 1, 3))), 6)
    assert close(point.value(sp.Sum(E_noise(m[s] * epsilon**2), (s, 1, 2))), point.value(m[1] + m[2]))
    assert close(point.value(E_noise(epsilon**2 * E_noise(epsilon**2 + 1))), 2)
    at = [point.value(E_noise(y * epsilon**2), {y: mp.mpf(n)}) for n in (2, 5, 2)]
    assert [round(float(number), 9) for number in at] == [2, 5, 2]
    rough, fine = (point.value(E_noise(sp.exp(epsilon)), level=level) for level in (0, 2))
    assert rough != fine


@pytest.mark.parametrize("pixels", [2, 3])
def test_of_images(pixels):
    point = Point(0, {}, pixels)
    assert close(point.value(E_noise(SquaredNorm(epsilon))), pixels) and point.value(E_noise(x[0]))
    bar = point.value(alpha_bar[t])
    share = exact(point.drawn["share"])
    square = sum(share * point.datum(0, i) ** 2 + (1 - share) * point.datum(1, i) ** 2 for i in range(pixels))
    assert close(point.value(E_noise(SquaredNorm(x[t]))), bar * square + (1 - bar) * pixels)
    assert close(
        point.value(SquaredNorm(E_noise(x[0]))),
        sum((share * point.datum(0, i) + (1 - share) * point.datum(1, i)) ** 2 for i in range(pixels)),
    )
    assert len({point.datum(0, i) for i in range(pixels)}) == pixels
    for body in (SquaredNorm(epsilon) ** 2, SquaredNorm(epsilon) * epsilon):
        with pytest.raises(Undefined, match="no sum over pixels"):
            point.value(E_noise(body))
    with pytest.raises(Undefined, match="over q"):
        Point(0, {}, pixels).value(E_q(log(q(x[1]))))
    first, second = Normal(y, z, v, "I"), Normal(y, 0, w, "I")
    found = point.value(KL(first, second))
    right = pixels * (log(w / v) / 2 + v / (2 * w) - sp.S.Half) + SquaredNorm(z) / (2 * w)
    assert close(found, point.value(right)) and close(point.value(sp.log(first)), point.value(first.log))
    apart = KL(Normal(y, x[1], v, "I"), Normal(y, x[0], w, "I"))
    assert close(point.value(apart), point.value(right.subs(SquaredNorm(z), SquaredNorm(x[1] - x[0]))))
    image = Normal(x[1], x[0], v, "I")
    assert close(point.value(sp.log(image)), point.value(image.log))
    one = Normal(y, z, v)
    assert close(point.value(KL(one, Normal(y, 0, w))), point.value(log(w / v) / 2 + (v + z**2) / (2 * w) - sp.S.Half))
    assert close(point.value(SquaredNorm(sp.log(Normal(x[0], 0, v)))), point.value(SquaredNorm(Normal(x[0], 0, v).log)))
    assert close(point.value(sp.log(one)), point.value(one.log))


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_normals(seed):
    point = Point(seed, {})
    right = log(w / v) / 2 + (v + (y - z) ** 2) / (2 * w) - sp.S.Half
    u = sp.Symbol("u", real=True)
    assert close(point.value(KL(Normal(u, y, v), Normal(u, z, w))), point.value(right))
    assert close(point.value(KL(Normal(u, y, v), Normal(u, y, v))), 0)
    density = sp.exp(-((u - y) ** 2) / (2 * v)) / sqrt(2 * sp.pi * v)
    assert close(point.value(Normal(u, y, v) / density), 1)


@pytest.mark.parametrize(
    "expr, why",
    [
        (E_noise(log(q(x[1]))), "over q"),
        (E_q(x[1] * x[2]), "more than one noised state"),
        (KL(Normal(y, y + z, v), Normal(y, z, v)), "depends on the variable"),
        (KL(Normal(y, z, v), Normal(y, y, v)), "depends on the variable"),
        (KL(Normal(y, z, v), Normal(y, z, 1 + y**2)), "depends on the variable"),
        (Normal(y, z, v - 10**9), "a variance that is not positive"),
        (Normal(y, z, sp.floor(v / 10**9)), "a variance that is not positive"),
        (Normal(y, z, (v - 10**9) / 10**18), "a variance that is not positive"),
        (Normal(y, z, sqrt(v - 10**9)), "a variance that is not positive"),
        (E_q(x[-1] * x[0]), "at time -1"),
    ],
)
def test_what_has_no_value(expr, why):
    with pytest.raises(Undefined, match=why):
        Point(0, {}).value(expr)
    assert Point(0, {}).value(E_q(x[0] * x[2])) is not None


@pytest.mark.parametrize("i", [0, 1])
def test_a_mean_that_reaches_beyond_the_nodes_is_not_sure(i):
    """At either end of the rule, and for either of the data alone."""
    for slope, sure in ((2, True), (-2, True), (8, False), (-8, False)):
        point = Point(0, {})
        point.value(E_noise(x[0]))
        here, other = (sp.Rational(*point.drawn["data", j, 0].as_integer_ratio()) for j in (i, 1 - i))
        point.value(E_noise(sp.exp(slope * epsilon * (x[0] - other) / (here - other))))
        assert point.sure == sure

"""What a point draws: numbers with the properties of their symbols, of either sign, near and far."""

import pytest
import sympy as sp

from ddpm.derivation.draws import Draws, Undefined, fits
from ddpm.derivation.gaussians import PIXELS
from ddpm.derivation.numbers import Point
from ddpm.derivation.symbols import T, alpha, family, s, sigma, t, x

SEEDS = range(60)
y = sp.Symbol("y", real=True)
v, low, negative = sp.Symbol("v", positive=True), sp.Symbol("low", nonnegative=True), sp.Symbol("u", negative=True)
n, i = sp.Symbol("n", integer=True, positive=True), sp.Symbol("i", integer=True)
m = family("m", "m")


def drawn(symbol, lowest=None, seeds=SEEDS, **keywords):
    return [float(Point(seed, lowest or {}, **keywords).value(symbol)) for seed in seeds]


def test_a_symbol_has_a_number_with_its_properties():
    assert min(drawn(v)) > 0 and min(drawn(low)) >= 0 and max(drawn(negative)) < 0 and min(drawn(sigma[t])) > 0
    assert {-1.0, 1.0} == {u / abs(u) for u in drawn(y)} and 0 not in drawn(y)
    assert all(u == int(u) >= 1 for u in drawn(n)) and {sp.sign(u) for u in drawn(i)} == {-1, 0, 1}
    even, prime, zero = (sp.Symbol("k", integer=True, **{kind: True}) for kind in ("even", "prime", "zero"))
    assert {u % 2 for u in drawn(even, seeds=range(9))} == {0}
    assert all(sp.isprime(int(u)) for u in drawn(prime, seeds=range(9)))
    assert drawn(zero, seeds=range(20))[0] == 0
    with pytest.raises(Undefined, match="no number for"):
        Point(0, {prime: 24}).value(prime)


@pytest.mark.parametrize(
    "properties, number, right",
    [
        ({"positive": True}, 1, True),
        ({"positive": True}, 0, False),
        ({"negative": True}, 1, False),
        ({"negative": True}, -1, True),
        ({"even": True}, 3, False),
        ({"even": True}, 4, True),
        ({"prime": True}, 4, False),
        ({"composite": True}, 1, False),
        ({"composite": True}, 4, True),
        ({"irrational": True}, 2, False),
        ({"zero": True}, 1, False),
        ({"zero": True}, 0, True),
        ({"integer": True}, 2, True),
        ({}, -3, True),
        ({"real": True}, 0, True),
    ],
)
def test_fits(properties, number, right):
    from fractions import Fraction

    assert fits(sp.Symbol("k", **properties), Fraction(number)) == right
    if properties.get("integer"):
        assert not fits(sp.Symbol("k", **properties), Fraction(1, 2))


def test_odd_seeds_choose_far_apart():
    even, odd = range(0, 120, 2), range(1, 121, 2)
    near, far = [abs(u) for u in drawn(y, seeds=even)], [abs(u) for u in drawn(y, seeds=odd)]
    assert 0.04 < min(near) and max(near) < 7 and min(far) < 1e-6 and max(far) > 1e6
    times = {kind: drawn(T, seeds=seeds) for kind, seeds in (("near", even), ("far", odd))}
    assert set(times["near"]) <= {1, 2, 3, 4, 5} and len(set(times["near"])) >= 4
    assert min(times["far"]) >= 5 and max(times["far"]) > 30
    shares = {kind: drawn(alpha[1], seeds=seeds) for kind, seeds in (("near", even), ("far", odd))}
    assert all(0.1 <= u < 0.9 for u in shares["near"]) and all(0 < u < 1 for u in shares["far"])
    assert min(shares["far"]) < 1e-4 and max(shares["far"]) > 1 - 1e-5
    assert max(drawn(n, seeds=odd)) > 30 >= 10 > max(drawn(n, seeds=even))


def test_times_lie_between_their_least_value_and_the_last():
    for seed in SEEDS:
        point = Point(seed, {t: 2})
        assert 2 <= point.value(t) <= point.value(T)
        point = Point(seed, {T: 3})
        assert point.value(T) >= 3 and 1 <= point.value(t) <= point.value(T)
        assert Point(seed, {T: 9}).value(T) >= 9 and Point(seed, {s: 4}).value(s) >= 4
    assert {*drawn(t, {t: 2}, range(40))} >= {2, 3} and {*drawn(t)} >= {1, 2, 3}
    assert any(Point(seed, {}).value(t) == Point(seed, {}).value(T) for seed in range(0, 40, 2))
    zero = sp.Symbol("k", integer=True, nonnegative=True)
    assert min(drawn(zero, {zero: 0})) == 0 and min(drawn(i, {i: -3})) >= -3 and -3 in drawn(i, {i: -3})
    assert min(drawn(i, {i: 2})) >= 2


def test_where_chains_are_enumerated_the_last_time_is_near():
    from ddpm.derivation.densities import q
    from ddpm.derivation.expectation import E_q
    from ddpm.derivation.symbols import log

    for seed in range(1, 40, 2):
        point = Point(seed, {})
        point.value(E_q(log(q(x[1]))))
        assert point.value(T) <= 5 and 1 <= point.value(t) <= point.value(T) and point.value(n) <= point.value(T)
        alone = Point(seed, {})
        alone.value(q(x[1]))
        assert alone.value(T) >= 5
    assert {Point(seed, {}).size for seed in SEEDS} == {2, 3}


@pytest.mark.parametrize("low, of_two, of_three", [(1, 5, 4), (2, 5, 4), (3, 6, 5)])
def test_the_more_states_the_nearer_is_the_last_time(low, of_two, of_three):
    points = [Draws(seed, {t: low}) for seed in range(120)]
    for size, last in ((2, of_two), (3, of_three)):
        assert {point.last for point in points if point.size == size} == {*range(low, last + 1)}


def test_a_time_that_begins_beyond_the_last_has_no_number():
    point = Point(0, {})
    point.value(T)
    point.lowest = {t: 50}
    with pytest.raises(Undefined, match="begins at 50"):
        point.value(t)


def test_the_same_seed_draws_the_same():
    for seed in range(4):
        one, again = (Draws(seed, {}) for _ in range(2))
        for point in (one, again):
            point.named, point.pure = False, True
        first, second = (
            [point.free(k, {}) for k in (y, v, m[1], T)] + [point.datum(0, 0), point.share(alpha[1])]
            for point in (one, again)
        )
        assert first == second and one.shown == again.shown and y in one.shown and alpha[1] in one.shown
        assert one.free(y, {}) == one.free(y, {}) and one.share(alpha[1]) == one.share(alpha[1])
        assert one.datum(0, 0) == one.datum(0, 0) != one.datum(1, 0)
    data = [Point(seed, {}).datum(0, 0) for seed in SEEDS]
    assert 0 not in data and min(data) < 0 < max(data) and max(map(abs, data)) < 6


def test_pixels_have_numbers_of_their_own_where_there_are_images():
    point = Point(0, {}, 2, frozenset({y}))
    here, there = ([point.evaluate(k, {"pixel": pixel}) for k in (y, v, x[1], m[1])] for pixel in (0, 1))
    assert [a == b for a, b in zip(here, there)] == [False, True, False, True]
    assert point.value(PIXELS) == 2 and Point(0, {}, 3).value(PIXELS) == 3

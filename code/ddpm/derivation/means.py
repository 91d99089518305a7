"""Expectations and KL divergences at a point: sums over the states of a world, the trapezoidal rule over noise."""

import itertools
from fractions import Fraction
from functools import lru_cache

import sympy as sp

from ddpm.derivation import symbols
from ddpm.derivation.densities import STATE, Density
from ddpm.derivation.draws import PIXEL, Undefined
from ddpm.derivation.expectation import KL, LAW_Q, NOISES, Expectation
from ddpm.derivation.forms import JUMPS, is_spread, runs
from ddpm.derivation.gaussians import Normal
from ddpm.derivation.images import is_linear
from ddpm.derivation.named import at_index, law_of, states_of, world_of
from ddpm.derivation.symbols import Path, SquaredNorm
from ddpm.derivation.worlds import Discrete, exact, mp, precision

PATHS = 300  # that are summed over
BINDING = sp.Sum, sp.Product, sp.Integral, sp.Derivative, sp.Subs, sp.Piecewise, Expectation, KL, Normal


def expectation(point, expr, env):
    """A number for each value of what the expectation does not bind, found once."""
    body, law = expr.args
    free = expr.free_symbols - ({symbols.epsilon} if law != LAW_Q else set())
    bound = tuple((symbol, env[symbol]) for symbol in sorted(free & set(env), key=str))
    key = expr, precision(), env.get(PIXEL, 0), bound
    if key not in point.known:
        before, point.sure = point.sure, True
        found = mean(point, body, law, env)
        point.known[key], point.sure = (found, point.sure), before
    found, sure = point.known[key]
    point.sure = point.sure and sure
    return found


def mean(point, body, law, env):
    if body.has(*(NOISES if law == LAW_Q else NOISES[1:])):  # random too, though not by this law
        point.sure = False
    if not point.named:
        return over_noise(point, body, law, env)
    if law != LAW_Q or point.pixels > 1:
        raise Undefined("named densities stand in an expectation over q")
    return over_states(point, body, env)


def over_states(point, body, env):
    if body.is_Add:
        return mp.fsum(over_states(point, arg, env) for arg in body.args)
    if isinstance(body, sp.Sum):
        return mp.fsum(over_states(point, body.args[0], inner) for inner in runs(point, body.args[1:], env))
    times = sorted(times_of(point, body, env))
    world = discrete_world(point, len(times))
    total = []
    for states in itertools.product(world.values, repeat=len(times)):
        drawn = dict(zip(times, states))
        mass = world.density("q", drawn) * mp.fprod([world.cell(state) for state in states])
        total.append(mass * point.evaluate(body, {**env, **{at_index(STATE, i): state for i, state in drawn.items()}}))
    return mp.fsum(total)


def discrete_world(point, times: int) -> Discrete:
    """The world of the point, where a sum over its states at so many times is short.

    Raises:
        Undefined: it is too long, or the world is continuous, since the point was first asked for a density alone.
    """
    world = world_of(point)
    if not isinstance(world, Discrete):
        raise Undefined("no sum over states in a continuous world")
    if len(world.values) ** times > PATHS:
        raise Undefined("too many paths")
    return world


def times_of(point, expr, env) -> set:
    """The times of the states that `expr` depends on."""
    if isinstance(expr, (sp.Sum, sp.Product)):
        return {time for inner in runs(point, expr.args[1:], env) for time in times_of(point, expr.args[0], inner)}
    if isinstance(expr, Path):
        return set(range(point.index(expr.args[1], env), point.index(expr.args[2], env) + 1))
    if isinstance(expr, STATE):
        return {point.index(expr.args[0], env)}
    named = isinstance(expr, KL) and isinstance(expr.args[0], Density)
    args = [density.args[2] for density in expr.args] if named else expr.args
    if isinstance(expr, Expectation):
        return set()
    return {time for arg in args for time in times_of(point, arg, env)}


def kl(point, expr, env):
    first, second = expr.args
    if isinstance(first, Normal):
        return kl_of_normals(point, first, second, env)
    times = list(states_of(point, first.args[1], env))
    world = discrete_world(point, len(times))
    total = []
    for states in itertools.product(world.values, repeat=len(times)):
        drawn = dict(zip(times, states))
        density = law_of(point, first, drawn, env)
        if density:
            mass = density * mp.fprod([world.cell(state) for state in states])
            total.append(mass * mp.log(density / law_of(point, second, drawn, env)))
    return mp.fsum(total)


def kl_of_normals(point, first, second, env):
    """The log ratio is a quadratic, so that the mean of two points is exact."""
    variable, mean, variance = first.args[:3]
    if any(part.has(variable) for normal in (first, second) for part in normal.args[1:3]):
        raise Undefined("a mean that depends on the variable")
    whole = len(first.args) > 3
    total = []
    for pixel in range(point.pixels if whole else 1):
        here = {**env, PIXEL: pixel} if whole else env
        centre, spread = point.evaluate(mean, here), mp.sqrt(point.evaluate(variance, here))
        for node in (-1, 1):
            at = {**here, variable: centre + node * spread}
            total.append((log_normal(point, first, at) - log_normal(point, second, at)) / 2)
    return mp.fsum(total)


def log_normal(point, normal, env):
    variable, mean, variance = (point.evaluate(arg, env) for arg in normal.args[:3])
    if mp.im(variance) or variance <= 0:
        raise Undefined("a variance that is not positive")
    return -((variable - mean) ** 2) / (2 * variance) - mp.log(2 * mp.pi * variance) / 2


def normal(point, expr, env):
    pixels = point.pixels if len(expr.args) > 3 else 1
    log = mp.fsum(log_normal(point, expr, {**env, PIXEL: pixel} if pixels > 1 else env) for pixel in range(pixels))
    return mp.exp(log)


def over_noise(point, body, law, env):
    """x_0 takes two values; x_t, if there is one, and epsilon by the trapezoidal rule.

    In images all pixels run through the same noise: right for a body that is a sum of functions of one pixel.
    """
    if point.pixels > 1 and not is_linear(body, SquaredNorm):
        raise Undefined("an expectation that is no sum over pixels")
    if any(part.has(STATE, *NOISES) for part in body.atoms(sp.Integral)):
        raise Undefined("an integral for each value of the noise takes too long")
    if body.is_Add and law == LAW_Q:
        return mp.fsum(over_noise(point, arg, law, env) for arg in body.args)
    times = times_of(point, body, env) - {0}
    if len(times) > 1 and law == LAW_Q:
        raise Undefined("an expectation of a formula in more than one noised state")
    share = Fraction(point.random.randint(2, 17), 19) if "share" not in point.drawn else point.drawn["share"]
    point.drawn["share"] = share
    total, _, step, end = [], *point.level
    roots = {}
    for time in times:
        bar = point.evaluate(symbols.alpha_bar[time], env)
        roots[at_index(STATE, time)] = mp.sqrt(bar), mp.sqrt(1 - bar)
    rule = nodes(step, end, precision())
    for i, weight in ((0, exact(share)), (1, 1 - exact(share))):
        data = [point.datum(i, pixel) for pixel in range(point.pixels)]
        for noise, density in rule:
            here = {**env, at_index(STATE, 0): data}
            if law != LAW_Q:
                here[symbols.epsilon] = noise
            for state, (signal, spread) in roots.items():
                here[state] = [signal * x_0 + spread * noise for x_0 in data]
            total.append(weight * density * point.evaluate(body, here))
            if len(total) == 1:  # after the first node, so that numbers are drawn in the order in which they stand
                env = {**env, **{part: values(point, part, env) for part in constants(body)}}
    sizes = [*map(abs, total)]
    ends = max(sizes[:: len(rule)] + sizes[len(rule) - 1 :: len(rule)])  # of the rule, for both of the data
    point.sure = point.sure and not body.has(*JUMPS) and is_spread(sizes) and ends <= max(sizes) / 10**12
    return mp.fsum(total)


@lru_cache(maxsize=32)
def nodes(step, end, precision):
    """The noise at each node of the trapezoidal rule, and its density times the step, at the precision in use."""
    count, step = int(end / step), mp.mpf(step)
    noises = [k * step for k in range(-count, count + 1)]
    return [(noise, step * mp.exp(-(noise**2) / 2) / mp.sqrt(2 * mp.pi)) for noise in noises]


def constants(body):
    """The largest parts of `body` in which nothing is random, where no part of it binds a symbol."""
    if body.has(*BINDING):
        return
    parts = [body]
    while parts:
        part = parts.pop()
        if not part.has(STATE, *NOISES):
            yield part
        else:
            parts += part.args


def values(point, part, env):
    return [point.evaluate(part, {**env, PIXEL: pixel}) for pixel in range(point.pixels)]

"""Named densities at a point: numbers of its world (`worlds`), at states drawn once or bound by an expectation."""

from functools import cache

from ddpm.derivation.densities import STATE
from ddpm.derivation.draws import Undefined
from ddpm.derivation.symbols import Path
from ddpm.derivation.worlds import Discrete, Gaussian, mp, precision


def world_of(point):
    if point.world is None:
        point.last_time()
        continuous = point.pure and point.seed % 4 in (2, 3)
        point.world = Gaussian(point.seed, point.last) if continuous else Discrete(point.seed, point.last, point.size)
    return point.world


def density(point, expr, env):
    times = times_in(point, expr.args[1], env)
    if len(times) > len(set(times)):
        raise Undefined(f"{expr}: a state twice")
    return law_of(point, expr, {time: state(point, time, env) for time in times}, env)


def law_of(point, expr, target, env):
    """The density of states given those of `expr`; of a state given itself it is that of a cell that is certain."""
    world, law, given = world_of(point), expr.args[0].name, states_of(point, expr.args[2], env)
    if law == "p":
        if len(target) != 1 or given:
            raise Undefined("of p only the density of one state is known")
        return world.prior(*target.values())
    both = set(target) & set(given)
    if any(target[time] != given[time] for time in both):
        return mp.zero
    found = world.density(law, {**target, **given}) / world.density(law, given)
    return found / mp.fprod([world.cell(target[time]) for time in both])


def states_of(point, parts, env):
    return {time: state(point, time, env) for time in times_in(point, parts, env)}


def times_in(point, parts, env) -> list[int]:
    """The times of states and paths, found once for the indices that `env` has."""
    key = parts, precision(), *map(env.get, _symbols(parts))
    if key not in point.times:
        point.times[key] = list(_times(point, parts, env))
    return point.times[key]


def _times(point, parts, env):
    for part in parts:
        if isinstance(part, Path):
            first, last = (point.index(end, env) for end in part.args[1:])
            if last < first - 1:
                raise Undefined(f"a path from {first} to {last}")
            yield from range(first, last + 1)
        else:
            yield point.index(part.args[0], env)


@cache
def _symbols(parts):
    return sorted(parts.free_symbols, key=str)


@cache
def at_index(kind, index: int):
    """A state or a quantity at one time, the same object each time: to make one asks SymPy for much."""
    return kind(index)


def state(point, time, env):
    key = at_index(STATE, time)
    if key in env:
        return env[key]
    if time < 0:
        raise Undefined(f"x[{time}]")
    if ("state", time) not in point.drawn:
        point.drawn["state", time] = world_of(point).draw(time)
    return point.drawn["state", time]

r"""Named densities of the two chains, and what the Markov property makes of them.

    from ddpm.derivation.densities import p, p_theta, q
    q(x[t] | x[t - 1])                      # q(x_t | x_{t-1})
    q(x[t - 1] | (x[t], x[0]))              # q(x_{t-1} | x_t, x_0)
    q(x[1:T] | x[0])                        # the density of a path
    p_theta(x[0:T])                         # p(x_T) and the reverse steps together

They stay symbols: of q it is known only that it is a Markov chain that runs forward, of p_theta that it is one that
starts from
p(x_T) and runs backward. So what is proved with them holds for every such chain.
"""

import sympy as sp

from ddpm.derivation.lowest import is_at_least, raised
from ddpm.derivation.symbols import Given, Path, T, x

STATE = x.function


class Undecided(Exception):
    """Neither a proof was found nor a point that refutes."""


class Density(sp.Expr):
    """A density of states at some times, given the states at others: `Density(law, targets, given)`."""

    is_commutative = is_positive = is_real = is_finite = True

    def _sympystr(self, printer):
        law, target, given = self.args
        inside, behind = (", ".join(map(printer._print, part)) for part in (target, given))
        behind = f"({behind})" if len(given) > 1 else behind
        return f"{law}({inside}{' | ' * bool(behind)}{behind})"

    def __or__(self, other):
        raise TypeError("two densities are compared as KL(a, b), with a comma")

    def times(self, part: int) -> list:
        """The times of the targets (part 1) or of the given states (part 2); of a path its first and last."""
        states = self.args[part]
        if len(states) == 1 and isinstance(states[0], Path):
            return list(states[0].args[1:])
        return [state.args[0] for state in states]

    @property
    def is_path(self) -> bool:
        return isinstance(self.args[1][0], Path)


class _Law:
    def __init__(self, name: str):
        self.name = name

    def __call__(self, *states):
        bars = [i for i, state in enumerate(states) if isinstance(state, Given)]
        if len(bars) > 1:
            raise TypeError(
                f"{self.name}(...) has one bar, as in {self.name}(x[t - 1] | (x[t], x[0])); got {len(bars)}"
            )
        target, given = states, ()
        for i in bars:  # as on paper: what stands before the bar, and what stands behind it
            target, given = (*states[:i], *states[i].target), (*states[i].given, *states[i + 1 :])
        for state in (*target, *given):
            if not isinstance(state, (STATE, Path)):
                raise TypeError(f"{self.name}(...) takes states such as x[t], x[0] or x[1:T]; got {state}")
        return Density(sp.Symbol(self.name), sp.Tuple(*target), sp.Tuple(*given))


q, p, p_theta = _Law("q"), _Law("p"), _Law("p_theta")


class Atom(sp.Function):
    """A density that is not reduced further: a positive number for each law, times of its states, and times of the
    states given."""

    def _eval_is_positive(self):
        return True

    def _eval_is_finite(self):
        return True


def factors(density: Density, lowest: dict):
    """A density (not of a path) through the one-step densities of its chain.

    Args:
        lowest: the smallest value of each integer symbol, 1 where none is given.

    Raises:
        Undecided: the order of two of its times is not known, or nothing is known of such a density.
    """
    law, targets, given = density.args
    if any(isinstance(state, Path) for state in (*targets, *given)):
        raise Undecided(f"not decided: nothing is known about the density {density} of a path")
    targets, given = density.times(1), density.times(2)
    if law.name == "q":
        both = _joint(law, [*targets, *given], lowest)
        return both / _joint(law, given, lowest) if given else both
    if law.name == "p_theta" and targets == [T] and not given:  # it starts from the prior
        law = sp.Symbol("p")
    return Atom(
        law, sp.Tuple(*sorted(targets, key=sp.default_sort_key)), sp.Tuple(*sorted(given, key=sp.default_sort_key))
    )


def _joint(law, times, lowest):
    """A Markov chain's states at any times form a Markov chain."""
    ordered = _ordered(times, lowest)
    steps = [Atom(law, sp.Tuple(b), sp.Tuple(a)) for a, b in zip(ordered, ordered[1:])]
    return sp.Mul(Atom(law, sp.Tuple(ordered[0]), sp.Tuple()), *steps)


def as_steps(density: Density, lowest: dict):
    """The density of a whole path as a product over its steps; any other density as it is.

    Raises:
        Undecided: for another density of a path.
    """
    if not any(isinstance(state, Path) for state in (*density.args[1], *density.args[2])):
        return density
    if [isinstance(state, Path) for state in density.args[1]] != [True]:
        raise Undecided(f"not decided: nothing is known about the density {density} of a path")
    law, (first, last), given = density.args[0].name, density.times(1), density.times(2)
    n = sp.Dummy("t", integer=True, positive=True)
    if law == "q" and len(given) == 1 and first - given[0] == 1 and is_at_least(last, first - 1, lowest):
        return sp.Product(q(x[n] | x[n - 1]), (n, first, last))
    if law == "q" and not given and is_at_least(last, first, lowest):
        return q(x[first]) * sp.Product(q(x[n] | x[n - 1]), (n, first + 1, last))
    if law == "p_theta" and not given and last == T and is_at_least(last, first, lowest):
        return p(x[T]) * sp.Product(p_theta(x[n - 1] | x[n]), (n, first + 1, T))
    if law == "p_theta" and len(given) == 1 and first - given[0] == 1:
        return as_steps(p_theta(x[given[0] : last]), lowest) / p_theta(x[given[0]])
    raise Undecided(f"not decided: nothing is known about the density {density} of a path")


def _ordered(times, lowest):
    """`times`, earliest first."""
    done = []
    for time in times:
        place = 0
        while place < len(done) and is_before(done[place], time, lowest):
            place += 1
        done.insert(place, time)
    return done


def is_before(a, b, lowest: dict) -> bool:
    """Whether a < b for all values of the symbols from their lowest on; never equal.

    Raises:
        Undecided: it depends on them.
    """
    difference = raised(sp.sympify(b - a), lowest)
    if difference.is_positive:
        return True
    if difference.is_negative:
        return False
    raise Undecided(
        f"not decided: x[{a}] and x[{b}] may be the same state: say from where on the index runs, as in where={{t: 2}}"
    )

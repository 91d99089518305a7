"""Random cases for the exercises, the same for the same seed."""

import os
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ddpm.schedule import Schedule

Case = tuple
SEED_VARIABLE = "DDPM_GRADING_SEED"


def chosen_seed(seed: int | None) -> int:
    """`seed`; if it is None, the environment variable DDPM_GRADING_SEED; if that is not set, 0.

    Raises:
        ValueError: the variable holds no integer >= 0.
    """
    if seed is not None:
        return seed
    text = os.environ.get(SEED_VARIABLE, "0")
    if not text.isdecimal():
        raise ValueError(f"{SEED_VARIABLE} must be an integer >= 0; got {text!r}")
    return int(text)


def draw_schedule(rng: np.random.Generator, T: int) -> Schedule:
    """A schedule whose betas rise and fall, so that every step has numbers of its own."""
    return Schedule.from_betas(rng.uniform(0.15, 0.45, T))


def steps_and_schedules(rng: np.random.Generator) -> list[tuple[int, Schedule]]:
    """Sixteen pairs (t, schedule) on schedules of 5 and 8 steps; t = 1 and t = T are among them, not first."""
    pairs = []
    for T in (5, 8):
        schedule = draw_schedule(rng, T)
        inner = rng.integers(2, T, 6)
        pairs.append([(int(t), schedule) for t in (*inner[:3], 1, T, *inner[3:])])
    return [pair for both in zip(*pairs) for pair in both]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Wave:
    """Stands in for a trained network: predicts for each pixel a smooth function of its value and of t.

    Works on NumPy's and JAX's arrays, under `jit`, `vmap`, `scan` and `grad`, also with respect to its three numbers.
    """

    amplitude: object  # numbers; under JAX's transformations what it puts in their place
    frequency: object
    pace: object

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Wave":
        return cls(*(float(rng.uniform(*ends)) for ends in ((0.6, 1.2), (0.8, 1.6), (0.5, 1.0))))

    def __call__(self, x_t, t):
        known = (
            isinstance(x_t, (np.ndarray, float))
            and isinstance(t, (int, float, np.number))
            and isinstance(self.pace, float)
        )
        xp = np if known else jnp
        return self.amplitude * xp.sin(self.frequency * xp.asarray(x_t) + self.pace * t)

    def __repr__(self) -> str:
        return f"{self.amplitude:.3f} sin({self.frequency:.3f} x_t + {self.pace:.3f} t)"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LevelWave(Wave):
    """A `Wave` that is asked by alpha_bar in the place of t."""

    def __call__(self, x_t, alpha_bar):
        return super().__call__(x_t, alpha_bar)

    def __repr__(self) -> str:
        return f"{self.amplitude:.3f} sin({self.frequency:.3f} x_t + {self.pace:.3f} alpha_bar)"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TimeWave(Wave):
    """A `Wave` that is asked in continuous time, from the data at 0 to the noise at 1."""

    def __call__(self, x, u):
        return super().__call__(x, u)

    def __repr__(self) -> str:
        return f"{self.amplitude:.3f} sin({self.frequency:.3f} x + {self.pace:.3f} u)"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FlowWave(Wave):
    """A `Wave` that is asked by flow matching's time, from the noise at 0 to the data at 1."""

    def __call__(self, x, s):
        return super().__call__(x, s)

    def __repr__(self) -> str:
        return f"{self.amplitude:.3f} sin({self.frequency:.3f} x + {self.pace:.3f} s)"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LabelWave(Wave):
    """A `Wave` that is asked in continuous time, and may be told a class; each class is answered otherwise."""

    def __call__(self, x, u, label=None):
        told = 0.0 if label is None else 1.0 + 0.7 * label
        return super().__call__(x, u + told)

    def __repr__(self) -> str:
        return f"{self.amplitude:.3f} sin({self.frequency:.3f} x + {self.pace:.3f} (u + 1 + 0.7 label)), u alone untold"


def with_other_noise(cases: list[tuple], place: int) -> list[tuple]:
    """The cases, and the first two once more, with other noise and with the same: own noise is found out so.

    Args:
        place: of the noise among the arguments.
    """
    again = [
        other for case in cases[:2] for other in ((*case[:place], 0.5 * case[place] + 1, *case[place + 1 :]), case)
    ]
    return cases + again


class Coefficients:
    """The numbers of step t in float64, as the paper writes them. An index past T is T, as it is for JAX's arrays.

    Attributes:
        beta, alpha, alpha_bar: at t.
        betas: beta_1, ..., beta_t.
        before: alpha_bar_{t-1}.
        beta_tilde: (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) beta_t.
        beta_bar: prod_{s <= t} beta_s; means nothing, and is what a slip computes.
    """

    def __init__(self, schedule: Schedule, t: int):
        betas = np.asarray(schedule.beta, np.float64)
        t = min(t, schedule.T)
        alpha_bars = np.cumprod(1 - betas)
        self.beta, self.alpha, self.alpha_bar, self.before = betas[t], 1 - betas[t], alpha_bars[t], alpha_bars[t - 1]
        self.beta_tilde = np.float64(1 - self.before) / np.float64(1 - self.alpha_bar) * self.beta
        self.betas = betas[1 : t + 1]
        self.beta_bar = np.prod(self.betas)
